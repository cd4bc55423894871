"""One parent, our processes as its children: starts them, starts again what died, ends them in order.

A convenience, not a wall: under one user every child could read what the others hold. Children end when the parent
does, however it ends: each watches its standard input. Sockets are opened here once, so that a child that is started
again finds those who were waiting.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from time import monotonic

BACKOFF_S_MAX = 5.0
END_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """One child: what to run, which open descriptors it inherits, what it is told on standard input."""

    name: str
    command: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    told: bytes = b""
    quiet: bool = False
    """An invented device: its ends are not worth a line."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    backoff_s: float = 0.1
    again_at: float | None = None

    def wait(self, at: float) -> None:
        """Start it later; each time it waits longer."""
        self.again_at = at + self.backoff_s
        self.backoff_s = min(BACKOFF_S_MAX, self.backoff_s * 2)


def our_own(*arguments: str) -> tuple[str, ...]:
    """The command that runs another of our processes with this very Python and package."""
    return (sys.executable, "-P", "-m", "custodiet", *arguments)


class Supervisor:
    """Owns its children. One thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: list[_Child] = []
        self.stopping = Event()

    def start(self, program: Program) -> None:
        """Start a child; it is started again whenever it ends."""
        self._children.append(_Child(program, _spawn(program), monotonic()))

    def watch(self) -> None:
        """Look after the children once; never waits."""
        at = monotonic()
        for child in self._children:
            if child.again_at is None:
                status = child.process.poll()
                if status is None:
                    continue
                if at - child.started_at > 10:
                    child.backoff_s = 0.1
                child.wait(at)
                _hang_up(child.process)
                if not child.program.quiet:
                    self._say(f"{child.program.name} ended ({_said(status)}); starting it again")
            if child.again_at is not None and child.again_at <= at:
                try:
                    child.process = _spawn(child.program)
                except OSError as error:  # no process, memory or file to be had now: the others must not end for it
                    child.wait(at)
                    self._say(f"{child.program.name} cannot be started now ({type(error).__name__}); trying again")
                else:
                    child.started_at, child.again_at = at, None

    def pids(self) -> dict[str, int]:
        """Process identities by name."""
        return {child.program.name: child.process.pid for child in self._children}

    def stop(self) -> None:
        """End the children one after another, last started first: who receives ends before who records and seals."""
        deadline = monotonic() + END_WAIT_S
        for child in reversed(self._children):
            child.process.terminate()
            _hang_up(child.process)
            try:
                child.process.wait(max(0.1, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"{child.program.name} does not end; killing it")
                child.process.kill()
                child.process.wait()


def stop_on_signals(stopping: Event) -> None:
    """SIGTERM and SIGINT ask for an orderly end."""

    def ask(*_: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        program.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=program.descriptors,
        # A child that is started from a terminal must not take its Ctrl-C from there, but from us, in order.
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    if program.told and process.stdin is not None:
        try:
            process.stdin.write(program.told)
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it died at once; the next look finds that
    return process


def _hang_up(process: subprocess.Popen[bytes]) -> None:
    """Close its standard input, which a child that has ended may never have read."""
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()


def _said(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"status {status}"
