"""A gateway that has lived through everything knows what one knows that reads the store anew; of those that share
devices out each knows that of its own.

Courses of whatever may happen, by chance: devices that are fitted, taken off and worn in turn, decisions of every mode
that are made, followed, paused and ended, absences and removals, clocks that go wrong, gateways that begin anew and
hand devices over. Whatever a gateway holds is held against what is read anew, again and again; in the end everybody
walks out, and is told of as whoever began a moment ago would tell of them.
"""

from contextlib import suppress
from datetime import timedelta
from operator import attrgetter
from random import Random

import pytest
from support.house import ANA, House
from support.many import steady
from support.sent import as_sent
from support.watched import AWAY, HOME, HOUR, MINUTE, SECOND, ask, circle, desk, report

from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.fit_device import end_fitting, fit_device, register_device, token_hash
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.model.condition import ALWAYS, ZONED, ConditionKind, Interval, Schedule
from custodiet.model.decision import State
from custodiet.model.errors import CannotRecord, IllegalMove, NotPermitted
from custodiet.model.finding import DeviceWatch, Matter
from custodiet.model.mode import ModeCode
from custodiet.model.partitions import NOBODYS, Turn
from custodiet.model.report import Alarm, DeviceSays
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.partitions import PARTITIONS, partition_of

PEOPLE, DEVICES = 6, 9
TRAILS = [ModeCode.FITTED_TRAIL] * 6 + [ModeCode.ZONE_ON_ARRIVAL] * 2
MODES = [*TRAILS, ModeCode.CARRIED_TRAIL, ModeCode.ZONE_ON_DEVICE]
KINDS = [ConditionKind.INCLUSION] * 3 + [ConditionKind.CURFEW, ConditionKind.EXCLUSION]


class Gateways:
    """One that has everything, or two that share devices out."""

    def __init__(self, house, random, *, share):
        self.house, self.random, self.share = house, random, share
        self.revision, self.owners, self.fences = 0, {}, {}
        self.begin()

    def make(self, name, **more):
        house = self.house
        given = (house.store, house.sealer, house.clock, house.chance, house.pinned)
        monitor = Monitor(*given, name=name, steady=steady(house.sealer), **more)
        monitor.refresh()
        return monitor

    def begin(self):
        """All of them anew, with nothing but the store."""
        more = {"share": NOBODYS, "share_by": self.house.store.share} if self.share else {}
        self.all = [self.make(self.house.chance.identity("m"), **more) for _ in range(1 + self.share)]
        if self.share:
            self.hand_over(1.0)

    def hand_over(self, likely):
        self.revision += 1
        for one in range(PARTITIONS):
            if self.random.random() < likely:
                self.owners[one], self.fences[one] = self.random.randrange(2), self.revision
        for number, monitor in enumerate(self.all):
            monitor.take_turn(Turn("c", {one: self.fences[one] for one, of in self.owners.items() if of == number}))
        self.refresh()

    def refresh(self):
        for monitor in self.all:
            monitor.refresh()

    def post(self, token, line):
        part = partition_of(line.serial)
        monitor = self.all[self.owners[part] if self.share else 0]
        monitor.refresh()
        request = Request(monitor.sender(token_hash(token)), as_sent([line]), self.house.clock.now(), frozenset({part}))
        [answer] = monitor.receive([request])
        return answer

    def keep_house(self, zones=1.0):
        """As they do once a second; so many of the zones that they want are given."""
        for monitor in self.all:
            monitor.refresh()
            monitor.idle()
            wanted = sorted(monitor.zones_wanted())
            some = frozenset(wanted[: round(len(wanted) * zones)])
            if some:
                monitor.give_zones(release_zones(self.house.store, self.house.vault, monitor.name, some))


