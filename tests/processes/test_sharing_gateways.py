"""Gateways that share devices out by leases in a real etcd: whoever dies or is held up, each report stands once."""

import json
import os
import signal
import socket
import subprocess
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from support.accounts import account, stored_pieces
from support.carrying import Carried, Life, acknowledged_again, flush
from support.etcd import holders, seats
from support.faults import Served, let_pass
from support.running import ask, bearer, command, fix, request
from support.shared_out import is_known_to_all
from support.site import Site

from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.model.identity import ActorId
from custodiet.model.times import to_ms

SINCE = timedelta(hours=20)


@pytest.mark.timeout(600)  # a bound on hanging, not a measure
def test_whoever_dies_or_is_held_up_each_report_stands_once_and_in_order(place, sharing):
    random, site = Random(7), Site(place, 6, since=SINCE)
    served = Served(site)
    running = served.running
    begins = datetime.now(UTC).replace(microsecond=0) - SINCE + timedelta(minutes=1)
    life = Life(begins, timedelta(seconds=5))
    devices = [
        Carried(one, life, served.gateway, pace_s=0.02, batch=batch)
        for one, batch in zip(site.wearers, (1, 1, 20, 20, 50, 50), strict=True)
    ]

    def get_through():
        running.wait_until(acknowledged_again(devices), "someone is never acknowledged again")

    def both_have_some():
        running.wait_until(lambda: len(holders(sharing)) == 2, "devices are not shared out")

    def one_dies():
        os.kill(random.choice(running.children()["gateway"]), signal.SIGKILL)

    def one_is_held_up():
        """Longer than its lease: the other has everything meanwhile."""
        pid = random.choice(running.children()["gateway"])
        os.kill(pid, signal.SIGSTOP)
        try:
            running.wait_until(lambda: len(holders(sharing)) == 1, "nobody takes over")
        finally:
            os.kill(pid, signal.SIGCONT)

    def etcd_dies():
        sharing.kill()
        let_pass(0.5)
        get_through()  # everyone goes on with what they have
        sharing.start()

    try:
        both_have_some()
        for device in devices:
            device.start()
        for death in (one_dies, one_is_held_up, etcd_dies, one_dies, one_is_held_up):
            get_through()
            both_have_some()
            death()
        get_through()
        both_have_some()
        flush(devices)
        verified = ask("ledger", "verify", "--json", *site.where)
        with closing(site.open()) as store:
            tables = ask_verify_tables(store, site.vault, ActorId("officer-ana"))
        found = account(site, devices)
    finally:
        for device in devices:
            device.giving_up.set()
        running.stop()
    none = ("missing", "twice", "unsent", "unrecorded", "after_end")
    assert {name: found[name] for name in none} == dict.fromkeys(none, 0)
    assert found["acknowledged"] > 200
    assert json.loads(verified.stdout)["ok"], verified.stdout
    assert (tables["missing"], tables["differing"]) == (0, 0)


class Pair:
    """Two gateways that can be spoken to one by one."""

    def __init__(self, stack, site):
        self._stack, self._site = stack, site
        self.running = site.serve(gateways=1)
        stack.callback(self.running.stop)
        self.urls, self.pids = [self.running.gateway], [self.running.children()["gateway"][0]]

    def another(self):
        line, environment = command("run", "gateway", *self._site.where, "--port=0", "--tied")
        pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        other = subprocess.Popen(line, env=environment, text=True, **pipes)
        self._stack.callback(other.communicate)
        self._stack.callback(other.terminate)
        self.urls.append(other.stderr.readline().split()[-1])
        self.pids.append(other.pid)
        self.last = other

    def wait_until_shared_out(self, etcd):
        """And each knows of everything where it is."""

        def is_so():
            health = [request(url, "GET", "/healthz").json for url in self.urls]
            return len(holders(etcd)) == len(self.urls) and is_known_to_all(health)

        self.running.wait_until(is_so, "devices are not shared out")


@contextmanager
def two_gateways(place, etcd):
    site = Site(place, 12)
    with ExitStack() as stack:
        made = Pair(stack, site)
        made.another()
        made.wait_until_shared_out(etcd)
        yield site, made


@pytest.fixture
def pair(place, sharing):
    with two_gateways(place, sharing) as made:
        yield made


@pytest.fixture
def lasting(place, sharing, monkeypatch):
    """Two whose leases outlive the test, however busy the machine is."""
    monkeypatch.setenv("CUSTODIET_LEASE_S", "60")
    with two_gateways(place, sharing) as made:
        yield made


