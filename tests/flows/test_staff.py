"""Joiners by two people, one function an account, leavers at once; cases given, handed over, covered, hidden."""

import json
from datetime import timedelta

import pytest
from support.house import SCHEME, scheme_at
from support.proposing import propose
from support.staff import ADA, AOS, AOT, CAI, CEM, DPO, PER, staffed
from support.watched import rows

from custodiet.flows.keep_accounts import record_opening
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover, hand_over_case
from custodiet.flows.open_case import open_case
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.staff_joins import (
    approve_joiner,
    begin_administration,
    begin_authorising,
    propose_joiner,
    return_joiner,
)
from custodiet.flows.staff_leaves import end_role
from custodiet.model.decision import State
from custodiet.model.errors import IllegalMove, IllegalValue, NotPermitted
from custodiet.model.identity import ActorId, CaseId, SchemeId
from custodiet.model.staff import COVER_MAX, Function, RoleState

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NEW = ActorId("newcomer")
F = Function


@pytest.fixture
def staff(house):
    return staffed(house)


def see(house, ask):
    with house.store.reading() as view:
        return ask(view)


def without_officer(house, now=None):
    """Cases that no officer of their own can see."""
    every = [CaseId(one) for (one,) in rows(house, "SELECT id FROM case_file ORDER BY reference")]
    found = see(house, lambda view: view.without_officer(every, now or house.clock.now()))
    return tuple(one for one in every if one in found)


def size(house):
    return see(house, lambda view: view.ledger_size())


def proposed(house, actor=NEW, function=F.CASEWORKER, scheme=SCHEME, by=ADA, **when):
    return propose_joiner(house.store, house.chance, actor, function, scheme, by, **when)


def case_of(house, reference, by=CAI):
    return open_case(house.store, house.chance, SCHEME, reference, by)


def caseload(house, actor):
    return see(house, lambda view: view.caseload(actor, house.clock.now(), 100))


# --- joining --------------------------------------------------------------------------------------------


def test_whoever_joins_is_proposed_by_one_and_approved_by_another(house, staff):
    role_id = proposed(house)
    assert see(house, lambda view: view.role(role_id)).state is RoleState.PROPOSED
    approve_joiner(house.store, role_id, AOS)
    role = see(house, lambda view: view.role(role_id))
    assert (role.state, role.proposed_by, role.approved_by, role.first) == (RoleState.JOINED, ADA, AOS, False)
    assert role.in_force(house.clock.now())
    assert not role.in_force(house.clock.now() - MINUTE)


@pytest.mark.parametrize(
    ("by", "why"),
    [(ADA, "own_proposal"), (CAI, "not_an_authorising_officer"), (DPO, "not_an_authorising_officer")],
)
def test_nobody_approves_their_own_proposal_nor_does_anyone_but_an_authorising_officer(house, staff, by, why):
    role_id = proposed(house)
    before = size(house)
    with pytest.raises(NotPermitted, match=why):
        approve_joiner(house.store, role_id, by)
    assert size(house) == before


def test_an_authorising_officer_does_not_approve_a_role_of_their_own(house, staff):
    with pytest.raises(NotPermitted, match="own_role: nobody approves a role of their own"):
        approve_joiner(house.store, proposed(house, AOS, F.AUTHORISING_OFFICER), AOS)


@pytest.mark.parametrize("by", [CAI, AOS, DPO, NEW])
def test_nobody_but_an_administrator_proposes_whoever_joins(house, staff, by):
    with pytest.raises(NotPermitted, match="not_an_administrator"):
        proposed(house, "somebody-else", by=by)


def test_an_administrator_does_not_propose_themselves(house, staff):
    with pytest.raises(NotPermitted, match="own_role: nobody proposes themselves"):
        proposed(house, ADA, F.ADMINISTRATOR, None)


def other_scheme(house):
    whole = scheme_at(house.clock.now())
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    register_scheme(house.store, type(whole)(**fields | {"id": SchemeId("scheme_other")}), ADA)
    return SchemeId("scheme_other")


