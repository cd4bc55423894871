"""A scheme that is not there yet, as the document it comes in by; and forms with a file, as a browser sends them."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

from custodiet.entrypoints.web.configured import configure
from custodiet.model.identity import SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.register import Register
from custodiet.simulation.made_up_register import made_up_register
from custodiet.wire.scheme import scheme_bytes

from .house import scheme_at
from .pages import Shown, Visitor

NEW = SchemeId("scheme_new")
MODES = (ModeCode.NONE, ModeCode.CHECK_IN, ModeCode.HOME_PRESENCE)


def new_register(scheme_id: SchemeId = NEW, **changed) -> Register:
    """Whole; of two operations that are assessed."""
    now = datetime.now(UTC)
    scheme = replace(scheme_at(now), id=scheme_id, name=f"Scheme of {scheme_id}", modes=MODES)
    return replace(made_up_register(scheme, now), **{"made_up": False, **changed})


def new_file(scheme_id: SchemeId = NEW, **changed) -> bytes:
    return scheme_bytes(new_register(scheme_id, **changed))


def token_of(visitor: Visitor) -> str:
    """What makes a form one of ours, from a page that everyone may open."""
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/sign-out").text)[1]


def send_file(visitor: Visitor, path: str, document: bytes, fields: dict[str, str] | None = None) -> Shown:
    """A form with a file."""
    edge = "edgeedgeedge"
    told = {"csrfmiddlewaretoken": token_of(visitor), **(fields or {})}
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in told.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="document"; filename="scheme.json"\r\n'
    parts.append(head.encode() + b"Content-Type: application/json\r\n\r\n" + document + f"\r\n--{edge}--\r\n".encode())
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "Origin": f"http://{visitor.address}"}
    return visitor.ask("POST", path, b"".join(parts), headers)


def hidden_in(text: str) -> dict[str, str]:
    """The hidden fields of the last form on a page, but for the token."""
    last = text[text.rindex("<form") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', last)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def signed_in_before(signing_in, visitor: Visitor, seconds: int) -> None:
    """The visitor showed who they are so many seconds earlier than they did."""
    configure(signing_in)
    from custodiet.entrypoints.web.accounts.sessions import SessionStore

    session = SessionStore(session_key=visitor.cookies["session"])
    shown = [one | {"at": one["at"] - seconds} for one in session["account_authentication_methods"]]
    session["account_authentication_methods"] = shown
    session.save()
