"""`CUSTODIET_TEST_GATEWAYS=sharing ./dev test` lets every monitor of a House and every gateway of a Site share devices
out.

Of a House whichever monitor is asked has everything, and takes it over from whichever was asked before it. A place that
is run as processes has an etcd of its own, which lives as long as it does, and a Site two gateways.
"""

import os
from dataclasses import replace
from itertools import count
from pathlib import Path
from weakref import WeakValueDictionary

import pytest

from custodiet.entrypoints.gateway.sharing import partitions_of
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.partitions import NOBODYS, Turn
from custodiet.rules.partitions import PARTITIONS

from .etcd import LEASE_S, EtcdServer

CHOSEN = os.environ.get("CUSTODIET_TEST_GATEWAYS") == "sharing"
GATEWAYS = 2 if CHOSEN else 1
beside = pytest.mark.skipif(
    CHOSEN, reason="gateways that share devices out do not write of one person beside each other"
)
_revisions = count(1)
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


class Sharer(Monitor):
    """Of several over one store."""

    def __init__(self, place: Path, store, *given, **more) -> None:
        super().__init__(store, *given, share=NOBODYS, share_by=store.share, **more)
        self._stands_in = place
        self._take_all()

    def receive(self, requests):
        self._take_all()
        return super().receive([_with_partitions(one) for one in requests])

    def idle(self) -> None:
        self._take_all()
        super().idle()

    def _take_all(self) -> None:
        if _has_devices.get(self._stands_in) is not self:
            self.take_turn(Turn("suite", dict.fromkeys(range(PARTITIONS), next(_revisions))))
            self.refresh()
            _has_devices[self._stands_in] = self


def _with_partitions(request: Request) -> Request:
    told = frozenset(one for one in partitions_of(request.lines) if one is not None)
    return replace(request, partitions=told)
