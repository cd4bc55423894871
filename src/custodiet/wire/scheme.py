"""A scheme as one JSON document: out as one spelling, in with every problem at once and the path of each.

Taken in is the register alone. An assessment in the file is for reading: it is made for one scheme and comes along with
no copy (R32); a made-up scheme's file carries none. `docs/scheme.schema.json` is drawn from the same classes.
"""

import types
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from custodiet.model import dpia as dpia_nouns
from custodiet.model import register as register_nouns
from custodiet.model.dpia import Dpia
from custodiet.model.errors import IllegalValue
from custodiet.model.register import Register

SIZE_MAX = 4_000_000
"""Bytes of a scheme's file; a whole one has a few tens of thousands."""
PROBLEMS_MAX = 500
"""How many are told; a file with more is of another kind."""
VERSION: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """What the file holds."""

    custodiet_scheme: Literal[1]
    register: Register
    assessment: Dpia | None = None


@dataclass(frozen=True, slots=True)
class FileProblem:
    """What is wrong at one place of the file. `path` is empty for the file itself."""

    path: str
    says: str


@dataclass(frozen=True, slots=True)
class ReadScheme:
    """What a file gave: the register, unless something is wrong; every problem; what was not taken."""

    register: Register | None
    problems: tuple[FileProblem, ...] = ()
    notes: tuple[str, ...] = ()


def scheme_bytes(register: Register, assessment: Dpia | None = None) -> bytes:
    """The file of a scheme, indented, its fields in the order of their class. A made-up one has no assessment."""
    shown = None if register.made_up else assessment
    told = msgspec.to_builtins(SchemeFile(VERSION, register, shown), builtin_types=())
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def read_scheme(body: bytes) -> ReadScheme:
    """The register that a file holds, or everything that keeps it from being one. Never raises for what is in it."""
    if len(body) > SIZE_MAX:
        return _bad("", f"is larger than {SIZE_MAX} bytes")
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _bad("", f"is not JSON: {error}")
    if not isinstance(told, dict):
        return _bad("", "is not an object")
    problems: list[FileProblem] = []
    if told.get("custodiet_scheme") != VERSION:
        problems.append(FileProblem("custodiet_scheme", f"has to be {VERSION}: the version of this format"))
    known = {"custodiet_scheme", "register", "assessment"}
    problems += [FileProblem(name, _unknown(name, known)) for name in told if name not in known]
    if "register" not in told:
        return ReadScheme(None, (*problems, FileProblem("register", "is missing")))
    reading = _Reading(problems)
    register = reading.noun(Register, told["register"], "register")
    notes: tuple[str, ...] = ()
    if told.get("assessment") is not None:
        notes = ("the assessment was not taken: it is made for one scheme, and comes along with no copy",)
    if problems:
        return ReadScheme(None, tuple(problems[:PROBLEMS_MAX]), notes)
    return ReadScheme(register, (), notes)


def _bad(path: str, says: str) -> ReadScheme:
    return ReadScheme(None, (FileProblem(path, says),))


class _Reading:
    """Nouns from plain values; what is wrong is noted and the rest is still looked at."""

    def __init__(self, problems: list[FileProblem]) -> None:
        self._problems = problems

    def noun(self, kind: type, told: Any, path: str) -> Any:
        if not isinstance(told, dict):
            return self._wrong(path, "is not an object")
        hints = get_type_hints(kind)
        known = {one.name for one in fields(kind)}
        before = len(self._problems)
        for name in told:
            if name not in known:
                self._wrong(f"{path}.{name}", _unknown(name, known))
        given = {}
        for one in fields(kind):
            place = f"{path}.{one.name}"
            if one.name in told:
                given[one.name] = self._value(hints[one.name], told[one.name], place)
            elif one.default is MISSING:
                self._wrong(place, "is missing")
        if len(self._problems) > before:
            return None
        try:
            return kind(**given)
        except IllegalValue as error:
            return self._wrong(path, str(error))

    def _value(self, hint: Any, told: Any, path: str) -> Any:
        options = get_args(hint) if get_origin(hint) is types.UnionType else (hint,)
        if told is None and type(None) in options:
            return None
        [kind] = [one for one in options if one is not type(None)]
        if get_origin(kind) is tuple:
            if not isinstance(told, list):
                return self._wrong(path, "is not a list")
            part = get_args(kind)[0]
            return tuple(self._value(part, one, f"{path}[{_place(one, at)}]") for at, one in enumerate(told))
        if is_dataclass(kind):
            return self.noun(kind, told, path)  # type: ignore[arg-type]
        try:
            value = msgspec.convert(told, kind)
        except msgspec.ValidationError as error:
            return self._wrong(path, _plainly(error))
        if isinstance(value, datetime) and value.tzinfo is None:
            return self._wrong(path, "is a time without a zone: end it with Z")
        return value

    def _wrong(self, path: str, says: str) -> None:
        self._problems.append(FileProblem(path, says))


def _place(told: Any, at: int) -> str:
    for name in ("code", "mode", "event", "field"):
        if isinstance(told, dict) and isinstance(key := told.get(name), str) and key:
            return key[:80]
    return str(at + 1)


def _unknown(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return "is no field here" + (f"; did you mean {close[0]}?" if close else "")


def _plainly(error: msgspec.ValidationError) -> str:
    text = str(error)
    return f"is not as it should be: {text[0].lower()}{text[1:]}" if text else "is not as it should be"


# --- the published schema ---------------------------------------------------------------------------------------


def schema_bytes() -> bytes:
    """JSON Schema 2020-12 of the file, with what each field asks for."""
    schema = msgspec.json.schema(SchemeFile)
    for name, kind in _kinds():
        part = schema["$defs"].get(name)
        if part is None:
            continue
        part["additionalProperties"] = False
        part["description"] = (kind.__doc__ or "").strip().split("\n")[0]
        for one in fields(kind):
            if "says" in one.metadata:
                part["properties"][one.name]["description"] = _asks(one.metadata)
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scheme of Custodiet as one JSON document",
        **schema,
    }
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=2) + b"\n"


def _asks(metadata: Any) -> str:
    needed = "needed before anything rests on it" if metadata["must"] else "may stay empty"
    return f"{metadata['says']}; {needed}; {metadata['who'].value} can supply it"


def _kinds() -> Iterator[tuple[str, type]]:
    yield "SchemeFile", SchemeFile
    for module in (register_nouns, dpia_nouns):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and is_dataclass(kind):
                yield name, kind
