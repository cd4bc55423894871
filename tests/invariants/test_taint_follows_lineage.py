"""Invariant 10: taint follows lineage. What rests on an interval found unauthorised accuses nobody any more."""

import pytest
from support.disclosing import Disclosed, knows_agency, opened
from support.house import ANA, BO, COURT
from support.proposing import propose
from support.watched import (
    AWAY,
    DAY,
    HOME,
    HOUR,
    MINUTE,
    SECOND,
    WALKING_MPS,
    alert_of,
    bring,
    desk,
    give_zones,
    kinds_since,
    ledger_size,
    rows,
    watch,
    whole,
)

from custodiet.flows import end_decision as ending
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, suspend_decision
from custodiet.model.alert import AlertMove, AlertState, Excuse
from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.finding import Weight, Why
from custodiet.model.look_up import Asked
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.access import Under
from custodiet.rules.decisions import Ender, Move

M, S = AlertMove, AlertState
REGULATOR = Ender(COURT, authority=True)


@pytest.fixture(autouse=True)
def _replayed(house):
    yield
    assert whole(house)


def annul(one):
    return end_decision(one.house.store, one.house.chance, one.decision_id, Move.ANNUL, REGULATOR)


def in_every_state(house):
    """People with an alert in each state, all of one decision of their own; (state, who)."""
    found = []
    for number, state in enumerate(S):
        one = watch(house, f"TAG-{number}", monitor=found[0][1].monitor if found else None)
        found.append((state, one))
    for state, one in found:
        bring(house, one.accused().id, state)
    return found


def test_annulling_weakens_what_rests_on_it_whatever_state_it_is_in(house):
    for state, one in in_every_state(house):
        alert, before = one.alert(), ledger_size(house)
        annul(one)
        after = one.alert()
        assert (after.weakened_why, after.state, after.decided_by) == (Why.ANNULLED, state, alert.decided_by)
        assert kinds_since(house, before) == [EntryKind.DECISION_ANNULLED]
        assert rows(house, "SELECT count(*) FROM alert") == [(len(S),)]


TOWARDS = {S.TRIAGED: M.SUSPECT, S.POSSIBLE_BREACH: M.ENQUIRE, S.ENQUIRY: M.DECIDE, S.BREACH: M.NOTIFY}


@pytest.mark.parametrize("state", TOWARDS)
def test_what_is_tainted_goes_no_farther_and_can_still_be_let_go(house, state):
    one = watch(house)
    alert = one.accused()
    bring(house, alert.id, state)
    annul(one)
    house.clock.pass_(30 * DAY)
    with pytest.raises(NotPermitted, match="the decision it rests on was annulled"):
        desk(house).move(alert.id, TOWARDS[state], ANA, "made-up reasons")
    back = M.CLEAR if state in (S.TRIAGED, S.POSSIBLE_BREACH) else M.EXCUSE
    desk(house).move(alert.id, back, ANA, "made-up reasons")


def test_what_was_never_looked_at_cannot_enter_either(house):
    one = watch(house)
    alert = one.accused()
    annul(one)
    for move in (M.CLAIM, M.TRIAGE):
        desk(house).move(alert.id, move, ANA)
    with pytest.raises(NotPermitted, match="annulled"):
        desk(house).move(alert.id, M.SUSPECT, ANA, "made-up reasons")


def test_a_breach_that_was_decided_stays_on_record_and_is_marked(house):
    one = watch(house)
    alert = one.accused()
    bring(house, alert.id, S.BREACH)
    house.clock.pass_(DAY)
    annul(one)
    after = alert_of(house, alert.id)
    assert (after.state, after.decided_by, after.stands) == (S.BREACH, ANA, False)
    assert (after.weakened_why, after.weakened_at) == (Why.ANNULLED, house.clock.now())
    steps = rows(house, "SELECT move FROM alert_step WHERE alert_id = ? ORDER BY entry", alert.id)
    assert steps == [("claim",), ("triage",), ("suspect",), ("enquire",), ("decide",)]


