"""A backup's file is written whole or not at all, and read as if somebody had made it to do harm."""

import io
import tarfile
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from custodiet.adapters import archive as archive_module
from custodiet.adapters.archive import read_archive, working_beside, write_archive
from custodiet.model.errors import NotTheFormat, Unready
from custodiet.wire.backup import CHECKPOINT, MANIFEST, PINS, STORE, Manifest, Member, manifest_bytes, read_manifest

AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
CONTENT = {STORE: b"s" * 1500, PINS: b"{}", CHECKPOINT: b"made-up.example\n7\n"}
EMPTY = Manifest(AT, "0002", 7, "root", ())


def described(content=None):
    members = [Member(name, len(data), sha256(data).hexdigest()) for name, data in (content or CONTENT).items()]
    return manifest_bytes(Manifest(AT, "0002", 7, "root", tuple(members)))


def tar(*members):
    """An archive of (TarInfo or name, bytes), as a hostile hand makes it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for told, data in members:
            info = told if isinstance(told, tarfile.TarInfo) else tarfile.TarInfo(told)
            if info.type == tarfile.REGTYPE:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def whole():
    return tar((MANIFEST, described()), *CONTENT.items())


def read(tmp_path, data):
    """What reading gives, and what lies in the folder and beside it afterwards."""
    (tmp_path / "file").write_bytes(data)
    (tmp_path / "into").mkdir()
    return read_archive(tmp_path / "file", tmp_path / "into")


def test_what_was_written_is_read_back(tmp_path):
    out = tmp_path / "backup.tar"
    with working_beside(out) as folder:
        for name, data in CONTENT.items():
            (folder / name).write_bytes(data)
        write_archive(out, folder, tuple(CONTENT), EMPTY)
    assert [path.name for path in tmp_path.iterdir()] == ["backup.tar"]
    assert out.stat().st_mode & 0o777 == 0o600
    (tmp_path / "into").mkdir()
    manifest = read_archive(out, tmp_path / "into")
    assert (manifest.size, manifest.root, manifest.made_at) == (7, "root", AT)
    assert {path.name: path.read_bytes() for path in (tmp_path / "into").iterdir()} == CONTENT


def test_any_tar_reads_it(tmp_path):
    with tarfile.open(fileobj=io.BytesIO(whole())) as archive:
        assert archive.getnames() == [MANIFEST, *CONTENT]


def test_a_file_that_is_there_is_never_written_over(tmp_path):
    (tmp_path / "backup.tar").write_bytes(b"mine")
    with pytest.raises(Unready, match="is there already"), working_beside(tmp_path / "backup.tar"):
        raise AssertionError
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_file_that_came_meanwhile_is_not_written_over_either(tmp_path):
    out = tmp_path / "backup.tar"
    with working_beside(out) as folder:
        (folder / STORE).write_bytes(b"")
        (folder / PINS).write_bytes(b"")
        out.write_bytes(b"mine")
        with pytest.raises(Unready, match="is there already"):
            write_archive(out, folder, (STORE, PINS), EMPTY)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_two_at_once_do_not_share_a_name(tmp_path):
    out = tmp_path / "backup.tar"
    with (
        working_beside(out),
        pytest.raises(Unready, match="being made by someone else"),
        working_beside(out),
    ):
        raise AssertionError


def test_what_a_killed_try_left_is_cleared(tmp_path):
    left = tmp_path / ".backup.tar.part"
    left.mkdir()
    (left / STORE).write_bytes(b"half")
    with working_beside(tmp_path / "backup.tar") as folder:
        assert list(folder.iterdir()) == []


def test_a_whole_one_is_read(tmp_path):
    assert [member.name for member in read(tmp_path, whole()).members] == list(CONTENT)


LENGTH = sum(512 - len(data) // -512 * 512 for data in (described(), *CONTENT.values()))
"""Up to the end of the last member; the empty blocks after it say nothing but that it is the last."""


@pytest.mark.parametrize("length", [*range(0, LENGTH, 512), *range(1, LENGTH, 700), LENGTH])
def test_one_that_was_cut_short_is_refused(tmp_path, length):
    with pytest.raises(NotTheFormat):
        read(tmp_path, whole()[:length])


@pytest.mark.parametrize("at", range(0, LENGTH, 61))
def test_one_with_a_byte_changed_is_refused_or_gives_what_the_manifest_says(tmp_path, at):
    """Padding and a few words of a header say nothing; whatever is given is what was written."""
    data = bytearray(whole())
    data[at] ^= 1
    try:
        read(tmp_path, bytes(data))
    except NotTheFormat:
        return
    assert {path.name: path.read_bytes() for path in (tmp_path / "into").iterdir()} == CONTENT


def info(name, kind=tarfile.REGTYPE, link="", size=0):
    told = tarfile.TarInfo(name)
    told.type, told.linkname, told.size = kind, link, size
    return told


REST = list(CONTENT.items())[1:]


def with_pax_header():
    """A header that says how large a header to hold in memory."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        told = tarfile.TarInfo(MANIFEST)
        told.pax_headers, told.size = {"comment": "x" * 100_000}, len(described())
        archive.addfile(told, io.BytesIO(described()))
    return made.getvalue()


