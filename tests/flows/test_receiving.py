"""Receiving: absurd numbers, what was seen before, what is remembered and for how long, and failures at the commit."""

import json
from datetime import timedelta
from hashlib import sha256
from math import inf, nan

import pytest
from support.by_hand import answers_lost, hands_on
from support.house import ANA, START, report
from support.proposing import propose

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, resume_decision, suspend_decision
from custodiet.model.condition import Interval
from custodiet.model.decision import LATE_MAX_DEFAULT
from custodiet.model.errors import CannotRecord, TableMismatch
from custodiet.model.mode import LADDER, Kind, ModeCode
from custodiet.model.record import IngestDetail, Ingested
from custodiet.model.report import Fix, Report
from custodiet.model.stored import SaltedDetail
from custodiet.model.times import to_ms
from custodiet.rules.chain import EMPTY_ROOT
from custodiet.rules.decisions import Ender, Move
from custodiet.wire import traccar
from custodiet.wire.frame import piece_of, unpack_directory
from custodiet.wire.records import ingested_bytes

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def withdraw(house, decision):
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))


def clean(house):
    found = house.verify()
    return (found["missing"], found["differing"]) == (0, 0)


# --- absurd numbers -------------------------------------------------------------------------------------


def forwarded(**position):
    sent = {"fixTime": "2031-03-03T09:00:00.000+00:00", "valid": True, "latitude": 46.5, "longitude": -28.0}
    return traccar.decode(json.dumps({"position": sent | position, "device": {"uniqueId": "TAG-1"}}).encode())


@pytest.mark.parametrize(
    ("sent", "told"), [("accuracy", "accuracy_m"), ("altitude", "altitude_m"), ("speed", "speed_mps")]
)
@pytest.mark.parametrize("value", [1e307, 1e300, 1e15])
def test_an_absurd_number_is_stored_as_unknown_and_the_rest_of_the_group_is_kept(house, sent, told, value):
    absurd, plain = house.person("TAG-1"), house.person("TAG-2")
    house.decide(absurd)
    house.decide(plain)
    monitor = house.monitor()
    before = house.request(monitor, plain.token, report("TAG-2", START))
    wild = house.request(monitor, absurd.token, forwarded(**{sent: value}))
    after = house.request(monitor, plain.token, report("TAG-2", START - timedelta(0)), report("TAG-2", START + MINUTE))
    answers = monitor.receive([before, wild, after])
    assert [[answer.outcome.value for answer in one] for one in answers] == [["kept"], ["kept"], ["duplicate", "kept"]]
    fix = house.copy(absurd)[1]
    assert fix[told] is None
    assert (fix["latitude"], fix["longitude"]) == (46.5, -28.0)
    assert clean(house)


@pytest.mark.parametrize("name", ["accuracy_m", "altitude_m", "speed_mps", "course_deg"])
@pytest.mark.parametrize("value", [inf, -inf, nan, 1e308, -1e308])
def test_what_is_no_number_is_stored_as_unknown(house, name, value):
    person = house.person("TAG")
    house.decide(person)
    fix = Fix(lat_e7=465000000, lon_e7=-280000000, **{name: value})
    [answer] = house.post(house.monitor(), person.token, Report("TAG", Kind.FIX, START, fix))
    assert answer.outcome == "kept"
    assert house.copy(person)[1][name] is None


# --- the lower rungs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [mode for mode in LADDER if mode.rung <= 8], ids=lambda mode: mode.code)
def test_a_rung_that_admits_no_position_answers_none_and_stores_nothing(house, mode):
    person = house.person("TAG")
    house.decide(person, mode=mode.code)
    monitor = house.monitor()
    monitor.idle()
    [answer] = house.post(monitor, person.token, report("TAG", START))
    assert [reason.value for reason in answer.reasons] == ["none"]
    with house.store.reading() as view:
        assert view.newest_frame() == -1
        assert view.sessions_of(person.case.person_id) == {}


# --- seen before ----------------------------------------------------------------------------------------


def test_a_fix_days_old_is_not_stored_twice_when_another_process_saw_the_decision_paused(house):
    person = house.person("TAG")
    decision = house.decide(person, late_max=10 * DAY)
    house.clock.pass_(2 * MINUTE)
    assert house.say(house.monitor(), person, START + MINUTE) == "kept"
    house.clock.pass_(5 * DAY)
    house.issue_keys()
    suspend_decision(house.store, decision.id, Ender(ANA))
    another = house.monitor("m2")
    house.clock.pass_(MINUTE)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(MINUTE)
    assert house.say(another, person, START + MINUTE) == "duplicate"
    assert len(house.copy(person)) == 3


