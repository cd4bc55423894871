"""Everything that may go wrong with a place that is served, at chance: sudden faults, and those that last a while."""

import os
import resource
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from threading import Event

from custodiet.flows.end_decision import end_decision
from custodiet.model.errors import CannotRecord, IllegalMove
from custodiet.model.identity import ActorId, DecisionId
from custodiet.rules.decisions import Ender, Move

from .by_hand import hands_on
from .running import Running
from .site import Site

PROCESSES = ("gateway", "vault", "clock", "web")
LASTING = 7
"""How many kinds of fault last a while."""
LOCK_S = 7.0
"""Longer than any of our transactions waits for the lock."""


def let_pass(seconds: float) -> None:
    """Not to wait for anything: to meet what is under way at every stage of it."""
    Event().wait(seconds)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[bool]:
    """A file system of its own in that folder, or the word that we may not mount one."""
    folder.mkdir(exist_ok=True)
    size = f"size={mebibytes}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=False, capture_output=True)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", folder], check=True)


class Served:
    """A site that is served by two gateways, and again whenever it was killed whole."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.running: Running = site.serve(gateways=2)

    def gateway(self) -> str:
        return self.running.gateway

    def pids(self) -> list[int]:
        return [pid for pids in self.running.children().values() for pid in pids]

    def kill_all(self) -> None:
        """kill -9 of the parent; the children go by themselves. Started again, as a service manager would."""
        left = self.pids()
        self.running.process.kill()
        self.running.stop()
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.running = self._served_again()

    def _served_again(self) -> Running:
        """As a service manager starts it: again while a child of the one before, barely begun, is still ending."""
        tries = 100
        while True:
            tries -= 1
            try:
                return self.site.serve(gateways=2)
            except AssertionError as failed:
                if not tries or "custodiet is running already on" not in str(failed).rstrip().rpartition("\n")[2]:
                    raise


class Faults:
    """Faults in an order that a seed gives: each lasting one comes once before any comes again."""

    def __init__(self, served: Served, random: Random, ending: list[DecisionId], *, disk: bool) -> None:
        self.served, self.random = served, random
        self.met: Counter[str] = Counter()
        self._ending = ending
        self._store = served.site.open()
        self._lasting: list[Callable] = [
            self._nothing,
            *(lambda name=name: self._stopped(name) for name in ("gateway", "vault", "clock")),
            self._no_bytes,
            self._locked,
            *([self._full_disk] if disk else []),
        ]
        self._sudden: list[Callable[[], None]] = [
            *(lambda name=name: self._kill(name) for name in PROCESSES),
            self._withdraw,
        ]
        self._deck: list[Callable] = []

    def close(self) -> None:
        self._store.close()

    def one(self) -> None:
        """One lasting fault, and up to two sudden ones meanwhile."""
        if not self._deck:
            self._deck = self.random.sample(self._lasting, len(self._lasting))
        with self._deck.pop()():
            for _ in range(self.random.randint(0, 2)):
                let_pass(self.random.uniform(0, 0.6))
                self.random.choice(self._sudden)()
            let_pass(self.random.uniform(0.1, 0.8))

    def kill_all(self) -> None:
        self.met["kill everything"] += 1
        self.served.kill_all()

    # --- sudden ---

    def _kill(self, name: str) -> None:
        self.met[f"kill {name}"] += 1
        self.served.running.kill(name)

    def _withdraw(self) -> None:
        if not self._ending:
            return
        decision_id = self._ending[-1]
        try:
            end_decision(self._store, self.served.site.chance, decision_id, Move.WITHDRAW, Ender(ActorId("officer-bo")))
        except CannotRecord:
            self.met["withdrawal that could not be recorded"] += 1
            return
        except IllegalMove:
            pass  # it was durable, although its commit could not say so
        self.met["withdrawal"] += 1
        self._ending.pop()

    # --- lasting ---

    @contextmanager
    def _nothing(self) -> Iterator[None]:
        yield

    @contextmanager
    def _stopped(self, name: str) -> Iterator[None]:
        """SIGSTOP of one process of that name."""
        pids = self.served.running.children().get(name, [])
        self.met[f"stop {name}"] += 1
        for pid in pids[:1]:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
            let_pass(self.random.uniform(0, 2))
        finally:
            for pid in pids[:1]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def _no_bytes(self) -> Iterator[None]:
        """No file of any process may grow: every write fails, whatever the disk holds."""
        self.met["no bytes"] += 1
        pids = self.served.pids()
        try:
            for pid in pids:
                _let_files_grow(pid, 0)
            yield
        finally:
            for pid in pids:
                _let_files_grow(pid, resource.RLIM_INFINITY)

    @contextmanager
    def _full_disk(self) -> Iterator[None]:
        """Not a byte is left on the data folder's disk."""
        self.met["full disk"] += 1
        filler = self.served.site.settings.data / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                for size in (1 << 20, 1 << 12, 1):
                    with suppress(OSError):
                        while file.write(bytes(size)) == size:
                            pass
            yield
        finally:
            filler.unlink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Someone else's transaction holds the store."""
        self.met["lock"] += 1
        with hands_on(self.served.site) as other:
            other.begin_writing()
            yield
            let_pass(LOCK_S)


def _let_files_grow(pid: int, to: int) -> None:
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (to, resource.RLIM_INFINITY))
