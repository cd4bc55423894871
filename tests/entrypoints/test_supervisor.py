"""Whoever looks after the processes goes on, whatever it cannot do or say now."""

import sys
from errno import ENOSPC

import pytest

from custodiet.entrypoints import supervisor as supervising
from custodiet.entrypoints.serve import say
from custodiet.entrypoints.supervisor import Program, Supervisor

STAYS = Program("stays", ("sleep", "60"))
ENDS = Program("ends", ("true",))


@pytest.fixture
def supervisor(monkeypatch):
    monkeypatch.setattr(supervising, "BACKOFF_S_MAX", 0.0)
    supervisor = Supervisor(say)
    yield supervisor
    supervisor.stop()


def until_it_ended(supervisor, name):
    """Watch until a child of that name has ended and stands as another process, or is still to be started."""
    before = supervisor.pids()[name]
    [child] = [one for one in supervisor._children if one.program.name == name]
    child.process.wait()
    while supervisor.pids()[name] == before:
        supervisor.watch()
        yield


class FullDisk:
    """What `2>> a file` is once its disk is full."""

    def write(self, _):
        raise OSError(ENOSPC, "no space left")

    def flush(self):
        """Nothing was written."""


def test_what_ended_is_started_again_though_nothing_can_be_said_of_it(supervisor, monkeypatch):
    supervisor.start(STAYS)
    supervisor.start(ENDS)
    stays = supervisor.pids()["stays"]
    monkeypatch.setattr(sys, "stderr", FullDisk())
    for _ in until_it_ended(supervisor, "ends"):
        pass
    assert supervisor.pids()["stays"] == stays


def test_what_cannot_be_started_now_is_tried_again_and_the_others_stay(supervisor, monkeypatch, capsys):
    supervisor.start(STAYS)
    supervisor.start(ENDS)
    stays = supervisor.pids()["stays"]
    spawn, refused = supervising._spawn, []

    def no_process(program):
        if len(refused) < 3:
            refused.append(program)
            raise BlockingIOError
        return spawn(program)

    monkeypatch.setattr(supervising, "_spawn", no_process)
    for _ in until_it_ended(supervisor, "ends"):
        pass
    assert refused == [ENDS] * 3
    assert supervisor.pids()["stays"] == stays
    assert "ends cannot be started now (BlockingIOError); trying again" in capsys.readouterr().err
