"""A case's record opens for staff in sight: recorded first, decided by the ledger alone, one entry per case and
session, one per list."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import assessed, assessor
from support.by_hand import rules_aside
from support.house import ANA, SCHEME
from support.proposing import propose
from support.staff import ADA, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REP, REQ, TRA, staffed

from custodiet.adapters import sealing
from custodiet.flows.decide_case import (
    make_decision,
    narrow_decision,
    propose_decision,
    refuse_decision,
    return_decision,
)
from custodiet.flows.handle_alert import Desk
from custodiet.flows.in_vault.case_records import SITTING
from custodiet.flows.keep_caseload import assign_case, declare_conflict, give_cover
from custodiet.flows.open_case import name_person, open_case, set_condition
from custodiet.flows.open_case_record import LIST_MAX, open_case_record, open_names
from custodiet.flows.record_fact import record_fact
from custodiet.flows.review_decision import begin_review, decide_review
from custodiet.flows.staff_leaves import end_role
from custodiet.model.alert import StatementKind
from custodiet.model.assessing_record import ReturnReason, ScreeningCompleted
from custodiet.model.case_record import About
from custodiet.model.condition import ConditionKind
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.fact import FactKind
from custodiet.model.identity import RoleId
from custodiet.model.mode import ModeCode
from custodiet.model.record import (
    CaseAssigned,
    CaseListGiven,
    CaseRecordGiven,
    CoverGiven,
    PersonNamed,
    StaffJoined,
    StaffProposed,
    kind_of,
)
from custodiet.model.representation import Reply
from custodiet.model.review import ReviewOutcome, Trigger
from custodiet.model.screening import Adjustment, Hit, Question
from custodiet.model.staff import Assignment, Cover, Function, Role, RoleState

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RING = b'{"type":"Polygon","coordinates":[[[-28.1,46.4],[-28.0,46.4],[-28.0,46.5],[-28.1,46.4]]]}'
SITTING_1, SITTING_2 = "sitting-1", "sitting-2"


class Case:
    """A named person's case with a zone and a note, in the sight of CAI."""

    def __init__(self, house, reference="M-1", name="Heron Sample-1"):
        self.house = house
        self.case = open_case(house.store, house.chance, SCHEME, reference, CAI)
        house.issue_keys()
        name_person(house.store, sealing, house.pinned, self.case.person_id, name, CAI)
        self.proposal = house.proposal(Person(self.case), proposed_by=CAI)
        propose(house.store, house.chance, self.proposal)
        where = (self.proposal.id, ConditionKind.EXCLUSION, CAI)
        self.zone = set_condition(house.store, sealing, house.chance, house.pinned, *where, geometry=RING)
        self.desk = Desk(house.store, sealing, house.chance, house.pinned)
        self.desk.state_fact(self.case.id, StatementKind.OUT_OF_CONTACT, house.clock.now(), "made-up words", CAI)

    def open(self, actor=CAI, sitting=SITTING_1):
        return open_case_record(self.house.store, self.house.vault, self.case.id, actor, sitting)


class Person:
    def __init__(self, case):
        self.case = case


@pytest.fixture
def staff(house):
    return staffed(house)


@pytest.fixture
def case(house, staff):
    return Case(house)


def size(house):
    with house.store.reading() as view:
        return view.ledger_size()


def kinds_since(house, before):
    from custodiet.wire.records import read_entry

    with house.store.reading() as view:
        return [read_entry(row.body).kind for row in view.entries(before, 100)]


def test_the_officer_of_a_case_sees_its_name_zones_and_notes(house, case):
    before = size(house)
    record = case.open()
    assert (record.case_id, record.name) == (case.case.id, "Heron Sample-1")
    [zone] = record.zones
    assert (zone.condition_id, zone.decision_id, zone.kind) == (case.zone, case.proposal.id, ConditionKind.EXCLUSION)
    assert b"[-28.1,46.4]" in zone.geometry
    [note] = record.notes
    assert (note.kind, note.words, note.stated_by) == (StatementKind.OUT_OF_CONTACT, "made-up words", CAI)
    assert kinds_since(house, before) == [EntryKind.CASE_RECORD_GIVEN]


