"""What one monitor holds to judge by: watches, scratch, geometry, and what each fitting said last.

Promise: judging changes nothing here. `judge` gives what would change, from what stood when it was last caught up; the
caller writes that in its transaction and hands it back to `keep` once it is durable. So a batch that is decided twice
is judged twice from the same state, and one that fails has changed nothing.

Geometry and scratch are in memory only. Geometry is gone when its decision is no longer in force, scratch when it is
ten minutes old; after a restart both are empty, and confirmation begins at zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from custodiet.flows.held_zones import HeldZones
from custodiet.flows.known_words import KnownWords
from custodiet.flows.picture import Among, Concerned, Picture
from custodiet.flows.ports import Reading
from custodiet.flows.scopes import Part
from custodiet.flows.seen_fixes import SeenFixes
from custodiet.flows.wearer import Wearer
from custodiet.model.case import Task, TaskKind
from custodiet.model.condition import KEEP_OUT, STAY_IN, ZONED, Condition, ConditionKind, Interval
from custodiet.model.decision import Decision
from custodiet.model.finding import NO_RUN, DeviceWatch, Ended, Finding, Matter, Raised, Watch, Weakened, Weight, Why
from custodiet.model.identity import ConditionId, DecisionId, FittingId, TaskId
from custodiet.model.judging import Judging
from custodiet.model.mode import ModeCode
from custodiet.model.record import Contact, IngestDetail
from custodiet.model.report import Admitted, AdmittedWord, DeviceSays
from custodiet.model.stored import JudgedChange
from custodiet.model.word import WORD_CATEGORY, Said, Word
from custodiet.rules.authority import said_at
from custodiet.rules.conditions.area import in_area
from custodiet.rules.conditions.calm import Quiet, after, around, calm_around
from custodiet.rules.conditions.crossings import from_elsewhere, judge_crossing
from custodiet.rules.conditions.device import is_nothing_new, judge_device
from custodiet.rules.conditions.fixes import Fixes
from custodiet.rules.conditions.timetable import sense_of, windows
from custodiet.rules.conditions.zoned import Asked, Scratch, Verdict, judge, since_the_last_pause
from custodiet.rules.silence import CONTACT_GRAIN

if TYPE_CHECKING:  # who takes nothing at once needs no NumPy
    from custodiet.flows.steady import HeardAtOnce, Steady, Taken, Zones

SCRATCH_MAX = timedelta(minutes=10)
"""How long anything that follows from a place may be held in memory unsealed."""
EVIDENCE_SPAN = timedelta(minutes=10)
_LAID_OUT = timedelta(days=1)
"""How long windows that were laid out serve; they reach so far beyond, too."""

_NO_TIME = timedelta(0)

Of = tuple[ConditionId, FittingId]
Under = tuple[FittingId, DecisionId]


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """An admitted fix with when it reached us."""

    admitted: Admitted
    received_at: datetime

    def __repr__(self) -> str:
        return "<Arrived>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Heard(msgspec.Struct, frozen=True, gc=False):
    """A report about a device that is on someone, under a decision in force now.

    `fix_time`: when the device says that it was, if it does.
    """

    fitting_id: FittingId
    decision: Decision
    says: DeviceSays | None
    fix_time: datetime | None

    def at(self, now: datetime) -> datetime:
        """When it was said: the fix time if that can be, else when it reached us."""
        return said_at(self.fix_time, now)


@dataclass(slots=True)
class Judged:
    """What a batch would change."""

    watches: dict[Of, Watch] = field(default_factory=dict)
    device_watches: dict[FittingId, DeviceWatch] = field(default_factory=dict)
    scratch: dict[Of, Scratch] = field(default_factory=dict)
    """Of whoever is not quiet: of them it stands there."""
    quiet: dict[Under, Quiet | None] = field(default_factory=dict)
    """None: not quiet any more."""
    contacts: dict[FittingId, Contact] = field(default_factory=dict)
    """Those that say enough more than the stored ones to be written, of whoever is not steady."""
    heard_at_once: "HeardAtOnce | None" = None
    """The same of whoever is."""
    newest: dict[FittingId, datetime] = field(default_factory=dict)
    recent: dict[FittingId, tuple[Arrived, ...]] = field(default_factory=dict)
    timed: set[FittingId] = field(default_factory=set)
    """Fittings with a curfew: the clock goes by when their newest fix was."""
    words: list[Word] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    evidence: list[Arrived] = field(default_factory=list)
    """Fixes that confirmed a finding, of modes that keep no trail: to be sealed as evidence."""

    def detail(self, stored: "Watching", now: datetime) -> IngestDetail:
        """What of it is written: only what changed."""
        raised = tuple(replace(one, raised_at=now) for one in self.findings if isinstance(one, Raised))
        return IngestDetail(
            watches=tuple(one for of, one in self.watches.items() if one != stored.watch_of(*of)),
            device_watches=tuple(one for of, one in self.device_watches.items() if one != stored.device_watch_of(of)),
            raised=raised,
            ended=tuple(one for one in self.findings if isinstance(one, Ended)),
            weakened=tuple(one for one in self.findings if isinstance(one, Weakened)),
            tasks=tuple(task for one in raised for task in _tasks(one, now)),
            contacts=tuple(self.contacts.values()),
            words=tuple(self.words),
            heard=() if self.heard_at_once is None else self.heard_at_once.told,
        )


class _Plan(NamedTuple):
    """What a decision is judged by: conditions with a place, whether one of them is a curfew, and the settings.

    `keeps_trail`: of its mode; where none is kept, what is judged is held for a while as evidence. `zoned`: those
    conditions' ids; `keep_out`: whether each is one to keep out of.
    """

    conditions: tuple[Condition, ...]
    zoned: tuple[ConditionId, ...]
    keep_out: tuple[bool, ...]
    timed: bool
    settings: Judging
    keeps_trail: bool


class Watching:
    """Owned by one monitor; `give_zones` may be called from another thread, all else from the writing one."""

    def __init__(self, seen: SeenFixes, steady: "Steady | None" = None, partition: int = 0) -> None:
        """`seen`: where times of fixes stand of whoever is not steady; `partition`: of which what was judged counts."""
        self._partition = partition
        self._seen = seen
        self._steady = steady
        """Wearers whose quiet, newest fix and contact stand there and not here; None: nobody's ever do."""
        self._number = 0
        self._started = False
        self._watches: dict[Of, Watch] = {}
        self._device_watches: dict[FittingId, DeviceWatch] = {}
        self._contacts: dict[FittingId, Contact] = {}
        self._newest: dict[FittingId, datetime] = {}
        self._scratch: dict[Of, tuple[datetime, Scratch]] = {}
        self._scratch_from: datetime | None = None
        """No place in there came here earlier; None: nobody has looked yet."""
        self._scratch_until: datetime | None = None
        """When that was last thought of; before that the clock was set back."""
        self._quiet: dict[Under, Quiet] = {}
        """Who is in here has the scratch of here, whatever stands in the other."""
        self._quiet_from: datetime | None = None
        """No calm place in there came here earlier; None: nobody has looked yet."""
        self._quiet_of: frozenset[FittingId] = frozenset()
        """Whose they were when that was looked at."""
        self._quiet_until: datetime | None = None
        """Nor any later; before that the clock was set back."""
        self._recent: dict[FittingId, tuple[Arrived, ...]] = {}
        self.words = KnownWords()
        self._zones = HeldZones()
        self._windows: dict[ConditionId | timedelta, tuple[datetime, tuple[Interval, ...]]] = {}
        """When it was laid out, too. By how late a fix may come: of every condition that asks always."""
        self._plans: dict[DecisionId, _Plan] = {}
        self._given = False
        """Geometry has come since anyone was last judged."""

    # --- gather ---

    @property
    def number(self) -> int:
        """The next ingest record's number when this was last caught up."""
        return self._number

    def catch_up(self, view: Reading, reach: datetime, mine: Among) -> None:
        """Take in what other monitors have judged of `mine`, and the words said since `reach`: an earlier one is not
        admitted.
        """
        self.words.catch_up(view, self._number, reach)
        change = view.judged_since(self._partition, self._number)
        self._take_in(change, mine, known=self._started)
        self._number = change.number
        self._started = True

    def take_over(self, view: Reading, reach: datetime, newly: Among) -> None:
        """Take in all that was judged of those who were another's until now."""
        self.words.catch_up(view, 0, reach)
        self._take_in(view.judged_since(self._partition, 0), newly, known=False)

    def _take_in(self, change: JudgedChange, mine: Among, *, known: bool) -> None:
        for watch in change.watches:
            if not mine(watch.fitting_id):
                continue
            if not known:
                # This process has seen nothing of it: confirmation begins at zero.
                watch = replace(watch, against=NO_RUN, leaning=NO_RUN, back=NO_RUN)  # noqa: PLW2901
            self._hold_watch(watch)
            self._disturb(watch.fitting_id)
        for device in change.device_watches:
            if mine(device.fitting_id):
                self._let_go_of(device.fitting_id)
                self._device_watches[device.fitting_id] = device
        for contact in change.contacts:
            if mine(contact.fitting_id):
                self._let_go_of(contact.fitting_id)
                self._contacts[contact.fitting_id] = contact
                if contact.newest_fix_at is not None:
                    self.saw(contact.fitting_id, contact.newest_fix_at)

    def give_over(self, mine: Among) -> None:
        """Whoever is not mine is another's from now on: nothing of them is held."""
        if self._steady is not None:
            self.let_go_of([serial for serial, of in self._steady.fittings if not mine(of)])
        self._watches = {of: one for of, one in self._watches.items() if mine(of[1])}
        self._device_watches = {of: one for of, one in self._device_watches.items() if mine(of)}
        self._contacts = {of: one for of, one in self._contacts.items() if mine(of)}
        self._newest = {of: at for of, at in self._newest.items() if mine(of)}
        self._quiet = {of: one for of, one in self._quiet.items() if mine(of[0])}
        self._scratch = {of: one for of, one in self._scratch.items() if mine(of[1])}
        self._recent = {of: one for of, one in self._recent.items() if mine(of)}

    def saw(self, fitting_id: FittingId, fix_time: datetime) -> None:
        """A fix of that time stands in the store: whatever is older is late."""
        if self._steady is not None and self._steady.serial_of(fitting_id) is not None:
            self._steady.saw(fitting_id, fix_time)
        elif fix_time > self._newest.get(fitting_id, fix_time - SCRATCH_MAX):
            self._newest[fitting_id] = fix_time

    def word_of(self, picture: Picture, admitted: AdmittedWord) -> Word | None:
        """What is kept of a word, without any place; None when it crosses what is no zone of its decision's, or is of a
        kind that nothing brings yet.
        """
        if admitted.kind not in WORD_CATEGORY:
            return None
        decision = picture.decision(admitted.decision_id)
        zoned = {one.id: one for one in picture.conditions_of(admitted.decision_id) if one.kind in ZONED}
        crossing, condition_id = admitted.crossing, None
        if crossing is not None:
            condition_id = ConditionId(crossing.region)
            if condition_id not in zoned:
                return None
            said = Said.ENTERED if crossing.entered else Said.LEFT
        elif decision.mode is not ModeCode.CHECK_IN_AREA:
            said = Said.CHECKED_IN
        elif admitted.fix is None:
            said = Said.CANNOT_TELL
        else:
            asked = [one for one in zoned.values() if one.kind in STAY_IN and _asks(picture, one, admitted.at)]
            areas = [self._zones.area(one) for one in asked]
            said = in_area(areas, admitted.fix, picture.judging(decision))
        return Word(admitted.fitting_id, admitted.decision_id, admitted.at, admitted.kind, said, condition_id)

    def forget_windows(self, concerned: Concerned | None) -> None:
        """The standing has changed: hours and absences are laid out anew, and whoever of these (None: of all) was quiet
        is judged.
        """
        if concerned is None:
            self._windows.clear()
            self._plans.clear()
            self._disturb()
            return
        for condition_id in concerned.conditions:
            self._windows.pop(condition_id, None)
        for decision_id in concerned.decisions:
            self._plans.pop(decision_id, None)
        for fitting_id in concerned.fittings:
            self._let_go_of(fitting_id)
        for of in self._quiet_among(concerned):
            self._end_quiet(of)

    def _quiet_among(self, concerned: Concerned) -> list[Under]:
        each = product(concerned.fittings, concerned.decisions)
        return [of for of in each if of in self._quiet]

    def watch_of(self, condition_id: ConditionId, fitting_id: FittingId) -> Watch:
        """As stored."""
        return self._watches.get((condition_id, fitting_id)) or Watch(condition_id, fitting_id)

    def _hold_watch(self, watch: Watch) -> None:
        """Nearly nobody's has anything in it: `watch_of` makes that of nothing."""
        of = (watch.condition_id, watch.fitting_id)
        if watch != Watch(*of):
            self._watches[of] = watch
        else:
            self._watches.pop(of, None)

    def device_watch_of(self, fitting_id: FittingId) -> DeviceWatch:
        """As stored."""
        return self._device_watches.get(fitting_id) or DeviceWatch(fitting_id)

    def _disturb(self, fitting_id: FittingId | None = None) -> None:
        """Whoever was quiet is judged again, from what was held."""
        if fitting_id is None:
            self.let_go_of_all()
        else:
            self._let_go_of(fitting_id)
        for of in [of for of in self._quiet if fitting_id in (None, of[0])]:
            self._end_quiet(of)

    # --- who is steady ---

    def hold(self, wearer: Wearer) -> None:
        """What was just judged of them may have been nothing but quiet: then the next of it is taken at once."""
        plan, device = self._plans.get(wearer.clear.decision.id), self._device_watches.get(wearer.fitting_id)
        newest, contact = self._newest.get(wearer.fitting_id), self._contacts.get(wearer.fitting_id)
        if self._steady is None or wearer.serial in self._steady or not self._steady.can_hold(wearer.serial):
            return
        if plan is None or newest is None or not plan.keeps_trail:
            return
        if device is not None and (device.fault_alert or device.battery_alert or device.battery_low):
            return  # what it says is weighed
        if plan.conditions and wearer.under not in self._quiet:
            return
        quiet = self._quiet.pop(wearer.under) if plan.conditions else None
        zones = self._zones_of(wearer.clear.decision.id, plan)
        self._steady.hold(wearer, plan.settings, quiet, newest, contact, zones, timed=plan.timed)
        self._newest.pop(wearer.fitting_id)
        self._contacts.pop(wearer.fitting_id, None)

    def let_go_of(self, serials: Iterable[str]) -> list[Wearer]:
        """What is known of those of them who are steady stands here again; who they are."""
        if self._steady is None:
            return []
        gone = []
        for serial in serials:
            if serial in self._steady:
                wearer, quiet, newest, contact, lately = self._steady.release(serial)
                if lately:
                    self._seen.add_run(wearer.fitting_id, lately)
                self._newest[wearer.fitting_id] = max(newest, self._newest.get(wearer.fitting_id, newest))
                if contact is not None:
                    self._contacts[wearer.fitting_id] = contact
                if quiet is not None:
                    self._quiet[wearer.under] = quiet
                    self._quiet_from = self._quiet_from and min(quiet.since, self._quiet_from)
                gone.append(wearer)
        return gone

    def let_go_of_fittings(self, fittings: Iterable[FittingId]) -> None:
        """The same of whoever wears these: something that their row rests on was forgotten."""
        for fitting_id in fittings:
            self._let_go_of(fitting_id)

    def let_go_of_all(self) -> None:
        """The same of everyone."""
        if self._steady is not None:
            self.let_go_of(self._steady.serials)

    def _let_go_of(self, fitting_id: FittingId) -> None:
        serial = None if self._steady is None else self._steady.serial_of(fitting_id)
        if serial is not None:
            self.let_go_of([serial])

    def take(self, parts: Sequence[Part], apart: Iterable[str], now: datetime) -> "Taken | None":
        """What of a batch is taken at once; of whom anything else came in it, nothing is."""
        if self._steady is None:
            return None
        return self._steady.take(parts, apart, now, SCRATCH_MAX)

    def taken_until(self, taken: "Taken") -> datetime | None:
        """Until when all of these stay admitted if nobody decides anything; None: without an end."""
        assert self._steady is not None  # noqa: S101 - who took them
        return self._steady.until(taken)

    def hear_of(self, taken: "Taken", judged: "Judged", now: datetime) -> None:
        """Add what taking those changes beside: when they were heard of."""
        assert self._steady is not None  # noqa: S101 - who took them
        judged.heard_at_once = self._steady.heard(taken, now, CONTACT_GRAIN)

    # --- what was calm ---

    def _end_quiet(self, of: Under) -> None:
        quiet = self._quiet.pop(of)
        for condition_id in self._zones.conditions_of(of[1]):
            self._hold_scratch((condition_id, of[0]), quiet.held_at, quiet.scratch)

    # --- what is known since the last fix ---

    def _hold_scratch(self, of: Of, held_at: datetime, scratch: Scratch) -> None:
        self._scratch[of] = (held_at, scratch)
        if self._scratch_from is not None and held_at < self._scratch_from:
            self._scratch_from = held_at

    def _forget_scratch(self, since: datetime, now: datetime) -> None:
        """Every second, and nearly always there is nothing: then nobody's is looked at."""
        is_set_back = self._scratch_until is not None and now < self._scratch_until
        self._scratch_until = now
        if not is_set_back and self._scratch_from is not None and self._scratch_from >= since:
            return
        for of, held_at, scratch in [(of, *held) for of, held in self._scratch.items() if not since <= held[0] <= now]:
            if scratch.against:  # what is left of it holds no place
                self._scratch[of] = (held_at, msgspec.structs.replace(scratch, back=None, back_at=None))
            else:
                del self._scratch[of]
        self._scratch_from = min(
            (held_at for held_at, scratch in self._scratch.values() if scratch.back is not None), default=now
        )

    # --- geometry ---

    def zones_wanted(self) -> frozenset[ConditionId]:
        """Conditions in force whose geometry is not here. May be asked from any thread."""
        return self._zones.wanted()

    def give_zones(self, zones: Mapping[ConditionId, bytes]) -> None:
        """Geometry as the vault gave it. What cannot be laid out stays unknown: of it nobody can tell."""
        self._zones.give(zones)
        self._given = True

    def in_force(self, conditions: Iterable[Condition], concerned: Concerned | None = None) -> None:
        """These are in force now, of everyone or of these: whatever else is known of places of theirs is forgotten."""
        of_decisions: dict[DecisionId, tuple[ConditionId, ...]] = {}
        for one in conditions:
            of = of_decisions.get(one.decision_id, ())
            if one.kind in ZONED and one.id not in of:  # once, whoever wears two devices
                of_decisions[one.decision_id] = (*of, one.id)
        zoned = frozenset(condition_id for of in of_decisions.values() for condition_id in of)
        if concerned is None:
            if self._steady is not None:
                self.let_go_of(self._steady.serials_under(self._zones.decisions - of_decisions.keys()))
            self._zones.in_force(of_decisions)
            self._quiet = {of: one for of, one in self._quiet.items() if of[1] in of_decisions}
            self._scratch = {of: one for of, one in self._scratch.items() if of[0] in zoned}
            return
        for fitting_id in concerned.fittings:
            self._let_go_of(fitting_id)
        self._zones.in_force(of_decisions, concerned.decisions)
        for under in self._quiet_among(concerned):
            if under[1] not in of_decisions:
                del self._quiet[under]
        for over in product(concerned.conditions - zoned, concerned.fittings):
            self._scratch.pop(over, None)

    def forget_old(self, now: datetime, fittings: frozenset[FittingId]) -> None:
        """Scratch of more than ten minutes, or of a fitting whose decision is over."""
        since = now - SCRATCH_MAX
        self.look_at_what_was_given()
        were_steady = self._look_at_steady(now, fittings)
        is_set_back = self._quiet_until is not None and now < self._quiet_until
        if is_set_back or fittings is not self._quiet_of or self._quiet_from is None or self._quiet_from < since:
            self._forget_quiet(since, now, fittings)
        self._forget_scratch(since, now)
        kept = {of: _recent(arrived, now) for of, arrived in self._recent.items() if of in fittings}
        self._recent = {of: arrived for of, arrived in kept.items() if arrived}
        for wearer in were_steady:
            self.hold(wearer)  # calm about the newest place now

    def _look_at_steady(self, now: datetime, fittings: frozenset[FittingId]) -> list[Wearer]:
        """Their calm places are about what came lately, too; whoever that cannot be said of in their row stands here
        again.
        """
        if self._steady is None:
            return []
        return self.let_go_of(self._steady.about_lately(now, SCRATCH_MAX, fittings))

    def _zones_of(self, decision_id: DecisionId, plan: _Plan) -> "Zones | None":
        """All zones, and whether each is to be kept out of; None where one is not at hand."""
        zones = self._zones.all_of(decision_id, plan.zoned)
        return None if zones is None else (zones, plan.keep_out)

    def _forget_quiet(self, since: datetime, now: datetime, fittings: frozenset[FittingId]) -> None:
        for under, quiet in list(self._quiet.items()):
            if since <= quiet.since <= now and under[0] in fittings:
                continue
            plan = self._plans.get(under[1]) if under[0] in fittings else None
            lately = None if plan is None else self._about_lately(quiet, plan.conditions, now)
            if lately is None:
                self._end_quiet(under)
            else:
                self._quiet[under] = lately
        self._quiet_from = min((quiet.since for quiet in self._quiet.values()), default=now)
        self._quiet_until = now
        self._quiet_of = fittings

    # --- decide ---

    def judge(
        self, picture: Picture, arrived: list[Arrived], words: list[Word], heard: list[Heard], now: datetime
    ) -> Judged:
        """Judge a batch of admitted fixes and words, and what devices said of themselves."""
        judged = Judged(words=words)
        by_fitting: dict[FittingId, list[Arrived]] = {}
        for one in arrived:
            by_fitting.setdefault(one.admitted.fitting_id, []).append(one)
        for fitting_id, fixes in by_fitting.items():
            if len(fixes) > 1:
                fixes.sort(key=lambda one: one.admitted.fix_time)
            if not self._stays_quiet(fixes, now, judged):
                self._judge_fitting(picture, fitting_id, fixes, now, judged)
        for word in sorted(words, key=lambda one: one.at):
            self._judge_word(picture, word, now, judged)
        self._hear_all(picture, heard, now, judged)
        return judged

    def look_at_what_was_given(self) -> None:
        """Before a batch is decided on, and not in the middle: geometry that came since then is of the next one."""
        if self._given:
            self._given = False
            self._disturb()

    def _stays_quiet(self, fixes: list[Arrived], now: datetime, judged: Judged) -> bool:
        """What `_judge_fitting` does of a fitting's quiet fixes under one decision, at once: nearly all of nearly
        everyone's are that.

        False, with nothing done, for any other (tests hold the two together).
        """
        fitting_id, decision_id = fixes[0].admitted.fitting_id, fixes[0].admitted.decision_id
        under = (fitting_id, decision_id)
        quiet, plan = self._quiet.get(under), self._plans.get(decision_id)
        if quiet is None or plan is None or not plan.conditions or not plan.keeps_trail:
            return False
        device, newest = self._device_watches.get(fitting_id), self._newest.get(fitting_id)
        if device is not None and device.fault_alert is not None:
            return False
        if not _NO_TIME <= now - quiet.since <= SCRATCH_MAX:
            quiet = self._about_lately(quiet, plan.conditions, now)
            if quiet is None:
                return False
        calm, scratch, settings = quiet.calm, quiet.scratch, plan.settings
        for one in fixes:
            admitted = one.admitted
            at = admitted.fix_time
            if admitted.decision_id != decision_id or (newest is not None and at <= newest):
                return False
            found = after(calm, scratch, at, admitted.fix, settings)
            if found is None:
                return False
            scratch, newest = found, at
        judged.newest[fitting_id] = fixes[-1].admitted.fix_time
        if plan.timed:
            judged.timed.add(fitting_id)
        judged.quiet[under] = Quiet(calm, scratch, quiet.since, now)
        return True

    def _judge_fitting(
        self, picture: Picture, fitting_id: FittingId, fixes: list[Arrived], now: datetime, judged: Judged
    ) -> None:
        newest, last = self._newest.get(fitting_id), fixes[-1].admitted.fix_time
        judged.newest[fitting_id] = last if newest is None or last > newest else newest
        device = self._device_watches.get(fitting_id)
        if device is not None and device.fault_alert is not None:
            return  # what a faulty device says speaks for and against nobody
        by_decision: dict[DecisionId, list[Arrived]] = {}
        for one in fixes:
            by_decision.setdefault(one.admitted.decision_id, []).append(one)
        for decision_id, mine in by_decision.items():
            decision = picture.decision(decision_id)
            if not decision.rung.keeps_trail:
                before = judged.recent.get(fitting_id) or _recent(self._recent.get(fitting_id, ()), now)
                judged.recent[fitting_id] = (*before, *mine)
            self._judge_under(picture, decision, fitting_id, mine, newest, now, judged)

    def _judge_under(
        self,
        picture: Picture,
        decision: Decision,
        fitting_id: FittingId,
        mine: list[Arrived],
        newest: datetime | None,
        now: datetime,
        judged: Judged,
    ) -> None:
        """One fitting's fixes under one decision, in order of fix time."""
        plan = self._plan(picture, decision)
        conditions, timed, settings = plan.conditions, plan.timed, plan.settings
        if not conditions:
            return
        if timed:
            judged.timed.add(fitting_id)
        under = (fitting_id, decision.id)
        quiet, row = self._quiet.get(under), 0
        lately = None if quiet is None else self._about_lately(quiet, conditions, now)
        if lately is not None:
            quiet, row = _while_quiet(lately, mine, newest, settings, now)
            if row == len(mine):
                judged.quiet[under] = quiet
                return
            newest = mine[row - 1].admitted.fix_time if row else newest
        columns = Fixes.of([(one.admitted.fix_time, one.admitted.fix) for one in mine[row:]])
        all_asked, watches, scratches = [], [], []
        for condition in conditions:
            asked = self._asked(picture, condition, decision, now)
            of = (condition.id, fitting_id)
            scratch = self._scratch.get(of, (now, Scratch()))[1] if quiet is None else quiet.scratch
            watch = since_the_last_pause(self.watch_of(*of), decision)
            verdict = judge(asked, watch, scratch, columns, settings, newest)
            self._take(verdict, of, decision, judged)
            all_asked.append(asked)
            watches.append(verdict.watch)
            scratches.append(verdict.scratch)
        calm = calm_around(all_asked, watches, scratches)
        judged.quiet[under] = None if calm is None else Quiet(calm, scratches[0], now, now)
        if calm is None:
            judged.scratch |= {
                (one.id, fitting_id): scratch for one, scratch in zip(conditions, scratches, strict=True)
            }

    def _about_lately(self, quiet: Quiet, conditions: Iterable[Condition], now: datetime) -> Quiet | None:
        """The same, calm about the newest place once the one that it was about has been held for long enough; None when
        the newest has been, too, or nothing is calm about it.
        """
        if _NO_TIME <= now - quiet.since <= SCRATCH_MAX:
            return quiet
        if quiet.scratch.back is None or not _NO_TIME <= now - quiet.held_at <= SCRATCH_MAX:
            return None
        calm = around(quiet.scratch.back, [(self._zones.area(one), one.kind) for one in conditions])
        return None if calm is None else Quiet(calm, quiet.scratch, quiet.held_at, quiet.held_at)

    def _take(self, verdict: Verdict, of: Of, decision: Decision, judged: Judged) -> None:
        judged.watches[of] = verdict.watch
        judged.findings += verdict.findings
        if decision.rung.keeps_trail:
            return
        for _, times in verdict.evidence:
            held = {one.admitted.fix_time: one for one in judged.recent.get(of[1], ())}
            since = max(times) - EVIDENCE_SPAN if times else None
            sealed = {one.admitted.fix_time for one in judged.evidence if one.admitted.fitting_id == of[1]}
            judged.evidence += [
                held[at] for at in times if at in held and at not in sealed and since is not None and at >= since
            ]

    def _judge_word(self, picture: Picture, word: Word, now: datetime, judged: Judged) -> None:
        """A crossing, or a check-in from elsewhere; that one was heard at all, the clock sees to."""
        condition = picture.condition(word.decision_id, word.condition_id)
        if condition is None:
            judged.findings += from_elsewhere(picture.decision(word.decision_id), word)
            return
        decision, of = picture.decision(word.decision_id), (condition.id, word.fitting_id)
        watch = judged.watches.get(of) or since_the_last_pause(self.watch_of(*of), decision)
        hours = self._asked(picture, condition, decision, now).windows
        newest = self.words.newest(word)
        judged.watches[of], findings = judge_crossing(condition, decision, watch, word, newest, hours)
        judged.findings += findings

    def _hear_all(self, picture: Picture, heard: list[Heard], now: datetime, judged: Judged) -> None:
        # While nothing that a device says is new, its watch stays, and so nothing else that it says becomes new.
        with_news: set[FittingId] = set()
        told: set[FittingId] = set()
        contacts, watches = self._contacts, self._device_watches
        for one in heard:
            fitting_id, says = one.fitting_id, one.says
            if fitting_id not in told:
                told.add(fitting_id)
                stored = contacts.get(fitting_id)
                # It says enough more than the stored one: by itself, or where no frame tells of it.
                if (
                    stored is None
                    or now - stored.contact_at >= CONTACT_GRAIN
                    or (
                        (fitting_id in judged.timed or fitting_id in judged.recent)
                        and self._newest_of(fitting_id, judged) != stored.newest_fix_at
                    )
                ):
                    judged.contacts[fitting_id] = Contact(fitting_id, now, self._newest_of(fitting_id, judged))
            if says is None or fitting_id in with_news:
                continue
            if not is_nothing_new(watches.get(fitting_id), says, self._plan(picture, one.decision).settings):
                with_news.add(fitting_id)
        if with_news:
            for report in sorted((one for one in heard if one.fitting_id in with_news), key=lambda one: one.at(now)):
                self._hear(picture, report, now, judged)

    def _newest_of(self, fitting_id: FittingId, judged: Judged) -> datetime | None:
        return judged.newest.get(fitting_id) or self._newest.get(fitting_id)

    def _hear(self, picture: Picture, heard: Heard, now: datetime, judged: Judged) -> None:
        if heard.says is None:
            return
        fitting_id, settings, at = heard.fitting_id, picture.judging(heard.decision), heard.at(now)
        before = judged.device_watches.get(fitting_id) or self.device_watch_of(fitting_id)
        removals = picture.removals_of(fitting_id)
        verdict = judge_device(heard.decision, before, heard.says, at, settings, removals)
        judged.device_watches[fitting_id] = verdict.watch
        judged.findings += verdict.findings
        if verdict.faulty:
            self._clear_record(fitting_id, now, judged)

    def _clear_record(self, fitting_id: FittingId, now: datetime, judged: Judged) -> None:
        """A faulty device: what it has raised and still goes on speaks against nobody (R66)."""
        for of in {of for of in (*self._watches, *judged.watches) if of[1] == fitting_id}:
            watch = judged.watches.get(of) or self.watch_of(*of)
            if watch.alert_id is not None and watch.weight is Weight.ADVERSE:
                judged.findings.append(Weakened(watch.alert_id, now, Why.FAULTY_DEVICE))
                judged.watches[of] = Watch(*of)

    def _plan(self, picture: Picture, decision: Decision) -> "_Plan":
        plan = self._plans.get(decision.id)
        if plan is None:
            every = picture.conditions_of(decision.id)
            conditions = tuple(one for one in every if one.kind in ZONED)
            conditions = every if len(conditions) == len(every) else conditions  # nearly always: no tuple of its own
            zoned, held = tuple([one.id for one in conditions]), self._zones.conditions_of(decision.id)
            plan = self._plans[decision.id] = _Plan(
                conditions,
                held if held == zoned else zoned,
                _alike(tuple([one.kind in KEEP_OUT for one in conditions])),
                any(one.kind is ConditionKind.CURFEW for one in conditions),
                picture.judging(decision),
                decision.rung.keeps_trail,
            )
        return plan

    def _asked(self, picture: Picture, condition: Condition, decision: Decision, now: datetime) -> Asked:
        absences = picture.absences_of(condition.id)
        whose = decision.late_max if condition.schedule.is_always and not absences else condition.id
        laid_at, laid = self._windows.get(whose, (None, ()))
        if laid_at is None or abs(now - laid_at) > _LAID_OUT:
            span = Interval(now - decision.late_max - 2 * _LAID_OUT, now + 2 * _LAID_OUT)
            laid = windows(condition.schedule, sense_of(condition.kind), absences, span)
            self._windows[whose] = (now, laid)
        known_from = now - decision.late_max - _LAID_OUT
        return Asked(condition, decision, self._zones.area(condition), laid, known_from)

    # --- after the commit ---

    def keep(self, judged: Judged, now: datetime, number: int, taken: "Taken | None" = None) -> None:
        """What was judged and taken is durable, with the ingest record of that number."""
        if self._steady is not None and taken is not None and judged.heard_at_once is not None:
            self._steady.keep(taken, now, judged.heard_at_once, self._seen)
        for watch in judged.watches.values():
            self._hold_watch(watch)
        self._device_watches |= judged.device_watches
        self._newest |= judged.newest
        self.words.add(judged.words)
        self._recent |= judged.recent
        self._contacts |= judged.contacts
        for one in judged.evidence:  # sealed once is enough
            fitting_id = one.admitted.fitting_id
            self._recent[fitting_id] = tuple(held for held in self._recent[fitting_id] if held is not one)
        if self._quiet_until is not None and now < self._quiet_until:
            self._quiet_from = None  # the clock was set back: what comes now came earlier
        else:
            self._quiet_until = now
        for under, quiet in judged.quiet.items():
            if quiet is not None:
                self._quiet[under] = quiet
            else:
                self._quiet.pop(under, None)
        for of, scratch in judged.scratch.items():
            held_at, before = self._scratch.get(of, (now, None))
            same = before is not None and before.back is scratch.back
            self._hold_scratch(of, held_at if same else now, scratch)
        self._number = number + 1


