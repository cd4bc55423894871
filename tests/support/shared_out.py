"""`CUSTODIET_TEST_GATEWAYS=sharing ./dev test` lets every monitor of a House and every gateway of a Site share devices
out.

Of a House whichever monitor is asked has everything, and takes it over from whichever was asked before it. A place that
is run as processes has an etcd of its own, which lives as long as it does, and a Site two gateways.
"""

import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.request import urlopen
from weakref import WeakValueDictionary

import pytest

from custodiet.entrypoints.gateway.sharing import partitions_of
from custodiet.flows.receive_reports import Monitor, Request, Singles
from custodiet.main.stores import read_pins
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import EVERYONES, NOBODYS, Share, Turn
from custodiet.rules.partitions import PARTITIONS
from custodiet.settings import read_settings

from .etcd import LEASE_S, EtcdServer, holders, seats

CHOSEN = os.environ.get("CUSTODIET_TEST_GATEWAYS") == "sharing"
GATEWAYS = 2 if CHOSEN else 1
beside = pytest.mark.skipif(
    CHOSEN, reason="gateways that share devices out do not write of one person beside each other"
)
ingest_has_no_part = pytest.mark.skipif(CHOSEN, reason="where gateways share devices out only they take reports")
_revisions: defaultdict[Path, "count[int]"] = defaultdict(lambda: count(1))
"""By the place of a store: two that live the same have the same."""
_has_devices: WeakValueDictionary[Path, Monitor] = WeakValueDictionary()
"""By the place of a store."""


def etcd_for(log: Path, environment: dict[str, str]) -> EtcdServer | None:
    """The started server of a place that is about to run and logs there, told to it; None where it is to have none.

    What it holds stays beside the log, and is there again for whoever runs the place anew.
    """
    if not CHOSEN or "CUSTODIET_ETCD" in environment:
        return None
    etcd = EtcdServer(log.with_suffix(".etcd")).start()
    environment |= {"CUSTODIET_ETCD": etcd.address, "CUSTODIET_LEASE_S": str(LEASE_S)}
    return etcd


def is_done(etcd: EtcdServer, line: Sequence[str]) -> bool:
    """Whether all devices are somebody's, of as many gateways as that command starts, and each of these goes by it."""
    data = line[line.index("--data") + 1]
    gateways = next((int(one.partition("=")[2]) for one in line if one.startswith("--gateways=")), 1)
    origin = read_pins(read_settings(data, None, {})).origin
    if len(holders(etcd, origin)) != gateways:
        return False
    return is_known_to_all([_health_at(address) for address in seats(etcd, origin).gateways.values()])


def is_known_to_all(health: Sequence[Mapping[str, int]]) -> bool:
    """By what each of a place's gateways says of itself: each may write what it has, and knows who has the rest."""
    return sum(one["held"] for one in health) == PARTITIONS and not any(one["nobodys"] for one in health)


def _health_at(address: str) -> dict[str, int]:
    with suppress(OSError), urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - a gateway's own
        return json.load(answer)
    return {"held": 0, "nobodys": PARTITIONS}


def alone(store) -> Share:
    """Of a monitor that a test makes by hand, and that is to write although others shared devices out."""
    return Share(store.end_sharing(), None) if CHOSEN else EVERYONES


class Sharer(Monitor):
    """Of several over one store."""

    def __init__(self, place: Path, store, *given, **more) -> None:
        super().__init__(store, *given, share=NOBODYS, share_by=store.share, **more)
        self._stands_in = place
        with suppress(CannotRecord):  # then it begins with nothing, as a gateway does
            self._take_all()

    def receive(self, requests):
        asked = [each for one in requests for each in _each(one)]
        try:
            self._take_all()
        except CannotRecord as cannot:
            return [cannot for _ in asked]
        return super().receive([_with_partitions(one) for one in asked])

    def idle(self) -> None:
        self._take_all()
        super().idle()

    def _take_all(self) -> None:
        if _has_devices.get(self._stands_in) is not self:
            self.take_turn(Turn("suite", dict.fromkeys(range(PARTITIONS), next(_revisions[self._stands_in]))))
            self.refresh()
            _has_devices[self._stands_in] = self


def _each(one: Request | Singles) -> list[Request]:
    """Posts that were read together come one by one: a gateway that shares reads none together."""
    return [one.one(place) for place in range(len(one))] if isinstance(one, Singles) else [one]


def _with_partitions(request: Request) -> Request:
    told = frozenset(one for one in partitions_of(request.lines) if one is not None)
    return replace(request, partitions=told)