def test_who_was_never_named_has_no_name_and_a_zone_of_a_refused_proposal_is_shown_to_nobody(house, staff):
    case = open_case(house.store, house.chance, SCHEME, "M-9", CAI)
    house.issue_keys()
    record = open_case_record(house.store, house.vault, case.id, CAI, SITTING_1)
    assert (record.name, record.zones, record.notes) == (None, (), ())
    other = Case(house)
    assert other.open().zones
    refuse_decision(house.store, other.proposal.id, AOS)
    assert other.open(sitting=SITTING_2).zones == ()


def test_a_zone_that_was_carried_down_with_its_decision_is_seen_as_the_one_before(house, case):
    [before] = case.open().zones
    sooner = case.proposal.review_due_at - DAY
    narrow = narrow_decision(house.store, house.chance, case.proposal.id, AOS, review_due_at=sooner)
    [zone] = case.open(sitting=SITTING_2).zones
    assert (zone.decision_id, zone.kind, zone.geometry) == (narrow, before.kind, before.geometry)
    assert zone.condition_id != before.condition_id


def screen(case, actor=CAI, **found):
    answers = dict.fromkeys(Question, (Hit.NO, (), "")) | {Question(one): told for one, told in found.items()}
    return assessor(case.house).screen(case.case.id, answers, actor)


def test_what_the_newest_screening_found_is_opened_for_them_and_none_before_it(house, case):
    screen(case, health=(Hit.YES, (Adjustment.OTHER_HOURS,), ""))
    newest = screen(case, faith=(Hit.NOT_KNOWN, (), "They did not say."))
    found = case.open().screening
    assert found.screening_id == newest
    [hit] = [one for one in found.answers if one.answer is not Hit.NO]
    assert (hit.question, hit.answer, hit.reason) == (Question.FAITH, Hit.NOT_KNOWN, "They did not say.")
    assert case.open(AOS).screening == found
    refuse_decision(house.store, case.proposal.id, AOS)
    with pytest.raises(NotPermitted, match="no_proposal"):
        case.open(AOS)


def test_answers_open_in_the_place_of_no_other_screening_and_the_rest_opens_all_the_same(house, case):
    screen(case, health=(Hit.YES, (Adjustment.OTHER_HOURS,), ""))
    with house.store.reading() as view:
        earlier = view.newest_screening(case.case.id)
    record = ScreeningCompleted(replace(earlier, id="screening_put_in_its_place"))
    with house.store.acting() as act:
        act.write(Entry(kind_of(record), CAI, case.case.person_id), record)
    assert (case.open().name, case.open().screening) == ("Heron Sample-1", None)


def written_about(house):
    """A case in which someone wrote every kind of text; by whom, of what, in which words."""
    case = open_case(house.store, house.chance, SCHEME, "M-7", CAI)
    house.issue_keys()
    desk, of = assessor(house), case.id
    fact = record_fact(house.store, desk, house.chance, of, FactKind.WORK, house.clock.now().date(), CAI, "A fact.")
    said = desk.represent(of, "What they said.", CAI)
    desk.answer(said, Reply.AGREED, "Our answer.", CAI)
    given = house.proposal(Person(case), proposed_by=CAI)
    whole = assessed(house, given, words=desk.words(of, "The whole."))
    families = tuple(replace(one, words=desk.words(of, f"Not {one.family}.")) for one in whole.families)
    propose_decision(house.store, given, replace(whole, families=families))
    return_decision(house.store, desk, given.id, ReturnReason.OTHER, "Given back.", AOS)
    again = house.proposal(Person(case), proposed_by=CAI, mode=ModeCode.REMINDERS)
    propose(house.store, house.chance, again)
    make_decision(house.store, again.id, AOS)
    house.clock.pass_(MINUTE)
    review = begin_review(house.store, house.chance, again.id, Trigger.WELLBEING, CAI)
    decide_review(house.store, desk, house.chance, review, ReviewOutcome.END, CAI, text="A review.")
    return case, [
        (About.FACT, fact, "", CAI, "A fact."),
        (About.REPRESENTATION, said, "", CAI, "What they said."),
        (About.REPLY, said, "", CAI, "Our answer."),
        (About.ASSESSMENT, whole.id, "", CAI, "The whole."),
        *((About.ASSESSMENT, whole.id, one.family, CAI, f"Not {one.family}.") for one in families),
        (About.RETURN, given.id, "", AOS, "Given back."),
        (About.REVIEW, review, "", CAI, "A review."),
    ]


