"""What a map in OpenStreetMap's own format says is somewhere, as boxes. Names and tags stay here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import file_digest
from pathlib import Path

import osmium

from custodiet.model.errors import NotTheFormat
from custodiet.model.shape import Box


def boxes_in(file: Path, keys: Iterable[str], wanted: Callable[[Mapping[str, str]], bool]) -> Iterator[Box]:
    """A box around each thing that is wanted by its tags: a point, an area, or a line. `keys`: those asked about.

    Raises NotTheFormat for what is no such map.
    """
    try:
        found = osmium.FileProcessor(str(file)).with_areas().with_filter(osmium.filter.KeyFilter(*keys))
        for one in found:
            if not wanted(dict(one.tags)):
                continue
            if isinstance(one, osmium.osm.Node):
                yield Box(*_e7(one.location), *_e7(one.location))
            elif isinstance(one, osmium.osm.Area):
                yield from _around(node for ring in one.outer_rings() for node in ring)
            elif isinstance(one, osmium.osm.Way):
                yield from _around(one.nodes)
    except (RuntimeError, OSError, ValueError):
        raise NotTheFormat("not a map in OpenStreetMap's format, or one that is broken off") from None


def digest_of(file: Path) -> bytes:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").digest()


def _e7(location: osmium.osm.Location) -> tuple[int, int]:
    return location.y, location.x


def _around(nodes: Iterable[osmium.osm.NodeRef]) -> Iterator[Box]:
    """A box; none where nothing says where. An outline that crosses itself is no area, but its line comes besides."""
    found = [_e7(node.location) for node in nodes if node.location.valid()]
    if found:
        lats, lons = zip(*found, strict=True)
        yield Box(min(lats), min(lons), max(lats), max(lons))
