"""What is sealed and what it is bound to, so that none of it opens in another's place."""

import msgspec

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import ConditionId, PersonId


def name_context(person_id: PersonId) -> bytes:
    """The context of a sealed name (HPKE info)."""
    return b"custodiet/name/v1\0" + person_id.encode()


def contact_context(person_id: PersonId) -> bytes:
    """The context of how a person is reached (HPKE info)."""
    return b"custodiet/contact/v1\0" + person_id.encode()


def geometry_context(condition_id: ConditionId) -> bytes:
    """The context of sealed zone geometry (HPKE info)."""
    return b"custodiet/geometry/v1\0" + condition_id.encode()


def words_context(person_id: PersonId) -> bytes:
    """The context of sealed reasons and replies (HPKE info)."""
    return b"custodiet/words/v1\0" + person_id.encode()


def assessment_context(person_id: PersonId) -> bytes:
    """The context of what is written in facts, representations and assessments (HPKE info)."""
    return b"custodiet/assessment/v1\0" + person_id.encode()


def screening_context(person_id: PersonId) -> bytes:
    """The context of reasons in a screening, which only the case's own officers read (HPKE info)."""
    return b"custodiet/screening/v1\0" + person_id.encode()


GEOMETRY_BLOCK = 4096
NAME_BLOCK = 128
WORDS_BLOCK = 1024
"""Bytes to whose multiple the plaintext is filled up: a sealed length must not tell its digits or letters."""


def compact_geometry(geometry: bytes) -> bytes:
    """The same GeoJSON on one line, filled up with spaces to a multiple of GEOMETRY_BLOCK.

    Raises NotTheFormat for what is no JSON object; the text quotes nothing of it.
    """
    try:
        return _filled(msgspec.json.encode(msgspec.json.decode(geometry, type=dict)), b" ", GEOMETRY_BLOCK)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("zone geometry is not a JSON object") from None


def pack_words(words: str) -> bytes:
    """UTF-8, filled up with zero bytes to a multiple of WORDS_BLOCK. Raises IllegalValue for words that hold one."""
    if "\0" in words:
        raise IllegalValue("words with a zero character")
    return _filled(words.encode(), b"\0", WORDS_BLOCK)


def pack_name(name: str) -> bytes:
    """UTF-8, filled up with zero bytes to a multiple of NAME_BLOCK. Raises IllegalValue for a name that holds one."""
    if "\0" in name:
        raise IllegalValue("a name with a zero character")
    return _filled(name.encode(), b"\0", NAME_BLOCK)


def unpack_words(plain: bytes) -> str:
    """The inverse of pack_words. Raises NotTheFormat for what is no text."""
    try:
        return plain.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        raise NotTheFormat("sealed words that are no text") from None


def unpack_name(plain: bytes) -> str:
    """The inverse of pack_name. Raises NotTheFormat for what is no text."""
    try:
        return plain.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        raise NotTheFormat("a sealed name that is no text") from None


def _filled(plain: bytes, filler: bytes, block: int) -> bytes:
    return plain + filler * (-len(plain) % block)
