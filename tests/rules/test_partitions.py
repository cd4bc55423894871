"""Which devices go together, and which gateway is to have them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.errors import IllegalValue
from custodiet.rules.partitions import PARTITIONS, fence_of, partition_of, seat_of

names = st.lists(st.text("abcdef0123456789", min_size=1, max_size=12), min_size=1, max_size=8, unique=True)


def test_a_device_is_of_the_same_partition_on_every_machine_and_in_every_version():
    told = {"TAG-1": 30, "TAG-2": 36, "359633100458590": 3, "Ünïcode": 60}
    assert {serial: partition_of(serial) for serial in told} == told


def test_devices_are_spread_over_all_partitions():
    counts = Counter(partition_of(f"TAG-{number:05}") for number in range(64_000))
    assert set(counts) == set(range(PARTITIONS))
    assert max(counts.values()) < 1.2 * min(counts.values())


def test_nobody_has_anything_where_nobody_is():
    assert seat_of(3, ()) is None


@given(names)
def test_the_same_gateway_is_to_have_it_whatever_order_they_are_named_in(gateways):
    assert [seat_of(one, gateways) for one in range(PARTITIONS)] == [
        seat_of(one, sorted(gateways, reverse=True)) for one in range(PARTITIONS)
    ]


@given(names, st.data())
def test_when_one_goes_only_what_it_had_moves(gateways, data):
    gone = data.draw(st.sampled_from(gateways))
    left = [one for one in gateways if one != gone]
    for partition in range(PARTITIONS):
        had = seat_of(partition, gateways)
        if had != gone:
            assert seat_of(partition, left) == had


def test_four_gateways_have_about_a_quarter_each():
    counts = Counter(seat_of(one, ["a", "b", "c", "d"]) for one in range(PARTITIONS))
    assert len(counts) == 4
    assert max(counts.values()) <= PARTITIONS // 2


@given(st.integers(0, 1000), st.integers(0, 2**40 - 1), st.integers(0, 1000), st.integers(0, 2**40 - 1))
def test_a_later_turn_has_a_greater_fence_and_a_later_regime_one_greater_still(regime, revision, other, later):
    assert (fence_of(regime, revision) < fence_of(other, later)) == ((regime, revision) < (other, later))
    assert fence_of(regime, revision) < 2**63


@pytest.mark.parametrize("revision", [-1, 2**40])
def test_a_revision_that_cannot_be_is_refused(revision):
    with pytest.raises(IllegalValue, match="cannot be"):
        fence_of(1, revision)
