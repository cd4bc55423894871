"""Looking through the flows: asked, approved by another, read, ended; what is refused says why and is recorded."""

from datetime import timedelta

import pytest
from support.assessing import assessor, kinds_written
from support.by_hand import stored_bytes
from support.house import ANA, COURT, START
from support.looking import HOUR, MINUTE, Looked, quarter
from support.staff import ADA, AOS, AOT, CAI, CEM, DPO
from support.watched import ring

from custodiet.adapters.policy import CedarPolicy
from custodiet.flows.end_decision import end_decision
from custodiet.flows.end_scheme import end_scheme
from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.keep_register import keep_register
from custodiet.flows.looking import (
    ask_look_up,
    end_look_up,
    recording,
    refuse_look_up,
)
from custodiet.flows.permitting import Permitted, the_case
from custodiet.flows.prove_entry import entry_at, prove_entry
from custodiet.flows.record_fact import record_fact
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_looking import AT_ONCE_MAX, Row, What, hours_of, rows_of, show_looks
from custodiet.main.pages import read_policy
from custodiet.model.act import Act
from custodiet.model.condition import Interval
from custodiet.model.contact_record import CameOf
from custodiet.model.decision import Authority
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalValue, NotPermitted, VaultUnavailable
from custodiet.model.fact import FactKind
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import AlertId
from custodiet.model.look_up import Asked, Attempt, Place, Precision, RefusedBecause, Tried
from custodiet.model.mode import ModeCode
from custodiet.model.record import AlertRaised, kind_of
from custodiet.rules.chain import leaf_hash, verify_inclusion
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.note import NoteError, vkey
from custodiet.wire.proof import verify_proof


@pytest.fixture
def one(house):
    return Looked(house)


def refused(house, one):
    with house.store.reading() as view:
        return [(record.attempt, record.by, record.codes) for record, _ in view.looks_refused(one.case_id)]


def against(house, one, code, act, attempt=Attempt.LOOK_UP, by=CAI):
    """It is refused for this and the refusal stands in the ledger, with every reason."""
    before = len(refused(house, one))
    with pytest.raises(NotPermitted, match=f"{code}:") as error:
        act()
    told = refused(house, one)
    assert len(told) == before + 1
    codes = tuple(dict.fromkeys(str(each).partition(":")[0] for each in error.value.objections))
    assert told[0] == (attempt, by, codes)
    assert code in codes
    return str(error.value)


# --- the thin path ----------------------------------------------------------------------------------------------


def test_each_step_is_an_entry_of_its_own_before_anything_opens(house, one):
    before = len(kinds_written(house))
    look_up_id = one.ask()
    one.approve(look_up_id)
    opened = one.open(look_up_id)
    one.question(Asked.CONTACT)
    assert kinds_written(house)[before:] == [
        *(EntryKind.LOOK_UP_ASKED, EntryKind.GRANT_GIVEN, EntryKind.READING_OPENED, EntryKind.QUESTION_ASKED)
    ]
    assert opened.index == before + 2
    assert house.verify()["differing"] == 0


def test_no_entry_and_no_table_holds_the_words_of_a_request(house, one):
    one.approve(one.ask(why="made-up words that nobody may find"), words="nor these made-up ones")
    raw = stored_bytes(house)
    assert b"made-up words" not in raw
    assert b"made-up ones" not in raw


def test_without_the_vault_the_entry_stands_and_nothing_is_shown(house, one):
    class Away:
        def open(self, index):
            raise VaultUnavailable("away")

    look_up_id, house.vault = one.granted(), Away()
    with pytest.raises(VaultUnavailable):
        one.open(look_up_id)
    assert kinds_written(house)[-1] is EntryKind.READING_OPENED


def test_a_reading_has_a_proof_that_is_checked_without_us_and_a_changed_byte_does_not_match(house, one):
    index = one.open(one.granted()).index
    proof, body = prove_entry(house.store, house.vault, index), entry_at(house.store, index)
    key = vkey(house.pinned.origin, house.pinned.log_key)
    assert verify_proof(proof, key, leaf_hash(body), verify_inclusion).index == index
    with pytest.raises(NoteError, match="is not number"):
        verify_proof(proof, key, leaf_hash(body.replace(b"reading", b"readinG")), verify_inclusion)


