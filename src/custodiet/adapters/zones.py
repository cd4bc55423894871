"""The zone database, asked once: when a condition is signed. From then on the offsets stand in the condition."""

import zoneinfo
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from custodiet.model.condition import LocalZone, Offset
from custodiet.model.errors import IllegalValue
from custodiet.model.times import cut, from_ms, to_ms

_STEP_S = 3 * 3600
"""Two changes that undo each other within a step would be missed; the database holds none."""
_NO_PLACE = frozenset({"posix", "right", "posixrules", "localtime", "Factory"})
"""Files beside the zones: this machine's own time, or counts of seconds that are not UTC's."""


def zone_as_of(name: str, from_at: datetime, until: datetime) -> LocalZone:
    """The zone's offsets from one instant up to another (half-open), to the second, and the database's version.

    Raises IllegalValue for a name that is no zone of the database.
    """
    zone = _zone(name)
    at_s, last_s = to_ms(from_at) // 1000, (to_ms(until) - 1) // 1000
    held = _offset_s(zone, at_s)
    offsets = [Offset(cut(from_at), held)]
    while at_s < last_s:
        next_s = min(at_s + _STEP_S, last_s)
        if _offset_s(zone, next_s) != held:
            next_s = _first_other(zone, held, at_s, next_s)
            held = _offset_s(zone, next_s)
            offsets.append(Offset(from_ms(next_s * 1000), held))
        at_s = next_s
    return LocalZone(name, _version(name), tuple(offsets))


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        if name.split("/", maxsplit=1)[0] in _NO_PLACE:
            raise ValueError
        # Not from the cache: the version read beside it must be this one's.
        return zoneinfo.ZoneInfo.no_cache(name)
    except (KeyError, ValueError, OSError):
        raise IllegalValue("this is no time zone of the zone database") from None


def _offset_s(zone: zoneinfo.ZoneInfo, at_s: int) -> int:
    offset = datetime.fromtimestamp(at_s, zone).utcoffset()
    if offset is None:
        raise IllegalValue("a zone without an offset")
    return offset // timedelta(seconds=1)


def _first_other(zone: zoneinfo.ZoneInfo, held: int, low_s: int, high_s: int) -> int:
    """A second at which `held`, the offset at low_s but not at high_s, has just ceased to hold."""
    while high_s - low_s > 1:
        middle_s = (low_s + high_s) // 2
        if _offset_s(zone, middle_s) == held:
            low_s = middle_s
        else:
            high_s = middle_s
    return high_s


def _version(name: str) -> str:
    """Of the database that zoneinfo takes this zone from: a folder of the system's, or else the tzdata package."""
    for root in map(Path, zoneinfo.TZPATH):
        if (root / name).is_file():
            return _version_in(root)
    return getattr(import_module("tzdata"), "IANA_VERSION", "unknown")


def _version_in(root: Path) -> str:
    for file, prefix in (("tzdata.zi", "# version "), ("+VERSION", "")):
        try:
            with (root / file).open(encoding="utf-8") as lines:
                first = lines.readline().strip()
        except (OSError, ValueError):
            continue
        if first.startswith(prefix) and first[len(prefix) :]:
            return first[len(prefix) :]
    return "unknown"
