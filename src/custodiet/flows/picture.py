"""The gate's picture: what stands, in memory, brought up to date from the store by what changed since.

It only ever answers with what it absorbed; whoever writes on its word checks `version` inside the writing
transaction. It holds no position.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from custodiet.model.case import Case
from custodiet.model.condition import Condition, Interval
from custodiet.model.decision import LATE_MAX_DEFAULT, Decision
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.identity import CaseId, ConditionId, DecisionId, DeviceId, FittingId, PersonId, SchemeId
from custodiet.model.judging import Judging
from custodiet.model.mode import Kind, ModeCode
from custodiet.model.stored import DayOf, StandingChange
from custodiet.model.times import EPOCH
from custodiet.rules.authority import Clear, DeviceStanding, SenderStanding, Worn, clear_of
from custodiet.rules.decisions import kept_categories

_GATHERED_MAX = 20_000
"""Of so many devices what the gate has to know is held ready: of whoever is steady nobody asks for it."""
_A_DAY = timedelta(days=1)
N = TypeVar("N", Condition, Fitting, Decision)

Among = Callable[[FittingId], bool]
"""Whether a fitting is one of those that are asked about."""
GetCondition = Callable[[ConditionId], Condition]
_NO_DAYS: frozenset[DayOf] = frozenset()
"""One for everyone of whom nothing is erased: each would weigh as much as their decision."""
_NOBODYS: tuple[DeviceStanding, tuple[datetime, ...], tuple[Clear, ...]] = (DeviceStanding(), (), ())


@dataclass(frozen=True, slots=True)
class KnownSender:
    """A token that was issued, with its sender; it may have ended."""

    token: Token
    sender: Sender
    standing: SenderStanding


class Concerned(NamedTuple):
    """Whom a change is about. Of anyone else everything stands as it did."""

    cases: frozenset[CaseId]
    fittings: frozenset[FittingId]
    decisions: frozenset[DecisionId]
    conditions: frozenset[ConditionId]

    def __bool__(self) -> bool:
        return bool(self.fittings or self.decisions)


class Picture:
    """Mutable; owned by one monitor, touched by one thread."""

    def __init__(self) -> None:
        self.version = 0
        self._cases: dict[CaseId, Case] = {}
        self._judging: dict[SchemeId, Judging] = {}
        self._by_id: dict[DecisionId, Decision] = {}
        self._conditions: dict[DecisionId, tuple[Condition, ...]] = {}
        self._removals: dict[FittingId, list[Interval]] = {}
        self._absences: dict[ConditionId, list[Interval]] = {}
        self._devices: dict[str, DeviceId] = {}
        self._serials: dict[DeviceId, str] = {}
        self._fittings: dict[DeviceId, tuple[Fitting, ...]] = {}
        self._fitting_by_id: dict[FittingId, Fitting] = {}
        self._fittings_of: dict[CaseId, tuple[FittingId, ...]] = {}
        self._decisions: dict[CaseId, tuple[Decision, ...]] = {}
        self._tokens: dict[bytes, KnownSender] = {}
        self._erased: dict[PersonId, frozenset[DayOf]] = {}
        self._erased_from: date | None = None
        """Of earlier days it is not held whose are erased; None: of no day."""
        self._over_before = EPOCH
        """Of decisions that were over before then it is not held what they asked."""
        self._standing: dict[str, tuple[DeviceStanding, tuple[datetime, ...], tuple[Clear, ...]]] = {}
        self._patient: dict[DecisionId, Decision] = {}
        """Decisions that allow fixes older than the default."""

    def begin_anew(self) -> None:
        """Everything is to be absorbed again, from version 0."""
        self.version, self._over_before, self._erased_from = 0, EPOCH, None
        for held in (self._removals, self._absences, self._erased):
            held.clear()

    def leaves_out(self, before: datetime) -> datetime:
        """Conditions of decisions that were over by then need not be told; `before`: where nothing is held yet."""
        return self._over_before if self.version else before

    def knows_what_was_asked(self, since: datetime) -> bool:
        """Of every decision that was in force at or after then."""
        return self._over_before <= since

    def forget_what_was_asked(self, before: datetime) -> None:
        """Of decisions that were over by then, of which nothing can be judged any more: each renewal leaves one.

        At most once a day, for everyone's are looked through.
        """
        if before - self._over_before < _A_DAY:
            return
        for decision_id, decision in self._by_id.items():
            if decision.until is not None and decision.until < before:
                self._patient.pop(decision_id, None)
                for condition in self._conditions.pop(decision_id, ()):
                    self._absences.pop(condition.id, None)
        self._over_before = before

    def absorb(self, change: StandingChange, condition_of: GetCondition) -> Concerned | None:
        """Take in what changed, and tell whom it is about; None: everyone. `condition_of` gives one that is stored.

        Half a change is never seen: nothing here can fail midway.
        """
        everyones = bool(change.schemes) or not self.version
        self._over_before = change.over_before
        absent = set() if everyones else {condition_of(one.condition_id).decision_id for one in change.absences}
        for case in change.cases:
            self._cases[case.id] = case
        for scheme in change.schemes:
            self._judging[scheme.id] = scheme.judging
        for condition in change.conditions:
            self._conditions[condition.decision_id] = _with(self.conditions_of(condition.decision_id), condition)
        for fitting_id, during in change.removals:
            self._removals.setdefault(fitting_id, []).append(during)
        for absence in change.absences:
            self._absences.setdefault(absence.condition_id, []).append(absence.during)
        for device in change.devices:
            self._absorb_device(device)
        for fitting in change.fittings:
            self._fittings[fitting.device_id] = _with(self._fittings.get(fitting.device_id, ()), fitting)
            if fitting.id not in self._fitting_by_id:
                self._fittings_of[fitting.case_id] = (*self._fittings_of.get(fitting.case_id, ()), fitting.id)
            self._fitting_by_id[fitting.id] = fitting
        for decision in change.decisions:
            of = decision.case_id
            self._decisions[of] = _with(self._decisions.get(of, ()), decision)
            self._by_id[decision.id] = decision
            if decision.stands and decision.late_max > LATE_MAX_DEFAULT:
                self._patient[decision.id] = decision
        for token, sender in change.tokens:
            standing = SenderStanding(frozenset(sender.scope), token.ended_at)
            self._tokens[token.sha256] = KnownSender(token, sender, standing)
        erased_of = self._have_erased(change.destroyed)
        self.version = change.version
        concerned = None if everyones else self._concerned(change, absent, erased_of)
        if concerned is None:
            self._standing.clear()
        else:
            for device in change.devices:
                self._standing.pop(device.serial, None)
            self._gather_again(concerned)
        return concerned

    def erased_unknown(self, first: date) -> tuple[date, date | None] | None:
        """From that day on, the days of which it is not known whose are erased: the first, and the first that is known
        (None: no day is); None when all are known.
        """
        known = self._erased_from
        return None if known is not None and known <= first else (first, known)

    def absorb_erased(self, first: date, days: Iterable[DayOf]) -> Concerned:
        """Take in whose days of `erased_unknown` are erased, and tell whom it is about."""
        self._erased_from = first
        concerned = self.of_cases(self._cases_of(self._have_erased(days)))
        self._gather_again(concerned)
        return concerned

    def forget_erased_before(self, first: date) -> None:
        """No fix of an earlier day can be admitted any more. So that nobody pays for a trail that is long since gone:
        of whose days one is erased, each fix is weighed by itself.
        """
        if self._erased_from is None or first <= self._erased_from:
            return
        self._erased_from = first
        kept = {whose: frozenset(one for one in days if one[2] >= first) for whose, days in self._erased.items()}
        if kept != self._erased:
            self._erased = {whose: days for whose, days in kept.items() if days}
            self._standing.clear()

    def _have_erased(self, days: Iterable[DayOf]) -> set[PersonId]:
        """Whose they are; of a day on which no fix can be admitted nothing is to be known."""
        whose = set()
        for day_of in days:
            if self._erased_from is not None and day_of[2] >= self._erased_from:
                self._erased[day_of[0]] = self._erased.get(day_of[0], _NO_DAYS) | {day_of}
                whose.add(day_of[0])
        return whose

    def _cases_of(self, people: Collection[PersonId]) -> set[CaseId]:
        return {one.id for one in self._cases.values() if one.person_id in people} if people else set()

    def _gather_again(self, concerned: Concerned) -> None:
        for fitting_id in concerned.fittings:
            self._standing.pop(self.serial_of(fitting_id) or "", None)

    def _concerned(self, change: StandingChange, absent: set[DecisionId], erased_of: set[PersonId]) -> Concerned:
        """`absent`: decisions of those absences; `erased_of`: people of whose days one is erased."""
        decisions = absent | {one.decision_id for one in change.conditions}
        cases = {one.id for one in change.cases}
        cases |= {one.case_id for one in change.fittings} | {one.case_id for one in change.decisions}
        cases |= {self._by_id[one].case_id for one in decisions if one in self._by_id}
        cases |= {self._fitting_by_id[one].case_id for one, _ in change.removals if one in self._fitting_by_id}
        cases |= self._cases_of(erased_of)
        return self.of_cases(cases, {one.id for one in change.devices})

    def of_cases(self, cases: Collection[CaseId], devices: Collection[DeviceId] = ()) -> Concerned:
        """Everything of these, and of whoever ever wore one of their devices, or one of those.

        Of every case in it all fittings are: whoever asks what is in force of these fittings learns all that is in
        force under these decisions.
        """
        theirs = [self._fitting_by_id[one] for case_id in cases for one in self._fittings_of.get(case_id, ())]
        all_devices = {one.device_id for one in theirs}.union(devices)
        worn = [one for device_id in all_devices for one in self._fittings.get(device_id, ())]
        all_cases = frozenset(one.case_id for one in worn).union(cases)
        decisions = frozenset(one.id for case_id in all_cases for one in self._decisions.get(case_id, ()))
        conditions = frozenset(condition.id for one in decisions for condition in self.conditions_of(one))
        fittings = frozenset(one for case_id in all_cases for one in self._fittings_of.get(case_id, ()))
        return Concerned(all_cases, fittings, decisions, conditions)

    def _absorb_device(self, device: Device) -> None:
        self._devices[device.serial] = device.id
        self._serials[device.id] = device.serial

    def sender(self, token_sha256: bytes) -> KnownSender | None:
        """Who posts with this token, or None for a token that was never issued."""
        return self._tokens.get(token_sha256)

    def standing(self, serial: str) -> DeviceStanding:
        """Everything the gate needs to know of a device; empty for one that nobody knows."""
        return self._known(serial)[0]

    def clear(self, serial: str) -> tuple[Clear, ...]:
        """The intervals of a device in which nothing needs to be weighed."""
        return self._known(serial)[2]

    def serial_of(self, fitting_id: FittingId) -> str | None:
        """Of the device of a fitting that is known."""
        fitting = self._fitting_by_id.get(fitting_id)
        return None if fitting is None else self._serials.get(fitting.device_id)

    def worn(self, fitting_id: FittingId) -> Worn:
        """One fitting that is known, with its person and decisions."""
        return self._worn(self._fitting_by_id[fitting_id])

    def changes_between(self, serial: str, after: datetime, until: datetime) -> bool:
        """Whether the passing of time alone moved a decision of this device's wearers in or out of force."""
        return any(after < edge <= until for edge in self._known(serial)[1])

    def late_max(self, now: datetime) -> timedelta:
        """How old a fix may be at most, under any decision that can still admit one."""
        able = (one.late_max for one in self._patient.values() if one.until is None or now - one.until < one.late_max)
        return max(able, default=LATE_MAX_DEFAULT)

    def decision(self, decision_id: DecisionId) -> Decision:
        """One that is known."""
        return self._by_id[decision_id]

    def conditions_of(self, decision_id: DecisionId) -> tuple[Condition, ...]:
        """What a decision asks."""
        return self._conditions.get(decision_id, ())

    def condition(self, decision_id: DecisionId, condition_id: ConditionId | None) -> Condition | None:
        """One of a decision's conditions."""
        return next((one for one in self.conditions_of(decision_id) if one.id == condition_id), None)

    def absences_of(self, condition_id: ConditionId) -> Sequence[Interval]:
        """When it need not be kept."""
        return self._absences.get(condition_id, ())

    def removals_of(self, fitting_id: FittingId) -> Sequence[Interval]:
        """When it may be off, as it was booked."""
        return self._removals.get(fitting_id, ())

    def judging(self, decision: Decision) -> Judging:
        """The settings of its scheme."""
        return self._judging[self._cases[decision.case_id].scheme_id]

    def heard_now(self, serial: str, at: datetime) -> tuple[Fitting, Decision] | None:
        """Whose device it is now, under which decision in force; None when nobody's, or none is."""
        for worn in self.standing(serial).worn:
            if worn.fitting.covers(at):
                for decision in worn.decisions:
                    if decision.in_force(at):
                        return worn.fitting, decision
        return None

    def conditions_in_force(
        self, at: datetime, among: Among, of: Collection[FittingId] | None = None
    ) -> tuple[Condition, ...]:
        """What decisions in force ask of people who wear a device now, of modes that compare a position; of all, or of
        whoever wears these.
        """
        return tuple(
            condition
            for fitting in self._all_or(of)
            if fitting.covers(at) and among(fitting.id)
            for decision in self._under(fitting)
            if (Kind.FIX in decision.rung.admits or decision.mode is ModeCode.CHECK_IN_AREA) and decision.in_force(at)
            for condition in self.conditions_of(decision.id)
        )

    def sealing_in_force(
        self, at: datetime, among: Among, of: Collection[FittingId] | None = None
    ) -> tuple[tuple[Fitting, PersonId, Decision], ...]:
        """Open fittings, of all or of these, whose decision seals a trail or evidence now: who will need a session
        key.
        """
        return tuple(
            (fitting, self._cases[fitting.case_id].person_id, decision)
            for fitting in self._all_or(of)
            if fitting.covers(at) and among(fitting.id)
            for decision in self._under(fitting)
            if kept_categories(decision) and decision.in_force(at)
        )

    def edges(self, after: datetime, cases: Collection[CaseId] | None = None) -> Iterator[tuple[datetime, CaseId]]:
        """When the passing of time alone moves a decision or a fitting in or out of force, and of which case; of all
        or of these.
        """
        for case_id in self._cases if cases is None else cases:
            decisions = self._decisions.get(case_id, ())
            fittings = [self._fitting_by_id[one] for one in self._fittings_of.get(case_id, ())]
            pairs = [(one.fitted_at, one.removed_at) for one in fittings]
            pairs += [(one.starts_at, one.until) for one in decisions]
            pairs += [(pause.from_at, pause.to_at) for one in decisions for pause in one.suspensions]
            yield from ((edge, case_id) for pair in pairs for edge in pair if edge is not None and edge > after)

    def case_of(self, fitting_id: FittingId) -> CaseId:
        """Of a fitting that is known."""
        return self._fitting_by_id[fitting_id].case_id

    def _all_or(self, of: Collection[FittingId] | None) -> Iterable[Fitting]:
        return self._fitting_by_id.values() if of is None else [self._fitting_by_id[one] for one in of]

    def _under(self, fitting: Fitting) -> tuple[Decision, ...]:
        """Decisions of its case and strand."""
        return tuple(one for one in self._decisions.get(fitting.case_id, ()) if one.strand == fitting.strand)

    def _known(self, serial: str) -> tuple[DeviceStanding, tuple[datetime, ...], tuple[Clear, ...]]:
        known = self._standing.get(serial)
        if known is None and serial not in self._devices:
            return _NOBODYS
        if known is None:
            if len(self._standing) >= _GATHERED_MAX:
                del self._standing[next(iter(self._standing))]
            known = self._standing[serial] = self._gather(serial)
        return known

    def _gather(self, serial: str) -> tuple[DeviceStanding, tuple[datetime, ...], tuple[Clear, ...]]:
        device_id = self._devices.get(serial)
        fittings = self._fittings.get(device_id, ()) if device_id is not None else ()
        worn = tuple(self._worn(fitting) for fitting in sorted(fittings, key=lambda one: one.fitted_at))
        erased = _NO_DAYS.union(*(self._erased.get(one.person_id, _NO_DAYS) for one in worn)) or _NO_DAYS
        edges = tuple(
            edge
            for one in worn
            for decision in one.decisions
            for edge in (decision.starts_at, decision.until)
            if edge is not None
        )
        standing = DeviceStanding(worn, erased)
        return standing, edges, clear_of(standing)

    def _worn(self, fitting: Fitting) -> Worn:
        person_id = self._cases[fitting.case_id].person_id
        return Worn(fitting, person_id, self._under(fitting))


def _with(some: tuple[N, ...], one: N) -> tuple[N, ...]:
    """The same with this in it: a new one after the others, a known one where it stood. There are a few at most."""
    kept = list(some)
    place = next((place for place, each in enumerate(kept) if each.id == one.id), len(kept))
    kept[place : place + 1] = [one]
    return tuple(kept)
