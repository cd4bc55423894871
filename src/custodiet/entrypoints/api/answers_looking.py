"""What the API answers of unmasking and of looking alone. As in answers.py: no place, and no words."""

from enum import StrEnum

import msgspec

from custodiet.entrypoints.api.answers import At, LeftOut
from custodiet.model.glass import Danger
from custodiet.model.look_up import Precision, RefusedBecause
from custodiet.model.unmask import Article9, NotEnough


class Answered(StrEnum):
    """How a request to unmask stands."""

    WAITS = "waits"
    APPROVED = "approved"
    REFUSED = "refused"
    OVER = "over"
    """Nobody answered before the grant ended."""


class UnmaskingLine(msgspec.Struct):
    """One request to unmask, without its reasons. `from_at`, `to_at`: of the yes, where it reaches less far."""

    id: str
    look_up_id: str
    asked_at: At
    asked_by: str
    from_at: At
    to_at: At
    not_enough: NotEnough
    condition: Article9
    answer: Answered
    answered_at: At | None
    answered_by: str | None
    refused_because: RefusedBecause | None


class Unmaskings(msgspec.Struct):
    """A case's requests to unmask, the newest first. Nothing tells whether anything was hidden."""

    at: At
    unmaskings: list[UnmaskingLine]
    left_out: LeftOut


class UnmaskAsked(msgspec.Struct):
    """It waits for a third person by this name."""

    id: str


class LookAloneLine(msgspec.Struct):
    """One look that somebody took alone, without its reason. `needed` null: nobody has said so yet."""

    id: str
    at: At
    by: str
    danger: Danger
    from_at: At
    to_at: At
    precision: Precision
    assess_by: At
    late: bool
    assessed_at: At | None
    assessed_by: str | None
    needed: bool | None


class LooksAlone(msgspec.Struct):
    """A case's looks that somebody took alone, the newest first."""

    at: At
    looks: list[LookAloneLine]
    left_out: LeftOut
