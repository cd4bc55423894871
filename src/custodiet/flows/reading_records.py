"""The ledger read from its first entry to its last, by its records alone, for those who oversee.

What is told here stands in no table: whoever changes a table changes nothing here, and a record that is not there, or
is not the one that its entry commits to, is told as gone. Only kinds that somebody oversees are taken apart. Nothing
sealed is opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.show_entries import rows_between
from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    ReviewMissed,
    ScreeningCompleted,
)
from custodiet.model.case import Case
from custodiet.model.condition import Condition, Interval
from custodiet.model.decision import Decision, State
from custodiet.model.disclosure import AgencyRequest, Pack, Release
from custodiet.model.disclosure_record import (
    AgencyAsked,
    AgencyRefused,
    AgencyTurnedAway,
    PackGiven,
    PackRecalled,
    PackReceived,
    ReleaseApproved,
    ReleaseAssessed,
)
from custodiet.model.dpia import Dpia
from custodiet.model.entry import EntryKind as K
from custodiet.model.errors import NotTheFormat
from custodiet.model.glass import Glass
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.identity import (
    AssessmentId,
    CaseId,
    ConditionId,
    DecisionId,
    GlassId,
    LookUpId,
    MisuseId,
    RequestId,
    RestrictionId,
    SchemeId,
    UnmaskId,
)
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.model.look_up import Grant, LookUp
from custodiet.model.misuse import Found
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.model.mode import ModeCode
from custodiet.model.notice import Served
from custodiet.model.notice_record import NoticeServed
from custodiet.model.record import (
    AbsenceAuthorised,
    CaseOpened,
    ConditionSet,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DpiaWritten,
    KeysDestroyed,
    OperationActivated,
    OperationClosed,
    Record,
    RegisterAmended,
)
from custodiet.model.register import RegisterVersion
from custodiet.model.restricting import StandingRestriction
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.model.screening import Screening
from custodiet.model.stored import EntryRow
from custodiet.model.unmask import Unmask, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.rules.restricting import answered
from custodiet.wire.records import ReadEntry, read_entry, read_record, record_digest

_GAP_MAX = 100_000
"""So many places of a gap are told at most: a row that was set far out fills no memory."""
_OVERSEEN = frozenset(
    {
        K.CASE_OPENED,
        K.REGISTER_AMENDED,
        K.DPIA_WRITTEN,
        K.OPERATION_ACTIVATED,
        K.OPERATION_CLOSED,
        K.DECISION_PROPOSED,
        K.DECISION_MADE,
        K.DECISION_REFUSED,
        K.DECISION_RETURNED,
        K.DECISION_NARROWED,
        K.DECISION_LAPSED,
        K.DECISION_EXPIRED,
        K.DECISION_WITHDRAWN,
        K.DECISION_ANNULLED,
        K.ASSESSMENT_RECORDED,
        K.SCREENING_COMPLETED,
        K.NOTICE_SERVED,
        K.REVIEW_MISSED,
        K.LOOK_UP_ASKED,
        K.GRANT_GIVEN,
        K.LOOK_UP_REFUSED,
        K.READING_OPENED,
        K.QUESTION_ASKED,
        K.LOOK_REFUSED,
        K.UNMASK_ASKED,
        K.UNMASK_APPROVED,
        K.UNMASK_REFUSED,
        K.READING_UNMASKED,
        K.AGENCY_ASKED,
        K.AGENCY_REFUSED,
        K.AGENCY_TURNED_AWAY,
        K.RELEASE_APPROVED,
        K.RELEASE_ASSESSED,
        K.PACK_GIVEN,
        K.PACK_RECEIVED,
        K.PACK_RECALLED,
        K.KEYS_DESTROYED,
        K.CONDITION_SET,
        K.ABSENCE_AUTHORISED,
        K.RESTRICTION_ASKED,
        K.RESTRICTION_PLACED,
        K.RESTRICTION_REFUSED,
        K.RESTRICTION_ENDED,
        K.GLASS_BROKEN,
        K.GLASS_ASSESSED,
        K.MISUSE_REPORTED,
        K.MISUSE_ANSWERED,
    }
)


@dataclass(slots=True)
class Told:
    """What the records tell, each with the place of its entry."""

    size: int = 0
    """One more than the greatest place."""
    whole: int = 0
    """How many entries have the record that they commit to."""
    gone: list[tuple[int, K | None]] = field(default_factory=list)
    """Entries that are not there or do not read (without a kind), or have not that record; all of them in order."""
    cases: dict[CaseId, Case] = field(default_factory=dict)
    registers: dict[SchemeId, list[RegisterVersion]] = field(default_factory=dict)
    dpias: dict[SchemeId, tuple[Dpia, int]] = field(default_factory=dict)
    activated: dict[tuple[int, ModeCode], tuple[SchemeId, datetime | None, int]] = field(default_factory=dict)
    """By the place of the proposal and the mode: until when it is active unless it is closed, which takes it out."""
    proposed: dict[DecisionId, tuple[Decision, int]] = field(default_factory=dict)
    made: dict[DecisionId, int] = field(default_factory=dict)
    over: dict[DecisionId, int] = field(default_factory=dict)
    """Where the entry stands that ended a decision, or answered a proposal with a no."""
    rests_on: dict[DecisionId, AssessmentId] = field(default_factory=dict)
    assessments: dict[AssessmentId, int] = field(default_factory=dict)
    assessed: dict[DecisionId, int] = field(default_factory=dict)
    screened: dict[CaseId, tuple[Screening, int]] = field(default_factory=dict)
    served: dict[CaseId, list[tuple[Served, int]]] = field(default_factory=dict)
    missed: list[tuple[DecisionId, datetime, int]] = field(default_factory=list)
    """Reviews that nobody recorded, and when they were due: the decision ended; an order goes on."""
    look_ups: dict[LookUpId, tuple[LookUp, int]] = field(default_factory=dict)
    grants: dict[LookUpId, Grant] = field(default_factory=dict)
    refused_look_ups: list[tuple[LookUpId, int]] = field(default_factory=list)
    readings: list[tuple[LookUpId, CaseId, datetime, int]] = field(default_factory=list)
    questions: list[tuple[CaseId, datetime, int]] = field(default_factory=list)
    refused: list[tuple[LookRefused, int]] = field(default_factory=list)
    unmasks: dict[UnmaskId, Unmask] = field(default_factory=dict)
    unmask_yes: dict[UnmaskId, UnmaskYes] = field(default_factory=dict)
    unmasked: list[tuple[UnmaskId, CaseId, int]] = field(default_factory=list)
    refused_unmasks: list[tuple[UnmaskId, int]] = field(default_factory=list)
    requests: dict[RequestId, AgencyRequest] = field(default_factory=dict)
    releases: dict[RequestId, Release] = field(default_factory=dict)
    packs: list[tuple[Pack, int]] = field(default_factory=list)
    refused_requests: list[tuple[RequestId, int]] = field(default_factory=list)
    turned_away: list[tuple[SchemeId, int]] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    conditions: dict[ConditionId, tuple[Condition, int]] = field(default_factory=dict)
    absences: dict[ConditionId, list[tuple[Interval, int]]] = field(default_factory=dict)
    misuse: dict[MisuseId, tuple[CaseId, Found | None]] = field(default_factory=dict)
    restrictions: dict[RestrictionId, StandingRestriction] = field(default_factory=dict)
    glasses: dict[GlassId, tuple[Glass, int]] = field(default_factory=dict)
    glasses_assessed: dict[GlassId, tuple[GlassAssessed, int]] = field(default_factory=dict)
    """What was said of each by somebody else; the first word stands."""
    of_case: dict[CaseId, list[int]] = field(default_factory=dict)
    """Every entry of an overseen kind that is about a case."""

    def take(self, record: Record, index: int) -> None:
        """Keep what one record tells."""
        self._keep(record, index)
        case_id = self._case_of(record)
        if case_id is not None:
            self.of_case.setdefault(case_id, []).append(index)

    def _case_of(self, record: Record) -> CaseId | None:
        match record:
            case CaseOpened(_, about) | DecisionProposed(about):
                return about.id if isinstance(about, Case) else about.case_id
            case AssessmentRecorded(told) | ScreeningCompleted(told) | NoticeServed(told):
                return told.case_id
            case LookUpAsked(told) | ReadingOpened(told) | QuestionAsked(told) | AgencyAsked(told) | PackGiven(told):
                return told.case_id
            case LookRefused(case_id) | AgencyTurnedAway(case_id=case_id):
                return case_id
            case GlassBroken(glass):
                return glass.case_id
            case GlassAssessed(glass_id):
                return self.glasses[glass_id][0].case_id if glass_id in self.glasses else None
            case (
                ReleaseApproved(Release(request_id))
                | ReleaseAssessed(request_id)
                | AgencyRefused(request_id)
                | PackReceived(request_id)
                | PackRecalled(request_id)
            ):
                return self.requests[request_id].case_id if request_id in self.requests else None
            case UnmaskAsked(told) | UnmaskedOpened(told):
                return told.case_id
            case UnmaskApproved(UnmaskYes(unmask_id)) | UnmaskRefused(unmask_id):
                return self.unmasks[unmask_id].case_id if unmask_id in self.unmasks else None
            case RestrictionAsked(told) | MisuseReported(told):
                return told.case_id
            case MisuseAnswered(misuse_id):
                return self.misuse[misuse_id][0] if misuse_id in self.misuse else None
            case RestrictionAnswered(one_id):
                return self.restrictions[one_id].restriction.case_id if one_id in self.restrictions else None
            case LookUpApproved(grant):
                return self._case_looked_at(grant.look_up_id)
            case LookUpRefused(look_up_id):
                return self._case_looked_at(look_up_id)
            case ConditionSet(condition):
                return self._case_decided(condition.decision_id)
            case AbsenceAuthorised(absence):
                asked = self.conditions.get(absence.condition_id)
                return None if asked is None else self._case_decided(asked[0].decision_id)
            case (
                DecisionMade(one)
                | DecisionRefused(one)
                | DecisionReturned(one)
                | DecisionNarrowed(one)
                | DecisionEnded(one)
                | ReviewMissed(one)
            ):
                return self._case_decided(one)
            case _:
                return None

    def _case_decided(self, decision_id: DecisionId) -> CaseId | None:
        return self.proposed[decision_id][0].case_id if decision_id in self.proposed else None

    def _case_looked_at(self, look_up_id: LookUpId) -> CaseId | None:
        return self.look_ups[look_up_id][0].case_id if look_up_id in self.look_ups else None

    def _keep(self, record: Record, index: int) -> None:
        match record:
            case CaseOpened(_, case):
                self.cases[case.id] = case
            case RegisterAmended(number, effective_at, register):
                version = RegisterVersion(number, effective_at, index, register)
                self.registers.setdefault(register.scheme_id, []).append(version)
            case DpiaWritten(dpia):
                self.dpias[dpia.scheme_id] = (dpia, index)
            case OperationActivated(act, scheme_id, _, _, modes):
                self.activated |= {(act, one.mode): (scheme_id, one.until_at, index) for one in modes}
            case OperationClosed(act, _, mode):
                self.activated.pop((act, mode), None)
            case DecisionProposed(decision, rests_on):
                self.proposed[decision.id] = (decision, index)
                if rests_on is not None:
                    self.rests_on[decision.id] = rests_on
            case DecisionMade(decision_id, _, _, succeeds):
                self.made[decision_id] = index
                if succeeds is not None:
                    self.over[succeeds.decision_id] = index
            case DecisionRefused(one) | DecisionReturned(one) | DecisionNarrowed(one):
                self.over[one] = index
            case DecisionEnded(decision_id, state, ended_at):
                self.over[decision_id] = index
                if state is State.LAPSED:
                    self.missed.append((decision_id, ended_at, index))
            case AssessmentRecorded(assessment):
                self.assessments[assessment.id] = self.assessed[assessment.decision_id] = index
            case ScreeningCompleted(screening):
                self.screened[screening.case_id] = (screening, index)
            case NoticeServed(served):
                self.served.setdefault(served.case_id, []).append((served, index))
            case ReviewMissed(decision_id, due_at):
                self.missed.append((decision_id, due_at, index))
            case LookUpAsked(look_up):
                self.look_ups[look_up.id] = (look_up, index)
            case LookUpApproved(grant):
                self.grants[grant.look_up_id] = grant
            case LookUpRefused(look_up_id):
                self.refused_look_ups.append((look_up_id, index))
            case ReadingOpened(reading):
                self.readings.append((reading.look_up_id, reading.case_id, reading.at, index))
            case QuestionAsked(question):
                self.questions.append((question.case_id, question.at, index))
            case LookRefused():
                self.refused.append((record, index))
            case UnmaskAsked(unmask):
                self.unmasks[unmask.id] = unmask
            case UnmaskApproved(yes):
                self.unmask_yes[yes.unmask_id] = yes
            case UnmaskRefused(unmask_id):
                self.refused_unmasks.append((unmask_id, index))
            case UnmaskedOpened(unmasked):
                self.unmasked.append((unmasked.unmask_id, unmasked.case_id, index))
            case AgencyAsked(request):
                self.requests[request.id] = request
            case ReleaseApproved(release):
                self.releases[release.request_id] = release
            case PackGiven(pack):
                self.packs.append((pack, index))
            case AgencyRefused(request_id):
                self.refused_requests.append((request_id, index))
            case AgencyTurnedAway(scheme_id):
                self.turned_away.append((scheme_id, index))
            case GlassBroken(glass):
                self.glasses[glass.id] = (glass, index)
            case GlassAssessed(glass_id, by=by):
                if glass_id in self.glasses and by != self.glasses[glass_id][0].by:
                    self.glasses_assessed.setdefault(glass_id, (record, index))
            case KeysDestroyed():
                self.erased.append(index)
            case ConditionSet(condition):
                self.conditions[condition.id] = (condition, index)
            case AbsenceAuthorised(absence):
                self.absences.setdefault(absence.condition_id, []).append((absence.during, index))
            case MisuseReported(told):
                self.misuse[told.id] = (told.case_id, None)
            case MisuseAnswered(misuse_id, found) if misuse_id in self.misuse:
                self.misuse[misuse_id] = (self.misuse[misuse_id][0], found)
            case RestrictionAsked(one):
                self.restrictions[one.id] = StandingRestriction(one, index)
            case RestrictionAnswered(one_id, step, by, at) if one_id in self.restrictions:
                self.restrictions[one_id] = answered(self.restrictions[one_id], step, by, at, index)
            case _:
                pass

    def assessment_of(self, decision_id: DecisionId) -> int | None:
        """Where the assessment stands that a decision rests on: its own, or the one it was stepped down from."""
        own = self.assessed.get(decision_id)
        return own if own is not None else self.assessments.get(self.rests_on.get(decision_id, AssessmentId("")))


def read_all(view: Reading) -> Told:
    """Everything that the records of the ledger tell those who oversee."""
    told, place = Told(), 0
    for row in rows_between(view, 0, view.ledger_size()):
        told.gone.extend(places_gone(place, row.index))
        place = row.index + 1
        kind: K | None = None
        try:
            entry = read_entry(row.body)
            kind = entry.kind
            record = record_of(row, entry)
            if kind in _OVERSEEN:
                told.take(read_record(record), row.index)
            told.whole += 1
        except NotTheFormat:
            told.gone.append((row.index, kind))
    told.size = place
    return told


def places_gone(start: int, end: int) -> Iterator[tuple[int, None]]:
    """Places at which no entry stands, as they are told."""
    return ((place, None) for place in range(start, min(end, start + _GAP_MAX)))


def record_of(row: EntryRow, entry: ReadEntry) -> bytes:
    """The record that an entry commits to. Raises NotTheFormat when it is not there, or is not that one."""
    salt, record = row.salt, row.record
    # Whoever writes the store may put anything there.
    if (
        isinstance(salt, bytes)
        and isinstance(record, bytes)
        and (entry.index, entry.record) == (row.index, record_digest(salt, record))
    ):
        return record
    raise NotTheFormat("not the record that was entered")
