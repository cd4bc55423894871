"""How pages are rendered: Jinja2 with GOV.UK's components under their own prefix, and what every template may use."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup

from custodiet.entrypoints.web.forms import errors_of, field_of
from custodiet.entrypoints.web.languages import say, say_number, spoken
from custodiet.entrypoints.web.menu import leads_to
from custodiet.entrypoints.web.permitting import desk_of
from custodiet.entrypoints.web.served import Assets
from custodiet.entrypoints.wording import (
    said_alert,
    said_day,
    said_event,
    said_matter,
    said_state,
    said_task,
    said_time,
)
from custodiet.entrypoints.wording_alerts import said_in_alerts
from custodiet.entrypoints.wording_deciding import by_ladder, said
from custodiet.entrypoints.wording_devices import STOCK, said_note, said_raised
from custodiet.entrypoints.wording_messages import TEMPLATE, said_delivery, said_quiet
from custodiet.entrypoints.wording_schemes import said_gap, said_mode, said_version
from custodiet.entrypoints.wording_staff import said_function, said_role_state
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.published import ON_ABSCONDING
from custodiet.rules.guidance import BESIDE


def _own_issuers() -> list[str]:
    return [one["settings"]["server_url"] for one in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]]


HAS_SCRIPT = (
    "document.body.className += ' js-enabled' + "
    "('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');"
)
"""The one line of script that stands in a page; its hash stands in the policy."""
_HASH = base64.b64encode(hashlib.sha256(HAS_SCRIPT.encode()).digest()).decode()
_SENT_TO = " ".join(("'self'", *(f"{urlsplit(one).scheme}://{urlsplit(one).netloc}" for one in _own_issuers())))
"""Where a form may lead: here, and on to the organisation's own provider to sign in."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' 'sha256-{_HASH}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action {_SENT_TO}",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
assets = Assets()


def environment(**_: Any) -> Environment:
    """What Django's Jinja2 backend asks for."""
    env = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("custodiet.entrypoints.web"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(sentence=_sentence, said=_said, said_rung=_said_rung, said_mode=said_mode, said_part=_said_part)
    env.globals.update(
        HAS_SCRIPT=HAS_SCRIPT,
        asset=assets.address,
        desk_of=desk_of,
        errors_of=errors_of,
        field_of=field_of,
        leads_to=leads_to,
        is_made_up=lambda: settings.PLACE is not None and settings.PLACE.made_up is not None,
        language=spoken.get,
        messages_of=get_messages,
        own_providers=lambda: settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"],
        merged=lambda *parts: {key: value for part in parts for key, value in part.items()},
        by_ladder=by_ladder,
        said=_said,
        said_alert=said_alert,
        said_matter=said_matter,
        said_alerts=said_in_alerts,
        said_day=_apart(said_day),
        said_event=said_event,
        said_finding=_said_finding,
        said_function=said_function,
        said_role_state=said_role_state,
        said_gap=said_gap,
        said_mode=said_mode,
        said_state=said_state,
        said_task=said_task,
        said_delivery=said_delivery,
        said_note=said_note,
        said_raised=said_raised,
        said_stock=STOCK.__getitem__,
        said_quiet=said_quiet,
        said_template=TEMPLATE.__getitem__,
        said_time=_apart(said_time),
        said_version=said_version,
        url=lambda name, *args: reverse(name, args=args),
    )
    return env


def _said_finding(version: str) -> str:
    """The published finding that was before an author, whole; an earlier one by its version."""
    return f"{ON_ABSCONDING.text} {ON_ABSCONDING.source}." if version == ON_ABSCONDING.version else version


def _said_part(part: str) -> str:
    return say(BESIDE[part])


def _apart(said: Callable[[datetime], str]) -> Callable[[datetime], Markup]:
    """A time as it is said, set apart: it reads from left to right also where the page does not."""
    return lambda at: Markup("<bdi>{}</bdi>").format(said(at))


def _said(code: StrEnum) -> str:
    """A code of a closed list in the language of the request."""
    return say(said(code))


def _said_rung(code: ModeCode) -> str:
    """A rung by its code."""
    return say("rung %(rung)s, %(title)s") % {"rung": MODES[code].rung, "title": MODES[code].title}


def _sentence(text: str) -> str:
    """With a capital first letter; what follows stays."""
    return text[:1].upper() + text[1:]


def page(request: HttpRequest, template: str, status: int = 200, **given: Any) -> HttpResponse:
    """A page."""
    return render(request, template, given, status=status)
