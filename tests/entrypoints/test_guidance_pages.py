"""Guidance beside each field, training on an account's page, and figures for those whose they are: by form post."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import assessed, assessor
from support.house import SCHEME
from support.in_process import client_of, place_of
from support.proposing import propose
from support.staff import ADA, AOS, CAI, CEM, DPO, OPE, PER, staffed

from custodiet.adapters import sealing
from custodiet.flows.decide_case import (
    make_decision,
    narrow_decision,
    propose_decision,
    refuse_decision,
    return_decision,
)
from custodiet.flows.handle_alert import Desk
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.scheme_now import register_at
from custodiet.flows.step_down import step_down
from custodiet.main.pages import read_policy
from custodiet.model.alert import AlertMove, Excuse
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.contact_record import CameOf, Way
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import ActorId, AlertId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.outcome import Became
from custodiet.model.record import AlertRaised

CONSISTENCY = f"/schemes/{SCHEME}/consistency"


@pytest.fixture
def roles(house, tmp_path):
    roles = staffed(house)
    place_of(house, tmp_path, read_policy(), (ADA, AOS, CAI, CEM, DPO, OPE, PER))
    yield roles
    from django.db import connection

    connection.close()


def read(actor, path):
    shown = client_of(actor).get(path)
    return shown.status_code, shown.content.decode()


def ask_for_training(house):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, training_days=365), ADA)


def day(house, ahead=0):
    at = house.clock.now() + timedelta(days=ahead)
    return {"trained_0": at.day, "trained_1": at.month, "trained_2": at.year}


def in_case_of(house, actor):
    case = house.person().case
    assign_case(house.store, case.id, actor, AOS)
    return case


def test_guidance_and_a_worked_example_stand_beside_each_part_of_the_form_with_their_version(house, roles):
    case = in_case_of(house, CAI)
    status, text = read(CAI, f"/cases/{case.reference}/decide/{ModeCode.FITTED_TRAIL}")
    assert status == 200
    for part in ("why this person", "whom the scheme exempts", "why nothing lower", "what it does to them", "time"):
        assert f"Guidance, version 1: {part}" in text
    assert text.count("For example:") == 9


def test_an_administrator_records_a_training_and_the_case_says_by_which_guidance_it_was_proposed(house, roles):
    ask_for_training(house)
    case = in_case_of(house, CAI)
    assert "Your training does not hold" in read(CAI, f"/cases/{case.reference}/decide/check_in")[1]
    keeper = client_of(ADA)
    refused = keeper.post(f"/staff/{CAI}/training", day(house, ahead=1))
    assert refused.status_code in (200, 403)
    assert "lies ahead" in refused.content.decode()
    for actor in (CAI, AOS):
        assert "Not trained" in read(ADA, f"/staff/{actor}")[1]
        assert keeper.post(f"/staff/{actor}/training", day(house)).status_code == 302
        shown = read(ADA, f"/staff/{actor}")[1]
        assert ("A training holds for 365 days" in shown, "Holds" in shown, "Ran out" in shown) == (True, True, False)
    assert "Your training does not hold" not in read(CAI, f"/cases/{case.reference}/decide/check_in")[1]
    decision = replace(house.proposal(house.person(), proposed_by=CAI, mode=ModeCode.CHECK_IN), case_id=case.id)
    propose(house.store, house.chance, decision)
    assert "version 1" in read(AOS, f"/authorise/{decision.id}")[1]
    make_decision(house.store, decision.id, AOS)
    assert "Guidance in force when proposed" in read(CAI, f"/cases/{case.reference}")[1]


def test_nobody_else_records_a_training(house, roles):
    answers = [client_of(actor).post(f"/staff/{CEM}/training", day(house)) for actor in (CAI, AOS, DPO)]
    assert [one.status_code for one in answers] == [403] * 3


def test_whoever_approves_sees_that_training_is_missing_before_they_try(house, roles):
    decision = house.proposal(house.person(), proposed_by=CAI, mode=ModeCode.CHECK_IN)
    propose(house.store, house.chance, decision)
    ask_for_training(house)
    assert "not_trained" not in (text := read(AOS, f"/authorise/{decision.id}")[1])
    assert "No training of" in text
    answer = client_of(AOS).post(f"/authorise/{decision.id}", {"what": "approve"})
    assert answer.status_code == 403
    assert "not_trained" in answer.content.decode()


def test_figures_are_of_the_team_and_of_a_person_to_that_person_and_their_officers_alone(house, roles):
    for number in range(12):
        decision = house.proposal(house.person(), proposed_by=CAI, mode=ModeCode.REMINDERS)
        propose(house.store, house.chance, decision)
        if number % 2:
            make_decision(house.store, decision.id, AOS)
    for actor in (CAI, AOS, DPO):
        status, text = read(actor, CONSISTENCY)
        assert status == 200
        assert "Too few to show" in text  # one person's, and so not told as a team's
    own = f"{CONSISTENCY}/{roles[CAI]}"
    for actor in (CAI, AOS):
        status, text = read(actor, own)
        assert status == 200
        assert "Approved as proposed" in text
    assert own not in read(CEM, CONSISTENCY)[1]
    assert [read(actor, own)[0] for actor in (CEM, DPO, ADA, OPE, PER)] == [403] * 5
    assert [read(actor, CONSISTENCY)[0] for actor in (ADA, OPE, PER)] == [403] * 3
    assert "too few to say anything" in read(CEM, f"{CONSISTENCY}/{roles[CEM]}")[1]


def test_how_often_a_machine_was_wrong_is_told_by_what_was_found(house, roles):
    one = house.person("TAG-1")
    house.issue_keys()
    decision, began = house.decide(one), house.clock.now()
    for name, matter, weight in (
        ("wrong", Matter.OUT_OF_PLACE, Weight.UNCERTAIN),
        ("excused", Matter.OUT_OF_PLACE, Weight.ADVERSE),
        ("right", Matter.OUT_OF_PLACE, Weight.ADVERSE),
        ("unheard", Matter.UNANSWERED, Weight.UNCERTAIN),
        ("service", Matter.BATTERY, Weight.SERVICE),
    ):
        with house.store.acting() as act:
            at = (act.now, act.now, act.now)
            alert = Raised(AlertId(name), one.case.id, decision.id, one.fitting.id, None, matter, weight, *at)
            act.write(Entry(EntryKind.ALERT_RAISED, ActorId("gateway"), one.case.person_id), AlertRaised(alert))
    desk = Desk(house.store, sealing, house.chance, house.pinned)
    to_enquiry = (AlertMove.CLAIM, AlertMove.TRIAGE, AlertMove.SUSPECT, AlertMove.ENQUIRE)
    desk.contact(AlertId("right"), Way.PHONE, CameOf.SPOKE, "", CAI)
    desk.contact(AlertId("excused"), Way.PHONE, CameOf.SPOKE, "", CAI)
    for name, moves in (
        ("wrong", (AlertMove.CLAIM, AlertMove.TRIAGE, AlertMove.CLEAR)),
        ("excused", (*to_enquiry, AlertMove.EXCUSE)),
        ("right", (*to_enquiry, AlertMove.DECIDE)),
    ):
        for move in moves:
            if move is AlertMove.DECIDE:
                desk.reply(AlertId(name), Excuse.OTHER, "made up", CAI)
            desk.move(AlertId(name), move, CAI, "made up")
    table = read(AOS, CONSISTENCY)[1].split('id="alerts"')[1].split("<tbody")[1].split("</tbody>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall("<tr.*?</tr>", table, re.DOTALL)]
    assert rows == ["Where they are not to be 3 2 (67 in 100) 1 0", "The hours began and no fix has come 1 0 0 1"]
    with house.store.reading() as view:
        assert view.came_of_alerts(SCHEME, house.clock.now() + timedelta(days=1)) == ()
        assert view.came_of_alerts(SchemeId("another"), began) == ()


def test_what_is_lowered_narrowed_or_taken_back_is_counted_once(house, roles):
    def proposed():
        decision = house.proposal(house.person(), proposed_by=CAI, mode=ModeCode.FITTED_TRAIL)
        propose(house.store, house.chance, decision)
        return decision

    lowered, narrowed, returned, back, refused, _ = (proposed() for _ in range(6))
    house.issue_keys()
    make_decision(house.store, lowered.id, AOS)
    step_down(house.store, house.chance, lowered.case_id, ModeCode.CHECK_IN, CAI)
    narrow_decision(house.store, house.chance, narrowed.id, AOS, mode=ModeCode.CHECK_IN)
    return_decision(house.store, assessor(house), returned.id, next(iter(ReturnReason)), "say more", AOS)
    refuse_decision(house.store, back.id, CAI)
    refuse_decision(house.store, refused.id, AOS)
    with house.store.reading() as view:
        found = [one.became for one in view.outcomes_under(SCHEME, house.clock.now() - timedelta(days=1))]
    assert sorted(found) == sorted([Became.APPROVED, Became.NARROWED, Became.RETURNED, Became.REFUSED, Became.WAITING])


def test_the_share_of_reasons_in_another_cases_words_is_published(house, roles):
    assert "No reason was written in words yet" in read(DPO, CONSISTENCY)[1]
    people = [house.person() for _ in range(4)]
    house.issue_keys()
    own = "She works at night and answers no call before noon, and her landlord lets nobody in."
    same = "They kept every appointment until March and then could not be reached."
    for person, text in zip(people, (same, same, same, own), strict=True):
        proposal = house.proposal(person, mode=ModeCode.REMINDERS)
        sealed = assessor(house).words(person.case.id, text)
        propose_decision(house.store, proposal, assessed(house, proposal, words=sealed))
    text = " ".join(re.sub(r"<[^>]+>", "", read(DPO, CONSISTENCY)[1]).split())
    assert "Of 4 reasons that were written in words, in every scheme here, 2 are nearly the same" in text
    assert "(50%)" in text
