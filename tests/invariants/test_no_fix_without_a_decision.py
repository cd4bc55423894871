"""Invariant 1: every stored position lies in the interval, mode and fitting of exactly one decision in force.

A machine does everything that officers, time, devices and failures do, in any order, on a real SQLite store with a
real vault: decisions made, followed, paused, withdrawn, annulled and forgotten; devices fitted, taken off and given to
others; fixes that are early, late, repeated and in flight while their decision ends; gateways and vault started anew.
It keeps its own notes of what was decided and never asks the code under test what holds: every answer to a fix must be
the one its notes give, both ways, and what is stored must lie where they say.

Lawful admissions are counted and have a floor, so that it cannot pass by refusing everything; each planted fault must
turn it red.
"""

import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.house import ANA, COURT, House, report

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.flows.receive_reports import Monitor
from custodiet.model.decision import Decision, State
from custodiet.model.device import Fitting
from custodiet.model.errors import CustodietError, IllegalMove, NotPermitted
from custodiet.model.mode import ModeCode
from custodiet.model.report import Outcome
from custodiet.model.times import cut, from_ms
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.frame import unpack_directory

TRAIL = {ModeCode.FITTED_TRAIL, ModeCode.CARRIED_TRAIL}
MODES = [ModeCode.FITTED_TRAIL] * 5 + [ModeCode.CARRIED_TRAIL, ModeCode.ZONE_ON_ARRIVAL, ModeCode.ZONE_ON_DEVICE]
PEOPLE = 3
OFFICER, JUDGE = Ender(ANA), Ender(COURT, authority=True)

minutes = st.sampled_from([-6, -4, 0, 0, 1, 2, 5, 17, 60, 200, 400, 1445]).map(lambda n: timedelta(minutes=n))
edges = st.sampled_from([timedelta(milliseconds=n) for n in (-1, 0, 1)])

seen: Counter[str] = Counter()
"""What happened over all examples of a run."""


@dataclass(eq=False)
class Note:
    """What the machine itself knows of a decision."""

    decision_id: str
    person: int
    mode: ModeCode
    starts_at: datetime
    ends_at: datetime
    follows: "Note | None" = None
    annulled: bool = False
    pauses: list[list[datetime | None]] = field(default_factory=list)

    def covers(self, at: datetime) -> bool:
        paused = any(start <= at and (end is None or at < end) for start, end in self.pauses)
        return self.starts_at <= at < self.ends_at and not paused


class InFlight:
    """The store, with something that happens after the monitor has decided and before its transaction begins."""

    def __init__(self, store) -> None:
        self._store = store
        self.meanwhile = None

    def __getattr__(self, name):
        return getattr(self._store, name)

    @contextmanager
    def ingesting(self):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        with self._store.ingesting() as write:
            yield write