def test_every_text_of_a_case_is_read_back_with_its_author_their_role_and_its_date(house, staff):
    case, told = written_about(house)
    before = size(house)
    texts = open_case_record(house.store, house.vault, case.id, CAI, SITTING_1).texts
    assert [(one.about, one.thing, one.part, one.by, one.words) for one in texts] == told
    roles = {CAI: Function.CASEWORKER, AOS: Function.AUTHORISING_OFFICER}
    assert [one.function for one in texts] == [roles[one.by] for one in texts]
    assert {one.at.date() for one in texts} == {house.clock.now().date()}
    assert kinds_since(house, before) == [EntryKind.CASE_RECORD_GIVEN]
    with pytest.raises(NotPermitted, match="not_in_sight"):
        open_case_record(house.store, house.vault, case.id, CEM, SITTING_1)


def test_no_text_of_one_case_is_read_back_in_another(house, staff, case):
    written_about(house)
    assert case.open().texts == ()


# --- one entry per case and session ---------------------------------------------------------------------


def test_in_one_session_a_case_is_recorded_once_however_often_it_is_looked_at(house, case):
    first = case.open()
    before = size(house)
    house.clock.pass_(7 * 60 * MINUTE)
    assert case.open() == first
    assert size(house) == before


def test_another_session_another_case_and_another_account_are_entries_of_their_own(house, case):
    give_cover(house.store, case.case.id, CEM, house.clock.now(), house.clock.now() + DAY, CAI)
    other = Case(house, "M-2", "Curlew Sample-2")
    before = size(house)
    case.open()
    case.open(sitting=SITTING_2)
    case.open(CEM)
    other.open()
    assert kinds_since(house, before) == [EntryKind.CASE_RECORD_GIVEN] * 4


def test_a_session_that_is_too_long_and_a_vault_that_started_anew_ask_for_another_entry(house, case):
    case.open()
    before = size(house)
    house.clock.pass_(SITTING)
    case.open()
    assert size(house) == before + 1
    house.vault = house.start_vault()
    case.open()
    assert size(house) == before + 2
    case.open()
    assert size(house) == before + 2


def test_an_entry_that_opened_before_opens_nothing_for_a_vault_that_started_since(house, case):
    case.open()
    with house.store.reading() as view:
        index = view.case_record_given(case.case.id, CAI, SITTING_1)
    assert list(house.vault.open(index))
    with pytest.raises(OpeningRefused, match="opens nothing"):
        house.start_vault().open(index)


# --- who has sight --------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [CEM, OPE, DPO, AUD, ADA, TRA, PER, REP, REQ, ANA])
def test_nobody_else_sees_it_and_nothing_is_recorded_as_given(house, case, actor):
    before = size(house)
    with pytest.raises(NotPermitted, match=r"not_in_sight|not_your_function"):
        case.open(actor)
    assert size(house) == before


def test_authorising_officers_of_the_scheme_see_it_while_a_proposal_waits(house, case):
    assert case.open(AOS).name == case.open(AOT).name == "Heron Sample-1"
    refuse_decision(house.store, case.proposal.id, AOS)
    for actor in (AOS, AOT):
        with pytest.raises(NotPermitted, match="no_proposal"):
            case.open(actor)


LOST = {
    "a conflict": lambda house, case, staff: declare_conflict(house.store, case.case.id, CAI, CAI),
    "leaving": lambda house, case, staff: end_role(house.store, staff[CAI], ADA),
}


@pytest.mark.parametrize("how", LOST)
def test_sight_that_ends_ends_at_once_also_in_a_session_that_has_begun(house, case, staff, how):
    case.open()
    LOST[how](house, case, staff)
    with house.store.reading() as view:
        index = view.case_record_given(case.case.id, CAI, SITTING_1)
    with pytest.raises(OpeningRefused, match="not in their sight"):
        house.vault.open(index)
    with pytest.raises(NotPermitted):
        case.open()


