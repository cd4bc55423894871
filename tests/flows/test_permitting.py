"""Before every act the policy is asked, on facts of the act's own view; a refusal says what is missing."""

from datetime import timedelta
from itertools import product

import pytest
from support.circumstances import facts
from support.house import SCHEME
from support.proposing import propose
from support.staff import ADA, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REP, REQ, TRA, staffed

from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover
from custodiet.flows.open_case import open_case
from custodiet.flows.permitting import permit, the_case, the_decision, the_role, the_scheme, who_asks
from custodiet.flows.staff_joins import propose_joiner
from custodiet.flows.staff_leaves import end_role
from custodiet.main.pages import read_policy
from custodiet.model.act import HOUSE, Act, Kind
from custodiet.model.alert import AlertMove
from custodiet.model.errors import NotPermitted
from custodiet.model.staff import Function
from custodiet.rules.permission import ACT_OF_ALERT_MOVE
from custodiet.rules.sight import objections_to_seeing

POLICY = read_policy()
DAY = timedelta(days=1)
FRESH, STALE = 0, 901


@pytest.fixture
def staff(house):
    return staffed(house)


@pytest.fixture
def case(house, staff):
    return open_case(house.store, house.chance, SCHEME, "M-1", CAI)


class Of:
    def __init__(self, case):
        self.case = case


def proposed(house, case, by=CAI):
    decision = house.proposal(Of(case), proposed_by=by)
    propose(house.store, house.chance, decision)
    return decision.id


def asked(house, by, act, about, signed_in=FRESH):
    """None where it is permitted, else the codes of what is missing."""
    with house.store.reading() as view:
        at = house.clock.now()
        try:
            verdict = permit(view, POLICY, by, act, about(view, at), at, signed_in)
        except NotPermitted as refused:
            return [one.split(":")[0] for one in str(refused).split("; ") if ":" in one]
        assert verdict.policies
        assert verdict.policy_sha256 == POLICY.sha256
        return None


def a_case(case):
    return lambda view, at: the_case(view, case.id, at)


def a_decision(decision_id):
    return lambda view, at: the_decision(view, decision_id, at)


def house_(view, at):
    return HOUSE


def test_what_is_permitted_says_by_which_policy_and_under_which_text(house, case):
    with house.store.reading() as view:
        about = the_case(view, case.id, house.clock.now())
        verdict = permit(view, POLICY, CAI, Act.READ_CASE_RECORD, about, house.clock.now(), None)
    assert verdict.policies == ("caseworker-works-on-a-case-in-sight",)


@pytest.mark.parametrize("actor", [CEM, AOS, AOT, OPE, DPO, AUD, ADA, TRA, PER, REP, REQ, "nobody"])
def test_a_case_is_read_by_its_officer_and_nobody_else(house, case, actor):
    assert asked(house, CAI, Act.READ_CASE_RECORD, a_case(case)) is None
    assert asked(house, actor, Act.READ_CASE_RECORD, a_case(case)) is not None


def test_a_refusal_says_which_fact_is_missing_and_what_would_pass(house, case):
    about = a_case(case)
    assert asked(house, CEM, Act.READ_CASE_RECORD, about) == ["not_in_sight"]
    assert asked(house, AOS, Act.READ_CASE_RECORD, about) == ["no_proposal"]
    assert asked(house, ADA, Act.READ_CASE_RECORD, about) == ["not_your_function"]
    assert asked(house, CAI, Act.PROPOSE_DECISION, about, STALE) == ["sign_in_again"]
    assert asked(house, CAI, Act.PROPOSE_DECISION, about, None) == ["sign_in_again"]
    assert asked(house, CEM, Act.PROPOSE_DECISION, about, STALE) == ["sign_in_again", "not_in_sight"]
    declare_conflict(house.store, case.id, CAI, CAI)
    assert asked(house, CAI, Act.READ_CASE_RECORD, about) == ["conflict"]
    other = lambda view, at: the_scheme("scheme_other")  # noqa: E731
    assert asked(house, CAI, Act.OPEN_CASE, other) == ["not_your_scheme"]


