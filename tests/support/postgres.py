"""A PostgreSQL of the suite's own, in a folder, on a socket that nobody else reaches; gone when the suite ends.

`CUSTODIET_TEST_STORE=postgresql ./dev test` lets every House and every Site stand on it instead of on a file.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from support.waiting import until

CHOSEN = os.environ.get("CUSTODIET_TEST_STORE") == "postgresql"
BINARIES = Path("/usr/lib/postgresql/15/bin")
USER = "custodiet"
SAID = ["log_error_verbosity=terse", "listen_addresses=''", "max_connections=400", "shared_buffers=64MB"]
ROOM_BYTES = 4_000_000_000
_names = count(1)
_stores: dict[Path, str] = {}


@cache
def socket() -> Path:
    """The folder whose socket the server listens on."""
    folder = new_folder()
    begin(folder)
    _start(folder)

    def stop() -> None:
        run(folder, "pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return folder


def new_folder() -> Path:
    """In memory where it can be: a hundred databases are made and thrown away, and it is as durable to whoever asks."""
    if not (BINARIES / "initdb").exists():
        pytest.skip("no postgresql-15 on this machine")
    memory = Path("/dev/shm")
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    folder = Path(tempfile.mkdtemp(prefix="custodiet-pg-", dir=memory if has_room else None))
    give_to_server(folder)
    return folder


def give_to_server(path: Path) -> None:
    """The server refuses to be root: then it is Debian's own user."""
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def begin(folder: Path) -> None:
    """An empty server's data there."""
    run(folder, "initdb", "-A", "trust", "-U", USER, "--locale=C.UTF-8", "-E", "UTF8")


def run(folder: Path, name: str, *words: str) -> None:
    """One of its programs, as the server's user, on the data in that folder."""
    line = [BINARIES / name, "-D", folder / "data", *words]
    subprocess.run(line, check=True, cwd=folder, stdout=subprocess.DEVNULL, **servers_user())


def servers_user() -> dict[str, object]:
    """For subprocess: who a server runs as, and whatever keeps it."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def ask(where: str, statement: str) -> object:
    """The first of what a server answers, None for nothing; `where`: its host, and its port if it has another."""
    with psycopg.connect(f"{where} user={USER} dbname=postgres connect_timeout=5", autocommit=True) as connection:
        said = connection.execute(statement)
        row = said.fetchone() if said.description else None
        return None if row is None else row[0]


def _start(folder: Path) -> None:
    options = " ".join(f"-c {one}" for one in [*SAID, f"unix_socket_directories={folder}"])
    run(folder, "pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")


def kill_server() -> None:
    """The one that we started. Its children end with it, but what one of them has begun it still answers: they are
    waited for, so that nobody is answered after this.
    """
    pid = int((socket() / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(_lives, children)), "a child of the server outlives it")


def _lives(pid: str) -> bool:
    """Also one that has ended and that nobody has asked about has a folder there, but no command line."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    return False


def start_again() -> None:
    """After it was killed: it brings back what was committed, as soon as the children of the one before are gone."""
    for _ in range(100):
        with suppress(subprocess.CalledProcessError):
            return _start(socket())
    raise AssertionError((socket() / "log").read_text())


def address(name: str) -> str:
    return f"postgresql://{USER}@/{name}?host={socket()}"


def new_database(template: str = "template0") -> str:
    """The name of a new database, empty or as another one is."""
    name = f"house_{os.getpid()}_{next(_names)}"
    administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


def drop_database(name: str) -> None:
    administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def give_store(data: Path, name: str) -> None:
    """From here on the store of that data folder is this database, to whoever asks `environment_of`."""
    _stores[data.resolve()] = address(name)


def environment_of(*words: object) -> dict[str, str]:
    """What a command about a data folder needs in its environment, by the words that it is given."""
    for word in words if _stores else ():
        if "/" in str(word) and (store := _stores.get(Path(str(word)).resolve())):
            return {"CUSTODIET_STORE": store}
    return {}


def administer(statement: str) -> None:
    with psycopg.connect(f"host={socket()} user={USER} dbname=postgres", autocommit=True) as connection:
        connection.execute(statement)
