"""The vault believes the ledger as it read it itself, and keys that its own pinned key signed: nothing else.

Here somebody has the database file, knows every format, and writes what they like.
"""

from collections import OrderedDict
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.by_hand import hands_on
from support.house import ANA, BO, START, report, scheme_at
from support.shared_out import alone
from support.watched import rows

from custodiet.adapters import sealing
from custodiet.flows.end_decision import end_decision
from custodiet.flows.in_vault.following import FRESH, Follower
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import name_person
from custodiet.flows.receive_reports import Monitor
from custodiet.model.alert import Statement, StatementKind
from custodiet.model.case import Person, RetentionClock, Task, TaskKind
from custodiet.model.condition import Absence, Condition, ConditionKind, Interval
from custodiet.model.decision import State
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import CannotRecord, IllegalValue, OpeningRefused, TableMismatch
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.imported import Imported
from custodiet.model.mode import Category
from custodiet.model.record import (
    AbsenceAuthorised,
    AlertRaised,
    CaseImported,
    CaseOpened,
    ConditionSet,
    CopyGiven,
    DayKey,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DecisionResumed,
    DecisionSuspended,
    LogOpened,
    PersonNamed,
    RecordKey,
    RegisterAmended,
    ReviewWarned,
    SchemeRegistered,
    StatementMade,
    Succession,
    TablesVerified,
    TaskDone,
    ZonesReleased,
)
from custodiet.model.scheme import RetentionRule
from custodiet.rules.chain import Tree, leaf_hash
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.keys import day_key_claim, record_key_claim
from custodiet.simulation.made_up_register import made_up_register
from custodiet.wire.note import encode_base64
from custodiet.wire.records import entry_bytes, handle_of, record_bytes, record_digest

BOTTOMLESS = b"[" * 100_000
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def person(house):
    """Someone with a decision and one stored fix."""
    person = house.person("TAG-1")
    house.decide(person)
    assert house.say(house.monitor(), person) == "kept"
    return person


def decision_of(house, person):
    with house.store.reading() as view:
        [decision] = [one for one in view.decisions() if one.case_id == person.case.id]
    return decision


class Database:
    """The store in somebody's hands."""

    def __init__(self, house):
        self.house = house

    def run(self, *statements):
        """Each with its parameters; the rules are put aside meanwhile and put back as they were."""
        with hands_on(self.house) as hand, hand.rules_held_back():
            for statement, *values in statements:
                hand.execute(statement, values)

    def put(self, entry, record):
        """In place of what stands there, or at the end."""
        with hands_on(self.house) as hand, hand.rules_held_back():
            hand.put("record", *record)
            hand.put("entry", *entry)

    def write(self, kind, record, about=None, *, at=None, place=None):
        """An entry with its record, whole in itself, and nothing else; at the end, or in another's place."""
        if place is None:
            with self.house.store.reading() as view:
                place = view.ledger_size()
        salt = b"salt" * 4
        body = record if isinstance(record, bytes) else record_bytes(record)
        handle = None if about is None else handle_of(self.handle_key(about), place)
        line = entry_bytes(
            place, at or self.house.clock.now(), Entry(kind, "somebody"), handle, record_digest(salt, body)
        )
        self.put((place, line, leaf_hash(line)), (place, salt, body))
        return place

    def handle_key(self, person):
        with self.house.store.reading() as view:
            return view.person(person.case.person_id).handle_key


@pytest.fixture
def database(house):
    return Database(house)


def opened(house, index):
    return list(house.vault.open(index))


# --- keys that the vault signed -------------------------------------------------------------------------