def test_an_authorising_officer_approves_for_their_own_scheme_but_officers_for_any(house, staff):
    other = other_scheme(house)
    with pytest.raises(NotPermitted, match="not_an_authorising_officer"):
        approve_joiner(house.store, proposed(house, scheme=other), AOS)
    approve_joiner(house.store, proposed(house, "officer-there", F.AUTHORISING_OFFICER, other), AOS)
    approve_joiner(house.store, proposed(house, scheme=other), ActorId("officer-there"))


@pytest.mark.parametrize("other", [one for one in F if one is not F.CASEWORKER])
def test_an_account_never_holds_two_functions_in_any_scheme(house, staff, other):
    scheme = None if other in (F.ADMINISTRATOR, F.DPO, F.AUDITOR) else other_scheme(house)
    with pytest.raises(NotPermitted, match="two_functions"):
        proposed(house, CAI, other, scheme)


def test_not_even_one_after_the_other(house, staff):
    end_role(house.store, staff[CAI], ADA)
    with pytest.raises(NotPermitted, match="two_functions"):
        proposed(house, CAI, F.OPERATOR)


def test_of_two_functions_proposed_for_one_account_one_is_approved(house, staff):
    first, second = proposed(house), proposed(house, function=F.OPERATOR)
    approve_joiner(house.store, second, AOS)
    with pytest.raises(NotPermitted, match="two_functions"):
        approve_joiner(house.store, first, AOS)


def test_the_same_function_in_another_scheme_is_another_role(house, staff):
    other = other_scheme(house)
    approve_joiner(house.store, proposed(house, "officer-there", F.AUTHORISING_OFFICER, other), AOS)
    approve_joiner(house.store, proposed(house, CAI, scheme=other), ActorId("officer-there"))


def test_a_returned_proposal_gives_nothing_and_is_not_approved(house, staff):
    role_id = proposed(house)
    return_joiner(house.store, role_id, AOS)
    with pytest.raises(IllegalMove, match="returned"):
        approve_joiner(house.store, role_id, AOS)
    assert not see(house, lambda view: view.role(role_id)).in_force(house.clock.now())


def test_a_role_gives_nothing_outside_its_dates(house, staff):
    now = house.clock.now()
    role_id = proposed(house, from_at=now + DAY, to_at=now + 2 * DAY)
    approve_joiner(house.store, role_id, AOS)
    role = see(house, lambda view: view.role(role_id))
    assert [role.in_force(now + n * DAY) for n in (0, 1, 2)] == [False, True, False]


@pytest.mark.parametrize("actor", ["clock", "Vault", " ", "monitor_1"])
def test_no_process_of_ours_is_given_a_role(house, staff, actor):
    with pytest.raises(NotPermitted, match="a process decides nothing"):
        proposed(house, ActorId(actor))


# --- the first ones -------------------------------------------------------------------------------------


def test_the_first_administrator_and_officer_stand_under_a_recorded_exception(house):
    admin = begin_administration(house.store, house.chance, ADA)
    officer = begin_authorising(house.store, house.chance, AOS, SCHEME, ADA)
    for role_id in (admin, officer):
        role = see(house, lambda view, role_id=role_id: view.role(role_id))
        assert (role.first, role.approved_by, role.proposed_by) == (True, None, ADA)


def test_the_exception_is_spent_with_them(house, staff):
    with pytest.raises(NotPermitted, match="not_the_first"):
        begin_administration(house.store, house.chance, NEW)
    with pytest.raises(NotPermitted, match="not_the_first"):
        begin_authorising(house.store, house.chance, NEW, SCHEME, ADA)


@pytest.mark.parametrize("last", [ADA, AOT])
def test_the_last_account_that_could_let_others_join_does_not_leave(house, staff, last):
    if last is AOT:
        end_role(house.store, staff[AOS], ADA)
    with pytest.raises(NotPermitted, match="the_last_one"):
        end_role(house.store, staff[last], ADA)


def test_the_first_authorising_officer_is_not_the_administrator_and_not_proposed_by_just_anyone(house):
    begin_administration(house.store, house.chance, ADA)
    with pytest.raises(NotPermitted, match="own_role"):
        begin_authorising(house.store, house.chance, ADA, SCHEME, ADA)
    with pytest.raises(NotPermitted, match="not_an_administrator"):
        begin_authorising(house.store, house.chance, AOS, SCHEME, NEW)


