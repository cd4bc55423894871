"""Gateways share devices out: only who has one writes of it, and whoever takes it over knows all that stands."""

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import pytest
from support.house import ANA, report
from support.many import steady
from support.watched import AWAY, HOME, MINUTE, SECOND, give_zones, watch
from support.watched import report as at_place

from custodiet.entrypoints.gateway.sharing import partitions_of
from custodiet.flows.end_decision import end_decision
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord
from custodiet.model.mode import ModeCode
from custodiet.model.partitions import EVERYONES, NOBODYS, Share, Turn
from custodiet.model.report import Reason
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.partitions import PARTITIONS, partition_of
from custodiet.wire.frame import unpack_directory

ALL = frozenset(range(PARTITIONS))


class Meanwhile:
    """A store before which something happens once, after the monitor has decided and before its transaction begins."""

    def __init__(self, store):
        self._store = store
        self.happens = None
        self.is_cut_off = False
        """Once: what is written is durable, and whoever wrote it is told that it is not known."""

    def __getattr__(self, name):
        return getattr(self._store, name)

    @contextmanager
    def ingesting(self):
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        with self._store.ingesting() as write:
            yield write
        cut_off, self.is_cut_off = self.is_cut_off, False
        if cut_off:
            raise CannotRecord("cut off before the server could say so")


class Gateway:
    """One that shares."""

    def __init__(self, house, name, share=NOBODYS, share_by=None):
        self.house, self.store = house, Meanwhile(house.store)
        given = (self.store, house.sealer, house.clock, house.chance, house.pinned)
        self.monitor = Monitor(
            *given,
            name=name,
            steady=steady(house.sealer),
            share=share,
            share_by=share_by or house.store.share,
        )

    def take(self, turn, partitions=ALL, cluster="c"):
        self.monitor.take_turn(Turn(cluster, dict.fromkeys(partitions, turn)))
        give_zones(self.house, self.monitor)
        return self

    def post(self, token, *lines):
        request = self.house.request(self.monitor, token, *lines)
        partitions = frozenset(one for one in partitions_of(request.lines) if one is not None)
        [answers] = self.monitor.receive([replace(request, partitions=partitions)])
        if isinstance(answers, CannotRecord):
            raise answers
        return [" ".join(filter(None, (one.outcome, one.shown))) for one in answers]

    def say(self, person, at=None, **given):
        [answer] = self.post(person.token, report(person.device.serial, at or self.house.clock.now(), **given))
        return answer


@pytest.fixture
def person(house):
    made = house.person("TAG-1")
    house.decide(made)
    house.clock.pass_(MINUTE)
    return made


def stored(house):
    with house.store.reading() as view:
        return [
            (row.session_no, row.fix_ms)
            for _, one in view.frames(-1, 10_000)
            for row in unpack_directory(one.directory)
        ]


def refused(why, do):
    with pytest.raises(CannotRecord, match=why):
        do()


def test_nobody_writes_of_a_device_before_it_was_given(house, person):
    refused("another gateway", lambda: Gateway(house, "a").say(person))
    assert not stored(house)


def test_who_has_a_device_writes_of_it_and_nobody_else_does(house, person):
    mine = {partition_of("TAG-1")}
    a, b = Gateway(house, "a").take(1, mine), Gateway(house, "b").take(2, ALL - mine)
    assert a.say(person) == "kept"
    house.clock.pass_(SECOND)
    refused("another gateway", lambda: b.say(person))
    assert len(stored(house)) == 1


def test_of_one_commit_only_who_has_the_device_is_answered(house, person):
    another = house.person("TAG-2")
    house.decide(another)
    house.clock.pass_(MINUTE)
    a = Gateway(house, "a").take(1, {partition_of("TAG-1")})
    requests = [
        replace(house.request(a.monitor, one.token, report(one.device.serial, house.clock.now())), partitions=of)
        for one in (person, another)
        for of in [frozenset({partition_of(one.device.serial)})]
    ]
    [kept], cannot = a.monitor.receive(requests)
    assert kept.outcome == "kept"
    assert isinstance(cannot, CannotRecord)


