"""What the passing of time finds: reviews that come near, silences, our own outages, windows that open and close.

Each finding is one small transaction that looks again inside it, so nothing is found twice, by whomever; after an
outage nothing is made up for that is no longer true. Nothing here accuses anyone.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from custodiet.flows.ask_inspections import ask_inspections
from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.end_decision import CLOCK, removal_task, suspension_of
from custodiet.flows.instructing import fittings_under
from custodiet.flows.keep_draft import write_dropped
from custodiet.flows.obey_stop import escalate_stop, obey_stop
from custodiet.flows.ports import Acting, Chance, Clock, Reading, Store
from custodiet.flows.remind_of_times import remind_of_times
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.send_messages import give_up
from custodiet.model.alert import Alert
from custodiet.model.assessing_record import ReviewMissed
from custodiet.model.case import Task, TaskKind
from custodiet.model.condition import Condition, ConditionKind, Interval
from custodiet.model.decision import Decision
from custodiet.model.device import Fitting
from custodiet.model.draft import Dropped
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound
from custodiet.model.finding import Matter, Raised
from custodiet.model.identity import AlertId, ConditionId, DecisionId, FittingId, TaskId
from custodiet.model.judging import SILENCE_MIN_S, Judging
from custodiet.model.mode import Kind
from custodiet.model.record import (
    AlertEnded,
    AlertRaised,
    OutageFound,
    ReviewWarned,
    SilenceFound,
    TasksOverdue,
)
from custodiet.model.word import Said, Word
from custodiet.rules.conditions.attendance import looked_at_since, open_at_its_end, unanswered_check_ins
from custodiet.rules.conditions.crossings import over_at, stays_over
from custodiet.rules.conditions.hours import has_begun, unanswered, window_closed
from custodiet.rules.reviews import WARNING_DAYS, warning_due
from custodiet.rules.silence import CONTACT_GRAIN, expected_since, is_expected, silence_asks, silence_due, silent_for

Fence = tuple[str, int]
AT_ONCE = 100
_CHECK_INS_SINCE = timedelta(days=2)
"""How far back windows that have closed are looked at: a clock that was away for longer makes nothing up for them."""
SILENCE_MIN = timedelta(seconds=SILENCE_MIN_S)


class Passing:
    """One clock's looking; `fence` as it holds the lease."""

    def __init__(self, store: Store, chance: Chance, clock: Clock, fence: Fence) -> None:
        self._store = store
        self._chance = chance
        self._clock = clock
        self._fence = fence

    @property
    def steps(self) -> dict[str, Callable[[], int]]:
        """What is looked for, in this order, each by itself; each says how many findings were recorded."""
        return {
            "outages of our own": self._outages,
            "reviews that come near": self._warnings,
            "overdue tasks": self._overdue,
            "alerts whose window has closed": self._windows,
            "curfews without a fix": self._curfews,
            "zones gone into before their hours": self._stays,
            "check-ins without a word": self._check_ins,
            "silent devices": self._silences,
            "missed reviews": self._missed_reviews,
            "stops that are not done": self._stops,
            "stops that nobody has checked": self._unchecked,
            "drafts that are too old": self._drafts,
            "messages that are too late": self._too_late,
            "times to remind of": self._times,
            "inspections that are due": self._inspections,
        }

    def look(self) -> int:
        """Look at everything once; how many findings were recorded."""
        return sum(step() for step in self.steps.values())

    # --- our own path ---

    def _outages(self) -> int:
        with self._store.reading() as view:
            found = _outage(view)
        if found is None:
            return 0
        with self._store.acting(self._fence) as act:
            again = _outage(act)
            if again is None:
                return 0
            act.write(Entry(EntryKind.OUTAGE_FOUND, CLOCK), again)
        return 1

    # --- reviews and tasks ---

    def _warnings(self) -> int:
        with self._store.reading() as view:
            due = view.reviews_to_warn_of(self._clock.now(), WARNING_DAYS)
        return each_by_itself(due, self._warn)

    def _warn(self, decision_id: DecisionId) -> int:
        with self._store.acting(self._fence) as act:
            decision = act.decision(decision_id)
            days = warning_due(decision, act.warned(decision_id), act.now)
            if days is None:
                return 0
            tasks: tuple[Task, ...] = ()
            if not act.open_task(decision_id, TaskKind.REVIEW):
                tasks = (self._task(act, decision, TaskKind.REVIEW, decision.review_due_at - act.now),)
            self._write(act, decision, EntryKind.REVIEW_WARNED, ReviewWarned(decision_id, days, tasks))
        return 1

    def _overdue(self) -> int:
        with self._store.reading() as view:
            due = view.tasks_past_due(self._clock.now(), AT_ONCE)
        if not due:
            return 0
        with self._store.acting(self._fence) as act:
            again = act.tasks_past_due(act.now, AT_ONCE)
            if again:
                act.write(Entry(EntryKind.TASKS_OVERDUE, CLOCK), TasksOverdue(again))
        return len(again)

    def _missed_reviews(self) -> int:
        """Orders whose review is late: looks are closed by now, and whoever made the order is told."""
        with self._store.reading() as view:
            late = view.orders_past_review(self._clock.now(), AT_ONCE)
        return each_by_itself(late, self._miss)

    def _miss(self, decision_id: DecisionId) -> int:
        with self._store.acting(self._fence) as act:
            if decision_id not in act.orders_past_review(act.now, AT_ONCE):
                return 0
            decision = act.decision(decision_id)
            within = timedelta(hours=scheme_at(act, act.case(decision.case_id).scheme_id, act.now).removal_hours)
            tasks = (self._task(act, decision, TaskKind.TELL_MAKER_MISSED, within),)
            record = ReviewMissed(decision_id, act.review_due_at(decision_id), tasks)
            self._write(act, decision, EntryKind.REVIEW_MISSED, record)
        return 1

    def _stops(self) -> int:
        """Stops that were not carried out to the end."""
        with self._store.reading() as view:
            unfinished = view.stops_unfinished(self._clock.now(), AT_ONCE)
        return each_by_itself(unfinished, lambda one: obey_stop(self._store, self._chance, one, self._fence))

    def _unchecked(self) -> int:
        """Stops that nobody has checked within a day."""
        with self._store.reading() as view:
            found = view.stops_unchecked(self._clock.now(), AT_ONCE)
        return each_by_itself(found, lambda one: escalate_stop(self._store, self._chance, one, CLOCK, self._fence))

    def _drafts(self) -> int:
        """Unfinished assessments whose days are over."""
        with self._store.reading() as view:
            over = view.drafts_past(self._clock.now(), AT_ONCE)
        if not over:
            return 0
        with self._store.acting(self._fence) as act:
            again = act.drafts_past(act.now, AT_ONCE)
            for draft in again:
                write_dropped(act, draft, Dropped.OLD, CLOCK)
        return len(again)

    # --- messages ---

    def _too_late(self) -> int:
        """Messages that nobody needs any more: whoever sends them may be away, and what waits for them is told."""
        with self._store.reading() as view:
            late = view.posts_too_late(self._clock.now(), AT_ONCE)
        return each_by_itself(late, lambda one: give_up(self._store, one.message.id, CLOCK, self._fence))

    def _times(self) -> int:
        """Reminders of appointments and check-ins that lie ahead."""
        return remind_of_times(self._store, self._clock, self._fence)

    # --- devices ---

    def _inspections(self) -> int:
        """Devices that nobody has looked at for as long as their register allows."""
        return ask_inspections(self._store, self._chance, self._clock, self._fence)

    # --- windows ---

    def _windows(self) -> int:
        """Alerts whose window has closed, or whose silence was broken, without a fix that would say so."""
        with self._store.reading() as view:
            over = [alert.id for alert in view.going_on() if self._over(view, alert) is not None]
        return each_by_itself(over, self._end)

    def _over(self, view: Reading, alert: Alert) -> AlertEnded | None:
        if alert.ended_at is not None:
            return None
        ends: list[datetime | None] = []
        if alert.condition_id is not None:
            ends.append(window_closed(alert, view.condition(alert.condition_id), self._clock.now()))
        if alert.matter is Matter.UNANSWERED and alert.fitting_id is not None:
            contact = view.contact(alert.fitting_id)
            newest = None if contact is None else contact.newest_fix_at
            # As it was raised, so it ends: by the newest fix that is known.
            ends.append(newest if newest is not None and newest >= alert.began_at else None)
        decision = view.decision(alert.decision_id)
        until = decision.until
        ends.append(until if until is not None and until <= self._clock.now() else None)
        if alert.condition_id is not None and alert.fitting_id is not None and Kind.TRANSITION in decision.rung.admits:
            ends.append(self._came_back(view, decision, alert, alert.condition_id, view.fitting(alert.fitting_id)))
        known = [at for at in ends if at is not None]
        return AlertEnded(alert.id, min(known)) if known else None

    def _came_back(
        self, view: Reading, decision: Decision, alert: Alert, condition_id: ConditionId, fitting: Fitting
    ) -> datetime | None:
        """When it was over by what a device that judges by itself said."""
        said = _crossings(view, condition_id, fitting.id, expected_since(decision, fitting.fitted_at, None))
        others = (one.began_at for one in _going_on(view, decision.id, condition_id, fitting.id))
        anew_at = min((at for at in others if at > alert.began_at), default=None)
        return over_at(view.condition(condition_id), said, alert.began_at, anew_at)

    def _end(self, alert_id: AlertId) -> int:
        with self._store.acting(self._fence) as act:
            alert = act.alert(alert_id)
            over = self._over(act, alert)
            if over is None:
                return 0
            person_id = act.case(alert.case_id).person_id
            act.write(Entry(EntryKind.ALERT_ENDED, CLOCK, person_id), over)
        return 1

    def _curfews(self) -> int:
        """Curfews that began without a fix."""
        with self._store.reading() as view:
            found = [
                (condition.id, fitting.id)
                for condition in view.of_kind_in_force(ConditionKind.CURFEW, self._clock.now())
                if has_begun(condition, self._clock.now())
                for fitting in fittings_under(view, view.decision(condition.decision_id))
                if self._unanswered(view, condition.id, fitting) is not None
            ]
        return each_by_itself(found, lambda one: self._ask(*one))

    def _unanswered(self, view: Reading, condition_id: ConditionId, fitting: Fitting) -> AlertRaised | None:
        condition = view.condition(condition_id)
        decision = view.decision(condition.decision_id)
        now = self._clock.now()
        if not decision.in_force(now):
            return None
        contact = view.contact(fitting.id)
        since = expected_since(decision, fitting.fitted_at, None if contact is None else contact.contact_at)
        settings = view.scheme(view.case(decision.case_id).scheme_id).judging
        newest = None if contact is None else contact.newest_fix_at
        expected_from = expected_since(decision, fitting.fitted_at, None)
        if Kind.TRANSITION in decision.rung.admits:
            said = _crossings(view, condition_id, fitting.id, expected_from)
            if said and said[-1].said is Said.ENTERED:
                return None  # at home by the device's own word, and it says nothing more until they go
        absences = view.absences(condition_id)
        raised = unanswered(condition, decision, absences, fitting.id, newest, expected_from, now, settings)
        if raised is None or _stands(view, raised.alert_id):
            return None
        return AlertRaised(raised) if self._could_hear(view, fitting, since, raised, settings) else None

    def _could_hear(self, view: Reading, fitting: Fitting, since: datetime, raised: Raised, settings: Judging) -> bool:
        """Whether our path was up for long enough since then, and the device is not known to be dead: that has its task
        already, and nobody rings every night for it. `since`: when it was last heard of.
        """
        if _silences(view, fitting, since):
            return False
        could = silent_for(raised.began_at, self._clock.now(), view.outages(raised.began_at), view.pulse_seen())
        return could >= timedelta(seconds=settings.unanswered_s)

    def _ask(self, condition_id: ConditionId, fitting_id: FittingId) -> int:
        with self._store.acting(self._fence) as act:
            return self._raise(act, self._unanswered(act, condition_id, act.fitting(fitting_id)))

    def _stays(self) -> int:
        """Zones judged on the device that somebody had gone into, or out of, before it was asked of them."""
        with self._store.reading() as view:
            found = [
                (condition.id, fitting.id)
                for condition in view.crossed_wrongly(self._clock.now())
                if has_begun(condition, self._clock.now())
                for fitting in fittings_under(view, view.decision(condition.decision_id))
                if self._stays_over(view, condition, fitting) is not None
            ]
        return each_by_itself(found, lambda one: self._tell_of_staying(*one))

    def _stays_over(self, view: Reading, condition: Condition, fitting: Fitting) -> AlertRaised | None:
        decision, now = view.decision(condition.decision_id), self._clock.now()
        if not decision.in_force(now):
            return None
        said = _crossings(view, condition.id, fitting.id, expected_since(decision, fitting.fitted_at, None))
        settings = view.scheme(view.case(decision.case_id).scheme_id).judging
        raised = stays_over(condition, decision, said, view.absences(condition.id), now, settings)
        if raised is None or _stands(view, raised.alert_id):
            return None
        if any(one.stands for one in _going_on(view, decision.id, condition.id, fitting.id)):
            return None
        contact = view.contact(fitting.id)
        since = expected_since(decision, fitting.fitted_at, None if contact is None else contact.contact_at)
        return AlertRaised(raised) if self._could_hear(view, fitting, since, raised, settings) else None

    def _tell_of_staying(self, condition_id: ConditionId, fitting_id: FittingId) -> int:
        with self._store.acting(self._fence) as act:
            return self._raise(act, self._stays_over(act, act.condition(condition_id), act.fitting(fitting_id)))

    def _raise(self, act: Acting, record: AlertRaised | None) -> int:
        if record is None:
            return 0
        person_id = act.case(record.raised.case_id).person_id
        act.write(Entry(EntryKind.ALERT_RAISED, CLOCK, person_id), record)
        return 1

    def _check_ins(self) -> int:
        """Check-in windows that closed without a word."""
        with self._store.reading() as view:
            found = [
                (condition.id, fitting.id, raised.alert_id)
                for condition in view.of_kind_in_force(ConditionKind.CHECK_IN, self._clock.now())
                for fitting in fittings_under(view, view.decision(condition.decision_id))
                for raised in self._unheard(view, condition.id, fitting)
            ]
        return each_by_itself(found, lambda one: self._ask_of_window(*one))

    def _unheard(self, view: Reading, condition_id: ConditionId, fitting: Fitting) -> list[Raised]:
        condition = view.condition(condition_id)
        decision, now = view.decision(condition.decision_id), self._clock.now()
        if not decision.in_force(now):
            return []
        began = max(decision.starts_at, fitting.fitted_at)
        since = looked_at_since(condition, began, now, _CHECK_INS_SINCE)
        before = _asked_before(view, decision, fitting) if since == decision.starts_at else ()
        heard_since = min([since, *(one.from_at for one in before)])
        words = [word for word in view.words_of(fitting.id, heard_since) if word.kind is Kind.CHECK_IN]
        given = (words, view.absences(condition_id), view.outages(heard_since))
        raised = unanswered_check_ins(condition, decision, fitting.id, *given, since, now, _CHECK_INS_SINCE, before)
        return [one for one in raised if not _stands(view, one.alert_id)]

    def _ask_of_window(self, condition_id: ConditionId, fitting_id: FittingId, alert_id: AlertId) -> int:
        with self._store.acting(self._fence) as act:
            again = self._unheard(act, condition_id, act.fitting(fitting_id))
            raised = next((one for one in again if one.alert_id == alert_id), None)
            return self._raise(act, None if raised is None else AlertRaised(raised))

    # --- silence ---

    def _silences(self) -> int:
        with self._store.reading() as view:
            quiet = view.quiet_fittings(self._clock.now() - SILENCE_MIN)
            found = [one.id for one in quiet if self._silence(view, one) is not None]
        return each_by_itself(found, self._be_silent)

    def _silence(self, view: Reading, fitting: Fitting) -> tuple[Decision, SilenceFound] | None:
        now, pulse = self._clock.now(), view.pulse_seen()
        for decision in view.decisions_of(fitting.case_id):
            if decision.strand != fitting.strand or not decision.in_force(now) or not is_expected(decision):
                continue
            contact = view.contact(fitting.id)
            since = expected_since(decision, fitting.fitted_at, None if contact is None else contact.contact_at)
            settings = view.scheme(view.case(fitting.case_id).scheme_id).judging
            silent = silent_for(since, now, view.outages(since), pulse)
            suspends = silence_due(silent, _silences(view, fitting, since), settings)
            if suspends is not None:
                return decision, SilenceFound(fitting.id, since, suspends, ())
        return None

    def _be_silent(self, fitting_id: FittingId) -> int:
        with self._store.acting(self._fence) as act:
            found = self._silence(act, act.fitting(fitting_id))
            if found is None:
                return 0
            decision, silence = found
            hours = timedelta(hours=scheme_at(act, act.case(decision.case_id).scheme_id, act.now).removal_hours)
            kind = silence_asks(decision, suspends=silence.suspends)
            if kind is None:
                suspension = suspension_of(act, decision, (removal_task(act, self._chance, decision),))
                self._write(act, decision, EntryKind.DECISION_SUSPENDED, suspension)
            tasks = () if kind is None else (self._task(act, decision, kind, hours),)
            record = SilenceFound(silence.fitting_id, silence.since_at, silence.suspends, tasks)
            self._write(act, decision, EntryKind.SILENCE_FOUND, record)
        return 1

    # --- writing ---

    def _write(self, act: Acting, decision: Decision, kind: EntryKind, record: object) -> None:
        person_id = act.case(decision.case_id).person_id
        act.write(Entry(kind, CLOCK, person_id), record)  # type: ignore[arg-type]

    def _task(self, act: Acting, decision: Decision, kind: TaskKind, within: timedelta) -> Task:
        task_id = TaskId(self._chance.identity("task"))
        return Task(task_id, kind, decision.case_id, decision.id, act.now, act.now + within)


