"""A right of one person is restricted: weighed, answered by another, over by itself; and nothing else is held back."""

from datetime import timedelta

import msgspec
import pytest
from support.by_hand import stored_bytes
from support.glass import Endangered
from support.house import START
from support.looking import HOUR, MINUTE, STEP, Looked
from support.staff import AOS, CAI, DPO

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.restrict_right import answer_restriction, ask_restriction, read_weighing
from custodiet.flows.show_looking import What, looks_for_person, show_looks
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.record import CaseRecordGiven, kind_of
from custodiet.model.restricting import Ground, RestrictionStep, Right
from custodiet.rules.restricting import WEIGHED

DAY = timedelta(days=1)
SAID = {part: f"Weighed of {part}." for part in WEIGHED}
WHY_NOT = "They would take the other person's number."


@pytest.fixture
def one(house):
    one = Looked(house, fixes=3)
    one.open(one.granted(window=one.window(1)))
    house.clock.pass_(HOUR)
    return one


def asked(one, right=Right.LOOKS, **given):
    now = one.house.clock.now()
    told = {"ground": Ground.ANOTHERS_SAFETY, "window": Interval(START - DAY, now), "until_at": now + 7 * DAY}
    told |= {"said": SAID, "told": True}
    return ask_restriction(
        one.house.store, one.assessor, one.house.chance, one.case_id, CAI, right=right, **told | given
    )


def placed(one, right=Right.LOOKS, **given):
    restriction_id = asked(one, right, **given)
    answer_restriction(one.house.store, restriction_id, RestrictionStep.PLACED, DPO)
    return restriction_id


def seen(one):
    """What the person sees: kinds of lines, and what is held back as far as they are told."""
    with one.house.store.reading() as view:
        looks = looks_for_person(view, one.house.clock.now(), one.case_id)
    return {line.what for line in looks.lines}, looks.held_back


def copy_of(one):
    lines = list(give_own_copy(one.house.store, one.house.vault, one.person.case.reference, CAI))
    return [msgspec.json.decode(line) for line in lines]


def test_it_holds_back_that_right_from_the_answer_until_its_date_and_from_the_person_alone(one):
    before, _ = seen(one)
    assert What.READ in before
    restriction_id = asked(one)
    assert seen(one) == (before, ())  # it waits
    answer_restriction(one.house.store, restriction_id, RestrictionStep.PLACED, DPO)
    lines, [held] = seen(one)
    assert lines == set()
    assert held.restriction.id == restriction_id
    with one.house.store.reading() as view:
        assert {line.what for line in show_looks(view, one.house.clock.now(), one.case_id).lines} == before
    assert len([line for line in copy_of(one) if "latitude" in line]) == 3  # another right
    one.house.clock.pass_(7 * DAY)
    assert seen(one)[0] >= before


def test_what_happens_after_it_was_asked_for_is_not_held_back(one):
    placed(one)
    one.open(one.granted(window=one.window(1)))
    assert What.READ in seen(one)[0]


def test_what_was_found_of_a_look_alone_is_held_back_with_it_whenever_it_was_said(house):
    one = Endangered(house, fixes=3)
    one.break_glass()
    house.clock.pass_(MINUTE)
    placed(one)  # about the time up to now, and so not about what is found later
    house.clock.pass_(MINUTE)
    one.assess_all()
    assert {What.ALONE, What.ASSESSED} & seen(one)[0] == set()
    placed(one, Right.DISCLOSURES, window=Interval(START, house.clock.now()))
    house.clock.pass_(7 * DAY)
    assert {What.ALONE, What.ASSESSED} <= seen(one)[0]


def test_a_look_alone_is_no_disclosure(house):
    one = Endangered(house, fixes=3)
    one.break_glass()
    one.assess_all()
    house.clock.pass_(MINUTE)
    placed(one, Right.DISCLOSURES)
    assert {What.ALONE, What.ASSESSED} <= seen(one)[0]