def test_rows_tell_a_gap_that_was_not_ours_to_collect_from_a_device_that_did_not_report(house, one):
    house.clock.pass_(HOUR)
    window = Interval(one.began - HOUR, house.clock.now())
    rows = rows_of(one.open(one.granted(window=window)))
    assert [(row.authorised, row.during) for row in rows if row.place is None] == [
        (False, Interval(window.from_at, one.decision.starts_at)),
        (True, Interval(one.until - 10 * MINUTE, window.to_at)),
    ]
    assert [row.number for row in rows if row.place is not None] == list(range(1, 19))


def a_place(at, number=1):
    return Row(None, place=Place(at, is_home=True, lat_e7=None, lon_e7=None, accuracy_m=None), number=number)


def test_what_a_page_bears_at_once_is_not_folded():
    assert hours_of([a_place(START)] * AT_ONCE_MAX) == ()
    assert len(hours_of([a_place(START)] * (AT_ONCE_MAX + 1))) == 1


def test_a_long_reading_is_folded_by_the_hour_in_which_each_row_begins_and_loses_none():
    late = START.replace(hour=22, minute=59)
    places = [a_place(late + n * MINUTE, n + 1) for n in range(AT_ONCE_MAX)]
    silent = Row(Interval(places[-1].place.at, places[-1].place.at + 3 * HOUR))
    rows = (*places, silent, a_place(silent.during.to_at, AT_ONCE_MAX + 1))
    hours = hours_of(rows)
    assert tuple(row for hour in hours for row in hour.rows) == rows
    assert [f"{hour.during.from_at:%d %H:%M}" for hour in hours] == [
        "03 22:00",
        "03 23:00",
        "04 00:00",
        "04 01:00",
        "04 04:00",
    ]
    assert [hour.places for hour in hours] == [1, 60, 60, 9, 1]
    assert [len(hour.rows) for hour in hours] == [1, 60, 60, 10, 1]
    assert all(hour.during.to_at - hour.during.from_at == HOUR for hour in hours)


# --- what the person is shown -----------------------------------------------------------------------------------


def test_everything_is_listed_with_role_purpose_window_and_entry_the_newest_first(house, one):
    with pytest.raises(NotPermitted):
        one.ask(tried=())
    look_up_id = one.granted()
    opened = one.open(look_up_id)
    one.question(Asked.CONTACT)
    end_look_up(house.store, look_up_id, CAI)
    no = one.ask()
    refuse_look_up(house.store, one.assessor, no, RefusedBecause.TOO_WIDE, AOT)
    with house.store.reading() as view:
        looks = show_looks(view, house.clock.now(), one.case_id)
    said = [What.REFUSED, What.ASKED, What.ENDED, What.QUESTION, What.READ, What.APPROVED, What.ASKED, What.TRIED]
    assert [line.what for line in looks.lines] == said
    read = looks.lines[4]
    assert (read.entry, read.window, read.purpose) == (opened.index, one.window(), "Keeping in contact")
    functions = ["authorising_officer", *["caseworker"] * 4, "authorising_officer", *["caseworker"] * 2]
    assert [line.function for line in looks.lines] == functions


# --- asking -----------------------------------------------------------------------------------------------------


def test_nothing_tried_no_reason_and_an_unknown_purpose_are_all_said_at_once(house, one):
    said = against(house, one, "nothing_tried", lambda: one.ask(tried=(), why=" ", purpose="research"))
    assert all(code in said for code in ("no_reason", "nothing_tried", "no_such_purpose"))
    assert "contact" in said


