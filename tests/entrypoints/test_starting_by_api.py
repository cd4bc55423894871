"""Monitoring begins by two people over the API as on the pages, by the same flows: and never before the notice."""

import re
import time
from datetime import timedelta

import pytest
from support.api_asked import BASE, codes, get, post
from support.api_proposing import as_body
from support.assessing import assessed, assessor, kinds_written
from support.by_hand import REFUSED, hands_on, stored_bytes
from support.house import SCHEME
from support.in_process import client_of, place_of
from support.staff import AOS, AOT, CAI, CEM, OPE, staffed

from custodiet.adapters import sealing
from custodiet.flows.decide_case import propose_decision
from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.keep_caseload import assign_case, declare_conflict
from custodiet.flows.notice_now import notice_at
from custodiet.flows.open_case import set_condition
from custodiet.main.pages import read_policy
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import FamilyReason
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.decision import State
from custodiet.model.identity import DecisionId
from custodiet.model.mode import ModeCode
from custodiet.model.notice import How, Understood
from custodiet.simulation import made_up_assessment as table

SEEN = {"conditions": []}
REASON = next(iter(ReturnReason))


@pytest.fixture
def place(house, tmp_path, monkeypatch):
    """A case with all that a decision rests on, of whom nobody has told anything."""
    monkeypatch.setattr(table, "tell", lambda *_: None)
    staffed(house)
    person = house.person()
    house.issue_keys()
    assign_case(house.store, person.case.id, CAI, AOS)
    place_of(house, tmp_path, read_policy(), (CAI, CEM, AOS, AOT, OPE))
    yield person
    from django.db import connection

    connection.close()


def body(house, person, mode=ModeCode.TELEPHONE, **changed):
    decision = house.proposal(person, mode=mode, proposed_by=CAI, starts_at=house.clock.now() + timedelta(hours=1))
    return as_body(decision, assessed(house, decision), **changed)


def proposed(house, person, **given):
    answer = post(CAI, f"/cases/{person.case.reference}/proposals", body(house, person, **given))
    assert answer.status_code == 201, answer.content
    decision_id = answer.json()["decision_id"]
    assert answer["Location"] == f"{BASE}/decisions/{decision_id}"
    return decision_id


def tell(house, person):
    with house.store.reading() as view:
        _, digest, _ = notice_at(view, SCHEME, house.clock.now())
    given = Given(digest, "en", How.PRINT, Understood.YES)
    give_notice(house.store, assessor(house), house.chance, person.case.id, given, CAI)


def changes(house):
    """What was written; that the page opened the case's record is written down too, and is no change of it."""
    return [one for one in kinds_written(house) if one != "case_record.given"]


def state(house, decision_id):
    return house.decision(DecisionId(decision_id)).state


def make_by_sql(house, decision_id):
    with hands_on(house) as hand, hand.undone():
        hand.execute("UPDATE assessment SET approved_by = ?, approved_at = 1 WHERE decision_id = ?", (AOS, decision_id))
        hand.execute(
            "UPDATE decision SET state = 'made', approved_by = ?, made_at = ?, made_entry = 1 WHERE id = ?",
            (AOS, int(house.clock.now().timestamp() * 1000), decision_id),
        )


def test_nothing_begins_before_the_notice_by_page_api_or_sql_and_all_of_it_after(house, place):
    decision_id = proposed(house, place)
    before = changes(house)
    [found] = get(AOS, f"/decisions/{decision_id}/proposal").json()["findings"]
    assert found["code"] == "no_notice_given"
    assert codes(post(AOS, f"/decisions/{decision_id}/approve", SEEN)) == ["no_notice_given"]
    narrower = SEEN | {"mode": "telephone", "review_due_at": (house.clock.now() + timedelta(days=7)).isoformat()}
    assert codes(post(AOS, f"/decisions/{decision_id}/narrow", narrower)) == ["no_notice_given"]
    page = client_of(AOS).post(f"/authorise/{decision_id}", {"what": "approve"})
    assert page.status_code == 403
    assert "no_notice_given" in page.content.decode()
    with pytest.raises(REFUSED, match="was given the notice"):
        make_by_sql(house, decision_id)
    assert (changes(house), state(house, decision_id)) == (before, State.PROPOSED)
    tell(house, place)
    assert get(AOS, f"/decisions/{decision_id}/proposal").json()["findings"] == []
    make_by_sql(house, decision_id)
    made = post(AOS, f"/decisions/{decision_id}/approve", SEEN)
    assert (made.status_code, made.json()["entry"] > 0) == (200, True)
    assert (state(house, decision_id), house.decision(DecisionId(decision_id)).approved_by) == (State.MADE, AOS)


