"""What is taken without a call for each step is what is said of it step by step: the same answers, the same writing."""

from copy import copy
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.house import ANA, House, report

from custodiet.flows.end_decision import end_decision
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.ending import EndReason
from custodiet.model.mode import ModeCode
from custodiet.model.report import DeviceSays, Outcome, Reason
from custodiet.rules.decisions import Ender, Move

HOUR = timedelta(hours=1)
SERIALS = ("TAG-TRAIL", "TAG-SHORT", "TAG-JUDGED", "TAG-ENDED", "TAG-NONE", "TAG-OFF", "TAG-ELSEWHERE")


class StepByStep(Monitor):
    """The plain form."""

    def _answers(self, sender, ended, request, now, before, part):
        return [self._answer(sender, ended, request, line, now, before, part) for line in request.lines]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """People of every standing behind one sender, and a sender whose token has ended."""
    house = House(tmp_path_factory.mktemp("taken"))
    trail, short, judged, ended, _, off = (house.person(serial) for serial in SERIALS[:6])
    house.person(SERIALS[6])
    house.decide(trail)
    house.decide(short, ends_at=house.clock.now() + 3 * HOUR)
    house.decide(judged, mode=ModeCode.ZONE_ON_ARRIVAL)
    house.decide(off)
    last = house.decide(ended)
    house.clock.pass_(HOUR)
    end_decision(house.store, house.chance, last.id, Move.WITHDRAW, Ender(ANA), EndReason.NOT_NEEDED)
    upstream, monitor = house.sender(*SERIALS[:6]), house.monitor()
    senders = [house.request(monitor, token).sender for token in (upstream, off.token)]
    house.unfit(off)
    monitor.refresh()
    yield house, monitor, senders
    house.close()


seconds = st.one_of(st.integers(-20, 5), st.integers(-5 * 3600, 900), st.just(-25 * 3600))
lines = st.one_of(
    st.sampled_from([Reason.NOT_THE_FORMAT, Reason.TOKEN_ENDED]),
    st.tuples(
        st.sampled_from(SERIALS),
        st.one_of(st.none(), seconds),
        st.sampled_from([-28.0, -28.0001]),
        st.booleans(),
        st.sampled_from([None, DeviceSays(80.0), DeviceSays(5.0)]),
    ),
)


def made(sender, told, now):
    """One request as it was decoded."""
    return Request(sender, tuple(one if isinstance(one, Reason) else said(now, *one) for one in told), now)


def said(now, serial, seconds, lon, repeats, says):
    at = None if seconds is None else now + timedelta(seconds=seconds)
    return replace(report(serial, at, lon=lon, repeats=repeats), says=says)


requests = st.lists(st.tuples(st.integers(0, 1), st.lists(lines, max_size=12)), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests, st.integers(0, 30))
def test_a_batch_is_decided_as_it_is_line_by_line(place, given_, pause_s):
    house, monitor, senders = place
    house.clock.pass_(timedelta(seconds=pause_s))
    now = house.clock.now()
    batch = [made(senders[which], told, now) for which, told in given_]
    plain = copy(monitor)
    plain.__class__ = StepByStep
    assert monitor._decide(batch, now) == plain._decide(batch, now)
    monitor.receive(batch)  # what comes next may be a second sighting of it


def test_it_tries_both(place):
    house, monitor, [upstream, _] = place
    now = house.clock.now() + HOUR
    house.clock.set(now)
    batch = [made(upstream, [("TAG-TRAIL", 0, -28.0, False, None)] * 2, now)]
    taken, asked = monitor._decide(batch, now), []
    counting = copy(monitor)
    counting._answer = lambda *given_: asked.append(given_) or monitor._answer(*given_)
    assert counting._decide(batch, now) == taken
    assert [one.outcome for one in taken.answers[0]] == [Outcome.KEPT, Outcome.DUPLICATE]
    assert len(asked) == 1
