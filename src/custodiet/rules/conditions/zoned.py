"""The judge of zones and curfews: (condition, watch, scratch, fixes) to (watch, scratch, findings).

A fix speaks *against* the person when its whole disc lies on the wrong side by more than a buffer; it is *back* when
the whole disc lies on the right side. What lies between speaks for neither; a wrong point whose disc crosses the edge
only *leans*. Against someone counts only a run of usable fixes, long enough and lasting long enough, in order of fix
time, within one window of the hours asked (R63 to R65). A lasting lean raises something to ring about, which can never
become more. While a decision's zones are in test, what speaks against the person only leans.

Promise on late fixes, shuffled and delayed reports: what arrives after something newer was judged can end a run, and
can weaken what was raised; it never adds to a run. So for any order of arrival, every adverse finding that still stands
when all have arrived overlaps one that the true order would have raised. The jump filter therefore measures from fixes
on the right side only, and a late one of those within its reach weakens, too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from custodiet.model.condition import KEEP_OUT, Condition, Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import (
    NO_RUN,
    Band,
    Doubt,
    Ended,
    Episode,
    Finding,
    Matter,
    Raised,
    Run,
    Watch,
    Weakened,
    Weight,
    Why,
)
from custodiet.model.identity import AlertId
from custodiet.model.judging import Judging
from custodiet.model.report import Method
from custodiet.model.times import EPOCH, to_ms
from custodiet.rules.conditions.fixes import Fixes
from custodiet.rules.conditions.naming import alert_id
from custodiet.rules.conditions.plane import Point, distance_m
from custodiet.rules.conditions.timetable import window_at
from custodiet.rules.conditions.zones import EDGE_M, Answer, Area, answer

PAST_MAX = 10
"""How many of a condition's alerts that are over a late fix can still weaken."""
EVIDENCE_MAX = 10
"""How many of the fixes that confirmed a finding may be kept as its evidence."""
EVERYWHERE_M = 20_037_508.0
"""Half of the Earth's girth: a disc of so much holds every place, and one of more no other."""
LOOKED_UP = frozenset({Method.LBS, Method.RF, Method.WIFI})
"""Found by what is heard and a list of where that stands, not by satellites: what stands there may have been moved."""


class Side(StrEnum):
    """What one fix says of one condition."""

    AGAINST = "against"
    LEANING = "leaning"
    EVEN = "even"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Weighed:
    """One fix, weighed: `wrong_m` metres beyond the edge on the wrong side, by a disc of `radius_m` (None: unknown)."""

    side: Side
    wrong_m: float
    radius_m: float | None
    doubt: Doubt | None

    @property
    def usable(self) -> bool:
        """Whether the fix itself is good, wherever its disc lies."""
        return self.doubt in (None, Doubt.EDGE)


class Scratch(msgspec.Struct, frozen=True, gc=False):
    """What is held in memory alone: the last place on the right side, and the times of the run's newest fixes.

    Without a text form, as whatever holds a place.
    """

    back_at: datetime | None = None
    back: Point | None = None
    moving_at: datetime | None = None
    """When a fix on the right side last showed the device moving."""
    against: tuple[datetime, ...] = ()

    def without_run(self) -> "Scratch":
        """The same, with nothing under way."""
        return Scratch(self.back_at, self.back, self.moving_at)

    def __repr__(self) -> str:
        return "<Scratch>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition ready to be judged: its area (None: the vault has not given the geometry) and its windows."""

    condition: Condition
    decision: Decision
    area: Area | None
    windows: tuple[Interval, ...]
    """The hours it asks, absences taken out, over every fix time that can still be admitted."""
    known_from: datetime = EPOCH
    """Where the laid out hours begin: of an earlier time they say nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a batch of fixes changed. `evidence`: for each alert raised against someone, the times of its fixes."""

    watch: Watch
    scratch: Scratch
    findings: tuple[Finding, ...] = ()
    evidence: tuple[tuple[AlertId, tuple[datetime, ...]], ...] = ()


