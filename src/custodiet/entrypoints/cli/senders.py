"""Senders from the command line. A token is printed once, alone on standard output; it is never asked for again."""

import sys
from datetime import datetime, timedelta

from custodiet.entrypoints.wording import said_told
from custodiet.flows.fit_device import issue_sender, token_hash
from custodiet.flows.keep_senders import acknowledge, change_scope, end_sender, end_token, rotate_sender
from custodiet.flows.ports import Chance, Clock, Store
from custodiet.flows.show_senders import Sending, show_senders
from custodiet.model.device import Token
from custodiet.model.identity import ActorId, FittingId, InstructionId, SchemeId, SenderId, TokenId
from custodiet.rules.senders import OVERLAP_DEFAULT

LINES_MAX = 200


def list_senders(store: Store, clock: Clock, *, ended_too: bool) -> None:
    """Print each sender with its tokens; no secret, and nothing that one could be tried against."""
    now = clock.now()
    with store.reading() as view:
        found = show_senders(view, now, ended_too=ended_too)
    for one in found[:LINES_MAX]:
        _show(one, now)
    if len(found) > LINES_MAX:
        print(f"and {len(found) - LINES_MAX} more")
    if not found:
        print("no sender")


def _show(one: Sending, now: datetime) -> None:
    sender = one.sender
    count = len(sender.scope)
    devices = sender.scope[0] if count == 1 else f"{count} devices"
    print(f"{sender.id}  {sender.label}  {sender.scheme_id}  {devices}" + ("" if one.alive else "  ended"))
    for token in one.alive:
        print(f"  token  {token.id}  issued {token.issued_at:%d %B %Y, %H:%M UTC}{_said_end(token, now)}")
    for told in one.told:
        print(f"  {told.instruction.id}  {said_told(told, now)}")


def _said_end(token: Token, now: datetime) -> str:
    if token.ended_at is not None:
        left = token.ended_at - now
        return f", ends {token.ended_at:%d %B %Y, %H:%M UTC} (in {left // timedelta(hours=1)} hours)"
    return ", ends with its fitting" if token.fitting_id is not None else ""


def issue(
    store: Store, chance: Chance, scheme: str, label: str, serials: tuple[str, ...], by: str, fitting: str | None
) -> None:
    """Issue a sender and print its token. Raises NotFound or NotPermitted."""
    bound = None if fitting is None else FittingId(fitting)
    secret = issue_sender(store, chance, SchemeId(scheme), label, serials, ActorId(by), bound)
    print(secret)
    with store.reading() as view:
        sender_id = next(one.sender_id for one in view.tokens() if one.sha256 == token_hash(secret))
    print(f"issued {sender_id}; its token stands on standard output, this once", file=sys.stderr)


def rotate(store: Store, chance: Chance, sender: str, by: str, overlap: timedelta | None) -> None:
    """Print a new token. Raises NotFound or NotPermitted."""
    lasts = OVERLAP_DEFAULT if overlap is None else overlap
    print(rotate_sender(store, chance, SenderId(sender), ActorId(by), lasts))
    until = f"the one before it speaks for {lasts / timedelta(hours=1):g} hours more" if lasts else "no other speaks"
    print(f"rotated; the token stands on standard output, this once; {until}", file=sys.stderr)


def end(store: Store, sender: str, token: str | None, by: str) -> None:
    """End a sender or one of its tokens. Raises NotFound or IllegalMove."""
    if token is None:
        index = end_sender(store, SenderId(sender), ActorId(by))
    else:
        index = end_token(store, SenderId(sender), TokenId(token), ActorId(by))
    print(f"ended: entered at {index}")


def scope(store: Store, sender: str, add: tuple[str, ...], remove: tuple[str, ...], by: str) -> None:
    """Change for which devices a sender speaks. Raises NotFound or NotPermitted."""
    index = change_scope(store, SenderId(sender), ActorId(by), add=add, remove=remove)
    print(f"{len(add)} added, {len(remove)} removed: entered at {index}")


def acknowledge_instruction(store: Store, instruction: str, by: str) -> None:
    """Record that someone at the sender's was told. Raises NotFound or NotPermitted."""
    index = acknowledge(store, InstructionId(instruction), ActorId(by))
    print(f"acknowledged: entered at {index}")