def with_another_issue_key(house, database):
    """Every issued key replaced by one of somebody's own, signed with a key that the log now names."""
    key = Ed25519PrivateKey.generate()
    public = sealing.public_of(b"\7" * 32)
    days = rows(house, "SELECT person_id, category, day FROM day_key")
    people = rows(house, "SELECT person_id FROM record_key")
    claims = [(day_key_claim(who, what, date.fromisoformat(day), public), who, day) for who, what, day in days]
    of_days = [(key.sign(claim), who, day) for claim, who, day in claims]
    of_people = [(key.sign(record_key_claim(who, public)), who) for (who,) in people]
    new = "SET public = ?, signature = ? WHERE person_id = ?"
    database.run(
        ("UPDATE log SET issue_key = ?", key.public_key().public_bytes_raw()),
        *((f"UPDATE day_key {new} AND day = ?", public, *signed) for signed in of_days),
        *((f"UPDATE record_key {new}", public, *signed) for signed in of_people),
    )


def test_a_day_key_signed_by_a_key_that_only_the_log_table_names_seals_nothing(house, database, person):
    with_another_issue_key(house, database)
    house.clock.pass_(MINUTE)
    monitor = house.monitor("m2")
    with pytest.raises(CannotRecord, match="not one that the vault has signed"):
        house.post(monitor, person.token, report("TAG-1", house.clock.now()))
    with house.store.reading() as view:
        assert view.newest_frame() == 0


def test_a_monitor_that_went_by_the_log_table_would_seal_to_it(house, database, person):
    with_another_issue_key(house, database)
    house.clock.pass_(MINUTE)
    [(issue_key,)] = rows(house, "SELECT issue_key FROM log")
    in_the_table = replace(house.pinned, issue_key=issue_key)
    monitor = Monitor(
        house.store, sealing, house.clock, house.chance, in_the_table, name="m2", share=alone(house.store)
    )
    monitor.refresh()
    assert house.say(monitor, person) == "kept"


def test_no_name_is_sealed_to_such_a_key(house, database, person):
    with_another_issue_key(house, database)
    with pytest.raises(TableMismatch, match="has not signed"):
        name_person(house.store, sealing, house.pinned, person.case.person_id, "Heron Sample-1", ANA)


@pytest.mark.parametrize("of", ["a person", "a day"])
def test_a_key_that_another_vault_gives_is_not_recorded(house, of):
    person = house.person("TAG-1")
    house.decide(person, keys=False)
    key, public = Ed25519PrivateKey.generate(), sealing.public_of(b"\7" * 32)
    who, day = person.case.person_id, START.date()
    given = {
        "a person": ((RecordKey(who, public, key.sign(record_key_claim(who, public))),), ()),
        "a day": ((), (DayKey(who, Category.TRAIL, day, public, key.sign(day_key_claim(who, "trail", day, public))),)),
    }

    class Another:
        def keys(self, index):
            return given[of]

    with house.store.reading() as view:
        before = view.ledger_size()
    with pytest.raises(TableMismatch, match="has not signed"):
        issue_wanted_keys(house.store, Another(), house.clock, house.pinned, house.fence)
    with house.store.reading() as view:
        assert view.ledger_size() == before


def test_a_ledger_that_was_opened_with_other_keys_is_not_followed(house):
    with pytest.raises(OpeningRefused, match="not opened by this vault"):
        Follower(house.store, Nothing(), house.clock, house.pinned.log_key, b"\7" * 32)
    with pytest.raises(OpeningRefused, match="not opened by this vault"):
        Follower(house.store, Nothing(), house.clock, b"\7" * 32, house.pinned.issue_key)
    assert Follower(house.store, Nothing(), house.clock, house.pinned.log_key, house.pinned.issue_key).log


class Nothing:
    """A keystore that remembers nothing."""

    def head(self):
        return None

    def save_head(self, frontier):
        pass

    def reopened(self):
        return {}


# --- it opens what it followed --------------------------------------------------------------------------


def raw(house, place):
    return [rows(house, f"SELECT * FROM {table} WHERE idx = ?", place)[0] for table in ("entry", "record")]


def test_the_vault_opens_the_entry_it_followed_and_not_what_stands_there_later(house, database, person):
    place = database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
    house.vault.checkpoint()
    before = raw(house, place)
    database.write(EntryKind.COPY_GIVEN, CopyGiven(person.case.person_id, person.case.id), person, place=place)
    [counts] = filter(bytes.strip, opened(house, place))
    assert counts.startswith(b'{"replayed"')
    database.put(*before)
    house.start_vault()


