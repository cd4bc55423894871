"""Sealing: what is sealed opens with its key in its context, and with nothing else."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custodiet.adapters import sealing
from custodiet.model.errors import OpeningRefused

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
NONCE = bytes(range(12))
PLAIN, CONTEXT = b"a place that nobody shall read", b"its context"
PUBLIC, OTHER_PUBLIC = sealing.public_of(KEY), sealing.public_of(OTHER_KEY)
SEALED_TO = sealing.seal_to(PUBLIC, PLAIN, CONTEXT)
SEALED_UNDER = sealing.seal_under(KEY, NONCE, PLAIN, CONTEXT)
OPENS = {
    "to a public key": (sealing.open_with, SEALED_TO),
    "under a session key": (sealing.open_under, SEALED_UNDER),
}
each_way = pytest.mark.parametrize(("opens", "sealed"), OPENS.values(), ids=OPENS.keys())


def refused(opens, key, sealed, context):
    with pytest.raises(OpeningRefused) as caught:
        opens(key, sealed, context)
    assert caught.value.__cause__ is None
    return str(caught.value)


# --- there and back -------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=60))
def test_what_is_sealed_to_a_public_key_opens_with_its_private_one(plain, context):
    sealed = sealing.seal_to(PUBLIC, plain, context)
    assert sealing.open_with(KEY, sealed, context) == plain


@settings(deadline=None)
@given(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=12, max_size=12),
    st.binary(max_size=300),
    st.binary(max_size=60),
)
def test_what_is_sealed_under_a_session_key_opens_under_it(key, nonce, plain, context):
    sealed = sealing.seal_under(key, nonce, plain, context)
    assert sealing.open_under(key, sealed, context) == plain
    assert sealed[:12] == nonce
    assert len(sealed) == 12 + len(plain) + 16


@each_way
def test_the_plain_bytes_are_nowhere_in_the_sealed_ones(opens, sealed):
    assert PLAIN not in sealed
    assert CONTEXT not in sealed
    assert opens(KEY, sealed, CONTEXT) == PLAIN


def test_sealing_twice_to_one_key_gives_different_bytes():
    again = sealing.seal_to(PUBLIC, PLAIN, CONTEXT)
    assert again != SEALED_TO
    assert len(again) == len(SEALED_TO)
    assert sealing.open_with(KEY, again, CONTEXT) == PLAIN


def test_the_public_half_is_the_one_of_rfc_7748():
    """Section 6.1: keys that we did not make."""
    private = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    public = bytes.fromhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
    assert sealing.public_of(private) == public


# --- what does not open ---------------------------------------------------------------------------------


@each_way
def test_another_key_opens_nothing(opens, sealed):
    refused(opens, OTHER_KEY, sealed, CONTEXT)


@each_way
@pytest.mark.parametrize("context", [b"", b"its contex", b"its context ", b"Its context", b"\0its context"])
def test_another_context_opens_nothing(opens, sealed, context):
    refused(opens, KEY, sealed, context)


@each_way
def test_no_bit_of_what_is_sealed_can_be_changed(opens, sealed):
    for at in range(len(sealed)):
        for bit in (1, 128):
            spoilt = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
            refused(opens, KEY, spoilt, CONTEXT)


@each_way
def test_nothing_cut_short_or_made_longer_opens(opens, sealed):
    for length in range(len(sealed)):
        refused(opens, KEY, sealed[:length], CONTEXT)
    refused(opens, KEY, sealed + b"\0", CONTEXT)
    refused(opens, KEY, b"\0" + sealed, CONTEXT)


@each_way
@pytest.mark.parametrize("key", [b"", KEY[:-1], KEY + b"\0", bytes(32)])
def test_a_key_that_is_none_opens_nothing(opens, sealed, key):
    refused(opens, key, sealed, CONTEXT)


@each_way
@settings(deadline=None)
@given(data=st.binary(max_size=120))
def test_rubbish_opens_nothing_and_raises_nothing_else(opens, sealed, data):
    refused(opens, KEY, data, CONTEXT)


def test_a_point_of_low_order_opens_nothing():
    for point in (bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"):
        refused(sealing.open_with, KEY, point + SEALED_TO[32:], CONTEXT)


@each_way
def test_a_refusal_is_the_same_whatever_did_not_fit_and_quotes_nothing(opens, sealed):
    told = {
        refused(opens, OTHER_KEY, sealed, CONTEXT),
        refused(opens, KEY, sealed, b"other"),
        refused(opens, KEY, sealed[:-1], CONTEXT),
        refused(opens, b"", sealed, CONTEXT),
        refused(opens, KEY, b"", CONTEXT),
    }
    assert len(told) == 1
    assert "context" in told.pop()


def test_what_is_sealed_one_way_does_not_open_the_other():
    refused(sealing.open_under, KEY, SEALED_TO, CONTEXT)
    refused(sealing.open_with, KEY, SEALED_UNDER, CONTEXT)


# --- commitments ----------------------------------------------------------------------------------------


def test_a_commitment_differs_by_key_and_by_session():
    made = [
        sealing.commitment(key, session)
        for key in (KEY, OTHER_KEY, bytes(32))
        for session in ("session_1", "session_2", "session_1\0", "")
    ]
    assert len(set(made)) == len(made)
    assert {len(one) for one in made} == {32}


def test_a_commitment_is_made_the_same_again_for_it_is_stored():
    assert sealing.commitment(KEY, "session_1") == hmac.digest(KEY, b"custodiet/commit/v1\0session_1", sha256)


def test_a_commitment_does_not_hold_its_key():
    assert KEY not in sealing.commitment(KEY, "session_1")


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_two_keys_commit_alike_only_when_they_are_one(one, other):
    assert (sealing.commitment(one, "session_1") == sealing.commitment(other, "session_1")) == (one == other)


@given(st.binary(min_size=32, max_size=32), st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_blocks_are_told_apart_alike_together_and_each_by_itself_and_otherwise_under_another_key(key, blocks):
    tell = sealing.telling_apart(key)
    each = [tell(block) for block in blocks]
    assert tell(b"".join(blocks)) == b"".join(each) == sealing.telling_apart(key)(b"".join(blocks))
    assert len(set(each)) == len(set(blocks))
    other = sealing.telling_apart(bytes(one ^ 1 for one in key))
    assert not set(each) & {other(block) for block in blocks}
