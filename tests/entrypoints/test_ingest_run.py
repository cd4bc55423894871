"""Reports out of a file or a pipe: what is answered, in which order, and what a bad moment does to a run."""

import json
import os
import tracemalloc
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from support.by_hand import held_by_another
from support.watched import JUDGED_ONLY, ask, kinds_since, ledger_size, rows

from custodiet.entrypoints.cli import ingest
from custodiet.entrypoints.cli.command_line import FORMATS as OFFERED
from custodiet.entrypoints.cli.ingest import GROUP_MAX, LINE_BYTES_MAX, Ingest, read_lines, read_reports
from custodiet.flows.fit_device import end_fitting, token_hash
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.receive_reports import Monitor
from custodiet.flows.release_in_scope import InScope
from custodiet.model.entry import EntryKind
from custodiet.model.errors import CannotRecord, NotPermitted, NotTheFormat, Unready, VaultUnavailable
from custodiet.simulation.device import traccar_payload
from custodiet.wire import gpx as gpx_reader
from custodiet.wire.formats import FILES, FORMATS

SECOND = timedelta(seconds=1)


class Run:
    """`custodiet ingest` without its process: answers as said, waits counted and not waited."""

    def __init__(self, house, token, release=None):
        self.house = house
        self.monitor = house.monitor()
        self.said = b""
        self.waited = []
        self.at_pause = lambda: None
        release = release or (lambda _monitor, _wanted: {})
        self.ingest = Ingest(self.monitor, house.clock, token_hash(token), release, self.say, self.pause)

    def say(self, lines):
        self.said += lines

    def pause(self, seconds):
        self.waited.append(seconds)
        self.at_pause()

    def take(self, *lines, name="traccar", device=None):
        with a_file_of(b"\n".join(lines) + b"\n") as descriptor:
            self.ingest.take(read_reports(descriptor, name, device))
        return self.answers

    @property
    def answers(self):
        said = [json.loads(line) for line in self.said.splitlines()]
        return [" ".join(filter(None, (one["outcome"], one.get("reason")))) for one in said]


@contextmanager
def a_file_of(data):
    """What a shell's `<` gives: a descriptor on a file."""
    descriptor = os.memfd_create("reports")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.fixture
def wearer(house):
    person = house.person("TAG-1")
    house.decide(person)
    house.clock.pass_(timedelta(hours=2))
    return person


def fix(house, ago=0, serial="TAG-1", **place):
    at = house.clock.now() - timedelta(seconds=ago)
    return traccar_payload(serial, at, place.get("lat", 46.5), place.get("lon", -28.0))


# --- what comes in --------------------------------------------------------------------------------------


def test_every_report_is_answered_in_order_and_blank_lines_are_none(house, wearer):
    run = Run(house, wearer.token)
    lines = [fix(house, 60), b"no position", b"   ", fix(house, 60), b"", fix(house, 60, "TAG-9"), fix(house, 90_000)]
    assert run.take(*lines) == [
        "kept",
        "refused not_the_format",
        "duplicate",
        "refused not_yours",
        "refused too_late",
    ]
    assert len(house.copy(wearer)) == 3


def test_a_line_that_is_too_long_is_refused_and_the_next_one_read(house, wearer):
    long, longest = b"{" + b" " * LINE_BYTES_MAX, fix(house, 1).ljust(LINE_BYTES_MAX)
    huge = b"x" * (5 * LINE_BYTES_MAX)
    run = Run(house, wearer.token)
    assert run.take(longest, long, huge, fix(house, 2), huge) == [
        "kept",
        "refused not_the_format",
        "refused not_the_format",
        "kept",
        "refused not_the_format",
    ]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_lines_are_the_same_however_the_bytes_come(monkeypatch, size):
    monkeypatch.setattr(ingest, "PIECE_BYTES", size)
    monkeypatch.setattr(ingest, "LINE_BYTES_MAX", 10)
    with a_file_of(b"one\n\n  \nten-bytes-\neleven-byte\ntwo\r\n\xff\nlast") as descriptor:
        lines = [line for group in read_lines(descriptor) for line in group]
    assert lines == [b"one", b"ten-bytes-", None, b"two\r", b"\xff", b"last"]


def test_a_file_of_nothing_is_answered_with_nothing(house, wearer):
    assert Run(house, wearer.token).take() == []


