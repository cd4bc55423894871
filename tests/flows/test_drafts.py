"""An unfinished assessment is kept for its author alone, until it is sent, replaced or old, or the case ends."""

from datetime import timedelta

import pytest
from support.assessing import assessed, assessor, kinds_written
from support.house import ANA, SCHEME, START
from support.staff import AOS, CAI, CEM, staffed
from support.watched import bytes_of

from custodiet.flows.close_case import close_case
from custodiet.flows.decide_case import propose_decision
from custodiet.flows.keep_caseload import give_cover
from custodiet.flows.keep_draft import save_draft
from custodiet.flows.open_case import open_case
from custodiet.flows.open_case_record import open_case_record
from custodiet.flows.time_passes import Passing
from custodiet.model.assessing_record import DraftSaved
from custodiet.model.draft import DRAFT_KEPT, Draft
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import CannotRecord, IllegalValue, NotPermitted, OpeningRefused
from custodiet.model.mode import ModeCode
from custodiet.model.record import kind_of

TYPED = (("compared", "none"), ("compared", "check_in"), ("words", "They have moved, by their own account."))


@pytest.fixture
def case(house):
    """A case of CAI that CEM covers."""
    staffed(house)
    opened = open_case(house.store, house.chance, SCHEME, "M-1", CAI)
    house.issue_keys()
    now = house.clock.now()
    give_cover(house.store, opened.id, CEM, now, now + DRAFT_KEPT, CAI)
    return opened


def save(house, case, typed=TYPED, by=CAI, mode=ModeCode.TELEPHONE):
    return save_draft(house.store, assessor(house), case.id, mode, typed, by)


def unfinished(house, case, by=CAI, sitting="sitting-1"):
    return open_case_record(house.store, house.vault, case.id, by, sitting).unfinished


def drafts(house, by=CAI):
    with house.store.reading() as view:
        return view.drafts_of(by)


def test_what_was_typed_is_there_again_in_another_session_for_its_author_and_for_nobody_else(house, case):
    save(house, case)
    for sitting in ("sitting-1", "sitting-2"):
        draft = unfinished(house, case, sitting=sitting)
        assert (draft.mode, draft.typed, draft.drop_at - draft.saved_at) == (ModeCode.TELEPHONE, TYPED, DRAFT_KEPT)
    assert unfinished(house, case, CEM) is None
    assert drafts(house, CEM) == ()
    assert (house.verify()["differing"], house.verify()["missing"]) == (0, 0)


def test_each_author_has_one_in_a_case_and_the_next_replaces_it(house, case):
    save(house, case)
    save(house, case, (("words", "Hers."),), CEM)
    save(house, case, (("words", "Later."),), mode=ModeCode.CHECK_IN)
    assert (unfinished(house, case).mode, unfinished(house, case).typed) == (ModeCode.CHECK_IN, (("words", "Later."),))
    assert unfinished(house, case, CEM).typed == (("words", "Hers."),)
    assert len(drafts(house)) == 1


def test_it_is_nowhere_in_clear_and_waits_for_the_key(house, case):
    save(house, case)
    assert b"by their own account" not in bytes_of(house)
    keyless = open_case(house.store, house.chance, SCHEME, "M-2", CAI)
    with pytest.raises(CannotRecord, match="no record key yet"):
        save(house, keyless)
    with pytest.raises(IllegalValue, match="more than a draft holds"):
        save(house, case, (("words", "x" * 1_000_000),))
    with pytest.raises(NotPermitted):
        save(house, case, by="clock")


def over(house, case):
    """Neither a row nor an opening has anything of it, and the tables follow from the records still."""
    assert drafts(house) == ()
    assert unfinished(house, case) is None
    assert kinds_written(house).count(EntryKind.DRAFT_DROPPED) == 1
    assert (house.verify()["differing"], house.verify()["missing"]) == (0, 0)
    save(house, case, (("words", "Anew."),))
    assert unfinished(house, case).typed == (("words", "Anew."),)


class Person:
    def __init__(self, case):
        self.case = case


def test_it_is_over_once_the_assessment_is_sent(house, case):
    save(house, case)
    proposal = house.proposal(Person(case), proposed_by=CAI, mode=ModeCode.TELEPHONE)
    with pytest.raises(NotPermitted):
        propose_decision(house.store, proposal)
    assert len(drafts(house)) == 1
    propose_decision(house.store, proposal, assessed(house, proposal))
    over(house, case)


def test_it_is_over_once_the_case_is_closed(house, case):
    save(house, case)
    close_case(house.store, house.chance, case.id, EndReason.LEAVE_GRANTED, CAI)
    over(house, case)


def test_it_is_over_after_its_days_by_the_clock_and_opens_for_nobody_before_the_clock_has_run(house, case):
    save(house, case)
    passing = Passing(house.store, house.chance, house.clock, house.fence)
    house.clock.pass_(DRAFT_KEPT - timedelta(seconds=1))
    assert passing.look() == 0
    assert unfinished(house, case) is not None
    house.clock.pass_(timedelta(seconds=1))
    assert unfinished(house, case) is None
    assert passing.look() == 1
    assert passing.look() == 0
    over(house, case)


def test_nobody_puts_one_by_in_the_name_of_another(house, case):
    desk = assessor(house)
    with house.store.acting() as act:
        piece = desk.seal_draft(act, case.person_id, CAI, TYPED)
        record = DraftSaved(Draft(case.id, CAI, ModeCode.TELEPHONE, act.now, act.now + DRAFT_KEPT, piece))
        act.write(Entry(kind_of(record), AOS, case.person_id), record)
    with pytest.raises(OpeningRefused, match="by another account"):
        house.vault.checkpoint()


def test_what_one_typed_does_not_open_as_anothers(house, case):
    with house.store.acting() as act:
        theirs = assessor(house).seal_draft(act, case.person_id, CAI, TYPED)
        record = DraftSaved(Draft(case.id, CEM, ModeCode.TELEPHONE, act.now, act.now + DRAFT_KEPT, theirs))
        act.write(Entry(kind_of(record), CEM, case.person_id), record)
    assert unfinished(house, case, CEM) is None


def test_a_draft_is_kept_for_its_days_and_holds_something():
    for days, sealed in ((DRAFT_KEPT + timedelta(days=1), b"x"), (DRAFT_KEPT, b"")):
        with pytest.raises(IllegalValue):
            Draft("case_1", ANA, ModeCode.TELEPHONE, START, START + days, sealed)
