"""Ending a decision from the command line: lowering is always open. Raising intrusion is not to be had here."""

from custodiet.flows.end_decision import end_decision
from custodiet.flows.ports import Chance, Store
from custodiet.model.decision import State
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId
from custodiet.rules.decisions import Ender, Move


def end_by_hand(store: Store, chance: Chance, reference: str, by: str, *, annul: bool) -> None:
    """Withdraw or annul the newest decision of a case. Raises NotFound, IllegalMove or NotPermitted."""
    with store.reading() as view:
        case = view.case_by_reference(reference)
        decisions = [one for one in view.decisions_of(case.id) if one.stands]
    if not annul:
        decisions = [one for one in decisions if one.state in (State.MADE, State.SUSPENDED)]
    if not decisions:
        raise NotFound("no decision of this case to end")
    newest = max(decisions, key=lambda one: one.starts_at)
    move = Move.ANNUL if annul else Move.WITHDRAW
    index = end_decision(store, chance, newest.id, move, Ender(ActorId(by), authority=annul))
    print(f"{reference}: {move} entered at {index}; collection is off; a task was raised if it was on")
