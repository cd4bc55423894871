"""The ledger in public: its key, its checkpoint and its hash tiles, to anyone, without a sign-in.

Promise: c2sp.org/tlog-tiles, less its entry bundles: hashes tell nobody what an entry says, and auditors get the
entries by an export. Nothing is given that the pinned log key has not signed, and no hash beyond what it signed for.
All requests together are bounded, since nothing is kept by which they could be told apart.
"""

import re
from pathlib import Path
from time import monotonic

from custodiet.model.record import LogOpened
from custodiet.wire.note import NoteError, open_checkpoint, vkey

A_SECOND_MAX, AT_ONCE_MAX = 100.0, 1000.0
TILE_WIDTH, TILE_HEIGHT = 256, 8
_TILE = re.compile(r"tile/([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_TEXT, _HASHES = b"text/plain; charset=utf-8", b"application/octet-stream"
_SHORT, _HOUR, _EVER = b"public, max-age=5", b"public, max-age=3600", b"public, max-age=31536000, immutable"

Found = tuple[bytes, bytes, bytes]
"""The bytes, of what kind they are, how long they may be kept."""


class Bucket:
    """So many in a second, and so many at once. One thread."""

    def __init__(self, a_second: float = A_SECOND_MAX, at_once: float = AT_ONCE_MAX) -> None:
        self._a_second = a_second
        self._at_once = self._left = at_once
        self._at = monotonic()

    def allows(self) -> bool:
        """Whether one more may come now; if so it has come."""
        at = monotonic()
        self._left = min(self._at_once, self._left + (at - self._at) * self._a_second)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Published:
    """One published log in one folder."""

    def __init__(self, folder: Path, pinned: LogOpened) -> None:
        self._folder = folder
        self._vkey = vkey(pinned.origin, pinned.log_key)

    def get(self, name: str) -> Found | None:
        """What is published under a name after /log/; None for nothing."""
        if name == "key":
            return f"{self._vkey}\n".encode(), _TEXT, _HOUR
        if name in ("checkpoint", "cosigned"):
            signed = self._signed(name)
            return None if signed is None else (signed[0], _TEXT, _SHORT)
        match = _TILE.fullmatch(name)
        signed = None if match is None else self._signed("checkpoint")
        if match is None or signed is None or not _within(match, signed[1]):
            return None
        data = self._read(name)
        return None if data is None else (data, _HASHES, _EVER)

    def _signed(self, name: str) -> tuple[bytes, int] | None:
        """A checkpoint and its size, if the log's key has signed it."""
        data = self._read(name)
        try:
            return None if data is None else (data, open_checkpoint(data.decode(), self._vkey).size)
        except (NoteError, UnicodeDecodeError):
            return None

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None


def _within(tile: re.Match[str], size: int) -> bool:
    """Whether a log of that size has such a tile, so that it has been signed for."""
    level, width = int(tile[1]), TILE_WIDTH if tile[3] is None else int(tile[3])
    number = int(tile[2].replace("x", "").replace("/", ""))
    return width <= TILE_WIDTH and number * TILE_WIDTH + width <= size >> (level * TILE_HEIGHT)
