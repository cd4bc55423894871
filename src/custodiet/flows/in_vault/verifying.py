"""`ledger verify --tables`: replay every record into an empty store and hold the live tables against it.

Digests leave the vault, contents do not. Counted are: records replayed; stored fixes that opened, each inside the
decision and fitting whose session sealed it (invariant 1); pieces erased under an entry that says so; what is missing;
what differs. The ledger is held against the vault's own head, every ingest record against what the ledger entered of
it, every frame and session against its ingest record, every key that was issued against those the vault still has, the
tables' constraints against those of an empty store. Ingest that no entry speaks of yet is counted as `unentered`: the
sequencer takes it in within a minute.

Whatever is broken is counted and the rest is still looked at: nothing in the store can make this stop.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from heapq import merge
from typing import NamedTuple, TypeVar

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.unsealing import Unsealing
from custodiet.flows.ports import Reading, Replay, Sealer, Store
from custodiet.model.decision import Decision
from custodiet.model.device import Fitting
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.record import IngestDetail, Ingested, IngestEntered, KeysIssued, kind_of
from custodiet.model.session import Frame, Session
from custodiet.model.stored import DetailRow, EntryRow, IngestRow
from custodiet.model.times import from_ms
from custodiet.rules.chain import Frontier, leaf_hash, root
from custodiet.rules.decisions import kept_categories
from custodiet.wire.frame import DirectoryRow, piece_body, piece_of, session_body, unpack_directory, unpack_fix
from custodiet.wire.records import read_detail, read_entry, read_ingested, read_record, record_digest

T = TypeVar("T")

_AT_ONCE = 500
_FRAMES_AT_ONCE = 100
"""Each may hold a thousand fixes."""
_FINDINGS = ("replayed", "fixes", "erased", "unentered", "missing", "differing")


def verify_tables(
    store: Store, empty: Replay, keys: Keys, sealer: Sealer, head: Frontier, *, keys_are_here: bool = True
) -> dict[str, int]:
    """Counts by finding; whole when `missing` and `differing` are 0.

    `keys_are_here`: a key that was issued and is neither here nor destroyed is missing. A vault that is older than the
    store has yet to find out which those are.
    """
    steps = verify_in_steps(store, empty, keys, sealer, head, keys_are_here=keys_are_here)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            counts: dict[str, int] = done.value
            return counts


def verify_in_steps(
    store: Store, empty: Replay, keys: Keys, sealer: Sealer, head: Frontier, *, keys_are_here: bool = True
) -> Generator[bytes, None, dict[str, int]]:
    """The same, with a word of nothing after each step: who asked hears that someone is at it, however long it takes.

    Everything is read in one view of the store, so that nothing moves underneath.
    """
    with store.reading() as view:
        verifying = _Verifying(view, empty, keys, sealer, keys_are_here=keys_are_here)
        yield from verifying.entries(head)
        for partition in {one.partition for one in view.newest_ingest()} | verifying.partitions_entered():
            with verifying.counting():
                yield from verifying.partition(partition)
        with verifying.counting():
            verifying.frames_and_sessions()
        yield from verifying.tables()
    return dict(verifying.found)


class _Verifying:
    """One verification, over one view."""

    def __init__(self, view: Reading, empty: Replay, keys: Keys, sealer: Sealer, *, keys_are_here: bool) -> None:
        self._keys_are_here = keys_are_here
        self._view = view
        self._empty = empty
        self._keys = keys
        self._sealer = sealer
        self._removals = view.frames_with_removals()
        self._entered: dict[tuple[int, int], bytes] = {}
        self._staged: set[tuple[int, int]] = set()
        self._opened: dict[int, _Opened] = {}
        self.found: Counter[str] = Counter(dict.fromkeys(_FINDINGS, 0))

    def entries(self, head: Frontier) -> Iterator[bytes]:
        """Every entry: its place, leaf, record and kind, and the tree up to the vault's own head."""
        place, frontier = 0, Frontier.empty()
        staged = self._staged_in_order()
        coming = next(staged, None)
        while rows := self._view.entries(place, _AT_ONCE):
            for row in rows:
                self.found["missing"] += row.index - place
                while coming is not None and coming.before <= row.index:
                    self._apply_ingested(coming)
                    yield b""
                    coming = next(staged, None)
                with self.counting():
                    self._entry(row)
                yield b""
                place, frontier = row.index + 1, frontier.append(leaf_hash(row.body))
                if frontier.size == head.size and frontier != head:
                    self.found["differing"] += 1
        while coming is not None:
            self._apply_ingested(coming)
            yield b""
            coming = next(staged, None)
        self.found["missing"] += max(0, head.size - place)

    def _staged_in_order(self) -> Iterator["_Staged"]:
        """Every ingest record with the place in the ledger it came before: what it judged, later entries speak of."""

        def of(partition: int) -> Iterator[_Staged]:
            number = 0
            while rows := self._view.ingest_records(partition, number, _AT_ONCE):
                detail = _beside(rows, self._view.details_among)
                for row in rows:
                    try:
                        number, record = int(row.number) + 1, read_ingested(row.body)
                    except (NotTheFormat, TypeError, ValueError):
                        return  # counted where its chain is followed; what comes after it cannot be placed
                    yield _Staged(record.ledger_size, row, record, detail)

        return merge(*(of(one.partition) for one in self._view.newest_ingest()), key=lambda one: one.before)

    def _apply_ingested(self, staged: "_Staged") -> None:
        with self.counting():
            if not self._empty.apply_ingested(staged.record, self._detail(staged)):
                self.found["differing"] += 1

    def partitions_entered(self) -> set[int]:
        """Those that the ledger speaks of, whatever stands in the tables."""
        return {partition for partition, _ in self._entered}

    def _entry(self, row: EntryRow) -> None:
        if row.record is None or row.salt is None:
            self.found["missing"] += 1
            return
        entry, record = read_entry(row.body), read_record(row.record)
        belongs = (
            row.leaf == leaf_hash(row.body)
            and entry.index == row.index
            and entry.record == record_digest(row.salt, row.record)
            and entry.kind is kind_of(record)
        )
        self._count(belongs and self._empty.apply(record, row.index))
        if isinstance(record, IngestEntered):
            self._entered[record.partition, record.number] = record.digest
        if isinstance(record, KeysIssued) and self._keys_are_here:
            # What was sealed under a key that the vault has lost opens for nobody, and nobody ended it.
            days = [(key.person_id, key.category, key.day) for key in record.day_keys]
            held = [self._keys.has_day_key(*day) or self._keys.day_destroyed(*day) for day in days]
            held += [self._keys.has_record_key(key.person_id) for key in record.record_keys]
            self.found["missing"] += held.count(False)

    def partition(self, partition: int) -> Iterator[bytes]:
        """Every ingest record of a partition, in its chain, with its frame and sessions."""
        number, previous = 0, bytes(32)
        entered_to = max((number for part, number in self._entered if part == partition), default=-1)
        while rows := self._view.ingest_records(partition, number, _FRAMES_AT_ONCE):
            sessions, frame = _beside(rows, self._view.sessions_among), _beside(rows, self._view.frames_among)
            for row in rows:
                if not isinstance(row.number, int):
                    raise NotTheFormat("an ingest record at no place")
                self.found["missing"] += row.number - number
                self.found["unentered"] += row.number > entered_to
                with self.counting():
                    self._ingest(row, previous, sessions, frame)
                yield b""
                number, previous = row.number + 1, row.digest
        self.found["missing"] += max(0, entered_to + 1 - number)

    def _ingest(
        self, row: IngestRow, previous: bytes, sessions_of: "_Find[dict[int, Session]]", frame_of: "_Find[Frame]"
    ) -> None:
        here = (row.partition, row.number)
        self._staged.add(here)
        record = read_ingested(row.body)
        belongs = (
            (record.partition, record.number, record.previous) == (*here, previous)
            and row.digest == sha256(row.body).digest()
            and self._entered.get(here, row.digest) == row.digest
        )
        self._count(belongs)
        leaves = [leaf_hash(session_body(one, no)) for no, one in (sessions_of(row.number) or {}).items()]
        self.found["missing"] += max(0, record.sessions - len(leaves))
        frame = frame_of(row.number)
        if frame is not None:
            leaves += self._frame(frame)
        if root(leaves) != record.root:
            self.found["differing"] += 1

    def _detail(self, staged: "_Staged") -> IngestDetail:
        """What was judged, if it is what the record commits to. Raises NotTheFormat when it is not."""
        record, detail = staged.record, staged.detail_of(staged.row.number)
        if not record.detail:
            if detail is not None:
                raise NotTheFormat("a detail that no record speaks of")
            return IngestDetail()
        if detail is None:
            self.found["missing"] += 1
            return IngestDetail()
        if record_digest(detail.salt, detail.body) != record.detail:
            raise NotTheFormat("a detail that is not the one its record commits to")
        return read_detail(detail.body)

    def _frame(self, frame: Frame) -> list[bytes]:
        """The leaves of a frame's pieces; each piece that was not removed is opened."""
        here = (frame.partition, frame.number)
        gone = self._view.removed_in(*here) if here in self._removals else {}
        rows = list(unpack_directory(frame.directory))
        times = [row.fix_ms for row in rows]
        if (frame.first_ms, frame.last_ms) != (min(times, default=None), max(times, default=None)):
            self.found["differing"] += 1
        leaves = []
        for position, row in enumerate(rows):
            piece = piece_of(frame.sealed, row)
            if position in gone:
                self._count(not any(piece), "erased")
                leaves.append(gone[position])
                continue
            leaves.append(leaf_hash(piece_body(row.session_no, row.fix_ms, piece)))
            with self.counting():
                self._count(self._open(piece, row), "fixes")
        return leaves

    def _open(self, piece: bytes, row: DirectoryRow) -> bool:
        """Whether a stored fix opens and lies where it may."""
        opened = self._opened.get(row.session_no)
        if opened is None:
            opened = self._opened[row.session_no] = self._open_session(row.session_no)
        if opened.unsealing is not None:
            unpack_fix(opened.unsealing.plain(piece, row.fix_ms))
        return opened.covers(row)

    def _open_session(self, number: int) -> "_Opened":
        session = self._view.session(number)
        opens = self._keys.opens(session)
        unsealing = Unsealing(self._keys, self._sealer, session) if opens else None
        decision, fitting = self._view.decision(session.decision_id), self._view.fitting(session.fitting_id)
        if self._view.case(decision.case_id).person_id != session.person_id:
            raise OpeningRefused("a session is another person's than its decision")
        return _Opened(session, decision, fitting, unsealing)

    def frames_and_sessions(self) -> None:
        """None without an ingest record."""
        places = self._view.places_of_frames() + self._view.places_of_sessions() + self._view.places_of_details()
        self.found["differing"] += sum(place not in self._staged for place in places)

    def tables(self) -> Iterator[bytes]:
        """Every row that follows from records alone, and the constraints over them all."""
        with self.counting():
            self._compare(self._view.form_digests(), self._empty.form_digests())
        for table in self._view.replayed_tables():
            with self.counting():
                live: dict[bytes, bytes] = {}
                replayed: dict[bytes, bytes] = {}
                for rows, digests in ((self._view, live), (self._empty, replayed)):
                    for place, (key, digest) in enumerate(rows.row_digests(table)):
                        digests[key] = digest
                        if place % _AT_ONCE == 0:
                            yield b""
                self._compare(live, replayed)
            yield b""

    def _compare(self, live: dict[bytes, bytes], replayed: dict[bytes, bytes]) -> None:
        self.found["missing"] += len(replayed.keys() - live.keys())
        self.found["differing"] += len(live.keys() - replayed.keys())
        self.found["differing"] += sum(live[key] != replayed[key] for key in live.keys() & replayed.keys())

    def _count(self, holds: bool, as_: str = "replayed") -> None:  # noqa: FBT001 - a finding is one or the other
        self.found[as_ if holds else "differing"] += 1

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Whatever cannot even be read differs."""
        try:
            yield
        except Exception:  # noqa: BLE001 - whoever broke it chose what it raises
            self.found["differing"] += 1


_Find = Callable[[int], T | None]
"""What stands beside the ingest record of that number."""


class _Staged(NamedTuple):
    """An ingest record, and the place in the ledger that it came before."""

    before: int
    row: IngestRow
    record: Ingested
    detail_of: _Find[DetailRow]


def _beside(rows: Sequence[IngestRow], among: Callable[[int, int, int], dict[int, T]]) -> _Find[T]:
    """What stands beside these rows of one partition, read at once; one by one where some of it cannot be read."""
    partition = rows[0].partition
    try:
        return among(partition, rows[0].number, rows[-1].number).get
    except Exception:  # noqa: BLE001 - as in counting: and it is to cost the verdict on no other
        return lambda number: among(partition, number, number).get(number)


class _Opened:
    """A session with what it was for, and how its fixes open (None once its day is erased)."""

    def __init__(self, session: Session, decision: Decision, fitting: Fitting, unsealing: Unsealing | None) -> None:
        self.session = session
        self.unsealing = unsealing
        self._decision = decision
        self._fitting = fitting

    def covers(self, row: DirectoryRow) -> bool:
        """Whether a fix of that time may stand here."""
        at = from_ms(row.fix_ms)
        return (
            self._decision.covers(at)
            and not self._decision.suspended(at)
            and self.session.category in kept_categories(self._decision)
            and self._fitting.covers(at)
            and self._decision.case_id == self._fitting.case_id == self.session.case_id
            and self._decision.strand == self._fitting.strand
        )
