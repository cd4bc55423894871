"""Records of breaking the glass: as model/look_record.py."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.case import Task
from custodiet.model.condition import Interval
from custodiet.model.glass import Glass
from custodiet.model.identity import ActorId, GlassId
from custodiet.model.message import Message


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Somebody looks alone: the vault opens on this, once. `tasks`: the data protection officer is asked at once.

    `judged`: as of a reading. `messages`: the word that goes to their office, written with it.
    """

    glass: Glass
    tasks: tuple[Task, ...]
    judged: Interval
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class GlassAssessed:
    """The data protection officer said whether it was needed, and no more than was."""

    glass_id: GlassId
    upheld: bool
    at: datetime
    by: ActorId
    words_sealed: bytes
