"""When a message may leave: by the person's own clock, on nights on which it changes too."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.zones import zone_as_of

from custodiet.model.identity import CaseId, MessageId
from custodiet.model.message import Channel, Delivery, Message, Posted, QuietHours, Setback, Template
from custodiet.model.message_record import MessageOpened
from custodiet.rules.messages import ATTEMPTS_MAX, MOVES, after_quiet, in_order, settled

YEAR = datetime(2030, 1, 1, tzinfo=UTC)
LONDON = zone_as_of("Europe/London", YEAR, YEAR + timedelta(days=366))
QUIET = QuietHours()
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2030-01-10T20:59", "2030-01-10T20:59"),
        ("2030-01-10T21:00", "2030-01-11T08:00"),
        ("2030-01-11T07:59", "2030-01-11T08:00"),
        ("2030-01-11T08:00", "2030-01-11T08:00"),
        ("2030-07-10T20:00", "2030-07-11T07:00"),
        ("2030-03-30T22:00", "2030-03-31T07:00"),
        ("2030-10-26T21:00", "2030-10-27T08:00"),
    ],
)
def test_what_is_caused_in_quiet_hours_leaves_at_their_end(at, leaves):
    assert after_quiet(_at(at), LONDON, QUIET) == _at(leaves)


def test_quiet_hours_of_no_length_hold_nothing_up():
    none = QuietHours(60, 60)
    assert all(after_quiet(YEAR + n * MINUTE, LONDON, none) == YEAR + n * MINUTE for n in range(0, 1440, 7))


@given(
    st.integers(0, 365 * 1440),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["Europe/London", "Asia/Tokyo"]),
)
def test_nothing_leaves_in_quiet_hours_and_nothing_waits_for_longer_than_a_day(minute, from_min, to_min, name):
    zone, quiet = _ZONES[name], QuietHours(from_min, to_min)
    at = YEAR + minute * MINUTE
    leaves = after_quiet(at, zone, quiet)
    assert timedelta(0) <= leaves - at <= timedelta(hours=25)
    assert after_quiet(leaves, zone, quiet) - leaves <= timedelta(hours=1)  # an end that the clocks jump over


_ZONES = {name: zone_as_of(name, YEAR, YEAR + timedelta(days=367)) for name in ("Europe/London", "Asia/Tokyo")}


@pytest.mark.parametrize("setback", [None, *Setback])
@pytest.mark.parametrize("attempts", [1, 2, ATTEMPTS_MAX])
def test_every_attempt_ends_in_a_state_that_the_table_allows(setback, attempts):
    state, next_at, why = settled(_posted(attempts), setback, YEAR)
    assert state in MOVES[Delivery.SENDING]
    assert next_at >= YEAR
    assert (why is None) == (state is Delivery.SENT)
    if attempts == ATTEMPTS_MAX:
        assert state is not Delivery.WAITING


def test_waits_between_attempts_grow_up_to_an_hour():
    waits = [settled(_posted(n), Setback.LATER, YEAR)[1] - YEAR for n in range(1, ATTEMPTS_MAX)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (MINUTE, timedelta(hours=1))


@pytest.mark.parametrize(
    ("before", "case", "attempt", "may"),
    [
        (None, "a", 1, True),
        (None, "a", 2, False),
        (1, "a", 2, True),
        (1, "a", 1, False),
        (1, "b", 2, False),
        (ATTEMPTS_MAX, "a", ATTEMPTS_MAX + 1, False),
    ],
)
def test_an_address_is_opened_for_the_next_attempt_of_its_own_message_alone(before, case, attempt, may):
    earlier = None if before is None else MessageOpened(MessageId("m"), CaseId("a"), before, YEAR)
    assert in_order(earlier, MessageOpened(MessageId("m"), CaseId(case), attempt, YEAR)) is may


def _at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _posted(attempts):
    message = Message(
        MessageId("m"), CaseId("c"), Template.CHARGE, Channel.EMAIL, YEAR, YEAR, YEAR + timedelta(hours=2)
    )
    return Posted(message, Delivery.SENDING, YEAR, attempts, YEAR)
