"""What is compiled seals many fixes to the very bytes that they are sealed to one by one, or is not used at all."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.many import compiled, needs_compiler

from custodiet.adapters import sealing, sealing_many
from custodiet.adapters.sealing_many import OneByOne
from custodiet.main import join_sealing_many
from custodiet.model.errors import Unready
from custodiet.rules.chain import EMPTY_ROOT, HASH_BYTES, leaf_hash
from custodiet.wire.columns import HEAD_BYTES, ToSeal
from custodiet.wire.frame import FIXES_CONTEXT_BYTES, NONCE_BYTES, PIECE_BYTES, PLAIN_BYTES

pytestmark = needs_compiler
ONE_BY_ONE = OneByOne(sealing.seal_under)
WIDTHS = (32, FIXES_CONTEXT_BYTES + 8, HEAD_BYTES, PLAIN_BYTES)


def some(count, seed=0):
    chance = Random(seed)
    rows = (np.frombuffer(chance.randbytes(count * width), np.uint8).reshape(count, width) for width in WIDTHS)
    return ToSeal(*rows), chance.randbytes(count * NONCE_BYTES)


@given(st.integers(0, 300), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_many_are_sealed_and_hashed_as_they_are_one_by_one(count, seed):
    these, nonces = some(count, seed)
    at_once, one_by_one = compiled().seal(these, nonces), ONE_BY_ONE.seal(these, nonces)
    assert at_once == one_by_one
    assert compiled().root(at_once.leaves) == ONE_BY_ONE.root(at_once.leaves)


@pytest.mark.parametrize("count", [*range(70), 1023, 1024, 1025, 4999])
def test_a_root_is_that_of_the_tree_whatever_its_shape(count):
    leaves = Random(count).randbytes(count * HASH_BYTES)
    assert compiled().root(leaves) == ONE_BY_ONE.root(leaves)
    assert count or compiled().root(leaves) == EMPTY_ROOT


def test_a_piece_opens_with_its_key_in_its_context_and_its_leaf_is_of_its_head():
    these, nonces = some(3)
    pieces, leaves = compiled().seal(these, nonces)
    for row, (key, context, head, plain) in enumerate(zip(*these, strict=True)):
        piece = pieces[row * PIECE_BYTES :][:PIECE_BYTES]
        assert sealing.open_under(key.tobytes(), piece, context.tobytes()) == plain.tobytes()
        assert leaves[row * HASH_BYTES :][:HASH_BYTES] == leaf_hash(head.tobytes() + piece)


def test_rows_that_do_not_lie_one_behind_the_other_are_sealed_all_the_same():
    these, nonces = some(8)
    every_other = ToSeal(*(one[::2] for one in these))
    packed = ToSeal(*(one.copy() for one in every_other))
    assert compiled().seal(every_other, nonces[: 4 * NONCE_BYTES]) == compiled().seal(packed, nonces[: 4 * NONCE_BYTES])


@pytest.mark.parametrize("which", range(len(WIDTHS)))
@pytest.mark.parametrize("rows", [2, 4])
def test_a_row_too_few_or_too_many_is_refused(which, rows):
    these, nonces = some(3)
    odd = [*these]
    odd[which] = some(rows)[0][which]
    with pytest.raises(ValueError, match=r"one row|nonce"):
        compiled().seal(ToSeal(*odd), nonces)


@pytest.mark.parametrize("which", [0, 3])
def test_a_key_or_a_fix_of_another_width_is_refused(which):
    these, nonces = some(3)
    odd = [*these]
    odd[which] = odd[which][:, 1:]
    with pytest.raises(ValueError, match="32 bytes"):
        compiled().seal(ToSeal(*odd), nonces)


@pytest.mark.parametrize("cut", [slice(1, None), slice(0, 0), slice(NONCE_BYTES, None)])
def test_a_nonce_too_few_is_refused(cut):
    these, nonces = some(3)
    with pytest.raises(ValueError, match="nonce"):
        compiled().seal(these, nonces[cut])


def test_leaves_that_are_cut_short_have_no_root():
    with pytest.raises(ValueError, match="cut short"):
        compiled().root(bytes(HASH_BYTES + 1))


def test_what_is_bound_to_more_than_there_is_room_for_is_not_sealed():
    these, nonces = some(2)
    for which in (1, 2):
        wide = [*these]
        wide[which] = np.zeros((2, 257), np.uint8)
        with pytest.raises(sealing_many.CannotRecord):
            compiled().seal(ToSeal(*wide), nonces)


def test_many_threads_may_seal_at_the_same_time():
    given = [some(200, seed) for seed in range(16)]
    expected = [ONE_BY_ONE.seal(*one) for one in given]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda one: compiled().seal(*one), given)) == expected


# --- when it is not there, or is not what it should be -----------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A place where nothing was compiled yet."""
    source = tmp_path / "sealing_many.c"
    shutil.copy(sealing_many.SOURCE, source)
    monkeypatch.setattr(sealing_many, "SOURCE", source)
    monkeypatch.setattr(sealing_many, "BUILT", tmp_path / "built")
    return source


