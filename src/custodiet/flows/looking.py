"""Ask to look, say yes or no, open one reading, ask a question: decided, recorded, and only then opened.

What is refused is recorded too, with the code of every reason, in the transaction that found it. Each opening is
decided again inside the transaction that appends its entry; the vault then decides by itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Chance, Reading, Store, Vault
from custodiet.flows.refusing import codes_of, refuse_if
from custodiet.flows.scheme_now import register_at, scheme_binding
from custodiet.model.condition import Interval
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, AlertId, CaseId, ConditionId, LookUpId
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpEnded,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.model.look_up import (
    GRANT_LASTS,
    Answer,
    Asked,
    Attempt,
    Grant,
    LookUp,
    Opened,
    Precision,
    Question,
    RefusedBecause,
    ToKnow,
    Tried,
)
from custodiet.model.look_up import Reading as LookReading
from custodiet.model.record import Record, kind_of
from custodiet.rules.access import (
    A_MONTH,
    Ground,
    Under,
    asked_first,
    contact_first,
    ground_of,
    look_category,
    objections_to_approving,
    objections_to_asking,
    objections_to_asking_within,
    objections_to_ending,
    objections_to_question,
    objections_to_reading,
    objections_to_refusing,
)
from custodiet.rules.alerts import claim_of, objections_to_asking_elsewhere
from custodiet.rules.decisions import retention_clocks
from custodiet.rules.masking.stays import judged_for
from custodiet.rules.reviewing import looks_closed
from custodiet.wire.reading import read_answer, read_opened

_ALERTS_MAX = 500


def ask_look_up(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    by: ActorId,
    *,
    purpose: str,
    to_know: ToKnow,
    why: str,
    tried: tuple[Tried, ...],
    window: Interval,
    precision: Precision = Precision.FULL,
) -> LookUpId:
    """Ask to see a window. It waits for a second person. Raises NotPermitted with every objection, recorded first."""
    look_up_id = LookUpId(chance.identity("look_up"))
    with store.acting() as act:
        person_id = act.case(case_id).person_id
        sealed = assessor.seal(act, person_id, why)
        look_up = LookUp(
            look_up_id, case_id, purpose, to_know, sealed, tried, window, precision, asked_by=by, asked_at=act.now
        )
        against = objections_to_asking(
            look_up, why, ground_in(act, case_id, act.now), unasked_in(act, case_id, act.now), act.now
        )
        write_or_refusal(act, case_id, LookUpAsked(look_up), by, Attempt.LOOK_UP, against)
    refuse_if(against)
    return look_up_id


def approve_look_up(
    store: Store,
    assessor: Assessor,
    look_up_id: LookUpId,
    by: ActorId,
    *,
    window: Interval | None = None,
    precision: Precision | None = None,
    lasts: timedelta = GRANT_LASTS,
    words: str = "",
) -> int:
    """The second person's yes, to all of it or to less, for a time. The ledger index. Raises as `ask_look_up`."""
    with store.acting() as act:
        standing = act.look_up(look_up_id)
        asked = standing.look_up
        sealed = assessor.seal_if_said(act, act.case(asked.case_id).person_id, words)
        grant = Grant(
            look_up_id,
            window or asked.window,
            precision or asked.precision,
            approved_by=by,
            approved_at=act.now,
            expires_at=act.now + lasts,
            words_sealed=sealed,
        )
        ground, unasked = ground_in(act, asked.case_id, act.now), unasked_in(act, asked.case_id, act.now)
        against = objections_to_approving(standing, grant, words, ground, unasked, act.now)
        index = write_or_refusal(act, asked.case_id, LookUpApproved(grant), by, Attempt.APPROVAL, against)
    refuse_if(against)
    return index


def refuse_look_up(
    store: Store, assessor: Assessor, look_up_id: LookUpId, because: RefusedBecause, by: ActorId, words: str = ""
) -> int:
    """The second person's no, with a reason in code and perhaps words (sealed). The ledger index."""
    with store.acting() as act:
        standing = act.look_up(look_up_id)
        refuse_if(objections_to_refusing(standing, by, act.now))
        case_id = standing.look_up.case_id
        sealed = assessor.seal_if_said(act, act.case(case_id).person_id, words)
        return write_about(act, case_id, LookUpRefused(look_up_id, because, act.now, by, sealed), by)


def end_look_up(store: Store, look_up_id: LookUpId, by: ActorId) -> int:
    """Take a request back, or end a grant before its time. One person is enough. The ledger index."""
    with store.acting() as act:
        standing = act.look_up(look_up_id)
        refuse_if(objections_to_ending(standing, by))
        return write_about(act, standing.look_up.case_id, LookUpEnded(look_up_id, act.now, by), by)


def open_reading(
    store: Store,
    vault: Vault,
    look_up_id: LookUpId,
    by: ActorId,
    *,
    window: Interval | None = None,
    precision: Precision | None = None,
) -> Opened:
    """One opening under a grant: of all that it grants, or of less.

    Raises NotPermitted with every objection, recorded first; VaultUnavailable; OpeningRefused. If we die after the
    entry, it stands, no data left, and whoever asked asks again.
    """
    with store.acting() as act:
        standing = act.look_up(look_up_id)
        granted = standing.grant or standing.look_up
        case_id = standing.look_up.case_id
        reading = LookReading(
            look_up_id, case_id, window or granted.window, precision or granted.precision, by, act.now
        )
        against = objections_to_reading(standing, reading, ground_in(act, case_id, act.now), act.now)
        index = write_or_refusal(
            act, case_id, ReadingOpened(reading, judged_for(reading.window)), by, Attempt.READING, against
        )
    refuse_if(against)
    return read_opened(vault.open(index), index, reading)


