"""Whether the tables and the law of a PostgreSQL database are, to the letter, what the migrations make.

A verifier holds a store's form against an empty SQLite store of the same form. So this tells of each definition in
SQLite's words if PostgreSQL holds just what they come to, and in PostgreSQL's own otherwise, which then differ; and of
whatever else is there.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.types import LargeBinary

from custodiet.adapters.store.empty import open_empty
from custodiet.adapters.store.postgres_words import Refusal, read_trigger

Definition = tuple[str, str]
"""A name, and what it stands for."""
Said = tuple[str | int | bool, ...]
"""What PostgreSQL says of a table, an index or a rule; to be held against another."""

_ROW, _BEFORE = 1, 2
_VERBS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}
"""Bits of pg_trigger.tgtype."""
_TRIGGERS = text(
    """
SELECT t.tgname AS name, c.relname AS "table", t.tgtype AS kind, t.tgenabled AS enabled, t.tgqual IS NULL AS bare,
  t.tgdeferrable AS deferrable, p.prosrc AS body, l.lanname AS language,
  (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a
   WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)) AS columns
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"""
)
_STRANGE = text(
    """
SELECT 'function ' || p.oid::regprocedure AS name FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgfoid = p.oid)
UNION ALL
SELECT CAST(c.relkind AS TEXT) || ' ' || c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('r', 'i')
UNION ALL
SELECT 'rule ' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind NOT IN ('v', 'm')
UNION ALL
SELECT 'disarmed ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgisinternal AND t.tgenabled <> 'O'
UNION ALL
SELECT 'policy ' || c.relname FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND (c.relrowsecurity OR c.relpersistence <> 'p')"""
)
"""What no migration makes: other functions, views, rules that no view is made of, policies, sequences, tables that are
not kept, and foreign keys that were put out of force."""
_COLUMNS = text(
    """
SELECT c.relname AS "table", a.attnum || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
  || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
  || CAST(a.attidentity AS TEXT) || CAST(a.attgenerated AS TEXT) AS said
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"""
)
_CONSTRAINTS = text(
    """
SELECT c.relname AS "table", CASE WHEN o.contype = 'c' THEN o.conname || ' ' ELSE '' END
  || pg_get_constraintdef(o.oid, true) || CASE WHEN o.convalidated THEN '' ELSE ' NOT VALID' END AS said
FROM pg_class c JOIN pg_constraint o ON o.conrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND o.contype <> 't'"""
)
_INDEXES = text(
    """
