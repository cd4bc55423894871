"""A restore: which ledger this vault takes back, what it closes and opens, and what nobody can undo by it."""

import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from in_vault.test_following import Database
from support import postgres
from support.house import ANA, BO, COURT, House, empty_replay, report
from support.proposing import propose

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.flows.check_ledger import check_ledger
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.flows.fit_device import token_hash
from custodiet.flows.in_vault.following import Follower, _whole
from custodiet.flows.in_vault.restoring import restore_log
from custodiet.flows.in_vault.weighing import Memory, Notes
from custodiet.flows.open_sealed import give_own_copy
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import CannotRecord, NotPermitted, OpeningRefused, TableMismatch
from custodiet.model.mode import Category
from custodiet.model.record import LogHead, LogReopened, TablesVerified
from custodiet.rules.chain import leaf_hash
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.note import parse_checkpoint, unverified_body
from custodiet.wire.records import entry_bytes, read_entry, read_record

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Backup:
    """A copy of the store, and the vault's word on exactly its ledger."""

    path: Path
    note: str

    @property
    def size(self) -> int:
        return parse_checkpoint(unverified_body(self.note)).size


class Place:
    """A house whose store can be backed up and restored, in one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if postgres.CHOSEN:
            pytest.skip("a backup is a file, and is restored as one: what a file alone goes through")
        self.house = House(folder)
        self.wearer = self.house.person("TAG-1")
        self.decision = self.house.decide(self.wearer, review_due_at=self.house.clock.now() + 20 * DAY)
        self.monitor = self.house.monitor()
        assert self.house.say(self.monitor, self.wearer) == "kept"
        self.house.clock.pass_(MINUTE)
        self._copies = 0

    def copy_of(self, source: Path) -> Path:
        self._copies += 1
        path = self.folder / f"copy-{self._copies}.db"
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        return path

    def back_up(self) -> Backup:
        path = self.copy_of(self.house.path)
        with closing(sqlite3.connect(path)) as copy:
            [(size,)] = copy.execute("SELECT count(*) FROM entry")
        return Backup(path, self.house.vault.checkpoint(size))

    def more(self, entries: int) -> None:
        """So many more entries, followed by the vault."""
        for _ in range(entries):
            with self.house.store.acting() as act:
                act.write(Entry(EntryKind.TABLES_VERIFIED, ANA), TablesVerified(self.house.clock.now()))
        self.house.vault.checkpoint()

    @contextmanager
    def prepared(self, backup: Backup, **given):
        """A copy of a backup's store with the new log in it, and what is to be done with it."""
        house = self.house
        store = SqliteStore(self.copy_of(backup.path), house.clock, house.chance)
        notes = Notes(**{"vouching": backup.note, "published": None} | given)
        inside = (house.keystore, house.vault_keys, house.sealer, house.clock, house.chance, empty_replay)
        try:
            yield store, restore_log(store, *inside, notes, ANA, accept_differing=False)
        finally:
            store.close()

    def restore(self, backup: Backup, **given):
        """All the way: from here on the house goes on over the restored store. The report."""
        house = self.house
        with self.prepared(backup, **given) as (store, made):
            path = Path(store._engine.url.database.removeprefix("file:").split("?")[0])
        house.keystore.follow_anew(made.frontier, made.reopened)
        house.store.close()
        for suffix in ("", "-wal", "-shm"):
            house.path.with_name(house.path.name + suffix).unlink(missing_ok=True)
        shutil.copy(path, house.path)
        house.store = SqliteStore(house.path, house.clock, house.chance)
        house.pinned = made.pinned
        house.vault = house.start_vault()
        house.fence = (house.fence[0], house.store.take_lease(house.fence[0]))
        self.monitor = house.monitor("m2")
        return made.report

    def entries(self):
        with self.house.store.reading() as view:
            return [(read_entry(row.body), read_record(row.record), row) for row in view.entries(0, 1000)]

    def of_kind(self, kind):
        return [(entry, record) for entry, record, _ in self.entries() if entry.kind is kind]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.house.close()


# --- which ledger is taken back ---


