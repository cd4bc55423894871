"""Reviews that events open, what they come to; closings; stops by a court or a regulator."""

from datetime import timedelta

import pytest
from support.assessing import assessor, kinds_written, tasks
from support.house import ANA, BO, COURT, START
from support.proposing import propose

from custodiet.flows.close_case import close_case
from custodiet.flows.decide_case import make_decision, return_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.obey_stop import FEW, check_stop, enter_stop
from custodiet.flows.record_fact import record_fact
from custodiet.flows.review_decision import begin_review, decide_review
from custodiet.flows.show_day import show_day
from custodiet.flows.step_down import step_down
from custodiet.flows.time_passes import Passing
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import FamilyReason
from custodiet.model.case import TaskKind
from custodiet.model.day import DayKind
from custodiet.model.decision import Authority, State
from custodiet.model.ending import EndReason, StopKind
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.fact import FactKind
from custodiet.model.mode import ModeCode
from custodiet.model.review import ReviewOutcome, StillNeeded, Trigger
from custodiet.rules.decisions import Ender, Move, ordered
from custodiet.rules.reviewing import looks_closed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHY = {"why": StillNeeded.CONTACT_AT_RISK, "why_not_lower": FamilyReason.TRIED}
REGULATOR = "regulator-of-made-up-things"


def in_force(house, person):
    with house.store.reading() as view:
        return [one for one in view.decisions_of(person.case.id) if one.in_force(house.clock.now())]


def sound(house):
    counts = house.verify()
    return (counts["missing"], counts["differing"]) == (0, 0)


def evidence(house, person, kind=FactKind.EXPERT_REPORT):
    return record_fact(house.store, assessor(house), house.chance, person.case.id, kind, START.date(), ANA)


def decide(house, review_id, outcome, by=ANA, **given):
    return decide_review(house.store, assessor(house), house.chance, review_id, outcome, by, **given)


def open_reviews(house, decision_id):
    with house.store.reading() as view:
        return [one for one in view.reviews_of(decision_id) if one.decided_at is None]


# --- evidence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FactKind.HEALTH, FactKind.EXPERT_REPORT, FactKind.PENDING_ELSEWHERE])
def test_evidence_in_any_form_steps_down_in_the_same_write_and_opens_a_review(house, kind):
    person = house.person("TAG-1")
    made = house.decide(person)
    house.clock.pass_(MINUTE)
    evidence(house, person, kind)
    assert [one.mode for one in in_force(house, person)] == [ModeCode.HOME_PRESENCE]
    [review] = open_reviews(house, made.id)
    assert (review.trigger, review.due_at) == (Trigger.NEW_EVIDENCE, START + MINUTE + 14 * DAY)
    assert tasks(house, TaskKind.DECIDE_REVIEW) != []
    assert sound(house)


def test_while_evidence_is_looked_at_nothing_goes_up(house):
    person = house.person()
    made = house.decide(person)
    house.clock.pass_(MINUTE)
    evidence(house, person)
    [low] = in_force(house, person)
    again = house.proposal(person, follows=low.id, starts_at=house.clock.now())
    with pytest.raises(NotPermitted, match="evidence_pending"):
        propose(house.store, house.chance, again)
    [review] = open_reviews(house, made.id)
    decide(house, review.id, ReviewOutcome.CONTINUE, **WHY)
    with pytest.raises(NotPermitted, match="screening_out_of_date"):
        propose(house.store, house.chance, again)


@pytest.mark.parametrize("followed", [False, True])
def test_nothing_that_was_made_before_the_evidence_begins_after_it(house, followed):
    person = house.person()
    first = house.decide(person, ends_at=None if followed else START + HOUR)
    later = house.proposal(person, starts_at=START + DAY, follows=first.id if followed else None)
    propose(house.store, house.chance, later)
    make_decision(house.store, later.id, BO)
    house.clock.pass_(MINUTE)
    evidence(house, person)
    assert [one.mode for one in in_force(house, person)] == [ModeCode.HOME_PRESENCE]
    assert house.decision(later.id).state is State.WITHDRAWN
    assert sound(house)


