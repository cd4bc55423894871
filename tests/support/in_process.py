"""The pages in this very process, over a house of the tests: for what is counted or measured, not attacked."""

import sqlite3
import time
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from custodiet.adapters import sealing
from custodiet.entrypoints.web.accounts import keeping
from custodiet.entrypoints.web.accounts.hashing import Hasher
from custodiet.entrypoints.web.configured import configure
from custodiet.entrypoints.web.place import Place, SignInPlace

from .site import empty_accounts
from .zones import zone_as_of


def place_of(house, folder, policy, actors, **more) -> None:
    """The pages' place, with an account for each of these, who hold their roles already."""
    signing_in = signing_in_at(folder, accounts_of(tuple(actors)))
    given = (house.store, house.vault, policy, sealing, house.clock, house.chance, house.pinned, folder)
    configure(signing_in, Place(*given, signing_in, zone_as_of=zone_as_of, **more))


def signing_in_at(folder: Path, accounts: bytes) -> SignInPlace:
    path = folder / "accounts.db"
    path.write_bytes(accounts)
    return SignInPlace(path, "made up, and the same in every test")


@cache
def accounts_of(actors: tuple[str, ...]) -> bytes:
    """Their accounts, made once. A password is costly to keep, and nobody is told these: they are kept cheaply."""
    with TemporaryDirectory() as folder:
        signing_in = signing_in_at(Path(folder), empty_accounts())
        with patch.multiple(Hasher, memory_cost=8):
            for actor in actors:
                keeping.open_account(signing_in, actor, actor, once=False)
        with closing(sqlite3.connect(signing_in.database)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        return signing_in.database.read_bytes()


def client_of(actor):
    """Someone who has just signed in."""
    from django.test import Client

    from custodiet.entrypoints.web.accounts.models import Account

    client = Client(SERVER_NAME="localhost")
    client.get("/")  # what listens for a sign-in is there from the first page on
    account = Account.objects.get(actor=actor)
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client
