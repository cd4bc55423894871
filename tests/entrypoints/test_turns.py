"""A gateway's two threads: one stays there while the other looks, however long that takes."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest

from custodiet.entrypoints.gateway import turns
from custodiet.entrypoints.gateway.turns import GIVE_UP_S, PlaceKeeper, TurnKeeper
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import NOBODYS, Held, Seats, Share
from custodiet.rules.partitions import PARTITIONS

WAIT_S = 30
"""A bound on hanging, not a measure."""


class Seat:
    """Alone there, and all of it free."""

    def __init__(self):
        self.held, self.said, self.others = {}, [], {}
        self.renewed, self.away = Event(), False

    def join(self):
        self.said.append("join")

    def renew(self):
        if self.away:
            raise CannotRecord("nobody answers")
        self.said.append("renew")
        self.renewed.set()
        return "join" in self.said

    def look(self):
        return Seats("c", {"a": "http://a"} | self.others, self.held)

    def take(self, partition):
        self.held[partition] = Held("a", 1)
        return 1

    def give_back(self, partition, fence):
        raise AssertionError("nothing is to be given back")

    def leave(self):
        self.said.append("leave")


class Monitor:
    name, share = "a", NOBODYS

    def vouch_by(self, hears_all):
        self.hears_all = hears_all

    def take_turn(self, turn):
        self.share = Share(1, turn.taken)


class Writer:
    fails_for_s = 0.0

    def __init__(self):
        self.begun, self.goes_on = Event(), Event()
        self.goes_on.set()

    async def refreshed(self):
        self.begun.set()
        await asyncio.get_running_loop().run_in_executor(None, self.goes_on.wait, WAIT_S)


class Sharing:
    places, instead, closed = (None,) * PARTITIONS, None, False

    def close(self):
        self.closed = True


def keeping(make):
    """A keeper on a running loop, with what it keeps."""
    loop, seat, writer, sharing = asyncio.new_event_loop(), Seat(), Writer(), Sharing()
    thread = Thread(target=loop.run_forever)
    thread.start()
    keeper = make(seat, Monitor(), writer, sharing)

    async def start():
        keeper.start()

    def begin():
        asyncio.run_coroutine_threadsafe(start(), loop).result(WAIT_S)

    yield keeper, begin, seat, writer, sharing
    writer.goes_on.set()
    keeper.stop()
    keeper.leave()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(WAIT_S)
    loop.close()


@pytest.fixture
def kept():
    yield from keeping(TurnKeeper)


@pytest.fixture
def looking_on():
    yield from keeping(PlaceKeeper)


def until(holds):
    for _ in range(WAIT_S * 100):
        if holds():
            return
        Event().wait(0.01)
    raise AssertionError("it never comes to that")


def test_it_is_there_first_and_then_has_everything(kept):
    _, begin, seat, _, sharing = kept
    begin()
    until(lambda: set(sharing.places) == {"http://a"})
    assert seat.said[:2] == ["renew", "join"]


def test_a_look_that_takes_long_does_not_cost_the_lease(kept):
    _, begin, seat, writer, sharing = kept
    writer.goes_on.clear()
    begin()
    assert writer.begun.wait(WAIT_S)
    for _ in range(3):
        seat.renewed.clear()
        assert seat.renewed.wait(WAIT_S)
    assert set(sharing.places) == {None}
    writer.goes_on.set()
    until(lambda: set(sharing.places) == {"http://a"})


def test_who_can_write_nothing_for_long_leaves_and_is_there_again_once_it_can(kept, caplog):
    _, begin, seat, writer, sharing = kept
    begin()
    until(lambda: set(sharing.places) == {"http://a"})
    seat.give_back = lambda *_: None
    for fails_for_s, others in ((GIVE_UP_S, {"b": "http://b"}), (GIVE_UP_S + 1, {})):  # not long enough, and alone
        seat.others, writer.fails_for_s = others, fails_for_s
        for _ in range(2):
            seat.renewed.clear()
            assert seat.renewed.wait(WAIT_S)
    assert "leave" not in seat.said
    seat.held = {0: Held("a", 1), 1: Held("b", 2)}
    seat.others = {"b": "http://b"}
    until(lambda: seat.said[-1] == "leave")
    assert "others are to have its devices" in caplog.text
    assert sharing.instead == (None, "http://b", *[None] * (PARTITIONS - 2))
    writer.fails_for_s = 0.0
    until(lambda: seat.said[-1] == "renew")
    until(lambda: sharing.instead is None)


def test_devices_that_nobody_has_are_not_heard(kept, monkeypatch):
    keeper, begin, _, _, sharing = kept
    assert not keeper._monitor.hears_all()
    begin()
    until(lambda: set(sharing.places) == {"http://a"})
    until(keeper._monitor.hears_all)
    monkeypatch.setattr(turns, "HEARD_S", 0.0)
    assert not keeper._monitor.hears_all()


def test_whoever_stops_leaves_last_and_lets_go_of_the_others(kept):
    keeper, begin, seat, _, sharing = kept
    begin()
    until(lambda: set(sharing.places) == {"http://a"})
    keeper.stop()
    keeper.leave()
    assert seat.said[-1] == "leave"
    assert seat.said.count("leave") == 1
    assert sharing.closed


def test_one_that_stops_before_it_was_ever_there_ends_as_well(kept):
    keeper, begin, seat, _, _ = kept
    seat.away = True
    begin()
    keeper.stop()
    with ThreadPoolExecutor(1) as beside:
        beside.submit(keeper.leave).result(WAIT_S)
    assert seat.said == ["leave"]


def test_that_nobody_answers_is_said_once_and_tried_again(kept, caplog):
    _, begin, seat, _, sharing = kept
    seat.away = True
    with caplog.at_level(logging.WARNING):
        begin()
        until(lambda: caplog.messages)
        seat.away = False
        until(lambda: set(sharing.places) == {"http://a"})
    assert caplog.messages == ["devices cannot be shared out: nobody answers; trying again"]


def test_whoever_looks_on_knows_where_everything_is_and_is_nowhere_itself(looking_on):
    keeper, begin, seat, writer, sharing = looking_on
    seat.held = dict.fromkeys(range(PARTITIONS), Held("a", 1))
    begin()
    until(lambda: set(sharing.places) == {"http://a"})
    assert writer.begun.is_set()
    keeper.stop()
    keeper.leave()
    assert seat.said == []
    assert sharing.closed
