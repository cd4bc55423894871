"""What is sealed and what it is bound to, so that none of it opens in another's place."""

import msgspec

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import ActorId, ConditionId, PersonId, ScreeningId
from custodiet.model.screening import Screened

Typed = tuple[tuple[str, str], ...]
"""Names of fields with what was typed into them, a name again for each value."""


def name_context(person_id: PersonId) -> bytes:
    """The context of a sealed name (HPKE info)."""
    return b"custodiet/name/v1\0" + person_id.encode()


def reach_context(person_id: PersonId) -> bytes:
    """The context of how a person is reached, as whoever opened the case wrote it (HPKE info)."""
    return b"custodiet/reach/v1\0" + person_id.encode()


def geometry_context(condition_id: ConditionId) -> bytes:
    """The context of sealed zone geometry (HPKE info)."""
    return b"custodiet/geometry/v1\0" + condition_id.encode()


def contact_context(person_id: PersonId) -> bytes:
    """The context of a sealed address (HPKE info)."""
    return b"custodiet/contact/v1\0" + person_id.encode()


def words_context(person_id: PersonId) -> bytes:
    """The context of sealed reasons and replies (HPKE info)."""
    return b"custodiet/words/v1\0" + person_id.encode()


def assessment_context(person_id: PersonId) -> bytes:
    """The context of what is written in facts, representations and assessments (HPKE info)."""
    return b"custodiet/assessment/v1\0" + person_id.encode()


def screening_context(person_id: PersonId, screening_id: ScreeningId) -> bytes:
    """The context of a screening's answers (HPKE info): none opens in the place of another of the same person."""
    return b"custodiet/screening/v2\0" + person_id.encode() + b"\0" + screening_id.encode()


def draft_context(person_id: PersonId, author: ActorId) -> bytes:
    """The context of an unfinished assessment (HPKE info): it opens as its author's and as nobody else's."""
    return b"custodiet/draft/v1\0" + person_id.encode() + b"\0" + author.encode()


GEOMETRY_BLOCK = 4096
NAME_BLOCK = 128
CONTACT_BLOCK = 512
WORDS_BLOCK = 1024
"""Bytes to whose multiple the plaintext is filled up: a sealed length must not tell its digits or letters."""
DRAFT_BLOCK = 16_384
DRAFT_BYTES_MAX = 32 * DRAFT_BLOCK
"""Of what was typed into an assessment that is not finished, filled up to a multiple of DRAFT_BLOCK."""
ANSWERS_BYTES = 16_384
"""Of a screening's answers before they are sealed, whatever they are: the length tells nothing at all."""
SEALED_ANSWERS_BYTES = ANSWERS_BYTES + 48
"""The same sealed: an X25519 key and a GCM tag more."""


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


def pack_answers(answers: tuple[Screened, ...]) -> bytes:
    """A screening's answers in ANSWERS_BYTES. Raises IllegalValue for reasons that are too long together."""
    packed = msgspec.json.encode(answers)
    if len(packed) > ANSWERS_BYTES:
        raise IllegalValue("the reasons of a screening are too long together: say them shorter")
    return _filled(packed, b" ", ANSWERS_BYTES)


def unpack_answers(plain: bytes) -> tuple[Screened, ...]:
    """The inverse of pack_answers. Raises NotTheFormat for what is none."""
    try:
        return msgspec.json.decode(plain, type=tuple[Screened, ...])
    except (msgspec.MsgspecError, IllegalValue, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("sealed answers that are none") from None


def pack_draft(typed: Typed) -> bytes:
    """What was typed, by field, filled up. Raises IllegalValue for more than DRAFT_BYTES_MAX."""
    packed = msgspec.json.encode(typed)
    if len(packed) > DRAFT_BYTES_MAX:
        raise IllegalValue("more than a draft holds")
    return _filled(packed, b" ", DRAFT_BLOCK)


def unpack_draft(plain: bytes) -> Typed:
    """The inverse of pack_draft. Raises NotTheFormat for what is none."""
    try:
        return msgspec.json.decode(plain, type=Typed)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError):
        raise NotTheFormat("a sealed draft that is none") from None


def _filled(plain: bytes, filler: bytes, block: int) -> bytes:
    return plain + filler * (-len(plain) % block)
