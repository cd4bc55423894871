"""The vault opens a reading once, for exactly what two people granted, by what it reads in the ledger itself."""

from datetime import timedelta

import pytest
from support.by_hand import rules_aside
from support.house import ANA, BO
from support.looking import EVENINGS, HOME, HOUR, MINUTE, Looked
from support.staff import ADA, AOS, AOT, CAI, CEM, OPE

from custodiet.flows.end_decision import CLOCK
from custodiet.flows.in_vault.readings import A_MINUTE_MAX
from custodiet.flows.keep_caseload import declare_conflict, hand_over_case
from custodiet.flows.looking import end_look_up
from custodiet.flows.staff_leaves import end_role
from custodiet.model.condition import ConditionKind, Interval
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.look_record import LookUpApproved, LookUpAsked, QuestionAsked, ReadingOpened
from custodiet.model.look_up import Answer, Asked, Grant, LookUp, Precision, Question, Reading, ToKnow, Tried
from custodiet.model.record import OutageFound, kind_of
from custodiet.rules.masking.stays import judged_for
from custodiet.wire.reading import read_opened


@pytest.fixture
def one(house):
    return Looked(house)


def written(house, record, by, about):
    with house.store.acting() as act:
        return act.write(Entry(kind_of(record), by, about), record)


def reading(one, look_up_id, **given):
    told = {"look_up_id": look_up_id, "case_id": one.case_id, "window": one.window(), "precision": Precision.FULL}
    return Reading(**told | {"by": CAI, "at": one.house.clock.now()} | given)


def opening(told):
    return ReadingOpened(told, judged_for(told.window))


def forged(one, look_up_id, about=None, **given):
    """A reading that no flow has decided on: the place of its entry."""
    record = opening(reading(one, look_up_id, **given))
    return written(one.house, record, record.reading.by, about or one.person.case.person_id)


def times(lines):
    return [place.at for place in lines.places]


# --- exactly its window -----------------------------------------------------------------------------------------


def test_a_reading_gives_exactly_the_fixes_of_its_half_open_window(one):
    opened = one.open(one.granted())
    assert times(opened) == [one.until - 2 * HOUR + number * 10 * MINUTE for number in range(12)]
    assert [place.lat_e7 for place in opened.places] == [465_060_000 + number * 10_000 for number in range(12)]
    assert {(place.lon_e7, place.accuracy_m, place.is_home) for place in opened.places} == {(-280_000_000, 8.0, False)}
    assert opened.authorised == (one.window(),)


def test_a_narrower_and_coarser_grant_is_all_that_opens(one):
    narrow = Interval(one.until - HOUR, one.until - HOUR / 2)
    look_up_id = one.granted(yes={"window": narrow, "precision": Precision.KM_1})
    opened = one.open(look_up_id)
    assert times(opened) == [narrow.from_at + number * 10 * MINUTE for number in range(3)]
    assert len({place.lat_e7 for place in opened.places}) == 1
    for place in opened.places:
        assert place.accuracy_m > 700
    rules_aside(one.house)
    index = forged(one, look_up_id, window=narrow, precision=Precision.FULL)
    with pytest.raises(OpeningRefused, match="wider"):
        one.house.vault.open(index)


def test_nothing_of_another_person_comes_out(house, one):
    other = Looked(house, staff=False, serial="TAG-M")
    opened = one.open(one.granted(window=one.window(3)))
    mine = times(opened)
    assert mine == [one.began + number * 10 * MINUTE for number in range(18)]
    assert not set(mine) & set(times(other.open(other.granted())))
    look_up_id = other.granted()
    rules_aside(house)
    index = forged(one, look_up_id)
    with pytest.raises(OpeningRefused, match="another_case"):
        house.vault.open(index)


def test_what_was_not_authorised_is_told_apart_and_gives_nothing(one):
    wide = Interval(one.began - HOUR, one.began + HOUR)
    opened = one.open(one.granted(window=wide))
    assert opened.authorised == (Interval(one.decision.starts_at, wide.to_at),)
    assert times(opened)[0] == one.began


