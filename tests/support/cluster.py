"""One PostgreSQL primary and two standbys, as they are run in production, and what happens to them.

Who decides that a standby is to be the primary is not here: Patroni does, by its lease in etcd and a watchdog that
stops a primary which lost it. So a standby is promoted only after every process of the one before is dead.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event

import psycopg

from . import postgres

NAMES = ("a", "b", "c")
WAITED_S = 60.0
"""A bound on hanging, not a measure."""
_SAID = """
log_error_verbosity = terse
listen_addresses = ''
max_connections = 100
shared_buffers = 64MB
wal_keep_size = 256MB
hot_standby = on
synchronous_commit = remote_apply
synchronous_standby_names = 'ANY 1 (a, b, c)'
recovery_target_timeline = latest
"""


class Server:
    """One of them: a folder with its data and the socket that it listens on."""

    def __init__(self, cluster: Path, name: str) -> None:
        self.name, self.folder = name, cluster / name
        self.data = self.folder / "data"

    def begin(self) -> None:
        self._folder()
        postgres.begin(self.folder)
        self._say(f"{_SAID}cluster_name = '{self.name}'\nunix_socket_directories = '{self.folder}'\n")
        self.start()

    def follow(self, primary: "Server") -> None:
        """As a standby of it, from a copy of all it has."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._folder()
        postgres.run(
            self.folder, "pg_basebackup", "-h", str(primary.folder), "-U", postgres.USER, "-X", "stream", "-c", "fast"
        )
        self._say(f"cluster_name = '{self.name}'\nunix_socket_directories = '{self.folder}'\n")
        self._say(f"primary_conninfo = 'host={primary.folder} user={postgres.USER}'\n")
        (self.data / "standby.signal").touch()
        postgres.give_to_server(self.data / "standby.signal")
        self.start()

    def follow_another(self, primary: "Server") -> None:
        """As a standby that was one of another's."""
        self._say(f"primary_conninfo = 'host={primary.folder} user={postgres.USER}'\n")
        postgres.run(self.folder, "pg_ctl", "reload")

    def start(self) -> None:
        postgres.run(self.folder, "pg_ctl", "-w", "-l", str(self.folder / "log"), "start")

    def promote(self) -> None:
        postgres.run(self.folder, "pg_ctl", "-w", "promote")

    def kill(self) -> None:
        """kill -9 of all its processes: not a byte leaves it afterwards."""
        parent = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(parent, signal.SIGSTOP)  # so that it makes no more of them
        pids = [parent, *_children(parent)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "a killed server is there still")

    def ask(self, statement: str) -> object:
        return postgres.ask(f"host={self.folder}", statement)

    def _folder(self) -> None:
        self.folder.mkdir()
        postgres.give_to_server(self.folder)

    def _say(self, lines: str) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(lines)


class Cluster:
    """Three of them, with one database."""

    def __init__(self) -> None:
        self.folder = postgres.new_folder()
        self.primary, *self.standbys = (Server(self.folder, name) for name in NAMES)
        self.primary.begin()
        for one in self.standbys:
            one.follow(self.primary)
        self.until_followed()

    def close(self) -> None:
        for one in (self.primary, *self.standbys):
            with suppress(subprocess.CalledProcessError):
                postgres.run(one.folder, "pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        """Every server is in it, in the order of their names."""
        hosts = "&".join(f"host={self.folder / name}" for name in NAMES)
        return f"postgresql://{postgres.USER}@/{database}?{hosts}"

    def until_followed(self) -> None:
        """Until a commit is confirmed, and both standbys follow."""
        query = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'quorum'"
        until(lambda: self.primary.ask(query) == len(self.standbys), "a standby does not follow")

    def kill_a_standby(self, which: int) -> None:
        """And bring it back: it goes on from where it was."""
        one = self.standbys[which]
        one.kill()
        one.start()

    def fail_over(self) -> None:
        """The primary dies; of the standbys the one that has more is the primary; the dead one comes back behind it."""
        dead = self.primary
        dead.kill()
        self.standbys.sort(key=_received, reverse=True)
        self.primary, *others = self.standbys
        self.primary.promote()
        for one in others:
            one.follow_another(self.primary)
        self.standbys = [*others, dead]

    def bring_back(self) -> None:
        """The one that died at last, with a copy of what the others have now."""
        self.standbys[-1].follow(self.primary)
        self.until_followed()


def until(holds: Callable[[], bool], otherwise: str) -> None:
    for _ in range(int(WAITED_S / 0.05)):
        with suppress(psycopg.OperationalError):
            if holds():
                return
        Event().wait(0.05)
    raise AssertionError(otherwise)


def _received(standby: Server) -> int:
    """How far it has come, in bytes of the log: what it received since its start, or has on its disk from before."""
    came = "greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), '0/0')"
    return int(str(standby.ask(f"SELECT {came} - '0/0'::pg_lsn")))


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = re.sub(r"^.*\) ", "", stat.read_text(), flags=re.DOTALL).split()
            if int(after_name[1]) == parent:
                found.append(int(stat.parent.name))
    return found
