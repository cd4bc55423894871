"""Erase what is past its retention: entry, then keys, then sealed bytes; each step is done again until it is done.

The clock writes `erasure.due`; from there the vault, which follows the ledger, destroys what opens the days; then the
clock writes for each day that it is gone, and the store's sealed bytes go in the same transaction. If we die after the
entry, the vault destroys when it is next asked. If we die after the keys, the next round finds the day without its
entry and asks again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.end_decision import CLOCK
from custodiet.flows.once_a_day import OnceADay
from custodiet.flows.ports import Acting, Clock, Store, Vault
from custodiet.model.case import RetentionClock
from custodiet.model.entry import Entry
from custodiet.model.erasing_record import DayErased, DayGone, ErasureDue, KeyRow
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.identity import DecisionId
from custodiet.model.mode import Category
from custodiet.model.record import kind_of

Fence = tuple[str, int]
AT_ONCE = 50
"""About how much is recorded in one round: the endings wait in the same line."""


class Erasing:
    """One clock's erasing, round by round; `fence` as it holds the lease.

    Of nearly all erasures that there ever were nothing is left, and to find that takes seconds where there are a
    hundred thousand. So all of them are looked at once a day, and in every other round those that had something left.
    What comes late to one that had nothing is closed, and can be erased, as a later day begins.
    """

    def __init__(
        self, store: Store, vault: Vault, clock: Clock, fence: Fence, rest: Callable[[], None] = lambda: None
    ) -> None:
        """`rest`: called after each day, which holds the store for as long as its frames take; others write then."""
        self._store = store
        self._vault = vault
        self._clock = clock
        self._fence = fence
        self._rest = rest
        self._open: set[int] = set()
        """Entries of erasures that had something left when they were looked at."""
        self._looking = OnceADay()

    def begin(self) -> int:
        """Enter some of what is due; how many entries. Raises what the first failed with, once all were tried."""
        with self._store.reading() as view:
            due = view.clocks_run_out(self._clock.now(), AT_ONCE)
        return each_by_itself(due, lambda one: _begin(self._store, one, self._fence))

    def finish(self) -> int:
        """Some of what was entered; how many days were recorded as gone. Raises VaultUnavailable, and what the first
        failed with, once all were tried; what the vault refuses waits, and is seen as late.
        """
        left = self._unfinished(self._clock.now())
        return each_by_itself(left, self._finish, AT_ONCE)

    def step(self) -> int:
        """One round of both; how much was recorded."""
        return self.begin() + self.finish()

    def _unfinished(self, now: datetime) -> tuple[int, ...]:
        """Every erasure with something left: what is held, or refused each time, holds up none behind it."""
        since = self._looking.since(now)
        if since == 0:
            self._open.clear()
        with self._store.reading() as view:
            self._open.update(view.erasures_open(since))
            self._looking.looked(now, view.ledger_size())
            return view.erasures_unfinished(now, self._open)

    def _finish(self, entry: int) -> int:
        done, told = 0, list[DayGone]()
        try:
            _hear(self._store, self._vault, entry, told)
        finally:
            for gone in told:
                if _record(self._store, entry, gone, self._fence):
                    done += 1
                    self._rest()
        return done


def erase_what_is_due(store: Store, vault: Vault, clock: Clock, fence: Fence) -> int:
    """One round of `Erasing`, which looks at all of them."""
    return Erasing(store, vault, clock, fence).step()


def _begin(store: Store, one: RetentionClock, fence: Fence) -> bool:
    with store.acting(fence) as act:
        if one not in act.clocks_run_out(act.now, AT_ONCE):
            return False
        _write(act, ErasureDue(one.decision_id, one.category, act.now))
    return True


def _hear(store: Store, vault: Vault, entry: int, told: list[DayGone]) -> None:
    """Add days that are gone and have no entry yet. All of it is heard before any is recorded: the vault answers nobody
    else meanwhile, and to record a day takes seconds.
    """
    with store.reading() as view:
        of = view.erasure_at(entry)
        left = set() if of is None else set(view.days_left(*of))
    with suppress(OpeningRefused):
        for gone in vault.erase(entry):
            if gone.day in left:  # the vault tells every day that is gone, each time: of most the entry stands
                told.append(gone)  # noqa: PERF401 - what was heard stays when it breaks off


def _record(store: Store, entry: int, gone: DayGone, fence: Fence) -> bool:
    with suppress(NotPermitted), store.acting(fence) as act:  # a day that the store refuses holds up no other
        of = act.erasure_at(entry)
        if of is not None and not act.day_is_erased(*of, gone.day):
            _write(act, _erased(act, *of, gone))
            return True
    return False


def _erased(act: Acting, decision_id: DecisionId, category: Category, gone: DayGone) -> DayErased:
    person_id = act.case(act.decision(decision_id).case_id).person_id
    issued = act.day_key_public(person_id, category, gone.day)
    public, destroyed = (b"", False) if issued is None else issued
    return DayErased(
        decision_id,
        person_id,
        category,
        gone.day,
        gone.destroyed_at,
        KeyRow.NONE if issued is None else KeyRow.GONE if destroyed else KeyRow.ISSUED,
        sha256(public).digest() if public else b"",
        gone.kept_digest,
        act.fixes_on(decision_id, category, gone.day),
    )


def _write(act: Acting, record: ErasureDue | DayErased) -> None:
    person_id = act.case(act.decision(record.decision_id).case_id).person_id
    act.write(Entry(kind_of(record), CLOCK, person_id), record)
