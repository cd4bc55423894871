"""The vault follows the ledger: it reads every entry itself, hashes it onto its own saved head, and believes
nothing else.

Promise: `catch_up` either extends the head by entries that are whole (contiguous, their leaf the hash of their bytes,
their record the one they commit to, of their own kind, about the person they name) or raises OpeningRefused, and then
nothing is opened or signed. What was there when this process started is followed but never opens anything: only an
entry first seen alive may, and it opens as it was followed: it is never read a second time. What is believed here comes
from records alone, never from a table.
"""

from collections import OrderedDict, deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from custodiet.flows.in_vault.breaking import Breaking
from custodiet.flows.in_vault.claims import Claims
from custodiet.flows.in_vault.disclosing import Disclosing, by_of
from custodiet.flows.in_vault.keeping import Keeping
from custodiet.flows.in_vault.looking import Looking
from custodiet.flows.in_vault.rights import Rights
from custodiet.flows.in_vault.staffing import Staffing
from custodiet.flows.in_vault.unmasking import Unmaskings
from custodiet.flows.in_vault.unmasking import by_of as unmasked_by
from custodiet.flows.in_vault.writings import Writings
from custodiet.flows.ports import Clock, Store, VaultMemory
from custodiet.model.alert import Statement
from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionNarrowed,
    DecisionReturned,
    DraftDropped,
    DraftSaved,
    ExemptionOverridden,
    FactRecorded,
    RepresentationMade,
    RepresentationsInvited,
    ReviewDecided,
    ReviewMissed,
    ReviewOpened,
    RungRefused,
    ScreeningCompleted,
)
from custodiet.model.attachment import Attachment, AttachmentKept
from custodiet.model.case import Case, Person, RetentionClock
from custodiet.model.condition import Condition
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import Decision, State, Suspension
from custodiet.model.draft import Draft
from custodiet.model.entry import EntryKind
from custodiet.model.erasing_record import CopyTold, DayErased, ErasureDue, HoldAnswered, HoldAsked, QuarantineEnded
from custodiet.model.errors import IllegalValue, NotTheFormat, OpeningRefused
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.identity import (
    ActorId,
    AttachmentId,
    CaseId,
    ConditionId,
    DecisionId,
    MessageId,
    PersonId,
    SchemeId,
)
from custodiet.model.judging import Judging
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpEnded,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.model.message import MESSENGER, Channel, ContactDetails
from custodiet.model.message_record import ContactGiven, MessageOpened, MessageSettled, TimeReminded
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.model.mode import Category
from custodiet.model.notice_record import NoticeServed
from custodiet.model.place_record import PlaceAdded, PlacesLoaded
from custodiet.model.record import (
    AbsenceAuthorised,
    AlertMoved,
    AlertRaised,
    CaseAssigned,
    CaseImported,
    CaseListGiven,
    CaseOpened,
    CaseRecordGiven,
    ConditionSet,
    ConflictDeclared,
    CopyGiven,
    CoverGiven,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DecisionResumed,
    DecisionSuspended,
    LogOpened,
    LogReopened,
    OpeningsRecovered,
    PersonNamed,
    Record,
    RegisterAmended,
    ReviewWarned,
    SchemeEnded,
    SchemeRegistered,
    StaffJoined,
    StaffProposed,
    StatementMade,
    Succession,
    kind_of,
)
from custodiet.model.register import Recipient, Register, RegisterVersion
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.model.scheme import Scheme
from custodiet.model.screening import Screening
from custodiet.model.staff import Function
from custodiet.model.stored import EntryRow
from custodiet.model.times import EPOCH
from custodiet.rules.access import Ground, Under, ground_of, look_category
from custodiet.rules.chain import Frontier, Tree, leaf_hash
from custodiet.rules.decisions import retention_clocks
from custodiet.rules.messages import in_order
from custodiet.rules.register import in_effect, register_of, rules_for
from custodiet.rules.reviewing import looks_closed
from custodiet.wire.records import ReadEntry, handle_of, read_entry, read_record, record_digest

