"""Cases out of a file: all or nothing at first look, each with its provenance, nothing doubled, names sealed."""

import json
from hashlib import sha256

import pytest
from support.house import ANA, SCHEME
from support.staff import CAI, staffed
from support.watched import bytes_of, whole
from support.zones import zone_as_of

from custodiet.flows.give_contact import give_contact, withdraw_contact
from custodiet.flows.import_cases import name_them, take_in
from custodiet.flows.open_case import name_person
from custodiet.flows.open_case_record import open_case_record
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.trusting import record_key_of
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId, SignInId
from custodiet.model.record import PersonNamed
from custodiet.wire.case_file import read_case_file
from custodiet.wire.message import Destination
from custodiet.wire.records import read_entry
from custodiet.wire.sealed import name_context, pack_name, reach_context

BODY = f"""reference,scheme,name,contact
I-1,{SCHEME},Heron Sample-1,07700 900001
I-2,{SCHEME},Wren Sample-2,
I-3,{SCHEME},Plover Sample-3,plover@example.test
""".encode()


def rows_of(body):
    rows, problems = read_case_file(body)
    assert problems == ()
    return rows


def take(house, body=BODY, by=ANA):
    return take_in(house.store, house.chance, house.clock, rows_of(body), sha256(body).digest(), by)


def name(house, body=BODY, by=ANA):
    of = (house.clock, rows_of(body), sha256(body).digest(), by)
    return name_them(house.store, house.sealer, house.pinned, *of)


def kinds(house):
    with house.store.reading() as view:
        return [read_entry(row.body).kind for row in view.entries(0, 10_000)]


def opened(house, reference, by=CAI):
    """What the vault opens of a case for its officer: (name, contact)."""
    with house.store.reading() as view:
        case = view.case_by_reference(reference)
    record = open_case_record(house.store, house.vault, case.id, by, SignInId("sitting_1"))
    return record.name, record.contact


def test_each_row_is_a_case_on_no_rung_with_where_it_came_from(house):
    assert (take(house).opened, name(house)) == (3, (0, 3))
    house.issue_keys()
    assert name(house) == (3, 0)
    with house.store.reading() as view:
        for number, reference in enumerate(("I-1", "I-2", "I-3")):
            case = view.case_by_reference(reference)
            told = view.imported(case.id)
            assert (told.file_sha256, told.line, told.imported_by) == (sha256(BODY).digest(), number + 2, ANA)
            assert view.decisions_of(case.id) == ()
            assert view.is_named(case.person_id)


def test_no_name_and_no_contact_stands_anywhere_in_clear(house):
    take(house)
    house.issue_keys()
    name(house)
    stored = bytes_of(house)
    for never in (b"Heron", b"07700", b"plover@"):
        assert never not in stored
    assert b"I-1" in stored


def test_taken_again_it_goes_on_where_it_stopped_and_doubles_nothing(house):
    take(house)
    before = kinds(house)
    again = take(house)
    assert (again.opened, again.again, again.stood) == (0, 3, ())
    assert kinds(house) == before
    house.issue_keys()
    assert name(house) == (3, 0)
    assert name(house) == (0, 0)
    assert kinds(house).count(EntryKind.PERSON_NAMED) == 3


def test_a_reference_that_stands_is_said_and_left_as_it_is(house):
    person = house.person()
    other = BODY + f"{person.case.reference},{SCHEME},Not Theirs,\n".encode()
    taken = take(house, other)
    assert (taken.opened, taken.stood) == (3, (5,))
    house.issue_keys()
    assert name(house, other) == (3, 0)
    with house.store.reading() as view:
        assert not view.is_named(person.case.person_id)
        assert view.imported(person.case.id) is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("I-1,{scheme},Twice,", "line 5: reference: the same as in line 2"),
        ("I 4,{scheme},Blank,", "line 5: reference: a reference has letters"),
        ("new,{scheme},Reserved,", "line 5: reference: a reference has at most"),
        ("I-4,scheme_of_nobody,Nowhere,", "line 5: scheme: there is none of that id"),
    ],
)
def test_one_wrong_line_and_nothing_of_the_file_is_taken(house, line, says):
    before = kinds(house)
    with pytest.raises(NotPermitted) as refused:
        take(house, BODY + line.format(scheme=SCHEME).encode() + b"\n")
    assert says in str(refused.value)
    assert kinds(house) == before


def test_a_process_takes_nothing_in(house):
    with pytest.raises(NotPermitted):
        take(house, by=ActorId("clock"))


def test_a_caseworker_who_takes_a_file_in_is_the_first_officer_of_its_cases(house):
    staffed(house)
    take(house, by=CAI)
    with house.store.reading() as view:
        case = view.case_by_reference("I-2")
        assert view.officers_of(case.id, house.clock.now()) == {CAI}


def test_whoever_has_sight_and_the_person_themselves_see_what_was_taken_in(house):
    staffed(house)
    take(house, by=CAI)
    house.issue_keys()
    name(house, by=CAI)
    assert opened(house, "I-1") == ("Heron Sample-1", "07700 900001")
    assert opened(house, "I-2") == ("Wren Sample-2", None)
    with house.store.reading() as view:
        person_id = view.case_by_reference("I-1").person_id
    name_person(house.store, house.sealer, house.pinned, person_id, "Heron Otherwise", CAI)
    assert opened(house, "I-1") == ("Heron Otherwise", "07700 900001")
    copy = [json.loads(line) for line in give_own_copy(house.store, house.vault, "I-1", CAI)]
    assert (copy[0]["name"], copy[0]["contact"]) == ("Heron Otherwise", "07700 900001")


def test_a_contact_is_written_in_one_way_and_as_an_earlier_version_wrote_it_it_is_read_still(house):
    staffed(house)
    take(house, by=CAI)
    house.issue_keys()
    name(house, by=CAI)
    assert kinds(house).count(EntryKind.CONTACT_GIVEN) == 2
    with house.store.acting() as act:
        person_id = act.case_by_reference("I-2").person_id
        assert act.reached_by(person_id) is None  # no message goes by words
        public = record_key_of(act, house.pinned, person_id)
        sealed = [
            house.sealer.seal_to(public, pack_name(text), context(person_id))
            for text, context in (("Wren Earlier", name_context), ("ring the sister", reach_context))
        ]
        act.write(Entry(EntryKind.PERSON_NAMED, CAI, person_id), PersonNamed(person_id, *sealed))
    assert opened(house, "I-2") == ("Wren Earlier", "ring the sister")
    with house.store.reading() as view:
        case = view.case_by_reference("I-2")
    where = Destination("wren@made-up.example")
    give_contact(house.store, house.sealer, house.pinned, zone_as_of, case.id, where, "Europe/London", CAI)
    assert opened(house, "I-2") == ("Wren Earlier", "ring the sister; wren@made-up.example")
    withdraw_contact(house.store, case.id, CAI)
    assert opened(house, "I-2") == ("Wren Earlier", "ring the sister")
    assert whole(house)
