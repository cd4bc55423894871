"""The store on PostgreSQL: the same promises, the same law, the same rows.

Every writing transaction takes one lock of the database before it reads, and gives it back by ending: what SQLite does
by BEGIN IMMEDIATE. Whoever reads sees one moment (REPEATABLE READ, READ ONLY) and is never waited for.

A server that could lose what it has acknowledged, sorts text by a language, or writes the values of a refused row into
its log, is not written to. Of several servers that the address names, the primary is: a standby may be behind.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from custodiet.adapters.store import postgres_dialect
from custodiet.adapters.store.engine import LOCK_WAIT_MS, viewing
from custodiet.adapters.store.sql import Chance, Clock, SqlStore
from custodiet.model.errors import Unready

_ONE_WRITER = 0x637573746F
"""The advisory lock of whoever writes; of one database, as all advisory locks are."""
_STOPPED_MS = 30_000
"""How long whoever holds the lock may say nothing. A process that was stopped, or whose machine is gone, loses it then,
and what it had begun: else everyone would wait for it."""
_BEGIN_WRITING = (
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "  # what is read is what stands once the lock is ours
    f"SET LOCAL idle_in_transaction_session_timeout = {_STOPPED_MS}; SELECT pg_advisory_xact_lock({_ONE_WRITER})"
)
_BEGIN_READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_FINDS_THE_PRIMARY = {
    "target_session_attrs": "primary",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""For libpq: of the hosts of an address the one that is no standby; and in how long a machine that is gone is known to
be (seconds, the last in ms). Not `read-write`: whoever only reads would find none."""
_SAFE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "log_error_verbosity": ("terse",),
    "server_encoding": ("UTF8",),
}
"""What must be so, and why: the first three, or what was acknowledged can be lost; terse, or a refused row's values are
written into the server's log."""
_SORTED_BY_BYTES = {("c", name) for name in ("C", "POSIX", "C.UTF-8", "C.utf8")}
"""By the C library (c), in one of these: as SQLite sorts."""


def open_postgres(address: str, *, read_only: bool = False) -> Engine:
    """An engine on a database by its address, `postgresql://user@host/name`. Raises Unready for what is no address."""
    try:
        url = make_url(address).set(drivername=postgres_dialect.NAME.replace(".", "+"))
    except ArgumentError:
        raise Unready("the store's address is to be postgresql://user@host:port/name") from None
    # No time limit: a commit that it breaks off while it waits for a standby stands on one machine alone.
    # Warnings are to be heard: that a commit was broken off is told as one.
    options = f"-c lock_timeout={LOCK_WAIT_MS} -c statement_timeout=0 -c timezone=UTC -c client_min_messages=warning"
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=4,
        hide_parameters=True,  # an error's text must not quote what was to be written
        connect_args={
            "options": options + (" -c default_transaction_read_only=on" if read_only else ""),
            **_FINDS_THE_PRIMARY,
        },
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql(_BEGIN_WRITING if writes else _BEGIN_READING)

    return engine


def require_safe(engine: Engine) -> None:
    """Raise Unready, naming all that is wrong, for a server whose word is not to be relied on."""
    with viewing(engine) as connection:
        wrong = list(_unsafe(connection))
    if wrong:
        raise Unready("; ".join(wrong))


def _unsafe(connection: Connection) -> Iterator[str]:
    for name, allowed in _SAFE.items():
        said = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if said not in allowed:
            yield f"the database server has {name} = {said}; it is to be {' or '.join(allowed)}"
    query = "SELECT datlocprovider AS by, datcollate AS said FROM pg_database WHERE datname = current_database()"
    sorts = connection.exec_driver_sql(query).one()
    if (sorts.by, sorts.said) not in _SORTED_BY_BYTES:
        yield "the database sorts text by a language; it is to be made with LC_COLLATE 'C'"


def _named_synchronous(names: str) -> int:
    """How many standbys a commit waits for: `ANY 1 (a, b)`, `FIRST 2 (…)`, `1 (…)`, `a, b` (PostgreSQL 15, 20.6.2)."""
    counted = re.match(r"\s*(?:(?:ANY|FIRST)\s+)?(\d+)\s*\(", names, re.IGNORECASE)
    if counted is not None:
        return int(counted[1])
    return 1 if names.strip() else 0


class PostgresStore(SqlStore):
    """One database of a PostgreSQL server. Safe to share among threads and with other processes, wherever they are."""

    def __init__(
        self, address: str, clock: Clock, chance: Chance, *, read_only: bool = False, pulses: bool = True
    ) -> None:
        super().__init__(open_postgres(address, read_only=read_only), clock, chance, pulses=pulses)

    def prepare(self) -> None:
        """Create or upgrade the tables, on a server that may be relied on."""
        require_safe(self._engine)
        super().prepare()

    def require_sound(self) -> str:
        """As the store says; and the server is to be relied on."""
        require_safe(self._engine)
        return super().require_sound()

    def confirming(self) -> int | None:
        with viewing(self._engine) as connection:
            return _named_synchronous(str(connection.exec_driver_sql("SHOW synchronous_standby_names").scalar()))

    def check_form(self) -> None:
        """Raise Unready when the server is not to be relied on, or the tables are of another form."""
        require_safe(self._engine)
        super().check_form()
