"""Verifying notices what somebody with the database file changed, and is stopped by none of it.

Every rule of the store is put aside for the change and put back as it was: only what was changed is to be noticed.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest
import rfc8785
from support.by_hand import hands_on
from support.house import ANA, START, House
from support.proposing import propose
from support.watched import rows

from custodiet.adapters import sealing
from custodiet.flows.open_case import set_condition
from custodiet.flows.sequence_ledger import enter_staged
from custodiet.model.alert import AlertMove, AlertState, Excuse, Reply, Statement, StatementKind
from custodiet.model.case import Task, TaskKind
from custodiet.model.condition import Absence, ConditionKind, Interval
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Way
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import OpeningRefused
from custodiet.model.finding import DeviceWatch, Ended, Matter, Raised, Run, Seen, Watch, Weakened, Weight, Why
from custodiet.model.mode import Category
from custodiet.model.record import (
    AbsenceAuthorised,
    AlertEnded,
    AlertMoved,
    AlertRaised,
    AlertWeakened,
    Contact,
    IngestDetail,
    Ingested,
    OutageFound,
    RemovalBooked,
    ReplyRecorded,
    ReviewWarned,
    SilenceFound,
    StatementMade,
    TablesVerified,
    TaskDone,
    TasksOverdue,
    kind_of,
)
from custodiet.model.report import Fix
from custodiet.model.session import Session
from custodiet.model.stored import SaltedDetail
from custodiet.model.times import to_ms
from custodiet.rules.chain import EMPTY_ROOT, leaf_hash
from custodiet.wire.frame import fixes_context, pack_directory, pack_fix, session_context, time_context
from custodiet.wire.records import detail_bytes, entry_bytes, handle_of, read_entry, record_digest

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Two people with three fixes each, all of it entered."""
    house = House(tmp_path_factory.mktemp("verifying"))
    house.people = [house.person("TAG-1"), house.person("TAG-2")]
    for person in house.people:
        house.decide(person)
    monitor = house.monitor()
    for _ in range(3):
        house.clock.pass_(MINUTE)
        for person in house.people:
            assert house.say(monitor, person) == "kept"
    enter_staged(house.store, house.fence)
    yield house
    house.close()


@pytest.fixture
def house(built):
    """The same for every test: whatever one does to store, vault and clock is undone."""
    head, now = built.keystore.head(), built.clock.now()
    with built.store_undone():
        yield built
    built.keystore.save_head(head)
    built.clock.set(now)
    built.vault = built.start_vault()


def change(house, *statements, rules_back=True):
    with hands_on(house) as hand:
        with hand.rules_held_back():
            for statement in statements:
                text, *values = (statement,) if isinstance(statement, str) else statement
                assert hand.execute(text, values).rowcount != 0, text
        if not rules_back:
            hand.drop_rules()


def found(house):
    counts = house.verify()
    return counts["missing"], counts["differing"]


def noticed(house):
    return found(house) != (0, 0)


def test_what_nobody_touched_is_whole(house):
    with house.store.reading() as view:
        records = view.ledger_size() + 1 + 6
    rest = dict.fromkeys(("erased", "unentered", "missing", "differing"), 0)
    assert house.verify() == {"replayed": records, "fixes": 6} | rest


def test_whoever_asked_hears_at_every_step_that_someone_is_at_it(house):
    with house.store.acting() as act:
        steps = act.ledger_size() + len(act.ingest_records(0, 0, 1000)) + len(act.replayed_tables())
        index = act.write(Entry(EntryKind.TABLES_VERIFIED, ANA), TablesVerified(act.now))
    *words, counts = house.vault.open(index)
    assert set(words) == {b""}
    assert len(words) > steps
    assert msgspec.json.decode(counts)["differing"] == 0


# --- ingest ---------------------------------------------------------------------------------------------

NEWEST = "(SELECT max(number) FROM ingest_record)"


def without_counts(house, *bodies):
    """Statements that take out of the running counts what these ingest records had added."""
    tallies = [tally for (body,) in bodies for tally in msgspec.json.decode(body)["tallies"]]
    return [
        (
            "UPDATE tally SET reports = reports - ? WHERE outcome = ? AND reason = ?",
            int(tally["reports"]),
            tally["outcome"],
            tally["reason"],
        )
        for tally in tallies
    ]


def test_the_newest_entered_ingest_deleted_with_all_its_traces_is_missing(house):
    body = rows(house, f"SELECT body FROM ingest_record WHERE number = {NEWEST}")
    change(
        house,
        f"DELETE FROM frame WHERE number = {NEWEST}",
        *without_counts(house, *body),
        f"DELETE FROM ingest_record WHERE number = {NEWEST}",
    )
    assert found(house) == (1, 0)


