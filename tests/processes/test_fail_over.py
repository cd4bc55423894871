"""A store of three servers and gateways that share devices out: whichever dies or is held up beyond its lease, what
was acknowledged is there, once, and people's reports in order.

Seeded, bounded in time; what it measured is printed as one JSON line. The long form runs FAIL_OVER_S seconds (twenty
minutes unless said otherwise) from the seed FAIL_OVER_SEED (any, printed at the end, unless said), with at most
FAIL_OVER_CALM_S seconds (half of one) between one death's end and the next.
"""

import json
import os
import secrets
import signal
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Thread
from time import monotonic

import pytest
from support.accounts import account
from support.carrying import Carried, Life, acknowledged_again, flush
from support.cluster import Cluster, until
from support.etcd import holders
from support.faults import Served, let_pass
from support.house import ANA, BO
from support.patroni import KeptCluster
from support.running import ask
from support.site import Site

from custodiet.adapters.store.postgres import PostgresStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.end_decision import end_decision
from custodiet.flows.obey_stop import enter_stop
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.model.ending import StopKind
from custodiet.model.errors import CannotRecord, IllegalMove
from custodiet.model.identity import ActorId
from custodiet.rules.decisions import Ender, Move
from custodiet.settings import read_settings
from custodiet.wire.frame import unpack_directory

BATCH = 50
DEVICES = 4
FULL_BATCH, FULL_DEVICES, FULL_PER_S = 1000, 20, 20_000
"""At full load: so many in a request of each, and of all in a second."""
FULL_FAST = 8
"""Of whom half are withdrawn one after another, and half stopped by one order."""
SINCE = timedelta(hours=20)
COURT = ActorId("a made-up court")


@pytest.fixture
def cluster(request):
    """Servers that nobody keeps; by Patroni, where a test says so."""
    kept = getattr(request, "param", None) == "patroni"
    made = KeptCluster(request.getfixturevalue("etcd")) if kept else Cluster()
    yield made
    made.close()


@pytest.fixture
def site(place, cluster, sharing, monkeypatch, request):
    """A place that was made in a file and moved to the three servers, whose gateways share devices out."""
    made = Site(place, getattr(request, "param", DEVICES), since=SINCE, file=True)
    cluster.primary.ask("CREATE DATABASE store TEMPLATE template0")
    monkeypatch.setenv("CUSTODIET_STORE", cluster.address("store"))
    moved = ask("migrate-store", *made.where)
    assert moved.returncode == 0, moved.stderr
    made.settings = read_settings(str(made.settings.data), None, os.environ)
    assert "on 1 more of its servers" in ask("doctor", *made.where).stdout
    return made