class Course:
    """What happens to some people, by chance."""

    def __init__(self, folder, seed, *, share):
        self.random, self.house = Random(seed), House(folder)
        house = self.house
        self.people = [house.person() for _ in range(PEOPLE)]
        self.devices = [register_device(house.store, house.chance, f"TAG-{n}", ANA) for n in range(DEVICES)]
        self.token = house.sender(*(device.serial for device in self.devices))
        self.worn, self.decisions = {}, []
        self.gateways = Gateways(house, self.random, share=share)
        for number in range(PEOPLE):
            self.fit(number, number, "main")
            self.decide(number, "main")

    # --- what people decide ---

    def fit(self, device, person, strand):
        for other, (whose, on, _) in list(self.worn.items()):
            if other == device or (whose, on) == (person, strand):
                self.take_off(other)
        house, case = self.house, self.people[person].case
        fitting = fit_device(house.store, house.chance, self.devices[device].id, case.id, strand, ANA)
        self.worn[device] = (person, strand, fitting)

    def take_off(self, device):
        end_fitting(self.house.store, self.worn.pop(device)[2].id, ANA)

    def decide(self, person, strand, **given):
        random, now = self.random, self.house.clock.now()
        kind = random.choice(KINDS)
        hours = tuple(Interval(now + n * HOUR, now + n * HOUR + 40 * MINUTE) for n in range(12))
        always = kind is not ConditionKind.CURFEW and random.random() < 0.7
        starts_at = now + random.choice([0, 0, 0, 3, 20, 130]) * MINUTE
        asked = {
            "kind": kind,
            "schedule": ALWAYS if always else Schedule(once=hours),
            "geometry": circle(AWAY if kind is ConditionKind.EXCLUSION else HOME),
            "mode": random.choice(MODES),
            "starts_at": starts_at,
            "review_due_at": starts_at + random.choice([15 * MINUTE, 9 * HOUR, 30 * HOUR]),
            "late_max": timedelta(hours=random.choice([1, 24, 48])),
        }
        decision, conditions = ask(self.house, self.people[person], strand=strand, **(asked | given))
        self.decisions.append((person, strand, decision.id, conditions))

    def settle(self):
        """Whoever wears a device under nothing in force has something decided about them that lasts."""
        now = self.house.clock.now()
        for person, strand, _ in self.worn.values():
            with self.house.store.reading() as view:
                decisions = view.decisions_of(self.people[person].case.id)
            if any(one.strand == strand and one.in_force(now) for one in decisions):
                continue
            lasts = {"starts_at": now, "review_due_at": now + 60 * HOUR, "mode": self.random.choice(TRAILS)}
            with suppress(NotPermitted, IllegalMove):
                self.decide(person, strand, kind=ConditionKind.INCLUSION, schedule=ALWAYS, geometry=circle(), **lasts)

    def about_one(self, what):
        """Something about a decision that was made lately."""
        random, house = self.random, self.house
        person, strand, decision_id, conditions = random.choice(self.decisions[-2 * PEOPLE :])
        state, by = house.decision(decision_id).state, Ender(ANA, authority=True)
        if what == "follow":
            self.decide(person, strand, follows=decision_id)
        elif what == "end":
            end_decision(house.store, house.chance, decision_id, random.choice([Move.WITHDRAW, Move.ANNUL]), by)
        elif what == "pause" and state is State.SUSPENDED:
            resume_decision(house.store, decision_id, by)
        elif what == "pause":
            suspend_decision(house.store, decision_id, by)
        elif conditions:
            begins = house.clock.now() + random.choice([-20, 0, 10]) * MINUTE
            during = Interval(begins, begins + random.choice([15, 60]) * MINUTE)
            desk(house).authorise_absence(random.choice(conditions), during, ANA)

    def happen(self):
        random, house, now = self.random, self.house, self.house.clock.now()
        whom = (random.randrange(PEOPLE), random.choice(["main", "main", "other"]))
        match random.choice("fffuddddFFEEPPPPAAARKKBBOOO......WGHH"):
            case "f":
                self.fit(random.randrange(DEVICES), *whom)
            case "u" if self.worn:
                self.take_off(random.choice(sorted(self.worn)))
            case "d":
                self.decide(*whom)
            case "F":
                self.about_one("follow")
            case "E":
                self.about_one("end")
            case "P":
                self.about_one("pause")
            case "A":
                self.about_one("absence")
            case "R" if self.worn:
                fitting = self.worn[random.choice(sorted(self.worn))][2]
                desk(house).book_removal(fitting.id, Interval(now + MINUTE, now + 40 * MINUTE), ANA)
            case "K":
                house.issue_keys()
            case "B":
                self.go_back(random.choice([1, 90, 400]) * SECOND)
            case "O":
                house.clock.pass_(random.choice([1, 3, 11]) * HOUR)
                house.issue_keys()
            case "W":
                while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
                    pass
            case "G":
                self.gateways.begin()
            case "H" if self.gateways.share:
                self.gateways.hand_over(0.4)

    def go_back(self, by):
        """The clock is wrong for a moment."""
        self.house.clock.pass_(-by)
        with suppress(CannotRecord):
            self.gateways.keep_house()
        self.report_all(HOME)
        self.house.clock.pass_(by)

    # --- what devices say ---

    def report_all(self, where):
        random, now = self.random, self.house.clock.now()
        for device in sorted(self.worn):
            if random.random() < 0.15:
                continue
            late = random.choice([0] * 7 + [5, 5, 70, 3600, -100]) * SECOND
            alarms = frozenset(random.choice([(), (), (Alarm.STRAP,), (Alarm.CASE,)]))
            says = DeviceSays(random.choice([80.0, 25.0, 5.0]), None, alarms) if random.random() < 0.1 else None
            place = where if random.random() < 0.85 else random.choice([HOME, AWAY])
            self.report(device, now - late, place, speed=random.choice([None, 1.4]), says=says)

    def report(self, device, at, place, **given):
        with suppress(CannotRecord):
            self.gateways.post(self.token, report(self.devices[device].serial, at, place, **given))

    def step(self):
        random, clock = self.random, self.house.clock
        with suppress(NotPermitted, IllegalMove):
            self.happen()
        if random.random() < 0.5:
            self.gateways.keep_house(zones=random.choice([0.5, 1.0, 1.0]))
        for _ in range(random.choice([0, 1, 3])):
            clock.pass_(random.choice([1, 30, 60, 61]) * SECOND)
            self.report_all(random.choice([HOME, HOME, HOME, AWAY]))
        if random.random() < 0.3:
            clock.pass_(random.choice([1, 20, 60, 600]) * SECOND)

    # --- what is known of it ---

    def check(self):
        """Each holds of its own what is read anew."""
        gateways, now = self.gateways, self.house.clock.now()
        gateways.keep_house(zones=0.0)
        anew = gateways.make("anew")
        anew._force.bring_up_to(now)
        anew._say_what_is_in_force(None, now)
        for monitor in gateways.all:
            monitor._watching.look_at_what_was_given()
            assert_same(monitor, anew, now)

    def walk_out(self):
        """Everybody stays at home, and then goes: who was told of, and who was to be by what stands."""
        house, before = self.house, set(self.told())
        house.issue_keys()
        for _ in range(2):
            self.gateways.keep_house()
        began = house.clock.now()
        for place, minutes, speed in ((HOME, 13, None), (HOME, 1, 1.4), (AWAY, 9, None)):
            for _ in range(minutes):
                house.clock.pass_(MINUTE)
                self.gateways.keep_house()
                for device in sorted(self.worn):
                    self.report(device, house.clock.now(), place, speed=speed)
        new = {told for told in self.told() if told not in before}
        return {told[1:] for told in new if told[3] is Matter.OUT_OF_PLACE}, self.due(began)

    def told(self):
        with self.house.store.reading() as view:
            cases = [view.decisions_of(person.case.id) for person in self.people]
            alerts = [alert for decisions in cases for one in decisions for alert in view.alerts_of(one.id)]
        return [(alert.id, alert.fitting_id, alert.condition_id, alert.matter, alert.weight) for alert in alerts]

    def due(self, began):
        """Fittings and zones to stay in, always, under decisions that were in force all the time."""
        due, now = set(), self.house.clock.now()
        with self.house.store.reading() as view:
            for person, strand, fitting in self.worn.values():
                for decision in view.decisions_of(self.people[person].case.id):
                    paused = any(pause.to_at is None or pause.to_at > began for pause in decision.suspensions)
                    in_force = decision.strand == strand and decision.covers(began) and decision.in_force(now)
                    if not in_force or paused or decision.mode is ModeCode.ZONE_ON_DEVICE:
                        continue
                    due |= {
                        (fitting.id, one.id)
                        for one in view.conditions_of(decision.id)
                        if one.schedule.is_always and not any(each.to_at > began for each in view.absences(one.id))
                    }
        return due


