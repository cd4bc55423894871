"""A phone with an app that has taken in a profile: what it then sends, by the rules of the apps' own code.

OwnTracks (android: services/LocationProcessor.kt; ios: OwnTracksAppDelegate.m): quiet sends what its wearer publishes
and nothing else; manual also crossings, and with each a position; significant and move send by themselves. A region
that is taken in is sent. Android sends no region id, iOS does.
"""

import base64
import json
from urllib.parse import parse_qs, unquote, urlsplit

PLACE = {"lat": 46.5123457, "lon": -28.1234567, "acc": 8}
EXTENDED = {"batt": 87, "bs": 1, "conn": "w", "SSID": "made-up network", "BSSID": "00:00:5e:00:53:01", "m": 2}


def taken_in(profile) -> dict:
    """The settings, as the app reads them out of the link; the file holds the same."""
    link = urlsplit(profile.link)
    assert (link.scheme, link.path) == ("owntracks", "/config")
    held = link.query.removeprefix("inline=")
    assert not {"+", "/", "="} & set(held)  # each app has its own idea of what these mean in a query
    settings = json.loads(base64.b64decode(unquote(held), validate=True))
    assert settings == json.loads(profile.file)
    return settings


class OwnTracksPhone:
    """One app on one system: 'android' or 'ios'."""

    def __init__(self, settings: dict, system: str) -> None:
        self.settings, self.system = settings, system
        self.at = 0

    def _location(self, trigger: str | None) -> dict:
        told = {"_type": "location", "tst": self.at, "tid": self.settings["tid"]} | PLACE
        if trigger is not None:
            told["t"] = trigger
        return told | (EXTENDED if self.settings["extendedData"] or self.settings["pubExtendedData"] else {})

    def takes_the_profile_in(self) -> list[dict]:
        regions = self.settings.get("waypoints", [])
        return [{name: held for name, held in one.items() if self.system == "ios" or name != "rid"} for one in regions]

    def connects(self) -> list[dict]:
        return [self._location(None)] if self.settings["publishLocationOnConnect"] else []

    def is_pressed(self) -> list[dict]:
        return [self._location("u")]

    def moves(self) -> list[dict]:
        return [self._location(None)] if self.settings["monitoring"] >= 1 else []

    def pings(self) -> list[dict]:
        return [self._location("p")] if self.settings["monitoring"] >= 1 else []

    def is_asked_from_afar(self) -> list[dict]:
        return [self._location("r")] if self.settings["cmd"] else []

    def crosses(self, number: int, event: str) -> list[dict]:
        if self.settings["monitoring"] < 0:
            return []
        region = self.settings["waypoints"][number]
        told = {"_type": "transition", "tst": self.at, "wtst": region["tst"], "event": event, "desc": region["desc"]}
        told |= {"t": "c"} | PLACE | ({"rid": region["rid"]} if self.system == "ios" else {})
        return [told, self._location("c")]


def traccar_takes_in(link: str) -> dict:
    """Traccar Client's settings out of a scanned link: the address alone, and what of the query it knows."""
    told = urlsplit(link)
    known = {name: value for name, [value] in parse_qs(told.query, strict_parsing=True).items()}
    whole = {"distance", "interval", "angle", "heartbeat", "fastest_interval"}
    truth = {"buffer", "wakelock", "stop_detection"}
    assert known.keys() <= {"id", "accuracy", *whole, *truth}
    settings = {"url": f"{told.scheme}://{told.netloc}{told.path}"} | known
    settings |= {name: int(known[name]) for name in whole & known.keys()}
    return settings | {name: {"true": True, "false": False}[known[name]] for name in truth & known.keys()}
