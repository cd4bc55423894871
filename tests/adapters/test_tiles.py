"""Published tiles: the layout others read, a few new leaves at a time, and a crash at every single step."""

import os
import shutil
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.adapters.ledger import tiles
from custodiet.adapters.ledger.tiles import TileError, TileLog, export
from custodiet.rules import chain
from custodiet.wire.note import Checkpoint, NoteError, checkpoint_body, open_checkpoint, sign_note, vkey

NAME = "ledger.example/em"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
VKEY = vkey(NAME, PUBLIC)

BODIES = [b"entry %d" % number for number in range(70_000)]
LEAVES = [chain.leaf_hash(body) for body in BODIES]


def note_over(leaves, origin=NAME):
    body = checkpoint_body(Checkpoint(origin, len(leaves), chain.root(leaves)))
    return sign_note(body, NAME, KEY.sign, PUBLIC)


def publish(log, size):
    log.publish(LEAVES[:size], note_over(LEAVES[:size]))


def files(folder):
    """Every published file with its bytes; temporary names are nobody's business."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def width_at(size, level):
    return size >> (8 * level)


def read_tile(folder, level, number, width):
    """One tile, or what a reader falls back to: the full tile instead of the partial one."""
    digits = f"{number:06d}"
    name = digits[3:] if number < 1000 else f"x{digits[:3]}/{digits[3:]}"
    full = folder / "tile" / str(level) / name
    if width == 256 or not (partial := full.with_name(f"{full.name}.p") / str(width)).exists():
        return full.read_bytes()[: 32 * width]
    return partial.read_bytes()


@cache
def root_over(hashes):
    """Of 32 bytes each: over the same bytes it is computed once."""
    return chain.root([hashes[at : at + 32] for at in range(0, len(hashes), 32)])


def verified_checkpoint(folder):
    """Read as an outsider: the signed checkpoint, and the root recomputed from the tiles it needs."""
    text = TileLog(folder).read_checkpoint()
    if text is None:
        return None
    checkpoint = open_checkpoint(text, VKEY)
    below = None
    for level in count():
        width = width_at(checkpoint.size, level)
        if width == 0:
            break
        data = b"".join(
            read_tile(folder, level, start // 256, min(256, width - start)) for start in range(0, width, 256)
        )
        assert len(data) == 32 * width
        if below is None:
            assert root_over(data) == checkpoint.root
        else:
            assert data == b"".join(root_over(below[at : at + 8192]) for at in range(0, 8192 * width, 8192))
        below = data
    return checkpoint


# --- the layout -----------------------------------------------------------------------------------------


def test_the_specifications_example_of_70_000_leaves(tmp_path):
    publish(TileLog(tmp_path), 70_000)
    full = {f"tile/0/{number:03d}" for number in range(273)} | {"tile/1/000"}
    partial = {"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}
    found = files(tmp_path)
    assert found.keys() == full | partial | {"checkpoint"}
    assert {len(found[name]) for name in full} == {8192}
    assert [len(found[name]) for name in sorted(partial)] == [112 * 32, 17 * 32, 32]
    assert found["tile/0/273.p/112"] == b"".join(LEAVES[273 * 256 :])
    assert found["tile/2/000.p/1"] == chain.root(LEAVES[:65536])
    assert verified_checkpoint(tmp_path).size == 70_000


@pytest.mark.parametrize(
    ("size", "names"),
    [
        (0, set()),
        (1, {"tile/0/000.p/1"}),
        (255, {"tile/0/000.p/255"}),
        (256, {"tile/0/000", "tile/1/000.p/1"}),
        (257, {"tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"}),
    ],
)
def test_small_logs_have_these_tiles_and_no_others(tmp_path, size, names):
    publish(TileLog(tmp_path), size)
    assert files(tmp_path).keys() == names | {"checkpoint"}
    assert verified_checkpoint(tmp_path).size == size


@pytest.mark.parametrize(
    ("number", "width", "name"),
    [
        (0, 256, "000"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (999_999, 256, "x999/999"),
        (1_234_067, 256, "x001/x234/067"),
        (1_234_067, 8, "x001/x234/067.p/8"),
    ],
)
def test_a_tile_number_is_written_in_threes(number, width, name):
    assert tiles._numbered(number, width) == name


def test_nothing_is_there_before_the_first_publish(tmp_path):
    folder = tmp_path / "not" / "yet"
    log = TileLog(folder)
    assert log.read_checkpoint() is None
    assert not folder.exists()
    publish(log, 3)
    assert log.read_checkpoint() == note_over(LEAVES[:3])


# --- a few new leaves at a time -------------------------------------------------------------------------


def test_growing_in_steps_leaves_what_growing_at_once_leaves(tmp_path):
    log = TileLog(tmp_path / "steps")
    for size in (0, 1, 200, 200, 255, 256, 300, 511, 513, 1025):
        publish(log, size)
        assert verified_checkpoint(tmp_path / "steps").size == size
    publish(TileLog(tmp_path / "once"), 1025)
    steps, once = files(tmp_path / "steps"), files(tmp_path / "once")
    assert once.items() <= steps.items()
    # Partial tiles of earlier checkpoints stay while their tile is not full.
    assert steps.keys() - once.keys() == {"tile/1/000.p/1", "tile/1/000.p/2"}


def test_what_is_known_need_not_be_told_again(tmp_path):
    log = TileLog(tmp_path / "rest")
    for size in (0, 200, 256, 700, 700, 1025):
        known = log.known
        log.publish(LEAVES[known:size], note_over(LEAVES[:size]), known)
        assert log.known == size
    log.publish(LEAVES[1000:1100], note_over(LEAVES[:1100]), 1000)
    whole = TileLog(tmp_path / "whole")
    for size in (0, 200, 256, 700, 700, 1025, 1100):
        publish(whole, size)
    assert files(tmp_path / "rest") == files(tmp_path / "whole")


def test_leaves_that_follow_none_that_is_known_are_not_published_and_then_nothing_is_known(tmp_path):
    log = TileLog(tmp_path)
    publish(log, 700)
    before = files(tmp_path)
    with pytest.raises(ValueError, match="after 701, of which 700 are known"):
        log.publish(LEAVES[701:900], note_over(LEAVES[:900]), 701)
    assert files(tmp_path) == before
    assert log.known == 0
    with pytest.raises(ValueError, match="after 700, of which 0 are known"):
        log.publish(LEAVES[700:900], note_over(LEAVES[:900]), 700)
    publish(log, 900)
    assert verified_checkpoint(tmp_path).size == 900


def test_a_shorter_log_is_refused_also_when_only_its_rest_is_told(tmp_path):
    log = TileLog(tmp_path)
    publish(log, 700)
    with pytest.raises(TileError, match="700 entries have been published"):
        log.publish(LEAVES[500:600], note_over(LEAVES[:600]), 500)


def test_a_publish_of_a_few_writes_only_what_is_new(tmp_path, monkeypatch):
    log = TileLog(tmp_path)
    publish(log, 69_997)
    written = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (written.append(b), replace(a, b)))
    publish(log, 70_000)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["tile/0/273.p/112", "checkpoint"]


def test_a_new_process_writes_no_tile_that_is_there(tmp_path, monkeypatch):
    publish(TileLog(tmp_path), 69_997)
    written = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (written.append(b), replace(a, b)))
    publish(TileLog(tmp_path), 70_000)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["tile/0/273.p/112", "checkpoint"]


def test_partial_tiles_go_when_their_tile_is_full(tmp_path):
    log = TileLog(tmp_path)
    for size in (10, 20, 300):
        publish(log, size)
    assert files(tmp_path).keys() == {"checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"}


def test_partial_tiles_that_a_dead_process_left_go_too(tmp_path):
    publish(TileLog(tmp_path), 10)
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "tile/0/000.p", kept)
    publish(TileLog(tmp_path), 300)
    shutil.move(kept, tmp_path / "tile/0/000.p")
    publish(TileLog(tmp_path), 300)
    assert "tile/0/000.p/10" not in files(tmp_path)


# --- never two truths -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/002", "tile/1/000.p/2", "tile/0/002.p/188"])
def test_a_tile_with_other_bytes_is_named_and_left_as_it_is(tmp_path, name):
    publish(TileLog(tmp_path), 700)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"other bytes")
    size = 700 if path.name in {"2", "188"} else 800
    before = files(tmp_path)
    with pytest.raises(TileError, match=name.replace(".", r"\.")):
        publish(TileLog(tmp_path), size)
    assert path.read_bytes() == b"other bytes"
    assert files(tmp_path)["checkpoint"] == before["checkpoint"]


def test_a_fork_is_refused_before_anything_is_written(tmp_path):
    publish(TileLog(tmp_path), 700)
    fork = [*LEAVES[:699], LEAVES[700], *LEAVES[701:900]]
    before = files(tmp_path)
    with pytest.raises(TileError, match="first 700 entries"):
        TileLog(tmp_path).publish(fork, note_over(fork))
    assert files(tmp_path) == before


def test_a_running_log_refuses_a_rewritten_or_shorter_history_and_then_goes_on(tmp_path):
    log = TileLog(tmp_path)
    publish(log, 700)
    before = files(tmp_path)
    fork = [LEAVES[1], LEAVES[0], *LEAVES[2:900]]
    for wrong in (fork, LEAVES[:699], []):
        with pytest.raises(TileError):
            log.publish(wrong, note_over(wrong))
        assert files(tmp_path) == before
        publish(log, 700)
    publish(log, 900)
    assert verified_checkpoint(tmp_path).size == 900


@pytest.mark.parametrize("fresh", [True, False])
def test_a_shorter_log_is_refused_in_the_same_process_and_in_the_next(tmp_path, fresh):
    log = TileLog(tmp_path)
    publish(log, 700)
    with pytest.raises(TileError, match="700 entries have been published"):
        publish(TileLog(tmp_path) if fresh else log, 600)
    assert verified_checkpoint(tmp_path).size == 700


def test_a_note_about_other_leaves_is_not_published(tmp_path):
    log = TileLog(tmp_path)
    swapped = [LEAVES[1], LEAVES[0], LEAVES[2]]
    for note in (note_over(LEAVES[:2]), note_over(LEAVES[:4]), note_over(swapped)):
        with pytest.raises(TileError, match="the note is about"):
            log.publish(LEAVES[:3], note)
    with pytest.raises(NoteError):
        log.publish(LEAVES[:3], "not a note")
    with pytest.raises(ValueError, match="32 bytes"):
        log.publish([b"not a hash"], note_over(LEAVES[:1]))
    assert files(tmp_path) == {}


def test_a_folder_belongs_to_one_log(tmp_path):
    publish(TileLog(tmp_path), 3)
    with pytest.raises(TileError, match=r"other\.example"):
        TileLog(tmp_path).publish(LEAVES[:4], note_over(LEAVES[:4], origin="other.example"))
    assert verified_checkpoint(tmp_path).size == 3


def test_more_signatures_on_the_same_checkpoint_are_published(tmp_path):
    log = TileLog(tmp_path)
    publish(log, 3)
    cosigned = note_over(LEAVES[:3]) + "\N{EM DASH} witness.example " + "A" * 88 + "\n"
    log.publish(LEAVES[:3], cosigned)
    assert log.read_checkpoint() == cosigned


def test_a_checkpoint_that_is_not_text_is_an_error_and_not_an_empty_log(tmp_path):
    (tmp_path / "checkpoint").write_bytes(b"\xff")
    with pytest.raises(TileError, match="checkpoint"):
        publish(TileLog(tmp_path), 3)


# --- die at every step ----------------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing that the code under test may catch."""


