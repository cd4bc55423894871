"""What is sealed of each session, beside each other: upkeep of the vault's own, so that a look waits for none of it.

Frames hold what many people sent in the same moment; a day of one of them lies in a thousand frames. So the vault
copies each piece, as it is sealed, to those of its session. A day that is over is folded: its fixes are opened in here
and sealed again together, under the same session's key, and nothing of it leaves. What is removed or erased in the
store goes from the copies before anything else is read of them. Nothing is kept here that the frames do not say; all
of it can be lost and is gathered again.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.unsealing import Unsealing
from custodiet.flows.ports import Chance, GatheredPieces, Reading, Sealer, Store
from custodiet.model.errors import NotFound, NotTheFormat, OpeningRefused
from custodiet.model.session import Session
from custodiet.model.stored import Gathered, Removal, WholeFrame
from custodiet.model.times import utc_day
from custodiet.wire.frame import NONCE_BYTES
from custodiet.wire.gathered import Fold, Place, gather, without

_FRAMES_AT_ONCE = 100
_REMOVALS_AT_ONCE = 1000
_SESSIONS_AT_ONCE = 100
PIECES_IN_MEMORY, FRAMES_IN_MEMORY = 200_000, 10_000
"""With so much in memory it is written: not sooner, so that of each session much is written at once."""
_BEFORE_ALL = -1
"""The number before that of the first frame, and of the first session."""
FOLDED_AFTER = timedelta(hours=1)
"""So long after its last instant a day is folded, and so often what came of it since."""


class Gathering:
    """Follows the frames. One thread at a time."""

    def __init__(self, store: Store, kept: GatheredPieces, keys: Keys, sealer: Sealer, chance: Chance) -> None:
        self._store = store
        self._kept = kept
        self._keys = keys
        self._sealer = sealer
        self._chance = chance
        self._newest: tuple[int, bytes] | None = None
        self._removal: Removal | None = None
        """The last one that was taken out of the copies."""
        self._begun = False
        self._copies_lost = kept.times_lost
        self._waiting: defaultdict[int, bytearray] = defaultdict(bytearray)
        """By session what is not written yet."""
        self._pieces = self._frames = 0
        self._folded_until = _BEFORE_ALL
        self._folds_at: datetime | None = None
        self._written_on: date | None = None

    def of(self, session: int) -> Gathered:
        """What there is of a session, in order of storing; all there is when take_in has said that there is no more."""
        kept = self._kept.of(session)
        waiting = self._waiting.get(session)
        return kept if waiting is None else replace(kept, loose=kept.loose + waiting)

    def take_in(self) -> bool:
        """Follow some of what the store has more, or less, than before; whether there may be more."""
        with self._store.reading() as view:
            return self.follow(view)

    def follow(self, view: Reading) -> bool:
        """The same in a view of the store: when there is no more, all that the view shows has been followed."""
        if not self._begun or self._copies_lost != self._kept.times_lost:
            self._begin(view)
        if self._newest is not None and not view.goes_on_after(self._newest[0], self._removal):
            return False
        return self._take_out(view) or self._add(view)

    def fold_some(self, now: datetime) -> bool:
        """Fold a day that is over, or find out that none is; whether there may be more. Nothing of it leaves.

        Raises OpeningRefused while the KMS is away: then nothing opens here either.
        """
        if self._folds_at is not None and now < self._folds_at <= now + FOLDED_AFTER:
            return False
        if self._folded_until == _BEFORE_ALL:
            self._keys.require_kms()
            self._write_what_waits(utc_day(now - FOLDED_AFTER))
        found = self._kept.loose_after(self._folded_until, _SESSIONS_AT_ONCE)
        for number in found:
            self._folded_until = number
            session = self._session(number)
            if session is not None and utc_day(now - FOLDED_AFTER) > session.day and self._keys.opens(session):
                self._fold(number, session)
                return True
        if not found:
            self._folded_until, self._folds_at = _BEFORE_ALL, now + FOLDED_AFTER
        return bool(found)

    def _begin(self, view: Reading) -> None:
        """What is known of another store than this one, as before a restore, is forgotten."""
        self._copies_lost = self._kept.times_lost
        self._let_go()
        self._newest = self._kept.newest()
        self._removal = last = self._kept.last_removal()
        stands = last is None or view.removal_at(last.partition, last.number, last.position) == last
        if self._newest is None or not stands or view.frame_digest(self._newest[0]) != self._newest[1]:
            self._begin_anew(view)
        self._begun = True

    def _begin_anew(self, view: Reading) -> None:
        self._let_go()
        self._removal = view.newest_removal()
        self._kept.begin(self._removal)
        self._newest = None

    # --- what is new ---

    def _add(self, view: Reading) -> bool:
        found = view.whole_frames(_BEFORE_ALL if self._newest is None else self._newest[0], _FRAMES_AT_ONCE)
        if not found:
            return False
        gone = view.removed_between(found[0].seq, found[-1].seq)
        for frame in found:
            self._gather(frame, gone)
        self._newest = found[-1].seq, found[-1].digest
        self._frames += len(found)
        if self._pieces >= PIECES_IN_MEMORY or self._frames >= FRAMES_IN_MEMORY:
            self._write()
        return True

    def _gather(self, frame: WholeFrame, gone: frozenset[Place]) -> None:
        try:
            found = gather(frame.seq, frame.directory, frame.sealed)
        except NotTheFormat:
            return  # a frame that somebody broke: verifying tells of it
        for position, (number, record) in enumerate(found):
            if not gone or (frame.seq, position) not in gone:
                self._waiting[number] += record
        self._pieces += len(found)

    # --- what is gone ---

    def _take_out(self, view: Reading) -> bool:
        """Follow some removals; whether there were any."""
        found = view.removals_after(self._removal, _REMOVALS_AT_ONCE)
        if not found:
            return False
        gone: defaultdict[int, set[Place]] = defaultdict(set)
        for one in found:
            gone[one.session_no].add((one.seq, one.position))
        try:
            instead = {number: self._without(number, places) for number, places in gone.items()}
        except (OpeningRefused, NotTheFormat):
            self._begin_anew(view)  # gathered again, what is gone is not in it
            return True
        self._kept.put(instead, found[-1])
        self._removal = found[-1]
        return True

    def _without(self, number: int, gone: set[Place]) -> Gathered:
        """What is kept of a session from now on; what waits is seen to at once."""
        if number in self._waiting:
            self._waiting[number] = bytearray(without(bytes(self._waiting[number]), gone))
        kept = self._kept.of(number)
        return Gathered(without(kept.loose, gone), self._fold_without(number, kept.folded, gone))

    def _fold_without(self, number: int, folded: bytes | None, gone: set[Place]) -> bytes | None:
        session = self._session(number)
        if folded is None or session is None or not self._keys.opens(session):
            return None  # what nobody opens any more, nothing keeps
        unsealing = Unsealing(self._keys, self._sealer, session)
        fold = unsealing.fold(Gathered(b"", folded))
        return self._sealed(unsealing, fold.without(gone)) if gone.intersection(fold.places) else folded

    def _write(self) -> None:
        """What could not be written is let go of, and gathered again: else it would be more with every frame."""
        if self._newest is not None:
            self._begun = False
            self._kept.add(self._waiting, *self._newest)
            self._begun = True
            self._let_go()

    def _let_go(self) -> None:
        self._waiting.clear()
        self._pieces = self._frames = 0

    # --- what is over ---

    def _write_what_waits(self, today: date) -> None:
        """Once a day, so that the day before it is folded whole."""
        if self._written_on != today:
            self._write()
            self._written_on = today

    def _fold(self, number: int, session: Session) -> None:
        """Of a session that somebody broke nothing is folded: whoever opens it is told."""
        try:
            unsealing = Unsealing(self._keys, self._sealer, session)
            fold = unsealing.fold(self._kept.of(number))
        except (OpeningRefused, NotTheFormat):
            return
        self._kept.put({number: Gathered(b"", self._sealed(unsealing, fold))})

    def _sealed(self, unsealing: Unsealing, fold: Fold) -> bytes:
        return unsealing.sealed(fold, self._chance.draw(NONCE_BYTES))

    def _session(self, number: int) -> Session | None:
        """None: a frame names one that is not; verifying tells of it."""
        try:
            with self._store.reading() as view:
                return view.session(number)
        except NotFound:
            return None
