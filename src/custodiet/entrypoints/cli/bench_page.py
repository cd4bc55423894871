"""The page and the picture of what a bench measured, drawn from its JSON and from nothing else.

`tools/draw_performance.py` draws both anew from the JSON that lies beside them, and checks that they are what it says.
"""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

Said = dict[str, Any]
_OURS = "custodiet"
_BAR, _TOP, _LEFT, _WIDE = 34, 64, 190, 560
_INK, _MINE, _THEIRS = "#0b0c0c", "#1d70b8", "#b1b4b6"


def write_page(said: Said, folder: Path) -> None:
    """performance.json, .md and .svg in that folder."""
    (folder / "performance.json").write_text(json.dumps(said, indent=1) + "\n")
    (folder / "performance.md").write_text(page(said))
    (folder / "performance.svg").write_text(picture(said))


def page(said: Said) -> str:
    """As Markdown. Of a part that was not measured nothing is said."""
    parts = [_head(said)]
    if "people" in said:
        parts += [_path(said), _peers(said)]
    if "growth" in said:
        parts.append(_growth(said))
    if "read" in said:
        parts.append(_read(said))
    parts.append(_floor(said))
    return "\n".join(parts)


def _head(said: Said) -> str:
    machine = said["machine"]
    waited = f"{machine['load_before']} processes wanted to run as the bench began, {machine['load_after']} as it ended"
    return f"""# What was measured

Drawn from [performance.json](performance.json), which `./dev bench --write docs` wrote. What follows from it for a
large place is reckoned in [capacity.md](capacity.md).

A machine with {machine["cores"]} cores. **Neighbours shared it**: {waited}.
So everything is told in CPU seconds, of all processes of ours and of peers alike, which neighbours move by a third and
more; what stands by the clock says more about them than about us. Medians of five rounds, all promises on: each fix
judged by its whole disc, sealed by itself, written with the record that accounts for it, durable before it is answered.
{said.get("remark", "")}
"""


def _path(said: Said) -> str:
    stages = said["stages_ns"]
    return f"""## The whole path

From full lines of forwarded NDJSON to a durable commit of five requests of a thousand, as a gateway's writer takes
them together while they wait, of {said["people"]:,} people with
{said["zones_a_person"]} zones each. A round is ten minutes of everyone: so each has all that comes round in ten,
contacts that are written and calm places that are found anew.

| | |
|---|---:|
| positions a CPU second | **{said["positions_per_cpu_s"]:,}** |
| positions a second by the clock | {said["positions_per_s"]:,} |
| of it decoding, ns a position | {stages["decode"]:,} |
| of it deciding, judging and sealing, ns | {stages["decide"]:,} |
| of it the writing transaction, ns | {stages["write"]:,} |
| bytes that the store grew by, a position | {said["bytes_a_position"]} |
"""


def _peers(said: Said) -> str:
    head = """## Beside others, the same lines in the same run

![Positions a CPU second, as bars](performance.svg)

Each is given batches as they suit it, and the lines are decoded for it by the quickest means a Python program has.
After each of its rounds comes one of ours; how many times as many positions ours takes is the median over those pairs,
since the machine is not equally fast from minute to minute.
"""
    ahead = sorted(name for name, one in said["peers"].items() if one["times_as_many_here"] < 1)
    behind = (
        "Ours judges each fix by its whole disc and seals it; it takes more positions a CPU second than all of these."
    )
    if ahead:
        behind = f"More positions a CPU second than ours, judging less and sealing nothing, take: {', '.join(ahead)}."
    rows = [(f"**{_OURS}**", said["positions_per_cpu_s"], "", "all that stands above", "")]
    rows += [
        (name, one["positions_per_cpu_s"], one["times_as_many_here"], one["work"], one["lacks"])
        for name, one in sorted(said["peers"].items(), key=lambda each: -each[1]["positions_per_cpu_s"])
    ]
    told = _table(("", "positions a CPU second", "times as many here", "what it does", "what it does not"), rows)
    absent = [f"{name} is not beside it: {why}." for name, why in sorted(said["absent"].items())]
    return "\n".join([head, behind, "", told, *([""] if absent else []), *absent, ""])


_GROWN = {
    "ns_a_position": "CPU ns a position",
    "kb_a_person": "kB a person in the monitor",
    "upkeep_ms": "upkeep once, ms",
    "decision_ms": "a decision, ms",
    "clock_look_ms": "a clock's look, ms",
    "clock_day_ms": "its look at all, ms",
}


