"""The vault's own picture of who holds which alert, by the entries it followed itself.

As flows/in_vault/looking.py: a claim by somebody who is no operator of the case's scheme, of an alert that another
holds or that is closed, or that says otherwise than an entry before it, is followed, stands in the ledger, and gives
nothing. Every other move but triage ends it. What an alert is about is told by its claim: one that fixes raised
stands in no entry of its own, and a claim that is invented gives a few answers about the last day, each on record.
"""

from datetime import datetime
from typing import Protocol

from custodiet.model.alert import AlertMove, AlertState, Claim
from custodiet.model.finding import Raised
from custodiet.model.identity import ActorId, AlertId, CaseId
from custodiet.model.record import AlertEnded, AlertMoved, AlertRaised, Record
from custodiet.rules.alerts import MOVES


class Operators(Protocol):
    """Who may claim an alert of a case, at an instant."""

    def may_claim(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...


class Claims:
    """Follows records; answers what somebody holds of an alert."""

    def __init__(self) -> None:
        self._held: dict[AlertId, tuple[ActorId, Claim]] = {}
        self._states: dict[AlertId, AlertState] = {}
        """Of alerts that were ever moved."""
        self._raised: dict[AlertId, tuple[CaseId, datetime]] = {}
        """Of which case each is, and since when it goes on: as it was raised, or first claimed."""
        self._ended: dict[AlertId, datetime] = {}

    def believe(self, record: Record, at: datetime, operators: Operators) -> None:
        """Keep what a record says of alerts. `at`: its entry's time. Raises KeyError for what nothing before made."""
        match record:
            case AlertRaised(Raised(alert_id=alert_id, case_id=case_id, began_at=began_at)):
                self._raised.setdefault(alert_id, (case_id, began_at))
            case AlertEnded(alert_id, ended_at):
                self._ended.setdefault(alert_id, ended_at)
            case AlertMoved():
                self._move(record, at, operators)
            case _:
                pass

    def held(self, alert_id: AlertId, by: ActorId) -> Claim | None:
        """What they hold of an alert; None: nothing that is believed."""
        holder, claim = self._held.get(alert_id, (None, None))
        if claim is None or holder != by:
            return None
        ends = [one for one in (claim.ended_at, self._ended.get(alert_id)) if one is not None]
        return Claim(claim.case_id, claim.began_at, min(ends, default=None), claim.condition_id)

    def _move(self, moved: AlertMoved, at: datetime, operators: Operators) -> None:
        alert_id, move = moved.alert_id, moved.move
        state = MOVES[self._states.get(alert_id, AlertState.RAISED)].get(move)
        if state is None:  # against the table: it gives nothing, and less is always open
            self._held.pop(alert_id, None)
            return
        self._states[alert_id] = state
        if move is not AlertMove.TRIAGE:
            self._held.pop(alert_id, None)
        if move is AlertMove.CLAIM and moved.claim is not None:
            self._claim(moved, moved.claim, at, operators)

    def _claim(self, moved: AlertMoved, claim: Claim, at: datetime, operators: Operators) -> None:
        about = (claim.case_id, claim.began_at)
        said_before = self._raised.setdefault(moved.alert_id, about)
        if said_before == about and moved.at == at and operators.may_claim(moved.by, claim.case_id, at):
            self._held[moved.alert_id] = (moved.by, claim)
