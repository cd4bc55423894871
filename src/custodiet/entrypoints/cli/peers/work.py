"""The same work for every peer: lines of NDJSON, people with zones, and what it means to be done with a batch."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from math import cos, pi, radians, sin
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from custodiet.simulation.load import Crowd
from custodiet.simulation.town import offset

CIRCLE_SIDES = 32
"""A circle is a polygon of so many sides to whoever has no circles."""


class Absent(Exception):
    """A peer cannot be had on this machine; its text says why."""


class Zone(NamedTuple):
    """One zone of one person, by their number. `ring`: (longitude, latitude), the first again at the end."""

    person: int
    ring: tuple[tuple[float, float], ...]
    lat: float
    lon: float
    radius_m: float
    """Of the circle around its middle that touches the corners: for whoever has circles only."""

    @property
    def wkt(self) -> str:
        """As well-known text."""
        return "POLYGON((" + ",".join(f"{lon:.7f} {lat:.7f}" for lon, lat in self.ring) + "))"


class Row(NamedTuple):
    """One position."""

    person: int
    at_ms: int
    lat: float
    lon: float
    accuracy_m: float


NOTHING_MORE = "no accuracy, no dwell, no decision asked, nothing sealed, nothing accounted for"
"""What whoever only tells who enters and leaves does not do."""


@dataclass(frozen=True, slots=True)
class Taking:
    """A peer that is ready. `take` returns once a batch is judged and stored as well as the peer stores anything."""

    take: Callable[[Sequence[Row]], object]
    crossings: Callable[[], int]
    """How often somebody was found to have entered or left since the beginning; the first sighting counts, too."""
    server: int | None = None
    """The process whose CPU counts beside ours, with all its children."""


class Work:
    """The zones of a crowd, and its lines as rows."""

    def __init__(self, crowd: Crowd) -> None:
        self._person = {serial: number for number, serial in enumerate(crowd.serials)}
        self.people = len(crowd.serials)
        self.zones = [
            _zone(person, geometry) for person in range(self.people) for _, geometry in crowd.zones_of(person)
        ]
        self._decoder = msgspec.json.Decoder(_Forwarded)

    def rows(self, lines: Sequence[bytes]) -> list[Row]:
        """Decoded by the quickest means there is, and counted as the peer's: each has to read what it is sent."""
        person = self._person
        return [
            Row(person[one.device.uniqueId], _ms(at.fixTime), at.latitude, at.longitude, at.accuracy)
            for one in self._decoder.decode_lines(b"\n".join(lines))
            for at in (one.position,)
        ]


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to do it."""

    name: str
    does: str
    lacks: str
    batch: int
    """Positions at a time, at most: what suits it best."""
    round: int
    """Positions in a round, at most, which are those of the same people each time."""
    open: Callable[[Work, Path], AbstractContextManager[Taking]]
    """With an empty folder of its own. Raises Absent."""


def module(name: str) -> Any:
    """A Python package of a peer's. Raises Absent."""
    try:
        return import_module(name)
    except ImportError:
        raise Absent(f"Python's {name} is not installed") from None


def program(name: str, folders: Iterator[Path] | None = None) -> str:
    """A program of a peer's. Raises Absent."""
    found = shutil.which(name) or next((str(one / name) for one in folders or () if (one / name).exists()), None)
    if found is None:
        raise Absent(f"{name} is not installed")
    return found


class _Position(msgspec.Struct, gc=False):
    fixTime: datetime  # noqa: N815 - Traccar's own name
    latitude: float
    longitude: float
    accuracy: float


class _Device(msgspec.Struct, gc=False):
    uniqueId: str  # noqa: N815 - as above


class _Forwarded(msgspec.Struct, gc=False):
    position: _Position
    device: _Device


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _zone(person: int, geometry: dict[str, Any]) -> Zone:
    if geometry["type"] == "Point":
        (lon, lat), radius_m = geometry["coordinates"], float(geometry["radius_m"])
        corners = [2 * pi * number / CIRCLE_SIDES for number in range(CIRCLE_SIDES)]
        around = [offset(lat, lon, radius_m * cos(angle), radius_m * sin(angle)) for angle in corners]
        ring = tuple((east, north) for north, east in around)
        return Zone(person, (*ring, ring[0]), lat, lon, radius_m)
    ring = tuple((float(lon), float(lat)) for lon, lat in geometry["coordinates"][0])
    lon = sum(east for east, _ in ring[:-1]) / (len(ring) - 1)
    lat = sum(north for _, north in ring[:-1]) / (len(ring) - 1)
    metres = 111_320.0
    reach_m = max(
        (((north - lat) * metres) ** 2 + ((east - lon) * metres * cos(radians(lat))) ** 2) ** 0.5
        for east, north in ring
    )
    return Zone(person, ring, lat, lon, reach_m)