def test_cover_opens_it_for_as_long_as_it_lasts(house, case):
    give_cover(house.store, case.case.id, CEM, house.clock.now(), house.clock.now() + DAY, CAI)
    assert case.open(CEM).name == "Heron Sample-1"
    house.clock.pass_(DAY)
    for sitting in (SITTING_1, SITTING_2):
        with pytest.raises(NotPermitted, match="not_in_sight"):
            case.open(CEM, sitting)


# --- lists ----------------------------------------------------------------------------------------------


def listed(house, actor, *cases):
    return open_names(house.store, house.vault, [one.case.id for one in cases], actor, SITTING_1)


def test_a_list_shows_the_names_of_cases_in_sight_under_one_entry(house, case):
    other, hidden = Case(house, "M-2", "Curlew Sample-2"), Case(house, "M-3", "Dunlin Sample-3")
    declare_conflict(house.store, hidden.case.id, CAI, CAI)
    before = size(house)
    with pytest.raises(NotPermitted, match="conflict"):
        listed(house, CAI, case, other, hidden)
    names = listed(house, CAI, case, other)
    assert names == {case.case.id: "Heron Sample-1", other.case.id: "Curlew Sample-2"}
    assert kinds_since(house, before) == [EntryKind.CASE_LIST_GIVEN]


@pytest.mark.parametrize("actor", [CEM, DPO, OPE])
def test_who_has_no_sight_of_a_case_has_no_list_and_no_entry(house, case, actor):
    before = size(house)
    with pytest.raises(NotPermitted):
        listed(house, actor, case)
    assert listed(house, actor) == {}
    assert size(house) == before


def test_an_authorising_officer_has_the_names_of_the_proposals_that_wait(house, case):
    other = Case(house, "M-2", "Curlew Sample-2")
    both = [other.case.id, case.case.id]
    names = open_names(house.store, house.vault, [*both, other.case.id], AOS, SITTING_1)
    assert list(names.items()) == list(zip(both, ["Curlew Sample-2", "Heron Sample-1"], strict=True))
    refuse_decision(house.store, other.proposal.id, AOS)
    before = size(house)
    with pytest.raises(NotPermitted, match="no_proposal"):
        open_names(house.store, house.vault, both, AOS, SITTING_1)
    with pytest.raises(NotPermitted, match="too_many"):
        open_names(house.store, house.vault, [f"case_{n}" for n in range(LIST_MAX + 1)], AOS, SITTING_1)
    assert size(house) == before


def test_a_name_that_opens_for_nobody_keeps_no_other_from_being_seen(house, case):
    other = Case(house, "M-2", "Curlew Sample-2")
    written(house, PersonNamed(case.case.person_id, b"not sealed by us"), CAI, case.case.person_id)
    names = listed(house, CAI, case, other)
    assert names == {case.case.id: None, other.case.id: "Curlew Sample-2"}
    assert case.open().name is None


def test_a_list_opens_once(house, case):
    listed(house, CAI, case)
    with pytest.raises(OpeningRefused, match="opens nothing"):
        house.vault.open(size(house) - 1)


# --- whoever writes the ledger past the flows -----------------------------------------------------------


def written(house, record, by, about=None):
    with house.store.acting() as act:
        return act.write(Entry(kind_of(record), by, about), record)


def forged(house, case, record, by):
    written(house, record, by, None if isinstance(record, StaffProposed | StaffJoined) else case.case.person_id)


def test_an_entry_for_an_account_without_sight_opens_nothing(house, case):
    index = written(house, CaseRecordGiven(case.case.id, CEM, SITTING_1), CEM, case.case.person_id)
    with pytest.raises(OpeningRefused, match="not in their sight"):
        house.vault.open(index)
    index = written(house, CaseListGiven((case.case.id,), CEM, SITTING_1), CEM)
    with pytest.raises(OpeningRefused, match="not in their sight"):
        house.vault.open(index)


def test_an_entry_by_another_account_than_its_record_is_refused(house, case):
    index = written(house, CaseRecordGiven(case.case.id, CAI, SITTING_1), CEM, case.case.person_id)
    with pytest.raises(OpeningRefused, match="by another account"):
        house.vault.open(index)


