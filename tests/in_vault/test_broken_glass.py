"""The vault decides by itself who looks alone, at what and how often, with the law of the store put aside."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on, rules_aside
from support.glass import Endangered
from support.house import House
from support.looking import HOUR, MINUTE
from support.staff import AOS, CAI, DPO, OPE

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.glass import ABOUT_ONE_MAX, BY_ONE_MAX, Danger, Glass
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.look_up import Precision, Tried
from custodiet.model.record import kind_of
from custodiet.rules.masking.stays import judged_for

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One place whose store has no law; each sentence begins two days later, with everything assessed."""
    house = House(tmp_path_factory.mktemp("glass"))
    one = Endangered(house, fixes=0)
    rules_aside(house)
    yield one
    house.close()


@pytest.fixture(autouse=True)
def later(one):
    house = one.house
    one.assess_all()
    house.clock.pass_(2 * DAY)
    house.issue_keys()
    one.walk(3)


def write(one, record, by):
    with one.house.store.acting() as act:
        return act.write(Entry(kind_of(record), by, one.person.case.person_id), record)


def forged(one, by=OPE, window=None, judged=None, at=None, why=b"sealed"):
    """The place of an entry that nobody's flow decided."""
    house, window = one.house, window or one.last()
    told = (one.case_id, Danger.TO_THEM, why, (Tried.RANG,), window, Precision.FULL, by, at or house.clock.now())
    glass = Glass(house.chance.identity("glass"), *told)
    return write(one, GlassBroken(glass, (), judged or judged_for(window)), by)


def shut(one, code, **given):
    index = forged(one, **given)
    with pytest.raises(OpeningRefused, match=code):
        one.house.vault.open(index)


def test_it_opens_for_an_operator_of_the_scheme_and_for_nobody_else(one):
    assert len(list(one.house.vault.open(forged(one)))) == 1 + 3
    for by in (CAI, AOS, DPO, "eve"):
        shut(one, "not_an_operator", by=by)


def test_it_opens_nothing_wider_older_unsaid_or_unjudged(one):
    now, window = one.house.clock.now(), one.last()
    shut(one, "too_wide", window=Interval(now - 2 * HOUR - MINUTE, now))
    shut(one, "too_long_ago", window=Interval(now - DAY - MINUTE, now - 23 * HOUR))
    shut(one, "no_reason", why=b"")
    shut(one, "not_judged", judged=window)


def test_it_counts_by_itself_after_a_restart_too_and_is_not_fooled_by_what_is_dated_back(one):
    for _ in range(BY_ONE_MAX):
        assert list(one.house.vault.open(forged(one)))
    shut(one, "too_often")
    shut(one, "not_an_operator", at=one.house.clock.now() - 2 * DAY)
    one.house.vault = one.house.start_vault()
    shut(one, "too_often")


def test_it_counts_about_one_person_whoever_looks(one, monkeypatch):
    house = one.house
    monkeypatch.setattr(type(house.vault._follower.staffing), "is_operator_for", lambda *_: True)
    for number in range(ABOUT_ONE_MAX):
        assert list(house.vault.open(forged(one, by=f"operator-{number}")))
    shut(one, "too_often", by="operator-other")


def test_whoever_was_not_assessed_in_time_gets_nothing_and_only_the_officers_word_counts(one):
    list(one.house.vault.open(forged(one)))
    with one.house.store.reading() as view:
        late = view.glasses_of(one.case_id)[0][0].glass.id
    one.house.clock.pass_(DAY + MINUTE)
    one.house.issue_keys()
    one.walk(1)
    shut(one, "not_assessed")
    for by in (CAI, OPE):
        write_again(one, late, by)
    shut(one, "not_assessed")
    write_again(one, late, DPO)
    assert list(one.house.vault.open(forged(one)))


def write_again(one, glass_id, by):
    """Whatever the tables hold of it goes first: the ledger keeps every word."""
    with hands_on(one.house) as hand:
        hand.execute("DELETE FROM glass_assessment WHERE glass_id = ?", (glass_id,))
    write(one, GlassAssessed(glass_id, True, one.house.clock.now(), by, b"sealed"), by)


def test_an_operator_with_a_conflict_of_interest_gets_nothing(house):
    one = Endangered(house, fixes=3)
    declare_conflict(house.store, one.case_id, OPE, OPE)
    shut(one, r"conflict.*not_an_operator")
