"""The law of inspections in the store: raw SQL, past all our code, says that one is done which nobody made."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from support import raw_law
from support.house import ANA, SCHEME, House
from support.staff import ADA
from support.watched import passing

from custodiet.flows.keep_devices import inspect_device
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.model.case import TaskKind
from custodiet.model.desk import Outcome

LAW = import_module("custodiet.adapters.store.migrations.versions.v0031_inspections")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Two people whose devices are to be inspected; of one it was, before that was asked."""
    house = House(tmp_path_factory.mktemp("law"))
    try:
        people = [house.person(f"TAG-{number}") for number in range(2)]
        for person in people:
            house.decide(person)
        house.clock.pass_(timedelta(hours=1))
        inspect_device(house.store, house.chance, people[0].device.id, Outcome.FINE, ANA)
        with house.store.reading() as view:
            register, _ = register_at(view, SCHEME, house.clock.now())
        keep_register(house.store, replace(register, inspection_days=14), ADA)
        house.clock.pass_(timedelta(days=14))
        passing(house)._inspections()
        with house.store.reading() as view:
            asked = [one.id for one in view.open_tasks() if one.kind is TaskKind.INSPECT_DEVICE]
        names = {"task": asked[0], "other": asked[1]}
        return house.outlived(), names
    finally:
        house.close()


def done(which="task"):
    return f"UPDATE task SET done_at = raised_at + 1000 WHERE id = :{which}"


def noted(since):
    return (
        "INSERT INTO device_note (entry, device_id, fitting_id, kind, code, at, noted_by) "
        f"SELECT 90000, f.device_id, f.id, 'inspected', 'fine', t.raised_at + {since}, 'officer-ana' "
        "FROM task t JOIN fitting f ON f.case_id = t.case_id WHERE t.id = :task"
    )


RULES = {
    "task_of_an_inspection": (
        "task: an inspection is done once a device of the case was inspected or came off",
        [done(), done("other")],
        [],
    )
}


TestLaw = raw_law.tried(RULES, LAW.CONSTRAINTS)


@pytest.mark.parametrize(("since", "stands"), [(-1, False), (0, True), (1000, True), (1001, False)])
def test_only_what_was_noted_since_it_was_asked_does_it(sql, since, stands):
    sql(noted(since))
    if stands:
        assert sql(done()).rowcount == 1
    else:
        rule = {"task_of_an_inspection": (RULES["task_of_an_inspection"][0], [done()], [])}
        raw_law.refused_by_its_rule(sql, rule, "task_of_an_inspection", 0)