def test_a_ledger_that_the_vault_vouched_for_is_taken_back_and_the_log_closed_at_the_vaults_own_head(place):
    backup = place.back_up()
    place.more(5)
    head = place.house.vault._follower.head
    told = place.restore(backup)
    assert (told.closed.size, told.kept.size, told.lost) == (backup.size + 5, backup.size, 5)
    [(entry, record)] = place.of_kind(EntryKind.LOG_REOPENED)
    assert (entry.index, entry.actor, entry.reopens) == (backup.size, ANA, record)
    assert record.closed == LogHead("custodiet.example/test", head.size, head.root())
    assert (record.kept.origin, record.kept.size, record.lost) == ("custodiet.example/test", backup.size, 5)
    assert place.house.vault.checkpoint().splitlines()[0] == told.origin == record.origin
    assert place.house.verify()["differing"] == place.house.verify()["missing"] == 0
    with place.house.store.reading() as view:
        assert check_ledger(view, None).wrong == ()


def test_what_was_kept_is_believed_as_before(place):
    backup = place.back_up()
    place.more(2)
    place.restore(backup)
    assert place.house.copy(place.wearer)[-1] == {"fixes": 1, "past_retention": 0}
    place.house.vault = place.house.start_vault()
    assert place.house.copy(place.wearer)[-1]["fixes"] == 1


def test_without_the_vaults_word_a_ledger_shorter_than_its_head_is_refused(place):
    backup = place.back_up()
    place.more(1)
    before = place.house.keystore.head()
    with pytest.raises(OpeningRefused, match="nothing shows that it is"):
        place.restore(backup, vouching=None)
    assert place.house.keystore.head() == before


def test_a_ledger_that_goes_on_from_the_vaults_head_needs_no_word(place):
    backup = place.back_up()
    told = place.restore(backup, vouching=None)
    assert (told.closed.size, told.lost) == (backup.size, 0)


def test_another_ledger_of_the_same_size_does_not_go_on_from_it(place):
    place.more(1)
    backup = place.back_up()
    copy = House.__new__(House)
    copy.path, copy.clock = backup.path, place.house.clock
    Database(copy).write(EntryKind.TABLES_VERIFIED, TablesVerified(place.house.clock.now()), place=backup.size - 1)
    for vouching in (None, backup.note):
        with pytest.raises(OpeningRefused, match="nothing shows that it is"):
            place.restore(backup, vouching=vouching)


def test_a_vault_that_is_older_than_the_store_follows_on(place):
    older = place.house.keystore.head()
    place.more(3)
    backup = place.back_up()
    place.house.keystore.save_head(older)
    told = place.restore(backup, vouching=None)
    assert (told.closed.size, told.kept.size, told.lost) == (backup.size, backup.size, 0)


def test_a_word_on_another_size_another_root_or_by_another_key_is_none(place):
    backup = place.back_up()
    place.more(2)
    other = place.house.vault.checkpoint()
    keys = place.house.vault_keys
    with place.house.store.reading() as view:
        size = view.ledger_size()
    root = bytes(32)
    forged = {
        "another size": other,
        "another root": keys.sign_checkpoint(LogHead("custodiet.example/test", backup.size, root)),
        "another log": keys.sign_checkpoint(LogHead("evil.example/log", backup.size, root)),
        "a changed size": backup.note.replace(f"\n{backup.size}\n", f"\n{size}\n"),
        "nothing": "",
    }
    for what, note in forged.items():
        with pytest.raises(OpeningRefused):
            place.restore(backup, vouching=note)
        assert place.house.vault.checkpoint(), what


def test_a_changed_entry_is_refused_however_well_it_hashes(place):
    backup = place.back_up()
    place.more(2)
    copy = House.__new__(House)
    copy.path, copy.clock, copy.store = backup.path, place.house.clock, place.house.store
    at = place.of_kind(EntryKind.DECISION_MADE)[0][0].index
    Database(copy).write(EntryKind.TABLES_VERIFIED, TablesVerified(place.house.clock.now()), place=at)
    with pytest.raises(OpeningRefused):
        place.restore(backup)


def test_an_entry_or_record_that_is_gone_is_refused(place):
    for statement in ("DELETE FROM record WHERE idx = 2", "DELETE FROM entry WHERE idx = 2"):
        backup = place.back_up()
        copy = House.__new__(House)
        copy.path = backup.path
        Database(copy).run((statement,))
        with pytest.raises(OpeningRefused):
            place.restore(backup)


