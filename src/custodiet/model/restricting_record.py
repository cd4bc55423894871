"""Records of rights that are restricted; the rest is in model/record.py."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId, RestrictionId
from custodiet.model.restricting import Restriction, RestrictionStep


@dataclass(frozen=True, slots=True)
class RestrictionAsked:
    """Someone asks that a right be restricted, with the weighing. It holds nothing back yet."""

    restriction: Restriction


@dataclass(frozen=True, slots=True)
class RestrictionAnswered:
    """The data protection officer's yes or no; or the end of a restriction before its date."""

    restriction_id: RestrictionId
    step: RestrictionStep
    by: ActorId
    at: datetime
