"""How what was sealed in one session opens: the day key opens the session key, which must be the one committed to."""

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.ports import Sealer
from custodiet.model.errors import OpeningRefused
from custodiet.model.session import Session
from custodiet.wire.frame import PLAIN_BYTES, fixes_context, plain_head, session_context, time_context
from custodiet.wire.gathered import fold_context, read_gathered

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
    """Opens what was sealed in one session. Raises OpeningRefused for what does not open."""

    def __init__(self, sealer: Sealer, key: bytes, session: Session) -> None:
        self._unseal = sealer.opening_under(key)
        self._of_fixes = fixes_context(session)
        self._of_a_fold = fold_context(session)

    def plain(self, piece: bytes, fix_ms: int) -> bytes:
        """One packed fix, which must say the time that its index says."""
        plain = self._unseal(piece, self._of_fixes + time_context(fix_ms))
        if not plain.startswith(plain_head(fix_ms)) or len(plain) != PLAIN_BYTES:
            raise OpeningRefused("a stored fix is of another format, or says another time than its index")
        return plain

    def loose(self, gathered: bytes, window_ms: tuple[int, int] = _EVER_MS) -> bytes:
        """Of gathered pieces those timed in the window, packed; no other is opened."""
        first, until = window_ms
        plain = self.plain
        return b"".join([plain(piece, at) for _, _, at, piece in read_gathered(gathered) if first <= at < until])

    def fold(self, sealed: bytes) -> bytes:
        """What was packed there, as wire/gathered.py has it."""
        return self._unseal(sealed, self._of_a_fold)