# --- one restore after another ---


def test_the_same_backup_is_taken_back_twice_and_each_log_has_its_own_name(place):
    backup = place.back_up()
    place.more(4)
    first = place.restore(backup)
    place.more(3)
    grown = place.house.vault._follower.head.size
    second = place.restore(backup)
    assert first.origin != second.origin
    assert (second.closed.origin, second.closed.size) == (first.origin, grown)
    assert second.kept == first.kept
    assert second.lost == grown - backup.size
    assert place.house.vault.checkpoint().splitlines()[0] == second.origin
    assert place.house.verify()["differing"] == 0


def test_a_later_backup_is_taken_back_after_an_earlier_one_by_mistake(place):
    early = place.back_up()
    place.more(4)
    late = place.back_up()
    place.restore(early)
    grown = place.house.vault._follower.head.size
    told = place.restore(late)
    assert (told.kept.size, told.kept.origin) == (late.size, "custodiet.example/test")
    assert told.lost == grown - early.size  # all that the log of the first restore recorded by itself
    assert place.house.verify()["differing"] == 0


def test_a_backup_of_a_restored_place_is_taken_back_like_any_other(place):
    place.restore(place.back_up())
    place.more(2)
    backup = place.back_up()
    place.more(5)
    told = place.restore(backup)
    assert (told.closed.size, told.lost) == (backup.size + 5, 5)
    assert len(place.of_kind(EntryKind.LOG_REOPENED)) == 2
    assert place.house.verify()["differing"] == 0


def test_a_vault_from_before_a_restore_takes_back_its_log_only_on_its_own_word(place):
    before = place.house.keystore.head()
    place.restore(place.back_up())
    place.more(2)
    backup = place.back_up()
    place.house.keystore.follow_anew(before, {})
    with pytest.raises(OpeningRefused, match="nothing shows that it is"):
        place.restore(backup, vouching=None)
    told = place.restore(backup)
    assert (told.closed.origin, told.closed.size, told.lost) == (told.kept.origin, backup.size, 0)
    assert len(place.of_kind(EntryKind.LOG_REOPENED)) == 2


def test_a_log_never_has_a_size_from_before_it_was_opened(place):
    backup = place.back_up()
    place.more(1)
    place.restore(backup)
    for size in (1, backup.size):
        with pytest.raises(OpeningRefused, match="never had that size"):
            place.house.vault.checkpoint(size)
    assert place.house.vault.checkpoint(backup.size + 1)


# --- a restore that nobody ordered ---


def claimed(place, origin="custodiet.example/test/claimed"):
    """The record of a restore, written by a hand in the store."""
    with place.house.store.reading() as view:
        checked = check_ledger(view, None)
    head = LogHead("custodiet.example/test", checked.size, checked.tree.root())
    pinned = place.house.pinned
    return LogReopened(origin, pinned.log_key, pinned.issue_key, head, head, 0, "somebody")


def test_a_log_that_a_hand_in_the_store_reopened_is_not_followed(place):
    Database(place.house).write(EntryKind.LOG_REOPENED, claimed(place))
    for ask in (place.house.vault.checkpoint, place.house.start_vault):
        with pytest.raises(OpeningRefused):
            ask()


@pytest.mark.parametrize("what", ["another name", "another leaf", "another place"])
def test_a_restore_is_believed_where_and_as_the_vault_remembers_it(place, what):
    place.restore(place.back_up())
    [(at, (leaf, origin))] = place.house.keystore.reopened().items()
    remembered = {
        "another name": {at: (leaf, "another")},
        "another leaf": {at: (bytes(32), origin)},
        "another place": {at + 1: (leaf, origin)},
    }
    keys, clock = place.house.vault_keys, place.house.clock
    with pytest.raises(OpeningRefused, match="does not know of"):
        Follower(place.house.store, Memory(None, remembered[what]), clock, keys.log_public, keys.issue_public)


