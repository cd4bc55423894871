"""The zone database as it is written into a condition."""

import importlib.metadata
import importlib.resources
import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from custodiet.adapters.zones import zone_as_of
from custodiet.model.condition import Offset
from custodiet.model.errors import IllegalValue

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FROM, UNTIL = datetime(2009, 6, 1, 12, 30, 15, 250000, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


def held_at(zone, at):
    return [one.utc_offset_s for one in zone.offsets if one.from_at <= at][-1]


def truth(name, at):
    return at.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() // SECOND


def test_a_year_in_london_has_two_changes():
    year = zone_as_of("Europe/London", datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
    assert year.name == "Europe/London"
    assert year.offsets == (
        Offset(datetime(2030, 1, 1, tzinfo=UTC), 0),
        Offset(datetime(2030, 3, 31, 1, tzinfo=UTC), 3600),
        Offset(datetime(2030, 10, 27, 1, tzinfo=UTC), 0),
    )


def test_a_day_that_was_not_is_one_change():
    week = zone_as_of("Pacific/Apia", datetime(2011, 12, 27, tzinfo=UTC), datetime(2012, 1, 3, tzinfo=UTC))
    assert week.offsets[1:] == (Offset(datetime(2011, 12, 30, 10, tzinfo=UTC), 14 * 3600),)


def test_a_change_at_the_start_or_the_end_is_not_told_twice_or_too_soon():
    change = datetime(2030, 3, 31, 1, tzinfo=UTC)
    assert zone_as_of("Europe/London", change, change + HOUR).offsets == (Offset(change, 3600),)
    assert zone_as_of("Europe/London", change - HOUR, change).offsets == (Offset(change - HOUR, 0),)
    just = timedelta(milliseconds=1)
    assert zone_as_of("Europe/London", change - just, change + just).offsets == (
        Offset(change - just, 0),
        Offset(change, 3600),
    )


def test_where_nothing_changes_there_is_one_offset_from_the_start():
    assert zone_as_of("Asia/Kolkata", FROM, UNTIL).offsets == (Offset(FROM, 19800),)
    assert zone_as_of("Asia/Kolkata", FROM, FROM).offsets == (Offset(FROM, 19800),)


@pytest.mark.parametrize(
    "name",
    [
        *("Africa/Casablanca", "America/Caracas", "America/Havana", "America/St_Johns", "Antarctica/Casey"),
        *("Antarctica/Troll", "Asia/Gaza", "Asia/Pyongyang", "Asia/Tehran", "Australia/Lord_Howe", "Europe/Dublin"),
        *("Pacific/Apia", "Pacific/Chatham", "UTC"),
    ],
)
def test_its_offsets_are_zoneinfos_at_any_instant_and_on_either_side_of_a_change(name):
    rng, zone = Random(name), zone_as_of(name, FROM, UNTIL)
    for _ in range(2000):
        at = FROM + rng.random() * (UNTIL - FROM)
        assert held_at(zone, at) == truth(name, at)
    for earlier, later in pairwise(zone.offsets):
        assert later.from_at.microsecond == 0
        assert truth(name, later.from_at) == later.utc_offset_s != earlier.utc_offset_s
        assert truth(name, later.from_at - SECOND) == earlier.utc_offset_s


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "Nope", "Europe", "Europe/", "Europe/Lundon", "Europe/London/x", "Europe//London", "UTC\n"),
        *("../zoneinfo/UTC", "Europe/../UTC", "/usr/share/zoneinfo/UTC", "/etc/localtime", "U\0TC", "\udc80"),
        *("x" * 5000, "tzdata.zi", "zone.tab", "localtime", "posixrules", "right/UTC", "posix/UTC", "Factory"),
    ],
)
def test_what_is_no_zone_is_refused_and_not_repeated(name):
    with pytest.raises(IllegalValue) as refused:
        zone_as_of(name, FROM, UNTIL)
    assert str(refused.value) == "this is no time zone of the zone database"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(IllegalValue):
        zone_as_of("UTC", FROM.replace(tzinfo=None), UNTIL)


@pytest.fixture
def folder(tmp_path):
    """The system's database is a folder with nothing but UTC in it."""
    (tmp_path / "UTC").write_bytes(importlib.resources.files("tzdata.zoneinfo").joinpath("UTC").read_bytes())
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([tmp_path])
    yield tmp_path
    zoneinfo.reset_tzpath(before)


def version():
    return zone_as_of("UTC", FROM, FROM).tzdb


def test_the_version_is_the_systems_if_its_folder_has_the_zone(folder):
    assert version() == "unknown"
    (folder / "+VERSION").write_text("2023c\n")
    assert version() == "2023c"
    (folder / "tzdata.zi").write_text("# version 2024a\n# This zic input file is in the public domain.\n")
    assert version() == "2024a"
    (folder / "tzdata.zi").write_text("R A 1916 o - Jun 14 23s 1 S\n")
    assert version() == "2023c"


def test_the_version_is_the_packages_if_no_folder_has_the_zone(folder):
    (folder / "+VERSION").write_text("2023c\n")
    year, number = importlib.metadata.version("tzdata").split(".")
    assert zone_as_of("Europe/London", FROM, FROM).tzdb == year + chr(ord("a") + int(number) - 1)


def test_the_version_is_unknown_if_nobody_tells_it(folder, monkeypatch):
    monkeypatch.delattr("tzdata.IANA_VERSION")
    assert version() == zone_as_of("Europe/London", FROM, FROM).tzdb == "unknown"
