"""Silence of a device: counted only while our own path was proved up, and never held against the person (R13, R109)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from custodiet.model.case import TaskKind
from custodiet.model.condition import Interval
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.judging import Judging
from custodiet.model.mode import Kind
from custodiet.model.stored import Pulse

REPORTS_BY_ITSELF = frozenset({Kind.FIX, Kind.PRESENCE, Kind.TRANSITION, Kind.EVENT})
"""What a device sends without anyone's doing: where none of it is admitted, silence says nothing."""


CONTACT_GRAIN = timedelta(minutes=10)
"""How old a stored contact is before the next is written: the device may have been heard of so much later."""

PULSE_GAP = timedelta(minutes=2)
"""Longer than this without a proof, and our own path counts as down: what came then is missed, not silent."""


def is_expected(decision: Decision) -> bool:
    """Whether a device under this decision is to be heard of at all."""
    return bool(decision.rung.admits & REPORTS_BY_ITSELF)


def expected_since(decision: Decision, fitted_at: datetime, contact_at: datetime | None) -> datetime:
    """From when on a silence counts: the latest that the stored contact may stand for, or when the device, the decision
    or a pause's end came later.
    """
    pauses = [pause.to_at for pause in decision.suspensions if pause.to_at is not None]
    return max([decision.starts_at, fitted_at, *pauses, *([] if contact_at is None else [contact_at + CONTACT_GRAIN])])


def heard_since(about: datetime, contacts: Sequence[datetime], *, was_down: bool) -> bool | None:
    """Whether a device was heard of since then, by the stored contacts of each; None: that cannot be said.

    `was_down`: our own path, at any time since.
    """
    if any(at >= about for at in contacts):
        return True
    if was_down or not contacts or any(at + CONTACT_GRAIN > about for at in contacts):
        return None
    return False


def silent_for(since: datetime, now: datetime, outages: Sequence[Interval], pulse: Pulse | None) -> timedelta:
    """How long nothing was heard while it could have been. Without a proof that our path was ever up: not at all."""
    if pulse is None:
        return timedelta(0)
    since, until = max(since, pulse.first_at), min(now, pulse.at)
    missed = [*outages, *([] if pulse.missed is None else [pulse.missed])]
    # Outages may have been told twice, as missed and as entered: each instant counts once.
    lost, reached = timedelta(0), since
    for one in sorted(missed, key=lambda one: one.from_at):
        from_at, to_at = max(one.from_at, reached), min(one.to_at, until)
        if from_at < to_at:
            lost += to_at - from_at
            reached = to_at
    return max(timedelta(0), until - since - lost)


def silence_asks(decision: Decision, *, suspends: bool) -> TaskKind | None:
    """The task that a silence raises; None: the decision is suspended instead. An order only its maker pauses, and
    nobody what is to be followed by another.
    """
    if not suspends or decision.state is State.SUCCEEDED:
        return TaskKind.FIND_OUT
    return TaskKind.TELL_MAKER if decision.authority is Authority.ORDER else None


def silence_due(silent: timedelta, found: frozenset[bool], settings: Judging) -> bool | None:
    """What a silence calls for now: a task (False), a suspension (True), or nothing new (None)."""
    if silent >= timedelta(seconds=settings.silence_ends_s):
        return None if True in found else True
    if silent >= timedelta(seconds=settings.silence_s):
        return None if found else False
    return None