def test_a_window_wider_than_the_purpose_allows_is_refused_and_the_narrower_one_is_named(house, one):
    window = Interval(one.until - timedelta(hours=25), one.until)
    said = against(house, one, "too_wide", lambda: one.ask(window=window))
    assert "at most 24 hours" in said
    assert "from 2031-03-02T12:00:00.000Z to 2031-03-03T12:00:00.000Z" in said
    assert one.ask(window=Interval(one.until - timedelta(hours=24), one.until))


def amend(house, purposes=None, **changed):
    from dataclasses import replace

    with house.store.reading() as view:
        register, _ = register_at(view, "scheme_test", house.clock.now())
    purposes = tuple(replace(one, **changed) for one in register.purposes)
    keep_register(house.store, replace(register, purposes=purposes), ANA)


def test_the_maximum_is_the_registers_also_for_what_was_asked_before_it_changed(house, one):
    look_up_id = one.ask()
    amend(house, look_up_hours=1)
    said = against(house, one, "too_wide", lambda: one.approve(look_up_id), Attempt.APPROVAL, AOS)
    assert "at most 1 hours" in said
    one.approve(look_up_id, window=one.window(1))
    assert len(one.open(look_up_id).places) == 6


def test_a_purpose_that_is_not_operational_is_refused(house, one):
    amend(house, operational=False)
    against(house, one, "not_operational", one.ask)


def test_a_window_in_which_nothing_was_authorised_is_refused_and_the_interval_is_named(house, one):
    said = against(house, one, "not_authorised", lambda: one.ask(window=Interval(one.began - HOUR, one.began)))
    assert "2031-03-03T09:00:00.000Z" in said
    against(house, one, "ahead", lambda: one.ask(window=Interval(one.until, one.until + HOUR)))


def test_a_mode_without_a_trail_offers_a_question_instead(house):
    one = Looked(house, mode=ModeCode.ZONE_ON_ARRIVAL)
    assert "ask a question" in against(house, one, "no_trail", one.ask)


def test_whoever_has_a_conflict_of_interest_asks_for_nothing(house, one):
    declare_conflict(house.store, one.case_id, CAI, CAI)
    against(house, one, "conflict", one.ask)


def test_a_process_asks_for_nothing(house, one):
    with pytest.raises(NotPermitted, match="a process decides nothing"):
        one.ask(by="clock")


def test_after_the_end_of_the_scheme_nobody_looks(house, one):
    look_up_id = one.granted()
    end_scheme(house.store, house.chance, "scheme_test", ANA)
    against(house, one, "scheme_ended", lambda: one.ask(window=one.window(1)))
    against(house, one, "scheme_ended", lambda: one.open(look_up_id), Attempt.READING)
    against(house, one, "scheme_ended", one.question, Attempt.QUESTION)


def test_a_missed_review_of_an_order_closes_looks_and_the_order_goes_on(house):
    now = house.clock.now()
    one = Looked(house, authority=Authority.ORDER, maker=COURT, review_due_at=now + timedelta(hours=4))
    look_up_id = one.granted()
    assert one.open(look_up_id).places
    house.clock.pass_(HOUR)
    assert house.decision(one.decision.id).in_force(house.clock.now())
    against(house, one, "review_missed", one.ask)
    against(house, one, "review_missed", lambda: one.open(look_up_id), Attempt.READING)
    against(house, one, "review_missed", one.question, Attempt.QUESTION)


def test_what_was_annulled_is_quarantined(house, one):
    look_up_id = one.granted()
    end_decision(house.store, house.chance, one.decision.id, Move.ANNUL, Ender(COURT, authority=True))
    against(house, one, "quarantined", one.ask)
    against(house, one, "quarantined", lambda: one.open(look_up_id), Attempt.READING)


def test_data_past_their_retention_are_asked_for_in_vain(house):
    one = Looked(house, review_due_at=house.clock.now() + timedelta(hours=4))
    house.clock.pass_(timedelta(days=28, hours=1))
    against(house, one, "past_retention", one.ask)


# --- contact first ----------------------------------------------------------------------------------------------


