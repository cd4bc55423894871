"""Records: what was written, in full. Each ledger entry commits to one; the tables follow from them alone.

Fields are only ever added, at the end, with a default: a stored record outlives the code that wrote it.
Names, geometry and free text appear sealed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from custodiet.model.account_record import AccountClosed, AccountOpened, SessionsEnded
from custodiet.model.alert import AlertMove, AlertState, Claim, Reply, Statement
from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    DraftDropped,
    DraftSaved,
    ExemptionOverridden,
    FactRecorded,
    RepresentationAnswered,
    RepresentationMade,
    RepresentationsInvited,
    ReviewDecided,
    ReviewMissed,
    ReviewOpened,
    RungRefused,
    ScreeningCompleted,
    StopChecked,
    StopEntered,
    StopEscalated,
)
from custodiet.model.attachment import AttachmentKept
from custodiet.model.case import Case, Person, RetentionClock, Task
from custodiet.model.condition import Absence, Condition, Interval
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import Decision, State
from custodiet.model.desk_record import DeviceNoted, InspectionDue
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.disclosure_record import (
    AgencyAsked,
    AgencyRefused,
    AgencyTurnedAway,
    PackGiven,
    PackRecalled,
    PackReceived,
    ReleaseApproved,
    ReleaseAssessed,
    SampleDrawn,
)
from custodiet.model.dpia import Consultation, Departure, Dpia, DpoAdvice, PriorConsultation
from custodiet.model.ending import EndReason
from custodiet.model.entry import EntryKind
from custodiet.model.erasing import CopyStep, HoldStep
from custodiet.model.erasing_record import (
    CopyTold,
    DayErased,
    ErasureDue,
    HoldAnswered,
    HoldAsked,
    QuarantineEnded,
    RemovedFix,
)
from custodiet.model.errors import IllegalValue
from custodiet.model.finding import DeviceWatch, Ended, Raised, Watch, Weakened, Why
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.identity import (
    ActorId,
    AlertId,
    AssessmentId,
    AttachmentId,
    CaseId,
    ConditionId,
    DecisionId,
    FittingId,
    GlassId,
    HoldId,
    InstructionId,
    MisuseId,
    PersonId,
    RestrictionId,
    RoleId,
    SchemeId,
    SenderId,
    SignInId,
    TaskId,
    TokenId,
)
from custodiet.model.imported import Imported
from custodiet.model.instruction import Instruction
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpEnded,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.model.message import Message
from custodiet.model.message_record import ContactGiven, MessageOpened, MessageSettled, OfficeWritten, TimeReminded
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.model.mode import Category, ModeCode
from custodiet.model.notice_record import NoticeServed, TranslationApproved, TranslationChecked, TranslationDrafted
from custodiet.model.place_record import PlaceAdded, PlacesLoaded
from custodiet.model.recording import RecordingApproved, RecordingKept
from custodiet.model.register import Register
from custodiet.model.restricting import HeldBack, RestrictionStep
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.model.scheme import Scheme
from custodiet.model.staff import Assignment, Conflict, Cover, Role
from custodiet.model.times import LATEST_MS, from_ms
from custodiet.model.training_record import TrainingRecorded
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.model.word import Word


@dataclass(frozen=True, slots=True)
class LogOpened:
    """The first entry of a log: its origin and the vault's public keys, pinned from here on."""

    origin: str
    log_key: bytes
    issue_key: bytes
    assessed: bool = False
    """Whether every decision in this log rests on an assessment; in one of an earlier version the first ones do not."""
    told: bool = False
    """Whether nobody in this log is monitored before the notice was given; in an earlier one the first ones are."""
    tellable: bool = False
    """Whether the rung of each decision in this log can tell its conditions; in an earlier one of some it may not."""
    ordered: bool = False
    """Whether each ending of an order in this log says who ended it; in an earlier one those by its maker do not."""


@dataclass(frozen=True, slots=True)
class LogHead:
    """How far a log goes: its origin, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class LogReopened:
    """A restore: the log before is closed at its highest known head, and this one goes on from what was kept.

    The entries that were kept are this log's first ones; this record's own is the next. `lost` counts entries of the
    closed log that are not among them.
    """

    origin: str
    log_key: bytes
    issue_key: bytes
    closed: LogHead
    kept: LogHead
    lost: int
    ordered_by: ActorId


@dataclass(frozen=True, slots=True)
class SchemeRegistered:
    """A scheme as registered."""

    scheme: Scheme


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A person's file opened; the person has no name here, only a key for their handles."""

    person: Person
    case: Case


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """The name, sealed under the person's record key, and how they are reached; empty: as it was."""

    person_id: PersonId
    name_sealed: bytes
    contact_sealed: bytes = b""
    """As earlier versions wrote it; now there is ContactGiven."""


