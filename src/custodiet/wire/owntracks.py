"""OwnTracks, decoded: bytes of one JSON message to Report, and nothing else kept.

Source: the OwnTracks booklet (technical part, JSON). Units there: `tst` in seconds since 1970, `vel` in kilometres an
hour, `cog` in degrees true, `acc`, `alt` in metres, `batt` in percent; a recorder may have made text of any number.

Decided here:

- Who sent it is the device given beside the message (by the address, a header or the MQTT topic), or the message's own
  `topic`. Neither: an error, never a default. Both and different: an error.
- The apps leave `acc`, `alt`, `vel` and `cog` out when they are zero, and some write 0 always: 0 is unknown.
- `created_at` is when the message was made, not when the person was there: it is not read.
- A ping (`t` is "p") tells that the app lives. Its place is the last one known, under the moment of sending on one
  system and under its old time on the other; so are a tracker's "l" and "L". A time that is reused or the moment of
  sending is no fix time: no fix. To believe it would put a person where they are no longer. Contact and battery count.
- A transition keeps neither place nor track: which region, in or out, how exact. One system sends a region's id; the
  other only its name: then the last word of that is its id, as a profile of ours writes it.
- The rest of a region's name, wireless network, picture, place of interest, motion, pressure and initials: never read.

Raises NotTheFormat, and no other error, for bytes that are not this format; the text says where, never what. None is a
message that holds nothing for us: empty, a waypoint, a last will (the phone is gone: not its word), a status, a card, a
command, or a kind that is not known yet. Held in memory: at most BYTES_MAX bytes.
"""

from typing import Any

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Crossing, DeviceSays, Fix, Report
from custodiet.wire.quantities import (
    KMH_MPS,
    SERIAL_CHARACTERS_MAX,
    Number,
    above_zero,
    course_deg,
    number_of,
    other_than_zero,
    percent,
    place_in_document,
    place_of,
    serial_of,
    speed_mps,
    time_of_epoch,
)

BYTES_MAX = 64 * 1024
_REGION_CHARACTERS_MAX = 128

_BY_HAND = "u"
_LAST_KNOWN = {"p", "l", "L"}
"""Triggers whose place is the last one known."""
_CHARGING = {1.0: False, 2.0: True, 3.0: True}
"""Battery states: unplugged, charging, full and plugged in."""
_CROSSED = {"enter": True, "leave": False}


class _Kind(msgspec.Struct, frozen=True, gc=False, rename={"kind": "_type"}):
    kind: str
    topic: str | None = None


class _Location(msgspec.Struct, frozen=True, gc=False):
    tst: Number = None
    lat: Number = None
    lon: Number = None
    acc: Number = None
    alt: Number = None
    vel: Number = None
    cog: Number = None
    batt: Number = None
    bs: Number = None
    t: str | None = None


class _Transition(msgspec.Struct, frozen=True, gc=False):
    event: str
    tst: Number = None
    acc: Number = None
    desc: str | None = None
    rid: str | None = None


_kind_decoder = msgspec.json.Decoder(_Kind)
_location_decoder = msgspec.json.Decoder(_Location)
_transition_decoder = msgspec.json.Decoder(_Transition)


def decode(body: bytes, device: str | None = None) -> Report | None:
    """One message. `device` is "user/device" where something beside the message names it."""
    if len(body) > BYTES_MAX:
        raise NotTheFormat(f"a message of more than {BYTES_MAX} bytes")
    body = body.strip()
    if not body:
        return None
    if body.startswith(b"["):
        raise NotTheFormat("a list of messages: each is sent by itself")
    message = _decoded(_kind_decoder, body)
    match message.kind:
        case "location":
            return _location(_decoded(_location_decoder, body), _device(message, device))
        case "transition":
            return _transition(_decoded(_transition_decoder, body), _device(message, device))
        case "encrypted":
            raise NotTheFormat(
                "an encrypted message, which cannot be read here: empty the app's encryption key (the way is encrypted)"
            )
        case _:
            return None


def device_of_topic(topic: str) -> str | None:
    """The "user/device" of an MQTT topic owntracks/user/device, also with one further part; None for any other."""
    match topic.split("/", 4):
        case ["owntracks", user, device] | ["owntracks", user, device, _] if user and device:
            name = f"{user}/{device}"
            return name if len(name) <= SERIAL_CHARACTERS_MAX and not {"+", "#", "\0"} & set(name) else None
        case _:
            return None


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not a message of OwnTracks: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None


def _device(message: _Kind, beside: str | None) -> str:
    inside = device_of_topic(message.topic) if message.topic is not None else None
    if beside is not None and inside is not None and beside != inside:
        raise NotTheFormat("the topic in the message is another device's")
    device = beside if beside is not None else inside
    if not device:
        raise NotTheFormat("nothing names the device: neither the address, nor a header, nor the message's topic")
    return serial_of(device)


def _location(message: _Location, device: str) -> Report:
    fix_time = time_of_epoch(number_of(message.tst)) if message.t not in _LAST_KNOWN else None
    fix = _fix(message) if fix_time is not None else None
    charging = _CHARGING.get(number_of(message.bs) or 0)
    says = DeviceSays(percent(number_of(message.batt)), charging)
    return Report(
        serial=device,
        kind=Kind.FIX,
        fix_time=fix_time if fix is not None else None,
        fix=fix,
        says=says if says != DeviceSays() else None,
        by_hand=message.t == _BY_HAND,
    )


def _fix(message: _Location) -> Fix | None:
    place = place_of(number_of(message.lat), number_of(message.lon))
    if place is None:
        return None
    return Fix(
        *place,
        accuracy_m=above_zero(number_of(message.acc)),
        altitude_m=other_than_zero(number_of(message.alt)),
        speed_mps=speed_mps(above_zero(number_of(message.vel)), KMH_MPS),
        course_deg=course_deg(number_of(message.cog)) or None,
    )


def _transition(message: _Transition, device: str) -> Report:
    if message.event not in _CROSSED:
        raise NotTheFormat("a transition is enter or leave: at $.event")
    region = message.rid or (message.desc or "").rpartition(" ")[2]
    if not region or len(region) > _REGION_CHARACTERS_MAX:
        raise NotTheFormat(f"a transition names its region, in at most {_REGION_CHARACTERS_MAX} characters: at $.rid")
    return Report(
        serial=device,
        kind=Kind.TRANSITION,
        fix_time=time_of_epoch(number_of(message.tst)),
        fix=None,
        crossing=Crossing(region, _CROSSED[message.event], above_zero(number_of(message.acc))),
    )
