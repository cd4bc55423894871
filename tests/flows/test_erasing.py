"""What is past its retention is erased: entry, keys, sealed bytes; and again from wherever it was broken off."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from support.assessing import assessor
from support.by_hand import hands_on
from support.house import ANA, BO, COURT, START, House, scheme_at, stored_fixes
from support.staff import AOS, CAI, CEM, DPO, staffed

from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.store.reading import ReadingRows
from custodiet.entrypoints.clock import Ticking
from custodiet.flows import erase_what_is_due as erase_what_is_due_file
from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.erase_what_is_due import Erasing, erase_what_is_due
from custodiet.flows.hold_erasing import answer_hold, ask_hold, end_quarantine, tell_of_copy
from custodiet.flows.in_vault import gathering
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.erasing import CopyStep, HoldFor, HoldStep
from custodiet.model.erasing_record import ErasureDue
from custodiet.model.errors import NotPermitted, OpeningRefused, TableMismatch, VaultUnavailable
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
        opened = stored_fixes(store, keys).of(self.person.case.person_id)
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

    def annul(self):
        end_decision(self.house.store, self.house.chance, self.first.id, Move.ANNUL, Ender(COURT, authority=True))

    def hold(self, *, placed=True, days=2, lasts=300 * DAY, **given):
        told = {"category": Category.TRAIL, "asked_for": HoldFor.PERSON, "why": "They contest the breach."} | given
        window = Interval(START, START + days * DAY - 10 * HOUR)
        until_at = self.house.clock.now() + lasts
        store, case_id = self.house.store, self.person.case.id
        asked = (store, assessor(self.house), self.house.chance, case_id, CAI)
        hold_id = ask_hold(*asked, window=window, until_at=until_at, **told)
        if placed:
            answer_hold(store, hold_id, HoldStep.PLACED, DPO)
        return hold_id

    def end_quarantine(self, by=DPO, why="Nobody may have it."):
        return end_quarantine(self.house.store, assessor(self.house), self.first.id, by, why=why)

    def tell(self, step):
        return tell_of_copy(self.house.store, self.first.id, step, CAI)

    def pass_retention(self):
        """Of the first decision; the second is reviewed by nobody and lapses on the way, so its own has begun."""
        self.house.clock.pass_(28 * DAY)
        end_what_ran_out(self.house.store, self.house.chance, self.house.clock, self.house.fence)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A wearer and what is kept of their house, made once; and where its clock had come to."""
    house = House(tmp_path_factory.mktemp("begun"))
    staffed(house)
    one = Wearer.begin(house)
    return one, house.kept(), house.clock.now()


@pytest.fixture
def broken(begun, tmp_path, monkeypatch):
    """The same in a house of its own, in which something may break."""
    made, kept, now = begun
    monkeypatch.setattr("support.house.settled", lambda *_: kept)
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
    with one.house.store.reading() as view:
        newest = next(each for each in view.kept_steps(one.person.case.id) if each.days)
    assert newest.at == one.house.clock.now()  # not when the rest of that day went, and its key
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


def test_the_clock_erases_as_it_passes_and_does_what_it_missed_while_it_was_away(one, tmp_path):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    house = one.house
    given = (house.vault, TileLog(tmp_path), house.clock, house.chance, house.pinned, house.fence[1])
    Ticking(house.store, *given).tick()
    assert one.kinds() == [EntryKind.ERASURE_DUE] * 2 + [EntryKind.DAY_ERASED] * 3
    assert one.stored() == []


@pytest.fixture
def erasing(one, monkeypatch):
    """A clock's, round by round, and from which entry on it looked for erasures in each."""
    monkeypatch.setattr(erase_what_is_due_file, "AT_ONCE", 1)
    looked, real = [], ReadingRows.erasures_open
    monkeypatch.setattr(ReadingRows, "erasures_open", lambda *given: looked.append(given[1]) or real(*given))
    erasing = Erasing(one.house.store, one.house.vault, one.house.clock, one.house.fence)
    erasing.looked = looked
    return erasing


def all_of(erasing):
    while erasing.step():
        pass


def test_round_by_round_a_clock_erases_all_that_one_does_that_looks_at_everything(one, erasing):
    for stored in ([one.second.id], []):
        one.house.clock.pass_(30 * DAY)
        end_what_ran_out(one.house.store, one.house.chance, one.house.clock, one.house.fence)
        all_of(erasing)
        assert one.stored() == stored
        assert one.erase() == 0