def test_at_home_there_is_a_state_and_no_place(house):
    one = Looked(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    opened = one.open(one.granted(window=one.window(3)))
    home = [place for place in opened.places if place.is_home]
    assert len(home) == 4
    assert {(place.lat_e7, place.lon_e7, place.accuracy_m) for place in home} == {(None, None, None)}


# --- once, in time, alive ---------------------------------------------------------------------------------------


def test_a_reading_opens_once(one):
    opened = one.open(one.granted())
    with pytest.raises(OpeningRefused, match="opens nothing"):
        one.house.vault.open(opened.index)


def test_a_reading_opens_within_thirty_seconds_of_being_seen_and_not_for_a_vault_that_started_since(one):
    look_up_id = one.granted()
    index = forged(one, look_up_id)
    with pytest.raises(OpeningRefused, match="opens nothing"):
        one.house.start_vault().open(index)
    one.house.vault.checkpoint()
    one.house.clock.pass_(timedelta(seconds=31))
    with pytest.raises(OpeningRefused, match="opens nothing"):
        one.house.vault.open(index)
    index = forged(one, look_up_id)
    assert times(read_opened(one.house.vault.open(index), index, reading(one, look_up_id)))


def test_a_grant_that_was_given_before_the_vault_started_still_opens_a_reading_that_comes_after(one):
    look_up_id = one.granted()
    one.house.vault = one.house.start_vault()
    assert len(one.open(look_up_id).places) == 12


def test_an_expired_grant_opens_nothing_whether_or_not_a_clock_ran(one):
    look_up_id = one.granted()
    rules_aside(one.house)
    one.house.clock.pass_(4 * HOUR - MINUTE)
    index = forged(one, look_up_id)
    assert list(one.house.vault.open(index))
    one.house.clock.pass_(MINUTE)
    index = forged(one, look_up_id)
    with pytest.raises(OpeningRefused, match="grant_expired"):
        one.house.vault.open(index)


def test_a_grant_that_was_ended_opens_nothing(one):
    look_up_id = one.granted()
    end_look_up(one.house.store, look_up_id, AOT)
    rules_aside(one.house)
    index = forged(one, look_up_id)
    with pytest.raises(OpeningRefused, match="grant_ended"):
        one.house.vault.open(index)


def test_the_vault_opens_so_many_in_a_minute_and_no_more(one):
    look_up_id = one.granted()
    for _ in range(A_MINUTE_MAX):
        one.open(look_up_id)
    with pytest.raises(OpeningRefused, match="too_fast"):
        one.open(look_up_id)
    one.house.clock.pass_(MINUTE)
    assert one.open(look_up_id).places


# --- what two people did not give -------------------------------------------------------------------------------


def look_up(one, **given):
    told = {"id": "look_up_forged", "case_id": one.case_id, "purpose": "contact", "to_know": ToKnow.REACH}
    told |= {"why_sealed": b"sealed", "tried": (Tried.RANG,), "window": one.window(), "precision": Precision.FULL}
    return LookUp(**told | {"asked_by": CAI, "asked_at": one.house.clock.now()} | given)


def grant(one, **given):
    now = one.house.clock.now()
    told = {"look_up_id": "look_up_forged", "window": one.window(), "precision": Precision.FULL, "approved_by": AOS}
    return Grant(**told | {"approved_at": now, "expires_at": now + HOUR} | given)


FORGED = {
    "asked by somebody without sight": ({"asked_by": CEM}, {}, {"by": CEM}),
    "asked by an operator": ({"asked_by": OPE}, {}, {"by": OPE}),
    "asked by an authorising officer": ({"asked_by": AOT}, {}, {"by": AOT}),
    "asked by an account without a role": ({"asked_by": ANA}, {}, {"by": ANA}),
    "approved by whoever asked": ({}, {"approved_by": CAI}, {}),
    "approved by a caseworker": ({}, {"approved_by": CEM}, {}),
    "approved by an administrator": ({}, {"approved_by": ADA}, {}),
    "approved by an account without a role": ({}, {"approved_by": BO}, {}),
    "approved for a wider window": ({}, {"wider": True}, {"wider": True}),
    "approved more exactly than asked": ({"precision": Precision.KM_1}, {}, {}),
    "read by another caseworker": ({}, {}, {"by": CEM}),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_two_people_did_not_give_opens_nothing_whatever_the_tables_say(one, what):
    asked, given, read = (dict(part) for part in FORGED[what])
    wide = one.window(3)
    for part in (given, read):
        if part.pop("wider", False):
            part["window"] = wide
    rules_aside(one.house)
    about = one.person.case.person_id
    request, yes = look_up(one, **asked), grant(one, **given)
    written(one.house, LookUpAsked(request), request.asked_by, about)
    written(one.house, LookUpApproved(yes), yes.approved_by, about)
    index = forged(one, request.id, **read)
    with pytest.raises(OpeningRefused, match=r"not_granted|not_yours"):
        one.house.vault.open(index)


def test_the_same_by_two_people_who_may_opens_it(one):
    about = one.person.case.person_id
    written(one.house, LookUpAsked(look_up(one)), CAI, about)
    written(one.house, LookUpApproved(grant(one)), AOS, about)
    assert len(list(one.house.vault.open(forged(one, "look_up_forged")))) == 13


def test_an_entry_by_another_account_than_its_record_stops_the_vault(one):
    look_up_id = one.granted()
    index = written(one.house, opening(reading(one, look_up_id)), CEM, one.person.case.person_id)
    with pytest.raises(OpeningRefused, match="by another account"):
        one.house.vault.open(index)


def test_an_entry_that_names_nobody_stops_the_vault(one):
    look_up_id = one.granted()
    index = written(one.house, opening(reading(one, look_up_id)), CAI, None)
    with pytest.raises(OpeningRefused, match="another person"):
        one.house.vault.open(index)


# --- what ends in between ---------------------------------------------------------------------------------------

LOST = {
    "a conflict of whoever asked": lambda house, one: declare_conflict(house.store, one.case_id, CAI, CAI),
    "the case handed over": lambda house, one: hand_over_case(house.store, one.case_id, CAI, CEM, AOS),
}


@pytest.mark.parametrize("how", LOST)
def test_sight_that_ends_closes_a_grant(house, one, how):
    look_up_id = one.granted()
    LOST[how](house, one)
    index = forged(one, look_up_id)
    with pytest.raises(OpeningRefused, match=r"not_in_sight|conflict"):
        house.vault.open(index)


def test_a_role_that_ends_closes_a_grant(house):
    from support.staff import staffed

    roles = staffed(house)
    one = Looked(house, staff=False)
    look_up_id = one.granted()
    end_role(house.store, roles[CAI], ADA)
    with pytest.raises(OpeningRefused, match="not_in_sight"):
        house.vault.open(forged(one, look_up_id))


def test_what_was_annulled_since_is_hidden_from_staff_and_not_from_the_person(one):
    from custodiet.flows.end_decision import end_decision
    from custodiet.rules.decisions import Ender, Move

    look_up_id = one.granted()
    end_decision(one.house.store, one.house.chance, one.decision.id, Move.ANNUL, Ender("court", authority=True))
    with pytest.raises(OpeningRefused, match="quarantined"):
        one.house.vault.open(forged(one, look_up_id))
    assert one.house.copy(one.person)[-1]["fixes"] == 18


def test_what_is_past_its_retention_is_shown_to_nobody_though_nothing_was_erased(house):
    one = Looked(house, review_due_at=house.clock.now() + timedelta(hours=4))
    house.clock.pass_(timedelta(days=28) + HOUR / 2)
    look_up_id = one.granted()
    assert one.open(look_up_id).places
    house.clock.pass_(HOUR)
    rules_aside(house)
    with pytest.raises(OpeningRefused, match="past_retention"):
        house.vault.open(forged(one, look_up_id))


# --- questions --------------------------------------------------------------------------------------------------


def test_home_is_answered_yes_no_and_cannot_tell_by_the_rules_that_judge(house):
    one = Looked(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    assert one.question(about=one.began) is Answer.YES
    assert one.question(about=one.began + 2 * HOUR) is Answer.NO
    assert one.question(about=one.began + HOUR / 2) is Answer.CANNOT_TELL


def test_a_zone_of_the_decision_is_answered_and_one_of_another_case_is_not(house):
    one = Looked(house, zones=[(ConditionKind.EXCLUSION, HOME, None)])
    assert one.question(Asked.ZONE, one.began, zone=one.zones[0]) is Answer.YES
    assert one.question(Asked.ZONE, one.began + 2 * HOUR, zone=one.zones[0]) is Answer.NO
    other = Looked(house, staff=False, serial="TAG-M")
    rules_aside(house)
    asked = Question(other.case_id, Asked.ZONE, other.began, CAI, house.clock.now(), one.zones[0])
    index = written(house, QuestionAsked(asked), CAI, other.person.case.person_id)
    with pytest.raises(OpeningRefused, match="zone_not_in_force"):
        house.vault.open(index)


def test_whether_the_device_was_heard_of_is_answered_without_a_place(one):
    assert one.question(Asked.CONTACT, one.until - HOUR) is Answer.YES
    one.house.clock.pass_(HOUR)
    assert one.question(Asked.CONTACT, one.until) is Answer.NO


def test_whether_it_was_heard_of_cannot_be_told_while_its_stored_contact_may_stand_for_a_later_one(one):
    house = one.house
    house.clock.pass_(8 * MINUTE)
    house.say(one.monitor, one.person)
    house.clock.pass_(HOUR)
    assert one.question(Asked.CONTACT, one.until + 15 * MINUTE) is Answer.CANNOT_TELL
    assert one.question(Asked.CONTACT, one.until + 30 * MINUTE) is Answer.NO


def test_whether_it_was_heard_of_cannot_be_told_when_our_own_path_was_down_since(one):
    one.house.clock.pass_(2 * HOUR)
    down = OutageFound(one.until + 40 * MINUTE, one.until + 50 * MINUTE)
    with one.house.store.acting() as act:
        act.write(Entry(kind_of(down), CLOCK), down)
    assert one.question(Asked.CONTACT, one.until + 30 * MINUTE) is Answer.CANNOT_TELL
    assert one.question(Asked.CONTACT, one.until + HOUR) is Answer.NO


def test_the_vault_counts_questions_by_itself_whoever_asks(one):
    for number in range(6):
        one.question(about=one.began + number * 15 * MINUTE)
    rules_aside(one.house)
    asked = Question(one.case_id, Asked.HOME, one.began, CAI, one.house.clock.now())
    index = written(one.house, QuestionAsked(asked), CAI, one.person.case.person_id)
    with pytest.raises(OpeningRefused, match="too_often"):
        one.house.vault.open(index)


def test_a_question_by_somebody_without_sight_is_not_answered(one):
    asked = Question(one.case_id, Asked.HOME, one.began, OPE, one.house.clock.now())
    index = written(one.house, QuestionAsked(asked), OPE, one.person.case.person_id)
    with pytest.raises(OpeningRefused, match="not_in_sight"):
        one.house.vault.open(index)


def test_the_name_and_the_reason_open_to_an_officer_while_a_look_up_waits_and_no_longer(one):
    from custodiet.flows.open_case_record import open_case_record
    from custodiet.model.errors import NotPermitted

    look_up_id = one.ask()
    record = open_case_record(one.house.store, one.house.vault, one.case_id, AOS, "sitting-1")
    assert [(why.look_up_id, why.words[:6]) for why in record.whys] == [(look_up_id, "Nobody")]
    one.approve(look_up_id)
    with pytest.raises(NotPermitted, match="no_proposal"):
        open_case_record(one.house.store, one.house.vault, one.case_id, AOS, "sitting-1")
