"""Open the log: its first entry pins the vault's public keys."""

from dataclasses import replace

from custodiet.flows.ports import Store
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId
from custodiet.model.record import LogOpened


def open_log(store: Store, opening: LogOpened) -> int:
    """Write entry 0. Raises IllegalMove when the log is open already. The ledger index, which is 0."""
    with store.acting() as act:
        if act.ledger_size():
            raise IllegalMove("the log is open already")
        return act.write(
            Entry(EntryKind.LOG_OPENED, ActorId("vault")),
            replace(opening, assessed=True, told=True, tellable=True, ordered=True),
        )
