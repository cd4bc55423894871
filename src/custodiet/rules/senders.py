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
        against.append(
            "fitting_ended: the fitting has ended, and a token ends with its fitting; "
            "a token for a fitting that goes on"
        )
    if device.serial not in scope:
        against.append(
            "not_in_scope: the device of the fitting is not in the sender's scope; "
            "add the device to its scope, or issue a sender for it"
        )
    if case.scheme_id != scheme_id:
        against.append("another_scheme: the fitting is another scheme's; a sender of that scheme")
    return tuple(against)


def objections_to_rotating(alive: Collection[Token], overlap: timedelta) -> tuple[str, ...]:
    """Every rule against a new token beside these, which end after the overlap; empty when there is none.

    Nobody but the operator knows which of two tokens is in use: a third comes only when one of them was ended, or
    when both end at once.
    """
    against = []
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        against.append(
            f"overlap_too_long: tokens overlap for {OVERLAP_MAX.days} days at most; a shorter overlap, or none"
        )
    if not alive:
        against.append("sender_ended: this sender has ended: issue another; a new sender with the same scope")
    if len(alive) >= ALIVE_MAX and overlap:
        against.append(
            "two_tokens: two tokens speak for it already: end one of them first; "
            "a new token without an overlap, which ends both"
        )
    return tuple(against)


def objections_to_scoping(
    sender: Sender, alive: Collection[Token], add: tuple[str, ...], remove: tuple[str, ...], bound_to: str | None
) -> tuple[str, ...]:
    """Every rule against changing a sender's scope so; empty when there is none.

    `bound_to`: the serial of the device whose fitting its tokens are bound to.
    """
    scope, against = set(sender.scope), []
    if not alive:
        against.append("sender_ended: this sender has ended: issue another; a new sender with the same scope")
    if not add and not remove:
        against.append("changes_nothing: this changes nothing; name a device to add or to remove")
    if len({*add, *remove}) < len(add) + len(remove):
        against.append("twice: a device is named twice; each device once")
    if any(not 1 <= len(serial) <= 128 for serial in add):
        against.append("bad_serial: a device serial has 1 to 128 characters; the serial as it stands on the device")
    if scope & set(add):
        against.append("in_scope_already: a device to be added is in its scope already; the same without that device")
    if set(remove) - scope:
        against.append("not_in_scope: a device to be removed is not in its scope; the same without that device")
    if not (scope | set(add)) - set(remove):
        against.append("speaks_for_none: it would speak for no device: end it instead; end the sender")
    if bound_to is not None and bound_to in remove:
        against.append(
            "bound: its token is bound to the fitting of a device to be removed: end it instead; end the sender"
        )
    return tuple(against)


def alive_of(tokens: Collection[Token], at: datetime) -> tuple[Token, ...]:
    """Those that still speak for their sender."""
    return tuple(one for one in tokens if not one.ended(at))
