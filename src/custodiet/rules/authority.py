"""The gate: a position outside the force of a decision is never admitted.

`admit` is the only maker of Admitted. It is given everything it needs and fetches nothing; it collects every
reason that holds against a report (R1, R2) and admits only when none does. Whoever keeps
what it admits must decide again inside the writing transaction if the standing changed in between.

Not decided here: duplicates (identity is the store's to know) and the meaning of a position (conditions).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from custodiet.model.decision import LATE_MAX_DEFAULT, LATE_MAX_LIMIT, Decision, State
from custodiet.model.device import Fitting
from custodiet.model.identity import PersonId
from custodiet.model.mode import Category, Kind, Mode, ModeCode
from custodiet.model.report import REASON_ORDER, Admitted, AdmittedWord, Fix, Reason, Refused, Report
from custodiet.model.times import utc_day

AHEAD_MAX = timedelta(minutes=5)
"""How far a device's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class SenderStanding:
    """What is known of the one who posts: the devices it may speak for, and whether its token still stands."""

    scope: frozenset[str]
    token_ended_at: datetime | None

    def ended(self, at: datetime) -> bool:
        """Whether its token no longer speaks for it."""
        return self.token_ended_at is not None and self.token_ended_at <= at


@dataclass(frozen=True, slots=True)
class Worn:
    """One fitting of the device with the person it was on and every decision on its case and strand."""

    fitting: Fitting
    person_id: PersonId
    decisions: tuple[Decision, ...]


def said_at(fix_time: datetime | None, now: datetime) -> datetime:
    """When a device said something of itself: its fix time if that can be, else now."""
    if fix_time is None or not timedelta(0) <= now - fix_time <= LATE_MAX_LIMIT:
        return now
    return fix_time


def speaks_of(worn: Worn, at: datetime) -> bool:
    """Whether what a device said of itself at that instant speaks of its wearer: under a decision in force then."""
    return worn.fitting.covers(at) and any(one.in_force(at) for one in worn.decisions)


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """Every fitting the device ever had, and the days of its wearers whose keys are destroyed."""

    worn: tuple[Worn, ...] = ()
    erased: frozenset[tuple[PersonId, Category, date]] = frozenset()


@dataclass(frozen=True, slots=True)
class Clear:
    """An interval within which nothing stands against a fix: `admit` can then only say yes.

    Half-open; it holds for a fix time and a present that both lie in it, from a sender whose token stands.
    """

    from_at: datetime
    until: datetime | None
    worn: Worn
    decision: Decision
    category: Category | None

    def admit(self, fix: Fix, at: datetime, now: datetime) -> Admitted | None:
        """The fix of that time, admitted at `now`; None where it has to be weighed."""
        until = self.until
        if at < self.from_at or now < self.from_at or (until is not None and (until <= at or until <= now)):
            return None
        if at - now > AHEAD_MAX or now - at > self.decision.late_max:
            return None
        fitting = self.worn.fitting
        return Admitted(fix, at, self.worn.person_id, fitting.case_id, fitting.id, self.decision.id, self.category)


def clear_of(device: DeviceStanding) -> tuple[Clear, ...]:
    """The intervals of a device in which `admit` has nothing to weigh: one fitting, one plain decision in force.

    What is not in one of them is not refused for that: it is weighed. So nothing that anything else touches is in here:
    another fitting or decision at the same time, a pause, an end that was recorded, an erased day.
    """
    found = []
    for worn in device.worn:
        others = [one.fitting for one in device.worn if one is not worn]
        for decision in worn.decisions:
            category = kept_as(decision.rung, Kind.FIX)
            plain = decision.state is State.MADE and decision.ended_at is None and not decision.suspensions
            erased = any(person == worn.person_id for person, _, _ in device.erased)
            if Kind.FIX not in decision.rung.admits or not plain or erased:
                continue  # nearly all of what is long over
            if any(one is not decision and one.stands and _overlap(decision, one) for one in worn.decisions):
                continue
            from_at = max(decision.starts_at, worn.fitting.fitted_at)
            ends = [at for at in (decision.until, worn.fitting.removed_at) if at is not None]
            until = min(ends) if ends else None
            if (until is not None and until <= from_at) or any(_reach_into(one, from_at, until) for one in others):
                continue
            found.append(Clear(from_at, until, worn, decision, category))
    return tuple(found)


def _overlap(one: Decision, other: Decision) -> bool:
    return (other.until is None or one.starts_at < other.until) and (one.until is None or other.starts_at < one.until)


def _reach_into(fitting: Fitting, from_at: datetime, until: datetime | None) -> bool:
    return (until is None or fitting.fitted_at < until) and (fitting.removed_at is None or from_at < fitting.removed_at)


