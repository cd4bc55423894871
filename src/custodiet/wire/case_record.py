"""A case's record as the vault says it: one JSON line for each part, each under its own name.

    {"case": …, "name": …, "contact": …}   {"zone": {…}}*   {"note": {…}}*   {"answers": {…}}?   {"text": {…}}*
    {"unfinished": {…}}?   {"why": {…}}*   {"contacted": {…}}*
    {"attached": {…}}*   {"said": {…}}*   {"unmask": {…}}*
    of a list: {"case": …, "name": …}*
    of a hold, or of a look that somebody took alone: {"reason": …}

"contact" is left out where there is none.
Raises NotTheFormat for anything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from custodiet.model.case_record import (
    AgencySaid,
    Answers,
    Attached,
    CaseRecord,
    Contacted,
    LookUpWhy,
    Note,
    Text,
    Unfinished,
    UnmaskWhy,
    Zone,
)
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import CaseId


@dataclass(frozen=True, slots=True)
class _Line:
    case: CaseId | None = None
    name: str | None = None
    zone: Zone | None = None
    note: Note | None = None
    answers: Answers | None = None
    text: Text | None = None
    unfinished: Unfinished | None = None
    contact: str | None = None
    why: LookUpWhy | None = None
    contacted: Contacted | None = None
    attached: Attached | None = None
    said: AgencySaid | None = None
    reason: str | None = None
    unmask: UnmaskWhy | None = None


_NAMES = {
    Zone: "zone",
    Note: "note",
    Answers: "answers",
    Text: "text",
    Unfinished: "unfinished",
    LookUpWhy: "why",
    Contacted: "contacted",
    Attached: "attached",
    AgencySaid: "said",
    UnmaskWhy: "unmask",
}


def write_name(case_id: CaseId, name: str | None, contact: str | None = None) -> bytes:
    """Whose case it is, and how they are reached."""
    reached = {} if contact is None else {"contact": contact}
    return msgspec.json.encode({"case": case_id, "name": name, **reached})


def write_part(
    part: Zone | Note | Answers | Text | Unfinished | LookUpWhy | Contacted | Attached | AgencySaid | UnmaskWhy,
) -> bytes:
    """One zone, note, screening, text, draft, reason of a look-up or unmasking, contact, file or words of an agency."""
    return msgspec.json.encode({_NAMES[type(part)]: part})


def write_reason(words: str) -> bytes:
    """Why a hold was asked for, or someone looked alone."""
    return msgspec.json.encode({"reason": words})


def read_reason(line: bytes) -> str:
    """The same, from its line."""
    words = _read(line).reason
    if words is None:
        raise NotTheFormat("no reason")
    return words


def read_case_record(lines: Iterable[bytes]) -> CaseRecord:
    """The record that these lines hold."""
    told = [_read(line) for line in lines]
    if not told or told[0].case is None or any(line.case is not None for line in told[1:]):
        raise NotTheFormat("not the record of one case")
    zones = tuple(line.zone for line in told if line.zone is not None)
    notes = tuple(line.note for line in told if line.note is not None)
    answers = next((line.answers for line in told if line.answers is not None), None)
    texts = tuple(line.text for line in told if line.text is not None)
    unfinished = next((line.unfinished for line in told if line.unfinished is not None), None)
    whys = tuple(line.why for line in told if line.why is not None)
    contacts = tuple(line.contacted for line in told if line.contacted is not None)
    files = tuple(line.attached for line in told if line.attached is not None)
    said = tuple(line.said for line in told if line.said is not None)
    unmasks = tuple(line.unmask for line in told if line.unmask is not None)
    parts = (zones, notes, answers, texts, unfinished, told[0].contact, whys, contacts, files, said, unmasks)
    return CaseRecord(told[0].case, told[0].name, *parts)


def read_names(lines: Iterable[bytes]) -> dict[CaseId, str | None]:
    """The names of a list of cases, in its order; None for someone who was never named."""
    told = [_read(line) for line in lines]
    return {line.case: line.name for line in told if line.case is not None}


def _read(line: bytes) -> _Line:
    try:
        return msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("not a line of a case's record") from None
