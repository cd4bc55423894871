"""A gateway: takes reports over HTTP."""

import argparse
import socket
from functools import partial

from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemClock
from custodiet.entrypoints.gateway.app import Gateway
from custodiet.entrypoints.gateway.direct import DeviceConnection
from custodiet.entrypoints.serving import listen_on, serve_app
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.ports import Seating
from custodiet.main.listening import listen
from custodiet.main.monitors import join_reading_many, monitor_of
from custodiet.main.outside import join_seating, trusted_peers
from custodiet.main.stores import open_store, read_pins
from custodiet.model.partitions import NOBODYS, Share
from custodiet.settings import Settings


def run(settings: Settings, asked: argparse.Namespace) -> None:
    """Run it until it is ended: alone, or with those that the settings share devices out among."""
    store = open_store(settings)
    if settings.sharing is None:
        monitor = monitor_of(store, SystemClock(), read_pins(settings), Share(store.end_sharing(), None))
    else:
        monitor = monitor_of(store, SystemClock(), read_pins(settings), NOBODYS, store.share)
    vault = VaultClient(settings.vault_socket)
    listening = listen(asked)
    release = partial(release_zones, store, vault)
    seating, beside = _seat(settings, monitor.name)
    trusted, senders = trusted_peers(settings), settings.get_senders
    gateway = Gateway(monitor, join_reading_many(), SystemClock(), None, release, senders, seating, trusted)
    serve_app(gateway, listening, connection=partial(DeviceConnection, gateway.steps), beside=beside)


def _seat(settings: Settings, name: str) -> tuple[Seating | None, tuple[socket.socket, ...]]:
    """Where this gateway agrees with others on who has which devices, and where those reach it."""
    sharing = settings.sharing
    if sharing is None:
        return None, ()
    listening = listen_on(sharing.peer_port)
    address = sharing.peer or f"http://127.0.0.1:{listening.getsockname()[1]}"
    return join_seating(settings, sharing, name, address), (listening,)