def test_all_entered_ingest_but_the_first_deleted_with_all_its_traces_is_missing(house):
    bodies = rows(house, "SELECT body FROM ingest_record WHERE number > 0")
    change(
        house,
        "DELETE FROM frame WHERE number > 0",
        "DELETE FROM session WHERE number > 0",
        *without_counts(house, *bodies),
        "DELETE FROM ingest_record WHERE number > 0",
    )
    missing, _ = found(house)
    assert missing == 5


@pytest.mark.parametrize("number", [0, 3])
def test_ingest_deleted_from_the_middle_or_the_start_is_missing(house, number):
    change(house, f"DELETE FROM frame WHERE number = {number}", f"DELETE FROM ingest_record WHERE number = {number}")
    missing, _ = found(house)
    assert missing >= 1


def rewritten(house, number, **fields):
    """Statements that put another ingest record in the place of one, whole in itself, without its frame."""
    [(body,)] = rows(house, f"SELECT body FROM ingest_record WHERE number = {number}")
    without = {"pieces": 0, "root": msgspec.to_builtins(EMPTY_ROOT), "tallies": []}
    new = rfc8785.dumps(msgspec.json.decode(body) | without | fields)
    return [
        f"DELETE FROM frame WHERE number = {number}",
        *without_counts(house, (body,)),
        ("UPDATE ingest_record SET body = ?, digest = ? WHERE number = ?", new, sha256(new).digest(), number),
    ]


def test_the_newest_entered_ingest_rewritten_and_whole_in_itself_differs(house):
    [(newest,)] = rows(house, f"SELECT {NEWEST}")
    change(house, *rewritten(house, newest))
    _, differing = found(house)
    assert differing == 1


def test_an_earlier_ingest_rewritten_breaks_the_chain(house):
    change(house, *rewritten(house, 3))
    _, differing = found(house)
    assert differing == 1  # the one after it names another before it


def test_ingest_that_is_not_yet_entered_is_counted_and_is_no_finding(house):
    monitor = house.monitor("m2")
    house.clock.pass_(MINUTE)
    for person in house.people:
        assert house.say(monitor, person) == "kept"
    counts = house.verify()
    assert (counts["unentered"], counts["fixes"], counts["missing"], counts["differing"]) == (2, 8, 0, 0)
    enter_staged(house.store, house.fence)
    assert house.verify()["unentered"] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tally SET reports = reports - 1",
        "DELETE FROM tally",
        "UPDATE ingest_entered SET number = number - 1",
        "DELETE FROM ingest_entered",
        "DELETE FROM frame WHERE number = 1",
        "DELETE FROM session WHERE no = 0",
        "UPDATE session SET monitor = 'm2' WHERE no = 0",
        "UPDATE session SET sealed_key = zeroblob(length(sealed_key)) WHERE no = 0",
        "UPDATE session SET number = 5 WHERE no = 0",
        "UPDATE frame SET sealed = zeroblob(length(sealed)) WHERE number = 1",
        "UPDATE frame SET directory = zeroblob(length(directory)) WHERE number = 1",
    ],
)
def test_changed_counts_frames_and_sessions_are_noticed(house, statement):
    change(house, statement)
    assert noticed(house)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE frame SET first_ms = 0 WHERE number = 1",
        "UPDATE frame SET last_ms = 0 WHERE number = 1",
        "UPDATE frame SET first_ms = 0, last_ms = 0 WHERE number = 1",
        "UPDATE frame SET last_ms = last_ms + 1 WHERE number = 1",
    ],
)
def test_a_frame_whose_times_are_not_those_of_its_fixes_differs(house, statement):
    change(house, statement)
    assert found(house) == (0, 1)


def planted(house):
    """A session and a fix in it that open, made with the public key of the day, under no ingest record."""
    person = house.people[0]
    with house.store.reading() as view:
        [session] = view.sessions_of(person.case.person_id).values()
    key, name = b"k" * 32, "planted"
    bare = Session(
        id=name,
        person_id=session.person_id,
        case_id=session.case_id,
        decision_id=session.decision_id,
        fitting_id=session.fitting_id,
        category=Category.TRAIL,
        day=START.date(),
        monitor="m1",
        sealed_key=b"",
        commitment=sealing.commitment(key, name),
    )
    [(public,)] = rows(
        house, f"SELECT public FROM day_key WHERE day = '{START.date()}' AND person_id = '{session.person_id}'"
    )
    sealed_key = sealing.seal_to(public, key, session_context(bare))
    at = START + timedelta(seconds=90)
    context = fixes_context(bare) + time_context(to_ms(at))
    piece = sealing.seal_under(key, b"n" * 12, pack_fix(Fix(1, 1), to_ms(at), to_ms(at)), context)
    return bare, sealed_key, at, piece