STORE_FIRST = (MANIFEST, described())
HOSTILE = {
    "nothing": b"",
    "zeros": bytes(10240),
    "noise": bytes(range(256)) * 40,
    "a manifest alone": tar(STORE_FIRST),
    "no manifest": tar(*CONTENT.items()),
    "a name that climbs": tar(STORE_FIRST, ("../custodiet.db", CONTENT[STORE])),
    "a name from the root": tar(STORE_FIRST, ("/tmp/custodiet.db", CONTENT[STORE])),
    "a symbolic link": tar(STORE_FIRST, (info(STORE, tarfile.SYMTYPE, "/etc/passwd"), b"")),
    "a hard link": tar(STORE_FIRST, (info(STORE, tarfile.LNKTYPE, "../outside"), b"")),
    "a device": tar(STORE_FIRST, (info(STORE, tarfile.CHRTYPE), b"")),
    "a link with the right content": tar(STORE_FIRST, (info(STORE, tarfile.LNKTYPE, "x", 1500), CONTENT[STORE]), *REST),
    "another name with the right content": tar(STORE_FIRST, ("vault.db", CONTENT[STORE]), *REST),
    "a name that climbs with the right content": tar(STORE_FIRST, (f"../{STORE}", CONTENT[STORE]), *REST),
    "a folder": tar(STORE_FIRST, (info(STORE, tarfile.DIRTYPE), b"")),
    "a pipe": tar(STORE_FIRST, (info(STORE, tarfile.FIFOTYPE), b"")),
    "a header that grows": with_pax_header(),
    "a member twice": tar(STORE_FIRST, (STORE, CONTENT[STORE]), (STORE, CONTENT[STORE])),
    "members in another order": tar(STORE_FIRST, (PINS, CONTENT[PINS]), (STORE, CONTENT[STORE])),
    "one more member": tar(STORE_FIRST, *CONTENT.items(), ("more", b"x")),
    "another content": tar(STORE_FIRST, (STORE, b"t" * 1500), *REST),
    "another length": tar(STORE_FIRST, (STORE, b"s" * 1501), *REST),
    "a manifest that is none": tar((MANIFEST, b"[]"), *CONTENT.items()),
    "a manifest as deep as it is long": tar((MANIFEST, b"[" * 60_000), *CONTENT.items()),
    "a manifest that is huge": tar((MANIFEST, described() + b" " * 64_000), *CONTENT.items()),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_one_is_refused_and_nothing_lies_outside_the_folder(tmp_path, data):
    with pytest.raises(NotTheFormat):
        read(tmp_path, data)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "into"}
    for path in (tmp_path / "into").iterdir():
        assert path.name in CONTENT
        assert path.is_file()
        assert not path.is_symlink()


LIES = {
    "a member that no backup has": {**CONTENT, "vault.db": b""},
    "a member climbing out": {STORE: b"", "../pins.json": b""},
    "no store": {PINS: b""},
    "members in another order": {PINS: b"", STORE: b""},
}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES)
def test_a_manifest_with_other_members_is_refused(content):
    with pytest.raises(NotTheFormat):
        read_manifest(described(content))


@pytest.mark.parametrize("size", [2**43 + 1, -1, 2**63])
def test_a_manifest_with_an_impossible_size_is_refused(size):
    with pytest.raises(NotTheFormat):
        read_manifest(described().replace(b'"bytes": 1500', b'"bytes": %d' % size))


def test_one_that_does_not_fit_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    room = archive_module.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(archive_module.shutil, "disk_usage", lambda _: room)
    with pytest.raises(Unready, match="not enough room"):
        read(tmp_path, whole())
    assert list((tmp_path / "into").iterdir()) == []
