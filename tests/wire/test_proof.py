"""The file for a person or a court: what it says is either proved or refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.rules import chain
from custodiet.wire.note import Checkpoint, NoteError, checkpoint_body, sign_note, vkey
from custodiet.wire.proof import Proof, Proven, read_proof, verify_proof, write_proof

NAME = "ledger.example/em"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
VKEY = vkey(NAME, PUBLIC)
LEAVES = [chain.leaf_hash(b"entry %d" % number) for number in range(70)]
TREE = chain.Tree(LEAVES)


def checkpoint(size):
    return Checkpoint(NAME, size, TREE.root(size))


def note(size):
    return sign_note(checkpoint_body(checkpoint(size)), NAME, KEY.sign, PUBLIC)


def proof(index, size):
    return Proof(index, TREE.inclusion_proof(index, size), note(size))


def verify(text, index):
    return verify_proof(text, VKEY, LEAVES[index], chain.verify_inclusion)


TEXT = write_proof(proof(40, 70))


def test_the_layout_is_the_specifications():
    path = [base64.b64encode(other).decode() for other in TREE.inclusion_proof(40, 70)]
    expected = "\n".join(["c2sp.org/tlog-proof@v1", "index 40", *path, "", note(70)])
    assert write_proof(proof(40, 70)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65, 70])
def test_every_entry_is_proved(size):
    for index in range(size):
        text = write_proof(proof(index, size))
        assert read_proof(text) == proof(index, size)
        assert verify(text, index) == Proven(index, checkpoint(size))


def test_another_entry_is_not_proved():
    for index in {*range(70)} - {40}:
        with pytest.raises(NoteError, match="not number 40"):
            verify(TEXT, index)


def test_no_character_can_be_changed_or_dropped():
    for at in range(len(TEXT)):
        for spoilt in (TEXT[:at] + chr(ord(TEXT[at]) ^ 1) + TEXT[at + 1 :], TEXT[:at] + TEXT[at + 1 :]):
            with pytest.raises(NoteError):
                verify(spoilt, 40)


HEAD, _, TAIL = TEXT.partition("\n\n")
LINES = HEAD.split("\n")

REFUSED = {
    "nothing": "",
    "only the head": HEAD,
    "only the note": TAIL,
    "another version": TEXT.replace("@v1", "@v2"),
    "a space before the header": " " + TEXT,
    "no index": TEXT.replace("index 40\n", ""),
    "an index with a zero before": TEXT.replace("index 40", "index 040"),
    "a negative index": TEXT.replace("index 40", "index -40"),
    "an index too large to count": TEXT.replace("index 40", f"index {2**63}"),
    "two indices": TEXT.replace("index 40", "index 40\nindex 40"),
    "two spaces": TEXT.replace("index 40", "index  40"),
    "an extra line, which nothing signs": TEXT.replace("index", "extra aGVsbG8=\nindex"),
    "an empty extra line": TEXT.replace("index", "extra \nindex"),
    "another index": TEXT.replace("index 40", "index 41"),
    "an index outside": TEXT.replace("index 40", "index 70"),
    "a path cut short": "\n".join(LINES[:-1]) + "\n\n" + TAIL,
    "a path too long": "\n".join([*LINES, LINES[-1]]) + "\n\n" + TAIL,
    "a path of far too many": "\n".join([*LINES, *[LINES[-1]] * 63]) + "\n\n" + TAIL,
    "a path in another order": "\n".join([*LINES[:2], *reversed(LINES[2:])]) + "\n\n" + TAIL,
    "a hash of 31 bytes": TEXT.replace(LINES[2], base64.b64encode(bytes(31)).decode()),
    "a hash that is not base64": TEXT.replace(LINES[2], "?" * 44),
    "no path": "\n".join(LINES[:2]) + "\n\n" + TAIL,
    "an empty line too many": TEXT.replace("\n\n", "\n\n\n", 1),
    "no empty line": TEXT.replace("\n\n", "\n", 1),
    "carriage returns": TEXT.replace("\n", "\r\n"),
    "the note of another size": HEAD + "\n\n" + note(69),
    "no signature": HEAD + "\n\n" + checkpoint_body(checkpoint(70)),
    "something after": TEXT + "\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_exactly_a_proof_of_this_entry_is_refused(text):
    assert text != TEXT
    with pytest.raises(NoteError):
        verify(text, 40)


def test_a_proof_under_another_key_or_origin_is_refused():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for stranger in (vkey(NAME, other.public_key().public_bytes_raw()), vkey("other.example", PUBLIC)):
        with pytest.raises(NoteError, match="not signed"):
            verify_proof(TEXT, stranger, LEAVES[40], chain.verify_inclusion)


def test_a_cosigned_note_is_carried_as_it_is():
    cosigned = note(70) + "\N{EM DASH} witness.example " + base64.b64encode(bytes(76)).decode() + "\n"
    text = write_proof(Proof(40, TREE.inclusion_proof(40, 70), cosigned))
    assert read_proof(text).note == cosigned
    assert verify(text, 40) == Proven(40, checkpoint(70))


@pytest.mark.parametrize(
    ("index", "path", "text"),
    [(-1, (), note(1)), (2**63, (), note(1)), (0, (b"short",), note(1)), (0, (), "not a note")],
)
def test_a_proof_that_could_not_be_read_again_does_not_exist(index, path, text):
    with pytest.raises(NoteError):
        Proof(index, path, text)
