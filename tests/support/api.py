"""The API as a program asks it: JSON out, JSON in, with someone's session."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from .pages import Pages, Shown, Visitor

BASE = "/api/v1"


@dataclass
class Caller:
    """One account's session."""

    visitor: Visitor
    form_token: str = ""

    def get(self, path: str, **query: Any) -> Shown:
        asked = f"?{urlencode(query)}" if query else ""
        return self.visitor.get(BASE + path + asked)

    def post(self, path: str, told: Any = None, *, token: str | None = None, **headers: str) -> Shown:
        body = b"" if told is None else told if isinstance(told, bytes) else json.dumps(told).encode()
        given = {"Content-Type": "application/json", "X-CSRFToken": self.form_token if token is None else token}
        return self.visitor.ask("POST", BASE + path, body, given | headers)


def signed_in(pages: Pages, name: str) -> Caller:
    visitor = Visitor(pages.address)
    assert visitor.sign_in(pages.accounts[name]).status == 302
    caller = Caller(visitor)
    caller.form_token = told(caller.get("/me"))["form_token"]
    return caller


def told(shown: Shown, status: int = 200) -> Any:
    """What an answer holds."""
    assert shown.status == status, (shown.status, shown.text[:1000])
    return json.loads(shown.text)


def code(shown: Shown) -> str:
    """'403 not_in_sight' and the like, of a problem that is whole."""
    assert shown.headers["Content-Type"] == "application/problem+json", shown.text[:500]
    assert shown.headers["Cache-Control"] == "no-store"
    problem = json.loads(shown.text)
    assert set(problem) == {"type", "code", "title", "status", "detail", "objections"}
    assert problem["type"] == f"urn:custodiet:problem:{problem['code']}"
    assert problem["status"] == shown.status
    return f"{shown.status} {problem['code']}"