def test_whichever_gateway_is_asked_a_fix_is_kept_once_by_whoever_has_its_device(lasting):
    site, made = lasting
    at = datetime.now(UTC) - timedelta(minutes=1)
    for number, wearer in enumerate(site.wearers):
        first, second = made.urls if number % 2 else made.urls[::-1]
        said = [
            request(url, "POST", "/in/traccar", fix(wearer.serial, at), bearer(wearer.token)) for url in (first, second)
        ]
        assert [one.said for one in said] == ["200 kept", "200 duplicate"]
    with closing(site.open()) as store:
        assert set(stored_pieces(store).standing.values()) == {1}


def test_what_reaches_a_gateway_that_was_held_up_is_not_written_under_its_old_lease(pair, sharing):
    """It lies in its sockets as it wakes, and is decided before it hears that everything is another's."""
    site, made = pair
    at = datetime.now(UTC) - timedelta(minutes=1)
    os.kill(made.pids[1], signal.SIGSTOP)
    host, port = made.urls[1].removeprefix("http://").split(":")
    with ExitStack() as stack:
        try:
            made.running.wait_until(lambda: len(holders(sharing)) == 1, "nobody takes over")
            lines = [
                stack.enter_context(closing(socket.create_connection((host, int(port)), 30))) for _ in site.wearers
            ]
            for line, wearer in zip(lines, site.wearers, strict=True):
                body = fix(wearer.serial, at)
                head = f"POST /in/traccar HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {wearer.token}\r\n"
                line.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        finally:
            os.kill(made.pids[1], signal.SIGCONT)
        told = [line.recv(65536) for line in lines]
    for one, wearer in zip(told, site.wearers, strict=True):
        status = one.split()[1]
        assert status in (b"200", b"503"), one
        again = request(made.urls[0], "POST", "/in/traccar", fix(wearer.serial, at), bearer(wearer.token))
        if again.status == 503:  # it is just given back
            made.wait_until_shared_out(sharing)
            again = request(made.urls[0], "POST", "/in/traccar", fix(wearer.serial, at), bearer(wearer.token))
        assert again.said == ("200 duplicate" if status == b"200" else "200 kept")
    with closing(site.open()) as store:
        stored = stored_pieces(store)
    assert stored.standing == {(one.fitting_id, to_ms(at)): 1 for one in site.wearers}


def test_a_gateway_that_ends_gives_its_devices_back_before_its_lease_runs_out(lasting, sharing):
    site, made = lasting
    assert len(seats(sharing).gateways) == 2
    made.last.terminate()
    made.last.communicate()
    assert len(seats(sharing).gateways) == 1
    for wearer in site.wearers:
        made.running.wait_until(
            lambda wearer=wearer: made.running.post(wearer.token, wearer.serial).said == "200 kept",
            "nobody takes over",
        )


def test_switching_between_one_way_and_the_other_needs_only_settings(place, sharing, monkeypatch):
    site = Site(place, 2)
    wearer = site.wearers[0]
    at = datetime.now(UTC) - timedelta(minutes=5)

    def get_through(running):
        """As devices do: a gateway that comes has its part handed over, and meanwhile they are to come again."""
        stands = ("200 kept", "200 duplicate")
        running.wait_until(lambda: running.post(wearer.token, wearer.serial, at).said in stands, "it is never kept")

    for shares in (True, False, True, False):
        with monkeypatch.context() as settings:
            if not shares:
                settings.delenv("CUSTODIET_ETCD")
                settings.delenv("CUSTODIET_LEASE_S")
            running = site.serve(gateways=2 if shares else 1)
        try:
            get_through(running)
            at += timedelta(seconds=1)
            get_through(running)
        finally:
            running.stop()
    with closing(site.open()) as store:
        assert sum(stored_pieces(store).standing.values()) == 5


def test_what_takes_reports_beside_gateways_says_that_these_share_devices_out_and_ends_nothing(
    place, sharing, monkeypatch
):
    site = Site(place, 1)
    wearer, file = site.wearers[0], place / "reports.ndjson"
    file.write_bytes(fix(wearer.serial))
    token = place / "token"
    token.write_text(wearer.token)
    token.chmod(0o600)
    running = site.serve(gateways=1)
    try:
        assert running.post(wearer.token, wearer.serial).said == "200 kept"
        with monkeypatch.context() as settings:
            settings.delenv("CUSTODIET_ETCD")
            settings.delenv("CUSTODIET_LEASE_S")
            said = ask("ingest", file, *site.where, "--token-file", token)
        assert (said.returncode, "only they take reports" in said.stderr) == (1, True), said.stderr
        assert running.post(wearer.token, wearer.serial).said == "200 kept"
    finally:
        running.stop()
