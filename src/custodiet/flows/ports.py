"""What flows ask of the world, as promises. Adapters keep them; tests hold them to it on the real store.

Every writing method takes the entry that accounts for it: a change without its entry cannot be written down here.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from custodiet.model.act import Act, ActorFacts, Thing, Verdict
from custodiet.model.alert import Alert, AlertState, AlertStep, CameOfAlerts, Reply, Statement
from custodiet.model.assessment import Assessment
from custodiet.model.attachment import Attachment
from custodiet.model.case import Case, Person, RetentionClock, Task, TaskKind
from custodiet.model.condition import Condition, ConditionKind, Interval
from custodiet.model.contact_record import ContactTried
from custodiet.model.day import DayLine
from custodiet.model.decision import Decision
from custodiet.model.desk import Note, RaisedBy, Stock, ToInspect, Wear
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.disclosure import Pack, Requested, Step
from custodiet.model.disclosure_record import AgencyTurnedAway, SampleDrawn
from custodiet.model.dpia import Activation, Consultation, Departure, Dpia, DpoAdvice, PriorConsultation
from custodiet.model.draft import Draft
from custodiet.model.ending import Stop
from custodiet.model.entry import Entry
from custodiet.model.erasing import KeptStep, Remains, StandingHold
from custodiet.model.erasing_record import CopyTold, DayGone, RemovedFix
from custodiet.model.exemption import Overridden
from custodiet.model.fact import CaseFact, FactKind
from custodiet.model.glass import Broken
from custodiet.model.identity import (
    ActorId,
    AlertId,
    CaseId,
    ConditionId,
    DecisionId,
    DeviceId,
    FittingId,
    GlassId,
    HoldId,
    InstructionId,
    LookUpId,
    MessageId,
    MisuseId,
    PersonId,
    RecordingId,
    RepresentationId,
    RequestId,
    RestrictionId,
    ReviewId,
    RoleId,
    SchemeId,
    SenderId,
    SessionId,
    SignInId,
    StopId,
    TaskId,
    TranslationId,
    UnmaskId,
)
from custodiet.model.imported import Imported
from custodiet.model.instruction import Instruction, What
from custodiet.model.look_record import LookRefused
from custodiet.model.look_up import Question, Standing
from custodiet.model.look_up import Reading as LookReading
from custodiet.model.message import ContactDetails, Delivery, Outgoing, Posted, Template
from custodiet.model.misuse import StandingMisuse
from custodiet.model.mode import Category
from custodiet.model.notice import Served, TextOf, Translation
from custodiet.model.outcome import Outcome
from custodiet.model.partitions import Seats
from custodiet.model.record import (
    Contact,
    DayKey,
    IngestDetail,
    Ingested,
    Record,
    RecordKey,
    RefusalsCounted,
    SchemeEnded,
)
from custodiet.model.recording import Recording
from custodiet.model.register import RegisterVersion
from custodiet.model.representation import Invitation, Representation
from custodiet.model.restricting import StandingRestriction
from custodiet.model.review import Review, Used
from custodiet.model.scheme import Scheme
from custodiet.model.screening import Screening
from custodiet.model.session import Frame, Session
from custodiet.model.staff import Assignment, Conflict, Cover, Function, Role
from custodiet.model.stored import (
    DayOf,
    DetailRow,
    EntryRow,
    Gathered,
    Holding,
    IngestRow,
    JudgedChange,
    Narrowed,
    Pulse,
    Removal,
    RoleStanding,
    SaltedDetail,
    Seen,
    StandingChange,
    Times,
    WholeFrame,
)
from custodiet.model.streets import Square, Streets
from custodiet.model.training_record import TrainingRecorded
from custodiet.model.unmask import UnmaskedReading, Unmasking
from custodiet.model.word import Word

if TYPE_CHECKING:  # who takes nothing at once needs no NumPy
    from custodiet.wire.columns import SealedPieces, ToSeal


class Clock(Protocol):
    """The time. Aware UTC, cut to the millisecond; it may jump."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class Chance(Protocol):
    """Randomness fit for keys, except where a seeded one is allowed by name (tests, simulation, demo)."""

    def draw(self, count: int) -> bytes:
        """So many random bytes."""
        ...

    def identity(self, prefix: str) -> str:
        """A new identity: the prefix, '_' and 20 random characters."""
        ...


