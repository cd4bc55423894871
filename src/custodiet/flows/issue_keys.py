"""Ask the vault for the public keys that opened cases and made decisions need, and record them.

The vault believes only the ledger entry it is pointed at. If we die between its answer and our commit, it has
made keys that nobody uses; it gives the same ones when asked again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice

from custodiet.flows.once_a_day import OnceADay
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.trusting import trusted_day_key, trusted_record_key
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.record import DayKey, KeysIssued, LogOpened, RecordKey

VAULT = ActorId("vault")
BATCH = 200
"""Entries asked about in one round: a bound on the time the write lock is held afterwards."""


class KeyIssuing:
    """One clock's issuing, round by round; `fence` as it holds the lease.

    Which days a decision wants keys of changes when it is decided on, and as a day begins. So everyone is looked at
    once a day, and in every other round those whom anything was decided about since the last one: to look at a hundred
    thousand people takes seconds, and a clock goes round twice in each.
    """

    def __init__(self, store: Store, vault: Vault, clock: Clock, pinned: LogOpened, fence: tuple[str, int]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._pinned = pinned
        self._fence = fence
        self._waiting: dict[int, None] = {}
        """Ledger indices of cases and decisions whose keys are wanting."""
        self._looking = OnceADay()

    def step(self) -> int:
        """Issue some of what is wanting now; how many keys were new. Raises VaultUnavailable: they wait on."""
        self._look(self._clock.now())
        some = tuple(islice(self._waiting, BATCH))
        if not some:
            return 0
        issued = self._issue(some)
        for one in some:
            del self._waiting[one]
        return issued

    def _look(self, now: datetime) -> None:
        since = self._looking.since(now)
        with self._store.reading() as view:
            wanting = (*view.cases_wanting_record_keys(since), *(i for i, _ in view.decisions_wanting_keys(now, since)))
            until = view.ledger_size()
        self._waiting |= dict.fromkeys(wanting)
        self._looking.looked(now, until)

    def _issue(self, wanting: Iterable[int]) -> int:
        record_keys: dict[str, RecordKey] = {}
        day_keys: dict[tuple[str, str, date], DayKey] = {}
        for index in wanting:
            of_people, of_days = self._vault.keys(index)
            record_keys.update((key.person_id, key) for key in of_people)
            day_keys.update(((key.person_id, key.category, key.day), key) for key in of_days)
        for person_key in record_keys.values():
            trusted_record_key(self._pinned, person_key)
        for day_key in day_keys.values():
            trusted_day_key(self._pinned, day_key)
        with self._store.acting(self._fence) as act:
            new_people = tuple(key for key in record_keys.values() if act.record_key(key.person_id) is None)
            new_days = tuple(key for key in day_keys.values() if not act.has_day_key(key))
            if not new_people and not new_days:
                return 0
            act.write(Entry(EntryKind.KEYS_ISSUED, VAULT), KeysIssued(new_people, new_days))
        return len(new_people) + len(new_days)


def issue_wanted_keys(store: Store, vault: Vault, clock: Clock, pinned: LogOpened, fence: tuple[str, int]) -> int:
    """One round by itself: some of what is wanting of everyone; how many keys were new. Raises VaultUnavailable."""
    return KeyIssuing(store, vault, clock, pinned, fence).step()
