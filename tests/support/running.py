"""Custodiet as it really runs: the command, its child processes, requests over loopback."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from custodiet.simulation.device import traccar_payload

from . import postgres, shared_out
from .waiting import START_WAIT_S


def command(*arguments, source: Path | None = None):
    """The command line and environment of our own command, from another copy of the source if there is one."""
    environment = dict(os.environ)
    environment.pop("CUSTODIET_DATA", None)
    environment |= postgres.environment_of(*arguments)
    if source is not None:
        environment["PYTHONPATH"] = str(source)
    return [sys.executable, "-P", "-m", "custodiet", *map(str, arguments)], environment


def ask(
    *arguments, source: Path | None = None, more: dict[str, str] | None = None, **given
) -> subprocess.CompletedProcess:
    """Run a verb to its end, with `more` in its environment."""
    line, environment = command(*arguments, source=source)
    return subprocess.run(
        line, env=environment | (more or {}), capture_output=True, text=True, check=False, timeout=START_WAIT_S, **given
    )


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def said(self) -> str:
        """'200 refused ended' and the like."""
        words = self.json
        return " ".join([str(self.status), *filter(None, (words.get("outcome"), words.get("reason")))])


def request(
    url: str, method: str, path: str, body: bytes | None = None, headers: dict | None = None, *, wait_s: float = 30
) -> Answer:
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=wait_s)) as connection:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))


def bearer(token: str) -> dict:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def fix(serial: str, at: datetime | None = None, lat: float = 46.5, lon: float = -28.0) -> bytes:
    return traccar_payload(serial, at or datetime.now(UTC), lat, lon)


def aside(do, *given, **more):
    """Done in a thread of its own: Django refuses where an event loop runs, as it does beside a browser."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(do, *given, **more).result()


class Running:
    """A `demo` or `serve` with its children, ended by id."""

    def __init__(self, *arguments, source: Path | None = None, log: Path) -> None:
        line, environment = command(*arguments, source=source)
        self._etcd = shared_out.etcd_for(log, environment)
        self.log = log
        self.is_demo = arguments[0] == "demo"
        with log.open("ab") as stderr:
            self._said_before = log.stat().st_size
            self.process = subprocess.Popen(
                line, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
            )
        try:
            self._wait()
            if self._etcd is not None:
                self.wait_until(partial(shared_out.is_done, self._etcd, line), "devices are not shared out")
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        if self.is_demo:
            line = self.process.stdout.readline()
            assert line, self.log.read_text()
            self.ready = json.loads(line)
            self.web, self.gateway = self.ready["web"], self.ready["gateway"]
            return
        start = time.monotonic()
        while time.monotonic() - start < START_WAIT_S:
            said = self.log.read_bytes()[self._said_before :].decode()
            found = dict(re.findall(r"^(page|gateway) +(http://\S+)$", said, re.MULTILINE))
            if len(found) == 2:
                self.web, self.gateway = found["page"], found["gateway"]
                return
            assert self.process.poll() is None, self.log.read_text()
            self.process.poll() or time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def children(self) -> dict[str, list[int]]:
        """Process ids by what each runs: vault, clock, gateway, web."""
        found: dict[str, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                parent = int(re.search(r"^PPid:\s+(\d+)", (folder / "status").read_text(), re.MULTILINE)[1])
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except (OSError, TypeError):
                continue
            if parent == self.process.pid and b"run" in words:
                found.setdefault(words[words.index(b"run") + 1].decode(), []).append(int(folder.name))
        return found

    def kill(self, name: str) -> None:
        """kill -9 every child of that name."""
        for pid in self.children().get(name, []):
            os.kill(pid, signal.SIGKILL)

    def signal(self, name: str, number: int) -> None:
        for pid in self.children().get(name, []):
            os.kill(pid, number)

    def post(self, token: str, serial: str, at: datetime | None = None, **place) -> Answer:
        return request(self.gateway, "POST", "/in/traccar", fix(serial, at, **place), bearer(token))

    def wait_until(self, holds, what: str) -> None:
        """A bound on hanging, not a measure."""
        start = time.monotonic()
        while not holds():
            assert time.monotonic() - start < START_WAIT_S, f"{what}\n{self.log.read_text()}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is None:
            for number in (signal.SIGCONT, signal.SIGTERM):
                self.process.send_signal(number)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if self._etcd is not None:
            self._etcd.stop()
