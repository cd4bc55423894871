"""A reading costs what the person has in its window, and nothing for what is stored of others beside them."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from support.house import House, report
from support.looking import Looked

from custodiet.adapters.store.reading import ReadingRows

OTHERS = 8
STEPS_AT_ONCE = 10


class Crowded(Looked):
    """The same walk; at each step so many others are heard of, in a frame of their own and in the walker's."""

    def __init__(self, house, others):
        self._others = [house.person(f"TAG-{number}") for number in range(others)]
        for other in self._others:
            house.decide(other)
        super().__init__(house)

    def walk(self, fixes):
        house, serials = self.house, [one.device.serial for one in self._others]
        everyone = house.sender(*serials, self.person.device.serial)
        for number in range(fixes):
            self.monitor.refresh()
            at = house.clock.now()
            beside = [report(serial, at) for serial in serials]
            house.post(self.monitor, everyone, report(self.person.device.serial, at, lat=46.5 + number / 1000), *beside)
            later = at + timedelta(seconds=1)
            for serial in serials:
                house.clock.set(later)
                house.post(self.monitor, everyone, report(serial, later))
            house.clock.set(at + timedelta(minutes=10))


class Counting:
    """Steps of SQLite's machine, and bytes that the vault is given of frames."""

    def __init__(self, monkeypatch):
        self.steps = self.taken = 0
        plain = ReadingRows.whole_frames

        def whole_frames(view, after_seq, limit):
            found = plain(view, after_seq, limit)
            self.taken += sum(len(one.sealed) for one in found)
            return found

        monkeypatch.setattr(ReadingRows, "whole_frames", whole_frames)

    def beat(self):
        self.steps += 1

    def of(self, house, do):
        if house.database is not None:
            pytest.skip("counted in steps of SQLite's machine")
        house.store._engine.dispose()
        self.steps = self.taken = 0

        def listen(connection, *_):
            connection.set_progress_handler(self.beat, STEPS_AT_ONCE)

        event.listen(house.store._engine, "connect", listen)
        do()
        event.remove(house.store._engine, "connect", listen)
        house.store._engine.dispose()
        return self.steps, self.taken


@pytest.fixture
def counting(monkeypatch):
    return Counting(monkeypatch)


def cost_of_a_reading(house, counting, others):
    one = Crowded(house, others)
    look_up_id = one.granted()
    while house.vault.take_in():
        pass
    opened = []
    cost = counting.of(house, lambda: opened.append(one.open(look_up_id)))
    assert len(opened[0].places) == 12
    return cost


def test_a_reading_does_not_cost_more_for_what_is_stored_of_others_in_its_window(house, tmp_path, counting):
    alone = cost_of_a_reading(house, counting, 0)
    crowded = House(tmp_path / "crowded")
    beside = cost_of_a_reading(crowded, counting, OTHERS)
    crowded.close()
    assert beside[1] == alone[1] == 0  # all that it opens was gathered before
    assert 0 < alone[0] <= beside[0] < 1.3 * alone[0]