@pytest.mark.parametrize("call", ["replace", "fsync", "mkdir", "rmdir", "unlink"])
@pytest.mark.parametrize("persisted", [False, True])
@pytest.mark.parametrize(("old", "new"), [(0, 300), (200, 700), (65_500, 65_600), (700, 701)])
def test_a_kill_at_any_call_leaves_a_whole_log_and_the_next_process_finishes(
    tmp_path, monkeypatch, call, persisted, old, new
):
    """Kill before, or after, each call to the disk in turn until a publish comes through."""
    base = tmp_path / "base"
    if old:
        publish(TileLog(base), old)
    old_note, new_note = (note_over(LEAVES[:size]) for size in (old, new))
    real = getattr(os, call)
    deaths = 0
    for nth in count():
        folder = tmp_path / f"{nth}"
        if old:
            shutil.copytree(base, folder)
        calls = count()

        def dying(*args, calls=calls, nth=nth, **kwargs):
            mine = next(calls)
            if mine == nth and not persisted:
                raise Killed
            result = real(*args, **kwargs)
            if mine == nth:
                raise Killed
            return result

        with monkeypatch.context() as patch:
            patch.setattr(os, call, dying)
            try:
                TileLog(folder).publish(LEAVES[:new], new_note)
            except Killed:
                deaths += 1
                alive = False
            else:
                alive = True
        text = TileLog(folder).read_checkpoint()
        assert text in ({new_note} if alive else {old_note if old else None, new_note})
        verified_checkpoint(folder)
        if old and text == old_note:
            # Nothing that belongs to it has gone either, not even what a reader could do without.
            assert files(base).items() <= files(folder).items()
        # Whoever comes next needs no repair.
        TileLog(folder).publish(LEAVES[:new], new_note)
        assert verified_checkpoint(folder).size == new
        shutil.rmtree(folder)
        if alive:
            break
    if call in {"replace", "fsync"}:
        assert deaths >= 2


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_process_that_outlives_a_failing_disk_goes_on(tmp_path, monkeypatch, call):
    log = TileLog(tmp_path)
    publish(log, 200)
    for size in (300, 301, 302):
        with monkeypatch.context() as patch:
            calls = count()
            real = getattr(os, call)

            def failing(*args, calls=calls, real=real):
                if next(calls) == 1:
                    raise OSError(28, "No space left on device")
                return real(*args)

            patch.setattr(os, call, failing)
            with pytest.raises(OSError, match="No space"):
                publish(log, size)
        assert verified_checkpoint(tmp_path).size in {200, size - 1, size}
        publish(log, size)
        assert verified_checkpoint(tmp_path).size == size


