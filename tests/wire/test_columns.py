"""A row says what the report of its line says, and its bytes are those that the report would have been stored as."""

import json
from datetime import UTC, datetime, timedelta
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.many import LINES_MAX, assert_same_read, lines_of, reads_many

from custodiet.model.report import Report
from custodiet.model.times import as_text, to_ms
from custodiet.wire.columns import directory_of, pack_fixes, piece_heads, time_contexts
from custodiet.wire.frame import METHODS, pack_directory, pack_fix, piece_body, time_context
from custodiet.wire.quantities import EARLIEST, LATEST
from custodiet.wire.traccar_columns import LineByLine, Lines, TooMany, columns_of, read_line

WAYS = pytest.mark.parametrize("reads", [LineByLine(), reads_many()], ids=["line by line", "at once"])
NOON = datetime(2031, 3, 3, 12, tzinfo=UTC)
GOOD = {"fixTime": as_text(NOON), "latitude": 46.5, "longitude": -28.0, "accuracy": 8.0}
ODD = [None, "NaN", "8.0", True, -1, 0, 0.004, 1e9, 1e308, -1e308, 360, 359.999, 720, [], {}]
TIMES = [
    None,
    "2031-03-03",
    "x",
    12,
    "2031-03-03T12:00:00.0009Z",
    "2031-03-03T12:00:00+09:30",
    "2031-03-03T12:00:00.000+01:00",
    "2031-03-03T12:00:00.000-00:00",
    "2031-02-29T12:00:00.000+00:00",
    "2031-03-03T24:00:00.000+00:00",
    "2031-03-03T12:00:60.000+00:00",
    "0000-03-03T12:00:00.000+00:00",
    "2031-03-03 12:00:00.000+00:00",
    "２031-03-03T12:00:00.000+00:00",
    "2031-03-03T12:00:00.000+00:00\0",
    "2031-03-0",
    "3T12:00:00.000+00:00",
    *map(as_text, (EARLIEST, LATEST)),
]

QUANTITY = st.one_of(st.floats(allow_nan=False), st.floats(0, 400), st.integers(-5, 400), st.sampled_from(ODD))
DEGREES = st.one_of(st.floats(-181, 181), st.sampled_from([0, 0.0, 90, -90.0, 180, -180, 1e-9, *ODD]))
FLAG = st.sampled_from([None, True, False, 1, "true"])
AT = st.integers(-(10**9), 10**9).map(lambda ms: as_text(NOON + timedelta(milliseconds=ms)))
TIME = st.one_of(st.sampled_from(TIMES), AT, AT.map(lambda text: text.replace("Z", "+00:00")))


def mostly(usual, odd):
    """The usual four times in five, so that most rows are whole."""
    return st.one_of(*[st.just(usual)] * 4, odd)


POSITIONS = st.fixed_dictionaries(
    {"fixTime": TIME, "latitude": DEGREES, "longitude": DEGREES},
    optional={
        "deviceTime": TIME,
        "valid": FLAG,
        "accuracy": QUANTITY,
        "altitude": QUANTITY,
        "speed": QUANTITY,
        "course": QUANTITY,
        "attributes": mostly(
            None,
            st.fixed_dictionaries(
                {},
                optional={
                    "batteryLevel": QUANTITY,
                    "charge": FLAG,
                    "alarm": st.sampled_from([None, "", "sos", "lowBattery,x", "geofenceExit", 3]),
                    "sat": QUANTITY,
                    "hdop": QUANTITY,
                    "approximate": FLAG,
                    "mock": FLAG,
                },
            ),
        ),
    },
)


def of_one(position, **more):
    return {"position": position, "device": {"uniqueId": "TAG-1"}} | more


FORWARDED = st.one_of(
    POSITIONS.map(of_one),
    st.sampled_from([of_one(GOOD), of_one(GOOD, event=None), of_one(GOOD, event={"type": "alarm"})]),
    st.sampled_from([{}, [], None, {"position": GOOD}, of_one(GOOD, device={"uniqueId": ""})]),
)
TWO = json.dumps(of_one(GOOD)).encode() + b"\n" + json.dumps(of_one(GOOD, device={"uniqueId": "TAG-2"})).encode()
NOT_ONE = st.sampled_from([b"?", b"\xff\xfe", b'{"position":', b"{} {}", b"[" * 3000, TWO.replace(b"\n", b" ")])
BODIES = FORWARDED.map(lambda one: json.dumps(one).encode()) | NOT_ONE


