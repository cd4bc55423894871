"""Stored fixes, opened for a person and a window, session by session, from what the vault has gathered of them."""

from collections.abc import Iterator
from datetime import date, timedelta

from custodiet.flows.in_vault.gathering import Gathering
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.unsealing import Unsealing
from custodiet.flows.ports import Sealer, Store
from custodiet.model.condition import Interval
from custodiet.model.identity import PersonId
from custodiet.model.session import Session
from custodiet.model.times import utc_day
from custodiet.wire.frame import FixRow, StoredFix, stored_of

_MS = timedelta(milliseconds=1)


class StoredFixes:
    """What is stored of one person, and of nobody else."""

    def __init__(self, store: Store, gathering: Gathering, keys: Keys, sealer: Sealer) -> None:
        self._store = store
        self._gathering = gathering
        self._keys = keys
        self._sealer = sealer

    def days_erased(self, person_id: PersonId) -> int:
        """On how many days something was sealed for this person that opens for nobody any more."""
        with self._store.reading() as view:
            sessions = view.sessions_of(person_id).values()
        return len({one.day for one in sessions if not self._keys.opens(one)})

    def of(self, person_id: PersonId, window: Interval | None = None) -> Iterator[tuple[Session, StoredFix]]:
        """Every stored fix of one person, as `rows` gives them."""
        return ((session, stored_of(row)) for session, rows in self.rows(person_id, window) for row in rows)

    def rows(self, person_id: PersonId, window: Interval | None = None) -> Iterator[tuple[Session, list[FixRow]]]:
        """Every stored fix of one person as numbers, day by day, and of each session in order of storing.

        Sessions whose key is destroyed are left out. With a window nothing of another day is opened, and nothing
        outside it given. Raises OpeningRefused for what does not open.
        """
        days = None if window is None else (utc_day(window.from_at), utc_day(max(window.from_at, window.to_at - _MS)))
        sessions = self._sessions(person_id, days)
        for number, session in sorted(sessions.items(), key=lambda one: (one[1].day, one[0])):
            if self._keys.opens(session):
                yield session, self._opened(number, session, window)

    def _sessions(self, person_id: PersonId, days: tuple[date, date] | None) -> dict[int, Session]:
        """As they stand in a view of the store of which everything has been gathered."""
        while True:
            with self._store.reading() as view:
                if not self._gathering.follow(view):
                    return view.sessions_of(person_id, days)

    def _opened(self, number: int, session: Session, window: Interval | None) -> list[FixRow]:
        kept = self._gathering.of(number)
        if not kept.loose and kept.folded is None:
            return []
        return Unsealing(self._keys, self._sealer, session).rows(kept, window)
