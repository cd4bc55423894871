"""A source: takes reports from a broker."""

import argparse
from pathlib import Path

from custodiet.adapters.mqtt import MqttBus
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemClock
from custodiet.entrypoints.beside import Among
from custodiet.entrypoints.source import Source, run_source
from custodiet.flows.fit_device import token_hash
from custodiet.flows.release_in_scope import InScope
from custodiet.main.monitors import join_monitor, monitor_of
from custodiet.main.outside import join_seating, trusted_peers
from custodiet.main.stores import open_store, read_pins
from custodiet.model.errors import Unready
from custodiet.model.partitions import NOBODYS
from custodiet.settings import Settings, read_secret
from custodiet.wire.broker import read_broker


def run(settings: Settings, asked: argparse.Namespace) -> None:
    """Run it until it is ended. Raises Unready for no or another configuration."""
    if asked.config is None:
        raise Unready("a source needs --config FILE: which broker, which topics")
    file = Path(asked.config).resolve()
    broker = read_broker(file.read_bytes())
    password = None if broker.password_file is None else read_secret(file.parent / broker.password_file)
    ca_file = None if broker.ca_file is None else file.parent / broker.ca_file
    bus = MqttBus(broker, password, ca_file)
    token = read_secret(file.parent / broker.token_file)
    token_sha256, among = token_hash(token), None
    clock, store = SystemClock(), open_store(settings, pulses=False)
    if settings.sharing is None:
        monitor = join_monitor(settings, store)
    else:
        monitor = monitor_of(store, SystemClock(), read_pins(settings), NOBODYS, store.look_on)
        seating = join_seating(settings, settings.sharing, monitor.name, "")
        among = Among(seating, token, trusted_peers(settings))
    release = InScope(store, VaultClient(settings.vault_socket), clock, token_sha256).release
    run_source(Source(bus, monitor, clock, token_sha256, release, among=among))
