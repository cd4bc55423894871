"""What the API answers of hearing, screening and telling a person. As in answers.py: no name, no place, no text of a
case but the reasons of a screening, for whoever assesses it.
"""

import msgspec

from custodiet.entrypoints.api.answers import At, LeftOut
from custodiet.entrypoints.api.problem import Objection
from custodiet.model.notice import How, Understood, WhyDeclined
from custodiet.model.representation import Reply
from custodiet.model.screening import Adjustment, Hit, Question


class Invited(msgspec.Struct):
    """The first time that the person was asked. Nothing is decided before `until_at`, unless they answer sooner."""

    at: At
    by: str
    until_at: At


class RepresentationLine(msgspec.Struct):
    """One representation without its words. `answered_at` null: it waits, until `due_at` at the latest."""

    id: str
    at: At
    recorded_by: str
    due_at: At
    answered_at: At | None
    answered_by: str | None
    reply: Reply | None


class Hearing(msgspec.Struct):
    """What a case has of being heard, the newest first. `invited` null: nobody asked. None said is neutral."""

    at: At
    invited: Invited | None
    representations: list[RepresentationLine]
    left_out: LeftOut


class Represented(msgspec.Struct):
    """What was said is recorded, and answered by this name."""

    id: str


class AnswerLine(msgspec.Struct):
    """One question's. `reason` null: there is none, or it is not for the asker to read here."""

    question: Question
    answer: Hit
    adjustments: list[Adjustment]
    has_reason: bool
    reason: str | None


class ScreeningShown(msgspec.Struct):
    """The newest screening of a case, opened. `id` null: there is none; `answers` null: there is none, or it is erased.

    `list_version`: of the questions. `english`: whether a notice in English will do, as far as is known.
    """

    at: At
    id: str | None
    screened_at: At | None
    screened_by: str | None
    list_version: str | None
    english: bool
    answers: list[AnswerLine] | None


class ScreeningTaken(msgspec.Struct):
    """The screening that was recorded."""

    id: str


class RecordingLine(msgspec.Struct):
    """What people hear of a language's text: approved, and of the notice as it is."""

    id: str
    length_s: int
    sha256: str


class LanguageLine(msgspec.Struct):
    """A language in which the text may reach a person. `direction`: in which it is written.

    `pseudo`: made by machine, for made-up schemes; nobody speaks it, so what is heard in it is no voice.
    """

    tag: str
    name: str
    own_name: str
    direction: str
    pseudo: bool
    recording: RecordingLine | None


class ServedLine(msgspec.Struct):
    """One giving of the notice. `current`: of the text as it is now."""

    id: str
    at: At
    by: str
    language: str
    how: How
    understood: Understood
    why: WhyDeclined | None
    current: bool


class CaseNotice(msgspec.Struct):
    """Whether a person was told what the notice says now, and in which languages it can be given; the newest first.

    `why_not` null: they were. `english`: whether English will do for this person, as far as is known.
    """

    at: At
    notice_sha256: str
    told: bool
    why_not: Objection | None
    english: bool
    languages: list[LanguageLine]
    served: list[ServedLine]
    left_out: LeftOut


class NoticeSection(msgspec.Struct):
    """A part of the notice, each paragraph by itself; plain text. `layer`: the first is on one page."""

    code: str
    layer: int
    title: str
    lines: list[str]


class NoticeText(msgspec.Struct):
    """The notice to be read out, shown or printed. `language`: of this text; English where `wanted` is not approved.

    `interpreter` null: the register says nothing of how one is called.
    """

    at: At
    notice_sha256: str
    wanted: str
    language: str
    direction: str
    title: str
    sections: list[NoticeSection]
    sender: str
    interpreter: str | None
    made_up: bool


class NoticeGiven(msgspec.Struct):
    """It is recorded. `told`: whether that is enough for monitoring to begin; `why_not`: what is missing if not."""

    id: str
    told: bool
    why_not: Objection | None
