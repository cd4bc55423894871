"""What is sealed and what it is bound to, so that none of it opens in another's place."""

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import ConditionId, PersonId


def name_context(person_id: PersonId) -> bytes:
    """The context of a sealed name (HPKE info)."""
    return b"custodiet/name/v1\0" + person_id.encode()


def geometry_context(condition_id: ConditionId) -> bytes:
    """The context of sealed zone geometry (HPKE info)."""
    return b"custodiet/geometry/v1\0" + condition_id.encode()


def compact_geometry(geometry: bytes) -> bytes:
    """The same GeoJSON on one line. Raises NotTheFormat for what is no JSON object; the text quotes nothing of it."""
    try:
        return msgspec.json.encode(msgspec.json.decode(geometry, type=dict))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("zone geometry is not a JSON object") from None
