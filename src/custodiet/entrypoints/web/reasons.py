"""A refusal as a page shows it: each rule with its code, what is missing, and what narrower thing would pass."""

import re
from dataclasses import dataclass

from custodiet.model.errors import NotPermitted
from custodiet.model.mode import MODES
from custodiet.model.objection import Objection

_CODED = re.compile(r"(?P<code>[a-z_.]+): (?P<missing>[^;]+)(?:; (?P<instead>.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that refuses."""

    code: str | None
    missing: str
    instead: str | None


def reasons_of(error: NotPermitted) -> list[Reason]:
    """Every rule that refuses."""
    return [_reason(one) for one in error.objections or (str(error),)]


def _reason(told: object) -> Reason:
    if isinstance(told, Objection):
        about = f"{told.about.replace('_', ' ')}: " if told.about else ""
        mode = MODES[told.instead]
        return Reason(told.code, about + told.missing, f"rung {mode.rung}, {mode.title}, is ready to start now")
    coded = _CODED.fullmatch(str(told))
    if coded is None:
        return Reason(None, str(told), None)
    return Reason(coded["code"], coded["missing"], coded["instead"])
