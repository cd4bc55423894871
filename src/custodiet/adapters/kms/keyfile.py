"""Epoch keys as files in a folder outside the data folder: the KMS of a machine without one.

Promise: `begin` returns once the key is durable. `destroy` overwrites and removes the file; on a disk that keeps old
blocks (flash, snapshots, backups of this folder) the bytes may outlive that, which docs/trust.md says. A folder or key
that others may read is refused; that it does not lie inside the data folder, settings.py sees to.
"""

import os
import secrets
from pathlib import Path

from custodiet.model.errors import Unready

_KEY_BYTES = 32


class KeyfileKms:
    """One file an epoch: `epoch-00000001.key`, 32 bytes, mode 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise Unready(f"keys folder missing: {folder}")
        for path in (folder, *folder.glob("epoch-*.key")):
            if path.stat().st_mode & 0o077:
                raise Unready(f"others may read {path}: remove their access (chmod go= {path})")

    def epochs(self) -> tuple[int, ...]:
        stems = (path.stem.removeprefix("epoch-") for path in self._folder.glob("epoch-*.key"))
        return tuple(sorted(int(stem) for stem in stems if stem.isdecimal()))

    def begin(self) -> int:
        epoch = max(self.epochs(), default=0) + 1
        # Whole under its name, or not there: a key that was cut short would keep the vault from starting.
        aside = self._path(epoch).with_suffix(".new")
        aside.unlink(missing_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # Linked and not renamed: a key that is there is never replaced by another.
        os.link(aside, self._path(epoch))
        aside.unlink()
        self._sync_folder()
        return epoch

    def key(self, epoch: int) -> bytes:
        try:
            key = self._path(epoch).read_bytes()
        except OSError:
            raise Unready(f"the keys folder does not hold epoch {epoch}") from None
        if len(key) != _KEY_BYTES:
            raise Unready(f"the key of epoch {epoch} is cut short")
        return key

    def destroy(self, epoch: int) -> None:
        if not self._path(epoch).exists():
            return
        with self._path(epoch).open("r+b") as file:
            file.write(bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        self._path(epoch).unlink()
        self._sync_folder()

    def _path(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch:08d}.key"

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
