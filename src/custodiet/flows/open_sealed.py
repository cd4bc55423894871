"""The openings as their askers see them: record first, then ask the vault with the entry's index and nothing else.

If we die between the two, the entry stands, no data left, and the asker asks again.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice

from custodiet.flows.ports import Store, Vault
from custodiet.model.condition import ZONED
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, ConditionId
from custodiet.model.record import CopyGiven, TablesVerified, ZonesReleased
from custodiet.rules.restricting import held_from_copy
from custodiet.wire.vault import read_counts, read_zone


def give_own_copy(store: Store, vault: Vault, reference: str, by: ActorId) -> Iterator[bytes]:
    """The person's own copy, unmasked, as JSON lines: their name and decisions, their fixes, a count."""
    with store.acting() as act:
        case = act.case_by_reference(reference)
        entry = Entry(EntryKind.COPY_GIVEN, by, case.person_id)
        held_back = held_from_copy(act.restrictions_of(case.id), act.now)
        index = act.write(entry, CopyGiven(case.person_id, case.id, held_back))
    return vault.open(index)


ZONES_AT_ONCE = 5000
"""In one release: a monitor that begins may want those of a whole nation, and nobody waits for that in one answer."""


def in_parts(wanted: AbstractSet[ConditionId]) -> Iterator[frozenset[ConditionId]]:
    """What to ask for, one release after another."""
    waiting = iter(wanted)
    while some := frozenset(islice(waiting, ZONES_AT_ONCE)):
        yield some


def release_zones(
    store: Store, vault: Vault, monitor: str, wanted: frozenset[ConditionId], *, by: ActorId | None = None
) -> dict[ConditionId, bytes]:
    """Geometry of the wanted zones that are in force, for a monitor's memory; empty bytes for one the vault withheld.

    One entry a release, by the monitor itself if by nobody else; none for no zone, and none while the vault does not
    answer.
    """
    if not wanted:
        return {}
    vault.checkpoint()
    with store.acting() as act:
        conditions = tuple(one.id for one in act.in_force_among(wanted, act.now) if one.kind in ZONED)
        if not conditions:
            return {}
        entry = Entry(EntryKind.ZONES_RELEASED, by or ActorId(monitor))
        index = act.write(entry, ZonesReleased(monitor, conditions))
    return dict.fromkeys(conditions, b"") | dict(read_zone(line) for line in vault.open(index))


def ask_verify_tables(store: Store, vault: Vault, by: ActorId) -> dict[str, int]:
    """Replay the ledger against the tables, inside the vault; counts by finding."""
    with store.acting() as act:
        index = act.write(Entry(EntryKind.TABLES_VERIFIED, by), TablesVerified(act.now))
    return read_counts(b"".join(vault.open(index)))