def test_every_erasure_is_looked_at_once_a_day_and_else_those_that_are_new_or_not_done(one, erasing):
    one.pass_retention()
    all_of(erasing)
    assert erasing.looked[0] == 0
    assert min(erasing.looked[1:]) > 0
    erasing.looked.clear()
    now = one.house.clock.now()
    for at in (now, now + DAY, now + DAY, now):
        one.house.clock.set(at)
        erasing.step()
    assert [since == 0 for since in erasing.looked] == [False, True, False, True]


def test_an_erasure_is_open_until_nothing_is_left_of_it(one, erasing):
    one.pass_retention()
    house, now = one.house, one.house.clock.now()
    erasing._vault = Away()
    with pytest.raises(VaultUnavailable):
        erasing.step()
    with house.store.reading() as view:
        [entry] = view.erasures_open(0)
        assert view.erasures_open(entry) == (entry,)
        assert view.erasures_open(entry + 1) == ()
        assert view.erasures_unfinished(now, {entry, entry + 1}) == (entry,)
        assert view.erasures_unfinished(now, {entry + 1}) == ()
        assert view.erasures_unfinished(START, {entry}) == ()
    erasing._vault = house.vault
    all_of(erasing)
    assert one.stored() == [one.second.id]
    with house.store.reading() as view:
        assert view.erasures_open(0) == ()


class Away:
    def erase(self, index):
        raise VaultUnavailable("gone")


def test_a_round_ends_once_enough_was_erased(one, erasing):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    while erasing.begin():
        pass
    asked, real = [], erasing._vault.erase
    erasing._vault = SimpleNamespace(erase=lambda index: asked.append(index) or real(index))
    assert erasing.finish() > 0
    assert len(asked) == 1
    assert erasing.finish() > 0
    assert len(asked) == 2


def test_an_erasure_that_cannot_be_entered_holds_up_none_behind_it_and_nothing_that_was_entered(one, monkeypatch):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    real, failing = erase_what_is_due_file._write, []

    def write(act, record):
        failing.append(record.decision_id)
        if isinstance(record, ErasureDue) and record.decision_id == failing[0]:
            raise TableMismatch("a made-up difference")
        real(act, record)

    monkeypatch.setattr(erase_what_is_due_file, "_write", write)
    erasing = Erasing(one.house.store, one.house.vault, one.house.clock, one.house.fence)
    for _ in range(2):
        with pytest.raises(TableMismatch):
            erasing.begin()
    erasing.finish()
    assert set(one.stored()) == {failing[0]}


def test_the_vault_has_said_all_before_a_day_is_recorded_and_others_write_between_two(one):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    order = []

    class Saying:
        def erase(self, index):
            yield from one.house.vault.erase(index)
            order.append("said")

    erasing = Erasing(one.house.store, Saying(), one.house.clock, one.house.fence, lambda: order.append("rested"))
    while erasing.step():
        pass
    assert one.stored() == []
    assert order[:2] == ["said", "rested"]
    assert order.count("rested") == one.kinds().count(EntryKind.DAY_ERASED) == 3


def test_what_a_vault_said_before_it_died_is_recorded(one):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)

    class Dying:
        def erase(self, index):
            yield next(iter(one.house.vault.erase(index)))
            raise VaultUnavailable("it died")

    erasing = Erasing(one.house.store, Dying(), one.house.clock, one.house.fence)
    erasing.begin()
    with pytest.raises(VaultUnavailable):
        erasing.finish()
    assert one.kinds().count(EntryKind.DAY_ERASED) == 1


def test_an_erasure_that_the_vault_refuses_each_time_holds_up_none_behind_it(one, monkeypatch):
    one.pass_retention()
    one.house.clock.pass_(29 * DAY)
    monkeypatch.setattr(erase_what_is_due_file, "AT_ONCE", 1)
    first = []

    class Refusing:
        def erase(self, index):
            first.append(index)
            if index == first[0]:
                raise OpeningRefused("made-up reasons")
            return one.house.vault.erase(index)

    for _ in range(4):
        erase_what_is_due(one.house.store, Refusing(), one.house.clock, one.house.fence)
    assert one.stored() == [one.first.id]  # of the day that both share the key is gone
    one.erase_all()
    assert one.stored() == []


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
    with hands_on(broken.house) as hand:
        hand.execute("DROP TRIGGER erasure_due")
    with broken.house.store.acting() as act:
        entry = Entry(EntryKind.ERASURE_DUE, ANA, broken.person.case.person_id)
        index = act.write(entry, ErasureDue(broken.first.id, Category.TRAIL, act.now))
    with pytest.raises(OpeningRefused, match="not_due"):
        list(broken.house.vault.erase(index))
    assert len(broken.stored()) == 3
    with pytest.raises(OpeningRefused):
        list(broken.house.vault.erase(0))