def ask_question(
    store: Store,
    vault: Vault,
    case_id: CaseId,
    asked: Asked,
    about: datetime,
    by: ActorId,
    condition_id: ConditionId | None = None,
) -> tuple[Answer, int]:
    """The answer to one question of the closed list, and the ledger index at which it was asked.

    Raises as `open_reading`, and IllegalValue for what is about no whole quarter of an hour.
    """
    with store.acting() as act:
        question = Question(case_id, asked, about, by, act.now, condition_id)
        against = _against_question(act, question)
        index = write_or_refusal(act, case_id, QuestionAsked(question), by, Attempt.QUESTION, against)
    refuse_if(against)
    return read_answer(vault.open(index)), index


def ask_in_alert(
    store: Store,
    vault: Vault,
    alert_id: AlertId,
    asked: Asked,
    about: datetime,
    by: ActorId,
    condition_id: ConditionId | None = None,
) -> tuple[Answer, int]:
    """As `ask_question`, by whoever has claimed an alert, about a quarter of an hour within it. Raises NotFound too."""
    with store.acting() as act:
        alert = act.alert(alert_id)
        case_id = alert.case_id
        question = Question(case_id, asked, about, by, act.now, condition_id)
        register, _ = register_at(act, act.case(case_id).scheme_id, act.now)
        against = (
            *objections_to_asking_within(claim_of(alert, by), question, act.now),
            *objections_to_asking_elsewhere(
                alert,
                act.contacts_since(case_id, alert.raised_at),
                asked_first=alert.matter in asked_first(register),
            ),
            *_against_question(act, question),
        )
        index = write_or_refusal(act, case_id, QuestionAsked(question, alert_id), by, Attempt.QUESTION, against)
    refuse_if(against)
    return read_answer(vault.open(index)), index


def _against_question(act: Acting, question: Question) -> tuple[str, ...]:
    """What stands against a question, whoever asks."""
    before = act.questions_about(act.case(question.case_id).person_id, act.now - A_MONTH)
    zone = None if question.condition_id is None else act.condition(question.condition_id)
    ground = ground_in(act, question.case_id, act.now)
    return objections_to_question(question, before, zone, ground, act.now)


# --- what is refused --------------------------------------------------------------------------------------------


def record_refusal(act: Acting, case_id: CaseId, attempt: Attempt, against: tuple[str, ...], by: ActorId) -> int:
    """That someone tried to look and was refused, with the code of every reason. The ledger index."""
    return write_about(act, case_id, LookRefused(case_id, attempt, codes_of(against), act.now, by), by)


def write_or_refusal(
    act: Acting, case_id: CaseId, record: Record, by: ActorId, attempt: Attempt, against: tuple[str, ...]
) -> int:
    """Write what nothing stands against, or else that it was refused. The ledger index; whoever calls refuses after the
    commit, so that the refusal stays.
    """
    if against:
        return record_refusal(act, case_id, attempt, against, by)
    return write_about(act, case_id, record, by)


def recording(case_id: CaseId, attempt: Attempt, by: ActorId) -> Callable[[Acting, tuple[str, ...]], None]:
    """For `Permitted`: what the policy refuses is recorded as what a rule refuses is.

    Someone who only has to show again who they are was not refused.
    """

    def refused(act: Acting, against: tuple[str, ...]) -> None:
        if any(not one.startswith("sign_in_again") for one in against):
            record_refusal(act, case_id, attempt, against, by)

    return refused


# --- gathering --------------------------------------------------------------------------------------------------


def ground_in(view: Reading, case_id: CaseId, at: datetime) -> Ground:
    """What holds of a case at an instant when someone wants to look."""
    case = view.case(case_id)
    register, _ = register_at(view, case.scheme_id, at)
    under = (
        Under(one, _erase_due(view, one, at), looks_closed(one, view.review_due_at(one.id), at))
        for one in view.decisions_of(case_id)
    )
    conflicted = (one.actor for one in view.conflicts_in(case_id))
    return ground_of(register, under, view.scheme_ending(case.scheme_id), conflicted)


def _erase_due(view: Reading, decision: Decision, at: datetime) -> datetime | None:
    if decision.until is None or not decision.stands:
        return None
    clocks = retention_clocks(decision, scheme_binding(view, decision, at), decision.until)
    category = look_category(decision)
    return next((one.erase_due_at for one in clocks if one.category is category), decision.until)


def unasked_in(view: Reading, case_id: CaseId, at: datetime) -> frozenset[AlertId]:
    """Alerts of a case at which the person is asked first, and was not."""
    register, _ = register_at(view, view.case(case_id).scheme_id, at)
    alerts = view.alerts_of_case(case_id, _ALERTS_MAX)
    replies = [reply for one in alerts for reply in view.replies(one.id)]
    tried = view.contacts_since(case_id, min((one.raised_at for one in alerts), default=at))
    return contact_first(register, alerts, replies, view.facts(case_id), tried)


def write_about(act: Acting, case_id: CaseId, record: Record, by: ActorId) -> int:
    """Write a record that is about a case, by whoever acts. The ledger index."""
    return act.write(Entry(kind_of(record), by, act.case(case_id).person_id), record)