def assert_same(monitor, anew, now):
    """What the one holds of its own, and the other has read."""
    mine, here, true = monitor._is_mine, monitor._watching, anew._watching
    assert monitor._force.fittings == {one for one in anew._force.fittings if mine(one)}
    assert monitor._force.decisions == {one.id for _, _, one in anew._picture.sealing_in_force(now, mine)}
    held = {
        condition
        for decision, packed in here._zones._packed.items()
        for place, condition in enumerate(here._zones.conditions_of(decision))
        if place not in packed.not_given()
    }
    wanted = {one for one, of in true._zones._wanted.items() if of in here._zones._conditions_of}
    assert held | set(here._zones._wanted) == wanted
    for serial, (standing, moments, clear) in monitor._picture._standing.items():
        of_it, of_moments, of_clear = anew._picture._known(serial)
        assert list(map(in_order, standing.worn)) == list(map(in_order, of_it.worn))
        assert (sorted(moments), standing.erased) == (sorted(of_moments), of_it.erased)
        assert [(one.from_at, one.until, one.decision) for one in clear] == [
            (one.from_at, one.until, one.decision) for one in of_clear
        ]
    assert sorted_each(monitor._picture._absences) == sorted_each(anew._picture._absences)
    assert sorted_each(monitor._picture._removals) == sorted_each(anew._picture._removals)
    assert going_on(here, mine) == going_on(true, mine)
    assert devices_of(here, mine) == devices_of(true, mine)
    for decision_id, plan in here._plans.items():
        assert {one.id for one in plan.conditions} == {
            one.id for one in anew._picture.conditions_of(decision_id) if one.kind in ZONED
        }
    reach = max(monitor._seen_from_ms, anew._seen_from_ms)
    assert seen_by(monitor, reach, mine) == seen_by(anew, reach, mine)


