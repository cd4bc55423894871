"""Whether a database may be believed to be a store at all, before anything is written to it.

A backup lay where others could reach it. A rule that was taken away, or put in, would act with our own hands at the
first write; so its tables and rules are held, to the letter, against those of an empty store of the same form.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, MultipleResultsFound

from custodiet.adapters.store.digests import form_digests
from custodiet.adapters.store.engine import open_engine, viewing
from custodiet.adapters.store.forms import form_of, known_forms
from custodiet.adapters.store.replay import replay_store
from custodiet.model.errors import CannotRecord, TableMismatch, Unready


def require_sound(path: Path) -> str:
    """The form of a store that is sound. Raises Unready for a form this code does not know, else TableMismatch."""
    engine = open_engine(path, read_only=True)
    try:
        return require_sound_on(engine)
    finally:
        engine.dispose()


def require_sound_on(engine: Engine) -> str:
    """The same of a store that is open."""
    try:
        form = form_of(engine)
        if form not in known_forms():
            raise Unready(
                "the store is of a form that this code does not know: use the version that wrote it, or later"
            )
        with viewing(engine) as connection, replay_store(form) as empty:
            if connection.dialect.name == "sqlite" and _damaged(connection):
                raise TableMismatch("the database is damaged")
            if form_digests(connection) != empty.form_digests():
                raise TableMismatch("the store's tables and rules are not those of its form")
    except (CannotRecord, MultipleResultsFound, DBAPIError):
        raise TableMismatch("the database cannot be read: it is damaged, or is none") from None
    return form


def _damaged(connection: Connection) -> bool:
    """By its own word. A server looks after its pages itself (data checksums)."""
    return connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok"