def test_where_nothing_was_compiled_fixes_are_sealed_one_by_one(elsewhere):
    assert sealing_many.load() is None
    assert isinstance(join_sealing_many(), OneByOne)
    sealing_many.compile_now()
    assert not isinstance(join_sealing_many(), OneByOne)


def test_nothing_is_left_beside_it_and_what_an_older_source_made_is_not_taken(elsewhere):
    made = sealing_many.compile_now()
    assert [made] == list(sealing_many.BUILT.iterdir())
    elsewhere.write_text(elsewhere.read_text() + "\n/* newer */\n")
    assert sealing_many.load() is None


FAULTS = {
    "memcpy(piece, nonce, NONCE)": "memset(piece, 0, NONCE)",
    "key, nonce)\n": "key, key)\n",
    "context, context_bytes)": "context, context_bytes - 1)",
    "LEAF = 0, NODE = 1": "LEAF = 1, NODE = 0",
    "hashes + 2 * pair * HASH, 2": "hashes, 2",
    "hashes + (count - 1) * HASH": "hashes",
    "heads + row * head_bytes": "heads",
    "keys + row * KEY": "keys",
    '"AES-256-GCM"': '"AES-256-CCM"',
    "int custodiet_root(": "int another_root(",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_seals_wrongly_is_not_kept_when_it_is_made(elsewhere, fault):
    source = elsewhere.read_text()
    assert fault in source
    elsewhere.write_text(source.replace(fault, FAULTS[fault]))
    with pytest.raises(Unready, match="does not seal as it should"):
        sealing_many.compile_now()
    assert not list(sealing_many.BUILT.iterdir())


def test_what_seals_wrongly_is_not_used_when_it_lies_there(elsewhere, tmp_path, caplog):
    made = sealing_many.compile_now()
    wrong = tmp_path / "wrong.c"
    wrong.write_text(elsewhere.read_text().replace("LEAF = 0, NODE = 1", "LEAF = 2, NODE = 1"))
    made.unlink()
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, wrong, "-lcrypto"], check=True)
    assert sealing_many.load() is None
    assert "is not used" in caplog.text
    made.unlink()  # it is loaded, and lies under what is there
    made.write_bytes(b"no library")
    assert sealing_many.load() is None


def test_without_a_compiler_it_says_what_to_install(elsewhere, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unready, match="gcc libssl-dev"):
        sealing_many.compile_now()


def test_where_nothing_can_be_written_it_says_so(elsewhere):
    sealing_many.BUILT.write_text("a file")
    with pytest.raises(Unready, match="built cannot be made"):
        sealing_many.compile_now()


def test_what_does_not_compile_is_told(elsewhere, capfd):
    elsewhere.write_text("this is no C\n")
    with pytest.raises(Unready, match="does not compile"):
        sealing_many.compile_now()
    assert "error" in capfd.readouterr().err


def test_it_reads_and_writes_nothing_beyond_its_rows(tmp_path):
    """By the compiler's own checks of every access, in a process of its own."""
    library, flags = tmp_path / "checked.so", ["-g", "-O1", "-fPIC", "-shared", "-fno-omit-frame-pointer"]
    checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run(["cc", *flags, *checks, "-o", library, sealing_many.SOURCE, "-lcrypto"], check=True)
    watcher = subprocess.check_output(["cc", "-print-file-name=libasan.so"], text=True).strip()
    course = (
        "import sys; from custodiet.adapters import sealing_many; from test_sealing_many import some, Path\n"
        "checked = sealing_many._Compiled(Path(sys.argv[1]))\n"
        "for count in (0, 1, 2, 3, 5, 64, 257):\n"
        "    sealed = checked.seal(*some(count)); checked.root(sealed.leaves)\n"
        "print('through')\n"
    )
    here = Path(__file__).parent
    environment = os.environ | {
        "LD_PRELOAD": watcher,
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)]),
    }
    command = [sys.executable, "-c", course, str(library)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "through\n"), done.stderr[-2000:]
