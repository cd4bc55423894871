"""What the API takes with an act. A field that is not here is refused, so that a misspelt one is not passed over."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import Article8, AtHome, FamilyReason, Practical, Said, Selection
from custodiet.model.condition import WEEK_MIN, ConditionKind
from custodiet.model.ending import EndReason
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import Family, ModeCode
from custodiet.model.shape import VERTICES_MAX, WIDTH_MAX_M
from custodiet.rules.conditions.kinds import CONDITIONS_MAX

TEXT_MAX = 4000
NAMED_MAX = 40
RINGS_MAX = 20
"""More would not go into one body, with all their corners."""

At = Annotated[datetime, msgspec.Meta(tz=True, description="ISO 8601 with its zone; within ten years of now.")]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Names = Annotated[list[Name], msgspec.Meta(max_length=NAMED_MAX)]


class NewCase(msgspec.Struct, forbid_unknown_fields=True):
    """A person and their case, without a name. The reference says nothing of the person."""

    scheme_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class NewFact(msgspec.Struct, forbid_unknown_fields=True):
    """A fact of a case. `age`: with a fact about age, and only then. `text` is sealed before it is kept."""

    kind: FactKind
    dated: date
    age: Age | None = None
    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)] = ""


class StepDown(msgspec.Struct, forbid_unknown_fields=True):
    """To which rung; with every decision that stands higher, or on one strand."""

    mode: ModeCode
    strand: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class EndDecision(msgspec.Struct, forbid_unknown_fields=True):
    """What it is ended for."""

    reason: EndReason


class FamilyAnswered(msgspec.Struct, forbid_unknown_fields=True):
    """Why one family of lower rungs will not do for this person, and the facts of the case that say so."""

    reason: FamilyReason
    facts: Names
    text: Text = ""


class ExemptionAnswered(msgspec.Struct, forbid_unknown_fields=True):
    """Whether an exemption applies to the person. `criterion`: the ground on which it is overridden, if it is."""

    applies: bool
    criterion: Name | None = None


Degrees = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]
Ring = Annotated[list[Degrees], msgspec.Meta(min_length=4, max_length=VERTICES_MAX + 1)]


class Circle(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="Point"):
    """A GeoJSON Point, longitude first, with a further member: at most that far from it."""

    coordinates: Degrees
    radius_m: Annotated[float, msgspec.Meta(gt=0, le=WIDTH_MAX_M / 2)]


class Polygon(msgspec.Struct, forbid_unknown_fields=True, tag_field="type", tag="Polygon"):
    """A GeoJSON Polygon: an outer ring, then holes, each closed; longitude first."""

    coordinates: Annotated[list[Ring], msgspec.Meta(min_length=1, max_length=RINGS_MAX)]


class Weekly(msgspec.Struct, forbid_unknown_fields=True):
    """Minutes after local Monday 00:00, half-open; over Sunday's midnight it closes beyond 10080."""

    opens_min: Annotated[int, msgspec.Meta(ge=0, lt=WEEK_MIN)]
    closes_min: Annotated[int, msgspec.Meta(gt=0, le=2 * WEEK_MIN)]


class Once(msgspec.Struct, forbid_unknown_fields=True):
    """Half-open, and to come."""

    from_at: At
    to_at: At


class NewCondition(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked of a person, where and when. The place is sealed before it is kept, and never told again here.

    `place`: for a kind that has one, and only then. `time_zone`: whose clock weekly windows go by, such as
    Europe/London. Neither weekly nor once: always.
    """

    kind: ConditionKind
    place: Circle | Polygon | None = None
    time_zone: Name | None = None
    weekly: Annotated[list[Weekly], msgspec.Meta(max_length=NAMED_MAX)] = []
    once: Annotated[list[Once], msgspec.Meta(max_length=NAMED_MAX)] = []


NewConditions = Annotated[list[NewCondition], msgspec.Meta(max_length=CONDITIONS_MAX)]


class NewProposal(msgspec.Struct, forbid_unknown_fields=True):
    """A rung for a person, why this one and why none lower: what a page asks. Every text is sealed before it is kept.

    `with_detention`: whether it was compared with detention, too. `finding_shown`: the version of the published finding
    that the author had before them.
    """

    mode: ModeCode
    power: Name
    purposes: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=NAMED_MAX)]
    starts_at: At
    review_due_at: At
    selection: Selection
    selection_fact: Name
    families: dict[Family, FamilyAnswered]
    compared_with: Annotated[list[ModeCode], msgspec.Meta(max_length=NAMED_MAX)]
    article_8: dict[Article8, Said]
    practicality: dict[Practical, Said]
    at_home: Annotated[list[AtHome], msgspec.Meta(max_length=NAMED_MAX)]
    finding_shown: Name
    with_detention: bool = False
    ends_at: At | None = None
    exemptions: Annotated[dict[Name, ExemptionAnswered], msgspec.Meta(max_length=NAMED_MAX)] = {}
    text: Text = ""
    conditions: NewConditions = []


class ApproveProposal(msgspec.Struct, forbid_unknown_fields=True):
    """`conditions`: every condition of the proposal that was before whoever says yes."""

    conditions: Names


class NarrowProposal(msgspec.Struct, forbid_unknown_fields=True):
    """What is made instead of what was proposed; what is not said stays as it was.

    `conditions`: every condition that was before whoever says yes; `without`: those that are left out.
    """

    conditions: Names
    mode: ModeCode | None = None
    review_due_at: At | None = None
    ends_at: At | None = None
    without: Names = []


class RestateProposal(msgspec.Struct, forbid_unknown_fields=True):
    """`without`: conditions that are left out; `conditions`: those that are stated instead, or besides."""

    without: Names = []
    conditions: NewConditions = []


class ReturnProposal(msgspec.Struct, forbid_unknown_fields=True):
    """What is missing. `text` is sealed before it is kept; whoever proposed it can be told."""

    reason: ReturnReason
    text: Text