def test_evidence_about_an_order_tells_its_maker_and_changes_nothing(house):
    person = house.person()
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    evidence(house, person)
    assert [one.id for one in in_force(house, person)] == [order.id]
    assert len(tasks(house, TaskKind.TELL_MAKER_FACTS)) == 1


def test_a_representation_opens_one_review_of_what_is_in_force(house):
    person = house.person()
    made = house.decide(person)
    for words in ("It hurts.", "It still hurts."):
        assessor(house).represent(person.case.id, words, ANA)
    assert [one.trigger for one in open_reviews(house, made.id)] == [Trigger.REPRESENTATION]
    assert [one.id for one in in_force(house, person)] == [made.id]


# --- reviews -------------------------------------------------------------------------------------------------


def test_to_go_on_takes_reasons_and_a_successor_with_an_assessment_of_its_own(house):
    person = house.person()
    made = house.decide(person)
    review = begin_review(house.store, house.chance, made.id, Trigger.PERIOD, ANA)
    with pytest.raises(NotPermitted, match="open already"):
        begin_review(house.store, house.chance, made.id, Trigger.PERIOD, ANA)
    with pytest.raises(NotPermitted, match=r"why it is still necessary.*successor"):
        decide(house, review, ReviewOutcome.CONTINUE)
    house.clock.pass_(DAY)
    after = house.proposal(person, follows=made.id, starts_at=house.clock.now() + HOUR)
    propose(house.store, house.chance, after)
    decide(house, review, ReviewOutcome.CONTINUE, successor=after.id, text="Calls are answered late.", **WHY)
    make_decision(house.store, after.id, BO)
    with pytest.raises(NotPermitted, match="decided already"):
        decide(house, review, ReviewOutcome.END)
    assert sound(house)


def test_a_review_lowers_or_ends_in_its_own_write(house):
    lowered, ended = house.person(), house.person()
    for person, outcome in ((lowered, ReviewOutcome.LOWER), (ended, ReviewOutcome.END)):
        made = house.decide(person)
        review = begin_review(house.store, house.chance, made.id, Trigger.WELLBEING, ANA)
        decide(house, review, outcome, to_mode=ModeCode.TELEPHONE)
    assert [one.mode for one in in_force(house, lowered)] == [ModeCode.TELEPHONE]
    assert in_force(house, ended) == []
    assert sound(house)


def test_a_review_says_what_was_used_by_counting_it(house):
    person = house.person()
    made = house.decide(person)
    house.clock.pass_(DAY)
    review = begin_review(house.store, house.chance, made.id, Trigger.PERIOD, ANA)
    decide(house, review, ReviewOutcome.END)
    with house.store.reading() as view:
        used = view.used_since(made.id, made.starts_at)
    assert (used.alerts, used.possible_breaches, used.breaches) == (0, 0, 0)
    assert (used.openings, used.questions, used.packs) == (0, 0, 0)


def test_the_interval_after_a_missed_review_is_empty(house):
    person = house.person("TAG-1")
    made = house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(made.review_due_at - START + HOUR)
    assert house.say(monitor, person, made.review_due_at).startswith("refused")
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1
    with house.store.reading() as view:
        assert view.fixes_from(made.id, made.review_due_at) == ()
    assert house.decision(made.id).state is State.LAPSED


