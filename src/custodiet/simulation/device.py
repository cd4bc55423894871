"""An invented device: a process that knows a URL, a token and its own name, and walks about its home.

Run as `python -m custodiet.simulation.device`; it reads one JSON line (url, token, serial, lat, lon, every_s, seed)
from standard input and ends when that closes. What it could not deliver it keeps and sends again, oldest first, as a
real device does. It imports nothing of ours but the town, and nothing that is not in Python.
"""

import contextlib
import json
import select
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from datetime import UTC, datetime
from random import Random
from typing import Any

from custodiet.simulation.town import offset

_KEPT_MAX = 1000
_ANSWER_WAIT_S = 5.0


def traccar_payload(
    serial: str,
    at: datetime,
    lat: float,
    lon: float,
    accuracy_m: float = 8.0,
    attributes: dict[str, Any] | None = None,
) -> bytes:
    """One position as Traccar forwards it; the fields that a gateway of ours reads, and some it must not."""
    when = at.isoformat(timespec="milliseconds")
    position = {
        "id": 0,
        "attributes": {"batteryLevel": 87.0, "motion": True} | (attributes or {}),
        "deviceId": 1,
        "protocol": "osmand",
        "serverTime": when,
        "deviceTime": when,
        "fixTime": when,
        "valid": True,
        "latitude": lat,
        "longitude": lon,
        "altitude": 0.0,
        "speed": 2.69978,
        "course": 181.0,
        "address": None,
        "accuracy": accuracy_m,
        "network": None,
        "geofenceIds": None,
    }
    return json.dumps({"position": position, "device": {"id": 1, "uniqueId": serial, "name": "made up"}}).encode()


def post(url: str, token: str, body: bytes) -> int | None:
    """The HTTP status, or None when nobody answered."""
    request = urllib.request.Request(  # noqa: S310 - our own gateway's address
        url, data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_WAIT_S) as answer:  # noqa: S310
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def walk(told: dict[str, Any]) -> None:
    """Report every `every_s` seconds until standard input closes."""
    random = Random(told["seed"])
    north_m = east_m = 0.0
    kept: deque[bytes] = deque(maxlen=_KEPT_MAX)
    time.sleep(random.uniform(0, told["every_s"]))
    while True:
        north_m = max(-300.0, min(300.0, north_m + random.gauss(0, 15)))
        east_m = max(-300.0, min(300.0, east_m + random.gauss(0, 15)))
        lat, lon = offset(told["lat"], told["lon"], north_m, east_m)
        kept.append(traccar_payload(told["serial"], datetime.now(UTC), lat, lon))
        while kept and post(told["url"], told["token"], kept[0]) not in (None, 429, 503):
            kept.popleft()
        readable, _, _ = select.select([sys.stdin], [], [], told["every_s"])
        if readable and not sys.stdin.readline():
            return


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        walk(json.loads(sys.stdin.readline()))
