"""A recording is taken in by its frames, and by nothing that a program wrote beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mp3 import FRAME, silence

from custodiet.model.errors import NotTheFormat
from custodiet.wire.recording import RECORDING_BYTES_MAX, heard


def test_it_is_its_frames_and_as_long_as_they_last():
    assert heard(silence(3)) == (3, silence(3))
    assert heard(FRAME) == (1, FRAME)


def test_what_a_program_wrote_beside_the_sound_is_gone():
    named = b"TPE1 made-up person, made-up studio, 2031-03-03 " * 5
    assert heard(silence(2, named=named)) == (2, silence(2))
    assert heard(b"ID3\x03\x00\x10" + bytes(4) + b"3DI" + bytes(7) + silence(1)) == (1, silence(1))
    assert heard(silence(1) + b"APETAGEX" + named) == (1, silence(1))


def test_a_last_frame_that_is_cut_short_is_left_out():
    assert heard(silence(1) + FRAME[:-1]) == (1, silence(1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF....WAVE",
        b"OggS" + bytes(40),
        FRAME[:20],
        silence(1) + b"words" + silence(1),
        silence(1) + b"\xff\xfb\x90\xc4" + bytes(413),  # of another kind
        b"\xff\xf3\x04\xc4" + bytes(44),  # a free bit rate
        b"\xff\xf3\xf4\xc4" + bytes(44),
        b"\xff\xf3\x2c\xc4" + bytes(44),
        b"\xff\xeb\x24\xc4" + bytes(44),  # a version that is none
        b"ID3\x04\x00\x00\xff\x00\x00\x00" + silence(1),
        silence(1) * 500 + bytes(RECORDING_BYTES_MAX),
    ],
)
def test_whatever_else_is_not_taken_in_and_nothing_of_it_is_quoted(content):
    with pytest.raises(NotTheFormat) as error:
        heard(content)
    assert "words" not in str(error.value)


def test_the_slowest_of_the_oldest_kind_is_taken_too():
    assert heard((b"\xff\xe3\x18\xc4" + bytes(72 - 4)) * 100)[0] == 8  # MPEG 2.5, 8 kbit/s at 8 kHz: 72 ms each


@given(st.binary(max_size=400))
def test_no_bytes_are_our_fault(content):
    for one in (content, FRAME + content, b"ID3" + content):
        try:
            length_s, kept = heard(one)
        except NotTheFormat:
            continue
        assert length_s >= 1
        assert kept in one
