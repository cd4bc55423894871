"""End or lower many decisions of one scheme by one act. Nothing that raises intrusion is done so (invariant 5).

In transactions of a few, so that reports come in between; asked again after a crash it goes on where it stopped. Each
decision has its own entry, task and record, and one that is refused does not hold up the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from custodiet.flows.end_decision import end_in
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.step_down import write_step_down
from custodiet.model.decision import Decision
from custodiet.model.ending import EndReason
from custodiet.model.errors import IllegalMove, NotFound, NotPermitted
from custodiet.model.identity import ActorId, DecisionId, SchemeId
from custodiet.model.mode import MODES, ModeCode
from custodiet.rules.decisions import STANDING, Ender, Move

FEW = 25
"""How many in one transaction."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What came of it."""

    done: int
    over: int
    """So many had ended before, or stand as low already: they are left as they are."""
    refused: tuple[tuple[DecisionId, str], ...]
    """Those that go on, each with why."""


def end_many(
    store: Store,
    chance: Chance,
    scheme_id: SchemeId,
    decision_ids: Sequence[DecisionId],
    by: Ender,
    reason: EndReason | None = None,
) -> Bulk:
    """Withdraw these. One that is not of this scheme is refused as if it were not there."""

    def end(act: Acting, decision: Decision) -> None:
        end_in(act, chance, decision, Move.WITHDRAW, by, reason)

    return _each(store, scheme_id, decision_ids, end)


def lower_many(
    store: Store,
    chance: Chance,
    scheme_id: SchemeId,
    decision_ids: Sequence[DecisionId],
    to_mode: ModeCode,
    by: ActorId,
) -> Bulk:
    """Step down with these to one rung."""

    def lower(act: Acting, decision: Decision) -> None:
        if decision.state not in STANDING or not decision.covers(act.now):
            raise IllegalMove("it does not stand now")
        if decision.rung.rung <= MODES[to_mode].rung:
            raise IllegalMove("it stands as low already")
        write_step_down(act, chance, decision, to_mode, by)

    return _each(store, scheme_id, decision_ids, lower)


def _each(
    store: Store,
    scheme_id: SchemeId,
    decision_ids: Sequence[DecisionId],
    lessen: Callable[[Acting, Decision], None],
) -> Bulk:
    done = over = 0
    refused: list[tuple[DecisionId, str]] = []
    for start in range(0, len(decision_ids), FEW):
        with store.acting() as act:
            for decision_id in decision_ids[start : start + FEW]:
                try:
                    lessen(act, _of_scheme(act, decision_id, scheme_id))
                    done += 1
                except IllegalMove:
                    over += 1
                except (NotPermitted, NotFound) as error:
                    refused.append((decision_id, str(error)))
    return Bulk(done, over, tuple(refused))


def _of_scheme(act: Acting, decision_id: DecisionId, scheme_id: SchemeId) -> Decision:
    decision = act.decision(decision_id)
    if act.case(decision.case_id).scheme_id != scheme_id:
        raise NotFound("no such decision")
    return decision
