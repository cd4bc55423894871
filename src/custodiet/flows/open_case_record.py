"""Open a case's record, or the names on a list of cases: recorded first, then the vault opens for who has sight.

One entry per case and session, one per list (design: the opening `case record`). The vault decides sight again by the
ledger alone, so whoever forges a row of these tables sees nothing more.
"""

from collections.abc import Collection

from custodiet.flows.permitting import the_case, who_asks
from custodiet.flows.ports import Acting, Store, Vault
from custodiet.flows.refusing import refuse_if
from custodiet.model.case_record import CaseRecord
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.erasing import HoldStep
from custodiet.model.errors import NotFound, NotPermitted, OpeningRefused
from custodiet.model.identity import ActorId, AttachmentId, CaseId, GlassId, HoldId, SignInId
from custodiet.model.record import CaseListGiven, CaseRecordGiven
from custodiet.rules.erasing import objections_to_answering_hold
from custodiet.rules.glass import objections_to_being_told_why
from custodiet.rules.sight import objections_to_seeing
from custodiet.wire.attachment import File, read_file
from custodiet.wire.case_record import read_case_record, read_names, read_reason

LIST_MAX = 200
"""Cases whose names one list shows at most."""
CASELOAD_MAX = 1000
"""Cases of a caseload that are looked at together; any beyond them one by one."""


def open_case_record(store: Store, vault: Vault, case_id: CaseId, actor: ActorId, session_id: SignInId) -> CaseRecord:
    """Everything that is sealed of a case in someone's sight and that people wrote, but reasons about alerts.

    Raises NotPermitted with every objection, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.reading() as view:
        before = view.case_record_given(case_id, actor, session_id)
    if before is not None:
        try:
            return read_case_record(list(vault.open(before)))
        except OpeningRefused:
            pass  # the vault has started anew, the session is too long, or sight has ended: the rules say which
    with store.acting() as act:
        _require_sight(act, actor, case_id)
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id))
    return read_case_record(list(vault.open(index)))


def open_attachment(
    store: Store, vault: Vault, case_id: CaseId, attachment_id: AttachmentId, actor: ActorId, session_id: SignInId
) -> File:
    """One file of a case in someone's sight, whole: each time an entry of its own.

    Raises NotPermitted with every objection, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.acting() as act:
        _require_sight(act, actor, case_id)
        if attachment_id not in {one.id for one in act.attachments_of(case_id)}:
            raise NotFound("no such file")
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id, attachment_id))
    return read_file(next(iter(vault.open(index))))


def open_hold_reason(store: Store, vault: Vault, hold_id: HoldId, actor: ActorId, session_id: SignInId) -> str:
    """Why a hold was asked for, for whoever may say yes to it, and nothing else of the case: each time an entry.

    Raises NotPermitted with every objection, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.acting() as act:
        standing = act.hold(hold_id)
        refuse_if(objections_to_answering_hold(standing, HoldStep.PLACED, actor, act.now))
        case_id = standing.hold.case_id
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id, hold_id=hold_id))
    return read_reason(next(iter(vault.open(index))))


def open_glass_reason(store: Store, vault: Vault, glass_id: GlassId, actor: ActorId, session_id: SignInId) -> str:
    """Why someone looked alone, for whoever is to assess it, and nothing else of the case: each time an entry.

    Raises NotPermitted with every objection, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.acting() as act:
        broken = act.glass(glass_id)
        case_id = broken.glass.case_id
        refuse_if(objections_to_being_told_why(broken, actor, {one.actor for one in act.conflicts_in(case_id)}))
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id, glass_id=glass_id))
    return read_reason(next(iter(vault.open(index))))


def open_names(
    store: Store, vault: Vault, case_ids: Collection[CaseId], actor: ActorId, session_id: SignInId
) -> dict[CaseId, str | None]:
    """The names of these cases, all of them in someone's sight, in this order; None for someone who was never named.

    Raises NotPermitted with every objection when one is not in sight, or for more than LIST_MAX; VaultUnavailable,
    OpeningRefused.
    """
    listed = tuple(dict.fromkeys(case_ids))
    if len(listed) > LIST_MAX:
        raise NotPermitted(f"too_many: a list shows {LIST_MAX} names at most; ask for a part of it")
    if not listed:
        return {}  # nothing is recorded and nothing opened
    with store.acting() as act:
        # One question of the caseload: nobody else writes while this is decided. The vault asks of each by itself.
        theirs = set(act.caseload(actor, act.now, CASELOAD_MAX))
        for case_id in listed:
            if case_id not in theirs:
                _require_sight(act, actor, case_id)
        index = act.write(Entry(EntryKind.CASE_LIST_GIVEN, actor), CaseListGiven(listed, actor, session_id))
    return read_names(vault.open(index))


def _require_sight(act: Acting, actor: ActorId, case_id: CaseId) -> None:
    who = who_asks(act, actor, act.now, None)
    refuse_if(objections_to_seeing(who, the_case(act, case_id, act.now)))
