"""Ask the vault for the public keys that opened cases and made decisions need, and record them.

The vault believes only the ledger entry it is pointed at. If we die between its answer and our commit, it has
made keys that nobody uses; it gives the same ones when asked again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice

from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.once_a_day import OnceADay
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.trusting import trusted_day_key, trusted_record_key
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import CannotRecord, CustodietError, LeaseLost
from custodiet.model.identity import ActorId
from custodiet.model.record import DayKey, KeysIssued, LogOpened, RecordKey

VAULT = ActorId("vault")
BATCH = 200
"""Entries asked about in one round: a bound on the time the write lock is held afterwards."""
_FAILURES_MAX = 3
"""A vault that cannot now says so of each entry, and takes its time."""


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
        """Issue some of what is wanting now; how many keys were new.

        Raises VaultUnavailable: they wait on. Raises what the first of the entries failed with of which the vault gives
        none, or none that can be trusted or recorded, once those of the others were issued: such an entry waits behind
        all others. Where several fail, it may be all: the rest waits for the next round.
        """
        self._look(self._clock.now())
        keys: dict[int, tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]] = {}

        def ask(index: int) -> int:
            del self._waiting[index]
            self._waiting[index] = None  # behind all others, until it is known that nothing is wrong with it
            keys[index] = self._asked(index)
            return 1

        failed = None
        try:
            each_by_itself(tuple(islice(self._waiting, BATCH)), ask, failures=_FAILURES_MAX)
        except CustodietError as error:
            failed = error
        issued = self._record_all(keys)
        if failed is not None:
            raise failed
        return issued

    def _record_all(self, keys: Mapping[int, tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]]) -> int:
        """In one entry; where the store refuses that, each in its own."""
        people = {key.person_id: key for of_people, _ in keys.values() for key in of_people}
        days = {(key.person_id, key.category, key.day): key for _, of_days in keys.values() for key in of_days}
        try:
            issued = self._record(people.values(), days.values())
        except (CannotRecord, LeaseLost):
            raise
        except CustodietError:
            return each_by_itself(keys, lambda index: self._recorded(index, *keys[index]))
        for index in keys:
            del self._waiting[index]
        return issued

    def _recorded(self, index: int, people: Collection[RecordKey], days: Collection[DayKey]) -> int:
        issued = self._record(people, days)
        del self._waiting[index]
        return issued

    def _look(self, now: datetime) -> None:
        since = self._looking.since(now)
        if since == 0:
            self._waiting.clear()
        with self._store.reading() as view:
            wanting = (*view.cases_wanting_record_keys(since), *(i for i, _ in view.decisions_wanting_keys(now, since)))
            until = view.ledger_size()
        self._waiting |= dict.fromkeys(wanting)
        self._looking.looked(now, until)

    def _asked(self, index: int) -> tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]:
        of_people, of_days = self._vault.keys(index)
        for person_key in of_people:
            trusted_record_key(self._pinned, person_key)
        for day_key in of_days:
            trusted_day_key(self._pinned, day_key)
        return of_people, of_days

    def _record(self, record_keys: Collection[RecordKey], day_keys: Collection[DayKey]) -> int:
        if not record_keys and not day_keys:
            return 0
        with self._store.acting(self._fence) as act:
            new_people = tuple(key for key in record_keys if act.record_key(key.person_id) is None)
            new_days = tuple(key for key in day_keys if not act.has_day_key(key))
            if not new_people and not new_days:
                return 0
            act.write(Entry(EntryKind.KEYS_ISSUED, VAULT), KeysIssued(new_people, new_days))
        return len(new_people) + len(new_days)


def issue_wanted_keys(store: Store, vault: Vault, clock: Clock, pinned: LogOpened, fence: tuple[str, int]) -> int:
    """One round by itself: some of what is wanting of everyone; how many keys were new. Raises VaultUnavailable."""
    return KeyIssuing(store, vault, clock, pinned, fence).step()
