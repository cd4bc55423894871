"""What every KMS keeps, whoever makes it: an epoch's key is there from when it was begun until it is destroyed."""

import stat

import pytest

from custodiet.adapters.kms.hsm import HsmKms
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.kms.openbao import OpenBaoKms
from custodiet.model.errors import Unready


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "keys"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture(params=["files", "openbao", "token"])
def open_kms(request, folder, tmp_path):
    """Opens the KMS of this folder anew, as a process that starts does."""
    if request.param == "files":
        return lambda: KeyfileKms(folder)
    if request.param == "token":
        token = request.getfixturevalue("softhsm").token()
        HsmKms.take(folder, token)
        return lambda: HsmKms(folder, token)
    transit = request.getfixturevalue("openbao").transit(tmp_path)
    OpenBaoKms.take(folder, transit)
    return lambda: OpenBaoKms(folder, transit)


@pytest.fixture
def kms(open_kms):
    return open_kms()


def test_a_new_place_has_no_epochs_and_counts_them_up_from_one(kms):
    assert kms.epochs() == ()
    assert [kms.begin() for _ in range(3)] == [1, 2, 3]
    assert kms.epochs() == (1, 2, 3)


def test_every_epoch_has_a_key_of_its_own_that_stays_the_same(open_kms, kms):
    keys = [kms.key(kms.begin()) for _ in range(4)]
    assert len(set(keys)) == 4
    assert {len(key) for key in keys} == {32}
    assert [open_kms().key(epoch) for epoch in (1, 2, 3, 4)] == keys


def test_what_it_keeps_here_is_for_its_owner_alone(open_kms, kms, folder):
    kms.begin()
    [file] = folder.glob("epoch-*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    with pytest.raises(Unready, match="others may read"):
        open_kms()


def test_a_key_that_was_never_begun_says_so(kms, folder):
    kms.begin()
    with pytest.raises(Unready, match="does not hold epoch 7") as caught:
        kms.key(7)
    assert str(folder) not in str(caught.value)


def test_a_key_that_was_cut_short_is_refused_and_not_quoted(kms, folder):
    epoch = kms.begin()
    next(folder.glob("epoch-*")).write_bytes(b"x" * 31)
    with pytest.raises(Unready, match="cut short") as caught:
        kms.key(epoch)
    assert "xx" not in str(caught.value)


def test_the_older_goes_and_the_newer_stays(open_kms, kms, folder):
    old, new = kms.begin(), kms.begin()
    key = kms.key(new)
    kms.destroy(old)
    assert kms.epochs() == (new,)
    assert open_kms().key(new) == key
    assert len(list(folder.glob("epoch-*"))) == 1
    with pytest.raises(Unready):
        open_kms().key(old)


def test_the_newer_goes_too_and_its_key_never_comes_back(open_kms, kms):
    """A turn of the day that was broken off leaves one that nothing is wrapped under."""
    old, new = kms.begin(), kms.begin()
    kept, gone = kms.key(old), kms.key(new)
    kms.destroy(new)
    assert open_kms().epochs() == (old,)
    assert open_kms().key(old) == kept
    again = open_kms().begin()
    assert open_kms().key(again) not in (kept, gone)
    kms.destroy(old)
    assert kms.epochs() == (again,)


def test_destroying_what_is_not_there_does_nothing(kms, folder):
    kept, gone = kms.begin(), kms.begin()
    kms.destroy(gone)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for epoch in (gone, 99):
        kms.destroy(epoch)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert kms.epochs() == (kept,)


def test_the_last_one_can_go_and_another_be_begun(kms):
    key = kms.key(kms.begin())
    kms.destroy(1)
    assert kms.epochs() == ()
    assert kms.key(kms.begin()) != key


def test_a_key_of_files_is_never_taken_for_one_of_another_kms(openbao, folder, tmp_path):
    """So that a place which moves can tell by the number alone where a key is."""
    files = KeyfileKms(folder)
    assert [files.begin(), files.begin()] == [1, 2]
    assert openbao.kms(folder, tmp_path).begin() == 3
    assert files.epochs() == (1, 2)
