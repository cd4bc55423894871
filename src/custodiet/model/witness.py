"""What a witness is to us: somebody else's key and where they answer; and what they last signed for us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNSEEN_MAX = timedelta(minutes=10)
"""How old what witnesses have signed may be, unless it is set otherwise, before nobody looks at anyone any more."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness: what a policy calls it, its verifier's key, the address it answers at (None: it is not asked)."""

    name: str
    vkey: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that enough witnesses have signed: over how many entries, and since when enough had."""

    size: int
    at: datetime