def test_yesterdays_backup_and_todays_keys_give_nothing_that_was_erased(one, tmp_path):
    one.pass_retention()
    one.house.vault_keys.turn_epoch()
    with one.house.copied(tmp_path / "yesterday.db") as yesterday:
        one.erase_all()
        one.house.clock.pass_(DAY)
        one.house.vault_keys.turn_epoch()
        then = yesterday.open(one.house.clock, one.house.chance)
        assert one.stored(store=then) == [one.second.id]
        then.close()


# --- holds -------------------------------------------------------------------------------------------------------


def test_a_hold_keeps_its_days_and_no_others_and_ends_by_itself(one, monkeypatch):
    one.hold(days=1)
    one.pass_retention()
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE, EntryKind.DAY_REKEYED]
    assert one.stored() == [one.first.id, one.second.id]
    with monkeypatch.context() as broken:
        broken.setattr(one.house.store, "acting", None)
        assert one.erase() == 0  # each minute for a year: and nobody's writing waits for it
    assert one.house.copy(one.person)[-1] == {"fixes": 2, "past_retention": 0, "days_erased": 1}
    one.house.clock.pass_(301 * DAY)
    one.erase_all()
    assert one.stored() == []


def test_a_held_part_outlives_the_key_of_its_day_when_the_rest_of_it_is_erased(one):
    """The day is shared: what the second decision collected goes, what the first did is held."""
    one.hold(days=2)
    one.house.clock.pass_(70 * DAY)
    end_what_ran_out(one.house.store, one.house.chance, one.house.clock, one.house.fence)
    one.erase_all()
    assert one.stored() == [one.first.id, one.first.id, one.second.id]


def test_a_hold_that_is_placed_while_days_are_being_erased_keeps_those_that_are_left(one):
    hold_id = one.hold(placed=False)
    one.pass_retention()
    house = one.house

    class Slow:
        def erase(self, index):
            days = house.vault.erase(index)
            yield next(days)
            answer_hold(house.store, hold_id, HoldStep.PLACED, DPO)
            yield from days

    erase_what_is_due(house.store, Slow(), house.clock, house.fence)
    assert one.stored() == [one.first.id, one.second.id]


@pytest.mark.parametrize("kept", ["not placed", "refused", "ended"])
def test_what_is_not_placed_or_is_ended_keeps_nothing(one, kept):
    hold_id = one.hold(placed=kept == "ended")
    if kept != "not placed":
        step = HoldStep.ENDED if kept == "ended" else HoldStep.REFUSED
        answer_hold(one.house.store, hold_id, step, DPO)
    one.pass_retention()
    one.erase_all()
    assert one.stored() == [one.second.id]


def test_nobody_places_their_own_hold_or_one_without_reason_date_or_anything_to_keep(one):
    hold_id = one.hold(placed=False)
    store, now = one.house.store, one.house.clock.now()
    with pytest.raises(NotPermitted, match="your_own"):
        answer_hold(store, hold_id, HoldStep.PLACED, CAI)
    with pytest.raises(NotPermitted, match="not_in_force"):
        answer_hold(store, hold_id, HoldStep.ENDED, DPO)
    for code, wrong in {
        "reason_missing": {"why": " "},
        "no_date": {"lasts": 400 * DAY},
        "too_wide": {"days": 100},
        "nothing_kept": {"category": Category.EVIDENCE},
    }.items():
        with pytest.raises(NotPermitted, match=code):
            one.hold(**wrong)
    assert one.house.clock.now() == now


def test_the_vault_keeps_nothing_longer_by_a_hold_that_nobody_could_place(broken):
    """A caseworker is no second person, whatever the tables say: the days go."""
    hold_id = broken.hold(placed=False)
    answer_hold(broken.house.store, hold_id, HoldStep.PLACED, CEM)
    broken.pass_retention()
    broken.erase_all()
    assert broken.stored() == [broken.second.id]
    with broken.house.store.reading() as view:
        late = view.remains_of()[0]
    assert (late.decision_id, late.days) == (broken.first.id, 2)


