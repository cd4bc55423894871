"""One route of the API as data: what it takes, what it answers, what may go wrong. The description is drawn of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from custodiet.entrypoints.api.problem import ApiProblem, problem
from custodiet.entrypoints.web.place import Place
from custodiet.model.times import cut

PAGE_DEFAULT, PAGE_MAX = 25, 100


class Read(StrEnum):
    """What a parameter's text is read as."""

    TEXT = "text"
    COUNT = "count"
    TIME = "time"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter in the query. `least`, `most`: of a count its value, of a text its length."""

    name: str
    says: str
    read: Read = Read.TEXT
    required: bool = False
    least: int = 0
    most: int = 64
    words: tuple[str, ...] = ()
    pattern: str | None = None

    def taken(self, text: str) -> Any:
        """What the text says. Raises ApiProblem."""
        match self.read:
            case Read.COUNT if text.isascii() and text.isdecimal() and len(text) < 20:
                if self.least <= int(text) <= self.most:
                    return int(text)
            case Read.TIME:
                if (at := read_time(text)) is not None:
                    return at
            case Read.WORD if text in self.words:
                return text
            case Read.TEXT if self.least <= len(text) <= self.most:
                return text
        raise bad(f"{self.name} is not what this takes: {self.says}")


def read_time(text: str) -> datetime | None:
    """A time with its zone, in UTC; None for anything else."""
    if len(text) > 40 or "T" not in text.upper():
        return None
    try:
        at = datetime.fromisoformat(text.upper())
        return None if at.tzinfo is None else cut(at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def bad(detail: str) -> ApiProblem:
    """A parameter that is not taken."""
    return ApiProblem(problem(400, "bad_parameter", detail))


LIMIT = Param(
    "limit", f"How many at most, from 1 to {PAGE_MAX}; 25 when it is not said.", Read.COUNT, most=PAGE_MAX, least=1
)

CURSOR = Param("cursor", "What the answer before gave as `next`.", most=400, least=1, pattern="^[A-Za-z0-9_=-]+$")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read."""

    request: HttpRequest
    at: datetime
    path: dict[str, str]
    query: dict[str, Any]
    body: Any = None

    @property
    def place(self) -> Place:
        found: Place = settings.PLACE
        return found

    @property
    def limit(self) -> int:
        return int(self.query.get("limit", PAGE_DEFAULT))


@dataclass(frozen=True, slots=True)
class Made:
    """An answer about something that was made, and where it is found."""

    body: Any
    location: str


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """`path`: with names in braces. `answer`: a type of answers.py, or None for one that is described by `schema`.

    `conflicts`: whether the state of a thing can stand in the way.
    """

    method: str
    path: str
    name: str
    says: str
    handler: Handler
    answer: Any
    status: int = 200
    params: tuple[Param, ...] = ()
    body: Any = None
    conflicts: bool = False
    open_to_all: bool = False
    media: str = "application/json"
    schema: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What the path names."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def acts(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status it answers with."""
        if self.open_to_all:
            return (self.status, 400)
        found = {self.status, 400, 401, 403, 503}
        if self.names:
            found.add(404)
        if self.acts:
            found |= {408, 413}
        if self.body is not None:
            found.add(415)
        if self.conflicts:
            found.add(409)
        return tuple(sorted(found))
