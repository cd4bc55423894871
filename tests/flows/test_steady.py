"""What is taken at once, as columns, is what would have been taken one by one: two houses, one course of things."""

import gc
import json
import tracemalloc
from dataclasses import fields, replace
from datetime import timedelta
from itertools import groupby
from math import cos, pi, sin
from random import Random

import numpy as np
import pytest
from support.house import ANA, House
from support.many import lines_of
from support.sent import as_traccar_writes
from support.watched import AWAY, DAY, HOME, HOUR, JUDGED_ONLY, MINUTE, SECOND, desk, give_zones, rows, watch, whole

from custodiet.adapters.sealing_many import OneByOne
from custodiet.flows import held_zones, picture
from custodiet.flows.end_decision import end_decision
from custodiet.flows.fit_device import token_hash
from custodiet.flows.keep_senders import change_scope, end_token
from custodiet.flows.receive_reports import Request, Singles
from custodiet.model.condition import ConditionKind, Interval, Schedule
from custodiet.model.ending import EndReason
from custodiet.model.errors import CannotRecord
from custodiet.model.report import DeviceSays
from custodiet.model.shape import Polygon
from custodiet.model.stored import StandingChange
from custodiet.model.times import to_ms
from custodiet.rules.conditions.calm import around
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.plane import point
from custodiet.rules.conditions.zones import lay_out
from custodiet.rules.conditions.zones_columns import AreaRows, reaches
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.traccar_columns import read_line

SERIALS = ("TAG-HOME", "TAG-CURFEW", "TAG-FREE", "TAG-SHORT", "TAG-JUDGED", "TAG-NONE")
NEAR = (HOME[0] + 0.0001, HOME[1] + 0.0001)
EDGE = (HOME[0] + 0.0017, HOME[1])
"""Some ten metres from the edge of HOME's zone."""
NORTH, SOUTH = (HOME[0] + 0.0013, HOME[1]), (HOME[0] - 0.0013, HOME[1])
"""Some fifty metres from that edge, and farther from each other."""
STANDS = ("contact", "watch", "device_watch", "alert", "task", "sighting", "after_stop", "tally", "word")


class Place:
    """One of two houses in which the same happens; `at_once`: whether anything is taken at once."""

    def __init__(self, folder, *, at_once):
        self.at_once = at_once
        folder.mkdir()
        self.house = house = House(folder)
        people = {serial: house.person(serial) for serial in SERIALS}
        self.people = people
        self.newcomers = self.posts = 0
        common = {"zones": False}
        watch(house, person=people["TAG-HOME"], **common)
        hours = Schedule(once=(Interval(house.clock.now(), house.clock.now() + 100 * HOUR),))
        self.curfew = watch(house, person=people["TAG-CURFEW"], kind=ConditionKind.CURFEW, schedule=hours, **common)
        house.decide(people["TAG-FREE"])
        self.short = watch(house, person=people["TAG-SHORT"], ends_at=house.clock.now() + 5 * HOUR, **common)
        watch(house, person=people["TAG-JUDGED"], **JUDGED_ONLY, **common)
        house.clock.pass_(HOUR)
        self.tokens = house.sender(*SERIALS), house.sender(*SERIALS[:3])
        self.begin()

    def begin(self):
        """The gateway starts."""
        self.monitor = self.house.monitor(at_once=self.at_once)
        give_zones(self.house, self.monitor)

    def post(self, *requests):
        """Answers of one commit; every other time, what can be read together is."""
        self.posts += 1
        made = [self.request(token, bodies) for token, bodies in requests]
        if self.at_once and self.posts % 2:
            made = [one for _, some in groupby(made, can_come_together) for one in together(list(some))]
        return [one if not isinstance(one, CannotRecord) else str(one) for one in self.monitor.receive(made)]

    def request(self, token, bodies):
        lines = lines_of(bodies) if self.at_once else tuple(read_line(body) for body in bodies)
        sender = self.monitor.sender(token_hash(self.tokens[token]))
        return Request(sender, lines, self.house.clock.now())

    def stands(self):
        """Everything that a report may have changed but the order of sealed pieces."""
        return {name: sorted(map(repr, rows(self.house, f"SELECT * FROM {name}"))) for name in STANDS}

    def memory(self):
        """What is held to judge by, all of it back where it stands without the table."""
        watching = self.monitor._watching
        watching.let_go_of_all()
        # The arithmetic of columns may differ in the last place, and a reach with it.
        reaches = {under: pytest.approx(quiet.calm.reach_m, abs=1e-6) for under, quiet in watching._quiet.items()}
        quiet = {under: (one.calm.place, one.scratch, one.since, one.held_at) for under, one in watching._quiet.items()}
        held = (watching._newest, reaches, quiet, watching._scratch, watching._contacts, watching._watches)
        return (*held, watching._device_watches, self.monitor._seen.held(), self.monitor._placed.held())


