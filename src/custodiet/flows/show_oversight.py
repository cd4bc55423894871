"""What those who oversee see of a scheme: who read, who was refused, what is late; samples; a search of the ledger.

By the ledger's records and by reference; no name and no position is here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.flows.ports import Reading
from custodiet.flows.reading_records import Told
from custodiet.flows.show_entries import first_from, rows_between
from custodiet.model.case import Case
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import ActorId, CaseId, GlassId, LookUpId
from custodiet.model.misuse import Found
from custodiet.model.restricting import RestrictionStep, Right
from custodiet.model.staff import Function
from custodiet.model.times import month_of
from custodiet.rules.chain import Tree
from custodiet.rules.eleven_tests import Facts, untold
from custodiet.rules.oversight import drawn
from custodiet.rules.staff import function_of
from custodiet.wire.records import read_entry

LATE_MAX = 100
FOUND_MAX = 50
SEARCHED_MAX = 20_000
"""So many entries are looked through for one page of a search; beyond, a shorter window is asked for."""


@dataclass(frozen=True, slots=True)
class Late:
    """Something owed that is late or missing, of a case by its reference. `since`: when it was due."""

    reference: str
    entry: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Restricted:
    """One right as it is and was restricted in a scheme, with the entries in which the placing of each stands."""

    right: Right
    asked: int
    placed: tuple[int, ...]
    in_force: int
    untold: int
    """Of those in force."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A look that somebody took alone and nobody has assessed, of a case by its reference."""

    reference: str
    glass_id: GlassId
    entry: int
    at: datetime
    assess_by: datetime


@dataclass(frozen=True, slots=True)
class Oversight:
    """One scheme as it stands. Counts are of everything since the log began."""

    readings: tuple[tuple[str, int], ...]
    refusals: tuple[tuple[str, int], ...]
    questions: int
    packs: tuple[tuple[str, int], ...]
    requests_refused: int
    reviews_missed: tuple[Late, ...]
    untold: tuple[Late, ...]
    restrictions: tuple[Restricted, ...]
    alone: int
    """Looks that somebody took alone."""
    not_upheld: int
    """Of those, the ones that were found not to have been needed."""
    unassessed: tuple[Alone, ...]
    """Of every scheme: whoever is asked at once looks at one page, not at each."""
    misuse: tuple[tuple[Found | None, int], ...]
    """Reports by what came of them; None: they wait."""


def show_oversight(told: Told, facts: Facts) -> Oversight:
    """Readings, refusals and packs counted, reviews that were missed, people who were not told, looks taken alone."""
    mine = facts.cases
    register = None if facts.register is None else facts.register.register
    titles = {} if register is None else {one.code: one.title for one in register.purposes}
    names = {} if register is None else {one.code: one.name for one in register.recipients}
    purposes = Counter(
        titles.get(told.look_ups[one][0].purpose, told.look_ups[one][0].purpose) if one in told.look_ups else "?"
        for one, case_id in _opened(told)
        if case_id in mine
    )
    asked = [told.requests.get(pack.request_id) for pack, _ in told.packs if pack.case_id in mine]
    packs = Counter("?" if one is None else names.get(one.recipient, one.recipient) for one in asked)
    refusals = Counter(code for one, _ in told.refused if one.case_id in mine for code in one.codes)
    missed = tuple(
        Late(mine[case_id].reference, entry, due_at)
        for decision_id, due_at, entry in reversed(told.missed)
        if decision_id in told.proposed and (case_id := told.proposed[decision_id][0].case_id) in mine
    )
    not_told = tuple(Late(mine[one].reference, made) for one, made in untold(facts).items())
    questions = sum(case_id in mine for case_id, _, _ in told.questions)
    alone = [(glass, at) for glass, at in told.glasses.values() if glass.case_id in mine]
    said = [told.glasses_assessed[glass.id][0] for glass, _ in alone if glass.id in told.glasses_assessed]
    waits = tuple(
        Alone(told.cases[glass.case_id].reference, glass.id, at, glass.at, glass.assess_by)
        for glass, at in told.glasses.values()
        if glass.id not in told.glasses_assessed and glass.case_id in told.cases
    )
    return Oversight(
        _most_first(purposes),
        _most_first(refusals),
        questions,
        _most_first(packs),
        len(facts.agencies_refused),
        missed[:LATE_MAX],
        not_told,
        restricted_in(told, facts),
        len(alone),
        sum(not one.upheld for one in said),
        waits,
        _reported(told, facts),
    )


def _opened(told: Told) -> Iterator[tuple[LookUpId, CaseId]]:
    """Each reading, masked or not, by the look-up that it was under."""
    yield from ((one, case_id) for one, case_id, _, _ in told.readings)
    yield from ((told.unmasks[one].look_up_id, case_id) for one, case_id, _ in told.unmasked if one in told.unmasks)


