"""The bench measures the real path: every position kept, beside the usual means; and what it costs does not grow."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time

import pytest
from support.running import ask

from custodiet.entrypoints.cli.bench import PEER
from custodiet.entrypoints.cli.bench_http import Post, _Connection, when_to_begin
from custodiet.entrypoints.cli.peers.shapely_rows import SHAPELY
from custodiet.entrypoints.cli.peers.work import Work
from custodiet.main.benching import _Benching
from custodiet.model.errors import Unready
from custodiet.simulation.load import Crowd

FEWEST_TIMES = 2.0
"""Ours decides, judges by discs, seals and accounts; the peer does not. So few people share few batches here: this
finds a path that has become several times slower, and no more.
"""
MOST_TIMES = 1.6
"""A batch of the same people's, where fifteen times as many are known."""
MOST_TIMES_A_LOOK = 5.0
"""A look of the clock's, likewise; nine to ten times when it read everyone's decisions, eight without the index."""
TURNS = 15
"""Two are compared turn by turn, and the middle one counts: what neighbours do meets both sides of a turn. The best of
each may lie in different hours of theirs.
"""


def measured(*parts):
    done = ask("bench", "--quick", "--json", *(word for part in parts for word in ("--only", part)))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def said():
    return measured("growth", "read")


@pytest.fixture(scope="module")
def beside():
    return measured("peers")


def test_the_bench_says_what_the_contract_promises(beside):
    said = beside
    assert said["positions_per_s"] > 0
    assert said["positions_per_cpu_s"] > 0
    assert set(said["stages_ns"]) == {"decode", "decide", "write"}
    assert all(ns > 0 for ns in said["stages_ns"].values())
    assert {"positions_per_s", "positions_per_cpu_s", "work", "lacks"} <= {*said["peers"][PEER]}
    assert said["positions_a_round"] == 120
    assert said["bytes_a_position"] > 0
    assert said["bytes_a_record"] > 0


def test_each_peer_is_beside_it_or_is_said_to_be_absent(beside):
    names = {"postgis_trigger", "postgis_set", "redis_geo", "duckdb_spatial", "geopandas_join", "geopandas_pairs"}
    names |= {"shapely_sqlite"}
    assert {*beside["peers"], *beside["absent"]} == names
    assert not {*beside["peers"]} & {*beside["absent"]}
    assert all(one["times_as_many_here"] > 0 for one in beside["peers"].values())


def test_growth_is_measured_with_people_and_with_zones(said):
    assert [row["people"] for row in said["growth"]] == [40]
    assert [(row["zones_a_person"], row["zones_shared"]) for row in said["zones"]] == [(5, True), (1, False)]
    assert [(row["people"], row["days_erased"]) for row in said["erased"]] == [(20, 150)]
    assert {row["days_erased"] for row in (*said["growth"], *said["zones"])} == {0}
    for row in (*said["growth"], *said["zones"], *said["erased"]):
        assert min(row["ns_a_position"], row["positions_per_cpu_s"], row["kb_a_person"], row["upkeep_ms"]) > 0
        assert min(row["decision_ms"], row["clock_look_ms"], row["clock_day_ms"]) > 0


def test_what_was_sealed_is_opened_to_the_last_fix_beside_plain_rows(said):
    read = said["read"]
    assert read["day"]["fixes"] == 1440
    assert read["half_a_year"]["fixes"] == read["fixes"] == 3 * 1440
    for one in (read["day"], read["half_a_year"]):
        assert min(one["sealed_ms"], one["plain_ms"], one["bare_unsealing_ms"]) > 0
        assert 0 < one["sealed_peak_mb"] < 50
    # Fix by fix it is that many unsealings and more; folded, a day is one for each of its sessions, and far less.
    day = read["day"]
    assert day["not_folded_ms"] > day["bare_unsealing_ms"]
    assert day["not_folded_ms"] > 1.5 * day["sealed_ms"]


def test_it_is_not_several_times_slower_than_the_usual_means_which_do_far_less(tmp_path):
    benching, crowd = _Benching(), Crowd(600, 5, 1)
    ratios = []
    with benching.crowded(crowd) as place, SHAPELY.open(work := Work(crowd), tmp_path) as peer:
        monitor = place.here(place.store)
        place.warm(monitor)
        peer.take(work.rows(place.minute()))  # all that is seen for the first time is a crossing to it
        for _ in range(TURNS):
            lines = place.minute()
            ours_s = monitor.take(lines, place.clock.now()).cpu_s
            began = process_time()
            for line in lines:
                peer.take(work.rows([line]))
            ratios.append((process_time() - began) / ours_s)
    assert median(ratios) >= FEWEST_TIMES, ratios


