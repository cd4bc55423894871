"""The ledger as somebody else's code sees it: Go's sumdb accepts ours and refuses a forged one.

The program is custodiet/outside/verify.go, built from Debian's golang-go and golang-golang-x-mod-dev.
"""

import base64
import json
import shutil
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.adapters.ledger.tiles import TileLog, export
from custodiet.rules import chain
from custodiet.wire.note import Checkpoint, checkpoint_body, sign_note, vkey

NAME = "ledger.example/em"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIZE, OLD_SIZE = 700, 450
BODIES = [json.dumps({"v": 1, "seq": str(number)}).encode() for number in range(SIZE)]


def public(key):
    return key.public_key().public_bytes_raw()


def signed(size, root, *, origin=NAME, key=KEY):
    return sign_note(checkpoint_body(Checkpoint(origin, size, root)), origin, key.sign, public(key))


VKEY = vkey(NAME, public(KEY))
LEAVES = [chain.leaf_hash(body) for body in BODIES]
TREE = chain.Tree(LEAVES)
NOTE, OLD_NOTE = signed(SIZE, TREE.root()), signed(OLD_SIZE, TREE.root(OLD_SIZE))

FORK_BODIES = [*BODIES[:300], b"another past", *BODIES[301:]]
FORK = chain.Tree(map(chain.leaf_hash, FORK_BODIES))


def accepted(done):
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\nOK\n")
    return done.stdout


def refused(done):
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\nOK\n" not in done.stdout
    return done.stdout.rpartition("REFUSED: ")[2]


# --- a bundle: two checkpoints, consistency, some entries -----------------------------------------------


def to_json(hashes):
    return [base64.b64encode(each).decode() for each in hashes]


def shown(index):
    return {
        "index": index,
        "entry": base64.b64encode(BODIES[index]).decode(),
        "proof": to_json(TREE.inclusion_proof(index, SIZE)),
    }


BUNDLE = {
    "vkey": VKEY,
    "new": NOTE,
    "old": OLD_NOTE,
    "consistency": to_json(TREE.consistency_proof(OLD_SIZE, SIZE)),
    "entries": [shown(index) for index in (0, 1, 255, 256, 449, 450, 511, 512, 698, 699)],
}


def write_bundle(folder, bundle):
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle))
    return path


def test_go_accepts_our_checkpoints_inclusion_and_consistency(verify, tmp_path):
    said = accepted(verify("bundle", write_bundle(tmp_path, BUNDLE), "-key", VKEY))
    assert "begins with the log of 450" in said
    assert "10 entries are in the log" in said


def test_go_accepts_every_entry_of_the_log(verify, tmp_path):
    everything = BUNDLE | {"entries": [shown(index) for index in range(SIZE)]}
    assert "700 entries are in the log" in accepted(verify("bundle", write_bundle(tmp_path, everything)))


@pytest.mark.parametrize("old", [1, 2, 255, 256, 257, 512, 699, 700])
def test_go_accepts_consistency_from_any_size(verify, tmp_path, old):
    bundle = BUNDLE | {
        "old": signed(old, TREE.root(old)),
        "consistency": to_json(TREE.consistency_proof(old, SIZE)),
    }
    accepted(verify("bundle", write_bundle(tmp_path, bundle)))


def test_go_accepts_a_note_with_a_witness_it_does_not_know(verify, tmp_path):
    cosigned = NOTE + f"\N{EM DASH} witness.example {base64.b64encode(bytes(76)).decode()}\n"
    accepted(verify("bundle", write_bundle(tmp_path, BUNDLE | {"new": cosigned})))


def swap(hashes):
    hashes[0], hashes[1] = hashes[1], hashes[0]


def rebase64(text, change):
    return base64.b64encode(change(base64.b64decode(text))).decode()


def flip(data):
    return bytes([data[0] ^ 1]) + data[1:]


def tampered(change):
    bundle = deepcopy(BUNDLE)
    change(bundle)
    assert bundle != BUNDLE
    return bundle


def another_origin(bundle):
    bundle["new"] = signed(SIZE, TREE.root(), origin="other.example")


def own_key_for_another_origin(bundle):
    body = checkpoint_body(Checkpoint("other.example", SIZE, TREE.root()))
    bundle["new"] = sign_note(body, NAME, KEY.sign, public(KEY))


def swap_entries(bundle):
    first, second = bundle["entries"][:2]
    first["entry"], second["entry"] = second["entry"], first["entry"]


