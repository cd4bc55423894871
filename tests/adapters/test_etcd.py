"""Partitions in a real etcd: one holds each, its fence above all before; nothing outlives its lease; no answer hangs.

What may be asked twice is asked twice here: the answer of what was done can be lost on the way.
"""

import base64
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.broker import free_port
from support.certificates import Authority, shut
from support.etcd import EtcdServer
from support.waiting import until

from custodiet.adapters import etcd as adapter
from custodiet.adapters.etcd import Etcd
from custodiet.model.errors import CannotRecord, LeaseLost, Unready
from custodiet.model.partitions import Held


@pytest.fixture
def prefix(one_etcd):
    return one_etcd.new_prefix()


@pytest.fixture
def joined(one_etcd, prefix):
    """A gateway by name that has joined."""

    def joined(name, **more):
        gateway = one_etcd.gateway(name, prefix, **more)
        gateway.join()
        return gateway

    return joined


def text(plain):
    return base64.b64encode(plain.encode()).decode()


# --- taking and giving back ---------------------------------------------------------------------------------------


def test_nobody_is_there_before_anybody_joins_and_nothing_is_held(one_etcd, prefix):
    seats = one_etcd.gateway("a", prefix).look()
    assert (seats.gateways, seats.held) == ({}, {})
    assert not seats.cluster


def test_whoever_joins_is_there_with_its_address(joined):
    joined("a")
    seats = joined("b").look()
    assert seats.gateways == {"a": "https://a.example", "b": "https://b.example"}
    assert seats.held == {}


def test_of_two_one_takes_and_the_other_is_told_that_it_is_held(joined):
    one, other = joined("a"), joined("b")
    fence = one.take(7)
    assert fence
    assert other.take(7) is None
    assert one.look().held == other.look().held == {7: Held("a", fence)}