def test_a_fix_days_old_is_not_stored_twice_after_a_clock_that_ran_ahead_was_set_right(house):
    person = house.person("TAG")
    decision = house.decide(person, late_max=10 * DAY, ends_at=START + HOUR)
    house.clock.pass_(2 * MINUTE)
    monitor = house.monitor()
    assert house.say(monitor, person, START + MINUTE) == "kept"
    house.decide(person, follows=decision.id, starts_at=START + HOUR)
    house.clock.pass_(10 * DAY - HOUR)
    for jump in (timedelta(0), 4 * HOUR, timedelta(0)):
        now = house.clock.now()
        house.clock.set(now + jump)
        monitor.refresh()
        monitor.idle()
        house.clock.set(now)
    assert house.say(monitor, person, START + MINUTE) == "duplicate"
    assert len(house.copy(person)) == 3


def test_a_fix_days_old_is_not_stored_twice_by_a_process_older_than_the_decision(house):
    person = house.person("TAG")
    another = house.monitor("m2")
    house.decide(person, late_max=10 * DAY)
    house.clock.pass_(2 * MINUTE)
    assert house.say(house.monitor(), person, START + MINUTE) == "kept"
    house.clock.pass_(5 * DAY)
    another.refresh()
    another.idle()
    house.issue_keys()
    assert house.say(another, person, START + MINUTE) == "duplicate"
    assert len(house.copy(person)) == 3


def paused_under_a_fast_clock(house):
    """A fix timed four minutes ahead is stored, and a pause from the first minute on removes it."""
    person = house.person("TAG")
    decision = house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person, START + 4 * MINUTE) == "kept"
    house.clock.pass_(MINUTE)
    suspend_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(MINUTE)
    return person, decision, monitor


@pytest.mark.parametrize("restarted", [False, True], ids=["the same process", "after a restart"])
def test_a_removed_fix_that_comes_again_is_kept_when_it_may_be(house, restarted):
    person, decision, monitor = paused_under_a_fast_clock(house)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(3 * MINUTE)
    if restarted:
        monitor = house.monitor("m2")
    assert house.say(monitor, person, START + 4 * MINUTE) == "kept"
    assert house.say(monitor, person, START + 4 * MINUTE) == "duplicate"
    assert house.say(house.monitor("m3"), person, START + 4 * MINUTE) == "duplicate"
    assert len(house.copy(person)) == 3
    assert clean(house)


@pytest.mark.parametrize("restarted", [False, True], ids=["the same process", "after a restart"])
def test_a_removed_fix_that_comes_again_is_refused_for_what_stands_against_it(house, restarted):
    person, decision, monitor = paused_under_a_fast_clock(house)
    house.clock.pass_(8 * MINUTE)
    resume_decision(house.store, decision.id, Ender(ANA))
    if restarted:
        monitor = house.monitor("m2")
    assert house.say(monitor, person, START + 4 * MINUTE) == "refused suspended"
    assert len(house.copy(person)) == 2


def test_a_removed_fix_that_was_still_remembered_would_be_called_a_duplicate(house, monkeypatch):
    person, decision, monitor = paused_under_a_fast_clock(house)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(3 * MINUTE)
    monkeypatch.setattr(ReadingRows, "_removed_since", lambda *_: ())
    assert house.say(monitor, person, START + 4 * MINUTE) == "duplicate"


def test_several_fixes_of_one_frame_that_are_removed_at_once_are_blanked_and_may_each_come_again(house):
    person = house.person("TAG")
    decision = house.decide(person)
    monitor = house.monitor()
    times = [START, *(START + ahead * MINUTE for ahead in (2, 3, 4))]
    lines = [report("TAG", at) for at in times]
    assert {one.outcome for one in house.post(monitor, person.token, *lines)} == {"kept"}
    house.clock.pass_(MINUTE)
    suspend_decision(house.store, decision.id, Ender(ANA))
    with house.store.reading() as view:
        [(_, frame)] = view.frames(-1, 500)
        blank = [not any(piece_of(frame.sealed, row)) for row in unpack_directory(frame.directory)]
    assert blank == [False, True, True, True]
    house.clock.pass_(MINUTE)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.pass_(3 * MINUTE)
    said = [one.outcome for one in house.post(monitor, person.token, *lines)]
    assert said == ["duplicate", "kept", "kept", "kept"]
    assert clean(house)


