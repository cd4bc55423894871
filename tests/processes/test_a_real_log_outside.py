"""The log of a place that ran, as somebody else's code sees it: an auditor's copy and what was published meanwhile."""

import shutil
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.running import ask, request
from support.site import Site

from custodiet.adapters.ledger.tiles import export, read_export
from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.cli.ending import end_by_hand
from custodiet.main.stores import read_pins
from custodiet.rules.chain import leaf_hash, root
from custodiet.wire.note import Checkpoint, checkpoint_body, sign_note, vkey


@pytest.fixture(scope="module")
def audited(tmp_path_factory, short_folder):
    """A place that published as it grew, its earliest checkpoint, and an auditor's copy."""
    site = Site(short_folder / "audited", 30)
    running = site.serve(gateways=2)
    folder = tmp_path_factory.mktemp("auditor")
    try:
        running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
        (folder / "early").write_bytes(request(running.web, "GET", "/log/checkpoint").body)
        first, *others = site.wearers
        running.post(first.token, first.serial)
        assert ask("end", first.reference, "--by", "officer-bo", *site.where).returncode == 0
        with closing(site.open()) as store:  # as the command does it, without a process for each
            for wearer in others:
                running.post(wearer.token, wearer.serial)
                end_by_hand(store, SystemChance(), wearer.reference, "officer-bo", annul=False)
        assert ask("ledger", "export", folder / "copy", *site.where).returncode == 0
        (folder / "late").write_bytes((folder / "copy" / "checkpoint").read_bytes())
    finally:
        running.stop()
    pinned = read_pins(site.settings)
    return site, folder, vkey(pinned.origin, pinned.log_key)


def test_go_accepts_the_copy_and_that_it_continues_what_was_published_before(verify, audited):
    _, folder, key = audited
    done = verify("audit", folder / "copy", "-key", key, "-old", folder / "early")
    assert done.returncode == 0, done.stdout + done.stderr


def test_go_accepts_the_tiles_that_were_published_step_by_step(verify, audited, tmp_path):
    site, folder, key = audited
    copy = tmp_path / "copy"
    shutil.copytree(folder / "copy", copy)
    exported = copy / "checkpoint"
    published = site.settings.log / "checkpoint"
    # Stopped in order, the place published everything that it entered; the copy may be a little older.
    if exported.read_bytes().splitlines()[1] == published.read_bytes().splitlines()[1]:
        for path in (copy / "tile").iterdir():
            if path.name != "entries":
                shutil.rmtree(path)
        for path in (site.settings.log / "tile").iterdir():
            shutil.copytree(path, copy / "tile" / path.name)
    done = verify("audit", copy, "-key", key)
    assert done.returncode == 0, done.stdout + done.stderr


def changed(path, change):
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def first(folder, name):
    """The first file of a kind: `tile/0`, or bundles of entries."""
    return min(path for path in (folder / name).rglob("*") if path.is_file())


def bodies_of(data):
    found = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        found.append(data[2:end])
        data = data[end:]
    return found


def bundled(bodies):
    return b"".join(len(body).to_bytes(2, "big") + body for body in bodies)


def rebundled(change):
    """The first bundle with its entries changed, all else as it was."""
    return lambda copy, _: changed(first(copy, "tile/entries"), lambda data: bundled(change(bodies_of(data))))


def another_actor(bodies):
    """One entry says that somebody else did it."""
    at = next(number for number, body in enumerate(bodies) if b"officer-bo" in body)
    return [*bodies[:at], bodies[at].replace(b"officer-bo", b"officer-xx"), *bodies[at + 1 :]]


def forge(copy, _):
    """The whole log made anew under a key of the forger's, which agrees with itself; the true key tells."""
    forger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = forger.public_key().public_bytes_raw()
    exported = read_export(copy)
    leaves = [leaf_hash(body) for body in exported.bodies]
    origin = exported.vkey.partition("+")[0]
    note = sign_note(checkpoint_body(Checkpoint(origin, len(leaves), root(leaves))), origin, forger.sign, public)
    shutil.rmtree(copy)
    export(copy, exported.bodies, leaves, note, vkey(origin, public))


def cut_back(copy, folder):
    """As of an earlier checkpoint: what came later was never there."""
    size = int((folder / "early").read_text().split("\n")[1])
    exported = read_export(copy)
    leaves = [leaf_hash(body) for body in exported.bodies[:size]]
    shutil.rmtree(copy)
    export(copy, exported.bodies[:size], leaves, (folder / "early").read_text(), exported.vkey)


TAMPERING = {
    "a byte of the checkpoint": lambda copy, _: changed(copy / "checkpoint", flipped),
    "a byte of a hash": lambda copy, _: changed(first(copy, "tile/0"), flipped),
    "a byte of an entry": lambda copy, _: changed(first(copy, "tile/entries"), flipped),
    "who did it": rebundled(another_actor),
    "an entry left out": rebundled(lambda bodies: [*bodies[:3], *bodies[4:]]),
    "an entry put in": rebundled(lambda bodies: [*bodies[:3], bodies[3], *bodies[3:]]),
    "two entries in each other's place": rebundled(lambda bodies: [*bodies[:3], bodies[4], bodies[3], *bodies[5:]]),
    "a hash tile left out": lambda copy, _: first(copy, "tile/0").unlink(),
    "another key, and everything signed anew with it": forge,
    "everything since an earlier checkpoint left out": cut_back,
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING.keys())
def test_go_refuses_the_copy_with(verify, audited, tmp_path, tamper):
    """The auditor has the key and a checkpoint from before, as whoever watches a log does."""
    _, folder, key = audited
    copy = tmp_path / "copy"
    shutil.copytree(folder / "copy", copy)
    tamper(copy, folder)
    (tmp_path / "kept").write_text((folder / "late").read_text())
    done = verify("audit", copy, "-key", key, "-old", tmp_path / "kept")
    assert done.returncode == 1, done.stdout
    assert "REFUSED" in done.stdout


def test_go_accepts_it_untouched_with_all_that_the_auditor_kept(verify, audited):
    _, folder, key = audited
    done = verify("audit", folder / "copy", "-key", key, "-old", folder / "early", "-old", folder / "late")
    assert done.returncode == 0, done.stdout + done.stderr
