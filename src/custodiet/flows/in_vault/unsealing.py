"""How what was sealed in one session opens: the day key opens the session key, which must be the one committed to."""

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer
from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.model.session import Session
from custodiet.model.stored import Gathered
from custodiet.model.times import to_ms
from custodiet.wire.frame import (
    PLAIN_BYTES,
    FixRow,
    fixes_context,
    plain_head,
    rows_of,
    session_context,
    time_context,
)
from custodiet.wire.gathered import Fold, fold_context, pack_fold, places_of, read_gathered, rows_folded, unpack_fold

_EVER_MS = (-(1 << 63), 1 << 63)


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
            raise OpeningRefused("a stored fix is of another format, or says another time than its index")
        return plain

    def rows(self, kept: Gathered, window: Interval | None) -> list[FixRow]:
        """What was gathered of it, of a window or all, in order of storing; of what is loose no other is opened."""
        first, until = _EVER_MS if window is None else (to_ms(window.from_at), to_ms(window.to_at))
        folded = () if kept.folded is None else rows_folded(self._unfolded(kept.folded))
        rows = list(folded) if window is None else [row for row in folded if first <= row[1] < until]
        return rows + list(rows_of(self._loose(kept.loose, first, until)))

    def fold(self, kept: Gathered) -> Fold:
        """All that was gathered of it as one."""
        loose = Fold(places_of(kept.loose), self._loose(kept.loose, *_EVER_MS))
        return loose if kept.folded is None else unpack_fold(self._unfolded(kept.folded)) + loose

    def sealed(self, fold: Fold, nonce: bytes) -> bytes:
        """A fold as it is kept, under the same key. The nonce must never repeat under it."""
        return self._sealer.seal_under(self._key, nonce, pack_fold(fold), self._of_a_fold)

    def _loose(self, gathered: bytes, first_ms: int, until_ms: int) -> bytes:
        plain = self.plain
        return b"".join([plain(piece, at) for _, _, at, piece in read_gathered(gathered) if first_ms <= at < until_ms])

    def _unfolded(self, sealed: bytes) -> bytes:
        return self._unseal(sealed, self._of_a_fold)
