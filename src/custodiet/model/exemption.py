"""Who is exempt from an operation, asked of each person. The answers are personal and stay sealed (R40)."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.errors import IllegalValue
from custodiet.model.mode import ModeCode


@dataclass(frozen=True, slots=True)
class ExemptionAnswer:
    """Whether an exemption of the register applies to this person, and on which ground it is overridden, if it is."""

    code: str
    applies: bool
    criterion: str | None = None

    def __post_init__(self) -> None:
        if self.criterion is not None and not self.applies:
            raise IllegalValue("an exemption that does not apply is not overridden")


@dataclass(frozen=True, slots=True)
class Exempted:
    """Which exemptions were asked about. `override`: which are overridden and on which grounds, sealed; else empty."""

    asked: tuple[str, ...]
    override: bytes = b""

    @property
    def overridden(self) -> bool:
        """Whether any of them applies and is overridden."""
        return bool(self.override)


@dataclass(frozen=True, slots=True)
class Overridden:
    """One exemption that was overridden, as the data protection officer is told of it: a case, a mode, when."""

    reference: str
    mode: ModeCode
    at: datetime
    stands: bool
    """Whether the decision was made, and not only proposed or refused."""
