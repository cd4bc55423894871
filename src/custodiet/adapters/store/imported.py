"""The table of where cases came from, and its views. Its law stands in migration 0011."""

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table, Text, select

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun
from custodiet.adapters.store.types import UtcMs
from custodiet.model.identity import CaseId, PersonId
from custodiet.model.imported import Imported

case_import = Table(
    "case_import",
    t.metadata,
    Column("case_id", Text, ForeignKey("case_file.id"), primary_key=True),
    Column("file_sha256", LargeBinary, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("imported_at", UtcMs, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
)
IMPORTED = (case_import,)


class ImportedRows(Rows):
    """The part of flows.ports.Reading that is about cases that came out of a file."""

    def imported(self, case_id: CaseId) -> Imported | None:
        row = self._maybe(case_import.select().where(case_import.c.case_id == case_id))
        return None if row is None else noun(Imported, row)

    def is_named(self, person_id: PersonId) -> bool:
        query = select(t.person.c.name_sealed).where(t.person.c.id == person_id)
        return self._connection.execute(query).scalar() is not None
