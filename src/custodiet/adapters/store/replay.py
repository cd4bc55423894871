"""An empty store in memory, of the same form and under the same constraints, to replay records into."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool

from custodiet.adapters.store.changes import carry_out
from custodiet.adapters.store.digests import TABLES, form_digests, row_digests
from custodiet.adapters.store.engine import share_statements
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
    engine = _in_memory()
    with engine.connect() as connection:
        with closing(sqlite3.connect(":memory:")) as made:
            made.deserialize(_empty(form))
            made.backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        with connection.begin():
            yield ReplayRows(connection)
    engine.dispose()


@cache
def _empty(form: str) -> bytes:
    """The database as the migrations make it. Kept for the process: they take longer than a small ledger's replay."""
    from custodiet.adapters.store.migrate import migrate_on  # noqa: PLC0415 - Alembic, which only this needs

    engine = _in_memory()
    with engine.connect() as connection:
        with connection.begin():
            migrate_on(connection, form)
        driver: Any = connection.connection.driver_connection
        made: bytes = driver.serialize()
    engine.dispose()
    return made


def _in_memory() -> Engine:
    return share_statements(create_engine("sqlite+pysqlite://", poolclass=StaticPool))
