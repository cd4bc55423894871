"""One settled person made many, for the bench: the rows that a monitor reads, copied under names of their own.

To decide a hundred thousand cases by the real flows takes hours, and none of it is on the hot path. So one person is
settled by them, and what a monitor reads of that person is copied in the file itself, with the law of the store set
aside meanwhile and put back word for word. Nobody but the first has a ledger entry, a notice or an assessment, and the
zones of the others lie nowhere sealed. Of zones the first has as many as the rules admit; the rest is copied, too. Such
a store is good for measuring and for nothing else. Whatever is written afterwards is written under the whole law.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.adapters.store.law_aside import without_the_law
from custodiet.model.decision import LATE_MAX_LIMIT
from custodiet.model.identity import ConditionId, PersonId
from custodiet.model.mode import Category
from custodiet.model.record import LogOpened
from custodiet.rules.keys import day_key_claim
from custodiet.simulation.load import Crowd, reference_of


class Multiplied:
    """The people of a crowd in one store's file, of whom the first was settled by the flows."""

    def __init__(self, file: Path, crowd: Crowd, pinned: LogOpened) -> None:
        """`pinned`: of the store. What vouches for the keys of days in here is `self.pinned`."""
        self.file = file
        self._crowd = crowd
        self._signing = Ed25519PrivateKey.generate()
        self.pinned = replace(pinned, issue_key=self._signing.public_key().public_bytes_raw())
        self._conditions: list[str] = []

    def make(self) -> None:
        """Copy them. The store must be closed, or at least idle."""
        with self._past_the_law() as store:
            self._copy(store)

    def erase_days(self, count: int) -> None:
        """Of everyone so many days before any on which a fix can still come, whose keys are destroyed: what months of a
        trail leave behind. The store must be idle.
        """
        with self._past_the_law() as store:
            [[first]] = store.execute("SELECT min(day) FROM day_key")
            past = [date.fromisoformat(first) - _LONG_PAST - timedelta(days=number) for number in range(count)]
            store.execute("BEGIN")
            store.executemany(_ERASED_DAY, ({"like": first, "day": day.isoformat()} for day in past))
            store.execute("COMMIT")

    @contextmanager
    def _past_the_law(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as store:
            # It is thrown away with its folder: nothing of the copying needs to outlast a power cut.
            store.execute("PRAGMA synchronous=OFF")
            store.execute("PRAGMA foreign_keys=OFF")
            store.row_factory = sqlite3.Row
            with without_the_law(store):
                yield store

    def stored(self) -> dict[str, float]:
        """How large the store is by now, and what of it accounts for a batch on average, both in bytes."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as store:
            [[pages]], [[size]] = store.execute("PRAGMA page_count"), store.execute("PRAGMA page_size")
            [[record]] = store.execute("SELECT avg(length(body) + length(digest)) FROM ingest_record")
        return {"bytes": pages * size, "record_bytes": record or 0.0}

    def zones(self, people: range) -> dict[ConditionId, bytes]:
        """The geometry of these people's zones, as a vault would give it."""
        given = {}
        for person in people:
            for number, (_, geometry) in enumerate(self._crowd.zones_of(person)):
                base = self._conditions[number]
                given[ConditionId(_named(base, person))] = json.dumps(geometry).encode()
        return given

    def _copy(self, store: sqlite3.Connection) -> None:
        conditions = [dict(row) for row in store.execute("SELECT * FROM condition ORDER BY version")]
        last = conditions[-1]
        further = [
            {**last, "id": f"{last['id'][:-16]}{number:08x}{0:08x}"}
            for number in range(len(conditions), self._crowd.zones)
        ]
        insert(store, "condition", further)
        conditions += further
        self._conditions = [row["id"] for row in conditions]
        others = range(1, len(self._crowd.serials))
        for table, changed in _OF_A_PERSON.items():
            [row] = [dict(one) for one in store.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own words
            insert(store, table, ({**row, **self._told(row, changed, number)} for number in others))
        named = ("id", "decision_id")
        for row in conditions:
            insert(store, "condition", ({**row, **self._told(row, named, number)} for number in others))
        self._sign_days(store)

    def _told(self, row: dict[str, Any], changed: tuple[str, ...], person: int) -> dict[str, Any]:
        own = {"serial": self._crowd.serials[person], "reference": reference_of(person)}
        return {name: own.get(name) or _named(row[name], person) for name in changed}

    def _sign_days(self, store: sqlite3.Connection) -> None:
        """Everyone's keys of every day that has one, those of the first signed by us: nobody gets to a later one.

        The public half is the first person's: it costs the same.
        """
        rows = [dict(row) for row in store.execute("SELECT * FROM day_key ORDER BY day, category")]
        store.execute("DELETE FROM day_key")
        people = range(len(self._crowd.serials))
        insert(store, "day_key", chain.from_iterable(self._days_of(person, rows) for person in people))

    def _days_of(self, person: int, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            if row["day"] == rows[0]["day"]:
                yield self._signed(row, person)
            else:
                yield {**row, "person_id": _named(row["person_id"], person)}

    def _signed(self, row: dict[str, Any], person: int) -> dict[str, Any]:
        person_id = PersonId(_named(row["person_id"], person))
        of = (person_id, Category(row["category"]), date.fromisoformat(row["day"]), row["public"])
        return {**row, "person_id": person_id, "signature": self._signing.sign(day_key_claim(*of))}


_LONG_PAST = LATE_MAX_LIMIT + timedelta(days=2)
_ERASED_DAY = """INSERT INTO day_key (person_id, category, day, public, signature, destroyed_at, version)
    SELECT person_id, category, :day, x'', x'', version, version FROM day_key WHERE day = :like"""
_OF_A_PERSON = {
    "person": ("id",),
    "case_file": ("id", "person_id", "reference"),
    "device": ("id", "serial"),
    "fitting": ("id", "device_id", "case_id"),
    "decision": ("id", "case_id"),
    "decision_purpose": ("decision_id",),
    "sender_scope": ("serial",),
}
"""Tables with one row of a person's, and what of it is the person's own."""


def _named(base: str, person: int) -> str:
    """The same identity of another person. As long as any: what it costs to keep is measured, too."""
    return base if person == 0 else f"{base[:-8]}{person:08x}"


def insert(store: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Rows as their columns say, in one transaction."""
    store.execute("BEGIN")
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        told = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608 - our own words
        store.execute(told, tuple(row.values()))
    store.execute("COMMIT")
