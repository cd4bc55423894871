"""The published ledger: hash tiles and a checkpoint that any web server may serve, and an auditor's copy.

Promise: the layout is c2sp.org/tlog-tiles (256 hashes a tile, `tile/<level>/<n>`, partial ones `.p/<width>`),
and at every instant, through any crash, the folder holds a whole checkpoint together with every tile it
needs. A tile once published is never written again with other bytes, and a checkpoint never contradicts the
one before it: the publisher stops and says which file it was.

When `publish` returns, all of it is durable. When it raises, the folder holds what the last complete
`publish` left, plus perhaps tiles that no checkpoint speaks of yet, or already the new checkpoint; call it
again. One publisher at a time (the sequencer's lock sees to it); readers need no lock. Hash tiles tell nobody
what an entry says; entry bundles are written by `export` only.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custodiet.model.errors import CustodietError
from custodiet.rules.chain import Tree, leaf_hash
from custodiet.wire.note import Checkpoint, open_checkpoint, parse_checkpoint, unverified_body

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8  # 2**8 is the width: a tile's hashes sit eight levels above those of the tile below
BODY_BYTES_MAX: Final = 65_535
"""The longest entry a bundle can carry: its length is written in 16 bits."""


class TileError(CustodietError):
    """Publishing this would make the ledger say two different things, or something an auditor cannot read."""


@dataclass(frozen=True, slots=True)
class _Tile:
    """Hashes `start` up to, not including, `end` of one level of tiles; level 0 holds leaves."""

    level: int
    start: int
    end: int

    @property
    def is_full(self) -> bool:
        return self.end - self.start == TILE_WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_numbered(self.start // TILE_WIDTH, self.end - self.start)}"


class TileLog:
    """One log in one folder. Keeps 64 bytes a leaf in memory, so that a minute's few new ones are quick.

    The first `publish` of a process compares every full tile on disk with the leaves; later ones write what
    is new.
    """

    def __init__(self, folder: Path) -> None:
        """Take a folder, there or not yet; nothing is read or written before the first call."""
        self._folder = folder
        self._tree = Tree()
        self._published = 0  # leaves whose tiles this process has written or compared

    def read_checkpoint(self) -> str | None:
        """Give the note last published, or None if there has been none. Raises TileError if not text."""
        try:
            return (self._folder / "checkpoint").read_bytes().decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise TileError(f"{self._folder / 'checkpoint'} is not text") from error

    @property
    def known(self) -> int:
        """How many of the first leaves the last `publish` left in memory: none of them need be told again."""
        return len(self._tree)

    def publish(self, leaves: Sequence[bytes], note: str, after: int = 0) -> None:
        """Make the log's tiles and then its checkpoint durable.

        `leaves` are all leaf hashes but for the first `after`, of which none is unknown, `note` the signed
        checkpoint over exactly all of them. Its signature is the signer's affair and is not looked at. Raises
        TileError if the note is about other leaves, if the log has shrunk or changed, or if a tile on disk has
        other bytes; NoteError for a text that is no checkpoint; ValueError for a leaf that is not 32 bytes, or
        leaves that follow none that is known; OSError from the disk.
        """
        tree, published = self._tree, self._published
        # Handed back at the very end: after any failure the next publish trusts the disk and not our memory.
        self._tree, self._published = Tree(), 0

        # 1. Before anything is written: the note is about these leaves, and they continue those before.
        #    Only new leaves are looked at; a rewritten old one shows as a root that is not the note's.
        size = after + len(leaves)
        if not 0 <= after <= len(tree):
            raise ValueError(f"leaves after {after}, of which {len(tree)} are known")
        if size < len(tree):
            raise TileError(f"{len(tree)} entries have been published, and now there are {size}")
        tree.extend(leaves[len(tree) - after :])
        checkpoint = parse_checkpoint(unverified_body(note))
        if (checkpoint.size, checkpoint.root) != (size, tree.root()):
            raise TileError(f"the note is about {checkpoint.size} entries, or a root, that these leaves do not have")
        self._require_continuation(checkpoint, tree)

        # 2. The tiles. Die here: the old checkpoint stands with all its tiles; those written too early are
        #    found equal next time, and a half-written one has only its temporary name.
        tiles = _new_tiles(published, size)
        for tile in tiles:
            self._put(tile, tree)

        # 3. Their names, also of those found there: whoever wrote them may have died before this step.
        #    Die here: as above, and a name that is lost is written again.
        _sync_folders([self._folder / tile.path for tile in tiles], self._folder)

        # 4. The checkpoint. Die before its rename: the old one stands. Die after: the new one, with every
        #    tile durable. Which of the two a power cut leaves is open until the folder is synced; either is
        #    whole.
        target = self._folder / "checkpoint"
        _write(target, note.encode())
        _sync_folders([target], self._folder)

        # 5. Partial tiles whose full tile is now out, which a log may delete. Die here: the first publish of
        #    the next process passes by every full tile again and finishes this.
        for tile in tiles:
            if tile.is_full:
                shutil.rmtree(self._folder / f"{tile.path}.p", ignore_errors=True)

        self._tree, self._published = tree, size

    def _require_continuation(self, checkpoint: Checkpoint, tree: Tree) -> None:
        """Refuse to replace the published checkpoint by one that is not a later state of the same log."""
        text = self.read_checkpoint()
        if text is None:
            return
        before = parse_checkpoint(unverified_body(text))
        if before.origin != checkpoint.origin:
            raise TileError(f"{self._folder} is the log {before.origin!r}, not {checkpoint.origin!r}")
        if before.size > checkpoint.size:
            raise TileError(f"{before.size} entries have been published, and now there are {checkpoint.size}")
        if before.root != tree.root(before.size):
            raise TileError(f"the first {before.size} entries are not those that have been published")

    def _put(self, tile: _Tile, tree: Tree) -> None:
        """Write a tile if it is not there yet. Raises TileError if it is there with other bytes."""
        path = self._folder / tile.path
        data = tree.hashes(tile.level * TILE_HEIGHT, tile.start, tile.end)
        try:
            on_disk = path.read_bytes()
        except FileNotFoundError:
            _write(path, data)
            return
        if on_disk != data:
            raise TileError(f"{tile.path} has been published with other hashes, and is left as it is")


def export(folder: Path, bodies: Sequence[bytes], leaves: Sequence[bytes], note: str, vkey: str) -> None:
    """Write a whole log for an auditor: entry bundles, hash tiles, the verifier's key, the checkpoint last.

    `bodies` are the entries' own bytes, `leaves` their hashes, `note` the checkpoint over all of them, signed
    by the key in `vkey`. `folder` must be empty or not there yet. Everything is checked before the first byte
    is written, so that nobody is handed a copy that cannot verify: raises TileError for a body over 65,535
    bytes, one that is not its leaf, or a folder in use, NoteError for a note this key did not sign, and what
    `TileLog.publish` raises. After an error further on, the folder has no checkpoint and is to be thrown
    away.
    """
    if folder.exists() and any(folder.iterdir()):
        raise TileError(f"{folder} is not empty, and an auditor's copy is written in one piece")
    open_checkpoint(note, vkey)
    if len(bodies) != len(leaves):
        raise TileError(f"{len(bodies)} entries cannot have {len(leaves)} leaves")
    for index, (body, leaf) in enumerate(zip(bodies, leaves, strict=True)):
        if len(body) > BODY_BYTES_MAX:
            raise TileError(f"entry {index} is {len(body)} bytes; a bundle carries {BODY_BYTES_MAX} at most")
        if leaf_hash(body) != leaf:
            raise TileError(f"entry {index} is not what its leaf says")

    written = []
    for start in range(0, len(bodies), TILE_WIDTH):
        some = bodies[start : start + TILE_WIDTH]
        path = folder / "tile" / "entries" / _numbered(start // TILE_WIDTH, len(some))
        _write(path, b"".join(len(body).to_bytes(2, "big") + body for body in some))
        written.append(path)
    _write(folder / "vkey", f"{vkey}\n".encode())
    _sync_folders([*written, folder / "vkey"], folder)
    TileLog(folder).publish(leaves, note)


@dataclass(frozen=True, slots=True)
class Exported:
    """What `export` wrote, as read back; nothing in it has been checked."""

    bodies: tuple[bytes, ...]
    note: str
    vkey: str


def read_export(folder: Path) -> Exported:
    """Read an auditor's copy. Raises TileError when it is not whole, NoteError for its note."""
    try:
        note = (folder / "checkpoint").read_text()
        key = (folder / "vkey").read_text().removesuffix("\n")
        size = parse_checkpoint(unverified_body(note)).size
        bodies: list[bytes] = []
        for start in range(0, size, TILE_WIDTH):
            width = min(TILE_WIDTH, size - start)
            bundle = (folder / "tile" / "entries" / _numbered(start // TILE_WIDTH, width)).read_bytes()
            bodies += _bodies(bundle, width)
    except (OSError, UnicodeDecodeError) as error:
        raise TileError(f"{folder} is not a whole copy: {type(error).__name__}") from None
    return Exported(tuple(bodies), note, key)


def _bodies(bundle: bytes, width: int) -> list[bytes]:
    bodies, at = [], 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if at + 2 > len(bundle) or end > len(bundle):
            raise TileError("a bundle is cut short")
        bodies.append(bundle[at + 2 : end])
        at = end
    if at != len(bundle):
        raise TileError("a bundle goes on after its last entry")
    return bodies


def _new_tiles(published: int, size: int) -> list[_Tile]:
    """Tiles that a log of `size` leaves has and one of `published` had not (c2sp.org/tlog-tiles)."""
    tiles = []
    level = 0
    while hashes := size >> (level * TILE_HEIGHT):
        before = published >> (level * TILE_HEIGHT)
        if hashes > before:
            # The last tile before may have been partial: begin at its first hash.
            starts = range(before - before % TILE_WIDTH, hashes, TILE_WIDTH)
            tiles += [_Tile(level, start, min(start + TILE_WIDTH, hashes)) for start in starts]
        level += 1
    return tiles


def _numbered(number: int, width: int) -> str:
    """Path of tile or bundle `number`, in groups of three digits, with the width if it is not full.

    1234067 is x001/x234/067; the same tile with only 8 of its 256 hashes is x001/x234/067.p/8.
    """
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *folders, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    path = "/".join([*(f"x{folder}" for folder in folders), last])
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def write_whole(path: Path, data: bytes) -> None:
    """Put a whole file under its name, durably, or leave what was there."""
    _write(path, data)
    _sync_folders([path], path.parent)


def _write(path: Path, data: bytes) -> None:
    """Put a whole file under its name, or none; only `_sync_folders` makes the name durable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One publisher, so one temporary name will do: what a crash leaves is written over, or goes with its .p.
    aside = path.with_name(f".{path.name}.tmp")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _sync_folders(paths: Iterable[Path], top: Path) -> None:
    """Make the names of these files durable, and those of the folders above them, `top`'s own included."""
    folders = {folder for path in paths for folder in path.parents if folder.is_relative_to(top.parent)}
    for folder in sorted(folders, reverse=True):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
