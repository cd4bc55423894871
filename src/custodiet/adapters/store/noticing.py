"""The tables of notices and their translations. Their law stands in migration 0012."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import Code, Json, UtcMs
from custodiet.model.notice import How, TextOf, TranslatedLine, Understood, WhyDeclined

notice_served = Table(
    "notice_served",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("case_file.id"), nullable=False),
    Column("notice_sha256", LargeBinary, nullable=False),
    Column("register", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("how", Code(How), nullable=False),
    Column("understood", Code(Understood), nullable=False),
    Column("at", UtcMs, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Code(WhyDeclined), nullable=True),
    Column("words_sealed", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
)
translation = Table(
    "translation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scheme_id", Text, ForeignKey("scheme.id"), nullable=False),
    Column("language", Text, nullable=False),
    Column("notice_sha256", LargeBinary, nullable=False),
    Column("lines", Json(tuple[TranslatedLine, ...]), nullable=False),
    Column("by_machine", Boolean, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", UtcMs, nullable=False),
    Column("checked_by", Text, nullable=True),
    Column("checked_at", UtcMs, nullable=True),
    Column("qualification", Text, nullable=False),
    Column("approved_by", Text, nullable=True),
    Column("approved_at", UtcMs, nullable=True),
    Column("entry", BigInteger, nullable=False),
    Column("of", Code(TextOf), nullable=False),
)

Index("notice_served_by_case", notice_served.c.case_id)
Index("translation_by_scheme", translation.c.scheme_id, translation.c.language)

NOTICED = (notice_served, translation)
"""As tables.REPLAYED."""
