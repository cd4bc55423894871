"""Who may open which page: the seam into which the permissions for acts of people are plugged.

Until they are rules of the store, it is this table of functions; a page asks `require` and nothing else.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId

_CASEWORK = frozenset({"caseworker", "authorising_officer", "data_protection_officer", "auditor"})
MAY: dict[str, frozenset[str]] = {
    "see_cases": _CASEWORK,
    "see_standing": _CASEWORK | {"administrator", "operator"},
}
_SAID = {
    "see_cases": "see the list of cases or open one",
    "see_standing": "see how things stand",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason of a refusal: a stable code, which fact is missing, what would pass."""

    code: str
    missing: str
    instead: str


class Refused(NotPermitted):
    """A refusal with its reasons apart, for a page."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        super().__init__("; ".join(f"{one.code}: {one.missing}" for one in objections))
        self.objections = objections


def actor_of(request: HttpRequest) -> ActorId:
    """Who acts: the one actor that the account speaks for."""
    return ActorId(request.user.actor)


def functions_of(request: HttpRequest) -> tuple[str, ...]:
    """What they may act as, asked anew for every page."""
    of_store = settings.PLACE.functions
    return tuple(request.user.functions) if of_store is None else of_store(actor_of(request))


def may(request: HttpRequest, act: str) -> bool:
    """Whether this act is theirs."""
    return not MAY[act].isdisjoint(functions_of(request))


def require(request: HttpRequest, act: str) -> None:
    """Raises Refused unless this act is theirs."""
    if not may(request, act):
        theirs = ", ".join(one.replace("_", " ") for one in sorted(MAY[act]))
        raise Refused(
            (
                Objection(
                    code="no_function",
                    missing=f"To {_SAID[act]}, you must act as one of: {theirs}. No such function is recorded for you.",
                    instead="Ask an administrator to record your function. Until then, your account page is open.",
                ),
            )
        )