def judge(
    asked: Asked, watch: Watch, scratch: Scratch, fixes: Fixes, settings: Judging, newest_before: datetime | None
) -> Verdict:
    """Judge one fitting's fixes, in order of fix time; `newest_before` is the newest fix time judged so far.

    Without geometry nobody can tell: nothing changes.
    """
    verdict = Verdict(watch, scratch)
    if asked.area is None:
        return verdict
    newest = newest_before
    for row in range(len(fixes.at)):
        at = fixes.at[row]
        weighed = weigh(asked, fixes, row, settings)
        if newest is not None and at <= newest:
            verdict = _late(verdict, at, fixes.points[row], weighed, settings)
            continue
        gap = None if newest is None else at - newest
        newest = at
        verdict = _next(asked, verdict, fixes, row, weighed, gap, settings)
    return verdict


def weigh(asked: Asked, fixes: Fixes, row: int, settings: Judging) -> Weighed:
    """What one fix says, by itself."""
    area = asked.area
    if area is None:
        return Weighed(Side.EVEN, 0.0, None, None)
    keep_out = asked.condition.kind in KEEP_OUT
    depth = area.depth_m(fixes.points[row])
    wrong = -depth if keep_out else depth
    accuracy = fixes.accuracy_m[row]
    radius = _disc_m(accuracy, settings)
    doubt = doubt_of(accuracy, fixes.speed_mps[row], fixes.method[row], settings)
    if doubt is None and radius is not None:
        wrong_answer, right_answer = (Answer.INSIDE, Answer.OUTSIDE) if keep_out else (Answer.OUTSIDE, Answer.INSIDE)
        if answer(depth, max(radius, EDGE_M) + settings.buffer_m) is wrong_answer:
            return Weighed(Side.AGAINST, wrong, radius, None)
        if answer(depth, radius) is right_answer:
            return Weighed(Side.BACK, wrong, radius, None)
        doubt = Doubt.EDGE
    return Weighed(Side.LEANING if wrong > 0 else Side.EVEN, wrong, radius, doubt)


def _disc_m(accuracy: float | None, settings: Judging) -> float | None:
    if accuracy is None:
        return None
    return min(max(accuracy, settings.accuracy_min_m) * settings.disc_scale, EVERYWHERE_M)


def doubt_of(accuracy: float | None, speed: float | None, method: Method | None, settings: Judging) -> Doubt | None:
    """Why a fix is not usable, wherever it lies; None when it is."""
    if accuracy is None:
        return Doubt.NO_ACCURACY
    if method in LOOKED_UP:
        return Doubt.METHOD
    if accuracy > settings.accuracy_max_m:
        return Doubt.WIDE
    if speed is not None and speed > settings.speed_max_mps:
        return Doubt.SPEED
    return None


def _next(
    asked: Asked,
    verdict: Verdict,
    fixes: Fixes,
    row: int,
    weighed: Weighed,
    gap: timedelta | None,
    settings: Judging,
) -> Verdict:
    """A fix newer than any judged before."""
    at, place, speed_mps, method = fixes.at[row], fixes.points[row], fixes.speed_mps[row], fixes.method[row]
    weighed = _in_test(_jumped(weighed, verdict.scratch, at, place, settings), asked.decision, at, settings)
    if weighed.side is Side.BACK:
        held = verdict.scratch
        moving_at = at if speed_mps is not None and speed_mps >= settings.moving_mps else held.moving_at
        scratch = Scratch(at, place, moving_at, held.against)
        verdict = Verdict(verdict.watch, scratch, verdict.findings, verdict.evidence)
    verdict = _within_one_window(asked, verdict, at)
    if window_at(asked.windows, at) is None:
        return verdict
    watch, scratch = verdict.watch, verdict.scratch
    if weighed.side is Side.AGAINST:
        if watch.weight is Weight.ADVERSE:
            return replace(verdict, watch=replace(watch, back=NO_RUN))
        against = _run_on(_unbroken(watch.against, at, settings), at, weighed, method, gap)
        if not against.moved:
            against = replace(against, moved=_moved(scratch, at, place, speed_mps, settings))
        leaning = (
            watch.leaning
            if watch.alert_id
            else _run_on(_unbroken(watch.leaning, at, settings), at, weighed, method, gap)
        )
        watch = replace(watch, against=against, leaning=leaning, back=NO_RUN)
        before = scratch.against if against.count > 1 else ()
        scratch = msgspec.structs.replace(scratch, against=(*before, at)[-EVIDENCE_MAX:])
        verdict = replace(verdict, watch=watch, scratch=scratch)
        if _confirmed(against, settings):
            return _raise(asked, verdict, against, Weight.ADVERSE)
        return _perhaps_lean(asked, verdict, settings)
    if weighed.side is Side.LEANING:
        if watch.alert_id is not None:
            return replace(verdict, watch=replace(watch, against=_doubted(watch.against, weighed), back=NO_RUN))
        leaning = _run_on(_unbroken(watch.leaning, at, settings), at, weighed, method, gap)
        watch = replace(watch, against=_doubted(watch.against, weighed), leaning=leaning, back=NO_RUN)
        return _perhaps_lean(asked, replace(verdict, watch=watch), settings)
    if not weighed.usable:
        return replace(verdict, watch=replace(watch, leaning=NO_RUN)) if watch.alert_id is None else verdict
    return _right_side(verdict, at, weighed, settings)


