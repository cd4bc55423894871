"""Epoch keys as files in a folder outside the data folder: the KMS of a machine without one.

What a file promises of being durable, and of being gone, epoch_files.py says.
"""

import secrets
from datetime import timedelta
from pathlib import Path

from custodiet.adapters.kms.epoch_files import KEY, EpochFiles
from custodiet.model.errors import Unready

KEY_BYTES = 32


class KeyfileKms:
    """One file an epoch: `epoch-00000001.key`, 32 bytes."""

    named = "files"

    def __init__(self, folder: Path) -> None:
        self._files = EpochFiles(folder, KEY)

    def epochs(self) -> tuple[int, ...]:
        return self._files.numbers()

    def begin(self) -> int:
        epoch = max(self.epochs(), default=0) + 1
        self._files.write(epoch, secrets.token_bytes(KEY_BYTES))
        return epoch

    def key(self, epoch: int) -> bytes:
        key = self._files.read(epoch)
        if len(key) != KEY_BYTES:
            raise Unready(f"the key of epoch {epoch} is cut short")
        return key

    def require(self, epoch: int) -> None:
        """A folder that is lost asks nobody to stop: until the day turns, people can still be given what is theirs."""

    def destroy(self, epoch: int) -> None:
        self._files.destroy(epoch)

    def token_ends_in(self) -> timedelta | None:
        return None
