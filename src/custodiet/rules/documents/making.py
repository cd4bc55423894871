"""Documents from their templates: every field that a section uses is told, or said to be missing; none is passed over.

Pure. What is empty and may be empty is told as *none*. What is missing stands below the table it belongs to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from custodiet.model.asked import Who
from custodiet.model.document import Arrow, Block, Document, DocumentCode, Drawing, Missing, Paragraph, Rows, Section
from custodiet.model.dpia import Dpia, Gap
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.documents.notice import FIELDS, notice
from custodiet.rules.documents.templates import TEMPLATES, Facts, FlowMap, Part, Say, Table, Tell, Template
from custodiet.rules.dpia import gaps
from custodiet.rules.fields import Held, is_empty, key_of, walk
from custodiet.rules.register import basis_of

NONE = "none"
_LISTED_IN = {
    "purpose": "purposes",
    "purposes": "purposes",
    "powers": "powers",
    "people": "people",
    "category": "categories",
    "categories": "categories",
}
"""Fields that hold codes, and the list that tells what they are called."""


def documents(register: Register, dpia: Dpia | None, as_at: datetime) -> tuple[Document, ...]:
    """Every document of a scheme, as at an instant, from what held then."""
    making = _Making(register, dpia, as_at)
    return (*(making.document(one) for one in TEMPLATES), notice(register, as_at))


def document(code: DocumentCode, register: Register, dpia: Dpia | None, as_at: datetime) -> Document:
    """One document. Nothing that is missing keeps it from being made: it says so."""
    if code is DocumentCode.NOTICE:
        return notice(register, as_at)
    return _Making(register, dpia, as_at).document(_template(code))


def _template(code: DocumentCode) -> Template:
    return next(one for one in TEMPLATES if one.code is code)


def fields_used(code: DocumentCode) -> frozenset[str]:
    """The patterns of the register's fields that a document tells."""
    return FIELDS if code is DocumentCode.NOTICE else frozenset(_patterns(_template(code)))


def _patterns(template: Template) -> Iterable[str]:
    for _, _, parts in template.sections:
        for part in parts:
            if isinstance(part, Tell) and part.of == "register":
                yield part.path
            elif isinstance(part, Table) and part.of == "register":
                yield part.path
                yield from (f"{part.path}[].{name}" for _, name in part.columns)
            elif isinstance(part, FlowMap):
                yield "uses"