@dataclass(frozen=True, slots=True)
class CaseImported:
    """A case came out of a file, opened in the same transaction."""

    imported: Imported


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    """A device taken into stock."""

    device: Device


@dataclass(frozen=True, slots=True)
class FittingMade:
    """A device given to a person."""

    fitting: Fitting
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class FittingEnded:
    """A device taken off or back; tokens issued at this fitting end with it."""

    fitting_id: FittingId
    removed_at: datetime
    removed: tuple[RemovedFix, ...] = ()
    tokens: tuple[TokenId, ...] = ()
    """Tokens that were to end later: they end now. Those without an end need not be named."""
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class SenderIssued:
    """A sender and its first token, of which only the hash is known."""

    sender: Sender
    token: Token


@dataclass(frozen=True, slots=True)
class SenderRotated:
    """A new token for a sender; the ones before it end at a time, so that whoever sends can change over."""

    token: Token
    ending: tuple[TokenId, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SenderScoped:
    """Devices that a sender may speak for from now on, and devices for which it no longer does."""

    sender_id: SenderId
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenEnded:
    """Tokens of one sender that speak no longer; a sender whose last token ended has ended for good."""

    sender_id: SenderId
    token_ids: tuple[TokenId, ...]
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class InstructionAcknowledged:
    """Someone at the sender's says that they were told."""

    instruction_id: InstructionId
    at: datetime
    by: ActorId


@dataclass(frozen=True, slots=True)
class DecisionProposed:
    """A proposal, which authorises nothing."""

    decision: Decision
    rests_on: AssessmentId | None = None
    """The assessment of a higher rung that it steps down from or narrows; None: its own follows."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What happens to the decision that another one follows."""

    decision_id: DecisionId
    ends_at: datetime
    clocks: tuple[RetentionClock, ...]
    removed: tuple[RemovedFix, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The second person's yes (or the entry of an order): from `starts_at` it authorises."""

    decision_id: DecisionId
    approved_by: ActorId
    made_at: datetime
    succeeds: Succession | None = None
    instructions: tuple[Instruction, ...] = ()
    tasks: tuple[Task, ...] = ()
    lowered_by: ActorId | None = None
    """Who stepped down to it, alone: whoever approved the higher rung approved this one with it."""


@dataclass(frozen=True, slots=True)
class DecisionRefused:
    """The second person's no, or the proposer taking it back. It is no ground for detaining anyone."""

    decision_id: DecisionId
    at: datetime | None = None
    by: ActorId | None = None
    offers: ModeCode | None = None
    no_ground_for_detention: bool = False
    """True in every record that says when; those of earlier versions say nothing."""


@dataclass(frozen=True, slots=True)
class DecisionSuspended:
    """A pause of collection."""

    decision_id: DecisionId
    from_at: datetime
    removed: tuple[RemovedFix, ...] = ()
    tasks: tuple[Task, ...] = ()
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionResumed:
    """The end of a pause."""

    decision_id: DecisionId
    from_at: datetime
    to_at: datetime
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionEnded:
    """Any ending, with everything it sets going: collection off, retention on, a task, late-timed fixes gone."""

    decision_id: DecisionId
    state: State
    ended_at: datetime
    clocks: tuple[RetentionClock, ...]
    tasks: tuple[Task, ...]
    removed: tuple[RemovedFix, ...]
    restarted: tuple[RetentionClock, ...] = ()
    """Clocks that stood already (it had been succeeded) and now start earlier."""
    tainted: tuple[AlertId, ...] = ()
    """Alerts that rest on an annulled interval: they accuse nobody any more."""
    instructions: tuple[Instruction, ...] = ()
    reason: EndReason | None = None
    ended_by: ActorId | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionSet:
    """A zone of a decision, its geometry sealed."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AbsenceAuthorised:
    """The person need not keep a condition for a while; alerts that fall in it accuse nobody any more."""

    absence: Absence
    weakened: tuple[AlertId, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovalBooked:
    """A device may come off for a while, for a hospital or a swap: no sensor speaks of tampering meanwhile (R79)."""

    fitting_id: FittingId
    during: Interval
    weakened: tuple[AlertId, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """An alert that the passing of time raised; those from fixes stand in the record of their ingest."""

    raised: Raised


@dataclass(frozen=True, slots=True)
class AlertEnded:
    """What an alert is about is over without a fix: its window has closed."""

    alert_id: AlertId
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class AlertMoved:
    """What someone did with an alert, and why (sealed)."""

    alert_id: AlertId
    move: AlertMove
    state: AlertState
    by: ActorId
    at: datetime
    reasons_sealed: bytes = b""
    enquiry_due_at: datetime | None = None
    until: datetime | None = None
    """Of a suspension: until when it is set aside."""
    claim: Claim | None = None
    """Of a claim: what the alert is about. The vault has it from here, since fixes raise alerts outside the ledger."""


@dataclass(frozen=True, slots=True)
class AlertWeakened:
    """Something speaks against an alert: from now on it accuses nobody."""

    alert_id: AlertId
    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class ReplyRecorded:
    """What the person said to an enquiry."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class StatementMade:
    """A dated fact with an author."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class ReviewWarned:
    """So many days before a decision lapses unless it is reviewed, someone was told."""

    decision_id: DecisionId
    days: int
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class SilenceFound:
    """A device has said nothing since, while our own path was up: a task, and no word about the person."""

    fitting_id: FittingId
    since_at: datetime
    suspends: bool
    """Whether it has lasted so long that the decision is suspended along with this."""
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class OutageFound:
    """Our own path was down: one fact for everyone, on nobody's record."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class TasksOverdue:
    """Tasks whose time has passed undone."""

    task_ids: tuple[TaskId, ...]


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A task done."""

    task_id: TaskId
    done_at: datetime


@dataclass(frozen=True, slots=True)
class RecordKey:
    """A person's record key: the public half, signed by the vault."""

    person_id: PersonId
    public: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class DayKey:
    """The public half of the key of one person, category and UTC day, signed by the vault."""

    person_id: PersonId
    category: Category
    day: date
    public: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class KeysIssued:
    """Public keys the vault issued."""

    record_keys: tuple[RecordKey, ...]
    day_keys: tuple[DayKey, ...]


@dataclass(frozen=True, slots=True)
class DestroyedDay:
    """A day whose private key is gone. `issued`: whether the public half stands in the tables."""

    person_id: PersonId
    category: Category
    day: date
    destroyed_at: datetime
    issued: bool


@dataclass(frozen=True, slots=True)
class KeysDestroyed:
    """Keys that no longer exist: what was sealed to them opens for nobody, and nothing more is sealed to them."""

    days: tuple[DestroyedDay, ...]


@dataclass(frozen=True, slots=True)
class OpeningsRecovered:
    """Openings whose entries a restore lost: those entries' own bytes, as the vault kept them."""

    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ZonesReleased:
    """Zone geometry asked for by a monitor, to be held in memory while its decisions are in force."""

    monitor: str
    condition_ids: tuple[ConditionId, ...]


@dataclass(frozen=True, slots=True)
class CopyGiven:
    """The person's own copy, asked for by them or for them."""

    person_id: PersonId
    case_id: CaseId
    held_back: tuple[HeldBack, ...] = ()
    """Positions of these times are left out: that right is restricted."""


@dataclass(frozen=True, slots=True)
class StaffProposed:
    """A role proposed for an account; it gives nothing yet."""

    role: Role


@dataclass(frozen=True, slots=True)
class StaffJoined:
    """The second person's yes to a role; nobody's under the recorded exception for the first ones (`first`)."""

    role_id: RoleId
    approved_by: ActorId | None
    at: datetime
    first: bool = False


@dataclass(frozen=True, slots=True)
class StaffReturned:
    """The second person's no to a role, or its proposer has left."""

    role_id: RoleId


@dataclass(frozen=True, slots=True)
class StaffLeft:
    """A role ended: from now on it gives nothing. `hand_over`: cases left without an officer who can see them."""

    role_id: RoleId
    at: datetime
    hand_over: tuple[CaseId, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseAssigned:
    """A case given to an account. `ended`: accounts that have handed it over with this."""

    assignment: Assignment
    ended: tuple[ActorId, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverGiven:
    """A case in a second caseworker's sight for a while."""

    cover: Cover


@dataclass(frozen=True, slots=True)
class ConflictDeclared:
    """A conflict of interest: the case is hidden from the account that has it."""

    conflict: Conflict


@dataclass(frozen=True, slots=True)
class CaseRecordGiven:
    """A case's record (name, zones, notes) asked for by someone in whose sight it is: once in a session of theirs."""

    case_id: CaseId
    by: ActorId
    sign_in: SignInId
    attachment_id: AttachmentId | None = None
    """Only this file of it, whole: each time an entry of its own."""
    hold_id: HoldId | None = None
    """Only why this hold was asked for, to whoever may say yes to it: each time an entry of its own."""
    restriction_id: RestrictionId | None = None
    """Only how this restriction was weighed, to whoever answers it: each time an entry of its own."""
    glass_id: GlassId | None = None
    """Only why someone looked alone, to whoever is to assess it: each time an entry of its own."""
    misuse_id: MisuseId | None = None
    """Only what this report of suspected misuse says, to whoever answers it: each time an entry of its own."""

    @property
    def is_whole(self) -> bool:
        """Whether it is the record itself that was asked for, and no part of it alone."""
        parts = (self.attachment_id, self.hold_id, self.restriction_id, self.glass_id, self.misuse_id)
        return all(one is None for one in parts)


@dataclass(frozen=True, slots=True)
class CaseListGiven:
    """The names on one list of cases, asked for by someone in whose sight they are."""

    case_ids: tuple[CaseId, ...]
    by: ActorId
    sign_in: SignInId


@dataclass(frozen=True, slots=True)
class TablesVerified:
    """A replay of the ledger against the tables, asked for; digests leave the vault, contents do not."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """So many reports of one hour and scheme with one outcome and reason ('' for none)."""

    hour: datetime
    scheme_id: str
    outcome: str
    reason: str
    reports: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """One ingest transaction, staged: chained to the partition's previous one, entered later by the sequencer.

    `root` is the RFC 6962 root over its sealed pieces and new sessions; `pieces` and `sessions` count them.
    """

    partition: int
    number: int
    at: datetime
    pieces: int
    sessions: int
    root: bytes
    previous: bytes
    tallies: tuple[Tally, ...]
    detail: bytes = b""
    """Salted digest of what was judged (IngestDetail); empty when nothing was."""
    ledger_size: int = 0
    """How many entries there were when it was written: so much of the ledger had happened before it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """When a fitting was last heard of, and the newest fix time that was judged."""

    fitting_id: FittingId
    contact_at: datetime
    newest_fix_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeardTogether:
    """Contacts of many at one moment, as columns: of everyone who is worn there is one every few minutes."""

    contact_at: datetime
    fittings: tuple[FittingId, ...]
    newest_fix_ms: tuple[int, ...]
    """Of each the newest fix time that was judged, in ms since 1970 UTC."""

    def __post_init__(self) -> None:
        """Raise IllegalValue for what no contacts are."""
        if not self.fittings or len(self.fittings) != len(self.newest_fix_ms):
            raise IllegalValue("of each fitting one time")
        if min(self.newest_fix_ms) < 0 or max(self.newest_fix_ms) > LATEST_MS:
            raise IllegalValue("no time at which a fix may be")

    def each(self) -> Iterator[Contact]:
        """One by one."""
        for fitting_id, newest_ms in zip(self.fittings, self.newest_fix_ms, strict=True):
            yield Contact(fitting_id, self.contact_at, from_ms(newest_ms))


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a fix of that time was judged and dropped: without a place, and only so that it is not judged again."""

    fitting_id: FittingId
    decision_id: DecisionId
    at: datetime


@dataclass(frozen=True, slots=True)
class AfterStop:
    """So many reports that a sender sent for a fitting after collection by it had been stopped; all were refused."""

    sender_id: SenderId
    fitting_id: FittingId
    reports: int
    last_at: datetime
    """When the last of them reached us."""


@dataclass(frozen=True, slots=True)
class IngestDetail:
    """What one ingest transaction judged, kept beside its record so that it can be erased without it."""

    watches: tuple[Watch, ...] = ()
    device_watches: tuple[DeviceWatch, ...] = ()
    raised: tuple[Raised, ...] = ()
    ended: tuple[Ended, ...] = ()
    weakened: tuple[Weakened, ...] = ()
    tasks: tuple[Task, ...] = ()
    contacts: tuple[Contact, ...] = ()
    words: tuple[Word, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    after_stop: tuple[AfterStop, ...] = ()
    messages: tuple[Message, ...] = ()
    heard: tuple[HeardTogether, ...] = ()

    def all_contacts(self) -> tuple[Contact, ...]:
        """Those of many at one moment, too."""
        return (*self.contacts, *chain.from_iterable(one.each() for one in self.heard))


@dataclass(frozen=True, slots=True)
class IngestEntered:
    """A partition's newest ingest record taken into the ledger; it vouches for all before it."""

    partition: int
    number: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class RefusalsCounted:
    """The refusals of one hour and scheme, as entered."""

    hour: datetime
    scheme_id: str
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Reassessed:
    """An activation that carries new decisions no longer than this: what it rested on is another from then on."""

    act: int
    mode: ModeCode
    until_at: datetime


@dataclass(frozen=True, slots=True)
class RegisterAmended:
    """A version of a scheme's register, and from when on it holds; what it puts into re-assessment stands beside it."""

    number: int
    effective_at: datetime
    register: Register
    reassessed: tuple[Reassessed, ...] = ()
    restarted: tuple[RetentionClock, ...] = ()
    """Clocks that a shorter rule makes run out earlier."""


@dataclass(frozen=True, slots=True)
class DpiaWritten:
    """A version of a scheme's assessment; what is said of it later stands in records of its own."""

    dpia: Dpia
    reassessed: tuple[Reassessed, ...] = ()


@dataclass(frozen=True, slots=True)
class DpoAdvised:
    """The data protection officer's advice on one version of an assessment."""

    scheme_id: SchemeId
    advice: DpoAdvice


@dataclass(frozen=True, slots=True)
class AdviceDeparted:
    """Someone senior goes on against that advice, and says why (R29)."""

    scheme_id: SchemeId
    departure: Departure


@dataclass(frozen=True, slots=True)
class ConsultationRecorded:
    """What those affected said, or why they were not asked (R30)."""

    scheme_id: SchemeId
    consultation: Consultation


@dataclass(frozen=True, slots=True)
class PriorConsultationRecorded:
    """That the regulator was consulted beforehand, and what it answered when it has (R28)."""

    scheme_id: SchemeId
    prior: PriorConsultation


@dataclass(frozen=True, slots=True)
class OperationProposed:
    """That operations of a scheme begin is proposed. The entry's place names the act."""

    scheme_id: SchemeId
    modes: tuple[ModeCode, ...]
    register_number: int
    dpia_version: int
    rests_on: tuple[str, ...]
    """Of each mode: a fingerprint of what it rests on."""
    proposed_by: ActorId
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class ActivatedMode:
    """One operation that begins, and when it is over if nothing happens before."""

    mode: ModeCode
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperationActivated:
    """The second person's yes: from now on decisions may rest on these operations."""

    act: int
    scheme_id: SchemeId
    approved_by: ActorId
    activated_at: datetime
    modes: tuple[ActivatedMode, ...]


@dataclass(frozen=True, slots=True)
class OperationRefused:
    """The second person's no, or the proposer taking it back."""

    act: int
    scheme_id: SchemeId
    refused_by: ActorId
    at: datetime


@dataclass(frozen=True, slots=True)
class OperationClosed:
    """An operation ends for good: nothing new rests on this act. Decisions in force go on until their review."""

    act: int
    scheme_id: SchemeId
    mode: ModeCode
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What of one category was left when a scheme ended, and between which dates it has to be gone."""

    category: Category
    remaining: int
    first_due_at: datetime | None
    last_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SchemeEnded:
    """A scheme ended, and its officers' decisions with it, each in an entry of its own, in the same transaction.

    Orders go on until their makers end them.
    """

    scheme_id: SchemeId
    ended_at: datetime
    ended_by: ActorId
    decisions: int
    plan: tuple[PlanLine, ...]


Record = (
    LogOpened
    | LogReopened
    | SchemeRegistered
    | CaseOpened
    | PersonNamed
    | CaseImported
    | DeviceRegistered
    | FittingMade
    | FittingEnded
    | DeviceNoted
    | InspectionDue
    | SenderIssued
    | SenderRotated
    | SenderScoped
    | TokenEnded
    | InstructionAcknowledged
    | DecisionProposed
    | DecisionMade
    | DecisionRefused
    | DecisionSuspended
    | DecisionResumed
    | DecisionEnded
    | ConditionSet
    | NoticeServed
    | TranslationDrafted
    | TranslationChecked
    | TranslationApproved
    | FactRecorded
    | RepresentationsInvited
    | RepresentationMade
    | RepresentationAnswered
    | ScreeningCompleted
    | AssessmentRecorded
    | ExemptionOverridden
    | DraftSaved
    | DraftDropped
    | RungRefused
    | DecisionReturned
    | DecisionNarrowed
    | ReviewOpened
    | ReviewDecided
    | ReviewMissed
    | StopEntered
    | StopChecked
    | StopEscalated
    | AbsenceAuthorised
    | RemovalBooked
    | AlertRaised
    | AlertEnded
    | AlertMoved
    | AlertWeakened
    | ReplyRecorded
    | ContactTried
    | AttachmentKept
    | AccountOpened
    | AccountClosed
    | SessionsEnded
    | StatementMade
    | ReviewWarned
    | SilenceFound
    | OutageFound
    | TasksOverdue
    | TaskDone
    | ContactGiven
    | MessageOpened
    | MessageSettled
    | OfficeWritten
    | KeysIssued
    | KeysDestroyed
    | ErasureDue
    | DayErased
    | HoldAsked
    | HoldAnswered
    | CopyTold
    | QuarantineEnded
    | OpeningsRecovered
    | ZonesReleased
    | CopyGiven
    | StaffProposed
    | StaffJoined
    | StaffReturned
    | StaffLeft
    | CaseAssigned
    | CoverGiven
    | ConflictDeclared
    | CaseRecordGiven
    | CaseListGiven
    | LookUpAsked
    | LookUpApproved
    | LookUpRefused
    | LookUpEnded
    | ReadingOpened
    | QuestionAsked
    | LookRefused
    | AgencyAsked
    | AgencyRefused
    | AgencyTurnedAway
    | ReleaseApproved
    | PackGiven
    | PackReceived
    | PackRecalled
    | ReleaseAssessed
    | SampleDrawn
    | TablesVerified
    | IngestEntered
    | RefusalsCounted
    | RegisterAmended
    | DpiaWritten
    | DpoAdvised
    | AdviceDeparted
    | ConsultationRecorded
    | PriorConsultationRecorded
    | OperationProposed
    | OperationActivated
    | OperationRefused
    | OperationClosed
    | SchemeEnded
    | TrainingRecorded
    | TimeReminded
    | RecordingKept
    | RecordingApproved
    | PlacesLoaded
    | PlaceAdded
    | UnmaskAsked
    | UnmaskApproved
    | UnmaskRefused
    | UnmaskedOpened
    | RestrictionAsked
    | RestrictionAnswered
    | GlassBroken
    | GlassAssessed
    | MisuseReported
    | MisuseAnswered
)

_KIND: dict[type, EntryKind] = {
    LogOpened: EntryKind.LOG_OPENED,
    LogReopened: EntryKind.LOG_REOPENED,
    SchemeRegistered: EntryKind.SCHEME_REGISTERED,
    CaseOpened: EntryKind.CASE_OPENED,
    PersonNamed: EntryKind.PERSON_NAMED,
    CaseImported: EntryKind.CASE_IMPORTED,
    DeviceRegistered: EntryKind.DEVICE_REGISTERED,
    FittingMade: EntryKind.FITTING_MADE,
    FittingEnded: EntryKind.FITTING_ENDED,
    DeviceNoted: EntryKind.DEVICE_NOTED,
    InspectionDue: EntryKind.INSPECTION_DUE,
    SenderIssued: EntryKind.SENDER_ISSUED,
    SenderRotated: EntryKind.SENDER_ROTATED,
    SenderScoped: EntryKind.SENDER_SCOPED,
    TokenEnded: EntryKind.TOKEN_ENDED,
    InstructionAcknowledged: EntryKind.INSTRUCTION_ACKNOWLEDGED,
    DecisionProposed: EntryKind.DECISION_PROPOSED,
    DecisionMade: EntryKind.DECISION_MADE,
    DecisionRefused: EntryKind.DECISION_REFUSED,
    DecisionSuspended: EntryKind.DECISION_SUSPENDED,
    DecisionResumed: EntryKind.DECISION_RESUMED,
    ConditionSet: EntryKind.CONDITION_SET,
    NoticeServed: EntryKind.NOTICE_SERVED,
    TranslationDrafted: EntryKind.TRANSLATION_DRAFTED,
    TranslationChecked: EntryKind.TRANSLATION_CHECKED,
    TranslationApproved: EntryKind.TRANSLATION_APPROVED,
    FactRecorded: EntryKind.FACT_RECORDED,
    RepresentationsInvited: EntryKind.REPRESENTATIONS_INVITED,
    RepresentationMade: EntryKind.REPRESENTATION_MADE,
    RepresentationAnswered: EntryKind.REPRESENTATION_ANSWERED,
    ScreeningCompleted: EntryKind.SCREENING_COMPLETED,
    AssessmentRecorded: EntryKind.ASSESSMENT_RECORDED,
    ExemptionOverridden: EntryKind.EXEMPTION_OVERRIDDEN,
    DraftSaved: EntryKind.DRAFT_SAVED,
    DraftDropped: EntryKind.DRAFT_DROPPED,
    RungRefused: EntryKind.RUNG_REFUSED,
    DecisionReturned: EntryKind.DECISION_RETURNED,
    DecisionNarrowed: EntryKind.DECISION_NARROWED,
    ReviewOpened: EntryKind.REVIEW_OPENED,
    ReviewDecided: EntryKind.REVIEW_DECIDED,
    ReviewMissed: EntryKind.REVIEW_MISSED,
    StopEntered: EntryKind.STOP_ENTERED,
    StopChecked: EntryKind.STOP_CHECKED,
    StopEscalated: EntryKind.STOP_ESCALATED,
    AbsenceAuthorised: EntryKind.ABSENCE_AUTHORISED,
    RemovalBooked: EntryKind.REMOVAL_BOOKED,
    AlertRaised: EntryKind.ALERT_RAISED,
    AlertEnded: EntryKind.ALERT_ENDED,
    AlertWeakened: EntryKind.ALERT_WEAKENED,
    ReplyRecorded: EntryKind.REPLY_RECORDED,
    ContactTried: EntryKind.CONTACT_TRIED,
    AttachmentKept: EntryKind.ATTACHMENT_KEPT,
    AccountOpened: EntryKind.ACCOUNT_OPENED,
    AccountClosed: EntryKind.ACCOUNT_CLOSED,
    SessionsEnded: EntryKind.SESSIONS_ENDED,
    StatementMade: EntryKind.STATEMENT_MADE,
    ReviewWarned: EntryKind.REVIEW_WARNED,
    SilenceFound: EntryKind.SILENCE_FOUND,
    OutageFound: EntryKind.OUTAGE_FOUND,
    TasksOverdue: EntryKind.TASKS_OVERDUE,
    TaskDone: EntryKind.TASK_DONE,
    ContactGiven: EntryKind.CONTACT_GIVEN,
    MessageOpened: EntryKind.MESSAGE_OPENED,
    MessageSettled: EntryKind.MESSAGE_SETTLED,
    OfficeWritten: EntryKind.OFFICE_WRITTEN,
    KeysIssued: EntryKind.KEYS_ISSUED,
    KeysDestroyed: EntryKind.KEYS_DESTROYED,
    ErasureDue: EntryKind.ERASURE_DUE,
    HoldAsked: EntryKind.HOLD_ASKED,
    QuarantineEnded: EntryKind.QUARANTINE_ENDED,
    OpeningsRecovered: EntryKind.OPENINGS_RECOVERED,
    ZonesReleased: EntryKind.ZONES_RELEASED,
    CopyGiven: EntryKind.COPY_GIVEN,
    StaffProposed: EntryKind.STAFF_PROPOSED,
    StaffJoined: EntryKind.STAFF_JOINED,
    StaffReturned: EntryKind.STAFF_RETURNED,
    StaffLeft: EntryKind.STAFF_LEFT,
    CaseAssigned: EntryKind.CASE_ASSIGNED,
    CoverGiven: EntryKind.COVER_GIVEN,
    ConflictDeclared: EntryKind.CONFLICT_DECLARED,
    CaseRecordGiven: EntryKind.CASE_RECORD_GIVEN,
    CaseListGiven: EntryKind.CASE_LIST_GIVEN,
    LookUpAsked: EntryKind.LOOK_UP_ASKED,
    LookUpApproved: EntryKind.GRANT_GIVEN,
    LookUpRefused: EntryKind.LOOK_UP_REFUSED,
    LookUpEnded: EntryKind.LOOK_UP_ENDED,
    ReadingOpened: EntryKind.READING_OPENED,
    QuestionAsked: EntryKind.QUESTION_ASKED,
    LookRefused: EntryKind.LOOK_REFUSED,
    AgencyAsked: EntryKind.AGENCY_ASKED,
    AgencyRefused: EntryKind.AGENCY_REFUSED,
    AgencyTurnedAway: EntryKind.AGENCY_TURNED_AWAY,
    ReleaseApproved: EntryKind.RELEASE_APPROVED,
    PackGiven: EntryKind.PACK_GIVEN,
    PackReceived: EntryKind.PACK_RECEIVED,
    PackRecalled: EntryKind.PACK_RECALLED,
    ReleaseAssessed: EntryKind.RELEASE_ASSESSED,
    SampleDrawn: EntryKind.SAMPLE_DRAWN,
    TablesVerified: EntryKind.TABLES_VERIFIED,
    IngestEntered: EntryKind.INGEST_ENTERED,
    RefusalsCounted: EntryKind.REFUSALS_COUNTED,
    RegisterAmended: EntryKind.REGISTER_AMENDED,
    DpiaWritten: EntryKind.DPIA_WRITTEN,
    DpoAdvised: EntryKind.DPO_ADVISED,
    AdviceDeparted: EntryKind.ADVICE_DEPARTED,
    ConsultationRecorded: EntryKind.CONSULTATION_RECORDED,
    PriorConsultationRecorded: EntryKind.REGULATOR_CONSULTED,
    OperationProposed: EntryKind.OPERATION_PROPOSED,
    OperationActivated: EntryKind.OPERATION_ACTIVATED,
    OperationRefused: EntryKind.OPERATION_REFUSED,
    OperationClosed: EntryKind.OPERATION_CLOSED,
    SchemeEnded: EntryKind.SCHEME_ENDED,
    TrainingRecorded: EntryKind.STAFF_TRAINED,
    TimeReminded: EntryKind.TIME_REMINDED,
    RecordingKept: EntryKind.RECORDING_KEPT,
    RecordingApproved: EntryKind.RECORDING_APPROVED,
    PlacesLoaded: EntryKind.PLACES_LOADED,
    PlaceAdded: EntryKind.PLACE_ADDED,
    UnmaskAsked: EntryKind.UNMASK_ASKED,
    UnmaskApproved: EntryKind.UNMASK_APPROVED,
    UnmaskRefused: EntryKind.UNMASK_REFUSED,
    UnmaskedOpened: EntryKind.READING_UNMASKED,
    RestrictionAsked: EntryKind.RESTRICTION_ASKED,
    GlassBroken: EntryKind.GLASS_BROKEN,
    GlassAssessed: EntryKind.GLASS_ASSESSED,
    MisuseReported: EntryKind.MISUSE_REPORTED,
    MisuseAnswered: EntryKind.MISUSE_ANSWERED,
}
_ENDING_KIND: dict[State, EntryKind] = {
    State.LAPSED: EntryKind.DECISION_LAPSED,
    State.EXPIRED: EntryKind.DECISION_EXPIRED,
    State.WITHDRAWN: EntryKind.DECISION_WITHDRAWN,
    State.ANNULLED: EntryKind.DECISION_ANNULLED,
}
_MOVE_KIND: dict[AlertMove, EntryKind] = {
    AlertMove.CLAIM: EntryKind.ALERT_CLAIMED,
    AlertMove.RELEASE: EntryKind.ALERT_RELEASED,
    AlertMove.TRIAGE: EntryKind.ALERT_TRIAGED,
    AlertMove.CLEAR: EntryKind.ALERT_CLEARED,
    AlertMove.SUSPECT: EntryKind.BREACH_SUSPECTED,
    AlertMove.ENQUIRE: EntryKind.ENQUIRY_OPENED,
    AlertMove.EXCUSE: EntryKind.BREACH_EXCUSED,
    AlertMove.DECIDE: EntryKind.BREACH_DECIDED,
    AlertMove.NOTIFY: EntryKind.BREACH_NOTIFIED,
    AlertMove.SUSPEND: EntryKind.ALERT_SUSPENDED,
}


_HOLD_KIND: dict[HoldStep, EntryKind] = {
    HoldStep.PLACED: EntryKind.HOLD_PLACED,
    HoldStep.REFUSED: EntryKind.HOLD_REFUSED,
    HoldStep.ENDED: EntryKind.HOLD_ENDED,
}
_RESTRICTION_KIND: dict[RestrictionStep, EntryKind] = {
    RestrictionStep.PLACED: EntryKind.RESTRICTION_PLACED,
    RestrictionStep.REFUSED: EntryKind.RESTRICTION_REFUSED,
    RestrictionStep.ENDED: EntryKind.RESTRICTION_ENDED,
}
_COPY_KIND: dict[CopyStep, EntryKind] = {
    CopyStep.OFFERED: EntryKind.COPY_OFFERED,
    CopyStep.TAKEN: EntryKind.COPY_TAKEN,
    CopyStep.DECLINED: EntryKind.COPY_DECLINED,
}


def kind_of(record: Record) -> EntryKind:
    """The one kind of entry that this record may stand under. Raises IllegalValue for an ending that is none."""
    if isinstance(record, DecisionEnded):
        if record.state not in _ENDING_KIND:
            raise IllegalValue("an ending that does not end")
        return _ENDING_KIND[record.state]
    if isinstance(record, AlertMoved):
        return _MOVE_KIND[record.move]
    if isinstance(record, HoldAnswered):
        return _HOLD_KIND[record.step]
    if isinstance(record, RestrictionAnswered):
        return _RESTRICTION_KIND[record.step]
    if isinstance(record, CopyTold):
        return _COPY_KIND[record.step]
    if isinstance(record, DayErased):
        return EntryKind.DAY_REKEYED if record.kept_digest else EntryKind.DAY_ERASED
    return _KIND[type(record)]
