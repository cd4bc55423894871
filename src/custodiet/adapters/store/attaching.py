"""The table of files attached, without their contents, and its view. Its law stands in migration 0015."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from custodiet.adapters.store.columns import of, ref
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, UtcMs
from custodiet.model.attachment import AttachedTo, Attachment
from custodiet.model.identity import CaseId

attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),
    ref("case_id", "case_file.id"),
    of("about", Code(AttachedTo)),
    of("thing", Text),
    of("at", UtcMs),
    of("by", Text),
    of("label_sealed", LargeBinary),
    of("entry", BigInteger),
)
Index("attachment_by_case", attachment.c.case_id, attachment.c.entry)
ATTACHED = (attachment,)
"""As tables.REPLAYED."""


class AttachmentRows(Rows):
    """The part of flows.ports.Reading that is about files attached."""

    def attachments_of(self, case_id: CaseId) -> tuple[Attachment, ...]:
        query = attachment.select().where(attachment.c.case_id == case_id).order_by(attachment.c.entry)
        return tuple(noun(Attachment, row) for row in self._all(query))
