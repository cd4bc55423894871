"""A place of a person's own as it is sealed: two whole numbers, and as long wherever it is."""

import struct

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import PersonId
from custodiet.model.shape import Box

_POINT = struct.Struct(">ii")
_LAT_MAX_E7, _LON_MAX_E7 = 900_000_000, 1_800_000_000


def own_place_context(person_id: PersonId) -> bytes:
    """The context of a sealed place (HPKE info)."""
    return b"custodiet/own-place/v1\0" + person_id.encode()


def pack_own_place(lat_e7: int, lon_e7: int) -> bytes:
    """Degrees times ten million. Raises IllegalValue for what is not on the globe; the text quotes nothing of it."""
    if not (abs(lat_e7) <= _LAT_MAX_E7 and abs(lon_e7) <= _LON_MAX_E7):
        raise IllegalValue("a place that is not on the globe")
    return _POINT.pack(lat_e7, lon_e7)


def unpack_own_place(plain: bytes) -> Box:
    """The inverse of pack_own_place. Raises NotTheFormat for what is none."""
    if len(plain) != _POINT.size:
        raise NotTheFormat("a sealed place that is none")
    lat_e7, lon_e7 = _POINT.unpack(plain)
    return Box(lat_e7, lon_e7, lat_e7, lon_e7)
