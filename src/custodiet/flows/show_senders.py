"""Who may send: each sender with its scope, its tokens and what it was told. No secret, and nothing made of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.model.device import Sender, Token
from custodiet.model.identity import SenderId
from custodiet.model.instruction import Instruction, What
from custodiet.rules.senders import alive_of

INSTRUCTIONS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """An instruction, and how many reports still came after it if it was a stop."""

    instruction: Instruction
    reports_after: int


@dataclass(frozen=True, slots=True)
class Sending:
    """A sender with its tokens that speak now (none: it has ended) and the instructions that are not settled."""

    sender: Sender
    alive: tuple[Token, ...]
    told: tuple[Told, ...]


def show_senders(view: Reading, now: datetime, *, ended_too: bool = False) -> tuple[Sending, ...]:
    """Senders by label; those that have ended when something is not settled with them, or when asked for."""
    tokens: dict[SenderId, list[Token]] = {}
    for token in view.tokens():
        tokens.setdefault(token.sender_id, []).append(token)
    told: dict[SenderId, list[Told]] = {}
    for one in told_of(view, view.instructions_unsettled(now, INSTRUCTIONS_MAX)):
        told.setdefault(one.instruction.sender_id, []).append(one)
    shown = (Sending(one, alive_of(tokens.get(one.id, ()), now), tuple(told.get(one.id, ()))) for one in view.senders())
    return tuple(one for one in shown if one.alive or one.told or ended_too)


def told_of(view: Reading, instructions: Iterable[Instruction]) -> tuple[Told, ...]:
    """Each with what came after it."""
    return tuple(Told(one, view.reports_after(one) if one.what is What.STOP else 0) for one in instructions)
