"""A restore on the disk: everything is prepared aside, then put in place by steps that can be taken again.

Promise: until `commit` nothing that is in use has changed; what a try that died before it has left is cleared by the
next one. From `commit` on the restore happens: whoever opens the place is refused until `finish` has been through, and
`finish` may be killed and called again at any point. What was in use before is put aside, never deleted.

    prepared in   DATA/restoring.new/    custodiet.db  pins.json  log/  [closed/]  plan.json
    committed as  DATA/restoring/
    put aside as  DATA/custodiet.db.before-restore-N (with its -wal and -shm), DATA/log-closed/N/
"""

import os
import shutil
from pathlib import Path

from custodiet.adapters.archive import sync
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.model.errors import CannotRecord
from custodiet.wire.restored import Plan, Report, plan_bytes, read_plan, report_json

_STORE, _PINS, _PLAN = "custodiet.db", "pins.json", "plan.json"
_BESIDE = ("", "-wal", "-shm")
"""A database and what SQLite keeps beside it; they move together, or the rest would be read into another database."""


class Restoring:
    """One data folder's restore; `pins` lies outside it. Whoever calls holds the place alone."""

    def __init__(self, data: Path, pins: Path) -> None:
        self._data = data
        self._pins = pins
        self._new = data / "restoring.new"
        self._ready = data / "restoring"
        self._done = data / "restoring.done"

    def prepare(self) -> Path:
        """An empty folder to prepare in."""
        self.clear()
        self._new.mkdir(mode=0o700)
        return self._new

    def clear(self) -> None:
        """Away with what was prepared and is not needed, or not needed any more."""
        for folder in (self._new, self._done):
            shutil.rmtree(folder, ignore_errors=True)

    def number(self) -> int:
        """A number under which nothing has been put aside yet."""
        taken = [path.name.rpartition("-")[2] for path in self._data.glob(f"{_STORE}.before-restore-*")]
        taken += [path.name for path in (self._data / "log-closed").glob("*")]
        taken += [path.stem.rpartition("-")[2] for path in self._data.glob("restored-*.json")]
        return 1 + max((int(one) for one in taken if one.isdecimal()), default=0)

    def aside(self, number: int) -> tuple[str | None, str | None]:
        """Where the store and the published log that are here now will be put; None for what is not here."""
        published = (self._data / "log" / "checkpoint").exists() or (self._new / "closed").exists()
        return (
            f"{_STORE}.before-restore-{number}" if (self._data / _STORE).exists() else None,
            f"log-closed/{number}" if published else None,
        )

    def commit(self, plan: Plan) -> None:
        """The point of no return: durable when it returns. The prepared store is closed, and whole in its one file."""
        if any((self._new / (_STORE + suffix)).exists() for suffix in _BESIDE[1:]):
            raise CannotRecord("the prepared store is still open")
        (self._new / _PLAN).write_bytes(plan_bytes(plan))
        for path in sorted(self._new.rglob("*"), reverse=True):
            sync(path)
        sync(self._new)
        self._new.rename(self._ready)
        sync(self._data)

    @property
    def is_committed(self) -> bool:
        """Whether a restore waits to be finished."""
        return self._ready.exists()

    def finish(self, keystore: SqliteKeystore) -> Report:
        """Everything that remains, in steps of which each may have happened already."""
        plan = read_plan((self._ready / _PLAN).read_bytes())
        # 1. The vault follows the new log. Die here: it would refuse the old store, which nobody may open now anyway.
        keystore.follow_anew(plan.frontier, plan.reopened)
        # 2. The old store aside, with what lies beside it, and the new one in its place.
        self._put_store(plan)
        # 3. The published log of old aside, the new one in its place.
        self._put_log(plan)
        # 4. The pins: the log's new name.
        self._put_pins()
        # 5. What was done, to be read by people. Then it is over, by one rename.
        told = self._data / f"restored-{plan.number}.json"
        _write(told, report_json(plan.report) + b"\n", 0o600)
        self._ready.rename(self._done)
        sync(self._data)
        self.clear()
        return plan.report

    def _put_store(self, plan: Plan) -> None:
        new, here = self._ready / _STORE, self._data / _STORE
        if not new.exists():
            return
        if plan.report.store_aside is not None:
            aside = self._data / plan.report.store_aside
            for suffix in _BESIDE:
                old = here.with_name(here.name + suffix)
                if old.exists():
                    _own_as(new, old)
                    old.rename(aside.with_name(aside.name + suffix))
        for suffix in _BESIDE[1:]:
            here.with_name(here.name + suffix).unlink(missing_ok=True)  # of a store that is gone
        sync(self._data)
        new.rename(here)
        sync(self._data)

    def _put_log(self, plan: Plan) -> None:
        new, here, closed = self._ready / "log", self._data / "log", self._data / "log-closed" / str(plan.number)
        if not new.exists():
            return
        closed.parent.mkdir(mode=0o700, exist_ok=True)
        if not closed.exists() and (here / "checkpoint").exists():
            here.rename(closed)
        elif not closed.exists() and (self._ready / "closed").exists():
            (self._ready / "closed").rename(closed)
        shutil.rmtree(here, ignore_errors=True)  # empty, or without a checkpoint: nothing was published
        sync(closed.parent)
        new.rename(here)
        sync(self._data)

    def _put_pins(self) -> None:
        data = (self._ready / _PINS).read_bytes()
        if not self._pins.exists() or self._pins.read_bytes() != data:
            _write(self._pins, data, 0o644)


def _write(path: Path, data: bytes, mode: int) -> None:
    """Whole under its name, or what was there before; durable. What was there keeps its owner and mode."""
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(data)
    aside.chmod(mode)
    if path.exists():
        _own_as(aside, path)
    sync(aside)
    aside.rename(path)
    sync(path.parent)


def _own_as(new: Path, old: Path) -> None:
    """In a layout with a user for each process, the store stays with those who had it."""
    was = old.stat()
    new.chmod(was.st_mode & 0o777)
    if os.geteuid() == 0:
        os.chown(new, was.st_uid, was.st_gid)