def swap_indices(bundle):
    first, second = bundle["entries"][:2]
    first["index"], second["index"] = second["index"], first["index"]


def flip_signature(bundle):
    start, _, signature = bundle["new"].rstrip("\n").rpartition(" ")
    bundle["new"] = f"{start} {rebase64(signature, lambda data: data[:-1] + flip(data[-1:]))}\n"


BUNDLE_TAMPERING = {
    "a changed entry": (
        lambda b: b["entries"][3].update(entry=base64.b64encode(b"another entry").decode()),
        "inclusion of entry 256",
    ),
    "an empty entry": (lambda b: b["entries"][3].update(entry=""), "inclusion of entry 256"),
    "entries in each other's place": (swap_entries, "inclusion of entry 0"),
    "indices in each other's place": (swap_indices, "inclusion of entry 1"),
    "an index outside": (lambda b: b["entries"][0].update(index=SIZE), "inclusion of entry 700"),
    "a negative index": (lambda b: b["entries"][0].update(index=-1), "inclusion of entry -1"),
    "an inclusion proof in another order": (lambda b: swap(b["entries"][2]["proof"]), "inclusion"),
    "an inclusion proof cut short": (lambda b: b["entries"][2]["proof"].pop(), "inclusion"),
    "an inclusion proof too long": (
        lambda b: b["entries"][2]["proof"].append(to_json([bytes(32)])[0]),
        "inclusion",
    ),
    "another hash in an inclusion proof": (
        lambda b: b["entries"][2]["proof"].__setitem__(4, rebase64(b["entries"][2]["proof"][4], flip)),
        "inclusion",
    ),
    "a hash of 31 bytes": (
        lambda b: b["entries"][2]["proof"].__setitem__(4, to_json([bytes(31)])[0]),
        "31 bytes",
    ),
    "a consistency proof in another order": (lambda b: swap(b["consistency"]), "consistency"),
    "a consistency proof cut short": (lambda b: b["consistency"].pop(), "consistency"),
    "no consistency proof": (lambda b: b.update(consistency=[]), "consistency"),
    "a changed size": (lambda b: b.update(new=NOTE.replace("\n700\n", "\n701\n")), "invalid signature"),
    "a changed root": (
        lambda b: b.update(new="\n".join([*NOTE.split("\n")[:2], *OLD_NOTE.split("\n")[2:3], *NOTE.split("\n")[3:]])),
        "invalid signature",
    ),
    "a changed signature": (flip_signature, "invalid signature"),
    # A consistency proof alone does not tell the new size (see test_chain): the entries do.
    "a signed size that is not the root's": (lambda b: b.update(new=signed(701, TREE.root())), "inclusion"),
    "a signed root that is not the tree's": (lambda b: b.update(new=signed(SIZE, bytes(32))), "consistency"),
    "no signature": (lambda b: b.update(new=NOTE.partition("\n\n")[0] + "\n"), "malformed note"),
    "another origin": (another_origin, "no verifiable signatures"),
    "another origin under our key": (own_key_for_another_origin, 'is of "other.example"'),
    "a forger's signature": (lambda b: b.update(new=signed(SIZE, TREE.root(), key=FORGER)), "no verifiable"),
    "a note we signed on a fork": (
        lambda b: b.update(old=signed(OLD_SIZE, FORK.root(OLD_SIZE))),
        "consistency",
    ),
    "an old log longer than the new": (lambda b: b.update(old=NOTE, new=OLD_NOTE), "consistency"),
    "another log altogether, signed by us": (
        lambda b: b.update(new=signed(SIZE, FORK.root()), consistency=to_json(FORK.consistency_proof(450, 700))),
        "consistency",
    ),
    "no entry": (lambda b: b.update(entries=[]), "no entry"),
    "a word it does not know": (lambda b: b.update(trust="me"), "unknown field"),
}


@pytest.mark.parametrize(("change", "reason"), BUNDLE_TAMPERING.values(), ids=BUNDLE_TAMPERING.keys())
def test_go_refuses_a_bundle_with(verify, tmp_path, change, reason):
    path = write_bundle(tmp_path, tampered(change))
    assert reason in refused(verify("bundle", path))


def forged(bundle_key=FORGER):
    """Everything made anew under another key: it agrees with itself."""
    return BUNDLE | {
        "vkey": vkey(NAME, public(bundle_key)),
        "new": signed(SIZE, TREE.root(), key=bundle_key),
        "old": signed(OLD_SIZE, TREE.root(OLD_SIZE), key=bundle_key),
    }


