"""Requests to unmask as those who ask, answer and read them see them: without a name or a place."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.show_looking import WAITING_MAX, show_look_up
from custodiet.model.case import Case
from custodiet.model.identity import SchemeId, UnmaskId
from custodiet.model.look_up import Standing
from custodiet.model.unmask import Unmasking


@dataclass(frozen=True, slots=True)
class Shown:
    """A request beside the look-up that it is under, and the title of that one's purpose."""

    case: Case
    unmasking: Unmasking
    look_up: Standing
    purpose: str


def show_unmasking(view: Reading, now: datetime, unmask_id: UnmaskId) -> Shown:
    """One request as it stands."""
    unmasking = view.unmasking(unmask_id)
    case, look_up, purpose = show_look_up(view, now, unmasking.unmask.look_up_id)
    return Shown(case, unmasking, look_up, purpose)


def show_waiting_unmaskings(
    view: Reading, now: datetime, schemes: frozenset[SchemeId]
) -> tuple[tuple[Case, Unmasking], ...]:
    """Those that wait for a third person in these schemes, the longest waiting first; at most WAITING_MAX."""
    waiting = view.unmaskings_waiting(schemes, now, WAITING_MAX)
    return tuple((view.case(one.unmask.case_id), one) for one in waiting)
