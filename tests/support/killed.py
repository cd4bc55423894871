"""A verb of ours that is killed, kill -9, at a step of its work: a file opened or moved, a statement that runs."""

import contextlib
import os
import signal
import sqlite3
import sys
from pathlib import Path

from custodiet.main import main

_FILES = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod", "shutil.rmtree"}


def steps_of(place: Path, *arguments) -> int:
    """How many steps the verb takes when nobody kills it. It must end well."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.close(read)
        _live(place, arguments, None, write)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        said = told.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said.decode()
    return int(said)


def killed_at(step: int, place: Path, *arguments) -> bool:
    """Run it until that step; whether it was still at it and died."""
    if (child := os.fork()) == 0:
        _live(place, arguments, step, None)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def spread(steps: int, count: int) -> list[int]:
    """So many steps, evenly spread, the first and the last among them."""
    return sorted({1 + round(number * (steps - 1) / (count - 1)) for number in range(count)})


def _live(place: Path, arguments, until: int | None, tell: int | None) -> None:
    """Never returns."""
    done = 0

    def step(*_) -> None:
        nonlocal done
        done += 1
        if done == until:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(event: str, given: tuple) -> None:
        if event in _FILES and isinstance(given[0], str | Path) and str(given[0]).startswith(str(place)):
            step()

    def connect(*given, **named) -> sqlite3.Connection:
        connection = plainly(*given, **named)
        connection.set_trace_callback(step)
        return connection

    plainly = sqlite3.connect
    sqlite3.connect = sqlite3.dbapi2.connect = connect
    sys.addaudithook(look)
    status = 1
    with contextlib.suppress(BaseException), Path(os.devnull).open("w") as quiet, contextlib.redirect_stdout(quiet):
        try:
            main([str(one) for one in arguments])
            status, said = 0, str(done)
        except SystemExit as ended:
            status, said = ended.code if isinstance(ended.code, int) else 1, str(ended.code)
        except BaseException as failed:  # noqa: BLE001 - whoever waits for it is told
            said = repr(failed)
        if tell is not None:
            os.write(tell, said.encode())
    os._exit(status)
