"""A recording of the notice: handed in, listened to and approved by someone else. Unapproved, it reaches nobody.

It is about a scheme and nobody in it, so it is not sealed; it is named by the digest of what it is, and is given out
only while it has that digest.
"""

from hashlib import sha256

from custodiet.flows.notice_now import notice_at
from custodiet.flows.ports import Chance, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.entry import Entry
from custodiet.model.errors import IllegalValue, NotFound
from custodiet.model.identity import ActorId, RecordingId, SchemeId
from custodiet.model.language import BY_TAG
from custodiet.model.record import kind_of
from custodiet.model.recording import Recording, RecordingApproved, RecordingKept
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.recordings import objections_to_hearing, objections_to_recording, read_out
from custodiet.wire.recording import heard


def keep_recording(
    store: Store, chance: Chance, scheme_id: SchemeId, language: str, content: bytes, by: ActorId
) -> RecordingId:
    """Keep a recording of the notice as it is now. Raises NotTheFormat for what is no MP3, NotPermitted."""
    if language not in BY_TAG:
        raise IllegalValue("not a language of the list")
    length_s, kept = heard(content)
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        _, current, _ = notice_at(act, scheme_id, act.now)
        there, text = read_out(act.translations(scheme_id), language, current)
        refuse_if(objections_to_recording(there=there, language=language))
        recording = Recording(
            id=RecordingId(chance.identity("recording")),
            scheme_id=scheme_id,
            language=language,
            notice_sha256=current,
            translation_id=text,
            sha256=sha256(kept).digest(),
            length_s=length_s,
            at=act.now,
            by=by,
            content=kept,
        )
        record = RecordingKept(recording)
        act.write(Entry(kind_of(record), by), record)
    return recording.id


def approve_recording(store: Store, recording_id: RecordingId, by: ActorId) -> int:
    """Someone else has listened to it beside its text: let people hear it. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        one = act.recording(recording_id)
        _, current, _ = notice_at(act, one.scheme_id, act.now)
        there, text = read_out(act.translations(one.scheme_id), one.language, current)
        refuse_if(objections_to_hearing(one, current, text, by, there=there))
        record = RecordingApproved(recording_id, act.now, by)
        return act.write(Entry(kind_of(record), by), record)


def content_of(view: Reading, recording_id: RecordingId) -> bytes:
    """What is heard. Raises NotFound, also for a content that is not what was handed in any more."""
    content = view.recording_content(recording_id)
    if sha256(content).digest() != view.recording(recording_id).sha256:
        raise NotFound("the recording is not what was handed in")
    return content
