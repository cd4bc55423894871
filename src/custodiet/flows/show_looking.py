"""Who looked at a person, when, for what and how it ended; and one reading as rows. No place stands in the first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at, scheme_at
from custodiet.model.case import Case
from custodiet.model.condition import ZONED, Condition, Interval
from custodiet.model.disclosure import Basis, Cut, RecalledAs, Wanted
from custodiet.model.erasing import KeptStep
from custodiet.model.errors import IllegalValue
from custodiet.model.glass import Broken, Danger
from custodiet.model.identity import ActorId, CaseId, GlassId, LookUpId, SchemeId
from custodiet.model.look_up import Asked, Attempt, Opened, Place, Precision, RefusedBecause, Standing, ToKnow
from custodiet.model.register import RegisteredPurpose
from custodiet.model.restricting import Right, StandingRestriction
from custodiet.model.staff import Function
from custodiet.model.unmask import Article9, NotEnough
from custodiet.rules.restricting import is_held_back, told_to_person
from custodiet.rules.staff import function_of

WAITING_MAX = 100
SILENT = timedelta(minutes=30)
"""So long without a report is told as a gap."""
AT_ONCE_MAX = 130
"""So many rows of a reading are shown at once: two hours at a report a minute. A phone takes seconds over thousands."""
_HOUR = timedelta(hours=1)


class What(StrEnum):
    """What a line of the list is about."""

    QUESTION = "question"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
    READ = "read"
    TRIED = "tried"
    AGENCY_ASKED = "agency_asked"
    AGENCY_REFUSED = "agency_refused"
    AGENCY_WANTED = "agency_wanted"
    RELEASED = "released"
    ASSESSED = "assessed"
    PACKED = "packed"
    RECEIVED = "received"
    RECALLED = "recalled"
    UNMASK_ASKED = "unmask_asked"
    UNMASK_APPROVED = "unmask_approved"
    UNMASK_REFUSED = "unmask_refused"
    UNMASKED = "unmasked"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that someone did. `function`: what they acted as; pages for the person show it and no account.

    `entry`: its place in the ledger, of which there is a proof. What a line does not have is None.
    """

    entry: int
    at: datetime
    what: What
    by: ActorId
    function: Function | None
    look_up_id: LookUpId | None = None
    purpose: str | None = None
    to_know: ToKnow | None = None
    window: Interval | None = None
    precision: Precision | None = None
    asked: Asked | None = None
    because: RefusedBecause | None = None
    attempt: Attempt | None = None
    codes: tuple[str, ...] = ()
    recipient: str | None = None
    wanted: Wanted | None = None
    cut: Cut | None = None
    recalled_as: RecalledAs | None = None
    upheld: bool | None = None
    not_enough: NotEnough | None = None
    condition: Article9 | None = None
    basis: Basis | None = None
    glass_id: GlassId | None = None
    danger: Danger | None = None
    assess_by: datetime | None = None
    follows: datetime | None = None
    """When that was done of which this says what came of it: what holds back the one holds back the other."""


@dataclass(frozen=True, slots=True)
class Looks:
    """All of it about one case, the newest first; and its look-ups as they stand."""

    case: Case
    scheme: str
    controller: str
    at: datetime
    lines: tuple[Line, ...]
    standing: tuple[Standing, ...]
    kept: tuple[tuple[KeptStep, Function | None], ...]
    """What was held, offered and erased, each with what whoever did it acted as."""
    held_back: tuple[StandingRestriction, ...] = ()
    """Rights that are or were restricted: to the person those that they are told of."""

    @property
    def entries(self) -> frozenset[int]:
        """The places of everything that is shown: of each there is a proof for who sees it."""
        held = (place for one in self.held_back for place in (one.entry, one.answered_entry) if place is not None)
        return frozenset((*(one.entry for one in self.lines), *(one.entry for one, _ in self.kept), *held))


_TO_AGENCIES = frozenset(
    {
        What.AGENCY_ASKED,
        What.AGENCY_REFUSED,
        What.AGENCY_WANTED,
        What.RELEASED,
        What.ASSESSED,
        What.PACKED,
        What.RECEIVED,
        What.RECALLED,
    }
)


def looks_for_person(view: Reading, now: datetime, case_id: CaseId) -> Looks:
    """The same as the person has it: without what is held back from them now, and of that what they are told."""
    looks, restrictions = show_looks(view, now, case_id), view.restrictions_of(case_id)

    def is_shown(one: Line) -> bool:
        times = {one.at, one.follows or one.at}
        return not any(is_held_back(restrictions, _right_of(one), at, now) for at in times)

    lines = tuple(one for one in looks.lines if is_shown(one))
    return replace(looks, lines=lines, held_back=told_to_person(restrictions, now))


def _right_of(one: Line) -> Right:
    """What a line is part of. A look alone is assessed as a release is, and is no disclosure."""
    to_agency = one.what in _TO_AGENCIES or one.attempt is Attempt.DISCLOSURE
    return Right.DISCLOSURES if to_agency and one.glass_id is None else Right.LOOKS


