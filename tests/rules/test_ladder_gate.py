"""The gate: what is missing before a rung, and the rung that is ready instead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.assessment import (
    Article8,
    Assessment,
    AtHome,
    FamilyAnswer,
    FamilyReason,
    Practical,
    Said,
    Selection,
)
from custodiet.model.decision import Authority, Decision
from custodiet.model.fact import Age, CaseFact, FactKind
from custodiet.model.mode import FAMILIES, LADDER, MODES, Family, ModeCode
from custodiet.model.published import ON_ABSCONDING
from custodiet.rules.ladder import Duty, Standing, for_minors, lower_rungs, objections, while_pending

GOLDEN = Path(__file__).parents[1] / "golden" / "ladder-objections.txt"
NOW = datetime(2031, 3, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FACT = CaseFact("fact_1", "case_1", FactKind.CONTACT_LOST, NOW.date(), NOW, "officer-ana")
ELSEWHERE = replace(FACT, id="fact_9", case_id="case_9")
FACTS = (FACT, ELSEWHERE)
STANDING = Standing(NOW, Age.ADULT, "screening_1", NOW, NOW)


def decision(mode=ModeCode.FITTED_TRAIL, **changed):
    fields = {
        "id": "decision_1",
        "case_id": "case_1",
        "strand": "main",
        "mode": mode,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": "officer-ana",
        "starts_at": NOW,
        "review_due_at": NOW + 28 * DAY,
        "ends_at": None,
    }
    return Decision(**fields | changed)


def answered(*families, reason=FamilyReason.TRIED, facts=("fact_1",)):
    return tuple(FamilyAnswer(one, reason, facts) for one in families)


WHOLE = Assessment(
    id="assessment_1",
    case_id="case_1",
    decision_id="decision_1",
    author="officer-ana",
    selection=Selection.INDIVIDUAL,
    selection_fact="fact_1",
    screening_id="screening_1",
    families=answered(*Family),
    compared_with=(ModeCode.NONE,),
    with_detention=False,
    article_8=tuple((one, Said.YES) for one in Article8),
    practicality=tuple((one, Said.YES) for one in Practical),
    at_home=(AtHome.NOBODY,),
    finding_shown=ON_ABSCONDING.version,
)


def said(sheet, question, answer):
    return tuple((one, answer if one is question else given) for one, given in sheet)


ASSESSMENTS = {
    "whole": WHOLE,
    "none": None,
    "of another case": replace(WHOLE, case_id="case_9"),
    "by another than proposes": replace(WHOLE, author="officer-cy"),
    "selected without a fact": replace(WHOLE, selection_fact="fact_9"),
    "on an old screening": replace(WHOLE, screening_id="screening_0"),
    "an old finding shown": replace(WHOLE, finding_shown="older"),
    "compared with detention alone": replace(WHOLE, compared_with=(), with_detention=True),
    "compared with what is as high": replace(WHOLE, compared_with=(ModeCode.FITTED_TRAIL,)),
    "home not considered": replace(WHOLE, at_home=()),
    "families 0-5 answered": replace(WHOLE, families=WHOLE.families[:3]),
    "no family answered": replace(WHOLE, families=()),
    "a family without a fact": replace(WHOLE, families=(*WHOLE.families[:5], *answered(Family.ON_ARRIVAL, facts=()))),
    "a family with another's fact": replace(
        WHOLE, families=(*WHOLE.families[:5], *answered(Family.ON_ARRIVAL, facts=("fact_1", "fact_9")))
    ),
    "a duty that is none": replace(WHOLE, families=answered(*Family, reason=FamilyReason.DUTY_ASKS_MORE)),
    "an order that is none": replace(WHOLE, families=answered(*Family, reason=FamilyReason.ORDER_ASKS_MORE)),
    "not proportionate": replace(WHOLE, article_8=said(WHOLE.article_8, Article8.PROPORTIONATE, Said.NO)),
    "proportion not known": replace(WHOLE, article_8=said(WHOLE.article_8, Article8.PROPORTIONATE, Said.NOT_KNOWN)),
    "Article 8 left open": replace(WHOLE, article_8=WHOLE.article_8[1:]),
    "nowhere to charge": replace(WHOLE, practicality=said(WHOLE.practicality, Practical.CHARGING, Said.NO)),
    "signal not known": replace(WHOLE, practicality=said(WHOLE.practicality, Practical.SIGNAL, Said.NOT_KNOWN)),
    "practicality left open": replace(WHOLE, practicality=WHOLE.practicality[1:]),
}
STANDINGS = {
    "under 18": replace(STANDING, age=Age.UNDER_18),
    "age disputed": replace(STANDING, age=Age.DISPUTED),
    "age not known": replace(STANDING, age=None),
    "not invited": replace(STANDING, invited_until=None),
    "still time to answer": replace(STANDING, invited_until=NOW + DAY),
    "answered in time": replace(STANDING, invited_until=NOW + DAY, representations=1),
    "a representation open": replace(STANDING, representations=2, unanswered=1),
    "not screened": replace(STANDING, screening_id=None, screened_at=None),
    "evidence since the screening": replace(STANDING, evidence_at=NOW + DAY),
    "evidence being looked at": replace(STANDING, evidence_pending=True),
    "a scheme of few rungs": replace(STANDING, age=Age.UNDER_18, modes=(ModeCode.REMINDERS, ModeCode.FITTED_TRAIL)),
}


def lines():
    """One line for every way in which something is missing, on the highest rung and on one that needs no device."""
    told = [(name, one, STANDING) for name, one in ASSESSMENTS.items()]
    told += [(name, WHOLE, one) for name, one in STANDINGS.items()]
    for mode in (ModeCode.FITTED_TRAIL, ModeCode.CHECK_IN, ModeCode.NONE):
        for name, assessment, standing in told:
            against = objections(decision(mode), assessment, FACTS, standing)
            codes = " ".join(dict.fromkeys(f"{one.code}:{one.about}" if one.about else one.code for one in against))
            ready = f" -> rung {MODES[against[0].instead].rung}" if against else "passes"
            yield f"rung {MODES[mode].rung}, {name}: {codes}{ready}"


def test_what_is_missing_and_what_is_ready_is_as_written_down():
    assert "\n".join(lines()) + "\n" == GOLDEN.read_text()


def test_rung_0_asks_for_nothing_and_is_always_ready():
    nothing = Standing(NOW)
    assert objections(decision(ModeCode.NONE), None, (), nothing) == ()
    assert {one.instead for one in objections(decision(), None, (), nothing)} == {ModeCode.NONE}


@pytest.mark.parametrize("mode", [mode.code for mode in LADDER])
def test_every_rung_passes_when_all_is_there(mode):
    assert objections(decision(mode), WHOLE, FACTS, STANDING) == ()


@pytest.mark.parametrize("mode", [mode.code for mode in LADDER if mode.rung])
def test_each_lower_family_is_needed_and_none_above(mode):
    needed = MODES[mode].lower_families
    assert needed == tuple(one for one, rungs in FAMILIES.items() if rungs[0] < MODES[mode].rung)
    only = replace(WHOLE, families=answered(*needed))
    assert objections(decision(mode), only, FACTS, STANDING) == ()
    for family in needed:
        rest = replace(WHOLE, families=answered(*(one for one in Family if one is not family)))
        [against] = objections(decision(mode), rest, FACTS, STANDING)
        assert (against.code, against.about) == ("family_unanswered", family)


def test_rungs_5_to_11_say_where_someone_is():
    assert [mode.rung for mode in LADDER if mode.locates] == list(range(5, 12))


def test_a_duty_is_no_reason_beyond_what_satisfies_it():
    by_duty = replace(WHOLE, families=answered(*Family, reason=FamilyReason.DUTY_ASKS_MORE))
    duty = replace(STANDING, duty=Duty(ModeCode.HOME_PRESENCE))
    lower = answered(Family.SUPPORT, Family.REPORTING, Family.COARSE_AREA, reason=FamilyReason.DUTY_ASKS_MORE)
    own = answered(Family.HOME, Family.ON_DEVICE, Family.ON_ARRIVAL)
    assert objections(decision(ModeCode.HOME_PRESENCE), replace(by_duty, families=lower), FACTS, duty) == ()
    assert objections(decision(), replace(by_duty, families=lower + own), FACTS, duty) == ()
    [against] = objections(decision(), by_duty, FACTS, duty)
    assert (against.code, against.about) == ("more_than_the_duty_asks", "home, on_arrival, on_device")
    assert against.instead is ModeCode.HOME_PRESENCE


def test_what_an_order_asks_is_a_reason_only_in_an_order():
    ordered = decision(authority=Authority.ORDER, maker="court")
    by_order = replace(WHOLE, families=answered(*Family, reason=FamilyReason.ORDER_ASKS_MORE))
    assert objections(ordered, by_order, FACTS, STANDING) == ()


@pytest.mark.parametrize("mode", LADDER[1:], ids=lambda mode: mode.code)
def test_while_evidence_is_looked_at_nobody_has_a_device_on_them(mode):
    to = MODES[while_pending(mode, tuple(MODES))]
    assert to.rung < mode.rung
    assert not (mode.worn and to.worn)
    assert not MODES[for_minors(mode, tuple(MODES))].locates
    assert lower_rungs(mode.code, ())[-1] is ModeCode.NONE


# --- whatever anyone writes ----------------------------------------------------------------------------------

anything = st.builds(
    replace,
    st.just(WHOLE),
    families=st.lists(
        st.builds(
            FamilyAnswer,
            st.sampled_from(list(Family)),
            st.sampled_from(list(FamilyReason)),
            st.lists(st.sampled_from(["fact_1", "fact_9", "fact_none"]), max_size=2).map(tuple),
        ),
        unique_by=lambda one: one.family,
    ).map(tuple),
)
standings = st.builds(
    replace,
    st.just(STANDING),
    age=st.sampled_from([None, *Age]),
    unanswered=st.integers(0, 2),
    evidence_pending=st.booleans(),
    invited_until=st.sampled_from([None, NOW, NOW + DAY]),
)


@given(st.sampled_from(list(ModeCode)), st.one_of(st.none(), anything), standings)
def test_nothing_above_rung_0_passes_without_every_lower_family_a_hearing_and_an_adult(mode, assessment, standing):
    against = objections(decision(mode), assessment, FACTS, standing)
    if mode is ModeCode.NONE:
        assert against == ()
        return
    if not against:
        answers = {one.family: one.facts for one in assessment.families}
        assert all("fact_1" in answers[family] for family in MODES[mode].lower_families)
        assert standing.unanswered == 0
        assert standing.invited_until is not None
        assert not standing.evidence_pending
        assert not MODES[mode].locates or standing.age is Age.ADULT


@given(st.sampled_from(list(ModeCode)), st.one_of(st.none(), anything), standings)
def test_what_is_offered_instead_would_pass_and_nothing_between_would(mode, assessment, standing):
    against = objections(decision(mode), assessment, FACTS, standing)
    if not against:
        return
    [instead] = {one.instead for one in against}
    assert MODES[instead].rung < MODES[mode].rung
    assert objections(decision(instead), assessment, FACTS, standing) == ()
    for between in LADDER[MODES[instead].rung + 1 : MODES[mode].rung]:
        assert objections(decision(between.code), assessment, FACTS, standing) != ()
