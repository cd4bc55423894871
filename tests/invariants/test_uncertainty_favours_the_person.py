"""Invariant 6: uncertainty favours the person. No path from event to breach without a named human with reasons.

Tried by the desk, by raw SQL on the file, and by every record written straight through. Each of two walls holds alone:
without the rules the store refuses, without the store's law the rules do; with both away these checks turn red.
"""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from support.by_hand import REFUSED, hands_on
from support.house import ANA, START, House
from support.watched import HOME, alert_of, bring, everything, watch, whole

from custodiet.adapters import sealing
from custodiet.adapters.store.sql import ActingRows
from custodiet.flows import handle_alert
from custodiet.flows.handle_alert import Desk
from custodiet.model.alert import AlertMove, AlertState, Excuse, Reply
from custodiet.model.condition import Absence, Interval
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Way
from custodiet.model.decision import State
from custodiet.model.entry import Entry
from custodiet.model.errors import CustodietError
from custodiet.model.finding import Matter, Raised, Weight, Why
from custodiet.model.identity import ActorId
from custodiet.model.record import (
    AbsenceAuthorised,
    AlertEnded,
    AlertMoved,
    AlertRaised,
    AlertWeakened,
    DecisionEnded,
    ReplyRecorded,
    kind_of,
)
from custodiet.model.report import Alarm, DeviceSays

M, S = AlertMove, AlertState
TOWARDS = {S.POSSIBLE_BREACH, S.ENQUIRY, S.BREACH, S.NOTIFIED}
DECIDED = {S.BREACH, S.NOTIFIED}
DAYS = timedelta(days=4)
"""Longer than an enquiry: whoever waits so long may decide unheard."""
PROCESSES = [ActorId(name) for name in ("", "clock", "gateway", "vault", "web", "sequencer", "monitor_1f")]


# --- every way a desk can go ----------------------------------------------------------------------------


class Taken:
    """The store's acting within one transaction that is never committed, so that a step can be taken back."""

    def __init__(self, house, connection):
        self._house = house
        self.connection = connection
        self.depth = 0

    @contextmanager
    def acting(self, fence=None):
        now = self._house.clock.now() + self.depth * DAYS
        with self.connection.begin_nested():
            yield ActingRows(self.connection, now, now, self._house.chance)


def states_reached(house, alert_id, by, reasons, longest):
    """Every state that a sequence of so many moves can bring an alert to, four days between any two.

    A move that is refused leaves the store as it was (tests/flows/test_alerts.py), so a sequence with one in it is a
    shorter one, and its branch need not be walked.
    """
    reached = set()
    with house.store._engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        taken = Taken(house, connection)
        desk = Desk(taken, sealing, house.chance, house.pinned)
        desk.contact(alert_id, Way.PHONE, CameOf.SPOKE, "", ANA)

        def go_on(left):
            if not left:
                return
            taken.depth += 1
            for move in M:
                saved = connection.begin_nested()
                try:
                    desk.move(alert_id, move, by, reasons)
                except CustodietError:
                    pass
                else:
                    reached.add(ActingRows.alert(ActingRows(connection, START, START, house.chance), alert_id).state)
                    go_on(left - 1)
                saved.rollback()
            taken.depth -= 1

        go_on(longest)
        transaction.rollback()
    return reached


@pytest.fixture
def one(house):
    """Someone an alert stands against."""
    one = watch(house)
    one.accused()
    return one


def uncertain(one):
    one.stay(HOME, says=DeviceSays(alarms=frozenset({Alarm.STRAP})))
    return one.alerts()[-1]


def service(one):
    one.stay(HOME, 2, says=DeviceSays(battery_percent=3))
    return one.alerts()[-1]


def weakened(one):
    """A late fix within the run speaks against the alert."""
    one.at(HOME, one.alert().began_at + timedelta(seconds=30))
    assert one.alert().weakened_why is Why.LATE_FIX
    return one.alert()


def faulty(one):
    one.stay(HOME, says=DeviceSays(alarms=frozenset({Alarm.FAULT})))
    return one.alerts()[0]


DOUBTFUL = {"uncertain": uncertain, "service": service, "late fix": weakened, "faulty device": faulty}


def test_whoever_is_named_and_has_reasons_comes_to_a_breach_in_five_moves(house, one):
    """Not vacuous: the same search finds the way that there is, and finds it only in this length."""
    found = states_reached(house, one.alert().id, ANA, "made-up reasons", 5)
    assert found == set(S) - {S.NOTIFIED}
    assert states_reached(house, one.alert().id, ANA, "made-up reasons", 4) == found - {S.BREACH, S.NO_BREACH}
    assert one.alert().state is S.RAISED


