"""The pages in this very process, over a house of the tests: for what is counted or measured, not attacked."""

import time

from custodiet.adapters import sealing
from custodiet.adapters.zones import zone_as_of
from custodiet.entrypoints.web.accounts import keeping
from custodiet.entrypoints.web.configured import configure
from custodiet.entrypoints.web.place import Place, SignInPlace

from .site import empty_accounts


def place_of(house, folder, policy, actors, **more) -> None:
    """The pages' place, with an account for each of these, who hold their roles already."""
    (folder / "accounts.db").write_bytes(empty_accounts())
    signing_in = SignInPlace(folder / "accounts.db", "made up, and the same in every test")
    given = (house.store, house.vault, policy, sealing, house.clock, house.chance, house.pinned, folder)
    configure(signing_in, Place(*given, signing_in, zone_as_of=zone_as_of, **more))
    for actor in actors:
        keeping.open_account(signing_in, actor, actor, once=False)


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