def test_what_stood_there_when_the_vault_started_opens_nothing(house, database, person):
    place = database.write(EntryKind.COPY_GIVEN, CopyGiven(person.case.person_id, person.case.id), person)
    house.vault = house.start_vault()
    with pytest.raises(OpeningRefused, match="opens nothing"):
        opened(house, place)


def test_an_entry_opens_once(house, database, person):
    place = database.write(EntryKind.COPY_GIVEN, CopyGiven(person.case.person_id, person.case.id), person)
    assert len(opened(house, place)) == 3
    with pytest.raises(OpeningRefused, match="opens nothing"):
        opened(house, place)


@pytest.mark.parametrize("seed", range(20))
def test_an_entry_opens_for_half_a_minute_after_it_was_seen_and_the_clock_brings_none_back(house, database, seed):
    """Held against a plain account of it, which looks at every entry each time."""
    random, keys, seen = Random(seed), house.vault_keys, {}
    follower = Follower(house.store, house.keystore, house.clock, keys.log_public, keys.issue_public)
    for _ in range(40):
        step = random.choice([0, 1, 5, 12, 29, 30, 31, -1, -20, -90])
        house.clock.set(house.clock.now() + timedelta(seconds=step))
        now = house.clock.now()
        written = [database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START)) for _ in range(random.randrange(3))]
        follower.catch_up()
        seen = {place: at for place, at in seen.items() if timedelta(0) <= now - at <= FRESH} | dict.fromkeys(
            written, now
        )
        assert list(follower._alive) == list(seen)
        if seen and random.random() < 0.3:
            spent = random.choice(list(seen))
            follower.spend(spent)
            del seen[spent]


@pytest.mark.parametrize("part", ["entries that may open something", "conditions"])
def test_what_a_call_looks_at_does_not_grow_with_what_is_about_others(house, database, part):
    """Every call to the vault comes by here: with a million people it would stand still."""
    follower = house.vault._follower
    looked_at = []

    class Counted(OrderedDict):
        def items(self):
            looked_at.extend(self)
            return super().items()

        def values(self):
            looked_at.extend(self)
            return super().values()

        def __iter__(self):
            for one in super().__iter__():
                looked_at.append(one)
                yield one

    for number in range(20):
        database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
        follower.conditions[f"condition_{number}"] = None
    follower.catch_up()
    name = {"entries that may open something": "_alive", "conditions": "conditions"}[part]
    setattr(follower, name, Counted(getattr(follower, name)))
    follower.catch_up()
    follower.conditions_of("decision_1")
    assert len(looked_at) <= 1


# --- kind and subject -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [EntryKind.TASK_DONE, EntryKind.TABLES_VERIFIED, EntryKind.CASE_OPENED])
def test_an_entry_of_another_kind_than_its_record_opens_nothing(house, database, person, kind):
    place = database.write(kind, CopyGiven(person.case.person_id, person.case.id), person)
    with pytest.raises(OpeningRefused, match="of another kind than its record"):
        opened(house, place)


@pytest.mark.parametrize(("kind", "state"), [(EntryKind.DECISION_LAPSED, "withdrawn"), (EntryKind.TASK_DONE, "made")])
def test_an_ending_stands_under_its_own_kind_and_is_one(house, database, person, kind, state):
    record = DecisionEnded(decision_of(house, person).id, State(state), START, (), (), ())
    database.write(kind, record, person)
    with pytest.raises(OpeningRefused):
        house.vault.checkpoint()


@pytest.mark.parametrize("kind", [EntryKind.TASK_DONE, EntryKind.LOG_OPENED])
def test_our_own_store_writes_no_entry_of_another_kind_than_its_record(house, kind):
    with pytest.raises(IllegalValue, match="another kind than its record"), house.store.acting() as act:
        act.write(Entry(kind, ANA), TablesVerified(START))