@pytest.mark.parametrize("said", ["nothing", "less lost", "another orderer"])
def test_what_an_entry_says_in_the_open_of_a_restore_is_what_its_record_says(place, said):
    place.restore(place.back_up())
    [(entry, record)] = place.of_kind(EntryKind.LOG_REOPENED)
    others = {
        "nothing": None,
        "less lost": replace(record, lost=record.lost + 1),
        "another orderer": replace(record, ordered_by=BO),
    }
    [row] = [row for one, _, row in place.entries() if one == entry]
    body = entry_bytes(row.index, entry.at, Entry(entry.kind, entry.actor), None, entry.record, others[said])
    with pytest.raises(OpeningRefused, match="another thing of a restore"):
        _whole(replace(row, body=body, leaf=leaf_hash(body)))


# --- witnesses ---


def test_a_head_that_a_witness_kept_beyond_the_vaults_own_is_the_one_that_is_closed(place):
    older = place.house.keystore.head()
    backup = place.back_up()
    place.more(6)
    seen = place.house.vault.checkpoint()
    place.house.keystore.save_head(older)  # the vault was restored from a backup of its own
    for given in ({"witnessed": (seen,)}, {"published": seen}):
        with place.prepared(backup, **given) as (_, made):
            assert (made.report.closed.size, made.report.lost) == (backup.size + 6, 6)


def test_a_published_checkpoint_that_is_broken_or_another_logs_is_not_in_the_way(place):
    backup = place.back_up()
    other = place.house.vault_keys.sign_checkpoint(LogHead("evil.example/log", 900, bytes(32)))
    for published in ("", "garbage", other):
        with place.prepared(backup, published=published) as (_, made):
            assert made.report.closed.size == backup.size


def test_a_witnessed_checkpoint_must_be_this_vaults_word_on_this_log(place):
    backup = place.back_up()
    other = place.house.vault_keys.sign_checkpoint(LogHead("evil.example/log", 900, bytes(32)))
    for note in ("", "garbage", other):
        with pytest.raises(OpeningRefused, match="not this vault's word"), place.prepared(backup, witnessed=(note,)):
            pass


@pytest.mark.parametrize("at", ["the head's size", "within what is kept"])
def test_a_signed_checkpoint_of_another_history_stops_everything(place, at):
    backup = place.back_up()
    place.more(3)
    size = {"the head's size": backup.size + 3, "within what is kept": backup.size - 1}[at]
    fork = place.house.vault_keys.sign_checkpoint(LogHead("custodiet.example/test", size, bytes(32)))
    with pytest.raises(OpeningRefused, match="contradict"), place.prepared(backup, witnessed=(fork,)):
        pass


# --- openings ---


def test_openings_that_the_ledger_lost_are_listed_and_entered_again_from_the_vaults_own_file(place):
    list(give_own_copy(place.house.store, place.house.vault, place.wearer.case.reference, BO))
    backup = place.back_up()
    list(give_own_copy(place.house.store, place.house.vault, place.wearer.case.reference, BO))
    place.house.verify()
    lost = place.house.keystore.openings()[1:]
    told = place.restore(backup)
    assert [(one.kind, one.by) for one in told.openings_lost] == [("copy.given", BO), ("tables.verified", ANA)]
    assert [one.index for one in told.openings_lost] == [backup.size, backup.size + 1]
    [(_, record)] = place.of_kind(EntryKind.OPENINGS_RECOVERED)
    assert record.entries == lost


def test_what_was_entered_again_is_not_lost_any_more_until_that_is_lost_too(place):
    backup = place.back_up()
    place.house.verify()
    assert len(place.restore(backup).openings_lost) == 1
    later = place.back_up()
    assert place.restore(later).openings_lost == ()
    assert len(place.restore(backup).openings_lost) == 1


def test_a_place_that_stands_again_has_another_handle_for_the_same_person(place):
    backup = place.back_up()
    list(give_own_copy(place.house.store, place.house.vault, place.wearer.case.reference, BO))
    [lost] = map(read_entry, place.house.keystore.openings())
    place.restore(backup)
    place.house.clock.pass_(MINUTE)
    about = {entry.index: entry.subject for entry, _, _ in place.entries() if entry.subject is not None}
    assert lost.subject not in about.values()
    list(give_own_copy(place.house.store, place.house.vault, place.wearer.case.reference, BO))
    assert lost.subject not in {entry.subject for entry, _, _ in place.entries()}


# --- erased days ---