def test_every_file_and_folder_is_synced_before_the_checkpoint_is_renamed(tmp_path, monkeypatch):
    folder = tmp_path / "log"
    events = []
    real_sync, real_replace = os.fsync, os.replace

    def fsync(descriptor):
        events.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        real_sync(descriptor)

    def replace(source, target):
        events.append(("rename", str(target)))
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    publish(TileLog(folder), 300)
    checkpoint = events.index(("rename", str(folder / "checkpoint")))
    for name in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        path = folder / name
        renamed = events.index(("rename", str(path)))
        assert events.index(("sync", str(path.with_name(f".{path.name}.tmp")))) < renamed
        for above in (path.parent, *path.parent.parents):
            assert any(
                event == ("sync", str(above)) for event in events[renamed:checkpoint]
            ) or not above.is_relative_to(tmp_path)
    assert ("sync", str(folder)) in events[checkpoint:]


def test_names_left_unsynced_by_a_dead_process_are_synced_by_the_next(tmp_path, monkeypatch):
    publish(TileLog(tmp_path), 300)
    (tmp_path / "checkpoint").unlink()  # as if it died before
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())), real(fd)))
    publish(TileLog(tmp_path), 300)
    assert {str(tmp_path / name) for name in ("tile/0", "tile/0/001.p", "tile/1/000.p", "tile")} <= {*synced}


