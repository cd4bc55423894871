"""Verifying notices what somebody with the database file changed, and is stopped by none of it.

Every rule of the store is put aside for the change and put back as it was: only what was changed is to be noticed.
"""

import sqlite3
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest
import rfc8785
from support.house import START, House

from custodiet.adapters import sealing
from custodiet.flows.sequence_ledger import enter_staged
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.mode import Category
from custodiet.model.report import Fix
from custodiet.model.session import Session
from custodiet.model.times import to_ms
from custodiet.rules.chain import EMPTY_ROOT, leaf_hash
from custodiet.wire.frame import DirectoryRow, fix_context, pack_directory, pack_fix, session_context
from custodiet.wire.records import entry_bytes, handle_of, read_entry, record_digest

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
    live, kept = sqlite3.connect(built.path), sqlite3.connect(":memory:")
    live.backup(kept)
    head, now = built.keystore.head(), built.clock.now()
    yield built
    kept.backup(live)
    live.close()
    kept.close()
    built.keystore.save_head(head)
    built.clock.set(now)
    built.vault = built.start_vault()


def change(house, *statements, rules_back=True):
    connection = sqlite3.connect(house.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")  # one write to the disk, and not one for each rule
    rules = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in rules:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        text, *values = (statement,) if isinstance(statement, str) else statement
        assert connection.execute(text, values).rowcount != 0, text
    for _, text in rules if rules_back else ():
        connection.execute(text)
    connection.execute("COMMIT")
    connection.close()


def select(house, query):
    connection = sqlite3.connect(house.path)
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


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
    body = select(house, f"SELECT body FROM ingest_record WHERE number = {NEWEST}")
    change(
        house,
        f"DELETE FROM frame WHERE number = {NEWEST}",
        *without_counts(house, *body),
        f"DELETE FROM ingest_record WHERE number = {NEWEST}",
    )
    assert found(house) == (1, 0)


def test_all_entered_ingest_but_the_first_deleted_with_all_its_traces_is_missing(house):
    bodies = select(house, "SELECT body FROM ingest_record WHERE number > 0")
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
    [(body,)] = select(house, f"SELECT body FROM ingest_record WHERE number = {number}")
    without = {"pieces": 0, "root": msgspec.to_builtins(EMPTY_ROOT), "tallies": []}
    new = rfc8785.dumps(msgspec.json.decode(body) | without | fields)
    return [
        f"DELETE FROM frame WHERE number = {number}",
        *without_counts(house, (body,)),
        ("UPDATE ingest_record SET body = ?, digest = ? WHERE number = ?", new, sha256(new).digest(), number),
    ]


def test_the_newest_entered_ingest_rewritten_and_whole_in_itself_differs(house):
    [(newest,)] = select(house, f"SELECT {NEWEST}")
    change(house, *rewritten(house, newest))
    _, differing = found(house)
    assert differing == 1


def test_an_earlier_ingest_rewritten_breaks_the_chain(house):
    change(house, *rewritten(house, 3))
    _, differing = found(house)
    assert differing == 2  # the one after it names another before it, and so its counts are not believed


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
    [(public,)] = select(
        house, f"SELECT public FROM day_key WHERE day = '{START.date()}' AND person_id = '{session.person_id}'"
    )
    sealed_key = sealing.seal_to(public, key, session_context(bare))
    at = START + timedelta(seconds=90)
    piece = sealing.seal_under(key, b"n" * 12, pack_fix(Fix(1, 1), at, at), fix_context(bare, to_ms(at)))
    return bare, sealed_key, at, piece


def plant(house, place):
    bare, sealed_key, at, piece = planted(house)
    named = (bare.person_id, bare.case_id, bare.decision_id, bare.fitting_id)
    session = (99, bare.id, *named, "trail", bare.day.isoformat(), "m1", sealed_key, bare.commitment, *place)
    directory = pack_directory([DirectoryRow(99, to_ms(at), 0)])
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
    [(number,)] = select(house, f"SELECT {NEWEST}")
    session, _ = plant(house, (0, number))
    change(house, session)
    assert found(house) == (0, 1)


# --- the ledger -----------------------------------------------------------------------------------------


def rewrite_a_proposal(house):
    """The first proposal says somebody else: entry, record and table agree with each other."""
    [(place, body), *_] = [
        row for row in select(house, "SELECT idx, body FROM record") if b"DecisionProposed" in row[1]
    ]
    fields = msgspec.json.decode(body)
    fields["decision"]["proposed_by"] = "somebody-else"
    new, salt = rfc8785.dumps(fields), b"salt" * 4
    [(line,)] = select(house, f"SELECT body FROM entry WHERE idx = {place}")
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
    assert found(house) == (0, 1)


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
    [(rules,)] = select(house, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
    change(house, rules_back=False)
    assert found(house) == (rules, 0)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM decision_move WHERE to_state = 'withdrawn'", (3, 0)),
        ("INSERT INTO decision_move VALUES ('withdrawn', 'made')", (0, 1)),
        ("DROP TRIGGER decision_moves", (1, 0)),
        ("DROP INDEX frame_by_number", (1, 0)),
        ("CREATE TRIGGER planted AFTER INSERT ON frame BEGIN SELECT 1; END", (0, 1)),
        ("CREATE TABLE planted (one)", (0, 1)),
        ("CREATE VIEW planted AS SELECT 1", (0, 1)),
        ("CREATE INDEX planted ON frame (first_ms)", (0, 1)),
    ],
)
def test_the_moves_and_the_form_of_the_store_are_compared_too(house, statement, expected):
    connection = sqlite3.connect(house.path, isolation_level=None)
    rules = connection.execute("SELECT sql FROM sqlite_master WHERE name LIKE 'decision_move_never%'").fetchall()
    for name in ("insert", "update", "delete"):
        connection.execute(f"DROP TRIGGER decision_move_never_{name}")
    connection.execute(statement)
    for (text,) in rules:
        connection.execute(text)
    connection.close()
    assert found(house) == expected


def test_a_rule_with_the_same_name_and_another_text_differs(house):
    connection = sqlite3.connect(house.path, isolation_level=None)
    connection.execute("DROP TRIGGER decision_moves")
    connection.execute("CREATE TRIGGER decision_moves BEFORE UPDATE OF state ON decision BEGIN SELECT 1; END")
    connection.close()
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


@pytest.mark.parametrize(
    "value", ["x''", "x'00'", "zeroblob(length(directory))", "randomblob(length(directory))", "'text'", "5"]
)
@pytest.mark.parametrize("column", ["directory", "sealed"])
def test_a_frame_of_rubbish_is_counted_and_the_others_are_looked_at(house, column, value):
    change(house, f"UPDATE frame SET {column} = {value} WHERE number = 2")
    counts = house.verify()
    assert counts["missing"] + counts["differing"] >= 1
    assert counts["fixes"] == 5
