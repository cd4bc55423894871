"""Epochs in a PKCS#11 token: a key that was destroyed is not in it, and a token that is out or locked is told."""

from pathlib import Path

import pkcs11
import pytest
from support.softhsm import LABEL, MODULE, PIN

from custodiet.adapters.kms import hsm
from custodiet.adapters.kms.hsm import HsmKms, Token
from custodiet.model.errors import Unready


@pytest.fixture
def keys(tmp_path):
    made = tmp_path / "keys"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def kms(keys, softhsm):
    return HsmKms.take(keys, softhsm.token())


def in_token(keys):
    """Labels of this place's keys in the token, and whether they may leave it."""
    mine = (keys / "pkcs11.id").read_text()
    token = pkcs11.lib(str(MODULE)).get_token(token_label=LABEL)
    try:
        session = token.open(user_pin=PIN)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        session = token.open()
    found = [one for one in session.get_objects() if mine in one.label]
    attributes = (pkcs11.Attribute.EXTRACTABLE, pkcs11.Attribute.SENSITIVE)
    return {one.label.rpartition("/")[2]: tuple(one[each] for each in attributes) for one in found}


def test_a_key_never_leaves_the_token_and_is_not_in_it_once_destroyed(keys, kms):
    kms.begin()
    kms.begin()
    assert in_token(keys) == {"1": (False, True), "2": (False, True)}
    sealed = (keys / "epoch-00000001.sealed").read_bytes()
    kms.destroy(1)
    assert list(in_token(keys)) == ["2"]
    (keys / "epoch-00000001.sealed").write_bytes(sealed)
    (keys / "epoch-00000001.sealed").chmod(0o600)
    with pytest.raises(Unready, match="does not hold the key that sealed epoch 1"):
        kms.key(1)


def test_no_plain_key_lies_in_the_folder_and_none_opens_under_anothers_number(keys, kms):
    key = kms.key(kms.begin())
    kms.begin()
    assert key not in b"".join(path.read_bytes() for path in keys.iterdir())
    (keys / "epoch-00000002.sealed").write_bytes((keys / "epoch-00000001.sealed").read_bytes())
    with pytest.raises(Unready, match="fails"):
        kms.key(2)


def test_beginning_that_fails_all_night_does_not_fill_the_token(keys, kms, monkeypatch):
    kms.begin()
    with monkeypatch.context() as full:
        full.setattr(kms._files, "write", lambda *_: (_ for _ in ()).throw(OSError("full")))
        for _ in range(3):
            with pytest.raises(OSError, match="full"):
                kms.begin()
    assert kms.begin() == 2
    assert sorted(in_token(keys)) == ["1", "2"]
    assert len(kms.key(2)) == 32


def test_two_places_share_a_token_and_know_nothing_of_one_another(softhsm, kms, tmp_path):
    another = tmp_path / "another"
    another.mkdir(mode=0o700)
    other = HsmKms.take(another, softhsm.token())
    keys = kms.key(kms.begin()), other.key(other.begin())
    kms.destroy(1)
    assert (kms.epochs(), other.epochs()) == ((), (1,))
    assert other.key(1) == keys[1] != keys[0]


def test_a_token_that_is_taken_out_is_told_and_goes_on_once_it_is_back(keys, softhsm, kms):
    key = kms.key(kms.begin())
    kms.begin()
    softhsm.take_out()
    # First of all: the session that is open shows no key and fails at nothing.
    for refused in (lambda: kms.destroy(1), lambda: kms.key(1), lambda: kms.require(1), kms.begin):
        with pytest.raises(Unready, match="the token made-up"):
            refused()
    with pytest.raises(Unready, match="the token made-up"):
        HsmKms(keys, softhsm.token())
    softhsm.put_in()
    assert kms.key(1) == key
    assert kms.epochs() == (1, 2)


def test_a_key_that_was_destroyed_before_a_crash_is_destroyed_again(keys, kms):
    kms.begin()
    kms.begin()
    sealed = (keys / "epoch-00000001.sealed").read_bytes()
    kms.destroy(1)
    (keys / "epoch-00000001.sealed").write_bytes(sealed)  # as it stands if we die between the two
    kms.destroy(1)
    assert kms.epochs() == (2,)
    assert not (keys / "epoch-00000001.sealed").exists()


def test_a_pin_that_was_not_taken_is_tried_once_until_its_file_holds_another(keys, softhsm):
    said = ["wrong"]
    token = Token(MODULE, LABEL, lambda: said[-1])
    out()
    for why in (r"does not take the PIN$", "is not tried again until its file holds another"):
        with pytest.raises(Unready, match=why) as caught:
            HsmKms.take(keys, token)
        assert "wrong" not in str(caught.value)
    assert not list(keys.iterdir())
    said.append(PIN)
    assert HsmKms.take(keys, token).begin() == 1


def out():
    """As a process that has not been in any token yet."""
    hsm._within.clear()
    pkcs11.lib(str(MODULE)).reinitialize()


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"label": "nobody's"}, "is not there"),
        ({"module": "/nowhere/at-all.so"}, "no PKCS#11 module"),
        ({"module": "/bin/true"}, "no PKCS#11 module"),
    ],
)
def test_what_is_no_token_is_told(keys, softhsm, tmp_path, of, said):
    named = {"label": LABEL, "module": MODULE} | of
    with pytest.raises(Unready, match=said):
        HsmKms.take(keys, Token(Path(named["module"]), named["label"], lambda: PIN))
    assert not list(keys.iterdir())


def test_a_module_that_was_begun_is_found_again_by_a_link_to_it(keys, softhsm, kms, tmp_path):
    link = tmp_path / "a link.so"
    link.symlink_to(MODULE)
    assert HsmKms(keys, Token(link, LABEL, lambda: PIN)).epochs() == kms.epochs()
