"""What the API takes of hearing, screening and telling a person. As in bodies.py: no field is passed over."""

from typing import Annotated

import msgspec

from custodiet.entrypoints.api.bodies import TEXT_MAX, At, Text
from custodiet.model.language import LANGUAGES
from custodiet.model.notice import How, Understood, WhyDeclined
from custodiet.model.representation import Reply
from custodiet.model.screening import Adjustment, Hit, Question

REASON_MAX = 400
"""Of one answer of a screening, as on its page: all of them have room in one sealed size."""
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]
Tag = Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(one.tag for one in LANGUAGES)})$")]


class Invite(msgspec.Struct, forbid_unknown_fields=True):
    """The person was asked to say what they think. `until_at` null: in person, and they had nothing to add."""

    until_at: At | None = None


class Represent(msgspec.Struct, forbid_unknown_fields=True):
    """What the person, or someone for them, said, in their words. Sealed before it is kept."""

    text: Said


class AnswerRepresentation(msgspec.Struct, forbid_unknown_fields=True):
    """What became of it, and why. `reasons` are sealed before they are kept."""

    reply: Reply
    reasons: Said


class AnswerOf(msgspec.Struct, forbid_unknown_fields=True):
    """One question's. A yes and a not-known say what is done otherwise, or why nothing is."""

    answer: Hit
    adjustments: Annotated[list[Adjustment], msgspec.Meta(max_length=len(Adjustment))] = []
    reason: Annotated[str, msgspec.Meta(max_length=REASON_MAX)] = ""


class Screen(msgspec.Struct, forbid_unknown_fields=True):
    """A screening, whole: every question. All that was answered is sealed before it is kept."""

    answers: dict[Question, AnswerOf]


class GiveNotice(msgspec.Struct, forbid_unknown_fields=True):
    """That the person was given the notice. `notice_sha256`: of the text that was before whoever gave it.

    `how`: on a page or print in English or an approved language, by an approved recording, or by an interpreter in any.
    `understood`: what came of asking them to say it in their own words. `why`: with `declined`, and only then.
    `words`: who interpreted, or what was said; sealed before it is kept. An interpreter is always named.
    """

    notice_sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    language: Tag
    how: How
    understood: Understood
    why: WhyDeclined | None = None
    words: Text = ""
