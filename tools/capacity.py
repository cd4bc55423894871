"""What a place of so many people needs, reckoned from measured costs. Pure; `tools/draw_performance.py` writes it down.

Nothing here was tried at such a size. What is measured comes in as Measured, from docs/performance.json; what is
assumed stands in Assumed, a line each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import ceil
from typing import Any

DAY_S = 86_400
LOOK_S = 30
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)


@dataclass(frozen=True)
class Measured:
    """Costs of one position, person, day or connection."""

    ns_a_position: float
    """CPU of a monitor, from lines to durable, at the largest number of people that was measured."""
    upkeep_us_a_person: float
    """CPU of a monitor's upkeep, each second."""
    decision_us_a_person: float
    """CPU of the monitor that has the person, for each that it holds."""
    clock_look_us_a_person: float
    """CPU of a clock, each half minute."""
    clock_day_us_a_person: float
    """CPU of a clock, each day."""
    vault_us_a_position: float
    """CPU of the vault, which gathers each and folds its day."""
    kb_a_person: float
    bytes_a_position: float
    bytes_a_record: float
    day_key_us: float
    session_us: float
    tls_handshake_us: float


@dataclass(frozen=True)
class Assumed:
    """What is chosen and not measured."""

    fixes_a_day: int = 1440
    batch: int = 1000
    """Positions that one commit holds."""
    load: float = 0.5
    """How much of its cores a machine uses at most, so that another's can be taken over."""
    cores: int = 16
    seen_bytes: int = 4
    """Held of each fix of the last day, so that none counts twice; a bench of minutes shows none of it."""
    memory_gb: float = 64.0
    memory_used: float = 0.6
    disk_tb: float = 8.0
    copies: int = 3
    """Of what is stored: a primary and two standbys."""
    kept_days: int = 30


@dataclass(frozen=True)
class Needed:
    """What follows."""

    people: int
    positions_a_second: float
    commits_a_second: float
    gateway_cores: float
    """Of work, all of it used."""
    gateway_memory_gb: float
    gateway_processes: int
    """Each has one thread that decides and writes."""
    decision_ms: float
    """For so long the process that has the person answers nobody."""
    gateways: int
    """Machines."""
    stored_mb_a_second: float
    stored_tb: float
    """Of one copy, of all days that are kept."""
    store_machines: int
    ledger_records_a_day: float
    ledger_gb_a_day: float
    vault_cores: float
    """Of work, for gathering and folding."""
    clock_cores: float
    """Of a clock, for its look each half minute."""
    clock_day_s: float
    """For so long a clock does nothing else as a day begins."""
    day_keys_cores: float
    """Of the vault, each day's keys made evenly over the day."""
    sessions_core_hours: float
    """Of monitors, each midnight."""
    tls_cores_kept: float
    """Everyone's connection made anew once a day."""
    tls_cores_each: float
    """A new connection for each position."""


def needed(people: int, measured: Measured, assumed: Assumed) -> Needed:
    """What so many people need at a fix each of so many times a day."""
    rate = people * assumed.fixes_a_day / DAY_S
    cores = rate * measured.ns_a_position / 1e9 + people * measured.upkeep_us_a_person / 1e6
    memory_gb = people * (measured.kb_a_person / 1e6 + assumed.fixes_a_day * assumed.seen_bytes / 1e9)
    by_cores = cores / (assumed.cores * assumed.load)
    by_memory = memory_gb / (assumed.memory_gb * assumed.memory_used)
    stored_mb = rate * measured.bytes_a_position / 1e6
    stored_tb = stored_mb * DAY_S * assumed.kept_days / 1e6
    records = rate / assumed.batch * DAY_S
    processes = ceil(cores / assumed.load)
    return Needed(
        people=people,
        positions_a_second=rate,
        commits_a_second=rate / assumed.batch,
        gateway_cores=cores,
        gateway_memory_gb=memory_gb,
        gateway_processes=processes,
        decision_ms=people / processes * measured.decision_us_a_person / 1000,
        # One more than carries it: one may be down.
        gateways=1 + max(1, ceil(max(by_cores, by_memory))),
        stored_mb_a_second=stored_mb,
        stored_tb=stored_tb,
        store_machines=assumed.copies * max(1, ceil(stored_tb / assumed.disk_tb)),
        ledger_records_a_day=records,
        ledger_gb_a_day=records * measured.bytes_a_record / 1e9,
        vault_cores=rate * measured.vault_us_a_position / 1e6,
        clock_cores=people * measured.clock_look_us_a_person / 1e6 / LOOK_S,
        clock_day_s=people * measured.clock_day_us_a_person / 1e6,
        day_keys_cores=people * measured.day_key_us / 1e6 / DAY_S,
        sessions_core_hours=people * measured.session_us / 1e6 / 3600,
        tls_cores_kept=people * measured.tls_handshake_us / 1e6 / DAY_S,
        tls_cores_each=rate * measured.tls_handshake_us / 1e6,
    )