# --- leaving --------------------------------------------------------------------------------------------


def test_a_role_ends_at_once_and_what_the_leaver_proposed_is_returned(house, staff):
    case = case_of(house, "M-1")
    other = house.person()
    waiting = house.proposal(type(other)(case), proposed_by=CAI)
    others = house.proposal(other, proposed_by=CEM)
    for one in (waiting, others):
        propose(house.store, house.chance, one)
    left = end_role(house.store, staff[CAI], ADA)
    assert left == (case.id,)
    assert house.decision(waiting.id).state is State.REFUSED
    assert house.decision(others.id).state is State.PROPOSED
    assert caseload(house, CAI) == ()
    role = see(house, lambda view: view.role(staff[CAI]))
    assert (role.state, role.ended_at) == (RoleState.ENDED, house.clock.now())
    assert not role.in_force(house.clock.now())


def test_what_an_administrator_proposed_is_returned_when_they_leave(house, staff):
    waiting = proposed(house)
    approve_joiner(house.store, proposed(house, "second-admin", F.ADMINISTRATOR, None), AOS)
    end_role(house.store, staff[ADA], ActorId("second-admin"))
    assert see(house, lambda view: view.role(waiting)).state is RoleState.RETURNED


def test_a_role_ends_once(house, staff):
    end_role(house.store, staff[CAI], ADA)
    with pytest.raises(IllegalMove, match="a role that is ended does not end"):
        end_role(house.store, staff[CAI], ADA)


def entry_of(house, index):
    """Its kind and whose act it was."""
    with house.store.reading() as view:
        [row] = view.entries(index, 1)
    told = json.loads(row.body)
    return told["kind"], told["actor"]


def test_an_account_is_opened_for_whoever_joined_by_two_people_and_leaves_an_entry(house, staff):
    role_id = proposed(house)
    before = size(house)
    with pytest.raises(NotPermitted, match="not_joined"):
        record_opening(house.store, NEW, ADA)
    with pytest.raises(NotPermitted, match="by_a_process"):
        record_opening(house.store, CAI, ActorId("web"))
    assert size(house) == before
    approve_joiner(house.store, role_id, AOS)
    index = record_opening(house.store, NEW, ADA)
    assert entry_of(house, index) == ("account.opened", "admin-ada")


def test_an_account_closes_with_the_last_of_its_roles_and_not_before(house, staff):
    other = other_scheme(house)
    approve_joiner(house.store, proposed(house, "officer-there", F.AUTHORISING_OFFICER, other), AOS)
    more = proposed(house, CAI, scheme=other)
    approve_joiner(house.store, more, ActorId("officer-there"))
    end_role(house.store, more, AOS)
    assert entry_of(house, size(house) - 1)[0] == "staff.left"
    [role] = [one for one in see(house, lambda view: view.roles_of(CAI)) if one.state is RoleState.JOINED]
    end_role(house.store, role.id, AOS)
    assert entry_of(house, size(house) - 1) == ("account.closed", AOS)


def test_a_leavers_case_waits_to_be_handed_over_and_then_is_the_next_ones(house, staff):
    case = case_of(house, "M-1")
    assert without_officer(house) == ()
    end_role(house.store, staff[CAI], ADA)
    assert without_officer(house) == (case.id,)
    house.clock.pass_(MINUTE)
    hand_over_case(house.store, case.id, CAI, CEM, AOS)
    assert without_officer(house) == ()
    assert caseload(house, CEM) == (case.id,)
    assert [(one.actor, one.ended_at is None) for one in see(house, lambda view: view.assignments_of(case.id))] == [
        (CAI, False),
        (CEM, True),
    ]


def test_whoever_is_no_caseworker_leaves_no_case_behind(house, staff):
    case = case_of(house, "M-1", by=AOS)
    assign_case(house.store, case.id, PER, AOS)
    assert end_role(house.store, staff[PER], ADA) == ()


def test_a_case_with_a_second_officer_is_not_left_behind(house, staff):
    case = case_of(house, "M-1")
    assign_case(house.store, case.id, CEM, AOS)
    assert end_role(house.store, staff[CAI], ADA) == ()