def _growth(said: Said) -> str:
    head = """## Growth

Each row is a monitor in a process of its own, without what makes the load. Ten minutes of everyone, so that all that
comes round is in it. Upkeep is what a gateway does at most once a second; it is counted in the nanoseconds once for
each minute of everyone's. A decision is about one of these people, paused and gone on with: what it takes until the
monitor goes by it, with its upkeep after it. Shared zones are the same for everyone: each decision has its own of
them all the same, sealed by itself. Days erased are days of each that were kept for months and are gone. A clock
looks at what time has brought each half minute, and at everyone for keys of their days as a day begins. A decision
may ask for twenty zones at most: fifty are for measuring alone. What ten minutes do not show: a byte more is
held for each fix of the last day where a device tells whole seconds, 1.8 kB a person at a fix a minute, and four where
it tells milliseconds, as these do: 6.9 kB.
"""
    rows = [_grown(row) for row in (*said["growth"], *said["zones"], *said["erased"])]
    return "\n".join([head, _table(("people", "zones each", "days erased", *_GROWN.values()), rows), ""])


def _grown(row: Said) -> list[object]:
    zones = row["zones_a_person"]
    zones = f"{zones}, shared" if row["zones_shared"] else zones
    return [row["people"], zones, row["days_erased"], *(row[name] for name in _GROWN)]


def _read(said: Said) -> str:
    read = said["read"]
    rows = [
        (name, one["fixes"], one["sealed_ms"], one["sealed_peak_mb"], one["plain_ms"], one["bare_unsealing_ms"])
        for name, one in (("a day", read["day"]), (f"{read['half_a_year']['days']} days", read["half_a_year"]))
    ]
    rows.insert(0, ("a day before it is folded", read["day"]["fixes"], read["day"]["not_folded_ms"], "", "", ""))
    columns = ("", "fixes", "sealed, CPU ms", "MB held at most", "plain rows, CPU ms", "bare unsealing alone, ms")
    head = """## Opening what was sealed

One person's, by the vault's own way, to the last fix checked; beside it the same columns as rows in clear. The day
lies in frames of a thousand people's fixes, the rest in frames of five; the vault has gathered and folded them
([ADR 47](adr/0047-a-day-lies-beside-itself-in-the-vault.md)). Masking comes on top where others look:
`./dev bench-looks`.
"""
    keys = f"""
To gather costs the vault {read["gather_us_a_piece"]} µs of CPU for every fix of everyone, to fold
{read["fold_us_a_fix"]} µs.
A day's key takes the vault {read["day_key_us"]:,} µs of CPU to make and sign, a session under it takes a monitor
{read["session_us"]:,} µs.
"""
    return "\n".join([head, _table(columns, rows), keys])


def _floor(said: Said) -> str:
    floor = said["floor"]
    rows = [
        ("a page of 4 kB written durably, µs by the clock", floor["fdatasync_us"]),
        ("copying memory, MB a CPU second", floor["copy_mb_per_s"]),
        ("AES-256-GCM at 1 kB, MB a CPU second", floor["aes_gcm_1kb_mb_per_s"]),
        ("SHA-256, MB a CPU second", floor["sha256_mb_per_s"]),
        ("a new TLS connection on the server's side, µs of CPU", floor["tls_handshake_us"]),
    ]
    return "\n".join(["## What this machine does at best\n", _table(("", ""), rows), ""])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Numbers to the right, as the last row has them."""
    rules = "".join("---:|" if isinstance(value, int | float) else "---|" for value in rows[-1])
    lines = ["| " + " | ".join(head) + " |", "|" + rules]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def picture(said: Said) -> str:
    """Ours and the peers as bars, the longest first, as SVG."""
    bars = [(_OURS, said.get("positions_per_cpu_s", 0))]
    bars += [(name, one["positions_per_cpu_s"]) for name, one in said["peers"].items()]
    bars.sort(key=lambda one: -one[1])
    most = max(value for _, value in bars) or 1
    told = ", ".join(f"{name} {value:,}" for name, value in bars)
    height = _TOP + _BAR * len(bars) + 20
    drawn = [_bar(number, name, value, most) for number, (name, value) in enumerate(bars)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" aria-labelledby="t d"',
            'font-family="system-ui, sans-serif" font-size="15">',
            '<title id="t">Positions a CPU second, the same lines in the same run</title>',
            f'<desc id="d">{escape(told)}. Only ours judges by accuracy, seals and accounts for it.</desc>',
            f'<rect width="960" height="{height}" fill="#ffffff"/>',
            f'<text x="20" y="34" font-size="18" font-weight="bold" fill="{_INK}">Positions a CPU second</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def _bar(number: int, name: str, value: int, most: int) -> str:
    y, long = _TOP + _BAR * number, round(_WIDE * value / most)
    fill = _MINE if name == _OURS else _THEIRS
    return (
        f'<text x="{_LEFT - 10}" y="{y + 17}" text-anchor="end" fill="{_INK}">{escape(name)}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{max(1, long)}" height="24" fill="{fill}"/>'
        f'<text x="{_LEFT + long + 8}" y="{y + 17}" fill="{_INK}">{value:,}</text>'
    )