def test_a_page_and_a_program_propose_the_same(house, place):
    tell(house, place)
    decision_id = proposed(house, place, text="made-up words of this case")
    reference = place.case.reference
    rungs = get(CAI, f"/cases/{reference}/rungs").json()
    [contact] = [one["id"] for one in rungs["facts"] if one["kind"] == "contact_lost"]
    typed = {
        "selection": "individual",
        "selection_fact": contact,
        "compared": ["none"],
        "interference": "grave",
        "article_8": ["provided_by_law", "necessary", "proportionate"],
        "practical": ["charging", "power_at_home", "signal", "housing", "work", "travel", "disability", "on_body"],
        "at_home": ["nobody"],
        "finding": "on",
        "starts": "hour",
        "review": "28",
        "words": "made-up words of this case",
        "step": "send",
    }
    asked = [one["code"] for one in rungs["exemptions"]]
    typed |= {f"exempt_{one}": "no" for one in asked}
    for family in ("support", "reporting"):
        typed |= {f"{family}_reason": "tried", f"{family}_facts": [contact]}
    assert client_of(CAI).post(f"/cases/{reference}/decide/telephone", typed).status_code == 302
    with house.store.reading() as view:
        by_program, by_page = (view.assessment_of(one.id) for one in view.decisions_of(place.case.id))
        one, two = view.decisions_of(place.case.id)
    same = ("selection", "selection_fact", "families", "compared_with", "article_8", "practicality", "at_home")
    for name in (*same, "finding_shown", "screening_id", "exempted", "author"):
        assert getattr(by_program, name) == getattr(by_page, name), name
    assert (by_program.words.signature, len(by_program.words.sealed)) == (
        by_page.words.signature,
        len(by_page.words.sealed),
    )
    for name in ("mode", "strand", "power", "purposes", "authority", "proposed_by", "starts_at", "review_due_at"):
        assert getattr(one, name) == getattr(two, name), name
    assert decision_id in (one.id, two.id)
    assert b"made-up words" not in stored_bytes(house)


def test_the_ladder_refuses_a_program_with_a_code_for_each_rule_and_what_is_ready(house, place):
    path, whole = f"/cases/{place.case.reference}/proposals", body(house, place, ModeCode.FITTED_TRAIL)
    fewer = {name: one for name, one in whole["families"].items() if name not in ("home", "support")}
    lacking = whole | {"families": fewer, "at_home": [], "finding_shown": "none"}
    refused = post(CAI, path, lacking)
    assert codes(refused) == ["finding_not_shown", "family_unanswered", "family_unanswered", "home_not_considered"]
    assert all("is ready to start now" in one["instead"] for one in refused.json()["objections"])
    assert kinds_written(house)[-1] == "rung.refused"
    assert codes(post(CAI, path, whole | {"power": "another"})) == ["not_its_power", "power_of_another_operation"]
    assert codes(post(CAI, path, whole | {"review_due_at": whole["starts_at"]}), 400) == ["bad_body"]
    assert codes(post(CAI, path, whole | {"starts_at": "9999-12-31T23:59:59-12:00"}), 400) == ["bad_body"]
    assert codes(post(CAI, path, whole | {"mode": "none"}), 400) == ["bad_body"]
    assert codes(post(CAI, path, whole | {"at_home": ["nobody", "children"]}), 400) == ["bad_body"]
    assert codes(post(CAI, path, whole | {"purposes": whole["purposes"] * 2}), 400) == ["bad_body"]
    [fact] = whole["families"]["home"]["facts"]
    twice = whole["families"] | {"home": {"reason": "tried", "facts": [fact, fact]}}
    assert codes(post(CAI, path, whole | {"families": twice}), 400) == ["bad_body"]
    # Of no family that is not asked about does anything reach the store.
    assert codes(post(CAI, path, whole | {"mode": "carried_prompts"}), 400) == ["bad_body"]
    with house.store.reading() as view:
        assert view.decisions_of(place.case.id) == ()


def test_what_follows_leaves_no_gap_by_api_either(house, place):
    tell(house, place)
    post(AOS, f"/decisions/{proposed(house, place)}/approve", SEEN)
    house.clock.set(house.clock.now() + timedelta(hours=2))
    late = house.clock.now() + timedelta(days=40)
    told = body(house, place) | {
        "starts_at": late.isoformat(),
        "review_due_at": (late + timedelta(days=1)).isoformat(),
    }
    assert codes(post(CAI, f"/cases/{place.case.reference}/proposals", told)) == ["leaves_a_gap"]


def test_nobody_says_yes_to_a_condition_that_was_not_before_them(house, place):
    tell(house, place)
    decision_id = proposed(house, place)
    when = Schedule(once=(Interval(house.clock.now() + timedelta(days=1), house.clock.now() + timedelta(days=2)),))
    stated = (house.store, sealing, house.chance, house.pinned, DecisionId(decision_id), ConditionKind.APPOINTMENT, CAI)
    condition_id = set_condition(*stated, schedule=when)
    assert codes(post(AOS, f"/decisions/{decision_id}/approve", SEEN)) == ["conditions_changed"]
    narrower = SEEN | {"mode": "in_person"}
    assert codes(post(AOS, f"/decisions/{decision_id}/narrow", narrower)) == ["conditions_changed"]
    [shown] = get(AOS, f"/decisions/{decision_id}/proposal").json()["conditions"]
    assert (shown["id"], shown["kind"], shown["has_place"]) == (condition_id, "appointment", False)
    assert post(AOS, f"/decisions/{decision_id}/approve", {"conditions": [condition_id]}).status_code == 200