def test_only_a_key_from_elsewhere_tells_a_whole_forgery(verify, tmp_path):
    path = write_bundle(tmp_path, forged())
    assert "came with the data" in accepted(verify("bundle", path))
    assert "names the key" in refused(verify("bundle", path, "-key", VKEY))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{} {}", '{"vkey": 1}'])
def test_go_refuses_what_is_no_bundle(verify, tmp_path, text):
    path = tmp_path / "bundle.json"
    path.write_text(text)
    refused(verify("bundle", path))


# --- an exported folder: the whole log ------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    export(tmp_path / "copy", BODIES, LEAVES, NOTE, VKEY)
    (tmp_path / "old").write_text(OLD_NOTE)
    return tmp_path / "copy"


def test_go_audits_a_whole_export_against_earlier_checkpoints(verify, folder, tmp_path):
    said = accepted(verify("audit", folder, "-key", VKEY, "-old", tmp_path / "old"))
    assert "the root over all 700 of them" in said
    assert "all 4 hash tiles" in said
    assert "begins with the 450 entries" in said


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512])
def test_go_audits_an_export_of_any_size(verify, tmp_path, size):
    export(tmp_path / "copy", BODIES[:size], LEAVES[:size], signed(size, TREE.root(size)), VKEY)
    accepted(verify("audit", tmp_path / "copy", "-key", VKEY))


def test_go_audits_a_log_deep_enough_for_a_third_level_of_tiles(verify, tmp_path):
    bodies = [b"%d" % number for number in range(65_800)]
    tree = chain.Tree(map(chain.leaf_hash, bodies))
    leaves = [chain.leaf_hash(body) for body in bodies]
    export(tmp_path / "copy", bodies, leaves, signed(65_800, tree.root()), VKEY)
    assert "all 261 hash tiles" in accepted(verify("audit", tmp_path / "copy", "-key", VKEY))


def bundle_of(bodies):
    return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def changing(name, change):
    def tamper(folder):
        path = folder / name
        before = path.read_bytes()
        path.write_bytes(change(before))
        assert path.read_bytes() != before

    return tamper


def renamed(name, other):
    return lambda folder: (folder / name).rename(folder / other)


def republished(bodies, size=None):
    """Every tile and bundle made anew over these entries; only the checkpoint is still the true one."""

    def tamper(folder):
        shutil.rmtree(folder)
        leaves = [chain.leaf_hash(body) for body in bodies]
        export(folder, bodies, leaves, signed(len(bodies), chain.root(leaves)), VKEY)
        (folder / "checkpoint").write_text(NOTE)

    return tamper


FIRST, LAST = "tile/entries/000", "tile/entries/002.p/188"
REORDERED = [BODIES[1], BODIES[0], *BODIES[2:256]]