def plant(house, place):
    bare, sealed_key, at, piece = planted(house)
    named = (bare.person_id, bare.case_id, bare.decision_id, bare.fitting_id)
    session = (99, bare.id, *named, "trail", bare.day.isoformat(), "m1", sealed_key, bare.commitment, *place)
    directory = pack_directory([(99, to_ms(at))])
    return (
        (f"INSERT INTO session VALUES ({', '.join('?' * 13)})", *session),
        ("INSERT INTO frame VALUES (99, ?, ?, ?, ?, ?, ?)", *place, to_ms(at), to_ms(at), directory, piece),
    )


def test_a_planted_frame_and_session_without_an_ingest_record_differ(house):
    session, frame = plant(house, (77, 0))
    change(house, session, frame)
    assert found(house) == (0, 2)


def test_a_planted_session_alone_differs(house):
    session, _ = plant(house, (0, 77))
    change(house, session)
    assert found(house) == (0, 1)


def test_a_planted_session_under_an_ingest_record_that_had_none_differs(house):
    [(number,)] = rows(house, f"SELECT {NEWEST}")
    session, _ = plant(house, (0, number))
    change(house, session)
    assert found(house) == (0, 1)


# --- what was judged, and what people did about it ------------------------------------------------------

PLACE = b'{"type": "Point", "coordinates": [-28, 46], "radius_m": 9}'
SALT = b"salt" * 4


def keep(house, detail, *, entered=True):
    """One ingest record of nothing but what was judged."""
    with house.store.ingesting() as write:
        number, previous = write.chain(0)
        digest = record_digest(SALT, detail_bytes(detail))
        record = Ingested(0, number, write.now, 0, 0, EMPTY_ROOT, previous, (), digest, write.ledger_size())
        write.keep(record, SaltedDetail(SALT, detail, detail_bytes(detail)), None, ())
    if entered:
        enter_staged(house.store, house.fence)
    return number


def detail_of(house, zone):
    person, now = house.people[0], house.clock.now()
    with house.store.reading() as view:
        [decision] = [one for one in view.decisions() if one.case_id == person.case.id and one.strand == "main"]
    about = ("alert_1", person.case.id, decision.id, person.fitting.id, zone)
    return IngestDetail(
        watches=(Watch(zone, person.fitting.id, Run(2, START, now), alert_id="alert_1", weight=Weight.ADVERSE),),
        device_watches=(DeviceWatch(person.fitting.id, 1),),
        raised=(Raised(*about, Matter.OUT_OF_PLACE, Weight.ADVERSE, START, now, now, Seen(3)),),
        tasks=(Task("task_1", TaskKind.WARN_WEARER, person.case.id, decision.id, now, now),),
        contacts=(Contact(person.fitting.id, now, now),),
    )


@pytest.fixture
def judged(house):
    """The same, with an alert raised by an ingest record and everything of which there is one row."""
    person, now = house.people[0], house.clock.now()
    proposal = house.proposal(person, strand="second")
    propose(house.store, house.chance, proposal)
    given = (proposal.id, ConditionKind.EXCLUSION, ANA)
    zone = set_condition(house.store, sealing, house.chance, house.pinned, *given, geometry=PLACE)
    detail = detail_of(house, zone)
    [raised] = detail.raised
    house.judged_at = keep(house, detail)
    for record in (
        AlertRaised(replace(raised, alert_id="alert_2")),
        AlertMoved("alert_2", AlertMove.CLAIM, AlertState.CLAIMED, ANA, now),
        AlertMoved("alert_2", AlertMove.TRIAGE, AlertState.TRIAGED, ANA, now),
        ContactTried("alert_2", Way.PHONE, Direction.OUT, CameOf.SPOKE, now, ANA),
        AlertMoved("alert_2", AlertMove.SUSPECT, AlertState.POSSIBLE_BREACH, ANA, now, b"sealed"),
        AlertMoved("alert_2", AlertMove.ENQUIRE, AlertState.ENQUIRY, ANA, now, b"sealed", now + MINUTE),
        ReplyRecorded(Reply("alert_2", now, Excuse.HEALTH, b"sealed", ANA)),
        AbsenceAuthorised(Absence(zone, Interval(START, now))),
        RemovalBooked(person.fitting.id, Interval(START, now)),
        StatementMade(
            Statement("statement_1", person.case.id, StatementKind.OUT_OF_CONTACT, START, now, ANA, b"sealed")
        ),
        ReviewWarned(raised.decision_id, 7),
        SilenceFound(person.fitting.id, START, suspends=False, tasks=()),
        OutageFound(START, now),
    ):
        write(house, record)
    return house


