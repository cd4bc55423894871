"""Traccar's position forwarding (`forward.type=json`), decoded: bytes to Report, and nothing else kept.

Source: the emitting classes of Traccar (PositionForwarderJson, PositionData, Position). Units there: speed in
knots, course in degrees true, accuracy and altitude in metres, degrees as floats, times ISO 8601 with offset, battery
in percent; null may stand anywhere. Of the attributes are read battery, charge, alarm, sat, hdop, approximate (Traccar
itself asked a location service for the position, by network) and mock (some app made the position up). Network cells,
neighbours' hardware addresses, addresses and names are not read at all.

A body with an `event` beside its position is Traccar's event forwarding, sent to the same address: see traccar_event.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what. Held in
memory: what is read of a body, which whoever receives it has bounded.
"""

from contextlib import suppress
from datetime import timedelta
from math import inf
from typing import get_type_hints

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Fix, Method, Report
from custodiet.wire import traccar_event
from custodiet.wire.quantities import (
    KNOT_MPS,
    AwareTime,
    Number,
    Serial,
    alarms_of,
    place_in_document,
    serial_of,
    usable_time,
)

_REPEAT_AFTER = timedelta(seconds=60)
"""A device clock this far past the fix time means that Traccar repeated the last known place."""


class _Attributes(msgspec.Struct, frozen=True, gc=False):
    batteryLevel: Number = None  # noqa: N815 - Traccar's own name
    charge: bool | None = None
    alarm: str | None = None
    sat: Number = None
    hdop: Number = None
    approximate: bool | None = None
    mock: bool | None = None


class _Position(msgspec.Struct, frozen=True, gc=False):
    fixTime: AwareTime | None = None  # noqa: N815 - Traccar's own name
    deviceTime: AwareTime | None = None  # noqa: N815
    valid: bool | None = None
    latitude: Number = None
    longitude: Number = None
    altitude: Number = None
    speed: Number = None
    course: Number = None
    accuracy: Number = None
    attributes: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Device(msgspec.Struct, frozen=True, gc=False):
    uniqueId: Serial  # noqa: N815


class _Forwarded(msgspec.Struct, frozen=True, gc=False):
    position: _Position
    device: _Device
    event: msgspec.Raw = msgspec.Raw()


class _PlainPosition(_Position, frozen=True, gc=False):
    """One whose attributes are all of their kind: nearly all are, and they are read at once."""

    attributes: _Attributes | None = None  # type: ignore[assignment]


class _PlainlyForwarded(msgspec.Struct, frozen=True, gc=False):
    position: _PlainPosition
    device: _Device
    event: msgspec.Raw | None = None


_plain_decoder = msgspec.json.Decoder(_PlainlyForwarded)
_decoder = msgspec.json.Decoder(_Forwarded)
_bare_decoder = msgspec.json.Decoder(_Position)
_each_attribute = msgspec.json.Decoder(dict[str, msgspec.Raw])
_attributes_decoder = msgspec.json.Decoder(_Attributes)
_ATTRIBUTE_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in get_type_hints(_Attributes).items()}
_NO_ATTRIBUTES = _Attributes()
_NO_ALARMS: frozenset[Alarm] = frozenset()
_FIX, _LBS, _GPS = Kind.FIX, Method.LBS, Method.GPS


def decode(body: bytes) -> Report | None:
    """One forwarded position, or one forwarded event; None for an event that is not the device's word."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        plain = _plain_decoder.decode(body)
        if plain.event is None:
            return _report(plain.device.uniqueId, plain.position, plain.position.attributes or _NO_ATTRIBUTES)
    try:
        forwarded = _decoder.decode(body)
    except msgspec.ValidationError as error:
        if traccar_event.is_one(body):
            return traccar_event.decode(body)  # of an event without a position
        raise NotTheFormat(f"not a forwarded position: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    if forwarded.event and bytes(forwarded.event) != b"null":
        return traccar_event.decode(body)
    return _report(forwarded.device.uniqueId, forwarded.position, _attributes(forwarded.position.attributes))


def decode_bare(body: bytes, serial: str) -> Report:
    """One position without its device, as Traccar's redis forwarder writes it under the device's serial."""
    try:
        position = _bare_decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not a position of Traccar: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    return _report(serial_of(serial), position, _attributes(position.attributes))


def _report(serial: str, position: _Position, attributes: _Attributes) -> Report:
    fix_time = usable_time(position.fixTime)
    fix = _fix(position, attributes) if fix_time is not None else None
    return Report(serial, _FIX, fix_time if fix is not None else None, fix, _repeats(position), _says(attributes))


def _repeats(position: _Position) -> bool:
    if position.fixTime is None or position.deviceTime is None:
        return False
    return position.deviceTime - position.fixTime > _REPEAT_AFTER


def _fix(position: _Position, attributes: _Attributes) -> Fix | None:
    lat, lon = position.latitude, position.longitude
    if attributes.mock:
        return None  # the phone says that the place is made up: it is nobody's
    if position.valid is False or not isinstance(lat, float) or not isinstance(lon, float):
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    lat_e7, lon_e7 = round(lat * 1e7), round(lon * 1e7)
    if lat_e7 == lon_e7 == 0:
        return None  # what a device without a fix says
    accuracy, altitude, knots, course = position.accuracy, position.altitude, position.speed, position.course
    count, hdop = attributes.sat, attributes.hdop
    satellites = int(count) if isinstance(count, float) and 0 <= count <= 200 else None
    # What is no number is in no interval either. Traccar writes 0 for an accuracy (or a phone's "better than 10 m"),
    # an altitude and an HDOP that are unknown, and for a course that is unknown or north.
    return Fix(
        lat_e7,
        lon_e7,
        accuracy if isinstance(accuracy, float) and 0 < accuracy < inf else None,
        altitude if isinstance(altitude, float) and -inf < altitude < inf and altitude != 0 else None,
        knots * KNOT_MPS if isinstance(knots, float) and 0 <= knots < inf else None,
        (course % 360 or None) if isinstance(course, float) and 0 < course <= 360 else None,
        # Marked approximate: by the network. Satellites were counted: by satellites. Otherwise nobody said.
        _LBS if attributes.approximate else _GPS if satellites else None,
        satellites,
        hdop if isinstance(hdop, float) and 0 < hdop < inf else None,
    )


def _attributes(raw: msgspec.Raw) -> _Attributes:
    """Each protocol writes its own: what is not of its kind is unknown, and no reason to lose the fix or the rest."""
    if not raw:
        return _NO_ATTRIBUTES
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _attributes_decoder.decode(raw)
    known = {}
    with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = _each_attribute.decode(raw)
        for name, decoder in _ATTRIBUTE_DECODERS.items():
            with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                known[name] = decoder.decode(told.get(name, b"null"))
    return _Attributes(**known)


def _says(attributes: _Attributes) -> DeviceSays | None:
    level = attributes.batteryLevel
    percent = level if isinstance(level, float) and 0 <= level <= 100 else None
    alarms = alarms_of(attributes.alarm) if attributes.alarm else _NO_ALARMS
    if percent is None and attributes.charge is None and not alarms:
        return None
    return DeviceSays(percent, attributes.charge, alarms)
