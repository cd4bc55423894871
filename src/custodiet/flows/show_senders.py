"""Who may send: each sender with its scope and the tokens that speak for it. No secret, and nothing made of one."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.model.device import Sender, Token
from custodiet.model.identity import SenderId
from custodiet.rules.senders import alive_of


@dataclass(frozen=True, slots=True)
class Sending:
    """A sender with its tokens that speak now; none: it has ended."""

    sender: Sender
    alive: tuple[Token, ...]


def show_senders(view: Reading, now: datetime, *, ended_too: bool = False) -> tuple[Sending, ...]:
    """Senders by label; those that have ended only when asked for."""
    tokens: dict[SenderId, list[Token]] = {}
    for token in view.tokens():
        tokens.setdefault(token.sender_id, []).append(token)
    shown = (Sending(one, alive_of(tokens.get(one.id, ()), now)) for one in view.senders())
    return tuple(one for one in shown if one.alive or ended_too)
