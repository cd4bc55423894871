"""A restore on its way: what remains to be done once everything is prepared, and what is said when it is done.

Both are JSON in the folder that a restore prepares. The report holds opaque identities, times and counts: no name, no
coordinate, no key.
"""

import msgspec

from custodiet.model.errors import NotTheFormat


class Head(msgspec.Struct, frozen=True):
    """A log's origin, size, and root in base64."""

    origin: str
    size: int
    root: str


class LostOpening(msgspec.Struct, frozen=True):
    """An opening whose entry the restored ledger does not hold: where it stood, what it was, when, who asked."""

    index: int
    kind: str
    at: str
    by: str


class ErasedDay(msgspec.Struct, frozen=True):
    """A day whose key is gone, and that the restored store took for living."""

    person: str
    category: str
    day: str


class Report(msgspec.Struct, frozen=True):
    """What a restore did."""

    at: str
    by: str
    origin: str
    vkey: str
    closed: Head
    kept: Head
    lost: int
    openings_lost: tuple[LostOpening, ...]
    days_erased: tuple[ErasedDay, ...]
    people_without_key: int
    paused: tuple[str, ...]
    ended: tuple[str, ...]
    tables: dict[str, int]
    backup_made_at: str = ""
    store_aside: str | None = None
    log_aside: str | None = None


class Plan(msgspec.Struct, frozen=True):
    """What remains to be done: the vault's new head, and names for what is put aside."""

    frontier: bytes
    reopened: dict[int, tuple[bytes, str]]
    number: int
    report: Report


def plan_bytes(plan: Plan) -> bytes:
    """One JSON object."""
    return msgspec.json.encode(plan)


def read_plan(data: bytes) -> Plan:
    """The plan these bytes hold. Raises NotTheFormat for anything else."""
    try:
        return msgspec.json.decode(data, type=Plan)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("not the plan of a restore") from None


def report_json(report: Report) -> bytes:
    """The report as one JSON object."""
    return msgspec.json.encode(report)


def placed(report: Report, backup_made_at: str, store_aside: str | None, log_aside: str | None) -> Report:
    """The report with what only the disk knows."""
    return msgspec.structs.replace(report, backup_made_at=backup_made_at, store_aside=store_aside, log_aside=log_aside)
