"""The fields of a register or an assessment, walked: where each stands, what it holds, what it asks for.

A path names the parts of a list by their code: `purposes[contact].basis`. A pattern is the same with `[]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from custodiet.model.asked import Who


@dataclass(frozen=True, slots=True)
class Held:
    """One field: what holds it, its place, what it holds, and what it asks for."""

    path: str
    pattern: str
    value: Any
    owner: Any
    says: str
    who: Who
    must: bool

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in. A zero and a no are something."""
        return is_empty(self.value)


def is_empty(value: Any) -> bool:
    """Whether a field holds nothing: blank text, no parts, or unknown."""
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def walk(noun: Any, path: str = "", pattern: str = "") -> Iterator[Held]:
    """Every field that asks for something, in the order they are declared; parts of lists after the list."""
    for one in fields(noun):
        value = getattr(noun, one.name)
        place, form = f"{path}{one.name}", f"{pattern}{one.name}"
        if "says" in one.metadata:
            asks = one.metadata
            yield Held(place, form, value, noun, asks["says"], asks["who"], asks["must"])
        if is_dataclass(value):
            yield from walk(value, f"{place}.", f"{form}.")
        elif isinstance(value, tuple):
            for number, part in enumerate(value):
                if is_dataclass(part):
                    yield from walk(part, f"{place}[{key_of(part, number)}].", f"{form}[].")


def key_of(part: Any, number: int) -> str:
    """What a part of a list is called: its code, mode, category, event or field; or its number, from 1."""
    for name in ("code", "mode", "event", "field"):
        if (key := getattr(part, name, None)) is not None:
            return str(key)
    if hasattr(part, "stage"):
        return f"{part.category}-{part.stage}-{part.operation}-{part.purpose}-{part.people}"
    if isinstance(key := getattr(part, "category", None), str):
        return key
    return str(number + 1)