def about_them(house, person):
    decision = decision_of(house, person)
    return {
        "a copy": (EntryKind.COPY_GIVEN, CopyGiven(person.case.person_id, person.case.id)),
        "a name": (EntryKind.PERSON_NAMED, PersonNamed(person.case.person_id, b"sealed")),
        "an import": (
            EntryKind.CASE_IMPORTED,
            CaseImported(Imported(person.case.id, bytes(32), 2, START, ANA)),
        ),
        "a proposal": (EntryKind.DECISION_PROPOSED, DecisionProposed(house.proposal(person))),
        "a making": (EntryKind.DECISION_MADE, DecisionMade(decision.id, BO, START)),
        "a pause": (EntryKind.DECISION_SUSPENDED, DecisionSuspended(decision.id, START)),
        "a resuming": (EntryKind.DECISION_RESUMED, DecisionResumed(decision.id, START, START)),
        "an ending": (EntryKind.DECISION_LAPSED, DecisionEnded(decision.id, State.LAPSED, START, (), (), ())),
        "a refusal": (EntryKind.DECISION_REFUSED, DecisionRefused(decision.id)),
        "a zone": (EntryKind.CONDITION_SET, ConditionSet(Condition("new", decision.id, ZONE, b"sealed"))),
        "an absence": (EntryKind.ABSENCE_AUTHORISED, AbsenceAuthorised(Absence("zone", Interval(START, START + DAY)))),
        "an alert": (EntryKind.ALERT_RAISED, AlertRaised(alert_of(person, decision))),
        "a statement": (EntryKind.STATEMENT_MADE, StatementMade(statement_of(person))),
        "a warning": (EntryKind.REVIEW_WARNED, ReviewWarned(decision.id, 7)),
    }


def alert_of(person, decision):
    about = (person.case.id, decision.id, None, None)
    return Raised("alert", *about, Matter.UNANSWERED, Weight.SERVICE, START, START, START)


def statement_of(person):
    return Statement("statement", person.case.id, StatementKind.OUT_OF_CONTACT, START, START, ANA, b"sealed")


def zone_of_their_own(house, database, person):
    zone = Condition("zone", decision_of(house, person).id, ZONE, b"sealed")
    database.write(EntryKind.CONDITION_SET, ConditionSet(zone), person)


ZONE = ConditionKind.EXCLUSION
WHAT = [
    *("a copy", "a name", "an import", "a proposal", "a making", "a pause", "a resuming", "an ending", "a refusal"),
    *("a zone", "an absence", "an alert", "a statement", "a warning"),
]


def test_everything_that_is_about_someone_is_tried_below(house, person):
    assert list(about_them(house, person)) == WHAT


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("shown", ["nobody", "somebody else"])
def test_an_entry_that_does_not_show_whom_its_record_is_about_shuts_everything(house, database, person, what, shown):
    other = house.person("TAG-2")
    zone_of_their_own(house, database, person)
    kind, record = about_them(house, person)[what]
    place = database.write(kind, record, other if shown == "somebody else" else None)
    for ask in (lambda: opened(house, place), house.vault.checkpoint, house.start_vault):
        with pytest.raises(OpeningRefused, match="another person than its record, or none"):
            ask()


@pytest.mark.parametrize("what", WHAT)
def test_the_same_entry_is_followed_when_it_shows_the_person(house, database, person, what):
    zone_of_their_own(house, database, person)
    kind, record = about_them(house, person)[what]
    database.write(kind, record, person)
    house.vault.checkpoint()


# --- one log, one head ----------------------------------------------------------------------------------


def test_a_log_is_opened_once(house, database, person):
    for opening in (house.pinned, LogOpened("evil.example/log", b"\1" * 32, b"\2" * 32)):
        place = database.write(EntryKind.LOG_OPENED, opening)
        with pytest.raises(OpeningRefused, match="not opened by this vault"):
            house.vault.checkpoint()
        database.run(("DELETE FROM entry WHERE idx = ?", place), ("DELETE FROM record WHERE idx = ?", place))
    assert house.vault.checkpoint().startswith("custodiet.example/test\n")


