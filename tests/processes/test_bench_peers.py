"""Peers do the work that they are compared by: each finds whoever enters and leaves, and keeps every position."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from custodiet.entrypoints.cli.bench_cpu import cpu_s
from custodiet.entrypoints.cli.bench_peers import PEERS, beside
from custodiet.entrypoints.cli.peers.work import Absent, Peer, Work
from custodiet.simulation.load import Crowd
from custodiet.simulation.month import BEGINS
from custodiet.simulation.town import offset

PEOPLE = 6
FIRST_SIGHTINGS = PEOPLE * 2


class Leaving(Crowd):
    """In the third minute everyone is far from home, in the fourth they are back: two zones, of which one is home."""

    def minute(self, at: datetime) -> list[bytes]:
        away = at == BEGINS + timedelta(minutes=2)
        self._places = [offset(*home, 0, 40_000) if away else home for home in self._homes]
        return super().minute(at)


def lines(crowd: Crowd, minutes: int) -> list[list[bytes]]:
    return [crowd.minute(BEGINS + timedelta(minutes=number)) for number in range(minutes)]


OF_OUR_OWN = "shapely_sqlite"
"""What the suite installs anyway; the others `./dev bench` brings."""


@pytest.mark.parametrize(
    "peer", [pytest.param(one, id=one.name, marks=[] if one.name == OF_OUR_OWN else pytest.mark.long) for one in PEERS]
)
def test_a_peer_finds_everyone_who_leaves_and_comes_back(peer):
    crowd = Leaving(PEOPLE, 2, 3)
    said, absent = beside(Work(crowd), lines(crowd, 5), lambda: 1.0, [peer])
    if absent:
        pytest.skip(absent[peer.name])
    assert said[peer.name]["positions"] == 5 * PEOPLE
    assert said[peer.name]["crossings"] == FIRST_SIGHTINGS + 2 * PEOPLE
    assert said[peer.name]["positions_per_cpu_s"] > 0


def test_a_peer_that_is_not_here_is_said_in_a_line_and_the_others_go_on():
    def nowhere(work, folder):
        raise Absent("it is not installed")

    crowd = Crowd(PEOPLE, 2, 3)
    missing = Peer("nobody", "nothing", "everything", 10, 10, nowhere)
    said, absent = beside(Work(crowd), lines(crowd, 2), lambda: 1.0, [missing, PEERS[-1]])
    assert absent == {"nobody": "it is not installed"}
    assert set(said) == {PEERS[-1].name}


BURN = "import time\nwhile time.process_time() < 0.5: pass"
OF_CHILDREN = {
    "one that has ended": f"subprocess.run([sys.executable, '-c', {BURN!r}])",
    "one that lives": "child = subprocess.Popen([sys.executable, '-c', "
    f"{BURN + chr(10) + 'print(1, flush=True); input()'!r}], stdout=subprocess.PIPE); child.stdout.readline()",
}


@pytest.mark.parametrize("started", OF_CHILDREN.values(), ids=OF_CHILDREN.keys())
def test_what_the_children_of_a_server_take_is_counted(started):
    line = f"import subprocess, sys; {started}; print(1, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        server.stdout.readline()
        assert cpu_s([server.pid]) > 0.45
        assert cpu_s([]) == 0
        server.communicate(b"\n")
