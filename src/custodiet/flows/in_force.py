"""What is in force now, as one monitor needs it: kept case by case, so that a decision costs nothing of anyone else's.

It is so from an instant on until the next edge of anyone's, as long as nobody decides anything: whose case was decided
on, or came to an edge, is looked at again, and nobody else's. Everyone's is after the clock was set back.
"""

from collections.abc import Iterable
from datetime import date, datetime
from heapq import heapify, heappop, heappush

from custodiet.flows.picture import Among, Concerned, Picture
from custodiet.flows.sessions import SessionFor
from custodiet.model.identity import CaseId, DecisionId, FittingId, PersonId
from custodiet.model.times import utc_day
from custodiet.rules.decisions import kept_categories

_EDGES_SPARE = 1000


class InForce:
    """Owned by one monitor, touched by its thread. `mine`: whose it is to write."""

    def __init__(self, picture: Picture, mine: Among) -> None:
        self._picture = picture
        self._mine = mine
        self._as_of: datetime | None = None
        """When any of it was last found out; None: everything is to be."""
        self._day: date | None = None
        self._edges: list[tuple[datetime, CaseId]] = []
        """A heap. A case that was looked at again has its edges here twice: to look at it once more changes nothing."""
        self._edges_max = 0
        """Of so many, half are there twice or more."""
        self._touched: set[CaseId] = set()
        self._unprepared: dict[CaseId, None] = {}
        """Whose sessions of the day may still have to be made ahead of their first fix."""
        self._keyless: dict[PersonId, set[CaseId]] = {}
        """Whose could not be, for want of a key."""
        self.fittings: frozenset[FittingId] = frozenset()
        """Another object as soon as it is another set."""
        self.decisions: frozenset[DecisionId] = frozenset()
        """Likewise."""

    def forget(self) -> None:
        """Everything has to be found out again."""
        self._as_of = None

    def touch(self, cases: Iterable[CaseId]) -> None:
        """Something was decided about these."""
        self._touched.update(cases)

    def have_keys(self, people: Iterable[PersonId]) -> None:
        """Theirs were issued."""
        for person_id in people:
            self._unprepared |= dict.fromkeys(self._keyless.pop(person_id, ()))

    def lacks_key(self, wanted: SessionFor) -> None:
        """It could not be made: it is wanted again once its person's keys are issued."""
        self._keyless.setdefault(wanted.person_id, set()).add(wanted.case_id)

    def bring_up_to(self, now: datetime) -> Concerned | None:
        """Of whom anything may be in force that was not, or the other way round; None: of everyone."""
        if self._as_of is None or now < self._as_of:
            self._find_out(now)
            self._begin_day(utc_day(now))
            return None
        while self._edges and self._edges[0][0] <= now:
            self._touched.add(heappop(self._edges)[1])
        concerned = self._picture.of_cases(self._touched)
        if self._touched:
            self._find_out_of(concerned, now)
        if utc_day(now) != self._day:
            self._begin_day(utc_day(now))
        return concerned

    def _find_out(self, now: datetime) -> None:
        wearers = self._picture.sealing_in_force(now, self._mine)
        self.fittings = frozenset(fitting.id for fitting, _, _ in wearers)
        self.decisions = frozenset(decision.id for _, _, decision in wearers)
        self._wait_for_edges(now)
        self._touched.clear()
        self._as_of = now

    def _wait_for_edges(self, now: datetime) -> None:
        self._edges = list(self._picture.edges(now))
        heapify(self._edges)
        self._edges_max = 2 * len(self._edges) + _EDGES_SPARE

    def _find_out_of(self, concerned: Concerned, now: datetime) -> None:
        wearers = self._picture.sealing_in_force(now, self._mine, concerned.fittings)
        fittings = {fitting.id for fitting, _, _ in wearers}
        decisions = {decision.id for _, _, decision in wearers}
        if self.fittings & concerned.fittings != fittings:
            self.fittings = self.fittings - concerned.fittings | fittings
        if self.decisions & concerned.decisions != decisions:
            self.decisions = self.decisions - concerned.decisions | decisions
        for edge in self._picture.edges(now, concerned.cases):
            heappush(self._edges, edge)
        if len(self._edges) > self._edges_max:
            self._wait_for_edges(now)
        self._unprepared.update(dict.fromkeys(concerned.cases))
        self._touched.clear()
        self._as_of = now

    def _begin_day(self, day: date) -> None:
        self._day = day
        self.prepare_again()

    def prepare_again(self) -> None:
        """Any session may have to be made anew."""
        self._keyless.clear()
        self._unprepared = dict.fromkeys(map(self._picture.case_of, self.fittings))

    def unprepared(self, now: datetime, cases_max: int) -> list[SessionFor]:
        """Sessions of the day, of so many cases at most, that are to be there before their first fix; each once."""
        some = [self._unprepared.popitem()[0] for _ in range(min(cases_max, len(self._unprepared)))]
        fittings = self._picture.of_cases(some).fittings & self.fittings
        day = utc_day(now)
        return [
            SessionFor(person_id, fitting.case_id, decision.id, fitting.id, category, day)
            for fitting, person_id, decision in self._picture.sealing_in_force(now, self._mine, fittings)
            for category in kept_categories(decision)
        ]
