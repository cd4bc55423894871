"""The vault: the only one that opens what was sealed."""

import argparse
from contextlib import ExitStack

from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.vault import Vault, serve_vault
from custodiet.main.holding import hold_alone
from custodiet.main.outside import join_witnesses
from custodiet.main.stores import open_store
from custodiet.main.vaults import join_vault
from custodiet.settings import Settings


def run(settings: Settings, _: argparse.Namespace) -> None:
    """Run it until it is ended: nobody else, on its folder."""
    hold_alone(settings.vault_folder, "a vault")
    clock, chance = SystemClock(), SystemChance()
    with ExitStack() as closing:
        store = open_store(settings, read_only=True)
        closing.callback(store.close)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        pieces = SqliteGatheredPieces(settings.pieces_db)
        closing.callback(pieces.close)
        openings, keys = join_vault(settings, store, keystore, clock, chance, join_witnesses(settings), pieces)
        keys.turn_epoch()
        serve_vault(Vault(openings, keys), settings.vault_socket)
