"""The table of recordings of notices, and its views. Its law stands in migration 0020."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, select

from custodiet.adapters.store.columns import of, ref
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import UtcMs
from custodiet.model.identity import RecordingId, SchemeId
from custodiet.model.recording import Recording

recording = Table(
    "recording",
    metadata,
    Column("id", Text, primary_key=True),
    ref("scheme_id", "scheme.id"),
    of("language", Text),
    of("notice_sha256", LargeBinary),
    ref("translation_id", "translation.id", null=True),
    of("sha256", LargeBinary),
    of("length_s", BigInteger),
    of("at", UtcMs),
    of("by", Text),
    of("approved_by", Text, null=True),
    of("approved_at", UtcMs, null=True),
    of("content", LargeBinary),
    of("entry", BigInteger),
)
Index("recording_by_scheme", recording.c.scheme_id, recording.c.entry)
RECORDED = (recording,)
"""As tables.REPLAYED."""
_WITHOUT_CONTENT = [one for one in recording.c if one.name != "content"]


class RecordingRows(Rows):
    """The part of flows.ports.Reading that is about recordings."""

    def recording(self, recording_id: RecordingId) -> Recording:
        query = select(*_WITHOUT_CONTENT).where(recording.c.id == recording_id)
        return noun(Recording, self._one(query, "recording"))

    def recordings(self, scheme_id: SchemeId) -> tuple[Recording, ...]:
        query = select(*_WITHOUT_CONTENT).where(recording.c.scheme_id == scheme_id).order_by(recording.c.entry)
        return tuple(noun(Recording, row) for row in self._all(query))

    def recording_content(self, recording_id: RecordingId) -> bytes:
        row = self._one(select(recording.c.content).where(recording.c.id == recording_id), "recording")
        return bytes(row.content)
