"""`ledger verify --tables`: replay every record into an empty store and hold the live tables against it.

Digests leave the vault, contents do not. Counted are: records replayed; rows and pieces erased under an entry that
says so; missing; differing. It also opens every stored fix: each must lie in the interval of the decision whose
session sealed it (invariant 1). What was written while it ran is left out, by the ledger's size and each partition's
newest record at its beginning.
"""

from collections import Counter
from hashlib import sha256

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.stored_fixes import open_fix, session_key
from custodiet.flows.ports import Reading, Replay, Sealer, Store
from custodiet.model.decision import Decision
from custodiet.model.errors import CustodietError, OpeningRefused
from custodiet.model.record import Ingested
from custodiet.model.session import Session
from custodiet.model.stored import IngestRow
from custodiet.model.times import from_ms
from custodiet.rules.chain import leaf_hash, root
from custodiet.wire.frame import piece_body, piece_of, session_body, unpack_directory
from custodiet.wire.records import read_entry, read_ingested, read_record, record_digest

_AT_ONCE = 500


def verify_tables(store: Store, empty: Replay, keys: Keys, sealer: Sealer, index: int) -> dict[str, int]:
    """Counts by finding; whole when `missing` and `differing` are 0.

    Everything is read in one view of the store, so that nothing moves underneath.
    """
    found: Counter[str] = Counter(dict.fromkeys(_FINDINGS, 0))
    with store.reading() as view:
        if view.ledger_size() <= index:
            raise OpeningRefused("the ledger does not hold the entry this was asked by")
        _replay_acts(view, empty, found)
        for newest in view.newest_ingest():
            _replay_ingest(view, empty, _Opener(view, keys, sealer), newest.partition, found)
        for table in view.replayed_tables():
            _compare(view.row_digests(table), empty.row_digests(table), found)
    return dict(found)


_FINDINGS = ("replayed", "fixes", "erased", "missing", "differing")


def _replay_acts(view: Reading, empty: Replay, found: Counter[str]) -> None:
    place = 0
    while rows := view.entries(place, _AT_ONCE):
        for row in rows:
            if row.index != place or row.leaf != leaf_hash(row.body):
                found["differing"] += 1
            if row.record is None or row.salt is None:
                found["missing"] += 1
            elif record_digest(row.salt, row.record) != read_entry(row.body).record:
                found["differing"] += 1
            else:
                _count(found, empty.apply(read_record(row.record), row.index))
            place = row.index + 1


def _replay_ingest(view: Reading, empty: Replay, opener: "_Opener", partition: int, found: Counter[str]) -> None:
    number, previous = 0, bytes(32)
    while rows := view.ingest_records(partition, number, _AT_ONCE):
        for row in rows:
            record = read_ingested(row.body)
            found["missing"] += row.number - number
            if row.digest != sha256(row.body).digest() or record.previous != previous:
                found["differing"] += 1
            _count(found, empty.apply_ingested(record))
            _check_sealed(view, opener, row, record, found)
            number, previous = row.number + 1, row.digest


def _check_sealed(view: Reading, opener: "_Opener", row: IngestRow, record: Ingested, found: Counter[str]) -> None:
    """The frame and sessions of one ingest record: bound by its root, and each fix inside its decision."""
    sessions = view.sessions_in(row.partition, row.number)
    frame = view.frame(row.partition, row.number)
    gone = view.removed_in(row.partition, row.number)
    leaves = [leaf_hash(session_body(one, no)) for no, one in sessions.items()]
    pieces = [] if frame is None else list(unpack_directory(frame.directory))
    found["missing"] += max(0, record.pieces - len(pieces)) + max(0, record.sessions - len(sessions))
    for position, piece in enumerate(pieces):
        assert frame is not None  # noqa: S101 - for the type checker: no frame, no pieces
        if position in gone:
            found["erased"] += 1
            leaves.append(gone[position])
            if any(piece_of(frame.sealed, piece)):
                found["differing"] += 1
            continue
        leaves.append(leaf_hash(piece_body(piece, piece_of(frame.sealed, piece))))
        session, decision, key = opener.of(piece.session_no)
        try:
            if key is not None:
                open_fix(sealer=opener.sealer, key=key, session=session, frame=frame, row=piece)
            inside = decision.covers(from_ms(piece.fix_ms)) and decision.case_id == session.case_id
            found["fixes" if inside else "differing"] += 1
        except CustodietError:
            found["differing"] += 1
    if root(leaves) != record.root:
        found["differing"] += 1


class _Opener:
    """Session keys as they are needed, opened once each."""

    def __init__(self, view: Reading, keys: Keys, sealer: Sealer) -> None:
        self._view = view
        self._keys = keys
        self.sealer = sealer
        self._opened: dict[int, tuple[Session, Decision, bytes | None]] = {}

    def of(self, number: int) -> tuple[Session, Decision, bytes | None]:
        """The session, its decision and its key (None once its day is erased)."""
        if number not in self._opened:
            session = self._view.session(number)
            lives = self._keys.has_day_key(session.person_id, session.category, session.day)
            key = session_key(self._keys, self.sealer, session) if lives else None
            self._opened[number] = (session, self._view.decision(session.decision_id), key)
        return self._opened[number]


def _compare(live: dict[bytes, bytes], replayed: dict[bytes, bytes], found: Counter[str]) -> None:
    found["missing"] += len(replayed.keys() - live.keys())
    found["differing"] += len(live.keys() - replayed.keys())
    found["differing"] += sum(live[key] != replayed[key] for key in live.keys() & replayed.keys())


def _count(found: Counter[str], applied: bool) -> None:  # noqa: FBT001 - a finding is one or the other
    found["replayed" if applied else "differing"] += 1
