"""A device is found by its whole serial, however its bytes fall."""

from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from support.watched import HOME, MINUTE, watch

from custodiet.flows import serial_rows
from custodiet.flows.serial_rows import SerialRows
from custodiet.wire.columns import SERIAL_KEY_BYTES, has_key, serial_keys

LONGEST = SERIAL_KEY_BYTES - 1
ALIKE = ["A", "A\0", "A\0\0", "\0A", "\0", "\0\0", "AA", "a", "é", "é", "\ud800", "A" * LONGEST, "A" * (LONGEST - 1)]
MANY = [*ALIKE, *(f"TAG-{number:05d}" for number in range(300))]


def find(rows, *serials):
    return rows.find(serial_keys(serials)).tolist()


def test_no_two_serials_have_the_same_key():
    assert len({key.tobytes() for key in serial_keys(MANY)}) == len(set(MANY))
    assert not serial_keys(["", "A" * SERIAL_KEY_BYTES, "é" * 20]).any()
    assert [has_key(one) for one in ("", "A" * LONGEST, "A" * SERIAL_KEY_BYTES, "é" * 20)] == [
        False,
        True,
        False,
        False,
    ]


def test_whoever_has_none_is_found_nowhere():
    rows = SerialRows()
    assert find(rows) == []
    assert find(rows, *ALIKE, "", "A" * 99) == [-1] * (len(ALIKE) + 2)
    rows.add("A", 0)
    assert find(rows, *ALIKE, "", "A" * 99) == [0] + [-1] * (len(ALIKE) + 1)


@pytest.mark.parametrize("times", [None, 0, 2**63], ids=["as it is", "all in one place", "in two places"])
def test_all_are_found_wherever_they_lie(monkeypatch, times):
    if times is not None:
        monkeypatch.setattr(serial_rows, "_TIMES", serial_rows._TIMES * 0 + times)
    rows, random = SerialRows(), Random(7)
    there = dict(zip(MANY, random.sample(range(1000), len(MANY)), strict=True))
    for serial, row in there.items():
        rows.add(serial, row)
    for serial in random.sample(MANY, 100):
        rows.remove(serial, there.pop(serial))
    asked = random.choices(MANY, k=2000)
    assert find(rows, *asked) == [there.get(serial, -1) for serial in asked]


class AsADictionary(RuleBasedStateMachine):
    """The same as a dictionary of serials, whatever is added and removed in whatever order."""

    def __init__(self):
        super().__init__()
        self.rows, self.there, self.free = SerialRows(), {}, list(range(400))

    @rule(serials=st.lists(st.sampled_from(MANY), max_size=80))
    def add(self, serials):
        for serial in serials:
            if serial not in self.there:
                self.there[serial] = self.free.pop()
                self.rows.add(serial, self.there[serial])

    @rule(serials=st.lists(st.sampled_from(MANY), max_size=80))
    def remove(self, serials):
        for serial in serials:
            if serial in self.there:
                self.free.append(self.there.pop(serial))
                self.rows.remove(serial, self.free[-1])

    @invariant()
    def finds_the_same(self):
        assert find(self.rows, *MANY) == [self.there.get(serial, -1) for serial in MANY]


TestAsADictionary = AsADictionary.TestCase


@pytest.mark.parametrize("serial", ["A" * LONGEST, "A" * SERIAL_KEY_BYTES, "é" * 60])
def test_a_device_with_a_very_long_serial_is_taken_as_any_other(house, serial):
    one = watch(house, serial)
    assert one.stay(HOME, 4) == ["kept"] * 4
    assert (serial in one.monitor._watching._steady.serials) is has_key(serial)
    house.clock.pass_(MINUTE)
    assert one.at(HOME) == "kept"
