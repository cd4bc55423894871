"""What the records of model/disclosure_record.py write: the part of rules/tables.py about them."""

from functools import singledispatch
from typing import Any

from custodiet.model.change import Insert, RowChange
from custodiet.model.condition import Interval
from custodiet.model.disclosure_record import (
    AgencyAsked,
    AgencyRefused,
    AgencyTurnedAway,
    PackGiven,
    PackRecalled,
    PackReceived,
    ReleaseApproved,
    ReleaseAssessed,
    SampleDrawn,
)
from custodiet.rules.row import new_task, row_of

Changes = tuple[RowChange, ...]


@singledispatch
def disclosure_changes(record: Any, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def _window(window: Interval) -> dict[str, Any]:
    return {"from_at": window.from_at, "to_at": window.to_at}


@disclosure_changes.register
def _(record: AgencyAsked, index: int) -> Changes:
    one = record.request
    return (Insert("agency_request", {**row_of(one, "window"), **_window(one.window), "entry": index}),)


@disclosure_changes.register
def _(record: ReleaseApproved, index: int) -> Changes:
    one = record.release
    row = {**row_of(one, "window"), **_window(one.window), "entry": index}
    return (Insert("agency_release", row), *(new_task(task) for task in record.tasks))


@disclosure_changes.register
def _(record: PackGiven, index: int) -> Changes:
    return (Insert("pack", {**row_of(record.pack), "entry": index}),)


_PLAIN = {
    AgencyRefused: "agency_refusal",
    AgencyTurnedAway: "agency_turned_away",
    PackReceived: "pack_receipt",
    PackRecalled: "pack_recall",
    ReleaseAssessed: "release_assessment",
    SampleDrawn: "agency_sample",
}


@disclosure_changes.register(AgencyRefused)
@disclosure_changes.register(PackReceived)
@disclosure_changes.register(PackRecalled)
@disclosure_changes.register(ReleaseAssessed)
@disclosure_changes.register(SampleDrawn)
def _(record: Any, index: int) -> Changes:
    return (Insert(_PLAIN[type(record)], {**row_of(record), "entry": index}),)


@disclosure_changes.register
def _(record: AgencyTurnedAway, index: int) -> Changes:
    if record.codes:
        return ()  # nobody noted it: it stands in the ledger alone, as somebody's attempt
    return (Insert(_PLAIN[AgencyTurnedAway], {**row_of(record, "codes"), "entry": index}),)


RECORDS: tuple[type, ...] = (AgencyAsked, ReleaseApproved, PackGiven, *_PLAIN)
"""The records whose rows are told here."""
