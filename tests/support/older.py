"""A store of an earlier form, as the version before would have left it: the same rows, under that form's rules."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from custodiet import main
from custodiet.adapters.store.engine import open_engine, writing
from custodiet.adapters.store.migrate import known_forms, migrate_on
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.record import DecisionMade, DecisionProposed

from . import site


def as_before(patch: pytest.MonkeyPatch) -> None:
    """Places are made as the version before made them: nobody assessed anything."""

    def open_log(store, opening):
        with store.acting() as act:
            act.write(Entry(EntryKind.LOG_OPENED, ActorId("vault")), opening)

    def propose(store, chance, decision: Decision):
        with store.acting() as act:
            person_id = act.case(decision.case_id).person_id
            act.write(Entry(EntryKind.DECISION_PROPOSED, decision.proposed_by, person_id), DecisionProposed(decision))

    def make_decision(store, decision_id, by):
        with store.acting() as act:
            person_id = act.case(act.decision(decision_id).case_id).person_id
            act.write(Entry(EntryKind.DECISION_MADE, by, person_id), DecisionMade(decision_id, by, act.now))

    patch.setattr(main, "open_log", open_log)
    patch.setattr(site, "propose", propose)
    patch.setattr(site, "make_decision", make_decision)


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
