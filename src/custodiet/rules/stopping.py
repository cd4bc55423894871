"""What whoever sends for a device is told, and which reports came after collection by a fitting had been stopped.

What decisions say of an instant is one thing here: collection goes on then or it does not. Instructions follow from it,
and so does what a refused report is evidence of (R108).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.model.decision import Decision, State
from custodiet.model.identity import ActorId, DecisionId
from custodiet.model.instruction import Instruction, What
from custodiet.model.mode import Kind, Mode
from custodiet.model.report import Report
from custodiet.rules.alerts import is_process
from custodiet.rules.authority import DeviceStanding, Worn

ACKNOWLEDGE_WITHIN = timedelta(hours=24)
"""How long someone at the sender's has to say that they were told."""
SENT_BY_DEVICES = frozenset(Kind) - {Kind.OUTCOME, Kind.ATTENDANCE}
"""What a device sends; staff enter the rest."""

Told = Sequence[tuple[datetime, What]]
"""What one sender was told about one device: from when on, what; in this order, the later one of two holds."""


def takes_reports(mode: Mode) -> bool:
    """Whether a device has anything to send under this mode."""
    return bool(mode.admits & SENT_BY_DEVICES)


def collects(decision: Decision, at: datetime) -> bool:
    """Whether a device has to send under this decision at that instant."""
    return takes_reports(decision.rung) and decision.covers(at) and not decision.suspended(at)


# --- what senders are told ---


@dataclass(frozen=True, slots=True)
class ToTell:
    """What a sender is to be told now. `decision_id`: for which decision it is to send; None when it is to stop."""

    from_at: datetime
    what: What
    decision_id: DecisionId | None


def to_tell(decisions: Sequence[Decision], told: Told, since: datetime, *, unsaid: What) -> tuple[ToTell, ...]:
    """What differs, from `since` on, between what a sender was told and what these decisions ask of the device.

    `decisions`: those of its case and strand as they now are, none for a device that came off. `unsaid`: what a sender
    is taken to do who was told nothing. An end that nobody has recorded yet is told when it comes.
    """
    known, found = list(told), []
    edges = {since, *(from_at for from_at, _ in told)}
    edges |= {at for one in decisions for at in (one.starts_at, one.ended_at) if at is not None and one.stands}
    for edge in sorted(at for at in edges if at >= since):
        collecting = next((one for one in decisions if collects(one, edge)), None)
        wanted = What.STOP if collecting is None else What.START
        if _held(known, edge, unsaid) is not wanted:
            known.append((edge, wanted))
            found.append(ToTell(edge, wanted, None if collecting is None else collecting.id))
    return tuple(found)


def _held(told: Told, at: datetime, unsaid: What) -> What:
    begun = [(from_at, place, what) for place, (from_at, what) in enumerate(told) if from_at <= at]
    return max(begun)[2] if begun else unsaid


def acknowledgement_due_at(given_at: datetime) -> datetime:
    """By when an instruction is to be acknowledged."""
    return given_at + ACKNOWLEDGE_WITHIN


def objections_to_acknowledging(instruction: Instruction, by: ActorId) -> tuple[str, ...]:
    """Every rule against this actor's word that the sender was told; empty when there is none."""
    against = []
    if is_process(by):
        against.append(
            "by_a_process: a process acknowledges nothing: a named person at the sender's does; "
            "the same by a named person"
        )
    if instruction.acknowledged_at is not None:
        against.append("acknowledged_already: it has been acknowledged already; nothing more is needed")
    return tuple(against)


# --- reports after a stop ---


def stopped(worn: Worn, at: datetime) -> bool:
    """Whether the device of this fitting was to send nothing by then: it came off, or every decision that had begun was
    over, paused, or followed by one that asks nothing of a device.
    """
    if worn.fitting.removed_at is not None and worn.fitting.removed_at <= at:
        return True
    if not worn.fitting.covers(at):
        return False
    begun = any(one.stands and takes_reports(one.rung) and one.starts_at <= at for one in worn.decisions)
    return begun and not any(collects(one, at) for one in worn.decisions)


def sent_after_stop(report: Report, device: DeviceStanding, now: datetime) -> Worn | None:
    """The fitting that a refused report came after the stop of; None when it did not.

    It goes by the fix time: what was fixed before the stop and comes late says nothing of going on. A report without a
    fix time, or with one ahead of our clock, is taken to be of the instant it reached us.
    """
    at = now if report.fix_time is None else min(report.fix_time, now)
    worn = max((one for one in device.worn if one.fitting.fitted_at <= at), key=_fitted_at, default=None)
    return worn if worn is not None and stopped(worn, at) else None


def to_see_to(worn: Worn, now: datetime) -> Decision | None:
    """The decision under which someone has to see that a device stops which is on the person and still sends; None when
    it is off, or may send now, or when the decision ran out and nobody has entered that yet: its ending brings a task.
    """
    if not worn.fitting.covers(now) or not stopped(worn, now):
        return None
    begun = [one for one in worn.decisions if one.stands and one.starts_at <= now]
    latest = max(begun, key=lambda one: one.starts_at)
    return None if latest.state is State.MADE and takes_reports(latest.rung) else latest


def _fitted_at(worn: Worn) -> datetime:
    return worn.fitting.fitted_at