class Sealer(Protocol):
    """Sealing as adapters/sealing.py does it."""

    def seal_to(self, public: bytes, plain: bytes, context: bytes) -> bytes: ...
    def open_with(self, private: bytes, sealed: bytes, context: bytes) -> bytes: ...
    def public_of(self, private: bytes) -> bytes: ...
    def seal_under(self, key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes: ...
    def open_under(self, key: bytes, sealed: bytes, context: bytes) -> bytes: ...
    def opening_under(self, key: bytes) -> Callable[[bytes, bytes], bytes]: ...
    def telling_apart(self, key: bytes) -> Callable[[bytes], bytes]: ...
    def commitment(self, key: bytes, session_id: SessionId) -> bytes: ...
    def seal_for(self, recipient: str, plain: bytes) -> bytes:
        """An age file that only the holder of that recipient's identity opens. Raises IllegalValue for no recipient."""
        ...


class SealsMany(Protocol):
    """Sealing of fixes that lie in rows, and the hashes over them: as adapters/sealing_many.py does it one by one."""

    def seal(self, these: "ToSeal", nonces: bytes) -> "SealedPieces":
        """Each under its key and bound to its context; the nonces, as many, lie one behind the other, all fresh."""
        ...

    def root(self, leaves: bytes) -> bytes:
        """As rules.chain.root, of leaves that lie one behind the other."""
        ...


class Tables(Protocol):
    """Tables that follow from the ledger, as digests of their rows."""

    def replayed_tables(self) -> tuple[str, ...]: ...

    def row_digests(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        """Digest of each row's key with digest of the whole row, one row after the other."""
        ...

    def form_digests(self) -> dict[bytes, bytes]:
        """Digest of each table's, index's and trigger's name to digest of its definition."""
        ...


class Reading(Tables, Protocol):
    """A consistent view of the store. Raises NotFound for what does not exist."""

    def scheme(self, scheme_id: SchemeId) -> Scheme:
        """A scheme as it was registered; as its register has it now is flows/scheme_now.py's to tell."""
        ...

    def scheme_ids(self) -> tuple[SchemeId, ...]: ...
    def registers(self, scheme_id: SchemeId) -> tuple[RegisterVersion, ...]:
        """Every version of a scheme's register, the first one first; none for a scheme that has none yet."""
        ...

    def dpias(self, scheme_id: SchemeId) -> tuple[Dpia, ...]:
        """Every version of its assessment as it was written, the first one first."""
        ...

    def dpo_advices(self, scheme_id: SchemeId) -> tuple[DpoAdvice, ...]: ...
    def departures(self, scheme_id: SchemeId) -> tuple[Departure, ...]: ...
    def consultations(self, scheme_id: SchemeId) -> tuple[Consultation, ...]: ...
    def prior_consultations(self, scheme_id: SchemeId) -> tuple[PriorConsultation, ...]:
        """In the order they were recorded: the last one of a version says how it stands."""
        ...

    def activations(self, scheme_id: SchemeId) -> tuple[Activation, ...]:
        """Every authorising act of its operations, the first one first: waiting, refused, standing and over."""
        ...

    def scheme_ending(self, scheme_id: SchemeId) -> SchemeEnded | None:
        """How the scheme ended, if it was ended."""
        ...

    def retention_clocks_of(self, scheme_id: SchemeId) -> tuple[RetentionClock, ...]: ...
    def decisions_under(self, scheme_id: SchemeId) -> tuple[Decision, ...]: ...
    def left_of(self, scheme_id: SchemeId) -> dict[Category, int]:
        """What is left of a scheme: sealed person-days that still open (trail, evidence), alerts, and outcomes."""
        ...

    def case(self, case_id: CaseId) -> Case: ...
    def case_by_reference(self, reference: str) -> Case: ...
    def some_case(self, after: str) -> Case | None:
        """Any one: the first whose identity comes after this text, else the first of all. None: there is none."""
        ...

    def person(self, person_id: PersonId) -> Person: ...
    def is_named(self, person_id: PersonId) -> bool:
        """Whether a name was recorded, which stands sealed."""
        ...

    def imported(self, case_id: CaseId) -> Imported | None:
        """Where a case came from that came out of a file."""
        ...

    def device(self, device_id: DeviceId) -> Device: ...
    def fitting(self, fitting_id: FittingId) -> Fitting: ...
    def sender(self, sender_id: SenderId) -> Sender:
        """A sender, with the devices it may speak for now."""
        ...

    def senders(self) -> tuple[Sender, ...]:
        """All of them, by label."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """Every token, the oldest first."""
        ...

    def tokens_of(self, sender_id: SenderId) -> tuple[Token, ...]: ...
    def tokens_of_fitting(self, fitting_id: FittingId) -> tuple[Token, ...]: ...
    def speaks_for(self, serial: str, at: datetime) -> tuple[SenderId, ...]:
        """Senders with that device in their scope and a token that speaks then."""
        ...

    def instruction(self, instruction_id: InstructionId) -> Instruction: ...
    def told(self, serial: str) -> dict[SenderId, tuple[tuple[datetime, What], ...]]:
        """What each sender was told about that device, from when on: the earliest first."""
        ...

    def instructions_overdue(self, at: datetime, limit: int) -> tuple[Instruction, ...]:
        """Instructions that hold and were not acknowledged in time, the longest due first."""
        ...

    def instructions_unsettled(self, at: datetime, limit: int) -> tuple[Instruction, ...]:
        """Instructions that hold and are not acknowledged, and stops after which reports still came."""
        ...

    def reports_after(self, stop: Instruction) -> int:
        """Reports that the sender still sent for the device, by whole hours of which the last report came after it."""
        ...

    def stop_tasks_open(self, fittings: Collection[FittingId]) -> frozenset[FittingId]:
        """Which of these fittings someone has an open task about, at whose end the device reports no more."""
        ...

    def decision(self, decision_id: DecisionId) -> Decision: ...
    def task(self, task_id: TaskId) -> Task: ...
    def record_key(self, person_id: PersonId) -> RecordKey | None: ...
    def decisions(self) -> tuple[Decision, ...]: ...
    def decisions_of_cases(self, cases: Collection[CaseId]) -> tuple[Decision, ...]:
        """The decisions of these cases, of a page's worth of them."""
        ...

    def cases(self) -> tuple[Case, ...]: ...
    def cases_like(
        self,
        words: str,
        holding: Holding | None,
        at: datetime,
        limit: int,
        skip: int,
        within: Collection[CaseId] | None = None,
        after: tuple[str, str] | None = None,
    ) -> tuple[Case, ...]:
        """Cases whose reference holds these words, and of which that holds, by reference; all of them or these.

        `after`: only those beyond a reference and the case that has it.
        """
        ...

    def count_cases(
        self, words: str, holding: Holding | None, at: datetime, within: Collection[CaseId] | None = None
    ) -> int:
        """How many there are of them."""
        ...

    def without_officer(self, case_ids: Collection[CaseId], at: datetime) -> frozenset[CaseId]:
        """Of these the ones that are in the sight of no officer of their own."""
        ...

    def open_tasks(self) -> tuple[Task, ...]: ...
    def tasks_due(self, limit: int, within: Collection[CaseId] | None = None) -> tuple[tuple[Task, ...], int]:
        """Open tasks, the first due first, and how many more there are; of all cases or these."""
        ...

    def tasks_of(self, case_id: CaseId) -> tuple[Task, ...]:
        """A case's tasks, done ones too."""
        ...

    def open_tasks_of(self, cases: Collection[CaseId]) -> tuple[Task, ...]:
        """Open tasks of these cases, of a page's worth of them."""
        ...

    def references(self, cases: Collection[CaseId]) -> dict[CaseId, str]:
        """The references of these cases, of a page's worth of them."""
        ...

    def alerts_of_case(self, case_id: CaseId, limit: int) -> tuple[Alert, ...]:
        """A case's alerts, the newest first."""
        ...

    def came_of_alerts(self, scheme_id: SchemeId, since: datetime) -> tuple[CameOfAlerts, ...]:
        """What became of a scheme's alerts raised since then, by matter; those of service left out."""
        ...

    def reports_counted(self) -> Mapping[tuple[str, str], int]:
        """By outcome and reason, of all hours and schemes together."""
        ...

    def decisions_running_out(self, before: datetime, limit: int, *, skip: int = 0) -> tuple[DecisionId, ...]:
        """Made or paused decisions whose end has come, the earliest first, less the first few."""
        ...

    def followers(self, decision_id: DecisionId) -> tuple[Decision, ...]:
        """Decisions that follow this one."""
        ...

    def decisions_wanting_keys(self, now: datetime, since: int = 0) -> tuple[tuple[int, DecisionId], ...]:
        """(ledger index of its making, decision) of each decision with a wanted day that has no key; `since`: of those
        that entries from that place on have changed.
        """
        ...

    def cases_wanting_record_keys(self, since: int = 0) -> tuple[int, ...]:
        """Ledger indices, from `since` on, of the entries that opened cases whose person has no record key."""
        ...

    def has_day_key(self, key: DayKey) -> bool:
        """Whether a key stands for that person, category and day."""
        ...

    def condition(self, condition_id: ConditionId) -> Condition: ...
    def conditions_of(self, decision_id: DecisionId) -> tuple[Condition, ...]: ...
    def in_force_among(self, conditions: Collection[ConditionId], at: datetime) -> tuple[Condition, ...]:
        """Those of these whose decision is in force."""
        ...

    def absences(self, condition_id: ConditionId) -> tuple[Interval, ...]: ...
    def alert(self, alert_id: AlertId) -> Alert: ...
    def alerts(self, states: Collection[AlertState], limit: int) -> tuple[Alert, ...]:
        """Alerts in these states, the oldest first."""
        ...

    def alerts_of(self, decision_id: DecisionId) -> tuple[Alert, ...]: ...
    def steps_of(self, alert_id: AlertId) -> tuple[AlertStep, ...]:
        """What people did with an alert, in the ledger's order."""
        ...

    def replies(self, alert_id: AlertId) -> tuple[Reply, ...]: ...
    def contacts_tried(self, alert_id: AlertId) -> tuple[ContactTried, ...]:
        """How the person was tried about an alert, in the ledger's order."""
        ...

    def contacts_since(self, case_id: CaseId, since: datetime) -> tuple[ContactTried, ...]:
        """How the person was tried about any alert of a case, from a time on, in the ledger's order."""
        ...

    def in_hand(self, by: ActorId) -> tuple[Alert, ...]:
        """Alerts that someone holds and has not settled, the oldest first."""
        ...

    def statements(self, case_id: CaseId) -> tuple[Statement, ...]: ...
    def going_on(self) -> tuple[Alert, ...]:
        """Alerts of which what they are about has not ended."""
        ...

    def alerts_on(self, condition_id: ConditionId) -> tuple[Alert, ...]: ...
    def of_kind_in_force(self, kind: ConditionKind, at: datetime) -> tuple[Condition, ...]: ...
    def crossed_wrongly(self, at: datetime) -> tuple[Condition, ...]:
        """Zones in force but curfews that devices judge by themselves, of which the newest crossing was to the wrong
        side, and that were not always asked: they have hours, or somebody was allowed to be away.
        """
        ...

    def fittings_of(self, case_id: CaseId) -> tuple[Fitting, ...]: ...
    def quiet_fittings(self, before: datetime) -> tuple[Fitting, ...]:
        """Devices on someone and not heard of after that instant."""
        ...

    def decisions_of(self, case_id: CaseId) -> tuple[Decision, ...]: ...
    def proposals_of(self, actor: ActorId) -> tuple[Decision, ...]:
        """What this account proposed and nobody has answered."""
        ...

    def standing_in(
        self, scheme_id: SchemeId, which: Narrowed, at: datetime, limit: int, skip: int = 0
    ) -> tuple[tuple[str, Decision], ...]:
        """Its decisions that stand or are to come, each with its case's reference, by that."""
        ...

    def count_standing_in(self, scheme_id: SchemeId, which: Narrowed, at: datetime) -> int:
        """How many there are of them."""
        ...

    def proposals_in(
        self, schemes: Collection[SchemeId], limit: int, offset: int = 0, words: str = ""
    ) -> tuple[Decision, ...]:
        """What waits for a yes in these schemes, the longest waiting first; `words`: a part of its case's reference."""
        ...

    def count_proposals(self, schemes: Collection[SchemeId], words: str = "") -> int: ...
    def role(self, role_id: RoleId) -> Role: ...
    def roles(self) -> tuple[Role, ...]:
        """Every role that was ever proposed, the earliest first."""
        ...

    def roles_like(
        self,
        words: str,
        function: Function | None,
        scheme_id: SchemeId | None,
        standing: RoleStanding,
        at: datetime,
        limit: int,
        skip: int,
    ) -> tuple[Role, ...]:
        """Roles whose account holds these words and that stand so, by account; of every function and scheme or one."""
        ...

    def count_roles(
        self,
        words: str,
        function: Function | None,
        scheme_id: SchemeId | None,
        standing: RoleStanding,
        at: datetime,
    ) -> int:
        """How many there are of them."""
        ...

    def roles_of(self, actor: ActorId) -> tuple[Role, ...]: ...
    def roles_as(self, function: Function) -> tuple[Role, ...]: ...
    def roles_proposed_by(self, actor: ActorId) -> tuple[Role, ...]:
        """Roles that this account proposed and nobody has answered."""
        ...

    def assignments_of(self, case_id: CaseId) -> tuple[Assignment, ...]:
        """To whom a case was ever given, in order."""
        ...

    def covers_of(self, case_id: CaseId) -> tuple[Cover, ...]: ...
    def conflicts_in(self, case_id: CaseId) -> tuple[Conflict, ...]: ...
    def cases_given_to(self, actor: ActorId) -> tuple[CaseId, ...]:
        """Cases that an account has and has not handed over, whatever became of its role."""
        ...

    def caseload(self, actor: ActorId, at: datetime, limit: int) -> tuple[CaseId, ...]:
        """Cases in a caseworker's sight now: their own and those they cover, without conflicts; by reference."""
        ...

    def officers_of(self, case_id: CaseId, at: datetime) -> frozenset[ActorId]:
        """A case's own caseworkers whose roles are in force."""
        ...

    def case_record_given(self, case_id: CaseId, to: ActorId, sign_in: SignInId) -> int | None:
        """The place of the entry by which a case's record was given in that session."""
        ...

    def attachments_of(self, case_id: CaseId) -> tuple[Attachment, ...]:
        """Files attached in a case, the first first; their contents stay in their records."""
        ...

    def own_places(self, person_id: PersonId) -> int:
        """How many places a person has added, for the limit alone: nobody is told."""
        ...

    def contact(self, fitting_id: FittingId) -> Contact | None: ...
    def reached_by(self, person_id: PersonId) -> ContactDetails | None:
        """How a person is to be written to; None for someone who is not."""
        ...

    def devices_like(self, words: str, limit: int, skip: int, stock: Stock | None = None) -> tuple[Device, ...]:
        """Devices whose serial holds these words, by serial; only those that are there, or wherever they are."""
        ...

    def count_devices(self, words: str, stock: Stock | None = None) -> int: ...
    def fittings_unseen(self, scheme_id: SchemeId, at: datetime, since: datetime, limit: int) -> tuple[Fitting, ...]:
        """Devices on someone under a decision of this scheme that stands, fitted by `since` and not inspected after it.

        Without those that a task already asks to inspect.
        """
        ...

    def to_inspect(self, limit: int) -> tuple[ToInspect, ...]:
        """Devices on someone that an open task asks to inspect, the first due first."""
        ...

    def count_to_inspect(self) -> int: ...
    def wear(self, now: datetime) -> tuple[Wear, ...]:
        """What the devices of each batch went through until now, by batch; those of none first."""
        ...

    def count_stock(self) -> dict[Stock, int]:
        """How many devices are where; where there are none is left out."""
        ...

    def fittings_with(self, device_id: DeviceId) -> tuple[Fitting, ...]:
        """Whom a device was ever on, the earliest first."""
        ...

    def notes_of(self, device_id: DeviceId) -> tuple[Note, ...]:
        """What the desk noted of a device, in order."""
        ...

    def raised_by(self, device_id: DeviceId) -> tuple[RaisedBy, ...]:
        """What a device ever raised, by matter."""
        ...

    def posted(self, message_id: MessageId) -> Posted: ...
    def posted_to(self, case_id: CaseId, limit: int) -> tuple[Posted, ...]:
        """Messages to the person of a case, and to an office about it, the newest first."""
        ...

    def last_posted(self, fitting_id: FittingId, template: Template) -> datetime | None:
        """When a message of that kind about that device was last caused."""
        ...

    def posts_due(self, at: datetime, limit: int) -> tuple[Posted, ...]:
        """Messages that are to leave by then, the earliest first."""
        ...

    def posts_in(self, states: Collection[Delivery], limit: int) -> tuple[Posted, ...]: ...
    def posts_too_late(self, at: datetime, limit: int) -> tuple[Posted, ...]:
        """Messages that are of no use any more, and that nobody is sending."""
        ...

    def outgoing(self) -> Outgoing: ...
    def reviews_to_warn_of(self, now: datetime, marks: Collection[int]) -> tuple[DecisionId, ...]:
        """Decisions of which rules.reviews.warning_due says that a warning is due, the earliest review first.

        `marks`: so many days before a review.
        """
        ...

    def warned(self, decision_id: DecisionId) -> frozenset[int]:
        """How many days before its review someone was told of it."""
        ...

    def silences(self, fitting_id: FittingId, since: datetime) -> frozenset[bool]:
        """Silences found that began then or later: whether each suspended the decision."""
        ...

    def outages(self, until: datetime) -> tuple[Interval, ...]:
        """Times our own path was down that reach past that instant."""
        ...

    def pulse_seen(self) -> Pulse | None:
        """When our own path last proved itself up."""
        ...

    def tasks_past_due(self, at: datetime, limit: int) -> tuple[TaskId, ...]:
        """Open tasks whose time has passed and that are not marked overdue."""
        ...

    def open_task(self, decision_id: DecisionId, kind: TaskKind) -> bool:
        """Whether a task of that kind waits for someone."""
        ...

    def fixes_from(self, decision_id: DecisionId, at: datetime) -> tuple[RemovedFix, ...]:
        """Stored fixes of a decision timed at or after an instant, as the removals they would be."""
        ...

    def fixes_on(self, decision_id: DecisionId, category: Category, day: date) -> tuple[RemovedFix, ...]:
        """The same, of all that is stored of one category, decision and UTC day."""
        ...

    def clocks_run_out(self, at: datetime, limit: int) -> tuple[RetentionClock, ...]:
        """Retention clocks that have run out over something sealed, with no erasure begun; the earliest due first."""
        ...

    def retention_clock(self, decision_id: DecisionId, category: Category) -> RetentionClock | None: ...
    def erasures_open(self, since: int) -> tuple[int, ...]:
        """Places from one on, in order, of erasures that have anything left, of whatever day."""
        ...

    def erasures_unfinished(self, at: datetime, among: Collection[int]) -> tuple[int, ...]:
        """Those of these places, in order, whose erasure has days left which may be closed by then, held or not."""
        ...

    def erasure_at(self, entry: int) -> tuple[DecisionId, Category] | None:
        """What the erasure at a place is of."""
        ...

    def day_is_erased(self, decision_id: DecisionId, category: Category, day: date) -> bool: ...
    def remains_of(self, of: DecisionId | None = None) -> tuple[Remains, ...]:
        """What is sealed and not erased, by decision and category, the earliest due first."""
        ...

    def remains_due(
        self, at: datetime, schemes: Collection[SchemeId] | None, limit: int, skip: int = 0, words: str = ""
    ) -> tuple[Remains, ...]:
        """The same, of what is past its rule by then and not in quarantine, in these schemes or in all.

        `words`: of cases whose reference holds them; here and where it stands below.
        """
        ...

    def remains_quarantined(
        self, schemes: Collection[SchemeId] | None, limit: int, words: str = ""
    ) -> tuple[Remains, ...]:
        """The same, of what waits in quarantine for the data protection officer."""
        ...

    def days_left(self, decision_id: DecisionId, category: Category) -> tuple[date, ...]:
        """The days of it that are not erased, in order."""
        ...

    def misuse(self, misuse_id: MisuseId) -> StandingMisuse: ...
    def misuses(
        self, schemes: Collection[SchemeId] | None, limit: int, *, waiting: bool = False
    ) -> tuple[StandingMisuse, ...]:
        """Reports of suspected misuse in these schemes or all, the newest first; those that wait if that is asked."""
        ...

    def misuses_by(self, actor: ActorId, limit: int) -> tuple[StandingMisuse, ...]:
        """What this account reported."""
        ...

    def restriction(self, restriction_id: RestrictionId) -> StandingRestriction: ...
    def restrictions_of(self, case_id: CaseId) -> tuple[StandingRestriction, ...]:
        """Restrictions of a right that were ever asked for in a case, the newest first."""
        ...

    def restrictions(
        self, schemes: Collection[SchemeId] | None, limit: int, skip: int = 0
    ) -> tuple[StandingRestriction, ...]:
        """The same of these schemes or all."""
        ...

    def hold(self, hold_id: HoldId) -> StandingHold: ...
    def holds_of(self, case_id: CaseId) -> tuple[StandingHold, ...]:
        """Holds that were ever asked for in a case."""
        ...

    def holds(
        self, at: datetime, limit: int, schemes: Collection[SchemeId] | None = None, words: str = ""
    ) -> tuple[StandingHold, ...]:
        """Holds that keep something, or wait for a second person, in these schemes or all; the first to end first."""
        ...

    def holds_waiting(self, at: datetime, schemes: Collection[SchemeId]) -> tuple[StandingHold, ...]:
        """Holds of these schemes that wait for a second person."""
        ...

    def kept_steps(self, case_id: CaseId) -> tuple[KeptStep, ...]:
        """All that was done about keeping and erasing in a case, the newest first."""
        ...

    def copy_told(self, decision_id: DecisionId) -> tuple[CopyTold, ...]:
        """How far it is with the person's copy of what an annulled decision collected."""
        ...

    def quarantine_ended_at(self, decision_id: DecisionId) -> datetime | None:
        """When it was decided that what an annulled decision collected is erased; None: it was not."""
        ...

    def day_key_public(self, person_id: PersonId, category: Category, day: date) -> tuple[bytes, bool] | None:
        """The public half that was issued, and whether it is said to be destroyed; None: no row speaks of that day."""
        ...

    def fixes_of_fitting_from(self, fitting_id: FittingId, at: datetime) -> tuple[RemovedFix, ...]:
        """Stored fixes of a fitting timed at or after an instant, as the removals they would be."""
        ...

    def facts(self, case_id: CaseId) -> tuple[CaseFact, ...]:
        """The facts of a case, as they were recorded."""
        ...

    def newest_fact(self, case_id: CaseId, *kinds: FactKind) -> CaseFact | None:
        """The one recorded last, of these kinds."""
        ...

    def first_invitation(self, case_id: CaseId) -> Invitation | None: ...
    def representation(self, representation_id: RepresentationId) -> Representation: ...
    def representations(self, case_id: CaseId) -> tuple[Representation, ...]: ...
    def newest_screening(self, case_id: CaseId) -> Screening | None: ...
    def assessment_of(self, decision_id: DecisionId) -> Assessment | None:
        """What a decision rests on; None for one of before there were assessments, and for rung 0."""
        ...

    def draft(self, case_id: CaseId, author: ActorId) -> Draft | None:
        """What they have begun to assess in this case and not sent."""
        ...

    def drafts_of(self, author: ActorId) -> tuple[Draft, ...]:
        """The same in all cases, the longest ago first."""
        ...

    def drafts_in(self, case_id: CaseId) -> tuple[Draft, ...]:
        """Whoever has begun one in this case."""
        ...

    def drafts_past(self, at: datetime, limit: int) -> tuple[Draft, ...]:
        """Drafts whose days are over."""
        ...

    def is_alike(self, case_id: CaseId, signature: bytes) -> bool:
        """Whether a text of another case is nearly the same."""
        ...

    def texts_alike(self) -> tuple[int, int]:
        """(texts that are nearly another case's, all texts) of assessments."""
        ...

    def notices_served(self, case_id: CaseId) -> tuple[Served, ...]:
        """Every giving of the notice to a person, the first one first."""
        ...

    def notices_served_under(self, scheme_id: SchemeId) -> tuple[Served, ...]:
        """The same for everyone with a case in a scheme."""
        ...

    def translation(self, translation_id: TranslationId) -> Translation: ...
    def translations(self, scheme_id: SchemeId, of: TextOf = TextOf.NOTICE) -> tuple[Translation, ...]:
        """Every translation of a text of a scheme's, the first one first."""
        ...

    def recording(self, recording_id: RecordingId) -> Recording: ...
    def recordings(self, scheme_id: SchemeId) -> tuple[Recording, ...]:
        """Every recording of a scheme's notice without its content, the first one first."""
        ...

    def recording_content(self, recording_id: RecordingId) -> bytes:
        """What is heard, as it stands in the store."""
        ...

    def trainings_of(self, actor: ActorId) -> tuple[TrainingRecorded, ...]:
        """Every training of an account, the earliest first."""
        ...

    def outcomes_under(self, scheme_id: SchemeId, since: datetime) -> tuple[Outcome, ...]:
        """What became of every proposal under a scheme that was assessed since then, the earliest first."""
        ...

    def review(self, review_id: ReviewId) -> Review: ...
    def reviews_of(self, decision_id: DecisionId) -> tuple[Review, ...]: ...
    def evidence_pending(self, case_id: CaseId) -> bool:
        """Whether a review that new evidence opened waits for its decision."""
        ...

    def overridden(self, limit: int) -> tuple[Overridden, ...]:
        """Exemptions that were overridden, the newest first."""
        ...

    def review_due_at(self, decision_id: DecisionId) -> datetime:
        """When its review is due: as the newest decided review says, or else as the decision does."""
        ...

    def reviews_missed(self, decision_id: DecisionId) -> tuple[datetime, ...]:
        """Days on which a review of an order was due and not made: they stand for good."""
        ...

    def orders_past_review(self, at: datetime, limit: int) -> tuple[DecisionId, ...]:
        """Orders whose review is past its day, and that is not recorded yet."""
        ...

    def used_since(self, decision_id: DecisionId, since: datetime) -> Used:
        """What was used of a decision since then."""
        ...

    def day(
        self,
        cases: Collection[CaseId],
        before: datetime,
        after: tuple[datetime, str] | None,
        limit: int,
        words: str = "",
    ) -> tuple[DayLine, ...]:
        """What is to be done for these cases, by due time and subject, after that line; reviews due by an instant.

        `words`: of cases whose reference holds them.
        """
        ...

    def stop(self, stop_id: StopId) -> Stop: ...
    def stops_unfinished(self, at: datetime, limit: int) -> tuple[StopId, ...]:
        """Stops with decisions that nothing has touched since it was entered, and that still stand."""
        ...

    def stopped_and_untouched(self, stop_id: StopId, limit: int) -> tuple[DecisionId, ...]:
        """Decisions a stop is about that nothing has touched since it was entered."""
        ...

    def stop_checked(self, stop_id: StopId) -> bool: ...
    def stops_waiting(self, limit: int, offset: int = 0, words: str = "") -> tuple[StopId, ...]:
        """Stops that no second person has looked at, the longest waiting first, late or not.

        `words`: those about a case whose reference holds them.
        """
        ...

    def stops_unchecked(self, at: datetime, limit: int) -> tuple[StopId, ...]:
        """Stops that nobody looked at in time, and nobody was told of."""
        ...

    def look_up(self, look_up_id: LookUpId) -> Standing: ...
    def look_ups_of(self, case_id: CaseId) -> tuple[tuple[Standing, int], ...]:
        """A case's look-ups, the newest first, each with the place of the entry that asked."""
        ...

    def look_ups_waiting(self, schemes: Collection[SchemeId], now: datetime, limit: int) -> tuple[Standing, ...]:
        """Those that wait for a second person in these schemes, the longest waiting first."""
        ...

    def look_up_waits(self, case_id: CaseId, now: datetime) -> bool:
        """Whether one of a case does."""
        ...

    def entries_of_look_up(self, look_up_id: LookUpId) -> dict[str, int]:
        """The places of what was answered: `look_up_grant`, `look_up_refusal`, `look_up_ending`, as far as there is."""
        ...

    def readings_of(self, case_id: CaseId) -> tuple[tuple[LookReading, int], ...]:
        """A case's readings, the newest first, each with its entry's place."""
        ...

    def questions_of(self, case_id: CaseId) -> tuple[tuple[Question, int], ...]: ...
    def questions_about(self, person_id: PersonId, since: datetime) -> tuple[datetime, ...]:
        """When questions about a person were asked after that instant, by whomever."""
        ...

    def looks_refused(self, case_id: CaseId) -> tuple[tuple[LookRefused, int], ...]: ...
    def unmasking(self, unmask_id: UnmaskId) -> Unmasking: ...
    def unmaskings_of(self, case_id: CaseId) -> tuple[tuple[Unmasking, dict[str, int]], ...]:
        """A case's requests to unmask, the newest first, each with the places of its entries: `unmask`, `unmask_yes`,
        `unmask_refusal`, as far as there is.
        """
        ...

    def unmaskings_waiting(self, schemes: Collection[SchemeId], now: datetime, limit: int) -> tuple[Unmasking, ...]:
        """Those that wait for a third person in these schemes, the longest waiting first."""
        ...

    def unmask_waits(self, case_id: CaseId, now: datetime) -> bool:
        """Whether one of a case does."""
        ...

    def unmasked_of(self, case_id: CaseId) -> tuple[tuple[UnmaskedReading, int], ...]:
        """A case's readings without masking, the newest first, each with its entry's place."""
        ...

    def glass(self, glass_id: GlassId) -> Broken: ...
    def glasses_of(self, case_id: CaseId) -> tuple[tuple[Broken, int], ...]:
        """A case's looks that somebody took alone, the newest first, each with its entry's place."""
        ...

    def glasses_by(self, actor: ActorId, since: datetime) -> tuple[Broken, ...]:
        """Those by one account since an instant, and earlier ones that nobody assessed."""
        ...

    def glasses_about(self, person_id: PersonId, since: datetime) -> tuple[Broken, ...]:
        """Those about one person since an instant, by whomever."""
        ...

    def glass_assessed_in(self, glass_id: GlassId) -> int | None:
        """The place of the entry that said whether it was needed."""
        ...

    def agency_request(self, request_id: RequestId) -> Requested: ...
    def agency_requests_of(self, case_id: CaseId) -> tuple[tuple[Requested, int], ...]:
        """A case's requests of agencies, the newest first, each with the place of the entry that took it down."""
        ...

    def agency_requests_in(
        self, schemes: Collection[SchemeId] | None, from_at: datetime, to_at: datetime, limit: int
    ) -> tuple[Requested, ...]:
        """Those that were taken in a half-open time, the newest first: of these schemes, or of all."""
        ...

    def agency_waits(self, case_id: CaseId, now: datetime) -> bool:
        """Whether one of a case waits for a second person."""
        ...

    def disclosure_steps(self, request_id: RequestId) -> dict[str, Step]:
        """What came of a request, by the tables that hold it."""
        ...

    def packs_of(self, case_id: CaseId) -> tuple[tuple[Pack, int], ...]: ...
    def turned_away_of(self, case_id: CaseId, limit: int) -> tuple[tuple[AgencyTurnedAway, int], ...]:
        """What agencies wanted about a case that nobody gives, with its entry's place; the newest first."""
        ...

    def turned_away_in(self, schemes: Collection[SchemeId] | None, limit: int) -> tuple[AgencyTurnedAway, ...]:
        """The same in these schemes, or in all of them."""
        ...

    def samples(self, schemes: Collection[SchemeId] | None, limit: int) -> tuple[SampleDrawn, ...]:
        """Samples of requests in these schemes, or in all of them; the newest first."""
        ...

    def version(self) -> int:
        """Of the standing: it changes with everything that standing_since tells."""
        ...

    def standing_since(self, version: int, over_before: datetime = ...) -> StandingChange:
        """What has changed; of conditions those alone whose decision was not over by then, with nothing given all."""
        ...

    def destroyed_days(self, first: date, before: date | None) -> tuple[DayOf, ...]:
        """Whose days, from the first on and before another, have a key that is destroyed."""
        ...

    def day_keys(self, people: Collection[PersonId], day: date) -> Mapping[DayOf, DayKey]:
        """These people's living keys of one day."""
        ...

    def seen_since(self, cursor: int, horizon_ms: int, among: Callable[[FittingId], bool] = ...) -> Seen:
        """When the stored fixes were, in frames placed after the cursor that reach past the horizon; of whom is not
        among those that are asked about, none.
        """
        ...

    def judged_since(self, partition: int, number: int) -> JudgedChange:
        """What ingest records from that number on have judged, with the partition's next number. Of contacts it may be
        all that there are, and is for 0.
        """
        ...

    def newest_frame(self) -> int:
        """The place (seq) of the newest frame, -1 before the first."""
        ...

    def living_day_keys(self, first: date) -> tuple[DayKey, ...]:
        """Keys of that day and later whose private half was not destroyed, as far as the store knows."""
        ...

    def day_key_lives(self, person_id: PersonId, category: Category, day: date) -> bool | None:
        """Whether the key of that day lives; None when none was recorded."""
        ...

    def reopened_log(self) -> str:
        """The origin of the log that the newest restore opened; empty when there was none."""
        ...

    def ledger_size(self) -> int: ...
    def entries(self, start: int, limit: int) -> tuple[EntryRow, ...]:
        """Entries from a place on, in order, with their records."""
        ...

    def leaves(self, after: int = 0) -> list[bytes]:
        """Every leaf hash in order, but for the first so many. Whoever asks again and again asks for what is new."""
        ...

    def newest_ingest(self) -> tuple[IngestRow, ...]:
        """The newest staged record of each partition."""
        ...

    def ingest_entered(self) -> dict[int, int]:
        """Partition to the number of its ingest record that the ledger took in last."""
        ...

    def refusals_to_enter(self, before: datetime) -> tuple[RefusalsCounted, ...]:
        """Refusals of whole hours that ended by then and are not in the ledger yet."""
        ...

    def ingest_records(self, partition: int, start: int, limit: int) -> tuple[IngestRow, ...]: ...
    def details_among(self, partition: int, first: int, last: int) -> dict[int, DetailRow]:
        """By number, of those from the first to the last."""
        ...

    def places_of_details(self) -> list[tuple[int, int]]:
        """(partition, number) of every detail."""
        ...

    def words_since(self, number: int, from_at: datetime) -> tuple[Word, ...]:
        """Words that ingest records kept from a number on, said at or after an instant."""
        ...

    def sightings_since(self, number: int, from_at: datetime, among: Callable[[FittingId], bool] = ...) -> Times:
        """When the fixes were that ingest records judged and dropped from a number on; from 0 on only those timed from
        an instant. Of whom is not among those that are asked about, none.
        """
        ...

    def words_of(self, fitting_id: FittingId, from_at: datetime) -> tuple[Word, ...]:
        """What was said of one fitting at or after an instant, in order."""
        ...

    def words_under(self, decisions: Collection[DecisionId]) -> tuple[Word, ...]:
        """What was said under these decisions, in order of time."""
        ...

    def session(self, no: int) -> Session: ...
    def sessions_of(self, person_id: PersonId, days: tuple[date, date] | None = None) -> dict[int, Session]:
        """A person's sessions by number: all of them, or those of the days from one to another, both included."""
        ...

    def sessions_among(self, partition: int, first: int, last: int) -> dict[int, dict[int, Session]]:
        """By number, the sessions that each ingest transaction from the first to the last began, by theirs."""
        ...

    def frames(self, after_seq: int, limit: int) -> tuple[tuple[int, Frame], ...]:
        """(seq, frame) in order of seq."""
        ...

    def whole_frames(self, after_seq: int, limit: int) -> tuple[WholeFrame, ...]:
        """Frames with what is sealed in them, after a seq and in order of it."""
        ...

    def frame_digest(self, seq: int) -> bytes | None:
        """Of the ingest record that the frame at seq belongs to; None: there is none."""
        ...

    def removed_between(self, first_seq: int, last_seq: int) -> frozenset[tuple[int, int]]:
        """(seq, position) of every fix that was removed from these frames."""
        ...

    def removals_after(self, last: Removal | None, limit: int) -> tuple[Removal, ...]:
        """Removed fixes in the order of their entries, after this one; None: from the first."""
        ...

    def goes_on_after(self, seq: int, last: Removal | None) -> bool:
        """Whether there may be a frame after a seq or a removed fix after this one: faster than to ask for both."""
        ...

    def removal_at(self, partition: int, number: int, position: int) -> Removal | None:
        """What was removed there."""
        ...

    def newest_removal(self) -> Removal | None:
        """The last one in that order."""
        ...

    def frames_among(self, partition: int, first: int, last: int) -> dict[int, Frame]:
        """By number, of those from the first to the last."""
        ...

    def places_of_frames(self) -> list[tuple[int, int]]:
        """(partition, number) of every frame."""
        ...

    def places_of_sessions(self) -> list[tuple[int, int]]:
        """(partition, number) of every session."""
        ...

    def frames_with_removals(self) -> frozenset[tuple[int, int]]:
        """(partition, number) of every frame that a fix was removed from."""
        ...

    def removed_in(self, partition: int, number: int) -> dict[int, bytes]:
        """Position in the frame to the leaf of the piece that stood there."""
        ...


class Acting(Reading, Protocol):
    """One writing transaction, alone in the store. `now` was taken after the lock and never runs backwards."""

    @property
    def now(self) -> datetime: ...
    @property
    def clock_now(self) -> datetime:
        """What the clock itself says: a little before `now` when it was set back. For an end, the earlier is safer."""
        ...

    def write(self, entry: Entry, record: Record) -> int:
        """Append the entry and its record, apply it to the tables; the ledger index. Durable at commit."""
        ...


class Ingesting(Reading, Protocol):
    """One ingest transaction, alone in the store."""

    @property
    def now(self) -> datetime: ...

    def next_session_no(self) -> int: ...
    def chain(self, partition: int) -> tuple[int, bytes]:
        """The partition's next number and its newest record's digest (32 zero bytes before the first)."""
        ...

    def keep(
        self,
        record: Ingested,
        detail: SaltedDetail,
        frame: Frame | None,
        sessions: Sequence[tuple[int, Session]],
    ) -> int | None:
        """Stage the record with what it accounts for; the place (seq) of the frame. Durable at commit."""
        ...

    def pulse(self, gap: timedelta) -> None:
        """Our own path is up; longer than a gap without a pulse is remembered as missed."""
        ...

    def regime(self) -> int:
        """Which way of sharing devices out among gateways stands; 0: none was ever begun."""
        ...

    def fences(self) -> Mapping[int, int]:
        """The number that each partition's writer is held to."""
        ...


class Store(Protocol):
    """The store. Every transaction raises CannotRecord when it cannot be made durable; then nothing changed."""

    def reading(self) -> AbstractContextManager[Reading]: ...
    def acting(self, fence: tuple[str, int] | None = None) -> AbstractContextManager[Acting]:
        """Raises LeaseLost when a fence (lease name, number) is handed in and no longer holds."""
        ...

    def ingesting(self) -> AbstractContextManager[Ingesting]: ...


class Policy(Protocol):
    """What decides acts of people: one text, whose digest can stand beside what it permitted."""

    @property
    def sha256(self) -> bytes: ...
    def may(self, who: ActorFacts, act: Act, thing: Thing) -> Verdict:
        """Whether this account may do this to that, by the facts handed in and nothing else."""
        ...


class Vault(Protocol):
    """The vault, from outside: it is given ledger indices and believes only what it reads there itself.

    Raises VaultUnavailable when it does not answer within about two seconds, OpeningRefused with its reason.
    """

    def keys(self, index: int) -> tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]:
        """Public keys for the case or decision that entry speaks of."""
        ...

    def open(self, index: int) -> Iterator[bytes]:
        """What the opening recorded at that place gives, as JSON lines; each opens once."""
        ...

    def erase(self, index: int) -> Iterator[DayGone]:
        """Destroy what opens the days of the erasure at that place, as far as they are closed; every one that is gone.

        As often as it is asked.
        """
        ...

    def checkpoint(self, size: int = 0) -> str:
        """A signed checkpoint of the ledger as the vault has followed it: all of it, or its first `size` entries."""
        ...


class Tiles(Protocol):
    """Where the log is published: hash tiles and the checkpoint, durable when it returns."""

    @property
    def known(self) -> int:
        """So many of the first leaves need not be told again."""
        ...

    def publish(self, leaves: Sequence[bytes], note: str, after: int = 0) -> None:
        """`leaves`: all but for the first `after`, which it knows."""
        ...


# --- inside the vault -------------------------------------------------------------------------------------------


class Kms(Protocol):
    """Holds one epoch key at a time for long; raises Unready, saying what to do, when it cannot be reached."""

    @property
    def named(self) -> str:
        """Where it is, for people."""
        ...

    def epochs(self) -> tuple[int, ...]:
        """Numbers of the epoch keys it holds, in order."""
        ...

    def begin(self) -> int:
        """Make the next epoch's key; its number. Durable when it returns."""
        ...

    def key(self, epoch: int) -> bytes:
        """32 bytes."""
        ...

    def require(self, epoch: int) -> None:
        """Raise Unready when whoever has that key in memory may open nothing by it now."""
        ...

    def destroy(self, epoch: int) -> None:
        """The key is gone for good when this returns."""
        ...

    def token_ends_in(self) -> timedelta | None:
        """How long what we are known to it by is good for yet; None: without an end."""
        ...


class Seating(Protocol):
    """Where gateways say that they are there, and take partitions. What this gateway says stands under one lease.

    The lease ends unless it is renewed; then all that stands under it is gone at once. Nothing tells us so: whoever
    holds a partition may have lost it by the time it writes, and the store checks its fence. A lease that was renewed
    may be gone all the same (of a server that is cut off, github.com/etcd-io/etcd/issues/15247): look now and then.

    Every call raises CannotRecord when it is not known what came of it. It may have been done, and may be asked again.
    """

    def join(self) -> None:
        """Be there, under a new lease that holds nothing yet. What the one before still holds stays until it ends."""
        ...

    def renew(self) -> bool:
        """False: there is no lease any more, and nothing is held. Then it is to join again."""
        ...

    def look(self) -> Seats:
        """What stands there, and nothing older than this call.

        It may say that this gateway holds what it knows nothing of: by a lease before, or by a call that gave no
        answer. Only a fence that `take` gave is one to write under.
        """
        ...

    def take(self, partition: int) -> int | None:
        """The fence, higher than any that was given for it before; None: another holds it, or our lease before.

        What our lease holds already is taken with the fence that it has. Raises LeaseLost when there is no lease.
        """
        ...

    def give_back(self, partition: int, fence: int) -> None:
        """It is free, if it is still held by that fence; one that was taken since is left as it is."""
        ...

    def leave(self) -> None:
        """Be there no more, and hold nothing. As often as it is asked."""
        ...


class PlaceLists(Protocol):
    """Lists of places near which stays are not shown, by their digests."""

    def read(self, digest: bytes) -> bytes | None:
        """The list with that digest, if it is there whole."""
        ...

    def keep(self, body: bytes) -> bytes:
        """Keep a list, durably. Its digest."""
        ...


class GatheredPieces(Protocol):
    """Each session's sealed fixes beside each other: derived, the vault's own, and nothing is lost with it.

    Every call raises CannotRecord when the file cannot be used now.
    """

    times_lost: int
    """How often it was found damaged and begun anew: nothing that was taken in before is there any more."""

    def newest(self) -> tuple[int, bytes] | None:
        """(seq, digest of the ingest record) of the newest frame taken in."""
        ...

    def last_removal(self) -> Removal | None:
        """The last removal that was followed."""
        ...

    def begin(self, removal: Removal | None) -> None:
        """Forget everything; removals up to this one are followed, since nothing is here that they speak of."""
        ...

    def add(self, gathered: Mapping[int, bytes | bytearray], seq: int, digest: bytes) -> None:
        """By session number all that is new of it, up to the frame at seq. At once or not at all."""
        ...

    def of(self, session: int) -> Gathered:
        """What there is of a session, in order of storing."""
        ...

    def put(self, instead: Mapping[int, Gathered], removal: Removal | None = None) -> None:
        """By session number what there is from now on, and the last removal followed. At once or not at all."""
        ...

    def loose_after(self, session: int, limit: int) -> list[int]:
        """Numbers of sessions that something is not folded of, after this one and in order."""
        ...


class StreetsKept(Protocol):
    """Streets and water of the map that was loaded last, by squares."""

    def keep(self, pieces: Iterable[tuple[Square, str]]) -> None:
        """Keep these, durably, in place of all that was kept before. Raises CannotRecord when it cannot now."""
        ...

    def in_squares(self, squares: Iterable[Square], characters_max: int) -> Streets | None:
        """What lies in these, the first first, as long as there is room; None: nothing is kept, or it is broken."""
        ...


class VaultMemory(Protocol):
    """What the vault remembers of the ledger it follows.

    Every call is durable, and raises CannotRecord when the file cannot be used now.
    """

    def head(self) -> bytes | None:
        """The frontier of the ledger as last followed."""
        ...

    def save_head(self, frontier: bytes) -> None: ...
    def reopened(self) -> dict[int, tuple[bytes, str]]:
        """Place of each entry by which a restore opened a log, to its leaf and the log's origin."""
        ...

    def remember_opening(self, entry: bytes) -> None:
        """The bytes of an entry on which something is about to be opened. Raises CannotRecord when it cannot."""
        ...


class Keystore(VaultMemory, Protocol):
    """The vault's own database: wrapped private keys and what the vault remembers. Every call is durable."""

    def follow_anew(self, frontier: bytes, reopened: dict[int, tuple[bytes, str]]) -> None:
        """From now on another ledger, that a restore gave: its head and the logs it went through. At once or not."""
        ...

    def openings(self) -> tuple[bytes, ...]:
        """The bytes of every entry on which something was opened, in order."""
        ...

    def get(self, name: str) -> tuple[int, bytes] | None:
        """(epoch, wrapped key) by name."""
        ...

    def put(self, name: str, epoch: int, wrapped: bytes) -> None:
        """A new key. Raises TableMismatch when the name is taken or was: a key is never written over, or made again."""
        ...

    def destroy(self, name: str, at: datetime, instead: Sequence[tuple[str, int, bytes]] = ()) -> None:
        """The wrapped form is gone, and no key of that name is ever made again. `instead`: new ones, in the same write.

        Nothing of what is there already, or was destroyed, is put again.
        """
        ...

    def is_destroyed(self, name: str) -> bool: ...
    def destroyed_at(self, name: str) -> datetime | None:
        """Since when there is no key of that name any more; None: none was destroyed."""
        ...

    def destroyed(self) -> dict[str, datetime]:
        """Names of destroyed keys, and since when."""
        ...

    def all(self) -> Iterator[tuple[str, int, bytes]]: ...
    def rewrap(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Replace every wrapped form at once, or none. What they were may lie about until `forget_old_bytes`."""
        ...

    def forget_old_bytes(self) -> None:
        """Nothing of what was replaced or destroyed lies about any more. Raises CannotRecord when that is not so."""
        ...


class Replay(Tables, Protocol):
    """An empty store to replay records into. False: the constraints refuse it, so we never wrote it so."""

    def apply(self, record: Record, index: int) -> bool: ...
    def apply_ingested(self, record: Ingested, detail: IngestDetail) -> bool: ...
