"""Agencies' requests as those who answer and oversee them see them: by reference, without a name or a place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at
from custodiet.model.case import Case
from custodiet.model.disclosure import REQUEST_HOLDS, Requested
from custodiet.model.disclosure_record import AgencyTurnedAway, SampleDrawn
from custodiet.model.identity import CaseId, RequestId, SchemeId
from custodiet.model.register import Recipient, RegisteredPurpose
from custodiet.rules.disclosing import to_recall

SHOWN_MAX = 200
SHOWN_FOR = timedelta(days=92)
"""The list reaches back a quarter of a year; every request stands in its case's list for good."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `assess_by`: when an urgent one is to be assessed; `late`: past it. `recall`: it is due."""

    case: Case
    standing: Requested
    assess_by: datetime | None
    late: bool
    recall: bool
    sampled: bool


@dataclass(frozen=True, slots=True)
class Register:
    """The list of requests, the newest first; what was wanted that nobody gives; the samples."""

    lines: tuple[Line, ...]
    turned_away: tuple[AgencyTurnedAway, ...]
    samples: tuple[SampleDrawn, ...]
    schemes: tuple[tuple[SchemeId, str], ...]


def show_register(view: Reading, now: datetime, schemes: frozenset[SchemeId] | None) -> Register:
    """Every request of the last quarter of a year in these schemes, or in all of them."""
    samples = view.samples(schemes, SHOWN_MAX)
    picked = {one for drawn in samples for one in drawn.requests}
    found = view.agency_requests_in(schemes, now - SHOWN_FOR, now + timedelta(seconds=1), SHOWN_MAX)
    return Register(
        tuple(_line(view, one, now, picked) for one in found),
        view.turned_away_in(schemes, SHOWN_MAX),
        samples,
        schemes_of(view, now, schemes),
    )


def schemes_of(view: Reading, now: datetime, schemes: frozenset[SchemeId] | None) -> tuple[tuple[SchemeId, str], ...]:
    """These schemes, or all of them, with their names."""
    mine = sorted(view.scheme_ids() if schemes is None else schemes)
    return tuple((one, register_at(view, one, now)[0].name) for one in mine)


def _line(view: Reading, standing: Requested, now: datetime, picked: set[RequestId]) -> Line:
    asked, by = standing.request, standing.assess_by()
    case = view.case(asked.case_id)
    recall = to_recall(standing, view.decisions_of(asked.case_id))
    return Line(case, standing, by, by is not None and by <= now, recall, asked.id in picked)


@dataclass(frozen=True, slots=True)
class Shown:
    """One request beside what the register says of whoever asks. `recipient` None: it does not name them."""

    case: Case
    line: Line
    purpose: str
    recipient: Recipient | None


def show_request(view: Reading, now: datetime, request_id: RequestId) -> Shown:
    """One request as it stands."""
    standing = view.agency_request(request_id)
    case = view.case(standing.request.case_id)
    picked = {one for drawn in view.samples({case.scheme_id}, SHOWN_MAX) for one in drawn.requests}
    line = _line(view, standing, now, picked)
    register, _ = register_at(view, line.case.scheme_id, now)
    asked = standing.request
    title = next((one.title for one in register.purposes if one.code == asked.purpose), asked.purpose)
    return Shown(
        line.case, line, title, next((one for one in register.recipients if one.code == asked.recipient), None)
    )


def show_waiting_requests(
    view: Reading, now: datetime, schemes: frozenset[SchemeId]
) -> tuple[tuple[Case, Requested], ...]:
    """Requests that wait for a second person in these schemes, the newest first."""
    found = view.agency_requests_in(schemes, now - REQUEST_HOLDS, now + timedelta(seconds=1), SHOWN_MAX)
    return tuple((view.case(one.request.case_id), one) for one in found if one.waits(now))


def show_taking(
    view: Reading, now: datetime, case_id: CaseId
) -> tuple[tuple[Recipient, ...], tuple[RegisteredPurpose, ...]]:
    """Whom the register names, and the purposes that it gives them data for."""
    register, _ = register_at(view, view.case(case_id).scheme_id, now)
    theirs = {code for one in register.recipients for code in one.purposes}
    return register.recipients, tuple(one for one in register.purposes if one.code in theirs)
