"""The ledger in public: the signed checkpoint, the hashes it covers, the key; and nothing else, to anybody."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.adapters.ledger.tiles import TileLog
from custodiet.entrypoints.web.published import Bucket, Published
from custodiet.entrypoints.web.served import Served
from custodiet.model.record import LogOpened
from custodiet.rules import chain
from custodiet.wire.note import Checkpoint, checkpoint_body, sign_note, vkey

KEY, FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "custodiet.example/public"
PUBLIC = KEY.public_key().public_bytes_raw()
LEAVES = [chain.leaf_hash(b"%d" % number) for number in range(700)]


def signed(size, key=KEY):
    body = checkpoint_body(Checkpoint(ORIGIN, size, chain.root(LEAVES[:size])))
    return sign_note(body, ORIGIN, key.sign, key.public_key().public_bytes_raw())


@pytest.fixture
def published(tmp_path):
    TileLog(tmp_path).publish(LEAVES[:600], signed(600))
    return Published(tmp_path, LogOpened(ORIGIN, PUBLIC, bytes(32)))


def test_anyone_gets_the_key_the_checkpoint_and_every_tile_that_it_covers(published, tmp_path):
    assert published.get("key")[0].decode() == vkey(ORIGIN, PUBLIC) + "\n"
    assert published.get("checkpoint")[0].decode() == signed(600)
    assert published.get("tile/0/000")[0] == b"".join(LEAVES[:256])
    assert published.get("tile/0/002.p/88")[0] == b"".join(LEAVES[512:600])
    assert len(published.get("tile/1/000.p/2")[0]) == 64


def test_tiles_may_be_kept_for_ever_and_a_checkpoint_for_moments(published):
    assert b"immutable" in published.get("tile/0/001")[2]
    assert published.get("checkpoint")[2] == b"public, max-age=5"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "vkey",
        "tile/0/003",
        "tile/0/002",
        "tile/0/002.p/89",
        "tile/0/002.p/0",
        "tile/0/000.p/300",
        "tile/2/000.p/1",
        "tile/entries/000",
        "tile/entries/002.p/88",
        "tile/0/../../checkpoint",
        "../data/custodiet.db",
        "tile/0/000/",
        "tile/00/000",
    ],
)
def test_there_is_nothing_else(published, tmp_path, name):
    (tmp_path / "tile" / "entries").mkdir()
    (tmp_path / "tile" / "entries" / "000").write_bytes(b"what somebody left here by mistake")
    (tmp_path / "tile" / "0" / "002.p" / "89").write_bytes(b"".join(LEAVES[512:601]))
    assert published.get(name) is None


@pytest.mark.parametrize("note", [signed(600, FORGER), "", "nothing\n", signed(600).replace("600", "599")])
def test_what_the_pinned_key_has_not_signed_is_not_published_and_neither_are_hashes_under_it(published, tmp_path, note):
    (tmp_path / "checkpoint").write_text(note)
    assert published.get("checkpoint") is None
    assert published.get("tile/0/000") is None


def test_all_requests_together_are_bounded():
    bucket = Bucket(a_second=0, at_once=3)
    assert [bucket.allows() for _ in range(5)] == [True, True, True, False, False]


class NoAssets:
    def get(self, _):
        return None


def asked(served, path, method="GET"):
    said = []

    async def send(message):
        said.append(message)

    asyncio.run(served({"type": "http", "path": path, "method": method}, None, send))
    return said[0]["status"], dict(said[0]["headers"]), said[1]["body"]


def test_the_log_is_served_without_the_pages_and_refuses_politely_what_is_too_much(published):
    served = Served(published, NoAssets(), None)
    status, headers, body = asked(served, "/log/checkpoint")
    assert (status, body.decode()) == (200, signed(600))
    assert headers[b"cache-control"] == b"public, max-age=5"
    assert asked(served, "/log/tile/entries/000")[0] == 404
    assert asked(served, "/log/checkpoint", "POST")[0] == 405
    served._bucket = Bucket(a_second=0, at_once=0)
    status, headers, _ = asked(served, "/log/checkpoint")
    assert (status, headers[b"retry-after"], headers[b"cache-control"]) == (429, b"1", b"no-store")
