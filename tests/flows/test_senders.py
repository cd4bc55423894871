"""Tokens: bound to an open fitting of a device in the sender's own scope and scheme, and ended with it."""

import sqlite3
from datetime import timedelta

import pytest
from support.house import ANA, SCHEME, START, report, scheme_at

from custodiet.flows.fit_device import issue_sender
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.times import to_ms

MINUTE = timedelta(minutes=1)


def issue(house, fitting, *, scheme=SCHEME, scope=("TAG",)):
    return issue_sender(house.store, house.chance, scheme, "a sender", scope, ANA, fitting.id)


def refused(house, fitting, why, **given):
    with house.store.reading() as view:
        before = view.ledger_size()
    with pytest.raises(NotPermitted, match=why):
        issue(house, fitting, **given)
    with house.store.reading() as view:
        return view.ledger_size() == before


def test_a_token_is_bound_to_an_open_fitting(house):
    person = house.person("TAG")
    house.decide(person)
    person.token = issue(house, person.fitting, scope=("TAG", "TAG-2"))
    assert house.say(house.monitor(), person) == "kept"


def test_no_token_is_bound_to_a_fitting_that_has_ended(house):
    person = house.person("TAG")
    house.clock.pass_(MINUTE)
    house.unfit(person)
    assert refused(house, person.fitting, "the fitting has ended")


def test_a_fitting_of_the_next_wearer_does_not_open_the_one_before(house):
    person, following = house.person("TAG"), house.person()
    house.clock.pass_(MINUTE)
    house.unfit(person)
    house.fit(following, person.device)
    assert refused(house, person.fitting, "the fitting has ended")
    assert issue(house, following.fitting)


def test_no_token_is_bound_to_a_fitting_of_a_device_outside_the_scope(house):
    person = house.person("TAG")
    house.person("TAG-2")
    assert refused(house, person.fitting, "not in the sender's scope", scope=("TAG-2",))


def test_no_token_of_one_scheme_is_bound_to_a_fitting_of_another(house):
    whole = scheme_at(START)
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    other = type(whole)(**fields | {"id": SchemeId("scheme_other")})
    register_scheme(house.store, other, ANA)
    person = house.person("TAG")
    assert refused(house, person.fitting, "another scheme's", scheme=other.id)


def test_every_objection_is_named_at_once(house):
    person = house.person("TAG")
    house.clock.pass_(MINUTE)
    house.unfit(person)
    assert refused(house, person.fitting, "ended.*scope.*scheme", scheme=SchemeId("scheme_none"), scope=("TAG-2",))


def rotated(house, token_ended_at):
    """A person with two tokens, of which the first was ended when it was rotated."""
    person = house.person("TAG")
    house.decide(person)
    connection = sqlite3.connect(house.path, isolation_level=None)
    connection.execute("UPDATE token SET ended_at = ?", (to_ms(token_ended_at),))
    connection.close()
    person.token = issue(house, person.fitting)
    return person


def ends(house):
    connection = sqlite3.connect(house.path)
    listed = [end for (end,) in connection.execute("SELECT ended_at FROM token ORDER BY issued_at, version")]
    connection.close()
    return sorted(listed)


def test_a_fitting_ends_also_when_one_of_its_tokens_had_ended_before(house):
    person = rotated(house, START)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    house.unfit(person)
    assert ends(house) == [to_ms(START), to_ms(START + MINUTE)]
    [answer] = house.post(monitor, person.token, report("TAG", house.clock.now()))
    assert answer.shown == "token_ended"
