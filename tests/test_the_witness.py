"""The witness in one file, run as a charity would: it signs a log that only grows, whatever it is shown.

Answers as c2sp.org/tlog-witness numbers them; the log here is made of nothing but hashes.
"""

import http.client
import json
from contextlib import closing
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.witnessing import Running, make_witness, program

from custodiet.model.witness import Witness
from custodiet.rules import chain
from custodiet.wire.cosigning import add_checkpoint_body, cosigned_by, read_size, with_cosignatures
from custodiet.wire.note import Checkpoint, checkpoint_body, encode_base64, sign_note, vkey

KEY, FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), Ed25519PrivateKey.from_private_bytes(bytes(32))
TREE = chain.Tree(chain.leaf_hash(b"%d" % number) for number in range(300))
FORK = chain.Tree(chain.leaf_hash(b"%d" % (number if number < 90 else -number)) for number in range(300))


def log(origin):
    return vkey(origin, KEY.public_key().public_bytes_raw())


def signed(origin, size, tree=TREE, key=KEY):
    body = checkpoint_body(Checkpoint(origin, size, tree.root(size)))
    return sign_note(body, origin, key.sign, key.public_key().public_bytes_raw())


@pytest.fixture(scope="module")
def charity(tmp_path_factory):
    """One running witness, which knows a log for each test."""
    folder = tmp_path_factory.mktemp("charity") / "w"
    key = make_witness(folder)
    running = Running(folder, *(log(f"log.example/{number}") for number in range(9)))
    charity = SimpleNamespace(folder=folder, vkey=key, running=running)
    yield charity
    charity.running.stop()


def post(running, body, path="/add-checkpoint", headers=None):
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)) as connection:
        connection.request("POST", path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


def show(running, origin, old, size, tree=TREE, key=KEY):
    proof = tree.consistency_proof(old, size) if old <= size else ()
    return post(running, add_checkpoint_body(old, proof, signed(origin, size, tree, key)))


def test_it_signs_a_log_from_its_beginning_and_as_it_grows_and_its_signature_is_what_we_verify(charity):
    origin = "log.example/0"
    for old, size in ((0, 100), (100, 100), (100, 256), (256, 300)):
        status, _, line = show(charity.running, origin, old, size)
        assert status == 200
        note = with_cosignatures(signed(origin, size), line, charity.vkey)
        assert list(cosigned_by(note, [Witness("w", charity.vkey)])) == ["w"]


def test_it_is_told_another_old_size_than_it_saw_and_says_which_it_saw(charity):
    origin = "log.example/1"
    show(charity.running, origin, 0, 100)
    status, kind, text = show(charity.running, origin, 0, 200)
    assert (status, kind, read_size(text)) == (409, "text/x.tlog.size", 100)
    assert show(charity.running, origin, 100, 200)[0] == 200


@pytest.mark.parametrize(
    ("old", "size", "tree", "status"),
    [
        (100, 200, FORK, 422),  # another past, with the proof of that past
        (100, 100, FORK, 409),  # the same size with another root
        (200, 100, TREE, 400),  # the old size is the larger
        (90, 90, TREE, 409),  # an older state of the same log
        (90, 300, FORK, 409),
    ],
)
def test_it_refuses_a_fork_and_a_rollback_and_goes_on_with_the_true_one(charity, old, size, tree, status):
    origin = "log.example/2"
    show(charity.running, origin, 0, 100)
    assert show(charity.running, origin, old, size, tree)[0] == status
    assert show(charity.running, origin, 100, 100)[0] == 200


def test_a_proof_that_is_missing_changed_or_too_much_is_no_proof(charity):
    origin = "log.example/3"
    show(charity.running, origin, 0, 100)
    proof = TREE.consistency_proof(100, 200)
    for wrong in ([], proof[1:], [*proof, bytes(32)], [bytes(32), *proof[1:]]):
        assert post(charity.running, add_checkpoint_body(100, wrong, signed(origin, 200)))[0] == 422
    assert show(charity.running, origin, 100, 200)[0] == 200


def test_it_signs_for_no_log_it_does_not_know_and_nothing_a_log_has_not_signed(charity):
    assert show(charity.running, "log.example/other", 0, 100)[0] == 404
    assert show(charity.running, "log.example/4", 0, 100, key=FORGER)[0] == 403
    torn = signed("log.example/4", 100).replace("\n100\n", "\n101\n")
    assert post(charity.running, add_checkpoint_body(0, [], torn))[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"\xff\xfe",
        b"old -1\n\nx\n\nx\n",
        b"old 00\n\n" + signed("log.example/4", 5).encode(),
        b"old 0\nnot base64\n\n" + signed("log.example/4", 5).encode(),
        b"old 0\n" + 64 * (encode_base64(bytes(32)).encode() + b"\n") + b"\n" + signed("log.example/4", 5).encode(),
        b"old 0\n\nlog.example/4\n5\n\n",
    ],
)
def test_garbage_is_refused_as_garbage(charity, body):
    assert post(charity.running, body)[0] == 400


def test_other_addresses_and_long_bodies_are_refused(charity):
    assert post(charity.running, b"", "/elsewhere")[0] == 404
    assert post(charity.running, b"", headers={"Content-Length": "99999999"})[0] == 413


def test_killed_and_started_again_it_remembers_what_it_signed(charity):
    origin, port = "log.example/5", charity.running.port
    show(charity.running, origin, 0, 256)
    charity.running.stop(kill=True)
    charity.running = Running(charity.folder, *(log(f"log.example/{number}") for number in range(9)), port=port)
    assert show(charity.running, origin, 0, 100)[0] == 409
    assert show(charity.running, origin, 256, 300, FORK)[0] == 422
    assert show(charity.running, origin, 256, 300)[0] == 200


def test_there_is_one_at_a_time_on_a_folder(charity):
    second = Running(charity.folder, log("log.example/0"))
    assert "another one is running" in second.said
    assert second.process.wait(30) == 1
    second.stop()


def test_one_that_has_forgotten_signs_nothing(tmp_path):
    make_witness(tmp_path / "w")
    (tmp_path / "w" / "memory.json").unlink()
    with pytest.raises(SystemExit, match="make a new witness, under a new name"):
        program()._open(tmp_path / "w", [log("log.example/0")])


def test_what_cannot_be_written_down_is_not_signed(tmp_path, monkeypatch):
    folder, origin = tmp_path / "w", "log.example/0"
    program()._init(folder, "witness.example/w1")
    witness = program().Witness(folder, [log(origin)])

    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(program(), "write_durably", full)
    with pytest.raises(OSError, match="no space"):
        witness.add_checkpoint(add_checkpoint_body(0, [], signed(origin, 100)).decode())
    monkeypatch.undo()
    # It may still be shown another history of that log: it has signed neither.
    assert witness.add_checkpoint(add_checkpoint_body(0, [], signed(origin, 100, FORK)).decode())
    assert json.loads((folder / "memory.json").read_bytes())[origin][0] == 100
