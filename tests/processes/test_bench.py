"""The bench measures the real path: every position kept, beside the usual means."""

import json

import pytest
from support.running import ask

from custodiet.entrypoints.cli.bench import PEER

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