def test_a_pipe_that_is_quiet_is_answered_as_far_as_it_came_and_the_house_is_kept(house, wearer, monkeypatch):
    monkeypatch.setattr(ingest, "QUIET_S", 0.0)
    monkeypatch.setattr(ingest, "HOUSE_S", 0.0)
    read, write = os.pipe()
    run, idled = Run(house, wearer.token), []
    monkeypatch.setattr(Monitor, "idle", lambda _: idled.append(len(run.answers)))
    seen = []

    def reports():
        os.write(write, fix(house, 2) + b"\n" + fix(house, 1)[:40])
        for group in read_reports(read, "traccar", None):
            yield group
            seen.append((len(group), list(run.answers)))
            if len(seen) == 2:  # after a quiet moment
                os.write(write, fix(house, 1)[40:])
                os.close(write)

    run.ingest.take(reports())
    os.close(read)
    assert seen == [(1, ["kept"]), (0, ["kept"]), (1, ["kept", "kept"])]
    assert {0, 1, 2} <= set(idled)


def test_the_offered_formats_are_those_that_are_read():
    assert OFFERED == (*FORMATS, *FILES)


# --- the other formats ----------------------------------------------------------------------------------


def owntracks(house, ago=0, **more):
    at = round((house.clock.now() - timedelta(seconds=ago)).timestamp())
    return json.dumps({"_type": "location", "tst": at, "lat": 46.5, "lon": -28.0, "acc": 8} | more).encode()


def points(house, *agos):
    times = [(house.clock.now() - timedelta(seconds=ago)).isoformat() for ago in agos]
    return "".join(f'<trkpt lat="46.5" lon="-28.0"><time>{time}</time></trkpt>' for time in times)


def gpx(house, *agos, end="</trkseg></trk></gpx>"):
    return f"<gpx><trk><trkseg>{points(house, *agos)}{end}".encode()


def test_each_format_is_read_with_its_device_said_where_it_must_be(house):
    person = house.person("made-up/42")
    house.decide(person)
    house.clock.pass_(timedelta(hours=1))
    run = Run(house, person.token)
    at = round(house.clock.now().timestamp())
    point = {"type": "Point", "coordinates": [-28.0, 46.5]}
    feature = {"type": "Feature", "geometry": point, "properties": {"time": at - 6}}
    run.take(f"id=made-up/42&lat=46.5&lon=-28.0&timestamp={at - 1}".encode(), name="osmand")
    run.take(owntracks(house, 2), owntracks(house, 2, _type="card"), name="owntracks", device="made-up/42")
    run.take(owntracks(house, 3, topic="owntracks/made-up/42"), owntracks(house, 3), name="owntracks")
    run.take(b"2031-03-03T10:00:00Z\t*   \t" + owntracks(house, 4), name="recorder", device="made-up/42")
    run.take(gpx(house, 5), name="gpx", device="made-up/42")
    run.take(json.dumps(feature).encode(), name="geojson", device="made-up/42")
    assert run.answers == [
        "kept",
        *["kept", "refused nothing_in_it"],
        *["kept", "refused not_the_format"],
        *["kept"] * 3,
    ]
    assert len({line["fix_time"] for line in house.copy(person)[1:-1]}) == 6


@pytest.mark.parametrize(
    ("name", "device", "text"),
    [
        ("traccar", "TAG-1", "leave out --device"),
        ("osmand", "TAG-1", "leave out --device"),
        ("gpx", None, "--device SERIAL"),
        ("geojson", None, "--device SERIAL"),
    ],
)
def test_a_device_is_named_where_the_format_does_not_and_nowhere_else(house, wearer, name, device, text):
    run = Run(house, wearer.token)
    with pytest.raises(Unready, match=text):
        run.take(fix(house), name=name, device=device)
    assert run.answers == []


def test_a_file_that_breaks_off_is_answered_as_far_as_it_could_be_read(house, wearer, monkeypatch):
    monkeypatch.setattr(ingest, "GROUP_MAX", 2)
    monkeypatch.setattr(gpx_reader, "PIECE_BYTES", 10)
    run = Run(house, wearer.token)
    with pytest.raises(NotTheFormat, match="3 reports are answered and stand"):
        run.take(gpx(house, 3, 2, 1, end="<trkpt </gpx>"), name="gpx", device="TAG-1")
    assert run.answers == ["kept"] * 3
    assert run.take(gpx(house, 4, 3, 2, 1), name="gpx", device="TAG-1")[3:] == ["kept", *["duplicate"] * 3]


