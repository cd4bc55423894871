"""The vault follows the ledger: it reads every entry itself, hashes it onto its own saved head, and believes
nothing else.

Promise: `catch_up` either extends the head by entries that are whole (contiguous, their leaf the hash of their
bytes, their record the one they commit to) or raises OpeningRefused, and then nothing is opened or signed. What was
there when this process started is followed but never opens anything: only an entry first seen alive may.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from custodiet.flows.ports import Clock, Keystore, Store
from custodiet.model.case import Condition
from custodiet.model.decision import Decision, State, Suspension
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import CaseId, ConditionId, DecisionId, PersonId
from custodiet.model.mode import Category
from custodiet.model.record import (
    CaseOpened,
    ConditionSet,
    DecisionEnded,
    DecisionMade,
    DecisionProposed,
    DecisionRefused,
    DecisionResumed,
    DecisionSuspended,
    LogOpened,
    Record,
)
from custodiet.model.stored import EntryRow
from custodiet.rules.chain import Frontier, leaf_hash
from custodiet.wire.records import read_entry, read_record, record_digest

FRESH = timedelta(seconds=30)
"""How long after it was first seen an entry may open something."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Followed:
    """An entry as the vault itself read it, with its record."""

    index: int
    kind: EntryKind
    record: Record


class Follower:
    """The vault's own reading of the ledger. One thread at a time."""

    def __init__(self, store: Store, keystore: Keystore, clock: Clock) -> None:
        self._store = store
        self._keystore = keystore
        self._clock = clock
        self._frontier = Frontier.empty()
        self._alive: dict[int, datetime] = {}
        self.log: LogOpened | None = None
        self.people: dict[CaseId, PersonId] = {}
        self.decisions: dict[DecisionId, Decision] = {}
        self.conditions: dict[ConditionId, Condition] = {}
        self.erase_due: dict[tuple[DecisionId, Category], datetime] = {}
        self._start()

    @property
    def head(self) -> Frontier:
        """How far the ledger was followed."""
        return self._frontier

    def catch_up(self) -> None:
        """Follow what is new. Raises OpeningRefused when the ledger does not extend the saved head."""
        seen_at = self._clock.now()
        before = self._frontier.size
        self._follow()
        if self._frontier.size > before:
            self._keystore.save_head(self._frontier.to_bytes())
            for index in range(before, self._frontier.size):
                self._alive[index] = seen_at
        self._alive = {i: at for i, at in self._alive.items() if timedelta(0) <= seen_at - at <= FRESH}

    def take(self, index: int) -> None:
        """Spend an entry's one opening. Raises OpeningRefused when it is not alive (any more)."""
        if self._alive.pop(index, None) is None:
            raise OpeningRefused(
                "this entry opens nothing: it was opened before, is too old, or stood here at the vault's start"
            )

    def entry(self, index: int) -> Followed:
        """A followed entry, read again. Raises OpeningRefused for a place beyond the head."""
        if not 0 <= index < self._frontier.size:
            raise OpeningRefused("no such entry in the ledger as followed")
        with self._store.reading() as view:
            rows = view.entries(index, 1)
        if not rows or rows[0].index != index:
            raise OpeningRefused("the ledger does not hold what this vault has followed")
        return _whole(rows[0])

    def _start(self) -> None:
        """Follow all there is, and hold it against the head saved before."""
        saved = self._keystore.head()
        head = Frontier.empty() if saved is None else Frontier.from_bytes(saved)
        self._follow(until=head.size)
        if self._frontier != head:
            raise OpeningRefused("the ledger does not extend the head this vault saved")
        self._follow()
        self._keystore.save_head(self._frontier.to_bytes())

    def _follow(self, until: int | None = None) -> None:
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
                followed = _whole(row)
                self._believe(followed)
                self._frontier = self._frontier.append(row.leaf)

    def _believe(self, followed: Followed) -> None:
        """Keep the little of a record that openings are decided on."""
        match followed.record:
            case LogOpened():
                self.log = followed.record
            case CaseOpened(person, case):
                self.people[case.id] = person.id
            case DecisionProposed(decision):
                self.decisions[decision.id] = decision
            case DecisionRefused(decision_id):
                self._change(decision_id, state=State.REFUSED)
            case DecisionMade(decision_id, approved_by, made_at, succeeds):
                self._change(decision_id, state=State.MADE, approved_by=approved_by, made_at=made_at)
                if succeeds is not None:
                    self._change(succeeds.decision_id, state=State.SUCCEEDED, ended_at=succeeds.ends_at)
                    for clock in succeeds.clocks:
                        self.erase_due[clock.decision_id, clock.category] = clock.erase_due_at
            case DecisionSuspended(decision_id, from_at):
                pauses = (*self.decisions[decision_id].suspensions, Suspension(from_at))
                self._change(decision_id, state=State.SUSPENDED, suspensions=pauses)
            case DecisionResumed(decision_id, from_at, to_at):
                pauses = self.decisions[decision_id].suspensions
                ended = tuple(Suspension(p.from_at, to_at if p.from_at == from_at else p.to_at) for p in pauses)
                self._change(decision_id, state=State.MADE, suspensions=ended)
            case DecisionEnded(decision_id, state, ended_at):
                self._change(decision_id, state=state, ended_at=ended_at)
                for clock in (*followed.record.clocks, *followed.record.restarted):
                    self.erase_due[clock.decision_id, clock.category] = clock.erase_due_at
            case ConditionSet(condition):
                self.conditions[condition.id] = condition
            case _:
                pass

    def _change(self, decision_id: DecisionId, **changes: object) -> None:
        self.decisions[decision_id] = replace(self.decisions[decision_id], **changes)  # type: ignore[arg-type]


def _whole(row: EntryRow) -> Followed:
    """The entry, if its bytes, leaf, place and record belong together."""
    try:
        entry = read_entry(row.body)
        if row.leaf != leaf_hash(row.body) or entry.index != row.index:
            raise OpeningRefused("an entry in the ledger is not what its leaf says")
        if row.salt is None or row.record is None:
            raise OpeningRefused("an entry's record is missing")
        if record_digest(row.salt, row.record) != entry.record:
            raise OpeningRefused("an entry's record is not the one it commits to")
        return Followed(row.index, entry.kind, read_record(row.record))
    except NotTheFormat:
        raise OpeningRefused("an entry in the ledger is not in our format") from None
