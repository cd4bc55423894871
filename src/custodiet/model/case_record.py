"""A case's record, opened: what stands sealed in it. Held in memory for whoever looks, and kept nowhere."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.alert import StatementKind
from custodiet.model.condition import ConditionKind
from custodiet.model.identity import ActorId, CaseId, ConditionId, DecisionId, LookUpId


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of a decision that is in force, paused or proposed; `geometry` is GeoJSON."""

    condition_id: ConditionId
    decision_id: DecisionId
    kind: ConditionKind
    geometry: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A dated fact that someone stated, with their words."""

    kind: StatementKind
    since_at: datetime
    stated_at: datetime
    stated_by: ActorId
    words: str


@dataclass(frozen=True, slots=True)
class LookUpWhy:
    """Why a look-up that waits for a second person was asked for, in words."""

    look_up_id: LookUpId
    words: str


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What is sealed of one case. `name` is None for someone who was never named, or is erased."""

    case_id: CaseId
    name: str | None
    zones: tuple[Zone, ...] = ()
    notes: tuple[Note, ...] = ()
    whys: tuple[LookUpWhy, ...] = ()