def show_looks(view: Reading, now: datetime, case_id: CaseId) -> Looks:
    """Everything that was asked, granted, refused and read about a case."""
    case = view.case(case_id)
    register, _ = register_at(view, case.scheme_id, now)
    titles = {one.code: one.title for one in register.purposes}
    scheme = scheme_at(view, case.scheme_id, now)
    lines: list[Line] = []

    def line(entry: int, at: datetime, what: What, by: ActorId, **more: object) -> None:
        lines.append(Line(entry, at, what, by, function_of(view.roles_of(by), at), **more))  # type: ignore[arg-type]

    asked_as = {}
    look_ups = view.look_ups_of(case_id)
    for standing, entry in look_ups:
        one, answers = standing.look_up, view.entries_of_look_up(standing.look_up.id)
        told = {"look_up_id": one.id, "purpose": titles.get(one.purpose, one.purpose), "to_know": one.to_know}
        asked_as[one.id] = told
        line(entry, one.asked_at, What.ASKED, one.asked_by, window=one.window, precision=one.precision, **told)
        if (grant := standing.grant) is not None:
            span = {"window": grant.window, "precision": grant.precision}
            line(answers["look_up_grant"], grant.approved_at, What.APPROVED, grant.approved_by, **span, **told)
        if standing.refused_at is not None and standing.refused_by is not None:
            because = {"because": standing.refused_because}
            line(answers["look_up_refusal"], standing.refused_at, What.REFUSED, standing.refused_by, **because, **told)
        if standing.ended_at is not None and standing.ended_by is not None:
            line(answers["look_up_ending"], standing.ended_at, What.ENDED, standing.ended_by, **told)
    for reading, entry in view.readings_of(case_id):
        span = {"window": reading.window, "precision": reading.precision}
        line(entry, reading.at, What.READ, reading.by, **span, **asked_as[reading.look_up_id])
    for question, entry in view.questions_of(case_id):
        line(entry, question.at, What.QUESTION, question.by, asked=question.asked, window=question.quarter)
    for refused, entry in view.looks_refused(case_id):
        line(entry, refused.at, What.TRIED, refused.by, attempt=refused.attempt, codes=refused.codes)
    _unmasked(view, case_id, asked_as, line)
    for broken, entry in view.glasses_of(case_id):
        _alone(broken, entry, view.glass_assessed_in(broken.glass.id), line)
    _disclosed(view, case_id, titles, {one.code: one.name for one in register.recipients}, line)
    lines.sort(key=lambda one: one.entry, reverse=True)
    standing_now = tuple(one for one, _ in look_ups)
    kept = tuple(
        (one, None if one.by is None else function_of(view.roles_of(one.by), one.at))
        for one in view.kept_steps(case_id)
    )
    held_back = view.restrictions_of(case_id)
    return Looks(case, scheme.name, scheme.controller, now, tuple(lines), standing_now, kept, held_back)


def _unmasked(
    view: Reading, case_id: CaseId, asked_as: Mapping[LookUpId, Mapping[str, object]], line: Callable[..., None]
) -> None:
    """What was asked to be unmasked, answered, and read so."""
    told_of = {}
    for unmasking, places in view.unmaskings_of(case_id):
        one, yes = unmasking.unmask, unmasking.yes
        told = dict(asked_as[one.look_up_id])
        told_of[one.id] = told
        why = {"not_enough": one.not_enough, "condition": one.condition}
        line(places["unmask"], one.asked_at, What.UNMASK_ASKED, one.asked_by, window=one.window, **why, **told)
        if yes is not None:
            at = places["unmask_yes"]
            line(at, yes.approved_at, What.UNMASK_APPROVED, yes.approved_by, window=yes.window, **told)
        if unmasking.refused_at is not None and unmasking.refused_by is not None:
            because = {"because": unmasking.refused_because}
            at = places["unmask_refusal"]
            line(at, unmasking.refused_at, What.UNMASK_REFUSED, unmasking.refused_by, **because, **told)
    for reading, entry in view.unmasked_of(case_id):
        span = {"window": reading.window, "precision": reading.precision}
        line(entry, reading.at, What.UNMASKED, reading.by, **span, **told_of[reading.unmask_id])


def _alone(broken: Broken, entry: int, assessed_in: int | None, line: Callable[..., None]) -> None:
    """A look that somebody took alone, and what was said of it afterwards."""
    glass = broken.glass
    told: dict[str, object] = {"glass_id": glass.id, "danger": glass.danger}
    assess_by = glass.assess_by if broken.assessed_at is None else None
    span = {"window": glass.window, "precision": glass.precision}
    line(entry, glass.at, What.ALONE, glass.by, assess_by=assess_by, **span, **told)
    if assessed_in is not None:
        told |= {"upheld": broken.upheld, "follows": glass.at}
        line(assessed_in, broken.assessed_at, What.ASSESSED, broken.assessed_by, **told)


