"""What stands against giving a court the whole of a window under its order: all that stands against any pack, and this.

A court may have what masking hides, since it decides what it needs to see; an agency may not. Whoever claims to be one
gets nothing by claiming it: the register says who is a court. Asked of the request, the yes and each pack, by the vault
too (rules/disclosing.py). Sources: design §4.3; R15, R16.
"""

from collections.abc import Iterable

from custodiet.model.disclosure import AgencyRequest, Verified
from custodiet.model.register import Recipient

_MASKED = "a request without an order can be taken, and its pack is masked"


def objections_to_order(asked: AgencyRequest, recipients: Iterable[Recipient]) -> tuple[str, ...]:
    """Everything against a whole copy under this order; empty when nothing is, and for what rests on no order."""
    if not asked.is_whole:
        return ()
    against = []
    if not any(one.court for one in recipients if one.code == asked.recipient):
        against.append(f"not_a_court: the register does not say that they are a court; {_MASKED}")
    if asked.verified is not Verified.SEALED_ORDER:
        against.append(f"order_not_checked: the order was not checked with its court; check it there, or {_MASKED}")
    if asked.signed_at is None:
        against.append(f"order_not_dated: an order is dated and signed, urgent or not; or {_MASKED}")
    return tuple(against)


def objections_to_order_words(asked: AgencyRequest, order: str) -> tuple[str, ...]:
    """What is missing of the order's reference. `order`: what stands sealed of it, before it was."""
    if asked.is_whole and not order.strip():
        return (f"no_order: it does not say which order: name the court, its number and its date; or {_MASKED}",)
    return ()
