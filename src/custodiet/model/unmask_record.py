"""Records of unmasking: each stands before anything opens, and the person sees all of them.

As in model/record.py: fields are only ever added, at the end, with a default. Words appear sealed.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId, UnmaskId
from custodiet.model.look_up import RefusedBecause
from custodiet.model.unmask import Unmask, UnmaskedReading, UnmaskYes


@dataclass(frozen=True, slots=True)
class UnmaskAsked:
    """Someone asks to see what masking hides of a window that they read."""

    unmask: Unmask


@dataclass(frozen=True, slots=True)
class UnmaskApproved:
    """Someone who neither asked for the grant nor gave it said yes."""

    yes: UnmaskYes


@dataclass(frozen=True, slots=True)
class UnmaskRefused:
    """The same person's no, with a reason."""

    unmask_id: UnmaskId
    because: RefusedBecause
    at: datetime
    by: ActorId
    words_sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class UnmaskedOpened:
    """One opening without masking: the vault opens on this, once. It looks at the window and at nothing besides."""

    reading: UnmaskedReading