@pytest.mark.parametrize("by", PROCESSES)
def test_no_sequence_of_a_process_moves_anything_at_all(house, one, by):
    assert states_reached(house, one.alert().id, by, "made-up reasons", 5) == set()


@pytest.mark.parametrize("state", [S.CLAIMED, S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY, S.BREACH])
def test_nor_does_it_go_on_with_what_people_have_begun(house, one, state):
    bring(house, one.alert().id, state)
    assert [states_reached(house, one.alert().id, by, "made-up reasons", 5) for by in PROCESSES] == [set()] * 7


@pytest.mark.parametrize("reasons", ["", "  \n\t"])
def test_without_reasons_nobody_comes_farther_than_triage(house, one, reasons):
    assert states_reached(house, one.alert().id, ANA, reasons, 5) == {S.RAISED, S.CLAIMED, S.TRIAGED}


@pytest.mark.parametrize("state", [S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY])
def test_without_reasons_nobody_goes_on_towards_a_breach_from_anywhere(house, one, state):
    bring(house, one.alert().id, state)
    assert not states_reached(house, one.alert().id, ANA, " ", 5) & TOWARDS


@pytest.mark.parametrize("doubt", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_is_doubtful_is_cleared_or_left(house, one, doubt):
    alert = doubt(one)
    found = states_reached(house, alert.id, ANA, "made-up reasons", 5)
    assert found == {S.RAISED, S.CLAIMED, S.TRIAGED, S.CLEARED}


@pytest.mark.parametrize("state", [S.TRIAGED, S.POSSIBLE_BREACH, S.ENQUIRY])
@pytest.mark.parametrize("doubt", ["late fix", "faulty device"])
def test_what_becomes_doubtful_on_its_way_goes_no_farther(house, one, state, doubt):
    bring(house, one.alert().id, state)
    DOUBTFUL[doubt](one)
    assert one.alerts()[0].weakened_why is not None
    found = states_reached(house, one.alerts()[0].id, ANA, "made-up reasons", 5)
    assert not found & (TOWARDS - {state})


# --- raw SQL --------------------------------------------------------------------------------------------


@pytest.fixture
def sql(house, one):
    """The store itself, past all our code. Its triggers stand."""
    with hands_on(house) as hand:
        yield hand.execute


RAW_UPDATES = {
    **{f"as {state}": f"state = '{state}'" for state in S if state is not S.RAISED},
    "as breach, decided by someone": "state = 'breach', decided_by = 'officer-ana'",
    "as breach, in a version without a step": "state = 'breach', version = 999999",
    "as certain": "weight = 'adverse'",
    "as of another person": "case_id = (SELECT max(id) FROM case_file) || 'x'",
    "as standing again": "weakened_why = NULL, weakened_at = NULL",
    "as begun earlier": "began_at = began_at - 1",
    "as seen better": "seen = '{}'",
}


@pytest.mark.parametrize("change", RAW_UPDATES.values(), ids=RAW_UPDATES.keys())
def test_raw_sql_makes_no_breach_of_an_alert(house, one, sql, change):
    uncertain(one)
    adverse = next(alert for alert in one.alerts() if alert.weight is Weight.ADVERSE)
    one.at(HOME, adverse.began_at + timedelta(seconds=30))
    before = everything(house)
    with pytest.raises(REFUSED):
        sql(f"UPDATE alert SET {change}")
    for how in ("UPDATE OR IGNORE", "UPDATE OR REPLACE") if house.database is None else ():  # SQLite alone knows it
        with pytest.raises(REFUSED):
            sql(f"{how} alert SET {change}")
    assert everything(house) == before


CONTACT = (
    "(3999, (SELECT min(id) FROM alert), 'phone', 'out', 'spoke', (SELECT max(raised_at) FROM alert), "
    "'officer-ana', NULL, x'')"
)


def step(by="'officer-ana'", move="decide", state="breach", reasons="x'01'", entry=4000, at=0):
    of = "(SELECT min(id) FROM alert)"
    return f"INSERT INTO alert_step VALUES ({of}, {entry}, '{move}', '{state}', {by}, {at}, {reasons}, NULL)"


@pytest.mark.parametrize("by", [f"'{name}'" for name in PROCESSES] + ["NULL"])
def test_raw_sql_inserts_no_step_of_a_process(house, one, sql, by):
    with pytest.raises(REFUSED):
        sql(step(by))


@pytest.mark.parametrize("move", ["clear", "suspect", "enquire", "excuse", "decide"])
def test_raw_sql_inserts_no_step_without_its_reasons(house, one, sql, move):
    with pytest.raises(REFUSED):
        sql(step(move=move, state="cleared", reasons="x''"))


def test_a_step_that_was_inserted_brings_an_alert_only_one_move_on(house, one, sql):
    sql(step())
    with pytest.raises(REFUSED):
        sql("UPDATE alert SET state = 'breach', version = 4000, decided_by = 'officer-ana'")
    assert one.alert().state is S.RAISED


def test_whoever_writes_the_whole_way_by_hand_has_to_name_someone_and_is_seen(house, one, sql):
    """The law cannot know a forged signature from a good one; the ledger does."""
    way = [("claim", "claimed"), ("triage", "triaged"), ("suspect", "possible_breach"), ("enquire", "enquiry")]
    for entry, (move, state) in enumerate(way, start=4000):
        if move == "suspect":
            with pytest.raises(REFUSED, match="the person is tried first"):
                sql(step(move=move, state=state, entry=entry))
            sql(f"INSERT INTO contact_tried VALUES {CONTACT}")
        sql(step(move=move, state=state, entry=entry))
        sql(f"UPDATE alert SET state = '{state}', version = {entry}, enquiry_due_at = NULL")
    sql(step(entry=4009))
    decided = "UPDATE alert SET state = 'breach', version = 4009, decided_by = 'officer-ana'"
    with pytest.raises(REFUSED, match="the person is heard first"):
        sql(decided)
    sql(f"INSERT INTO alert_reply VALUES ('{one.alert().id}', 1, 'other', x'01', 'officer-ana')")
    sql(decided)
    assert one.alert().state is S.BREACH
    found = house.verify()
    assert found["differing"] >= 7


def test_an_alert_that_raw_sql_inserts_is_one_that_no_record_speaks_of(house, one, sql):
    with hands_on(house) as hand:
        columns = hand.columns("alert")
    given = ", ".join({"id": "'alert_forged'"}.get(name, name) for name in columns)
    sql(f"INSERT INTO alert SELECT {given} FROM alert")
    assert house.verify()["differing"] == 1
    forged = given.replace("'alert_forged'", "'alert_two'").replace(" state,", " 'breach',")
    with pytest.raises(REFUSED, match="begins raised"):
        sql(f"INSERT INTO alert SELECT {forged} FROM alert LIMIT 1")


# --- every record, forged -------------------------------------------------------------------------------

SEALED = b"\1" * 64


def forged_moves(alert_id, now):
    """Every AlertMoved there could be: each move, to each state, by each of these, with and without reasons."""
    for move, state, by, reasons, at in product(
        M, S, ["", "clock", "monitor_1f", ANA], [b"", SEALED], [now, now + timedelta(days=9)]
    ):
        yield AlertMoved(alert_id, move, state, by, at, reasons, now - timedelta(days=9))


def other_records(one):
    """Every other kind of record that speaks of an alert, with fields that would suit a forger."""
    alert, now = one.alerts()[0], one.house.clock.now()
    raised = Raised(
        alert.id,
        alert.case_id,
        alert.decision_id,
        alert.fitting_id,
        alert.condition_id,
        Matter.OUT_OF_PLACE,
        Weight.ADVERSE,
        alert.began_at,
        alert.confirmed_at,
        now,
    )
    yield AlertRaised(raised)
    yield AlertRaised(replace(raised, weight=Weight.UNCERTAIN))
    yield AlertRaised(
        replace(raised, alert_id=f"{alert.id}x", began_at=alert.confirmed_at, confirmed_at=alert.began_at)
    )
    for why in Why:
        yield AlertWeakened(alert.id, now, why)
    yield AlertEnded(alert.id, now)
    yield AbsenceAuthorised(Absence(one.condition_id, Interval(now, now + timedelta(hours=1))), (alert.id,))
    for by in (*PROCESSES, ANA):
        for outcome in CameOf:
            yield ContactTried(alert.id, Way.PHONE, Direction.OUT, outcome, now, by)
        for excuse in Excuse:
            yield ReplyRecorded(Reply(alert.id, now, excuse, SEALED, by))
    yield DecisionEnded(one.decision_id, State.ANNULLED, now, (), (), (), tainted=(alert.id,))


def each_forged(house, records):
    """Write each straight through, as a process; what the alerts had become, before it is taken back."""
    with house.store._engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        for record in records:
            saved = connection.begin_nested()
            act = ActingRows(connection, house.clock.now(), house.clock.now(), house.chance)
            try:
                act.write(Entry(kind_of(record), ActorId("clock")), record)
            except CustodietError:
                pass
            else:
                yield record, act.alerts(list(S), 100)
            saved.rollback()
        transaction.rollback()


def forgeries(house, one, state):
    """Forged records that brought an alert anywhere it may not come: to a breach, or towards one without a person."""
    if state is not S.RAISED:
        bring(house, one.alert().id, state)
    stood = {alert.id: alert.state for alert in one.alerts()}
    now = house.clock.now()
    records = [*forged_moves(one.alerts()[0].id, now), *other_records(one)]
    found = []
    for record, alerts in each_forged(house, records):
        for alert in alerts:
            changed = alert.state is not stood.get(alert.id, S.RAISED)
            signed = isinstance(record, AlertMoved) and record.by == ANA
            with_reasons = signed and record.reasons_sealed
            heard = signed and record.at > now
            if changed and (not signed or (alert.state in DECIDED and not (with_reasons and heard))):
                found.append(record)
    return found


@pytest.mark.parametrize("state", sorted(set(S) - DECIDED))
def test_no_record_that_is_written_straight_through_makes_a_breach_without_someone(house, one, state):
    assert forgeries(house, one, state) == []


def test_written_straight_through_too_a_breach_follows_an_enquiry_and_nothing_else(house, one):
    bring(house, one.alert().id, S.ENQUIRY)
    made = {
        (record.move, record.by, bool(record.reasons_sealed))
        for record, alerts in each_forged(house, forged_moves(one.alert().id, house.clock.now()))
        if alerts[0].state is S.BREACH
    }
    assert made == {(M.DECIDE, ANA, True)}


@pytest.mark.parametrize("doubt", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_written_straight_through_too_what_is_doubtful_comes_nowhere(house, one, doubt):
    alert_id = doubt(one).id
    bring(house, alert_id, S.TRIAGED)
    records = list(forged_moves(alert_id, house.clock.now()))
    states = {
        next(alert.state for alert in alerts if alert.id == alert_id) for _, alerts in each_forged(house, records)
    }
    assert states & TOWARDS == set()


# --- one wall at a time ---------------------------------------------------------------------------------


def without_rules(monkeypatch):
    monkeypatch.setattr(handle_alert, "objections_to_moving", lambda *_, **__: ())


def without_law(house):
    with hands_on(house) as hand:
        hand.drop_rules("alert%")


def doubted(house, one):
    """An alert that was triaged and then weakened."""
    bring(house, one.alert().id, S.TRIAGED)
    return weakened(one).id


CHECKS = {
    "a process": lambda house, one: states_reached(house, one.alert().id, ActorId("clock"), "reasons", 5),
    "no reasons": lambda house, one: states_reached(house, one.alert().id, ANA, "", 5) & TOWARDS,
    "doubtful": lambda house, one: states_reached(house, doubted(house, one), ANA, "reasons", 5) & TOWARDS,
}
CHECKED = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())


@CHECKED
def test_without_the_rules_the_store_still_refuses(house, one, monkeypatch, check):
    without_rules(monkeypatch)
    assert check(house, one) == set()


@CHECKED
def test_without_the_law_the_rules_still_refuse(house, one, check):
    without_law(house)
    assert check(house, one) == set()


@CHECKED
def test_without_both_the_check_is_red(house, one, monkeypatch, check):
    without_rules(monkeypatch)
    without_law(house)
    assert S.BREACH in check(house, one)


def test_without_the_law_forged_records_are_red(house, one):
    without_law(house)
    found = forgeries(house, one, S.RAISED)
    assert any(isinstance(record, AlertMoved) and record.by == "clock" for record in found)


def test_a_law_that_was_dropped_is_seen_in_verifying(house, one):
    assert whole(house)
    without_law(house)
    assert house.verify()["missing"] > 10


def test_every_alert_that_this_file_has_looked_at_is_one_of_the_real_stores(tmp_path):
    house = House(tmp_path / "other")
    try:
        one = watch(house)
        alert = one.accused()
        assert bring(house, alert.id, S.NOTIFIED).decided_by == ANA
        assert alert_of(house, alert.id).state is S.NOTIFIED
        assert whole(house)
    finally:
        house.close()
