"""What is spoken at which address: a message as it came to the report in it.

    traccar      forwarded positions and events, as JSON
    osmand       OsmAnd's query as a form, Traccar Client's JSON; the query in the address where a setting allows it
    owntracks    one JSON message; who it is stands in u and d, in X-Limit-U and X-Limit-D, or in its topic

Raises NotTheFormat for what is not that format; None is a message that holds nothing for us.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Report
from custodiet.wire import osmand, owntracks, traccar

_QUERY_BYTES_MAX = 8 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """What came, without a text form. Header names are in lower case."""

    query: bytes
    body: bytes
    headers: Mapping[bytes, bytes]


def _traccar(message: Message) -> Report | None:
    return traccar.decode(message.body)


def _osmand(message: Message) -> Report:
    return osmand.decode(message.body) if message.body else osmand.decode_query(message.query)


def _owntracks(message: Message) -> Report | None:
    return owntracks.decode(message.body, _device(message))


def _device(message: Message) -> str | None:
    """user/device as the app says it beside its message; None when it does not."""
    told = _fields(message.query)
    user = told.get("u") or _header(message, b"x-limit-u")
    device = told.get("d") or _header(message, b"x-limit-d")
    if not user and not device:
        return None
    if not user or not device:
        raise NotTheFormat("a user without a device, or a device without a user")
    return f"{user}/{device}"


def _fields(query: bytes) -> dict[str, str]:
    if len(query) > _QUERY_BYTES_MAX:
        raise NotTheFormat("too long an address")
    try:
        return dict(parse_qsl(query.decode("ascii"), max_num_fields=20, errors="strict"))
    except (UnicodeDecodeError, ValueError):
        raise NotTheFormat("an address that cannot be read") from None


def _header(message: Message, name: bytes) -> str | None:
    try:
        return message.headers.get(name, b"").decode() or None
    except UnicodeDecodeError:
        raise NotTheFormat("a header that cannot be read") from None


SPOKEN: dict[str, Callable[[Message], Report | None]] = {
    "traccar": _traccar,
    "osmand": _osmand,
    "owntracks": _owntracks,
}
"""By the address's name after /in/."""
