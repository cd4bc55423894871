"""Three PostgreSQL servers that Patroni keeps, by a lease in the etcd that gateways share devices out by, too.

The same happens to them as in cluster.py; but who is the primary next, when, and how one that died comes back to the
others, is Patroni's to say.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from . import postgres
from .broker import free_port
from .cluster import NAMES
from .etcd import EtcdServer
from .waiting import until

PATRONI = Path("/usr/bin/patroni")
LEASE_S = 20
"""The shortest that Patroni takes."""
_CLUSTER = {
    "ttl": LEASE_S,
    "loop_wait": 1,
    "retry_timeout": 3,
    "synchronous_mode": True,
    "synchronous_mode_strict": True,
    "postgresql": {
        "use_pg_rewind": True,
        "parameters": {
            "max_connections": 100,
            "shared_buffers": "64MB",
            "log_error_verbosity": "terse",
            "synchronous_commit": "on",
        },
    },
}


class Node:
    """One server and the Patroni that keeps it."""

    def __init__(self, cluster: Path, name: str, etcd: EtcdServer) -> None:
        self.name, self.folder = name, cluster / name
        self.port, self._api_port = free_port(), free_port()
        self.folder.mkdir()
        said = {
            "scope": "made-up",
            "name": name,
            "restapi": dict.fromkeys(("listen", "connect_address"), f"127.0.0.1:{self._api_port}"),
            "etcd3": {"host": f"127.0.0.1:{etcd.port}"},
            "bootstrap": {"dcs": _CLUSTER, "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}]},
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.folder / "data"),
                "bin_dir": str(postgres.BINARIES),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {
                    "superuser": {"username": postgres.USER},
                    "replication": {"username": "replicator"},
                },
                "parameters": {"unix_socket_directories": str(self.folder)},
                "pg_hba": [
                    "local all all trust",
                    *(f"host {of} all 127.0.0.1/32 trust" for of in ("all", "replication")),
                ],
            },
        }
        self._config = self.folder / "patroni.yml"
        self._config.write_text(json.dumps(said))  # which is YAML, too
        for one in (self.folder, self._config):
            postgres.give_to_server(one)
        self._patroni: subprocess.Popen | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._patroni = subprocess.Popen(
                [PATRONI, self._config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **postgres.servers_user(),
            )

    def kill(self) -> None:
        """kill -9 of it all, as when its machine dies."""
        self._patroni.kill()
        self._patroni.wait(30)
        for pid in self._server():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self._server(), "a killed server is there still")

    def stop(self) -> None:
        """It stops its server, too."""
        if self._patroni is None:
            return
        self._patroni.terminate()
        try:
            self._patroni.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def is_now(self, what: str) -> bool:
        """As its own API says: primary, replica, or sync (a standby that commits wait for)."""
        with closing(http.client.HTTPConnection("127.0.0.1", self._api_port, timeout=5)) as line:
            try:
                line.request("GET", f"/{what}")
                return line.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def ask(self, statement: str) -> object:
        return postgres.ask(f"host={self.folder} port={self.port}", statement)

    def log(self) -> str:
        return (self.folder / "log").read_text()[-3000:]

    def _server(self) -> list[int]:
        """Every process of its server: that of each is in this folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self.folder / "data":
                    found.append(int(process.name))
        return found


class KeptCluster:
    """Three of them, with one database."""

    def __init__(self, etcd: EtcdServer) -> None:
        if not PATRONI.exists():
            pytest.skip("patroni is not installed (Debian: patroni)")
        self.folder = postgres.new_folder()
        self.nodes = [Node(self.folder, name, etcd) for name in NAMES]
        self.primary, self._dead = self.nodes[0], None
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        self.primary.start()
        until(lambda: self.primary.is_now("primary"), self.primary.log)
        for one in self.standbys:
            one.start()
        self.until_followed()

    @property
    def standbys(self) -> list[Node]:
        return [one for one in self.nodes if one is not self.primary]

    def close(self) -> None:
        for one in (*self.standbys, self.primary):
            one.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        """Every server is in it, in the order of their names."""
        hosts = "&".join(f"host=127.0.0.1:{one.port}" for one in self.nodes)
        return f"postgresql://{postgres.USER}@/{database}?{hosts}"

    def until_followed(self) -> None:
        """Until both others follow, and whichever commits wait for is the one that may be the primary next.

        In between Patroni lets nobody be: who loses a standby and the primary within those seconds has none.
        """
        until(self._is_followed, lambda: "\n".join(one.log() for one in self.nodes))

    def _is_followed(self) -> bool:
        names = "SELECT string_agg(application_name, ',') FROM pg_stat_replication WHERE "
        try:
            following = str(self.primary.ask(f"{names}state = 'streaming'")).split(",")
            waited_for = self.primary.ask(f"{names}sync_state = 'sync'")
        except psycopg.OperationalError:
            return False
        next_one = [one.name for one in self.standbys if one.is_now("sync")]
        return len(following) == len(self.standbys) and next_one == [waited_for]

    def kill_a_standby(self, which: int) -> None:
        """And bring it back: it goes on from where it was."""
        one = self.standbys[which]
        one.kill()
        one.start()
        self.until_followed()

    def fail_over(self) -> None:
        """The primary dies; Patroni makes one of the others the primary."""
        self._dead = self.primary
        self._dead.kill()
        others = self.standbys
        self.primary = until(
            lambda: next((one for one in others if one.is_now("primary")), None),
            lambda: "\n".join(one.log() for one in others),
        )

    def bring_back(self) -> None:
        """The one that died at last."""
        self._dead.start()
        self.until_followed()
