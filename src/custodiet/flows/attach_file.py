"""Attach a file to what the person said: cleaned and sealed before it is kept. Opened again by open_case_record.py."""

from custodiet.flows.ports import Acting, Chance, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.trusting import record_key_of
from custodiet.model.attachment import AttachedTo, Attachment, AttachmentKept
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, AlertId, AttachmentId, CaseId, RepresentationId
from custodiet.model.record import LogOpened, kind_of
from custodiet.rules.attaching import objections_to_attaching
from custodiet.wire.attachment import cleaned, file_context, label_context, label_of, pack_file, pack_label


def attach_file(
    store: Store,
    sealer: Sealer,
    chance: Chance,
    pinned: LogOpened,
    to: RepresentationId | AlertId,
    about: AttachedTo,
    name: str,
    content: bytes,
    by: ActorId,
) -> AttachmentId:
    """Keep a file with what it belongs to.

    Raises NotTheFormat for what is not taken in, NotPermitted, NotFound, CannotRecord while there is no record key.
    """
    kind, kept = cleaned(content)
    attachment_id = AttachmentId(chance.identity("attachment"))
    with store.acting() as act:
        case_id, against = _looked_at(act, about, to, by)
        refuse_if(against)
        person_id = act.case(case_id).person_id
        public = record_key_of(act, pinned, person_id)
        label = sealer.seal_to(public, pack_label(label_of(name, kind)), label_context(person_id, attachment_id))
        sealed = sealer.seal_to(public, pack_file(kept), file_context(person_id, attachment_id))
        record = AttachmentKept(Attachment(attachment_id, case_id, about, to, act.now, by, label, sealed))
        act.write(Entry(kind_of(record), by, person_id), record)
    return attachment_id


def _looked_at(act: Acting, about: AttachedTo, to: str, by: ActorId) -> tuple[CaseId, tuple[str, ...]]:
    """Whose it is, and what stands against it."""
    if about is AttachedTo.ALERT:
        alert = act.alert(AlertId(to))
        case_id, state = alert.case_id, alert.state
    else:
        case_id, state = act.representation(RepresentationId(to)).case_id, None
    attached = sum(one.thing == to for one in act.attachments_of(case_id))
    return case_id, objections_to_attaching(attached, by, state)
