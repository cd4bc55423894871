"""Stored fixes, opened one by one: the day key opens the session key, the commitment is checked, the fix opens."""

from collections.abc import Callable, Iterator

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer, Store
from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import PersonId
from custodiet.model.session import Frame, Session
from custodiet.model.times import to_ms
from custodiet.wire.frame import (
    DirectoryRow,
    StoredFix,
    fixes_context,
    piece_of,
    rows_of_sessions,
    session_context,
    time_context,
    unpack_fix,
)

_FRAMES_AT_ONCE = 100

OpenFix = Callable[[Frame, DirectoryRow], StoredFix]


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

    def open_fix(frame: Frame, row: DirectoryRow) -> StoredFix:
        stored = unpack_fix(unseal(piece_of(frame.sealed, row), context + time_context(row.fix_ms)))
        if to_ms(stored.fix_time) != row.fix_ms:
            raise OpeningRefused("a stored fix says another time than its index")
        return stored

    return open_fix


def days_erased(store: Store, keys: Keys, person_id: PersonId) -> int:
    """On how many days something was sealed for this person that opens for nobody any more."""
    with store.reading() as view:
        sessions = view.sessions_of(person_id).values()
    return len({one.day for one in sessions if not keys.opens(one)})


def fixes_of(
    store: Store, keys: Keys, sealer: Sealer, person_id: PersonId, window: Interval | None = None
) -> Iterator[tuple[Session, StoredFix]]:
    """Every stored fix of one person, in order of storing. Sessions whose key is destroyed are left out.

    With a window no fix outside it is opened.
    """
    first, until = (0, 0) if window is None else (to_ms(window.from_at), to_ms(window.to_at))
    with store.reading() as view:
        sessions = view.sessions_of(person_id)
    openings = {
        no: opening(sealer, session_key(keys, sealer, session), session)
        for no, session in sessions.items()
        if keys.opens(session)
    }
    after, known = -1, set(openings)
    while True:
        with store.reading() as view:
            frames = (
                view.frames(after, _FRAMES_AT_ONCE)
                if window is None
                else view.frames_touching(window, after, _FRAMES_AT_ONCE)
            )
            removed = view.removed_among(after, frames[-1][0]) if frames else {}
        if not frames:
            return
        after = frames[-1][0]
        for seq, frame in frames:
            gone = removed.get(seq, ())
            for position, row in rows_of_sessions(frame.directory, known).items():
                if position not in gone and (window is None or first <= row.fix_ms < until):
                    yield sessions[row.session_no], openings[row.session_no](frame, row)
