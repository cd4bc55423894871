"""What is compiled seals many fixes to the very bytes that they are sealed to one by one."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.many import compiled, needs_compiler

from custodiet.adapters import sealing
from custodiet.adapters.sealing_many import SEALING_MANY, OneByOne
from custodiet.model.errors import CannotRecord
from custodiet.rules.chain import EMPTY_ROOT, HASH_BYTES, leaf_hash
from custodiet.wire.columns import HEAD_BYTES, ToSeal
from custodiet.wire.frame import FIXES_CONTEXT_BYTES, NONCE_BYTES, PIECE_BYTES, PLAIN_BYTES

pytestmark = needs_compiler(SEALING_MANY)
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
    at_once, one_by_one = compiled(SEALING_MANY).seal(these, nonces), ONE_BY_ONE.seal(these, nonces)
    assert at_once == one_by_one == compiled(SEALING_MANY).seal_by(these, nonces, openssl=True)
    assert compiled(SEALING_MANY).root(at_once.leaves) == ONE_BY_ONE.root(at_once.leaves)


@pytest.mark.parametrize("count", [*range(70), 1023, 1024, 1025, 4999])
def test_a_root_is_that_of_the_tree_whatever_its_shape(count):
    leaves = Random(count).randbytes(count * HASH_BYTES)
    assert compiled(SEALING_MANY).root(leaves) == ONE_BY_ONE.root(leaves)
    assert count or compiled(SEALING_MANY).root(leaves) == EMPTY_ROOT


def test_a_piece_opens_with_its_key_in_its_context_and_its_leaf_is_of_its_head():
    these, nonces = some(3)
    pieces, leaves = compiled(SEALING_MANY).seal(these, nonces)
    for row, (key, context, head, plain) in enumerate(zip(*these, strict=True)):
        piece = pieces[row * PIECE_BYTES :][:PIECE_BYTES]
        assert sealing.open_under(key.tobytes(), piece, context.tobytes()) == plain.tobytes()
        assert leaves[row * HASH_BYTES :][:HASH_BYTES] == leaf_hash(head.tobytes() + piece)


def test_rows_that_do_not_lie_one_behind_the_other_are_sealed_all_the_same():
    these, nonces = some(8)
    every_other = ToSeal(*(one[::2] for one in these))
    packed = ToSeal(*(one.copy() for one in every_other))
    assert compiled(SEALING_MANY).seal(every_other, nonces[: 4 * NONCE_BYTES]) == compiled(SEALING_MANY).seal(
        packed, nonces[: 4 * NONCE_BYTES]
    )


@pytest.mark.parametrize("which", range(len(WIDTHS)))
@pytest.mark.parametrize("rows", [2, 4])
def test_a_row_too_few_or_too_many_is_refused(which, rows):
    these, nonces = some(3)
    odd = [*these]
    odd[which] = some(rows)[0][which]
    with pytest.raises(ValueError, match=r"one row|nonce"):
        compiled(SEALING_MANY).seal(ToSeal(*odd), nonces)


@pytest.mark.parametrize("which", [0, 3])
def test_a_key_or_a_fix_of_another_width_is_refused(which):
    these, nonces = some(3)
    odd = [*these]
    odd[which] = odd[which][:, 1:]
    with pytest.raises(ValueError, match="32 bytes"):
        compiled(SEALING_MANY).seal(ToSeal(*odd), nonces)


@pytest.mark.parametrize("cut", [slice(1, None), slice(0, 0), slice(NONCE_BYTES, None)])
def test_a_nonce_too_few_is_refused(cut):
    these, nonces = some(3)
    with pytest.raises(ValueError, match="nonce"):
        compiled(SEALING_MANY).seal(these, nonces[cut])


def test_leaves_that_are_cut_short_have_no_root():
    with pytest.raises(ValueError, match="cut short"):
        compiled(SEALING_MANY).root(bytes(HASH_BYTES + 1))


def test_what_is_bound_to_more_than_there_is_room_for_is_not_sealed():
    these, nonces = some(2)
    for which, openssl in product((1, 2), (False, True)):
        wide = [*these]
        wide[which] = np.zeros((2, 257), np.uint8)
        with pytest.raises(CannotRecord):
            compiled(SEALING_MANY).seal_by(ToSeal(*wide), nonces, openssl=openssl)


def test_many_threads_may_seal_at_the_same_time():
    given = [some(200, seed) for seed in range(16)]
    expected = [ONE_BY_ONE.seal(*one) for one in given]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda one: compiled(SEALING_MANY).seal(*one), given)) == expected