def test_a_day_whose_key_was_destroyed_after_the_backup_stays_unreadable_and_takes_nothing_more(place):
    house, who = place.house, place.wearer.case.person_id
    today = house.clock.now().date()
    backup = place.back_up()
    assert place.house.copy(place.wearer)[-1]["fixes"] == 1
    house.vault_keys.destroy_day(who, Category.TRAIL, today)
    told = place.restore(backup)
    assert [(one.person, one.category, one.day) for one in told.days_erased] == [(who, "trail", str(today))]
    assert place.house.copy(place.wearer)[-1] == {"fixes": 0, "past_retention": 0, "days_erased": 1}
    resume_decision(house.store, place.decision.id, Ender(ANA))
    house.clock.pass_(MINUTE)
    assert house.say(house.monitor("m3"), place.wearer) == "refused erased"
    assert house.verify()["differing"] == 0


def test_a_day_that_the_restored_store_does_not_know_of_is_erased_there_too(place):
    """Its key was issued after the backup, and destroyed: nobody may make another."""
    house, who = place.house, place.wearer.case.person_id
    backup = place.back_up()
    house.clock.pass_(3 * DAY)
    day = house.clock.now().date() + 7 * DAY
    house.issue_keys()
    assert house.vault_keys.has_day_key(who, Category.TRAIL, day)
    house.vault_keys.destroy_day(who, Category.TRAIL, day)
    place.restore(backup)
    resume_decision(house.store, place.decision.id, Ender(ANA))
    house.issue_keys()
    house.clock.set(house.clock.now() + 7 * DAY)
    assert house.say(house.monitor("m3"), place.wearer) == "refused erased"
    assert not house.vault_keys.has_day_key(who, Category.TRAIL, day)
    assert house.verify()["differing"] == 0


def test_nothing_is_sealed_to_a_key_that_an_older_vault_does_not_hold(place):
    house, who = place.house, place.wearer.case.person_id
    today = house.clock.now().date()
    backup = place.back_up()
    house.keystore._connection.execute("DELETE FROM key WHERE name = ?", (f"day/{who}/trail/{today}",))
    told = place.restore(backup)
    assert [one.day for one in told.days_erased] == [str(today)]
    resume_decision(house.store, place.decision.id, Ender(ANA))
    house.clock.pass_(MINUTE)
    assert house.say(house.monitor("m3"), place.wearer) == "refused erased"


def test_people_whose_record_key_the_vault_does_not_hold_are_counted(place):
    backup = place.back_up()
    place.house.keystore._connection.execute("DELETE FROM key WHERE name LIKE 'record/%'")
    assert place.restore(backup).people_without_key == 1


# --- decisions ---


def test_a_decision_that_was_withdrawn_after_the_backup_does_not_collect_again(place):
    backup = place.back_up()
    end_decision(place.house.store, place.house.chance, place.decision.id, Move.WITHDRAW, Ender(BO))
    told = place.restore(backup)
    assert told.paused == (place.wearer.case.reference,)
    place.house.clock.pass_(MINUTE)
    assert place.house.say(place.monitor, place.wearer) == "refused suspended"
    assert place.house.decision(place.decision.id).state is State.SUSPENDED
    with place.house.store.reading() as view:
        # The device still reports, under nothing that is in force: someone sees to that, too.
        asked = {task.kind for task in view.open_tasks()}
    assert asked == {TaskKind.CHECK_RESTORED, TaskKind.STOP_DEVICE}


def test_collection_goes_on_once_someone_has_resumed_it(place):
    place.restore(place.back_up())
    place.house.clock.pass_(MINUTE)
    resume_decision(place.house.store, place.decision.id, Ender(BO))
    place.house.clock.pass_(MINUTE)
    assert place.house.say(place.monitor, place.wearer) == "kept"


def test_an_order_is_paused_too_and_only_its_maker_resumes_it(place):
    house = place.house
    ordered = house.person("TAG-2")
    order = house.decide(ordered, authority=Authority.ORDER, maker=COURT)
    told = place.restore(place.back_up())
    assert told.paused == (place.wearer.case.reference, ordered.case.reference)
    with pytest.raises(NotPermitted, match="only by its maker"):
        resume_decision(house.store, order.id, Ender(ANA))
    resume_decision(house.store, order.id, Ender(COURT))
    house.clock.pass_(MINUTE)
    assert house.say(house.monitor("m3"), ordered) == "kept"


