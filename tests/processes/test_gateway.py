"""What a device is told, by the running gateway of the made-up scheme."""

import base64
import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from support.running import bearer, fix, request

# The demo's own device reports for "with_decision" now and then: of these fixes one may be of the very millisecond.
NOW, HOUR, DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)


def say(demo, shows, ago=NOW, serial=None, **place):
    sender = demo.ready["senders"][shows]
    answer = demo.post(sender["token"], serial or sender["device"], datetime.now(UTC) - ago, **place)
    return answer.said


@pytest.mark.parametrize(
    ("shows", "ago", "said"),
    [
        ("with_decision", 2 * HOUR, "200 kept"),
        ("without", NOW, "200 refused none"),
        ("before", NOW, "200 refused before"),
        ("lapsed", NOW, "200 refused ended"),
        ("lapsed", 4 * HOUR, "200 refused ended"),  # it was in force at the fix time; it lapsed before receipt
        ("withdrawn", NOW, "200 refused ended"),
        ("withdrawn", 4 * HOUR, "200 refused ended"),
        ("succeeded", 3 * HOUR, "200 kept"),  # under the earlier decision: its successor is in force
        ("succeeded", NOW, "200 kept"),
        ("annulled", 3 * HOUR, "200 refused annulled"),
        ("annulled", NOW, "200 refused ended"),
        ("annulled", 25 * HOUR, "200 refused too_late"),  # and annulled: the last of the list that holds is shown
        ("suspended", NOW, "200 refused suspended"),
        ("suspended", 2 * HOUR, "200 refused suspended"),
        ("with_decision", 25 * HOUR, "200 refused too_late"),
        ("with_decision", -6 * timedelta(minutes=1), "200 refused future"),
        ("with_decision", -4 * timedelta(minutes=1), "200 kept"),
        ("zone_on_arrival", NOW, "200 judged"),
        ("zone_on_device", NOW, "200 refused none"),
        ("tag_now", NOW, "200 kept"),
        ("tag_now", 30 * HOUR, "200 refused too_late"),
        ("tag_before", NOW, "200 refused token_ended"),
    ],
)
def test_a_position_is_answered_by_what_was_decided(demo, shows, ago, said):
    assert say(demo, shows, ago) == said


def test_a_device_of_someone_else_is_not_yours(demo):
    other = demo.ready["senders"]["without"]["device"]
    assert say(demo, "with_decision", serial=other) == "200 refused not_yours"
    assert say(demo, "with_decision", serial="TAG-NOBODY") == "200 refused not_yours"


def test_one_sender_for_several_devices_reaches_each_wearer_and_no_former_one(demo):
    tag = demo.ready["senders"]["tag_now"]["device"]
    assert say(demo, "upstream", HOUR) == "200 kept"
    assert say(demo, "upstream", serial=tag) == "200 kept"
    # On the former wearer, a day and a half ago: no decision about them stands.
    assert say(demo, "upstream", 23 * HOUR + timedelta(minutes=59), serial=tag) == "200 kept"


def test_the_same_position_again_is_a_duplicate_and_another_place_a_conflict(demo):
    at = datetime.now(UTC) - timedelta(seconds=7)
    sender = demo.ready["senders"]["succeeded"]
    said = [demo.post(sender["token"], sender["device"], at, lat=lat).said for lat in (46.51, 46.51, 46.52, 46.51)]
    assert said == ["200 kept", "200 duplicate", "200 duplicate conflict", "200 duplicate"]


def changed(serial, **fields):
    document = json.loads(fix(serial))
    document["position"].update(fields)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "fields",
    [{"fixTime": None}, {"valid": False}, {"latitude": None}, {"fixTime": "1970-01-01T00:00:00.000+00:00"}],
)
def test_a_report_without_a_usable_fix_has_no_fix_time(demo, fields):
    sender = demo.ready["senders"]["succeeded"]
    body = changed(sender["device"], **fields)
    answer = request(demo.gateway, "POST", "/in/traccar", body, bearer(sender["token"]))
    assert answer.said == "200 refused no_fix_time"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nobody"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer \xff\xfe"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"device:nobody").decode()},
        {"Authorization": "Digest abc"},
        {"Authorization": "nonsense"},
    ],
)
def test_no_token_or_an_unknown_one_is_401(demo, headers):
    answer = request(demo.gateway, "POST", "/in/traccar", b"never read", headers)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_401_is_said_before_the_body_comes(demo):
    host, port = demo.gateway.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(b"POST /in/traccar HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_token_is_taken_as_bearer_as_a_password_and_in_the_path(demo):
    sender = demo.ready["senders"]["succeeded"]
    token, serial = sender["token"], sender["device"]
    basic = {"Authorization": "Basic " + base64.b64encode(f"{serial}:{token}".encode()).decode()}
    for path, headers in (
        ("/in/traccar", bearer(token)),
        ("/in/traccar", basic),
        (f"/in/traccar/{token}", {}),
    ):
        at = datetime.now(UTC) - timedelta(seconds=1)
        assert request(demo.gateway, "POST", path, fix(serial, at), headers).said == "200 kept"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"position":{}}', b'{"device":{"uniqueId":"A"}}', b"null"],
)
def test_what_is_not_the_format_is_400(demo, body):
    token = demo.ready["senders"]["succeeded"]["token"]
    for route in ("traccar", "batch"):
        answer = request(demo.gateway, "POST", f"/in/{route}", body, bearer(token))
        assert answer.status == 400
        assert set(answer.json) == {"error"}


