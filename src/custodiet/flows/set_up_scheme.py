"""Register a scheme."""

from custodiet.flows.ports import Store
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.record import SchemeRegistered
from custodiet.model.scheme import Scheme


def register_scheme(store: Store, scheme: Scheme, by: ActorId) -> int:
    """Record a scheme. The ledger index."""
    with store.acting() as act:
        return act.write(Entry(EntryKind.SCHEME_REGISTERED, by), SchemeRegistered(scheme))