def test_nothing_is_committed_under_an_old_turn(house, person):
    a = Gateway(house, "a").take(1)
    assert a.say(person) == "kept"
    house.clock.pass_(SECOND)
    b = Gateway(house, "b").take(2)
    refused("another gateway", lambda: a.say(person))
    assert b.say(person) == "kept"
    assert len(stored(house)) == 2


def test_nothing_is_committed_that_was_decided_before_another_took_it(house, person):
    a, b = Gateway(house, "a").take(1), Gateway(house, "b")
    a.store.happens = lambda: b.take(2)
    refused("another gateway", lambda: a.say(person))
    assert not stored(house)
    assert b.say(person) == "kept"


def test_a_turn_that_was_overtaken_before_it_reached_the_store_gives_nothing(house, person):
    b = Gateway(house, "b").take(2)
    a = Gateway(house, "a").take(1)
    assert a.monitor.share.fences == {}
    refused("another gateway", lambda: a.say(person))
    assert b.say(person) == "kept"


def test_the_same_turn_said_twice_by_the_same_gateway_is_the_same_turn_and_by_another_none(house):
    first = house.store.share(Turn("c", {1: 5, 2: 6}), NOBODYS)
    assert first.fences.keys() == {1, 2}
    assert house.store.share(Turn("c", {1: 5, 2: 6}), first) == first
    assert house.store.share(Turn("c", {1: 5, 2: 6, 3: 1}), NOBODYS).fences.keys() == {3}


def test_a_cluster_that_was_made_anew_counts_from_one_and_is_heard_all_the_same(house, person):
    a = Gateway(house, "a").take(10**9, cluster="old")
    b = Gateway(house, "b").take(1, cluster="new")
    assert b.say(person) == "kept"
    house.clock.pass_(SECOND)
    refused("another way", lambda: a.say(person))


def test_a_gateway_that_has_not_had_a_turn_yet_fails_at_nothing(house, person):
    assert Gateway(house, "a").take(1).say(person) == "kept"
    newcomer = Gateway(house, "b")
    newcomer.monitor.refresh()
    newcomer.monitor.idle()


def test_a_gateway_that_cannot_take_over_what_is_newly_its_own_fails(house, monkeypatch):
    a = Gateway(house, "a").take(1, partitions=[1])
    with monkeypatch.context() as broken:
        broken.setattr(a.monitor, "_take_over", away)
        refused("is away", lambda: a.take(2))
        refused("could not be read", a.monitor.idle)
    a.take(2).monitor.idle()


def away(*_):
    raise CannotRecord("the store is away")


def test_a_gateway_of_a_cluster_that_was_overtaken_takes_nothing_back_and_one_that_is_started_does(house, person):
    a = Gateway(house, "a").take(1, cluster="old")
    b = Gateway(house, "b").take(1, cluster="new")
    house.clock.pass_(SECOND)
    refused("another way", lambda: a.say(person))
    a.monitor.refresh()
    refused("another way", lambda: a.take(5, cluster="old"))
    assert a.monitor.share.fences == {}
    assert b.say(person) == "kept"
    house.clock.pass_(SECOND)
    assert Gateway(house, "c").take(6, cluster="old").say(person) == "kept"


def test_a_cluster_that_was_begun_from_nothing_while_its_gateways_ran_is_theirs_as_well(house, person):
    a = Gateway(house, "a").take(10**9, cluster="before")
    assert a.say(person) == "kept"
    house.clock.pass_(SECOND)
    assert a.take(1, cluster="after").say(person) == "kept"
    b = Gateway(house, "b").take(2, cluster="after")
    house.clock.pass_(SECOND)
    assert b.say(person) == "kept"


