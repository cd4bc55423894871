"""The clock: what the passing of time brings, and the log that is published."""

import argparse
import sys

from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.ledger.witnesses import HttpWitness
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.clock import LEASE, Ticking, run_clock
from custodiet.entrypoints.cosigning import AskingWitnesses
from custodiet.flows.cosign_ledger import Cosigning
from custodiet.main.outside import join_witnesses
from custodiet.main.stores import open_store, read_pins
from custodiet.model.errors import LeaseLost
from custodiet.settings import Settings


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Run it until it is ended, or another has taken over."""
    store = open_store(settings)
    fence = store.take_lease(LEASE)
    vault = VaultClient(settings.vault_socket)
    pinned = read_pins(settings)
    ticking = Ticking(store, vault, TileLog(settings.log), SystemClock(), SystemChance(), pinned, fence)
    asking = _asking_witnesses(settings, store)
    try:
        run_clock(ticking)
    except LeaseLost:
        sys.exit("custodiet clock: another clock has taken over")
    finally:
        if asking is not None:
            asking.stop()
        store.close()


def _asking_witnesses(settings: Settings, store: SqlStore) -> AskingWitnesses | None:
    """Whoever asks the witnesses, begun; None where none are set."""
    kept = join_witnesses(settings)
    if kept is None:
        return None
    asked = [HttpWitness(one) for one in kept.policy.witnesses if one.url is not None]
    asking = AskingWitnesses(Cosigning(store, TileLog(settings.log), kept, asked, kept.most / 4), SystemClock().now)
    asking.start()
    return asking
