"""Epoch keys as files: durable when begun, gone when destroyed, and never where others may read them."""

import os
import stat
from pathlib import Path

import pytest

from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.model.errors import Unready


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "keys"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def kms(folder):
    return KeyfileKms(folder)


def file_of(folder, epoch):
    return folder / f"epoch-{epoch:08d}.key"


@pytest.fixture
def synced(monkeypatch, folder):
    """Every fsync as it happens: what was synced, and what then stood in the folder."""
    seen = []
    really = os.fsync

    def noted(handle):
        state = os.fstat(handle)
        what = "folder" if stat.S_ISDIR(state.st_mode) else "file"
        really(handle)
        seen.append((what, {path.name: path.read_bytes() for path in folder.iterdir()}))

    monkeypatch.setattr(os, "fsync", noted)
    return seen


# --- beginning ------------------------------------------------------------------------------------------


def test_a_folder_without_keys_has_no_epochs(kms):
    assert kms.epochs() == ()


def test_epochs_are_counted_up_from_one(kms):
    assert [kms.begin() for _ in range(3)] == [1, 2, 3]
    assert kms.epochs() == (1, 2, 3)


def test_every_epoch_has_a_key_of_its_own(kms):
    keys = [kms.key(kms.begin()) for _ in range(20)]
    assert len(set(keys)) == 20
    assert {len(key) for key in keys} == {32}
    assert bytes(32) not in keys


def test_a_key_is_the_same_for_whoever_opens_the_folder_again(folder, kms):
    epoch = kms.begin()
    again = KeyfileKms(folder)
    assert again.epochs() == (epoch,)
    assert again.key(epoch) == kms.key(epoch)


def test_a_key_file_is_for_its_owner_alone_whatever_the_umask(folder, kms):
    before = os.umask(0)
    try:
        epoch = kms.begin()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file_of(folder, epoch).stat().st_mode) == 0o600


def test_a_key_is_on_the_disk_before_it_has_its_name_and_both_before_begin_returns(folder, kms, synced):
    epoch = kms.begin()
    key = kms.key(epoch)
    (what, then), (last, finally_) = synced
    assert (what, list(then.values())) == ("file", [key])
    assert (last, finally_) == ("folder", {file_of(folder, epoch).name: key})


@pytest.mark.parametrize("written", [b"", b"x" * 31])
def test_a_crash_while_a_key_is_written_leaves_no_epoch_and_nothing_in_the_way(folder, kms, monkeypatch, written):
    first = kms.begin()
    really = os.fsync

    def dies(handle):
        os.truncate(handle, 0)
        os.pwrite(handle, written, 0)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", dies)
    with pytest.raises(KeyboardInterrupt):
        kms.begin()
    monkeypatch.setattr(os, "fsync", really)
    again = KeyfileKms(folder)
    assert again.epochs() == (first,)
    assert len(again.key(again.begin())) == 32
    assert again.epochs() == (first, first + 1)


def test_no_key_is_ever_written_over(folder, kms):
    first = kms.begin()
    key = kms.key(first)
    file_of(folder, 9).write_bytes(b"x" * 32)
    assert kms.begin() == 10
    assert kms.key(first) == key
    assert kms.key(9) == b"x" * 32


def test_a_key_that_another_process_began_meanwhile_is_not_replaced(folder, kms, monkeypatch):
    first = kms.begin()
    begun = file_of(folder, first + 1)
    really = os.link

    def too_late(source, target):
        begun.touch(0o600)
        begun.write_bytes(b"x" * 32)
        really(source, target)

    monkeypatch.setattr(os, "link", too_late)
    with pytest.raises(FileExistsError):
        kms.begin()
    monkeypatch.setattr(os, "link", really)
    assert kms.key(first + 1) == b"x" * 32
    assert kms.begin() == first + 2
    assert kms.key(first + 1) == b"x" * 32


def test_what_is_in_the_way_under_the_next_name_is_never_replaced(folder, kms, monkeypatch):
    first = kms.begin()
    key = kms.key(first)
    monkeypatch.setattr(KeyfileKms, "epochs", lambda _: ())
    for _ in range(2):
        with pytest.raises(FileExistsError):
            kms.begin()
        assert kms.key(first) == key


# --- reading --------------------------------------------------------------------------------------------


def test_a_key_that_is_not_there_says_so_and_names_no_folder(folder, kms):
    kms.begin()
    with pytest.raises(Unready, match="epoch 7") as caught:
        kms.key(7)
    assert str(folder) not in str(caught.value)


@pytest.mark.parametrize("held", [b"", b"x", b"x" * 31, b"x" * 33])
def test_a_key_of_another_length_is_refused_and_not_quoted(folder, kms, held):
    epoch = kms.begin()
    file_of(folder, epoch).write_bytes(held)
    with pytest.raises(Unready, match="cut short") as caught:
        kms.key(epoch)
    assert "xx" not in str(caught.value)


