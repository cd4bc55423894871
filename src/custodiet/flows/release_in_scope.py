"""Zone geometry for a monitor that hears one sender alone: of whoever wears a device of that sender, and nobody else's.

Those are the wearers whose fixes can still be admitted: who wears the device now, and who wore it so lately that a late
fix may come.
"""

from datetime import datetime

from custodiet.flows.open_sealed import release_zones
from custodiet.flows.picture import Picture
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.model.identity import ConditionId


class InScope:
    """Releases for one sender, by the hash of its token. One thread."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, token_sha256: bytes) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._token_sha256 = token_sha256
        self._picture = Picture()

    def release(self, monitor: str, wanted: frozenset[ConditionId]) -> dict[ConditionId, bytes]:
        """As release_zones, for what is wanted and of this sender."""
        with self._store.reading() as view:
            change = view.standing_since(self._picture.version)
            if change.version != self._picture.version:
                self._picture.absorb(change, view.condition)
        return release_zones(self._store, self._vault, monitor, wanted & self._conditions(self._clock.now()))

    def _conditions(self, now: datetime) -> frozenset[ConditionId]:
        sender = self._picture.sender(self._token_sha256)
        if sender is None or sender.standing.ended(now):
            return frozenset()
        return frozenset(
            condition.id
            for serial in sender.standing.scope
            for worn in self._picture.standing(serial).worn
            for decision in worn.decisions
            if decision.in_force(now)
            and (worn.fitting.removed_at is None or now - worn.fitting.removed_at <= decision.late_max)
            for condition in self._picture.conditions_of(decision.id)
        )