def _disclosed(
    view: Reading, case_id: CaseId, titles: Mapping[str, str], names: Mapping[str, str], line: Callable[..., None]
) -> None:
    """What agencies asked for, and what was given to them."""
    told_of = {}
    for standing, entry in view.agency_requests_of(case_id):
        one, came = standing.request, view.disclosure_steps(standing.request.id)
        told = {
            "purpose": titles.get(one.purpose, one.purpose),
            "recipient": names.get(one.recipient, one.recipient),
            "basis": one.basis if one.is_whole else None,
        }
        told_of[one.id] = told
        span = {"window": one.window, "precision": one.precision, "cut": one.cut}
        line(entry, one.asked_at, What.AGENCY_ASKED, one.asked_by, **told, **span)
        if (release := standing.release) is not None:
            span = {"window": release.window, "precision": release.precision, "cut": release.cut}
            line(came["agency_release"].entry, release.approved_at, What.RELEASED, release.approved_by, **told, **span)
        more: dict[str, dict[str, object]] = {
            "agency_refusal": {"what": What.AGENCY_REFUSED, "codes": standing.codes},
            "release_assessment": {"what": What.ASSESSED, "upheld": standing.upheld},
            "pack_receipt": {"what": What.RECEIVED},
            "pack_recall": {"what": What.RECALLED, "recalled_as": standing.recalled_as},
        }
        for table, of in more.items():
            if (step := came.get(table)) is not None:
                line(step.entry, step.at, by=step.by, follows=one.asked_at, **told, **of)
    for pack, entry in view.packs_of(case_id):
        line(entry, pack.at, What.PACKED, pack.by, **told_of[pack.request_id])
    for wanted, entry in view.turned_away_of(case_id, WAITING_MAX):
        line(entry, wanted.at, What.AGENCY_WANTED, wanted.by, wanted=wanted.wanted)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a form for looking needs: purposes that may be asked for, and zones that a question may be about."""

    case: Case
    purposes: tuple[RegisteredPurpose, ...]
    zones: tuple[Condition, ...]


def show_asking(view: Reading, now: datetime, case_id: CaseId) -> Asking:
    """What can be asked about a case now."""
    case = view.case(case_id)
    register, _ = register_at(view, case.scheme_id, now)
    decisions = [one for one in view.decisions_of(case_id) if one.stands]
    zones = tuple(zone for one in decisions for zone in view.conditions_of(one.id) if zone.kind in ZONED)
    return Asking(case, tuple(one for one in register.purposes if one.operational), zones)


def show_waiting(view: Reading, now: datetime, schemes: frozenset[SchemeId]) -> tuple[tuple[Case, Standing], ...]:
    """Look-ups that wait for a second person in these schemes, the longest waiting first; at most WAITING_MAX."""
    waiting = view.look_ups_waiting(schemes, now, WAITING_MAX)
    return tuple((view.case(one.look_up.case_id), one) for one in waiting)


def show_look_up(view: Reading, now: datetime, look_up_id: LookUpId) -> tuple[Case, Standing, str]:
    """A look-up as it stands, its case, and the title of its purpose."""
    standing = view.look_up(look_up_id)
    case = view.case(standing.look_up.case_id)
    register, _ = register_at(view, case.scheme_id, now)
    asked = standing.look_up.purpose
    return case, standing, next((one.title for one in register.purposes if one.code == asked), asked)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a reading: a place, or why there is none from an instant up to another.

    `authorised` False: we were not authorised to collect then, or may show nothing of it; that is another thing than a
    device that did not report.
    """

    during: Interval | None
    authorised: bool = True
    place: Place | None = None
    number: int = 0

    @property
    def at(self) -> datetime:
        """When it begins. Raises IllegalValue for one of neither."""
        if self.place is not None:
            return self.place.at
        if self.during is None:
            raise IllegalValue("a row is a place or a time of none")
        return self.during.from_at


def rows_of(opened: Opened) -> tuple[Row, ...]:
    """The rows of a reading in order of time: places, numbered; and between them what is not known, and why."""
    rows: list[Row] = []
    reached, number = opened.window.from_at, 0
    for part in opened.authorised:
        if reached < part.from_at:
            rows.append(Row(Interval(reached, part.from_at), authorised=False))
        last = part.from_at
        for place in opened.places:
            if part.covers(place.at):
                number += 1
                rows += _silence(last, place.at)
                rows.append(Row(None, place=place, number=number))
                last = place.at
        rows += _silence(last, part.to_at)
        reached = part.to_at
    if reached < opened.window.to_at:
        rows.append(Row(Interval(reached, opened.window.to_at), authorised=False))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Hour:
    """The rows that begin in one hour, and how many of them are places."""

    during: Interval
    rows: tuple[Row, ...]
    places: int


def hours_of(rows: Sequence[Row]) -> tuple[Hour, ...]:
    """Rows by the hour in which each begins, for a page that folds them; none where a page shows them at once."""
    if len(rows) <= AT_ONCE_MAX:
        return ()
    return tuple(
        Hour(Interval(begins, begins + _HOUR), told, sum(one.place is not None for one in told))
        for begins, told in ((at, tuple(each)) for at, each in groupby(rows, _hour_of))
    )


def _hour_of(row: Row) -> datetime:
    return row.at.replace(minute=0, second=0, microsecond=0)


def _silence(from_at: datetime, to_at: datetime) -> list[Row]:
    return [Row(Interval(from_at, to_at))] if to_at - from_at >= SILENT else []