def _silences(view: Reading, fitting: Fitting, since: datetime) -> frozenset[bool]:
    """Those found of a silence that counts from then. Ones were recorded as counting from the contact itself."""
    return view.silences(fitting.id, since - CONTACT_GRAIN)


def _crossings(view: Reading, condition_id: ConditionId, fitting_id: FittingId, since: datetime) -> list[Word]:
    """What a device said since then of one zone that it judges by itself."""
    return [word for word in view.words_of(fitting_id, since) if word.condition_id == condition_id]


def _going_on(view: Reading, decision_id: DecisionId, condition_id: ConditionId, fitting_id: FittingId) -> list[Alert]:
    """Of one zone and one fitting."""
    of = (Matter.OUT_OF_PLACE, condition_id, fitting_id)
    alerts = view.alerts_of(decision_id)
    return [one for one in alerts if one.ended_at is None and (one.matter, one.condition_id, one.fitting_id) == of]


def _asked_before(view: Reading, decision: Decision, fitting: Fitting) -> tuple[Interval, ...]:
    """Check-in windows that were open when this decision began to follow another."""
    if decision.follows is None:
        return ()
    before = view.decision(decision.follows)
    return tuple(
        window
        for condition in view.conditions_of(before.id)
        for window in open_at_its_end(condition, before, decision, view.absences(condition.id), fitting.fitted_at)
    )


def _outage(view: Reading) -> OutageFound | None:
    pulse = view.pulse_seen()
    if pulse is None or pulse.missed is None:
        return None
    missed = pulse.missed
    if any(one.from_at == missed.from_at for one in view.outages(missed.from_at)):
        return None
    return OutageFound(missed.from_at, missed.to_at)


def _stands(view: Reading, alert_id: AlertId) -> bool:
    try:
        view.alert(alert_id)
    except NotFound:
        return False
    return True