def write(house, record):
    with house.store.acting() as act:
        act.write(Entry(kind_of(record), ANA, house.people[0].case.person_id), record)


def test_what_was_judged_and_acted_on_and_nobody_touched_is_whole(judged):
    assert found(judged) == (0, 0)


OTHER_DETAILS = {
    "rubbish": "body = x'00'",
    "no byte": "body = x''",
    "text": "body = 'text'",
    "nothing judged": f"body = x'{detail_bytes(IngestDetail()).hex()}'",
    "another salt": "salt = zeroblob(16)",
    "text for a salt": "salt = 'text'",
}


@pytest.mark.parametrize("changed", OTHER_DETAILS.values(), ids=OTHER_DETAILS.keys())
def test_a_changed_detail_differs(judged, changed):
    change(judged, f"UPDATE ingest_detail SET {changed} WHERE number = {judged.judged_at}")
    assert found(judged)[1] >= 1


def test_a_detail_rewritten_together_with_its_rows_differs(judged):
    """An adverse alert made uncertain: body, alert and watch agree with each other, and not with the record."""
    [(body,)] = rows(judged, f"SELECT body FROM ingest_detail WHERE number = {judged.judged_at}")
    new = body.replace(b'"adverse"', b'"uncertain"')
    assert new != body
    change(
        judged,
        ("UPDATE ingest_detail SET body = ? WHERE number = ?", new, judged.judged_at),
        "UPDATE alert SET weight = 'uncertain' WHERE id = 'alert_1'",
        ("UPDATE watch SET judged = replace(judged, ?, ?)", '"adverse"', '"uncertain"'),
    )
    assert found(judged)[1] >= 1


def test_a_missing_detail_is_missing(judged):
    change(judged, f"DELETE FROM ingest_detail WHERE number = {judged.judged_at}")
    assert found(judged)[0] == 1


def test_a_detail_missing_with_all_its_rows_is_missing_and_nothing_else(judged):
    traces = ("watch", "contact", "device_watch")
    before = {table: rows(judged, f"SELECT * FROM {table}") for table in traces}
    change(
        judged,
        f"DELETE FROM ingest_detail WHERE number = {judged.judged_at}",
        "DELETE FROM alert WHERE id = 'alert_1'",
        "DELETE FROM task WHERE id = 'task_1'",
        "DELETE FROM watch",
        "DELETE FROM device_watch",
    )
    missing, differing = found(judged)
    assert missing == 1
    assert differing <= len(before["contact"])  # the contact of before, that was overwritten


@pytest.mark.parametrize("body", [b"{}", b"\0", detail_bytes(IngestDetail())])
def test_an_additional_detail_under_a_record_that_has_none_differs(judged, body):
    [(number,)] = rows(
        judged, "SELECT max(number) FROM ingest_record WHERE number NOT IN (SELECT number FROM ingest_detail)"
    )
    change(judged, ("INSERT INTO ingest_detail VALUES (0, ?, ?, ?)", number, SALT, body))
    assert found(judged)[1] >= 1


@pytest.mark.parametrize("place", [(0, 999), (7, 0)])
def test_an_additional_detail_without_a_record_differs(judged, place):
    change(judged, ("INSERT INTO ingest_detail VALUES (?, ?, ?, ?)", *place, SALT, b"{}"))
    assert found(judged) == (0, 1)


def test_a_detail_under_another_record_than_its_own_is_missing_and_differs(judged):
    [(number,)] = rows(
        judged, "SELECT max(number) FROM ingest_record WHERE number NOT IN (SELECT number FROM ingest_detail)"
    )
    change(judged, f"UPDATE ingest_detail SET number = {number} WHERE number = {judged.judged_at}")
    missing, differing = found(judged)
    assert missing == 1
    assert differing >= 1


