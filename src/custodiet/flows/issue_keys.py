"""Ask the vault for the public keys that opened cases and made decisions need, and record them.

The vault believes only the ledger entry it is pointed at. If we die between its answer and our commit, it has
made keys that nobody uses; it gives the same ones when asked again.
"""

from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.trusting import trusted_day_key, trusted_record_key
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.record import DayKey, KeysIssued, LogOpened, RecordKey

VAULT = ActorId("vault")
BATCH = 200
"""Entries asked about in one round: a bound on the time the write lock is held afterwards."""


def issue_wanted_keys(store: Store, vault: Vault, clock: Clock, pinned: LogOpened, fence: tuple[str, int]) -> int:
    """Issue what is wanting now; how many keys were new. Raises VaultUnavailable."""
    with store.reading() as view:
        decisions = view.decisions_wanting_keys(clock.now())
        wanting = (*view.cases_wanting_record_keys(), *(index for index, _ in decisions))[:BATCH]
    if not wanting:
        return 0
    record_keys: dict[str, RecordKey] = {}
    day_keys: dict[tuple[str, str, str], DayKey] = {}
    for index in wanting:
        of_people, of_days = vault.keys(index)
        record_keys.update((key.person_id, key) for key in of_people)
        day_keys.update(((key.person_id, key.category, key.day.isoformat()), key) for key in of_days)
    for person_key in record_keys.values():
        trusted_record_key(pinned, person_key)
    for day_key in day_keys.values():
        trusted_day_key(pinned, day_key)
    with store.acting(fence) as act:
        new_people = tuple(key for key in record_keys.values() if act.record_key(key.person_id) is None)
        new_days = tuple(key for key in day_keys.values() if not act.has_day_key(key))
        if not new_people and not new_days:
            return 0
        act.write(Entry(EntryKind.KEYS_ISSUED, VAULT), KeysIssued(new_people, new_days))
    return len(new_people) + len(new_days)