def test_a_gateway_that_shares_nothing_writes_no_more_once_devices_are_shared_out(house, person):
    alone = Gateway(house, "alone", EVERYONES)
    assert alone.say(person) == "kept"
    house.clock.pass_(SECOND)
    shares = Gateway(house, "a").take(1)
    refused("another way", lambda: alone.say(person))
    assert shares.say(person) == "kept"


def test_who_shares_takes_back_what_a_gateway_that_was_set_otherwise_has_ended(house, person):
    a = Gateway(house, "a").take(1)
    alone = Gateway(house, "alone", Share(house.store.end_sharing(), None))
    assert alone.say(person) == "kept"
    house.clock.pass_(SECOND)
    refused("another way", lambda: a.say(person))
    a.monitor.refresh()
    assert a.say(person) == "kept"
    house.clock.pass_(SECOND)
    refused("another way", lambda: alone.say(person))
    alone.monitor.refresh()
    refused("another way", lambda: alone.say(person))


def test_switching_back_ends_whoever_still_shares(house, person):
    store = house.store
    assert store.end_sharing() == store.regime_alone() == 0  # nothing was ever shared out: nothing is begun
    a = Gateway(house, "a").take(1)
    assert store.regime_alone() is None
    alone = Gateway(house, "alone", Share(store.end_sharing(), None))
    assert alone.say(person) == "kept"
    house.clock.pass_(SECOND)
    refused("another way", lambda: a.say(person))
    assert store.end_sharing() == store.regime_alone() == alone.monitor.share.regime


def test_a_process_beside_those_who_share_begins_no_way_of_its_own_and_writes_refusals_alone(house, person):
    store = house.store
    beside = Gateway(house, "beside", share_by=store.look_on)
    beside.monitor.take_turn(Turn("c", {}))
    with pytest.raises(CannotRecord, match="share nothing out"):
        beside.monitor.refresh()
    assert store.regime_alone() == 0
    a = Gateway(house, "a").take(1)
    beside.monitor.refresh()
    assert beside.post(person.token, Reason.NOT_THE_FORMAT) == ["refused not_the_format"]
    refused("another gateway", lambda: beside.say(person))
    assert a.say(person) == "kept"
    Gateway(house, "b").take(1, cluster="d")
    refused("another way", lambda: beside.post(person.token, Reason.NOT_THE_FORMAT))
    with pytest.raises(CannotRecord, match="share nothing out"):
        beside.monitor.refresh()  # it was told of the cluster before, and does not go back to it
    beside.monitor.take_turn(Turn("d", {}))
    beside.monitor.refresh()
    assert beside.post(person.token, Reason.NOT_THE_FORMAT) == ["refused not_the_format"]


def test_whoever_takes_a_device_over_knows_what_came_before(house, person):
    a, at = Gateway(house, "a").take(1), house.clock.now()
    assert a.say(person, at) == "kept"
    house.clock.pass_(MINUTE)
    b = Gateway(house, "b").take(2)
    assert b.say(person, at) == "duplicate"
    a.take(3)
    assert a.say(person, at) == "duplicate"
    assert len(stored(house)) == 1


def test_what_was_durable_although_nobody_could_say_so_is_not_kept_twice(house, person):
    a, at = Gateway(house, "a").take(1), house.clock.now()
    a.store.is_cut_off = True
    refused("cut off", lambda: a.say(person, at))
    assert len(stored(house)) == 1
    house.clock.pass_(SECOND)
    assert a.say(person) == "kept"
    assert a.say(person, at) == "duplicate"
    assert len(stored(house)) == 2


def test_whoever_takes_a_device_back_knows_what_came_meanwhile(house, person):
    mine = {partition_of("TAG-1")}
    a, b = Gateway(house, "a").take(1), Gateway(house, "b")
    a.say(person)
    house.clock.pass_(MINUTE)
    a.take(1, ALL - mine)
    b.take(2, mine)
    between = house.clock.now()
    assert b.say(person, between) == "kept"
    house.clock.pass_(MINUTE)
    b.take(2, ())
    a.monitor.take_turn(Turn("c", dict.fromkeys(ALL - mine, 1) | dict.fromkeys(mine, 3)))
    a.monitor.refresh()
    assert a.say(person, between) == "duplicate"
    assert a.say(person) == "kept"


