"""An operator asks within an alert that they hold: recorded first, in the person's sight, one quota for everybody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.assessing import kinds_written
from support.house import ANA, SCHEME, START
from support.in_alert import OPP, Alerted, second_operator
from support.looking import EVENINGS, HOME, HOUR, MINUTE, quarter
from support.staff import AOS, CAI, CEM, OPE, PER, staffed
from support.watched import AWAY, desk, ring, watch

from custodiet.flows.keep_caseload import assign_case, declare_conflict
from custodiet.flows.keep_register import keep_register
from custodiet.flows.looking import ask_in_alert, recording
from custodiet.flows.permitting import Permitted, the_alert
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_looking import What, looks_for_person, show_looks
from custodiet.main.pages import read_policy
from custodiet.model.act import Act
from custodiet.model.alert import AlertMove
from custodiet.model.condition import ConditionKind
from custodiet.model.contact_record import CameOf
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotFound, NotPermitted, VaultUnavailable
from custodiet.model.look_record import QuestionAsked
from custodiet.model.look_up import Answer, Asked, Attempt, Question
from custodiet.model.register import ContactFirst
from custodiet.wire.records import read_record, record_bytes

QUARTER = 15 * MINUTE


@pytest.fixture
def one(house):
    one = Alerted(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    second_operator(house, SCHEME)
    one.move("claim")
    return one


def refused(one):
    with one.house.store.reading() as view:
        return [(record.attempt, record.by, record.codes) for record, _ in view.looks_refused(one.case_id)]


def against(one, code, by=OPE, act=None, **given):
    """It is refused for this, nothing is asked of the vault, and the refusal stands with every reason."""
    before = len(refused(one))
    with pytest.raises(NotPermitted, match=f"{code}:") as error:
        (act or (lambda: one.ask_within(by=by, **given)))()
    told = refused(one)
    assert len(told) == before + 1
    codes = tuple(dict.fromkeys(str(each).partition(":")[0] for each in error.value.objections))
    assert told[0] == (Attempt.QUESTION, by, codes)


def test_a_question_is_recorded_with_its_alert_before_it_is_answered(house, one):
    before = len(kinds_written(house))
    answer, index = one.ask_within()
    assert answer is Answer.NO
    assert kinds_written(house)[before:] == [EntryKind.QUESTION_ASKED]
    with house.store.reading() as view:
        [row] = view.entries(index, 1)
    record = read_record(row.record)
    assert (record.alert_id, record.question.by) == (one.alert_id, OPE)
    assert house.verify()["differing"] == 0


def test_an_alert_that_fixes_raised_is_asked_within_too(house):
    """Which stands in no entry of its own: its claim tells the vault."""
    staffed(house)
    watched = watch(house)
    alert = watched.accused()
    watched.stay(AWAY, 40)
    desk(house).move(alert.id, AlertMove.CLAIM, OPE)
    about = quarter(house.clock.now()) - QUARTER
    where = (house.store, house.vault, alert.id)
    assert ask_in_alert(*where, Asked.ZONE, about, OPE, watched.condition_id)[0] is Answer.NO
    assert ask_in_alert(*where, Asked.CONTACT, about, OPE)[0] is Answer.YES
    with pytest.raises(NotPermitted, match="outside_alert"):
        ask_in_alert(*where, Asked.ZONE, quarter(alert.began_at) - QUARTER, OPE, watched.condition_id)
    watched.walk_home()
    house.clock.pass_(HOUR)
    after = quarter(house.clock.now()) - QUARTER
    with pytest.raises(NotPermitted, match="outside_alert"):
        ask_in_alert(*where, Asked.ZONE, after, OPE, watched.condition_id)


def test_the_person_sees_it_by_role_and_officers_by_account(house, one):

    assign_case(house.store, one.case_id, PER, AOS)
    _, index = one.ask_within()
    with house.store.reading() as view:
        looks = show_looks(view, house.clock.now(), one.case_id)
        theirs = looks_for_person(view, house.clock.now(), one.case_id)
    for told in (looks, theirs):
        line = next(each for each in told.lines if each.what is What.QUESTION)
        assert (line.entry, line.function, line.asked) == (index, "operator", Asked.HOME)
        assert line.window.from_at == quarter(one.since)


def test_the_next_question_is_refused_once_it_is_given_back_set_aside_or_closed(house, one):
    one.ask_within()
    one.move("release")
    against(one, "not_claimed")
    one.move("claim")
    one.ask_within()
    desk(house).move(one.alert_id, AlertMove.SUSPEND, OPE, "They sleep.", house.clock.now() + HOUR)
    against(one, "not_claimed")
    one.move("claim", "triage")
    one.ask_within()
    one.move("clear")
    against(one, "not_claimed")


def test_another_operator_and_an_officer_of_the_case_are_refused(one):
    against(one, "not_claimed", by=OPP)
    against(one, "not_claimed", by=CAI)


def test_an_alert_that_is_none_is_not_found_and_asks_nothing(one):
    with pytest.raises(NotFound):
        one.ask_within(alert_id="alert_none")
    assert refused(one) == []


def test_outside_the_alert_all_that_stands_against_it_is_said_at_once(house, one):
    against(one, "outside_alert", about=quarter(one.since) - QUARTER)
    against(one, "ahead", about=quarter(house.clock.now()))
    assert refused(one)[0][2] == ("outside_alert", "ahead")
    against(one, "not_authorised", about=quarter(one.began - HOUR))


def test_operators_and_officers_share_the_six_of_a_day(one):
    for number in range(3):
        one.ask_within(about=quarter(one.since) + number * QUARTER)
        one.question(about=one.began + number * QUARTER)
    against(one, "too_often")
    against(one, "too_often", by=CAI, act=one.question)


def test_a_conflict_of_interest_ends_it(house, one):
    declare_conflict(house.store, one.case_id, OPE, OPE)
    against(one, "conflict")


def test_where_the_register_says_that_the_person_is_asked_first_the_data_come_second(house, one):
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())

    keep_register(house.store, replace(register, contact_first=(ContactFirst("out_of_place", "By telephone."),)), ANA)
    house.clock.pass_(MINUTE)
    against(one, "contact_first")
    ring(house, one.alert_id, OPE, CameOf.NO_ANSWER)
    against(one, "contact_first")
    ring(house, one.alert_id, OPE, CameOf.NO_ANSWER)
    assert one.ask_within()[0] is Answer.NO


def test_without_the_vault_the_entry_stands_and_nothing_is_told(house, one):
    class Away:
        def open(self, index):
            raise VaultUnavailable("away")

    house.vault = Away()
    with pytest.raises(VaultUnavailable):
        one.ask_within()
    assert kinds_written(house)[-1] is EntryKind.QUESTION_ASKED


def through(one, by, signed_in_s=0):
    """The store as a page hands it to the flow."""
    about = lambda view, at: the_alert(view, one.alert_id, at)  # noqa: E731
    hook = recording(one.case_id, Attempt.QUESTION, by)
    return Permitted(one.house.store, read_policy(), by, Act.ASK_IN_ALERT, about, signed_in_s, hook)


@pytest.mark.parametrize("by", [OPP, CAI, CEM, PER])
def test_what_the_policy_refuses_is_recorded_too(one, by):
    def ask():
        ask_in_alert(through(one, by), one.house.vault, one.alert_id, Asked.HOME, quarter(one.since), by)

    before = len(refused(one))
    with pytest.raises(NotPermitted):
        ask()
    assert [each[:2] for each in refused(one)[: len(refused(one)) - before]] == [(Attempt.QUESTION, by)]


def test_whoever_only_has_to_sign_in_again_was_not_refused(one):
    where = (one.house.vault, one.alert_id, Asked.HOME, quarter(one.since), OPE)
    with pytest.raises(NotPermitted, match="sign_in_again"):
        ask_in_alert(through(one, OPE, 901), *where)
    assert refused(one) == []
    assert ask_in_alert(through(one, OPE, 900), *where)[0] is Answer.NO


def test_a_question_of_before_this_names_no_alert():

    asked = QuestionAsked(Question("case_1", Asked.HOME, quarter(START - timedelta(hours=1)), CAI, START))
    written = record_bytes(asked).replace(b',"alert_id":null', b"").replace(b'"alert_id":null,', b"")
    assert b"alert_id" not in written
    assert read_record(written) == asked
