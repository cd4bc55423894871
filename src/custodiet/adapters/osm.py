"""What a map in OpenStreetMap's own format says is somewhere, as boxes and as lines. Names and tags stay here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Protocol

import osmium

from custodiet.model.errors import NotTheFormat
from custodiet.model.shape import Box
from custodiet.model.streets import Drawn, Line

_Thing = osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area | osmium.osm.Changeset


class DrawnAs(Protocol):
    """What a line with these tags, or the edge of an area, is drawn as; None: not at all."""

    def __call__(self, tags: Mapping[str, str], *, is_area: bool) -> Drawn | None: ...


def boxes_in(file: Path, keys: Iterable[str], wanted: Callable[[Mapping[str, str]], bool]) -> Iterator[Box]:
    """A box around each thing that is wanted by its tags: a point, an area, or a line. `keys`: those asked about.

    Raises NotTheFormat for what is no such map.
    """
    with _reading(file, keys) as found:
        for one in found:
            if not wanted(dict(one.tags)):
                continue
            if isinstance(one, osmium.osm.Node):
                yield Box(*_e7(one.location), *_e7(one.location))
            elif isinstance(one, osmium.osm.Area):
                yield from _around(node for ring in one.outer_rings() for node in ring)
            elif isinstance(one, osmium.osm.Way):
                yield from _around(one.nodes)


def lines_in(file: Path, keys: Iterable[str], drawn_as: DrawnAs) -> Iterator[tuple[Drawn, Line]]:
    """Each line, and each edge of an area made of several, that is drawn as something by its tags.

    Raises NotTheFormat for what is no such map.
    """
    with _reading(file, keys) as found:
        for one in found:
            drawn = drawn_as(dict(one.tags), is_area=isinstance(one, osmium.osm.Area))
            if drawn is not None:
                yield from ((drawn, line) for line in map(_line, _lines_of(one)) if len(line) > 1)


def digest_of(file: Path) -> bytes:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").digest()


@contextmanager
def _reading(file: Path, keys: Iterable[str]) -> Iterator[Iterable[_Thing]]:
    try:
        yield osmium.FileProcessor(str(file)).with_areas().with_filter(osmium.filter.KeyFilter(*keys))
    except (RuntimeError, OSError, ValueError):
        raise NotTheFormat("not a map in OpenStreetMap's format, or one that is broken off") from None


def _lines_of(one: _Thing) -> Iterator[Iterable[osmium.osm.NodeRef]]:
    """A line; of an area that is made of several its edges. One that is a line that closes comes as that line."""
    if isinstance(one, osmium.osm.Way):
        yield one.nodes
    elif isinstance(one, osmium.osm.Area) and not one.from_way():
        for ring in one.outer_rings():
            yield ring
            yield from one.inner_rings(ring)


def _line(nodes: Iterable[osmium.osm.NodeRef]) -> Line:
    return tuple(_e7(node.location) for node in nodes if node.location.valid())


def _e7(location: osmium.osm.Location) -> tuple[int, int]:
    return location.y, location.x


def _around(nodes: Iterable[osmium.osm.NodeRef]) -> Iterator[Box]:
    """A box; none where nothing says where. An outline that crosses itself is no area, but its line comes besides."""
    found = [_e7(node.location) for node in nodes if node.location.valid()]
    if found:
        lats, lons = zip(*found, strict=True)
        yield Box(min(lats), min(lons), max(lats), max(lons))