def _reported(told: Told, facts: Facts) -> tuple[tuple[Found | None, int], ...]:
    counted = Counter(found for case_id, found in told.misuse.values() if case_id in facts.cases)
    return tuple((found, counted[found]) for found in (None, *Found))


def restricted_in(told: Told, facts: Facts) -> tuple[Restricted, ...]:
    """Each right of the people of a scheme, and how it is restricted now; also where it is not."""
    mine = [one for one in told.restrictions.values() if one.restriction.case_id in facts.cases]
    found = []
    for right in Right:
        these = [one for one in mine if one.restriction.right is right]
        force = [one.restriction for one in these if one.in_force(facts.now)]
        placed = (one.answered_entry for one in these if one.step not in (None, RestrictionStep.REFUSED))
        entries = tuple(entry for entry in placed if entry is not None)
        found.append(Restricted(right, len(these), entries, len(force), sum(not one.told for one in force)))
    return tuple(found)


def _most_first(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


# --- samples ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sampled:
    """One thing that was drawn: what it is, where it stands, of which case."""

    kind: EntryKind
    entry: int
    reference: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn for one month, out of how many, and by which root: anybody can draw it again."""

    month: datetime
    size: int
    root: bytes
    out_of: int
    drawn: tuple[Sampled, ...]


def draw_sample(view: Reading, told: Told, cases: Mapping[CaseId, Case], month: datetime, until: datetime) -> Sample:
    """What was opened, refused and decided in these cases in a month, drawn by the root at its end.

    Nobody chooses: whoever could choose the root would have to choose every entry of the month.
    """
    start, size = first_from(view, month), first_from(view, until)
    root = Tree(view.leaves()[:size]).root()
    decided = ((told.proposed[one][0].case_id, at) for one, at in told.made.items() if one in told.proposed)
    among: Iterable[tuple[EntryKind, CaseId, int]] = (
        *((EntryKind.READING_OPENED, case_id, at) for _, case_id, _, at in told.readings),
        *((EntryKind.READING_UNMASKED, case_id, at) for _, case_id, at in told.unmasked),
        *((EntryKind.QUESTION_ASKED, case_id, at) for case_id, _, at in told.questions),
        *((EntryKind.LOOK_REFUSED, one.case_id, at) for one, at in told.refused),
        *((EntryKind.PACK_GIVEN, pack.case_id, at) for pack, at in told.packs),
        *((EntryKind.DECISION_MADE, case_id, at) for case_id, at in decided),
        *((EntryKind.GLASS_BROKEN, glass.case_id, at) for glass, at in told.glasses.values()),
    )
    eligible = {
        at: Sampled(kind, at, cases[case].reference) for kind, case, at in among if case in cases and start <= at < size
    }
    return Sample(month, size, root, len(eligible), tuple(eligible[at] for at in drawn(eligible, root)))


# --- the ledger -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """One entry: what it is of, when, by an account that then worked as this. `actor` is told as a pseudonym."""

    index: int
    at: datetime
    kind: EntryKind
    actor: ActorId
    function: Function | None


@dataclass(frozen=True, slots=True)
class Searched:
    """The newest that match, how many were found, and whether the window was too long to look through.

    `lost`: how many of its entries are gone or do not read.
    """

    found: tuple[FoundEntry, ...]
    count: int
    lost: int
    too_long: bool


def search_ledger(
    view: Reading,
    from_at: datetime,
    to_at: datetime,
    kind: EntryKind | None,
    is_by: "frozenset[ActorId] | None",
) -> Searched:
    """Entries of a window, of one kind and by some accounts if that is asked; the newest first."""
    start, end = first_from(view, from_at), first_from(view, to_at)
    too_long = end - start > SEARCHED_MAX
    start = max(start, end - SEARCHED_MAX)
    matched, lost = list[int](), end - start
    for row in rows_between(view, start, end):
        with suppress(NotTheFormat):
            one = read_entry(row.body)
            lost -= 1
            if (kind is None or one.kind is kind) and (is_by is None or one.actor in is_by):
                matched.append(row.index)
    return Searched(show_entries(view, matched[-FOUND_MAX:]), len(matched), lost, too_long)


def show_entries(view: Reading, places: Iterable[int]) -> tuple[FoundEntry, ...]:
    """Entries by their places, the newest first. What cannot be read is left out: the page of records tells of it."""
    found = []
    for place in sorted(set(places), reverse=True):
        for row in rows_between(view, place, place + 1):
            with suppress(NotTheFormat):
                one = read_entry(row.body)
                actor = ActorId(one.actor)
                found.append(FoundEntry(place, one.at, one.kind, actor, function_of(view.roles_of(actor), one.at)))
    return tuple(found)


def months_to_draw(now: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The last whole month and the running one up to this day: its first instant, and the first one after it."""
    first, _ = month_of(now)
    return month_of(first - timedelta(days=1)), (first, now.replace(hour=0, minute=0, second=0, microsecond=0))
