"""How a register, an assessment and the state of an operation are said to people."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from custodiet.entrypoints.wording import said_day
from custodiet.model.dpia import Dpia, Gap
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.fields import is_empty, key_of

NONE = "none"
_SECTIONS = (
    ("scheme", "The scheme", ("name", "made_up", "copied_from", "starts_at", "ends_at", "pilot")),
    ("measure", "Why it exists and when it stops", ("success_measure", "stop_rule", "selection")),
    ("controller", "The controller", ("controller",)),
    ("dpo", "The data protection officer", ("dpo",)),
    ("purposes", "Purposes", ("purposes",)),
    ("powers", "Powers", ("powers",)),
    ("operations", "Operations", ("operations",)),
    ("exemptions", "Exemptions", ("exemptions",)),
    ("people", "People whose data are processed", ("people",)),
    ("categories", "Categories of data", ("categories",)),
    ("uses", "Which data are used at which stage", ("uses",)),
    ("retention", "Retention rules", ("retention",)),
    ("suppliers", "Suppliers", ("suppliers",)),
    ("recipients", "Recipients", ("recipients",)),
    ("contact_first", "Events at which the person is asked first", ("contact_first",)),
    ("guidance", "Guidance and training of staff", ("guidance", "training_days")),
    ("review", "How often a decision is reviewed", ("review",)),
    (
        "openness",
        "Access, security and rights",
        ("access", "security", "rights", "automated", "removal_hours", "inspection_days", "interpreter"),
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what it is, what it holds, and what it lacks."""

    label: str
    text: str
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list, or the fields of a section itself when it has no title."""

    title: str
    code: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ToldSection:
    """One section of a register. `gaps`: what the list itself lacks."""

    code: str
    title: str
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]


def told_register(register: Register, lacking: Iterable[Gap]) -> tuple[ToldSection, ...]:
    """A register, section by section, each field with what is missing of it. Each gap of a field is said once."""
    by_field: dict[str, list[Gap]] = {}
    for gap in lacking:
        same = by_field.setdefault(gap.field, [])
        if not any(one.missing == gap.missing for one in same):
            same.append(gap)
    told = _Telling(register, by_field)
    return tuple(told.section(*one) for one in _SECTIONS)


class _Telling:
    def __init__(self, register: Register, lacking: dict[str, list[Gap]]) -> None:
        self._register, self._lacking = register, lacking

    def section(self, code: str, title: str, names: tuple[str, ...]) -> ToldSection:
        parts: list[Part] = []
        lines: list[Line] = []
        gaps: list[Gap] = []
        for one in fields(self._register):
            if one.name not in names:
                continue
            value = getattr(self._register, one.name)
            if isinstance(value, tuple):
                gaps += self._lacking.pop(one.name, [])
                parts += [self._part(one.name, part, number) for number, part in enumerate(value)]
                # Of a part that is not there at all.
                for place in [place for place in self._lacking if place.startswith(f"{one.name}[")]:
                    gaps += self._lacking.pop(place)
            elif is_dataclass(value):
                lines += self._lines(value, f"{one.name}.")
            else:
                lines.append(self._line(one, value, one.name))
        if lines:
            parts.insert(0, Part("", "", tuple(lines)))
        return ToldSection(code, title, tuple(parts), tuple(gaps))

    def _part(self, name: str, part: Any, number: int) -> Part:
        code = key_of(part, number)
        lines = self._lines(part, f"{name}[{code}].")
        return Part(title_of(part, code, self._register), code, tuple(lines))

    def _lines(self, noun: Any, path: str) -> list[Line]:
        return [self._line(one, getattr(noun, one.name), f"{path}{one.name}") for one in fields(noun) if one.metadata]

    def _line(self, field: Any, value: Any, path: str) -> Line:
        gaps = self._lacking.pop(path, [])
        # What is missing inside a list that stands in this one line.
        for place in [place for place in self._lacking if place.startswith(f"{path}[")]:
            gaps = [*gaps, *self._lacking.pop(place)]
        return Line(field.metadata["says"], said_value(value), tuple(gaps))


def title_of(part: Any, code: str, register: Register) -> str:
    """What a part of a list is called."""
    if hasattr(part, "mode"):
        return f"Rung {MODES[part.mode].rung}: {MODES[part.mode].title}"
    if hasattr(part, "stage"):
        return f"{part.category}, {part.stage}, {MODES[part.operation].title}, {part.purpose}, {part.people}"
    named = getattr(part, "title", "") or getattr(part, "name", "")
    if not named and hasattr(part, "category"):
        named = next((one.title for one in register.categories if one.code == part.category), "")
    if not named and hasattr(part, "from_at"):
        named = f"from {said_day(part.from_at)}: every {part.days} days"
    return str(named or code.replace("_", " "))


def said_value(value: Any) -> str:
    """What a field holds, in words; what holds nothing is said to."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_empty(value):
        return NONE
    if isinstance(value, ModeCode):
        return MODES[value].title
    if isinstance(value, datetime):
        return said_day(value)
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ")
    if isinstance(value, tuple):
        return "; ".join(said_value(one) for one in value)
    if is_dataclass(value):
        return ": ".join(said_value(getattr(value, one.name)) for one in fields(value))
    return str(value)


def said_mode(mode: ModeCode) -> str:
    """A mode with its rung."""
    return f"rung {MODES[mode].rung}, {MODES[mode].title}"


def said_gap(gap: Gap) -> str:
    """What is missing and who can supply it."""
    return f"{gap.missing[:1].upper()}{gap.missing[1:]}. {gap.who.value[:1].upper()}{gap.who.value[1:]} can supply it."


def once(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Each gap once, whichever operations it holds up."""
    found: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        found.setdefault((gap.field, gap.missing), gap)
    return tuple(found.values())


STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("need", "Step 1: the need for an assessment", ("description.need", "dpia")),
    (
        "processing",
        "Step 2: what the processing is",
        (
            "description.nature",
            "description.scope",
            "description.context",
            "description.vulnerability",
            "description.special_categories",
        ),
    ),
    ("consultation", "Step 3: who was consulted", ("consulted",)),
    ("necessity", "Step 4: necessity and proportionality of each operation", ("assessments",)),
    ("risks", "Step 5: the risks", ("risks",)),
    ("measures", "Step 6: the measures against them", ()),
    ("sign-off", "Step 7: advice, sign-off and outcome", ("owner", "review_due_at", "advice", "departure", "prior")),
)
"""The seven steps of an assessment: code, title, where the fields begin whose gaps belong there."""
_MEASURED = (".measure", ".residual", ".owner")


def gaps_by_step(lacking: Iterable[Gap]) -> dict[str, tuple[Gap, ...]]:
    """What the assessment lacks, by step."""
    found: dict[str, list[Gap]] = {code: [] for code, _, _ in STEPS}
    for gap in once(lacking):
        if not gap.code.startswith("dpia."):
            continue
        if gap.field.startswith("risks[") and gap.field.endswith(_MEASURED):
            found["measures"].append(gap)
            continue
        for code, _, begins in STEPS:
            if gap.field.startswith(begins):
                found[code].append(gap)
                break
    return {code: tuple(gaps) for code, gaps in found.items()}


def said_version(dpia: Dpia | None) -> str:
    """Which version of an assessment this is."""
    if dpia is None or dpia.written_at is None:
        return "none was written for this scheme yet"
    return f"version {dpia.version}, written {said_day(dpia.written_at)}"
