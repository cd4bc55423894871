"""Verbs that make a place, and one that goes again."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.in_vault.keys import Keys, make_first_keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.open_log import open_log
from custodiet.flows.ports import Clock
from custodiet.flows.refusing import refuse_if
from custodiet.main.pages import make_accounts, sign_in_place
from custodiet.main.settled import settings_asked, settings_made
from custodiet.main.stores import open_store, store_of
from custodiet.main.vaults import join_kms, join_vault, kms_named
from custodiet.model.errors import Unready
from custodiet.model.identity import ActorId
from custodiet.model.record import LogOpened
from custodiet.rules.alerts import objections_to_acting
from custodiet.settings import Settings, read_settings
from custodiet.wire.note import key_id
from custodiet.wire.records import record_bytes

ORIGIN = "custodiet.example/made-up"
FIRST_SIGN_IN = "administrator"
"""Under which name whoever made a place signs in first."""


def init(asked: argparse.Namespace) -> None:
    """Make a data folder."""
    from custodiet.entrypoints.web.accounts.keeping import open_account
    from custodiet.flows.keep_accounts import record_opening
    from custodiet.flows.staff_joins import begin_administration

    settings, clock = settings_asked(asked), SystemClock()
    administrator = ActorId(asked.administrator)
    refuse_if(objections_to_acting(administrator))  # before anything is made
    store = make_folder(settings, asked.origin, clock)
    begin_administration(store, SystemChance(), administrator)
    record_opening(store, administrator, administrator)
    store.close()
    make_accounts(settings)
    password = open_account(sign_in_place(settings), FIRST_SIGN_IN, administrator)
    print(f"made {settings.data}, whose first administrator is {administrator}: recorded as an exception")
    print(f"made {settings.keys}: keep it out of every backup of the first")
    print(f"made {settings.pins}: the vault's public keys, which everyone else goes by")
    print(f"first sign-in: {FIRST_SIGN_IN} {password} (said once; it is to be changed at once)")


def administrator(asked: argparse.Namespace) -> None:
    """The first administrator of a place that was made before there were any."""
    from custodiet.flows.staff_joins import begin_administration

    store = open_store(settings_made(asked))
    try:
        begin_administration(store, SystemChance(), ActorId(asked.account))
    finally:
        store.close()
    print(f"the first administrator is {asked.account}: recorded as an exception")


def make_folder(settings: Settings, origin: str, clock: Clock) -> SqlStore:
    """Keys, databases and an open log, all new; gives the store. Raises Unready when something is there already."""
    key_id(origin, bytes(32))  # raises for a name that no checkpoint could bear, before anything is made
    if settings.data.exists() and any(path != settings.made_up for path in settings.data.iterdir()):
        raise Unready(f"{settings.data} is not empty: nothing was made")
    if settings.pins.exists():
        raise Unready(f"{settings.pins} is there already: nothing was made")
    if settings.keys.exists() and any(settings.keys.iterdir()):
        raise Unready(f"{settings.keys} is not empty: nothing was made")
    if settings.database is not None:
        _require_empty(settings)
    for folder in (settings.data, settings.keys, settings.vault_folder, settings.vault_socket.parent, settings.log):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chance = SystemChance()
    if settings.kms is not None:
        kms_named(settings, settings.kms, take=True)
    store = store_of(settings, clock)
    store.prepare()
    keystore = SqliteKeystore(settings.vault_db)
    kms = join_kms(settings)
    make_first_keys(keystore, kms, sealing, clock, chance)
    keys = Keys(keystore, kms, sealing, clock, chance)
    pinned = LogOpened(origin, keys.log_public, keys.issue_public)
    open_log(store, pinned)
    settings.pins.write_bytes(record_bytes(pinned) + b"\n")
    keystore.close()
    return store


def _require_empty(settings: Settings) -> None:
    """Raise Unready for a database that holds a store already."""
    store = store_of(settings)
    try:
        if store.form():
            raise Unready("the database that CUSTODIET_STORE names holds a store already: nothing was made")
    finally:
        store.close()


class Aside(NamedTuple):
    """A place that goes when it is done with."""

    settings: Settings
    store: SqlStore
    vault: Openings
    keys: Keys
    fence: tuple[str, int]
    """As whoever holds the clock's lease."""


@contextmanager
def place_aside(clock: Clock) -> Iterator[Aside]:
    """A new place in a folder of its own, with nobody in it; for what is made up, and for what is measured."""
    from custodiet.entrypoints.clock import LEASE

    with TemporaryDirectory(prefix="custodiet-") as folder, ExitStack() as closing:
        settings = read_settings(str(Path(folder) / "data"), None, {})
        store = make_folder(settings, ORIGIN, clock)
        closing.callback(store.close)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        vault, keys = join_vault(settings, store, keystore, clock, SystemChance())
        yield Aside(settings, store, vault, keys, (LEASE, store.take_lease(LEASE)))