def test_confirmation_begins_at_zero_with_whoever_takes_over_and_goes_on_with_whoever_keeps(house):
    one, other = (watch(house, serial, zones=False) for serial in ("TAG-1", "TAG-2"))
    a, b = Gateway(house, "a").take(1), Gateway(house, "b")

    def walks(gateway, each, place, speed=None):
        return gateway.post(each.person.token, at_place(each.serial, house.clock.now(), place, speed=speed))

    for place, speed in ((HOME, 1.4), (AWAY, None), (AWAY, None)):
        house.clock.pass_(MINUTE)
        for each in (one, other):
            assert walks(a, each, place, speed) == ["kept"]
    a.take(1, ALL - {partition_of(one.serial)})
    b.take(2, {partition_of(one.serial)})
    house.clock.pass_(MINUTE)
    walks(b, one, AWAY)
    walks(a, other, AWAY)
    assert [len(each.alerts()) for each in (one, other)] == [0, 1]
    for _ in range(3):
        house.clock.pass_(MINUTE)
        walks(b, one, HOME, 1.4)
    for _ in range(3):
        house.clock.pass_(MINUTE)
        walks(b, one, AWAY)
    assert len(one.alerts()) == 1


def test_nothing_of_whom_another_has_now_is_held(house):
    one, other = (watch(house, serial, zones=False) for serial in ("TAG-1", "TAG-2"))
    a = Gateway(house, "a").take(1)
    for _ in range(3):
        house.clock.pass_(MINUTE)
        for each in (one, other):
            a.post(each.person.token, at_place(each.serial, house.clock.now(), HOME))
    monitor, watching = a.monitor, a.monitor._watching
    assert one.serial in watching._steady
    a.take(1, ALL - {partition_of(one.serial)})
    fitting_id = one.person.fitting.id
    assert one.serial not in watching._steady
    assert other.serial in watching._steady
    assert fitting_id not in monitor._seen.held()
    assert other.person.fitting.id in monitor._seen.held()
    held = ("watches", "device_watches", "scratch", "quiet", "newest", "contacts", "recent")
    assert fitting_id not in repr([list(getattr(watching, f"_{name}")) for name in held])
    assert one.decision_id not in watching._zones._packed
    assert other.decision_id in watching._zones._packed
    watching.give_over(lambda of: of != other.person.fitting.id)
    assert other.person.fitting.id not in repr([list(getattr(watching, f"_{name}")) for name in held])
    assert {fitting_id for _, fitting_id, _, _ in monitor._sessions._live} == {other.person.fitting.id}


def test_zones_are_asked_for_of_ones_own_people_alone(house):
    one, other = (watch(house, serial, zones=False) for serial in ("TAG-1", "TAG-2"))
    gateway = Gateway(house, "a")
    gateway.monitor.take_turn(Turn("c", {partition_of(one.serial): 1}))
    gateway.monitor.refresh()
    gateway.monitor.idle()
    assert gateway.monitor.zones_wanted() == {one.condition_id}
    assert other.condition_id not in gateway.monitor.zones_wanted()


def test_what_was_judged_and_dropped_is_known_to_whoever_takes_its_device_over_and_to_nobody_else(house):
    one, other = house.person("TAG-1"), house.person("TAG-2")
    for each in (one, other):
        house.decide(each, mode=ModeCode.ZONE_ON_ARRIVAL)
    house.clock.pass_(MINUTE)
    mine, at = {partition_of("TAG-1")}, house.clock.now()
    a, b = Gateway(house, "a").take(1, mine), Gateway(house, "b").take(2, ALL - mine)
    assert (a.say(one, at), b.say(other, at)) == ("judged", "judged")
    b.monitor.refresh()
    assert set(b.monitor._seen.held()) == {other.fitting.id}
    c = Gateway(house, "c").take(3, mine)
    assert set(c.monitor._seen.held()) == {one.fitting.id}
    assert c.say(one, at) == "duplicate"


