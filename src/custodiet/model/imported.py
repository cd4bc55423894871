"""Where a case came from that nobody typed in: which file, which line of it, who had it taken in, and when."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, CaseId


@dataclass(frozen=True, slots=True)
class Imported:
    """The provenance of one case. `file_sha256`: of the whole file; `line`: counted from 1, the heading among them."""

    case_id: CaseId
    file_sha256: bytes
    line: int
    imported_at: datetime
    imported_by: ActorId

    def __post_init__(self) -> None:
        if len(self.file_sha256) != 32 or self.line < 2:
            raise IllegalValue("a case comes from a line of a file, after its heading")
