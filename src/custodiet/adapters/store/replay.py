"""An empty store in memory, of the same form and under the same constraints, to replay records into."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from custodiet.adapters.store.changes import carry_out
from custodiet.adapters.store.digests import TABLES, form_digests, row_digests
from custodiet.adapters.store.empty import open_empty
from custodiet.model.change import RowChange
from custodiet.model.record import IngestDetail, Ingested, Record
from custodiet.rules.tables import apply, apply_ingested


class ReplayRows:
    """The promises of flows.ports.Replay."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def apply(self, record: Record, index: int) -> bool:
        return self._try(apply(record, index))

    def apply_ingested(self, record: Ingested, detail: IngestDetail) -> bool:
        return self._try(apply_ingested(record, detail))

    def replayed_tables(self) -> tuple[str, ...]:
        return TABLES

    def row_digests(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        return row_digests(self._connection, table)

    def form_digests(self) -> dict[bytes, bytes]:
        return form_digests(self._connection)

    def _try(self, changes: tuple[RowChange, ...]) -> bool:
        # By the driver: a replay has hundreds of thousands of these, and SQLAlchemy's cost more than what lies in them.
        self._driver.execute("SAVEPOINT one")
        try:
            carry_out(self._connection, changes)
        except BaseException as error:
            self._driver.execute("ROLLBACK TO one")
            if isinstance(error, IntegrityError):
                return False
            raise
        finally:
            self._driver.execute("RELEASE one")
        return True


@contextmanager
def replay_store(form: str = "head") -> Iterator[ReplayRows]:
    """One empty store, of the newest form or an earlier one; gone when the block ends."""
    with open_empty(form) as connection, connection.begin():
        yield ReplayRows(connection)
