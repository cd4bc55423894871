"""The OsmAnd protocol: what Traccar's phone app and many trackers send, decoded; bytes to Report, nothing else kept.

Two forms. A query (`id=…&lat=…&lon=…`, of a GET or as the body of a form): speed in knots, bearing in degrees true,
accuracy and altitude in metres, battery in percent, time as seconds or milliseconds since 1970 or as ISO 8601. And the
JSON of the newer app: speed in metres a second, battery from 0 to 1, -1 for unknown. Source: Traccar's protocol
"osmand" and the app's own sending code.

Decided here:

- A report without a time, or with one that cannot be read, has no fix time: upstream takes the moment of receiving,
  which says nothing of when the person was there. A time without a zone is read as UTC, as this protocol's numbers
  are; upstream reads it in its server's zone, which no sender knows.
- A report without a place has no fix: upstream repeats the last known one.
- `mock: true`: the phone says that some other app made the position up. It is nobody's position: no fix. Nor is it held
  against anyone; a test app or a faulty driver does the same. Contact, battery and alarms count.
- A query that says one thing twice and differently says nothing of it; of its serial that is an error. All of its
  alarms count.
- By hand is what the app marks so ("send location") and a call for help.

Cells, wireless networks, drivers, push tokens and everything else are never read.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what. Held in
memory: at most BYTES_MAX bytes and FIELDS_MAX fields of them.
"""

from datetime import datetime
from urllib.parse import unquote_to_bytes

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Fix, Method, Report
from custodiet.wire.quantities import (
    KNOT_MPS,
    Number,
    Serial,
    above_zero,
    alarms_of,
    course_deg,
    number_of,
    other_than_zero,
    percent,
    place_in_document,
    place_of,
    serial_of,
    speed_mps,
    time_of_count,
    time_of_text,
)

BYTES_MAX = 64 * 1024
FIELDS_MAX = 500
"""A phone in a town may name a hundred wireless networks, each a field of its own."""

_FIELDS = {
    "id": "id",
    "deviceid": "id",
    "timestamp": "timestamp",
    "lat": "lat",
    "lon": "lon",
    "location": "location",
    "valid": "valid",
    "speed": "speed",
    "bearing": "course",
    "heading": "course",
    "altitude": "altitude",
    "accuracy": "accuracy",
    "hdop": "hdop",
    "sat": "sat",
    "batt": "batt",
    "charge": "charge",
    "alarm": "alarm",
}
"""What is read of a query, by our name of it."""
_TRUE, _FALSE = {"true", "1"}, {"false", "0"}


def decode(body: bytes) -> Report:
    """One report in either form: JSON if it begins with a brace."""
    body = body.strip()
    return decode_json(body) if body.startswith(b"{") else decode_query(body)


# --- a query -------------------------------------------------------------------------------------------


def decode_query(query: bytes) -> Report:
    """The query of a GET (without its question mark), or the body of a form."""
    told = _fields(query)
    serials = told.get("id", set())
    if len(serials) != 1:
        raise NotTheFormat("a query names its device once, as id")
    [serial] = serials
    fix_time = _time(_one(told, "timestamp"))
    fix = _fix_of_query(told) if fix_time is not None else None
    says = DeviceSays(
        percent(_number(told, "batt")),
        _truth(_one(told, "charge")),
        alarms_of(",".join(told.get("alarm", ()))),
    )
    return Report(
        serial=serial_of(serial),
        kind=Kind.FIX,
        fix_time=fix_time if fix is not None else None,
        fix=fix,
        says=says if says != DeviceSays() else None,
        by_hand=Alarm.HELP in says.alarms,
    )


def _fields(query: bytes) -> dict[str, set[str]]:
    """Every different value of each field that is read; empty ones and what is no text say nothing."""
    if len(query) > BYTES_MAX:
        raise NotTheFormat(f"a query of more than {BYTES_MAX} bytes")
    parts = query.split(b"&", FIELDS_MAX)
    if len(parts) > FIELDS_MAX:
        raise NotTheFormat(f"a query of more than {FIELDS_MAX} fields")
    told: dict[str, set[str]] = {}
    for part in parts:
        name, _, value = part.partition(b"=")
        field = _FIELDS.get(_text(name) or "")
        if field is None:
            continue
        text = _text(value)
        if text is None and field == "id":
            raise NotTheFormat("the id of a query is not UTF-8")
        if text:
            told.setdefault(field, set()).add(text)
    return told


