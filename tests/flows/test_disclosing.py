"""Agencies' requests: each is recorded; rules and people refuse by code; what was urgent is assessed afterwards."""

from datetime import timedelta

import pytest
from support.assessing import tasks
from support.disclosing import ASSESSED, KEY, Disclosed
from support.house import SCHEME, House
from support.looking import HOUR
from support.staff import AOS, AOT, CAI, DPO

from custodiet.flows import disclosing
from custodiet.flows.disclosing import (
    assess_release,
    draw_sample,
    recall_pack,
    record_receipt,
    refuse_release,
    turn_away,
)
from custodiet.model.case import TaskKind
from custodiet.model.condition import Interval
from custodiet.model.disclosure import RecalledAs, RefusedAs, Verified, Wanted
from custodiet.model.errors import IllegalValue, NotPermitted
from custodiet.rules.disclosing import to_recall

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One place for all of them: each takes a request of its own. What ends the decision comes last."""
    house = House(tmp_path_factory.mktemp("disclosing"))
    yield Disclosed(house, fixes=12)
    house.close()


def view_of(one, ask):
    with one.house.store.reading() as view:
        return ask(view)


def newest(one):
    return view_of(one, lambda view: view.agency_requests_of(one.case_id)[0][0])


REFUSED = {
    "unclear": {"said": " "},
    "not_verified": {"verified": Verified.NOT_VERIFIED},
    "not_signed": {"signed_at": None},
    "not_a_recipient": {"recipient": "a-newspaper"},
    "not_their_category": {"recipient": "ferry"},
    "no_such_purpose": {"purpose": "curiosity"},
    "not_their_purpose": {"purpose": "curiosity"},
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_request_that_a_rule_stands_against_is_recorded_and_refused_with_its_code(one, code):
    with pytest.raises(NotPermitted, match=code):
        one.take(**REFUSED[code])
    assert code in newest(one).codes
    with pytest.raises(NotPermitted, match="not_waiting"):
        one.release(newest(one).request.id)


def test_too_wide_a_window_one_that_has_not_passed_and_an_old_signature_are_refused(one):
    now = one.house.clock.now()
    with pytest.raises(NotPermitted, match="too_wide"):
        one.take(window=Interval(one.until - timedelta(hours=25), one.until))
    with pytest.raises(NotPermitted, match="ahead"):
        one.take(window=Interval(now - HOUR, now + HOUR))
    with pytest.raises(NotPermitted, match="signed_too_long_ago"):
        one.take(signed_at=now - timedelta(days=29))
    with pytest.raises(IllegalValue, match="age public key"):
        one.take(recipient_key="age1short")
    with pytest.raises(IllegalValue, match="no letter exchanged"):
        one.take(recipient_key=KEY[:-1] + ("q" if KEY[-1] != "q" else "p"))


@pytest.mark.parametrize("wanted", Wanted)
def test_a_feed_a_match_over_everyone_and_a_sign_in_are_refused_each_with_a_code_of_its_own(one, wanted):
    with pytest.raises(NotPermitted, match=wanted.value):
        turn_away(one.house.store, SCHEME, wanted, CAI, one.case_id)
    with pytest.raises(NotPermitted):
        turn_away(one.house.store, SCHEME, wanted, AOS)
    told = view_of(one, lambda view: view.turned_away_in(None, 2))
    assert [(record.wanted, record.case_id) for record in told] == [(wanted, None), (wanted, one.case_id)]
    assert view_of(one, lambda view: view.turned_away_of(one.case_id, 1))[0][0].wanted is wanted


def test_one_person_alone_gives_nothing_and_a_yes_says_why(one):
    request_id = one.take()
    for by, words, code in ((CAI, ASSESSED, "own_request"), (AOS, " ", "unassessed")):
        with pytest.raises(NotPermitted, match=code):
            one.release(request_id, by=by, words=words)
    with pytest.raises(NotPermitted, match="wider"):
        one.release(request_id, window=one.window(3))
    with pytest.raises(NotPermitted, match="not_granted"):
        one.pack(request_id)
    tried = view_of(one, lambda view: view.looks_refused(one.case_id))
    assert [record.codes[0] for record, _ in tried[:4]] == ["not_granted", "wider", "unassessed", "own_request"]
    assert {record.attempt.value for record, _ in tried[:4]} == {"disclosure"}


def test_only_whoever_took_it_makes_the_pack_and_only_while_the_yes_lasts(one):
    request_id = one.released()
    with pytest.raises(NotPermitted, match="not_yours"):
        one.pack(request_id, by=AOT)
    one.pack(request_id)
    one.house.clock.pass_(DAY)
    with pytest.raises(NotPermitted, match="grant_expired"):
        one.pack(request_id)


def test_a_no_takes_one_person_and_says_why(one):
    request_id = one.take()
    refuse_release(one.house.store, one.assessor, request_id, RefusedAs.LESS_WOULD_DO, CAI, "A question would do.")
    assert one.standing(request_id).codes == ("less_would_do",)
    with pytest.raises(NotPermitted, match="not_waiting"):
        one.release(request_id)


def test_a_receipt_and_a_recall_are_recorded_once_and_only_of_a_pack_that_was_made(one):
    request_id, store = one.released(), one.house.store
    with pytest.raises(NotPermitted, match="no_pack"):
        record_receipt(store, request_id, CAI)
    with pytest.raises(NotPermitted, match="not_granted"):
        recall(store, one.take())
    one.pack(request_id)
    record_receipt(store, request_id, CAI)
    recall(store, request_id)
    standing = one.standing(request_id)
    assert (standing.received_at, standing.recalled_as) == (one.house.clock.now(), RecalledAs.NO_LONGER_NEEDED)
    with pytest.raises(NotPermitted, match="recalled"):
        recall(store, request_id)
    with pytest.raises(NotPermitted, match="over"):
        one.pack(request_id)


def test_a_yes_is_taken_back_before_anything_was_made_under_it(one):
    request_id = one.released()
    recall(one.house.store, request_id)
    with pytest.raises(NotPermitted, match="over"):
        one.pack(request_id)


def test_an_urgent_yes_that_was_not_upheld_makes_no_pack_any_more_and_the_store_says_so_too(one, monkeypatch):
    request_id = one.take(urgent=True)
    one.release(request_id, words="")
    assess_release(one.house.store, one.assessor, request_id, DPO, ASSESSED, upheld=False)
    with pytest.raises(NotPermitted, match="not_upheld"):
        one.pack(request_id)
    monkeypatch.setattr(disclosing, "objections_to_pack", lambda *_: ())
    with pytest.raises(NotPermitted, match="while the yes lasts"):
        one.pack(request_id)


def test_each_urgent_yes_has_its_own_task_and_assessing_one_leaves_the_others(one):
    early = one.take(urgent=True)
    one.release(early, words="")
    one.house.clock.pass_(HOUR)
    late = one.take(urgent=True)
    one.release(late, words="")
    assess_release(one.house.store, one.assessor, late, DPO, ASSESSED, upheld=True)
    [task] = tasks(one.house, TaskKind.ASSESS_DISCLOSURE)
    assert task.due_at == one.standing(early).assess_by()
    assess_release(one.house.store, one.assessor, early, DPO, ASSESSED, upheld=True)
    assert tasks(one.house, TaskKind.ASSESS_DISCLOSURE) == []


def recall(store, request_id):
    return recall_pack(store, request_id, RecalledAs.NO_LONGER_NEEDED, AOT)


def test_an_urgent_one_may_be_signed_afterwards_takes_two_people_all_the_same_and_is_assessed_by_a_third(one):
    house = one.house
    request_id = one.take(urgent=True, signed_at=None)
    with pytest.raises(NotPermitted, match="own_request"):
        one.release(request_id, by=CAI, words="")
    one.release(request_id, words="")
    [task] = tasks(house, TaskKind.ASSESS_DISCLOSURE)
    assert task.due_at == house.clock.now() + DAY
    one.pack(request_id)
    for by, words, code in ((AOS, ASSESSED, "own_request"), (DPO, "", "unassessed")):
        with pytest.raises(NotPermitted, match=code):
            assess_release(house.store, one.assessor, request_id, by, words, upheld=True)
    assess_release(house.store, one.assessor, request_id, DPO, ASSESSED, upheld=False)
    assert (one.standing(request_id).upheld, tasks(house, TaskKind.ASSESS_DISCLOSURE)) == (False, [])
    with pytest.raises(NotPermitted, match="nothing_due"):
        assess_release(house.store, one.assessor, request_id, DPO, ASSESSED, upheld=True)


def test_a_sample_is_drawn_by_chance_once_for_a_month_that_is_over(one):
    house = one.house
    house.clock.pass_(timedelta(days=1))
    asked = {one.take() for _ in range(5)}
    month = house.clock.now()
    with pytest.raises(NotPermitted, match="month_not_over"):
        draw_sample(house.store, house.chance, SCHEME, month, DPO)
    house.clock.pass_(timedelta(days=31))
    drawn = draw_sample(house.store, house.chance, SCHEME, month, DPO)
    every = {each.request.id for each, _ in view_of(one, lambda view: view.agency_requests_of(one.case_id))}
    assert (drawn.of, drawn.month) == (len(every), "2031-03")
    assert asked < every
    assert len(drawn.requests) == max(3, -(-len(every) // 10))
    assert set(drawn.requests) < every
    with pytest.raises(NotPermitted, match="drawn: it was drawn for that month, and is not drawn again"):
        draw_sample(house.store, house.chance, SCHEME, month, DPO)


def test_a_pack_of_what_was_annulled_since_is_to_be_recalled(one):
    from custodiet.flows.end_decision import end_decision
    from custodiet.rules.decisions import Ender, Move

    request_id = one.released()
    one.pack(request_id)
    before = one.standing(request_id), view_of(one, lambda view: view.decisions_of(one.case_id))
    assert not to_recall(*before)
    end_decision(one.house.store, one.house.chance, one.decision.id, Move.ANNUL, Ender("court", authority=True))
    assert to_recall(one.standing(request_id), view_of(one, lambda view: view.decisions_of(one.case_id)))
    recall_pack(one.house.store, request_id, RecalledAs.UNAUTHORISED, DPO)
    assert not to_recall(one.standing(request_id), view_of(one, lambda view: view.decisions_of(one.case_id)))
