"""Bring a store to the newest form. Forward only."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from custodiet.adapters.store.engine import writing
from custodiet.adapters.store.forms import MIGRATIONS, form_on, newest_form


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def migrate(engine: Engine) -> None:
    """Run every migration the store has not seen, in one transaction."""
    with writing(engine) as connection:
        if form_on(connection) != newest_form():
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