def test_a_missed_review_of_an_order_closes_looks_tells_its_maker_and_the_order_goes_on(house):
    person = house.person()
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    look = Passing(house.store, house.chance, house.clock, house.fence).look
    house.clock.pass_(order.review_due_at - START + MINUTE)
    look()
    assert kinds_written(house).count(EntryKind.REVIEW_MISSED) == 1
    assert len(tasks(house, TaskKind.TELL_MAKER_MISSED)) == 1
    look()
    assert kinds_written(house).count(EntryKind.REVIEW_MISSED) == 1
    assert [one.id for one in in_force(house, person)] == [order.id]
    with house.store.reading() as view:
        assert looks_closed(order, view.review_due_at(order.id), house.clock.now())
    review = begin_review(house.store, house.chance, order.id, Trigger.PERIOD, ANA)
    with pytest.raises(NotPermitted, match="at most 90 days ahead"):
        decide(house, review, ReviewOutcome.CONTINUE, **WHY)
    decide(house, review, ReviewOutcome.CONTINUE, next_due_at=house.clock.now() + 30 * DAY, **WHY)
    with house.store.reading() as view:
        assert not looks_closed(order, view.review_due_at(order.id), house.clock.now())
        assert view.reviews_missed(order.id) == (order.review_due_at,)
    house.clock.pass_(31 * DAY)
    look()
    assert kinds_written(house).count(EntryKind.REVIEW_MISSED) == 2
    assert sound(house)


def test_the_missed_review_of_one_order_is_told_once_however_anothers_was_decided(house):
    reviewed, missed = (house.person(), house.person())
    order = house.decide(reviewed, authority=Authority.ORDER, maker=COURT)
    other = house.decide(missed, authority=Authority.ORDER, maker=COURT)
    review = begin_review(house.store, house.chance, order.id, Trigger.PERIOD, ANA)
    decide(house, review, ReviewOutcome.CONTINUE, next_due_at=house.clock.now() + 60 * DAY, **WHY)
    look = Passing(house.store, house.chance, house.clock, house.fence).look
    house.clock.pass_(other.review_due_at - START + MINUTE)
    for _ in range(2):
        look()
        assert kinds_written(house).count(EntryKind.REVIEW_MISSED) == 1
    with house.store.reading() as view:
        assert view.reviews_missed(other.id) == (other.review_due_at,)
        assert view.orders_past_review(house.clock.now(), 10) == ()
    house.clock.pass_(60 * DAY)
    for _ in range(2):
        look()
        assert kinds_written(house).count(EntryKind.REVIEW_MISSED) == 2
    with house.store.reading() as view:
        assert len(view.reviews_missed(order.id)) == 1


# --- closing -------------------------------------------------------------------------------------------------

CLOSED = [EndReason.LEAVE_GRANTED, EndReason.DETAINED, EndReason.REMOVED, EndReason.TRANSFERRED, EndReason.DIED]


@pytest.mark.parametrize("reason", CLOSED)
def test_a_case_is_closed_whole_with_its_reason(house, reason):
    person = house.person("TAG-1")
    made = house.decide(person)
    after = house.proposal(person, follows=made.id, starts_at=START + DAY)
    propose(house.store, house.chance, after)
    make_decision(house.store, after.id, BO)
    waiting = house.proposal(person, strand="second")
    propose(house.store, house.chance, waiting)
    close_case(house.store, house.chance, person.case.id, reason, ANA)
    states = [house.decision(one.id).state for one in (made, after, waiting)]
    assert states == [State.WITHDRAWN, State.WITHDRAWN, State.REFUSED]
    kinds = [one.kind for one in tasks(house)]
    assert kinds == [TaskKind.TAKE_BACK if reason is EndReason.DIED else TaskKind.TELL_AND_REMOVE]
    assert sound(house)


@pytest.mark.parametrize("reason", CLOSED)
def test_nobody_is_left_with_a_task_to_tell_someone_who_has_died(house, reason):
    person = house.person("TAG-1")
    made = house.decide(person)
    house.clock.pass_(MINUTE)
    step_down(house.store, house.chance, person.case.id, ModeCode.TELEPHONE, ANA)
    assert [one.kind for one in tasks(house)] == [TaskKind.TELL_AND_REMOVE]
    close_case(house.store, house.chance, person.case.id, reason, ANA)
    left = {one.kind for one in tasks(house)}
    assert left == ({TaskKind.TAKE_BACK} if reason is EndReason.DIED else {TaskKind.TELL_AND_REMOVE})
    assert house.decision(made.id).state is State.SUCCEEDED
    assert sound(house)