def test_the_vault_never_signs_two_checkpoints_of_one_size(house, database, person):
    fork = database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
    bad = database.write(EntryKind.TASK_DONE, b'{"type":"Nonsense"}')
    with pytest.raises(OpeningRefused):
        house.vault.checkpoint()
    database.run(("DELETE FROM entry WHERE idx = ?", bad), ("DELETE FROM record WHERE idx = ?", bad))
    size = house.vault.checkpoint().splitlines()[1]
    assert int(size) == fork + 1
    database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START + MINUTE), place=fork)
    with pytest.raises(OpeningRefused, match="does not extend the head"):
        house.start_vault()


def test_a_head_is_saved_before_what_it_stands_for_is_signed_or_opened(house, database, person):
    place = database.write(EntryKind.COPY_GIVEN, CopyGiven(person.case.person_id, person.case.id), person)
    house.vault.open(place)
    database.run(("DELETE FROM entry WHERE idx = ?", place), ("DELETE FROM record WHERE idx = ?", place))
    for ask in (house.vault.checkpoint, house.start_vault):
        with pytest.raises(OpeningRefused):
            ask()


def test_an_earlier_size_is_signed_over_the_entries_that_the_log_had_then(house, person):
    with house.store.reading() as view:
        tree = Tree(view.leaves())
    for size in range(1, len(tree) + 1):
        origin, number, root = house.vault.checkpoint(size).splitlines()[:3]
        assert (origin, number, root) == ("custodiet.example/test", str(size), encode_base64(tree.root(size)))
    for size in (-1, len(tree) + 1):
        with pytest.raises(OpeningRefused, match="never had that size"):
            house.vault.checkpoint(size)


@pytest.mark.parametrize("leaf", ["zeroblob(32)", "zeroblob(31)", "'text'", "7"])
def test_no_earlier_size_is_signed_by_leaves_that_are_not_those_followed(house, database, person, leaf):
    size = int(house.vault.checkpoint().splitlines()[1])
    database.run((f"UPDATE entry SET leaf = {leaf} WHERE idx = 1",))
    with pytest.raises(OpeningRefused):
        house.vault.checkpoint(size - 1)


def test_a_ledger_that_skips_a_place_is_not_followed_past_it(house, database, person):
    with house.store.reading() as view:
        place = view.ledger_size()
    database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START), place=place + 1)
    with pytest.raises(OpeningRefused, match="skips a place"):
        house.vault.checkpoint()


# --- retention ------------------------------------------------------------------------------------------


def told(house, person):
    last = house.copy(person)[-1]
    return last["fixes"], last["past_retention"]


@pytest.mark.parametrize("how", ["clocks", "restarted"])
def test_a_longer_retention_clock_recorded_later_opens_nothing_again(house, database, person, how):
    decision = decision_of(house, person)
    house.clock.pass_(DAY)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    house.clock.pass_(29 * DAY)
    assert told(house, person) == (0, 1)
    longer = (RetentionClock(decision.id, Category.TRAIL, START, START + 4000 * DAY),)
    for kind, state in ((EntryKind.DECISION_WITHDRAWN, State.WITHDRAWN), (EntryKind.DECISION_ANNULLED, State.ANNULLED)):
        record = DecisionEnded(decision.id, state, house.clock.now(), (), (), ())
        database.write(kind, replace(record, **{how: longer}), person)
        assert told(house, person) == (0, 1)
    house.vault = house.start_vault()
    assert told(house, person) == (0, 1)


def test_a_longer_clock_recorded_before_anyone_ended_it_opens_nothing_either(house, database, person):
    decision = decision_of(house, person)
    house.clock.set(decision.review_due_at + 28 * DAY)
    assert told(house, person) == (0, 1)
    longer = (RetentionClock(decision.id, Category.TRAIL, START, START + 4000 * DAY),)
    record = DecisionEnded(decision.id, State.LAPSED, house.clock.now(), longer, (), ())
    database.write(EntryKind.DECISION_LAPSED, record, person)
    assert told(house, person) == (0, 1)


