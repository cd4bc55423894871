"""The records of accounts that sign in: they stand in the ledger and in no table. The rest is in model/record.py."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """An account got a password for one use. `again`: one that had been closed, or whose password was lost."""

    actor: ActorId
    at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """Nobody signs in with this account any more."""

    actor: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Every session of this account ends. It stands: whoever has its password signs in again."""

    actor: ActorId
    at: datetime
