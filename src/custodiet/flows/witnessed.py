"""A store for one act of looking: nothing is written through it while no witness has seen the ledger lately.

Asked inside the transaction of the act, after the policy. The vault asks again by itself, of what it followed.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from custodiet.flows.ports import Acting, Ingesting, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.errors import NotTheFormat
from custodiet.model.witness import Cosigned
from custodiet.rules.witnessing import objections_to_unwitnessed
from custodiet.wire.records import read_entry


class SignedByWitnesses(Protocol):
    """What enough witnesses have signed last (None: nothing), by whoever verifies it; and how old that may be."""

    @property
    def most(self) -> timedelta: ...
    def newest(self, now: datetime) -> Cosigned | None: ...
    def read(self) -> str | None: ...


def cosigned_note(signed: SignedByWitnesses | None, now: datetime) -> str | None:
    """The newest checkpoint that enough witnesses have signed, as a note; None when there is none."""
    return None if signed is None or signed.newest(now) is None else signed.read()


class Witnessed:
    """The promises of Store. `refused`: what is recorded of a refusal, before it is raised."""

    def __init__(
        self,
        store: Store,
        signed: SignedByWitnesses,
        refused: Callable[[Acting, tuple[str, ...]], None] | None = None,
    ) -> None:
        self._store = store
        self._signed = signed
        self._refused = refused

    def reading(self) -> AbstractContextManager[Reading]:
        """As the store's."""
        return self._store.reading()

    @contextmanager
    def acting(self, fence: tuple[str, int] | None = None) -> Iterator[Acting]:
        """The store's, when witnesses have seen the ledger lately. Raises NotPermitted too."""
        with self._store.acting(fence) as act:
            newest = self._signed.newest(act.now)
            against = objections_to_unwitnessed(newest, unseen_since(act, newest), act.now, self._signed.most)
            if not against:
                yield act
                return
            if self._refused is not None:
                self._refused(act, against)
        refuse_if(against)

    def ingesting(self) -> AbstractContextManager[Ingesting]:
        """As the store's: what is collected waits for no witness."""
        return self._store.ingesting()


def unseen_since(view: Reading, newest: Cosigned | None) -> datetime | None:
    """When the first entry was written that a cosigned checkpoint does not cover; None when it covers all."""
    rows = view.entries(newest.size, 1) if newest is not None else ()
    try:
        return read_entry(rows[0].body).at if rows else None
    except NotTheFormat:
        return None  # `ledger verify` and the vault say so