SELECT n.relname AS name, t.relname AS "table", CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ('
  || (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' ORDER BY k) FROM generate_series(1, i.indnatts) k)
  || ')' || coalesce(' WHERE ' || pg_get_expr(i.indpred, i.indrelid), '')
  || CASE WHEN i.indisvalid AND i.indimmediate THEN '' ELSE ' NOT VALID' END AS said
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
WHERE t.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u'))"""
)
_KINDS = {int: "bigint", bool: "bigint", str: "text"}
_CHECKS = {
    "an_order_names_its_maker": "(authority = 'order'::text) = (maker IS NOT NULL)",
    "no_review_no_force": "authority = 'order'::text OR until_at IS NOT NULL AND until_at <= review_due_at",
    "nobody_approves_their_own": "approved_by IS NULL OR approved_by <> proposed_by",
    "review_after_start": "review_due_at > starts_at",
}
"""As PostgreSQL words them."""


def definitions(connection: Connection, form: str) -> Iterator[Definition]:
    """Each definition's name and text: SQLite's of that form where PostgreSQL holds what it comes to."""
    wanted, texts = _wanted(form)
    there = [*_tables_there(connection), *_indexes_there(connection), *_refusals_there(connection)]
    whole = {name for name, said in there if said == wanted.get(name)}
    for name, said in there:
        if said == wanted.get(name):
            yield name, texts[name]
        else:
            # A rule is named within its table: beside the one that is wanted there may be another of its name.
            yield f"{name} of {said[0]}" if name in whole else name, repr(said)
    for row in connection.execute(_STRANGE):
        yield row.name, ""


@cache
def _wanted(form: str) -> tuple[Mapping[str, Said], Mapping[str, str]]:
    """Of an empty SQLite store: what PostgreSQL would say of each definition, and its own text."""
    with open_empty(form) as connection:
        made = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        rows = [(row.type, row.name, row.sql) for row in made]
        inspector = inspect(connection)
        wanted: dict[str, Said] = {**dict(_tables_wanted(inspector)), **dict(_indexes_wanted(inspector))}
    wanted |= {name: _refusal(read_trigger(sql)) for kind, name, sql in rows if kind == "trigger"}
    return wanted, {name: sql for _, name, sql in rows}


def _refusal(wanted: Refusal) -> Said:
    columns = ",".join(sorted(wanted.columns))
    kind = _ROW | _BEFORE | _VERBS[wanted.verb]
    return (wanted.table, kind, "O", True, False, wanted.body, "plpgsql", columns)


def _refusals_there(connection: Connection) -> Iterator[tuple[str, Said]]:
    for one in connection.execute(_TRIGGERS):
        how = (one.kind, one.enabled, one.bare, one.deferrable)
        yield one.name, (one.table, *how, one.body, one.language, one.columns or "")


def _tables_there(connection: Connection) -> Iterator[tuple[str, Said]]:
    """What each table is made of, a line for each column and constraint."""
    tables: dict[str, list[str]] = {}
    for statement in (_COLUMNS, _CONSTRAINTS):
        for row in connection.execute(statement):
            tables.setdefault(row.table, []).append(row.said.replace('"', ""))
    yield from ((name, tuple(sorted(said))) for name, said in tables.items())


def _indexes_there(connection: Connection) -> Iterator[tuple[str, Said]]:
    for row in connection.execute(_INDEXES):
        yield row.name, (row.table, row.said.replace('"', ""))


def _tables_wanted(inspector: Inspector) -> Iterator[tuple[str, Said]]:
    """The same of the SQLite store, as PostgreSQL would say it."""
    for name in inspector.get_table_names():
        key = inspector.get_pk_constraint(name)["constrained_columns"]
        said = [_column(place, one) for place, one in enumerate(inspector.get_columns(name), 1)]
        said.append(f"PRIMARY KEY ({', '.join(key)})")
        for one in inspector.get_foreign_keys(name):
            here, there = ", ".join(one["constrained_columns"]), ", ".join(one["referred_columns"])
            later = " DEFERRABLE INITIALLY DEFERRED" if one["options"].get("deferrable") else ""
            said.append(f"FOREIGN KEY ({here}) REFERENCES {one['referred_table']}({there}){later}")
        said += [f"UNIQUE ({', '.join(one['column_names'])})" for one in inspector.get_unique_constraints(name)]
        said += [
            f"{one['name']} CHECK ({_CHECKS.get(str(one['name']))})" for one in inspector.get_check_constraints(name)
        ]
        yield name, tuple(sorted(said))


def _indexes_wanted(inspector: Inspector) -> Iterator[tuple[str, Said]]:
    for table in inspector.get_table_names():
        for index in inspector.get_indexes(table):
            unique, columns = "UNIQUE " if index["unique"] else "", ", ".join(map(str, index["column_names"]))
            yield str(index["name"]), (table, f"{unique}INDEX ({columns})")


def _column(place: int, column: Any) -> str:
    kind = "bytea" if isinstance(column["type"], LargeBinary) else _KINDS[column["type"].python_type]
    if column["type"].__class__.__name__ == "VARCHAR":
        kind = f"character varying({column['type'].length})"
    default = {None: "", "x''": r" DEFAULT '\x'::bytea"}.get(column["default"], f" DEFAULT {column['default']}")
    default = default.replace("'0'", "'0'::bigint") if kind == "bigint" else default
    default += "::text" if default and kind == "text" else ""
    return f"{place} {column['name']} {kind}{'' if column['nullable'] else ' NOT NULL'}{default}"