def admit(
    report: Report, sender: SenderStanding, device: DeviceStanding, now: datetime
) -> Admitted | AdmittedWord | Refused:
    """Whether this report may be kept or judged at `now`, or every reason why not."""
    against: set[Reason] = set()
    if sender.ended(now):
        against.add(Reason.TOKEN_ENDED)
    if report.serial not in sender.scope:
        # What stands on someone else's device is not looked at: even a count would tell.
        return _refused(against | {Reason.NOT_YOURS})
    if report.fix_time is None or (report.kind is Kind.FIX and report.fix is None):
        return _refused(against | {Reason.NO_FIX_TIME})
    at = report.fix_time
    if at > now + AHEAD_MAX:
        against.add(Reason.FUTURE)

    wearers = [one for one in device.worn if one.fitting.covers(at)]
    # On two at once it cannot be, by a constraint of the store: then it is on nobody.
    worn = wearers[0] if len(wearers) == 1 else None
    if worn is None:
        against |= _off_everyone(device, at)
    decision = _covering(worn, at, against) if worn else None
    if now - at > (decision.late_max if decision else LATE_MAX_DEFAULT):
        against.add(Reason.TOO_LATE)
    if worn is None or decision is None:
        return _refused(against)

    kind = taken_as(decision.rung, report)
    category = kept_as(decision.rung, kind)
    line = _line_of(decision, worn.decisions)
    if kind not in decision.rung.admits:
        against.add(Reason.NONE)  # no decision permits this kind of data
    elif not any(_permits(one, kind, category) and one.in_force(now) for one in line):
        against.add(_why_not_in_force(decision, line, now))
    if decision.state is State.ANNULLED:
        against.add(Reason.ANNULLED)
    if decision.suspended(at):
        against.add(Reason.SUSPENDED)
    if category is not None and (worn.person_id, category, utc_day(at)) in device.erased:
        against.add(Reason.ERASED)
    if against:
        return _refused(against)
    if kind is not Kind.FIX or report.fix is None:
        compared = report.fix if decision.mode is ModeCode.CHECK_IN_AREA else None
        fitting = worn.fitting
        whose = (worn.person_id, fitting.case_id, fitting.id, decision.id)
        return AdmittedWord(kind, at, *whose, crossing=report.crossing, fix=compared)
    return Admitted(
        fix=report.fix,
        fix_time=at,
        person_id=worn.person_id,
        case_id=worn.fitting.case_id,
        fitting_id=worn.fitting.id,
        decision_id=decision.id,
        category=category,
    )


def taken_as(mode: Mode, report: Report) -> Kind:
    """A position that someone sent by hand is a check-in where the mode asks for those."""
    return Kind.CHECK_IN if report.by_hand and Kind.CHECK_IN in mode.admits else report.kind


def kept_as(mode: Mode, kind: Kind) -> Category | None:
    """Under which category a report of this kind is written, or None when the mode writes none of it."""
    if kind is Kind.FIX and mode.keeps_trail:
        return Category.TRAIL
    return None


def _off_everyone(device: DeviceStanding, at: datetime) -> set[Reason]:
    """Why not, for an instant at which the device was on nobody: before a fitting, after one, or never on anyone."""
    decided = [one.fitting for one in device.worn if any(decision.stands for decision in one.decisions)]
    before = {Reason.BEFORE for fitting in decided if at < fitting.fitted_at}
    after = {Reason.ENDED for fitting in decided if fitting.removed_at is not None and fitting.removed_at <= at}
    return before | after or {Reason.NONE}


def _covering(worn: Worn, at: datetime, against: set[Reason]) -> Decision | None:
    """(1) exactly one decision covers the fix time; otherwise None, and the reasons are added."""
    decisions = [one for one in worn.decisions if one.stands]
    covering = [one for one in decisions if one.covers(at)]
    if len(covering) == 1:
        return covering[0]
    if not decisions or covering:
        against.add(Reason.NONE)  # two at once cannot be, by a constraint of the store: then none holds
        return None
    if any(at < one.starts_at for one in decisions):
        against.add(Reason.BEFORE)
    if any(one.until is not None and one.until <= at for one in decisions):
        against.add(Reason.ENDED)
    return None


def _line_of(decision: Decision, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """(2) the decision and its unbroken line of successors, none of them annulled; empty when it is annulled."""
    if decision.state is State.ANNULLED:
        return ()
    line = {decision.id: decision}
    for later in sorted(decisions, key=lambda one: one.starts_at):
        before = line.get(later.follows) if later.follows is not None else None
        if before is None or not later.stands or later.state is State.ANNULLED:
            continue
        if before.until is None or later.starts_at <= before.until:
            line[later.id] = later
    return tuple(line.values())


def _permits(decision: Decision, kind: Kind, category: Category | None) -> bool:
    return kind in decision.rung.admits and kept_as(decision.rung, kind) == category


def _why_not_in_force(decision: Decision, line: tuple[Decision, ...], now: datetime) -> Reason:
    if decision.state is State.ANNULLED:
        return Reason.ANNULLED
    if any(one.state is State.SUSPENDED or (one.covers(now) and one.suspended(now)) for one in line):
        return Reason.SUSPENDED
    return Reason.BEFORE if now < decision.starts_at else Reason.ENDED


def _refused(against: set[Reason]) -> Refused:
    return Refused(tuple(sorted(against, key=REASON_ORDER.__getitem__)))
