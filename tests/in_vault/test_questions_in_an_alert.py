"""The vault answers an operator within an alert that they hold, by the moves that it read in the ledger itself."""

from datetime import timedelta

import pytest
from support.by_hand import rules_aside
from support.house import SCHEME
from support.in_alert import OPP, Alerted, second_operator
from support.looking import EVENINGS, HOME, HOUR, MINUTE, Looked, quarter
from support.staff import ADA, AOS, CAI, OPE, staffed

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.staff_leaves import end_role
from custodiet.model.alert import AlertMove, AlertState, Claim
from custodiet.model.condition import ConditionKind
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.look_record import QuestionAsked
from custodiet.model.look_up import Answer, Asked, Question
from custodiet.model.record import AlertEnded, AlertMoved, kind_of

QUARTER = 15 * MINUTE


@pytest.fixture
def one(house):
    """Whose alert the operator has claimed."""
    one = Alerted(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    second_operator(house, SCHEME)
    one.move("claim")
    return one


def written(one, record, by):
    with one.house.store.acting() as act:
        return act.write(Entry(kind_of(record), by, one.person.case.person_id), record)


def forged(one, by=OPE, alert_id="alert_1", about=None, asked=Asked.HOME, zone=None):
    """The place of a question that nobody's flow decided."""
    rules_aside(one.house)
    about = quarter(one.since) if about is None else about
    question = Question(one.case_id, asked, about, by, one.house.clock.now(), zone)
    return written(one, QuestionAsked(question, alert_id), by)


def moved(one, move, state, by=OPE, alert_id="alert_1", **told):
    """A move that no desk decided, as if the law of the store were put aside."""
    rules_aside(one.house)
    record = AlertMoved(alert_id, AlertMove(move), AlertState(state), by, one.house.clock.now(), b"sealed", **told)
    return written(one, record, by)


def refuses(one, code, index):
    with pytest.raises(OpeningRefused, match=code):
        one.house.vault.open(index)


def answers(one, index):
    return list(one.house.vault.open(index))


# --- what opens -------------------------------------------------------------------------------------------------


def test_whoever_claimed_an_alert_is_answered_within_it_and_in_triage_too(one):
    assert one.ask_within()[0] is Answer.NO
    one.move("triage")
    assert one.ask_within(about=quarter(one.since) + QUARTER)[0] is Answer.NO
    assert answers(one, forged(one))


def test_a_claim_from_before_this_vault_started_still_counts(one):
    one.house.vault = one.house.start_vault()
    assert one.ask_within()[0] is Answer.NO


def test_only_the_quarters_of_the_alert_are_answered(one):
    before, last = quarter(one.since) - QUARTER, quarter(one.house.clock.now()) - QUARTER
    refuses(one, "outside_alert", forged(one, about=before))
    assert answers(one, forged(one, about=last))
    refuses(one, "ahead, outside_alert", forged(one, about=last + QUARTER))


def test_after_an_end_that_the_ledger_tells_nothing_is_answered(one):
    ended = one.since + HOUR
    written(one, AlertEnded("alert_1", ended), "clock")
    assert answers(one, forged(one, about=quarter(ended) - QUARTER))
    after = quarter(ended + QUARTER - timedelta(microseconds=1))
    refuses(one, "outside_alert", forged(one, about=after))


def test_nothing_that_is_older_than_a_day_is_answered_whatever_the_claim_says(one):
    house = one.house
    house.clock.pass_(timedelta(days=1) - (house.clock.now() - quarter(one.since)))
    assert answers(one, forged(one))
    house.clock.pass_(MINUTE)
    refuses(one, "outside_alert", forged(one))


def test_a_zone_that_is_not_the_alerts_is_not_asked_about(house):
    one = Alerted(house, zones=[(ConditionKind.EXCLUSION, HOME, None), (ConditionKind.EXCLUSION, HOME, None)])
    mine, other = one.zones
    one.raise_alert("alert_2", zone=mine)
    one.move("claim", alert_id="alert_2")
    assert one.ask_within(Asked.ZONE, zone=mine, alert_id="alert_2")[0] is Answer.NO
    refuses(one, "another_zone", forged(one, alert_id="alert_2", asked=Asked.ZONE, zone=other))


# --- who holds it -----------------------------------------------------------------------------------------------


def test_another_operator_is_not_answered(one):
    refuses(one, "not_claimed", forged(one, by=OPP))


def test_an_alert_that_nobody_claimed_gives_nobody_anything(one):
    one.raise_alert("alert_2")
    refuses(one, "not_claimed", forged(one, alert_id="alert_2"))
    refuses(one, "not_claimed", forged(one, alert_id="alert_none"))


@pytest.mark.parametrize("moves", [["release"], ["triage", "release"], ["triage", "clear"]], ids="-".join)
def test_what_was_given_back_or_closed_gives_nothing(one, moves):
    one.move(*moves)
    refuses(one, "not_claimed", forged(one))


def test_what_was_set_aside_gives_nothing(one):
    moved(one, "suspend", "raised", until=one.house.clock.now() + HOUR)
    refuses(one, "not_claimed", forged(one))


def test_a_possible_breach_is_an_officers_and_gives_an_operator_nothing(one):
    one.move("triage")
    moved(one, "suspect", "possible_breach", by=CAI)
    refuses(one, "not_claimed", forged(one))


def test_what_another_has_claimed_since_is_theirs(one):
    one.move("release")
    one.move("claim", by=OPP)
    refuses(one, "not_claimed", forged(one))
    assert one.ask_within(by=OPP)[0] is Answer.NO


# --- what is forged ---------------------------------------------------------------------------------------------


def claim(one, **told):
    return Claim(**{"case_id": one.case_id, "began_at": one.since} | told)


def test_a_claim_by_who_is_no_operator_gives_nothing(one):
    one.move("release")
    one.move("claim", by=CAI)
    refuses(one, "not_claimed, not_an_operator", forged(one, by=CAI))


def test_a_claim_of_what_another_holds_gives_nothing(one):
    moved(one, "claim", "claimed", by=OPP, claim=claim(one))
    refuses(one, "not_claimed", forged(one, by=OPP))


def test_a_claim_of_what_is_closed_gives_nothing(one):
    one.move("triage", "clear")
    moved(one, "claim", "claimed", claim=claim(one))
    refuses(one, "not_claimed", forged(one))


def test_a_claim_that_says_otherwise_than_the_alert_gives_nothing(one):
    one.move("release")
    moved(one, "claim", "claimed", claim=claim(one, began_at=one.since - HOUR))
    refuses(one, "not_claimed", forged(one))


def test_a_claim_from_before_claims_told_what_they_are_about_gives_nothing(one):
    one.raise_alert("alert_2")
    moved(one, "claim", "claimed", alert_id="alert_2")
    refuses(one, "not_claimed", forged(one, alert_id="alert_2"))


def test_a_claim_dated_otherwise_than_its_entry_gives_nothing(one):
    one.raise_alert("alert_2")
    rules_aside(one.house)
    at = one.house.clock.now() - MINUTE
    written(one, AlertMoved("alert_2", AlertMove.CLAIM, AlertState.CLAIMED, OPE, at, claim=claim(one)), OPE)
    refuses(one, "not_claimed", forged(one, alert_id="alert_2"))


def test_a_move_by_another_account_than_its_record_stops_the_vault(one):
    record = AlertMoved("alert_1", AlertMove.RELEASE, AlertState.RAISED, OPE, one.house.clock.now())
    refuses(one, "by another account", written(one, record, OPP))


def test_a_claim_that_names_another_person_stops_the_vault(house, one):
    other = Looked(house, staff=False, serial="TAG-M")
    other.since = one.since
    one.raise_alert("alert_2")
    refuses(one, "another person", moved(one, "claim", "claimed", alert_id="alert_2", claim=claim(other)))


def test_an_alert_of_another_person_gives_nothing_about_this_one(house, one):
    other = Looked(house, staff=False, serial="TAG-M")
    other.since = one.since
    refuses(other, "another_case", forged(other))


# --- as for anyone ----------------------------------------------------------------------------------------------


def test_an_operator_with_a_conflict_of_interest_is_not_answered(house, one):
    declare_conflict(house.store, one.case_id, OPE, OPE)
    refuses(one, "conflict, not_an_operator", forged(one))


def test_an_operator_whose_role_has_ended_is_not_answered(house):
    roles = staffed(house)
    one = Alerted(house, staff=False)
    one.move("claim")
    end_role(house.store, roles[OPE], ADA)
    refuses(one, "not_an_operator", forged(one))


def test_operators_and_officers_share_what_may_be_asked_in_a_day(one):
    for number in range(3):
        one.ask_within(about=quarter(one.since) + number * QUARTER)
        one.question(about=one.began + number * QUARTER)
    refuses(one, "too_often", forged(one))
    rules_aside(one.house)
    asked = Question(one.case_id, Asked.HOME, one.began, CAI, one.house.clock.now())
    refuses(one, "too_often", written(one, QuestionAsked(asked), CAI))


def test_an_officers_question_names_no_alert_and_an_operators_must(one):
    refuses(one, "not_in_sight", forged(one, alert_id=None))
    refuses(one, "not_claimed, not_an_operator", forged(one, by=CAI))
    refuses(one, "not_claimed, not_an_operator", forged(one, by=AOS))