# --- an auditor's copy ----------------------------------------------------------------------------------


def exported(folder, size=700, **changes):
    given = {
        "bodies": BODIES[:size],
        "leaves": LEAVES[:size],
        "note": note_over(LEAVES[:size]),
        "vkey": VKEY,
    } | changes
    export(folder, **given)


def test_an_export_holds_entries_tiles_key_and_checkpoint(tmp_path):
    exported(tmp_path / "copy")
    found = files(tmp_path / "copy")
    bundles = ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/188"]
    assert found.keys() == {
        "checkpoint",
        "vkey",
        *bundles,
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/188",
        "tile/1/000.p/2",
    }
    assert found["vkey"].decode() == f"{VKEY}\n"
    rest, read = b"".join(found[name] for name in bundles), []
    while rest:
        length = int.from_bytes(rest[:2], "big")
        read.append(rest[2 : 2 + length])
        rest = rest[2 + length :]
    assert read == BODIES[:700]
    assert verified_checkpoint(tmp_path / "copy").size == 700


@pytest.mark.parametrize("length", [0, 1, 65_535])
def test_a_body_as_long_as_a_bundle_can_say_is_exported(tmp_path, length):
    leaves = [chain.leaf_hash(bytes(length))]
    exported(tmp_path / "copy", bodies=[bytes(length)], leaves=leaves, note=note_over(leaves))
    bundle = files(tmp_path / "copy")["tile/entries/000.p/1"]
    assert bundle == length.to_bytes(2, "big") + bytes(length)


LONG = bytes(65_536)
REFUSED = {
    "a body too long for a bundle": (
        {"bodies": [LONG], "leaves": [chain.leaf_hash(LONG)], "note": note_over([chain.leaf_hash(LONG)])},
        "entry 0 is 65536 bytes",
    ),
    "a body that is not its leaf": ({"bodies": [*BODIES[:699], b"changed"]}, "entry 699"),
    "a body too few": ({"bodies": BODIES[:699]}, "699 entries"),
    "a note about fewer": ({"note": note_over(LEAVES[:699])}, "the note is about 699"),
    "a note by another key": ({"vkey": vkey("other.example", PUBLIC)}, "not signed"),
    "a key that is none": ({"vkey": "nonsense"}, "verifier key"),
    "a note of another origin": ({"note": note_over(LEAVES[:700], origin="other.example")}, "other"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_copy_that_could_not_be_verified_is_not_handed_out(tmp_path, changes, reason):
    with pytest.raises((TileError, NoteError), match=reason):
        exported(tmp_path / "copy", **changes)
    assert TileLog(tmp_path / "copy").read_checkpoint() is None


def test_an_export_never_mixes_with_what_is_there(tmp_path):
    (tmp_path / "somebody's").touch()
    with pytest.raises(TileError, match="not empty"):
        exported(tmp_path)
    assert files(tmp_path).keys() == {"somebody's"}
