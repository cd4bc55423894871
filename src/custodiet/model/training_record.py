"""Records of training. As in model/record.py: fields are only added, at the end."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.identity import ActorId


@dataclass(frozen=True, slots=True)
class TrainingRecorded:
    """An account was trained for what its role does, as an administrator says. How long it holds, the register says."""

    actor: ActorId
    trained_at: datetime
    by: ActorId
    at: datetime
