"""Verbs about made-up people: the demo, its tour, a simulated month."""

import argparse
import os
import shutil
import sys
from datetime import timedelta

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.streets import StreetsFile
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.main.holding import hold_alone
from custodiet.main.making import ORIGIN, make_folder, place_aside
from custodiet.main.pages import make_accounts, sign_in_place
from custodiet.main.settled import settings_asked
from custodiet.main.stores import open_store, read_pins
from custodiet.main.vaults import join_vault
from custodiet.model.errors import Unready
from custodiet.model.identity import ActorId
from custodiet.rules.masking.classes import KEYS, is_sensitive
from custodiet.rules.streets import KEYS as STREET_KEYS
from custodiet.rules.streets import drawn_as
from custodiet.settings import Settings, read_settings
from custodiet.wire.note import vkey

LAPSES = 15


def demo(asked: argparse.Namespace) -> None:
    """Make the made-up scheme and run it."""
    from custodiet.entrypoints.clock import LEASE
    from custodiet.entrypoints.demo import a_witness, run_demo
    from custodiet.entrypoints.serve import Place, say
    from custodiet.entrypoints.web.accounts.keeping import open_account
    from custodiet.flows.keep_accounts import record_opening
    from custodiet.simulation.seeded import SetClock
    from custodiet.simulation.world import ADMINISTRATOR, WorldMaker

    settings = read_settings(asked.data or "demo", asked.keys, os.environ)
    if settings.kms is not None:
        raise Unready("a demo is made anew each time, and keeps its keys in files: unset CUSTODIET_OPENBAO and _PKCS11")
    _clear_demo(settings)
    say("making the made-up scheme: keys, ledger, an invented past of eight days")
    now = SystemClock().now()
    clock = SetClock(now - timedelta(days=9))
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(settings.data.iterdir()):
        # Marked first: what is broken off from here on, the next demo may clear.
        settings.made_up.write_text('{"senders": {}}')
    store = make_folder(settings, ORIGIN, clock)
    held = hold_alone(settings.data, "custodiet")
    keystore = SqliteKeystore(settings.vault_db)
    vault, _ = join_vault(settings, store, keystore, clock, SystemChance())
    fence = (LEASE, store.take_lease(LEASE))
    pinned = read_pins(settings)
    maker = WorldMaker(store, vault, sealing, clock, SystemChance(), pinned, seed=asked.seed, fence=fence)
    world = maker.make(now, LAPSES, timedelta(seconds=asked.lapse_every))
    for one in world.staff:
        record_opening(store, one.actor, ADMINISTRATOR)
    _load_made_up_town(settings, store, asked.seed)
    store.close()
    keystore.close()
    make_accounts(settings)
    signing_in = sign_in_place(settings)
    accounts: dict[str, dict[str, str]] = {}
    for one in world.staff:
        account = {"username": str(one.actor), "password": open_account(signing_in, one.actor, one.actor, once=False)}
        number = sum(key.startswith(one.function) for key in accounts)
        accounts[f"{one.function}_{number + 1}" if number else one.function] = account
    say("starting a witness, vault, clock, gateway and page")
    witness = a_witness(settings.witness_folder, vkey(pinned.origin, pinned.log_key), settings.witnesses)
    place = Place(settings.data, settings.keys, held, asked.port, asked.gateways, beside=(witness,))
    shown = open_store(settings, read_only=True)
    client = VaultClient(settings.vault_socket)
    run_demo(place, client, shown, SystemClock(), world, accounts, settings.made_up, as_json=asked.json)


def _load_made_up_town(settings: Settings, store: SqlStore, seed: int) -> None:
    """The invented town's own map, loaded as any other is."""
    from custodiet.adapters.osm import boxes_in, digest_of, lines_in
    from custodiet.flows.load_places import load_places
    from custodiet.flows.streets import keep_streets
    from custodiet.simulation.town_map import write_town

    file = settings.data / "town.osm.pbf"
    write_town(file, seed)
    flagged = boxes_in(file, KEYS, is_sensitive)
    load_places(store, PlaceFolder(settings.places), flagged, digest_of(file), ActorId("operator"))
    keep_streets(StreetsFile(settings.streets), lines_in(file, STREET_KEYS, drawn_as))


def _clear_demo(settings: Settings) -> None:
    """Away with an earlier demo; nothing else is ever cleared."""
    if settings.made_up.exists():
        hold_alone(settings.data, "a demo")
        shutil.rmtree(settings.data)
        shutil.rmtree(settings.keys, ignore_errors=True)
        shutil.rmtree(settings.witness_folder, ignore_errors=True)
        settings.witnesses.unlink(missing_ok=True)
        settings.pins.unlink(missing_ok=True)


def tour(asked: argparse.Namespace) -> None:
    """Real requests against the running demo."""
    from custodiet.entrypoints.cli.tour import take_tour

    settings = settings_asked(asked)
    if not settings.made_up.exists():
        raise Unready("no demo here: start one with `custodiet demo`, in another terminal")
    store = open_store(settings)
    sys.exit(take_tour(settings.made_up, settings.data, store, VaultClient(settings.vault_socket), check=asked.check))


def simulate(asked: argparse.Namespace) -> None:
    """Live a month of the made-up scheme on a virtual clock, and hold what was found against the truth."""
    from custodiet.entrypoints.cli.simulating import show_report
    from custodiet.simulation.month import BEGINS, Month
    from custodiet.simulation.seeded import SeededChance, SetClock

    clock, chance = SetClock(BEGINS - timedelta(days=1)), SeededChance(asked.seed)
    with place_aside(clock) as (settings, store, vault, _, fence):
        world = (store, vault, sealing, clock, chance, read_pins(settings), fence)
        asked_for = {"seed": asked.seed, "people": asked.people, "days": asked.days, "faults": asked.faults}
        report = Month(*world, **asked_for).run()
    sys.exit(show_report(report, as_json=asked.json))
