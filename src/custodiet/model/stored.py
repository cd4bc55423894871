"""What is read back from the store: entries and ingest records as they stand, and what changed since."""

from dataclasses import dataclass
from datetime import date

from custodiet.model.case import Case
from custodiet.model.decision import Decision
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.identity import FittingId, PersonId
from custodiet.model.mode import Category
from custodiet.model.record import DayKey


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as it stands in the ledger table, with its record beside it (None once erased)."""

    index: int
    body: bytes
    leaf: bytes
    salt: bytes | None
    record: bytes | None


@dataclass(frozen=True, slots=True)
class IngestRow:
    """A staged ingest record as it stands."""

    partition: int
    number: int
    body: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class StandingChange:
    """Everything the gate's picture is made of that changed after a version; `version` is the new one."""

    version: int
    cases: tuple[Case, ...]
    devices: tuple[Device, ...]
    fittings: tuple[Fitting, ...]
    decisions: tuple[Decision, ...]
    tokens: tuple[tuple[Token, Sender], ...]
    day_keys: tuple[DayKey, ...]
    destroyed: tuple[tuple[PersonId, Category, date], ...]
    removed: tuple[tuple[FittingId, int], ...] = ()
    """(fitting, fix time in ms) of fixes that were stored and are gone: the same may come again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Identities of stored fixes: frames after a cursor; `cursor` is the new one."""

    cursor: int
    fixes: tuple[tuple[FittingId, int], ...]
    """(fitting, fix time in ms)"""