OTHERS = [
    "README",
    "epoch-00000007.key.bak",
    "other.key",
    ".epoch-00000008.key",
    "epoch-.key",
    "epoch-old.key",
    "epoch-00000009 (copy).key",
    "epoch--0000009.key",
    "epoch-+9.key",
    "epoch-1e9.key",
]


def test_other_files_in_the_folder_are_no_epochs(folder, kms):
    kms.begin()
    for name in OTHERS:
        (folder / name).touch(0o600)
    assert kms.epochs() == (1,)
    assert KeyfileKms(folder).begin() == 2
    assert kms.epochs() == (1, 2)
    assert {path.name for path in folder.iterdir()} == {*OTHERS, "epoch-00000001.key", "epoch-00000002.key"}


# --- who may read ---------------------------------------------------------------------------------------

OPEN_MODES = [0o701, 0o702, 0o704, 0o710, 0o720, 0o740, 0o750, 0o755, 0o770, 0o777]


@pytest.mark.parametrize("mode", OPEN_MODES)
def test_a_folder_that_others_may_enter_is_refused(folder, kms, mode):
    kms.begin()
    folder.chmod(mode)
    try:
        with pytest.raises(Unready, match="others may read"):
            KeyfileKms(folder)
    finally:
        folder.chmod(0o700)
    assert KeyfileKms(folder).epochs() == (1,)


@pytest.mark.parametrize("mode", [one & 0o677 for one in OPEN_MODES])
def test_a_key_that_others_may_touch_is_refused(folder, kms, mode):
    kms.begin()
    kms.begin()
    file_of(folder, 1).chmod(mode)
    with pytest.raises(Unready, match="chmod go=") as caught:
        KeyfileKms(folder)
    assert str(file_of(folder, 1)) in str(caught.value)
    file_of(folder, 1).chmod(0o600)
    KeyfileKms(folder)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o700])
def test_modes_that_let_nobody_else_in_are_taken(folder, kms, mode):
    kms.begin()
    file_of(folder, 1).chmod(mode)
    assert KeyfileKms(folder).epochs() == (1,)


def test_a_folder_that_is_not_there_or_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch(0o600)
    for path in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Unready, match="missing"):
            KeyfileKms(path)


# --- destroying -----------------------------------------------------------------------------------------


def test_a_destroyed_epoch_is_gone_and_the_others_are_not(folder, kms):
    kept, gone = kms.begin(), kms.begin()
    key = kms.key(kept)
    kms.destroy(gone)
    assert kms.epochs() == (kept,)
    assert kms.key(kept) == key
    assert not file_of(folder, gone).exists()
    with pytest.raises(Unready):
        kms.key(gone)
    with pytest.raises(Unready):
        KeyfileKms(folder).key(gone)


def test_the_bytes_of_a_destroyed_key_are_overwritten_where_they_lay(tmp_path, folder, kms):
    epoch = kms.begin()
    held = tmp_path / "another name of the same file"
    held.hardlink_to(file_of(folder, epoch))
    assert held.read_bytes() == kms.key(epoch)
    kms.destroy(epoch)
    assert held.read_bytes() == bytes(32)


def test_a_key_is_zeros_on_the_disk_before_its_name_goes_and_both_before_destroy_returns(folder, kms, synced):
    epoch = kms.begin()
    synced.clear()
    kms.destroy(epoch)
    assert synced == [("file", {file_of(folder, epoch).name: bytes(32)}), ("folder", {})]


def test_a_key_that_was_overwritten_before_a_crash_can_be_destroyed_again(folder, kms):
    epoch = kms.begin()
    file_of(folder, epoch).write_bytes(bytes(32))  # as it stands if we die between the two steps
    KeyfileKms(folder).destroy(epoch)
    assert kms.epochs() == ()


def test_destroying_an_epoch_that_is_not_there_does_nothing(folder, kms):
    kept, gone = kms.begin(), kms.begin()
    kms.destroy(gone)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for epoch in (gone, 99):
        kms.destroy(epoch)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert kms.epochs() == (kept,)


def test_the_number_of_the_newest_epoch_is_not_used_again_while_a_later_one_lives(kms):
    first, second = kms.begin(), kms.begin()
    kms.destroy(first)
    assert kms.begin() == second + 1


def test_a_path_that_goes_through_a_link_is_judged_by_what_it_leads_to(tmp_path, folder):
    link = Path(tmp_path / "link")
    link.symlink_to(folder)
    folder.chmod(0o755)
    with pytest.raises(Unready):
        KeyfileKms(link)
