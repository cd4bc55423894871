"""The bytes of a stored fix: what was unknown stays unknown, and a length tells nothing."""

from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from struct import Struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nouns import changed, names_of

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Category
from custodiet.model.report import Fix, Method
from custodiet.model.session import Session
from custodiet.model.times import to_ms
from custodiet.wire.frame import (
    NONCE_BYTES,
    PIECE_BYTES,
    PLAIN_BYTES,
    ROW_BYTES,
    VERSION,
    DirectoryRow,
    StoredFix,
    fixes_context,
    heads_of,
    pack_directory,
    pack_fix,
    piece_body,
    piece_of,
    rows_of,
    session_body,
    session_context,
    time_context,
    unpack_directory,
    unpack_fix,
)

AT = datetime(2031, 3, 3, 9, 0, 0, 123000, UTC)
LATER = AT + timedelta(seconds=7)
BARE = Fix(0, 1)
SESSION = Session(
    id="session_1",
    person_id="person_1",
    case_id="case_1",
    decision_id="decision_1",
    fitting_id="fitting_1",
    category=Category.TRAIL,
    day=date(2031, 3, 3),
    monitor="m1",
    sealed_key=b"sealed",
    commitment=b"committed",
)

# Field of a fix: (least step, what the field holds at least, at most); a course is kept as it is sent, 0 to 360.
UNITS = {
    "accuracy_m": (0.01, 0, 42_949_672.94),
    "altitude_m": (0.01, -21_474_836.47, 21_474_836.47),
    "speed_mps": (0.001, 0, 4_294_967.294),
    "course_deg": (0.01, 0, 655.34),
    "satellites": (1, 0, 254),
    "hdop": (0.01, 0, 655.34),
}


def there_and_back(fix, at=AT, received=LATER):
    return unpack_fix(pack_fix(fix, to_ms(at), to_ms(received)))


def times():
    return st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy puts the zone in
        datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )


def quantity(name, *, none=True):
    _, low, high = UNITS[name]
    known = st.integers(low, high) if name == "satellites" else st.floats(low, high, allow_nan=False)
    return st.none() | known if none else known


FIXES = st.builds(
    Fix,
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
    method=st.none() | st.sampled_from(Method),
    **{name: quantity(name) for name in UNITS},
)


# --- a fix, there and back ------------------------------------------------------------------------------


@given(FIXES, times(), times())
def test_a_fix_comes_back_to_the_precision_of_its_units(fix, at, received):
    packed = pack_fix(fix, to_ms(at), to_ms(received))
    assert len(packed) == PLAIN_BYTES
    back = unpack_fix(packed)
    assert (back.fix.lat_e7, back.fix.lon_e7, back.fix.method) == (fix.lat_e7, fix.lon_e7, fix.method)
    for name, (step, _, _) in UNITS.items():
        was, now = getattr(fix, name), getattr(back.fix, name)
        assert (was is None) == (now is None), name
        assert was is None or now == pytest.approx(was, abs=step / 2 + 1e-6), name
    for was, now in ((at, back.fix_time), (received, back.received_at)):
        assert timedelta(0) <= was - now < timedelta(milliseconds=1)
        assert now.utcoffset() == timedelta(0)


@given(FIXES, times(), times())
def test_what_was_read_back_is_written_the_same_again(fix, at, received):
    packed = pack_fix(fix, to_ms(at), to_ms(received))
    back = unpack_fix(packed)
    assert pack_fix(back.fix, to_ms(back.fix_time), to_ms(back.received_at)) == packed


def test_unknown_comes_back_as_unknown_and_never_as_zero():
    nothing = dict.fromkeys((*UNITS, "method"))
    assert there_and_back(BARE) == StoredFix(Fix(0, 1, **nothing), AT, LATER)


@pytest.mark.parametrize("name", UNITS)
def test_zero_comes_back_as_zero_and_never_as_unknown(name):
    assert getattr(there_and_back(changed(BARE, **{name: 0.0})).fix, name) == 0.0


@pytest.mark.parametrize("name", [*UNITS, "method"])
def test_one_unknown_leaves_the_others_known(name):
    whole = Fix(10, 20, 1.5, 2.5, 3.5, 4.5, Method.WIFI, 6, 7.5)
    assert None not in (getattr(whole, name) for name in names_of(Fix))
    assert there_and_back(whole).fix == whole
    assert there_and_back(changed(whole, **{name: None})).fix == changed(whole, **{name: None})


