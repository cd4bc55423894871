"""Why a hold was asked for: opened to whoever may say yes to it, and nothing else of the case; a hold opens nothing."""

from datetime import timedelta

import pytest
from support.house import START
from support.looking import HOUR, Looked
from support.staff import AOS, AOT, CAI, CEM, DPO

from custodiet.flows.hold_erasing import answer_hold, ask_hold
from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.open_case_record import open_hold_reason
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry
from custodiet.model.erasing import HoldFor, HoldStep
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.mode import Category
from custodiet.model.record import CaseRecordGiven, kind_of

DAY = timedelta(days=1)
WHY = "They contest the breach before the tribunal."


@pytest.fixture
def one(house):
    one = Looked(house, fixes=3, review_due_at=house.clock.now() + HOUR)
    one.hold_id = hold_of(one)
    return one


def hold_of(one):
    told = {"category": Category.TRAIL, "asked_for": HoldFor.PERSON, "why": WHY}
    told |= {"window": Interval(START, START + DAY), "until_at": one.house.clock.now() + 300 * DAY}
    return ask_hold(one.house.store, one.assessor, one.house.chance, one.case_id, CAI, **told)


def read(one, by=AOS, **given):
    """As whoever writes the ledger past the flows would ask."""
    record = CaseRecordGiven(**{"case_id": one.case_id, "by": by, "sign_in": "sitting", "hold_id": one.hold_id} | given)
    with one.house.store.acting() as act:
        index = act.write(Entry(kind_of(record), by, one.person.case.person_id), record)
    return list(one.house.vault.open(index))


def test_whoever_may_say_yes_reads_why_and_each_time_by_an_entry_of_its_own(one):
    assert open_hold_reason(one.house.store, one.house.vault, one.hold_id, AOS, "sitting") == WHY
    [line] = read(one)
    assert WHY.encode() in line
    with one.house.store.reading() as view:
        index = view.ledger_size() - 1
        assert view.case_record_given(one.case_id, AOS, "sitting") is None
    with pytest.raises(OpeningRefused):
        one.house.vault.open(index)


@pytest.mark.parametrize("who", [CAI, CEM, DPO])
def test_nobody_else_reads_it_whatever_the_ledger_is_made_to_say(one, who):
    with pytest.raises(OpeningRefused, match="does not wait for them"):
        read(one, by=who)


def test_nobody_reads_it_with_a_conflict_or_once_it_is_answered_or_as_another_cases(one):
    declare_conflict(one.house.store, one.case_id, AOT, AOT)
    with pytest.raises(OpeningRefused, match="does not wait for them"):
        read(one, by=AOT)
    other = Looked(one.house, staff=False, serial="TAG-M", fixes=1)
    with pytest.raises(OpeningRefused, match="no such hold"):
        read(one, hold_id=hold_of(other))
    answer_hold(one.house.store, one.hold_id, HoldStep.PLACED, AOS)
    with pytest.raises(OpeningRefused, match="does not wait for them"):
        read(one)
    with pytest.raises(NotPermitted, match="answered"):
        open_hold_reason(one.house.store, one.house.vault, one.hold_id, AOS, "sitting")


def test_what_is_held_past_its_rule_stays_shut_to_staff_and_is_the_persons(one):
    answer_hold(one.house.store, one.hold_id, HoldStep.PLACED, AOS)
    look_up_id = one.granted(window=one.window(1))
    assert len(one.open(look_up_id).places) == 3
    one.house.clock.pass_(29 * DAY)
    with pytest.raises(NotPermitted, match="past_retention"):
        one.ask(window=one.window(1))
    assert one.house.copy(one.person)[-1]["fixes"] == 3
