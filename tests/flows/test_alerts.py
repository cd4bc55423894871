"""Alerts at the desk: each step of a named person with its entry, words sealed, refusals without a trace, absences."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from support.house import ANA, BO
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
    bytes_of,
    desk,
    everything,
    kinds_since,
    ledger_size,
    ring,
    rows,
    watch,
    whole,
)

from custodiet.flows.show_alerts import show_queue
from custodiet.model.alert import AlertMove, AlertState, Excuse, StatementKind
from custodiet.model.condition import Interval
from custodiet.model.entry import EntryKind
from custodiet.model.errors import CustodietError, IllegalMove, IllegalValue, NotFound, NotPermitted
from custodiet.model.finding import Weight, Why
from custodiet.model.identity import ActorId, AlertId, CaseId, ConditionId
from custodiet.model.report import Alarm, DeviceSays
from custodiet.wire.sealed import WORDS_BLOCK, unpack_name, words_context

M, S, E = AlertMove, AlertState, EntryKind
WHY = "He stayed at the Gasthof Zur Unbekannten, says the Hausmeister"
SAID = "Autobus Neunzehn never appeared, Fernsprecher likewise silenced"


@pytest.fixture
def one(house):
    """Someone an alert stands against."""
    one = watch(house)
    one.accused()
    return one


@pytest.fixture(autouse=True)
def _replayed(house):
    yield
    assert whole(house)


def step(one, move, by=ANA, reasons=WHY):
    return desk(one.house).move(one.alert().id, move, by, reasons)


# --- the whole life -------------------------------------------------------------------------------------


def test_every_step_to_a_notified_breach_is_someones_and_stands_in_the_ledger(house, one):
    before, alert_id = ledger_size(house), one.alert().id
    step(one, M.CLAIM)
    assert (one.alert().state, one.alert().held_by) == (S.CLAIMED, ANA)
    step(one, M.RELEASE)
    assert (one.alert().state, one.alert().held_by) == (S.RAISED, None)
    step(one, M.CLAIM, BO)
    assert one.alert().held_by == BO
    step(one, M.TRIAGE, BO)
    ring(house, alert_id, BO)
    step(one, M.SUSPECT)
    assert one.alert().enquiry_due_at is None
    house.clock.pass_(HOUR)
    step(one, M.ENQUIRE, BO)
    assert one.alert().enquiry_due_at == house.clock.now() + timedelta(days=3)
    house.clock.pass_(HOUR)
    desk(house).reply(alert_id, Excuse.OTHER, SAID, BO)
    assert one.alert().decided_by is None
    step(one, M.DECIDE)
    assert (one.alert().state, one.alert().decided_by) == (S.BREACH, ANA)
    step(one, M.NOTIFY, BO, "")
    assert (one.alert().state, one.alert().state_at) == (S.NOTIFIED, house.clock.now())
    assert kinds_since(house, before) == [
        E.ALERT_CLAIMED,
        E.ALERT_RELEASED,
        E.ALERT_CLAIMED,
        E.ALERT_TRIAGED,
        E.CONTACT_TRIED,
        E.BREACH_SUSPECTED,
        E.ENQUIRY_OPENED,
        E.REPLY_RECORDED,
        E.BREACH_DECIDED,
        E.BREACH_NOTIFIED,
    ]
    steps = rows(house, "SELECT move, acted_by, length(reasons_sealed) > 0 FROM alert_step ORDER BY entry")
    assert steps[0] == ("claim", ANA, 1)
    assert steps[-2:] == [("decide", ANA, 1), ("notify", BO, 0)]


@pytest.mark.parametrize("state", [S.ENQUIRY, S.BREACH, S.NOTIFIED])
def test_a_breach_can_be_taken_back_at_any_time(house, one, state):
    bring(house, one.alert().id, state)
    before = ledger_size(house)
    step(one, M.EXCUSE, BO)
    assert one.alert().state is S.NO_BREACH
    assert kinds_since(house, before) == [E.BREACH_EXCUSED]
    for move in M:
        with pytest.raises(IllegalMove):
            step(one, move, BO)


@pytest.mark.parametrize("state", [S.CLAIMED, S.TRIAGED])
def test_an_alert_is_set_aside_until_a_time_and_is_back_in_the_queue_by_itself(house, one, state):
    bring(house, one.alert().id, state)
    before, until = ledger_size(house), house.clock.now() + HOUR
    desk(house).move(one.alert().id, M.SUSPEND, ANA, WHY, until)
    alert = one.alert()
    assert (alert.state, alert.held_by, alert.suspended_until) == (S.RAISED, None, until)
    assert kinds_since(house, before) == [E.ALERT_SUSPENDED]
    assert rows(house, "SELECT until_at > at, length(reasons_sealed) > 0 FROM alert_step WHERE move = 'suspend'") == [
        (1, 1)
    ]

    def queued(*, aside=False):
        with house.store.reading() as view:
            queue = show_queue(view, house.clock.now(), lambda _: True, ANA, "", 1, mine=False, aside=aside)
        return [line.alert.id for line in queue.lines], queue.aside, queue.longest is not None

    assert (queued(), queued(aside=True)) == (([], 1, False), ([alert.id], 1, False))
    house.clock.set(until)
    assert (queued(), queued(aside=True)) == (([alert.id], 0, True), ([], 0, False))


def test_whoever_claims_what_is_set_aside_ends_that_and_cannot_hide_it_past_its_bound(house, one):
    bring(house, one.alert().id, S.CLAIMED)
    first = house.clock.now()
    desk(house).move(one.alert().id, M.SUSPEND, ANA, WHY, first + 2 * HOUR)
    step(one, M.CLAIM, BO)
    assert (one.alert().held_by, one.alert().suspended_until) == (BO, None)
    house.clock.pass_(3 * HOUR)
    before = ledger_size(house)
    with pytest.raises(NotPermitted, match="suspended_too_long: 4 hours"):
        desk(house).move(one.alert().id, M.SUSPEND, BO, WHY, first + 4 * HOUR + SECOND)
    with pytest.raises(NotPermitted, match="someone else holds"):
        desk(house).move(one.alert().id, M.SUSPEND, ANA, WHY, first + 4 * HOUR)
    assert ledger_size(house) == before
    desk(house).move(one.alert().id, M.SUSPEND, BO, WHY, first + 4 * HOUR)


@pytest.mark.parametrize("state", [S.TRIAGED, S.POSSIBLE_BREACH])
def test_an_alert_is_cleared_for_good(house, one, state):
    bring(house, one.alert().id, state)
    before = ledger_size(house)
    step(one, M.CLEAR)
    assert (one.alert().state, kinds_since(house, before)) == (S.CLEARED, [E.ALERT_CLEARED])
    for move in M:
        with pytest.raises(IllegalMove):
            step(one, move)


def test_an_enquiry_that_nobody_answers_is_decided_once_it_is_due_and_not_a_second_before(house, one):
    bring(house, one.alert().id, S.ENQUIRY)
    house.clock.set(one.alert().enquiry_due_at - SECOND)
    with pytest.raises(NotPermitted, match="has not been heard"):
        step(one, M.DECIDE)
    house.clock.pass_(SECOND)
    step(one, M.DECIDE)
    assert one.alert().state is S.BREACH


@pytest.mark.parametrize("state", [S.ENQUIRY, S.BREACH, S.NOTIFIED])
def test_who_says_that_it_did_not_happen_disputes_it_and_nothing_is_decided_on_it(house, one, state):
    bring(house, one.alert().id, state)
    house.clock.pass_(MINUTE)
    desk(house).reply(one.alert().id, Excuse.NOT_SO, SAID, BO)
    alert = one.alert()
    assert (alert.weakened_why, alert.weakened_at, alert.state) == (Why.DISPUTED, house.clock.now(), state)
    house.clock.pass_(30 * DAY)
    towards = {S.ENQUIRY: M.DECIDE, S.BREACH: M.NOTIFY}
    if state in towards:
        with pytest.raises(NotPermitted, match="disputes it"):
            step(one, towards[state])
    step(one, M.EXCUSE)
    assert one.alert().state is S.NO_BREACH


@pytest.mark.parametrize("excuse", sorted(set(Excuse) - {Excuse.NOT_SO, Excuse.NONE}))
def test_any_other_excuse_is_heard_and_weighed_by_people(house, one, excuse):
    bring(house, one.alert().id, S.ENQUIRY)
    desk(house).reply(one.alert().id, excuse, SAID, BO)
    assert one.alert().stands
    with house.store.reading() as view:
        [reply] = view.replies(one.alert().id)
    assert (reply.excuse, reply.recorded_by, reply.at) == (excuse, BO, house.clock.now())
    step(one, M.DECIDE)


def test_that_someone_was_asked_in_vain_is_no_hearing(house, one):
    bring(house, one.alert().id, S.ENQUIRY)
    desk(house).reply(one.alert().id, Excuse.NONE, SAID, BO)
    with pytest.raises(NotPermitted, match="has not been heard"):
        step(one, M.DECIDE)
    house.clock.set(one.alert().enquiry_due_at)
    step(one, M.DECIDE)


# --- words ----------------------------------------------------------------------------------------------


def test_what_is_written_is_sealed_and_stands_in_no_file(house, one):
    bring(house, one.alert().id, S.POSSIBLE_BREACH)
    step(one, M.ENQUIRE)
    desk(house).reply(one.alert().id, Excuse.HEALTH, SAID, BO)
    desk(house).state_fact(one.person.case.id, StatementKind.OUT_OF_CONTACT, house.clock.now(), WHY, ANA)
    step(one, M.DECIDE)
    data = bytes_of(house)
    with house.store.reading() as view:
        for row in view.entries(0, 10_000):
            data += row.body + (row.record or b"")
    words = {word.encode() for word in f"{WHY} {SAID}".split() if len(word) > 5}
    assert len(words) == 10, words
    assert [word for word in words if word in data] == []
    person_id = one.person.case.person_id
    private = house.vault_keys.record_private(person_id)

    def read(table, column):
        sealed = rows(house, f"SELECT {column} FROM {table} WHERE length({column}) > 0")
        opened = [house.sealer.open_with(private, one, words_context(person_id)) for (one,) in sealed]
        assert {len(plain) % WORDS_BLOCK for plain in opened} == {0}
        return {unpack_name(plain) for plain in opened}

    assert WHY in read("alert_step", "reasons_sealed")
    assert read("alert_reply", "text_sealed") == {SAID}
    assert read("statement", "reasons_sealed") == {WHY}


def test_words_that_did_stand_there_would_be_found(house, one):
    (house.folder / "planted").write_bytes(b"... Gasthof ...")
    assert b"Gasthof" in bytes_of(house)


# --- refused steps --------------------------------------------------------------------------------------

PROCESSES = [ActorId(name) for name in ("", "clock", "gateway", "vault", "web", "sequencer", "monitor_1f", "monitor")]


def move(move_, by=ANA, reasons=""):
    return lambda one: desk(one.house).move(one.alert().id, move_, by, reasons)


def reply(by=ANA, excuse=Excuse.NOT_SO):
    return lambda one: desk(one.house).reply(one.alert().id, excuse, SAID, by)


def fact(since=0, words=WHY, by=ANA, case=None):
    def state(one):
        case_id, at = case or one.person.case.id, one.house.clock.now() + since * SECOND
        return desk(one.house).state_fact(case_id, StatementKind.ABSCONDING, at, words, by)

    return state


def absence(by=ANA, condition=None):
    def authorise(one):
        now = one.house.clock.now()
        return desk(one.house).authorise_absence(condition or one.condition_id, Interval(now - HOUR, now + HOUR), by)

    return authorise


REFUSED = {
    S.RAISED: {
        "suspecting what nobody has looked at": move(M.SUSPECT, ANA, WHY),
        "triage without a claim": move(M.TRIAGE),
        "a reply to no enquiry": reply(),
        "a step on an alert that is not": lambda one: desk(one.house).move(AlertId("alert_no"), M.CLAIM, ANA),
        "a fact of the future": fact(since=1),
        "a fact without reasons": fact(words=" "),
        "a fact of nobody's case": fact(case=CaseId("case_no")),
        "an absence from nothing": absence(condition=ConditionId("condition_no")),
        **{f"a claim by {name!r}": move(M.CLAIM, name) for name in PROCESSES},
        **{f"a fact by {name!r}": fact(by=name) for name in PROCESSES},
        **{f"an absence by {name!r}": absence(by=name) for name in PROCESSES},
    },
    S.CLAIMED: {
        "a second claim": move(M.CLAIM, BO),
        "a second claim by the same": move(M.CLAIM),
        "a release by another": move(M.RELEASE, BO),
        "a triage by another": move(M.TRIAGE, BO),
        "clearing what was not triaged": move(M.CLEAR, ANA, WHY),
    },
    S.TRIAGED: {
        "a release by another": move(M.RELEASE, BO),
        "clearing without reasons": move(M.CLEAR),
        "suspecting without reasons": move(M.SUSPECT),
        "suspecting with nothing but spaces": move(M.SUSPECT, ANA, " \t\n"),
        "reasons with a zero character": move(M.CLEAR, ANA, "a\0b"),
        **{f"clearing by {name!r}": move(M.CLEAR, name, WHY) for name in PROCESSES},
    },
    S.POSSIBLE_BREACH: {
        "a decision without an enquiry": move(M.DECIDE, ANA, WHY),
        "enquiring without reasons": move(M.ENQUIRE),
        "clearing without reasons": move(M.CLEAR),
        "a reply before any enquiry": reply(),
        **{f"an enquiry by {name!r}": move(M.ENQUIRE, name, WHY) for name in PROCESSES},
    },
    S.ENQUIRY: {
        "deciding unheard": move(M.DECIDE, ANA, WHY),
        "clearing what is enquired into": move(M.CLEAR, ANA, WHY),
        "excusing without reasons": move(M.EXCUSE),
        **{f"a reply by {name!r}": reply(name) for name in PROCESSES},
        **{f"a decision by {name!r}": move(M.DECIDE, name, WHY) for name in PROCESSES},
    },
    S.BREACH: {
        "excusing without reasons": move(M.EXCUSE),
        "deciding twice": move(M.DECIDE, ANA, WHY),
        **{f"an excuse by {name!r}": move(M.EXCUSE, name, WHY) for name in PROCESSES},
        **{f"a notice by {name!r}": move(M.NOTIFY, name) for name in PROCESSES},
    },
    S.NOTIFIED: {"a second notice": move(M.NOTIFY)},
    S.CLEARED: {"a reply to what was cleared": reply(), "a claim": move(M.CLAIM)},
    S.NO_BREACH: {"a reply to what was excused": reply(), "a notice": move(M.NOTIFY)},
}


@pytest.mark.parametrize("state", REFUSED)
def test_a_step_that_is_refused_leaves_the_store_as_it_was(house, one, state):
    bring(house, one.alert().id, state)
    stored, size = everything(house), ledger_size(house)
    for name, attempt in REFUSED[state].items():
        with pytest.raises((IllegalMove, NotPermitted, IllegalValue, NotFound)):
            pytest.fail(f"{name} went through: {attempt(one)}")
        assert (ledger_size(house), everything(house)) == (size, stored), name


@pytest.mark.parametrize("what", ["uncertain", "service"])
def test_what_is_uncertain_or_of_service_can_only_be_cleared(house, what):
    one = watch(house)
    alarm = Alarm.STRAP if what == "uncertain" else Alarm.FAULT
    one.stay(HOME, says=DeviceSays(alarms=frozenset({alarm})))
    assert one.alert().weight is Weight(what)
    bring(house, one.alert().id, S.TRIAGED)
    with pytest.raises(NotPermitted, match="can never become a possible breach"):
        step(one, M.SUSPECT)
    step(one, M.CLEAR)


def test_of_two_officers_who_claim_at_once_one_has_it(house, one):
    barrier, alert_id = Barrier(2), one.alert().id

    def claim(by):
        barrier.wait()
        try:
            desk(house).move(alert_id, M.CLAIM, by)
        except CustodietError as refused:
            return refused
        return by

    before = ledger_size(house)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(claim, [ANA, BO]))
    [won] = [answer for answer in answers if answer in (ANA, BO)]
    [lost] = [answer for answer in answers if isinstance(answer, IllegalMove)]
    assert "claimed" in str(lost)
    assert one.alert().held_by == won
    assert kinds_since(house, before) == [E.ALERT_CLAIMED]


# --- absences -------------------------------------------------------------------------------------------


def test_an_absence_authorised_later_weakens_what_was_raised_within_it(house, one):
    alert, before = one.alert(), ledger_size(house)
    desk(house).authorise_absence(one.condition_id, Interval(alert.began_at, alert.confirmed_at + MINUTE), BO)
    assert kinds_since(house, before) == [E.ABSENCE_AUTHORISED]
    assert (one.alert().weakened_why, one.alert().weakened_at) == (Why.ABSENCE, alert.began_at)
    bring(house, alert.id, S.TRIAGED)
    with pytest.raises(NotPermitted, match="was allowed to be away"):
        step(one, M.SUSPECT)


@pytest.mark.parametrize("state", sorted(S))
def test_whatever_state_it_is_in(house, one, state):
    alert_id = one.alert().id
    bring(house, alert_id, state)
    desk(house).authorise_absence(one.condition_id, Interval(one.alert().began_at - HOUR, house.clock.now()), BO)
    assert (alert_of(house, alert_id).weakened_why, alert_of(house, alert_id).state) == (Why.ABSENCE, state)


@pytest.mark.parametrize("which", ["before", "after"])
def test_an_absence_at_another_time_weakens_nothing(house, one, which):
    alert = one.alert()
    during = {
        "before": Interval(alert.began_at - HOUR, alert.began_at),
        "after": Interval(alert.confirmed_at + SECOND, alert.confirmed_at + HOUR),
    }[which]
    desk(house).authorise_absence(one.condition_id, during, BO)
    assert one.alert().stands


def test_an_absence_from_another_condition_weakens_nothing(house, one):
    other = watch(house, "TAG-2", monitor=one.monitor)
    desk(house).authorise_absence(other.condition_id, Interval(house.clock.now() - DAY, house.clock.now() + DAY), BO)
    assert one.alert().stands


def test_a_running_monitor_honours_an_absence_from_then_on_and_until_it_is_over(house):
    one = watch(house)
    one.walk_home()
    now = house.clock.now()
    desk(house).authorise_absence(one.condition_id, Interval(now, now + HOUR), BO)
    one.walk_out(30)
    assert one.alerts() == ()
    house.clock.set(now + HOUR)
    one.stay(HOME, speed=WALKING_MPS)
    one.stay(AWAY, 3)
    assert one.alert().began_at > now + HOUR


def test_a_running_monitor_that_knows_of_an_absence_honours_the_next_one_too(house):
    one = watch(house)
    one.walk_home()
    for _ in range(2):
        now = house.clock.now()
        desk(house).authorise_absence(one.condition_id, Interval(now, now + HOUR), BO)
        one.walk_out(30)
        house.clock.set(now + HOUR)
        one.stay(HOME, speed=WALKING_MPS)
    assert one.alerts() == ()


def test_an_absence_that_begins_within_a_run_cuts_it_off(house):
    one = watch(house)
    one.walk_out(2)
    desk(house).authorise_absence(one.condition_id, Interval(house.clock.now(), house.clock.now() + HOUR), BO)
    one.stay(AWAY, 20)
    assert one.alerts() == ()


def test_an_alert_that_goes_on_ends_where_an_absence_begins(house, one):
    began = house.clock.now() + MINUTE
    desk(house).authorise_absence(one.condition_id, Interval(began, began + HOUR), BO)
    one.stay(AWAY, 5)
    assert (one.alert().ended_at, one.alert().stands) == (began, True)


# --- statements -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", StatementKind)
def test_a_fact_has_its_date_its_author_and_its_sealed_reasons(house, one, kind):
    before = ledger_size(house)
    since = house.clock.now() - 2 * DAY
    statement_id = desk(house).state_fact(one.person.case.id, kind, since, WHY, BO)
    with house.store.reading() as view:
        [stated] = view.statements(one.person.case.id)
    assert (stated.id, stated.kind, stated.since_at) == (statement_id, kind, since)
    assert (stated.stated_at, stated.stated_by) == (house.clock.now(), BO)
    assert len(stated.reasons_sealed) > WORDS_BLOCK
    assert kinds_since(house, before) == [E.STATEMENT_MADE]
    assert one.alert().state is S.RAISED


def test_a_fact_may_be_of_this_very_moment_and_a_later_one_stands_beside_it(house, one):
    for kind in (StatementKind.OUT_OF_CONTACT, StatementKind.ABSCONDING, StatementKind.IN_CONTACT):
        house.clock.pass_(HOUR)
        desk(house).state_fact(one.person.case.id, kind, house.clock.now(), WHY, ANA)
    with house.store.reading() as view:
        assert [each.kind for each in view.statements(one.person.case.id)] == list(StatementKind)
