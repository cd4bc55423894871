"""What has changed since someone last looked, for a page that is kept fresh: kinds, identities and states alone.

No reference, no name, no place: whoever is told of a change asks for the page, which decides again what they may see.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.show_standing import OPEN_STATES
from custodiet.model.identity import CaseId
from custodiet.rules.decisions import moved, time_is_up

WATCHED_MAX = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that stands otherwise than before. State `closed`: nobody waits for it any more."""

    kind: str
    id: str
    state: str
    case_id: CaseId


class Watching:
    """Remembers how things stood. Not for several threads at once."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._open: dict[tuple[str, str], tuple[str, CaseId]] = {}

    def look(self, view: Reading, now: datetime) -> tuple[Change, ...]:
        """What has changed since the look before; nothing at the first."""
        first, version = self._version is None, view.version()
        changes: list[Change] = []
        if self._version is not None and version != self._version:
            for decision in view.standing_since(self._version).decisions:
                move = time_is_up(decision, now)
                state = decision.state if move is None else moved(decision, move)
                changes.append(Change("decision", decision.id, state.value, decision.case_id))
        self._version = version
        tasks, _ = view.tasks_due(WATCHED_MAX)
        now_open = {("task", str(one.id)): ("overdue" if one.due_at <= now else "open", one.case_id) for one in tasks}
        for alert in view.alerts(OPEN_STATES, WATCHED_MAX):
            stands = "suspended" if alert.is_suspended(now) else alert.state.value
            now_open["alert", alert.id] = (stands if alert.stands else "weakened", alert.case_id)
        if not first:
            changes += [
                Change(*one, state, case_id)
                for one, (state, case_id) in now_open.items()
                if self._open.get(one, ("",))[0] != state
            ]
            changes += [Change(*one, "closed", self._open[one][1]) for one in self._open.keys() - now_open.keys()]
        self._open = now_open
        return tuple(changes)
