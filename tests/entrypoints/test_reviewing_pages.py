"""Reviews on their page: what was used is counted, and each that is open can be decided, also of what is over."""

import re
from datetime import timedelta

import pytest
from support.assessing import assessor
from support.house import ANA, House
from support.in_process import client_of, place_of
from support.looking import Looked
from support.staff import AOS, CAI, OPE

from custodiet.flows.close_case import close_case
from custodiet.flows.record_fact import record_fact
from custodiet.flows.review_decision import begin_review
from custodiet.main.pages import read_policy
from custodiet.model.decision import State
from custodiet.model.ending import EndReason
from custodiet.model.fact import FactKind
from custodiet.model.mode import ModeCode
from custodiet.model.review import Trigger


@pytest.fixture
def one(tmp_path):
    house = House(tmp_path)
    one = Looked(house)
    place_of(house, tmp_path, read_policy(), (AOS, CAI, OPE))
    one.officer = client_of(CAI)
    one.path = f"/cases/{one.person.case.reference}/review"
    yield one
    from django.db import connection

    connection.close()
    house.close()


def evidence(one):
    """A doctor's letter: it steps down and opens a review, in one write."""
    house = one.house
    record_fact(house.store, assessor(house), house.chance, one.case_id, FactKind.HEALTH, house.clock.now().date(), CAI)


def shown(one, query=""):
    given = one.officer.get(one.path + query)
    assert given.status_code == 200, given.content.decode()
    return " ".join(given.content.decode().split())


def open_reviews(one):
    with one.house.store.reading() as view:
        decisions = view.decisions_of(one.case_id)
        return [each for of in decisions for each in view.reviews_of(of.id) if each.decided_at is None]


def standing(one):
    with one.house.store.reading() as view:
        return [each.mode for each in view.decisions_of(one.case_id) if each.in_force(one.house.clock.now())]


def test_what_was_used_since_the_last_review_is_counted_and_what_was_opened_with_it(one):
    def used():
        with one.house.store.reading() as view:
            told = view.used_since(one.decision.id, one.decision.starts_at)
        return told.openings, told.questions, told.packs

    assert used() == (0, 0, 0)
    look_up = one.granted()
    one.open(look_up)
    one.open(look_up)
    one.question()
    assert used() == (2, 1, 0)
    page = shown(one)
    assert re.search(r"Positions opened </dt> <dd [^>]*> 2 times </dd>", page)
    one.house.clock.pass_(timedelta(minutes=1))
    # A decision that had ended before anything of its time was opened was not used.
    with one.house.store.reading() as view:
        later = view.used_since(one.decision.id, one.house.clock.now())
    assert (later.openings, later.questions) == (0, 0)


def test_the_review_that_evidence_opened_is_decided_on_its_page_though_what_it_is_about_is_over(one):
    evidence(one)
    assert standing(one) == [ModeCode.HOME_PRESENCE]
    [review] = open_reviews(one)
    page = shown(one)
    assert "Decide the review opened" in page
    assert "What stands now is rung 6" in page
    told = {"what": "decide", "review": review.id, "outcome": "continue"}
    without = one.officer.post(one.path, told)
    assert (without.status_code, "no_reasons" in without.content.decode()) == (403, True)
    told |= {"why": "contact_at_risk", "why_not_lower": "tried"}
    assert one.officer.post(one.path, told).status_code == 302
    assert open_reviews(one) == []
    assert standing(one) == [ModeCode.HOME_PRESENCE]


def test_it_is_lowered_below_what_stands_and_to_a_rung_that_is_named(one):
    evidence(one)
    [review] = open_reviews(one)
    told = {"what": "decide", "review": review.id, "outcome": "lower"}
    unnamed = one.officer.post(one.path, told)
    assert "Choose the rung to step down to" in unnamed.content.decode()
    higher = one.officer.post(one.path, told | {"mode": "carried_trail"})
    assert "Select a valid choice" in higher.content.decode()
    assert standing(one) == [ModeCode.HOME_PRESENCE]
    assert one.officer.post(one.path, told | {"mode": "telephone"}).status_code == 302
    assert standing(one) == [ModeCode.TELEPHONE]


def test_each_of_two_that_are_open_can_be_chosen_and_neither_is_decided_by_mistake(one):
    house = one.house
    first, second = (
        begin_review(house.store, house.chance, one.decision.id, trigger, ANA)
        for trigger in (Trigger.PERIOD, Trigger.WELLBEING)
    )
    page = shown(one)
    assert f'name="review" value="{first}"' in page
    assert f'href="?review={second}"' in page
    assert f'name="review" value="{second}"' in shown(one, f"?review={second}")
    none = one.officer.post(one.path, {"what": "decide", "review": "no-such", "outcome": "end"})
    assert (none.status_code, "no_review_open" in none.content.decode()) == (403, True)
    assert one.officer.post(one.path, {"what": "decide", "review": second, "outcome": "end"}).status_code == 302
    assert standing(one) == []


def test_when_nothing_stands_any_more_it_can_only_be_ended(one):
    evidence(one)
    close_case(one.house.store, one.house.chance, one.case_id, EndReason.DIED, CAI)
    assert standing(one) == []
    [review] = open_reviews(one)
    page = shown(one)
    assert "nothing stands in its place" in page
    assert "To step down" not in page
    assert "Open a review" not in page
    told = {"what": "decide", "review": review.id, "outcome": "end"}
    assert one.officer.post(one.path, told).status_code == 302
    assert open_reviews(one) == []
    over = one.officer.get(one.path)
    assert (over.status_code, "nothing_stands" in over.content.decode()) == (403, True)
    with one.house.store.reading() as view:
        assert {each.state for each in view.decisions_of(one.case_id)} <= {State.SUCCEEDED, State.WITHDRAWN}