def battery(house, one):
    now = house.clock.now()
    raised = Raised(
        *("alert_1", one.case_id, one.decision.id, one.person.fitting.id, None),
        *(Matter.BATTERY, Weight.SERVICE, now, now, now),
    )
    with house.store.acting() as act:
        act.write(Entry(kind_of(AlertRaised(raised)), "clock", one.person.case.person_id), AlertRaised(raised))


def test_an_alert_at_which_the_person_is_asked_first_locks_until_they_are(house, one):
    battery(house, one)
    against(house, one, "contact_first", one.ask)
    house.clock.pass_(MINUTE)
    desk = assessor(house)
    record_fact(house.store, desk, house.chance, one.case_id, FactKind.CONTACT_LOST, house.clock.now().date(), CAI)
    assert one.ask()


def test_a_conversation_about_it_opens_the_lock_and_a_try_in_vain_does_not(house, one):
    battery(house, one)
    house.clock.pass_(MINUTE)
    ring(house, AlertId("alert_1"), CAI, CameOf.NO_ANSWER)
    against(house, one, "contact_first", one.ask)
    ring(house, AlertId("alert_1"), CAI, CameOf.SPOKE)
    assert one.ask()


def test_harm_in_asking_overrides_the_lock_only_in_the_second_persons_words(house, one):
    battery(house, one)
    look_up_id = one.ask(tried=(Tried.CONTACT_WOULD_HARM,))
    against(house, one, "harm_unsaid", lambda: one.approve(look_up_id), Attempt.APPROVAL, AOS)
    one.approve(look_up_id, words="Whoever holds the phone is whom they fear.")
    assert one.open(look_up_id).places


# --- approving --------------------------------------------------------------------------------------------------


def test_nobody_approves_what_they_asked_for(house, one):
    look_up_id = one.ask()
    against(house, one, "own_request", lambda: one.approve(look_up_id, CAI), Attempt.APPROVAL, CAI)


def test_a_yes_reaches_no_further_than_what_was_asked(house, one):
    look_up_id = one.ask(precision=Precision.M_100)
    wider = Interval(one.window().from_at - MINUTE, one.until)
    for more in ({"window": wider}, {"precision": Precision.FULL}):
        against(house, one, "wider", lambda more=more: one.approve(look_up_id, **more), Attempt.APPROVAL, AOS)
    one.approve(look_up_id)


def test_a_yes_lasts_a_day_at_most(one):
    with pytest.raises(IllegalValue):
        one.approve(one.ask(), lasts=timedelta(hours=24, minutes=1))


def test_a_conflict_on_either_side_stands_against_a_yes(house, one):
    look_up_id = one.ask()
    declare_conflict(house.store, one.case_id, AOS, AOS)
    against(house, one, "conflict", lambda: one.approve(look_up_id), Attempt.APPROVAL, AOS)
    declare_conflict(house.store, one.case_id, CAI, CAI)
    against(house, one, "asker_conflict", lambda: one.approve(look_up_id, AOT), Attempt.APPROVAL, AOT)


def test_what_waited_a_day_was_refused_or_was_taken_back_is_not_approved(house, one):
    late, no, back = (one.ask() for _ in range(3))
    refuse_look_up(house.store, one.assessor, no, RefusedBecause.ASK_FIRST, AOS)
    end_look_up(house.store, back, CAI)
    for each in (no, back):
        against(house, one, "not_waiting", lambda each=each: one.approve(each), Attempt.APPROVAL, AOS)
    house.clock.pass_(timedelta(hours=24))
    against(house, one, "not_waiting", lambda: one.approve(late), Attempt.APPROVAL, AOS)


def test_a_no_is_anothers_and_a_taking_back_ends_it(house, one):
    look_up_id = one.ask()
    with pytest.raises(NotPermitted, match="own_request"):
        refuse_look_up(house.store, one.assessor, look_up_id, RefusedBecause.OTHER, CAI)
    end_look_up(house.store, look_up_id, CAI)
    with pytest.raises(NotPermitted, match="over"):
        end_look_up(house.store, look_up_id, CAI)


# --- reading ----------------------------------------------------------------------------------------------------


