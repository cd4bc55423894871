"""GPX tracks, decoded point by point: bytes of a file to Reports, and nothing else kept.

Source: GPX 1.0 and 1.1 (topografix.com). Read are the points of tracks (gpx/trk/trkseg/trkpt): `lat` and `lon` in
degrees, `ele` in metres, `time` in ISO 8601, which without a zone is UTC, as the format says. GPX has no accuracy. A
point without a time that can be read has no fix time, so no fix. Routes, waypoints, names, links, authors and
extensions are never read.

Raises NotTheFormat, and no other error, where the bytes stop being GPX: while the points are taken, so perhaps after
some; the text says where, never what. A document type or an entity is refused: a track needs none, and they can grow
without end. Held in memory: one piece of PIECE_BYTES and its points, DEPTH_MAX elements, one tag of TAG_BYTES_MAX, and
NAMES_MAX names of elements and attributes, of NAME_CHARACTERS_MAX each.
"""

from collections.abc import Iterator
from xml.parsers import expat

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.wire.quantities import number_of, place_of, serial_of, time_of_text

PIECE_BYTES = 64 * 1024
TAG_BYTES_MAX = 64 * 1024
DEPTH_MAX = 32
NAMES_MAX, NAME_CHARACTERS_MAX = 1000, 256
"""The parser keeps every name that it has met until its end."""
TEXT_CHARACTERS_MAX = 64
"""Of an elevation or a time; what is longer is neither."""

_SPACES = ("http://www.topografix.com/GPX/1/1 ", "http://www.topografix.com/GPX/1/0 ")
_ENCODINGS = {"utf-8", "utf-16", "us-ascii", "iso-8859-1"}
"""What the parser reads by itself; any other would be looked up among Python's."""
_POINT = ["gpx", "trk", "trkseg", "trkpt"]
_TEXTS = {"ele", "time"}


def read_gpx(data: bytes, serial: str) -> Iterator[Report]:
    """The points of a file's tracks, in its order."""
    reader = _Reader(serial_of(serial))
    for start in range(0, len(data), PIECE_BYTES):
        yield from reader.read(data[start : start + PIECE_BYTES])
    yield from reader.read(b"", last=True)


class _Reader:
    def __init__(self, serial: str) -> None:
        self._serial = serial
        self._path: list[str] = []
        self._names: set[str] = set()
        self._place: tuple[int, int] | None = None
        self._texts: dict[str, str] = {}
        self._reports: list[Report] = []
        self._bytes_read = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type
        self._parser.EntityDeclHandler = self._refuse_document_type
        self._parser.StartElementHandler = self._begun
        self._parser.EndElementHandler = self._ended
        self._parser.CharacterDataHandler = self._said

    def read(self, piece: bytes, *, last: bool = False) -> list[Report]:
        """The points that end in this piece."""
        self._reports = []
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, LookupError, ValueError):
            raise NotTheFormat(f"not XML: {self._where()}") from None
        self._bytes_read += len(piece)
        if self._bytes_read - self._parser.CurrentByteIndex > TAG_BYTES_MAX:
            raise NotTheFormat(f"a tag of more than {TAG_BYTES_MAX} bytes: {self._where()}")
        return self._reports

    def _where(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    # --- what the parser meets ---

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise NotTheFormat("XML in an encoding that is not UTF-8, UTF-16, ASCII or Latin-1")

    def _refuse_document_type(self, *_: object) -> None:
        raise NotTheFormat(f"a document type, which GPX has none of: {self._where()}")

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= DEPTH_MAX:
            raise NotTheFormat(f"more than {DEPTH_MAX} elements deep: {self._where()}")
        self._meet(name)
        for attribute in attributes:
            self._meet(attribute)
        self._path.append(_local(name))
        if self._path == _POINT:
            self._place = place_of(number_of(attributes.get("lat")), number_of(attributes.get("lon")))
            self._texts = {}
        elif self._path[0] != "gpx":
            raise NotTheFormat("not GPX: its outermost element is another")

    def _meet(self, name: str) -> None:
        if name in self._names:
            return
        if len(self._names) == NAMES_MAX or len(name) > NAME_CHARACTERS_MAX:
            raise NotTheFormat(
                f"more than {NAMES_MAX} names, or one of more than {NAME_CHARACTERS_MAX} characters: {self._where()}"
            )
        self._names.add(name)

    def _said(self, text: str) -> None:
        if self._path[:-1] == _POINT and self._path[-1] in _TEXTS:
            told = self._texts.get(self._path[-1], "") + text
            self._texts[self._path[-1]] = told[: TEXT_CHARACTERS_MAX + 1]

    def _ended(self, _name: str) -> None:
        if self._path == _POINT:
            self._reports.append(self._report())
        self._path.pop()

    def _report(self) -> Report:
        fix_time = time_of_text(self._texts.get("time", "").strip())
        fix = None
        if self._place is not None and fix_time is not None:
            fix = Fix(*self._place, altitude_m=number_of(self._texts.get("ele", "").strip()))
        return Report(self._serial, Kind.FIX, fix_time if fix is not None else None, fix)


def _local(name: str) -> str:
    """The name inside GPX's own spaces, or in none; another's keeps its space and so is never one of ours."""
    for space in _SPACES:
        if name.startswith(space):
            return name.removeprefix(space)
    return name