FRESH = timedelta(seconds=30)
"""How long after it was first seen an entry may open something."""
RECENT = timedelta(hours=1)
"""How far back it is remembered when each entry was written."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Followed:
    """An entry as the vault itself read it, with its record."""

    index: int
    kind: EntryKind
    record: Record
    body: bytes


class Follower:
    """The vault's own reading of the ledger. One thread at a time.

    It is given the vault's own public keys: a ledger that was opened with others is not followed.
    """

    def __init__(
        self, store: Store, keystore: VaultMemory, clock: Clock, log_public: bytes, issue_public: bytes
    ) -> None:
        self._store = store
        self._keystore = keystore
        self._clock = clock
        self._own = (log_public, issue_public)
        self._frontier = Frontier.empty()
        self._saved = 0
        self._latest = EPOCH
        self._recent: deque[tuple[int, datetime]] = deque()
        """Places and times of entries of the last while, for whoever asks since when something is unseen."""
        self._alive: OrderedDict[int, tuple[datetime, Followed]] = OrderedDict()
        """By place, when each was first seen; in the order of that while the clock goes on."""
        self._seen_at = EPOCH
        self._schemes: dict[SchemeId, Scheme] = {}
        self._registers: dict[SchemeId, tuple[RegisterVersion, ...]] = {}
        self._persons: dict[PersonId, Person] = {}
        self._erase_due: dict[tuple[DecisionId, Category], datetime] = {}
        self.keeping = Keeping()
        self.rights = Rights()
        self.log: LogOpened | None = None
        self._opened = 0
        """The place at which this log was opened: it never was as short."""
        self._reopened = ""
        """The origin of the log that a restore opened."""
        self.recovered: set[bytes] = set()
        """Leaves of openings that a restore lost and entered again."""
        self.cases: dict[CaseId, Case] = {}
        self.names_sealed: dict[PersonId, bytes] = {}
        self.contacts_sealed: dict[PersonId, bytes] = {}
        self.decisions: dict[DecisionId, Decision] = {}
        self._decisions_in: dict[CaseId, list[DecisionId]] = {}
        self.conditions: dict[ConditionId, Condition] = {}
        self._conditions_in: dict[DecisionId, list[ConditionId]] = {}
        self.statements: dict[CaseId, list[Statement]] = {}
        self.screenings: dict[CaseId, Screening] = {}
        """The newest of each case."""
        self.drafts: dict[tuple[CaseId, ActorId], Draft] = {}
        self.writings = Writings()
        self.contacts: dict[PersonId, ContactDetails] = {}
        self.attached: dict[AttachmentId, tuple[Attachment, int, bytes]] = {}
        """Files, each without its content, with the place and the leaf of its entry."""
        self._attached_to: dict[CaseId, dict[AttachmentId, None]] = {}
        self.tried: dict[CaseId, list[ContactTried]] = {}
        """Tries to reach people, and their calls in."""
        self.attempts: dict[MessageId, MessageOpened] = {}
        """The newest attempt of each message that came in order: what did not opens nothing."""
        self.staffing = Staffing()
        self.looking = Looking()
        self.claims = Claims()
        self.unmasking = Unmaskings(self.looking)
        self.disclosing = Disclosing()
        self.breaking = Breaking()
        self.places_sha256: bytes | None = None
        """The newest list of places near which stays are not shown; None: none was loaded."""
        self.own_places: dict[PersonId, list[bytes]] = {}
        """Places that people added themselves, sealed."""
        self._review_due: dict[DecisionId, datetime] = {}
        """When the next review of a decision is due, as the newest decided one has said."""
        self._endings: dict[SchemeId, SchemeEnded] = {}
        self.case_at: dict[int, PersonId] = {}
        """Whose case the entry at a place opened."""
        self.made_at: dict[int, DecisionId] = {}
        """Which decision the entry at a place made."""
        self._start()

    def now(self) -> datetime:
        """The clock's time, never before the newest followed entry's: what was past its date stays past it."""
        return max(self._clock.now(), self._latest)

    @property
    def head(self) -> Frontier:
        """How far the ledger was followed."""
        return self._frontier

    def first_after(self, size: int) -> datetime | None:
        """When the first entry after the first `size` was written; None when there is none.

        Of entries older than RECENT only that they are: for those it is EPOCH.
        """
        if size >= self._frontier.size:
            return None
        found = next((at for place, at in self._recent if place == size), None)
        return EPOCH if found is None else found

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` entries that were followed, by leaves that hash to the head.

        Raises OpeningRefused when they do not, and for a size that the log never had.
        """
        if not self._opened < size <= self._frontier.size:
            raise OpeningRefused("the log never had that size")
        with self._store.reading() as view:
            leaves = view.leaves()[: self._frontier.size]
        try:
            tree = Tree(leaves)
        except (TypeError, ValueError):
            raise OpeningRefused("a leaf of the ledger is none") from None
        if tree.root() != self._frontier.root():
            raise OpeningRefused("the ledger does not extend the head this vault saved")
        return tree.root(size)

    def catch_up(self) -> None:
        """Follow what is new. Raises OpeningRefused when the ledger does not extend the saved head."""
        seen_at = self._clock.now()
        self._forget_stale(seen_at)
        try:
            for followed in self._follow():
                self._alive[followed.index] = (seen_at, followed)
        finally:
            # Also when it broke off: nothing is signed or opened on a head that a restart would not remember.
            self._save_head()

    def _forget_stale(self, now: datetime) -> None:
        """Only as many are looked at as go: with many people many are alive at once, and every call comes by here."""
        if now < self._seen_at:  # the clock was set back: the order is lost
            self._alive = OrderedDict((i, one) for i, one in self._alive.items() if now - FRESH <= one[0] <= now)
        self._seen_at = now
        while self._alive:
            oldest = next(iter(self._alive))
            if now - self._alive[oldest][0] <= FRESH:
                return
            del self._alive[oldest]

    def alive(self, index: int) -> Followed:
        """An entry that may open something. Raises OpeningRefused when it is not alive (any more)."""
        if index not in self._alive:
            raise OpeningRefused(
                "this entry opens nothing: it was opened before, is too old, stood here at the start, or is none"
            )
        return self._alive[index][1]

    def spend(self, index: int) -> None:
        """An entry opens once. The vault's own file says that it did before anything has left."""
        self._keystore.remember_opening(self.alive(index).body)
        del self._alive[index]

    def person_of(self, decision: Decision) -> PersonId:
        """Whom a decision is about."""
        return self.cases[decision.case_id].person_id

    def decisions_in(self, case_id: CaseId) -> tuple[Decision, ...]:
        """A case's decisions, proposals too."""
        return tuple(self.decisions[one] for one in self._decisions_in.get(case_id, ()))

    def conditions_of(self, decision_id: DecisionId) -> tuple[Condition, ...]:
        """A decision's conditions."""
        return tuple(self.conditions[one] for one in self._conditions_in.get(decision_id, ()))

    def attached_to(self, case_id: CaseId) -> tuple[Attachment, ...]:
        """The files of a case, each without its content."""
        held = (self.attached[one][0] for one in self._attached_to.get(case_id, {}))
        return tuple(one for one in held if one.case_id == case_id)

    def judging(self, case_id: CaseId) -> Judging:
        """How fixes are judged in a case's scheme."""
        return self._schemes[self.cases[case_id].scheme_id].judging

    def may_ask(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool:
        """Whether someone is a caseworker with this case in sight."""
        return self.staffing.is_caseworker_of(actor, self.cases[case_id], at)

    def may_approve(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool:
        """Whether someone is an authorising officer of the case's scheme, without a conflict of interest in it."""
        return self.staffing.is_second_for(actor, self.cases[case_id], at)

    def may_break(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool:
        """Whether someone is an operator of the case's scheme, without a conflict of interest in it."""
        return self.staffing.is_operator_for(actor, self.cases[case_id], at)

    def may_claim(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool:
        """Whether someone is an operator who may have an alert of a case: as the policy says of claim_alert."""
        return self.may_break(actor, case_id, at)

    def may_assess(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool:
        """Whether someone is the data protection officer, without a conflict of interest in the case."""
        is_dpo = self.staffing.function_of(actor, at) is Function.DPO
        return is_dpo and actor not in self.staffing.conflicted_in(case_id)

    def ground(self, case_id: CaseId) -> Ground:
        """What holds of a case now when someone wants to look."""
        scheme_id, now = self.cases[case_id].scheme_id, self.now()
        register = self._register(scheme_id)
        under = (
            Under(
                one,
                self.erase_due(one, look_category(one)),
                looks_closed(one, self._review_due.get(one.id, one.review_due_at), now),
            )
            for one in self.decisions_in(case_id)
        )
        return ground_of(register, under, self._endings.get(scheme_id), self.staffing.conflicted_in(case_id))

    def recipients(self, case_id: CaseId) -> tuple[Recipient, ...]:
        """Whom the register in effect lets data of a case be given to."""
        return self._register(self.cases[case_id].scheme_id).recipients

    def _register(self, scheme_id: SchemeId) -> Register:
        held = in_effect(self._registers.get(scheme_id, ()), self.now())
        return register_of(self._schemes[scheme_id]) if held is None else held.register

    def erase_due(self, decision: Decision, category: Category) -> datetime | None:
        """When what was collected under a decision is past its retention, whether or not a clock ran; None: not ended.

        By the rules that bound the decision when it was made, or shorter ones since, and never later than a recorded
        ending has said.
        """
        if decision.until is None:
            return None
        scheme_id = self.cases[decision.case_id].scheme_id
        scheme = self._schemes[scheme_id]
        rules = rules_for(scheme, self._registers.get(scheme_id, ()), decision.made_at, decision.until)
        bound = replace(scheme, retention=rules)
        by_rule = {clock.category: clock.erase_due_at for clock in retention_clocks(decision, bound, decision.until)}
        due = [by_rule.get(category, decision.until)]
        if (decision.id, category) in self._erase_due:
            due.append(self._erase_due[decision.id, category])
        return min(due)

    def against_erasing(self, decision: Decision, category: Category) -> str:
        """Why what was collected under a decision is not to be erased now; empty when it is."""
        if not self._is_past(decision, category):
            return "not_due: the retention rule has not run out; it is erased once it has"
        if self.keeping.in_quarantine(decision.id):
            return "in_quarantine: the data protection officer has not decided; it is erased once they have"
        return ""

    def is_erased(self, decision_id: DecisionId, category: Category, day: date) -> bool:
        """Whether an entry says that it has come due, and nothing stands against it on that day."""
        decision = self.decisions[decision_id]
        return (
            self.keeping.is_due(decision_id, category)
            and not self.against_erasing(decision, category)
            and not self.is_held(decision, category, day)
        )

    def is_held(self, decision: Decision, category: Category, day: date) -> bool:
        """Whether a hold keeps what was collected on a day."""
        return self.keeping.keeps(decision.case_id, category, day, self.now())

    def is_withheld(self, decision: Decision, category: Category, day: date) -> bool:
        """Whether what was collected on a day is past its retention and given to nobody, the person included.

        What is held, or came into quarantine before it was past it, is theirs for as long as it is there.
        """
        waits = self.keeping.in_quarantine(decision.id) and not self.keeping.was_past(decision.id, category)
        return self._is_past(decision, category) and not waits and not self.is_held(decision, category, day)

    def _is_past(self, decision: Decision, category: Category) -> bool:
        due = self.erase_due(decision, category)
        return due is not None and due <= self.now()

    def function_of(self, actor: ActorId, at: datetime) -> Function | None:
        """What an account was for at a time."""
        return self.staffing.function_of(actor, at)

    # --- following ---

    def _start(self) -> None:
        """Follow all there is, and hold it against the head saved before."""
        saved = self._keystore.head()
        head = Frontier.empty() if saved is None else Frontier.from_bytes(saved)
        for _ in self._follow(until=head.size):
            pass
        if self._frontier != head:
            raise OpeningRefused("the ledger does not extend the head this vault saved")
        self._saved = head.size
        for _ in self._follow():
            pass
        self._save_head()

    def _save_head(self) -> None:
        if self._frontier.size > self._saved:
            self._keystore.save_head(self._frontier.to_bytes())
            self._saved = self._frontier.size

    def _follow(self, until: int | None = None) -> Iterator[Followed]:
        while until is None or self._frontier.size < until:
            limit = _AT_ONCE if until is None else min(_AT_ONCE, until - self._frontier.size)
            with self._store.reading() as view:
                if view.ledger_size() < self._frontier.size:
                    raise OpeningRefused("the ledger is shorter than this vault has followed")
                rows = view.entries(self._frontier.size, limit)
            if not rows:
                return
            for row in rows:
                if row.index != self._frontier.size:
                    raise OpeningRefused("the ledger skips a place")
                entry, record = _whole(row)
                try:
                    self._require_about(entry, record)
                    _require_by(entry, record)
                    self._note_annulled(record, entry.at)
                    self._believe(row, record)
                    self.staffing.believe(record, self.cases, entry.at)
                    self.writings.believe(record, self.decisions, entry.at, ActorId(entry.actor))
                    self.looking.believe(record, row.index, entry.at, self, self._about(record))
                    self.claims.believe(record, entry.at, self)
                    self.unmasking.believe(record, entry.at, self)
                    self.disclosing.believe(record, entry.at, self)
                    self.rights.believe(record)
                    self.breaking.believe(record, max(entry.at, self._latest), self, self._about(record))
                    if self.keeping.believe(record, row.index, entry.at, self) and isinstance(record, QuarantineEnded):
                        self._shorten(record.restarted)
                except (KeyError, IllegalValue):
                    raise OpeningRefused("an entry speaks of what no entry before it has made") from None
                self._frontier = self._frontier.append(row.leaf)
                self._latest = max(self._latest, entry.at)
                self._recent.append((row.index, entry.at))
                while self._recent[0][1] < self._latest - RECENT:
                    self._recent.popleft()
                yield Followed(row.index, entry.kind, record, row.body)

    def _require_about(self, entry: ReadEntry, record: Record) -> None:
        """An entry shows the person that its record is about: nobody is opened under another's sight."""
        about = self._about(record)
        if about is None:
            return
        if entry.subject != handle_of(self._persons[about].handle_key, entry.index, self._reopened).hex():
            raise OpeningRefused("an entry names another person than its record, or none")

    def _about(self, record: Record) -> PersonId | None:
        match record:
            case CopyGiven(person_id) | PersonNamed(person_id) | PlaceAdded(person_id):
                return person_id
            case DecisionProposed(decision):
                return self.person_of(decision)
            case AlertRaised(raised):
                return self.cases[raised.case_id].person_id
            case AlertMoved(claim=claim) if claim is not None:
                return self.cases[claim.case_id].person_id
            case StatementMade(statement):
                return self.cases[statement.case_id].person_id
            case CaseAssigned(told) | CoverGiven(told) | ConflictDeclared(told) | CaseImported(told):
                return self.cases[told.case_id].person_id
            case (
                FactRecorded(about)
                | RepresentationsInvited(about)
                | RepresentationMade(about)
                | ScreeningCompleted(about)
                | AssessmentRecorded(about)
                | DraftSaved(about)
                | NoticeServed(about)
            ):
                return self.cases[about.case_id].person_id
            case ReviewOpened(review):
                return self.person_of(self.decisions[review.decision_id])
            case ContactGiven(contact):
                return contact.person_id
            case AttachmentKept(attached):
                return self.cases[attached.case_id].person_id
            case ContactTried(case_id=case_id) if case_id is not None:
                return self.cases[case_id].person_id
            case MessageOpened() | MessageSettled():
                return self.cases[record.case_id].person_id
            case TimeReminded(_, _, message):
                return self.cases[message.case_id].person_id
            case LookUpAsked(told) | ReadingOpened(told) | QuestionAsked(told) | GlassBroken(told):
                return self.cases[told.case_id].person_id
            case LookUpApproved(grant):
                return self.cases[self.looking.case_of[grant.look_up_id]].person_id
            case LookUpRefused(look_up_id) | LookUpEnded(look_up_id):
                return self.cases[self.looking.case_of[look_up_id]].person_id
            case HoldAsked(hold):
                return self.cases[hold.case_id].person_id
            case RestrictionAsked(asked) | MisuseReported(asked):
                return self.cases[asked.case_id].person_id
            case RestrictionAnswered(restriction_id):
                return self.cases[self.rights.case_of(restriction_id)].person_id
            case MisuseAnswered(misuse_id):
                return self.cases[self.rights.case_reported(misuse_id)].person_id
            case HoldAnswered(hold_id):
                return self.cases[self.keeping.case_of(hold_id)].person_id
            case GlassAssessed(glass_id):
                return self.cases[self.breaking.case_of(glass_id)].person_id
            case LookRefused(case_id):
                return self.cases[case_id].person_id
            case CaseRecordGiven(case_id) | RungRefused(case_id) | DraftDropped(case_id):
                return self.cases[case_id].person_id
            case ConditionSet(condition):
                return self.person_of(self.decisions[condition.decision_id])
            case AbsenceAuthorised(absence):
                return self.person_of(self.decisions[self.conditions[absence.condition_id].decision_id])
            case (
                DecisionMade(decision_id)
                | DecisionRefused(decision_id)
                | DecisionReturned(decision_id)
                | DecisionNarrowed(decision_id)
                | ExemptionOverridden(decision_id)
                | ReviewMissed(decision_id)
                | DecisionSuspended(decision_id)
                | DecisionResumed(decision_id)
                | DecisionEnded(decision_id)
                | ReviewWarned(decision_id)
                | ErasureDue(decision_id)
                | DayErased(decision_id)
                | CopyTold(decision_id)
                | QuarantineEnded(decision_id)
            ):
                return self.person_of(self.decisions[decision_id])
            case _:
                case_id = self.disclosing.case_of(record) or self.unmasking.case_of(record)
                return None if case_id is None else self.cases[case_id].person_id

    def _believe(self, row: EntryRow, record: Record) -> None:
        """Keep the little of a record that openings are decided on."""
        index = row.index
        match record:
            case LogOpened():
                if index or (record.log_key, record.issue_key) != self._own:
                    raise OpeningRefused("the ledger was not opened by this vault")
                self.log = record
            case LogReopened(origin):
                # By the vault's own memory: whoever writes the store could claim a restore that nobody ordered.
                if self._keystore.reopened().get(index) != (row.leaf, origin):
                    raise OpeningRefused("the ledger was reopened by a restore that this vault does not know of")
                if not index or (record.log_key, record.issue_key) != self._own:
                    raise OpeningRefused("the ledger was not opened by this vault")
                self.log = LogOpened(origin, record.log_key, record.issue_key)
                self._reopened, self._opened = origin, index
            case OpeningsRecovered(entries):
                self.recovered |= {leaf_hash(body) for body in entries}
            case SchemeRegistered(scheme):
                _new(scheme.id, self._schemes)
                self._schemes[scheme.id] = scheme
            case SchemeEnded(scheme_id):
                self._endings[scheme_id] = record
            case ReviewDecided(_, decision_id, next_due_at=due_at) if due_at is not None:
                self._review_due[decision_id] = due_at
            case RegisterAmended(number, effective_at, register, _, restarted):
                self._amend(RegisterVersion(number, effective_at, index, register))
                self._shorten(restarted)
            case CaseOpened(person, case):
                _new(person.id, self._persons)
                _new(case.id, self.cases)
                self._persons[person.id] = person
                self.cases[case.id] = case
                self.case_at[index] = person.id
            case PersonNamed(person_id, name_sealed, contact_sealed):
                self.names_sealed[person_id] = name_sealed
                if contact_sealed:
                    self.contacts_sealed[person_id] = contact_sealed
            case DecisionProposed(decision):
                _new(decision.id, self.decisions)
                self.decisions[decision.id] = decision
                self._decisions_in.setdefault(decision.case_id, []).append(decision.id)
            case DecisionRefused(decision_id) | DecisionReturned(decision_id) | DecisionNarrowed(decision_id):
                self._change(decision_id, state=State.REFUSED)
            case DecisionMade(decision_id, approved_by, made_at, succeeds):
                self._change(decision_id, state=State.MADE, approved_by=approved_by, made_at=made_at)
                self.made_at[index] = decision_id
                if succeeds is not None:
                    self._change(succeeds.decision_id, state=State.SUCCEEDED, ended_at=succeeds.ends_at)
                    self._clocks(succeeds)
            case DecisionSuspended(decision_id, from_at):
                pauses = (*self.decisions[decision_id].suspensions, Suspension(from_at))
                self._change(decision_id, state=State.SUSPENDED, suspensions=pauses)
            case DecisionResumed(decision_id, from_at, to_at):
                pauses = self.decisions[decision_id].suspensions
                ended = tuple(Suspension(p.from_at, to_at if p.from_at == from_at else p.to_at) for p in pauses)
                self._change(decision_id, state=State.MADE, suspensions=ended)
            case DecisionEnded(decision_id, state, ended_at):
                self._change(decision_id, state=state, ended_at=ended_at)
                self._clocks(record)
            case ConditionSet(condition):
                _new(condition.id, self.conditions)
                if condition.sealed_as is not None:
                    self._require_carried(condition, self.conditions[condition.sealed_as])
                self.conditions[condition.id] = condition
                self._conditions_in.setdefault(condition.decision_id, []).append(condition.id)
            case DraftSaved(draft):
                self.drafts[draft.case_id, draft.author] = draft
            case DraftDropped(case_id, author):
                del self.drafts[case_id, author]
            case ScreeningCompleted(screening):
                self.screenings[screening.case_id] = screening
            case StatementMade(statement):
                self.statements.setdefault(statement.case_id, []).append(statement)
            case ContactGiven(contact):
                self._reached(contact)
            case AttachmentKept(attached):
                self._attached_to.setdefault(attached.case_id, {})[attached.id] = None
                self.attached[attached.id] = (replace(attached, sealed=b""), index, row.leaf)
            case ContactTried(case_id=case_id) if case_id is not None:
                self.tried.setdefault(case_id, []).append(record)
            case PlacesLoaded(list_sha256):
                self.places_sha256 = list_sha256
            case PlaceAdded(person_id, point_sealed):
                self.own_places.setdefault(person_id, []).append(point_sealed)
            case MessageOpened(message_id):
                if in_order(self.attempts.get(message_id), record):
                    self.attempts[message_id] = record
            case _:
                pass

    def _reached(self, contact: ContactDetails) -> None:
        if contact.channel is Channel.WORDS:
            self.contacts_sealed[contact.person_id] = contact.address_sealed
        else:
            self.contacts[contact.person_id] = contact

    def file_of(self, attachment_id: AttachmentId) -> Attachment:
        """A file with its content, read again. Raises OpeningRefused where it is not the one that was followed."""
        _, index, leaf = self.attached[attachment_id]
        with self._store.reading() as view:
            rows = view.entries(index, 1)
        record = _whole(rows[0])[1] if rows and rows[0].leaf == leaf else None
        if not isinstance(record, AttachmentKept):
            raise OpeningRefused("the entry of the file is not the one that was followed")
        return record.attachment

    def _note_annulled(self, record: Record, at: datetime) -> None:
        """Before it is believed: what was past its retention when it was annulled is opened by that to nobody again."""
        if isinstance(record, DecisionEnded) and record.state is State.ANNULLED:
            decision, at = self.decisions[record.decision_id], max(at, self._latest)
            due = {category: self.erase_due(decision, category) for category in Category}
            self.keeping.annul(decision.id, (one for one, until in due.items() if until is not None and until <= at))

    def _require_carried(self, condition: Condition, before: Condition) -> None:
        """A zone that is carried over is the same zone, of the same case: none opens in another's place."""
        cases = [self.decisions[one.decision_id].case_id for one in (condition, before)]
        if cases[0] != cases[1] or condition.geometry_sealed != before.geometry_sealed:
            raise OpeningRefused("a condition is carried over from another case, or is not the same")

    def _clocks(self, ending: Succession | DecisionEnded) -> None:
        """A retention clock only ever runs out earlier."""
        restarted = ending.restarted if isinstance(ending, DecisionEnded) else ()
        self._shorten((*ending.clocks, *restarted))

    def _amend(self, version: RegisterVersion) -> None:
        """One after another, each in effect no earlier than the one before: what was promised is not told anew."""
        scheme_id = version.register.scheme_id
        before = self._registers.get(scheme_id, ())
        earliest = max(self._latest, before[-1].effective_at) if before else self._latest
        if scheme_id not in self._schemes or version.number != len(before) + 1 or version.effective_at < earliest:
            raise OpeningRefused("a register is amended out of order")
        self._registers[scheme_id] = (*before, version)

    def _shorten(self, clocks: tuple[RetentionClock, ...]) -> None:
        for clock in clocks:
            of = (clock.decision_id, clock.category)
            self._erase_due[of] = min(clock.erase_due_at, self._erase_due.get(of, clock.erase_due_at))

    def _change(self, decision_id: DecisionId, **changes: object) -> None:
        self.decisions[decision_id] = replace(self.decisions[decision_id], **changes)  # type: ignore[arg-type]


def _new(name: str, known: Container[str]) -> None:
    if name in known:
        raise OpeningRefused("an entry makes again what an entry before it has made")


def _require_by(entry: ReadEntry, record: Record) -> None:
    """What gives sight, or asks for it, is by the account that its entry shows."""
    match record:
        case StaffProposed(role):
            by = role.proposed_by
        case StaffJoined(_, approved_by) if approved_by is not None:
            by = approved_by
        case CaseAssigned(given) | CoverGiven(given):
            by = given.given_by
        case ConflictDeclared(conflict):
            by = conflict.declared_by
        case HoldAsked(hold):
            by = hold.asked_by
        case HoldAnswered() | CopyTold() | QuarantineEnded() | GlassAssessed():
            by = record.by
        case CaseRecordGiven() | CaseListGiven() | LookUpRefused() | LookUpEnded() | LookRefused():
            by = record.by
        case PlacesLoaded() | PlaceAdded() | AlertMoved():
            by = record.by
        case DraftSaved(draft):
            by = draft.author
        case ContactGiven(contact):
            by = contact.given_by
        case MessageOpened():
            by = MESSENGER
        case ContactTried():
            by = record.by
        case AttachmentKept(attached):
            by = attached.by
        case LookUpAsked(look_up):
            by = look_up.asked_by
        case LookUpApproved(grant):
            by = grant.approved_by
        case ReadingOpened(told) | QuestionAsked(told) | GlassBroken(told):
            by = told.by
        case _:
            by = by_of(record) or unmasked_by(record) or ActorId(entry.actor)
    if entry.actor != by:
        raise OpeningRefused("an entry is by another account than its record")


def _whole(row: EntryRow) -> tuple[ReadEntry, Record]:
    """The entry and its record, if its bytes, leaf, place, record and kind belong together."""
    try:
        entry = read_entry(row.body)
        if row.leaf != leaf_hash(row.body) or entry.index != row.index:
            raise OpeningRefused("an entry in the ledger is not what its leaf says")
        if row.salt is None or row.record is None:
            raise OpeningRefused("an entry's record is missing")
        if record_digest(row.salt, row.record) != entry.record:
            raise OpeningRefused("an entry's record is not the one it commits to")
        record = read_record(row.record)
        if entry.reopens != (record if isinstance(record, LogReopened) else None):
            raise OpeningRefused("an entry says another thing of a restore than its record")
        if kind_of(record) is not entry.kind:
            raise OpeningRefused("an entry is of another kind than its record")
    except (NotTheFormat, IllegalValue):
        raise OpeningRefused("an entry in the ledger is not in our format") from None
    return entry, record