STEPS = [
    ("accuracy_m", 8.004, 8.0),
    ("accuracy_m", 8.006, 8.01),
    ("altitude_m", -12.344, -12.34),
    ("altitude_m", -12.346, -12.35),
    ("speed_mps", 1.3884, 1.388),
    ("speed_mps", 1.3886, 1.389),
    ("course_deg", 181.004, 181.0),
    ("course_deg", 359.99, 359.99),
    ("hdop", 0.914, 0.91),
    ("hdop", 0.916, 0.92),
    ("satellites", 12, 12),
]


@pytest.mark.parametrize(("name", "value", "kept"), STEPS)
def test_each_unit_has_its_step(name, value, kept):
    assert getattr(there_and_back(changed(BARE, **{name: value})).fix, name) == kept


@pytest.mark.parametrize("name", UNITS)
def test_the_greatest_and_least_of_each_field_come_back(name):
    _, low, high = UNITS[name]
    for value in (low, high):
        assert getattr(there_and_back(changed(BARE, **{name: value})).fix, name) == value


@pytest.mark.parametrize("name", UNITS)
def test_what_a_field_cannot_hold_becomes_unknown_and_not_another_number(name):
    step, low, high = UNITS[name]
    for value in (low - step, high + step, low - 1e6, high * 2, *(1e300, -1e300, 1e308, -1e308, inf, -inf, nan)):
        packed = pack_fix(changed(BARE, **{name: value}), to_ms(AT), to_ms(LATER))
        assert len(packed) == PLAIN_BYTES
        assert unpack_fix(packed).fix == BARE, value


def test_satellites_come_back_as_a_whole_number():
    assert isinstance(there_and_back(changed(BARE, satellites=12)).fix.satellites, int)


@pytest.mark.parametrize("method", [None, *Method])
def test_how_a_position_was_found_comes_back_or_stays_unknown(method):
    assert there_and_back(changed(BARE, method=method)).fix.method is method


METHOD_NUMBERS = {None: 0, Method.GPS: 1, Method.RF: 2, Method.LBS: 3, Method.WIFI: 4}
METHOD_AT = Struct("<BqqiiIiIH").size
"""Where a stored fix says how it was found."""


def test_the_number_of_a_method_never_changes_while_a_fix_is_stored():
    numbers = {
        method: pack_fix(changed(BARE, method=method), to_ms(AT), to_ms(LATER))[METHOD_AT] for method in (None, *Method)
    }
    assert numbers == METHOD_NUMBERS


def test_the_bytes_of_a_stored_fix_never_change_while_one_is_stored():
    """Written out by hand: what was sealed yesterday is opened tomorrow."""
    fix = Fix(514769000, -5000, 8.0, -46.5, 1.388, 181.0, Method.GPS, 9, 0.91)
    written = "01 fb2e896ec1010000 534a896ec1010000 68c0ae1e 78ecffff 20030000 d6edffff 6c050000 b446 01 09 5b00"
    assert pack_fix(fix, to_ms(AT), to_ms(LATER)) == bytes.fromhex(written)
    assert pack_fix(BARE, to_ms(AT), to_ms(LATER))[METHOD_AT:] == bytes.fromhex("00 ff ffff")


PLACES = [(-900_000_000, -1_800_000_000), (900_000_000, 1_800_000_000), (0, 0), (-1, 1)]


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_the_corners_of_the_globe_come_back(lat, lon):
    back = there_and_back(Fix(lat, lon)).fix
    assert (back.lat_e7, back.lon_e7) == (lat, lon)


@given(FIXES)
def test_a_stored_fix_has_one_length_whatever_it_holds(fix):
    assert {len(pack_fix(one, to_ms(AT), to_ms(LATER))) for one in (fix, BARE)} == {PLAIN_BYTES}
    assert PIECE_BYTES == NONCE_BYTES + PLAIN_BYTES + 16


def test_fix_time_and_time_of_receipt_are_not_mixed_up():
    back = there_and_back(BARE)
    assert (back.fix_time, back.received_at) == (AT, LATER)