class Gate(RuleBasedStateMachine):
    notes = Bundle("notes")

    @initialize(modes=st.lists(st.sampled_from(MODES), min_size=PEOPLE, max_size=PEOPLE))
    def some_people_with_decisions(self, modes):
        self.folder = Path(tempfile.mkdtemp(prefix="gate"))
        self.house = House(self.folder)
        self.in_flight = InFlight(self.house.store)
        self.people = [self.house.person(f"TAG-{number}") for number in range(PEOPLE)]
        self.fittings = {p.fitting.id: [p.device.id, n, p.fitting.fitted_at, None] for n, p in enumerate(self.people)}
        self.upstream = self.house.sender(*(p.device.serial for p in self.people))
        self.known: list[Note] = []
        self.monitors = [self.monitor(), self.monitor()]
        for person, mode in enumerate(modes):
            self.decide(person, mode, timedelta(hours=40), timedelta(0), None)
        self.house.clock.pass_(timedelta(hours=7))
        self.house.issue_keys()

    # --- helpers ---

    def monitor(self) -> Monitor:
        house = self.house
        name = house.chance.identity("m")
        made = Monitor(self.in_flight, house.sealer, house.clock, house.chance, house.pinned, name=name)
        made.refresh()
        return made

    def now(self) -> datetime:
        return self.house.clock.now()

    def decide(self, person, mode, lasts, delay, follows):
        house, starts_at = self.house, self.now() + delay
        given = {"mode": mode, "starts_at": starts_at, "review_due_at": starts_at + lasts}
        if follows is not None:
            given["follows"] = follows.decision_id
        try:
            decision = house.decide(self.people[person], **given)
        except (NotPermitted, IllegalMove):
            seen["decision refused"] += 1
            return None
        note = Note(decision.id, person, mode, starts_at, starts_at + lasts, follows)
        self.known.append(note)
        if follows is not None:
            follows.ends_at = min(follows.ends_at, starts_at)
            seen["succession"] += 1
        return note

    def end(self, note, move):
        by = JUDGE if move is Move.ANNUL else OFFICER
        try:
            end_decision(self.house.store, self.house.chance, note.decision_id, move, by)
        except (NotPermitted, IllegalMove):
            return
        seen[str(move)] += 1
        note.annulled = note.annulled or move is Move.ANNUL
        note.ends_at = min(note.ends_at, self.now())
        # What was to follow it and had not begun went with it.
        for later in self.known:
            if self.house.decision(later.decision_id).state is State.WITHDRAWN:
                later.ends_at = min(later.ends_at, self.now())

    # --- what happens ---

    @rule(by=st.sampled_from([1, 61, 61, 600, 600, 1234, 4000]).map(lambda n: timedelta(seconds=n)))
    def time_passes(self, by):
        self.house.clock.pass_(by)

    @rule(
        target=notes,
        person=st.integers(0, PEOPLE - 1),
        mode=st.sampled_from(MODES),
        lasts=st.sampled_from([timedelta(minutes=9), timedelta(minutes=9), timedelta(hours=9)]),
        delay=st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=3), timedelta(hours=2)]),
    )
    def a_decision_is_made(self, person, mode, lasts, delay):
        return self.decide(person, mode, lasts, delay, None)

    @rule(
        target=notes,
        which=st.integers(0, 50),
        mode=st.sampled_from(MODES),
        delay=st.sampled_from([timedelta(0), timedelta(minutes=2), timedelta(minutes=30)]),
    )
    def a_decision_is_followed(self, which, mode, delay):
        earlier = self.known[which % len(self.known)]
        return self.decide(earlier.person, mode, timedelta(hours=5), delay, earlier)

    @rule(which=st.integers(0, 50), move=st.sampled_from([Move.WITHDRAW, Move.WITHDRAW, Move.ANNUL]))
    def a_decision_is_ended(self, which, move):
        note = self.known[which % len(self.known)]
        self.end(note, move)
        self.decide(note.person, ModeCode.FITTED_TRAIL, timedelta(hours=3), timedelta(0), None)

    @rule(which=st.integers(0, 50))
    def a_decision_is_paused_or_goes_on(self, which):
        note = self.known[which % len(self.known)]
        house = self.house
        try:
            if house.decision(note.decision_id).state is State.SUSPENDED:
                resume_decision(house.store, note.decision_id, OFFICER)
                note.pauses[-1][1] = self.now()
            else:
                suspend_decision(house.store, note.decision_id, OFFICER)
                note.pauses.append([self.now(), None])
                seen["suspend"] += 1
        except (NotPermitted, IllegalMove):
            pass

    @rule(after=st.sampled_from([timedelta(0), timedelta(minutes=10), timedelta(hours=3)]))
    def the_clock_ends_what_ran_out(self, after):
        house = self.house
        house.clock.pass_(after)
        while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
            seen["ran out"] += 1
        house.issue_keys()

    @precondition(lambda self: len(self.fittings) < 7)
    @rule(giver=st.integers(0, PEOPLE - 1), taker=st.integers(0, PEOPLE - 1))
    def a_device_goes_to_someone_else(self, giver, taker):
        house, people = self.house, self.people
        if people[giver].fitting is None:
            return
        device = people[giver].device
        self.take_off(giver)
        if people[taker].fitting is not None:
            self.take_off(taker)
        fitting = house.fit(people[taker], device)
        self.fittings[fitting.id] = [device.id, taker, fitting.fitted_at, None]
        seen["re-fitted"] += 1

    def take_off(self, person):
        fitting = self.people[person].fitting
        self.house.unfit(self.people[person])
        self.fittings[fitting.id][3] = self.now()
        self.people[person].fitting = None

    @rule(which=st.integers(0, 1))
    def a_gateway_starts_anew(self, which):
        self.monitors[which] = self.monitor()

    @rule()
    def the_vault_starts_anew(self):
        self.house.vault = self.house.start_vault()

    @rule(which=st.integers(0, 1))
    def a_gateway_has_nothing_to_do(self, which):
        self.monitors[which].idle()

    @rule(which=st.integers(0, 1), offsets=st.lists(st.integers(-290, 30), min_size=1, max_size=5))
    def everyone_reports(self, which, offsets):
        for person in range(PEOPLE):
            self.post(which, person, [self.now() + timedelta(seconds=each) for each in offsets], upstream=True)

    @rule(which=st.integers(0, 1), note=st.integers(0, 50), share=st.floats(0, 1), late=st.booleans())
    def a_fix_arrives_from_within_a_decision(self, which, note, share, late):
        note = self.known[note % len(self.known)]
        end = note.ends_at if late else min(note.ends_at, self.now())
        self.post(which, note.person, [cut(note.starts_at + (end - note.starts_at) * share)], upstream=True)

    @rule(
        which=st.integers(0, 1),
        person=st.integers(0, PEOPLE - 1),
        ages=st.lists(minutes, min_size=1, max_size=4),
        upstream=st.booleans(),
    )
    def fixes_arrive(self, which, person, ages, upstream):
        self.post(which, person, [self.now() - age for age in ages], upstream=upstream)

    @rule(which=st.integers(0, 1), note=st.integers(0, 50), edge=edges, start=st.booleans())
    def a_fix_arrives_for_the_edge_of_a_decision(self, which, note, edge, start):
        note = self.known[note % len(self.known)]
        at = (note.starts_at if start else note.ends_at) + edge
        self.post(which, note.person, [at], upstream=True)

    @rule(
        which=st.integers(0, 1),
        note=st.integers(0, 50),
        move=st.sampled_from([Move.WITHDRAW, Move.ANNUL]),
        ages=st.lists(minutes, min_size=1, max_size=4),
    )
    def a_decision_ends_while_its_fixes_are_in_flight(self, which, note, move, ages):
        note = self.known[note % len(self.known)]
        self.in_flight.meanwhile = lambda: self.end(note, move)
        self.post(which, note.person, [self.now() - age for age in ages], upstream=True)
        self.in_flight.meanwhile = None

    def post(self, which, person, times, *, upstream):
        device = self.people[person].device
        token = self.upstream if upstream else self.people[person].token
        monitor = self.monitors[which]
        request = self.house.request(monitor, token, *(report(device.serial, at) for at in times))
        [answers] = monitor.receive([request])
        if not isinstance(answers, list):
            seen["cannot record"] += 1
            return
        for answer, at in zip(answers, times, strict=True):
            seen[str(answer.outcome)] += 1
            seen[str(answer.shown)] += 1
            if upstream:  # a device's own token ends with its fitting
                admitted = answer.outcome in (Outcome.KEPT, Outcome.JUDGED, Outcome.DUPLICATE)
                assert admitted == self.lawful(device, at), f"answered {answer.outcome} {answer.reasons}"

    def lawful(self, device, at) -> bool:
        """Whether a fix of that device and time may be admitted now, by the machine's own notes."""
        now = self.now()
        wearers = [
            person
            for fitted, person, start, end in self.fittings.values()
            if fitted == device.id and start <= at and (end is None or at < end)
        ]
        covering = [note for note in self.known if note.person in wearers and note.covers(at)]
        if len(wearers) != 1 or len(covering) != 1 or at > now + timedelta(minutes=5) or now - at > timedelta(hours=24):
            return False
        [note] = covering
        keeps = note.mode in TRAIL
        if note.annulled or not (keeps or note.mode is ModeCode.ZONE_ON_ARRIVAL):
            return False
        line = [note]
        for later in self.known:
            if later.follows in line and not later.annulled and later.starts_at <= later.follows.ends_at:
                line.append(later)
        same = [one for one in line if (one.mode in TRAIL if keeps else one.mode is ModeCode.ZONE_ON_ARRIVAL)]
        return any(one.covers(now) for one in same)

    # --- what must hold ---

    @invariant()
    def every_stored_fix_lies_in_its_decision_and_fitting(self):
        if not hasattr(self, "house"):
            return
        notes = {note.decision_id: note for note in self.known}
        with self.house.store.reading() as view:
            stored = [
                (view.session(row.session_no), from_ms(row.fix_ms))
                for _, frame in view.frames(-1, 100_000)
                for place, row in enumerate(unpack_directory(frame.directory))
                if place not in view.removed_in(frame.partition, frame.number)
            ]
        for session, at in stored:
            note = notes[session.decision_id]
            _, person, fitted_at, removed_at = self.fittings[session.fitting_id]
            assert note.covers(at), "a stored fix outside its decision"
            assert note.mode in TRAIL, "a stored fix of someone whose mode keeps none"
            assert note.person == person, "a stored fix of one person under another's decision"
            assert fitted_at <= at, "a stored fix before its fitting"
            assert removed_at is None or at < removed_at, "a stored fix after its fitting"
        identities = [(session.fitting_id, at) for session, at in stored]
        assert len(set(identities)) == len(identities), "a fix stored twice"
        self.stored = len(stored)

    def teardown(self):
        if not hasattr(self, "house"):
            return
        try:
            counts = self.house.verify()
            assert (counts["missing"], counts["differing"]) == (0, 0), counts
            assert counts["fixes"] == self.stored
            seen["stored"] += self.stored
            seen["machines"] += 1
        finally:
            self.house.close()
            shutil.rmtree(self.folder)


