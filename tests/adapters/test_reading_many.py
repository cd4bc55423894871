"""What is compiled reads of a batch what is read line by line, whatever its bytes are."""

import ctypes
import json
import mmap
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
from support.many import LINES_MAX, assert_same_read, compiled, needs_compiler

from custodiet.adapters.reading_many import READING_MANY
from custodiet.simulation.load import Crowd
from custodiet.wire.traccar_columns import LineByLine

pytestmark = needs_compiler(READING_MANY)
REFERENCE = LineByLine()
LINES = Crowd(20, 5, 1).minute(datetime(2031, 3, 3, 12, tzinfo=UTC))
LONGEST = 4096
"""Of a line that is read at once, in bytes (LINE_BYTES_MAX)."""

NUMBERS = (
    "0 -0 -0.0 1e400 -1e400 1e-400 1E5 1e+5 01 .5 5. +1 0x1 NaN Infinity -Infinity - 1e 1e- 180.00000000000001 -90.0 "
    "9007199254740993 9007199254740992.5 18446744073709551615 18446744073709551616 4.9e-324 2.4e-324 6.0221407e23 "
    "-9223372036854775808 -9223372036854775809 123456789012345678901234567890 2.2250738585072011e-308 "
    "0.1234567890123456789012345678901234567890 1.7976931348623157e308 1.7976931348623159e308 "
    'tru nul true false null [] {} [1] {"a":1} 1,2'
)
TEXTS = [
    *(b"", b"sos", b"\\u0041", b"\xff", "é".encode(), b"\xed\xa0\x80", b"\xc0\x80", b"\x01", b"\t", b"\x7f", b"\x00"),
    *(b"\xf4\x90\x80\x80", b"x" * 128, b"x" * 129, ("é" * 64).encode(), ("é" * 65).encode(), ("é" * 129).encode()),
    *(
        f"{date}T{time}{zone}".encode()
        for date in ("2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01", "9999-12-31")
        for time in ("00:00:00.000", "23:59:59.999")
        for zone in ("+00:00", "-00:00", "Z", "+01:00")
    ),
    *(b"2024-13-01T00:00:00.000+00:00", b"2024-00-01T00:00:00.000+00:00", b"2024-01-00T00:00:00.000+00:00"),
    *(b"2024-04-31T00:00:00.000+00:00", b"2024-01-01T24:00:00.000+00:00", b"2024-01-01T00:60:00.000+00:00"),
    *(b"2024-01-01T00:00:60.000+00:00", b"2024-01-01t00:00:00.000+00:00", b"2024-01-01 00:00:00.000+00:00"),
]
NAMES = (
    b"latitude longitude fixTime deviceTime speed valid sat mock alarm charge event device position uniqueId".split()
)
VALUES = [
    *(text.encode() for text in NUMBERS.split()),
    *(b'"%b"' % text for text in TEXTS),
    *(b'"%b"' % name for name in NAMES),
]
BYTES = bytes(range(256)) + b'"{}[]:,\\ \t\r\v\f.e-+0n' * 8
PART = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null|[{}\[\]:,]')


def changed(line, chance):
    """A byte is another, too many or too few; or a word of JSON is another, or several are."""
    where, how = chance.randrange(len(line) + 1), chance.random()
    if how < 0.5:
        other = b"" if how < 0.1 else bytes([chance.choice(BYTES)])
        return line[:where] + other + line[where + (how < 0.3) :]
    parts = list(PART.finditer(line))
    if not parts:
        return line
    part, first = chance.choice(parts), chance.randrange(len(parts))
    several = b"".join(one.group() for one in parts[first : first + chance.randrange(1, 9)])
    other = chance.choice(VALUES) if how < 0.85 else several
    return line[: part.start()] + other + line[part.end() :]


def changed_bodies(seed):
    """Without end: two hundred lines, most of them changed at one to three places."""
    chance = Random(seed)
    while True:
        lines = []
        for _ in range(200):
            line = chance.choice(LINES)
            for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
                line = changed(line, chance)
            lines.append(line)
        yield b"\n".join(lines)


@pytest.mark.parametrize(
    ("seed", "bodies"), [(1, 60), *(pytest.param(2 + n, 2500, marks=pytest.mark.long) for n in range(10))]
)
def test_whatever_is_changed_in_a_line_it_is_read_as_it_is_by_itself(seed, bodies):
    lines = at_once = 0
    for body, _ in zip(changed_bodies(seed), range(bodies), strict=False):
        expected = REFERENCE.read(body, LINES_MAX)
        assert_same_read(compiled(READING_MANY).read(body, LINES_MAX), expected)
        lines += len(expected.serials)
        at_once += int(compiled(READING_MANY).read_at_once(body, LINES_MAX).told.read.sum())
    assert 0.2 < at_once / lines < 0.8  # both ways are walked


