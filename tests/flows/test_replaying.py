"""A decision run again from the ledger: its rules are given what they were given, and answer as they did."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from support.assessing import assessor
from support.by_hand import hands_on
from support.house import ANA, BO, SCHEME
from support.proposing import propose

from custodiet.flows.decide_case import make_decision, refuse_decision
from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.flows.reading_records import record_of
from custodiet.flows.record_fact import record_fact
from custodiet.flows.replay_decision import Past, StepKind, What, replay_decision
from custodiet.flows.show_entries import rows_between
from custodiet.flows.step_down import step_down
from custodiet.flows.weigh_decision import Weighed
from custodiet.model.errors import NotFound
from custodiet.model.fact import FactKind
from custodiet.model.identity import DecisionId
from custodiet.model.mode import ModeCode
from custodiet.rules import decisions as rules_of_decisions
from custodiet.rules.decisions import Ender
from custodiet.wire.records import read_entry, read_record

MINUTE = timedelta(minutes=1)


@pytest.fixture
def lived(house):
    """Cases to which most things have happened that a rule of deciding is given."""
    one, other = house.person("TAG-1"), house.person("TAG-2")
    decided = [house.decide(one), house.decide(other, mode=ModeCode.CHECK_IN)]
    house.clock.pass_(MINUTE)
    suspend_decision(house.store, decided[1].id, Ender(ANA))
    house.clock.pass_(MINUTE)
    resume_decision(house.store, decided[1].id, Ender(ANA))
    refused = house.proposal(other, mode=ModeCode.TELEPHONE)
    propose(house.store, house.chance, refused)
    refuse_decision(house.store, refused.id, BO)
    record_fact(house.store, assessor(house), house.chance, one.case.id, FactKind.WORK, date(2031, 3, 2), ANA)
    follows = house.proposal(one, starts_at=house.clock.now() + MINUTE, follows=decided[0].id)
    propose(house.store, house.chance, follows)
    make_decision(house.store, follows.id, BO)
    house.clock.pass_(2 * MINUTE)
    [low] = step_down(house.store, house.chance, one.case.id, ModeCode.TELEPHONE, ANA)
    record_fact(house.store, assessor(house), house.chance, one.case.id, FactKind.HEALTH, date(2031, 3, 2), ANA)
    return house, (one, other), (decided[0].id, decided[1].id, refused.id, follows.id, low)


def past_of(view):
    past = Past()
    for row in rows_between(view, 0, view.ledger_size()):
        past.take(read_record(record_of(row, read_entry(row.body))), row.index)
    return past


def in_order(noun):
    """With its lists in one order: the tables give them by their codes."""
    lists = {one.name: getattr(noun, one.name) for one in fields(noun) if isinstance(getattr(noun, one.name), tuple)}
    return replace(noun, **{name: tuple(sorted(values, key=str)) for name, values in lists.items()})


def test_what_the_records_tell_at_the_newest_entry_is_what_the_tables_say(lived):
    house, people, _ = lived
    with house.store.reading() as view:
        past = past_of(view)
        for case_id in [one.case.id for one in people]:
            assert set(past.decisions_of(case_id)) == set(view.decisions_of(case_id))
            for name in ("facts", "first_invitation", "representations"):
                assert getattr(past, name)(case_id) == getattr(view, name)(case_id), name
            for name in ("evidence_pending", "notices_served", "case"):
                assert getattr(past, name)(case_id) == getattr(view, name)(case_id), name
            assert in_order(past.newest_screening(case_id)) == in_order(view.newest_screening(case_id))
            for one in view.decisions_of(case_id):
                assert in_order(past.assessment_of(one.id)) == in_order(view.assessment_of(one.id))
            assert past.newest_fact(case_id, *FactKind) == view.newest_fact(case_id, *FactKind)
        assert past.evidence_pending(people[0].case.id)
        assert past.registers(SCHEME) == view.registers(SCHEME)
        assert in_order(past.scheme(SCHEME)) == in_order(view.scheme(SCHEME))
        assert past.activations(SCHEME) == view.activations(SCHEME)
        assert past.trainings_of(ANA) == view.trainings_of(ANA)


def test_every_decision_is_answered_as_it_was(lived):
    house, _, decisions = lived
    with house.store.reading() as view:
        replays = [replay_decision(view, one) for one in decisions]
    assert [[step.kind for step in one.steps] for one in replays] == [
        [StepKind.PROPOSED, StepKind.MADE],
        [StepKind.PROPOSED, StepKind.MADE],
        [StepKind.PROPOSED],
        [StepKind.PROPOSED, StepKind.MADE],
        [StepKind.LESSENED, StepKind.STEPPED_DOWN],
    ]
    for one in replays:
        assert one.lost == ()
        assert [step.same for step in one.steps] == [True] * len(one.steps)
        for step in one.steps:
            assert all(given.entry <= step.entry + 1 for given in step.given)
    asked = {ran.weighed for one in replays for step in one.steps for ran in step.ran}
    assert asked == set(Weighed)


def test_the_rules_are_given_what_stood_before_and_nothing_that_came_since(lived):
    house, (one, _), (first, _, _, second, _) = lived
    with house.store.reading() as view:
        facts = {fact.id for fact in view.facts(one.case.id)}
        told = replay_decision(view, first).steps[0].given
        later = replay_decision(view, second).steps[0].given
    given = {each.id for each in told if each.what is What.FACT}
    assert given < {each.id for each in later if each.what is What.FACT} < facts
    assert first in {each.id for each in later if each.what is What.DECISION}


def test_a_record_that_is_gone_is_told_and_the_answer_that_rested_on_it_is_another(lived):
    house, _, (decision, *_) = lived
    with house.store.reading() as view:
        step = replay_decision(view, decision).steps[0]
    entry = next(each.entry for each in step.given if each.what is What.FACT and each.kind != FactKind.AGE)
    with hands_on(house) as hand:
        hand.drop_rules("record")
        hand.execute("UPDATE record SET body = x'00' WHERE idx = ?", (entry,))
    with house.store.reading() as view:
        again = replay_decision(view, decision)
    assert again.lost == (entry,)
    assert [one.same for one in again.steps] == [False, False]
    codes = {code for step in again.steps for ran in step.ran for code in ran.codes}
    assert codes <= {"selection_without_fact", "family_without_fact", "fact_of_another"}
    assert codes


def test_a_rule_that_was_changed_since_answers_otherwise(lived, monkeypatch):
    house, _, (decision, *_) = lived
    monkeypatch.setattr(
        "custodiet.flows.weigh_decision.objections_to_proposing",
        lambda *given: (*rules_of_decisions.objections_to_proposing(*given), "changed: it was; nothing"),
    )
    with house.store.reading() as view:
        [proposed, made] = replay_decision(view, decision).steps
    assert (proposed.same, made.same) == (False, True)
    assert proposed.ran[0].codes == ("changed",)


def test_what_no_record_tells_of_is_not_found(house):
    with house.store.reading() as view, pytest.raises(NotFound):
        replay_decision(view, DecisionId("decision_none"))
