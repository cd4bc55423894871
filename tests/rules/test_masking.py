"""What of a trail is hidden: the same whichever window asks, by the person's key, near flagged places and decoys."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.condition import Interval
from custodiet.model.shape import Box
from custodiet.rules.intervals import without
from custodiet.rules.masking import stays
from custodiet.rules.masking.cells import cell_of, cells_within
from custodiet.rules.masking.classes import KEYS, is_sensitive
from custodiet.rules.masking.flagged import DISC_MAX_M, Flagged, Map, map_of
from custodiet.rules.masking.stays import (
    HOLDS,
    JUDGED,
    LEFT,
    MARGIN_MAX,
    MARGIN_MIN,
    STAYS,
    Mark,
    hidden_by,
    judged_for,
    stays_in,
)

NINE = datetime(2031, 3, 3, 9, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
LAT, LON = 465_000_000, -280_000_000


def span(from_min, to_min):
    return Interval(NINE + from_min * MINUTE, NINE + to_min * MINUTE)


def near(*minutes):
    return [Mark(NINE + one * MINUTE, is_near=True) for one in minutes]


def far(*minutes):
    return [Mark(NINE + one * MINUTE, is_near=False) for one in minutes]


# --- stays and margins ------------------------------------------------------------------------------------------


def test_who_is_near_for_five_minutes_stays_and_who_is_for_less_passes_by():
    assert stays_in(near(0, 1, 2, 3, 4) + far(5)) == (span(0, 5),)
    assert stays_in(near(0, 1, 2, 3) + far(4)) == ()


def test_one_fix_and_then_silence_is_a_stay():
    assert stays_in(near(0)) == (span(0, 5),)


def test_who_is_back_within_five_minutes_had_not_left():
    assert stays_in(near(0, 1) + far(2, 3, 4, 5, 6) + near(7, 8) + far(9)) == (span(0, 9),)


def test_margins_are_between_their_bounds_and_drawn_by_key_and_stay():
    stay = span(0, 30)
    [hidden] = hidden_by([stay], KEY)
    for margin in (stay.from_at - hidden.from_at, hidden.to_at - stay.to_at):
        assert MARGIN_MIN <= margin <= MARGIN_MAX
    assert hidden_by([stay], KEY) == (hidden,)
    assert hidden_by([stay], OTHER_KEY) != (hidden,)
    begins = {hidden_by([span(day * 1440, day * 1440 + 30)], KEY)[0].from_at - day * 1440 * MINUTE for day in range(9)}
    assert len(begins) == 9


def test_what_hiding_rests_on_is_no_farther_than_what_is_judged():
    assert max(HOLDS + LEFT + STAYS, HOLDS + LEFT) + MARGIN_MAX <= JUDGED


MARKS = st.lists(
    st.tuples(st.integers(1, 900), st.booleans()),
    min_size=1,
    max_size=60,
).map(
    lambda steps: [
        Mark(NINE + sum(step for step, _ in steps[: number + 1]) * SECOND, is_near)
        for number, (_, is_near) in enumerate(steps)
    ]
)


@given(MARKS, st.integers(-7200, 30_000), st.integers(60, 20_000))
def test_whichever_window_asks_the_same_is_hidden(marks, begins, lasts):
    window = Interval(NINE + begins * SECOND, NINE + (begins + lasts) * SECOND)
    seen = [one for one in marks if judged_for(window).covers(one.at)]
    by_window = without([window], hidden_by(stays_in(seen), KEY))
    assert by_window == without([window], hidden_by(stays_in(marks), KEY))


def test_margins_that_reach_farther_than_what_is_judged_would_be_found(monkeypatch):
    """A fault planted: the sentence above can fail."""
    monkeypatch.setattr(stays, "MARGIN_MIN", timedelta(minutes=70))
    monkeypatch.setattr(stays, "MARGIN_MAX", timedelta(minutes=71))
    marks, window = near(*range(10)), span(-69, -61)
    seen = [one for one in marks if judged_for(window).covers(one.at)]
    assert without([window], hidden_by(stays_in(seen), KEY)) != without([window], hidden_by(stays_in(marks), KEY))


def test_what_is_left_of_a_window_is_in_order_and_half_open():
    assert without([span(0, 60)], [span(-5, 5), span(20, 30), span(55, 70)]) == (span(5, 20), span(30, 55))
    assert without([span(0, 10), span(20, 30)], [span(5, 25)]) == (span(0, 5), span(25, 30))
    assert without([span(0, 10)], [span(0, 10)]) == ()
    assert without([span(0, 10)], [span(10, 20)]) == (span(0, 10),)


# --- places -----------------------------------------------------------------------------------------------------

AT_CHURCH = Box(LAT, LON, LAT, LON)
METRE_E7 = 90


def test_within_fifty_metres_of_a_flagged_place_is_near_it_and_half_a_kilometre_off_is_not():
    flagged = Flagged(map_of([AT_CHURCH]), Map(()), KEY)
    assert flagged.is_near(LAT, LON, 8.0)
    assert flagged.is_near(LAT + 49 * METRE_E7, LON, 8.0)
    ordinary = [one for one in range(4000, 20_000, 1000) if not flagged.is_near(LAT + one * METRE_E7, LON, 0.0)]
    assert len(ordinary) > 10


def test_a_wide_disc_is_near_whatever_it_may_lie_on_and_an_unknown_one_too():
    lat, lon = LAT + 200 * METRE_E7, LON
    assert Flagged(map_of([AT_CHURCH]), Map(()), KEY).is_near(lat, lon, DISC_MAX_M)
    assert Flagged(map_of([AT_CHURCH]), Map(()), KEY).is_near(lat, lon, None)


def decoys(key, of_map):
    flagged = Flagged(of_map, Map(()), key)
    around = cells_within(LAT, LON, LAT, LON, 2000.0)
    return {cell for cell in around if flagged._is_hidden(cell) and not of_map.holds(cell)}


def test_decoys_are_drawn_by_the_persons_key_and_stay_as_they_are():
    of_map = map_of([AT_CHURCH])
    mine = decoys(KEY, of_map)
    assert 60 < len(mine) < 160
    assert mine == decoys(KEY, of_map)
    assert mine != decoys(OTHER_KEY, of_map)


def test_where_nothing_is_flagged_there_are_no_decoys():
    assert decoys(KEY, Map(())) == set()
    assert decoys(KEY, map_of([Box(LAT + 3_000_000, LON, LAT + 3_000_000, LON)])) == set()


def test_a_place_that_a_person_added_is_as_good_as_one_of_the_map():
    assert Flagged(Map(()), map_of([AT_CHURCH]), KEY).is_near(LAT, LON, 8.0)


def test_a_place_that_a_person_added_brings_decoys_of_its_own_beside_those_of_the_map():
    """Else a reading from before it was added and one from after would differ by this place alone."""
    of_map, own = map_of([AT_CHURCH]), map_of([Box(LAT + 90_000, LON, LAT + 90_000, LON)])
    before, after = Flagged(of_map, Map(()), KEY), Flagged(of_map, own, KEY)
    around = list(cells_within(LAT, LON, LAT, LON, 2000.0))
    gone = {one for one in around if after._is_hidden(one) and not before._is_hidden(one)}
    assert 50 < len(gone - set(own.cells)) < 160
    assert all(after._is_hidden(one) for one in around if before._is_hidden(one))


def test_an_area_flags_every_square_that_it_touches():
    wide = Box(LAT, LON, LAT + 50_000, LON + 80_000)
    assert {cell_of(LAT + up * 10_000, LON + aside * 16_000) for up in range(6) for aside in range(6)} <= set(
        map_of([wide]).cells
    )


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "place_of_worship"},
        {"building": "mosque"},
        {"amenity": "clinic;doctors"},
        {"healthcare:speciality": "psychiatry"},
        {"office": "lawyer"},
        {"office": "union"},
        {"social_facility:for": "refugee"},
        {"lgbtq": "primary"},
        {"amenity": "social_facility", "social_facility": "shelter"},
        {"office": "diplomatic"},
        {"boundary": "protected_area", "landuse": "cemetery", "religion": "jewish"},
    ],
    ids=lambda tags: "-".join(tags.values()),
)
def test_a_place_that_tells_something_is_flagged(tags):
    assert is_sensitive({**tags, "name": "anything"})
    assert set(tags) & set(KEYS)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"amenity": "pharmacy"},
        {"shop": "supermarket"},
        {"amenity": "townhall"},
        {"lgbtq": "no"},
        {"name": "church"},
        {"boundary": "religious_administration", "religion": "christian"},
    ],
    ids=str,
)
def test_an_ordinary_place_is_not(tags):
    assert not is_sensitive(tags)