def run(site, cluster, sharing, seed, enough, step, *, batch=BATCH, pace_s=0.02, fast=2, calm_s=0.5):
    """Deaths until `enough` (rounds, seconds) says so; then everything is flushed, verified and accounted for."""
    random, deaths = Random(seed), Counter()
    served = Served(site)
    begins = datetime.now(UTC).replace(microsecond=0) - SINCE + timedelta(minutes=1)
    # Clocks of the last ones are fast: what they send is timed after their decisions end.
    lives = [Life(begins, step)] * (len(site.wearers) - fast)
    lives += [Life(datetime.now(UTC), ahead=timedelta(minutes=3)) for _ in range(fast)]
    devices = [
        Carried(one, life, served.gateway, pace_s=pace_s, batch=batch)
        for one, life in zip(site.wearers, lives, strict=True)
    ]

    def get_through():
        served.running.wait_until(acknowledged_again(devices), "someone is never acknowledged again")

    def a_standby():
        cluster.kill_a_standby(random.randrange(2))

    def the_primary():
        cluster.fail_over()
        get_through()
        cluster.bring_back()

    def a_gateway():
        os.kill(random.choice(served.running.children()["gateway"]), signal.SIGKILL)

    def a_lease():
        """Of a gateway that is held up, and does not know it when it goes on: the other has everything by then."""
        served.running.wait_until(lambda: len(holders(sharing)) == 2, "devices are not shared out")
        pid = random.choice(served.running.children()["gateway"])
        os.kill(pid, signal.SIGSTOP)
        try:
            served.running.wait_until(lambda: len(holders(sharing)) == 1, "nobody takes over")
        finally:
            os.kill(pid, signal.SIGCONT)

    began, rounds = monotonic(), 0
    try:
        for device in devices:
            device.start()
        while not enough(rounds, monotonic() - began):
            for death in random.sample([a_standby, the_primary, a_gateway, a_lease], 4):
                get_through()
                let_pass(random.uniform(0, calm_s))
                death()
                deaths[death.__name__] += 1
            rounds += 1
        get_through()
        ending = [device.wearer.decision_id for device in devices[-fast:]]
        withdrawn, stopped = ending[: fast // 2], ending[fast // 2 :]
        for decision_id in withdrawn:
            end(site, lambda store, one=decision_id: end_decision(store, site.chance, one, Move.WITHDRAW, Ender(BO)))
            get_through()
        end(site, lambda store: enter_stop(store, site.chance, StopKind.STOP, COURT, stopped, BO))
        get_through()
        flush(devices)
        wall_s = monotonic() - began
        served.running.wait_until(lambda: ask("ledger", "proof", "0", *site.where).returncode == 0, "no vault")
        verified = ask("ledger", "verify", "--json", *site.where)
        with closing(site.open()) as store:
            tables = ask_verify_tables(store, site.vault, ANA)
        found = account(site, devices)
        disordered = in_disorder(site)
    finally:
        for device in devices:
            device.giving_up.set()
        served.running.stop()
    stalls = sorted(stall for device in devices for stall in device.told.stalls_s)
    return {
        "seed": seed,
        "wall_s": round(wall_s, 1),
        **found,
        "disordered": disordered,
        "acknowledged_a_second": round(found["acknowledged"] / wall_s),
        "of_each_second": of_each_second(devices, began, wall_s),
        "longest_stall_s": round(stalls[-1], 2),
        "median_stall_s": round(stalls[len(stalls) // 2], 4),
        "deaths": deaths,
        "answers": sum((device.told.answers for device in devices), Counter()),
        "verified": json.loads(verified.stdout),
        "tables": tables,
    }


def end(site, ending):
    """A withdrawal or a stop under load: nothing that is stored is timed after it."""
    with closing(site.open()) as store:
        while True:
            try:
                return ending(store)
            except CannotRecord:
                continue
            except IllegalMove:
                return None  # it was durable, although its commit could not say so


def of_each_second(devices, began, wall_s):
    """How many were acknowledged in a second: in the middle one, in one of the best tenth, and in the best."""
    seconds = Counter()
    for device in devices:
        for at, count in device.told.acknowledged_at:
            seconds[int(at - began)] += count
    ordered = sorted(seconds[second] for second in range(int(wall_s)))
    return {"median": ordered[len(ordered) // 2], "best_tenth": ordered[-(len(ordered) // 10) - 1], "best": ordered[-1]}


def in_disorder(site):
    """How many fixes stand after a younger one of the same session: devices send theirs in order, and again."""
    last, found = {}, 0
    with closing(site.open()) as store, store.reading() as view:
        after = -1
        while frames := view.frames(after, 500):
            for seq, frame in frames:
                after = seq
                for row in unpack_directory(frame.directory):
                    found += row.fix_ms < last.get(row.session_no, 0)
                    last[row.session_no] = row.fix_ms
    return found


def check(said):
    print(json.dumps(said))  # noqa: T201 - what it measured is for whoever reads the run
    none = ("missing", "twice", "unsent", "unrecorded", "after_end", "disordered")
    assert {name: said[name] for name in none} == dict.fromkeys(none, 0)
    assert said["verified"]["ok"], said["verified"]
    assert (said["tables"]["missing"], said["tables"]["differing"]) == (0, 0)
    # Not vacuous.
    assert said["acknowledged"] > 500
    assert said["tables"]["erased"] > 0  # timed after the end, and stored before it was recorded
    assert min(said["deaths"].values()) > 0
    assert len(said["deaths"]) == 4


@pytest.mark.timeout(600)  # a bound on hanging, not a measure
def test_whichever_server_dies_what_was_acknowledged_is_there_once_and_in_order(site, cluster, sharing):
    check(run(site, cluster, sharing, 5, lambda rounds, _: rounds == 1, timedelta(milliseconds=500)))


def for_long(site, cluster, sharing, a_device_per_s, **how):
    seed = int(os.environ.get("FAIL_OVER_SEED") or secrets.randbelow(10**6))
    run_s = float(os.environ.get("FAIL_OVER_S", "1200"))
    how["calm_s"] = float(os.environ.get("FAIL_OVER_CALM_S", "0.5"))
    step = timedelta(seconds=max(0.001, SINCE.total_seconds() / (run_s * a_device_per_s)))
    check(run(site, cluster, sharing, seed, lambda _, wall_s: wall_s >= run_s, step, **how))


@pytest.mark.long
@pytest.mark.timeout(900)  # a bound on hanging, not a measure
@pytest.mark.parametrize("cluster", ["patroni"], indirect=True)
def test_the_same_where_patroni_says_who_is_the_primary(site, cluster, sharing):
    check(run(site, cluster, sharing, 5, lambda rounds, _: rounds == 2, timedelta(milliseconds=500)))


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
def test_the_same_for_twenty_minutes(site, cluster, sharing):
    for_long(site, cluster, sharing, 40 * BATCH)


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("site", [FULL_DEVICES], indirect=True)
def test_the_same_at_full_load(site, cluster, sharing):
    """How much was acknowledged a second is told, and bound by nothing: this machine carries the senders, too."""
    pace_s = FULL_BATCH * FULL_DEVICES / FULL_PER_S
    for_long(site, cluster, sharing, 2 * FULL_BATCH / pace_s, batch=FULL_BATCH, pace_s=pace_s, fast=FULL_FAST)


def test_a_commit_that_an_administrator_breaks_off_while_it_waits_for_a_standby_is_not_acknowledged(cluster):
    """The server says no more than a warning, and has it on one machine alone."""
    cluster.primary.ask("CREATE DATABASE alone TEMPLATE template0")
    with closing(PostgresStore(cluster.address("alone"), SystemClock(), SystemChance())) as store:
        store.prepare()
        for one in cluster.standbys:
            one.kill()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = 'alone'"

        def break_off():
            until(lambda: cluster.primary.ask(waiting) == 1, "nobody waits")
            cluster.primary.ask(waiting.replace("count(*)", "pg_cancel_backend(pid)"))

        breaking = Thread(target=break_off)
        breaking.start()
        with pytest.raises(CannotRecord):
            store.take_lease("clock")
        breaking.join()


def test_whoever_reads_never_reads_of_a_standby(cluster):
    cluster.primary.ask("CREATE DATABASE read TEMPLATE template0")
    address = cluster.address("read")
    with closing(PostgresStore(address, SystemClock(), SystemChance())) as store:
        store.prepare()
    with closing(PostgresStore(address, SystemClock(), SystemChance(), read_only=True)) as store:
        store.check_form()
    cluster.primary.kill()
    standbys_alone = PostgresStore(address, SystemClock(), SystemChance(), read_only=True)
    with closing(standbys_alone), pytest.raises(CannotRecord):
        standbys_alone.check_form()