def test_of_many_who_take_at_once_each_partition_has_one_owner(joined):
    gateways = [joined(f"g{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as at_once:
        taken = list(at_once.map(lambda gateway: [gateway.take(number) for number in range(8)], gateways))
    for of_partition in zip(*taken, strict=True):
        assert sum(fence is not None for fence in of_partition) == 1
    held = {
        number: Held(f"g{which}", fence)
        for which, fences in enumerate(taken)
        for number, fence in enumerate(fences)
        if fence is not None
    }
    assert gateways[0].look().held == held


def test_every_fence_is_above_all_that_were_given_before(joined):
    one, other = joined("a"), joined("b")
    fences = []
    for gateway in (one, other, one, one, other):
        fences.append(gateway.take(0))
        gateway.give_back(0, fences[-1])
    assert fences == sorted(set(fences))


def test_what_is_held_already_is_taken_with_the_fence_that_it_has(joined):
    one = joined("a")
    fence = one.take(1)
    one.take(2)
    assert one.take(1) == fence


def test_an_old_fence_gives_back_nothing_of_what_another_has_taken_since(joined):
    one, other = joined("a"), joined("b")
    old = one.take(3)
    one.give_back(3, old)
    new = other.take(3)
    one.give_back(3, old)
    one.give_back(3, old)
    assert other.look().held == {3: Held("b", new)}


def test_one_place_sees_nothing_of_another_whose_prefix_begins_as_its_own(one_etcd, joined, prefix):
    one = joined("a")
    one.take(1)
    beside = one_etcd.gateway("b", f"{prefix}0")
    beside.join()
    assert beside.take(1)
    assert set(one.look().gateways) == {"a"}
    assert set(beside.look().gateways) == {"b"}


# --- leases -------------------------------------------------------------------------------------------------------


def test_a_lease_that_runs_out_takes_all_of_it_away_and_nothing_of_anothers(joined):
    other, silent = joined("b"), joined("a", ttl_s=5)
    lost, kept = silent.take(1), other.take(2)
    assert other.take(1) is None
    until(lambda: set(other.look().gateways) == {"b"}, "a gateway that is silent is there still")
    assert other.look().held == {2: Held("b", kept)}
    assert other.take(1) > lost
    assert silent.renew() is False


def test_whoever_lost_its_lease_is_told_so_and_takes_nothing_until_it_has_joined_again(one_etcd, joined):
    gateway = joined("a")
    gateway.take(1)
    one_etcd.end_lease(gateway)
    with pytest.raises(LeaseLost, match="has run out"):
        gateway.take(5)
    seats = gateway.look()
    assert (seats.gateways, seats.held) == ({}, {})
    assert gateway.renew() is False
    with pytest.raises(LeaseLost, match="join first"):
        gateway.take(5)
    gateway.join()
    assert gateway.renew() is True
    assert gateway.take(5)
    assert set(gateway.look().gateways) == {"a"}


def test_renewing_gives_a_lease_its_time_again(one_etcd, joined):
    gateway = joined("a")
    granted = one_etcd.left_s(gateway)
    until(lambda: one_etcd.left_s(gateway) < granted - 1, "a lease does not pass")
    before = one_etcd.left_s(gateway)
    until(lambda: gateway.renew() and one_etcd.left_s(gateway) > before, "it is renewed for nothing")


def test_whoever_leaves_is_gone_at_once_with_all_it_held(joined):
    one, other = joined("a"), joined("b")
    one.take(1)
    one.take(2)
    one.leave()
    seats = other.look()
    assert (set(seats.gateways), seats.held) == ({"b"}, {})
    assert one.renew() is False
    one.leave()


def test_whoever_leaves_when_its_lease_has_run_out_has_left(one_etcd, joined):
    gateway = joined("a")
    one_etcd.end_lease(gateway)
    gateway.leave()
    assert gateway.renew() is False


def test_whoever_never_joined_has_nothing_to_renew_or_to_leave(one_etcd, prefix):
    gateway = one_etcd.gateway("a", prefix)
    assert gateway.renew() is False
    gateway.leave()
    with pytest.raises(LeaseLost, match="join first"):
        gateway.take(1)


def test_a_gateway_that_died_and_came_back_waits_for_its_old_lease_to_end_and_stays_there_then(one_etcd, joined):
    before, after = joined("a"), joined("a")
    lost = before.take(1)
    assert after.take(1) is None  # the name is its own, the lease is not
    one_etcd.end_lease(before)
    seats = after.look()
    assert (seats.gateways, seats.held) == ({"a": "https://a.example"}, {})
    assert after.take(1) > lost


# --- a server that dies, and several ------------------------------------------------------------------------------


def test_an_etcd_that_was_killed_and_started_again_knows_who_holds_what(etcd):
    one, other = etcd.gateway("a"), etcd.gateway("b")
    one.join()
    fence = one.take(1)
    before = one.look()
    etcd.kill()
    etcd.start()
    assert one.look() == before
    assert one.take(1) == fence
    assert one.renew() is True
    other.join()
    assert other.take(1) is None
    assert other.take(2) > fence


def test_another_etcd_is_another_cluster_and_knows_no_lease_of_the_first(one_etcd, etcd):
    first = one_etcd.gateway("a")
    first.join()
    gateway = Etcd([etcd.address, one_etcd.address], "/custodiet", "b", "https://b.example", 600)
    gateway.join()
    assert len({gateway.look().cluster, first.look().cluster}) == 2
    etcd.stop()
    assert gateway.look().cluster == first.look().cluster
    with pytest.raises(LeaseLost):
        gateway.take(1)
    assert gateway.renew() is False


def test_an_etcd_that_lost_all_it_held_is_another_cluster_although_it_lies_where_it_lay(etcd):
    gateway = etcd.gateway("a")
    gateway.join()
    lost, cluster = gateway.take(1), gateway.look().cluster
    etcd.stop()
    etcd.forget()
    etcd.start()
    seats = gateway.look()
    assert (seats.cluster, seats.gateways, seats.held) == ("", {}, {})
    with pytest.raises(LeaseLost):
        gateway.take(1)
    gateway.join()
    assert gateway.look().cluster not in ("", cluster)
    assert gateway.take(1) <= lost  # why another cluster's numbers say nothing beside those of the one before


def test_an_etcd_that_was_stopped_and_started_is_the_same_cluster(etcd):
    gateway = etcd.gateway("a")
    gateway.join()
    cluster = gateway.look().cluster
    etcd.kill()
    etcd.start()
    etcd.gateway("b").join()
    assert gateway.look().cluster == cluster


CALLS = {
    "join": lambda gateway: gateway.join(),
    "renew": lambda gateway: gateway.renew(),
    "look": lambda gateway: gateway.look(),
    "take": lambda gateway: gateway.take(1),
    "give back": lambda gateway: gateway.give_back(1, 2),
    "leave": lambda gateway: gateway.leave(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_of_an_etcd_that_is_dead_every_call_says_so_and_holds_for_later(etcd, call):
    gateway = etcd.gateway("a")
    gateway.join()
    etcd.kill()
    with pytest.raises(CannotRecord, match=r"^etcd at 127\.0\.0\.1:\d+ does not answer$"):
        call(gateway)
    etcd.start()
    call(gateway)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_of_one_that_takes_what_is_said_and_says_nothing_it_is_given_up(joined, monkeypatch, call):
    gateway = joined("a")
    monkeypatch.setattr(adapter, "ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway._servers = [adapter._server(f"http://127.0.0.1:{silent.getsockname()[1]}", None)]
        with pytest.raises(CannotRecord, match="does not answer"):
            call(gateway)


def test_the_time_is_one_for_all_servers_together(monkeypatch):
    given = []

    def ask(*_, within_s, **__):
        given.append(within_s)
        raise TimeoutError

    monkeypatch.setattr(adapter.over_http, "ask", ask)
    monkeypatch.setattr(adapter.time, "monotonic", lambda: 100 + sum(given))
    with pytest.raises(CannotRecord):
        Etcd([f"http://127.0.0.1:{port}" for port in (1, 2, 3)], "/p", "a", "x", 5).look()
    assert sum(given) == pytest.approx(adapter.ANSWER_S)
    assert given == pytest.approx([adapter.ANSWER_S / 3] * 3)


def test_after_a_server_that_does_not_answer_the_next_is_asked_and_from_then_on_first(one_etcd, prefix, monkeypatch):
    dead = f"http://127.0.0.1:{free_port()}"
    gateway = Etcd([dead, one_etcd.address], prefix, "a", "https://a.example", 600)
    asked = []
    ask = adapter.over_http.ask
    monkeypatch.setattr(
        adapter.over_http,
        "ask",
        lambda server, *more, **named: asked.append(server.port) or ask(server, *more, **named),
    )
    gateway.join()
    assert gateway.take(1)
    assert len(asked) == 1 + 3
    assert set(asked[1:]) == {one_etcd.port}


def test_what_was_done_though_its_answer_was_lost_is_found_done_when_it_is_asked_again(joined, monkeypatch):
    one, other = joined("a"), joined("b")
    ask, lost = adapter.over_http.ask, []

    def lose_the_first(*given, **named):
        answer = ask(*given, **named)
        if not lost:
            lost.append(answer)
            raise TimeoutError
        return answer

    monkeypatch.setattr(adapter.over_http, "ask", lose_the_first)
    one._servers *= 2
    fence = one.take(1)
    assert one.look().held == {1: Held("a", fence)}
    assert other.take(1) is None
    lost.clear()
    one.give_back(1, fence)
    assert other.take(1) > fence


# --- what is not ours, and answers that are none ------------------------------------------------------------------


def test_keys_of_others_under_our_prefix_are_left_aside(one_etcd, joined, prefix):
    gateway = joined("a")
    fence = gateway.take(1)
    foreign = ("x", "partitions/", "partitions/one", "partitions/01", "partitions/-1", "partitions/2/x", "gateways/")
    for path in (*foreign, "gateways/a/b", "gateways/an other", "partitions/9999999999"):
        one_etcd.ask("kv/put", {"key": text(f"{prefix}/{path}"), "value": text("b")})
    one_etcd.ask("kv/put", {"key": base64.b64encode(f"{prefix}/gateways/".encode() + b"\xff").decode()})
    seats = gateway.look()
    assert seats.gateways == {"a": "https://a.example"}
    assert seats.held == {1: Held("a", fence)}


def test_a_partition_that_was_put_by_hand_is_held_by_whom_it_names(one_etcd, joined, prefix):
    gateway = joined("a")
    one_etcd.ask("kv/put", {"key": text(f"{prefix}/partitions/4"), "value": text("somebody")})
    assert gateway.take(4) is None
    assert gateway.look().held[4].gateway == "somebody"


def test_a_value_of_ours_that_is_no_text_is_told(one_etcd, joined, prefix):
    gateway = joined("a")
    one_etcd.ask("kv/put", {"key": text(f"{prefix}/partitions/4"), "value": base64.b64encode(b"\xff").decode()})
    with pytest.raises(CannotRecord, match="no text"):
        gateway.look()


HEADER = {"cluster_id": "1", "revision": "2"}
NO_ANSWER = "no answer of etcd"
GARBAGE = {
    "a page": (200, b"<p>hello", NO_ANSWER),
    "nothing": (200, b"", NO_ANSWER),
    "json of another kind": (200, b"[1]", NO_ANSWER),
    "no field": (200, b"{}", NO_ANSWER),
    "a header that is none": (200, b'{"header": 1, "result": 2, "ID": 3}', NO_ANSWER),
    "a revision that is no number": (200, b'{"header": {"cluster_id": "1", "revision": "x"}}', NO_ANSWER),
    "an error in a stream": (200, b'{"error": {"grpc_code": 14}}', NO_ANSWER),
    "somewhere else": (307, b"", "answers 307"),
    "another not found": (404, b'{"error": "no"}', "answers 404"),
    "no leader": (503, b'{"error": "etcdserver: no leader"}', "answers 503"),
}
KEYS = {
    "no base64": {"key": "*", "create_revision": "2"},
    "no revision": {"key": text("/p/partitions/1")},
    "a revision that is no number": {"key": text("/p/partitions/1"), "create_revision": "x"},
}


@pytest.fixture(scope="module")
def somebody():
    """The address of a server that says what is put into `said`."""
    said = []

    class Somebody(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = said[-1]
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Somebody) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", said
        server.shutdown()


@pytest.fixture
def made_up(somebody):
    """A gateway that believes to have a lease there."""
    address, said = somebody
    gateway = Etcd([address], "/p", "a", "https://a.example", 5)
    gateway._lease = 1
    return gateway, said


def test_a_lease_that_ran_out_before_it_was_used_is_asked_for_again(made_up, monkeypatch):
    gateway, said = made_up
    ask, said[:] = gateway._ask, [(200, json.dumps({"header": HEADER, "ID": "7"}).encode())]

    def slept(path, *given):
        if path == "kv/txn":
            raise LeaseLost("it has run out")
        return ask(path, *given)

    monkeypatch.setattr(gateway, "_ask", slept)
    with pytest.raises(CannotRecord, match="before anything stood under it"):
        gateway.join()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("status", "body", "what"), GARBAGE.values(), ids=GARBAGE)
def test_an_answer_that_is_none_is_told_and_not_believed(made_up, call, status, body, what):
    gateway, said = made_up
    said.append((status, body))
    with pytest.raises(CannotRecord, match=rf"^etcd at 127\.0\.0\.1:\d+ .*{what}$"):
        call(gateway)


@pytest.mark.parametrize("pair", KEYS.values(), ids=KEYS)
def test_a_key_that_is_none_is_told(made_up, pair):
    gateway, said = made_up
    said.append((200, json.dumps({"header": HEADER, "kvs": [pair]}).encode()))
    with pytest.raises(CannotRecord, match=NO_ANSWER):
        gateway.look()


def test_more_than_an_answer_may_be_is_none(made_up, monkeypatch):
    gateway, said = made_up
    said.append((200, json.dumps({"header": HEADER, "more": "x" * 100}).encode()))
    assert gateway.look().held == {}
    monkeypatch.setattr(adapter, "ANSWER_BYTES_MAX", 100)
    with pytest.raises(CannotRecord, match=NO_ANSWER):
        gateway.look()


def test_a_partition_that_is_held_by_nobody_is_not_believed(made_up):
    gateway, said = made_up
    said.append((200, json.dumps({"header": HEADER}).encode()))
    with pytest.raises(CannotRecord, match="held, and by nobody"):
        gateway.take(1)


def test_an_answer_that_is_none_sends_us_to_the_next_server(made_up, one_etcd, prefix):
    garbling, said = made_up
    said.append((200, b"<p>hello"))
    gateway = one_etcd.gateway("a", prefix)
    gateway._servers = [*garbling._servers, *gateway._servers]
    gateway.join()
    assert gateway.take(1)


# --- what cannot be meant -----------------------------------------------------------------------------------------

ADDRESSES = (
    "etcd.example:2379",
    "http://etcd.example",
    "http://:2379",
    "http://etcd.example:port",
    "http://etcd.example:2379/v3",
    "http://user:word@etcd.example:2379",
    "http://etcd.example:2379?x",
    "ftp://etcd.example:2379",
    "http://etcd .example:2379",
    "",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_is_refused_and_not_repeated(address):
    with pytest.raises(Unready, match="is to be https://HOST:PORT and no more") as refused:
        Etcd(["http://127.0.0.1:1", address], "/p", "a", "https://a.example", 5)
    assert "word" not in str(refused.value)


MEANT = {"addresses": ["http://127.0.0.1:1"], "prefix": "/p", "name": "a", "address": "https://a.example", "ttl_s": 5}
NOT_MEANT = {
    "no address": {"addresses": []},
    "no prefix": {"prefix": ""},
    "a slash at the end": {"prefix": "/p/"},
    "no name": {"name": ""},
    "a name with a slash": {"name": "a/b"},
    "a name with a line's end": {"name": "a\n"},
    "no time": {"ttl_s": 0},
}


@pytest.mark.parametrize("change", NOT_MEANT.values(), ids=NOT_MEANT)
def test_what_cannot_be_meant_is_refused(change):
    Etcd(**MEANT)
    with pytest.raises(Unready):
        Etcd(**MEANT | change)


# --- TLS ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A folder with an authority, and what it vouches for: the server's own and a client's."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    for name in ("own", "client"):
        _, key = authority.issue(name)
        shut(key, b"made up")
    return folder


@pytest.fixture(scope="module")
def guarded(certificates, tmp_path_factory):
    """An etcd that wants TLS and a certificate of whoever asks."""
    server = EtcdServer(tmp_path_factory.mktemp("guarded"), tls=certificates).start()
    yield server
    server.stop()


def test_with_a_certificate_it_is_let_in_and_takes(guarded):
    gateway = guarded.gateway("a")
    gateway.join()
    fence = gateway.take(1)
    assert gateway.renew() is True
    assert gateway.look().held == {1: Held("a", fence)}
    gateway.leave()


def test_without_a_certificate_it_is_not_let_in(guarded):
    with pytest.raises(CannotRecord, match="does not answer"):
        guarded.gateway("a", cert_file=None, key_file=None).look()


def test_nobody_is_asked_whom_nobody_vouches_for(guarded):
    with pytest.raises(CannotRecord, match="vouched for by nobody we trust"):
        guarded.gateway("a", ca_file=None).look()


UNSAFE = {
    "no tls beside a certificate": ("http://127.0.0.1:1", {"ca_file": "ca.pem"}, "though a certificate is named"),
    "no authority": ("https://127.0.0.1:1", {"ca_file": "own.key"}, "no certificate of an authority"),
    "no file": ("https://127.0.0.1:1", {"ca_file": "none.pem"}, "no certificate of an authority"),
    "a key alone": ("https://127.0.0.1:1", {"key_file": "own.key"}, "no certificate of it"),
    "another's key": ("https://127.0.0.1:1", {"cert_file": "own.pem", "key_file": "client.key"}, "with its key"),
    "no key": ("https://127.0.0.1:1", {"cert_file": "own.pem"}, "with its key"),
    "a passphrase": ("https://127.0.0.1:1", {"cert_file": "own.pem", "key_file": "own.shut.key"}, "with its key"),
}


@pytest.mark.parametrize(("address", "files", "said"), UNSAFE.values(), ids=UNSAFE)
def test_files_that_cannot_be_used_are_told_before_anybody_is_asked(certificates, address, files, said):
    with pytest.raises(Unready, match=said):
        Etcd([address], "/p", "a", "https://a.example", 5, **{of: certificates / file for of, file in files.items()})
