"""What a sender is told: whole answers, as every way of asking gives them."""

from dataclasses import dataclass
from functools import cache, cached_property

import msgspec

from custodiet.model.report import Answer, Outcome, Reason

_JSON = b"application/json"
_NDJSON = b"application/x-ndjson"
_TEXT = b"text/plain; version=0.0.4; charset=utf-8"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Response:
    """A whole answer."""

    status: int
    body: bytes
    kind: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @cached_property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """Every header of ours, in the order in which they are sent."""
        return [
            (b"content-type", self.kind),
            (b"content-length", str(len(self.body)).encode()),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]

    @cached_property
    def lines(self) -> bytes:
        """The same as they are written."""
        return b"".join(b"%b: %b\r\n" % field for field in self.fields)

    @cached_property
    def is_last(self) -> bool:
        """Whether the connection is not kept after it."""
        return (b"connection", b"close") in self.headers


class Turned(Exception):
    """A request ends here with this answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def refusal(status: int, error: str, *headers: tuple[bytes, bytes]) -> Response:
    """Why not."""
    return Response(status, _encode({"error": error}), _JSON, headers)


def told(**said: object) -> Response:
    """How we are."""
    return Response(200 if said["ok"] else 503, _encode(said))


def page(text: bytes) -> Response:
    """Counts, as Prometheus reads them."""
    return Response(200, text, _TEXT)


def of_one(route: str, answer: Answer) -> Response:
    """What one report is answered with."""
    return _of_one(route, answer.outcome, answer.shown)


def of_lines(answers: list[Answer]) -> Response:
    """What a batch is answered with."""
    # Nearly all are one and the same object: words are found once for each.
    said = {id(one): _line(one.outcome, one.shown) for one in {id(one): one for one in answers}.values()}
    return Response(200, b"".join(map(said.__getitem__, map(id, answers))), _NDJSON)


@cache
def _of_one(route: str, outcome: Outcome, shown: Reason | None) -> Response:
    """The OwnTracks apps want a list of friends, and read no outcome."""
    if route != "owntracks":
        return Response(200, _said(outcome, shown))
    headers = [(b"x-outcome", outcome.value.encode())]
    if shown is not None:
        headers.append((b"x-reason", shown.value.encode()))
    return Response(200, b"[]", _JSON, tuple(headers))


@cache
def _line(outcome: Outcome, shown: Reason | None) -> bytes:
    return _said(outcome, shown) + b"\n"


def _said(outcome: Outcome, shown: Reason | None) -> bytes:
    said = {"outcome": outcome.value}
    if shown is not None:
        said["reason"] = shown.value
    return _encode(said)
