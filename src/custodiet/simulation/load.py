"""A crowd for the bench: so many invented people with zones, decided by the real flows, and what an upstream Traccar
would forward of them, a minute at a time.

Six in ten stay at home, three walk, one drives; each has a zone to stay in and others to keep out of, all within the
town. Every position is one line of NDJSON with every member that Traccar writes.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from custodiet.flows.decide_case import make_decision, propose_decision
from custodiet.flows.fit_device import fit_device, issue_sender, register_device
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import open_case, set_condition
from custodiet.flows.ports import Chance, Sealer, Store, Vault
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.model.condition import ConditionKind
from custodiet.model.mode import ModeCode
from custodiet.model.record import LogOpened
from custodiet.model.times import as_text
from custodiet.simulation.made_up_assessment import made_up_assessment
from custodiet.simulation.made_up_register import activate_made_up
from custodiet.simulation.seeded import SetClock
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, TOWN_RADIUS_M, home_of, offset, square_around
from custodiet.simulation.world import AUTHORISING, CASEWORKER, SCHEME, STRAND, made_up_scheme, officers_proposal

_STAY_IN_HALF_M = 3000.0
_KEEP_OUT_M = 9000.0
_MS = timedelta(milliseconds=1)
_METRES_A_MINUTE = (0.0,) * 6 + (80.0,) * 3 + (700.0,)
"""How far one in ten goes in a minute."""


class Crowd:
    """So many people, each with a device of its own behind one forwarding server."""

    def __init__(self, people: int, zones: int, seed: int, *, shared: bool = False) -> None:
        """`shared`: everyone's zones are the same ones, about the whole town."""
        self.seed = seed
        self.shared = shared
        self._random = Random(seed)
        self.serials = tuple(f"TAG-{number:05d}" for number in range(people))
        self._homes = [home_of(self._random) for _ in self.serials]
        self._places = list(self._homes)
        self.zones = zones

    def zones_of(self, person: int) -> Iterator[tuple[ConditionKind, dict[str, Any]]]:
        """Kind and geometry: a square to stay in, circles and squares to keep out of."""
        home, about_m = (TOWN_LAT, TOWN_LON), TOWN_RADIUS_M
        if not self.shared:
            home, about_m = self._homes[person], 0.0
        random = Random(0 if self.shared else person)
        for number in range(self.zones):
            if number == 0:
                ring = square_around(*home, _STAY_IN_HALF_M + about_m)
                yield ConditionKind.INCLUSION, {"type": "Polygon", "coordinates": [ring]}
                continue
            north, east = (random.choice((-1, 1)) * (_KEEP_OUT_M + about_m) for _ in range(2))
            lat, lon = offset(*home, north + 300.0 * number, east)
            if number % 2:
                yield ConditionKind.EXCLUSION, {"type": "Polygon", "coordinates": [square_around(lat, lon, 400.0)]}
            else:
                yield ConditionKind.EXCLUSION, {"type": "Point", "coordinates": [lon, lat], "radius_m": 400}

    def minute(self, at: datetime, within: timedelta = timedelta(seconds=50)) -> list[bytes]:
        """One forwarded position of everyone, in one minute or in what of it is asked for; nobody strays."""
        lines = []
        for person, serial in enumerate(self.serials):
            metres = _METRES_A_MINUTE[person % 10]
            home, place = self._homes[person], self._places[person]
            if metres:
                place = offset(*place, *(self._random.uniform(-metres, metres) for _ in range(2)))
                if max(abs(place[0] - home[0]), abs(place[1] - home[1])) > 0.02:
                    place = home
                self._places[person] = place
            drift = offset(*place, self._random.gauss(0, 3), self._random.gauss(0, 3))
            when = at + timedelta(milliseconds=self._random.randrange(within // _MS))
            lines.append(forwarded(serial, person, when, drift, metres / 60, self._random))
        return lines


def forwarded(serial: str, number: int, at: datetime, place: tuple[float, float], mps: float, random: Random) -> bytes:
    """Everything that Traccar writes of one position and its device."""
    when = as_text(at).replace("Z", "+00:00")
    position = {
        "id": 0,
        "attributes": {
            "batteryLevel": random.randrange(40, 100) + 0.0,
            "sat": random.randrange(6, 14),
            "distance": round(mps * 60, 2),
            "totalDistance": 18233.9,
            "motion": mps > 0,
            "hours": 93_600_000,
        },
        "deviceId": number,
        "protocol": "osmand",
        "serverTime": when,
        "deviceTime": when,
        "fixTime": when,
        "valid": True,
        "latitude": round(place[0], 7),
        "longitude": round(place[1], 7),
        "altitude": 46.0,
        "speed": round(mps / 0.514444, 5),
        "course": random.randrange(1, 360) + 0.0,
        "address": None,
        "accuracy": random.choice((4.0, 6.5, 8.0, 12.0, 25.0)),
        "network": None,
        "geofenceIds": [7],
    }
    device = {
        "id": number,
        "attributes": {},
        "groupId": 3,
        "calendarId": 0,
        "name": f"Tag {number}",
        "uniqueId": serial,
        "status": "online",
        "lastUpdate": when,
        "positionId": 900_000 + number,
        "phone": None,
        "model": "OM-500",
        "contact": None,
        "category": None,
        "disabled": False,
        "expirationTime": None,
    }
    return json.dumps({"position": position, "device": device}, separators=(",", ":")).encode()


def reference_of(person: int) -> str:
    """Of the case of one of a crowd."""
    return f"M-{person:05d}"


def settle(
    crowd: Crowd,
    store: Store,
    vault: Vault,
    sealer: Sealer,
    clock: SetClock,
    chance: Chance,
    pinned: LogOpened,
    fence: tuple[str, int],
) -> str:
    """Everyone's case, device, decision and zones, in an empty store. The forwarding server's token."""
    now = clock.now()
    scheme = made_up_scheme(now)
    register_scheme(store, scheme, CASEWORKER)
    activate_made_up(store, scheme, now, CASEWORKER, AUTHORISING)
    cases = [open_case(store, chance, SCHEME, reference_of(one), CASEWORKER) for one in range(len(crowd.serials))]
    for serial, case in zip(crowd.serials, cases, strict=True):
        device = register_device(store, chance, serial, CASEWORKER)
        fit_device(store, chance, device.id, case.id, STRAND, CASEWORKER)
    _issue(store, vault, clock, pinned, fence)
    for person, case in enumerate(cases):
        decision = officers_proposal(chance, case.id, ModeCode.FITTED_TRAIL, now, now + timedelta(days=20))
        propose_decision(store, decision, made_up_assessment(store, chance, decision))
        for kind, geometry in crowd.zones_of(person):
            of = (decision.id, kind, CASEWORKER)
            set_condition(store, sealer, chance, pinned, *of, geometry=json.dumps(geometry).encode())
        make_decision(store, decision.id, AUTHORISING)
    _issue(store, vault, clock, pinned, fence)
    return issue_sender(store, chance, SCHEME, "a forwarding server", crowd.serials, CASEWORKER)


def _issue(store: Store, vault: Vault, clock: SetClock, pinned: LogOpened, fence: tuple[str, int]) -> None:
    while issue_wanted_keys(store, vault, clock, pinned, fence):
        pass
