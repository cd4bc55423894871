"""Tokens and scopes of senders: to what a token may be bound, when it may be rotated, how a scope may change."""

from collections.abc import Collection
from datetime import datetime, timedelta

from custodiet.model.case import Case
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.identity import SchemeId

OVERLAP_DEFAULT = timedelta(days=7)
"""How long a rotated token still speaks beside the new one."""
OVERLAP_MAX = timedelta(days=30)
ALIVE_MAX = 2
"""Tokens that speak for one sender at once; the store holds the same as a constraint."""


def objections_to_binding(
    fitting: Fitting, device: Device, case: Case, scheme_id: SchemeId, scope: tuple[str, ...]
) -> tuple[str, ...]:
    """Every rule against binding a token to this fitting; empty when there is none."""
    against = []
    if fitting.removed_at is not None:
        against.append("the fitting has ended, and a token ends with its fitting")
    if device.serial not in scope:
        against.append("the device of the fitting is not in the sender's scope")
    if case.scheme_id != scheme_id:
        against.append("the fitting is another scheme's")
    return tuple(against)


def objections_to_rotating(alive: Collection[Token], overlap: timedelta) -> tuple[str, ...]:
    """Every rule against a new token beside these, which end after the overlap; empty when there is none.

    Nobody but the operator knows which of two tokens is in use: a third comes only when one of them was ended, or
    when both end at once.
    """
    against = []
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        against.append(f"tokens overlap for {OVERLAP_MAX.days} days at most")
    if not alive:
        against.append("this sender has ended: issue another")
    if len(alive) >= ALIVE_MAX and overlap:
        against.append("two tokens speak for it already: end one of them first")
    return tuple(against)


def objections_to_scoping(
    sender: Sender, alive: Collection[Token], add: tuple[str, ...], remove: tuple[str, ...], bound_to: str | None
) -> tuple[str, ...]:
    """Every rule against changing a sender's scope so; empty when there is none.

    `bound_to`: the serial of the device whose fitting its tokens are bound to.
    """
    scope, against = set(sender.scope), []
    if not alive:
        against.append("this sender has ended: issue another")
    if not add and not remove:
        against.append("this changes nothing")
    if len({*add, *remove}) < len(add) + len(remove):
        against.append("a device is named twice")
    if any(not 1 <= len(serial) <= 128 for serial in add):
        against.append("a device serial has 1 to 128 characters")
    if scope & set(add):
        against.append("a device to be added is in its scope already")
    if set(remove) - scope:
        against.append("a device to be removed is not in its scope")
    if not (scope | set(add)) - set(remove):
        against.append("it would speak for no device: end it instead")
    if bound_to is not None and bound_to in remove:
        against.append("its token is bound to the fitting of a device to be removed: end it instead")
    return tuple(against)


def alive_of(tokens: Collection[Token], at: datetime) -> tuple[Token, ...]:
    """Those that still speak for their sender."""
    return tuple(one for one in tokens if not one.ended(at))
