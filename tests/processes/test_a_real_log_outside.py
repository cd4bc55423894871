"""The log of a place that ran, as somebody else's code sees it: an auditor's copy and what was published meanwhile."""

import shutil

import pytest
from support.running import ask, request
from support.site import Site

from custodiet.main import read_pins
from custodiet.wire.note import vkey


@pytest.fixture(scope="module")
def audited(tmp_path_factory, short_folder):
    """A place that published as it grew, its earliest checkpoint, and an auditor's copy."""
    site = Site(short_folder / "audited", 30)
    running = site.serve(gateways=2)
    folder = tmp_path_factory.mktemp("auditor")
    try:
        running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
        (folder / "early").write_bytes(request(running.web, "GET", "/log/checkpoint").body)
        for wearer in site.wearers:
            running.post(wearer.token, wearer.serial)
            assert ask("end", wearer.reference, "--by", "officer-bo", *site.where).returncode == 0
        assert ask("ledger", "export", folder / "copy", *site.where).returncode == 0
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


@pytest.mark.parametrize("name", ["checkpoint", "tile/0", "tile/entries"])
def test_go_refuses_the_copy_with_one_byte_changed(verify, audited, tmp_path, name):
    _, folder, key = audited
    copy = tmp_path / "copy"
    shutil.copytree(folder / "copy", copy)
    path = copy / name
    if path.is_dir():
        path = min(each for each in path.rglob("*") if each.is_file())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert verify("audit", copy, "-key", key).returncode != 0