FOLDER_TAMPERING = {
    "a byte flipped in an entry": (
        changing(FIRST, lambda b: b[:9] + flip(b[9:])),
        "the 700 entries have the root",
    ),
    "a byte flipped in the last entry": (changing(LAST, lambda b: b[:-1] + flip(b[-1:])), "have the root"),
    "a length flipped": (changing(FIRST, lambda b: b[:1] + flip(b[1:])), ""),
    "a length past the end": (changing(LAST, lambda b: b"\xff\xff" + b[2:]), "ends within entry 512"),
    "an entry removed": (changing(FIRST, lambda _: bundle_of(BODIES[:255])), "ends before entry 255"),
    "the last entry removed": (changing(LAST, lambda _: bundle_of(BODIES[512:699])), "ends before entry 699"),
    "an entry added": (changing(LAST, lambda b: b + bundle_of([b"one more"])), "goes on"),
    "an entry put in and the next taken out": (
        changing(FIRST, lambda _: bundle_of([b"new", *BODIES[:255]])),
        "have the root",
    ),
    "two entries in another order": (changing(FIRST, lambda _: bundle_of(REORDERED)), "have the root"),
    "two bundles in another order": (
        lambda folder: [
            renamed(FIRST, "x")(folder),
            renamed("tile/entries/001", FIRST)(folder),
            renamed("x", "tile/entries/001")(folder),
        ],
        "have the root",
    ),
    "an empty bundle": (changing(FIRST, lambda _: b""), "ends before entry 0"),
    "a missing bundle": (lambda folder: (folder / "tile/entries/001").unlink(), "no such file"),
    "a partial bundle under another width": (renamed(LAST, "tile/entries/002.p/187"), "no such file"),
    "a byte flipped in a leaf tile": (changing("tile/0/001", flip), "tile/0/001 does not hold"),
    "a byte flipped in a partial tile": (changing("tile/0/002.p/188", flip), "tile/0/002.p/188 does not"),
    "a byte flipped in an upper tile": (changing("tile/1/000.p/2", flip), "tile/1/000.p/2 does not hold"),
    "a tile that goes on": (changing("tile/0/000", lambda b: b + bytes(32)), "tile/0/000 does not hold"),
    "a tile cut short": (changing("tile/0/000", lambda b: b[:-32]), "tile/0/000 does not hold"),
    "a missing tile": (lambda folder: (folder / "tile/0/000").unlink(), "no such file"),
    "a changed size in the checkpoint": (
        changing("checkpoint", lambda b: b.replace(b"\n700\n", b"\n699\n")),
        "invalid signature",
    ),
    "an older checkpoint of the same log": (
        lambda folder: (folder / "checkpoint").write_text(OLD_NOTE),
        "no such file",
    ),
    "a signed checkpoint of a fork": (
        lambda folder: (folder / "checkpoint").write_text(signed(SIZE, FORK.root())),
        "have the root",
    ),
    "a forger's checkpoint": (
        lambda folder: (folder / "checkpoint").write_text(signed(SIZE, TREE.root(), key=FORGER)),
        "no verifiable signatures",
    ),
    "no checkpoint": (lambda folder: (folder / "checkpoint").unlink(), "no such file"),
    "another past, tiles and all": (republished(FORK_BODIES), "have the root"),
    "an entry removed, tiles and all": (republished([*BODIES[:300], *BODIES[301:]]), "no such file"),
    "another key": (
        lambda folder: (folder / "vkey").write_text(vkey(NAME, public(FORGER))),
        "no verifiable signatures",
    ),
    "no key": (lambda folder: (folder / "vkey").write_text(""), "malformed verifier id"),
}


@pytest.mark.parametrize(("tamper", "reason"), FOLDER_TAMPERING.values(), ids=FOLDER_TAMPERING.keys())
def test_go_refuses_an_export_with(verify, folder, tamper, reason):
    tamper(folder)
    assert reason in refused(verify("audit", folder))


def test_go_refuses_any_flipped_byte_of_the_tiles(verify, tmp_path):
    """What CVE-2026-56865 let through: here each hash of each tile is compared."""
    export(tmp_path / "copy", BODIES[:258], LEAVES[:258], signed(258, TREE.root(258)), VKEY)
    for name in ("tile/0/000", "tile/0/001.p/2", "tile/1/000.p/1"):
        path = tmp_path / "copy" / name
        whole = path.read_bytes()
        for at in range(0, len(whole), 32 * 16 + 1):
            path.write_bytes(whole[:at] + flip(whole[at:]))
            assert name in refused(verify("audit", tmp_path / "copy"))
        path.write_bytes(whole)
    accepted(verify("audit", tmp_path / "copy"))


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (signed(OLD_SIZE, FORK.root(OLD_SIZE)), "the first 450 entries are not those"),
        (signed(701, bytes(32)), "701 entries, and now there are 700"),
        (signed(OLD_SIZE, TREE.root(OLD_SIZE), key=FORGER), "no verifiable signatures"),
    ],
)
def test_go_refuses_a_log_that_an_earlier_checkpoint_contradicts(verify, folder, tmp_path, note, reason):
    (tmp_path / "kept").write_text(note)
    done = verify("audit", folder, "-old", tmp_path / "old", "-old", tmp_path / "kept")
    assert reason in refused(done)


@pytest.mark.parametrize("args", [(), ("bundle",), ("look", "x"), ("audit", "/nowhere"), ("bundle", "x", "-old", "y")])
def test_go_refuses_to_be_asked_something_else(verify, args):
    refused(verify(*args))


def test_what_a_tile_log_grew_into_is_what_go_audits(verify, tmp_path):
    grown, copy = tmp_path / "grown", tmp_path / "copy"
    log = TileLog(grown)
    for size in (1, 200, 450, 512, SIZE):
        log.publish(LEAVES[:size], signed(size, TREE.root(size)))
    export(copy, BODIES, LEAVES, NOTE, VKEY)
    for name in ("checkpoint", "tile/0", "tile/1"):
        path = copy / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        (shutil.copytree if (grown / name).is_dir() else shutil.copy)(grown / name, path)
    accepted(verify("audit", copy, "-key", VKEY))
