"""A restore that dies at any of its steps on the disk is finished by the next try, and loses nothing that was there."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from custodiet.adapters import restoring as module
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.restoring import Restoring
from custodiet.model.errors import CannotRecord
from custodiet.wire.restored import Head, Plan, Report

HEAD = Head("made-up.example", 7, "root")
REPORT = Report(
    at="2031-03-03T09:00:00.000Z",
    by="officer-ana",
    origin="made-up.example/2",
    vkey="key",
    closed=HEAD,
    kept=HEAD,
    lost=0,
    openings_lost=(),
    days_erased=(),
    people_without_key=0,
    paused=(),
    ended=(),
    tables={},
)
OLD = {
    "data/custodiet.db": b"old",
    "data/custodiet.db-wal": b"old wal",
    "data/custodiet.db-shm": b"old shm",
    "data/log/checkpoint": b"old checkpoint",
    "data/log/tile/0/000": b"old tile",
    "pins.json": b"old pins",
}
NEW = {"custodiet.db": b"new", "pins.json": b"new pins", "log/checkpoint": b"new checkpoint", "closed/checkpoint": b"x"}
DONE = {
    "data/custodiet.db": b"new",
    "data/custodiet.db.before-restore-1": b"old",
    "data/custodiet.db.before-restore-1-wal": b"old wal",
    "data/custodiet.db.before-restore-1-shm": b"old shm",
    "data/log/checkpoint": b"new checkpoint",
    "data/log-closed/1/checkpoint": b"old checkpoint",
    "data/log-closed/1/tile/0/000": b"old tile",
    "pins.json": b"new pins",
}


class Died(BaseException):
    """As a kill would: nothing of ours runs after it."""


def write(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def lies(folder):
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in found.items() if not name.startswith(("vault.db", "data/restored-1.json"))}


def committed(folder, old=OLD):
    write(folder, old)
    (folder / "data").mkdir(exist_ok=True)
    restoring = Restoring(folder / "data", folder / "pins.json")
    prepared = restoring.prepare()
    write(prepared, NEW)
    number = restoring.number()
    store, log = restoring.aside(number)
    plan = Plan(b"head", {7: (b"leaf", "made-up.example/2")}, number, replace(REPORT, store_aside=store, log_aside=log))
    restoring.commit(plan)
    return restoring


def test_everything_is_put_in_place_and_what_was_there_is_put_aside(tmp_path):
    restoring = committed(tmp_path)
    with closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
        told = restoring.finish(keystore)
        assert (keystore.head(), keystore.reopened()) == (b"head", {7: (b"leaf", "made-up.example/2")})
    assert lies(tmp_path) == DONE
    assert (told.store_aside, told.log_aside) == ("custodiet.db.before-restore-1", "log-closed/1")
    assert not restoring.is_committed


def test_where_nothing_was_the_closed_log_is_what_the_backup_vouches_for(tmp_path):
    restoring = committed(tmp_path, {})
    with closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
        restoring.finish(keystore)
    assert lies(tmp_path) == {
        "data/custodiet.db": b"new",
        "data/log/checkpoint": b"new checkpoint",
        "data/log-closed/1/checkpoint": b"x",
        "pins.json": b"new pins",
    }


def test_a_log_left_without_its_store_is_never_read_into_the_new_one(tmp_path):
    old = {name: data for name, data in OLD.items() if name != "data/custodiet.db"}
    restoring = committed(tmp_path, old)
    with closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
        restoring.finish(keystore)
    assert "data/custodiet.db-wal" not in lies(tmp_path)


def dying(monkeypatch, step, *, after):
    """Die at the nth change on the disk, before it or just after it. How many there were, if we live."""
    done = 0

    def counting(real):
        def changed(*given, **named):
            nonlocal done
            done += 1
            if done == step and not after:
                raise Died
            result = real(*given, **named)
            if done == step:
                raise Died
            return result

        return changed

    for owner, name in (
        (Path, "rename"),
        (Path, "unlink"),
        (Path, "write_bytes"),
        (module.shutil, "rmtree"),
        (SqliteKeystore, "follow_anew"),
    ):
        monkeypatch.setattr(owner, name, counting(getattr(owner, name)))
    return lambda: done


def test_whatever_step_it_dies_at_the_next_try_finishes_it(tmp_path, monkeypatch):
    with monkeypatch.context() as living, closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
        restoring = committed(tmp_path / "0")
        steps = dying(living, -1, after=False)
        restoring.finish(keystore)
        count = steps()
    assert count > 10
    for step in range(1, count + 1):
        for after in (False, True):
            folder = tmp_path / f"{step}-{after}"
            with closing(SqliteKeystore(tmp_path / f"{step}-{after}.db")) as keystore:
                restoring = committed(folder)
                with monkeypatch.context() as death:
                    dying(death, step, after=after)
                    with pytest.raises(Died):
                        restoring.finish(keystore)
                if restoring.is_committed:
                    restoring.finish(keystore)
                assert keystore.head() == b"head"
            restoring.clear()
            assert lies(folder) == DONE, (step, after)
            assert (folder / "data" / "restored-1.json").exists()
            shutil.rmtree(folder)


def test_nothing_is_committed_while_the_prepared_store_is_open(tmp_path):
    restoring = Restoring(tmp_path, tmp_path / "pins.json")
    write(restoring.prepare(), {**NEW, "custodiet.db-wal": b"not in the store yet"})
    with pytest.raises(CannotRecord, match="still open"):
        restoring.commit(Plan(b"", {}, 1, REPORT))
    assert not restoring.is_committed


def test_what_was_put_aside_before_is_never_put_under(tmp_path):
    write(tmp_path, OLD)
    for number in (1, 2):
        restoring = committed(tmp_path, {}) if number > 1 else committed(tmp_path)
        with closing(SqliteKeystore(tmp_path / "vault.db")) as keystore:
            assert restoring.finish(keystore).store_aside == f"custodiet.db.before-restore-{number}"
    found = lies(tmp_path)
    assert found["data/custodiet.db.before-restore-1"] == b"old"
    assert found["data/custodiet.db.before-restore-2"] == b"new"
    assert found["data/log-closed/1/checkpoint"] == b"old checkpoint"