OF_ONE = "WHERE id = 'alert_1'"
OF_TWO = "WHERE id = 'alert_2'"
CHANGED_ROWS = {
    "whose an alert is": f"UPDATE alert SET case_id = (SELECT id FROM case_file WHERE id <> alert.case_id) {OF_TWO}",
    "what it is about": f"UPDATE alert SET matter = 'tamper' {OF_ONE}",
    "its weight": f"UPDATE alert SET weight = 'service' {OF_ONE}",
    "when it began": f"UPDATE alert SET began_at = began_at - 1 {OF_ONE}",
    "when it was confirmed": f"UPDATE alert SET confirmed_at = confirmed_at - 1 {OF_ONE}",
    "what it rests on": f"UPDATE alert SET seen = '{{}}' {OF_ONE}",
    "an alert ended": f"UPDATE alert SET ended_at = 1 {OF_ONE}",
    "an alert weakened": f"UPDATE alert SET weakened_why = 'absence', weakened_at = 1 {OF_ONE}",
    "an alert in breach": f"UPDATE alert SET state = 'breach', decided_by = 'officer-bo' {OF_TWO}",
    "an alert cleared": f"UPDATE alert SET state = 'cleared' {OF_ONE}",
    "an enquiry due earlier": f"UPDATE alert SET enquiry_due_at = 1 {OF_TWO}",
    "whose hands it is in": f"UPDATE alert SET held_by = 'officer-else' {OF_TWO}",
    "by which entry": f"UPDATE alert SET version = 3 {OF_TWO}",
    "an alert that is text": f"UPDATE alert SET began_at = 'once' {OF_ONE}",
    "who took a step": "UPDATE alert_step SET acted_by = 'officer-else' WHERE move = 'suspect'",
    "the reasons of a step": "UPDATE alert_step SET reasons_sealed = x'00' WHERE move = 'suspect'",
    "what was answered": "UPDATE alert_reply SET excuse = 'none'",
    "a watch": "UPDATE watch SET judged = '{}'",
    "a watch of a later record": "UPDATE watch SET number = number + 1",
    "what a device was found to say": "UPDATE device_watch SET judged = '{}'",
    "a contact": "UPDATE contact SET contact_at = contact_at + 1 WHERE fitting_id = (SELECT max(fitting_id) "
    "FROM contact)",
    "the newest fix of a contact": "UPDATE contact SET newest_fix_at = NULL WHERE fitting_id = (SELECT max(fitting_id) "
    "FROM contact)",
    "a task of an ingest record": "UPDATE task SET due_at = due_at + 1 WHERE id = 'task_1'",
    "a task overdue": "UPDATE task SET overdue = 1 WHERE id = 'task_1'",
    "an absence": "UPDATE absence SET to_at = to_at + 1",
    "a removal that was booked": "UPDATE removal SET to_at = to_at + 1",
    "a statement": "UPDATE statement SET kind = 'absconding_declared'",
    "who stated it": "UPDATE statement SET stated_by = 'officer-else'",
    "an outage": "UPDATE outage SET to_at = to_at - 1",
    "the hours of a zone": "UPDATE condition SET schedule = '{}'",
    "the settings of a scheme": "UPDATE scheme SET judging = '{}'",
}
MISSING_ROWS = [
    *("watch", "device_watch", "alert_reply", "absence", "removal", "statement", "review_warning"),
    *("silence", "outage"),
    *(f"alert {OF_ONE}", f"alert {OF_TWO}", "task WHERE id = 'task_1'", "alert_step WHERE move = 'claim'"),
    "contact WHERE fitting_id = (SELECT max(fitting_id) FROM contact)",
]
NEW_ALERT = """INSERT INTO alert SELECT 'planted', case_id, decision_id, fitting_id, condition_id, matter, weight,
began_at, confirmed_at, raised_at, seen, ended_at, weakened_at, weakened_why, state, state_at, held_by, enquiry_due_at,
decided_by, version, suspended_until FROM alert"""
PLANTED_ROWS = {
    "an alert": f"{NEW_ALERT} {OF_ONE}",
    "a watch": "INSERT INTO watch SELECT condition_id, (SELECT max(id) FROM fitting WHERE id <> fitting_id), judged, "
    "number FROM watch",
    "a contact": "INSERT INTO contact SELECT 'planted', contact_at, newest_fix_at, number FROM contact LIMIT 1",
    "what a device was found to say": "INSERT INTO device_watch SELECT 'planted', judged, number FROM device_watch",
    "a step": "INSERT INTO alert_step SELECT alert_id, 9999, 'decide', 'breach', acted_by, at, x'01', NULL "
    "FROM alert_step LIMIT 1",
    "an answer": "INSERT INTO alert_reply SELECT alert_id, at + 1, 'none', x'00', 'officer-ana' FROM alert_reply",
    "an absence": "INSERT INTO absence SELECT condition_id, to_at, to_at + 1, version FROM absence",
    "a removal that was booked": "INSERT INTO removal SELECT fitting_id, to_at, to_at + 1, version FROM removal",
    "a statement": "INSERT INTO statement SELECT 'planted', case_id, kind, since_at, stated_at, stated_by, "
    "reasons_sealed FROM statement",
    "a warning": "INSERT INTO review_warning SELECT decision_id, 1 FROM review_warning",
    "a silence": "INSERT INTO silence SELECT fitting_id, since_at, 1 FROM silence",
    "an outage": "INSERT INTO outage SELECT to_at, to_at + 1 FROM outage",
}