def can_come_together(request):
    return len(request.lines) == 1 and not request.lines.untold


def together(requests):
    """The same, as they are read in one turn of the loop."""
    if len(requests) < 2 or not can_come_together(requests[0]):
        return requests
    lines = lines_of([one.lines._line(0) for one in requests])
    return [Singles([one.sender for one in requests], lines, requests[0].received_at)]


@pytest.fixture
def both(tmp_path):
    made = [Place(tmp_path / name, at_once=name == "at_once") for name in ("at_once", "one_by_one")]
    yield made
    for one in made:
        one.house.close()


def told(serial, at, place=HOME, **given):
    """A forwarded position."""
    attributes = {name: given.pop(name) for name in tuple(given) if name in ATTRIBUTES}
    position = {"fixTime": as_traccar_writes(at), "latitude": place[0], "longitude": place[1], "accuracy": 8.0} | given
    return json.dumps({"position": position | {"attributes": attributes}, "device": {"uniqueId": serial}}).encode()


ATTRIBUTES = ("batteryLevel", "charge", "alarm", "sat", "hdop", "approximate", "mock")
ODD = (
    {"accuracy": None}, {"accuracy": 500.0}, {"accuracy": "8.0"}, {"accuracy": 5000.0}, {"speed": 400.0},
    {"speed": 2.7}, {"batteryLevel": 5.0}, {"batteryLevel": 25.0}, {"batteryLevel": 15.0, "charge": True},
    {"alarm": "removing"}, {"alarm": "tampering,lowBattery"}, {"approximate": True}, {"mock": True}, {"valid": False},
    {"deviceTime": "2031-03-03T23:00:00Z"}, {"hdop": 0.9, "sat": 9.0, "course": 360.0, "altitude": -3.0},
    {"fixTime": None}, {"fixTime": "1999-01-01T00:00:00Z"}, {"latitude": None}, {"latitude": 95.0}, {"event": 1},
)  # fmt: skip


def line(now, random):
    serial = random.choice([*SERIALS[:3], *SERIALS[:4], *SERIALS])
    back = random.choices([0, -1, -30, -90, -3600, -90_000, 200, 900], (12, 3, 3, 2, 1, 1, 1, 1))[0]
    where = random.choices([HOME, NEAR, NORTH, SOUTH, EDGE, AWAY], (6, 4, 3, 3, 2, 2))[0]
    given = random.choice(ODD) if random.random() < 0.25 else {}
    if random.random() < 0.03:
        return random.choice([b"?", b"{}", b"null", b"\xff", told(serial, now)[:-3], b'{"event":{"type":"alarm"}}'])
    return told(serial, now + back * SECOND + timedelta(milliseconds=random.randrange(3)), where, **given)


@pytest.mark.parametrize("seed", range(8))
def test_a_course_of_things_is_the_same_at_once_and_one_by_one(both, seed):
    random, at_once = Random(seed), 0
    for _ in range(40):
        happens(both, random)
        step = random.choice([0, 1, 20, 60, 60, 60, 61, 300]) * SECOND
        now = both[0].house.clock.now() + step
        requests = []
        if random.random() < 0.8:  # a minute of everyone's
            usual = {"batteryLevel": 80.0, "sat": 8.0, "speed": 1.5}
            odd = {serial: random.choice(ODD) if random.random() < 0.15 else {} for serial in SERIALS}
            where = {serial: random.choice([NEAR, NEAR, NORTH, SOUTH]) for serial in SERIALS}
            requests.append((0, [told(one, now, where[one], **(usual | odd[one])) for one in SERIALS]))
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            sender = random.choices([0, 1], (6, 1))[0]
            requests += [(sender, [line(now, random) for _ in range(random.randrange(1, 7))])]
        for _ in range(random.choice([0, 0, 8])):  # one position a request, as devices send them
            sender, serial = random.choice([0, 0, 1]), random.choice(SERIALS[:4])
            requests.append((sender, [told(serial, now + random.randrange(4) * SECOND, NEAR)]))
        for one in both:
            one.house.clock.pass_(step)
        taken = both[0].monitor._take([both[0].request(*each) for each in requests], now)
        at_once += 0 if taken is None else len(taken)
        answers = [one.post(*requests) for one in both]
        assert answers[0] == answers[1]
    for _ in range(13):  # a quiet quarter of an hour: whoever nothing goes on with is calm about lately in the end
        for one in both:
            one.house.clock.pass_(MINUTE)
            one.monitor.idle()
        now = both[0].house.clock.now()
        answers = [one.post((0, [told(serial, now, NEAR) for serial in SERIALS])) for one in both]
        assert answers[0] == answers[1]
    stands, memory = zip(*((one.stands(), one.memory()) for one in both), strict=True)
    assert stands[0] == stands[1]
    assert memory[0] == memory[1]
    assert whole(both[0].house)
    copies = [
        {serial: sorted(map(repr, one.house.copy(person))) for serial, person in one.people.items()} for one in both
    ]
    assert copies[0] == copies[1]
    assert at_once > 10


