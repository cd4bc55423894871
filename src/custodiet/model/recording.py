"""The notice as someone reads it out: kept with a language's approved text, and heard by people once it is approved."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, RecordingId, SchemeId, TranslationId
from custodiet.model.language import BY_TAG, ENGLISH


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of one text in one language. `sha256`: of the content, which a list of them leaves out.

    `notice_sha256`: the English that the text is of; `translation_id`: the text itself, None for the English.
    """

    id: RecordingId
    scheme_id: SchemeId
    language: str
    notice_sha256: bytes
    translation_id: TranslationId | None
    sha256: bytes
    length_s: int
    at: datetime
    by: ActorId
    approved_by: ActorId | None = None
    approved_at: datetime | None = None
    content: bytes = b""

    def __post_init__(self) -> None:
        if self.language not in BY_TAG:
            raise IllegalValue("a recording is in a language of the list")
        if (self.language == ENGLISH.tag) != (self.translation_id is None):
            raise IllegalValue("a recording names the translation that is read out, and English is none")
        if len(self.sha256) != 32 or self.length_s < 1:
            raise IllegalValue("a recording is named by its digest and lasts a while")


@dataclass(frozen=True, slots=True)
class RecordingKept:
    """A recording was handed in, whole. Nobody whom it is for hears it yet."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class RecordingApproved:
    """Someone else than whoever handed it in has listened to it beside its text, and lets people hear it."""

    recording_id: RecordingId
    at: datetime
    by: ActorId
