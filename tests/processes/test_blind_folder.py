"""A smoke test beside the proof in test_non_interference: what must not lie about is looked for by name.

Coordinates in every common form, zone corners, addresses and user agents, in the data folder and in what the processes
said. That the search can find is shown by planting.
"""

import struct
from datetime import UTC, datetime, timedelta

import pytest
from support.running import Running, bearer, fix, request

PLACES = [(46.5123457, -28.1234567), (46.4876543, -27.9876543)]
AGENT = "Made-Up-Agent/7.31"


def traces():
    for lat, lon in PLACES:
        for degrees in (lat, lon):
            yield f"{degrees:.6f}"[:-1].encode()
            yield str(abs(round(degrees * 1e7))).encode()
            yield struct.pack("<d", degrees)
            yield struct.pack(">d", degrees)
        for pair in ((lat, lon), (lon, lat)):
            whole = [round(each * 1e7) for each in pair]
            yield struct.pack("<ii", *whole)
            yield struct.pack(">ii", *whole)
            yield struct.pack("<ff", *pair)
    # Corners of the demo's zones lie in the town, and nothing else that is written has such a decimal.
    yield b"[[-28."
    yield b"[[-27."
    yield b"127.0.0.1"
    yield AGENT.encode()


def found_in(files):
    return {(trace, path.name) for path in files if path.is_file() for trace in traces() if trace in path.read_bytes()}


@pytest.fixture(scope="module")
def used(tmp_path_factory, short_folder):
    """A demo that has met everything: kept, refused, malformed, oversized and unknown senders, and a kill."""
    running = Running("demo", "--json", "--port=0", "--data", short_folder / "blind", log=short_folder / "blind.log")
    headers = {"User-Agent": AGENT, "X-Forwarded-For": "203.0.113.7"}
    for sender in running.ready["senders"].values():
        for number, (lat, lon) in enumerate(PLACES):
            for body in (
                fix(sender["device"], datetime.now(UTC) - timedelta(seconds=number), lat, lon),
                fix(sender["device"], datetime.now(UTC) - timedelta(days=3), lat, lon),
                fix("TAG-NOBODY", None, lat, lon),
                fix(sender["device"], None, lat, lon)[:-9],
                fix(sender["device"], None, lat, lon) + b" " * 70_000,
            ):
                for route in ("traccar", "batch"):
                    request(running.gateway, "POST", f"/in/{route}", body, bearer(sender["token"]) | headers)
                request(running.gateway, "POST", f"/in/traccar?lat={lat}&lon={lon}", body, headers)
        request(running.gateway, "GET", f"/in/traccar/{sender['token']}?lat={PLACES[0][0]}", None, headers)
        request(running.web, "GET", f"/?lat={PLACES[0][0]}", None, headers)
        request(running.web, "POST", f"/sign-in?lat={PLACES[0][0]}", f"login={PLACES[0][0]}".encode(), headers)
    running.kill("gateway")
    running.wait_until(lambda: running.children().get("gateway"), "no gateway")
    running.stop()
    return short_folder / "blind", short_folder / "blind.log"


def test_nothing_that_must_not_lie_about_is_in_the_data_folder_or_the_logs(used):
    data, log = used
    files = [path for path in data.rglob("*") if path.name != "made-up.json"]
    assert len([path for path in files if path.is_file()]) > 5
    assert found_in([*files, log]) == set()


def test_the_demos_own_ready_line_holds_addresses_to_call_and_no_place(used):
    data, _ = used
    assert {trace for trace, _ in found_in([data / "made-up.json"])} == {b"127.0.0.1"}


def test_no_token_lies_about_outside_the_demos_ready_line(used):
    data, log = used
    import json

    tokens = [one["token"].encode() for one in json.loads((data / "made-up.json").read_text())["senders"].values()]
    files = [path for path in (*data.rglob("*"), log) if path.is_file() and path.name != "made-up.json"]
    assert [path.name for path in files for token in tokens if token in path.read_bytes()] == []


def test_the_search_finds_what_is_planted(tmp_path):
    for number, trace in enumerate(traces()):
        (tmp_path / f"{number}").write_bytes(b"\0\1" + trace + b"\2")
    assert len({name for _, name in found_in(tmp_path.iterdir())}) == len(list(traces()))