def test_the_day_says_of_an_order_that_looks_close_and_goes_by_its_next_review(house):
    person, other = house.person(), house.person()
    order = house.decide(person, authority=Authority.ORDER, maker=COURT)
    made = house.decide(other)

    def lines():
        day = show_day(house.store, house.clock.now(), [person.case.id, other.case.id])
        return [(one.kind, one.about, one.due_at) for one in day.lines if one.kind is not DayKind.TASK]

    assert sorted(lines()) == sorted(
        [
            (DayKind.REVIEW_DUE, made.id, made.review_due_at),
            (DayKind.ORDER_REVIEW_DUE, order.id, order.review_due_at),
        ]
    )
    review = begin_review(house.store, house.chance, order.id, Trigger.PERIOD, ANA)
    next_due = house.clock.now() + 60 * DAY
    decide(house, review, ReviewOutcome.CONTINUE, next_due_at=next_due, **WHY)
    assert [about for _, about, _ in lines()] == [made.id]
    house.clock.pass_(35 * DAY)
    assert (DayKind.ORDER_REVIEW_DUE, order.id, next_due) in lines()


def test_other_reasons_close_no_case(house):
    with pytest.raises(NotPermitted, match="a case is closed because"):
        close_case(house.store, house.chance, house.person().case.id, EndReason.NOT_NEEDED, ANA)


# --- stops ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "state"),
    [(StopKind.STOP, State.WITHDRAWN), (StopKind.RESTRICT, State.SUSPENDED), (StopKind.ANNUL, State.ANNULLED)],
)
def test_a_stop_is_obeyed_at_once_even_of_an_order(house, kind, state):
    officers, order = house.person("TAG-1"), house.person()
    made = house.decide(officers), house.decide(order, authority=Authority.ORDER, maker=COURT)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    enter_stop(house.store, house.chance, kind, REGULATOR, [one.id for one in made], ANA)
    assert [house.decision(one.id).state for one in made] == [state, state]
    assert house.say(monitor, officers).startswith("refused")
    assert sound(house)


def test_a_restriction_of_what_is_to_be_followed_ends_it_and_pauses_what_follows(house):
    person = house.person("TAG-1")
    decision = house.decide(person)
    follower = house.decide(person, follows=decision.id, starts_at=house.clock.now() + 5 * DAY)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(MINUTE)
    enter_stop(house.store, house.chance, StopKind.RESTRICT, REGULATOR, [decision.id], ANA)
    assert [house.decision(one.id).state for one in (decision, follower)] == [State.WITHDRAWN, State.SUSPENDED]
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person).startswith("refused")
    house.clock.pass_(6 * DAY)
    assert house.say(monitor, person).startswith("refused")
    resume_decision(house.store, follower.id, Ender(ANA))
    house.issue_keys()
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    assert sound(house)


@pytest.mark.parametrize("kind", StopKind)
def test_so_is_whoever_is_to_be_followed_if_we_died(house, monkeypatch, kind):
    from custodiet.flows import obey_stop as flow

    people = [house.person() for _ in range(3)]
    made = [house.decide(person, keys=False) for person in people]
    starts_at = house.clock.now() + 5 * DAY
    followers = [
        house.decide(person, keys=False, follows=one.id, starts_at=starts_at)
        for person, one in zip(people, made, strict=True)
    ]
    with monkeypatch.context() as patch:
        patch.setattr(flow, "FEW", 1)
        patch.setattr(flow, "obey_stop", lambda *_: 0)
        enter_stop(house.store, house.chance, kind, REGULATOR, [one.id for one in made], ANA)
    assert [house.decision(one.id).state for one in made].count(State.SUCCEEDED) == 2
    clock = Passing(house.store, house.chance, house.clock, house.fence)
    clock.look()
    ended, then = {
        StopKind.STOP: (State.WITHDRAWN, State.WITHDRAWN),
        StopKind.RESTRICT: (State.WITHDRAWN, State.SUSPENDED),
        StopKind.ANNUL: (State.ANNULLED, State.WITHDRAWN),
    }[kind]
    assert {house.decision(one.id).state for one in made} == {ended}
    assert {house.decision(one.id).state for one in followers} == {then}
    with house.store.reading() as view:
        assert view.stops_unfinished(house.clock.now(), 10) == ()