# --- a bad moment ---------------------------------------------------------------------------------------


def test_a_store_that_another_holds_is_waited_for_and_everything_answered_once(house, wearer, monkeypatch):
    run = Run(house, wearer.token)
    with held_by_another(house, monkeypatch) as let_go:

        def nothing_is_said_before_it_holds():
            assert run.said == b""
            if len(run.waited) == 3:
                let_go()

        run.at_pause = nothing_is_said_before_it_holds
        assert run.take(fix(house, 2), fix(house, 1)) == ["kept", "kept"]
    assert run.waited == [0.5, 1.0, 2.0]


def test_a_store_that_stays_held_ends_the_run_which_says_how_far_it_came_and_can_be_run_again(
    house, wearer, monkeypatch
):
    monkeypatch.setattr(ingest, "GROUP_MAX", 2)
    lines = [fix(house, ago) for ago in (5, 4, 3, 2, 1)]
    run = Run(house, wearer.token)
    holding = held_by_another(house, monkeypatch)
    say, told = run.ingest._say, []

    def say_and_hold(answers):
        say(answers)
        told.append(answers)
        if len(told) == 1:
            holding.__enter__()

    run.ingest._say = say_and_hold
    with pytest.raises(CannotRecord, match="the store cannot write now; 2 reports are answered and stand"):
        run.take(*lines)
    holding.__exit__(None, None, None)
    assert run.answers == ["kept", "kept"]
    assert len(run.waited) == len(ingest.WAITS_S)
    assert Run(house, wearer.token).take(*lines) == ["duplicate", "duplicate", "kept", "kept", "kept"]
    assert len(house.copy(wearer)) == 7


def test_an_authorised_day_without_a_key_waits_and_goes_on_when_the_key_is_there(house, wearer):
    other = house.person("TAG-2")
    house.decide(other, keys=False)
    run = Run(house, other.token)
    run.at_pause = house.issue_keys
    assert run.take(fix(house, 0, "TAG-2")) == ["kept"]
    assert run.waited == [0.5]


def test_an_error_that_nobody_foresaw_ends_the_run_and_tells_nothing_of_the_report(house, wearer, monkeypatch):
    def breaks(_self, _requests):
        raise ValueError("46.5123457 -28.1234567")

    monkeypatch.setattr(Monitor, "receive", breaks)
    with pytest.raises(CannotRecord) as ended:
        Run(house, wearer.token).take(fix(house))
    assert "46.5" not in str(ended.value)
    assert "(ValueError); 0 reports" in str(ended.value)
    assert ended.value.__cause__ is None
    assert ended.value.__suppress_context__


# --- who sends ------------------------------------------------------------------------------------------


def test_a_token_that_was_never_issued_reads_nothing(house, wearer):
    run = Run(house, "nobody")
    with pytest.raises(NotPermitted, match="never issued"):
        run.take(fix(house))
    assert run.answers == []


def test_a_token_that_has_ended_reads_nothing_and_counts_one_refusal(house, wearer):
    end_fitting(house.store, wearer.fitting.id, "officer-ana")
    house.clock.pass_(SECOND)
    run = Run(house, wearer.token)
    with pytest.raises(NotPermitted, match="has ended"):
        run.take(fix(house, 60), fix(house, 61))
    assert run.answers == ["refused token_ended"]
    assert rows(house, "SELECT outcome, reason, reports FROM tally WHERE reason != ''") == [
        ("refused", "token_ended", 1)
    ]


def test_a_token_that_ends_midway_leaves_the_rest_unread(house, wearer, monkeypatch):
    monkeypatch.setattr(ingest, "GROUP_MAX", 2)
    lines = [fix(house, ago) for ago in (5, 4, 3, 2, 1)]
    run = Run(house, wearer.token)
    say = run.ingest._say

    def say_and_end(answers):
        say(answers)
        if len(run.answers) == 2:
            end_fitting(house.store, wearer.fitting.id, "officer-ana")
            house.clock.pass_(SECOND)

    run.ingest._say = say_and_end
    with pytest.raises(NotPermitted, match="has ended; 5 reports are answered, the rest is unread"):
        run.take(*lines, b"never read", b"nor this")
    # The second group was read before anyone here knew; the store knew, and refused it line by line. The last answer is
    # for whoever came with the token after that.
    assert run.answers == ["kept", "kept", *["refused token_ended"] * 3]