def in_order(worn):
    return worn.fitting, worn.person_id, sorted(worn.decisions, key=attrgetter("id"))


def sorted_each(held):
    return {key: sorted(each, key=attrgetter("from_at")) for key, each in held.items()}


def going_on(watching, mine):
    """Alerts that go on and those that are over and may still fall; a run begins anew with whoever reads it."""
    attributes = attrgetter("alert_id", "weight", "began_at", "confirmed_at", "past")
    told = {of: attributes(one) for of, one in watching._watches.items()}
    return {of: each for of, each in told.items() if mine(of[1]) and any(each)}


def devices_of(watching, mine):
    return {of: one for of, one in watching._device_watches.items() if mine(of) and one != DeviceWatch(of)}


def seen_by(monitor, reach, mine):
    """When the fixes were that are known, wherever that stands."""
    steady, seen = monitor._watching._steady, {of: set(times) for of, times in monitor._seen.held().items()}
    for serial, fitting in steady.fittings:
        seen.setdefault(fitting, set()).update(steady._lately_of(steady._row_of[serial]))
    return {of: kept for of, times in seen.items() if mine(of) and (kept := {at for at in times if at >= reach})}


def run(folder, seed, steps, *, share, anew):
    """`anew`: gateways begin anew before everybody walks out."""
    folder.mkdir()
    course = Course(folder, seed, share=share)
    try:
        for number in range(steps):
            if number in (steps // 2, steps - 8):
                course.settle()
            course.step()
            if number % 4 == 3:
                course.check()
        course.check()
        course.house.clock.pass_(6 * MINUTE)
        if anew:
            course.gateways.begin()
        return course.walk_out()
    finally:
        course.house.close()


def assert_lived(folder, seed, steps, *, share):
    lived, due = run(folder / "lived", seed, steps, share=share, anew=False)
    began, _ = run(folder / "anew", seed, steps, share=share, anew=True)
    assert lived == began
    assert due <= {told[:2] for told in lived}


@pytest.mark.parametrize("share", [False, True], ids=["one gateway", "two that share"])
def test_whoever_lived_knows_what_is_read_anew_and_tells_of_whom_it_would(tmp_path, share):
    assert_lived(tmp_path, 7, 40, share=share)


@pytest.mark.long
@pytest.mark.parametrize("share", [False, True], ids=["one gateway", "two that share"])
@pytest.mark.parametrize("seed", range(100, 140))
def test_so_it_is_after_long_courses(tmp_path, seed, share):
    assert_lived(tmp_path, seed, 80, share=share)