@pytest.mark.parametrize("cut", range(PLAIN_BYTES))
def test_a_stored_fix_that_is_cut_short_is_refused(cut):
    with pytest.raises(NotTheFormat):
        unpack_fix(pack_fix(BARE, to_ms(AT), to_ms(LATER))[:cut])


def test_a_stored_fix_that_is_too_long_or_of_another_version_is_refused():
    packed = pack_fix(BARE, to_ms(AT), to_ms(LATER))
    for spoilt in (packed + b"\0", b"\0" + packed[1:], b"\2" + packed[1:], b"\xff" + packed[1:], bytes(PLAIN_BYTES)):
        with pytest.raises(NotTheFormat):
            unpack_fix(spoilt)


def with_plain(**changed):
    """A stored fix of the right length and version with other numbers in it."""
    numbers = {"at": to_ms(AT), "received": to_ms(LATER), "lat": 0, "lon": 1} | changed
    method = numbers.pop("method", 0)
    rest = (0xFFFF_FFFF, -0x8000_0000, 0xFFFF_FFFF, 0xFFFF, method, 0xFF, 0xFFFF)
    return Struct("<BqqiiIiIHBBH").pack(1, *numbers.values(), *rest)


ABSURD = {
    "north of the north pole": {"lat": 900_000_001},
    "south of the south pole": {"lat": -900_000_001},
    "east of the date line": {"lon": 1_800_000_001},
    "west of the date line": {"lon": -1_800_000_001},
    "as far out as can be written": {"lat": 2**31 - 1, "lon": -(2**31)},
    "a time beyond all times": {"at": 2**63 - 1},
    "a time before all times": {"at": -(2**63)},
    "received beyond all times": {"received": 2**63 - 1},
    "received before all times": {"received": -(2**63)},
    "a millisecond after the last year": {"at": 253_402_300_800_000},
    "a millisecond before the first year": {"at": -62_135_596_800_001},
    "the first method that is none": {"method": max(METHOD_NUMBERS.values()) + 1},
    "the last method that is none": {"method": 255},
}


@pytest.mark.parametrize("changed", ABSURD.values(), ids=ABSURD.keys())
def test_a_stored_fix_that_cannot_be_one_is_refused_and_not_quoted(changed):
    assert unpack_fix(with_plain()) == StoredFix(BARE, AT, LATER)
    with pytest.raises(NotTheFormat) as caught:
        unpack_fix(with_plain(**changed))
    for number in changed.values():
        assert str(number) not in f"{caught.value!r}"


@given(st.lists(st.tuples(FIXES, times(), times())))
def test_many_fixes_in_a_row_say_of_themselves_what_each_was_packed_with(many):
    packed = b"".join(pack_fix(fix, to_ms(at), to_ms(received)) for fix, at, received in many)
    assert list(heads_of(packed)) == [(VERSION, to_ms(at)) for _, at, _ in many]
    assert [row[:3] for row in rows_of(packed)] == [(VERSION, to_ms(at), to_ms(received)) for _, at, received in many]


@pytest.mark.parametrize("read", [heads_of, rows_of])
def test_fixes_in_a_row_that_are_cut_short_are_refused_before_the_first_is_given(read):
    two = 2 * pack_fix(BARE, to_ms(AT), to_ms(LATER))
    for cut in range(PLAIN_BYTES + 1, 2 * PLAIN_BYTES):
        with pytest.raises(NotTheFormat):
            read(two[:cut])


@given(st.binary(min_size=PLAIN_BYTES - 1, max_size=PLAIN_BYTES - 1))
def test_any_bytes_of_the_right_length_are_a_stored_fix_or_are_refused(rest):
    with suppress(NotTheFormat):
        unpack_fix(b"\1" + rest)


# --- directories and pieces -----------------------------------------------------------------------------

PIECES = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(-(2**63), 2**63 - 1)), max_size=20)


@given(PIECES)
def test_a_directory_is_read_as_it_was_written(pieces):
    packed = pack_directory(pieces)
    assert len(packed) == ROW_BYTES * len(pieces)
    rows = [DirectoryRow(no, fix_ms, place * PIECE_BYTES) for place, (no, fix_ms) in enumerate(pieces)]
    assert list(unpack_directory(packed)) == rows


