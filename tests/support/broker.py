"""Debian's mosquitto on a free port of loopback, with what it holds in a folder, and a line to it that can be cut."""

import json
import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from secrets import randbelow

import pytest

from .waiting import START_WAIT_S, until

MOSQUITTO = Path("/usr/sbin/mosquitto")


def require_mosquitto():
    if not MOSQUITTO.exists() or shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto is not installed (Debian: mosquitto, mosquitto-clients)")


def free_port() -> int:
    """Below those that the system gives to whoever connects: until it is used nobody else gets it by chance."""
    lowest_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = 20_000 + randbelow(lowest_given - 20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Mosquitto:
    """One broker. Its log tells, line by line, what it gave and what was acknowledged."""

    def __init__(self, folder: Path, *settings: str) -> None:
        require_mosquitto()
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "mosquitto.log"
        self.file = folder / "mosquitto.conf"
        lines = [
            "user root",
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {folder}/",
            "log_type all",
            f"log_dest file {self.log}",
            "max_inflight_messages 1000",
            "max_queued_messages 0",
            *(settings or ["allow_anonymous true"]),
        ]
        self.file.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen | None = None

    def start(self) -> "Mosquitto":
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", self.file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, "mosquitto does not answer")
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.said()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        """What it holds stays in its folder."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def count(self, text: str) -> int:
        return self.said().count(text)

    def until_said(self, text: str, times: int = 1) -> None:
        until(lambda: self.count(text) >= times, lambda: f"never: {text}\n{self.said()[-3000:]}")

    def publish(self, topic: str, *bodies: bytes, qos: int = 1, retain: bool = False) -> None:
        """As a device does; returns when the broker has all of them. Bodies are lines."""
        line = ["mosquitto_pub", "-V", "5", "-p", str(self.port), "-t", topic, "-q", str(qos), "-l"]
        done = subprocess.run(
            [*line, *(["-r"] if retain else [])],
            input=b"".join(body + b"\n" for body in bodies),
            capture_output=True,
            check=False,
            timeout=START_WAIT_S,
        )
        assert done.returncode == 0, done.stderr


class Line:
    """A wire to a broker, on which what goes to it can be held back: it hears nothing, and we hear it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.deaf = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._pass, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, False), daemon=True).start()

    def _pass(self, of: socket.socket, to: socket.socket, outward: bool) -> None:
        with suppress(OSError):
            while data := of.recv(65536):
                if not (outward and self.deaf.is_set()):
                    to.sendall(data)
        for one in (of, to):
            with suppress(OSError):
                one.close()

    def close(self) -> None:
        self._listening.close()


def source_file(folder: Path, port: int, token: str, *subscriptions: tuple[str, str], **more) -> Path:
    """What `run source --config` is given."""
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "token"
    secret.write_text(token)
    secret.chmod(0o600)
    told = {"host": "127.0.0.1", "port": port, "client_id": "made-up-gate", "token_file": "token"}
    told["subscriptions"] = [{"topic": topic, "format": form} for topic, form in subscriptions]
    path = folder / "source.json"
    path.write_text(json.dumps(told | more))
    return path
