"""The openings as their askers see them: record first, then ask the vault with the entry's index and nothing else.

If we die between the two, the entry stands, no data left, and the asker asks again.
"""

from collections.abc import Iterator

from custodiet.flows.ports import Store, Vault
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, ConditionId
from custodiet.model.record import CopyGiven, TablesVerified, ZonesReleased
from custodiet.wire.vault import read_counts, read_zone


def give_own_copy(store: Store, vault: Vault, reference: str, by: ActorId) -> Iterator[bytes]:
    """The person's own copy, unmasked, as JSON lines: their name and decisions, their fixes, a count."""
    with store.acting() as act:
        case = act.case_by_reference(reference)
        entry = Entry(EntryKind.COPY_GIVEN, by, case.person_id)
        index = act.write(entry, CopyGiven(case.person_id, case.id))
    return vault.open(index)


def release_zones(store: Store, vault: Vault, monitor: str) -> dict[ConditionId, bytes]:
    """Geometry of every zone in force, for a monitor's memory. One entry a release; none when there is no zone."""
    with store.acting() as act:
        conditions = tuple(one.id for one in act.conditions_in_force(act.now))
        if not conditions:
            return {}
        entry = Entry(EntryKind.ZONES_RELEASED, ActorId(monitor))
        index = act.write(entry, ZonesReleased(monitor, conditions))
    return dict(read_zone(line) for line in vault.open(index))


def ask_verify_tables(store: Store, vault: Vault, by: ActorId) -> dict[str, int]:
    """Replay the ledger against the tables, inside the vault; counts by finding."""
    with store.acting() as act:
        index = act.write(Entry(EntryKind.TABLES_VERIFIED, by), TablesVerified(act.now))
    return read_counts(b"".join(vault.open(index)))
