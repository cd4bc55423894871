"""Records of notices and of their translations. As in model/record.py: fields are only added, at the end."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId, TranslationId
from custodiet.model.notice import Served, Translation


@dataclass(frozen=True, slots=True)
class NoticeServed:
    """The notice was given to a person, or tried to."""

    served: Served


@dataclass(frozen=True, slots=True)
class TranslationDrafted:
    """A notice in another language, that nobody has checked yet."""

    translation: Translation


@dataclass(frozen=True, slots=True)
class TranslationChecked:
    """A translator has read it beside the English. `qualification` is theirs, in their words."""

    translation_id: TranslationId
    at: datetime
    by: ActorId
    qualification: str


@dataclass(frozen=True, slots=True)
class TranslationApproved:
    """Someone else than its drafter and its checker lets it reach people."""

    translation_id: TranslationId
    at: datetime
    by: ActorId
