"""What the tests of the decoders share: hostile values, what a legal report is, and what an error may not hold."""

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from math import isfinite
from pathlib import Path

from hypothesis import strategies as st

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, DeviceSays, Method, Report
from custodiet.model.shape import VERTICES_MAX
from custodiet.wire import geojson, gpx, osmand, owntracks, recorder
from custodiet.wire.attachment import FILE_BYTES_MAX
from custodiet.wire.quantities import SERIAL_CHARACTERS_MAX
from custodiet.wire.recording import RECORDING_BYTES_MAX

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
HOSTILE = st.sampled_from(
    [
        *(1e308, -1e308, 5e-324, 2**63, -(2**63) - 1, 10**400, float("nan"), float("inf"), -0.0),
        *("2026-08-21T10:15:30Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999+00:00", "\ud800", "\0"),
        *("NaN", "-Infinity", "1e999", "9" * 5000, "1_0", "\N{ARABIC-INDIC DIGIT ONE}", "0x33", " 1", "+1", "1.", ".5"),
    ]
)


def require_legal(report):
    """Fail for a report that no decoder may give; None is one that holds nothing."""
    if report is None:
        return
    assert type(report) is Report
    assert 1 <= len(report.serial) <= 257
    if report.fix_time is not None:
        assert report.fix_time.utcoffset() == timedelta(0)
        assert 2000 <= report.fix_time.year < 2100
        assert report.fix_time.microsecond % 1000 == 0
    if report.fix is not None:
        assert report.kind is Kind.FIX
        fix = report.fix
        assert type(fix.lat_e7) is int
        assert type(fix.lon_e7) is int
        assert (fix.lat_e7, fix.lon_e7) != (0, 0)
        for value in (fix.accuracy_m, fix.altitude_m, fix.speed_mps, fix.course_deg, fix.hdop):
            assert value is None or (type(value) is float and isfinite(value))
        assert fix.accuracy_m is None or fix.accuracy_m > 0
        assert fix.speed_mps is None or fix.speed_mps >= 0
        assert fix.course_deg is None or 0 <= fix.course_deg < 360
        assert fix.hdop is None or fix.hdop > 0
        assert fix.satellites is None or (type(fix.satellites) is int and 0 <= fix.satellites <= 200)
        assert fix.method is None or fix.method in Method
    if report.says is not None:
        assert report.says != DeviceSays()
        assert report.says.battery_percent is None or 0 <= report.says.battery_percent <= 100
        assert report.says.charging in (None, True, False)
        assert report.says.alarms <= frozenset(Alarm)
    if report.crossing is not None:
        assert 1 <= len(report.crossing.region) <= 128
        assert type(report.crossing.entered) is bool
        accuracy = report.crossing.accuracy_m
        assert accuracy is None or (isfinite(accuracy) and accuracy > 0)


def told_by(error):
    """All that an error can show of itself, with the chain of its causes."""
    return f"{error} {error!r} {error.args} {''.join(traceback.format_exception(error))}"


_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d{2,}")


@contextmanager
def refusal_in_own_words() -> Iterator[None]:
    """Let NotTheFormat end what stands inside, if no word or number in it is from the bytes; and nothing else.

    Its words are those of our own sources, its numbers our limits; a line's number or a place in a list may be any.
    """
    try:
        yield
    except NotTheFormat as error:
        _require_own_words(error)


def _require_own_words(error: NotTheFormat) -> None:
    text = re.sub(r"line \d+$|\[\d+\]", "", str(error))
    words, numbers = _ours()
    assert words.issuperset(_WORD.findall(text))
    assert numbers.issuperset(_NUMBER.findall(text))
    assert error.__cause__ is None


@cache
def _ours() -> tuple[frozenset[str], frozenset[str]]:
    folder = Path(gpx.__file__).parent
    sources = [*folder.glob("*.py"), *(folder.parent / "model").glob("*.py")]
    words = frozenset(word for source in sources for word in _WORD.findall(source.read_text()))
    limits = [
        *(osmand.BYTES_MAX, osmand.FIELDS_MAX, owntracks.BYTES_MAX, recorder.LINE_BYTES_MAX, geojson.BYTES_MAX),
        *(gpx.TAG_BYTES_MAX, gpx.DEPTH_MAX, gpx.NAMES_MAX, gpx.NAME_CHARACTERS_MAX, SERIAL_CHARACTERS_MAX),
        *(FILE_BYTES_MAX // 1024, RECORDING_BYTES_MAX // 1024),
        *(VERTICES_MAX, 25, 16, 24),  # the last three: km, UTF-16, kbit/s
    ]
    return words, frozenset(map(str, limits))
