"""An empty SQLite store as the migrations make it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from custodiet.adapters.store.engine import share_statements


@cache
def empty_database(form: str) -> bytes:
    """The database, of a form or the newest (`head`). Kept: it takes longer to make than a small ledger's replay."""
    from custodiet.adapters.store.migrate import migrate_on  # noqa: PLC0415 - Alembic, which only this needs

    engine = create_engine("sqlite+pysqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        with connection.begin():
            migrate_on(connection, form)
        driver: Any = connection.connection.driver_connection
        made: bytes = driver.serialize()
    engine.dispose()
    return made


@contextmanager
def open_empty(form: str) -> Iterator[Connection]:
    """One of one's own, in memory; gone when the block ends. What others of this process have compiled it has too."""
    engine = share_statements(create_engine("sqlite+pysqlite://", poolclass=StaticPool))
    with engine.connect() as connection:
        with closing(sqlite3.connect(":memory:")) as made:
            made.deserialize(empty_database(form))
            made.backup(connection.connection.driver_connection)  # type: ignore[arg-type]
        yield connection
    engine.dispose()
