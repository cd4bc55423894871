"""Profiles for phones: what is set in an app so that it does not send what the rung does not admit.

    OwnTracks        a configuration (`.otrc`, JSON), and a link that holds it: owntracks:///config?inline=…
    Traccar Client   from version 9 on: the address, with the settings as its query. Older ones know no such thing

Sources: OwnTracks' booklet (technical part, JSON) and the apps' own code, Android and iOS; Traccar Client's code. Each
app leaves out what it does not know, so one file serves both systems.

Decided here:

- Rungs 4 and 5: quiet. The app sends when its wearer presses, and not otherwise.
- Rung 8: manual, with the zones as regions. A region bears the condition's id, as what iOS calls its id and as the last
  word of its name, because Android sends the name alone; the rest of the name says only "Place 1". No protective zone:
  it would show the wearer where somebody else lives.
- Rungs 9 and 10: move, at an interval that is given. Rung 11 is a tag that is fitted, and no phone.
- No command from afar, no setting from afar but this one, no wireless networks, motion or battery, no geocoding by
  third parties, no friends, nothing of a place in a notification.
- What no setting stops: OwnTracks sends one position with each crossing (both systems, in manual), the place in the
  crossing itself, and each region when it is given; Traccar Client sends the kind of motion. All is dropped on arrival.

A profile holds the token: it is as secret as that. Nothing in it is named after us or after the person. Raises
NotPermitted for a rung, zone or place that no profile serves, IllegalValue for what no profile could hold.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode, urlsplit

from custodiet.model.condition import Condition, ConditionKind
from custodiet.model.errors import IllegalValue, NotPermitted
from custodiet.model.mode import Mode
from custodiet.model.shape import Circle, Shape

RADIUS_M_MIN = 100.0
"""Below it neither system can tell in from out by what it uses to save power."""
PLACES_MAX = 20
"""iOS watches no more for one app."""
EVERY_S_MIN, EVERY_S_MAX = 15, 600
"""Beyond ten minutes nothing could be confirmed: the fixes that are to confirm it are forgotten by then."""
OURS = "custodiet"

_QUIET, _MANUAL, _MOVE = -1, 0, 2
_MONITORING = {4: _QUIET, 5: _QUIET, 8: _MANUAL, 9: _MOVE, 10: _MOVE}
_REGION_TST = 1_000_000_000
"""Android knows a region by this: the same place in the list replaces what stood there."""
_HEARTBEAT_S = 900
"""How often a phone that lies still says where it is, so that a curfew need not be asked about by telephone."""

_STOPPED = {
    "cmd": False,
    "remoteConfiguration": False,
    "allowRemoteLocation": False,
    "allowIntentControl": False,
    "allowConfigurationByURIAndConfigFile": False,
    "contextProfilesEnabled": False,
    "extendedData": False,
    "pubExtendedData": False,
    "publishLocationOnConnect": False,
    "ranging": False,
    "sub": False,
    "info": False,
    "reverseGeocodeProvider": "None",
    "opencageApiKey": "",
    "encryptionKey": "",
    "notificationLocation": False,
    "notificationEvents": False,
    "positions": 0,
    "maxHistory": 0,
    "ping": 1440,
}
"""OwnTracks: what it does not do. A ping repeats an old place: once a day is the least that can be set."""


class Client(StrEnum):
    """An app that profiles are written for."""

    OWNTRACKS = "owntracks"
    TRACCAR = "traccar"


@dataclass(frozen=True, slots=True)
class Place:
    """A zone of the decision, to be judged on the device."""

    condition: Condition
    shape: Shape


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """What a profile is written for. `url`: https://…, the gateway; of OwnTracks also mqtts://host[:port], a broker.

    `token`: the sender's, or the password at the broker. `label`: the deployer's word, which whoever looks at the phone
    may read. `every_s`: how often a position is sent on rungs 9 and 10. Without a text form: it holds the token.
    """

    serial: str
    token: str
    url: str
    label: str
    every_s: int = 60

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise IllegalValue("the address is https://… of the gateway or mqtts://host:port of a broker, without more")
        if not re.fullmatch(r"[\w .,'-]{1,40}", self.label) or not self.label.strip():
            raise IllegalValue("a label has 1 to 40 letters, digits, spaces and . , ' _ -")
        if OURS in self.label.lower() or OURS in self.serial.lower():
            raise IllegalValue("whoever looks at the phone is not to read our name there")
        if not EVERY_S_MIN <= self.every_s <= EVERY_S_MAX:
            raise IllegalValue(f"a position every {EVERY_S_MIN} to {EVERY_S_MAX} seconds")

    def __repr__(self) -> str:
        return "<Phone>"


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """What is given to the wearer. `link`: what the QR code holds; `file` is called `suffix` at its end."""

    suffix: str
    file: bytes
    link: str

    def __repr__(self) -> str:
        return "<Profile>"


def _is_address(url: str) -> bool:
    try:
        told = urlsplit(url)
        port = told.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not {"@", "?", "#", " "} & set(url)
    if not plain or not told.hostname or port == 0:
        return False
    return told.scheme == "https" or (told.scheme == "mqtts" and told.path in ("", "/"))


def require_served(client: Client, mode: Mode, serial: str, zones: Sequence[ConditionKind] = ()) -> None:
    """Raise for what no profile serves, before anyone looks where a zone lies."""
    if mode.rung == 11:
        raise NotPermitted(
            "no_profile: rung 11 is a tag that is fitted: no phone has a profile for it; rung 10 or lower"
        )
    if mode.rung not in _MONITORING:
        raise NotPermitted(
            f"no_profile: on rung {mode.rung} nothing of a phone's own is taken: there is no profile; "
            "nothing needs to be set up on the phone"
        )
    if client is Client.TRACCAR:
        if mode.rung not in (9, 10):
            raise NotPermitted(
                f"no_profile: Traccar Client sends positions and nothing else: rung {mode.rung} has no profile for it; "
                "OwnTracks, where it has one"
            )
        return
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", serial):
        raise IllegalValue("OwnTracks calls a device user/device: the serial has to be one")
    if mode.rung != 8:
        return
    if not zones:
        raise NotPermitted(
            "no_zone: the decision has no zone that a device could judge; a decision with a circle for a zone"
        )
    if len(zones) > PLACES_MAX:
        raise NotPermitted(
            f"too_many_zones: an app watches at most {PLACES_MAX} zones; fewer zones, or judge them on arrival (rung 9)"
        )
    if ConditionKind.PROTECTIVE in zones:
        raise NotPermitted(
            "protective_zone: a zone protects somebody, and a wearer's device would show where: judge it on arrival "
            "(rung 9); "
            "the same without that zone"
        )


def write_profile(client: Client, mode: Mode, phone: Phone, places: Sequence[Place] = ()) -> Profile:
    """The profile of a phone on that rung."""
    require_served(client, mode, phone.serial, [place.condition.kind for place in places])
    if client is Client.TRACCAR:
        return _traccar(phone)
    return _owntracks(mode, phone, places)


# --- OwnTracks -------------------------------------------------------------------------------------------------


def _owntracks(mode: Mode, phone: Phone, places: Sequence[Place]) -> Profile:
    user, _, device = phone.serial.partition("/")
    told: dict[str, object] = {
        "_type": "configuration",
        **_where(phone, user, device),
        "auth": True,
        "usePassword": True,
        "username": user,
        "password": phone.token,
        "deviceId": device,
        "tid": _initials(phone.label),
        "monitoring": _MONITORING[mode.rung],
        "autostartOnBoot": mode.rung >= 8,
        **_STOPPED,
    }
    if mode.rung == 8:
        told["waypoints"] = _regions(places)
    if mode.rung in (9, 10):
        told |= {
            "moveModeLocatorInterval": phone.every_s,
            "locatorInterval": phone.every_s,
            "locatorDisplacement": 500,
            "pegLocatorFastestIntervalToInterval": True,
        }
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    return Profile(".otrc", text, "owntracks:///config?inline=" + quote(base64.b64encode(text), safe=""))


def _where(phone: Phone, user: str, device: str) -> dict[str, object]:
    told = urlsplit(phone.url)
    topics: dict[str, object] = {"pubTopicBase": "owntracks/%u/%d"}
    if told.scheme == "https":
        return topics | {"mode": 3, "url": _under(phone.url, "in/owntracks")}
    return topics | {
        "mode": 0,
        "host": told.hostname,
        "port": told.port or 8883,
        "tls": True,
        "ws": False,
        "clientId": f"{user}-{device}",
        "pubQos": 1,
        "pubRetain": False,
        "cleanSession": False,
        "keepalive": 3600,
    }


def _regions(places: Sequence[Place]) -> list[dict[str, object]]:
    regions = []
    for number, place in enumerate(places, start=1):
        circle, region = _circle(place, number), place.condition.id
        regions.append(
            {
                "_type": "waypoint",
                "desc": f"Place {number} {region}",
                "lat": circle.centre[0] / 1e7,
                "lon": circle.centre[1] / 1e7,
                "rad": round(circle.radius_m),
                "tst": _REGION_TST + number,
                "rid": region,
            }
        )
    return regions


def _circle(place: Place, number: int) -> Circle:
    if not isinstance(place.shape, Circle):
        raise NotPermitted(
            f"not_a_circle: zone {number} is a polygon, and apps know circles only: draw one, or judge it on rung 9; "
            "a circle about the same place"
        )
    if place.shape.radius_m < RADIUS_M_MIN:
        raise NotPermitted(
            f"too_small: zone {number} has a radius of less than {RADIUS_M_MIN:.0f} m: no phone can tell that; "
            "a larger circle, or judge it on arrival (rung 9)"
        )
    return place.shape


def _initials(label: str) -> str:
    """What OwnTracks shows of a device: two characters."""
    plain = re.sub(r"[^A-Za-z0-9]", "", label)
    return plain[:2].upper() or "P1"


# --- Traccar Client --------------------------------------------------------------------------------------------


def _traccar(phone: Phone) -> Profile:
    if not phone.url.startswith("https://"):
        raise IllegalValue("Traccar Client speaks to the gateway: https://…")
    settings = {
        "id": phone.serial,
        "accuracy": "high",
        "distance": "0",
        "interval": str(phone.every_s),
        "fastest_interval": str(phone.every_s),
        "angle": "0",
        "heartbeat": str(_HEARTBEAT_S),
        "buffer": "true",
        "stop_detection": "true",
        "wakelock": "false",
    }
    link = f"{_under(phone.url, 'in/osmand')}/{phone.token}?{urlencode(settings)}"
    return Profile(".txt", link.encode() + b"\n", link)


def _under(url: str, path: str) -> str:
    return f"{url.rstrip('/')}/{path}"
