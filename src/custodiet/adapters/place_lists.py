"""Lists of places as files of the data folder, each named by its digest: one that nobody entered is never read."""

import os
from hashlib import sha256
from pathlib import Path


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
        aside = self._file(digest).with_suffix(".part")
        with aside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._file(digest))
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return digest

    def _file(self, digest: bytes) -> Path:
        return self._folder / f"{digest.hex()}.places"