# --- caseload -------------------------------------------------------------------------------------------


def test_a_caseworker_who_opens_a_case_is_its_officer_and_nobody_elses_case_becomes_theirs(house, staff):
    case = case_of(house, "M-1")
    assert caseload(house, CAI) == (case.id,)
    assert caseload(house, CEM) == ()
    with pytest.raises(NotPermitted, match="own_case: nobody gives themselves a case"):
        assign_case(house.store, case.id, CEM, CEM)


def test_a_case_that_someone_else_opened_has_no_officer_until_it_is_given_one(house, staff):
    case = case_of(house, "M-1", by=AOS)
    assert caseload(house, CAI) == ()
    assert without_officer(house) == (case.id,)
    assign_case(house.store, case.id, CAI, AOS)
    assert caseload(house, CAI) == (case.id,)


@pytest.mark.parametrize("to", [AOS, DPO, ADA, NEW])
def test_a_case_is_given_to_nobody_whose_function_holds_none(house, staff, to):
    with pytest.raises(NotPermitted, match="holds_no_cases"):
        assign_case(house.store, case_of(house, "M-1").id, to, CAI)


def test_cover_is_sight_for_a_while_on_someone_elses_authority(house, staff):
    case, now = case_of(house, "M-1"), house.clock.now()
    with pytest.raises(NotPermitted, match="own_cover"):
        give_cover(house.store, case.id, CEM, now, now + DAY, CEM)
    give_cover(house.store, case.id, CEM, now + DAY, now + 2 * DAY, CAI)
    seen = []
    for _ in range(3):
        seen.append(caseload(house, CEM))
        house.clock.pass_(DAY)
    assert seen == [(), (case.id,), ()]


@pytest.mark.parametrize("lasts", [timedelta(0), -DAY, COVER_MAX + timedelta(milliseconds=1)])
def test_cover_ends_within_a_month(house, staff, lasts):
    now = house.clock.now()
    with pytest.raises(IllegalValue, match="cover ends"):
        give_cover(house.store, case_of(house, "M-1").id, CEM, now, now + lasts, AOS)


def test_a_conflict_hides_the_case_from_its_own_officer_and_whoever_covers_and_it_needs_another(house, staff):
    case, now = case_of(house, "M-1"), house.clock.now()
    give_cover(house.store, case.id, CEM, now, now + DAY, AOS)
    for one in (CAI, CEM):
        declare_conflict(house.store, case.id, one, one)
        assert caseload(house, one) == ()
    assert without_officer(house, now) == (case.id,)
    with pytest.raises(NotPermitted, match="conflict: they have declared"):
        hand_over_case(house.store, case.id, CAI, CEM, AOS)
    with pytest.raises(IllegalMove, match="declared already"):
        declare_conflict(house.store, case.id, CAI, CAI)


def test_a_conflict_in_one_case_leaves_the_officers_others_their_own(house, staff):
    case, other = case_of(house, "M-1"), case_of(house, "M-2")
    declare_conflict(house.store, case.id, CAI, CAI)
    assert caseload(house, CAI) == (other.id,)
    now, both = house.clock.now(), [case.id, other.id]
    assert without_officer(house, now) == (case.id,)
    assert see(house, lambda view: view.without_officer(both, now)) == {case.id}


def test_only_who_has_a_case_hands_it_over(house, staff):
    with pytest.raises(IllegalMove, match="not theirs"):
        hand_over_case(house.store, case_of(house, "M-1").id, CEM, CAI, AOS)


def test_whatever_was_done_a_replay_of_the_ledger_gives_the_same_tables(house, staff):
    case, now = case_of(house, "M-1"), house.clock.now()
    other = case_of(house, "M-2")
    give_cover(house.store, case.id, CEM, now, now + DAY, AOS)
    hand_over_case(house.store, other.id, CAI, CEM, AOS)
    declare_conflict(house.store, case.id, CEM, AOS)
    return_joiner(house.store, proposed(house), AOS)
    end_role(house.store, staff[CAI], ADA)
    found = house.verify()
    assert (found["missing"], found["differing"]) == (0, 0)
