"""The sequencer: takes what was staged into the ledger and has the vault sign how long it is.

Acts of people are in the ledger the moment they happen; ingest is staged and entered here every minute and at each
stop, a partition's newest record standing for all before it. With the vault away entries go on and checkpoints wait.
"""

from hashlib import sha256

from custodiet.flows.ports import Store, Tiles, Vault
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import TableMismatch
from custodiet.model.identity import ActorId
from custodiet.model.record import IngestEntered
from custodiet.wire.note import parse_checkpoint, unverified_body

SEQUENCER = ActorId("sequencer")


def enter_staged(store: Store, fence: tuple[str, int]) -> int:
    """Enter each partition's newest ingest record and the refusals of whole hours; how many entries.

    Raises TableMismatch when what was staged has shrunk or changed.
    """
    entered = 0
    with store.acting(fence) as act:
        known = act.ingest_entered()
        for newest in act.newest_ingest():
            before = known.get(newest.partition, -1)
            if newest.number < before or newest.digest != sha256(newest.body).digest():
                raise TableMismatch("staged ingest is not what it was: entering none of it")
            if newest.number > before:
                record = IngestEntered(newest.partition, newest.number, newest.digest)
                act.write(Entry(EntryKind.INGEST_ENTERED, SEQUENCER), record)
                entered += 1
        hour = act.now.replace(minute=0, second=0, microsecond=0)
        for counted in act.refusals_to_enter(hour):
            act.write(Entry(EntryKind.REFUSALS_COUNTED, SEQUENCER), counted)
            entered += 1
    return entered


def publish_checkpoint(store: Store, vault: Vault, tiles: Tiles) -> None:
    """Have the vault sign the ledger as it stands, and publish tiles, then the checkpoint. It reads what is new: every
    minute, and a ledger grows for years.

    Raises VaultUnavailable or OpeningRefused; the last published checkpoint then stays.
    """
    note = vault.checkpoint()
    known = tiles.known
    with store.reading() as view:
        leaves = view.leaves(known)
    tiles.publish(leaves[: parse_checkpoint(unverified_body(note)).size - known], note, known)
