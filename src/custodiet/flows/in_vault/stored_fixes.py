"""Stored fixes, opened one by one: the day key opens the session key, the commitment is checked, the fix opens."""

from collections.abc import Iterator

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
    fix_context,
    piece_of,
    rows_of_sessions,
    session_context,
    unpack_fix,
)

_FRAMES_AT_ONCE = 100


def session_key(keys: Keys, sealer: Sealer, session: Session) -> bytes:
    """A session's key. Raises OpeningRefused when it is gone with its day, or the commitment does not fit."""
    key = keys.kept_key(session)
    if key is None:
        private = keys.day_private(session.person_id, session.category, session.day)
        key = sealer.open_with(private, session.sealed_key, session_context(session))
    if sealer.commitment(key, session.id) != session.commitment:
        raise OpeningRefused("a session key is not the one committed to")
    return key


def open_fix(sealer: Sealer, key: bytes, session: Session, frame: Frame, row: DirectoryRow) -> StoredFix:
    """One fix. Raises OpeningRefused when it does not open, or says another time than its index."""
    plain = sealer.open_under(key, piece_of(frame.sealed, row), fix_context(session, row.fix_ms))
    stored = unpack_fix(plain)
    if to_ms(stored.fix_time) != row.fix_ms:
        raise OpeningRefused("a stored fix says another time than its index")
    return stored


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
    opened = {no: session_key(keys, sealer, session) for no, session in sessions.items() if keys.opens(session)}
    after, known = -1, set(opened)
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
                    session = sessions[row.session_no]
                    yield session, open_fix(sealer, opened[row.session_no], session, frame, row)
