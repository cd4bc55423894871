"""Bring a store to the newest form. Forward only."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from custodiet.adapters.store.engine import viewing, writing

_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def migrate(engine: Engine) -> None:
    """Run every migration the store has not seen, in one transaction."""
    with writing(engine) as connection:
        if _form(connection) != newest_form():
            migrate_on(connection)
        _bind(connection)


def migrate_on(connection: Connection, form: str = "head") -> None:
    """The same, on a connection whose transaction the caller holds; up to a form, which is otherwise the newest."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, form)


def _bind(connection: Connection) -> None:
    """From here on no decision is made in this store but under an active operation, whatever its scheme has.

    Only in a store that is written to: a replay takes in decisions of schemes that had no register yet, as they came.
    """
    connection.execute(text("INSERT INTO activation_law SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM activation_law)"))


@cache
def known_forms() -> frozenset[str]:
    """Every form that this code can bring up to its own."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def is_current(engine: Engine) -> bool:
    """Whether the store has the form this code writes."""
    return form_of(engine) == newest_form()


@cache
def newest_form() -> str:
    """The form this code writes. Read once a process: finding it reads every migration."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def form_of(engine: Engine) -> str:
    """The form a store has; empty when it has none."""
    with viewing(engine) as connection:
        return _form(connection)


def _form(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
