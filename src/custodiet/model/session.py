"""What is stored of a session key, and the frames it seals."""

from dataclasses import dataclass
from datetime import date

from custodiet.model.identity import CaseId, DecisionId, FittingId, PersonId, SessionId
from custodiet.model.mode import Category


@dataclass(frozen=True, slots=True)
class Session:
    """One symmetric key: one person, decision, fitting, category, UTC day and monitor process.

    The key itself is in the monitor's memory for that day. Stored are its form sealed to the day key, which
    only the vault opens, and a commitment, so that one ciphertext cannot open under two keys (AES-GCM does not
    bind a ciphertext to its key).
    """

    id: SessionId
    person_id: PersonId
    case_id: CaseId
    decision_id: DecisionId
    fitting_id: FittingId
    category: Category
    day: date
    monitor: str
    sealed_key: bytes
    commitment: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """The sealed fixes of one ingest transaction. `directory` and `sealed` are laid out as wire/frame.py says."""

    partition: int
    number: int
    first_ms: int
    last_ms: int
    directory: bytes
    sealed: bytes
