"""The restore drill: a place that ran, was backed up, went on and was lost; what its restore gives back, and not."""

import json
import os
import shutil
import signal
import sqlite3
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from support.house import ANA, BO
from support.killed import killed_at, spread, steps_of
from support.running import ask, request
from support.site import Site

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.end_decision import end_decision, resume_decision
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main import main
from custodiet.main.holding import hold_alone, hold_with_others
from custodiet.main.processes import clock as clock_process
from custodiet.main.stores import open_store, read_pins
from custodiet.main.vaults import join_vault
from custodiet.model.entry import EntryKind
from custodiet.model.errors import Unready
from custodiet.model.mode import Category
from custodiet.rules.decisions import Ender, Move
from custodiet.settings import read_settings
from custodiet.simulation.seeded import SetClock
from custodiet.wire.note import open_checkpoint, vkey
from custodiet.wire.records import read_entry


def verb(site, *arguments):
    """In this process: most of the time of another one is its start."""
    main([str(one) for one in (*arguments, *site.where)])


def keys_over(settings, keystore, clock=None):
    return Keys(keystore, KeyfileKms(settings.keys), sealing, clock or SystemClock(), SystemChance())


class Drill:
    """Lived through once; each test looks at another side of it."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder / "drill", 4, file=True)
        self.kept, self.withdrawn, self.erased, self.other = self.site.wearers
        self.backup = folder / "drill" / "backup.tar"
        self.old_vkey = self.vkey()
        running = self.site.serve()
        try:
            self.before(running)
            self.kill(running)
        finally:
            running.stop()
        self.destroy_a_day()
        done = ask("restore", self.backup, "--json", "--by", ANA, *self.site.where)
        assert done.returncode == 0, done.stderr
        self.told = json.loads(done.stdout)
        self.running = self.site.serve(gateways=2)

    def vkey(self):
        pinned = read_pins(self.site.settings)
        return vkey(pinned.origin, pinned.log_key)

    def before(self, running) -> None:
        for wearer in self.site.wearers:
            assert running.post(wearer.token, wearer.serial).said == "200 kept"
        assert len(self.site.copy(self.kept)) == 1
        verb(self.site, "backup", "--out", self.backup)
        verb(self.site, "end", self.withdrawn.reference, "--by", BO)
        assert len(self.site.copy(self.kept)) == 1  # an opening that the backup knows nothing of
        assert running.post(self.kept.token, self.kept.serial).said == "200 kept"
        self.size_of_backup = json.loads(read_member(self.backup, "manifest.json"))["size"]
        running.wait_until(lambda: self.published().size > self.size_of_backup + 1, "no later checkpoint")
        self.seen = self.published()

    def published(self):
        path = self.site.settings.log / "checkpoint"
        text = path.read_text() if path.exists() else self.site.vault.checkpoint(1)
        return open_checkpoint(text, self.old_vkey)

    def kill(self, running) -> None:
        """The parent dies; as long as one of its children lives, nobody else may have the place."""
        running.signal("clock", signal.SIGSTOP)
        stopped = running.children()["clock"]
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
        running.wait_until(lambda: self.is_free(self.site.settings.vault_folder), "the vault lives on")
        with pytest.raises(SystemExit, match="custodiet is running already"):
            verb(self.site, "restore", self.backup)
        for pid in stopped:
            os.kill(pid, signal.SIGKILL)
        running.wait_until(lambda: self.is_free(self.site.settings.data), "orphans")

    def is_free(self, folder: Path) -> bool:
        try:
            os.close(hold_alone(folder, "anything"))
        except Unready:
            return False
        return True

    def destroy_a_day(self) -> None:
        with closing(SqliteKeystore(self.site.settings.vault_db)) as keystore, closing(self.site.open()) as store:
            keys = keys_over(self.site.settings, keystore)
            with store.reading() as view:
                person_id = view.case_by_reference(self.erased.reference).person_id
            for ahead in range(-1, 8):
                day = SystemClock().now().date() + timedelta(days=ahead)
                keys.destroy_day(person_id, Category.TRAIL, day)


def read_member(file, name):
    with tarfile.open(file) as archive:
        return archive.extractfile(name).read()


@pytest.fixture(scope="module")
def drill(short_folder):
    drill = Drill(short_folder)
    yield drill
    drill.running.stop()


def test_the_log_is_closed_at_the_highest_head_that_was_known_and_says_what_is_lost(drill):
    told = drill.told
    assert told["closed"]["origin"] == told["kept"]["origin"] == "custodiet.example/made-up"
    assert told["closed"]["size"] >= drill.seen.size
    assert told["kept"]["size"] == drill.size_of_backup
    assert told["lost"] == told["closed"]["size"] - told["kept"]["size"] >= 2
    with closing(drill.site.open()) as store, store.reading() as view:
        [row] = view.entries(drill.size_of_backup, 1)
    entry = read_entry(row.body)
    assert (entry.kind, entry.actor, entry.reopens.lost) == (EntryKind.LOG_REOPENED, ANA, told["lost"])
    assert entry.reopens.closed.size == told["closed"]["size"]


def test_the_opening_that_the_ledger_lost_is_listed_from_the_vaults_own_file(drill):
    assert [(one["kind"], one["by"]) for one in drill.told["openings_lost"]] == [("copy.given", ANA)]
    assert drill.told["openings_lost"][0]["index"] >= drill.size_of_backup


def test_the_erased_day_stays_unreadable_and_the_others_do_not(drill):
    assert {one["category"] for one in drill.told["days_erased"]} == {"trail"}
    with closing(drill.site.open()) as store:
        lines = copy_of(store, drill, drill.erased)
        assert lines[-1] == {"fixes": 0, "past_retention": 0, "days_erased": 1}
        assert copy_of(store, drill, drill.kept)[-1] == {"fixes": 1, "past_retention": 0}


def copy_of(store, drill, wearer):
    return [json.loads(line) for line in give_own_copy(store, drill.site.vault, wearer.reference, ANA)]


def test_nothing_is_collected_until_someone_has_looked_and_then_it_is(drill):
    assert drill.told["paused"] == [wearer.reference for wearer in drill.site.wearers]
    for wearer in (drill.kept, drill.withdrawn):
        assert drill.running.post(wearer.token, wearer.serial).said == "200 refused suspended"
    status = ask("status", *drill.site.where).stdout
    assert status.count("records were lost in a restore") == 4
    with closing(drill.site.open()) as store:
        for wearer in (drill.kept, drill.erased):
            resume_decision(store, wearer.decision_id, Ender(BO))
    assert drill.running.post(drill.kept.token, drill.kept.serial).said == "200 kept"
    assert drill.running.post(drill.erased.token, drill.erased.serial).said == "200 refused erased"
    assert drill.running.post(drill.withdrawn.token, drill.withdrawn.serial).said == "200 refused suspended"


def test_the_ledger_verifies_under_its_new_name_with_tables_and_says_that_there_was_a_restore(drill):
    done = ask("ledger", "verify", "--tables", "--json", *drill.site.where)
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"], said["tables"]["differing"], said["tables"]["missing"]) == (0, True, 0, 0)
    [restored] = said["reopened"]
    assert f"closed at {drill.told['closed']['size']} entries" in restored
    assert "ordered by officer-ana" in restored


def test_somebody_elses_code_accepts_the_new_log_and_an_old_key_does_not_open_it(verify, drill, tmp_path):
    verb(drill.site, "ledger", "export", tmp_path / "copy")
    assert drill.vkey() == drill.told["vkey"] != drill.old_vkey
    early = tmp_path / "early"
    early.write_bytes(request(drill.running.web, "GET", "/log/checkpoint").body)
    done = verify("audit", tmp_path / "copy", "-key", drill.vkey(), "-old", early)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify("audit", tmp_path / "copy", "-key", drill.old_vkey).returncode == 1
    with pytest.raises(SystemExit) as ended:
        main(["ledger", "verify", str(tmp_path / "copy"), "--vkey", drill.vkey()])
    assert ended.value.code == 0


def test_an_entry_from_before_the_restore_is_proven_under_the_new_log(drill, capsys):
    verb(drill.site, "ledger", "proof", "3")
    assert drill.told["origin"] in capsys.readouterr().out


def test_what_was_published_of_the_closed_log_is_kept_for_auditors(drill):
    data = drill.site.settings.data
    kept = open_checkpoint((data / drill.told["log_aside"] / "checkpoint").read_text(), drill.old_vkey)
    assert kept == drill.seen or kept.size > drill.seen.size
    assert open_checkpoint((data / "log" / "checkpoint").read_text(), drill.vkey()).origin == drill.told["origin"]


def test_the_store_that_was_replaced_is_put_aside_whole(drill):
    aside = drill.site.settings.data / drill.told["store_aside"]
    with closing(sqlite3.connect(aside)) as old:
        [(size,)] = old.execute("SELECT count(*) FROM entry")
        [(state,)] = old.execute("SELECT state FROM decision WHERE id = ?", (drill.withdrawn.decision_id,))
    assert size >= drill.told["closed"]["size"]
    assert state == "withdrawn"


def test_what_was_done_is_left_to_be_read(drill):
    assert json.loads((drill.site.settings.data / "restored-1.json").read_bytes()) == drill.told


# --- without processes -----------------------------------------------------------------------------------


class Lost:
    """A place with a vouched backup, that went on after it: the vault has followed further."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder, 1, file=True)
        [self.wearer] = self.site.wearers
        self.backup = folder / "backup.tar"
        self.inside(lambda store, vault: publish_checkpoint(store, vault, TileLog(self.site.settings.log)))
        verb(self.site, "backup", "--out", self.backup)
        self.inside(self.go_on)

    def inside(self, do) -> None:
        settings = self.site.settings
        with closing(SqliteKeystore(settings.vault_db)) as keystore, closing(open_store(settings)) as store:
            vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
            do(store, vault)

    def go_on(self, store, vault) -> None:
        end_decision(store, SystemChance(), self.wearer.decision_id, Move.WITHDRAW, Ender(BO))
        publish_checkpoint(store, vault, TileLog(self.site.settings.log))


