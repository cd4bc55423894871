"""Breaking the glass: one look without a second person beforehand, since a life is in danger (R22; Art 6(1)(d)).

Narrow, seldom and seen: two hours at most, once an entry, a few a day; the data protection officer is asked at once and
says within a day whether it was needed, and the person sees all of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId, CaseId, GlassId
from custodiet.model.look_up import Precision, Tried

WINDOW_MAX = timedelta(hours=2)
"""It opens no more than so long a window."""
BACK_MAX = timedelta(hours=24)
"""And none that begins longer ago: who is in danger now is not found by where they were last week."""
SHOWN_FOR = timedelta(hours=2)
"""After so long the page clears itself."""
ASSESS_WITHIN = timedelta(hours=24)
"""So soon the data protection officer says whether it was needed."""
A_DAY = timedelta(hours=24)
BY_ONE_MAX, ABOUT_ONE_MAX = 3, 6
"""How many in any 24 hours: by one account, and about one person by whomever."""


class Danger(StrEnum):
    """Whose life is in danger. Stored: never reuse or rename one."""

    TO_THEM = "to_them"
    TO_ANOTHER = "to_another"


@dataclass(frozen=True, slots=True)
class Glass:
    """One such look, as it is recorded before anything opens."""

    id: GlassId
    case_id: CaseId
    danger: Danger
    why_sealed: bytes
    tried: tuple[Tried, ...]
    window: Interval
    precision: Precision
    by: ActorId
    at: datetime

    @property
    def assess_by(self) -> datetime:
        """By when the data protection officer is to have said whether it was needed."""
        return self.at + ASSESS_WITHIN

    @property
    def clears_at(self) -> datetime:
        """When what it showed is shown no longer."""
        return self.at + SHOWN_FOR


@dataclass(frozen=True, slots=True)
class Broken:
    """Such a look as it stands. `assessed_at` None: nobody has said whether it was needed."""

    glass: Glass
    assessed_at: datetime | None = None
    assessed_by: ActorId | None = None
    upheld: bool | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether nobody said so in time."""
        return self.assessed_at is None and self.glass.assess_by <= now