@pytest.mark.parametrize("statement", CHANGED_ROWS.values(), ids=CHANGED_ROWS.keys())
def test_a_changed_row_of_what_was_judged_or_done_differs(judged, statement):
    change(judged, statement)
    assert found(judged) == (0, 1)


@pytest.mark.parametrize("rows", MISSING_ROWS)
def test_a_missing_row_of_what_was_judged_or_done_is_missing(judged, rows):
    change(judged, f"DELETE FROM {rows}")
    assert found(judged) == (1, 0)


@pytest.mark.parametrize("statement", PLANTED_ROWS.values(), ids=PLANTED_ROWS.keys())
def test_an_additional_row_of_what_was_judged_or_done_differs(judged, statement):
    change(judged, statement)
    assert found(judged) == (0, 1)


def test_our_own_pulse_is_nobodys_record_and_is_not_compared(judged):
    change(judged, "UPDATE pulse SET at = at + 1")
    assert found(judged) == (0, 0)


def acts_on_what_an_ingest_raised(now):
    return {
        "a claim": [AlertMoved("alert_1", AlertMove.CLAIM, AlertState.CLAIMED, ANA, now)],
        "a weakening": [AlertWeakened("alert_1", now, Why.LATE_FIX)],
        "an end": [AlertEnded("alert_1", now)],
        "its task done": [TaskDone("task_1", now)],
        "its task overdue": [TasksOverdue(("task_1",))],
    }


ACTS = list(acts_on_what_an_ingest_raised(START))


@pytest.mark.parametrize("what", ACTS)
def test_what_an_ingest_raised_and_people_then_acted_on_is_whole(judged, what):
    for record in acts_on_what_an_ingest_raised(judged.clock.now())[what]:
        write(judged, record)
    assert found(judged) == (0, 0)


@pytest.mark.parametrize("first", ["the clock", "an ingest"])
def test_whichever_of_clock_and_ingest_ends_or_weakens_an_alert_first_is_believed_in_that_order(judged, first):
    now = judged.clock.now()
    later = now + MINUTE
    by_ingest = IngestDetail(ended=(Ended("alert_1", later),), weakened=(Weakened("alert_1", later, Why.LATE_FIX),))
    by_clock = (AlertEnded("alert_1", now), AlertWeakened("alert_1", now, Why.ABSENCE))
    if first == "an ingest":
        keep(judged, by_ingest)
    for record in by_clock:
        write(judged, record)
    if first == "the clock":
        keep(judged, by_ingest)
    expected = ("late_fix", to_ms(later)) if first == "an ingest" else ("absence", to_ms(now))
    assert rows(judged, "SELECT weakened_why, ended_at FROM alert WHERE id = 'alert_1'") == [expected]
    assert found(judged) == (0, 0)


def test_what_was_judged_and_acted_on_before_it_is_entered_is_whole_too(judged):
    [zone] = [name for (name,) in rows(judged, "SELECT id FROM condition")]
    [raised] = detail_of(judged, zone).raised
    keep(judged, IngestDetail(raised=(replace(raised, alert_id="alert_3"),)), entered=False)
    write(judged, AlertMoved("alert_3", AlertMove.CLAIM, AlertState.CLAIMED, ANA, judged.clock.now()))
    assert found(judged) == (0, 0)
    enter_staged(judged.store, judged.fence)
    assert found(judged) == (0, 0)


@pytest.mark.parametrize("what", ACTS)
def test_an_act_on_what_an_ingest_raised_does_reach_its_row(judged, what):
    """What the tests above are about: the live row changes."""
    before = [rows(judged, f"SELECT * FROM {table}") for table in ("alert", "task")]
    for record in acts_on_what_an_ingest_raised(judged.clock.now())[what]:
        write(judged, record)
    assert [rows(judged, f"SELECT * FROM {table}") for table in ("alert", "task")] != before


# --- the ledger -----------------------------------------------------------------------------------------


