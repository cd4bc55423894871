"""The opening `reading`: the places of one window, under a grant that two people gave, and not one beyond it.

Decided here by what the ledger says, by the same rules that the flow asked before it recorded: whoever forges a row of
the tables gets nothing more. At home there is a state and no place (R76).
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.places import Places
from custodiet.flows.in_vault.stored_fixes import fixes_of
from custodiet.flows.ports import Sealer, Store
from custodiet.flows.refusing import codes_of
from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import CaseId
from custodiet.model.look_record import ReadingOpened
from custodiet.model.look_up import Place, Precision
from custodiet.model.mode import Category
from custodiet.model.word import Said
from custodiet.rules.access import Ground, authorised, objections_to_reading, readable
from custodiet.rules.answering import coarsened
from custodiet.rules.conditions.area import in_area
from custodiet.wire.frame import StoredFix
from custodiet.wire.reading import write_authorised, write_place

A_MINUTE_MAX = 12
"""How many readings and questions are opened in any minute, whoever asks: more than people read, few for a thief."""
NOT_IN_SIGHT = "not_in_sight"
"""The code alone: nothing else of a refusal leaves the vault."""


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

    def __init__(self, store: Store, follower: Follower, keys: Keys, sealer: Sealer, pace: Pace) -> None:
        self._store = store
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._pace = pace
        self._places = Places(follower, keys, sealer)

    def open(self, record: ReadingOpened) -> Iterator[bytes]:
        """The parts that were authorised, then the places. Raises OpeningRefused with the code of every reason."""
        reading, now = record.reading, self._follower.now()
        case = self._follower.cases[reading.case_id]
        standing = self._follower.looking.standing(reading.look_up_id)
        ground = self._follower.ground(case.id)
        against = objections_to_reading(standing, reading, ground, now)
        if not self._follower.may_ask(reading.by, case.id, now):
            against += (NOT_IN_SIGHT,)
        if against or standing is None:
            raise OpeningRefused(", ".join(codes_of(against)))
        self._pace.take(now)
        return self._lines(record, standing.look_up.purpose, ground, now)

    def _lines(self, record: ReadingOpened, purpose: str, ground: Ground, now: datetime) -> Iterator[bytes]:
        reading = record.reading
        yield write_authorised(authorised(ground, purpose, reading.window, now))
        places = self.places(reading.case_id, purpose, reading.window, reading.precision, ground, now)
        yield from (write_place(one) for one in places)

    def places(
        self, case_id: CaseId, purpose: str, window: Interval, precision: Precision, ground: Ground, now: datetime
    ) -> tuple[Place, ...]:
        """What may be shown of a window, in order of time. Who may see it is decided before."""
        under = {one.decision.id: one.decision for one in readable(ground, purpose, window, now)}
        homes = {one: self._places.homes(one) for one in under}
        judging = self._follower.judging(case_id)
        person_id = self._follower.cases[case_id].person_id
        found: list[Place] = []
        for session, stored in fixes_of(self._store, self._keys, self._sealer, person_id, window):
            decision = under.get(session.decision_id)
            if decision is None or session.category is not Category.TRAIL:
                continue
            at = stored.fix_time
            if not window.covers(at) or not decision.covers(at):
                continue
            areas = homes[decision.id]
            home = bool(areas) and in_area(areas, stored.fix, judging) is Said.IN_AREA
            found.append(coarsened(_shown(stored, is_home=home), precision))
        return tuple(sorted(found, key=lambda one: one.at))


def _shown(stored: StoredFix, *, is_home: bool) -> Place:
    fix = stored.fix
    if is_home:
        return Place(stored.fix_time, True, None, None, None)
    return Place(stored.fix_time, False, fix.lat_e7, fix.lon_e7, fix.accuracy_m)
