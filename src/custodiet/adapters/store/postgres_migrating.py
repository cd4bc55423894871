"""The migrations on PostgreSQL: what they say in SQLite's words is put into its own as it comes by."""

from typing import Any

from sqlalchemy import Connection, event

from custodiet.adapters.store.postgres_words import trigger_in_postgres


def put_law_into_its_words(connection: Connection) -> None:
    """Until the connection is let go of, carry out triggers as PostgreSQL has them, whatever hands them over."""

    @event.listens_for(connection, "before_cursor_execute", retval=True)
    def _translate(_: Connection, cursor: Any, statement: str, parameters: Any, *more: Any) -> tuple[str, Any]:  # noqa: ARG001
        made = trigger_in_postgres(statement.replace("%%", "%"))  # doubled on their way to the driver
        if made is None:
            return statement, parameters
        *first, last = made
        for one in first:
            cursor.execute(one)
        return last.replace("%", "%%"), parameters
