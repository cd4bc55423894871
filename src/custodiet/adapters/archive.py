"""A backup as one file: a plain tar that any tar lists, written whole or not at all, read with suspicion.

Promise: `write_archive` puts the file under its name once every byte is durable, for its owner only, and never over
another. `read_archive` gives what the manifest says, byte for byte, under names of our own, or raises NotTheFormat; no
name, link, mode or size in the archive reaches the disk, and memory stays bounded whatever is in it.
"""

import fcntl
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from custodiet.model.errors import NotTheFormat, Unready
from custodiet.wire.backup import MANIFEST, MANIFEST_BYTES_MAX, Manifest, Member, manifest_bytes, read_manifest

_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1 << 20
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


@contextmanager
def working_beside(out: Path) -> Iterator[Path]:
    """A folder beside `out` to prepare it in, for its owner only and gone at the end.

    What a try that was killed has left there is cleared by the next one. Raises Unready when `out` is there already
    or is being made.
    """
    if out.exists():
        raise Unready(f"{out} is there already: nothing was written")
    folder = out.with_name(f".{out.name}.part")
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unready(f"{out} is being made by someone else") from None
        for left in folder.iterdir():
            left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def put_in_place(made: Path, out: Path) -> None:
    """A prepared file under its name, durably. Raises Unready when the name has been taken meanwhile."""
    made.chmod(0o600)
    sync(made)
    if out.exists():
        raise Unready(f"{out} is there already: nothing was written")
    made.rename(out)
    sync(out.parent)


def write_archive(out: Path, folder: Path, names: tuple[str, ...], describe: Manifest) -> Manifest:
    """Files of a folder as one archive at `out`, in this order, after the manifest; the manifest as written.

    `folder` is that of `working_beside(out)`; `describe` has no members yet.
    """
    members = tuple(Member(name, (folder / name).stat().st_size, _digest(folder / name)) for name in names)
    manifest = Manifest(describe.made_at, describe.form, describe.size, describe.root, members)
    (folder / MANIFEST).write_bytes(manifest_bytes(manifest))
    made = folder / "made.tar"
    with tarfile.open(made, "w", format=tarfile.GNU_FORMAT) as archive:
        for name in (MANIFEST, *names):
            told = tarfile.TarInfo(name)
            told.size, told.mode, told.mtime = (folder / name).stat().st_size, 0o600, int(manifest.made_at.timestamp())
            with (folder / name).open("rb") as file:
                archive.addfile(told, file)
    put_in_place(made, out)
    return manifest


def read_archive(file: Path, into: Path) -> Manifest:
    """Unpack an archive into an empty folder, each member under its own known name, durably.

    Raises NotTheFormat for whatever is not a whole backup, Unready when it does not fit on the disk.
    """
    with file.open("rb") as archive:
        size = _header(archive, MANIFEST)
        if size > MANIFEST_BYTES_MAX:
            raise NotTheFormat("a backup's manifest would be larger than it may be")
        manifest = read_manifest(_exactly(archive, size))
        _skip_padding(archive, size)
        if shutil.disk_usage(into).free < sum(member.bytes for member in manifest.members):
            raise Unready(f"not enough room to unpack the backup beside {into.parent}")
        for member in manifest.members:
            if _header(archive, member.name) != member.bytes:
                raise NotTheFormat(f"{member.name} is not as long as the manifest says")
            _unpack(archive, member, into / member.name)
        if any(_exactly(archive, _BLOCK)):
            raise NotTheFormat("the backup goes on after its last member")
    sync(into)
    return manifest


def _header(archive: BinaryIO, name: str) -> int:
    """The size of the next member, which must be a plain file of that name: nothing else is in a backup."""
    try:
        told = tarfile.TarInfo.frombuf(_exactly(archive, _BLOCK), "ascii", "strict")
    except (tarfile.TarError, UnicodeDecodeError, ValueError):
        raise NotTheFormat("not a backup, or one that was cut short") from None
    if told.type not in _PLAIN or told.name != name or told.size < 0:
        raise NotTheFormat(f"in a backup, {name} comes here, and is a plain file")
    return told.size


def _unpack(archive: BinaryIO, member: Member, target: Path) -> None:
    left, digest = member.bytes, sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while left:
            piece = _exactly(archive, min(left, _PIECE))
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    _skip_padding(archive, member.bytes)
    if digest.hexdigest() != member.sha256:
        raise NotTheFormat(f"{member.name} is not what the manifest says: the backup is damaged, or was changed")


def _exactly(archive: BinaryIO, count: int) -> bytes:
    data = archive.read(count)
    if len(data) != count:
        raise NotTheFormat("the backup is cut short")
    return data


def _skip_padding(archive: BinaryIO, size: int) -> None:
    _exactly(archive, -size % _BLOCK)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
