"""A proof as npm's @sigstore/verify sees it: ours is accepted, and refused with anything about it changed.

It checks a checkpoint's signature and inclusion; consistency, tiles and cosignatures are for verify.go and witnesses.
"""

import os
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.browsing import NODE_MODULES, ROOT, node

from custodiet.rules import chain
from custodiet.wire.note import Checkpoint, checkpoint_body, encode_base64, sign_note, vkey
from custodiet.wire.proof import Proof, write_proof

PROGRAM = ROOT / "src" / "custodiet" / "outside" / "verify-proof.cjs"
NAME, SIZE, INDEX = "ledger.example/em", 700, 513
KEY, FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), Ed25519PrivateKey.from_private_bytes(bytes(32))
BODIES = [b'{"v":1,"index":%d}' % number for number in range(SIZE)]
TREE = chain.Tree(map(chain.leaf_hash, BODIES))
FORK = chain.Tree(map(chain.leaf_hash, [*BODIES[:300], b"another past", *BODIES[301:]]))


def key_of(key):
    return vkey(NAME, key.public_key().public_bytes_raw())


def signed(root=None, *, key=KEY, origin=NAME, name=NAME):
    body = checkpoint_body(Checkpoint(origin, SIZE, root or TREE.root()))
    return sign_note(body, name, key.sign, key.public_key().public_bytes_raw())


def proof(note=None, *, tree=TREE, index=INDEX):
    return write_proof(Proof(index, tree.inclusion_proof(index, SIZE), note or signed()))


def hashes_swapped(text):
    lines = text.split("\n")
    lines[2], lines[3] = lines[3], lines[2]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def verify(tmp_path_factory):
    if not (NODE_MODULES / "@sigstore" / "verify").is_dir():
        pytest.skip("@sigstore/verify is not installed: ./dev test installs it")
    folder = tmp_path_factory.mktemp("sigstore")

    def run(body, text, known):
        (folder / "entry").write_bytes(body)
        (folder / "proof").write_text(text)
        line = [node(), PROGRAM, folder / "entry", folder / "proof", known]
        environment = os.environ | {"NODE_PATH": str(NODE_MODULES)}
        return subprocess.run(line, capture_output=True, text=True, check=False, env=environment)

    return run


@pytest.mark.parametrize("index", [0, 255, 256, INDEX, SIZE - 1])
def test_it_accepts_the_proof_of_an_entry_also_beside_a_witness_that_it_does_not_know(verify, index):
    cosigned = signed() + f"\N{EM DASH} witness.example {encode_base64(bytes(76))}\n"
    done = verify(BODIES[index], proof(cosigned, index=index), key_of(KEY))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\nOK\n")


TAMPERING = {
    "a changed entry": (BODIES[INDEX] + b" ", proof(), KEY),
    "another entry": (BODIES[INDEX + 1], proof(), KEY),
    "another index": (BODIES[INDEX], proof().replace("index 513", "index 514"), KEY),
    "an index outside": (BODIES[INDEX], proof().replace("index 513", "index 700"), KEY),
    "hashes in another order": (BODIES[INDEX], hashes_swapped(proof()), KEY),
    "a hash left out": (BODIES[INDEX], "\n".join(proof().split("\n")[:2] + proof().split("\n")[3:]), KEY),
    "a changed size": (BODIES[INDEX], proof().replace("\n700\n", "\n701\n"), KEY),
    "a signed root of another past": (BODIES[INDEX], proof(signed(FORK.root())), KEY),
    "a forger's signature": (BODIES[INDEX], proof(signed(key=FORGER)), KEY),
    "another log's checkpoint under our key": (BODIES[INDEX], proof(signed(origin="other.example")), KEY),
    "no signature": (BODIES[INDEX], proof().rpartition("\n\n")[0] + "\n", KEY),
    "somebody else's key": (BODIES[INDEX], proof(), FORGER),
}


@pytest.mark.parametrize(("body", "text", "key"), TAMPERING.values(), ids=TAMPERING.keys())
def test_it_refuses(verify, body, text, key):
    done = verify(body, text, key_of(key))
    assert done.returncode == 1, done.stdout
    assert done.stdout.startswith("REFUSED: ")