@pytest.mark.parametrize(("before", "then"), [(HOME, HOME), (NORTH, SOUTH)])
def test_a_request_that_cannot_be_taken_whole_takes_nothing_of_anothers_with_it(both, before, then):
    for place in both:
        for _ in range(3):
            place.house.clock.pass_(MINUTE)
            place.post((0, [told(serial, place.house.clock.now(), before) for serial in SERIALS[:3]]))
        place.house.decide(place.people["TAG-NONE"], keys=False)
        place.house.clock.pass_(MINUTE)
        place.monitor.refresh()
        now = place.house.clock.now()
        of_home, of_others = (
            [told(one, now, then) for one in ("TAG-HOME", "TAG-NONE")],
            [told(one, now, then) for one in ("TAG-FREE", "TAG-CURFEW")],
        )
        if place.at_once:
            assert len(place.monitor._take([place.request(0, of_home), place.request(0, of_others)], now)) == 3
        whole_again, others = place.post((0, of_home), (0, of_others))
        assert "no key yet" in whole_again
        assert [one.outcome for one in others] == ["kept"] * 2
        place.house.issue_keys()
        [answers] = place.post((0, [*of_home, *of_others]))
        assert [one.outcome for one in answers] == ["kept", "kept", "duplicate", "duplicate"]
    assert both[0].stands() == both[1].stands()
    assert both[0].memory() == both[1].memory()
    assert whole(both[0].house)


@pytest.mark.parametrize("ended", [False, True])
def test_of_posts_that_were_read_together_each_takes_effect_by_itself(both, ended):
    for place in both:
        for _ in range(3):
            place.house.clock.pass_(MINUTE)
            place.post((0, [told(serial, place.house.clock.now()) for serial in SERIALS[:3]]))
        place.house.decide(place.people["TAG-NONE"], keys=False)
        if ended:
            token = place.monitor.sender(token_hash(place.tokens[1])).token
            end_token(place.house.store, token.sender_id, token.id, ANA)
        place.house.clock.pass_(MINUTE)
        now, place.posts = place.house.clock.now(), 0
        sent = [(0, "TAG-HOME"), (1, "TAG-SHORT"), (0, "TAG-NONE"), (1, "TAG-CURFEW"), (0, "TAG-FREE"), (0, "TAG-FREE")]
        answers = place.post(*((token, [told(serial, now)]) for token, serial in sent))
        assert "no key yet" in answers.pop(2)
        by_other = ["token_ended", "token_ended"] if ended else ["not_yours", "kept"]
        assert [one.shown or one.outcome for [one] in answers] == ["kept", *by_other, "kept", "duplicate"]
    assert both[0].stands() == both[1].stands()
    assert both[0].memory() == both[1].memory()
    assert whole(both[0].house)


def test_single_posts_of_one_commit_are_taken_at_once(both):
    at_once, one_by_one = both
    for place in both:
        for minute in range(4):
            place.house.clock.pass_(MINUTE)
            now = place.house.clock.now()
            answers = place.post(*((0, [told(serial, now)]) for serial in SERIALS[:4]))
            assert [one.outcome for [one] in answers] == ["kept"] * 4
            if place.at_once and minute == 2:
                assert {"TAG-HOME", "TAG-FREE"} <= set(place.monitor._watching._steady.serials)
    place.house.clock.pass_(MINUTE)
    requests = [at_once.request(0, [told(serial, now + SECOND)]) for serial in SERIALS[:4]]
    assert len(at_once.monitor._take(requests, now + SECOND)) == 4
    assert at_once.stands() == one_by_one.stands()
    assert at_once.memory() == one_by_one.memory()


ZONED = ("TAG-HOME", "TAG-CURFEW", "TAG-SHORT")


