"""The bench measures the real path: every position kept, beside the usual means."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from support.running import ask

from custodiet.entrypoints.cli.bench import PEER
from custodiet.entrypoints.cli.bench_http import Post, _Connection, when_to_begin
from custodiet.model.errors import Unready

FEWEST_TIMES = 0.4
"""Ours decides, judges by discs, seals and accounts; the peer does not. So few people share few batches here, and a
fast disk helps the peer: this finds a path that has become several times slower, and no more.
"""


@pytest.fixture(scope="module")
def said():
    done = ask("bench", "--people", 60, "--minutes", 5, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bench_says_what_the_contract_promises(said):
    assert said["positions_per_s"] > 0
    assert said["positions_per_cpu_s"] > 0
    assert set(said["stages_ns"]) == {"decode", "decide", "write"}
    assert all(ns > 0 for ns in said["stages_ns"].values())
    assert {*said["peers"][PEER]} == {"positions_per_s", "positions_per_cpu_s", "work"}
    assert said["positions_a_round"] == 300


def test_it_is_not_several_times_slower_than_the_usual_means_which_do_far_less(said):
    assert said["ratio"][PEER] >= FEWEST_TIMES, said


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
    assert noon - begins == pace * 200
    soon, pace = when_to_begin(noon.replace(hour=0, minute=1))
    assert soon == noon.replace(hour=0)
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
