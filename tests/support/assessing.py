"""Cases that are assessed piece by piece."""

from dataclasses import replace

from custodiet.adapters import sealing
from custodiet.flows.assess_case import Assessor
from custodiet.model.fact import FactKind
from custodiet.model.identity import FactId
from custodiet.simulation.made_up_assessment import made_up_assessment

LIKENESS_KEY = b"k" * 32


def assessor(house) -> Assessor:
    return Assessor(house.store, sealing, house.chance, house.pinned, LIKENESS_KEY)


def assessed(house, decision, **changed):
    """The complete made-up assessment, with other answers."""
    return replace(made_up_assessment(house.store, house.chance, decision), **changed)


def tasks(house, kind=None):
    """What is to be done, or of one kind."""
    with house.store.reading() as view:
        return [one for one in view.open_tasks() if kind in (None, one.kind)]


def kinds_written(house):
    """Every kind of entry in the ledger, in order."""
    from custodiet.wire.records import read_entry

    with house.store.reading() as view:
        return [read_entry(row.body).kind for row in view.entries(0, 10_000)]


def newest(house, case_id, kind: FactKind) -> FactId:
    with house.store.reading() as view:
        return view.newest_fact(case_id, kind).id