@cache
def _alike(keep_out: tuple[bool, ...]) -> tuple[bool, ...]:
    """The one of its kind: there are few, and everybody has one."""
    return keep_out


def _asks(picture: Picture, condition: Condition, at: datetime) -> bool:
    """Whether it asks at that instant: in its hours, and while no absence from it is authorised."""
    moment = Interval(at, at + timedelta(milliseconds=1))
    return bool(windows(condition.schedule, sense_of(condition.kind), picture.absences_of(condition.id), moment))


def _while_quiet(
    quiet: Quiet, mine: list[Arrived], newest: datetime | None, settings: Judging, now: datetime
) -> tuple[Quiet, int]:
    """How it stands after the first fixes that are quiet, and how many those are."""
    scratch = quiet.scratch
    for row, one in enumerate(mine):
        at, fix = one.admitted.fix_time, one.admitted.fix
        found = None if newest is not None and at <= newest else after(quiet.calm, scratch, at, fix, settings)
        if found is None:
            return Quiet(quiet.calm, scratch, quiet.since, now if row else quiet.held_at), row
        scratch, newest = found, at
    return Quiet(quiet.calm, scratch, quiet.since, now), len(mine)


def _recent(arrived: tuple[Arrived, ...], now: datetime) -> tuple[Arrived, ...]:
    return tuple(one for one in arrived if timedelta(0) <= now - one.received_at <= SCRATCH_MAX)


def _tasks(raised: Raised, now: datetime) -> tuple[Task, ...]:
    """What a matter of service asks of staff."""
    kind = {Matter.BATTERY: TaskKind.WARN_WEARER, Matter.DEVICE_FAULT: TaskKind.SWAP_DEVICE}.get(raised.matter)
    if kind is None:
        return ()
    task_id = TaskId("task_" + raised.alert_id.removeprefix("alert_"))
    return (Task(task_id, kind, raised.case_id, raised.decision_id, now, now + timedelta(hours=24)),)