def test_what_is_past_its_retention_stays_shut_when_the_clock_is_set_back(house, database, person):
    decision = decision_of(house, person)
    house.clock.set(decision.review_due_at + 28 * DAY)
    database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
    house.clock.pass_(-4 * MINUTE)
    assert told(house, person) == (0, 1)
    house.vault = house.start_vault()
    assert told(house, person) == (0, 1)


@pytest.mark.parametrize(("number", "since"), [(2, -1), (3, 0), (1, 0)], ids=["backwards", "one left out", "again"])
def test_a_longer_rule_told_backwards_or_out_of_order_opens_nothing(house, database, person, number, since):
    decision_of(house, person)
    register = made_up_register(scheme_at(START), START)
    place = [one.category for one in register.retention].index("trail")
    rules = list(register.retention)
    rules[place] = replace(rules[place], days=4000)
    longer = replace(register, retention=tuple(rules))
    database.write(EntryKind.REGISTER_AMENDED, RegisterAmended(number, START + since * DAY, longer))
    with pytest.raises(OpeningRefused, match="out of order"):
        house.vault._follower.catch_up()


# --- once made, not made again --------------------------------------------------------------------------


def made_again(house, person):
    decision = decision_of(house, person)
    proposal = replace(decision, state=State.PROPOSED, approved_by=None, made_at=None, review_due_at=START + 4000 * DAY)
    longer = replace(scheme_at(START), retention=(RetentionRule(Category.TRAIL, 4000, "x"),))
    who, case = Person(person.case.person_id, b"mine" * 8), person.case
    other = Person("person_other", b"mine" * 8)
    return {
        "a scheme": (EntryKind.SCHEME_REGISTERED, SchemeRegistered(longer), None),
        "a person": (EntryKind.CASE_OPENED, CaseOpened(who, replace(case, id="case_other")), None),
        "a case, another person's": (EntryKind.CASE_OPENED, CaseOpened(other, replace(case, person_id=other.id)), None),
        "a decision": (EntryKind.DECISION_PROPOSED, DecisionProposed(proposal), person),
        "a zone": (EntryKind.CONDITION_SET, ConditionSet(Condition("zone", decision.id, ZONE, b"other")), person),
    }


MADE = ["a scheme", "a person", "a case, another person's", "a decision", "a zone"]


@pytest.mark.parametrize("what", MADE)
def test_what_was_made_is_not_made_again(house, database, person, what):
    decision = decision_of(house, person)
    database.write(EntryKind.CONDITION_SET, ConditionSet(Condition("zone", decision.id, ZONE, b"sealed")), person)
    again = made_again(house, person)
    assert list(again) == MADE
    house.vault.checkpoint()
    kind, record, about = again[what]
    database.write(kind, record, about)
    for ask in (house.vault.checkpoint, house.start_vault):
        with pytest.raises(OpeningRefused, match="makes again what an entry before it has made"):
            ask()


# --- hostile records ------------------------------------------------------------------------------------


