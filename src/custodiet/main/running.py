"""Verbs that run what a place is made of: all of it, or one process."""

import argparse
from importlib import import_module
from pathlib import Path

from custodiet.adapters.vault_client import VaultClient
from custodiet.main.holding import hold_alone, hold_with_others
from custodiet.main.outside import join_carrier
from custodiet.main.settled import settings_asked, settings_made
from custodiet.main.vaults import join_kms
from custodiet.model.errors import Unready
from custodiet.settings import require_made, require_settled
from custodiet.wire.broker import read_broker


def serve(asked: argparse.Namespace) -> None:
    """Run everything over a data folder."""
    from custodiet.entrypoints import serve as entry

    settings = settings_asked(asked)
    require_made(settings)
    require_settled(settings)
    if settings.made_up.exists():
        raise Unready(f"{settings.data} is a demo's folder: serve is for real people; try custodiet demo")
    join_kms(settings)
    sources = tuple(Path(one).resolve() for one in asked.source)
    for file in sources:
        read_broker(file.read_bytes())  # what is wrong with it is said here, and not by a child again and again
    if settings.post is not None:
        join_carrier(settings.post)
    held = hold_alone(settings.data, "custodiet")
    where = (settings.data, settings.keys, held, asked.port, asked.gateways, sources)
    place = entry.Place(*where, messenger=settings.post is not None)
    entry.serve(place, VaultClient(settings.vault_socket))


def run(asked: argparse.Namespace) -> None:
    """Run one of our processes in the foreground, for a layout with a user for each."""
    from custodiet.entrypoints.serving import end_with_parent, log_plainly

    settings = settings_made(asked)
    log_plainly(asked.process)
    if asked.tied:
        end_with_parent()
    else:
        hold_with_others(settings.data, "custodiet")
    import_module(f"custodiet.main.processes.{asked.process}").run(settings, asked)