def test_it_says_who_could(house, case):
    decision_id = proposed(house, case)
    with house.store.reading() as view:
        about = the_decision(view, decision_id, house.clock.now())
        with pytest.raises(NotPermitted, match="this is for an authorising officer; ask one of them; what"):
            permit(view, POLICY, CAI, Act.MAKE_DECISION, about, house.clock.now(), FRESH)
        with pytest.raises(NotPermitted, match="not_your_function: this is for a caseworker"):
            permit(view, POLICY, AOS, Act.ASK_LOOK_UP, the_case(view, case.id, house.clock.now()), house.clock.now(), 0)


def test_of_two_officers_one_proposes_and_another_says_yes(house, case):
    about = a_decision(proposed(house, case))
    assert asked(house, AOS, Act.MAKE_DECISION, about) is None
    assert asked(house, AOS, Act.MAKE_DECISION, about, STALE) == ["sign_in_again"]
    assert asked(house, CAI, Act.TAKE_BACK_PROPOSAL, about) is None
    own = a_decision(proposed(house, case, by=AOS))
    assert asked(house, AOS, Act.MAKE_DECISION, own) == ["own_proposal"]
    assert asked(house, AOT, Act.MAKE_DECISION, own) is None
    assert asked(house, AOS, Act.READ_CASE_RECORD, a_case(case)) is None


def test_cover_and_its_end_show_in_the_facts(house, case):
    now = house.clock.now()
    give_cover(house.store, case.id, CEM, now, now + DAY, CAI)
    assert asked(house, CEM, Act.FIT_DEVICE, a_case(case)) is None
    assert asked(house, CEM, Act.GIVE_COVER, a_case(case)) == ["not_in_sight"]
    house.clock.pass_(DAY)
    assert asked(house, CEM, Act.FIT_DEVICE, a_case(case)) == ["not_in_sight"]


def test_a_leaver_may_do_nothing_from_that_moment(house, case, staff):
    end_role(house.store, staff[CAI], ADA)
    for act in (Act.READ_CASE_RECORD, Act.PROPOSE_DECISION, Act.DECLARE_CONFLICT):
        assert asked(house, CAI, act, a_case(case)) == ["not_your_function"]


def test_a_joiner_is_approved_by_an_officer_and_not_by_whoever_proposed_it(house, staff):
    role_id = propose_joiner(house.store, house.chance, "new", Function.OPERATOR, SCHEME, ADA)
    about = lambda view, at: the_role(view, role_id)  # noqa: E731
    assert asked(house, AOS, Act.APPROVE_JOINER, about) is None
    assert asked(house, ADA, Act.APPROVE_JOINER, about) == ["not_your_function"]
    assert asked(house, ADA, Act.PROPOSE_JOINER, house_) is None
    assert asked(house, AOS, Act.PROPOSE_JOINER, house_) == ["not_your_function"]


def test_a_person_and_their_representative_have_the_copy_of_their_own_case_only(house, case):
    other = open_case(house.store, house.chance, SCHEME, "M-2", CAI)
    for actor in (PER, REP):
        assign_case(house.store, case.id, actor, AOS)
        assert asked(house, actor, Act.GIVE_COPY, a_case(case)) is None
        assert asked(house, actor, Act.GIVE_COPY, a_case(case), STALE) == ["sign_in_again"]
        assert asked(house, actor, Act.GIVE_COPY, a_case(other)) == ["not_in_sight"]
        assert asked(house, actor, Act.READ_CASE_RECORD, a_case(case)) is not None


def test_the_facts_of_an_account_are_its_roles_in_force(house, staff):
    with house.store.reading() as view:
        who = who_asks(view, DPO, house.clock.now(), 7)
        assert (who.function, who.schemes, who.authenticated_s) == (Function.DPO, frozenset(), 7)
        who = who_asks(view, CAI, house.clock.now() - DAY, None)
        assert (who.function, who.schemes, who.authenticated_s) == (None, frozenset(), None)


def test_every_move_of_an_alert_is_an_act():
    assert list(ACT_OF_ALERT_MOVE) == list(AlertMove)


@pytest.mark.parametrize("function", Function)
def test_the_vault_and_the_policy_mean_the_same_by_sight(function):
    """Two sayings of one rule: the policy's, and the one that the vault goes by."""
    names = ("scheme", "own", "cover", "conflict", "pending")
    for bits in product((False, True), repeat=len(names)):
        holding = {name for name, holds in zip(names, bits, strict=True) if holds}
        who, case = facts(Kind.CASE, function, holding)
        assert POLICY.may(who, Act.READ_CASE_RECORD, case).allowed == (not objections_to_seeing(who, case)), holding
