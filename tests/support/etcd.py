"""Debian's etcd on free ports of loopback, with what it holds in a folder; ended by its id."""

import json
import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest

from custodiet.adapters import over_http
from custodiet.adapters.etcd import Etcd
from custodiet.main.making import ORIGIN
from custodiet.model.errors import CannotRecord
from custodiet.rules.partitions import PARTITIONS

from .broker import free_port
from .waiting import until

ETCD = Path("/usr/bin/etcd")
LONG_S = 600
"""A lease that outlives any test."""


class EtcdServer:
    """One server. A lease of a second lasts one: it is not made longer than an election, which none has to win here."""

    def __init__(self, folder: Path, *, tls: Path | None = None) -> None:
        """`tls`: a folder with ca.pem, own.pem and own.key; then whoever asks has to have a certificate too."""
        if not ETCD.exists():
            pytest.skip("etcd is not installed (Debian: etcd-server)")
        self.folder, self._tls = folder, tls
        self.port, self._peer_port = free_port(), free_port()
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "etcd.log"
        self._prefixes = count(1)
        self._process: subprocess.Popen | None = None

    def start(self) -> "EtcdServer":
        """Also again: on the same ports, with what it held."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [ETCD, *self._as()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
        until(self._answers, self.log.read_text)
        return self

    def _as(self) -> list[str]:
        peer = f"http://127.0.0.1:{self._peer_port}"
        told = {
            "name": "one",
            "data-dir": self.folder / "data",
            "listen-client-urls": self.address,
            "advertise-client-urls": self.address,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"one={peer}",
            "heartbeat-interval": 10,
            "election-timeout": 100,
            "logger": "zap",
            "log-outputs": "stderr",
        }
        if self._tls is not None:
            told["trusted-ca-file"] = self._tls / "ca.pem"
            told["cert-file"], told["key-file"] = self._tls / "own.pem", self._tls / "own.key"
        of_clients = ["--client-cert-auth"] if self._tls else []
        return [*(f"--{name}={value}" for name, value in told.items()), *of_clients]

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            self.gateway("nobody").look()
        except CannotRecord:
            return False
        return True

    def stop(self) -> None:
        """What it holds in its folder stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """kill -9. What it holds in its folder stays."""
        self._process.kill()
        self._process.wait(30)
        self._process = None

    def forget(self) -> None:
        """All it held is thrown away, while it is stopped."""
        shutil.rmtree(self.folder / "data")

    def new_prefix(self) -> str:
        """One that nobody has used yet."""
        return f"/custodiet-{next(self._prefixes)}"

    def gateway(self, name: str, prefix: str = "/custodiet", ttl_s: int = LONG_S, **more: object) -> Etcd:
        """As a gateway of that name comes to it; it has not joined yet."""
        if self._tls is not None:
            files = {"ca_file": "ca.pem", "cert_file": "client.pem", "key_file": "client.key"}
            more = {of: self._tls / file for of, file in files.items()} | more
        return Etcd([self.address], prefix, name, f"https://{name}.example", ttl_s, **more)

    def ask(self, path: str, given: object) -> dict:
        """As its own administrator."""
        server = over_http.Server("127.0.0.1", self.port, tls=False)
        sent, headers = json.dumps(given).encode(), {"Content-Type": "application/json"}
        answer = over_http.ask(server, "POST", f"/v3/{path}", sent, headers, within_s=30, bytes_max=100_000_000)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def end_lease(self, gateway: Etcd) -> None:
        """At once, as it ends when it was not renewed for too long. The gateway is not told."""
        self.ask("lease/revoke", {"ID": str(gateway._lease)})

    def left_s(self, gateway: Etcd) -> int:
        """How long its lease still lasts."""
        return int(self.ask("lease/timetolive", {"ID": str(gateway._lease)})["TTL"])


@pytest.fixture(scope="session")
def one_etcd(tmp_path_factory):
    """The one server of this run: whoever uses it takes a prefix of its own, and leaves it running."""
    server = EtcdServer(tmp_path_factory.mktemp("etcd")).start()
    yield server
    server.stop()


@pytest.fixture
def etcd(tmp_path):
    """A server of the test's own, to stop and to kill."""
    server = EtcdServer(tmp_path / "etcd").start()
    yield server
    server.stop()


LEASE_S = 3


@pytest.fixture
def sharing(etcd, monkeypatch):
    """From now on gateways that are started share devices out by this server."""
    monkeypatch.setenv("CUSTODIET_ETCD", etcd.address)
    monkeypatch.setenv("CUSTODIET_LEASE_S", str(LEASE_S))
    return etcd


def seats(etcd, origin=ORIGIN):
    """Who is there, and who has what."""
    return Etcd([etcd.address], f"custodiet/{origin}/{PARTITIONS}", "nobody", "http://nobody", LEASE_S).look()


def holders(etcd, origin=ORIGIN):
    """The names of whoever has any partition, where each is somebody's; else nobody."""
    held = seats(etcd, origin).held
    return {one.gateway for one in held.values()} if len(held) == PARTITIONS else set()