def _right_side(verdict: Verdict, at: datetime, weighed: Weighed, settings: Judging) -> Verdict:
    """A usable fix on the right side ends every run; enough of them end the alert."""
    if verdict.watch.alert_id is None and not verdict.watch.against.count and not verdict.watch.leaning.count:
        return verdict  # what nearly every fix of nearly everyone comes to
    watch = replace(verdict.watch, against=NO_RUN, leaning=NO_RUN)
    scratch = verdict.scratch.without_run()
    if watch.alert_id is None:
        return replace(verdict, watch=watch, scratch=scratch)
    back = _run_on(watch.back, at, weighed, None, None)
    if back.count < settings.back_fixes or back.from_at is None:
        return replace(verdict, watch=replace(watch, back=back), scratch=scratch)
    over = Ended(watch.alert_id, back.from_at)
    return replace(verdict, watch=_at_rest(watch), scratch=scratch, findings=(*verdict.findings, over))


def _late(verdict: Verdict, at: datetime, place: Point, weighed: Weighed, settings: Judging) -> Verdict:
    """A fix older than the newest judged: it may end a run or weaken a finding, and nothing else."""
    right_side = weighed.side is Side.BACK or (weighed.side is Side.EVEN and weighed.usable)
    if not right_side:
        return verdict
    reach = timedelta(seconds=settings.jump_within_s) if weighed.side is Side.BACK else timedelta(0)
    watch, scratch = verdict.watch, verdict.scratch
    if weighed.side is Side.BACK and (scratch.back_at is None or at > scratch.back_at):
        scratch = msgspec.structs.replace(scratch, back_at=at, back=place)
    if watch.against.from_at is not None and at >= watch.against.from_at - reach:
        watch, scratch = replace(watch, against=NO_RUN), scratch.without_run()
    if watch.leaning.from_at is not None and at >= watch.leaning.from_at:
        watch = replace(watch, leaning=NO_RUN)
    findings = verdict.findings
    open_ = None if watch.alert_id is None else _episode(watch)
    if open_ is not None and open_.from_at - reach <= at <= open_.confirmed_at:
        findings = (*findings, Weakened(open_.alert_id, at, Why.LATE_FIX))
        watch = Watch(watch.condition_id, watch.fitting_id, past=watch.past)
    fallen = [one for one in watch.past if one.from_at - reach <= at <= one.confirmed_at]
    if fallen:
        findings = (*findings, *(Weakened(one.alert_id, at, Why.LATE_FIX) for one in fallen))
        watch = replace(watch, past=tuple(one for one in watch.past if one not in fallen))
    return replace(verdict, watch=watch, scratch=scratch, findings=findings)


def _jumped(weighed: Weighed, scratch: Scratch, at: datetime, place: Point, settings: Judging) -> Weighed:
    if weighed.side is not Side.AGAINST or scratch.back is None or scratch.back_at is None:
        return weighed
    span_s = (at - scratch.back_at).total_seconds()
    if span_s > settings.jump_within_s:
        return weighed
    if distance_m(scratch.back, place) - (weighed.radius_m or 0.0) <= settings.speed_max_mps * span_s:
        return weighed
    return replace(weighed, side=Side.LEANING, doubt=Doubt.JUMP)


