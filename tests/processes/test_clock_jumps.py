"""A machine's clock that jumps under running processes. Everything is UTC: a summer time that begins or ends is none.

In this order, over one place: steps back, two processes whose clocks disagree, then a day ahead, which is for good.
"""

import subprocess
from contextlib import ExitStack, closing
from datetime import timedelta
from threading import Event

import pytest
from support.faked_time import Moved, needs_faketime
from support.house import ANA, SCHEME
from support.running import ask, bearer, command, fix, request
from support.site import Site

from custodiet.flows.open_case import open_case

pytestmark = needs_faketime
MINUTE = timedelta(minutes=1)
BEHIND = {"error": "cannot record now: this machine's clock lies behind the ledger: set it right"}


class Place:
    """A site with a vault, a gateway and a clock, the last two each under a clock that can be moved."""

    def __init__(self, folder, stack) -> None:
        self.site = Site(folder, 3)
        self.gateways, self.clocks = Moved(folder / "gateway.time"), Moved(folder / "clock.time")
        self._stack, self._opened = stack, 0
        self._run("vault")
        self._run("clock", moved=self.clocks)
        gateway = self._run("gateway", "--port=0", moved=self.gateways)
        self.url = gateway.stderr.readline().split()[-1]
        until(lambda: ask("ledger", "proof", "0", *self.site.where).returncode == 0)

    def _run(self, name, *more, moved=None):
        line, environment = command("run", name, *self.site.where, *more)
        environment |= moved.environment if moved is not None else {}
        process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True)
        self._stack.callback(process.communicate)
        self._stack.callback(process.terminate)
        return process

    def move(self, by) -> None:
        """The whole machine's clock."""
        self.gateways.by(by)
        self.clocks.by(by)

    def post(self, number=0, at=None):
        wearer = self.site.wearers[number]
        body = fix(wearer.serial, at or self.gateways.now())
        return request(self.url, "POST", "/in/traccar", body, bearer(wearer.token))

    def health(self) -> int:
        return request(self.url, "GET", "/healthz").status

    def have_the_clock_record(self) -> None:
        """Someone's case is opened, and the clock process enters their key, at the time that it believes in."""
        self._opened += 1
        with closing(self.site.open()) as store:
            case = open_case(store, self.site.chance, SCHEME, f"N-{self._opened}", ANA)

            def has_a_key() -> bool:
                with store.reading() as view:
                    return view.record_key(case.person_id) is not None

            until(has_a_key)

    def whole(self) -> bool:
        return ask("ledger", "verify", "--tables", *self.site.where).returncode == 0


def until(holds) -> None:
    """Bounded by the test's own timeout."""
    while not holds():
        Event().wait(0.05)


@pytest.fixture(scope="module")
def running(short_folder):
    (short_folder / "jumps").mkdir()
    with ExitStack() as stack:
        yield Place(short_folder / "jumps", stack)


def test_set_back_two_minutes_collection_goes_on_and_an_end_stays_an_end(running):
    assert ask("end", "M-0001", "--by", "officer-bo", *running.site.where).returncode == 0
    running.move(-2 * MINUTE)
    assert running.post(0).said == "200 kept"
    assert running.post(1).said == "200 refused ended"


def test_set_back_ten_minutes_nothing_is_recorded_and_set_right_the_same_report_is_kept(running):
    running.move(timedelta(0))
    at = running.gateways.now()
    running.move(-10 * MINUTE)
    refused = running.post(0, at)
    assert (refused.status, refused.json, refused.headers["retry-after"]) == (503, BEHIND, "2")
    assert running.health() == 503
    running.move(timedelta(0))
    assert running.post(0, at).said == "200 kept"
    until(lambda: running.health() == 200)  # once a second it tries whether its own path is up
    assert running.whole()


def test_a_gateway_and_a_clock_that_disagree_by_three_minutes_lose_nothing_and_verify(running):
    # Those behind first: what a clock ahead has recorded, everyone else is then behind.
    for gateway, clock in ((0, -3), (-3, 0), (0, 3), (3, 0)):
        running.gateways.by(gateway * MINUTE)
        running.clocks.by(clock * MINUTE)
        running.have_the_clock_record()
        at = running.gateways.now()
        assert running.post(0, at).said == "200 kept"
        assert running.post(0, at).said == "200 duplicate"
    assert running.whole()


def test_a_day_ahead_what_ran_out_has_ended_for_good_and_nothing_is_recorded_until_time_has_caught_up(running):
    running.move(timedelta(days=1))
    assert running.post(0).said == "200 refused ended"
    until(lambda: "nobody reviewed it" in ask("status", *running.site.where).stdout)
    running.move(timedelta(0))
    refused = running.post(2)
    assert (refused.status, refused.json) == (503, BEHIND)
    assert "nobody reviewed it" in ask("status", *running.site.where).stdout
    assert ask("ledger", "verify", *running.site.where).returncode == 0
    # When time has caught up it records again, and what has ended stays so.
    running.move(timedelta(days=1))
    assert running.post(2).said == "200 refused ended"
