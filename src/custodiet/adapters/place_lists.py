"""Lists of places as files of the data folder, each named by its digest: one that nobody entered is never read."""

from hashlib import sha256
from pathlib import Path

from custodiet.adapters.ledger.tiles import write_whole


class PlaceFolder:
    """As flows.ports.PlaceLists says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, digest: bytes) -> bytes | None:
        """The list with that digest; None when it is not there whole."""
        try:
            body = self._file(digest).read_bytes()
        except OSError:
            return None
        return body if sha256(body).digest() == digest else None

    def count(self) -> int:
        """How many lie there."""
        return sum(1 for _ in self._folder.glob("*.places"))

    def keep(self, body: bytes) -> bytes:
        """Durable before this returns. The list's digest."""
        digest = sha256(body).digest()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._file(digest), body)
        return digest

    def _file(self, digest: bytes) -> Path:
        return self._folder / f"{digest.hex()}.places"