def test_a_commit_of_another_gateway_is_no_reason_to_decide_again(house, person):
    another = house.person("TAG-2")
    house.decide(another)
    house.clock.pass_(MINUTE)
    mine = {partition_of("TAG-1")}
    a, b = Gateway(house, "a").take(1, mine), Gateway(house, "b").take(2, ALL - mine)
    assert b.say(another) == "kept"
    decided, plain = Counter(), a.monitor._decide
    a.monitor._decide = lambda *given: decided.update("x") or plain(*given)
    assert a.say(person) == "kept"
    assert decided["x"] == 1
    a.monitor.refresh()
    assert set(a.monitor._seen.held()) == {person.fitting.id}


def test_what_a_decision_ends_is_refused_by_whoever_has_the_device(house):
    one = house.person("TAG-1")
    decision = house.decide(one)
    house.clock.pass_(MINUTE)
    a = Gateway(house, "a").take(1)
    assert a.say(one) == "kept"
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    house.clock.pass_(MINUTE)
    assert a.say(one) == "refused ended"
    assert Gateway(house, "b").take(2).say(one) == "refused ended"


def test_a_takeover_that_fails_midway_gives_nothing_until_it_is_done_again(house, person):
    a = Gateway(house, "a").take(1)
    at = house.clock.now()
    a.say(person, at)
    b, plain = Gateway(house, "b"), Monitor._take_over

    def fails(*_):
        raise CannotRecord("made up")

    Monitor._take_over = fails
    try:
        refused("made up", lambda: b.take(2))
        refused("another gateway", lambda: b.say(person, at))
    finally:
        Monitor._take_over = plain
    b.monitor.refresh()
    assert b.say(person, at) == "duplicate"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_turns_are_taken_and_forgotten_each_fix_stands_once_and_by_whoever_has_the_device(house, seed):
    """Gateways hear of turns late, twice, or never; reports go to any of them, and come again until one keeps them."""
    random = Random(seed)
    people = [house.person(f"TAG-{number}") for number in range(4)]
    for one in people:
        house.decide(one)
    house.clock.pass_(MINUTE)
    gateways = [Gateway(house, name) for name in "abc"]
    newest, revision = {}, 0
    acknowledged, counts = set(), Counter()
    for _ in range(60):
        house.clock.pass_(SECOND)
        gateway = random.choice(gateways)
        what = random.random()
        if what < 0.3:
            revision += 1
            some = {partition_of(one.device.serial) for one in random.sample(people, 2)}
            turn = gateway.monitor._turn
            kept = dict(turn.taken) if turn is not None and random.random() < 0.7 else {}
            gateway.monitor.take_turn(Turn("c", kept | dict.fromkeys(some, revision)))
            newest |= dict.fromkeys(some, (gateway, revision))
        elif what < 0.5:
            gateway.monitor.refresh()
        else:
            one, at = random.choice(people), house.clock.now()
            if random.random() < 0.3 and acknowledged:
                serial, at = random.choice(sorted(acknowledged))
                one = next(each for each in people if each.device.serial == serial)
            try:
                answer = gateway.say(one, at)
            except CannotRecord:
                counts["refused"] += 1
                continue
            counts[answer] += 1
            assert (answer == "duplicate") == ((one.device.serial, at) in acknowledged)
            acknowledged.add((one.device.serial, at))
            partition = partition_of(one.device.serial)
            fence = gateway.monitor.share.fences[partition]
            with house.store.ingesting() as write:
                assert write.fences()[partition] == fence
    of = stored(house)
    assert len(of) == len(set(of)) == len(acknowledged)
    assert house.verify()["differing"] == 0
    assert counts["kept"] > 2
    assert counts["refused"] > 2
