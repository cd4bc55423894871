"""PostgreSQL as the store wants it: numbers are 64 bits wide, a truth is 0 or 1, and no number is drawn by the server.

The tables hold the very values that they hold in SQLite, so that a row has one digest wherever it stands, and a law
that says `first <> 0` means the same in both.
"""

from typing import Any

import psycopg
from sqlalchemy import Column
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg
from sqlalchemy.sql.elements import Null

NAME = "postgresql.custodiet"
_BYTES = {"x''": r"'\x'"}
"""How a migration says no bytes in SQLite's words, and how PostgreSQL does."""


class _Types(PGTypeCompiler):
    def visit_BOOLEAN(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802 - SQLAlchemy's names
        return "BIGINT"

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002, N802
        return "BIGINT"


class _Tables(PGDDLCompiler):
    def get_column_specification(self, column: Column[Any], **kwargs: Any) -> str:  # noqa: ARG002
        kind = self.dialect.type_compiler_instance.process(column.type, type_expression=column)
        default = self.get_column_default_string(column)
        said = [self.preparer.format_column(column), kind]
        if default is not None:
            said.append(f"DEFAULT {_BYTES.get(default, default)}")
        if not column.nullable:
            said.append("NOT NULL")
        return " ".join(said)


class _Statements(PGCompiler_psycopg):
    def visit_is__binary(self, binary: Any, operator: Any, **kw: Any) -> str:  # noqa: ARG002 - as above
        """IS holds any two against each other in SQLite; here it knows NULL alone, and truths that are truths."""
        said = "IS" if isinstance(binary.right, Null) else "IS NOT DISTINCT FROM"
        return f"{self.process(binary.left, **kw)} {said} {self.process(binary.right, **kw)}"

    def visit_max_func(self, fn: Any, **kw: Any) -> str:
        """Of several, SQLite's max is the greatest, or unknown where one is; here it is of rows alone."""
        return self._of_several("max", "greatest", fn, **kw)

    def visit_min_func(self, fn: Any, **kw: Any) -> str:
        return self._of_several("min", "least", fn, **kw)

    def visit_sum_func(self, fn: Any, **kw: Any) -> str:
        """Of numbers of 64 bits PostgreSQL makes one of any length, which Python has as another kind of number."""
        return f"CAST(sum{self.function_argspec(fn, **kw)} AS BIGINT)"

    def _of_several(self, of_rows: str, of_several: str, fn: Any, **kw: Any) -> str:
        said = self.function_argspec(fn, **kw)
        if len(fn.clauses) == 1:
            return f"{of_rows}{said}"
        return f"CASE WHEN num_nulls{said} = 0 THEN {of_several}{said} END"


class StoreDialect(PGDialect_psycopg):
    """psycopg's, with parameters by place, as changes.carry_out hands them over."""

    driver = "custodiet"
    supports_statement_cache = True
    supports_native_boolean = False
    default_paramstyle = "format"
    statement_compiler = _Statements
    ddl_compiler = _Tables
    type_compiler_cls = _Types

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"paramstyle": "format"} | kwargs)  # type: ignore[no-untyped-call]
        self.supports_native_boolean = False

    def do_commit(self, dbapi_connection: Any) -> None:
        """Raise when the server says that something went otherwise than asked.

        A commit that waits for a standby and is broken off by an administrator says nothing worse than a warning: it
        is committed on that one machine, and lost with it. Whoever asked must not be told that it is done.
        """
        warned: list[str | None] = []

        def hear(said: psycopg.errors.Diagnostic) -> None:
            if said.severity_nonlocalized == "WARNING":
                warned.append(said.sqlstate)

        dbapi_connection.add_notice_handler(hear)
        try:
            super().do_commit(dbapi_connection)  # type: ignore[no-untyped-call]
        finally:
            dbapi_connection.remove_notice_handler(hear)
        if warned:
            raise psycopg.OperationalError("a commit that the server warned of")


registry.register(NAME, __name__, StoreDialect.__name__)
