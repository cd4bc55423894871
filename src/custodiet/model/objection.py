"""A refusal as a value: what stands against a rung, and the rung that would pass now."""

from dataclasses import dataclass

from custodiet.model.mode import MODES, ModeCode


@dataclass(frozen=True, slots=True)
class Objection:
    """One rule against a rung. `code` is stable; `about` says of what; `instead` is the rung that is ready now."""

    code: str
    missing: str
    about: str = ""
    instead: ModeCode = ModeCode.NONE

    def __str__(self) -> str:
        about = f" ({self.about})" if self.about else ""
        return f"{self.code}{about}: {self.missing}; rung {MODES[self.instead].rung} is ready to start instead"
