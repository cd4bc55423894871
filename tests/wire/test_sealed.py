"""What is sealed of names and zones comes back whole, and its length tells nothing of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.wire.sealed import GEOMETRY_BLOCK, NAME_BLOCK, compact_geometry, pack_name, unpack_name

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)


@given(NAMES)
def test_a_name_comes_back_as_it_was_given(name):
    assert unpack_name(pack_name(name)) == name


@given(NAMES)
def test_a_packed_name_has_a_whole_number_of_blocks(name):
    assert len(pack_name(name)) == -(-len(name.encode()) // NAME_BLOCK) * NAME_BLOCK


def test_names_of_every_usual_length_are_packed_to_one_length():
    assert {len(pack_name("x" * length)) for length in range(1, NAME_BLOCK + 1)} == {NAME_BLOCK}


@pytest.mark.parametrize("name", ["\0", "Heron\0Sample", "Heron Sample\0"])
def test_a_name_with_a_zero_character_is_refused_because_it_would_not_come_back(name):
    with pytest.raises(IllegalValue) as caught:
        pack_name(name)
    assert "Heron" not in f"{caught.value!r}"


@pytest.mark.parametrize("plain", [b"\xff", b"Heron \xff" + bytes(100), b"\xed\xa0\x80"])
def test_a_name_that_is_no_text_is_not_the_format_and_is_not_quoted(plain):
    with pytest.raises(NotTheFormat) as caught:
        unpack_name(plain)
    assert "Heron" not in f"{caught.value!r}"


GEOMETRY = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), max_size=5)


@given(GEOMETRY)
def test_geometry_is_on_one_line_in_whole_blocks_and_says_what_it_said(geometry):
    packed = compact_geometry(json.dumps(geometry, indent=2).encode())
    assert json.loads(packed) == geometry
    assert b"\n" not in packed
    assert len(packed) % GEOMETRY_BLOCK == 0
    assert len(packed) - len(packed.rstrip(b" ")) < GEOMETRY_BLOCK
    assert compact_geometry(packed) == packed


def test_geometry_of_every_usual_length_is_packed_to_one_length():
    written = [json.dumps({"note": "x" * length}).encode() for length in range(0, 4000, 37)]
    assert {len(compact_geometry(one)) for one in written} == {GEOMETRY_BLOCK}
