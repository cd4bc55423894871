"""A store of an earlier form, as the version before would have left it: the same rows, under that form's rules."""

import sqlite3
from contextlib import closing
from pathlib import Path

from custodiet.adapters.store.engine import open_engine, writing
from custodiet.adapters.store.migrate import known_forms, migrate_on


def form_before() -> str:
    """The form before the newest."""
    return sorted(known_forms())[-2]


def bring_down(path: Path, form: str) -> None:
    """Rewrite a store in that form; whatever only a later form has is left out."""
    older = path.with_name("older.db")
    engine = open_engine(older)
    with writing(engine) as connection:
        migrate_on(connection, form)
    engine.dispose()
    with closing(sqlite3.connect(older, isolation_level=None)) as raw:
        raw.execute("ATTACH ? AS newer", (str(path),))
        rules = raw.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'").fetchall()
        raw.execute("BEGIN")
        for name, _ in rules:
            raw.execute(f"DROP TRIGGER main.{name}")
        for (table,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table in ("alembic_version", "decision_move", "alert_move"):
                continue
            columns = ", ".join(f'"{row[1]}"' for row in raw.execute(f"PRAGMA main.table_info({table})"))
            raw.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM newer."{table}"')
        for _, text in rules:
            raw.execute(text)
        raw.execute("COMMIT")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    older.replace(path)
