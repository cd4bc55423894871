"""Cases as staff see them: found by reference, narrowed, paged; and one with everything that stands and happened."""

from datetime import timedelta

import pytest
from support.house import BO

from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.fit_device import complete_task
from custodiet.flows.show_cases import PAGE_LINES, What, find_cases, show_case
from custodiet.flows.show_changes import Change, Watching
from custodiet.model.errors import NotFound
from custodiet.model.stored import Holding
from custodiet.rules.decisions import Ender, Move


def found(house, *given, **more):
    with house.store.reading() as view:
        return find_cases(view, house.clock.now(), *given, **more)


def shown(house, reference):
    with house.store.reading() as view:
        return show_case(view, house.clock.now(), reference)


def references(cases):
    return [line.reference for line in cases.lines]


def withdraw(house, decision):
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO, authority=False))


def test_a_list_comes_in_pages_by_reference_and_says_how_many_there_are(house):
    for _ in range(PAGE_LINES + 2):
        house.person()
    first, last = found(house), found(house, page=2)
    assert (first.found, first.pages, len(first.lines)) == (PAGE_LINES + 2, 2, PAGE_LINES)
    assert references(last) == ["M-0026", "M-0027"]
    assert references(first) == sorted(references(first))
    assert found(house, page=99).page == 2
    assert found(house, page=0).page == 1


@pytest.mark.parametrize(
    ("words", "expected"), [("M-000", 3), ("m-0002", 1), (" 0003 ", 1), ("%", 0), ("_", 0), ("\\", 0), ("M-9", 0)]
)
def test_a_case_is_found_by_a_part_of_its_reference_and_no_sign_is_a_wildcard(house, words, expected):
    for _ in range(3):
        house.person()
    assert found(house, words).found == expected


def test_a_list_is_narrowed_by_what_holds_now(house):
    people = [house.person(f"TAG-{number}") for number in range(4)]
    decisions = [house.decide(one, keys=False) for one in people[:3]]
    suspend_decision(house.store, decisions[1].id, Ender(BO, authority=False))
    withdraw(house, decisions[2])
    assert references(found(house, holding=Holding.AUTHORISED)) == ["M-0001"]
    assert references(found(house, holding=Holding.PAUSED)) == ["M-0002"]
    assert references(found(house, holding=Holding.NOTHING)) == ["M-0003", "M-0004"]
    house.clock.set(house.clock.now() + timedelta(days=60))
    # The review was missed: nothing stands any more, whatever the clock process has entered so far.
    assert found(house, holding=Holding.AUTHORISED).found == 0
    assert found(house, holding=Holding.NOTHING).found == 4


def test_tasks_come_by_the_date_they_are_due_and_the_list_says_how_many_it_leaves_out(house):
    for number in range(12):
        withdraw(house, house.decide(house.person(f"TAG-{number}"), keys=False))
        house.clock.set(house.clock.now() + timedelta(minutes=1))
    cases = found(house)
    assert [task.reference for task in cases.tasks] == [f"M-{number:04d}" for number in range(1, 11)]
    assert cases.tasks_more == 2
    assert cases.lines[0].tasks == 1
    assert cases.lines[0].next_due_at == cases.tasks[0].due_at
    with house.store.reading() as view:
        [first] = view.tasks_of(cases.lines[0].case_id)
    complete_task(house.store, first.id, BO)
    assert (found(house).lines[0].tasks, found(house).lines[0].next_due_at) == (0, None)


def test_a_case_shows_its_decision_with_its_clock_what_is_worn_and_what_happened(house):
    person = house.person("TAG-1")
    decision = house.decide(person, keys=False)
    file = shown(house, "M-0001")
    assert [one.id for one in file.decisions] == [decision.id]
    assert file.decisions[0].until == decision.review_due_at
    assert [one.device.serial for one in file.worn] == ["TAG-1"]
    house.clock.set(house.clock.now() + timedelta(hours=1))
    withdraw(house, decision)
    house.unfit(person)
    file = shown(house, "M-0001")
    assert file.decisions == ()
    assert file.worn == ()
    assert [one.kind for one in file.tasks] == ["tell_and_remove"]
    happened = [one.what for one in file.history]
    assert set(happened) == {What.OPENED, What.FITTED, What.REMOVED, What.DECIDED, What.ENDED, What.TASK_RAISED}
    assert [one.at for one in file.history] == sorted((one.at for one in file.history), reverse=True)
    assert next(one for one in file.history if one.what is What.DECIDED).by == ("officer-ana", "officer-bo")


def test_a_pause_and_its_end_stand_in_the_history(house):
    decision = house.decide(house.person("TAG-1"), keys=False)
    suspend_decision(house.store, decision.id, Ender(BO, authority=False))
    assert What.PAUSED in [one.what for one in shown(house, "M-0001").history]


def test_a_case_of_nobody_is_not_found(house):
    with pytest.raises(NotFound):
        shown(house, "M-0001")


def test_a_change_is_told_once_as_a_kind_an_identity_and_a_state(house):
    watching = Watching()

    def look():
        with house.store.reading() as view:
            return watching.look(view, house.clock.now())

    decision = house.decide(house.person("TAG-1"), keys=False)
    assert look() == ()
    withdraw(house, decision)
    told = look()
    assert Change("decision", decision.id, "withdrawn", decision.case_id) in told
    assert [(one.kind, one.state) for one in told if one.kind == "task"] == [("task", "open")]
    assert not any("M-0001" in repr(one) for one in told)
    assert look() == ()


def test_a_store_that_is_read_only_is_enough_for_all_of_it(house):
    house.decide(house.person("TAG-1"), keys=False)
    reader = house.open_store(read_only=True)
    with reader.reading() as view:
        assert find_cases(view, house.clock.now()).found == 1
        assert show_case(view, house.clock.now(), "M-0001").decisions
    reader.close()
