"""`CUSTODIET_TEST_GATEWAYS=sharing ./dev test` lets every monitor of a House share devices out.

Of a House whichever monitor is asked has everything, and takes it over from whichever was asked before it. What is run
as processes is not changed by it.
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

CHOSEN = os.environ.get("CUSTODIET_TEST_GATEWAYS") == "sharing"
beside = pytest.mark.skipif(
    CHOSEN, reason="gateways that share devices out do not write of one person beside each other"
)
_revisions = count(1)
_has_devices: WeakValueDictionary[Path, Monitor] = WeakValueDictionary()
"""By the place of a store."""


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
