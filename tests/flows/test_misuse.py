"""Suspected misuse is reported by anyone, sealed, and answered by a data protection officer whom it is not about."""

import pytest
from support.by_hand import stored_bytes
from support.looking import HOUR, Looked
from support.staff import AOS, CAI, DPO, OPE

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.reading_records import read_all
from custodiet.flows.report_misuse import answer_misuse, read_report, report_misuse
from custodiet.model.entry import Entry
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.identity import ActorId
from custodiet.model.misuse import Found
from custodiet.model.record import CaseRecordGiven, kind_of
from custodiet.rules.misuse import objections_to_answering_misuse

TEXT = "They looked the week after the case was closed, and laughed about it."
WHY = "The grant covers it; the second person was asked."


@pytest.fixture
def one(house):
    one = Looked(house, fixes=3)
    one.open(one.granted(window=one.window(1)))
    house.clock.pass_(HOUR)
    with house.store.reading() as view:
        one.reading = view.readings_of(one.case_id)[0][1]
    return one


def reported(one, by=OPE, **given):
    told = {"entry": one.reading, "text": TEXT} | given
    return report_misuse(one.house.store, one.assessor, one.house.chance, one.case_id, by=by, **told)


def answer(one, misuse_id, by=DPO, words=WHY):
    return answer_misuse(one.house.store, one.assessor, misuse_id, Found.NO_MISUSE, words, by)


def test_it_is_reported_read_and_answered_each_by_an_entry_and_counted(one):
    misuse_id = reported(one)
    assert read_report(one.house.store, one.house.vault, misuse_id, DPO, "sitting") == TEXT
    index = answer(one, misuse_id)
    with one.house.store.reading() as view:
        [mine] = view.misuses_by(OPE, 20)
        assert (mine.found, mine.answered_in, mine.report.entry) == (Found.NO_MISUSE, index, one.reading)
        assert view.misuses(None, 20, waiting=True) == ()
        assert read_all(view).misuse == {misuse_id: (one.case_id, Found.NO_MISUSE)}


def test_what_is_reported_has_words_and_an_entry_that_there_is(one):
    with pytest.raises(NotPermitted) as refused:
        reported(one, entry=10**6, text=" ")
    assert [str(each).partition(":")[0] for each in refused.value.objections] == ["no_entry", "no_words"]


def test_nobody_answers_twice_without_reasons_what_they_reported_or_what_they_did(one):
    misuse_id = reported(one)
    with pytest.raises(NotPermitted, match="about_you"):
        answer(one, misuse_id, by=CAI)  # who looked
    with pytest.raises(NotPermitted, match="your_own"):
        answer(one, misuse_id, by=OPE)
    with pytest.raises(NotPermitted, match="no_reasons"):
        answer(one, misuse_id, words="")
    answer(one, misuse_id)
    with pytest.raises(NotPermitted, match="answered"):
        answer(one, misuse_id)


def test_nobody_is_given_what_was_said_of_them_or_what_they_said(one):
    """Whoever told of a colleague is not told of to them."""
    read_report(one.house.store, one.house.vault, reported(one), DPO, "sitting")
    with one.house.store.reading() as view:
        theirs = view.ledger_size() - 1  # what the officer did just now
    about_them, own = reported(one, entry=theirs), reported(one, by=DPO)
    for misuse_id, code in ((about_them, "about_you"), (own, "your_own")):
        with one.house.store.reading() as view:
            size = view.ledger_size()
        with pytest.raises(NotPermitted, match=code):
            read_report(one.house.store, one.house.vault, misuse_id, DPO, "sitting")
        with one.house.store.reading() as view:
            assert view.ledger_size() == size


def test_an_entry_that_is_gone_is_about_nobody(one):
    with one.house.store.reading() as view:
        standing = view.misuse(reported(one))
    assert objections_to_answering_misuse(standing, ActorId("dpo-po"), None, WHY) == ()


def test_a_data_protection_officer_reads_it_and_nobody_else_whatever_the_ledger_is_made_to_say(one):
    misuse_id, own = reported(one), reported(one, by=DPO)
    for who in (CAI, AOS, OPE):
        with pytest.raises(OpeningRefused, match="for the data protection officer"):
            opened(one, misuse_id, who)
    with pytest.raises(OpeningRefused, match="for the data protection officer"):
        opened(one, own, DPO)
    with pytest.raises(OpeningRefused, match="no such report"):
        opened(one, "misuse_none", DPO)
    declare_conflict(one.house.store, one.case_id, DPO, DPO)
    with pytest.raises(OpeningRefused, match="conflict"):
        opened(one, misuse_id, DPO)


def opened(one, misuse_id, by):
    record = CaseRecordGiven(one.case_id, by, "sitting", misuse_id=misuse_id)
    with one.house.store.acting() as act:
        index = act.write(Entry(kind_of(record), by, one.person.case.person_id), record)
    return list(one.house.vault.open(index))


def test_the_tables_follow_from_the_records_and_no_word_of_it_is_in_the_store(one):
    answer(one, reported(one))
    counts = one.house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)
    stored = stored_bytes(one.house)
    assert TEXT.encode() not in stored
    assert WHY.encode() not in stored
