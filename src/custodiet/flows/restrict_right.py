"""Restrict one right of one person: someone asks and weighs it, the data protection officer answers it."""

from datetime import datetime

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Chance, Store, Vault
from custodiet.flows.refusing import refuse_if
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, CaseId, RestrictionId, SignInId
from custodiet.model.record import CaseRecordGiven, kind_of
from custodiet.model.restricting import Ground, Restriction, RestrictionStep, Right
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.rules.restricting import WEIGHED, objections_to_answering_restriction, objections_to_restricting
from custodiet.wire.case_record import read_reason


def ask_restriction(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    by: ActorId,
    *,
    right: Right,
    ground: Ground,
    window: Interval,
    until_at: datetime,
    said: dict[str, str],
    told: bool,
    untold: str = "",
) -> RestrictionId:
    """Ask that one right be restricted; `said`: the weighing, by rules.restricting.WEIGHED. Raises NotPermitted."""
    restriction_id = RestrictionId(chance.identity("restriction"))
    with store.acting() as act:
        refuse_if(objections_to_restricting(window, until_at, said, untold, act.now, told=told))
        person_id = act.case(case_id).person_id
        sealed = {f"{part}_sealed": assessor.seal(act, person_id, said[part]) for part in WEIGHED}
        one = Restriction(
            id=restriction_id,
            case_id=case_id,
            right=right,
            ground=ground,
            window=window,
            until_at=until_at,
            told=told,
            untold_sealed=assessor.seal_if_said(act, person_id, untold),
            asked_by=by,
            asked_at=act.now,
            **sealed,
        )
        _write(act, case_id, RestrictionAsked(one), by)
    return restriction_id


def answer_restriction(store: Store, restriction_id: RestrictionId, step: RestrictionStep, by: ActorId) -> int:
    """The data protection officer's yes or no; or an end before its date. The ledger index. Raises NotPermitted."""
    with store.acting() as act:
        standing = act.restriction(restriction_id)
        refuse_if(objections_to_answering_restriction(standing, step, by, act.now))
        record = RestrictionAnswered(restriction_id, step, by, act.now)
        return _write(act, standing.restriction.case_id, record, by)


def read_weighing(
    store: Store, vault: Vault, restriction_id: RestrictionId, actor: ActorId, session_id: SignInId
) -> tuple[str, ...]:
    """How it was weighed, part by part in the order of WEIGHED, and why it is not told: each time an entry.

    `store`: asked for by whoever may answer it. Raises NotPermitted, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.acting() as act:
        case_id = act.restriction(restriction_id).restriction.case_id
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id, restriction_id=restriction_id))
    return tuple(read_reason(line) for line in vault.open(index))


def _write(act: Acting, case_id: CaseId, record: RestrictionAsked | RestrictionAnswered, by: ActorId) -> int:
    return act.write(Entry(kind_of(record), by, act.case(case_id).person_id), record)
