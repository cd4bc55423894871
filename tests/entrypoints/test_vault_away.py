"""While the vault is away, what it would have opened stays shut: that is no refusal, and the pages say 503."""

import time

import pytest
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import AOS, CAI

from custodiet.main.pages import read_policy
from custodiet.model.errors import VaultUnavailable


class Away:
    """A vault that gives no answer."""

    def open(self, _index):
        raise VaultUnavailable("the vault does not answer")


@pytest.fixture
def look_up(house, tmp_path):
    looked = Looked(house)
    asked = looked.granted()
    place_of(house, tmp_path, read_policy(), (AOS, CAI))
    from django.conf import settings

    object.__setattr__(settings.PLACE, "vault", Away())
    yield f"/cases/{looked.person.case.reference}/look-ups/{asked}"
    from django.db import connection

    connection.close()


def fresh(actor):
    """Someone who has just shown who they are."""
    client = client_of(actor)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client


def test_a_reading_says_that_the_vault_is_away_and_that_the_same_may_pass_in_a_moment(look_up):
    shown = fresh(CAI).post(look_up, {"what": "open"})
    assert shown.status_code == 503
    assert "The vault does not answer now" in shown.content.decode()
    assert "-28.0" not in shown.content.decode()


def test_what_a_rule_refuses_stays_a_refusal(look_up):
    assert fresh(AOS).post(look_up, {"what": "open"}).status_code == 403