def run(examples, steps=30, phases=tuple(Phase), machine=Gate, **given):
    seen.clear()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            **given,
        ),
    )


@pytest.mark.parametrize("examples", [40, pytest.param(3000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_nothing_that_happens_stores_a_fix_outside_its_decision(examples):
    run(examples)
    print(dict(seen))  # noqa: T201 - for whoever raises the floors
    # It must have been possible: otherwise nothing was tried.
    assert seen["kept"] >= 3 * examples
    assert seen["stored"] >= examples
    assert seen["refused"] >= examples
    for happened in ("withdraw", "annul", "suspend", "succession", "ran out", "re-fitted", "judged", "duplicate"):
        assert seen[happened] >= 1, happened


FAULTS = {
    "a review that passed goes on": (Decision, "covers", lambda self, at: self.stands and self.starts_at <= at),
    "the standing is not read again": (Monitor, "_has_moved", lambda *_: False),
    "what a fast clock stored beyond an end stays": (ReadingRows, "_fixes_from", lambda *_: ()),
    "a fitting has no end": (Fitting, "covers", lambda self, at: self.fitted_at <= at),
    "an annulled decision still authorises": (Decision, "in_force", lambda self, at: self.covers(at)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_it_red(monkeypatch, fault):
    kind, name, faulty = FAULTS[fault]
    monkeypatch.setattr(kind, name, faulty)
    with pytest.raises((AssertionError, CustodietError)):
        run(40, phases=(Phase.generate,), report_multiple_bugs=False)  # red is red: it need not look for more
