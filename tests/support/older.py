"""A store of an earlier form, as the version before would have left it: the same rows, under that form's rules."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from custodiet.adapters.store.engine import open_engine, writing
from custodiet.adapters.store.migrate import migrate_on
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.main import making
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.record import DecisionMade, DecisionProposed

from .by_hand import hands_on


def as_before(patch: pytest.MonkeyPatch) -> None:
    """A log is opened as the version before opened it: nobody had to assess anything."""

    def open_log(store, opening):
        with store.acting() as act:
            act.write(Entry(EntryKind.LOG_OPENED, ActorId("vault")), opening)

    patch.setattr(making, "open_log", open_log)


def form_before() -> str:
    """The form that the last version left: those since then came together."""
    return "0006"


def unbind(place) -> None:
    """Take the mark away by which no decision is made but under an active operation: there was none before."""
    with hands_on(place) as hand, hand.rules_held_back("activation_law"):
        hand.execute("DELETE FROM activation_law")


def decided_before(store: SqliteStore, decision: Decision, by: ActorId) -> None:
    """A decision as it was made while schemes had no register: the same two records."""
    with store.acting() as act:
        person_id = act.case(decision.case_id).person_id
        act.write(Entry(EntryKind.DECISION_PROPOSED, decision.proposed_by, person_id), DecisionProposed(decision))
        made = DecisionMade(decision.id, by, act.now)
        act.write(Entry(EntryKind.DECISION_MADE, by, person_id), made)


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