def _text(escaped: bytes) -> str | None:
    try:
        return unquote_to_bytes(escaped.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def _one(told: dict[str, set[str]], field: str) -> str | None:
    values = told.get(field, set())
    return next(iter(values)) if len(values) == 1 else None


def _number(told: dict[str, set[str]], field: str) -> float | None:
    return number_of(_one(told, field))


def _truth(text: str | None) -> bool | None:
    word = (text or "").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _fix_of_query(told: dict[str, set[str]]) -> Fix | None:
    if "valid" in told and _truth(_one(told, "valid")) is not True:
        return None
    place = _place_of_query(told)
    if place is None:
        return None
    satellites = _number(told, "sat")
    counted = int(satellites) if satellites is not None and 0 <= satellites <= 200 else None
    return Fix(
        *place,
        accuracy_m=above_zero(_number(told, "accuracy")),
        altitude_m=other_than_zero(_number(told, "altitude")),
        speed_mps=speed_mps(_number(told, "speed"), KNOT_MPS),
        course_deg=course_deg(_number(told, "course")) or None,  # 0 is both north and unknown
        method=Method.GPS if counted else None,
        satellites=counted,
        hdop=above_zero(_number(told, "hdop")),
    )


def _place_of_query(told: dict[str, set[str]]) -> tuple[int, int] | None:
    places = set()
    if "lat" in told or "lon" in told:
        places.add(place_of(_number(told, "lat"), _number(told, "lon")))
    for pair in told.get("location", ()):
        lat, _, lon = pair.partition(",")
        places.add(place_of(number_of(lat), number_of(lon)))
    return places.pop() if len(places) == 1 else None


# --- JSON ----------------------------------------------------------------------------------------------


class _Coords(msgspec.Struct, frozen=True, gc=False):
    latitude: Number = None
    longitude: Number = None
    accuracy: Number = None
    speed: Number = None
    heading: Number = None
    altitude: Number = None
    altitude_accuracy: Number = None


class _Battery(msgspec.Struct, frozen=True, gc=False):
    level: Number = None
    is_charging: bool | None = None


class _Location(msgspec.Struct, frozen=True, gc=False):
    timestamp: Number = None
    coords: _Coords | None = None
    mock: bool | None = None
    battery: _Battery | None = None
    alarm: str | None = None
    extras: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Extras(msgspec.Struct, frozen=True, gc=False):
    alarm: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    manual: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Message(msgspec.Struct, frozen=True, gc=False):
    location: _Location
    device_id: Serial


_decoder = msgspec.json.Decoder(_Message)
_extras_decoder = msgspec.json.Decoder(_Extras)
_word_decoder = msgspec.json.Decoder(str)
_NO_EXTRAS = _Extras()


def decode_json(body: bytes) -> Report:
    """One message of the newer app."""
    if len(body) > BYTES_MAX:
        raise NotTheFormat(f"a message of more than {BYTES_MAX} bytes")
    try:
        message = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not a message of the Traccar app: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    location = message.location
    fix_time = _time(location.timestamp) if isinstance(location.timestamp, str) else None
    fix = _fix_of_json(location) if fix_time is not None else None
    extras = _extras(location.extras)
    battery = location.battery or _Battery()
    says = DeviceSays(_level(battery.level), battery.is_charging, alarms_of(_alarm(location, extras)))
    return Report(
        serial=message.device_id,
        kind=Kind.FIX,
        fix_time=fix_time if fix is not None else None,
        fix=fix,
        says=says if says != DeviceSays() else None,
        by_hand=bytes(extras.manual) == b"true" or Alarm.HELP in says.alarms,
    )


def _fix_of_json(location: _Location) -> Fix | None:
    coords = location.coords
    if coords is None or location.mock:
        return None
    place = place_of(number_of(coords.latitude), number_of(coords.longitude))
    if place is None:
        return None
    vertical = number_of(coords.altitude_accuracy)
    return Fix(
        *place,
        accuracy_m=above_zero(number_of(coords.accuracy)),
        altitude_m=None if vertical is not None and vertical < 0 else other_than_zero(number_of(coords.altitude)),
        speed_mps=speed_mps(number_of(coords.speed)),
        course_deg=course_deg(number_of(coords.heading)),
    )


def _level(level: Number) -> float | None:
    """From 0 to 1, in percent; rounded, because 0.57 × 100 is not 57."""
    known = number_of(level)
    return percent(round(known * 100, 1)) if known is not None else None


def _extras(raw: msgspec.Raw) -> _Extras:
    """Whoever set up the app may put anything here: what is not of its kind is no reason to lose the report."""
    try:
        return _extras_decoder.decode(raw) if raw else _NO_EXTRAS
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _NO_EXTRAS


def _alarm(location: _Location, extras: _Extras) -> str:
    if location.alarm is not None:
        return location.alarm
    try:
        return _word_decoder.decode(extras.alarm) if extras.alarm else ""
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


# --- what both have ------------------------------------------------------------------------------------


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    return time_of_count(number_of(text)) or time_of_text(text)