def test_an_entry_that_names_nobody_or_another_person_is_refused(house, case):
    index = written(house, CaseRecordGiven(case.case.id, CAI, SITTING_1), CAI)
    with pytest.raises(OpeningRefused, match="another person"):
        house.vault.open(index)


FORGED = {
    "a case given to oneself": lambda house, case: (CaseAssigned(assignment(house, case, by=CEM)), CEM),
    "a case given by an administrator": lambda house, case: (CaseAssigned(assignment(house, case, by=ADA)), ADA),
    "cover given to oneself": lambda house, case: (CoverGiven(cover(house, case, by=CEM)), CEM),
    "cover given by nobody of the case": lambda house, case: (CoverGiven(cover(house, case, by=DPO)), DPO),
}


def assignment(house, case, by):
    return Assignment(case.case.id, CEM, house.clock.now(), by)


def cover(house, case, by):
    return Cover(case.case.id, CEM, house.clock.now(), house.clock.now() + DAY, by)


@pytest.mark.parametrize("what", FORGED)
def test_sight_that_nobody_could_give_is_none_whatever_the_tables_say(house, case, what):
    """As somebody who has the database file and has put its rules aside would write it."""
    record, by = FORGED[what](house, case)
    rules_aside(house)
    forged(house, case, record, by)
    index = written(house, CaseRecordGiven(case.case.id, CEM, SITTING_1), CEM, case.case.person_id)
    with pytest.raises(OpeningRefused, match="not in their sight"):
        house.vault.open(index)


def role(house, **given):
    now = house.clock.now()
    fields = {"id": RoleId("new"), "actor": "eve", "function": Function.AUTHORISING_OFFICER, "scheme_id": SCHEME}
    return Role(**fields | {"proposed_by": ADA, "proposed_at": now, "from_at": now} | given)


@pytest.mark.parametrize(
    ("joined", "given"),
    [
        (None, {}),
        (None, {"state": RoleState.JOINED, "approved_by": AOS, "first": True}),
        ({"approved_by": None, "first": True}, {}),
        ({"approved_by": ADA}, {}),
        ({"approved_by": "eve"}, {}),
        ({"approved_by": CAI}, {}),
        ({"approved_by": AOS}, {"proposed_by": CAI}),
        ({"approved_by": AOS}, {"actor": CEM}),
    ],
    ids=[
        "a proposal",
        "a proposal that says it joined",
        "as the first, who was another",
        "approved by its proposer",
        "approved by themselves",
        "approved by a caseworker",
        "proposed by a caseworker",
        "of an account with another function",
    ],
)
def test_a_role_that_two_people_did_not_give_is_none(house, case, joined, given):
    proposed = role(house, **given)
    rules_aside(house)
    forged(house, case, StaffProposed(proposed), proposed.proposed_by)
    if joined is not None:
        by = joined["approved_by"] or ADA
        forged(house, case, StaffJoined(proposed.id, at=house.clock.now(), **joined), by)
    about = case.case.person_id
    index = written(house, CaseRecordGiven(case.case.id, proposed.actor, SITTING_1), proposed.actor, about)
    with pytest.raises(OpeningRefused, match="not in their sight"):
        house.vault.open(index)


def test_the_same_role_given_by_two_opens_it(house, case):
    proposed = role(house)
    forged(house, case, StaffProposed(proposed), ADA)
    forged(house, case, StaffJoined(proposed.id, AOS, house.clock.now()), AOS)
    index = written(house, CaseRecordGiven(case.case.id, "eve", SITTING_1), "eve", case.case.person_id)
    assert list(house.vault.open(index))


def test_a_case_that_nobody_has_can_be_given_and_then_opens(house, staff):
    case = open_case(house.store, house.chance, SCHEME, "M-1", AOS)
    house.issue_keys()
    name_person(house.store, sealing, house.pinned, case.person_id, "Tern Sample-4", AOS)
    with pytest.raises(NotPermitted, match="not_in_sight"):
        open_case_record(house.store, house.vault, case.id, CEM, SITTING_1)
    assign_case(house.store, case.id, CEM, AOS)
    assert open_case_record(house.store, house.vault, case.id, CEM, SITTING_1).name == "Tern Sample-4"
