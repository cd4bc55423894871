"""The notice: that it was given to someone, in which words; and the words in other languages than English.

What it says is made from the register (rules/documents/notice.py) and named by its digest. Nothing here is in words
but translations, which are about a scheme and nobody in it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId, NoticeId, SchemeId, TranslationId
from custodiet.model.language import BY_TAG


class How(StrEnum):
    """How a notice was given."""

    PAGE = "page"
    PRINT = "print"
    AUDIO = "audio"
    """An approved recording of the approved text was played."""
    INTERPRETER = "interpreter"


class Understood(StrEnum):
    """What came of asking the person to say in their own words what they were told (R55)."""

    YES = "yes"
    DECLINED = "declined"
    """They would not say. It is no fault of theirs, and does not block for ever."""
    NOT_YET = "not_yet"


class WhyDeclined(StrEnum):
    """Why nobody could check that it was understood, as far as it showed."""

    WOULD_NOT_SAY = "would_not_say"
    LEFT = "left"
    WANTS_ADVICE_FIRST = "wants_advice_first"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Served:
    """One giving of the notice to one person. `register`: the number of the version it was made from; 0 for none.

    `words_sealed`: who interpreted and the session's reference, or what was said, under the person's record key.
    """

    id: NoticeId
    case_id: CaseId
    notice_sha256: bytes
    register: int
    language: str
    how: How
    understood: Understood
    at: datetime
    by: ActorId
    why: WhyDeclined | None = None
    words_sealed: bytes = b""

    def __post_init__(self) -> None:
        if self.language not in BY_TAG:
            raise IllegalValue("a notice is given in a language of the list")
        if (self.understood is Understood.DECLINED) != (self.why is not None):
            raise IllegalValue("one that was declined says why, as far as it showed, and only such a one does")


class TextOf(StrEnum):
    """What a translation is of."""

    NOTICE = "notice"
    LETTER = "letter"
    """The parts of which every decision letter of a scheme is made."""
    EASY = "easy"
    """The notice in easy read: short sentences, each with its picture."""


@dataclass(frozen=True, slots=True)
class TranslatedLine:
    """One paragraph of the notice: the English it was translated from, and the text. Both plain, never markup."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in another language: drafted, checked by a named translator, approved by someone else.

    `notice_sha256`: the English it is of, whatever text that is. `qualification`: what makes the checker one, as they
    say it.
    """

    id: TranslationId
    scheme_id: SchemeId
    language: str
    notice_sha256: bytes
    lines: tuple[TranslatedLine, ...]
    by_machine: bool
    drafted_by: ActorId
    drafted_at: datetime
    checked_by: ActorId | None = None
    checked_at: datetime | None = None
    qualification: str = ""
    approved_by: ActorId | None = None
    approved_at: datetime | None = None
    of: TextOf = TextOf.NOTICE

    def __post_init__(self) -> None:
        if self.language not in BY_TAG or self.language == "en":
            raise IllegalValue("a translation is in another language of the list than English")


class Readiness(StrEnum):
    """Where a language of a scheme's notice stands. Only the approved one reaches a person."""

    MISSING = "missing"
    MACHINE_DRAFT = "machine_draft"
    DRAFT = "draft"
    CHECKED = "checked"
    APPROVED = "approved"
    STALE = "stale"
    """It was for an English text that is no longer what the register says."""
