"""Destroy what opens the days of an erasure: crypto-shredding, by the entry that says what has come due.

The vault believes the entry no more than it has to: by its own picture of the ledger the category must be past its
retention. Every step may be broken off and is done again when asked again. A day's key goes only when nothing can be
sealed to it any more. Where another decision collected a part of the same day, that part's session keys are kept first,
each by itself, in the write that destroys the day's key: an older backup of the data still opens as far as it should,
and no farther.
"""

from collections.abc import Iterator
from datetime import date

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.unsealing import session_key
from custodiet.flows.ports import Sealer, Store
from custodiet.model.erasing_record import DayGone, ErasureDue
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import SessionId
from custodiet.model.session import Session
from custodiet.rules.erasing import closes_at, kept_digest


class Erasing:
    """Destroys keys, as the ledger says."""

    def __init__(self, store: Store, follower: Follower, keys: Keys, sealer: Sealer) -> None:
        self._store = store
        self._follower = follower
        self._keys = keys
        self._sealer = sealer

    def erase(self, index: int) -> Iterator[DayGone]:
        """Every closed day of the erasure at that place, once what opened it is gone. As often as it is asked.

        Raises OpeningRefused for what is no erasure, and for one that is not due.
        """
        due = self._follower.keeping.erasures.get(index)
        if due is None:
            raise OpeningRefused("nothing is to be erased by this entry")
        decision = self._follower.decisions[due.decision_id]
        against = self._follower.against_erasing(decision, due.category)
        if against:
            raise OpeningRefused(against)
        person_id = self._follower.person_of(decision)
        late_max = max(one.late_max for one in self._follower.decisions_in(decision.case_id))
        with self._store.reading() as view:
            sessions = [one for one in view.sessions_of(person_id).values() if one.category == due.category]
        for day in sorted({one.day for one in sessions if one.decision_id == due.decision_id}):
            if closes_at(day, late_max) <= self._follower.now() and self._goes(due, day):
                yield self._erase(due, [one for one in sessions if one.day == day])

    def _goes(self, due: ErasureDue, day: date) -> bool:
        """Nothing stands against it, nor in the ledger as it is now: a hold placed since the day before went counts."""
        if not self._follower.is_erased(due.decision_id, due.category, day):
            return False  # what is held is asked about each minute, for a year
        self._follower.catch_up()
        return self._follower.is_erased(due.decision_id, due.category, day)

    def _erase(self, due: ErasureDue, sessions: list[Session]) -> DayGone:
        whose, category, day = sessions[0].person_id, due.category, sessions[0].day
        kept = [one for one in sessions if not self._follower.is_erased(one.decision_id, category, day)]
        if not self._keys.day_destroyed(whose, category, day):
            self._keys.destroy_day(whose, category, day, self._keys_of(kept), self._follower.now())
        for one in sessions:
            if one not in kept:
                self._keys.destroy_kept(one, self._follower.now())
        gone_at = max(self._keys.gone_at(one) for one in sessions if one.decision_id == due.decision_id)
        return DayGone(day, gone_at, kept_digest(one for one in kept if self._keys.opens(one)))

    def _keys_of(self, sessions: list[Session]) -> dict[SessionId, bytes]:
        """Those that open: one that somebody broke opens for nobody, and holds up no erasure."""
        found = {}
        for one in sessions:
            try:
                found[one.id] = session_key(self._keys, self._sealer, one)
            except OpeningRefused:
                continue
        return found