def test_one_that_is_not_told_is_told_once_it_is_over(one):
    placed(one, told=False, untold=WHY_NOT)
    assert seen(one) == (set(), ())
    one.house.clock.pass_(6 * DAY)
    another = placed(one, told=False, untold=WHY_NOT, window=Interval(START, one.house.clock.now()))
    one.house.clock.pass_(2 * DAY)  # the first is over, and to tell of it would tell of the second
    assert seen(one) == (set(), ())
    answer_restriction(one.house.store, another, RestrictionStep.ENDED, DPO)
    lines, held = seen(one)
    assert What.READ in lines
    assert len(held) == 2


@pytest.mark.parametrize("told", [True, False])
def test_a_copy_leaves_out_those_positions_and_says_so_only_where_it_is_told(one, told):
    whole = copy_of(one)
    times = [line["fix_time"] for line in whole if "latitude" in line]
    assert len(times) == 3
    window = Interval(one.began - HOUR, one.began + STEP + MINUTE)
    placed(one, Right.COPY, window=window, told=told, untold="" if told else WHY_NOT)
    lines = copy_of(one)
    left = [line["fix_time"] for line in lines if "latitude" in line]
    assert left == times[2:]
    assert ("held_back" in lines[0]) is told
    assert lines[-1]["fixes"] == len(left)
    assert What.READ in seen(one)[0]  # another right
    one.house.clock.pass_(7 * DAY)
    assert [line["fix_time"] for line in copy_of(one) if "latitude" in line] == times


def test_every_part_is_weighed_and_it_is_dated_past_and_told_or_says_why_not(one):
    now = one.house.clock.now()
    with pytest.raises(NotPermitted) as refused:
        asked(one, said={}, until_at=now + 29 * DAY, window=Interval(now - 93 * DAY, now + DAY), told=False)
    codes = [str(each).partition(":")[0] for each in refused.value.objections]
    assert codes == ["not_weighed"] * 4 + ["no_end", "ahead", "too_wide", "not_told"]
    with pytest.raises(NotPermitted, match="told_and_not"):
        asked(one, untold=WHY_NOT)


def test_nobody_answers_their_own_or_twice_or_late(one):
    restriction_id = asked(one)
    with pytest.raises(NotPermitted, match="your_own"):
        answer_restriction(one.house.store, restriction_id, RestrictionStep.PLACED, CAI)
    answer_restriction(one.house.store, restriction_id, RestrictionStep.REFUSED, DPO)
    for step, code in ((RestrictionStep.PLACED, "answered"), (RestrictionStep.ENDED, "not_in_force")):
        with pytest.raises(NotPermitted, match=code):
            answer_restriction(one.house.store, restriction_id, step, DPO)
    late = asked(one)
    one.house.clock.pass_(7 * DAY)
    with pytest.raises(NotPermitted, match="over"):
        answer_restriction(one.house.store, late, RestrictionStep.PLACED, DPO)


def test_the_data_protection_officer_reads_the_weighing_and_nobody_else_whatever_the_ledger_is_made_to_say(one):
    restriction_id = asked(one, told=False, untold=WHY_NOT)
    words = read_weighing(one.house.store, one.house.vault, restriction_id, DPO, "sitting")
    assert words == (*SAID.values(), WHY_NOT)
    for who in (CAI, AOS):
        with pytest.raises(OpeningRefused, match="for the data protection officer"):
            opened(one, restriction_id, who)
    declare_conflict(one.house.store, one.case_id, DPO, DPO)
    with pytest.raises(OpeningRefused, match="conflict"):
        opened(one, restriction_id, DPO)


def opened(one, restriction_id, by):
    record = CaseRecordGiven(one.case_id, by, "sitting", restriction_id=restriction_id)
    with one.house.store.acting() as act:
        index = act.write(Entry(kind_of(record), by, one.person.case.person_id), record)
    return list(one.house.vault.open(index))


def test_the_tables_follow_from_the_records_and_no_word_of_the_weighing_is_in_the_store(one):
    placed(one, told=False, untold=WHY_NOT)
    assert one.house.verify()["missing"] == one.house.verify()["differing"] == 0
    stored = stored_bytes(one.house)
    assert not [words for words in (*SAID.values(), WHY_NOT) if words.encode() in stored]