def test_what_was_kept_in_a_transaction_is_known_in_it(house):
    with house.store.ingesting() as write:
        number, previous = write.chain(0)
        record = Ingested(0, number, write.now, 0, 0, EMPTY_ROOT, previous, (), b"", write.ledger_size())
        write.keep(record, SaltedDetail(b"salt" * 4, IngestDetail(), b""), None, ())
        assert write.chain(0) == (number + 1, sha256(ingested_bytes(record)).digest())


# --- our own way up ---------------------------------------------------------------------------------------


def test_while_nobody_hears_some_devices_what_is_written_proves_no_way_up(house):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    heard = house.clock.now()
    monitor.vouch_by(lambda: False)
    for _ in range(10):
        house.clock.pass_(MINUTE)
        assert house.say(monitor, person) == "kept"
        monitor.idle()
    assert pulse(house).at == heard
    monitor.vouch_by(lambda: True)
    house.clock.pass_(MINUTE)
    monitor.idle()
    assert pulse(house).missed == Interval(heard, house.clock.now())


@pytest.mark.parametrize("part", ["a frame", "all of it"])
def test_a_gateway_that_cannot_read_what_stands_proves_no_way_up_though_it_could_write(house, monkeypatch, part):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    heard = house.clock.now()
    with monkeypatch.context() as broken:
        if part == "a frame":
            broken.setattr(ReadingRows, "seen_since", damaged)
        else:
            broken.setattr(house.store, "reading", damaged)
        for _ in range(10):
            house.clock.pass_(MINUTE)
            with pytest.raises(TableMismatch):
                monitor.refresh()
            with pytest.raises(CannotRecord, match="could not be read"):
                monitor.idle()
    assert pulse(house).at == heard
    monitor.refresh()
    monitor.idle()
    assert pulse(house).missed == Interval(heard, house.clock.now())


def damaged(*_):
    raise TableMismatch("a frame is damaged")


def pulse(house):
    with house.store.reading() as view:
        return view.pulse_seen()


# --- failures at the commit -----------------------------------------------------------------------------


def test_a_failure_after_the_commit_spoils_neither_the_session_nor_what_was_stored(house):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    with answers_lost(house), pytest.raises(CannotRecord):
        house.say(monitor, person)
    assert house.say(monitor, person) == "duplicate"
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    assert len(house.copy(person)) == 5
    assert clean(house)


def test_what_was_stored_and_not_taken_in_to_its_end_is_not_stored_again(house, monkeypatch):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()

    def without_room(*_):
        raise MemoryError

    for part in ("_remember", "_have_kept"):
        house.clock.pass_(MINUTE)
        with monkeypatch.context() as broken:
            broken.setattr(monitor, part, without_room)
            with pytest.raises(MemoryError):
                house.say(monitor, person)
        assert house.say(monitor, person) == "duplicate"
    assert len(house.copy(person)) == 4
    assert clean(house)


def test_a_failure_after_the_commit_of_a_later_fix_spoils_nothing_either(house):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(MINUTE)
    with answers_lost(house), pytest.raises(CannotRecord):
        house.say(monitor, person)
    assert house.say(monitor, person) == "duplicate"
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    assert clean(house)


def test_a_day_key_that_the_vault_did_not_sign_fails_its_own_request_and_no_other(house):
    one, other = house.person("TAG-1"), house.person("TAG-2")
    house.decide(one)
    house.decide(other)
    with hands_on(house) as hand:
        hand.execute("DROP TRIGGER day_key_fixed")
        hand.execute("UPDATE day_key SET public = zeroblob(32) WHERE person_id = ?", (one.case.person_id,))
    monitor = house.monitor()
    requests = [house.request(monitor, who.token, report(who.device.serial, START)) for who in (other, one)]
    kept, failed = monitor.receive(requests)
    assert [answer.outcome for answer in kept] == ["kept"]
    assert isinstance(failed, CannotRecord)


# --- what is remembered ---------------------------------------------------------------------------------


def test_serials_that_nobody_knows_leave_nothing_in_memory(house):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    for turn in range(3):
        lines = [report(f"{turn}-{number}".ljust(128, "x"), START) for number in range(200)]
        answers = house.post(monitor, person.token, *lines)
        assert {answer.shown for answer in answers} == {"not_yours"}
    assert set(monitor._picture._standing) == {"TAG"}