def test_every_alert_of_a_decision_is_tainted_ended_or_not(house):
    one = watch(house)
    for _ in range(3):
        one.walk_out()
        one.walk_home()
    one.stay(HOME, 2, says=DeviceSays(battery_percent=3))
    one.stay(HOME, says=DeviceSays(alarms=frozenset({Alarm.STRAP})))
    one.walk_out()
    assert len(one.alerts()) == 6
    annul(one)
    assert {alert.weakened_why for alert in one.alerts()} == {Why.ANNULLED}
    assert all(alert.ended_at is not None for alert in one.alerts())


def test_what_had_been_weakened_before_keeps_its_reason(house):
    one = watch(house)
    alert = one.accused()
    one.at(HOME, alert.began_at + 30 * SECOND)
    annul(one)
    assert one.alert().weakened_why is Why.LATE_FIX


def test_what_had_been_disputed_before_keeps_its_reason_too(house):
    one = watch(house)
    bring(house, one.accused().id, S.ENQUIRY)
    desk(house).reply(one.alert().id, Excuse.NOT_SO, "made-up words", BO)
    annul(one)
    assert one.alert().weakened_why is Why.DISPUTED


@pytest.mark.parametrize("how", ["withdrawn", "paused", "lapsed"])
def test_any_other_ending_taints_nothing(house, how):
    one = watch(house, review_due_at=house.clock.now() + HOUR)
    one.accused()
    if how == "withdrawn":
        end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    elif how == "paused":
        suspend_decision(house.store, one.decision_id, Ender(ANA))
    else:
        house.clock.pass_(HOUR)
        assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    assert (one.alert().stands, one.alert().ended_at is None) == (True, False)


@pytest.mark.parametrize("how", ["withdrawn", "lapsed", "paused"])
def test_what_is_annulled_after_it_was_over_taints_all_the_same(house, how):
    one = watch(house, review_due_at=house.clock.now() + HOUR)
    one.accused()
    if how == "withdrawn":
        end_decision(house.store, house.chance, one.decision_id, Move.WITHDRAW, Ender(ANA))
    elif how == "paused":
        suspend_decision(house.store, one.decision_id, Ender(ANA))
    else:
        house.clock.pass_(HOUR)
        end_what_ran_out(house.store, house.chance, house.clock, house.fence)
    house.clock.pass_(DAY)
    annul(one)
    assert one.alert().weakened_why is Why.ANNULLED


# --- and nothing else -----------------------------------------------------------------------------------


def test_alerts_of_other_peoples_decisions_are_untouched(house):
    one, other = watch(house), None
    other = watch(house, "TAG-2", monitor=one.monitor)
    one.accused()
    bring(house, other.accused().id, S.BREACH)
    before = other.alert()
    annul(one)
    assert other.alert() == before
    assert before.stands


def followed(house, one):
    """A review: the decision is followed by one like it, and the monitor knows its zone."""
    from support.watched import Watched, circle

    from custodiet.adapters import sealing
    from custodiet.flows.open_case import set_condition
    from custodiet.model.condition import ConditionKind

    follower = house.proposal(one.person, starts_at=house.clock.now() + MINUTE, follows=one.decision_id)
    propose(house.store, house.chance, follower)
    of = (follower.id, ConditionKind.INCLUSION, ANA)
    condition = set_condition(house.store, sealing, house.chance, house.pinned, *of, geometry=circle())
    make_decision(house.store, follower.id, BO)
    house.issue_keys()
    house.clock.pass_(MINUTE)
    give_zones(house, one.monitor)
    return Watched(house, one.person, follower.id, (condition,), one.monitor)


def test_a_follower_keeps_its_own_alerts_when_what_it_followed_is_annulled(house):
    one = watch(house)
    one.accused()
    two = followed(house, one)
    two.accused()
    assert (len(one.alerts()), len(two.alerts())) == (1, 1)
    annul(one)
    assert (one.alert().weakened_why, two.alert().weakened_why) == (Why.ANNULLED, None)