def test_a_directory_that_is_cut_short_is_refused_before_its_first_row_is_given():
    packed = pack_directory([(1, 2), (4, 5)])
    for length in set(range(len(packed))) - {0, ROW_BYTES}:
        with pytest.raises(NotTheFormat):
            unpack_directory(packed[:length])


def test_a_row_finds_its_own_piece_and_no_other():
    pieces = [bytes([number]) * PIECE_BYTES for number in range(3)]
    sealed = b"".join(pieces)
    rows = [DirectoryRow(0, number, number * PIECE_BYTES) for number in range(3)]
    assert [piece_of(sealed, row) for row in rows] == pieces


@pytest.mark.parametrize("offset", [1, PIECE_BYTES, PIECE_BYTES + 1, 2**32 - 1])
def test_a_piece_that_the_frame_does_not_hold_is_refused(offset):
    sealed = bytes(PIECE_BYTES)
    assert piece_of(sealed, DirectoryRow(0, 0, 0)) == sealed
    with pytest.raises(NotTheFormat):
        piece_of(sealed, DirectoryRow(0, 0, offset))


def test_every_piece_of_a_frame_cut_short_by_one_byte_is_there_but_the_last():
    sealed = bytes(2 * PIECE_BYTES)[:-1]
    piece_of(sealed, DirectoryRow(0, 0, 0))
    with pytest.raises(NotTheFormat):
        piece_of(sealed, DirectoryRow(0, 0, PIECE_BYTES))


# --- what they are bound to -----------------------------------------------------------------------------

NOT_BOUND = {"sealed_key", "commitment"}  # the one is what is sealed in the context, the other follows from the key
CHANGED = {
    "category": Category.EVIDENCE,
    "day": date(2031, 3, 4),
    "sealed_key": b"other",
    "commitment": b"other",
}
BOUND = [field.name for field in fields(Session) if field.name not in NOT_BOUND]


@pytest.mark.parametrize("name", BOUND)
def test_a_session_key_is_bound_to_every_field_that_says_whose_it_is(name):
    other = replace(SESSION, **{name: CHANGED.get(name, "another")})
    assert session_context(other) != session_context(SESSION)


@given(st.data())
def test_sessions_that_differ_anywhere_have_different_contexts(data):
    names = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=3)
    one, other = (
        Session(
            **{name: data.draw(names) for name in BOUND if name not in CHANGED},
            category=data.draw(st.sampled_from(Category)),
            day=data.draw(st.dates(date(2031, 1, 1), date(2031, 1, 3))),
            sealed_key=b"",
            commitment=b"",
        )
        for _ in range(2)
    )
    assert (session_context(one) == session_context(other)) == (one == other)


def test_a_name_cannot_be_cut_elsewhere_into_two_fields():
    one = replace(SESSION, person_id="ab", case_id="c")
    assert session_context(one) != session_context(replace(SESSION, person_id="a", case_id="bc"))


def fix_context(session, fix_ms):
    """What a sealed fix is bound to, as both halves are joined where one is sealed."""
    return fixes_context(session) + time_context(fix_ms)


def test_a_sealed_fix_is_bound_to_its_session_and_its_time():
    here = fix_context(SESSION, 1000)
    assert here == fix_context(SESSION, 1000)
    others = [
        fix_context(replace(SESSION, id="session_2"), 1000),
        fix_context(replace(SESSION, id="session_1\0"), 1000),
        fix_context(SESSION, 1001),
        fix_context(SESSION, -1000),
        fix_context(SESSION, 1000 << 8),
        session_context(SESSION),
    ]
    assert len({here, *others}) == len(others) + 1


def test_a_leaf_of_an_ingest_record_differs_when_anything_it_vouches_for_does():
    piece = bytes(PIECE_BYTES)
    leaf = piece_body(1, 2, piece)
    sessions = [session_body(replace(SESSION, **{name: CHANGED.get(name, "x")}), 1) for name in vars_of(SESSION)]
    others = [
        piece_body(2, 2, piece),
        piece_body(1, 3, piece),
        piece_body(1, 2, b"\1" + piece[1:]),
        session_body(SESSION, 1),
        session_body(SESSION, 2),
        *sessions,
    ]
    assert len({leaf, *others}) == len(others) + 1


def vars_of(noun):
    return [field.name for field in fields(noun)]
