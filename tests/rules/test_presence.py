"""Home presence: as long as a unit's word holds, and no longer."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.condition import Interval
from custodiet.model.judging import DEFAULTS
from custodiet.rules.conditions.presence import Words, away, presence_during

START = datetime(2031, 3, 3, 19, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NIGHT = Interval(START, START + 12 * 60 * MINUTE)


def words(*said):
    """(minutes after 19:00, in or out)."""
    return Words(tuple(START + minutes * MINUTE for minutes, _ in said), tuple(is_in for _, is_in in said))


def told(said, window=NIGHT):
    return [
        ((one.during.from_at - START) / MINUTE, (one.during.to_at - START) / MINUTE, str(one.presence), one.words)
        for one in presence_during(said, window, DEFAULTS)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), [(0, 720, "unknown", 0)]),
        (((0, True),), [(0, 15, "home", 1), (15, 720, "unknown", 0)]),
        (((0, True), (10, True)), [(0, 25, "home", 2), (25, 720, "unknown", 0)]),
        (((-5, True),), [(0, 10, "home", 0), (10, 720, "unknown", 0)]),
        (((-20, True),), [(0, 720, "unknown", 0)]),
        (((0, True), (10, False)), [(0, 10, "home", 1), (10, 25, "not_home", 1), (25, 720, "unknown", 0)]),
        (((0, False), (0, True)), [(0, 720, "unknown", 1)]),
        (((715, False),), [(0, 715, "unknown", 0), (715, 720, "not_home", 1)]),
        (((720, False),), [(0, 720, "unknown", 0)]),
    ],
)
def test_a_window_is_cut_into_what_is_known_of_it(said, expected):
    assert told(words(*said)) == expected


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (((60, False),), 0),
        (((60, False), (63, False)), 1),
        (((60, False), (61, True)), 0),
        (((60, False), (63, False), (64, True)), 0),
        (((60, False), (66, False), (67, True)), 1),
        (((60, True), (70, True)), 0),
        ((), 0),
    ],
)
def test_out_for_a_moment_or_by_one_word_is_nothing_to_look_at(said, found):
    assert len(away(words(*said), NIGHT, DEFAULTS)) == found


SAID = st.lists(st.tuples(st.integers(-60, 780), st.booleans()), max_size=30, unique_by=lambda one: one[0])


@given(SAID)
def test_the_spans_fill_the_window_and_one_follows_the_other(said):
    spans = presence_during(words(*said), NIGHT, DEFAULTS)
    assert spans[0].during.from_at == NIGHT.from_at
    assert spans[-1].during.to_at == NIGHT.to_at
    for before, after in pairwise(spans):
        assert before.during.to_at == after.during.from_at
        assert before.presence is not after.presence


@given(SAID, st.randoms())
def test_the_order_of_arrival_changes_nothing(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    assert told(words(*said)) == told(words(*shuffled))


@given(SAID, st.integers(0, 719))
def test_one_more_word_that_someone_is_in_finds_nobody_away_who_was_not(said, minute):
    before = away(words(*(one for one in said if one[0] != minute)), NIGHT, DEFAULTS)
    after = away(words(*(one for one in said if one[0] != minute), (minute, True)), NIGHT, DEFAULTS)
    for one in after:
        assert any(
            held.during.from_at <= one.during.from_at and one.during.to_at <= held.during.to_at for held in before
        )
