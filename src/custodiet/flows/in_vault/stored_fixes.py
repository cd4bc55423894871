"""Stored fixes, opened one by one: the day key opens the session key, the commitment is checked, the fix opens.

Where they lie is found by an index of the vault's own, so that what one person's day costs does not grow with what is
stored of others. It is filled from the frames' directories, which never change; what it says of a piece is held
against the frame when that is read.
"""

from collections.abc import Callable, Iterator
from heapq import merge

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import PieceIndex, Sealer, Store
from custodiet.model.condition import Interval
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import PersonId
from custodiet.model.session import Session
from custodiet.model.stored import FrameDirectory
from custodiet.model.times import to_ms, utc_day
from custodiet.wire.frame import (
    StoredFix,
    fixes_context,
    session_context,
    time_context,
    unpack_directory,
    unpack_fix,
)

_FRAMES_AT_ONCE = 1000
"""That the index takes in at a step."""
_PIECES_AT_ONCE = 500

OpenFix = Callable[[bytes, int], StoredFix]
"""From a piece and the time in ms that its frame says."""


def session_key(keys: Keys, sealer: Sealer, session: Session) -> bytes:
    """A session's key. Raises OpeningRefused when it is gone with its day, or the commitment does not fit."""
    key = keys.kept_key(session)
    if key is None:
        private = keys.day_private(session.person_id, session.category, session.day)
        key = sealer.open_with(private, session.sealed_key, session_context(session))
    if sealer.commitment(key, session.id) != session.commitment:
        raise OpeningRefused("a session key is not the one committed to")
    return key


def opening(sealer: Sealer, key: bytes, session: Session) -> OpenFix:
    """How a session's fixes open. Raises OpeningRefused for one that does not, or says another time than its index."""
    unseal, context = sealer.opening_under(key), fixes_context(session)

    def open_fix(piece: bytes, fix_ms: int) -> StoredFix:
        stored = unpack_fix(unseal(piece, context + time_context(fix_ms)))
        if to_ms(stored.fix_time) != fix_ms:
            raise OpeningRefused("a stored fix says another time than its index")
        return stored

    return open_fix


class StoredFixes:
    """What is stored of one person, and of nobody else."""

    def __init__(self, store: Store, index: PieceIndex, keys: Keys, sealer: Sealer) -> None:
        self._store = store
        self._index = index
        self._keys = keys
        self._sealer = sealer

    def days_erased(self, person_id: PersonId) -> int:
        """On how many days something was sealed for this person that opens for nobody any more."""
        with self._store.reading() as view:
            sessions = view.sessions_of(person_id).values()
        return len({one.day for one in sessions if not self._keys.opens(one)})

    def of(self, person_id: PersonId, window: Interval | None = None) -> Iterator[tuple[Session, StoredFix]]:
        """Every stored fix of one person, in order of storing. Sessions whose key is destroyed are left out.

        With a window no fix outside it is opened.
        """
        while self.take_in():
            pass
        with self._store.reading() as view:
            sessions = view.sessions_of(person_id)
        sessions = {no: one for no, one in sessions.items() if _on_a_day_of(one, window) and self._keys.opens(one)}
        openings = {
            no: opening(self._sealer, session_key(self._keys, self._sealer, one), one) for no, one in sessions.items()
        }
        first, until = (0, 0) if window is None else (to_ms(window.from_at), to_ms(window.to_at))
        places = list(merge(*(self._index.pieces_of(no) for no in sessions)))
        for at in range(0, len(places), _PIECES_AT_ONCE):
            with self._store.reading() as view:
                pieces = view.pieces(places[at : at + _PIECES_AT_ONCE])
            for piece in pieces:
                if piece.session_no not in sessions:
                    raise OpeningRefused("a frame is not what it was when it was taken in")
                if window is None or first <= piece.fix_ms < until:
                    session, open_fix = sessions[piece.session_no], openings[piece.session_no]
                    yield session, open_fix(piece.sealed, piece.fix_ms)

    def take_in(self) -> bool:
        """Let the index take in some of the frames it does not know; whether there may be more.

        What it knows of another store than this one, as before a restore, it forgets first.
        """
        newest = self._index.newest()
        with self._store.reading() as view:
            found = view.directories(0 if newest is None else newest[0], _FRAMES_AT_ONCE)
        if newest is not None and not (found and (found[0].seq, found[0].digest) == newest):
            self._index.forget()
            return True
        if not found:
            return False
        pieces = [piece for one in found for piece in _pieces_in(one)]
        self._index.add(pieces, found[-1].seq, found[-1].digest)
        return len(found) == _FRAMES_AT_ONCE


def _on_a_day_of(session: Session, window: Interval | None) -> bool:
    """A session is of one UTC day, and so is every fix in it."""
    return window is None or utc_day(window.from_at) <= session.day <= utc_day(window.to_at)


def _pieces_in(frame: FrameDirectory) -> Iterator[tuple[int, int, int]]:
    """(session number, seq, position). Of a directory that somebody broke none: verifying tells of it."""
    try:
        rows = list(unpack_directory(frame.directory))
    except NotTheFormat:
        return
    yield from ((row.session_no, frame.seq, position) for position, row in enumerate(rows))