def test_nothing_opens_before_the_yes_after_the_end_or_for_another(house, one):
    look_up_id = one.ask()
    against(house, one, "not_granted", lambda: one.open(look_up_id), Attempt.READING)
    one.approve(look_up_id)
    against(house, one, "not_yours", lambda: one.open(look_up_id, CEM), Attempt.READING, CEM)
    house.clock.pass_(4 * HOUR - MINUTE)
    assert one.open(look_up_id).places
    house.clock.pass_(MINUTE)
    against(house, one, "grant_expired", lambda: one.open(look_up_id), Attempt.READING)
    other = one.granted(window=one.window())
    end_look_up(house.store, other, AOT)
    against(house, one, "grant_ended", lambda: one.open(other), Attempt.READING)


def test_widening_is_a_new_request_and_less_than_the_grant_opens(house, one):
    look_up_id = one.granted()
    wider = Interval(one.window().from_at, one.until + MINUTE)
    house.clock.pass_(MINUTE)
    said = against(house, one, "wider", lambda: one.open(look_up_id, window=wider), Attempt.READING)
    assert "widening is a new request" in said
    assert len(one.open(look_up_id, window=one.window(1)).places) == 6


# --- questions --------------------------------------------------------------------------------------------------


def test_six_questions_a_day_about_one_person_all_askers_together_then_none(house, one):
    from custodiet.flows.keep_caseload import give_cover

    give_cover(house.store, one.case_id, CEM, house.clock.now(), house.clock.now() + timedelta(days=3), CAI)
    for number in range(6):
        one.question(about=one.began + number * 15 * MINUTE, by=(CAI, CEM)[number % 2])
    against(house, one, "too_often", one.question, Attempt.QUESTION)
    against(house, one, "too_often", lambda: one.question(by=CEM), Attempt.QUESTION, CEM)
    house.clock.pass_(timedelta(days=1))
    one.question()


def test_a_question_is_about_a_whole_quarter_that_is_over(house, one):
    with pytest.raises(IllegalValue):
        one.question(about=one.began + MINUTE)
    against(house, one, "ahead", lambda: one.question(about=quarter(house.clock.now())), Attempt.QUESTION)
    before = quarter(one.began - HOUR)
    against(house, one, "not_authorised", lambda: one.question(about=before), Attempt.QUESTION)


# --- what the policy refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [AOS, DPO, ADA, CEM, ANA])
def test_what_the_policy_refuses_is_recorded_too(house, one, actor):
    policy: CedarPolicy = read_policy()
    about = lambda view, at: the_case(view, one.case_id, at)  # noqa: E731
    hook = recording(one.case_id, Attempt.LOOK_UP, actor)
    store = Permitted(house.store, policy, actor, Act.ASK_LOOK_UP, about, 0, hook)
    before = len(refused(house, one))
    with pytest.raises(NotPermitted):
        ask(store, one, actor)
    told = refused(house, one)
    assert len(told) == before + 1
    assert told[0][:2] == (Attempt.LOOK_UP, actor)


def test_whoever_only_has_to_sign_in_again_was_not_refused(house, one):
    about = lambda view, at: the_case(view, one.case_id, at)  # noqa: E731
    hook = recording(one.case_id, Attempt.LOOK_UP, CAI)
    with pytest.raises(NotPermitted, match="sign_in_again"):
        ask(Permitted(house.store, read_policy(), CAI, Act.ASK_LOOK_UP, about, 901, hook), one, CAI)
    assert refused(house, one) == []
    assert ask(Permitted(house.store, read_policy(), CAI, Act.ASK_LOOK_UP, about, 0, hook), one, CAI)


def ask(store, one, actor):
    from support.looking import WHY

    from custodiet.model.look_up import ToKnow

    told = {"purpose": "contact", "to_know": ToKnow.REACH, "why": WHY, "tried": (Tried.RANG,), "window": one.window()}
    return ask_look_up(store, one.assessor, one.house.chance, one.case_id, actor, **told)
