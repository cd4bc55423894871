"""Words: what a person or a device said that holds no place, and is kept as it was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.identity import ConditionId, DecisionId, FittingId
from custodiet.model.mode import Category, Kind


class Said(StrEnum):
    """What a word says. Stored: never reuse or rename one."""

    ENTERED = "entered"
    LEFT = "left"
    CHECKED_IN = "checked_in"
    IN_AREA = "in_area"
    NOT_IN_AREA = "not_in_area"
    CANNOT_TELL = "cannot_tell"


WORD_CATEGORY = {Kind.TRANSITION: Category.EVENTS, Kind.CHECK_IN: Category.OUTCOMES}
"""Under which category, and so under which retention rule, a word is kept."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `at`: when the device says it was. `condition_id`: the zone that was crossed; None for a check-in."""

    fitting_id: FittingId
    decision_id: DecisionId
    at: datetime
    kind: Kind
    said: Said
    condition_id: ConditionId | None = None
