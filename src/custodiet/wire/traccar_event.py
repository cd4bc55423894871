"""Traccar's event forwarding (`event.forward.type=json`), decoded: bytes to Report, and nothing else kept.

Source: the emitting classes of Traccar (EventForwarderJson, EventData, Event). An event is Traccar's own conclusion; it
is taken as the device's word only where a message of the device stands behind it. The position beside it is a copy of
one that is forwarded by itself: it is never read, nor are fences, maintenance, names and addresses.

None is an event that must not count as contact: Traccar says that the device is silent, or speaks of its own fences,
drivers, commands and upkeep, of who is near whom, or of what a later version may think of.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what.
"""

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import DeviceSays, Report
from custodiet.wire.quantities import AwareTime, Serial, alarms_of, place_in_document, usable_time

_ALARM = "alarm"
_SPOKE = {
    _ALARM,
    "deviceOnline",
    "deviceMoving",
    "deviceStopped",
    "deviceOverspeed",
    "deviceFuelDrop",
    "deviceFuelIncrease",
    "ignitionOn",
    "ignitionOff",
}
"""Types that a message of the device leads to."""


class _Event(msgspec.Struct, frozen=True, gc=False):
    type: str
    eventTime: AwareTime | None = None  # noqa: N815 - Traccar's own name
    attributes: msgspec.Raw = msgspec.Raw()


class _Device(msgspec.Struct, frozen=True, gc=False):
    uniqueId: Serial  # noqa: N815 - Traccar's own name


class _Forwarded(msgspec.Struct, frozen=True, gc=False):
    event: _Event
    device: _Device


class _Attributes(msgspec.Struct, frozen=True, gc=False):
    alarm: str = ""


class _Probe(msgspec.Struct, frozen=True, gc=False):
    event: msgspec.Raw = msgspec.Raw()


_decoder = msgspec.json.Decoder(_Forwarded)
_probe = msgspec.json.Decoder(_Probe)
_attributes_decoder = msgspec.json.Decoder(_Attributes)


def is_one(body: bytes) -> bool:
    """Whether a body that is no forwarded position has an event at its top."""
    try:
        return bytes(_probe.decode(body).event) not in (b"", b"null")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def decode(body: bytes) -> Report | None:
    """One forwarded event; None for one that is not the device's word."""
    try:
        forwarded = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not a forwarded event: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    event = forwarded.event
    if event.type not in _SPOKE:
        return None
    alarms = alarms_of(_alarm(event)) if event.type == _ALARM else frozenset()
    return Report(
        serial=forwarded.device.uniqueId,
        kind=Kind.EVENT,
        fix_time=usable_time(event.eventTime),
        fix=None,
        says=DeviceSays(alarms=alarms) if alarms else None,
    )


def _alarm(event: _Event) -> str:
    try:
        return _attributes_decoder.decode(event.attributes).alarm if event.attributes else ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