def test_a_clock_that_was_set_back_does_not_hold_up_the_bytes_of_a_day_whose_hold_was_ended(one):
    """By the vault's clock the key would have gone while the hold still stood: the store would refuse it for good."""
    hold_id = one.hold()
    one.pass_retention()
    one.erase_all()
    answer_hold(one.house.store, hold_id, HoldStep.ENDED, DPO)
    one.house.clock.pass_(-timedelta(minutes=2))
    one.erase_all()
    assert one.kinds() == [EntryKind.ERASURE_DUE, EntryKind.DAY_ERASED, EntryKind.DAY_REKEYED]


# --- quarantine --------------------------------------------------------------------------------------------------


def test_what_was_found_unauthorised_is_the_persons_until_the_officer_decides_and_a_copy_was_offered(one):
    one.annul()
    one.pass_retention()
    one.house.clock.pass_(30 * DAY)
    one.erase_all()
    assert one.stored() == [one.first.id, one.first.id]  # the other has run out in its own time
    assert one.house.copy(one.person)[-1]["fixes"] == 2
    for code, step in (("not_offered", CopyStep.TAKEN), (None, CopyStep.OFFERED), ("offered", CopyStep.OFFERED)):
        if code is None:
            with pytest.raises(NotPermitted, match="copy_not_offered"):
                one.end_quarantine()
            one.tell(step)
        else:
            with pytest.raises(NotPermitted, match=code):
                one.tell(step)
    with pytest.raises(NotPermitted, match="copy_waits"):
        one.end_quarantine()
    one.tell(CopyStep.DECLINED)
    with pytest.raises(NotPermitted, match=r"^told: "):
        one.tell(CopyStep.DECLINED)
    one.end_quarantine()
    one.erase_all()
    assert one.stored() == []


def test_four_weeks_without_an_answer_are_an_answer_and_it_goes_before_its_rule_would_say(one):
    one.annul()
    one.tell(CopyStep.OFFERED)
    one.house.clock.pass_(27 * DAY)
    with pytest.raises(NotPermitted, match="copy_waits"):
        one.end_quarantine()
    one.house.clock.pass_(1 * DAY)
    one.end_quarantine()
    with pytest.raises(NotPermitted, match="decided"):
        one.end_quarantine()
    one.erase_all()
    assert one.first.id not in one.stored()


def test_the_vault_erases_nothing_in_quarantine_that_the_data_protection_officer_has_not_let_go(broken):
    broken.annul()
    broken.tell(CopyStep.OFFERED)
    broken.tell(CopyStep.TAKEN)
    broken.end_quarantine(by=AOS)
    broken.house.clock.pass_(3 * DAY)
    broken.erase_all()
    assert broken.first.id in broken.stored()


def test_what_is_in_quarantine_can_be_held_too(one):
    one.annul()
    one.hold()
    one.tell(CopyStep.OFFERED)
    one.tell(CopyStep.TAKEN)
    one.end_quarantine()
    one.house.clock.pass_(3 * DAY)
    one.erase_all()
    assert one.first.id in one.stored()
    one.house.clock.pass_(300 * DAY)
    one.erase_all()
    assert one.first.id not in one.stored()


def test_what_was_past_its_rule_before_it_was_annulled_waits_for_the_officer_too_and_is_opened_by_that_to_nobody(one):
    hold_id = one.hold()
    one.pass_retention()
    one.erase_all()
    one.annul()
    answer_hold(one.house.store, hold_id, HoldStep.ENDED, DPO)
    one.erase_all()
    assert one.first.id in one.stored()
    assert one.house.copy(one.person)[-1]["past_retention"] == 2
    one.tell(CopyStep.OFFERED)
    one.tell(CopyStep.TAKEN)
    one.end_quarantine()
    one.erase_all()
    assert one.first.id not in one.stored()


def test_the_vaults_own_copies_of_what_is_erased_go_with_it_and_no_others(one, monkeypatch):
    monkeypatch.setattr(gathering, "FRAMES_IN_MEMORY", 1)
    one.pass_retention()
    vault = one.house.vault
    with one.house.store.reading() as view:
        sessions = view.sessions_of(one.person.case.person_id)
    ours = {no: session.decision_id for no, session in sessions.items()}

    def kept():
        while vault.take_in():
            pass
        of = {no: vault._gathering.of(no) for no in ours}
        return [ours[no] for no, found in of.items() if found.loose or found.folded]

    assert kept() == [one.first.id, one.first.id, one.second.id]
    assert any(vault._gathering.of(no).folded for no in ours)
    one.erase_all()
    assert kept() == [one.second.id]