def rewrite_a_proposal(house):
    """The first proposal says somebody else: entry, record and table agree with each other."""
    [(place, body), *_] = [row for row in rows(house, "SELECT idx, body FROM record") if b"DecisionProposed" in row[1]]
    fields = msgspec.json.decode(body)
    fields["decision"]["proposed_by"] = "somebody-else"
    new, salt = rfc8785.dumps(fields), b"salt" * 4
    [(line,)] = rows(house, f"SELECT body FROM entry WHERE idx = {place}")
    was = read_entry(line)
    with house.store.reading() as view:
        key = view.person(house.people[0].case.person_id).handle_key
    entry = Entry(was.kind, was.actor)
    line = entry_bytes(place, was.at, entry, handle_of(key, place), record_digest(salt, new))
    change(
        house,
        ("UPDATE record SET salt = ?, body = ? WHERE idx = ?", salt, new, place),
        ("UPDATE entry SET body = ?, leaf = ? WHERE idx = ?", line, leaf_hash(line), place),
        ("UPDATE decision SET proposed_by = 'somebody-else' WHERE id = ?", fields["decision"]["id"]),
    )


def test_an_entry_rewritten_below_the_vaults_head_differs_though_entry_record_and_table_agree(house):
    house.vault.checkpoint()
    rewrite_a_proposal(house)
    missing, differing = found(house)
    # What rests on a proposal of someone else's is not taken in again either.
    assert missing == 0
    assert differing >= 1


def test_a_vault_that_starts_on_a_rewritten_ledger_opens_nothing(house):
    house.vault.checkpoint()
    rewrite_a_proposal(house)
    with pytest.raises(OpeningRefused, match="does not extend the head"):
        house.start_vault()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = x'00' WHERE idx = 3",
        "UPDATE entry SET body = zeroblob(0) WHERE idx = 3",
        "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 3",
        "DELETE FROM entry WHERE idx = 3",
        "UPDATE record SET body = x'00' WHERE idx = 3",
        "UPDATE record SET salt = x'00' WHERE idx = 3",
        "DELETE FROM record WHERE idx = 3",
    ],
)
def test_a_changed_or_missing_entry_or_record_is_noticed(house, statement):
    house.vault.checkpoint()
    change(house, statement)
    assert noticed(house)


# --- the form of the store ------------------------------------------------------------------------------


def test_rules_that_were_put_aside_and_not_put_back_are_missing_each(house):
    with hands_on(house) as hand:
        rules = len(hand.rules())
    change(house, rules_back=False)
    assert found(house) == (rules, 0)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM decision_move WHERE to_state = 'withdrawn'", (3, 0)),
        ("INSERT INTO decision_move VALUES ('withdrawn', 'made')", (0, 1)),
        ("DROP TRIGGER decision_moves", (1, 0)),
        ("DROP INDEX frame_by_number", (1, 0)),
        ("CREATE TRIGGER planted BEFORE INSERT ON frame WHEN 0 BEGIN SELECT RAISE(ABORT, ''); END", (0, 1)),
        ("CREATE TABLE planted (one INTEGER)", (0, 1)),
        ("CREATE VIEW planted AS SELECT 1", (0, 1)),
        ("CREATE INDEX planted ON frame (first_ms)", (0, 1)),
    ],
)
def test_the_moves_and_the_form_of_the_store_are_compared_too(house, statement, expected):
    with hands_on(house) as hand, hand.rules_held_back("decision_move"):
        hand.execute(statement)
    assert found(house) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM alert_move WHERE to_state = 'no_breach'", (3, 0)),
        ("INSERT INTO alert_move VALUES ('raised', 'decide', 'breach')", (0, 1)),
        ("UPDATE alert_move SET to_state = 'breach' WHERE from_state = 'raised'", (1, 1)),
        ("UPDATE alert_move SET move = 'claim' WHERE move = 'decide'", (1, 1)),
    ],
)
def test_the_moves_of_an_alert_are_compared_too(house, statement, expected):
    change(house, statement)
    assert found(house) == expected


def test_a_rule_with_the_same_name_and_another_text_differs(house):
    with hands_on(house) as hand:
        hand.execute("DROP TRIGGER decision_moves")
        hand.execute(
            "CREATE TRIGGER decision_moves BEFORE UPDATE OF state ON decision WHEN 0 BEGIN SELECT RAISE(ABORT, ''); END"
        )
    assert found(house) == (0, 1)


# --- nothing stops it -----------------------------------------------------------------------------------

