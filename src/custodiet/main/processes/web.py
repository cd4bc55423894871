"""Pages, and what programs ask."""

import argparse
import json

from custodiet.adapters import sealing
from custodiet.adapters.paper import tagged_pdf
from custodiet.adapters.streets import StreetsFile
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.adapters.zones import zone_as_of
from custodiet.entrypoints.serving import serve_app
from custodiet.entrypoints.web.place import Place
from custodiet.entrypoints.web.shell import Shell
from custodiet.main.listening import listen
from custodiet.main.outside import join_witnesses
from custodiet.main.pages import make_accounts, read_policy, sign_in_place
from custodiet.main.stores import open_store, read_pins
from custodiet.settings import Settings


def run(settings: Settings, asked: argparse.Namespace) -> None:
    """Run it until it is ended."""
    if not settings.accounts_db.is_file():
        make_accounts(settings)  # of a place that had none: a restored one, or one of an earlier version
    made_up = (lambda: json.loads(settings.made_up.read_bytes())) if settings.made_up.exists() else None
    shell = Shell(
        Place(
            store=open_store(settings),
            vault=VaultClient(settings.vault_socket),
            policy=read_policy(),
            sealer=sealing,
            clock=SystemClock(),
            chance=SystemChance(),
            pinned=read_pins(settings),
            log=settings.log,
            signing_in=sign_in_place(settings),
            made_up=made_up,
            zone_as_of=zone_as_of,
            witnessed=join_witnesses(settings),
            as_pdf=tagged_pdf,
            streets=StreetsFile(settings.streets),
        )
    )
    listening = listen(asked)
    serve_app(shell, listening, shell.end)