class _Making:
    def __init__(self, register: Register, dpia: Dpia | None, as_at: datetime) -> None:
        self._register, self._dpia, self._as_at = register, dpia, as_at
        held: dict[tuple[str, str], Held] = {("register", one.path): one for one in walk(register)}
        if dpia is not None:
            held |= {("dpia", one.path): one for one in walk(dpia)}
        self._held: Mapping[tuple[str, str], Held] = held
        # One truth about what is missing: the gaps that hold up an activation, and no second list of them.
        self._gaps: dict[str, Gap] = {}
        for gap in gaps(register, dpia, as_at):
            self._gaps.setdefault(gap.field, gap)
        titles: dict[str, list[tuple[str, str]]] = {
            "purposes": [(one.code, one.title) for one in register.purposes],
            "powers": [(one.code, one.title) for one in register.powers],
            "people": [(one.code, one.title) for one in register.people],
            "categories": [(one.code, one.title) for one in register.categories],
        }
        self._titles = {of: {code: title for code, title in these if title.strip()} for of, these in titles.items()}

    def _title(self, of: str, code: str) -> str:
        return self._titles[of].get(code, code)

    def document(self, template: Template) -> Document:
        register = self._register
        return Document(
            code=template.code,
            title=template.title,
            scheme_id=register.scheme_id,
            scheme=register.name,
            made_up=register.made_up,
            as_at=self._as_at,
            sections=tuple(
                Section(name, title, tuple(block for part in parts for block in self.blocks(part)))
                for name, title, parts in template.sections
            ),
        )

    def blocks(self, part: Part) -> list[Block]:
        match part:
            case Say(text):
                return [Paragraph(text)]
            case Tell(label, path, of):
                return self._tell(label, path, of)
            case Table():
                return self._table(part)
            case FlowMap():
                return self._map()
            case Facts(what):
                return self._facts(what)

    def _tell(self, label: str, path: str, of: str) -> list[Block]:
        held = self._held.get((of, path))
        if held is None:
            return [Missing(path, f"{label.lower()}: the scheme has no assessment yet", Who.OWNER)]
        if (gap := self._gap(held)) is not None:
            return [gap]
        return [Paragraph(f"{label}: {self._text(held.value)}")]

    def _gap(self, held: Held) -> Missing | None:
        if (gap := self._gaps.get(held.path)) is not None:
            return Missing(gap.field, gap.missing, gap.who)
        if held.must and held.empty:
            return Missing(held.path, held.says, held.who)
        return None

    def _table(self, table: Table) -> list[Block]:
        noun = self._register if table.of == "register" else self._dpia
        if noun is None:
            return [Missing(table.path, "the scheme has no assessment yet", Who.OWNER)]
        parts = getattr(noun, table.path)
        if not parts:
            held = self._held.get((table.of, table.path))
            says = ("what belongs here", Who.OWNER) if held is None else (held.says, held.who)
            return [Missing(table.path, *says)]
        rows = tuple(
            tuple(
                ""
                if f"{table.path}[{key_of(one, number)}].{name}" in self._gaps
                else self._cell(name, getattr(one, name))
                for _, name in table.columns
            )
            for number, one in enumerate(parts)
        )
        # Below it all that is missing in its list: in a cell, inside one, or of a part that is not there at all.
        lacking = [
            Missing(gap.field, gap.missing, gap.who)
            for field, gap in self._gaps.items()
            if field.startswith(f"{table.path}[")
        ]
        return [Rows(tuple(title for title, _ in table.columns), rows), *lacking]

    def _cell(self, name: str, value: Any) -> str:
        of = _LISTED_IN.get(name)
        if of is not None:
            codes = value if isinstance(value, tuple) else (value,)
            return ", ".join(self._title(of, code) for code in codes) or NONE
        return self._text(value)

    def _text(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if is_empty(value):
            return NONE
        if isinstance(value, ModeCode):
            return MODES[value].title
        if isinstance(value, datetime):
            return f"{value:%d %B %Y, %H:%M} UTC"
        if isinstance(value, StrEnum):
            return value.value.replace("_", " ")
        if isinstance(value, tuple):
            return "; ".join(self._text(one) for one in value)
        if is_dataclass(value):
            return ": ".join(self._text(getattr(value, name)) for name in value.__dataclass_fields__)
        return str(value)

    # --- the map ---

    def _map(self) -> list[Block]:
        register = self._register
        if not register.uses:
            held = self._held["register", "uses"]
            return [Missing("uses", held.says, held.who)]
        people = {use.people: self._title("people", use.people) for use in register.uses}
        kept = {use.category: self._title("categories", use.category) for use in register.uses}
        operations = {use.operation: MODES[use.operation].title for use in register.uses}
        outside = [supplier.name for supplier in register.suppliers] + [one.name for one in register.recipients]
        arrows = dict.fromkeys(
            Arrow(people[use.people], operations[use.operation], use.stage.value) for use in register.uses
        )
        arrows |= dict.fromkeys(
            Arrow(operations[use.operation], kept[use.category], use.stage.value) for use in register.uses
        )
        for supplier in register.suppliers:
            serves = supplier.operations or tuple(operations)
            arrows |= dict.fromkeys(
                Arrow(operations[mode], supplier.name, "processed for the controller")
                for mode in serves
                if mode in operations
            )
        for recipient in register.recipients:
            arrows |= dict.fromkeys(
                Arrow(kept[code], recipient.name, "disclosed, one request at a time")
                for code in recipient.categories
                if code in kept
            )
        named = tuple(one for one in arrows if one.source and one.target)
        columns = (
            tuple(people.values()),
            tuple(operations.values()),
            tuple(kept.values()),
            tuple(one for one in outside if one.strip()),
        )
        return [Drawing(columns, named)]

    # --- what was recorded beside the assessment ---

    def _facts(self, what: str) -> list[Block]:
        dpia = self._dpia
        blocks: list[Block] = []
        if dpia is None:
            return [Missing(what, "the scheme has no assessment yet", Who.OWNER)]
        match what:
            case "consulted":
                blocks += [Paragraph(self._consulted(one)) for one in dpia.consulted]
                wanted: tuple[str, ...] = ("consulted",)
            case "advice":
                if dpia.advice is not None:
                    way = "go on" if dpia.advice.proceed else "do not go on"
                    blocks.append(Paragraph(f"Advice of the data protection officer ({way}): {dpia.advice.text}"))
                if dpia.departure is not None:
                    blocks.append(Paragraph(f"Departed from, because: {dpia.departure.reasons}"))
                wanted = ("advice", "departure")
            case _:
                if dpia.prior is not None:
                    answer = dpia.prior.outcome or "no answer yet"
                    blocks.append(Paragraph(f"Prior consultation of the regulator: {answer}"))
                wanted = ("prior",)
        blocks += [
            Missing(gap.field, gap.missing, gap.who) for field, gap in self._gaps.items() if field.startswith(wanted)
        ]
        return blocks or [Paragraph("None was needed.")]

    def _consulted(self, one: Any) -> str:
        who = ", ".join(self._title("people", code) for code in one.of)
        if not is_empty(one.not_asked_because):
            return f"{who}: not asked, because {one.not_asked_because}"
        left = "" if is_empty(one.departed_because) else f" Departed from, because: {one.departed_because}"
        return f"{who} ({one.how}): {one.views}{left}"


# --- what a change touches --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Affected:
    """What one register changes against another: sections of documents, operations, and who has to be told."""

    sections: tuple[tuple[DocumentCode, str], ...]
    operations: tuple[ModeCode, ...]
    people: tuple[str, ...]


def affected(old: Register, new: Register, dpia: Dpia | None, as_at: datetime) -> Affected:
    """Every section of every document that reads otherwise, the operations that go into re-assessment, the classes of
    people whose privacy information is another, by code.
    """
    before, after = documents(old, dpia, as_at), documents(new, dpia, as_at)
    sections = [
        (one.code, name)
        for one, other in zip(before, after, strict=True)
        for name in dict.fromkeys(section.code for section in (*one.sections, *other.sections))
        if _section(one, name) != _section(other, name)
    ]
    modes = [op.mode for op in (*old.operations, *new.operations) if MODES[op.mode].rung]
    changed = tuple(mode for mode in dict.fromkeys(modes) if basis_of(old, mode) != basis_of(new, mode))
    told = tuple(name for code, name in sections if code is DocumentCode.PRIVACY)
    return Affected(tuple(sections), changed, _to_tell(old, new, changed) if told else ())


def _section(one: Document, name: str) -> tuple[Block, ...] | None:
    return next((section.blocks for section in one.sections if section.code == name), None)


def _to_tell(old: Register, new: Register, changed: tuple[ModeCode, ...]) -> tuple[str, ...]:
    """Of a change to an operation, those whose data it uses; of a change to what everyone is told, everyone."""
    everyone = dict.fromkeys(one.code for one in (*old.people, *new.people))
    if not changed:
        return tuple(everyone)
    of = {use.people for register in (old, new) for use in register.uses if use.operation in changed}
    return tuple(code for code in everyone if code in of)
