"""Going down takes one person and one act: the higher ends and the lower begins in one write."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from support.assessing import assessor, kinds_written, tasks
from support.house import ANA, BO, COURT, SCHEME, START, report
from support.proposing import propose

from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.lessen_many import FEW, end_many, lower_many
from custodiet.flows.open_case import open_case
from custodiet.flows.record_fact import record_fact
from custodiet.flows.step_down import step_down
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import IllegalMove, NotFound, NotPermitted
from custodiet.model.fact import FactKind
from custodiet.model.mode import LADDER, ModeCode
from custodiet.rules.decisions import Ender, Move

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RUNGS = [mode.code for mode in LADDER]


def now_in_force(house, person):
    with house.store.reading() as view:
        return [one for one in view.decisions_of(person.case.id) if one.in_force(house.clock.now())]


def sound(house):
    counts = house.verify()
    return (counts["missing"], counts["differing"]) == (0, 0)


@pytest.mark.parametrize("to_mode", RUNGS[:-1])
def test_one_person_steps_down_to_any_lower_rung_at_once(house, to_mode):
    person = house.person("TAG-1")
    high = house.decide(person)
    house.clock.pass_(MINUTE)
    [low] = step_down(house.store, house.chance, person.case.id, to_mode, ANA)
    assert house.decision(high.id).ended_at == house.decision(low).starts_at == START + MINUTE
    assert [(one.id, one.mode) for one in now_in_force(house, person)] == [(low, to_mode)]
    assert sound(house)


def test_there_is_no_instant_in_which_the_higher_one_goes_on(house):
    person = house.person("TAG-1")
    house.decide(person)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    step_down(house.store, house.chance, person.case.id, ModeCode.CHECK_IN, ANA)
    assert house.say(monitor, person, START + MINUTE).startswith("refused")
    assert house.say(monitor, person, START + MINUTE - timedelta(milliseconds=1)) in ("refused ended", "kept")
    [task] = tasks(house, TaskKind.TELL_AND_REMOVE)
    assert task.due_at == START + MINUTE + timedelta(hours=24)


def test_a_tag_that_stays_on_raises_no_task_to_take_it_off(house):
    person = house.person("TAG-1")
    house.decide(person)
    step_down(house.store, house.chance, person.case.id, ModeCode.ZONE_ON_ARRIVAL, BO)
    assert tasks(house) == []


def test_up_or_sideways_is_no_step_down(house):
    person = house.person()
    house.decide(person, mode=ModeCode.CHECK_IN)
    for mode in (ModeCode.CHECK_IN, ModeCode.FITTED_TRAIL):
        with pytest.raises(NotFound, match="above that rung"):
            step_down(house.store, house.chance, person.case.id, mode, ANA)


def test_what_was_to_follow_does_not_begin_again(house):
    person = house.person()
    first = house.decide(person)
    second = house.proposal(person, starts_at=START + DAY, follows=first.id)
    propose(house.store, house.chance, second)
    make_decision(house.store, second.id, BO)
    step_down(house.store, house.chance, person.case.id, ModeCode.CHECK_IN, ANA)
    assert house.decision(second.id).state is State.WITHDRAWN
    house.clock.pass_(2 * DAY)
    assert [one.mode for one in now_in_force(house, person)] in ([ModeCode.CHECK_IN], [])
    assert sound(house)


def test_what_is_paused_steps_down_too(house):
    person = house.person()
    made = house.decide(person)
    suspend_decision(house.store, made.id, Ender(ANA))
    step_down(house.store, house.chance, person.case.id, ModeCode.REMINDERS, ANA)
    assert [one.mode for one in now_in_force(house, person)] == [ModeCode.REMINDERS]
    assert sound(house)


def test_a_representation_that_waits_for_its_answer_keeps_nobody_up(house):
    person = house.person()
    house.decide(person)
    assessor(house).represent(person.case.id, "It hurts.", ANA)
    step_down(house.store, house.chance, person.case.id, ModeCode.CHECK_IN, ANA)
    assert [one.mode for one in now_in_force(house, person)] == [ModeCode.CHECK_IN]


def test_an_order_is_lowered_only_by_its_maker(house):
    person = house.person()
    house.decide(person, authority=Authority.ORDER, maker=COURT)
    with pytest.raises(NotPermitted, match="only by its maker"):
        step_down(house.store, house.chance, person.case.id, ModeCode.CHECK_IN, ANA)
    step_down(house.store, house.chance, person.case.id, ModeCode.CHECK_IN, COURT)


# --- duty ----------------------------------------------------------------------------------------------------


@pytest.fixture
def dutiful(house):
    """Someone of a scheme whose power is a duty that is satisfied from rung 6 on."""
    from dataclasses import replace

    from support.house import Person, scheme_at

    from custodiet.model.identity import SchemeId
    from custodiet.model.scheme import Force

    plain = scheme_at(START)
    duty = replace(plain.powers[0], force=Force.DUTY, satisfied_from=ModeCode.HOME_PRESENCE)
    scheme = replace(plain, id=SchemeId("scheme_duty"), powers=(duty,))
    house.register(scheme)
    return Person(open_case(house.store, house.chance, scheme.id, "D-1", ANA))


def test_a_duty_is_lowered_to_what_satisfies_it_and_ends_by_the_finding_that_lifts_it(house, dutiful):
    house.decide(dutiful)
    with pytest.raises(NotPermitted, match="finding that lifts it"):
        step_down(house.store, house.chance, dutiful.case.id, ModeCode.CHECK_IN, ANA)
    [low] = step_down(house.store, house.chance, dutiful.case.id, ModeCode.HOME_PRESENCE, ANA)
    with pytest.raises(NotPermitted, match="finding that lifts it"):
        end_decision(house.store, house.chance, low, Move.WITHDRAW, Ender(ANA))
    fact = (dutiful.case.id, FactKind.LIFTS_DUTY, START.date(), ANA)
    record_fact(house.store, assessor(house), house.chance, *fact)
    end_decision(house.store, house.chance, low, Move.WITHDRAW, Ender(ANA))


# --- many at once --------------------------------------------------------------------------------------------


def test_many_are_ended_by_one_act_each_with_its_own_entry_and_asked_again_it_goes_on(house):
    made = [house.decide(house.person(), keys=False) for _ in range(30)]
    order = house.decide(house.person(), keys=False, authority=Authority.ORDER, maker=COURT)
    end_decision(house.store, house.chance, made[0].id, Move.WITHDRAW, Ender(ANA))
    of = (SCHEME, [one.id for one in made] + [order.id, "decision_nowhere"], Ender(ANA))
    bulk = end_many(house.store, house.chance, *of)
    assert (bulk.done, bulk.over) == (29, 1)
    assert [one for one, _ in bulk.refused] == [order.id, "decision_nowhere"]
    assert kinds_written(house).count(EntryKind.DECISION_WITHDRAWN) == 30
    assert len(tasks(house, TaskKind.TELL_AND_REMOVE)) == 30
    assert end_many(house.store, house.chance, *of).over == 30


def test_of_many_that_end_by_one_act_the_scheme_is_read_once_for_each_part(house):
    made = [house.decide(house.person(), keys=False).id for _ in range(FEW + 5)]
    heard = []

    def hear(_connection, _cursor, statement, *_):
        heard.append(statement)

    event.listen(house.store._engine, "before_cursor_execute", hear)
    end_many(house.store, house.chance, SCHEME, made, Ender(ANA))
    event.remove(house.store._engine, "before_cursor_execute", hear)
    parts = sum(one.startswith("BEGIN") or "pg_advisory_xact_lock" in one for one in heard)
    assert parts == 2
    assert sum("FROM scheme \n" in one for one in heard) == parts
    assert sum("FROM register_version" in one for one in heard) == parts
    assert len(heard) < 27 * len(made)


def test_many_step_down_by_one_act_and_one_that_stands_as_low_is_left(house):
    high = [house.decide(house.person(), keys=False) for _ in range(3)]
    low = house.decide(house.person(), mode=ModeCode.REMINDERS, keys=False)
    order = house.decide(house.person(), keys=False, authority=Authority.ORDER, maker=COURT)
    of = (SCHEME, [one.id for one in (*high, low, order)], ModeCode.CHECK_IN, ANA)
    bulk = lower_many(house.store, house.chance, *of)
    assert (bulk.done, bulk.over, [one for one, _ in bulk.refused]) == (3, 1, [order.id])
    assert lower_many(house.store, house.chance, *of).over == 4


def test_one_act_reaches_no_decision_of_another_scheme(house, dutiful):
    of_another = house.decide(dutiful, keys=False)
    for bulk in (
        end_many(house.store, house.chance, SCHEME, [of_another.id], Ender(ANA)),
        lower_many(house.store, house.chance, SCHEME, [of_another.id], ModeCode.HOME_PRESENCE, ANA),
    ):
        assert bulk.refused == ((of_another.id, "no such decision"),)
    with house.store.reading() as view:
        assert view.decision(of_another.id).state is State.MADE


def test_a_decision_that_lapsed_is_not_extended(house):
    person = house.person()
    first = house.decide(person)
    house.clock.pass_(timedelta(days=28))
    late = house.proposal(person, follows=first.id)
    propose(house.store, house.chance, late)
    with pytest.raises((NotPermitted, IllegalMove), match="this is a new decision, not a review"):
        make_decision(house.store, late.id, BO)
    assert report("TAG-1", None).fix is None
    assert SCHEME
