"""Connections to SQLite: WAL, synchronous FULL, every writing transaction IMMEDIATE, deleted bytes overwritten.

IMMEDIATE takes the one write lock at BEGIN, so what a transaction reads before it writes cannot change under it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as DriverConnection
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

from custodiet.model.errors import CannotRecord

LOCK_WAIT_MS = 5000
PAGE_BYTES = 8192
"""Of a store that begins; another keeps what it has. A frame is larger than many pages, and each has its price."""
_OUT_OF_REACH = (OperationalError, DatabaseError, InterfaceError)
"""The lock, the disk or the server is not to be had. Not what is made of them: a constraint that refuses is one too."""

_ANY = create_engine("sqlite+pysqlite://")
_ANY.connect().close()  # what a dialect knows of its database it learns from the first connection
_DIALECT = _ANY.dialect
_COMPILED: LRUCache[Any, Any] = LRUCache(2000)
"""Statements as text, by what they ask; more than there are in the code. Safe to share among threads."""


def share_statements(engine: Engine) -> Engine:
    """Let an engine take over, and leave, what others of this process have put into SQL.

    Else every engine would do all of it anew, as in each replay, where that takes longer than SQLite does. The
    dialect goes with it: what is compiled is kept by the very dialect that it is for.
    """
    engine.dialect = _DIALECT
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """An engine on the database file. Read-only never creates it."""
    mode = "ro" if read_only else "rwc"
    engine = create_engine(
        f"sqlite+pysqlite:///file:{quote(quote(str(path)))}?mode={mode}&uri=true",
        poolclass=QueuePool,
        pool_size=4,
        hide_parameters=True,  # an error's text must not quote what was to be written
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DriverConnection, _: Any) -> None:
        # The driver must not open transactions of its own: ours are explicit.
        connection.isolation_level = None
        # Text that is none is someone else's hand: it must be seen to differ, not stop whoever looks.
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        connection.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
        if not read_only:
            connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return share_statements(engine)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction. Commits at the end; any error rolls it back whole.

    Raises CannotRecord when the lock or the disk is not to be had; a constraint that refuses is the writer's error
    and is raised as it is.
    """
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        if _is_out_of_reach(error):
            raise CannotRecord("the store cannot write now") from None
        raise


@contextmanager
def viewing(engine: Engine) -> Iterator[Connection]:
    """A reading transaction: one consistent view. Raises CannotRecord when the store cannot be read."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        if _is_out_of_reach(error):
            raise CannotRecord("the store cannot be read now") from None
        raise


def _is_out_of_reach(error: DBAPIError) -> bool:
    """Also when a server ended the connection: it names any kind of error for that."""
    return type(error) in _OUT_OF_REACH or error.connection_invalidated


def refusal(error: DBAPIError) -> str:
    """What a constraint says as it refuses, without the row that it refused: PostgreSQL would quote that beside it."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(error.orig) if diagnosis is None else diagnosis.message_primary or "refused"
