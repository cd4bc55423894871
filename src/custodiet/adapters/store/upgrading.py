"""A copy of the store, whole, under a name of its own, before its form changes."""

from itertools import count
from pathlib import Path

from custodiet.adapters.archive import put_in_place, working_beside
from custodiet.adapters.store.copying import copy_database


def put_copy_aside(store: Path) -> Path:
    """`custodiet.db.before-upgrade-N`, durable, with the first N that is free."""
    names = (store.with_name(f"{store.name}.before-upgrade-{number}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    with working_beside(aside) as folder:
        copy_database(store, folder / "copy.db")
        put_in_place(folder / "copy.db", aside)
    return aside
