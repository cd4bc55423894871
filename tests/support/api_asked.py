"""The API in this very process, as a program asks it; and what refuses it, by code."""

import json

from django.conf import settings

from .in_process import client_of

BASE = "/api/v1"
_SIGNED_IN: dict = {}


def signed_in(actor):
    """One session for each, in one place."""
    place, client = _SIGNED_IN.get(actor, (None, None))
    if place is not settings.PLACE:
        client = client_of(actor)
        _SIGNED_IN[actor] = settings.PLACE, client
    return client


def post(actor, path, told=None, client=None):
    client = client or signed_in(actor)
    return client.post(BASE + path, json.dumps(told) if told is not None else b"", content_type="application/json")


def get(actor, path):
    return signed_in(actor).get(BASE + path)


def codes(answer, status=403):
    """The code of every rule that refuses, or of the problem where none does."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    return [one["code"] for one in told["objections"]] or [told["code"]]
