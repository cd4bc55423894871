"""A backup is taken while everything runs; it is one whole state, the vault vouches for it, and no key is in it."""

import sqlite3
import stat
import tarfile
import threading
from contextlib import closing

import pytest
from support.by_hand import rewrite_an_entry
from support.killed import killed_at, spread, steps_of
from support.running import ask
from support.site import Site

from custodiet.adapters.archive import read_archive
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.check_ledger import check_ledger
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main import main
from custodiet.main.stores import read_pins
from custodiet.main.vaults import join_vault
from custodiet.wire.backup import CHECKPOINT, PINS, STORE
from custodiet.wire.note import encode_base64, open_checkpoint, vkey


@pytest.fixture(scope="module")
def here(short_folder):
    site = Site(short_folder / "backed", 3)
    running = site.serve()
    running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
    yield site, running
    running.stop()


def verb(site, *arguments):
    """In this process: most of the time of another one is its start."""
    main([str(one) for one in (*arguments, *site.where)])


def unpacked(file, folder):
    """What a backup holds: its manifest, and a store over the copy in it."""
    folder.mkdir()
    manifest = read_archive(file, folder)
    return manifest, SqliteStore(folder / STORE, SystemClock(), SystemChance(), read_only=True)


def test_one_taken_while_everything_runs_is_one_whole_state_that_the_vault_signed(here, tmp_path):
    site, running = here
    going_on, posted = threading.Event(), []

    def post():
        while not going_on.wait(0.02):  # no faster than a sender may
            posted.append(running.post(site.wearers[0].token, site.wearers[0].serial).said)

    sending = threading.Thread(target=post)
    sending.start()
    try:
        done = ask("backup", "--out", tmp_path / "b.tar", *site.where)
    finally:
        going_on.set()
        sending.join()
    assert done.returncode == 0, done.stderr
    assert "200 kept" in posted
    assert set(posted) <= {"200 kept", "200 duplicate"}
    manifest, copy = unpacked(tmp_path / "b.tar", tmp_path / "copy")
    with copy.reading() as view:
        checked = check_ledger(view, None)
        assert len(view.places_of_frames()) <= sum(one.number + 1 for one in view.newest_ingest())
    copy.close()
    assert (checked.wrong, checked.size, encode_base64(checked.tree.root())) == ((), manifest.size, manifest.root)
    assert (tmp_path / "copy" / STORE).read_bytes()[18:20] == b"\1\1"  # one file: it waits for no write-ahead log
    pinned = read_pins(site.settings)
    signed = open_checkpoint((tmp_path / "copy" / CHECKPOINT).read_text(), vkey(pinned.origin, pinned.log_key))
    assert (signed.size, encode_base64(signed.root)) == (manifest.size, manifest.root)
    assert (tmp_path / "copy" / PINS).read_bytes() == site.settings.pins.read_bytes()


def test_it_is_its_owners_and_holds_neither_the_vault_nor_a_key(here, tmp_path, capsys):
    site, _ = here
    verb(site, "backup", "--out", tmp_path / "b.tar")
    assert "The vault and its keys are not in it." in capsys.readouterr().out
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "b.tar") as archive:
        assert archive.getnames() == ["manifest.json", STORE, PINS, CHECKPOINT]
    data = (tmp_path / "b.tar").read_bytes()
    with closing(sqlite3.connect(site.settings.vault_db)) as vault:
        wrapped = [row[0] for row in vault.execute("SELECT wrapped FROM key")]
    keys = [path.read_bytes() for path in site.settings.keys.iterdir()]
    assert len(wrapped) > 2
    assert [key for key in (*wrapped, *keys) if key in data] == []


def test_the_vaults_own_is_a_file_of_its_own_that_opens_with_the_key_of_its_day(here, tmp_path):
    site, _ = here
    verb(site, "backup", "--vault", "--out", tmp_path / "v.db")
    assert stat.S_IMODE((tmp_path / "v.db").stat().st_mode) == 0o600
    with closing(SqliteKeystore(tmp_path / "v.db")) as keystore:
        epochs = {epoch for _, epoch, _ in keystore.all()}
        assert {name for name, _, _ in keystore.all()} >= {"log", "issue"}
    assert epochs == set(KeyfileKms(site.settings.keys).epochs())


def test_it_never_overwrites_and_never_lies_with_what_it_is_a_backup_of_or_with_the_keys(here, tmp_path):
    site, _ = here
    (tmp_path / "b.tar").write_text("mine")
    for out, why in (
        (tmp_path / "b.tar", "is there already"),
        (site.settings.data / "b.tar", "lies inside"),
        (site.settings.vault_folder / "b.tar", "lies inside"),
        (site.settings.keys / "b.tar", "lies inside"),
        (tmp_path / "nowhere" / "b.tar", "No such file"),
    ):
        with pytest.raises(SystemExit, match=why):
            verb(site, "backup", "--out", out)
    assert (tmp_path / "b.tar").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar"]


@pytest.fixture(scope="module")
def stopped(short_folder):
    """A place that nothing runs on and nothing was published of."""
    return Site(short_folder / "unpublished", 1)


def test_without_the_vault_there_is_none_unless_it_is_asked_for_and_then_it_says_so(stopped, tmp_path, capsys):
    with pytest.raises(SystemExit, match="the vault does not answer"):
        verb(stopped, "backup", "--out", tmp_path / "b.tar")
    assert list(tmp_path.iterdir()) == []
    verb(stopped, "backup", "--without-vault", "--out", tmp_path / "b.tar")
    assert "WITHOUT the vault's word" in capsys.readouterr().out
    with tarfile.open(tmp_path / "b.tar") as archive:
        assert archive.getnames() == ["manifest.json", STORE, PINS]


def test_a_place_that_was_stopped_in_order_has_published_the_vaults_word(place, capsys):
    site = Site(place, 1)
    with closing(SqliteKeystore(site.settings.vault_db)) as keystore, closing(site.open()) as store:
        vault, _ = join_vault(site.settings, store, keystore, SystemClock(), SystemChance())
        publish_checkpoint(store, vault, TileLog(site.settings.log))
    verb(site, "backup", "--out", place / "b.tar")
    assert "the vault signed that this is what it has followed" in capsys.readouterr().out
    with tarfile.open(place / "b.tar") as archive:
        assert CHECKPOINT in archive.getnames()


def test_a_ledger_that_does_not_verify_is_not_backed_up(place):
    site = Site(place, 1)
    rewrite_an_entry(site)
    with pytest.raises(SystemExit, match="does not verify: entry 1 is not what its leaf says"):
        verb(site, "backup", "--without-vault", "--out", place / "b.tar")
    assert not (place / "b.tar").exists()


@pytest.mark.parametrize("points", [6, pytest.param(60, marks=pytest.mark.long)])
def test_one_that_is_killed_leaves_no_file_or_a_whole_one_and_can_be_taken_again(stopped, tmp_path, points):
    verb_ = ("backup", "--without-vault", *stopped.where, "--out")
    steps = steps_of(tmp_path, *verb_, tmp_path / "first.tar")
    for step in spread(steps, points):
        out = tmp_path / f"{step}.tar"
        assert killed_at(step, tmp_path, *verb_, out)
        if not out.exists():
            main([str(one) for one in (*verb_, out)])
        manifest, copy = unpacked(out, tmp_path / f"copy-{step}")
        copy.close()
        assert manifest.size > 5
