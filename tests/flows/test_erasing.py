"""What is past its retention is erased: entry, keys, sealed bytes; and again from wherever it was broken off."""

import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import ANA, BO, House, scheme_at

from custodiet.adapters import sealing
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.erase_what_is_due import erase_what_is_due
from custodiet.flows.in_vault.stored_fixes import fixes_of
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.erasing_record import ErasureDue
from custodiet.model.errors import OpeningRefused, VaultUnavailable
from custodiet.model.mode import Category
from custodiet.model.scheme import RetentionRule
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.records import read_entry

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class Wearer:
    """Someone with fixes on two days, the second shared by two decisions: the first keeps for 28 days."""

    def __init__(self, house, person, first, second):
        self.house, self.person, self.first, self.second = house, person, first, second

    @classmethod
    def begin(cls, house):
        person = house.person("TAG-1")
        one = cls(house, person, house.decide(person), None)
        one.monitor = house.monitor()
        one.say()
        house.clock.pass_(DAY)
        house.issue_keys()
        one.say()
        end_decision(house.store, house.chance, one.first.id, Move.WITHDRAW, Ender(BO))
        house.clock.pass_(HOUR)
        one.second = house.decide(person)
        one.monitor.refresh()
        one.say()
        return one

    def say(self):
        assert self.house.say(self.monitor, self.person) == "kept"
        self.house.clock.pass_(timedelta(minutes=1))

    def stored(self, keys=None, store=None):
        """The decisions whose fixes open, in order."""
        keys, store = keys or self.house.vault_keys, store or self.house.store
        opened = fixes_of(store, keys, sealing, self.person.case.person_id)
        return [session.decision_id for session, _ in opened]

    def erase(self):
        return erase_what_is_due(self.house.store, self.house.vault, self.house.clock, self.house.fence)

    def erase_all(self):
        while self.erase():
            pass

    def kinds(self):
        with self.house.store.reading() as view:
            kinds = [read_entry(row.body).kind for row in view.entries(0, 1000)]
        return [one for one in kinds if one.startswith(("erasure.", "day."))]

    def pass_retention(self):
        """Of the first decision; the second is reviewed by nobody and lapses on the way, so its own has begun."""
        self.house.clock.pass_(28 * DAY)
        end_what_ran_out(self.house.store, self.house.chance, self.house.clock, self.house.fence)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A wearer and the files of their house, made once; and where its clock and its chance had come to."""
    folder = tmp_path_factory.mktemp("begun")
    house = House(folder)
    one = Wearer.begin(house)
    house.close()
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode) for path in paths}
    return one, (files, house.chance._random.getstate()), house.clock.now()


@pytest.fixture
def broken(begun, tmp_path, monkeypatch):
    """The same in a house of its own, in which something may break."""
    made, settled, now = begun
    monkeypatch.setattr("support.house.settled", lambda *_: settled)
    house = House(tmp_path)
    house.clock.pass_(now - house.clock.now())
    yield Wearer(house, made.person, made.first, made.second)
    house.close()


@pytest.fixture
def one(broken):
    """The same, and what stands at the end is whole."""
    yield broken
    counts = broken.house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)


def test_nothing_is_erased_before_its_time(one):
    one.house.clock.pass_(27 * DAY)
    assert one.erase() == 0
    assert one.stored() == [one.first.id, one.first.id, one.second.id]


def test_what_is_past_its_rule_is_gone_from_the_store_and_opens_for_nobody_and_the_rest_goes_on(one):
    one.pass_retention()
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE, EntryKind.DAY_ERASED, EntryKind.DAY_REKEYED]
    assert one.stored() == [one.second.id]
    assert one.house.copy(one.person)[-1] == {"fixes": 1, "past_retention": 0, "days_erased": 2}
    counts = one.house.verify()
    assert (counts["fixes"], counts["erased"]) == (1, 2)
    assert one.erase() == 0
    with one.house.store.reading() as view:
        [left] = view.remains_of()
    assert (left.decision_id, left.days) == (one.second.id, 1)


def test_the_rest_of_a_day_is_erased_in_its_own_time(one):
    one.pass_retention()
    one.erase_all()
    one.house.clock.pass_(29 * DAY)
    one.erase_all()
    assert one.stored() == []
    assert one.kinds()[3:] == [EntryKind.ERASURE_DUE, EntryKind.DAY_ERASED]
    assert one.house.verify()["erased"] == 3
    names = [name for name, _, _ in one.house.keystore.all()]
    assert [name for name in names if name.startswith("session/")] == []


def test_two_decisions_that_come_due_together_leave_nothing_of_a_day_they_share(one):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE] * 2 + [EntryKind.DAY_ERASED] * 3
    assert one.stored() == []


STEPS = ("before the vault", "after the keys", "after the first day")


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_broken_off_is_done_again(one, step):
    house = one.house
    one.pass_retention()

    class Broken:
        def erase(self, index):
            if step == "before the vault":
                raise VaultUnavailable("gone")
            days = house.vault.erase(index)
            if step == "after the keys":
                list(days)
                raise VaultUnavailable("gone")
            yield next(days)
            raise VaultUnavailable("gone")

    with pytest.raises(VaultUnavailable):
        erase_what_is_due(house.store, Broken(), house.clock, house.fence)
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)
    house.vault = house.start_vault()
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE, EntryKind.DAY_ERASED, EntryKind.DAY_REKEYED]
    assert one.stored() == [one.second.id]


def test_a_vault_that_dies_in_the_middle_of_a_day_has_destroyed_all_of_its_key_or_nothing(one, monkeypatch):
    one.pass_retention()
    with monkeypatch.context() as broken:
        broken.setattr(one.house.keystore, "destroy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            one.erase()
    one.house.vault = one.house.start_vault()
    assert len(one.stored()) == 3
    one.erase_all()
    assert one.stored() == [one.second.id]


def test_a_day_to_whose_key_something_may_still_be_sealed_waits_until_it_is_closed(tmp_path, monkeypatch):
    """Meanwhile what is due is shown to nobody."""
    kept_for_a_day = (RetentionRule(Category.TRAIL, 1, "made-up reasons"),)
    monkeypatch.setattr("support.house.scheme_at", lambda start: replace(scheme_at(start), retention=kept_for_a_day))
    house = House(tmp_path, anew=True)
    one = Wearer.begin(house)
    house.clock.pass_(DAY)
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE, EntryKind.DAY_ERASED]
    assert one.stored() == [one.first.id, one.second.id]
    assert house.copy(one.person)[-1] == {"fixes": 1, "past_retention": 1, "days_erased": 1}
    house.clock.pass_(14 * HOUR)
    one.erase_all()
    assert one.stored() == [one.second.id]
    house.close()


def test_the_vault_erases_nothing_that_its_own_reading_of_the_ledger_does_not_call_due(broken):
    """Whoever writes the store can write an entry; what is kept for longer than it says stays."""
    with sqlite3.connect(broken.house.path) as database:
        database.execute("DROP TRIGGER erasure_due")
    with broken.house.store.acting() as act:
        entry = Entry(EntryKind.ERASURE_DUE, ANA, broken.person.case.person_id)
        index = act.write(entry, ErasureDue(broken.first.id, Category.TRAIL, act.now))
    with pytest.raises(OpeningRefused, match="not due"):
        list(broken.house.vault.erase(index))
    assert len(broken.stored()) == 3
    with pytest.raises(OpeningRefused):
        list(broken.house.vault.erase(0))


def test_yesterdays_backup_and_todays_keys_give_nothing_that_was_erased(one, tmp_path):
    one.pass_retention()
    one.house.vault_keys.turn_epoch()
    shutil.copytree(one.house.folder / "data", tmp_path / "yesterday")
    one.erase_all()
    one.house.clock.pass_(DAY)
    one.house.vault_keys.turn_epoch()
    then = SqliteStore(tmp_path / "yesterday" / "custodiet.db", one.house.clock, one.house.chance)
    assert one.stored(store=then) == [one.second.id]
    then.close()