def _in_test(weighed: Weighed, decision: Decision, at: datetime, settings: Judging) -> Weighed:
    """A zone that was drawn wrong shows on its first day: until it is over nobody is accused by it, and a lasting wrong
    place asks someone to ring. By fix time, so that the order of arrival plays no part.
    """
    if weighed.side is Side.AGAINST and at < in_test_until(decision, settings):
        return replace(weighed, side=Side.LEANING, doubt=Doubt.IN_TEST)
    return weighed


def in_test_until(decision: Decision, settings: Judging) -> datetime:
    """When the zones of a decision are live."""
    return decision.starts_at + timedelta(seconds=settings.zone_test_s)


def _within_one_window(asked: Asked, verdict: Verdict, at: datetime) -> Verdict:
    """Runs do not reach from one window into another, and with its window an alert ends."""
    watch, scratch, findings = verdict.watch, verdict.scratch, verdict.findings

    def elsewhere(since: datetime | None) -> bool:
        if since is None:
            return False
        window = window_at(asked.windows, max(since, asked.known_from))
        return window is None or not window.covers(at)

    if elsewhere(watch.against.from_at):
        watch, scratch = replace(watch, against=NO_RUN), scratch.without_run()
    if elsewhere(watch.leaning.from_at):
        watch = replace(watch, leaning=NO_RUN)
    if (
        watch.alert_id is not None
        and watch.confirmed_at is not None
        and any(map(elsewhere, (watch.began_at, watch.confirmed_at)))
    ):
        # An absence entered since may end between the two: what it was raised on is excused, what goes on is not.
        window = window_at(asked.windows, max(watch.confirmed_at, asked.known_from))
        ended_at = watch.confirmed_at if window is None or window.covers(at) else window.to_at
        findings = (*findings, Ended(watch.alert_id, ended_at))
        watch = _at_rest(watch)
    if watch is verdict.watch:
        return verdict
    return replace(verdict, watch=watch, scratch=scratch, findings=findings)


def _unbroken(run: Run, at: datetime, settings: Judging) -> Run:
    """The run, unless too long has passed since its last fix."""
    if run.last_at is not None and at - run.last_at > timedelta(seconds=settings.apart_max_s):
        return NO_RUN
    return run


def _run_on(run: Run, at: datetime, weighed: Weighed, method: Method | None, gap: timedelta | None) -> Run:
    seen = run.seen
    if weighed.side is Side.AGAINST:
        nearest = _band(weighed.wrong_m)
        seen = replace(
            seen,
            fixes=seen.fixes + 1,
            band=nearest if seen.band is None else min(seen.band, nearest, key=list(Band).index),
            radius_m=max(seen.radius_m or 0, round(weighed.radius_m or 0)),
            methods=tuple(sorted({*seen.methods, *([] if method is None else [method])})),
        )
    elif weighed.doubt is not None:
        seen = replace(seen, doubtful=seen.doubtful + 1, doubt=seen.doubt or weighed.doubt)
        if weighed.radius_m is not None:
            seen = replace(seen, radius_m=max(seen.radius_m or 0, round(weighed.radius_m)))
    if run.count == 0 and gap is not None:
        seen = replace(seen, gap_s=int(gap.total_seconds()))
    return Run(run.count + 1, run.from_at or at, at, seen, run.moved)


def _doubted(run: Run, weighed: Weighed) -> Run:
    """A fix that cannot tell, between those that count: told on, and no more."""
    if run.count == 0:
        return run
    return replace(run, seen=replace(run.seen, doubtful=run.seen.doubtful + 1, doubt=run.seen.doubt or weighed.doubt))