FIRST = "no = 0"
BROKEN = {
    "a commitment": f"UPDATE session SET commitment = zeroblob(32) WHERE {FIRST}",
    "a sealed key without a byte": f"UPDATE session SET sealed_key = x'' WHERE {FIRST}",
    "a session's day": f"UPDATE session SET day = 'someday' WHERE {FIRST}",
    "a session's category": f"UPDATE session SET category = 'nonsense' WHERE {FIRST}",
    "a session's person": f"UPDATE session SET person_id = 'nobody' WHERE {FIRST}",
    "a session's decision": f"UPDATE session SET decision_id = 'nothing' WHERE {FIRST}",
    "a session's fitting": f"UPDATE session SET fitting_id = 'nothing' WHERE {FIRST}",
    "a session": f"DELETE FROM session WHERE {FIRST}",
}
ELSEWHERE = {
    "a float among whole numbers": "UPDATE device SET version = 1.5 WHERE serial = 'TAG-1'",
    "text among whole numbers": "UPDATE device SET version = 'one' WHERE serial = 'TAG-1'",
    "a number beyond all times": "UPDATE scheme SET starts_at = 9000000000000000000",
    "bytes among text": "UPDATE device SET serial = x'ff' WHERE serial = 'TAG-1'",
    "a count that is a float": "UPDATE tally SET reports = 1.5",
    "an entry that is none": "UPDATE entry SET body = x'00' WHERE idx = 3",
    "a record that is none": "UPDATE record SET body = x'00' WHERE idx = 3",
    "a record that is text": "UPDATE record SET body = 'text', salt = 'text' WHERE idx = 3",
    "an ingest record that is none": "UPDATE ingest_record SET body = x'00' WHERE number = 0",
    "an ingest record whose number is text": "UPDATE ingest_record SET number = 'last' WHERE number = 2",
    "an ingest record whose number is bytes": "UPDATE ingest_record SET number = x'ff' WHERE number = 2",
    "an ingest record whose number is beyond all": "UPDATE ingest_record SET number = 9000000000000000000 "
    "WHERE number = 2",
    "an ingest record of a partition that is text": "UPDATE ingest_record SET partition = 'here' WHERE number = 2",
    "an ingest record that is text": "UPDATE ingest_record SET digest = 'text' WHERE number = 0",
    "a removal of what is none": "INSERT INTO removed_fix VALUES (0, 0, 99, x'00', 1)",
    "a removal at no place": "INSERT INTO removed_fix VALUES (0, 0, 'here', x'00', 1)",
}


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN.keys())
def test_a_session_that_cannot_be_opened_is_counted_and_the_other_persons_fixes_are_looked_at(house, statement):
    change(house, statement)
    counts = house.verify()
    assert counts["missing"] + counts["differing"] >= 3
    assert counts["fixes"] == 3


@pytest.mark.parametrize("statement", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_cannot_even_be_read_is_counted_and_the_fixes_are_looked_at(house, statement):
    change(house, statement)
    counts = house.verify()
    assert counts["missing"] + counts["differing"] >= 1
    assert counts["fixes"] >= 5


def test_an_ingest_record_whose_number_is_a_float_is_counted(house):
    if house.database is not None:
        pytest.skip("PostgreSQL has no such thing: a value of another type than its column")
    change(house, "UPDATE ingest_record SET number = 2.5 WHERE number = 2")
    counts = house.verify()
    assert counts["missing"] + counts["differing"] >= 1


@pytest.mark.parametrize(
    "value", ["x''", "x'00'", "zeroblob(length(directory))", "randomblob(length(directory))", "'text'", "5"]
)
@pytest.mark.parametrize("column", ["directory", "sealed"])
def test_a_frame_of_rubbish_is_counted_and_the_others_are_looked_at(house, column, value):
    change(house, f"UPDATE frame SET {column} = {value} WHERE number = 2")
    counts = house.verify()
    assert counts["missing"] + counts["differing"] >= 1
    assert counts["fixes"] == 5


# --- the vault's own file -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["day", "record"])
def test_a_key_that_was_issued_and_that_the_vault_has_lost_is_missing(house, kind):
    with closing(sqlite3.connect(house.folder / "data" / "vault.db", isolation_level=None)) as vault:
        lost = vault.execute("SELECT * FROM key WHERE name LIKE ? ORDER BY name LIMIT 1", (f"{kind}/%",)).fetchall()
        vault.execute("DELETE FROM key WHERE name = ?", lost[0][:1])
        assert found(house) == (1, 0)
        vault.execute("INSERT INTO key VALUES (?, ?, ?)", lost[0])
    assert found(house) == (0, 0)