@pytest.mark.parametrize("kind", StopKind)
def test_the_store_finds_those_orders_of_which_the_rule_says_that_something_is_left(house, monkeypatch, kind):
    from custodiet.flows import obey_stop as flow

    def decided(*, then=None, followed_in=None):
        person = house.person()
        one = house.decide(person, keys=False, ends_at=house.clock.now() + 30 * DAY)
        if followed_in is not None:
            house.decide(person, keys=False, follows=one.id, starts_at=house.clock.now() + followed_in)
        if then is not None:
            then(one.id)
        return one.id

    by = Ender(ANA)
    ways = {
        "made": {},
        "suspended": {"then": lambda one: suspend_decision(house.store, one, by)},
        "withdrawn": {"then": lambda one: end_decision(house.store, house.chance, one, Move.WITHDRAW, by)},
        "followed": {"followed_in": 5 * DAY},
        "followed since": {"followed_in": HOUR},
    }
    known = {name: decided(**how) for name, how in ways.items()}
    house.clock.pass_(2 * HOUR)
    monkeypatch.setattr(flow, "_obey", lambda *_: 0)
    stops = {name: enter_stop(house.store, house.chance, kind, REGULATOR, [one], ANA) for name, one in known.items()}
    now = house.clock.now()
    with house.store.reading() as view:
        found = view.stops_unfinished(now, 10)
        said = {name for name, one in known.items() if ordered(kind, view.decision(one), now) is not None}
    assert {name for name, stop in stops.items() if stop in found} == said
    assert (
        said
        == {
            StopKind.STOP: {"made", "suspended", "followed"},
            StopKind.RESTRICT: {"made", "followed"},
            StopKind.ANNUL: {"made", "suspended", "withdrawn", "followed", "followed since"},
        }[kind]
    )


def test_a_restriction_of_what_is_over_since_it_was_followed_changes_nothing(house):
    person = house.person("TAG-1")
    decision = house.decide(person)
    follower = house.decide(person, follows=decision.id, starts_at=house.clock.now() + HOUR)
    house.clock.pass_(2 * HOUR)
    enter_stop(house.store, house.chance, StopKind.RESTRICT, REGULATOR, [decision.id], ANA)
    assert [house.decision(one.id).state for one in (decision, follower)] == [State.SUCCEEDED, State.MADE]


def test_a_stop_of_many_is_carried_out_to_the_end_and_by_the_clock_if_we_died(house, monkeypatch):
    from custodiet.flows import obey_stop as flow

    made = [house.decide(house.person(), keys=False) for _ in range(FEW + 3)]
    with monkeypatch.context() as patch:
        patch.setattr(flow, "obey_stop", lambda *_: 0)
        enter_stop(house.store, house.chance, StopKind.STOP, REGULATOR, [one.id for one in made], ANA)
    states = [house.decision(one.id).state for one in made]
    assert (states.count(State.WITHDRAWN), states.count(State.MADE)) == (FEW, 3)
    Passing(house.store, house.chance, house.clock, house.fence).look()
    assert {house.decision(one.id).state for one in made} == {State.WITHDRAWN}


