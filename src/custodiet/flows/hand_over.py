"""Hand over a shift: what someone holds and has not settled goes back to the queue, one entry each."""

from collections.abc import Callable
from dataclasses import dataclass

from custodiet.flows.handle_alert import Desk
from custodiet.flows.ports import Store
from custodiet.model.alert import AlertMove
from custodiet.model.errors import IllegalMove, NotPermitted
from custodiet.model.identity import ActorId, AlertId


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many went back to the queue, and how many could not."""

    released: int
    kept: int


def hand_over(store: Store, desk_for: Callable[[AlertId], Desk], by: ActorId) -> HandedOver:
    """Release every alert that they hold and that can still be released; each is a write of its own.

    `desk_for`: the desk at which this alert is handled, so that the policy is asked about each. What someone else
    settled in the meantime, or what they may not touch any more, keeps nothing else from going back.
    """
    with store.reading() as view:
        held = view.in_hand(by)
    released = 0
    for alert in held:
        try:
            desk_for(alert.id).move(alert.id, AlertMove.RELEASE, by)
        except (IllegalMove, NotPermitted):
            continue
        released += 1
    return HandedOver(released, len(held) - released)