def at_rest(both, where):
    """Everyone's calm is about there; of whoever is taken at once the zones are asked from now on."""
    for place in both:
        for _ in range(2):
            place.house.clock.pass_(MINUTE)
            place.post((0, [told(serial, place.house.clock.now(), where) for serial in ZONED]))
    steady = both[0].monitor._watching._steady
    assert set(ZONED) <= set(steady.serials)
    asked = []
    reach_at = steady._reach_at
    steady._reach_at = lambda rows, *given: asked.extend(rows.tolist()) or reach_at(rows, *given)
    return asked


def goes(both, *lines):
    """A minute later these came, (serial, seconds, place, more). How many of them are taken at once."""
    for place in both:
        place.house.clock.pass_(MINUTE)
    now = both[0].house.clock.now()
    bodies = [told(serial, now + after * SECOND, where, **more) for serial, after, where, more in lines]
    taken = both[0].monitor._take([both[0].request(0, bodies)], now)
    answers = [one.post((0, bodies)) for one in both]
    assert answers[0] == answers[1]
    assert both[0].stands() == both[1].stands()
    return len(taken)


def test_whoever_goes_farther_within_their_zones_is_taken_at_once_and_calm_about_there(both):
    asked = at_rest(both, NORTH)
    for where in (SOUTH, NORTH, SOUTH):
        assert goes(both, *((serial, 0, where, {}) for serial in ZONED)) == 3
        asked.clear()
        assert goes(both, *((serial, 0, where, {}) for serial in ZONED)) == 3
        assert asked == []
    assert both[0].memory() == both[1].memory()


def test_of_several_fixes_of_whoever_goes_farther_the_last_one_is_where_they_are_calm(both):
    at_rest(both, NORTH)
    there_and_back = [(serial, after, where, {}) for serial in ZONED for after, where in ((-9, SOUTH), (-1, NORTH))]
    assert goes(both, *there_and_back, ("TAG-HOME", 0, HOME, {})) == 7
    assert both[0].memory() == both[1].memory()


@pytest.mark.parametrize(
    ("where", "more"),
    [
        (EDGE, {"accuracy": 25.0}),
        (AWAY, {}),
        (SOUTH, {"accuracy": 500.0}),
        (SOUTH, {"accuracy": None}),
        (SOUTH, {"speed": 400.0}),
        (SOUTH, {"approximate": True}),
    ],
)
def test_whoever_goes_where_that_cannot_be_said_is_judged(both, where, more):
    at_rest(both, NORTH)
    lines = [("TAG-CURFEW", 0, SOUTH, {}), ("TAG-HOME", 0, SOUTH, {}), ("TAG-HOME", 1, where, more)]
    assert goes(both, *lines) == 1
    assert both[0].memory() == both[1].memory()


def test_whose_calm_place_is_too_old_is_not_asked_about(both):
    asked = at_rest(both, NORTH)
    for place in both:
        place.house.clock.pass_(10 * MINUTE)
    assert goes(both, ("TAG-HOME", 0, SOUTH, {})) == 0
    assert asked == []
    assert both[0].memory() == both[1].memory()


def test_where_a_zone_is_not_at_hand_whoever_goes_farther_is_judged(both):
    both[0].monitor._watching._zones_of = lambda *_: None
    at_rest(both, NORTH)
    assert goes(both, ("TAG-HOME", 0, SOUTH, {}), ("TAG-CURFEW", 0, NORTH, {})) == 1
    assert both[0].memory() == both[1].memory()


def test_zones_that_come_while_a_batch_is_decided_on_are_of_the_next_one(both):
    at_once, _ = both
    at_rest(both, NORTH)
    watching = at_once.monitor._watching
    judge, judged = watching.judge, []

    def judging(*given):
        judged.append(True)
        if len(judged) == 2:
            watching.give_zones({})  # as its thread may at any time
        return judge(*given)

    watching.judge = judging
    at_once.monitor._is_behind = True  # so that it is decided on once more, inside the transaction
    at_once.house.clock.pass_(MINUTE)
    now = at_once.house.clock.now()
    bodies = [told(serial, now, NORTH) for serial in ZONED]
    assert [one.outcome for one in at_once.post((0, bodies))[0]] == ["kept"] * 3
    steady = watching._steady
    assert len(judged) == 2
    assert not steady._lately_count[steady._free].any()
    del watching.judge
    assert [one.outcome for one in at_once.post((0, bodies))[0]] == ["duplicate"] * 3


