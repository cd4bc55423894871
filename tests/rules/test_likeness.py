"""How alike two texts are is told without either text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.rules.likeness import ALIKE, SIGNATURE_BYTES, bands_of, likeness, signature_of

KEY, OTHER_KEY = b"k" * 32, b"l" * 32
LONG = " ".join(f"word{number}" for number in range(200))


def changed(count):
    """The long text with so many words at its end replaced."""
    return " ".join((LONG.split()[: 200 - count]) + [f"other{number}" for number in range(count)])


def signed(text):
    return signature_of(KEY, text)


@pytest.mark.parametrize(("count", "alike"), [(0, True), (5, True), (80, False), (200, False)])
def test_a_text_with_a_few_words_changed_is_alike_and_another_is_not(count, alike):
    assert (likeness(signed(LONG), signed(changed(count))) >= ALIKE) is alike


def test_what_is_alike_shares_a_whole_band():
    ours, theirs = bands_of(signed(LONG)), bands_of(signed(changed(5)))
    assert any(one == other for one, other in zip(ours, theirs, strict=True))


def test_case_spaces_and_signs_play_no_part():
    assert signed("They called, and nobody answered.") == signed("they  CALLED and nobody answered")


def test_under_another_key_nothing_is_alike():
    assert likeness(signed(LONG), signature_of(OTHER_KEY, LONG)) < 0.1


@given(st.text(), st.text())
def test_it_is_the_same_both_ways_and_never_outside_of_its_bounds(one, other):
    there, back = likeness(signed(one), signed(other)), likeness(signed(other), signed(one))
    assert there == back
    assert 0 <= there <= 1
    assert len(signed(one)) in (0, SIGNATURE_BYTES)


def test_a_text_without_words_is_like_nothing():
    assert signed(" .,! ") == b""
    assert likeness(b"", b"") == 0
