"""The messenger: has messages taken to people."""

import argparse
import sys

from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemClock
from custodiet.entrypoints.messenger import run_messenger
from custodiet.flows.send_messages import LEASE, Messenger
from custodiet.main.outside import join_carrier
from custodiet.main.stores import open_store
from custodiet.model.errors import LeaseLost, Unready
from custodiet.settings import Settings


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Run it until it is ended, or another has taken over. Raises Unready where there is no way for messages."""
    if settings.post is None:
        raise Unready("no way for messages: set CUSTODIET_SMTP or CUSTODIET_MESSAGE_FOLDER, and CUSTODIET_MAIL_FROM")
    carrier = join_carrier(settings.post)
    store = open_store(settings, pulses=False)
    fence = (LEASE, store.take_lease(LEASE))
    vault = VaultClient(settings.vault_socket)
    messenger = Messenger(store, vault, carrier, SystemClock(), fence, settings.post.office)
    try:
        run_messenger(messenger)
    except LeaseLost:
        sys.exit("custodiet messenger: another messenger has taken over")
    finally:
        store.close()