def test_many_fixes_of_one_device_with_large_zones_are_asked_about_in_bounded_memory(both):
    at_once, _ = both
    steady = at_once.monitor._watching._steady
    rows = np.arange(3000) % 2
    random = Random(3)

    def ring(north, east):
        angles = [2 * pi * (corner + random.random() / 2) / 500 for corner in range(500)]
        return tuple(
            (round(465_000_000 + north + 8e4 * sin(one)), round(-280_000_000 + east + 8e4 * cos(one))) for one in angles
        )

    shapes = [Polygon((ring(200_000 * place, 0),)) for place in range(20)]
    for row in (0, 1):
        steady._zones[row] = PackedZones.together(map(PackedZones.of, shapes))
        steady._keep_out[row] = (False, *[True] * 19)
    lat_e7, lon_e7 = (np.array([random.randrange(at, at + 70_000) for _ in rows]) for at in (465_000_000, -280_000_000))
    tracemalloc.start()
    try:
        reach_m = steady._reach_at(rows, lat_e7, lon_e7)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 << 20
    areas = [
        (lay_out(shape), ConditionKind.EXCLUSION if place else ConditionKind.INCLUSION)
        for place, shape in enumerate(shapes)
    ]
    for row in range(0, 3000, 97):
        calm = around(point(int(lat_e7[row]), int(lon_e7[row])), areas)
        assert (None if np.isnan(reach_m[row]) else reach_m[row]) == (calm and pytest.approx(calm.reach_m, abs=1e-6))


def test_nobody_is_calm_elsewhere_before_it_is_written(both):
    asked = at_rest(both, NORTH)
    at_once, _ = both
    now = at_once.house.clock.now()
    rest = at_once.monitor._watching._steady._table.copy()
    for _ in range(2):
        at_once.monitor._take([at_once.request(0, [told("TAG-HOME", now + SECOND, SOUTH)])], now + SECOND)
    assert len(asked) == 2
    assert (at_once.monitor._watching._steady._table == rest).all()


def end_short(place):
    ends = (place.short.decision_id, Move.WITHDRAW, Ender(ANA), EndReason.NOT_NEEDED)
    end_decision(place.house.store, place.house.chance, *ends)


def excuse(place):
    now = place.house.clock.now()
    desk(place.house).authorise_absence(place.curfew.condition_id, Interval(now + HOUR, now + 2 * HOUR), ANA)


def book_off(place):
    now = place.house.clock.now()
    [fitting] = rows(
        place.house, "SELECT f.id FROM fitting f, device d WHERE f.device_id = d.id AND serial = 'TAG-HOME'"
    )
    desk(place.house).book_removal(*fitting, Interval(now + HOUR, now + 2 * HOUR), ANA)


def restate(place):
    place.house.decide(place.people["TAG-NONE"])


