"""How what was sealed in one session opens: the day key opens the session key, which must be the one committed to."""

from operator import itemgetter

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer
from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.model.session import Session
from custodiet.model.stored import Gathered
from custodiet.model.times import to_ms
from custodiet.wire.frame import (
    PLAIN_BYTES,
    VERSION,
    FixRow,
    fixes_context,
    heads_of,
    plain_head,
    rows_of,
    session_context,
    time_context,
)
from custodiet.wire.gathered import Fold, fold_context, pack_fold, places_of, read_gathered, rows_folded, unpack_fold

_OTHER = "a stored fix is of another format, or says another time than its index"
_EVER_MS = (-(1 << 63), 1 << 63)
_FIX_MS = itemgetter(1)


def session_key(keys: Keys, sealer: Sealer, session: Session) -> bytes:
    """A session's key. Raises OpeningRefused when it is gone with its day, or the commitment does not fit."""
    key = keys.kept_key(session)
    if key is None:
        private = keys.day_private(session.person_id, session.category, session.day)
        key = sealer.open_with(private, session.sealed_key, session_context(session))
    if sealer.commitment(key, session.id) != session.commitment:
        raise OpeningRefused("a session key is not the one committed to")
    return key


class Unsealing:
    """Opens what was sealed in one session. Raises OpeningRefused or NotTheFormat for what does not open."""

    def __init__(self, keys: Keys, sealer: Sealer, session: Session) -> None:
        """Raises OpeningRefused as session_key does."""
        self._sealer = sealer
        self._key = session_key(keys, sealer, session)
        self._unseal = sealer.opening_under(self._key)
        self._of_fixes = fixes_context(session)
        self._of_a_fold = fold_context(session)

    def plain(self, piece: bytes, fix_ms: int) -> bytes:
        """One packed fix, which must say the time that its index says."""
        plain = self._unseal(piece, self._of_fixes + time_context(fix_ms))
        if not plain.startswith(plain_head(fix_ms)) or len(plain) != PLAIN_BYTES:
            raise OpeningRefused(_OTHER)
        return plain

    def rows(self, kept: Gathered, window: Interval | None) -> list[FixRow]:
        """What was gathered of it, of a window or all, in order of storing; of what is loose no other is opened."""
        first, until = _EVER_MS if window is None else (to_ms(window.from_at), to_ms(window.to_at))
        rows = [] if kept.folded is None else list(rows_folded(self._unfolded(kept.folded)))
        if window is not None:
            rows = _within(rows, first, until)
        rows += rows_of(self._loose(kept.loose, first, until))
        return rows

    def fold(self, kept: Gathered) -> Fold:
        """All that was gathered of it as one."""
        loose = Fold(places_of(kept.loose), self._loose(kept.loose, *_EVER_MS))
        return loose if kept.folded is None else unpack_fold(self._unfolded(kept.folded)) + loose

    def sealed(self, fold: Fold, nonce: bytes) -> bytes:
        """A fold as it is kept, under the same key. The nonce must never repeat under it."""
        return self._sealer.seal_under(self._key, nonce, pack_fold(fold), self._of_a_fold)

    def _loose(self, gathered: bytes, first_ms: int, until_ms: int) -> bytes:
        # As plain does, but not a call for each: what they say of themselves is looked at when all of them are open.
        unseal, of_fixes = self._unseal, self._of_fixes
        times, opened = [], []
        for _, _, at, piece in read_gathered(gathered):
            if first_ms <= at < until_ms:
                times.append(at)
                opened.append(unseal(piece, of_fixes + time_context(at)))
        plains = b"".join(opened)
        if [at for version, at in heads_of(plains) if version == VERSION] != times:
            raise OpeningRefused(_OTHER)
        return plains

    def _unfolded(self, sealed: bytes) -> bytes:
        return self._unseal(sealed, self._of_a_fold)


def _within(rows: list[FixRow], first_ms: int, until_ms: int) -> list[FixRow]:
    """Those of a window. Most often it is all of a day: their ends tell that faster than each by itself."""
    times = sorted(map(_FIX_MS, rows))
    if not times or (first_ms <= times[0] and times[-1] < until_ms):
        return rows
    return [row for row in rows if first_ms <= row[1] < until_ms]