def hostile(house, person):
    decision = decision_of(house, person)
    who, case = person.case.person_id, person.case
    task = Task("task", TaskKind.TELL_AND_REMOVE, case.id, decision.id, START, START)
    device = b'{"type":"DeviceRegistered","device":{"id":"d","serial":""}}'
    return {
        "a decision that nobody proposed, made": (EntryKind.DECISION_MADE, DecisionMade("nothing", BO, START)),
        "a decision that nobody proposed, ended": (
            EntryKind.DECISION_LAPSED,
            DecisionEnded("nothing", State.LAPSED, START, (), (task,), ()),
        ),
        "a decision that nobody proposed, succeeded": (
            EntryKind.DECISION_MADE,
            DecisionMade(decision.id, BO, START, Succession("nothing", START, ())),
        ),
        "a proposal for a case that nobody opened": (
            EntryKind.DECISION_PROPOSED,
            DecisionProposed(replace(house.proposal(person), case_id="nothing")),
        ),
        "approved by its own proposer": (EntryKind.DECISION_MADE, DecisionMade(decision.id, ANA, START)),
        "an alert about a case that nobody opened": (
            EntryKind.ALERT_RAISED,
            AlertRaised(replace(alert_of(person, decision), case_id="nothing")),
        ),
        "a statement about a case that nobody opened": (
            EntryKind.STATEMENT_MADE,
            StatementMade(replace(statement_of(person), case_id="nothing")),
        ),
        "a zone of a decision that nobody proposed": (
            EntryKind.CONDITION_SET,
            ConditionSet(Condition("new", "nothing", ZONE, b"sealed")),
        ),
        "an absence from a zone that nobody set": (
            EntryKind.ABSENCE_AUTHORISED,
            AbsenceAuthorised(Absence("nothing", Interval(START, START + DAY))),
        ),
        "a warning of a decision that nobody proposed": (EntryKind.REVIEW_WARNED, ReviewWarned("nothing", 7)),
        "a copy for nobody": (EntryKind.COPY_GIVEN, CopyGiven("nobody", case.id)),
        "a copy of a case that nobody opened": (EntryKind.COPY_GIVEN, CopyGiven(who, "nothing")),
        "a name for nobody": (EntryKind.PERSON_NAMED, PersonNamed("nobody", b"")),
        "a device without a serial": (EntryKind.DEVICE_REGISTERED, device),
        "a record of no type": (EntryKind.TASK_DONE, b"{}"),
        "a record of a type that is none": (EntryKind.TASK_DONE, b'{"type":"Nonsense"}'),
        "a record that is a list": (EntryKind.TASK_DONE, b"[]"),
        "a record whose type is a list": (EntryKind.TASK_DONE, b'{"type":[]}'),
        "a bottomless record": (EntryKind.TASK_DONE, b"[" * 200_000),
        "a record without a byte": (EntryKind.TASK_DONE, b""),
        "a record of other bytes": (EntryKind.TASK_DONE, b"\xff\xfe"),
        "a time that is none": (EntryKind.TASK_DONE, b'{"type":"TaskDone","task_id":"t","done_at":"noon"}'),
        "a time without a zone": (
            EntryKind.PERSON_NAMED,
            b'{"type":"PersonNamed","person_id":"nobody","name_sealed":"","done_at":"2031-01-01T00:00:00"}',
        ),
    }


HOSTILE = [
    "a decision that nobody proposed, made",
    "a decision that nobody proposed, ended",
    "a decision that nobody proposed, succeeded",
    "a proposal for a case that nobody opened",
    "approved by its own proposer",
    "an alert about a case that nobody opened",
    "a statement about a case that nobody opened",
    "a zone of a decision that nobody proposed",
    "an absence from a zone that nobody set",
    "a warning of a decision that nobody proposed",
    "a copy for nobody",
    "a copy of a case that nobody opened",
    "a name for nobody",
    "a device without a serial",
    "a record of no type",
    "a record of a type that is none",
    "a record that is a list",
    "a record whose type is a list",
    "a bottomless record",
    "a record without a byte",
    "a record of other bytes",
    "a time that is none",
    "a time without a zone",
]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_record_is_refused_by_name_and_opens_nothing(house, database, person, what):
    kind, record = hostile(house, person)[what]
    place = database.write(kind, record, person)
    with pytest.raises(OpeningRefused):
        opened(house, place)


def test_every_hostile_record_is_tried_above(house, person):
    assert list(hostile(house, person)) == HOSTILE


@pytest.mark.parametrize(
    ("body", "leaf"),
    [
        ("x'00'", "x'00'"),
        ("x''", "zeroblob(32)"),
        ("'text'", "'text'"),
        ("5", "5"),
        ("1.5", "1.5"),
        (f"x'{BOTTOMLESS.hex()}'", f"x'{leaf_hash(BOTTOMLESS).hex()}'"),
    ],
    ids=["a byte", "no byte", "text", "a whole number", "a float", "bottomless"],
)
def test_an_entry_that_is_none_is_refused(house, database, person, body, leaf):
    with house.store.reading() as view:
        place = view.ledger_size()
    database.run((f"INSERT INTO entry VALUES (?, {body}, {leaf})", place))
    for ask in (house.vault.checkpoint, house.start_vault):
        with pytest.raises(OpeningRefused):
            ask()


