"""The made-up scheme on a virtual clock, through the real flows and adapters, with the truth kept beside it.

Everyone lives a `Life`; half stand on rung 9, where a place is judged and dropped, half on rung 11. Beside them live
those whose stories the gate must hold out against: a tag that died long ago, a tag handed on, a review that nobody
does, a decision withdrawn, one annulled. With `faults` the gateway is away for an hour, dies without a word, and
devices send what they should not.

What is counted under `invariants` is checked against the simulation's own notes, never against what the code under test
believes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from random import Random
from typing import Any, Protocol, TypeVar

import msgspec
import rfc8785

from custodiet.flows.assess_case import Assessor
from custodiet.flows.decide_case import make_decision, propose_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.fit_device import end_fitting, fit_device, issue_sender, register_device, token_hash
from custodiet.flows.handle_alert import Desk
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import name_person, open_case, set_condition
from custodiet.flows.open_sealed import ask_verify_tables, give_own_copy, release_zones
from custodiet.flows.ports import Chance, Sealer, Store, Vault
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.sequence_ledger import enter_staged
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.time_passes import Passing
from custodiet.model.alert import Alert, AlertState
from custodiet.model.assessment import Assessment
from custodiet.model.case import Case, TaskKind
from custodiet.model.condition import ALWAYS, WEEK_MIN, Interval, LocalZone, Offset, Schedule, Weekly
from custodiet.model.decision import Decision, State
from custodiet.model.device import Device
from custodiet.model.entry import EntryKind
from custodiet.model.errors import CannotRecord, NotPermitted
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.identity import CaseId, ConditionId, DecisionId, FittingId
from custodiet.model.judging import DEFAULTS
from custodiet.model.mode import Kind, ModeCode
from custodiet.model.record import LogOpened
from custodiet.model.report import Answer, Fix, Method, Outcome, Reason, Report
from custodiet.model.times import EPOCH, as_text, from_ms, to_ms
from custodiet.rules.decisions import Ender, Move
from custodiet.simulation.baseline import PlainGeofence
from custodiet.simulation.life import Life, LivedCondition, Reading, TrueEvent
from custodiet.simulation.made_up_assessment import made_up_assessment
from custodiet.simulation.made_up_register import activate_made_up
from custodiet.simulation.names import made_up_name
from custodiet.simulation.scoring import PersonScore, Score, Scored, Truth, is_usable, quantile, ratio_interval
from custodiet.simulation.scripted import Scripted
from custodiet.simulation.seeded import SetClock
from custodiet.simulation.world import AUTHORISING, CASEWORKER, COURT, SCHEME, STRAND, made_up_scheme, officers_proposal
from custodiet.wire.records import read_entry

BEGINS = EPOCH + timedelta(days=22_341)
"""Monday, 3 March 2031."""
_SET_UP = BEGINS - timedelta(hours=1)
_STEP_MS = 30_000
_LOOK_EVERY = timedelta(minutes=30)
_UTC = LocalZone("Etc/UTC", "as signed", (Offset(EPOCH, 0),))
"""The town keeps universal time."""
_MINUTE = timedelta(minutes=1)
_TEND_EVERY = timedelta(minutes=10)
_DAYS_A_MONTH = 30.4375
_SPOILT = 0.002
"""The share of requests that bring along a report that must not be kept."""
_COPIES = 4
"""So many of the scored are given their own copy; it opens every fix."""

T = TypeVar("T")


@dataclass(slots=True)
class Invariant:
    """How often it was looked at, and how often it did not hold."""

    checked: int = 0
    broken: int = 0

    def check(self, *, holds: bool) -> None:
        """Once more."""
        self.checked += 1
        self.broken += not holds


INVARIANTS = (
    "no fix without a decision",
    "no read without a reason",
    "narrowest answer first",
    "time heals towards privacy",
    "burden rises with intrusion",
    "uncertainty favours the person",
    "the person can see it all",
    "one truth",
    "the ledger is first",
    "taint follows lineage",
    "an outage is on nobody's record",
    "a dead tag accuses nobody",
)
"""The ten of the design, and two that are about what no person did."""


class Living(Protocol):
    """What the simulation asks of a life."""

    @property
    def conditions(self) -> tuple[LivedCondition, ...]: ...
    def events(self) -> Sequence[TrueEvent]: ...
    def readings(self) -> Iterator[Reading]: ...


@dataclass(slots=True)
class Wearer:
    """One person as the simulation knows them. `allowed`: from when to when a fix may be kept or judged."""

    life: Living
    case: Case
    mode: ModeCode
    device: Device | None = None
    fitting_id: FittingId | None = None
    token: str = ""
    decision_id: DecisionId | None = None
    allowed: Interval | None = None
    silent_from_ms: int | None = None
    conditions: dict[ConditionId, LivedCondition] = field(default_factory=dict)
    plain: dict[str, PlainGeofence] = field(default_factory=dict)
    truth: dict[str, Truth] = field(default_factory=dict)
    newest_ms: int = 0
    seen: set[int] = field(default_factory=set)
    kept: int = 0


Delivery = tuple[int, Wearer, Reading]
"""When it arrives, whose it is, and what."""


class Month:
    """One run. `clock` is the store's own and is moved."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        sealer: Sealer,
        clock: SetClock,
        chance: Chance,
        pinned: LogOpened,
        fence: tuple[str, int],
        *,
        seed: int,
        people: int,
        days: int,
        faults: bool = False,
    ) -> None:
        self._store = store
        self._vault = vault
        self._sealer = sealer
        self._clock = clock
        self._chance = chance
        self._pinned = pinned
        self._fence = fence
        self._seed = seed
        self._people = people
        self._days = days
        self._faults = faults
        self._random = Random(f"month {seed}")
        self._passing = Passing(store, chance, clock, fence)
        self._middle = BEGINS + timedelta(days=days) / 2
        away = BEGINS + timedelta(days=days) * 0.6
        self._outage = Interval(away, away + timedelta(hours=1)) if faults else None
        self._looked_at = self._keyed_at = self._tended_at = self._heard_at = self._ended_at = _SET_UP
        self._dies_at = BEGINS + timedelta(hours=19)
        self._restarts = 0
        self._monitor: Monitor | None = None
        self.admitted = 0
        self.refused: Counter[str] = Counter()
        self.invariants = {name: Invariant() for name in INVARIANTS}
        self.wearers: list[Wearer] = []
        self.stories: dict[str, Wearer] = {}
        self._of_condition: dict[ConditionId, tuple[Wearer, LivedCondition]] = {}

    def run(self) -> dict[str, Any]:
        """Live the month; the report as `simulate --json` prints it."""
        self._clock.set(_SET_UP)
        register_scheme(self._store, made_up_scheme(BEGINS), CASEWORKER)
        activate_made_up(self._store, made_up_scheme(BEGINS), _SET_UP, CASEWORKER, AUTHORISING)
        self._check_one_truth()
        for number in range(self._people):
            mode = ModeCode.ZONE_ON_ARRIVAL if number % 2 else ModeCode.FITTED_TRAIL
            wearer = self._wearer(number, Life(self._seed, number, BEGINS, self._days), mode)
            self._fit(wearer)
            self._decide(wearer, BEGINS + timedelta(days=self._days + 2))
            self.wearers.append(wearer)
        self._make_stories()
        self._monitor = self._new_monitor()
        self._live()
        return self._report()

    # --- making ---

    def _wearer(self, number: int, life: Living, mode: ModeCode) -> Wearer:
        case = open_case(self._store, self._chance, SCHEME, f"S-{number:04d}", CASEWORKER)
        self._issue_keys()
        name_person(self._store, self._sealer, self._pinned, case.person_id, made_up_name(number), CASEWORKER)
        return Wearer(life, case, mode)

    def _assessed(self, decision: Decision) -> Assessment | None:
        """A whole assessment, the screening behind it sealed as any other."""
        assessor = Assessor(self._store, self._sealer, self._chance, self._pinned, bytes(32))
        return made_up_assessment(self._store, self._chance, decision, assessor)

    def _fit(self, wearer: Wearer, device: Device | None = None) -> None:
        serial = wearer.case.reference.replace("S-", "SIM-")
        tag = device or register_device(self._store, self._chance, serial, CASEWORKER)
        fitting = fit_device(self._store, self._chance, tag.id, wearer.case.id, STRAND, CASEWORKER)
        label = f"the device of {wearer.case.reference}"
        wearer.token = issue_sender(self._store, self._chance, SCHEME, label, (tag.serial,), CASEWORKER, fitting.id)
        wearer.device, wearer.fitting_id = tag, fitting.id

    def _decide(self, wearer: Wearer, review_due_at: datetime) -> None:
        now = self._clock.now()
        decision = officers_proposal(self._chance, wearer.case.id, wearer.mode, now, review_due_at)
        propose_decision(self._store, decision, self._assessed(decision))
        for lived in wearer.life.conditions:
            self._condition(wearer, decision.id, lived)
        self._check_nobody_approves_their_own(decision.id)
        make_decision(self._store, decision.id, AUTHORISING)
        self._issue_keys()
        desk = Desk(self._store, self._sealer, self._chance, self._pinned)
        for condition_id, lived in wearer.conditions.items():
            for from_ms_, to_ms_ in lived.absences:
                desk.authorise_absence(condition_id, Interval(from_ms(from_ms_), from_ms(to_ms_)), CASEWORKER)
        wearer.decision_id = decision.id
        wearer.allowed = Interval(decision.starts_at, review_due_at)

    def _condition(self, wearer: Wearer, decision_id: DecisionId, lived: LivedCondition) -> None:
        schedule = weekly_in_town(lived.hours)
        where = (self._store, self._sealer, self._chance, self._pinned)
        what = (decision_id, lived.kind, CASEWORKER)
        geometry = rfc8785.dumps(lived.geometry)
        condition_id = set_condition(*where, *what, geometry=geometry, schedule=schedule)
        wearer.conditions[condition_id] = lived
        wearer.plain[lived.name] = PlainGeofence(lived)
        events = [(one.start_ms, one.end_ms) for one in wearer.life.events() if one.condition == lived.name]
        wearer.truth[lived.name] = Truth(events)
        self._of_condition[condition_id] = (wearer, lived)

    def _make_stories(self) -> None:
        """Those whose decision, tag or gateway comes to an end on the way."""
        ends = BEGINS + timedelta(days=self._days + 2)
        for number, name in enumerate(("dead tag", "lapses", "withdrawn", "annulled", "handed on", "handed to")):
            first = 0 if name != "handed to" else to_ms(self._middle) + 60_000
            life = Scripted(BEGINS, self._days, first)
            wearer = self._wearer(9000 + number, life, ModeCode.FITTED_TRAIL)
            self.stories[name] = wearer
            if name != "handed to":
                self._fit(wearer)
                self._decide(wearer, self._middle if name == "lapses" else ends)
        self.stories["dead tag"].silent_from_ms = to_ms(BEGINS + timedelta(hours=3))
        self.stories["handed on"].silent_from_ms = to_ms(self._middle)

    def _turn(self) -> None:
        """The middle of the month: a decision is withdrawn, one annulled, and a tag goes to someone else."""
        for name, move, ender in (
            ("withdrawn", Move.WITHDRAW, Ender(CASEWORKER)),
            ("annulled", Move.ANNUL, Ender(COURT, authority=True)),
        ):
            end_decision(self._store, self._chance, _known(self.stories[name].decision_id), move, ender)
            self._close(self.stories[name])
        before, after = self.stories["handed on"], self.stories["handed to"]
        end_fitting(self._store, _known(before.fitting_id), CASEWORKER)
        self._close(before)
        self._fit(after, before.device)
        self._decide(after, BEGINS + timedelta(days=self._days + 2))

    def _close(self, wearer: Wearer) -> None:
        wearer.allowed = Interval(_known(wearer.allowed).from_at, self._clock.now())

    # --- living ---

    def _live(self) -> None:
        turned = False
        for batch in self._batches():
            now = from_ms(batch[-1][0])
            if not turned and now > self._middle:
                self._pass_to(self._middle)
                self._turn()
                turned = True
            self._pass_to(now)
            self._deliver(batch)
        self._pass_to(BEGINS + timedelta(days=self._days, minutes=5))

    def _batches(self) -> Iterator[list[Delivery]]:
        """Deliveries in order of arrival, a few seconds' worth at a time; held back while the gateway is away."""
        batch: list[Delivery] = []
        held: list[Delivery] = []
        for arrives_ms, wearer, reading in self._deliveries():
            if self._outage is not None and self._outage.covers(from_ms(arrives_ms)):
                held.append((to_ms(self._outage.to_at), wearer, reading))
                continue
            if batch and (held or arrives_ms - batch[0][0] >= _STEP_MS):
                yield batch
                batch = []
            if held:
                yield held
                held = []
            batch.append((arrives_ms, wearer, reading))
        for left in (held, batch):
            if left:
                yield left

    def _deliveries(self) -> Iterator[Delivery]:
        def of(number: int, wearer: Wearer) -> Iterator[tuple[int, int, Wearer, Reading]]:
            for reading in wearer.life.readings():
                if wearer.silent_from_ms is None or reading.fix_time_ms < wearer.silent_from_ms:
                    yield reading.arrives_ms, number, wearer, reading

        everyone = [*self.wearers, *self.stories.values()]
        streams = [of(number, wearer) for number, wearer in enumerate(everyone)]
        for arrives_ms, _, wearer, reading in merge(*streams, key=lambda one: one[:2]):
            yield arrives_ms, wearer, reading

    def _pass_to(self, at: datetime) -> None:
        """Time passes, a minute at a time: clock and gateway do what they do while nobody reports."""
        while (now := self._clock.now()) < at:
            self._clock.set(min(at, now + _MINUTE))
            now = self._clock.now()
            if now - self._ended_at < _MINUTE and now < at:
                continue
            self._ended_at = now
            while end_what_ran_out(self._store, self._chance, self._clock, self._fence):
                pass
            if now - self._keyed_at >= timedelta(hours=6):
                self._issue_keys()
                self._keyed_at = now
            if now - self._looked_at >= _LOOK_EVERY:
                self._passing.look()
                enter_staged(self._store, self._fence)
                self._looked_at = now
            if self._monitor is not None:
                self._tend(now)

    def _tend(self, now: datetime) -> None:
        """The gateway, while nobody reports; away or dead when the faults say so."""
        if self._outage is not None and self._outage.covers(now):
            return
        if self._faults and now >= self._dies_at:
            self._monitor, self._dies_at = self._new_monitor(), now + timedelta(hours=31)
        if now - max(self._tended_at, self._heard_at) < _MINUTE and now - self._tended_at < _TEND_EVERY:
            return
        self._tended_at = now
        monitor = _known(self._monitor)
        monitor.refresh()
        monitor.idle()
        if monitor.zones_wanted():
            monitor.give_zones(self._release(monitor))

    def _new_monitor(self) -> Monitor:
        """A gateway that has just started: it knows what stands, and remembers no place."""
        self._restarts += 1
        where = (self._store, self._sealer, self._clock, self._chance, self._pinned)
        monitor = Monitor(*where, name=f"monitor_{self._restarts}")
        monitor.refresh()
        monitor.idle()
        monitor.give_zones(self._release(monitor))
        return monitor

    def _release(self, monitor: Monitor) -> dict[ConditionId, bytes]:
        with self._store.reading() as view:
            size = view.ledger_size()
        zones = release_zones(self._store, self._vault, monitor.name, monitor.zones_wanted())
        with self._store.reading() as view:
            kinds = [read_entry(row.body).kind for row in view.entries(size, 2)]
        now = self._clock.now()
        for condition_id, geometry in zones.items():
            wearer, _ = self._of_condition[condition_id]
            recorded = kinds == [EntryKind.ZONES_RELEASED]
            allowed = wearer.allowed is not None and wearer.allowed.covers(now)
            self._check("no read without a reason", holds=recorded and (allowed or not geometry))
        return zones

    def _deliver(self, batch: list[Delivery]) -> None:
        now = self._heard_at = self._clock.now()
        monitor = _known(self._monitor)
        by_wearer: dict[int, tuple[Wearer, list[Reading]]] = {}
        for _, wearer, reading in batch:
            by_wearer.setdefault(id(wearer), (wearer, []))[1].append(reading)
        requests, told = [], []
        for wearer, readings in by_wearer.values():
            sender = monitor.sender(token_hash(wearer.token))
            if sender is None:
                monitor.refresh()
                sender = _known(monitor.sender(token_hash(wearer.token)))
            lines = [self._line(wearer, reading) for reading in readings]
            spoilt = [self._spoil(wearer, readings[0])] if self._faults and self._random.random() < _SPOILT else []
            requests.append(Request(sender, (*lines, *(line for line, _ in spoilt)), now))
            told.append((wearer, readings, [reason for _, reason in spoilt]))
        for (wearer, readings, reasons), answers in zip(told, monitor.receive(requests), strict=True):
            if isinstance(answers, CannotRecord):
                raise answers
            for reading, answer in zip(readings, answers[: len(readings)], strict=True):
                self._note(wearer, reading, answer, now)
            for reason, answer in zip(reasons, answers[len(readings) :], strict=True):
                self.refused[str(answer.shown)] += 1
                self._check("no fix without a decision", holds=reason in answer.reasons)

    def _line(self, wearer: Wearer, reading: Reading) -> Report:
        return Report(_known(wearer.device).serial, Kind.FIX, from_ms(reading.fix_time_ms), reading.fix)

    def _spoil(self, wearer: Wearer, reading: Reading) -> tuple[Report, Reason]:
        """A report that must not be kept, and why not."""
        serial, at, now = _known(wearer.device).serial, from_ms(reading.fix_time_ms), self._clock.now()
        kinds: tuple[tuple[Report, Reason], ...] = (
            (Report("SIM-NOBODYS", Kind.FIX, at, reading.fix), Reason.NOT_YOURS),
            (Report(serial, Kind.FIX, None, None), Reason.NO_FIX_TIME),
            (Report(serial, Kind.FIX, now + timedelta(minutes=10), reading.fix), Reason.FUTURE),
            (Report(serial, Kind.FIX, now - timedelta(hours=30), reading.fix), Reason.TOO_LATE),
        )
        return self._random.choice(kinds)

    def _note(self, wearer: Wearer, reading: Reading, answer: Answer, now: datetime) -> None:
        """Hold one answer against our own notes, and show the fix to the plain geofence."""
        at, fix_ms = from_ms(reading.fix_time_ms), reading.fix_time_ms
        allowed = wearer.allowed
        may = allowed is not None and allowed.covers(at) and now < allowed.to_at and now - at <= timedelta(hours=24)
        taken = answer.outcome in (Outcome.KEPT, Outcome.JUDGED)
        again = fix_ms in wearer.seen
        # What was judged and dropped is known again only until the gateway is started anew; nothing was kept of it.
        self._check("no fix without a decision", holds=may if taken else not may or again)
        if answer.outcome is Outcome.REFUSED:
            self.refused[str(answer.shown)] += 1
        if not taken or again:
            return
        self.admitted += 1
        wearer.seen.add(fix_ms)
        wearer.kept += answer.outcome is Outcome.KEPT
        in_order = fix_ms > wearer.newest_ms
        wearer.newest_ms = max(wearer.newest_ms, fix_ms)
        fix = reading.fix
        for plain in wearer.plain.values():
            plain.see(fix_ms, to_ms(now), fix.lat_e7 / 1e7, fix.lon_e7 / 1e7)
        if in_order:
            self._witness(wearer, fix_ms, fix)

    def _witness(self, wearer: Wearer, fix_ms: int, fix: Fix) -> None:
        """Whether the fix, taken while the person truly was on the wrong side, is one that a judge could go by."""
        for name, truth in wearer.truth.items():
            truly = any(start <= fix_ms < end for start, end in truth.events)
            if truly and is_usable(fix, wearer.plain[name].wrong_m(fix.lat_e7 / 1e7, fix.lon_e7 / 1e7)):
                truth.witnesses.append(fix_ms)

    def _issue_keys(self) -> None:
        while issue_wanted_keys(self._store, self._vault, self._clock, self._pinned, self._fence):
            pass

    # --- what must hold ---

    def _check(self, invariant: str, *, holds: bool) -> None:
        self.invariants[invariant].check(holds=holds)

    def _refused(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except NotPermitted:
            return True
        return False

    def _check_one_truth(self) -> None:
        again = replace(made_up_scheme(BEGINS), name="The same scheme, told differently")
        self._check("one truth", holds=self._refused(lambda: register_scheme(self._store, again, CASEWORKER)))

    def _check_nobody_approves_their_own(self, decision_id: DecisionId) -> None:
        own = self._refused(lambda: make_decision(self._store, decision_id, CASEWORKER))
        self._check("burden rises with intrusion", holds=own)

    def _check_the_end(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            if alert.weight is Weight.ADVERSE:
                self._check_certain(alert)
        self._check_stories(alerts)
        for wearer in [*self.wearers[:_COPIES], *self.stories.values()]:
            self._check_copy(wearer, [one for one in alerts if one.case_id == wearer.case.id])
        found = ask_verify_tables(self._store, self._vault, CASEWORKER)
        ledger = self.invariants["the ledger is first"]
        ledger.checked += found["replayed"] + found["fixes"]
        ledger.broken += found["missing"] + found["differing"]

    def _check_certain(self, alert: Alert) -> None:
        """Nobody is accused on too little, by a mast, outside the hours or within an absence."""
        _, lived = self._of_condition[_known(alert.condition_id)]
        began_ms, confirmed_ms = to_ms(alert.began_at), to_ms(alert.confirmed_at)
        enough = alert.seen.fixes >= 3 and confirmed_ms - began_ms >= 120_000
        measured = set(alert.seen.methods) <= {Method.GPS}
        away = any(start <= began_ms < end or start <= confirmed_ms < end for start, end in lived.absences)
        asked = not lived.hours or (_in_hours(lived, began_ms) and _in_hours(lived, confirmed_ms))
        self._check("uncertainty favours the person", holds=enough and measured and asked and not away)

    def _check_stories(self, alerts: Sequence[Alert]) -> None:
        with self._store.reading() as view:
            tasks = view.open_tasks()
            outages = view.outages(EPOCH)
            states = {name: view.decision(_known(one.decision_id)).state for name, one in self.stories.items()}
        of = {name: [one for one in tasks if one.decision_id == w.decision_id] for name, w in self.stories.items()}
        for name in ("lapses", "withdrawn", "annulled"):
            comes_off = [one for one in of[name] if one.kind is TaskKind.TELL_AND_REMOVE]
            over = states[name] not in (State.MADE, State.SUSPENDED)
            self._check("time heals towards privacy", holds=over and len(comes_off) == 1)
        annulled = self.stories["annulled"].decision_id
        for one in alerts:
            if one.decision_id == annulled:
                self._check("taint follows lineage", holds=one.weakened_why is Why.ANNULLED)
        dead = self.stories["dead tag"]
        accused = [
            one for one in alerts if one.case_id == dead.case.id and to_ms(one.began_at) > _known(dead.silent_from_ms)
        ]
        asked = [one for one in of["dead tag"] if one.kind is TaskKind.FIND_OUT]
        suspended = states["dead tag"] is State.SUSPENDED
        settings = DEFAULTS
        lived = timedelta(days=self._days) - timedelta(hours=4)
        self._check(
            "a dead tag accuses nobody",
            holds=not any(one.weight is Weight.ADVERSE for one in accused)
            and len(asked) == (lived > timedelta(seconds=settings.silence_s))
            and suspended == (lived > timedelta(seconds=settings.silence_ends_s)),
        )
        if self._outage is not None:
            inside = [
                one
                for one in alerts
                if self._outage.covers(one.raised_at)
                or (one.matter is Matter.UNANSWERED and self._outage.covers(one.began_at))
            ]
            self._check("an outage is on nobody's record", holds=len(outages) == 1 and not inside)

    def _check_copy(self, wearer: Wearer, alerts: Sequence[Alert]) -> None:
        """The person's own copy holds every fix that was kept; of rung 9, what confirmed an alert and nothing else."""
        copy = [
            msgspec.json.decode(line)
            for line in give_own_copy(self._store, self._vault, wearer.case.reference, CASEWORKER)
        ]
        fixes = [one for one in copy if "fix_time" in one]
        withheld = copy[-1]["past_retention"]
        if wearer.mode is ModeCode.FITTED_TRAIL:
            self._check("the person can see it all", holds=len(fixes) + withheld == wearer.kept)
            return
        adverse = [one for one in alerts if one.weight is Weight.ADVERSE]
        spans = [(as_text(one.began_at), as_text(one.confirmed_at)) for one in adverse]
        proves = all(any(start <= one["fix_time"] <= end for start, end in spans) for one in fixes)
        self._check("narrowest answer first", holds=proves and len(fixes) <= 10 * len(adverse))

    # --- the report ---

    def _report(self) -> dict[str, Any]:
        with self._store.reading() as view:
            alerts = view.alerts(list(AlertState), 1_000_000)
        self._check_the_end(alerts)
        scores = [self._score(wearer, alerts) for wearer in self.wearers]
        ours, plain = [one.ours for one in scores], [one.plain for one in scores]
        delays = [pair for one in scores for pair in one.delays_s]
        months = self._people * self._days / _DAYS_A_MONTH
        asked = [one for one in alerts if one.weight is Weight.UNCERTAIN and one.case_id in self._scored()]
        counted = {
            name: {"checked": one.checked, "broken": one.broken}
            for name, one in self.invariants.items()
            if self._faults or name != "an outage is on nobody's record"
        }
        return {
            "seed": self._seed,
            "people": self._people,
            "days": self._days,
            "person_months": round(months, 3),
            "alerts": _counts(ours),
            "delay_s": _delays([mine for mine, _ in delays]),
            "baseline": {"alerts": _counts(plain), "delay_s": _delays([theirs for _, theirs in delays])},
            "false_per_person_month": {
                "ours": round(sum(one.false for one in ours) / months, 3),
                "baseline": round(sum(one.false for one in plain) / months, 3),
            },
            "fewer_false_alerts": _fewer(scores, Random(f"bootstrap {self._seed}")),
            "witnessed_events": sum(one.witnessed for one in ours),
            "found_by_both": len(delays),
            "asked_to_ring": {"count": len(asked), "per_person_month": round(len(asked) / months, 3)},
            "admitted": self.admitted,
            "refused": dict(sorted(self.refused.items())),
            "invariants": counted,
        }

    def _scored(self) -> set[CaseId]:
        return {wearer.case.id for wearer in self.wearers}

    def _score(self, wearer: Wearer, alerts: Sequence[Alert]) -> PersonScore:
        score = PersonScore()
        for condition_id, lived in wearer.conditions.items():
            ours = [
                Scored(to_ms(one.began_at), _until(one), to_ms(one.raised_at))
                for one in alerts
                if one.condition_id == condition_id and one.weight is Weight.ADVERSE
            ]
            plain = [
                Scored(one.raised.fix_time_ms, one.cleared_ms, one.raised.arrives_ms)
                for one in wearer.plain[lived.name].alerts
            ]
            score.add(wearer.truth[lived.name], ours, plain)
        return score


def weekly_in_town(hours: Sequence[tuple[int, int]]) -> Schedule:
    """Windows of the week by the town's clock; none is always."""
    return Schedule(_UTC, tuple(Weekly(*one) for one in hours)) if hours else ALWAYS


def _until(alert: Alert) -> int | None:
    if alert.weakened_why is not None:
        return to_ms(alert.confirmed_at)
    return None if alert.ended_at is None else to_ms(alert.ended_at)


def _counts(scores: Sequence[Score]) -> dict[str, int]:
    return {
        "true": sum(one.true for one in scores),
        "false": sum(one.false for one in scores),
        "missed": sum(one.missed for one in scores),
    }


def _fewer(scores: Sequence[PersonScore], random: Random) -> dict[str, Any]:
    """How many times fewer than the plain geofence; unknown where that raised no false alert to compare with."""
    plain, ours = sum(one.plain.false for one in scores), sum(one.ours.false for one in scores)
    interval = ratio_interval(scores, random)
    if not plain or interval is None:
        return {"times": None, "interval_95": None}
    return {"times": round(plain / max(ours, 0.5), 1), "interval_95": [round(each, 1) for each in interval]}


def _delays(delays: Sequence[float]) -> dict[str, float | None]:
    return {"median": quantile(delays, 0.5), "p95": quantile(delays, 0.95)}


def _in_hours(lived: LivedCondition, at_ms: int) -> bool:
    minute = (at_ms / 60_000 + 3 * 1440) % WEEK_MIN
    return any(opens <= minute < closes or opens <= minute + WEEK_MIN < closes for opens, closes in lived.hours)


def _known(value: T | None) -> T:
    """What the simulation has made by now."""
    if value is None:
        raise LookupError("the simulation asks for what it has not made yet")
    return value