def test_nobody_answers_their_own_proposal_and_only_whoever_may(house, place):
    tell(house, place)
    own = house.proposal(
        place, mode=ModeCode.TELEPHONE, proposed_by=AOS, starts_at=house.clock.now() + timedelta(hours=1)
    )
    propose_decision(house.store, own, assessed(house, own))
    for what, told in (
        ("approve", SEEN),
        ("refuse", None),
        ("narrow", SEEN | {"mode": "none"}),
        ("return", {"reason": REASON, "text": "more"}),
    ):
        assert codes(post(AOS, f"/decisions/{own.id}/{what}", told)) == ["own_proposal"], what
        assert codes(post(CAI, f"/decisions/{own.id}/{what}", told)) == ["not_your_function"], what
        there = post(CEM, f"/decisions/{own.id}/{what}", told)
        nothing = post(CEM, f"/decisions/nothing/{what}", told)
        assert (there.status_code, there.content) == (404, nothing.content)
    assert codes(post(CAI, f"/decisions/{own.id}/take-back")) == ["not_your_proposal"]
    assert state(house, own.id) is State.PROPOSED
    assert post(AOT, f"/decisions/{own.id}/approve", SEEN).status_code == 200


def test_what_begins_monitoring_needs_a_fresh_sign_in(house, place):
    tell(house, place)
    decision_id = proposed(house, place)
    for actor, path, told in (
        (CAI, f"/cases/{place.case.reference}/proposals", body(house, place)),
        (AOS, f"/decisions/{decision_id}/narrow", SEEN | {"mode": "in_person"}),
        (AOS, f"/decisions/{decision_id}/approve", SEEN),
    ):
        client = client_of(actor)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 901}]
        session.save()
        assert codes(post(actor, path, told, client)) == ["sign_in_again"]
    assert state(house, decision_id) is State.PROPOSED
    assert post(AOS, f"/decisions/{decision_id}/approve", SEEN).status_code == 200


def test_a_proposal_is_narrowed_given_back_refused_or_taken_back_once(house, place):
    tell(house, place)
    listed = [proposed(house, place) for _ in range(4)]
    waiting = get(AOS, "/proposals?limit=3").json()
    assert ([one["decision"]["id"] for one in waiting["proposals"]], waiting["left_out"]) == (listed[:3], 1)
    declare_conflict(house.store, place.case.id, AOT, AOT)
    assert get(AOT, "/proposals").json()["proposals"] == []
    narrowed, returned, refused, taken = listed
    made = post(AOS, f"/decisions/{narrowed}/narrow", SEEN | {"mode": "in_person"}).json()["decision_id"]
    assert (state(house, made), house.decision(DecisionId(made)).mode) == (State.MADE, ModeCode.IN_PERSON)
    assert codes(post(AOS, f"/decisions/{returned}/return", {"reason": REASON, "text": " "})) == ["no_words"]
    assert post(AOS, f"/decisions/{returned}/return", {"reason": REASON, "text": "which facts"}).status_code == 200
    assert post(AOS, f"/decisions/{refused}/refuse").status_code == 200
    assert post(CAI, f"/decisions/{taken}/take-back").status_code == 200
    for one in listed:
        assert state(house, one) is State.REFUSED
        assert codes(post(AOS, f"/decisions/{one}/approve", SEEN)) == ["no_proposal"]
    assert b"which facts" not in stored_bytes(house)


def test_a_second_person_has_the_codes_of_an_assessment_and_none_of_its_words(house, place):
    decision_id = proposed(house, place, text="made-up words of this case", with_detention=True)
    shown = get(AOS, f"/decisions/{decision_id}/proposal")
    told = shown.json()["assessment"]
    assert {one["family"] for one in told["families"]} == {"support", "reporting"}
    assert {one["reason"] for one in told["families"]} == {FamilyReason.TRIED}
    assert (told["has_words"], told["at_home"]) == (True, ["nobody"])
    assert (told["compared_with"], told["with_detention"]) == (["none"], True)
    asked = get(CAI, f"/cases/{place.case.reference}/rungs").json()["exemptions"]
    assert told["exemptions_asked"] == [one["code"] for one in asked if one["modes"] in ([], ["telephone"])]
    assert not re.search(rb"made-up words|sealed", shown.content)
    assert codes(get(CAI, f"/decisions/{decision_id}/proposal")) == ["not_your_function"]
    assert codes(get(OPE, f"/decisions/{decision_id}/proposal"), 404) == ["not_found"]
    assert codes(get(OPE, "/proposals")) == ["not_your_function"]