def test_a_serial_is_known_as_soon_as_its_device_is_and_not_remembered_as_unknown(house):
    person = house.person("TAG-1")
    house.decide(person)
    upstream = house.sender("TAG-2")
    monitor = house.monitor()
    [before] = house.post(monitor, upstream, report("TAG-2", START))
    assert before.shown == "none"
    later = house.person("TAG-2")
    house.decide(later)
    [after] = house.post(monitor, upstream, report("TAG-2", START))
    assert after.outcome == "kept"


def test_no_session_of_another_day_is_held_and_a_late_fix_finds_the_key_of_its_own(house):
    person = house.person("TAG")
    house.decide(person, review_due_at=START + 60 * DAY)
    monitor = house.monitor()
    for _ in range(40):
        house.clock.pass_(DAY)
        house.issue_keys()
        monitor.refresh()
        monitor.idle()
    assert {of[3] for of in monitor._sessions._live} == {house.clock.now().date()}
    assert house.say(monitor, person, house.clock.now() - DAY) == "kept"


def test_a_long_wait_for_late_fixes_is_forgotten_when_its_decision_admits_none_any_more(house):
    person = house.person("TAG")
    decision = house.decide(person, late_max=10 * DAY)
    monitor = house.monitor()
    house.clock.pass_(HOUR)
    withdraw(house, decision)
    monitor.refresh()
    picture = monitor._picture
    assert picture.late_max(house.clock.now()) == 10 * DAY
    assert picture.late_max(START + HOUR + 10 * DAY - timedelta(milliseconds=1)) == 10 * DAY
    assert picture.late_max(START + HOUR + 10 * DAY) == LATE_MAX_DEFAULT


def test_what_was_seen_is_forgotten_with_it(house):
    person = house.person("TAG")
    decision = house.decide(person, late_max=10 * DAY)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    house.clock.pass_(HOUR)
    withdraw(house, decision)
    house.clock.set(START + 11 * DAY)
    monitor.refresh()
    monitor.idle()
    assert monitor._seen.held() == {}


def test_a_proposal_that_would_wait_long_for_late_fixes_changes_nothing(house):
    proposal = house.proposal(house.person("TAG"), late_max=30 * DAY)
    propose(house.store, house.chance, proposal)
    monitor = house.monitor()
    assert monitor._picture.late_max(house.clock.now()) == LATE_MAX_DEFAULT
    make_decision(house.store, proposal.id, "officer-bo")
    monitor.refresh()
    assert monitor._picture.late_max(house.clock.now()) == 30 * DAY


def test_nothing_that_follows_from_a_place_is_held_for_longer_than_ten_minutes(house):
    kept, judged = house.person("TAG-1"), house.person("TAG-2")
    house.decide(kept)
    house.decide(judged, mode=ModeCode.ZONE_ON_ARRIVAL)
    monitor = house.monitor()
    at = house.clock.now()
    assert [house.say(monitor, who) for who in (kept, judged)] == ["kept", "judged"]
    for who in (kept, judged):
        assert house.say(monitor, who, at, lat=46.6) == "duplicate conflict"
    house.clock.pass_(timedelta(minutes=10, milliseconds=1))
    monitor.idle()
    assert monitor._seen.held() == {who.fitting.id: [to_ms(at)] for who in (kept, judged)}
    assert monitor._placed.held() == []
    for who in (kept, judged):
        assert house.say(monitor, who, at, lat=46.6) == "duplicate"


def test_what_time_alone_brings_into_force_is_prepared_for(house):
    person = house.person("TAG")
    house.decide(person, starts_at=START + HOUR, mode=ModeCode.FITTED_TRAIL)
    monitor = house.monitor()
    monitor.idle()
    assert not monitor._sessions._live
    house.clock.pass_(HOUR)
    monitor.idle()
    assert len(monitor._sessions._live) == 1


def test_a_key_of_yesterday_that_a_late_fix_has_opened_is_not_held_on(house):
    person = house.person("TAG")
    house.decide(person)
    house.clock.set(START + DAY)
    house.issue_keys()
    monitor = house.monitor()
    monitor.idle()
    assert house.say(monitor, person, START + HOUR) == "kept"
    assert {one.day for one in monitor._sessions._live.values()} == {START.date(), (START + DAY).date()}
    monitor.idle()
    assert {one.day for one in monitor._sessions._live.values()} == {(START + DAY).date()}
