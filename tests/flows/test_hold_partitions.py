"""Gateways come, go, fall silent and come back: what each of them does then, on a cluster in memory."""

from contextlib import suppress
from random import Random

import pytest

from custodiet.flows.hold_partitions import keep_to_share, look_on, stay
from custodiet.model.errors import CannotRecord, LeaseLost
from custodiet.model.partitions import NOBODYS, Held, Seats, Share
from custodiet.rules.partitions import PARTITIONS, seat_of


class Cluster:
    def __init__(self):
        self.revision = 0
        self.gateways, self.held = {}, {}
        self.away = False

    def end_lease(self, name):
        self.gateways.pop(name, None)
        self.held = {one: of for one, of in self.held.items() if of.gateway != name}


class Seat:
    """flows.ports.Seating, of one gateway."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.joined = cluster, name, False

    def _ask(self):
        if self.cluster.away:
            raise CannotRecord("nobody answers")

    def join(self):
        self._ask()
        self.cluster.gateways[self.name], self.joined = f"http://{self.name}", True

    def renew(self):
        self._ask()
        return self.name in self.cluster.gateways

    def look(self):
        self._ask()
        return Seats("c", dict(self.cluster.gateways), dict(self.cluster.held))

    def take(self, partition):
        self._ask()
        if self.name not in self.cluster.gateways:
            raise LeaseLost("run out")
        if partition in self.cluster.held:
            return None
        self.cluster.revision += 1
        self.cluster.held[partition] = Held(self.name, self.cluster.revision)
        return self.cluster.revision

    def give_back(self, partition, fence):
        self._ask()
        if self.cluster.held.get(partition) == Held(self.name, fence):
            del self.cluster.held[partition]


class Gateway:
    def __init__(self, cluster, store, name):
        self.seat, self.store, self.name = Seat(cluster, name), store, name
        self.share, self.places, self.held = NOBODYS, (None,) * PARTITIONS, []
        self.cannot = False

    def hold(self, turn):
        """As the monitor does: the store takes what nobody took later."""
        if self.cannot:
            raise CannotRecord("the store is away")
        had = self.share.fences
        given = {
            one: fence
            for one, fence in turn.taken.items()
            if self.store.get(one, 0) < fence or self.store[one] == fence == had.get(one)
        }
        self.store.update(given)
        # Whatever is given back is written no more by then.
        self.held.append(set(given))
        self.share = Share(1, given)
        return self.share

    def look(self):
        stay(self.seat)
        self.places = keep_to_share(self.seat, self.name, self.hold)

    @property
    def has(self):
        """What the store lets it write."""
        return {one for one, fence in self.share.fences.items() if self.store.get(one) == fence}


@pytest.fixture
def cluster():
    return Cluster()


def gateways(cluster, *names):
    store = {}
    return [Gateway(cluster, store, name) for name in names]


def test_one_gateway_has_everything_after_one_look(cluster):
    [a] = gateways(cluster, "a")
    a.look()
    assert a.has == set(range(PARTITIONS))
    assert set(a.places) == {"http://a"}


def test_one_that_joins_gets_its_part_and_everyone_knows_where_it_is(cluster):
    a, b = gateways(cluster, "a", "b")
    a.look()
    b.look()
    assert b.has == set()  # all of it is held; a has not looked yet
    assert set(b.places) == {"http://a"}
    a.look()
    b.look()
    a.look()
    expected = {one for one in range(PARTITIONS) if seat_of(one, "ab") == "b"}
    assert b.has == expected
    assert a.has == set(range(PARTITIONS)) - expected
    assert a.places == b.places == tuple(f"http://{seat_of(one, 'ab')}" for one in range(PARTITIONS))


def test_whoever_looks_on_knows_where_everything_is_and_has_nothing(cluster):
    [a], held = gateways(cluster, "a"), []
    before = look_on(Seat(cluster, ""), held.append)
    a.look()
    assert set(before) == {None}
    assert look_on(Seat(cluster, "beside"), held.append) == a.places
    assert [(turn.cluster, turn.taken) for turn in held] == [("c", {}), ("c", {})]
    assert set(cluster.gateways) == {"a"}


def test_what_is_given_up_is_written_no_more_before_it_is_given_back(cluster):
    a, b = gateways(cluster, "a", "b")
    a.look()
    b.look()
    told = []
    plain = a.seat.give_back
    a.seat.give_back = lambda one, fence: told.append(one not in a.share.fences) or plain(one, fence)
    a.look()
    assert told
    assert all(told)


def test_what_cannot_be_given_up_is_not_given_back(cluster):
    a, b = gateways(cluster, "a", "b")
    a.look()
    b.look()
    a.cannot = True
    with pytest.raises(CannotRecord):
        a.look()
    assert {of.gateway for of in cluster.held.values()} == {"a"}
    a.cannot = False
    a.look()
    b.look()
    assert a.has | b.has == set(range(PARTITIONS))


def test_one_that_falls_silent_loses_what_it_had_and_gets_its_part_again(cluster):
    a, b = gateways(cluster, "a", "b")
    for one in (a, b, a, b, a):
        one.look()
    cluster.end_lease("a")
    assert set(a.places) == {"http://a", "http://b"}  # it does not know yet
    b.look()
    assert b.has == set(range(PARTITIONS))
    assert a.has == set()
    for one in (a, b, a, b):
        one.look()
    assert a.has == {one for one in range(PARTITIONS) if seat_of(one, "ab") == "a"}


def test_while_the_cluster_is_away_everyone_goes_on_with_what_they_have(cluster):
    a, b = gateways(cluster, "a", "b")
    for one in (a, b, a, b):
        one.look()
    before = a.has, b.has, a.places
    cluster.away = True
    for one in (a, b):
        with pytest.raises(CannotRecord):
            one.look()
    assert (a.has, b.has, a.places) == before


def test_a_cluster_that_was_brought_back_from_before_counts_up_until_the_store_gives_again(cluster):
    a, b = gateways(cluster, "a", "b")
    for _ in range(4):
        a.look()
        cluster.end_lease("a")
    a.look()
    cluster.revision = 0  # a copy of long ago
    cluster.end_lease("a")
    b.look()
    assert b.has == set()  # nothing that another may still hold by the same number
    for _ in range(10):
        b.look()
    assert b.has == set(range(PARTITIONS))


def test_nothing_is_held_before_one_is_there_again(cluster):
    a, b = gateways(cluster, "a", "b")
    a.look()
    cluster.end_lease("a")
    b.look()
    with pytest.raises(CannotRecord, match="does not know"):
        keep_to_share(a.seat, "a", a.hold)
    assert len(a.held) == 1
    assert b.has == set(range(PARTITIONS))


def test_a_lease_that_runs_out_while_partitions_are_taken_leaves_what_was_held(cluster):
    [a] = gateways(cluster, "a")
    plain = a.seat.take

    def take(partition):
        if partition == 5:
            cluster.end_lease("a")
        return plain(partition)

    a.seat.take = take
    a.look()
    assert a.has == set()
    a.seat.take = plain
    a.look()
    assert a.has == set(range(PARTITIONS))


@pytest.mark.parametrize("seed", range(30))
def test_nobody_writes_what_another_took_and_once_all_is_quiet_everything_is_somebodys(cluster, seed):
    random = Random(seed)
    everyone = gateways(cluster, *"abcd")
    for _ in range(80):
        one, what = random.choice(everyone), random.random()
        if what < 0.15:
            cluster.end_lease(one.name)
        elif what < 0.25:
            cluster.away = not cluster.away
        elif what < 0.35:
            one.cannot = not one.cannot
        else:
            with suppress(CannotRecord):
                one.look()
        has = [partition for each in everyone for partition in each.has]
        assert len(has) == len(set(has))
    cluster.away = False
    for one in everyone:
        one.cannot = False
    for one in everyone * 3:
        one.look()
    assert [seat_of(one, "abcd") for one in range(PARTITIONS)] == [
        cluster.held[one].gateway for one in range(PARTITIONS)
    ]
    for one in everyone:
        assert one.has == {partition for partition, of in cluster.held.items() if of.gateway == one.name}
        assert one.places == everyone[0].places
