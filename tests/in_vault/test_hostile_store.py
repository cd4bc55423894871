"""What a hand in the store, a broken row or a clock set back cannot do. Each was possible once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from in_vault.test_following import Database
from in_vault.test_verifying import change, found
from support.by_hand import REFUSED, hands_on
from support.house import BO, START, report, scheme_at
from wire.test_records import without_zones

from custodiet.flows.end_decision import end_what_ran_out
from custodiet.flows.sequence_ledger import enter_staged
from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import OpeningRefused
from custodiet.model.mode import Category
from custodiet.model.record import DecisionEnded, DecisionMade, DecisionProposed, SchemeRegistered
from custodiet.model.scheme import RetentionRule
from custodiet.wire.records import record_bytes

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def person(house):
    person = house.person("TAG-1")
    house.decide(person)
    assert house.say(house.monitor(), person) == "kept"
    enter_staged(house.store, house.fence)
    return person


def test_all_entered_ingest_deleted_with_all_its_traces_is_missing(house, person):
    change(house, "DELETE FROM frame", "DELETE FROM session", "DELETE FROM ingest_record", "DELETE FROM tally")
    assert found(house)[0] >= 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = 'text' WHERE idx = 3",
        "UPDATE entry SET body = 5 WHERE idx = 3",
        "UPDATE ingest_record SET number = 'one'",
        "UPDATE session SET sealed_key = 'text'",
        "UPDATE decision SET made_at = 9000000000000000000",
        "UPDATE fitting SET fitted_at = 9000000000000000000",
        "UPDATE device SET serial = CAST(x'ff' AS TEXT)",
        "UPDATE session SET monitor = CAST(x'ff' AS TEXT)",
        "UPDATE ingest_detail SET body = 5",
        "UPDATE ingest_detail SET salt = 'text'",
        "UPDATE ingest_detail SET number = 'one'",
        "UPDATE ingest_detail SET partition = 1.5",
        "UPDATE contact SET contact_at = 9000000000000000000",
        "UPDATE contact SET newest_fix_at = 'once'",
        "UPDATE scheme SET judging = x'ff'",
        ("UPDATE ingest_detail SET body = ?", b"[" * 200_000),
        ("UPDATE entry SET body = ? WHERE idx = 3", b"[" * 200_000),
    ],
)
def test_what_cannot_even_be_read_does_not_stop_it(house, person, statement):
    house.vault.checkpoint()
    change(house, statement)
    assert found(house) != (0, 0)


def made_again(house, person):
    with house.store.reading() as view:
        [decision] = view.decisions()
    longer = replace(scheme_at(START), retention=(RetentionRule(Category.TRAIL, 4000, "x"),))
    proposal = replace(decision, state=State.PROPOSED, approved_by=None, made_at=None, review_due_at=START + 4000 * DAY)
    return {
        "the scheme": [(EntryKind.SCHEME_REGISTERED, SchemeRegistered(longer), None)],
        "the proposal": [
            (EntryKind.DECISION_PROPOSED, DecisionProposed(proposal), person),
            (EntryKind.DECISION_MADE, DecisionMade(decision.id, BO, START), person),
        ],
    }


@pytest.mark.parametrize("what", ["the scheme", "the proposal"])
def test_what_was_made_is_not_made_again(house, person, what):
    house.clock.pass_(100 * DAY)
    assert house.copy(person)[-1] == {"fixes": 0, "past_retention": 1}
    for kind, record, about in made_again(house, person)[what]:
        Database(house).write(kind, record, about)
    with pytest.raises(OpeningRefused):
        house.copy(person)


@pytest.mark.parametrize(
    "statement",
    [
        """REPLACE INTO frame SELECT seq + 100, partition, number, first_ms, last_ms, "directory",
        zeroblob(length(sealed)) FROM frame""",
        """REPLACE INTO session SELECT no + 100, id, person_id, case_id, decision_id, fitting_id, category, day,
        monitor, x'00', commitment, partition, number FROM session""",
        "REPLACE INTO token SELECT id || 'x', sender_id, sha256, issued_at, fitting_id, NULL, version FROM token",
    ],
)
def test_no_row_is_taken_away_through_another_of_its_keys(house, person, statement):
    house.clock.pass_(MINUTE)
    house.unfit(person)
    with hands_on(house) as hand, pytest.raises(REFUSED):
        hand.execute(statement)


def test_a_device_taken_off_by_a_clock_set_back_leaves_nothing_more_on_its_wearer(house, person):
    upstream = house.sender("TAG-1")
    monitor = house.monitor()
    house.clock.set(START + HOUR)
    house.person()
    house.clock.pass_(-4 * MINUTE)
    house.unfit(person)
    house.clock.pass_(MINUTE)
    [answer] = house.post(monitor, upstream, report("TAG-1", house.clock.now()))
    assert answer.shown == "ended"


def test_what_is_past_its_retention_stays_shut_when_the_clock_is_set_back(house, person):
    house.clock.set(START + 56 * DAY)
    assert house.copy(person)[-1] == {"fixes": 0, "past_retention": 1}
    house.clock.pass_(-4 * MINUTE)
    assert house.copy(person)[-1] == {"fixes": 0, "past_retention": 1}


def test_a_hundred_decisions_that_cannot_be_ended_do_not_hold_up_the_next(house):
    stuck = [house.decide(house.person(), keys=False, review_due_at=START + HOUR) for _ in range(100)]
    good = house.decide(house.person(), keys=False, review_due_at=START + 2 * HOUR)
    with hands_on(house) as hand:
        for one in stuck:
            hand.execute("INSERT INTO retention_clock VALUES (?, 'trail', 0, 0)", (one.id,))
    house.clock.set(START + 3 * HOUR)
    end_what_ran_out(house.store, house.chance, house.clock, house.fence)
    assert house.decision(good.id).state is State.LAPSED


def test_ending_what_ran_out_comes_back(house):
    house.decide(house.person(), keys=False)
    change(house, "UPDATE decision SET until_at = 1")
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 0


@pytest.mark.parametrize(
    "column", ["entry.body", "entry.leaf", "record.body", "record.salt", "ingest_record.digest", "ingest_record.body"]
)
def test_text_that_is_no_utf_8_does_not_stop_verifying(house, person, column):
    house.vault.checkpoint()
    table, name = column.split(".")
    where = "" if table == "ingest_record" else " WHERE idx = 3"
    change(house, f"UPDATE {table} SET {name} = CAST(x'ff' AS TEXT)" + where)
    assert found(house) != (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO log (origin, log_key, issue_key, opened) SELECT origin, zeroblob(32), issue_key, 9 FROM log",
        "INSERT INTO log (origin, log_key, issue_key, opened) SELECT 'evil.example', log_key, issue_key, 9 FROM log",
        "REPLACE INTO retention_rule SELECT scheme_id, category, 4000, justification FROM retention_rule",
        "REPLACE INTO scheme_power SELECT scheme_id, code, title, 'no Act', force, regime, NULL FROM scheme_power",
        "REPLACE INTO scheme_purpose SELECT scheme_id, code, title, 1 FROM scheme_purpose",
        "INSERT INTO scheme_power SELECT scheme_id, 'p9', title, 'no Act', force, regime, NULL FROM scheme_power",
        "INSERT INTO scheme_purpose SELECT scheme_id, 'p9', title, 1 FROM scheme_purpose",
        "INSERT INTO scheme_mode SELECT scheme_id, 'everything' FROM scheme_mode LIMIT 1",
        "INSERT INTO retention_rule SELECT scheme_id, 'evidence', 4000, justification FROM retention_rule",
    ],
)
def test_a_scheme_and_a_log_stand(house, person, statement):
    with hands_on(house) as hand, pytest.raises(REFUSED):
        hand.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO fitting SELECT 'new', device_id, case_id, 'other', fitted_at - 5, fitted_at - 9, 0 FROM fitting",
        "INSERT INTO suspension SELECT id, 5, 4 FROM decision",
        "UPDATE suspension SET to_at = from_at - 1",
    ],
)
def test_what_ends_before_it_begins_is_refused(house, person, statement):
    with hands_on(house) as hand:
        if statement.startswith("UPDATE"):
            hand.execute("INSERT INTO suspension SELECT id, 5, NULL FROM decision")
        with pytest.raises(REFUSED):
            hand.execute(statement)


def test_an_ending_without_a_zone_is_refused_by_name(house, person):
    with house.store.reading() as view:
        [decision] = view.decisions()
    ended = DecisionEnded(decision.id, State.WITHDRAWN, START + MINUTE, (), (), ())
    Database(house).write(EntryKind.DECISION_WITHDRAWN, without_zones(record_bytes(ended)), person)
    with pytest.raises(OpeningRefused):
        house.copy(person)
