"""What is kept of each epoch in the keys folder: one file, whole or not there, for its owner alone.

Promise: `write` returns once the file is durable, and never replaces one. `destroy` overwrites it, then removes it; on
a disk that keeps old blocks (flash, snapshots, backups of this folder) the bytes may outlive that, which docs/trust.md
says. A folder or file that others may read is refused; that the folder does not lie inside the data folder, settings.py
sees to.
"""

import os
from pathlib import Path

from custodiet.model.errors import Unready

KEY, WRAPPED, SEALED_IN_TOKEN = "key", "wrapped", "sealed"
"""The key itself; the key as OpenBao has sealed it; the same by a token."""

TAKEN_IN_OPENBAO, TAKEN_IN_TOKEN = "openbao.json", "pkcs11.id"
"""Which key of OpenBao a place has taken; by which identity its keys in a token are labelled."""


class EpochFiles:
    """`epoch-00000001.key` and the like, mode 0600, of one kind."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        if not folder.is_dir():
            raise Unready(f"keys folder missing: {folder}")
        for path in (folder, *folder.glob(f"epoch-*.{kind}")):
            if path.stat().st_mode & 0o077:
                raise Unready(f"others may read {path}: remove their access (chmod go= {path})")

    def numbers(self) -> tuple[int, ...]:
        """Which epochs have one, in order."""
        stems = (path.stem.removeprefix("epoch-") for path in self._folder.glob(f"epoch-*.{self._kind}"))
        return tuple(sorted(int(stem) for stem in stems if stem.isdecimal()))

    def next(self) -> int:
        """A number that no epoch has in this folder, of whatever kind."""
        stems = (path.stem.removeprefix("epoch-") for path in self._folder.glob("epoch-*.*"))
        return max((int(stem) for stem in stems if stem.isdecimal()), default=0) + 1

    def write(self, epoch: int, body: bytes) -> None:
        """Raises FileExistsError when there is one."""
        # Whole under its name, or not there: a key that was cut short would keep the vault from starting.
        aside = self._path(epoch).with_suffix(".new")
        aside.unlink(missing_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        # Linked and not renamed: a key that is there is never replaced by another.
        os.link(aside, self._path(epoch))
        aside.unlink()
        self._sync_folder()

    def read(self, epoch: int) -> bytes:
        """Raises Unready when there is none."""
        try:
            return self._path(epoch).read_bytes()
        except OSError:
            raise Unready(f"the keys folder does not hold epoch {epoch}") from None

    def destroy(self, epoch: int) -> None:
        """Nothing to do where there is none."""
        path = self._path(epoch)
        if not path.exists():
            return
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        self._sync_folder()

    def _path(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch:08d}.{self._kind}"

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