def test_a_restriction_that_was_lifted_stays_lifted(house):
    order = house.decide(house.person(), authority=Authority.ORDER, maker=COURT)
    enter_stop(house.store, house.chance, StopKind.RESTRICT, COURT, [order.id], ANA)
    resume_decision(house.store, order.id, Ender(COURT))
    Passing(house.store, house.chance, house.clock, house.fence).look()
    assert house.decision(order.id).state is State.MADE


def test_a_second_person_looks_within_a_day_or_the_data_protection_officer_is_asked(house):
    checked, left = (house.decide(house.person()) for _ in range(2))
    first = enter_stop(house.store, house.chance, StopKind.STOP, REGULATOR, [checked.id], ANA)
    enter_stop(house.store, house.chance, StopKind.STOP, REGULATOR, [left.id], ANA)
    with pytest.raises(NotPermitted, match="does not check it"):
        check_stop(house.store, house.chance, first, ANA, as_ordered=True)
    check_stop(house.store, house.chance, first, BO, as_ordered=True)
    with pytest.raises(NotPermitted, match="already"):
        check_stop(house.store, house.chance, first, BO, as_ordered=True)
    look = Passing(house.store, house.chance, house.clock, house.fence).look
    look()
    assert tasks(house, TaskKind.LOOK_INTO_STOP) == []
    house.clock.pass_(DAY)
    look()
    look()
    [asked] = tasks(house, TaskKind.LOOK_INTO_STOP)
    assert asked.decision_id == left.id
    assert house.decision(left.id).state is State.WITHDRAWN
    assert sound(house)


def test_a_stop_not_entered_as_ordered_asks_people_and_undoes_nothing(house):
    made = house.decide(house.person())
    stop = enter_stop(house.store, house.chance, StopKind.STOP, REGULATOR, [made.id], ANA)
    check_stop(house.store, house.chance, stop, BO, as_ordered=False)
    assert len(tasks(house, TaskKind.LOOK_INTO_STOP)) == 1
    assert house.decision(made.id).state is State.WITHDRAWN


# --- the day -------------------------------------------------------------------------------------------------


def test_the_day_lists_what_is_to_be_done_for_these_cases_page_by_page(house):
    mine, other = house.person(), house.person()
    house.issue_keys()
    house.decide(mine, strand="third", authority=Authority.ORDER, maker=COURT)
    for person in (mine, other):
        house.decide(person)
        assessor(house).represent(person.case.id, "It hurts.", ANA)
    back = house.proposal(mine, strand="second")
    with house.store.reading() as view:
        [said] = view.representations(mine.case.id)
    from custodiet.model.representation import Reply

    assessor(house).answer(said.id, Reply.AGREED, "Yes.", ANA)
    propose(house.store, house.chance, back)
    return_decision(house.store, assessor(house), back.id, ReturnReason.COPIED, "Your own words.", BO)
    assessor(house).represent(mine.case.id, "Still.", ANA)
    close_case(house.store, house.chance, other.case.id, EndReason.DIED, ANA)
    now = house.clock.now()
    day = show_day(house.store, now, [mine.case.id])
    kinds = [one.kind for one in day.lines]
    assert set(kinds) == set(DayKind)
    # What they said opened a review of each that stands, and the maker of the order is told.
    tasked = sorted(one.what for one in day.lines if one.kind is DayKind.TASK)
    assert tasked == [TaskKind.DECIDE_REVIEW, TaskKind.DECIDE_REVIEW, TaskKind.TELL_MAKER_FACTS]
    assert {one.reference for one in day.lines} == {mine.case.reference}
    paged, after = [], None
    while True:
        page = show_day(house.store, now, [mine.case.id, other.case.id], after=after, limit=1)
        paged += page.lines
        after = page.next_after
        if after is None:
            break
    whole = show_day(house.store, now, [mine.case.id, other.case.id])
    assert tuple(paged) == whole.lines
    assert {one.kind for one in whole.lines} == set(DayKind)
    propose(house.store, house.chance, house.proposal(other, strand="second", mode=ModeCode.NONE))