def of(**position):
    given = {"fixTime": "2031-03-03T12:00:00.000+00:00", "latitude": 46.5, "longitude": -28.0} | position
    return json.dumps({"position": given, "device": {"uniqueId": "TAG-1"}}).encode()


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("usual", "odd"),
    [
        (of(network={"a": [[[[[[[[]]]]]]]]}), of(network=json.loads("[" * 40 + "]" * 40))),  # how deep it is
        (of(x="y" * (LONGEST - len(of(x="")))), of(x="y" * (LONGEST + 1 - len(of(x=""))))),  # how long it is
        (of(x="é").decode("unicode-escape").encode(), of(x="é")),  # whether anything is escaped
    ],
    ids=["deep", "long", "escaped"],
)
def test_what_is_rarely_so_is_left_and_read_as_well(usual, odd, at_once):
    body = usual if at_once else odd
    for bodies in ([body], [body, LINES[0]], [LINES[0], body, LINES[1]]):
        read = compiled(READING_MANY).read_at_once(b"\n".join(bodies), 3)
        assert read.told.read[bodies.index(body)] == at_once
        whole = compiled(READING_MANY).read(b"\n".join(bodies), 3)
        assert whole.told.read.all()
        assert_same_read(whole, REFERENCE.read(b"\n".join(bodies), 3))


def test_a_day_is_counted_as_numpy_counts_it():
    days = np.arange(np.datetime64("0001-01-01"), np.datetime64("9999-12-31"), 13)
    for some in np.array_split(days, len(days) // 5000):
        body = b"\n".join(of(fixTime=f"{day}T23:59:58.765+00:00") for day in some)
        read = compiled(READING_MANY).read_at_once(body, LINES_MAX)
        assert read.told.read.all()
        expected = some.astype("M8[ms]").astype(np.int64) + ((23 * 60 + 59) * 60 + 58) * 1000 + 765
        assert read.told.fix_ms.tolist() == expected.tolist()


def test_many_threads_may_read_at_the_same_time():
    bodies = [body for body, _ in zip(changed_bodies(3), range(16), strict=False)]
    with ThreadPoolExecutor(4) as pool:
        for body, read in zip(
            bodies, pool.map(lambda body: compiled(READING_MANY).read(body, LINES_MAX), bodies), strict=True
        ):
            assert_same_read(read, REFERENCE.read(body, LINES_MAX))


def bodies_for_memory():
    """Bodies of every length at which a line may come to lie at the end of the memory that it is in."""
    line = of(x="")
    yield from (b"", b"\n", b"\n" * 300, b"?\n" * 300, b"\x00", line * 2, line[:-1], b'{"a":"')
    for more in [*range(130), *range(LONGEST - len(line) - 66, LONGEST - len(line) + 3)]:
        body = of(x="y" * more)
        yield body
        yield LINES[0] + b"\n" + body
        yield body + b"\n" + b" " * (more % 70)
    yield from (body for body, _ in zip(changed_bodies(5), range(10), strict=False))


# --- at the edge of memory, and by every way that simdjson has -------------------------------------------------


class Edge:
    """Memory of so many bytes at the end of which is a page that nobody may touch."""

    def __init__(self, size):
        page, system = mmap.PAGESIZE, ctypes.CDLL(None)
        system.mmap.restype, system.mmap.argtypes = (
            ctypes.c_void_p,
            [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 4],
        )
        system.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        room = -(-size // page) * page
        begin = system.mmap(
            None, room + page, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANON, -1, 0
        )
        assert system.mprotect(begin + room, page, 0) == 0
        self.end = begin + room


def at_the_edge():
    """In a process of its own: whatever goes beyond ends it."""
    reader, size = READING_MANY.load(), 1 << 20
    body_edge, lines_edge, serials_edge, told = Edge(size), Edge(size), Edge(size), ctypes.c_size_t()
    for body in bodies_for_memory():
        begin = body_edge.end - len(body)
        ctypes.memmove(begin, body, len(body))
        for room in {0, 1, body.count(b"\n") + 1}:
            lines, serials = lines_edge.end - room * LINE_BYTES, serials_edge.end - len(body) - room
            reader._read(begin, len(body), room, lines, serials, ctypes.byref(told))
        assert_same_read(reader.read(body, LINES_MAX), REFERENCE.read(body, LINES_MAX))


LINE_BYTES = 144


@pytest.mark.parametrize("way", ["", "haswell", "westmere", "fallback"])
def test_it_keeps_to_its_memory_and_reads_the_same_whatever_the_processor(way):
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    environment |= {"SIMDJSON_FORCE_IMPLEMENTATION": way} if way else {}
    command = [sys.executable, "-c", "import test_reading_many; test_reading_many.at_the_edge(); print('through')"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "through\n"), done.stderr[-2000:]