def test_an_entry_without_its_record_is_refused(house, database, person):
    place = database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
    database.run(("DELETE FROM record WHERE idx = ?", place))
    with pytest.raises(OpeningRefused, match="record is missing"):
        house.vault.checkpoint()


@pytest.mark.parametrize("change", ["body = x'00'", "salt = x'00'"])
def test_an_entry_whose_record_was_exchanged_is_refused(house, database, person, change):
    place = database.write(EntryKind.TABLES_VERIFIED, TablesVerified(START))
    database.run((f"UPDATE record SET {change} WHERE idx = ?", place))
    with pytest.raises(OpeningRefused, match="not the one it commits to"):
        house.vault.checkpoint()


def test_a_release_of_zones_that_are_none_gives_nothing(house, database, person):
    place = database.write(EntryKind.ZONES_RELEASED, ZonesReleased("m1", ("nothing",)))
    assert opened(house, place) == []


@pytest.mark.parametrize("kind", sorted({EntryKind.TASK_DONE, EntryKind.CONDITION_SET, EntryKind.CASE_OPENED}))
def test_what_has_no_opening_is_refused_by_name(house, database, person, kind):
    condition = Condition("c", decision_of(house, person).id, ZONE, b"sealed")
    record, about = {
        EntryKind.TASK_DONE: (TaskDone("task", START), None),
        EntryKind.CONDITION_SET: (ConditionSet(condition), person),
        EntryKind.CASE_OPENED: (None, None),
    }[kind]
    if record is None:
        house.person()
        with house.store.reading() as view:
            place = view.ledger_size() - 1
    else:
        place = database.write(kind, record, about)
    with pytest.raises(OpeningRefused, match=f"there is no opening for {kind}"):
        opened(house, place)


@pytest.mark.parametrize("what", ["a zone", "an alert", "a statement", "a warning", "an absence"])
def test_nothing_that_says_something_of_a_person_opens_anything(house, database, person, what):
    zone_of_their_own(house, database, person)
    kind, record = about_them(house, person)[what]
    place = database.write(kind, record, person)
    with pytest.raises(OpeningRefused, match=f"there is no opening for {kind}"):
        opened(house, place)


# --- starting after a kill ------------------------------------------------------------------------------


def keys_folder(house):
    return house.folder / "keys"


@pytest.mark.parametrize("written", [b"", b"\1" * 31, b"\1" * 32])
def test_a_kill_while_an_epoch_key_was_written_does_not_keep_the_vault_from_starting(house, person, written):
    broken_off = keys_folder(house) / "epoch-00000002.new"
    broken_off.touch(0o600)
    broken_off.write_bytes(written)
    house.clock.pass_(DAY)
    house.vault = house.start_vault()
    assert house.vault_keys.turn_epoch()
    assert [path.name for path in keys_folder(house).iterdir()] == ["epoch-00000002.key"]
    assert told(house, person) == (1, 0)


def test_a_kill_between_a_new_epoch_key_and_its_use_does_not_either(house, person):
    house.kms.begin()
    house.vault = house.start_vault()
    assert house.kms.epochs() == (1,)
    assert told(house, person) == (1, 0)


def test_a_kill_while_the_old_epoch_key_was_destroyed_does_not_either(house, person):
    house.clock.pass_(DAY)
    assert house.vault_keys.turn_epoch()
    left = keys_folder(house) / "epoch-00000001.key"
    left.touch(0o600)
    left.write_bytes(bytes(32))
    house.vault = house.start_vault()
    assert house.kms.epochs() == (2,)
    assert told(house, person) == (1, 0)
