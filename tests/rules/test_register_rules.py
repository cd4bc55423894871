"""What follows from a register: its gaps, its contradictions, the version that holds, and what a change rests on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.blanked import blanked
from support.house import ANA, BO, COURT, START, scheme_at

from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.identity import CaseId, DecisionId, SchemeId
from custodiet.model.mode import LADDER, Category, ModeCode
from custodiet.model.register import After, Gate, RegisterVersion, Retention, Stage
from custodiet.rules.fields import walk
from custodiet.rules.register import (
    basis_of,
    contradictions,
    dry_run,
    in_effect,
    missing,
    objections_to_operation,
    reassessed,
    register_of,
    review_days,
    rules_for,
    scheme_of,
    shorter,
    total_time,
)
from custodiet.simulation.made_up_register import made_up_register

DAY = timedelta(days=1)
SCHEME = scheme_at(START)
WHOLE = made_up_register(SCHEME, START)
TRAIL = ModeCode.FITTED_TRAIL


def changed(register, path, **values):
    """The register with one part of a list changed: `purposes`, its place, the new values."""
    name, at = path
    parts = list(getattr(register, name))
    parts[at] = replace(parts[at], **values)
    return replace(register, **{name: tuple(parts)})


MUST = [held.path for held in walk(WHOLE) if held.must]


def test_a_whole_register_lacks_nothing_and_contradicts_nothing():
    assert missing(WHOLE, START) == ()
    assert contradictions(WHOLE) == ()


@pytest.mark.parametrize("path", MUST)
def test_whatever_is_emptied_is_a_gap_with_its_field_and_who_can_supply_it(path):
    gaps = missing(blanked(WHOLE, path), START)
    assert path in [one.field for one in gaps], gaps
    for gap in gaps:
        assert gap.code.startswith("register.")
        assert gap.missing
        assert gap.who.value.startswith("the ")


def test_what_a_scheme_told_before_there_were_registers_is_a_register_full_of_gaps():
    told = register_of(SCHEME)
    assert scheme_of(told, SCHEME).retention == SCHEME.retention
    assert {one.code for one in missing(told, START)} > {"register.selection", "register.uses", "register.dpo.name"}


def test_a_gap_of_one_operation_holds_up_that_one_alone():
    place = [op.mode for op in WHOLE.operations].index(TRAIL)
    [gap] = missing(changed(WHOLE, ("operations", place), form=""), START)
    assert (gap.field, gap.mode) == (f"operations[{TRAIL}].form", TRAIL)


def test_data_that_reveal_special_categories_need_a_condition():
    gaps = missing(changed(WHOLE, ("purposes", 0), special_condition="", schedule_condition=""), START)
    assert {one.field for one in gaps} == {
        "purposes[contact].special_condition",
        "purposes[contact].schedule_condition",
    }
    assert {one.mode for one in gaps} == {mode.code for mode in LADDER if mode.rung in (9, 10, 11)}


def test_every_operation_that_keeps_trails_says_that_they_are_compared_with_a_map_of_places():
    unsaid = replace(WHOLE, uses=tuple(one for one in WHOLE.uses if one.stage is not Stage.MASK))
    found = {(one.code, one.field, one.mode) for one in missing(unsaid, START)}
    assert found == {("register.masking", "uses", mode.code) for mode in LADDER if Category.TRAIL in mode.keeps}


def test_to_say_anonymised_needs_a_method_that_was_tested():
    place = [rule.category for rule in WHOLE.retention].index("trail")
    said = changed(WHOLE, ("retention", place), after=After.ANONYMISE)
    fields_missing = {one.field for one in missing(said, START)}
    assert fields_missing == {f"retention[trail].{name}" for name in ("method", "tested_at", "test_result")}
    tested = changed(said, ("retention", place), method="k", tested_at=START, test_result="nobody was found again")
    assert missing(tested, START) == ()


def test_a_pilot_has_no_shorter_path_and_an_end_besides():
    assert {one.code for one in missing(replace(WHOLE, pilot=True), START)} == {"register.ends_at"}
    bare = register_of(SCHEME)
    plain = {(one.field, one.mode) for one in missing(bare, START)}
    assert plain < {(one.field, one.mode) for one in missing(replace(bare, pilot=True), START)}


def test_a_retention_rule_that_nobody_looked_at_again_is_a_gap():
    place = [rule.category for rule in WHOLE.retention].index("trail")
    late = changed(WHOLE, ("retention", place), review_at=START)
    assert {one.field for one in missing(late, START)} == {"retention[trail].review_at"}


def test_what_is_used_and_has_no_retention_rule_is_a_gap():
    without = replace(WHOLE, retention=tuple(one for one in WHOLE.retention if one.category != "events"))
    assert "retention[events]" in {one.field for one in missing(without, START)}


def test_codes_that_name_nothing_or_stand_twice_are_told_together_with_their_paths():
    broken = replace(
        changed(WHOLE, ("operations", 3), powers=("p9",), purposes=("x",), until_at=START - 1000 * DAY),
        people=(*WHOLE.people, WHOLE.people[0]),
        retention=(*WHOLE.retention, Retention("nothing", 1, "x")),
        removal_hours=0,
    )
    mode = WHOLE.operations[3].mode
    paths = {one.path for one in contradictions(broken)}
    assert paths >= {
        f"operations[{mode}].powers",
        f"operations[{mode}].purposes",
        f"operations[{mode}].until_at",
        "people[wearer]",
        "retention[nothing].category",
        "removal_hours",
    }


# --- versions ---------------------------------------------------------------------------------------------------


def version(number, at, register=WHOLE):
    return RegisterVersion(number, at, number, register)


def test_the_version_in_effect_is_the_latest_that_has_taken_effect():
    first, second, third = version(1, START), version(2, START + DAY), version(3, START + DAY)
    versions = (first, second, third)
    assert in_effect(versions, START - DAY) is None
    assert in_effect(versions, START) is first
    assert in_effect(versions, START + DAY) is third


def test_a_review_period_is_a_dated_row():
    rows = replace(WHOLE, review=(WHOLE.review[0], replace(WHOLE.review[0], from_at=START + DAY, days=120)))
    assert (review_days(rows, START), review_days(rows, START + DAY)) == (90, 120)
    assert review_days(replace(WHOLE, review=()), START) is None


# --- what an assessment rests on --------------------------------------------------------------------------------


def test_a_change_puts_only_the_operations_into_re_assessment_that_rest_on_what_changed():
    place = [op.mode for op in WHOLE.operations].index(TRAIL)
    assert reassessed(WHOLE, changed(WHOLE, ("operations", place), form="presence")) == (TRAIL,)
    place = [rule.category for rule in WHOLE.retention].index("outcomes")
    longer = changed(WHOLE, ("retention", place), days=500)
    keeping = {mode.code for mode in LADDER if Category.OUTCOMES in mode.keeps}
    assert set(reassessed(WHOLE, longer)) == keeping


@pytest.mark.parametrize(
    "values", [{"success_measure": "x"}, {"stop_rule": "x"}, {"guidance": ()}, {"name": "x"}, {"rights": "x"}]
)
def test_what_is_not_done_to_people_puts_nothing_into_re_assessment(values):
    assert reassessed(WHOLE, replace(WHOLE, **values)) == ()


def test_a_purpose_that_is_told_otherwise_touches_every_operation_that_serves_it():
    assert len(reassessed(WHOLE, changed(WHOLE, ("purposes", 0), description="x"))) == 11


def test_the_same_structure_under_another_scheme_rests_on_something_else():
    other = replace(WHOLE, scheme_id=SchemeId("scheme_copied"))
    assert basis_of(other, TRAIL) != basis_of(WHOLE, TRAIL)


# --- retention --------------------------------------------------------------------------------------------------


def kept_for(days, register=WHOLE):
    place = [rule.category for rule in register.retention].index("trail")
    return changed(register, ("retention", place), days=days)


def days_of(rules):
    return {one.category: one.days for one in rules}[Category.TRAIL]


def test_a_longer_rule_never_reaches_back_and_a_shorter_one_does():
    versions = (version(1, START, kept_for(28)), version(2, START + 2 * DAY, kept_for(90)))
    made_before, made_after = START + DAY, START + 3 * DAY
    assert days_of(rules_for(SCHEME, versions, made_before, START + 9 * DAY)) == 28
    assert days_of(rules_for(SCHEME, versions, made_after, START + 9 * DAY)) == 90
    shorter_since = (*versions, version(3, START + 4 * DAY, kept_for(7)))
    assert days_of(rules_for(SCHEME, shorter_since, made_before, START + 9 * DAY)) == 7
    assert days_of(rules_for(SCHEME, shorter_since, made_before, START + 3 * DAY)) == 28


def test_a_dry_run_says_what_would_be_due_earlier_and_what_at_once():
    clocks = tuple(
        RetentionClock(DecisionId(f"d{age}"), Category.TRAIL, START - age * DAY, START + (28 - age) * DAY)
        for age in (1, 5, 20)
    )
    looked = dry_run(clocks, scheme_of(kept_for(7), SCHEME), START, kept_for(7))
    assert looked.earlier == ((Category.TRAIL, 3),)
    assert looked.at_once == ((Category.TRAIL, 1),)
    assert looked.token != dry_run(clocks, scheme_of(kept_for(6), SCHEME), START, kept_for(6)).token
    assert not dry_run(clocks, scheme_of(kept_for(28), SCHEME), START, kept_for(28)).shortens
    assert shorter(kept_for(28), kept_for(7)) == ("trail",)


# --- exemptions, ceilings, gates --------------------------------------------------------------------------------


def decision(**given):
    base = Decision(
        id=DecisionId("decision_1"),
        case_id=CaseId("case_1"),
        strand="main",
        mode=TRAIL,
        power="p1",
        purposes=("contact",),
        authority=Authority.OFFICERS,
        maker=None,
        proposed_by=ANA,
        starts_at=START,
        review_due_at=START + 28 * DAY,
        ends_at=None,
    )
    return replace(base, **given)


def codes(register, one, before=()):
    return [told.partition(":")[0] for told in objections_to_operation(register, one, before, START)]


def with_operation(**given):
    place = [op.mode for op in WHOLE.operations].index(TRAIL)
    return changed(WHOLE, ("operations", place), **given)


def test_a_mode_rests_on_the_power_and_purposes_its_operation_has():
    assert codes(WHOLE, decision()) == []
    assert codes(with_operation(powers=("p2",)), decision()) == ["power_of_another_operation"]
    assert codes(with_operation(purposes=("x",)), decision()) == ["purpose_of_another_operation"]


def test_where_a_court_decides_officers_do_not():
    gated = with_operation(gate=Gate.COURT)
    assert codes(gated, decision()) == ["needs_a_court"]
    assert codes(gated, decision(authority=Authority.ORDER, maker=COURT)) == []


def test_officers_review_what_they_decided_within_the_period_in_effect_when_it_starts():
    shorter = replace(WHOLE, review=(*WHOLE.review, replace(WHOLE.review[0], from_at=START + DAY, days=28)))
    assert codes(shorter, decision(review_due_at=START + 90 * DAY)) == []
    assert codes(shorter, decision(review_due_at=START + 90 * DAY + timedelta(milliseconds=1))) == ["review_too_late"]
    later = {"starts_at": START + DAY}
    assert codes(shorter, decision(**later, review_due_at=START + 29 * DAY)) == []
    assert codes(shorter, decision(**later, review_due_at=START + 29 * DAY + timedelta(milliseconds=1))) == [
        "review_too_late"
    ]
    order = {"authority": Authority.ORDER, "maker": COURT}
    assert codes(shorter, decision(**order, review_due_at=START + 900 * DAY)) == []


def test_nobody_is_under_a_mode_for_longer_than_its_ceiling_all_decisions_together():
    earlier = decision(
        starts_at=START - 70 * DAY,
        review_due_at=START - 5 * DAY,
        state=State.LAPSED,
        approved_by=BO,
        made_at=START - 70 * DAY,
        ended_at=START - 5 * DAY,
    )
    assert total_time(TRAIL, [earlier], START) == 65 * DAY
    assert codes(with_operation(ceiling_days=93), decision(), [earlier]) == []
    assert codes(with_operation(ceiling_days=92), decision(), [earlier]) == ["ceiling_reached"]
