"""The opening `reading`: the places of one window, under a grant that two people gave, and not one beyond it.

Decided here by what the ledger says, by the same rules that the flow asked before it recorded: whoever forges a row of
the tables gets nothing more. At home there is a state and no place (R76). Stays near places that tell something about
a person are left out with their ways (rules/masking), as if nothing could be shown then; no count says how often.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.masking import Masking
from custodiet.flows.in_vault.places import Places
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.ports import Sealer
from custodiet.flows.refusing import codes_of
from custodiet.model.condition import Interval
from custodiet.model.decision import Decision
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import CaseId, PersonId
from custodiet.model.look_record import ReadingOpened
from custodiet.model.look_up import Place, Precision
from custodiet.model.mode import Category
from custodiet.model.report import Fix
from custodiet.model.session import Session
from custodiet.model.unmask_record import UnmaskedOpened
from custodiet.model.word import Said
from custodiet.rules.access import Ground, authorised, covered, objections_to_reading, readable
from custodiet.rules.answering import coarsened
from custodiet.rules.conditions.area import in_area
from custodiet.rules.conditions.zones import Area
from custodiet.rules.intervals import without
from custodiet.rules.masking.flagged import Flagged, Unmasked
from custodiet.rules.masking.stays import Mark, judged_for
from custodiet.rules.unmasking import objections_to_unmasked_reading
from custodiet.wire.frame import StoredFix
from custodiet.wire.reading import write_authorised, write_place

A_MINUTE_MAX = 12
"""How many readings and questions are opened in any minute, whoever asks: more than people read, few for a thief."""
NOT_IN_SIGHT = "not_in_sight"
"""The code alone: nothing else of a refusal leaves the vault."""
NOT_JUDGED = "not_judged"
"""The entry does not say what is looked at besides, to know what is not shown."""


class Pace:
    """No more than so many in any minute. In memory: after a restart nothing that was recorded before opens anyway."""

    def __init__(self, most: int = A_MINUTE_MAX) -> None:
        self._most = most
        self._times: deque[datetime] = deque()

    def take(self, now: datetime) -> None:
        """Count one more. Raises OpeningRefused when it is one too many."""
        while self._times and not now - timedelta(minutes=1) < self._times[0] <= now:
            self._times.popleft()
        if len(self._times) >= self._most:
            raise OpeningRefused("too_fast: the vault opens so many in a minute and no more; ask again in a minute")
        self._times.append(now)


class Readings:
    """Opens readings."""

    def __init__(
        self, stored: StoredFixes, follower: Follower, keys: Keys, sealer: Sealer, pace: Pace, masking: Masking
    ) -> None:
        self._stored = stored
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._pace = pace
        self._masking = masking
        self._places = Places(follower, keys, sealer)

    def open(self, record: ReadingOpened) -> Iterator[bytes]:
        """The parts that were authorised, then the places. Raises OpeningRefused with the code of every reason."""
        reading, now = record.reading, self._follower.now()
        case = self._follower.cases[reading.case_id]
        standing = self._follower.looking.standing(reading.look_up_id)
        ground = self._follower.ground(case.id)
        against = objections_to_reading(standing, reading, ground, now)
        if record.judged != judged_for(reading.window):
            against += (NOT_JUDGED,)
        if not self._follower.may_ask(reading.by, case.id, now):
            against += (NOT_IN_SIGHT,)
        if against or standing is None:
            raise OpeningRefused(", ".join(codes_of(against)))
        flagged = self._masking.flagged_for(case.person_id)
        self._pace.take(now)
        what = (case.id, standing.look_up.purpose, reading.window, reading.precision)
        return self.lines(*what, ground, flagged, now=now)

    def open_unmasked(self, record: UnmaskedOpened) -> Iterator[bytes]:
        """The same without masking, by a yes of its own; nothing outside its window is looked at."""
        reading, now = record.reading, self._follower.now()
        case = self._follower.cases[reading.case_id]
        unmasking = self._follower.unmasking.standing(reading.unmask_id)
        look_up = None if unmasking is None else self._follower.looking.standing(unmasking.unmask.look_up_id)
        ground = self._follower.ground(case.id)
        against = objections_to_unmasked_reading(unmasking, reading, look_up, ground, now)
        if not self._follower.may_ask(reading.by, case.id, now):
            against += (NOT_IN_SIGHT,)
        if against or look_up is None:
            raise OpeningRefused(", ".join(codes_of(against)))
        self._pace.take(now)
        what = (case.id, look_up.look_up.purpose, reading.window, reading.precision)
        return self.lines(*what, ground, Unmasked(), now=now)

    def lines(
        self,
        case_id: CaseId,
        purpose: str | None,
        window: Interval,
        precision: Precision,
        ground: Ground,
        flagged: Flagged | Unmasked,
        *,
        now: datetime,
    ) -> Iterator[bytes]:
        """What `shown` gives, as lines: the parts that were authorised, then the places."""
        parts, places = self.shown(case_id, purpose, window, precision, ground, flagged, now=now)
        yield write_authorised(parts)
        yield from (write_place(one) for one in places)

    def shown(
        self,
        case_id: CaseId,
        purpose: str | None,
        window: Interval,
        precision: Precision,
        ground: Ground,
        flagged: Flagged | Unmasked,
        *,
        now: datetime,
    ) -> tuple[tuple[Interval, ...], tuple[Place, ...]]:
        """The parts of a window that may be shown, and the places in them, in order of time.

        `purpose` None: for whatever it was collected (rules/glass). Who may see them, and whether masked, is decided
        before. Whatever opens positions for anyone but the person comes by here.
        """
        person_id = self._follower.cases[case_id].person_id
        homes = cache(self._places.homes)
        under = {one.decision.id: covered(one.decision, window) for one in readable(ground, purpose, window, now)}
        marks: list[Mark] = []
        found: list[Place] = []
        for session, stored in self._trail(person_id, flagged.judged(window)):
            fix, at, decision = stored.fix, stored.fix_time, self._follower.decisions[session.decision_id]
            home = self._is_home(homes(decision.id), decision, fix)
            is_near = flagged.is_near(fix.lat_e7, fix.lon_e7, fix.accuracy_m)
            marks.append(Mark(at, is_near and not home))
            part = under.get(decision.id)
            if part is not None and part.covers(at):
                found.append(coarsened(_shown(stored, is_home=home), precision))
        hidden = self._masking.hidden(person_id, marks)
        left = (one for one in found if not any(part.covers(one.at) for part in hidden))
        parts = without(authorised(ground, purpose, window, now), hidden)
        return parts, tuple(sorted(left, key=lambda one: one.at))

    def _trail(self, person_id: PersonId, judged: Interval) -> Iterator[tuple[Session, StoredFix]]:
        """The person's trail, under whichever decision, in the window and as far around it as hiding depends on."""
        found = self._stored.of(person_id, judged)
        return ((session, stored) for session, stored in found if session.category is Category.TRAIL)

    def _is_home(self, homes: tuple[Area | None, ...], decision: Decision, fix: Fix) -> bool:
        """Whether it is certain, by the decision that it was collected under."""
        return bool(homes) and in_area(homes, fix, self._follower.judging(decision.case_id)) is Said.IN_AREA


def _shown(stored: StoredFix, *, is_home: bool) -> Place:
    fix = stored.fix
    if is_home:
        return Place(stored.fix_time, True, None, None, None)
    return Place(stored.fix_time, False, fix.lat_e7, fix.lon_e7, fix.accuracy_m)