def of_each(rows):
    return [row.tobytes() for row in rows]


def of(quantity):
    return None if isnan(quantity) else float(quantity)


@WAYS
@given(bodies=st.lists(BODIES, max_size=8))
def test_a_row_says_what_the_report_of_its_line_says(reads, bodies):
    lines = lines_of(bodies, reads)
    columns, serials = lines.columns, lines.serials
    assert len(lines) == len(serials) == len(columns.plain) == len(bodies)
    assert list(lines) == [read_line(body) for body in bodies]
    for row, report in enumerate(lines):
        assert row in lines.untold or not isinstance(report, Report) or serials[row] == report.serial
        if columns.plain[row]:
            assert row not in lines.untold
            fix, says = report.fix, report.says
            assert (columns.fix_ms[row], columns.lat_e7[row], columns.lon_e7[row]) == (
                to_ms(report.fix_time), fix.lat_e7, fix.lon_e7,
            )  # fmt: skip
            told = [of(column[row]) for column in (columns.accuracy_m, columns.altitude_m, columns.speed_mps)]
            assert told == [fix.accuracy_m, fix.altitude_m, fix.speed_mps]
            assert [of(columns.course_deg[row]), of(columns.hdop[row])] == [fix.course_deg, fix.hdop]
            assert METHODS[columns.method[row]] is fix.method
            assert columns.satellites[row] == (-1 if fix.satellites is None else fix.satellites)
            assert of(columns.battery_percent[row]) == (None if says is None else says.battery_percent)
            assert says is None or not says.alarms


@WAYS
@given(bodies=st.lists(BODIES, max_size=8), received_ms=st.integers(0, 2**42))
def test_what_is_packed_of_many_is_what_is_packed_of_each(reads, bodies, received_ms):
    columns = columns_of([lines_of(bodies, reads), lines_of(bodies[:1], reads)])
    rows = columns.plain.nonzero()[0]
    packed = pack_fixes(columns.of(rows), rows * 0 + received_ms)
    one_by_one = [read_line([*bodies, *bodies[:1]][row]) for row in rows]
    assert of_each(packed) == [pack_fix(one.fix, to_ms(one.fix_time), received_ms) for one in one_by_one]


@WAYS
@given(requests=st.lists(st.lists(BODIES, max_size=6), min_size=1, max_size=5), data=st.data())
def test_columns_are_the_same_whether_they_are_made_together_alone_or_of_a_part(reads, requests, data):
    parts = [lines_of(bodies, reads) for bodies in requests]
    alone = [[Lines.one(body) for body in bodies] for bodies in requests]
    mixed = [
        data.draw(st.sampled_from([[part], ones])) if ones else [part] for part, ones in zip(parts, alone, strict=True)
    ]
    assert_all_equal(columns_of(parts), columns_of([one for ones in mixed for one in ones]))
    for part, ones in zip(parts, alone, strict=True):
        assert part.untold == [place for place, one in enumerate(ones) if one.untold]
        assert [one.serials[0] for one in ones if not one.untold] == [
            serial for place, serial in enumerate(part.serials) if place not in part.untold
        ]
    some = data.draw(st.permutations(range(len(parts[0]))))[1:]
    bodies = [requests[0][place] for place in some]
    part, whole = parts[0].part(some), lines_of(bodies, reads)
    assert_all_equal(part.columns, whole.columns)
    assert (list(part.serials), part.untold, list(part)) == (list(whole.serials), whole.untold, list(whole))
    assert parts[0].written(some) == b"\n".join(bodies)


@WAYS
@given(st.lists(st.one_of(BODIES, st.sampled_from([b"", b" ", b"\t\r", b"\x0b\x0c", b"\x00"])), max_size=8))
def test_lines_that_are_blank_are_none(reads, bodies):
    lines = lines_of(bodies, reads)
    assert list(lines) == [read_line(body) for body in bodies if body and not body.isspace()]
    assert_same_read(reads.read(b"\n".join(bodies), LINES_MAX), LineByLine().read(b"\n".join(bodies), LINES_MAX))


