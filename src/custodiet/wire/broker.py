"""A broker: what it gives us, and the file that says which it is, JSON bytes to Broker.

    {"host": "broker.example", "port": 8883, "client_id": "gate-1", "session_s": 86400,
     "username": "gate", "password_file": "password", "ca_file": "ca.pem", "token_file": "token",
     "subscriptions": [{"topic": "owntracks/+/+", "format": "owntracks"}]}

Secrets have files of their own, so that this one can be shown to anyone. Without TLS a broker is believed on this very
machine alone: positions and the password would lie open on every network between.

Raises NotTheFormat, which says everything that is wrong at once, and never what stands there.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any

import msgspec

from custodiet.model.errors import NotTheFormat

FORMATS_OF_TOPICS = ("traccar", "owntracks")
SESSION_S_DEFAULT = 24 * 60 * 60
"""How long a broker keeps what comes while we are away: what lay there longer would be refused as too late."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is asked for, and how it is read. `topic` is an MQTT topic filter."""

    topic: str
    format: str


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and what is wanted of it. Files are named as they stand there."""

    host: str
    port: int
    tls: bool
    client_id: str
    subscriptions: tuple[Subscription, ...]
    token_file: str
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    session_s: int = SESSION_S_DEFAULT


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """What a broker gave us. Without a text form, as a fix is.

    `subscription`: which one of ours it came by; None: by none that we hold now. `retained`: the broker says it again
    by itself. `number`: which it is of this process.
    """

    number: int
    subscription: Subscription | None
    topic: str
    body: bytes
    retained: bool = False

    def __repr__(self) -> str:
        return "<Message>"


_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class _Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: _Text
    format: _Text


_FIELDS: dict[str, tuple[Any, str]] = {
    "host": (_Text, "a host's name or address"),
    "port": (Annotated[int, msgspec.Meta(ge=1, le=65535)], "a number from 1 to 65535"),
    "client_id": (Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")], "1 to 64 letters, digits, . _ -"),
    "username": (_Text, "text"),
    "password_file": (_Text, "a file's name"),
    "ca_file": (_Text, "a file's name"),
    "token_file": (_Text, "a file's name"),
    "session_s": (Annotated[int, msgspec.Meta(ge=60, le=7 * 24 * 60 * 60)], "seconds, from 60 to 604800"),
    "subscriptions": (
        Annotated[list[_Subscription], msgspec.Meta(min_length=1, max_length=100)],
        'a list of {"topic": …, "format": …}, 1 to 100 of them',
    ),
}
_REQUIRED = ("host", "client_id", "token_file", "subscriptions")
_PORT, _PORT_TLS = 1883, 8883


def read_broker(data: bytes) -> Broker:
    """The broker that this file names."""
    try:
        members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("the source's file is not a JSON object") from None
    wrong = [f"{_shown(name)}: there is no such setting" for name in members if name not in _FIELDS]
    wrong += [f"{name}: missing" for name in _REQUIRED if name not in members]
    told: dict[str, Any] = {}
    for name, (kind, meaning) in _FIELDS.items():
        if name in members:
            try:
                told[name] = msgspec.json.decode(members[name], type=kind)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                wrong.append(f"{name}: {meaning}")
    if "password_file" in told and "username" not in told:
        wrong.append("username: missing, beside password_file")
    wrong += _wrong_subscriptions(told.get("subscriptions", []))
    if wrong:
        raise NotTheFormat("the source's file: " + "; ".join(wrong))
    tls = "ca_file" in told or not _is_here(told["host"])
    subscriptions = tuple(Subscription(one.topic, one.format) for one in told.pop("subscriptions"))
    return Broker(**{"port": _PORT_TLS if tls else _PORT} | told, tls=tls, subscriptions=subscriptions)


def _wrong_subscriptions(subscriptions: list[_Subscription]) -> list[str]:
    wrong = []
    for number, one in enumerate(subscriptions, start=1):
        if one.format not in FORMATS_OF_TOPICS:
            wrong.append(f"subscription {number}: a format is one of {', '.join(FORMATS_OF_TOPICS)}")
        if not _is_filter(one.topic):
            wrong.append(f"subscription {number}: not a topic filter (+ and # stand alone between slashes, # last)")
    if len({one.topic for one in subscriptions}) < len(subscriptions):
        wrong.append("subscriptions: the same topic twice")
    return wrong


def _is_filter(topic: str) -> bool:
    *upper, last = topic.split("/")
    return (
        not topic.startswith("$")
        and "\0" not in topic
        and all(level == "+" or not {"+", "#"} & set(level) for level in upper)
        and (last in ("+", "#") or not {"+", "#"} & set(last))
    )


def _is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(name: str) -> str:
    return name if name.isidentifier() and name.isascii() and len(name) <= 40 else "a member"