@pytest.fixture(scope="module")
def lost(short_folder):
    return Lost(short_folder / "lost")


@pytest.fixture
def copied(lost, place):
    """The same place in a folder of the test's own."""
    return copied_to(lost, place / "copy")


def copied_to(lost, folder):
    shutil.copytree(lost.site.folder, folder)
    again = Lost.__new__(Lost)
    again.site = Site.__new__(Site)
    again.site.folder, again.site.settings = folder, read_settings(str(folder / "site"), None, {})
    again.wearer, again.backup = lost.wearer, folder / "backup.tar"
    return again


def state_of(lost):
    """Everything that a restore would change, as it reads."""
    settings = lost.site.settings
    with closing(sqlite3.connect(settings.store)) as store, closing(sqlite3.connect(settings.vault_db)) as vault:
        dumps = tuple("\n".join(one.iterdump()) for one in (store, vault))
    return (*dumps, settings.pins.read_bytes(), (settings.log / "checkpoint").read_bytes())


def whole_and_restored(lost, capsys):
    """A place that was restored: it verifies, the vault follows it, nothing is collected."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        verb(lost.site, "ledger", "verify", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (ended.value.code, len(said["reopened"])) == (0, 1)
    signed = []
    lost.inside(lambda _, vault: signed.append(vault.checkpoint()))
    assert signed[0].splitlines()[0] == read_pins(lost.site.settings).origin != "custodiet.example/made-up"
    with closing(lost.site.open()) as store, store.reading() as view:
        assert view.decision(lost.wearer.decision_id).state == "suspended"
    assert not lost.site.settings.restoring.exists()


def test_a_restore_into_a_folder_that_has_only_its_vault_left_gives_everything_back(copied, capsys):
    settings = copied.site.settings
    for name in ("custodiet.db", "custodiet.db-wal", "custodiet.db-shm"):
        (settings.data / name).unlink(missing_ok=True)
    shutil.rmtree(settings.log)
    shutil.rmtree(settings.vault_socket.parent)
    settings.pins.unlink()
    verb(copied.site, "restore", copied.backup, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["store_aside"], told["log_aside"]) == (None, "log-closed/1")
    assert (settings.data / "log-closed" / "1" / "checkpoint").read_text() == read_member(
        copied.backup, "checkpoint"
    ).decode()
    whole_and_restored(copied, capsys)


def test_without_any_vault_the_records_in_a_backup_can_still_be_read(lost, tmp_path, capsys):
    with tarfile.open(lost.backup) as archive:
        archive.extractall(tmp_path / "dir", filter="data")
    (tmp_path / "dir" / "pins.json").rename(tmp_path / "dir-pins.json")
    main(["status", "--data", str(tmp_path / "dir")])
    assert lost.wearer.reference in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["ledger", "verify", "--data", str(tmp_path / "dir")])
    assert ended.value.code == 0


def test_without_the_vaults_database_nothing_is_restored_and_nothing_made(copied):
    copied.site.settings.vault_db.unlink()
    with pytest.raises(SystemExit, match="no vault in"):
        verb(copied.site, "restore", copied.backup)
    assert not copied.site.settings.vault_db.exists()


def test_a_vault_from_before_the_last_turn_of_the_day_opens_nothing_and_says_so(copied, tmp_path):
    """Its own backup, put back the day after: the epoch key that it was wrapped under is destroyed."""
    settings = copied.site.settings
    verb(copied.site, "backup", "--vault", "--out", tmp_path / "vault.db")
    tomorrow = SetClock(SystemClock().now() + timedelta(days=1))
    with closing(SqliteKeystore(settings.vault_db)) as keystore:
        assert keys_over(settings, keystore, tomorrow).turn_epoch()
    for path in settings.vault_folder.iterdir():
        path.unlink()
    shutil.copy(tmp_path / "vault.db", settings.vault_db)
    before = state_of(copied)
    for verb_ in (("restore", copied.backup), ("run", "vault")):
        with pytest.raises(SystemExit, match="the keys folder does not hold epoch 1"):
            verb(copied.site, *verb_)
    assert state_of(copied) == before


def test_a_restore_that_is_refused_changes_nothing(copied, tmp_path):
    before = state_of(copied)
    damaged = tmp_path / "damaged.tar"
    data = bytearray(copied.backup.read_bytes())
    data[200_000] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(SystemExit, match="damaged, or was changed"):
        verb(copied.site, "restore", damaged)
    with pytest.raises(SystemExit, match="No such file"):
        verb(copied.site, "restore", tmp_path / "nothing.tar")
    for note in (b"garbage", b"\xff\xfe"):
        (tmp_path / "note").write_bytes(note)
        with pytest.raises(SystemExit, match="not this vault's word"):
            verb(copied.site, "restore", copied.backup, "--witnessed", tmp_path / "note")
    assert state_of(copied) == before
    assert list(copied.site.settings.data.glob("restoring*")) == []


def test_a_backup_of_another_place_is_refused(copied, lost, place):
    other = Site(place / "other", 0, file=True)
    verb(other, "backup", "--without-vault", "--out", place / "other.tar")
    before = state_of(copied)
    with pytest.raises(SystemExit, match="pins other keys than this vault's"):
        verb(copied.site, "restore", place / "other.tar")
    assert state_of(copied) == before


def test_nobody_opens_a_place_whose_restore_waits_to_be_finished(copied):
    copied.site.settings.restoring.mkdir()
    for verb_ in (("status",), ("ledger", "verify"), ("run", "vault"), ("run", "gateway"), ("serve",)):
        with pytest.raises(SystemExit, match="was broken off"):
            verb(copied.site, *verb_)


def test_a_process_on_its_own_holds_the_place_with_the_others_and_keeps_a_restore_out(copied, monkeypatch):
    seen = []

    def clock(settings, _):
        os.close(hold_with_others(settings.data, "another clock"))
        with pytest.raises(SystemExit, match="running already"):
            verb(copied.site, "restore", copied.backup)
        seen.append(True)

    monkeypatch.setattr(clock_process, "run", clock)
    monkeypatch.setattr("custodiet.entrypoints.serving.log_plainly", lambda _: None)
    verb(copied.site, "run", "clock")
    assert seen == [True]


@pytest.mark.parametrize("points", [10, pytest.param(400, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_a_restore_that_is_killed_leaves_the_place_untouched_or_is_finished_by_the_next(lost, place, capsys, points):
    counted = copied_to(lost, place / "counted")
    steps = steps_of(place, "restore", counted.backup, *counted.site.where)
    untouched = finished = 0
    for step in spread(steps, points):
        copied = copied_to(lost, place / str(step))
        before = state_of(copied)
        assert killed_at(step, place, "restore", copied.backup, *copied.site.where)
        if copied.site.settings.restoring.exists():
            finished += 1
            with pytest.raises(SystemExit, match="was broken off"):
                verb(copied.site, "status")
        elif (copied.site.settings.data / "restored-1.json").exists():
            finished += 1
        else:
            untouched += 1
            assert state_of(copied) == before
        verb(copied.site, "restore", copied.backup)
        whole_and_restored(copied, capsys)
        shutil.rmtree(place / str(step))
    assert untouched
    assert finished
