"""A refusal or failure as RFC 9457 problem details: one stable code for each rule, and what would pass instead.

Whoever may not know of a thing gets the very bytes of an answer about nothing.
"""

from typing import Annotated

import msgspec

from custodiet.entrypoints.web.reasons import reasons_of
from custodiet.model.errors import (
    CannotRecord,
    CustodietError,
    IllegalMove,
    IllegalValue,
    NotFound,
    NotPermitted,
    NotTheFormat,
    OpeningRefused,
    VaultUnavailable,
)

BASE = "/api/v1"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


class Objection(msgspec.Struct):
    """One rule that refuses. `instead` null: nothing narrower is known to pass."""

    code: str
    missing: str
    instead: str | None


class Problem(msgspec.Struct):
    """What went wrong. `type` and `code` say the same; every rule that refuses is an objection."""

    type: Annotated[str, msgspec.Meta(pattern="^urn:custodiet:problem:[a-z0-9_.]+$")]
    code: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_.]+$")]
    title: str
    status: int
    detail: str
    objections: list[Objection]


class ApiProblem(CustodietError):
    """Raised where a request goes no further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


TITLES = {
    400: "Not what this takes",
    401: "Sign in",
    403: "Not permitted",
    404: "Not found",
    405: "Not this way",
    408: "The body did not come",
    409: "Not as things stand",
    413: "Too long",
    415: "Not JSON",
    500: "Broken",
    503: "Not now",
}


def problem(status: int, code: str, detail: str, objections: list[Objection] | None = None) -> Problem:
    """One problem."""
    return Problem(f"urn:custodiet:problem:{code}", code, TITLES[status], status, detail, objections or [])


NOT_FOUND = problem(404, "not_found", "There is nothing of that name, or it is not for you to know of.")


def told_objections(error: NotPermitted) -> list[Objection]:
    """Every rule that refuses."""
    return [Objection(one.code or "rule", one.missing, one.instead) for one in reasons_of(error)]


def problem_of(error: CustodietError) -> Problem:
    """What an error of ours is told as."""
    match error:
        case ApiProblem():
            return error.problem
        case NotFound():
            return NOT_FOUND
        case NotPermitted():
            told = told_objections(error)
            code = told[0].code if told else "not_permitted"
            return problem(403, code, "; ".join(one.missing for one in told), told)
        case IllegalMove():
            return problem(409, "not_now", str(error))
        case IllegalValue() | NotTheFormat():
            return problem(400, "bad_body", str(error))
        case CannotRecord() | VaultUnavailable() | OpeningRefused():
            return problem(503, "try_again", "It cannot be recorded now, so nothing was done and nothing is shown.")
    return problem(500, "broken", "This is our fault. Nothing was changed unless the ledger says so.")
