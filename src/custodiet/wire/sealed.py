"""What sealed bytes are bound to, so that none of them opens in another's place."""

from custodiet.model.identity import ConditionId, PersonId


def name_context(person_id: PersonId) -> bytes:
    """The context of a sealed name (HPKE info)."""
    return b"custodiet/name/v1\0" + person_id.encode()


def geometry_context(condition_id: ConditionId) -> bytes:
    """The context of sealed zone geometry (HPKE info)."""
    return b"custodiet/geometry/v1\0" + condition_id.encode()