def test_what_is_too_large_is_413_by_its_word_and_by_its_bytes(demo):
    token = demo.ready["senders"]["succeeded"]["token"]
    large = b" " * (64 * 1024 + 1)
    assert request(demo.gateway, "POST", "/in/traccar", large, bearer(token)).status == 413
    chunked = (large[start : start + 10_000] for start in range(0, len(large), 10_000))
    assert request(demo.gateway, "POST", "/in/traccar", chunked, bearer(token)).status == 413
    lines = b"{}\n" * 10_001
    assert request(demo.gateway, "POST", "/in/batch", lines, bearer(token)).status == 413


def test_a_batch_is_answered_line_by_line(demo):
    sender = demo.ready["senders"]["succeeded"]
    serial = sender["device"]
    at = datetime.now(UTC) - timedelta(minutes=3)
    lines = [
        fix(serial, at),
        b"not a position",
        fix(serial, at),
        b"   ",
        fix("TAG-NOBODY", at),
        fix(serial, at - 30 * HOUR),
        b"",
    ]
    answer = request(demo.gateway, "POST", "/in/batch", b"\n".join(lines), bearer(sender["token"]))
    assert answer.status == 200
    assert [json.loads(line) for line in answer.body.splitlines()] == [
        {"outcome": "kept"},
        {"outcome": "refused", "reason": "not_the_format"},
        {"outcome": "duplicate"},
        {"outcome": "refused", "reason": "not_yours"},
        {"outcome": "refused", "reason": "too_late"},
    ]


def event(serial, kind):
    return json.dumps({"event": {"type": kind, "attributes": {}}, "device": {"uniqueId": serial}}).encode()


def test_that_upstream_finds_a_device_silent_is_nothing(demo):
    sender = demo.ready["senders"]["succeeded"]
    body = event(sender["device"], "deviceOffline")
    answer = request(demo.gateway, "POST", "/in/traccar", body, bearer(sender["token"]))
    assert answer.said == "200 refused nothing_in_it"


def test_a_batch_with_nothing_in_it_is_one_all_the_same(demo):
    sender = demo.ready["senders"]["succeeded"]
    lines = b"\n".join([event(sender["device"], "deviceOffline"), b"nothing"])
    answer = request(demo.gateway, "POST", "/in/batch", lines, bearer(sender["token"]))
    assert answer.status == 200
    said = [json.loads(line)["reason"] for line in answer.body.splitlines()]
    assert said == ["nothing_in_it", "not_the_format"]


def test_an_ended_token_gets_one_answer_for_a_whole_batch(demo):
    sender = demo.ready["senders"]["tag_before"]
    body = b"\n".join([fix(sender["device"])] * 3)
    answer = request(demo.gateway, "POST", "/in/batch", body, bearer(sender["token"]))
    assert (answer.status, answer.json) == (200, {"outcome": "refused", "reason": "token_ended"})


def test_who_comes_too_fast_is_told_so(demo):
    sender = demo.ready["senders"]["zone_on_device"]
    statuses = {demo.post(sender["token"], sender["device"]).status for _ in range(1500)}
    assert statuses == {200, 429}


def test_other_addresses_and_methods_are_refused(demo):
    assert request(demo.gateway, "GET", "/in/traccar").status == 405
    assert request(demo.gateway, "POST", "/in/semaphore").status == 404
    assert request(demo.gateway, "POST", "/in/traccar/a/b").status == 404
    assert request(demo.gateway, "GET", "/").status == 404


def test_health_and_metrics_name_nobody_and_no_place(demo):
    say(demo, "with_decision", lat=46.5123456)
    health, metrics = (request(demo.gateway, "GET", path) for path in ("/healthz", "/metrics"))
    assert (health.status, health.json["ok"]) == (200, True)
    text = metrics.body.decode()
    assert 'custodiet_reports_total{outcome="kept",reason=""}' in text
    assert "46.5" not in text
    assert not any(sender["device"] in text for sender in demo.ready["senders"].values())