def test_a_batch_costs_no_more_where_fifteen_times_as_many_people_are_known():
    benching = _Benching()
    with benching.crowded(Crowd(200, 1, 1)) as few, benching.crowded(Crowd(3000, 1, 1)) as many:
        places = [(place, place.here(place.store)) for place in (few, many)]
        for place, monitor in places:
            place.warm(monitor)
        ratios = []
        for _ in range(TURNS):
            taken = []
            for place, monitor in places:
                lines = place.minute()
                monitor.take(lines[:100], place.clock.now())  # with the minute's upkeep, which is everyone's
                taken.append(monitor.take(lines[100:200], place.clock.now()).cpu_s)
            ratios.append(taken[1] / taken[0])
    assert median(ratios) <= MOST_TIMES, ratios


def test_a_position_costs_no_more_of_whoever_has_a_trail_of_months_that_is_erased():
    """It cost six times as much: whoever had lost a day was weighed fix by fix for ever after."""
    benching, crowd = _Benching(), Crowd(600, 1, 1)
    with benching.crowded(crowd) as new, benching.crowded(crowd) as old:
        old.many.erase_days(20)
        places = [(place, place.here(place.store)) for place in (new, old)]
        for place, monitor in places:
            place.warm(monitor)
        ratios = []
        for _ in range(TURNS):
            taken = [monitor.take(place.minute(), place.clock.now()).cpu_s for place, monitor in places]
            ratios.append(taken[1] / taken[0])
    assert median(ratios) <= MOST_TIMES, ratios


def test_a_clock_looks_at_few_where_fifteen_times_as_many_people_are_known():
    """And not at everyone, twice a minute."""
    benching = _Benching()
    with benching.crowded(Crowd(200, 1, 1)) as few, benching.crowded(Crowd(3000, 1, 1)) as many:
        ratios = [many.clock_look_ms() / few.clock_look_ms() for _ in range(TURNS)]
    assert median(ratios) <= MOST_TIMES_A_LOOK, ratios


def test_no_page_is_written_of_a_part_or_of_a_few(tmp_path):
    for part in (["--quick"], ["--only", "read"]):
        done = ask("bench", *part, "--write", tmp_path)
        assert done.returncode == 1
        assert "a page tells of everything" in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_a_gateway_carries_is_measured_over_http_and_ends_by_itself():
    done = ask("bench", "--http", "--people", 20, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["people"] == said["connections"] == 20
    for way in ("batches_of_100", "single_posts"):
        assert all(figure > 0 for figure in said[way].values()), said


def test_what_was_not_kept_is_not_measured():
    """A post that is refused ends it: the path would be another."""
    post = Post(b"", 2)
    one = _Connection()
    one.connection_made(Written())
    with pytest.raises(Unready):
        asyncio.run(answered(one, post, b'HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{"outcome":"kept"}\n'))
    with pytest.raises(Unready):
        asyncio.run(answered(one, post, b'HTTP/1.1 503 No\r\nContent-Length: 12\r\n\r\n"kept""kept"'))
    asyncio.run(answered(one, post, b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"kept""kept"'))


def test_the_positions_of_a_run_all_lie_in_the_day_that_it_is():
    noon = datetime(2031, 3, 3, 12, tzinfo=UTC)
    begins, pace = when_to_begin(noon)
    assert noon - begins == pace * 840
    soon, pace = when_to_begin(noon.replace(hour=0, minute=1))
    assert timedelta(0) <= soon - noon.replace(hour=0) < timedelta(milliseconds=1)
    with pytest.raises(Unready):
        when_to_begin(noon.replace(hour=0, second=2))


class Written(asyncio.Transport):
    def write(self, data):
        pass


async def answered(one, post, told):
    """What comes of a post whose answer comes in two pieces."""
    waiting = asyncio.ensure_future(one.post(post))
    await asyncio.sleep(0)
    one.data_received(told[:30])
    one.data_received(told[30:])
    await waiting
