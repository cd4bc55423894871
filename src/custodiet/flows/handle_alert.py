"""What people do with an alert, each step one write with its entry; and dated facts that someone states.

Reasons and replies are sealed under the person's record key. A step that the rules object to changes nothing, and the
error names every objection.
"""

from datetime import datetime

from custodiet.flows.ports import Acting, Chance, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import register_at
from custodiet.flows.trusting import record_key_of
from custodiet.model.alert import Alert, AlertMove, Excuse, Reply, Statement, StatementKind
from custodiet.model.condition import Absence, Interval
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Verified, Way
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, AlertId, CaseId, ConditionId, FittingId, PersonId, StatementId
from custodiet.model.record import (
    AbsenceAuthorised,
    AlertMoved,
    LogOpened,
    RemovalBooked,
    ReplyRecorded,
    StatementMade,
    kind_of,
)
from custodiet.rules.access import asked_first
from custodiet.rules.alerts import (
    enquiry_due_at,
    excused_by_absence,
    excused_by_removal,
    moved,
    objections_to_acting,
    objections_to_contact,
    objections_to_moving,
    objections_to_replying,
    objections_to_stating,
    told_by_claim,
)
from custodiet.wire.sealed import pack_words, words_context


class Desk:
    """Where alerts are handled: what its steps need of the world."""

    def __init__(self, store: Store, sealer: Sealer, chance: Chance, pinned: LogOpened) -> None:
        self._store = store
        self._sealer = sealer
        self._chance = chance
        self._pinned = pinned

    def move(
        self, alert_id: AlertId, move: AlertMove, by: ActorId, reasons: str = "", until: datetime | None = None
    ) -> int:
        """Take one step; `until`: of a suspension. The ledger index.

        Raises IllegalMove or NotPermitted, and then nothing has changed.
        """
        with self._store.acting() as act:
            alert = act.alert(alert_id)
            state = moved(alert, move)
            against = objections_to_moving(
                *(alert, move, by, reasons, act.replies(alert_id), act.now),
                act.contacts_since(alert.case_id, alert.raised_at),
                asked_first=move is AlertMove.SUSPECT and self._is_asked_first(act, alert),
                in_hand=len(act.in_hand(by)),
                until=until,
                steps=act.steps_of(alert_id),
            )
            refuse_if(against)
            person_id = act.case(alert.case_id).person_id
            sealed = self._seal(act, person_id, reasons) if reasons.strip() else b""
            due = None
            if move is AlertMove.ENQUIRE:
                settings = act.scheme(act.case(alert.case_id).scheme_id).judging
                due = enquiry_due_at(act.now, settings)
            aside = until if move is AlertMove.SUSPEND else None
            claim = told_by_claim(alert) if move is AlertMove.CLAIM else None
            record = AlertMoved(alert_id, move, state, by, act.now, sealed, due, aside, claim)
            return act.write(Entry(kind_of(record), by, person_id), record)

    def reply(self, alert_id: AlertId, excuse: Excuse, words: str, by: ActorId) -> int:
        """Record what the person says to an enquiry. Raises IllegalMove where there is none. The ledger index."""
        with self._store.acting() as act:
            alert = act.alert(alert_id)
            refuse_if(objections_to_replying(alert, by))
            person_id = act.case(alert.case_id).person_id
            reply = Reply(alert_id, act.now, excuse, self._seal(act, person_id, words), by)
            record = ReplyRecorded(reply)
            return act.write(Entry(kind_of(record), by, person_id), record)

    def contact(
        self, alert_id: AlertId, how: Way, outcome: CameOf, words: str, by: ActorId, verified: Verified | None = None
    ) -> int:
        """Record that the person was tried about an alert; `verified`: that they called us. The ledger index.

        Raises NotPermitted. It can be recorded in any state: people ring when they ring.
        """
        with self._store.acting() as act:
            refuse_if(objections_to_contact(outcome, by, verified))
            case = act.case(act.alert(alert_id).case_id)
            person_id = case.person_id
            sealed = self._seal(act, person_id, words) if words.strip() else b""
            direction = Direction.OUT if verified is None else Direction.IN
            record = ContactTried(alert_id, how, direction, outcome, act.now, by, verified, sealed, case.id)
            return act.write(Entry(kind_of(record), by, person_id), record)

    def state_fact(self, case_id: CaseId, kind: StatementKind, since: datetime, words: str, by: ActorId) -> StatementId:
        """State a dated fact, with reasons (R106)."""
        statement_id = StatementId(self._chance.identity("statement"))
        with self._store.acting() as act:
            refuse_if(objections_to_stating(words, by))
            person_id = act.case(case_id).person_id
            sealed = self._seal(act, person_id, words)
            record = StatementMade(Statement(statement_id, case_id, kind, since, act.now, by, sealed))
            act.write(Entry(kind_of(record), by, person_id), record)
        return statement_id

    def authorise_absence(self, condition_id: ConditionId, during: Interval, by: ActorId) -> int:
        """Let the person off a condition for a while; lowering a burden needs one person. The ledger index.

        What was raised within it accuses nobody any more.
        """
        with self._store.acting() as act:
            refuse_if(objections_to_acting(by))
            condition = act.condition(condition_id)
            case = act.case(act.decision(condition.decision_id).case_id)
            fallen = tuple(one.id for one in act.alerts_on(condition_id) if excused_by_absence(one, during))
            record = AbsenceAuthorised(Absence(condition_id, during), fallen)
            return act.write(Entry(kind_of(record), by, case.person_id), record)

    def book_removal(self, fitting_id: FittingId, during: Interval, by: ActorId) -> int:
        """Let a device come off for a while, perhaps afterwards (a hospital asks nobody first). The ledger index.

        What its sensors raised within that time accuses nobody any more.
        """
        with self._store.acting() as act:
            refuse_if(objections_to_acting(by))
            case = act.case(act.fitting(fitting_id).case_id)
            alerts = [one for decision in act.decisions_of(case.id) for one in act.alerts_of(decision.id)]
            fallen = tuple(one.id for one in alerts if excused_by_removal(one, fitting_id, during))
            record = RemovalBooked(fitting_id, during, fallen)
            return act.write(Entry(kind_of(record), by, case.person_id), record)

    def _is_asked_first(self, act: Acting, alert: Alert) -> bool:
        register, _ = register_at(act, act.case(alert.case_id).scheme_id, act.now)
        return alert.matter in asked_first(register)

    def _seal(self, act: Acting, person_id: PersonId, words: str) -> bytes:
        public = record_key_of(act, self._pinned, person_id)
        return self._sealer.seal_to(public, pack_words(words), words_context(person_id))