def _moved(scratch: Scratch, at: datetime, place: Point, speed_mps: float | None, settings: Judging) -> bool:
    """Whether anything but the place itself says that the device went there.

    A receiver measures its speed by the Doppler shift, apart from its place: whoever walks out was moving shortly
    before, while still on the right side; whoever drives is in a vehicle now, or moves about as fast as the distance
    asks.
    """
    if speed_mps is not None and speed_mps >= settings.driving_mps:
        return True
    within = timedelta(seconds=settings.moved_within_s)
    if scratch.moving_at is not None and at - scratch.moving_at <= within:
        return True
    if scratch.back is None or scratch.back_at is None or speed_mps is None or at - scratch.back_at > within:
        return False
    needed_mps = distance_m(scratch.back, place) / (at - scratch.back_at).total_seconds()
    return needed_mps >= settings.driving_mps and needed_mps / 2 <= speed_mps <= needed_mps * 2


def _confirmed(run: Run, settings: Judging) -> bool:
    """Enough usable fixes, over long enough. A place that changed without any motion needs more of either."""
    if not _lasts(run, settings.fixes, settings.lasting_s):
        return False
    return (
        run.moved
        or _lasts(run, settings.unmoved_fixes, settings.unmoved_lasting_s)
        or _lasts(run, settings.fixes, settings.unmoved_long_s)
    )


def _lasts(run: Run, fixes: int, lasting_s: int) -> bool:
    if run.count < fixes or run.from_at is None or run.last_at is None:
        return False
    return run.last_at - run.from_at >= timedelta(seconds=lasting_s)


def _perhaps_lean(asked: Asked, verdict: Verdict, settings: Judging) -> Verdict:
    watch = verdict.watch
    if watch.alert_id is None and _lasts(watch.leaning, settings.fixes, settings.doubt_lasting_s):
        return _raise(asked, verdict, watch.leaning, Weight.UNCERTAIN)
    return verdict


def _raise(asked: Asked, verdict: Verdict, run: Run, weight: Weight) -> Verdict:
    watch, findings = verdict.watch, verdict.findings
    if run.from_at is None or run.last_at is None:
        return verdict
    if watch.alert_id is not None:
        # What was doubtful is now told as what it is.
        findings = (*findings, Ended(watch.alert_id, max(run.from_at, watch.began_at or run.from_at)))
    raised = Raised(
        alert_id=alert_id(watch.condition_id, watch.fitting_id, to_ms(run.last_at), weight),
        case_id=asked.decision.case_id,
        decision_id=asked.decision.id,
        fitting_id=watch.fitting_id,
        condition_id=asked.condition.id,
        matter=Matter.OUT_OF_PLACE,
        weight=weight,
        began_at=run.from_at,
        confirmed_at=run.last_at,
        raised_at=run.last_at,
        seen=run.seen,
    )
    open_ = Watch(
        watch.condition_id,
        watch.fitting_id,
        against=NO_RUN if weight is Weight.ADVERSE else watch.against,
        alert_id=raised.alert_id,
        weight=weight,
        began_at=run.from_at,
        confirmed_at=run.last_at,
        past=watch.past,
    )
    evidence, scratch = verdict.evidence, verdict.scratch
    if weight is Weight.ADVERSE:
        evidence = (*evidence, (raised.alert_id, tuple(at for at in scratch.against if at >= run.from_at)))
        scratch = scratch.without_run()
    return Verdict(open_, scratch, (*findings, raised), evidence)


def _at_rest(watch: Watch) -> Watch:
    """The same with nothing going on; what was raised against someone is remembered, since a late fix may weaken it."""
    past = watch.past
    if watch.weight is Weight.ADVERSE and watch.alert_id is not None:
        past = (*past, _episode(watch))[-PAST_MAX:]
    return Watch(watch.condition_id, watch.fitting_id, past=past)


def since_the_last_pause(watch: Watch, decision: Decision) -> Watch:
    """Nothing that began before collection paused goes on after it: who is still out is found anew."""
    pauses = [pause.from_at for pause in decision.suspensions]
    began = [at for at in (watch.began_at, watch.against.from_at, watch.leaning.from_at) if at is not None]
    if any(at < pause for at in began for pause in pauses):
        return _at_rest(watch)
    return watch


def _episode(watch: Watch) -> Episode:
    began, confirmed = watch.began_at or EPOCH, watch.confirmed_at or EPOCH
    return Episode(watch.alert_id or AlertId(""), began, confirmed)


def _band(wrong_m: float) -> Band:
    return Band.NEAR if wrong_m < 25 else Band.AWAY if wrong_m <= 100 else Band.FAR