def measured_in(said: dict[str, Any]) -> Measured:
    """Out of a bench's JSON: of growth the row with the most people."""
    most = max(said["growth"], key=lambda row: row["people"])
    return Measured(
        ns_a_position=most["ns_a_position"],
        upkeep_us_a_person=1000 * most["upkeep_ms"] / most["people"],
        decision_us_a_person=1000 * most["decision_ms"] / most["people"],
        clock_look_us_a_person=1000 * most["clock_look_ms"] / most["people"],
        clock_day_us_a_person=1000 * most["clock_day_ms"] / most["people"],
        vault_us_a_position=said["read"]["gather_us_a_piece"] + said["read"]["fold_us_a_fix"],
        kb_a_person=most["kb_a_person"],
        bytes_a_position=said["bytes_a_position"],
        bytes_a_record=said["bytes_a_record"],
        day_key_us=said["read"]["day_key_us"],
        session_us=said["read"]["session_us"],
        tls_handshake_us=said["floor"]["tls_handshake_us"],
    )


_ROWS = {
    "positions_a_second": "positions a second",
    "commits_a_second": "durable commits a second",
    "gateway_cores": "cores of work in gateways",
    "gateway_memory_gb": "GB of memory in gateways",
    "gateway_processes": "gateway processes, one writing thread each",
    "decision_ms": "ms that a decision holds one of them up",
    "gateways": "gateway machines, one of them to spare",
    "stored_mb_a_second": "MB a second written, one copy",
    "stored_tb": "TB kept, one copy",
    "store_machines": "store machines",
    "ledger_records_a_day": "ingest records a day",
    "ledger_gb_a_day": "GB of them a day",
    "vault_cores": "cores of a vault for gathering and folding what is stored",
    "clock_cores": "cores of a clock, for its look each half minute",
    "clock_day_s": "seconds that a clock looks at everyone as a day begins",
    "day_keys_cores": "cores of a vault for each day's keys",
    "sessions_core_hours": "core-hours for sessions, each midnight",
    "tls_cores_kept": "cores for TLS, everyone's connection anew once a day",
    "tls_cores_each": "cores for TLS, a connection for each position",
}


def page(said: dict[str, Any], template: str) -> str:
    """As Markdown: a text with holes for what was measured, what is chosen and what is needed."""
    measured, assumed = measured_in(said), Assumed()
    columns = [needed(people, measured, assumed) for people in SIZES]
    rows = [(words, *(getattr(one, name) for one in columns)) for name, words in _ROWS.items()]
    return template.format(
        measured=_table(("", ""), _told(measured)),
        chosen=_table(("", ""), _told(assumed)),
        needed=_table(("people", *(f"{people:,}" for people in SIZES)), rows),
    )


def _told(of: Measured | Assumed) -> list[tuple[str, float]]:
    return [(one.name.replace("_", " "), getattr(of, one.name)) for one in fields(of)]


def _table(head: Sequence[str], rows: Sequence[tuple[str, *tuple[float, ...]]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + [f"| {words} | " + " | ".join(map(_number, told)) + " |" for words, *told in rows])


def _number(value: float) -> str:
    """Three digits that matter."""
    if 0 < abs(value) < 0.001:
        return "< 0.001"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{float(f'{value:.3g}'):,g}"
