"""What the records of a scheme's register, assessment and operations write: the part of rules/tables.py about them."""

from functools import singledispatch

from custodiet.model.change import Insert, RowChange, Update
from custodiet.model.record import (
    AdviceDeparted,
    ConsultationRecorded,
    DpiaWritten,
    DpoAdvised,
    OperationActivated,
    OperationClosed,
    OperationProposed,
    OperationRefused,
    PriorConsultationRecorded,
    Reassessed,
    Record,
    RegisterAmended,
    SchemeEnded,
)
from custodiet.rules.row import row_of

Changes = tuple[RowChange, ...]


@singledispatch
def register_changes(record: Record, index: int) -> Changes:
    """The row changes of one of these records at its place in the ledger."""
    raise TypeError(f"no table rule for {type(record).__name__} at {index}")


def _reassessed(these: tuple[Reassessed, ...]) -> Changes:
    return tuple(Update("activation", {"act": one.act, "mode": one.mode}, {"until_at": one.until_at}) for one in these)


@register_changes.register
def _(record: RegisterAmended, index: int) -> Changes:
    row = {
        "scheme_id": record.register.scheme_id,
        "number": record.number,
        "effective_at": record.effective_at,
        "register": record.register,
        "entry": index,
    }
    return (
        Insert("register_version", row),
        *_reassessed(record.reassessed),
        *(
            Update(
                "retention_clock",
                {"decision_id": clock.decision_id, "category": clock.category},
                {"erase_due_at": clock.erase_due_at},
            )
            for clock in record.restarted
        ),
    )


@register_changes.register
def _(record: DpiaWritten, index: int) -> Changes:
    dpia = record.dpia
    row = {
        "scheme_id": dpia.scheme_id,
        "version": dpia.version,
        "written_at": dpia.written_at,
        "review_due_at": dpia.review_due_at,
        "dpia": dpia,
        "entry": index,
    }
    return (Insert("dpia_version", row), *_reassessed(record.reassessed))


@register_changes.register
def _(record: DpoAdvised, index: int) -> Changes:
    return (Insert("dpo_advice", {"scheme_id": record.scheme_id, **row_of(record.advice), "entry": index}),)


@register_changes.register
def _(record: AdviceDeparted, index: int) -> Changes:
    return (Insert("advice_departure", {"scheme_id": record.scheme_id, **row_of(record.departure), "entry": index}),)


@register_changes.register
def _(record: ConsultationRecorded, index: int) -> Changes:
    row = {"scheme_id": record.scheme_id, "consultation": record.consultation, "entry": index}
    return (Insert("consultation", row),)


@register_changes.register
def _(record: PriorConsultationRecorded, index: int) -> Changes:
    return (Insert("prior_consultation", {"scheme_id": record.scheme_id, **row_of(record.prior), "entry": index}),)


@register_changes.register
def _(record: OperationProposed, index: int) -> Changes:
    return tuple(
        Insert(
            "activation",
            {
                **row_of(record, "modes", "rests_on"),
                "act": index,
                "mode": mode,
                "rests_on": rests_on,
                **dict.fromkeys(("approved_by", "from_at", "until_at", "closed_at")),
                "refused": False,
            },
        )
        for mode, rests_on in zip(record.modes, record.rests_on, strict=True)
    )


@register_changes.register
def _(record: OperationActivated, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    begins = {"approved_by": record.approved_by, "from_at": record.activated_at}
    return tuple(
        Update("activation", {"act": record.act, "mode": one.mode}, {**begins, "until_at": one.until_at})
        for one in record.modes
    )


@register_changes.register
def _(record: OperationRefused, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("activation", {"act": record.act}, {"refused": True}),)


@register_changes.register
def _(record: OperationClosed, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    return (Update("activation", {"act": record.act, "mode": record.mode}, {"closed_at": record.closed_at}),)


@register_changes.register
def _(record: SchemeEnded, index: int) -> Changes:
    return (Insert("scheme_ending", {**row_of(record), "entry": index}),)


RECORDS: tuple[type[Record], ...] = (
    RegisterAmended,
    DpiaWritten,
    DpoAdvised,
    AdviceDeparted,
    ConsultationRecorded,
    PriorConsultationRecorded,
    OperationProposed,
    OperationActivated,
    OperationRefused,
    OperationClosed,
    SchemeEnded,
)
"""The records whose rows are told here."""