def test_what_would_begin_later_is_paused_and_what_was_succeeded_ends(place):
    house = place.house
    later = house.person("TAG-2")
    begins = house.decide(later, starts_at=house.clock.now() + DAY)
    follower = house.proposal(place.wearer, starts_at=house.clock.now() + DAY, follows=place.decision.id)
    propose(house.store, house.chance, follower)
    make_decision(house.store, follower.id, BO)
    told = place.restore(place.back_up())
    reference = place.wearer.case.reference
    assert (told.paused, told.ended) == ((reference, later.case.reference), (reference,))
    states = {one: house.decision(one).state for one in (begins.id, follower.id, place.decision.id)}
    assert list(states.values()) == [State.SUSPENDED, State.SUSPENDED, State.WITHDRAWN]
    for ahead in (MINUTE, 2 * DAY):
        house.clock.pass_(ahead)
        monitor = house.monitor("m3")
        assert house.say(monitor, later).startswith("refused")
        assert house.say(monitor, place.wearer).startswith("refused")
    assert house.verify()["differing"] == 0


def test_what_was_paused_over_or_proposed_is_left_as_it_is(place):
    house = place.house
    suspend_decision(house.store, place.decision.id, Ender(ANA))
    over = house.decide(house.person("TAG-2"))
    end_decision(house.store, house.chance, over.id, Move.WITHDRAW, Ender(ANA))
    told = place.restore(place.back_up())
    assert (told.paused, told.ended) == ((), ())
    assert house.decision(over.id).state is State.WITHDRAWN


def test_a_token_that_ended_after_the_backup_speaks_again_and_nothing_of_it_is_kept(place):
    house = place.house
    backup = place.back_up()
    house.unfit(place.wearer)
    place.restore(backup)
    house.clock.pass_(MINUTE)
    monitor = house.monitor("m3")
    assert monitor.sender(token_hash(place.wearer.token)).token.ended_at is None
    [answer] = house.post(monitor, place.wearer.token, report("TAG-1", house.clock.now()))
    assert answer.shown == "suspended"


# --- refused as a whole ---


def test_tables_that_do_not_follow_from_the_ledger_are_refused_unless_accepted(place):
    backup = place.back_up()
    copy = House.__new__(House)
    copy.path = backup.path
    Database(copy).run(("UPDATE token SET sha256 = zeroblob(32)",))
    with pytest.raises(TableMismatch, match="1 differing"):
        place.restore(backup)
    house = place.house
    store = SqliteStore(place.copy_of(backup.path), house.clock, house.chance)
    inside = (house.keystore, house.vault_keys, house.sealer, house.clock, house.chance, empty_replay)
    with closing(store):
        made = restore_log(store, *inside, Notes(backup.note, None), ANA, accept_differing=True)
    assert made.report.tables["differing"] == 1


def test_a_clock_behind_the_backup_restores_nothing(place):
    backup = place.back_up()
    place.house.clock.set(place.house.clock.now() - DAY)
    with pytest.raises(CannotRecord, match="behind the ledger"):
        place.restore(backup)


def test_preparing_a_restore_changes_nothing_in_the_vault(place):
    backup = place.back_up()
    place.more(3)
    place.house.keystore._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (place.folder / "data" / "vault.db").read_bytes()
    with place.prepared(backup):
        pass
    place.house.keystore._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (place.folder / "data" / "vault.db").read_bytes() == before


def test_a_vault_that_follows_anew_does_so_whole_or_not_at_all(place, tmp_path):
    keystore = place.house.keystore
    before = (keystore.head(), keystore.reopened())
    with pytest.raises(CannotRecord):
        keystore.follow_anew(b"new", {1: (b"leaf", "origin"), 2: (None, "origin")})
    assert (keystore.head(), keystore.reopened()) == before
    keystore.follow_anew(b"new", {1: (b"leaf", "origin")})
    with closing(SqliteKeystore(tmp_path / "data" / "vault.db")) as again:
        assert (again.head(), again.reopened()) == (b"new", {1: (b"leaf", "origin")})
