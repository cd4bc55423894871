"""Report suspected misuse of a look at someone, and answer it: the text is sealed, the answer has an outcome."""

from custodiet.flows.assess_case import Assessor
from custodiet.flows.ports import Acting, Chance, Reading, Store, Vault
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import ActorId, CaseId, MisuseId, SignInId
from custodiet.model.misuse import Found, MisuseReport, StandingMisuse
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.model.record import CaseRecordGiven, kind_of
from custodiet.rules.misuse import (
    objections_to_answering_misuse,
    objections_to_being_told_what,
    objections_to_reporting,
)
from custodiet.wire.case_record import read_reason
from custodiet.wire.records import ReadEntry, read_entry


def report_misuse(
    store: Store, assessor: Assessor, chance: Chance, case_id: CaseId, entry: int, text: str, by: ActorId
) -> MisuseId:
    """Report what an entry records. Whether it is of that case is not told here: that would tell who looked at whom.

    Raises NotPermitted.
    """
    misuse_id = MisuseId(chance.identity("misuse"))
    with store.acting() as act:
        refuse_if(objections_to_reporting(entry, act.ledger_size(), text))
        sealed = assessor.seal(act, act.case(case_id).person_id, text)
        _write(act, case_id, MisuseReported(MisuseReport(misuse_id, case_id, entry, sealed, by, act.now)), by)
    return misuse_id


def answer_misuse(store: Store, assessor: Assessor, misuse_id: MisuseId, found: Found, words: str, by: ActorId) -> int:
    """What the data protection officer found. The ledger index. Raises NotPermitted."""
    with store.acting() as act:
        standing = act.misuse(misuse_id)
        refuse_if(objections_to_answering_misuse(standing, by, _about(act, standing), words))
        case_id = standing.report.case_id
        sealed = assessor.seal(act, act.case(case_id).person_id, words)
        return _write(act, case_id, MisuseAnswered(misuse_id, found, by, act.now, sealed), by)


def _about(view: Reading, standing: StandingMisuse) -> ActorId | None:
    one = reported_entry(view, standing.report.entry)
    return None if one is None else ActorId(one.actor)


def reported_entry(view: Reading, entry: int) -> ReadEntry | None:
    """The entry that a report names; None for one that is gone or does not read."""
    rows = view.entries(entry, 1)
    if not rows or rows[0].index != entry:
        return None
    try:
        return read_entry(rows[0].body)
    except NotTheFormat:
        return None


def read_report(store: Store, vault: Vault, misuse_id: MisuseId, actor: ActorId, session_id: SignInId) -> str:
    """What was reported, in words: each time an entry.

    `store`: asked for by whoever may answer it. Raises NotPermitted, NotFound, VaultUnavailable, OpeningRefused.
    """
    with store.acting() as act:
        standing = act.misuse(misuse_id)
        refuse_if(objections_to_being_told_what(standing, actor, _about(act, standing)))
        case_id = standing.report.case_id
        entry = Entry(EntryKind.CASE_RECORD_GIVEN, actor, act.case(case_id).person_id)
        index = act.write(entry, CaseRecordGiven(case_id, actor, session_id, misuse_id=misuse_id))
    return read_reason(next(iter(vault.open(index))))


def _write(act: Acting, case_id: CaseId, record: MisuseReported | MisuseAnswered, by: ActorId) -> int:
    return act.write(Entry(kind_of(record), by, act.case(case_id).person_id), record)