@WAYS
@pytest.mark.parametrize("body", [b"?", json.dumps(of_one(GOOD)).encode()])
def test_so_many_lines_are_read_and_one_more_is_too_many(reads, body):
    for count in (1, 2, 3, 40):
        read = reads.read(b"\n".join([body, b""] * count), count)
        assert len(read.serials) == len(read.told.read) == count
        with pytest.raises(TooMany, match=f"more than {count - 1} lines"):
            reads.read(b"\n".join([body] * count), count - 1)


def assert_all_equal(one, other):
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype


@WAYS
@pytest.mark.parametrize("name", ["accuracy", "altitude", "speed", "course"])
def test_what_is_beyond_every_number_is_packed_as_unknown_and_nobody_is_warned(reads, name):
    body = json.dumps({"position": GOOD | {name: 1.7e308}, "device": {"uniqueId": "TAG-1"}}).encode()
    columns = lines_of([body], reads).columns
    fix = read_line(body)
    assert of_each(pack_fixes(columns, columns.fix_ms)) == [pack_fix(fix.fix, to_ms(fix.fix_time), to_ms(fix.fix_time))]


@WAYS
@pytest.mark.parametrize("name", ["fixTime", "deviceTime"])
@pytest.mark.parametrize("odd", [time for time in TIMES if isinstance(time, str)])
def test_a_time_that_is_written_otherwise_is_read_among_many_as_by_itself(reads, name, odd):
    usual = GOOD | {"fixTime": "2031-03-03T12:00:00.000+00:00"}
    bodies = [json.dumps(of_one(usual | {name: time})).encode() for time in (usual["fixTime"], odd)]
    together, alone = lines_of(bodies, reads), [Lines.one(body) for body in bodies]
    assert together.untold == [place for place, one in enumerate(alone) if one.untold]
    assert together.columns.fix_ms.tolist() == [one.columns.fix_ms[0] for one in alone]


@WAYS
def test_two_texts_that_are_a_time_together_are_none(reads):
    halves = [json.dumps(of_one(GOOD | {"fixTime": half})).encode() for half in TIMES[-4:-2]]
    assert lines_of(halves, reads).untold == [0, 1]


PIECES = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(-(2**42), 2**42)), max_size=8)


@given(PIECES, PIECES)
def test_what_is_written_of_many_pieces_is_what_is_written_of_each(before, pieces):
    numbers, times = (np.array([one[place] for one in pieces], np.int64) for place in (0, 1))
    assert pack_directory(before) + directory_of(numbers, times, len(before)) == pack_directory([*before, *pieces])
    heads = [head + b"sealed" for head in of_each(piece_heads(numbers, times))]
    assert heads == [piece_body(*one, b"sealed") for one in pieces]
    assert of_each(time_contexts(times)) == [time_context(at) for _, at in pieces]


@WAYS
def test_two_in_one_line_and_half_of_one_in_the_next_are_not_one_of_each(reads):
    lines = lines_of([TWO.replace(b"\n", b" "), TWO[:100]], reads)
    assert lines.untold == [0, 1]
    assert not lines.columns.plain.any()


@WAYS
def test_what_is_usual_has_a_row_and_no_place_is_in_its_text(reads):
    lines = lines_of([json.dumps({"position": GOOD, "device": {"uniqueId": "TAG-1"}}).encode()] * 3, reads)
    assert lines.columns.plain.all()
    assert lines.untold == []
    assert "46" not in repr(lines) + repr(lines.columns) + repr(lines.told) + repr(reads.read(b"?", 1))


@WAYS
@pytest.mark.parametrize("more", [{"valid": False}, {"attributes": {"mock": True}}, {"attributes": {"alarm": "sos"}}])
def test_what_is_weighed_has_no_plain_row(reads, more):
    lines = lines_of([json.dumps({"position": GOOD | more, "device": {"uniqueId": "TAG-1"}}).encode()], reads)
    assert not lines.columns.plain.any()
