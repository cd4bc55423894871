"""What the passing of time finds: our own outages, silences, reviews, hours that open and close. It accuses nobody."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from support.house import ANA, BO, COURT, START, House, Person, scheme_at
from support.nouns import changed
from support.proposing import propose
from support.watched import (
    AWAY,
    DAY,
    HOME,
    HOUR,
    MINUTE,
    SECOND,
    ask,
    everything,
    kinds_since,
    ledger_size,
    pass_time,
    passing,
    pulses_until,
    report,
    rows,
    task_kinds,
    tasks,
    watch,
    whole,
)

from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.fit_device import complete_task, fit_device, issue_sender, register_device
from custodiet.flows.handle_alert import Desk
from custodiet.flows.open_case import open_case
from custodiet.flows.time_passes import Passing
from custodiet.model.alert import AlertState
from custodiet.model.case import TaskKind
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.decision import Authority, State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import LeaseLost, NotPermitted
from custodiet.model.finding import Matter, Weight
from custodiet.model.identity import SchemeId
from custodiet.model.judging import Judging
from custodiet.model.mode import ModeCode
from custodiet.rules import silence
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.reviews import WARNING_DAYS, warning_due
from custodiet.rules.silence import CONTACT_GRAIN

FAR = START + 85 * DAY
E = EntryKind


@pytest.fixture(autouse=True)
def _replayed(house):
    yield
    assert whole(house)


def alerts(house):
    with house.store.reading() as view:
        return view.alerts(list(AlertState), 1000)


def impatient(house, **settings) -> Person:
    """Someone in a scheme whose clocks run faster; it reviews once in 300 days."""
    scheme = replace(scheme_at(START), id=SchemeId("scheme_impatient"), judging=Judging(**settings))
    house.register(scheme, review_days=300)
    person = Person(open_case(house.store, house.chance, scheme.id, "M-9001", ANA))
    person.device = register_device(house.store, house.chance, "TAG-9001", ANA)
    person.fitting = fit_device(house.store, house.chance, person.device.id, person.case.id, "main", ANA)
    of = (scheme.id, "a sender", (person.device.serial,), ANA, person.fitting.id)
    person.token = issue_sender(house.store, house.chance, *of)
    return person


# --- our own path ---------------------------------------------------------------------------------------


def test_an_hour_without_a_gateway_is_one_incident_and_on_nobodys_record(house):
    people = [house.person(f"TAG-{number}") for number in range(20)]
    for person in people:
        house.decide(person, review_due_at=FAR)
    monitor, looking = house.monitor(), passing(house)
    for person in people:
        house.say(monitor, person)
    assert pass_time(house, monitor, 10 * MINUTE, looking=looking) == 0
    before, fell = ledger_size(house), house.clock.now()
    for _ in range(12):
        house.clock.pass_(5 * MINUTE)
        assert looking.look() == 0
    assert pass_time(house, monitor, HOUR, looking=looking) == 1
    assert kinds_since(house, before) == [E.OUTAGE_FOUND]
    assert rows(house, "SELECT from_at, to_at FROM outage") == [
        (round(fell.timestamp() * 1000), round((fell + HOUR).timestamp() * 1000))
    ]
    assert (alerts(house), tasks(house)) == ((), [])


def test_time_in_which_our_path_was_down_is_nobodys_silence(house):
    person = impatient(house, silence_s=2 * 3600, silence_ends_s=4 * 3600)
    house.decide(person, review_due_at=FAR)
    monitor, looking = house.monitor(), passing(house)
    house.say(monitor, person)
    pass_time(house, monitor, 90 * MINUTE, looking=looking)
    house.clock.pass_(30 * DAY)
    before = ledger_size(house)
    pass_time(house, monitor, 28 * MINUTE + CONTACT_GRAIN, looking=looking)
    assert (kinds_since(house, before), task_kinds(house)) == ([E.OUTAGE_FOUND], [])
    pass_time(house, monitor, 4 * MINUTE, looking=looking, look_every=MINUTE)
    assert task_kinds(house) == [TaskKind.FIND_OUT]


def test_two_outages_are_two_incidents_and_neither_is_told_twice(house):
    house.decide(house.person("TAG-1"), review_due_at=FAR)
    monitor, looking = house.monitor(), passing(house)
    monitor.idle()
    for number in (1, 2):
        house.clock.pass_(HOUR)
        pass_time(house, monitor, 2 * HOUR, looking=looking)
        assert rows(house, "SELECT count(*) FROM outage") == [(number,)]


def test_while_no_gateway_ever_ran_nothing_is_silent(house):
    person = impatient(house, **QUICK)
    house.decide(person, review_due_at=FAR)
    house.clock.pass_(30 * DAY)
    assert passing(house).look() == 0


def test_a_long_step_leaves_the_pulse_that_many_pulses_leave(house, tmp_path):
    other = House(tmp_path / "other")
    monitors = [each.monitor() for each in (house, other)]
    for each, monitor in zip((house, other), monitors, strict=True):
        monitor.idle()
        each.clock.pass_(3 * MINUTE)
        monitor.idle()
    pulses_until(house, house.clock.now() + 5 * MINUTE)
    for _ in range(5):
        other.clock.pass_(MINUTE)
        monitors[1].idle()
    found = [rows(each, "SELECT * FROM pulse") for each in (house, other)]
    other.close()
    assert found[0] == found[1]
    assert found[0][0][2] is not None


# --- silence --------------------------------------------------------------------------------------------


def test_a_dead_tag_raises_a_task_and_in_the_end_a_pause_and_never_a_word_about_the_person(house):
    person = impatient(house)
    decision = house.decide(person, review_due_at=START + 300 * DAY)
    monitor, looking, begun = house.monitor(), passing(house), house.clock.now()
    house.say(monitor, person)
    told = {"look_every": 2 * HOUR, "looking": looking}
    before = ledger_size(house)
    assert pass_time(house, monitor, DAY - HOUR, **told) == 0
    assert pass_time(house, monitor, 2 * HOUR, **told) == 1
    [(kind, task)] = tasks(house)
    assert (kind, task.due_at - task.raised_at) == (TaskKind.FIND_OUT, DAY)
    complete_task(house.store, task.id, ANA)
    assert pass_time(house, monitor, 6 * DAY - 2 * HOUR, **told) == 0
    assert house.decision(decision.id).state is State.MADE
    assert pass_time(house, monitor, 2 * HOUR, **told) == 1
    assert house.decision(decision.id).state is State.SUSPENDED
    assert task_kinds(house) == [TaskKind.TELL_AND_REMOVE]
    for _ in range(12):
        house.clock.pass_(7 * DAY)
        pass_time(house, monitor, 10 * MINUTE, looking=looking)
    assert house.clock.now() - begun > 90 * DAY
    assert alerts(house) == ()
    since = [kind for kind in kinds_since(house, before) if kind is not E.OUTAGE_FOUND]
    assert since == [E.SILENCE_FOUND, E.TASK_DONE, E.DECISION_SUSPENDED, E.SILENCE_FOUND, E.TASKS_OVERDUE]


def silent(house, person, span, **more):
    """Time passes in which nobody reports; the entries that were made of it."""
    monitor = house.monitor()
    before = ledger_size(house)
    pass_time(house, monitor, span, look_every=10 * MINUTE, **more)
    return kinds_since(house, before)


QUICK = {"silence_s": 3600, "silence_ends_s": 3 * 3600}


def test_a_tag_that_never_spoke_is_silent_from_the_day_it_was_fitted(house):
    decision = house.decide(impatient(house, **QUICK), review_due_at=FAR)
    assert silent(house, None, 50 * MINUTE) == []
    assert silent(house, None, 20 * MINUTE) == [E.SILENCE_FOUND]
    assert silent(house, None, 3 * HOUR) == [E.DECISION_SUSPENDED, E.SILENCE_FOUND]
    assert house.decision(decision.id).state is State.SUSPENDED


def test_the_device_comes_off_at_a_pause_by_silence_and_someone_is_told(house):
    house.decide(impatient(house, **QUICK), review_due_at=FAR)
    silent(house, None, 4 * HOUR)
    assert task_kinds(house) == [TaskKind.FIND_OUT, TaskKind.TELL_AND_REMOVE]


def test_a_word_from_the_device_ends_the_silence_and_the_next_one_is_its_own(house):
    person = impatient(house, **QUICK)
    house.decide(person, review_due_at=FAR)
    assert silent(house, person, 2 * HOUR) == [E.SILENCE_FOUND]
    house.say(house.monitor(), person)
    assert silent(house, person, 50 * MINUTE) == []
    assert silent(house, person, HOUR) == [E.SILENCE_FOUND]


def test_a_device_that_speaks_without_finding_itself_is_not_silent(house):
    person = impatient(house, **QUICK)
    house.decide(person, review_due_at=FAR)
    monitor = house.monitor()
    before = ledger_size(house)
    for _ in range(10):
        pass_time(house, monitor, 30 * MINUTE)
        house.post(monitor, person.token, changed(_report(person), fix=None, fix_time=None))
    assert kinds_since(house, before) == []


def _report(person):
    from support.house import report

    return report(person.device.serial, START)


def test_a_courts_order_is_not_paused_by_silence_its_maker_is_told_once(house):
    person = impatient(house, **QUICK)
    decision = house.decide(person, authority=Authority.ORDER, maker=COURT, review_due_at=FAR)
    assert silent(house, person, 8 * HOUR) == [E.SILENCE_FOUND, E.SILENCE_FOUND]
    assert task_kinds(house) == [TaskKind.FIND_OUT, TaskKind.TELL_MAKER]
    assert house.decision(decision.id).state is State.MADE
    assert alerts(house) == ()


def test_after_a_pause_silence_is_counted_anew(house):
    person = impatient(house, **QUICK)
    decision = house.decide(person, review_due_at=FAR)
    silent(house, person, 4 * HOUR)
    resume_decision(house.store, decision.id, Ender(ANA))
    assert silent(house, person, 50 * MINUTE) == []
    assert silent(house, person, 20 * MINUTE) == [E.SILENCE_FOUND]
    assert house.decision(decision.id).state is State.MADE


@pytest.mark.parametrize("why", ["taken off", "paused", "over"])
def test_a_device_that_need_not_speak_is_not_silent(house, why):
    person = impatient(house, **QUICK)
    decision = house.decide(person, review_due_at=START + HOUR if why == "over" else FAR)
    if why == "taken off":
        house.unfit(person)
    elif why == "paused":
        suspend_decision(house.store, decision.id, Ender(ANA))
    else:
        house.clock.pass_(HOUR)
    assert E.SILENCE_FOUND not in silent(house, person, 5 * HOUR)


# --- reviews and tasks ----------------------------------------------------------------------------------


def days_warned(house, decision):
    with house.store.reading() as view:
        return sorted(view.warned(decision.id), reverse=True)


def test_warnings_come_so_many_days_before_and_once_each(house):
    decision = house.decide(house.person(), review_due_at=START + 60 * DAY)
    looking, warned_at = passing(house), []
    for hour in range(0, 60 * 24, 4):
        if looking.look() and days_warned(house, decision)[-1:] != warned_at[-1:]:
            warned_at.append(days_warned(house, decision)[-1])
            assert timedelta(hours=hour) == 60 * DAY - warned_at[-1] * DAY
        house.clock.pass_(4 * HOUR)
    assert tuple(warned_at) == WARNING_DAYS
    assert task_kinds(house) == [TaskKind.REVIEW]
    [(_, task)] = tasks(house)
    assert task.due_at == decision.review_due_at


def test_the_store_finds_those_of_whom_the_rule_says_that_a_warning_is_due(house):
    """The rule is asked of each; the store of all at once, and does not fetch who is not to be warned of."""
    random, found = Random(3), Counter()
    for number in range(12):
        days = random.choice([1, 2, 3, 6, 7, 13, 27, 28, 29, 55])
        decision = house.decide(house.person(f"TAG-R{number}"), review_due_at=house.clock.now() + days * DAY)
        if number % 4 == 0:
            suspend_decision(house.store, decision.id, Ender(ANA))
        house.clock.pass_(random.randrange(36) * HOUR)
    looking = passing(house)
    for _ in range(60):
        now = house.clock.now()
        with house.store.reading() as view:
            by_rule = {one.id for one in view.decisions() if warning_due(one, view.warned(one.id), now) is not None}
            assert set(view.reviews_to_warn_of(now, WARNING_DAYS)) == by_rule
        found[bool(by_rule)] += 1
        if random.random() < 0.7:
            looking.look()
        house.clock.pass_(random.choice([HOUR, 9 * HOUR, DAY, 2 * DAY]))
    assert min(found.values()) > 5


def test_warnings_that_an_outage_has_missed_are_not_made_up_for(house):
    decision = house.decide(house.person(), review_due_at=START + 60 * DAY)
    looking = passing(house)
    house.clock.set(START + 30 * DAY)
    assert looking.look() == 0
    house.clock.pass_(21 * DAY)
    before = ledger_size(house)
    for _ in range(10):
        looking.look()
        house.clock.pass_(MINUTE)
    assert kinds_since(house, before) == [E.REVIEW_WARNED]
    assert days_warned(house, decision) == [14]


def test_a_decision_that_is_made_for_a_short_while_is_not_warned_of_at_once(house):
    decision = house.decide(house.person(), review_due_at=START + 14 * DAY)
    looking = passing(house)
    assert looking.look() == 0
    house.clock.pass_(7 * DAY)
    assert (looking.look(), days_warned(house, decision)) == (1, [7])


def test_what_was_succeeded_is_warned_of_no_more(house):
    person = house.person()
    decision = house.decide(person, review_due_at=START + 60 * DAY)
    looking = passing(house)
    house.clock.set(START + 33 * DAY)
    assert looking.look() == 1
    follower = house.proposal(
        person, starts_at=house.clock.now() + HOUR, follows=decision.id, review_due_at=START + 120 * DAY
    )
    propose(house.store, house.chance, follower)
    make_decision(house.store, follower.id, BO)
    assert tasks(house) == []
    for _ in range(40):
        house.clock.pass_(DAY)
        assert looking.look() == 0
    assert days_warned(house, decision) == [28]


def test_a_review_that_was_done_is_no_open_task(house):
    person = house.person()
    decision = house.decide(person, review_due_at=START + 60 * DAY)
    house.clock.set(START + 33 * DAY)
    passing(house).look()
    follower = house.proposal(
        person, starts_at=house.clock.now() + HOUR, follows=decision.id, review_due_at=START + 120 * DAY
    )
    propose(house.store, house.chance, follower)
    make_decision(house.store, follower.id, BO)
    house.clock.set(START + 61 * DAY)
    assert (passing(house).look(), tasks(house)) == (0, [])


def test_tasks_that_are_past_due_are_marked_once_and_a_hundred_at_a_time(house):
    decisions = [house.decide(house.person(), keys=False, review_due_at=START + DAY) for _ in range(103)]
    house.clock.set(START + DAY)
    while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
        pass
    assert len(tasks(house)) == len(decisions)
    looking = passing(house)
    assert looking.look() == 0
    [done, *_] = [task for _, task in tasks(house)]
    complete_task(house.store, done.id, ANA)
    house.clock.pass_(DAY - SECOND)
    assert looking.look() == 0
    house.clock.pass_(SECOND)
    assert [looking.look() for _ in range(3)] == [100, 2, 0]
    assert rows(house, "SELECT count(*) FROM task WHERE overdue") == [(102,)]


# --- windows --------------------------------------------------------------------------------------------

NIGHTS = [Interval(START + night * DAY + HOUR, START + night * DAY + 9 * HOUR) for night in range(5)]
CURFEW = {"kind": ConditionKind.CURFEW, "schedule": Schedule(once=tuple(NIGHTS)), "review_due_at": FAR}


def test_a_curfew_whose_hours_end_without_a_fix_ends_its_alert_with_them(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    house.clock.set(NIGHTS[0].from_at)
    one.walk_out(10)
    alert = one.alert()
    assert alert.weight is Weight.ADVERSE
    pass_time(house, one.monitor, NIGHTS[0].to_at - house.clock.now() - SECOND, look_every=HOUR)
    assert one.alert().ended_at is None
    before = ledger_size(house)
    pass_time(house, one.monitor, 12 * HOUR, look_every=HOUR)
    assert one.alert().ended_at == NIGHTS[0].to_at
    assert kinds_since(house, before).count(E.ALERT_ENDED) == 1


def test_a_curfew_that_begins_without_a_fix_asks_once_a_night_and_accuses_nobody(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    told = {"look_every": 2 * MINUTE}
    pass_time(house, one.monitor, NIGHTS[0].from_at + 29 * MINUTE - house.clock.now(), **told)
    assert one.alerts() == ()
    pass_time(house, one.monitor, 3 * MINUTE, **told)
    alert = one.alert()
    assert (alert.matter, alert.weight) == (Matter.UNANSWERED, Weight.UNCERTAIN)
    assert (alert.began_at, alert.condition_id) == (NIGHTS[0].from_at, one.condition_id)
    pass_time(house, one.monitor, 10 * HOUR)
    assert one.alert().ended_at == NIGHTS[0].to_at
    one.at(HOME)
    pass_time(house, one.monitor, NIGHTS[1].to_at - house.clock.now())
    assert [alert.began_at for alert in one.alerts()] == [NIGHTS[0].from_at, NIGHTS[1].from_at]


def test_it_is_over_when_a_fix_comes(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    pass_time(house, one.monitor, 2 * HOUR)
    assert one.alert().ended_at is None
    one.at(HOME)
    passing(house).look()
    assert one.alert().ended_at == house.clock.now()
    pass_time(house, one.monitor, 4 * HOUR)
    assert len(one.alerts()) == 1


def test_whoever_is_seen_at_the_start_is_not_asked(house):
    one = watch(house, **CURFEW)
    house.clock.set(NIGHTS[0].from_at)
    one.at(HOME)
    pass_time(house, one.monitor, 8 * HOUR)
    assert one.alerts() == ()


def test_whoever_is_seen_just_before_and_just_after_the_start_is_not_asked(house):
    one = watch(house, **CURFEW)
    for at in (-2 * MINUTE, 2 * MINUTE):
        pass_time(house, one.monitor, NIGHTS[0].from_at + at - house.clock.now())
        assert one.at(HOME) == "kept"
    pass_time(house, one.monitor, HOUR)
    assert one.alerts() == ()


def test_it_is_over_when_a_fix_comes_soon_after_an_older_one(house):
    one = watch(house, **CURFEW)
    pass_time(house, one.monitor, 2 * HOUR)
    one.at(HOME, NIGHTS[0].from_at - 10 * MINUTE)
    pass_time(house, one.monitor, 2 * MINUTE)
    one.at(HOME)
    pass_time(house, one.monitor, HOUR)
    assert one.alert().ended_at is not None


def test_a_dead_device_is_not_asked_about_every_night(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    house.issue_keys()
    pass_time(house, one.monitor, 4 * DAY, look_every=30 * MINUTE)
    assert task_kinds(house) == [TaskKind.FIND_OUT]
    # The first night it was not known to be dead; on the second its day of silence was over before anyone would ring.
    assert [(alert.weight, alert.began_at) for alert in one.alerts()] == [(Weight.UNCERTAIN, NIGHTS[0].from_at)]


def test_while_our_path_is_down_nobody_is_asked(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    looking = passing(house)
    while house.clock.now() < NIGHTS[0].to_at:
        house.clock.pass_(10 * MINUTE)
        assert looking.look() == 0
    house.clock.set(NIGHTS[1].from_at + 10 * MINUTE)
    pass_time(house, one.monitor, 25 * MINUTE, looking=looking)
    assert one.alerts() == ()
    pass_time(house, one.monitor, 10 * MINUTE, looking=looking)
    assert [alert.began_at for alert in one.alerts()] == [NIGHTS[1].from_at]


@pytest.mark.parametrize("why", ["fitted", "resumed"])
def test_whoever_is_watched_only_since_a_moment_ago_is_not_asked_at_once(house, why):
    person = house.person() if why == "fitted" else house.person("TAG-1")
    one = watch(house, person=person, **CURFEW)
    if why == "resumed":
        suspend_decision(house.store, one.decision_id, Ender(ANA))
    pass_time(house, one.monitor, 3 * HOUR)
    if why == "fitted":
        house.fit(person, register_device(house.store, house.chance, "TAG-1", ANA))
    else:
        resume_decision(house.store, one.decision_id, Ender(ANA))
    pass_time(house, one.monitor, 5 * MINUTE)
    assert one.alerts() == ()


def test_an_absence_in_the_hours_asks_nothing(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    desk = Desk(house.store, house.sealer, house.chance, house.pinned)
    desk.authorise_absence(one.condition_id, NIGHTS[0], ANA)
    pass_time(house, one.monitor, 9 * HOUR)
    assert one.alerts() == ()


def test_an_alert_about_a_device_that_came_off_does_not_go_on_for_ever(house):
    one = watch(house, review_due_at=FAR)
    one.accused()
    house.unfit(one.person)
    pass_time(house, one.monitor, HOUR)
    assert one.alert().ended_at is not None


def succeeded_tomorrow(house, one):
    follower = house.proposal(one.person, starts_at=house.clock.now() + DAY, follows=one.decision_id)
    propose(house.store, house.chance, follower)
    make_decision(house.store, follower.id, BO)
    one.monitor.refresh()


def test_a_review_that_takes_effect_tomorrow_does_not_say_when_an_alert_will_have_ended(house):
    one = watch(house)
    one.accused()
    succeeded_tomorrow(house, one)
    one.walk_home()
    assert one.alert().ended_at == house.clock.now() - MINUTE


def test_hours_are_asked_about_until_a_review_takes_effect(house):
    one = watch(house, **CURFEW)
    one.stay(HOME)
    succeeded_tomorrow(house, one)
    pass_time(house, one.monitor, NIGHTS[0].from_at + 32 * MINUTE - house.clock.now(), look_every=2 * MINUTE)
    assert house.decision(one.decision_id).state is State.SUCCEEDED
    assert one.alert().matter is Matter.UNANSWERED


CHECK_IN = {"kind": ConditionKind.CHECK_IN, "mode": ModeCode.CHECK_IN, "zones": False}


@pytest.mark.parametrize("followed", [False, True])
@pytest.mark.parametrize("hours", [20, 24 * 3, 24 * 6])
def test_a_check_in_that_nobody_heard_is_asked_about_however_long_its_hours(house, hours, followed):
    now = house.clock.now()
    window = Interval(now + HOUR, now + HOUR + hours * HOUR)
    one = watch(house, **CHECK_IN, schedule=Schedule(once=(window,)))
    if followed:
        ask(house, one.person, mode=ModeCode.CHECK_IN, follows=one.decision_id, starts_at=now + 8 * DAY)
    pass_time(house, one.monitor, window.to_at - now - MINUTE, look_every=HOUR)
    assert one.alerts() == ()
    pass_time(house, one.monitor, HOUR)
    assert [(alert.matter, alert.began_at) for alert in one.alerts()] == [(Matter.UNANSWERED, window.from_at)]
    pass_time(house, one.monitor, 3 * DAY, look_every=6 * HOUR)
    assert len(one.alerts()) == 1


def renewed(house, window, at, then=None):
    """Somebody with that check-in window, and the decision that follows theirs from `at` on, with that or another."""
    one = watch(house, **CHECK_IN, schedule=Schedule(once=(window,)))
    given = {"mode": ModeCode.CHECK_IN, "kind": ConditionKind.CHECK_IN, "schedule": Schedule(once=(then or window,))}
    later, _ = ask(house, one.person, **given, follows=one.decision_id, starts_at=at)
    return one, later


def of_both(house, one):
    with house.store.reading() as view:
        return [
            (alert.decision_id, alert.matter, alert.began_at)
            for decision in view.decisions_of(one.person.case.id)
            for alert in view.alerts_of(decision.id)
        ]


@pytest.mark.parametrize("hours", [3, 24 * 9])
def test_a_check_in_within_which_a_review_takes_effect_is_asked_about_once(house, hours):
    window = Interval(house.clock.now() + HOUR, house.clock.now() + HOUR + hours * HOUR)
    one, later = renewed(house, window, house.clock.now() + 2 * HOUR)
    pass_time(house, one.monitor, hours * HOUR + 2 * HOUR, look_every=HOUR)
    assert of_both(house, one) == [(later.id, Matter.UNANSWERED, window.from_at)]


def test_a_word_under_either_decision_answers_it(house):
    window = Interval(house.clock.now() + HOUR, house.clock.now() + 4 * HOUR)
    one, _ = renewed(house, window, house.clock.now() + 3 * HOUR)
    house.clock.set(window.from_at + HOUR)
    assert one.post(changed(report(one.serial, house.clock.now()), by_hand=True)) == ["kept"]
    pass_time(house, one.monitor, 4 * HOUR, look_every=HOUR)
    assert of_both(house, one) == []


def test_what_the_later_decision_does_not_ask_is_not_asked_about(house):
    window = Interval(house.clock.now() + HOUR, house.clock.now() + 4 * HOUR)
    shorter = Interval(window.from_at, window.to_at - HOUR)
    one, _ = renewed(house, window, house.clock.now() + 2 * HOUR, then=shorter)
    pass_time(house, one.monitor, 5 * HOUR, look_every=HOUR)
    assert of_both(house, one) == []


def test_nothing_is_asked_by_what_was_annulled(house):
    window = Interval(house.clock.now() + HOUR, house.clock.now() + 4 * HOUR)
    one, _ = renewed(house, window, house.clock.now() + 2 * HOUR)
    house.clock.pass_(3 * HOUR)
    end_decision(house.store, house.chance, one.decision_id, Move.ANNUL, Ender(COURT, authority=True))
    pass_time(house, one.monitor, 3 * HOUR, look_every=HOUR)
    assert of_both(house, one) == []


def test_nor_is_a_check_in_that_opened_in_a_pause_of_the_earlier_one(house):
    window = Interval(house.clock.now() + HOUR, house.clock.now() + 4 * HOUR)
    one = watch(house, **CHECK_IN, schedule=Schedule(once=(window,)))
    suspend_decision(house.store, one.decision_id, Ender(ANA))
    house.clock.set(window.from_at + HOUR)
    resume_decision(house.store, one.decision_id, Ender(ANA))
    given = {"kind": ConditionKind.CHECK_IN, "mode": ModeCode.CHECK_IN, "schedule": Schedule(once=(window,))}
    ask(house, one.person, **given, follows=one.decision_id, starts_at=house.clock.now() + HOUR)
    pass_time(house, one.monitor, 4 * HOUR, look_every=HOUR)
    assert of_both(house, one) == []


def test_a_clock_that_was_away_makes_nothing_up_for_hours_that_are_long_over(house):
    now = house.clock.now()
    one = watch(house, **CHECK_IN, schedule=Schedule(once=(Interval(now + HOUR, now + 5 * HOUR),)))
    house.clock.pass_(3 * DAY)
    pass_time(house, one.monitor, HOUR)
    assert one.alerts() == ()


def test_a_silence_before_a_review_takes_effect_is_a_task_and_no_pause(house):
    person = impatient(house, **QUICK)
    decision = house.decide(person, review_due_at=FAR)
    follower = house.proposal(person, starts_at=house.clock.now() + DAY, follows=decision.id, review_due_at=FAR)
    propose(house.store, house.chance, follower)
    make_decision(house.store, follower.id, BO)
    assert silent(house, person, 8 * HOUR) == [E.SILENCE_FOUND, E.SILENCE_FOUND]
    assert house.decision(decision.id).state is State.SUCCEEDED


def test_an_alert_that_is_raised_before_a_review_takes_effect_ends_with_its_decision(house):
    one = watch(house)
    succeeded_tomorrow(house, one)
    one.accused()
    house.clock.pass_(2 * DAY)
    pass_time(house, one.monitor, HOUR)
    assert one.alert().ended_at is not None


# --- whose turn it is -----------------------------------------------------------------------------------


def everything_due(house):
    """Something of each that a look can find."""
    one = watch(house, **CURFEW)
    one.stay(HOME)
    dead = impatient(house, **QUICK)
    house.decide(dead, review_due_at=FAR)
    house.decide(house.person(), review_due_at=START + 30 * DAY)
    late = house.decide(house.person(), review_due_at=START + HOUR)
    house.clock.set(START + HOUR)
    end_what_ran_out(house.store, house.chance, house.clock, house.fence)
    assert house.decision(late.id).state is State.LAPSED
    house.clock.set(NIGHTS[2].from_at - 4 * HOUR)
    one.monitor.idle()
    house.clock.set(NIGHTS[2].from_at + 40 * MINUTE)
    pulses_until(house, house.clock.now())
    return one


FOUND = {E.OUTAGE_FOUND, E.REVIEW_WARNED, E.TASKS_OVERDUE, E.ALERT_RAISED, E.DECISION_SUSPENDED, E.SILENCE_FOUND}


def test_whoever_looks_twice_in_a_row_finds_nothing_the_second_time(house):
    everything_due(house)
    before = ledger_size(house)
    assert passing(house).look() == len(FOUND) - 1
    assert set(kinds_since(house, before)) == FOUND
    before = ledger_size(house)
    assert passing(house).look() == 0
    assert ledger_size(house) == before


def test_a_clock_that_has_lost_its_lease_writes_nothing(house):
    everything_due(house)
    old = passing(house)
    fence = (house.fence[0], house.store.take_lease(house.fence[0]))
    stored, size = everything(house), ledger_size(house)
    for step in (old._outages, old._warnings, old._overdue, old._curfews, old._silences, old.look):
        with pytest.raises(LeaseLost):
            step()
    assert (everything(house), ledger_size(house)) == (stored, size)
    assert Passing(house.store, house.chance, house.clock, fence).look() == len(FOUND) - 1


def test_of_two_clocks_that_found_the_same_one_writes_it(house, monkeypatch):
    """What was found in reading is looked at again in the writing transaction."""
    everything_due(house)
    first, second = passing(house), passing(house)
    seen = {}

    class Late:
        """A store that lets another clock come between a finding and its writing."""

        def __getattr__(self, name):
            return getattr(house.store, name)

        def acting(self, fence):
            if not seen:
                seen["found"] = first.look()
            return house.store.acting(fence)

    second._store = Late()
    assert second.look() == 0
    assert seen["found"] == len(FOUND) - 1


@pytest.mark.parametrize("whom", [AWAY, HOME])
def test_nothing_that_time_alone_finds_is_ever_adverse(tmp_path, whom):
    house = House(tmp_path / "other")
    try:
        one = everything_due(house)
        one.at(whom)
        pass_time(house, one.monitor, DAY, look_every=30 * MINUTE)
        assert {alert.weight for alert in alerts(house)} == {Weight.UNCERTAIN}
        assert whole(house)
    finally:
        house.close()


def test_one_silence_that_cannot_be_recorded_keeps_no_other_from_being_found(house, monkeypatch):
    people = [house.person(f"TAG-{number}") for number in range(3)]
    for person in people:
        house.decide(person, review_due_at=FAR)
    monitor, looking = house.monitor(), passing(house)
    pass_time(house, monitor, DAY - HOUR, looking=looking)
    plain, stuck = Passing._write, people[1].case.id

    def write(self, act, decision, kind, record):
        if decision.case_id == stuck:
            raise NotPermitted("of this one")
        plain(self, act, decision, kind, record)

    monkeypatch.setattr(Passing, "_write", write)
    with pytest.raises(NotPermitted):
        pass_time(house, monitor, 2 * HOUR, looking=looking)
    with house.store.reading() as view:
        assert [bool(view.silences(person.fitting.id, START)) for person in people] == [True, False, True]


def test_a_silence_that_was_counted_from_its_contact_is_not_told_again(house, monkeypatch):
    person = house.person("TAG")
    house.decide(person, review_due_at=FAR)
    monitor, looking = house.monitor(), passing(house)
    house.say(monitor, person)
    with monkeypatch.context() as before:
        before.setattr(silence, "CONTACT_GRAIN", timedelta(0))  # as it was recorded once
        assert pass_time(house, monitor, DAY + HOUR, looking=looking) == 1
    assert pass_time(house, monitor, 3 * HOUR, looking=looking) == 0  # before its task is overdue
    assert task_kinds(house) == [TaskKind.FIND_OUT]