# --- zones, and our own path ----------------------------------------------------------------------------


def test_zones_of_the_senders_wearers_are_asked_for_and_no_one_elses(house):
    mine, other = house.person("TAG-1"), house.person("TAG-2")
    _, zones = ask(house, mine)
    _, others = ask(house, other)
    asked, size = [], ledger_size(house)

    def open_zones(monitor, wanted):
        asked.append(wanted)
        return in_scope.release(monitor, wanted)

    in_scope = InScope(house.store, house.vault, house.clock, token_hash(mine.token))
    run = Run(house, mine.token, open_zones)
    assert run.take(fix(house)) == ["kept"]
    assert asked[0] == {*zones, *others}
    assert run.monitor.zones_wanted() == set(others)
    assert kinds_since(house, size) == [EntryKind.ZONES_RELEASED]


def test_a_zone_of_whoever_wore_the_device_till_lately_is_asked_for_as_long_as_a_late_fix_may_come(house):
    before = house.person("TAG-1")
    _, zones = ask(house, before)
    upstream = house.sender("TAG-1")
    end_fitting(house.store, before.fitting.id, "officer-ana")
    in_scope = InScope(house.store, house.vault, house.clock, token_hash(upstream))
    house.clock.pass_(timedelta(hours=23))
    assert set(in_scope.release("monitor_a", frozenset(zones))) == set(zones)
    house.clock.pass_(timedelta(hours=2))
    assert in_scope.release("monitor_a", frozenset(zones)) == {}


def test_a_vault_that_is_away_is_said_once_and_asked_again_later(house, capsys, monkeypatch):
    monkeypatch.setattr(ingest, "GROUP_MAX", 1)
    person = house.person("TAG-1")
    _, zones = ask(house, person, **JUDGED_ONLY)
    house.clock.pass_(timedelta(hours=1))
    asked = []

    def away(monitor, wanted):
        asked.append(wanted)
        if len(asked) < 3:
            raise VaultUnavailable("the vault does not answer")
        return release_zones(house.store, house.vault, monitor, wanted)

    run = Run(house, person.token, away)
    times = iter(range(0, 10_000, 20))
    monkeypatch.setattr(ingest, "monotonic", lambda: next(times))
    assert run.take(*(fix(house, ago) for ago in range(9, 0, -1))) == ["judged"] * 9
    assert capsys.readouterr().err == ("custodiet ingest: zones are not judged meanwhile: the vault does not answer\n")
    assert asked == [{*zones}] * 3
    assert run.monitor.zones_wanted() == frozenset()


# --- memory ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_file_fifty_times_as_long_takes_hardly_more_memory(house, wearer):
    def peak(count):
        path = Path(house.folder) / "reports"
        now = house.clock.now()
        with path.open("wb") as file:
            for number in range(count):
                # Of another's device: what is remembered of kept fixes grows, and is not what is measured here.
                file.write(traccar_payload("TAG-9", now - timedelta(milliseconds=number), 46.5, -28.0) + b"\n")
        run, answered = Run(house, wearer.token), []
        run.ingest._say = lambda lines: answered.append(lines.count(b"\n"))
        descriptor = os.open(path, os.O_RDONLY)
        tracemalloc.start()
        run.ingest.take(read_reports(descriptor, "traccar", None))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        os.close(descriptor)
        assert sum(answered) == count
        return most

    assert peak(50_000) < 1.5 * peak(1_000)


def test_a_line_without_an_end_is_never_held_whole():
    with a_file_of(b"") as descriptor:
        os.truncate(descriptor, 20_000_000)
        tracemalloc.start()
        lines = [line for group in read_lines(descriptor) for line in group]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert lines == [None]
    assert most < 1_000_000


def test_a_group_is_never_larger_than_it_may_be(house):
    with a_file_of(b"x\n" * (2 * GROUP_MAX + 1)) as descriptor:
        sizes = [len(group) for group in read_reports(descriptor, "traccar", None)]
    assert max(sizes) == GROUP_MAX
    assert sum(sizes) == 2 * GROUP_MAX + 1


def test_a_document_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(ingest, "DOCUMENT_BYTES_MAX", 10)
    with a_file_of(b"x" * 11) as descriptor, pytest.raises(NotTheFormat, match="more than 10 bytes"):
        ingest._whole(descriptor)