CHANGES = {
    "somebody new": (lambda place: place.house.person("TAG-NEW"), set()),
    "another decision": (restate, set()),
    "a token": (lambda place: place.house.sender(*SERIALS), set()),
    "an end": (end_short, {"TAG-SHORT"}),
    "a device taken off": (lambda place: place.house.unfit(place.people["TAG-FREE"]), {"TAG-FREE"}),
    "an absence": (excuse, {"TAG-CURFEW"}),
    "a removal booked": (book_off, {"TAG-HOME"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_standing_is_only_about_those_whom_it_is_about(both, change):
    happen, whom = CHANGES[change]
    everyone = set(SERIALS[:4])
    for place in both:
        for _ in range(3):
            place.house.clock.pass_(MINUTE)
            now = place.house.clock.now()
            place.post((0, [told(serial, now, NEAR) for serial in SERIALS[:4]]))
    steady, watching = both[0].monitor._watching._steady, both[0].monitor._watching
    assert set(steady.serials) == everyone
    plans = set(watching._plans)
    for place in both:
        happen(place)
        place.monitor.refresh()
        place.monitor.idle()
    assert set(steady.serials) == everyone - whom
    assert len(plans - set(watching._plans)) == len(whom)
    answers = []
    for place in both:
        place.house.clock.pass_(MINUTE)
        now = place.house.clock.now()
        answers.append(place.post((0, [told(serial, now, NEAR) for serial in SERIALS[:4]])))
    assert answers[0] == answers[1]
    assert both[0].stands() == both[1].stands()
    assert both[0].memory() == both[1].memory()


def test_other_settings_of_a_scheme_are_about_everyone(both):
    at_once, _ = both
    at_once.house.clock.pass_(MINUTE)
    at_once.post((0, [told("TAG-HOME", at_once.house.clock.now())]))
    with at_once.house.store.reading() as view:
        change = view.standing_since(0)
        assert at_once.monitor._picture.absorb(change, view.condition) is None
        assert at_once.monitor._picture.absorb(replace(change, schemes=()), view.condition) is not None


def test_of_every_kind_of_change_it_is_known_whom_it_is_about():
    """What the picture does not know of would be about nobody: whoever adds a kind says here whose it is."""
    cases_or_devices = {"cases", "devices", "fittings", "decisions", "conditions", "absences", "removals", "destroyed"}
    everyone, nobody = {"schemes"}, {"version", "tokens", "keyed", "removed", "over_before"}
    assert {one.name for one in fields(StandingChange)} == cases_or_devices | everyone | nobody


def test_no_zone_stays_laid_out_as_columns_and_none_at_all_of_a_decision_that_is_over(both):
    at_once, _ = both
    for _ in range(13):
        at_once.house.clock.pass_(MINUTE)
        at_once.monitor.idle()
        now = at_once.house.clock.now()
        at_once.post((0, [told(serial, now) for serial in ("TAG-HOME", "TAG-CURFEW", "TAG-SHORT")]))
    assert len(rows_told_anew(at_once)) == 3
    assert not [one for one in gc.get_objects() if type(one) is AreaRows]
    watching = at_once.monitor._watching
    assert at_once.short.decision_id in watching._zones._packed
    end_short(at_once)
    at_once.monitor.refresh()
    assert at_once.short.decision_id not in watching._zones._packed


def test_it_is_the_same_where_nearly_nobody_is_held_gathered_or_laid_out(both, monkeypatch):
    for module, bound in ((picture, "_GATHERED_MAX"), (held_zones, "LAID_OUT_MAX")):
        monkeypatch.setattr(module, bound, 1)
    test_a_course_of_things_is_the_same_at_once_and_one_by_one(both, 0)
    at_once, _ = both
    assert len(at_once.monitor._picture._standing) == 1


def test_it_is_the_same_where_nothing_was_compiled(both):
    at_once, _ = both
    steady = at_once.monitor._watching._steady
    steady._many, steady._reaches = OneByOne(at_once.house.sealer.seal_under), reaches
    test_a_course_of_things_is_the_same_at_once_and_one_by_one(both, 0)


def is_steady(one):
    return one.serial in one.monitor._watching._steady


def test_whoever_stays_is_steady_and_nothing_timed_at_their_end_is_taken(house):
    ends_at = house.clock.now() + HOUR
    one = watch(house, ends_at=ends_at)
    assert one.stay(HOME, 3) == ["kept"] * 3
    assert is_steady(one)
    house.clock.set(ends_at - SECOND)
    assert one.at(HOME, ends_at - 2 * SECOND) == "kept"
    assert one.at(HOME, ends_at) == "refused ended"
    house.clock.set(ends_at)
    assert one.at(HOME, ends_at - SECOND) == "refused ended"


def test_a_new_day_has_a_session_of_its_own(house):
    one = watch(house)
    house.clock.set(house.clock.now().replace(hour=23, minute=57))
    assert one.stay(HOME, 2) == ["kept"] * 2
    assert is_steady(one)
    house.clock.pass_(2 * MINUTE)
    house.issue_keys()
    one.monitor.refresh()
    assert one.stay(HOME, 2) == ["kept"] * 2
    days = [day for (day,) in rows(house, "SELECT day FROM session ORDER BY day")]
    assert len(days) == len(set(days)) == 2
    assert is_steady(one)
    assert {live.day for _, _, live in held(one)} == {house.clock.now().date()}


@pytest.mark.parametrize("fixes", [1, 7, 8, 9, 16, 17, 40])
def test_every_fix_of_whoever_was_steady_is_known_however_many_stood_in_the_row(both, fixes):
    at_once, _ = both
    began = at_once.house.clock.now()
    times = [began + number * SECOND for number in range(1, fixes + 3)]
    at_once.house.clock.pass_(MINUTE)
    for at in times:
        assert [one.outcome for one in at_once.post((0, [told("TAG-HOME", at)]))[0]] == ["kept"]
    assert "TAG-HOME" in at_once.monitor._watching._steady
    [answers] = at_once.post((0, [told("TAG-HOME", at) for at in times]))
    assert [one.outcome for one in answers] == ["duplicate"] * len(times)


@pytest.mark.parametrize("together", [1, 2, 3, 5, 8, 9, 30])
def test_many_fixes_of_one_device_in_a_batch_are_each_known_afterwards(both, together):
    at_once, _ = both
    began = at_once.house.clock.now()
    at_once.house.clock.pass_(10 * MINUTE)
    serials, known = ("TAG-HOME", "TAG-CURFEW", "TAG-FREE"), []
    for batch in range(4):
        first = began + batch * 40 * SECOND
        bodies = [
            told(serial, first + number * SECOND)
            for number in range(together + 4)
            for place, serial in enumerate(serials)
            if number < together + 2 * place - batch % 2
        ]
        [answers] = at_once.post((0, bodies))
        assert [one.outcome for one in answers] == ["kept"] * len(bodies)
        known += bodies
    assert all(serial in at_once.monitor._watching._steady for serial in serials)
    [answers] = at_once.post((0, known))
    assert [one.outcome for one in answers] == ["duplicate"] * len(known)


@pytest.mark.parametrize("thought_of", [True, False])
def test_a_fix_that_an_ending_removed_of_whoever_was_steady_may_come_again(house, thought_of, monkeypatch):
    """Also where nobody would have been looked at again because of that ending."""
    one = watch(house)
    assert one.stay(HOME, 5) == ["kept"] * 5
    now = house.clock.now()
    assert one.at(HOME, now + 4 * MINUTE) == "kept"  # a device whose clock is fast
    assert is_steady(one)
    house.clock.pass_(SECOND)
    house.decide(one.person, follows=one.decision_id, starts_at=now + 2 * MINUTE)
    if not thought_of:
        monkeypatch.setattr(one.monitor, "_think_again", lambda *_: None)
    one.monitor.refresh()
    house.clock.set(now + 5 * MINUTE)
    assert one.at(HOME, now + 4 * MINUTE) == "kept"
    assert one.at(HOME, now + 4 * MINUTE) == "duplicate"
    assert one.at(HOME, now) == "duplicate"


def test_a_key_of_yesterday_goes_from_the_table_as_from_anywhere_else(house):
    one = watch(house)
    midnight = house.clock.now().replace(hour=0, minute=0) + DAY
    house.clock.set(midnight - 2 * MINUTE)
    assert one.stay(HOME) == ["kept"]
    house.clock.set(midnight + MINUTE)
    house.issue_keys()
    one.monitor.refresh()
    one.monitor.idle()
    assert one.at(HOME, midnight - SECOND) == "kept"
    one.monitor.idle()
    assert not [live for _, _, live in held(one) if live.day != house.clock.now().date()]


def held(one):
    return [wearer for wearer in one.monitor._watching._steady._wearer if wearer is not None]


def test_whoever_wears_nothing_any_more_is_not_steady_and_no_place_nor_key_is_left_in_the_table(house):
    one = watch(house)
    one.stay(HOME, 4)
    steady = one.monitor._watching._steady
    table, key, context = steady._table, steady._key, steady._context
    assert table["lat_e7"].any()
    assert key.any()
    assert context.any()
    house.unfit(one.person)
    one.monitor.refresh()
    assert not is_steady(one)
    assert not any(table[name].any() for name in ("x", "y", "z", "lat_e7", "lon_e7", "back_x", "back_ms"))
    assert not key.any()
    assert not context.any()


def test_a_place_is_held_for_ten_minutes_and_no_longer(house):
    one = watch(house)
    one.stay(HOME, 4)
    house.clock.pass_(10 * MINUTE)
    one.monitor.idle()
    assert is_steady(one)
    house.clock.pass_(SECOND)
    one.monitor.idle()
    assert not is_steady(one)
    assert not one.monitor._watching._quiet
    assert not one.monitor._watching._steady._table["lat_e7"].any()


@pytest.mark.parametrize("more", [{"accuracy": None}, {"accuracy": 500.0}, {"says": DeviceSays(5.0)}], ids=str)
def test_whoever_sends_what_is_weighed_is_steady_no_more_until_it_is(house, more):
    one = watch(house)
    one.stay(HOME, 4)
    assert one.stay(HOME, **more) == ["kept"]
    assert not is_steady(one) or "says" not in more
    one.stay(HOME, 8, says=DeviceSays(80.0))
    assert is_steady(one)


def test_a_line_that_is_none_and_one_of_anothers_device_leave_the_rest_to_be_taken_at_once(both):
    at_once, _ = both
    house, monitor = at_once.house, at_once.monitor
    for _ in range(3):
        house.clock.pass_(MINUTE)
        now = house.clock.now()
        at_once.post((1, [told("TAG-HOME", now), told("TAG-FREE", now)]))
    house.clock.pass_(MINUTE)
    now = house.clock.now()
    lines = [b"not one", told("TAG-HOME", now), told("TAG-SHORT", now), told("TAG-FREE", now)]
    taken = monitor._take([at_once.request(1, lines)], now)
    assert taken.lines_of(0) == {1, 3}
    [answers] = at_once.post((1, lines))
    assert [" ".join(filter(None, (one.outcome, one.shown))) for one in answers] == [
        "refused not_the_format",
        "kept",
        "refused not_yours",
        "kept",
    ]


def test_what_two_senders_say_of_one_device_is_told_apart(both):
    """The one whose it is not is refused, and costs the other nothing."""
    at_once, one_by_one = both
    for place in both:
        for _ in range(3):
            place.house.clock.pass_(MINUTE)
            now = place.house.clock.now()
            place.post((0, [told("TAG-SHORT", now)]))
        place.house.clock.pass_(MINUTE)
    now = at_once.house.clock.now()
    requests = (0, [told("TAG-SHORT", now)]), (1, [told("TAG-SHORT", now + SECOND)])
    answers = [place.post(*requests) for place in both]
    assert answers[0] == answers[1]
    assert [one.outcome for [one] in answers[0]] == ["kept", "refused"]
    assert at_once.memory() == one_by_one.memory()


def newly_steady(place):
    """Nothing of theirs has been taken at once yet."""
    place.post((0, [told("TAG-HOME", place.house.clock.now())]))
    place.house.clock.pass_(MINUTE)
    assert not place.at_once or "TAG-HOME" in place.monitor._watching._steady


@pytest.mark.parametrize("posts", [1, 2])
def test_of_whoever_has_just_become_steady_a_token_that_has_ended_says_nothing(both, posts):
    for place in both:
        token = place.monitor.sender(token_hash(place.tokens[1])).token
        end_token(place.house.store, token.sender_id, token.id, ANA)
        newly_steady(place)
        now, place.posts = place.house.clock.now(), 0
        answers = place.post(*((1, [told("TAG-HOME", now + n * SECOND)]) for n in range(posts)))
        assert [one.shown for [one] in answers] == ["token_ended"] * posts
    assert both[0].stands() == both[1].stands()
    assert "TAG-HOME" not in both[0].monitor._watching._steady


def test_of_a_device_that_was_taken_out_of_a_scope_nothing_is_taken_any_more(both):
    for place in both:
        newly_steady(place)
        assert [one.outcome for [one] in place.post((1, [told("TAG-HOME", place.house.clock.now())]))] == ["kept"]
        sender = place.monitor.sender(token_hash(place.tokens[1])).sender
        change_scope(place.house.store, sender.id, ANA, remove=("TAG-HOME",))
        for token, said in ((1, "not_yours"), (0, None), (1, "not_yours")):
            place.house.clock.pass_(MINUTE)
            [[answer]] = place.post((token, [told("TAG-HOME", place.house.clock.now())]))
            assert answer.shown == said
    assert both[0].stands() == both[1].stands()


def rows_told_anew(one):
    table = one.monitor._watching._steady._table
    return table[table["held"] & table["anew"]]


def test_whoever_stays_is_calm_about_lately_in_their_row(both):
    """After ten minutes the old place is held no more, and nobody had to be taken one by one for that."""
    for place in both:
        place.post((0, [told("TAG-HOME", place.house.clock.now())]))
        for minute in range(25):
            place.house.clock.pass_(MINUTE)
            place.monitor.idle()
            where = (HOME[0] + 1e-6 * minute, HOME[1])
            place.post((0, [told("TAG-HOME", place.house.clock.now(), where)]))
            if place.at_once and minute > 1:
                assert "TAG-HOME" in place.monitor._watching._steady
    at_once, one_by_one = both
    [row] = rows_told_anew(at_once)
    now_ms = to_ms(at_once.house.clock.now())
    assert 0 < row["calm_lat_e7"] - round(HOME[0] * 1e7) < 250
    steady = at_once.monitor._watching._steady
    assert now_ms - steady._since_ms[steady._row_of["TAG-HOME"]] <= 10 * 60_000
    assert not any(row[name] for name in ("back_x", "back_y", "back_z"))
    assert at_once.memory() == one_by_one.memory()
    assert at_once.memory()[2]


def happens(both, random):
    """Now and then something that a steady wearer's row rests on changes."""
    what = random.random()
    for one in both:
        if what < 0.05:
            one.begin()
        elif what < 0.1:
            give_zones(one.house, one.monitor)
        elif what < 0.13:
            one.house.clock.set(one.house.clock.now() - 3 * MINUTE)
        elif what < 0.15:
            one.house.clock.pass_(HOUR)
        elif what < 0.17 and one.short.decision.in_force(one.house.clock.now()):
            ends = (one.short.decision_id, Move.WITHDRAW, Ender(ANA), EndReason.NOT_NEEDED)
            end_decision(one.house.store, one.house.chance, *ends)
        elif what < 0.2:
            one.newcomers += 1
            one.house.person(f"TAG-NEW-{one.newcomers}")
        elif what < 0.6:
            one.monitor.idle()
            one.monitor.refresh()
