"""Which form a store has, and which forms this code knows: the numbers of its migrations.

Without Alembic: every process asks at its start, and importing it takes as long as half of all else that is imported.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from custodiet.adapters.store.engine import viewing

MIGRATIONS = Path(__file__).parent / "migrations"


@cache
def known_forms() -> frozenset[str]:
    """Every form that this code can bring up to its own."""
    names = (re.fullmatch(r"v([0-9]{4})_\w+\.py", one.name) for one in (MIGRATIONS / "versions").iterdir())
    return frozenset(name[1] for name in names if name is not None)


def newest_form() -> str:
    """The form this code writes."""
    return max(known_forms())


def is_current(engine: Engine) -> bool:
    """Whether the store has the form this code writes."""
    return form_of(engine) == newest_form()


def form_of(engine: Engine) -> str:
    """The form a store has; empty when it has none."""
    with viewing(engine) as connection:
        return form_on(connection)


def form_on(connection: Connection) -> str:
    """The same, on a connection whose transaction the caller holds."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""
