"""The witness that a charity runs, loaded from its one file: ours to test, not ours to import."""

import importlib.util
import subprocess
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path

from custodiet.entrypoints.demo import WITNESS
from custodiet.model.witness import Witness


@cache
def program():
    spec = importlib.util.spec_from_file_location("a_witness", WITNESS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_witness(folder: Path, name: str = "witness.example/w1") -> str:
    """A key and an empty memory; gives the verifier's key."""
    line = [sys.executable, "-P", WITNESS, "init", folder, name]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


class Running:
    """A witness as it really runs, on a port of its own or the one it had before."""

    def __init__(self, folder: Path, *log_vkeys: str, port: int = 0) -> None:
        logs = [part for one in log_vkeys for part in ("--log", one)]
        line = [sys.executable, "-P", WITNESS, "run", folder, *logs, f"--port={port}", "--tied"]
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()
        self.url = self.said.rpartition(" ")[2].strip()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self, *, kill: bool = False) -> None:
        if kill:
            self.process.kill()
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stderr.close()


class Asked:
    """A witness in this process, asked without a network. `away`: it gives no answer."""

    def __init__(self, folder: Path, log_vkey: str, clock, name: str = "w1") -> None:
        program()._init(folder, f"witness.example/{name}")
        self.inside = program().Witness(folder, [log_vkey], lambda: clock.now().timestamp())
        self.witness = Witness(name, self.inside.vkey, "http://witness.example")
        self.away = False
        self.asked: list[str] = []

    def ask(self, body: bytes) -> tuple[int, str, str]:
        if self.away:
            raise OSError
        self.asked.append(body.decode())
        try:
            return 200, "text/plain", self.inside.add_checkpoint(body.decode())
        except program().Refused as refused:
            return refused.status, refused.kind, refused.words


class Nobody:
    """Witnesses of whom none has signed."""

    most = timedelta(minutes=10)

    def newest(self, _):
        return None

    def read(self):
        return None