def test_what_was_followed_keeps_its_alerts_when_the_follower_is_annulled(house):
    one = watch(house)
    one.accused()
    two = followed(house, one)
    two.accused()
    annul(two)
    assert (one.alert().weakened_why, two.alert().weakened_why) == (None, Why.ANNULLED)
    assert house.decision(one.decision_id).state is State.SUCCEEDED


def test_what_a_sensor_said_under_one_decision_bears_nothing_out_under_another(house):
    """So no alert rests on two decisions, of which one may be annulled."""
    one = watch(house)
    one.stay(HOME, says=DeviceSays(alarms=frozenset({Alarm.STRAP})))
    two = followed(house, one)
    two.stay(HOME, says=DeviceSays(alarms=frozenset({Alarm.CASE})))
    assert (two.alert().weight, two.alert().began_at) == (Weight.UNCERTAIN, house.clock.now())
    annul(one)
    assert two.alert().stands


def test_after_an_annulment_nothing_more_is_raised(house):
    one = watch(house)
    one.walk_out(2)
    annul(one)
    assert set(one.stay(AWAY, 8)) == {"refused ended"}
    assert one.at(AWAY, house.clock.now() - 9 * MINUTE, speed=WALKING_MPS) == "refused annulled"
    assert one.alerts() == ()


# --- what is seen of it by staff ------------------------------------------------------------------------


def two_hours_of_two_decisions(house):
    """Someone seen for an hour under each of two decisions, and a yes to look, and one to give, of both hours."""
    one = Disclosed(house, known=False, fixes=6)
    house.clock.pass_(MINUTE)
    end_decision(house.store, house.chance, one.decision.id, Move.WITHDRAW, Ender(ANA))
    one.second = one.decide()
    one.walk(6)
    one.until = house.clock.now()
    knows_agency(house)
    window = one.window(3)
    return one, one.granted(window=window), one.released(window=window)


def test_a_reading_and_a_pack_give_nothing_of_what_was_found_unauthorised_and_the_rest_as_before(house):
    one, look_up_id, request_id = two_hours_of_two_decisions(house)
    assert len(one.open(look_up_id).places) == 12
    annul_one(one, one.decision)
    reading, pack = one.open(look_up_id), opened(one.pack(request_id))
    assert len(reading.places) == len(pack.places) == 6
    for given in (reading, pack):
        assert {one.second.covers(place.at) for place in given.places} == {True}
        authorised = given.authorised if given is reading else pack.manifest.authorised
        assert [part.from_at for part in authorised] == [one.second.starts_at]


def test_neither_a_reading_nor_a_pack_nor_an_answer_is_given_of_it_alone(house):
    one, look_up_id, request_id = two_hours_of_two_decisions(house)
    for decision in (one.decision, one.second):
        annul_one(one, decision)
    asks = [
        lambda: one.ask(window=one.window(3)),
        lambda: one.open(look_up_id),
        lambda: one.take(window=one.window(3)),
        lambda: one.pack(request_id),
        lambda: one.question(about=one.began),
        lambda: one.question(Asked.CONTACT, about=one.began),
    ]
    for ask in asks:
        with pytest.raises(NotPermitted, match="quarantined"):
            ask()
    assert house.copy(one.person)[-1]["fixes"] == 12


def annul_one(one, decision):
    end_decision(one.house.store, one.house.chance, decision.id, Move.ANNUL, REGULATOR)


@pytest.mark.parametrize("open_", ["reading", "pack"])
def test_a_vault_that_forgot_the_quarantine_would_be_seen(house, monkeypatch, open_):
    """A planted fault: these checks turn red."""
    monkeypatch.setattr(Under, "quarantined", False)
    one, look_up_id, request_id = two_hours_of_two_decisions(house)
    annul_one(one, one.decision)
    assert len((one.open(look_up_id) if open_ == "reading" else opened(one.pack(request_id))).places) == 12


def test_an_annulment_that_forgot_the_alerts_would_be_seen(house, monkeypatch):
    """A planted fault: these checks turn red."""
    monkeypatch.setattr(ending, "_tainted", lambda *_: ())
    one = watch(house)
    one.accused()
    annul(one)
    assert one.alert().stands
