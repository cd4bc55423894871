"""Records of suspected misuse; the rest is in model/record.py."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId, MisuseId
from custodiet.model.misuse import Found, MisuseReport


@dataclass(frozen=True, slots=True)
class MisuseReported:
    """Someone reports suspected misuse."""

    report: MisuseReport


@dataclass(frozen=True, slots=True)
class MisuseAnswered:
    """What the data protection officer found, with reasons, sealed."""

    misuse_id: MisuseId
    found: Found
    by: ActorId
    at: datetime
    words_sealed: bytes
