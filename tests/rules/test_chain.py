"""The tree: against the RFC's own recursive words for every small size, against itself for larger ones."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodiet.rules import chain
from custodiet.rules.chain import EMPTY_ROOT, Frontier, Tree, verify_consistency, verify_inclusion

SIZES = range(1, 66)
BODIES = [b"entry %d" % number for number in range(65)]
LEAVES = [chain.leaf_hash(body) for body in BODIES]

# --- RFC 6962 section 2.1, word by word, over entries and not over leaf hashes ---------------------------


def mth(entries):
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m, entries, b):
    if m == len(entries):
        return [] if b else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], b), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


ROOTS = [mth(BODIES[:size]) for size in range(66)]


def variants(proof):
    """Every way of spoiling a proof that is small enough to list."""
    for at in range(len(proof)):
        yield (*proof[:at], flipped(proof[at]), *proof[at + 1 :])
        yield proof[:at] + proof[at + 1 :]
        yield (*proof[:at], proof[at][:-1], *proof[at + 1 :])
        for other in range(at):
            if proof[other] != proof[at]:
                swapped = list(proof)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                yield tuple(swapped)
    yield (*proof, bytes(32))
    yield (bytes(32), *proof)


def flipped(data):
    return bytes([data[0] ^ 1]) + data[1:]


# --- every size up to 65 --------------------------------------------------------------------------------


def test_a_leaf_and_a_node_are_hashed_apart():
    assert chain.leaf_hash(b"") == sha256(b"\x00").digest()
    left, right = LEAVES[:2]
    assert chain.node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert chain.node_hash(left, right) != chain.leaf_hash(left + right)


def test_the_empty_root_is_the_hash_of_nothing():
    assert chain.root([]) == Tree().root() == Frontier.empty().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_rfcs(size):
    assert chain.root(LEAVES[:size]) == ROOTS[size]
    assert Tree(LEAVES[:size]).root() == ROOTS[size]
    assert Tree(LEAVES).root(size) == ROOTS[size]


def test_a_frontier_has_the_root_of_the_tree_at_every_size():
    frontier = Frontier.empty()
    for size, leaf in enumerate(LEAVES, 1):
        frontier = frontier.append(leaf)
        assert (frontier.size, frontier.root()) == (size, ROOTS[size])


@pytest.mark.parametrize("size", SIZES)
def test_every_inclusion_proof_is_the_rfcs_and_verifies(size):
    for index in range(size):
        proof = chain.inclusion_proof(LEAVES, index, size)
        assert list(proof) == path(index, BODIES[:size])
        assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize("size", SIZES)
def test_every_consistency_proof_is_the_rfcs_and_verifies(size):
    for old in range(1, size + 1):
        proof = chain.consistency_proof(LEAVES, old, size)
        assert list(proof) == subproof(old, BODIES[:size], True)
        assert verify_consistency(old, size, ROOTS[old], ROOTS[size], proof)


# --- what must not verify -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 32, 33])
def test_a_spoilt_inclusion_proof_is_refused(size):
    for index in range(size):
        proof = chain.inclusion_proof(LEAVES, index, size)
        for spoilt in variants(proof):
            assert not verify_inclusion(LEAVES[index], index, size, spoilt, ROOTS[size])
        assert not verify_inclusion(flipped(LEAVES[index]), index, size, proof, ROOTS[size])
        assert not verify_inclusion(LEAVES[index], index, size, proof, flipped(ROOTS[size]))
        for elsewhere in set(range(-1, size + 1)) - {index}:
            assert not verify_inclusion(LEAVES[index], elsewhere, size, proof, ROOTS[size])
        for other in set(range(66)) - {size}:
            assert not verify_inclusion(LEAVES[index], index, other, proof, ROOTS[other])


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 32, 33])
def test_a_spoilt_consistency_proof_is_refused(size):
    for old in range(1, size):
        proof = chain.consistency_proof(LEAVES, old, size)
        for spoilt in variants(proof):
            assert not verify_consistency(old, size, ROOTS[old], ROOTS[size], spoilt)
        assert not verify_consistency(old, size, flipped(ROOTS[old]), ROOTS[size], proof)
        assert not verify_consistency(old, size, ROOTS[old], flipped(ROOTS[size]), proof)
        assert not verify_consistency(size, old, ROOTS[size], ROOTS[old], proof)
        for other in set(range(1, size)) - {old}:
            assert not verify_consistency(other, size, ROOTS[other], ROOTS[size], proof)
            assert not verify_consistency(other, size, ROOTS[old], ROOTS[size], proof)


def test_a_node_cannot_be_cut_elsewhere_into_left_and_right():
    left, right = LEAVES[:2]
    both = left + right
    assert verify_inclusion(left, 0, 2, (right,), ROOTS[2])
    assert not verify_inclusion(both[:31], 0, 2, (both[31:],), ROOTS[2])
    assert not verify_inclusion(b"", 0, 2, (both,), ROOTS[2])


def test_the_tree_of_no_leaf_begins_every_tree_and_holds_nothing():
    assert verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], ())
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    assert not verify_consistency(0, 5, ROOTS[1], ROOTS[5], ())
    assert not verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], (ROOTS[5],))
    assert not verify_consistency(0, 0, ROOTS[5], ROOTS[5], ())
    assert not verify_inclusion(LEAVES[0], 0, 0, (), EMPTY_ROOT)


def test_equal_sizes_agree_only_on_equal_roots_without_a_proof():
    assert verify_consistency(7, 7, ROOTS[7], ROOTS[7], ())
    assert not verify_consistency(7, 7, ROOTS[7], ROOTS[7], (ROOTS[7],))
    assert not verify_consistency(7, 7, ROOTS[7], ROOTS[8], ())


def test_a_proof_does_not_tell_the_size_which_only_the_signed_checkpoint_does():
    """A limit of RFC 9162, kept in view: the same hashes fit trees of the same shape beside the proof."""
    proof = chain.consistency_proof(LEAVES, 3, 6)
    assert verify_consistency(3, 6, ROOTS[3], ROOTS[6], proof)
    assert verify_consistency(3, 7, ROOTS[3], ROOTS[6], proof)


def test_a_size_that_others_cannot_count_to_is_refused():
    assert not verify_inclusion(LEAVES[0], 0, 2**63, (bytes(32),) * 63, ROOTS[1])
    assert not verify_consistency(0, 2**63, EMPTY_ROOT, ROOTS[1], ())


@settings(deadline=None)
@given(st.integers(-2, 70), st.integers(-2, 70), st.lists(st.binary(max_size=33), max_size=8))
def test_rubbish_is_refused_and_never_raises(index, size, proof):
    assert not verify_inclusion(LEAVES[0], index, size, proof, flipped(ROOTS[3]))
    assert not verify_consistency(index, size, flipped(ROOTS[3]), ROOTS[4], proof)


# --- asking for what is not there is our mistake --------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: chain.inclusion_proof(LEAVES, 5, 5),
        lambda: chain.inclusion_proof(LEAVES, -1, 5),
        lambda: chain.inclusion_proof(LEAVES, 0, 66),
        lambda: chain.inclusion_proof(LEAVES, 0, 0),
        lambda: chain.inclusion_proof(LEAVES, 0, -1),
        lambda: chain.consistency_proof(LEAVES, 6, 5),
        lambda: chain.consistency_proof(LEAVES, -1, 5),
        lambda: chain.consistency_proof(LEAVES, 5, 66),
        lambda: chain.root([b"not a hash"]),
        lambda: Tree([LEAVES[0], b""]),
        lambda: Tree(LEAVES).root(66),
        lambda: Tree(LEAVES).root(-1),
        lambda: Tree(LEAVES).hashes(0, 0, 66),
        lambda: Tree(LEAVES).hashes(6, 1, 2),
        lambda: Tree(LEAVES).hashes(7, 0, 1),
        lambda: Tree(LEAVES).hashes(-1, 0, 1),
        lambda: Frontier.empty().append(b"not a hash"),
    ],
)
def test_asking_for_the_impossible_raises(ask):
    with pytest.raises(ValueError, match=r"."):
        ask()


def test_a_tree_that_refuses_leaves_has_taken_none():
    tree = Tree(LEAVES[:3])
    with pytest.raises(ValueError, match="32 bytes"):
        tree.extend([LEAVES[3], b"short"])
    assert (len(tree), tree.root()) == (3, ROOTS[3])


def test_the_hashes_of_a_level_are_the_roots_of_its_full_subtrees():
    tree = Tree(LEAVES)
    for level in range(7):
        width = 2**level
        full = [mth(BODIES[start : start + width]) for start in range(0, 65 - width + 1, width)]
        assert tree.hashes(level, 0, 65 // width) == b"".join(full)
        assert tree.hashes(level, 65 // width - 1, 65 // width) == full[-1]
    assert tree.hashes(40, 0, 0) == b""


# --- larger trees ---------------------------------------------------------------------------------------

MANY = [chain.leaf_hash(b"%d" % number) for number in range(3000)]
GROWN = Tree(MANY)
FRONTIERS = [Frontier.empty()]
for leaf in MANY:
    FRONTIERS.append(FRONTIERS[-1].append(leaf))


@settings(deadline=None)
@given(st.data())
def test_proofs_of_larger_trees_verify_and_spoilt_ones_do_not(data):
    size = data.draw(st.integers(2, 3000))
    old = data.draw(st.integers(1, size - 1))
    index = data.draw(st.integers(0, size - 1))
    root, old_root = chain.root(MANY[:size]), chain.root(MANY[:old])
    assert (GROWN.root(size), FRONTIERS[size].root()) == (root, root)

    inclusion = GROWN.inclusion_proof(index, size)
    consistency = GROWN.consistency_proof(old, size)
    assert verify_inclusion(MANY[index], index, size, inclusion, root)
    assert verify_consistency(old, size, old_root, root, consistency)
    for spoilt in variants(inclusion):
        assert not verify_inclusion(MANY[index], index, size, spoilt, root)
    for spoilt in variants(consistency):
        assert not verify_consistency(old, size, old_root, root, spoilt)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=8))
def test_a_tree_grown_in_steps_is_the_tree_grown_at_once(steps):
    tree = Tree()
    for step in steps:
        tree.extend(MANY[len(tree) : len(tree) + step])
    assert tree.root() == chain.root(MANY[: len(tree)])


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 20))
def test_a_frontier_is_read_as_it_was_written_and_goes_on(size, more):
    frontier = Frontier.from_bytes(FRONTIERS[size].to_bytes())
    assert frontier == FRONTIERS[size]
    for leaf in MANY[size : size + more]:
        frontier = frontier.append(leaf)
    assert frontier.root() == GROWN.root(min(size + more, 3000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 7,
        b"\0" * 9,
        b"\0" * 8 + LEAVES[0],
        FRONTIERS[6].to_bytes()[:-1],
        FRONTIERS[6].to_bytes() + b"\0",
        FRONTIERS[6].to_bytes()[:-32],
        FRONTIERS[6].to_bytes() + LEAVES[0],
        (7).to_bytes(8, "big") + FRONTIERS[6].to_bytes()[8:],
        (2**63).to_bytes(8, "big") + LEAVES[0],
    ],
)
def test_a_frontier_that_no_log_can_have_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Frontier.from_bytes(data)


def test_appending_leaves_the_frontier_before_as_it_was():
    before = FRONTIERS[3]
    before.append(MANY[3])
    assert (before.size, before.root()) == (3, GROWN.root(3))
