"""The accountability pack for people to read: pack.json, said in words, as HTML from which its PDF is made."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from custodiet.entrypoints.wording_deciding import said
from custodiet.entrypoints.wording_staff import said_function
from custodiet.model.assessment import Article8, FamilyReason, Said, Selection
from custodiet.model.mode import MODES, Family, ModeCode
from custodiet.model.staff import Function

NOT_KNOWN = "–"


def with_paper(files: Mapping[str, bytes], as_pdf: Callable[[str], bytes]) -> dict[str, bytes]:
    """The files of a pack, and pack.pdf. Raises Unready where no PDF can be made."""
    return {**files, "pack.pdf": as_pdf(paper_of(json.loads(files["pack.json"])))}


def paper_of(pack: Mapping[str, Any]) -> str:
    """The HTML."""
    env = Environment(
        loader=PackageLoader("custodiet.entrypoints", "papers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "at": _at,
        "known": lambda value: NOT_KNOWN if value is None else value,
        "yes": lambda value: "yes" if value else "no",
        "mode": lambda code: f"Rung {MODES[ModeCode(code)].rung}: {MODES[ModeCode(code)].title} ({code})",
        "function": lambda code: NOT_KNOWN if code is None else f"{said_function(Function(code))} ({code})",
        "fields": lambda record: list(_fields(json.loads(record))),
        "selection": _in_words(Selection),
        "family": _in_words(Family),
        "reason": _in_words(FamilyReason),
        "article_8": _in_words(Article8),
        "answer": _in_words(Said),
    }
    return env.get_template("pack.html").render(pack=pack)


def _at(text: str | None) -> str:
    """To the second; a time of a pack is UTC."""
    return NOT_KNOWN if text is None else datetime.fromisoformat(text).strftime("%-d %B %Y, %H:%M:%S UTC")


def _in_words(of: type[StrEnum]) -> Callable[[str], str]:
    """A code of a closed list in words, and the code where it is another."""
    return lambda code: code if said(of(code)) == code else f"{said(of(code))} ({code})"


def _fields(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """What a record says, field by field."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _fields(inner, (*path, name))
    elif isinstance(value, list):
        yield ", ".join(path), ", ".join(str(one) for one in value) or NOT_KNOWN
    else:
        yield ", ".join(path), NOT_KNOWN if value is None else str(value)
