"""Files as they are taken in: by their bytes and not their names, and nothing in them but what is to be seen."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.attachment import FileType
from custodiet.model.errors import NotTheFormat
from custodiet.wire.attachment import (
    FILE_BLOCK,
    FILE_BYTES_MAX,
    File,
    cleaned,
    label_of,
    pack_file,
    pack_label,
    read_file,
    unpack_file,
    unpack_label,
    write_file,
)

WHERE = b"46.4N 28.1W, a camera of somebody"


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
BODY = chunk(b"IDAT", zlib.compress(b"\0\0"))
END = chunk(b"IEND")
PNG = HEAD + BODY + END


def segment(code, data):
    return bytes((0xFF, code)) + struct.pack(">H", len(data) + 2) + data


TABLES = segment(0xDB, bytes(65)) + segment(0xC2, bytes(9)) + segment(0xC4, bytes(20))
SCAN = segment(0xDA, bytes(6)) + b"\x12\xff\x00\x34\xff\xd0\x56"
JPEG = b"\xff\xd8" + TABLES + SCAN + segment(0xC4, bytes(20)) + SCAN + b"\xff\xd9"
ADOBE = segment(0xEE, b"Adobe" + bytes(7))


def test_a_picture_keeps_what_makes_it_and_nothing_else():
    laden = HEAD + chunk(b"tEXt", WHERE) + chunk(b"eXIf", WHERE) + BODY + chunk(b"iTXt", WHERE) + END + WHERE
    assert cleaned(laden) == (FileType.PNG, PNG)
    laden = (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0" + WHERE)
        + segment(0xE1, b"Exif\0\0" + WHERE)
        + TABLES
        + segment(0xFE, WHERE)
        + SCAN
        + segment(0xED, WHERE)
        + segment(0xC4, bytes(20))
        + b"\xff"  # a marker may be filled up
        + SCAN
        + b"\xff\xd9"
        + WHERE
    )
    assert cleaned(laden) == (FileType.JPEG, JPEG)
    assert cleaned(cleaned(laden)[1]) == (FileType.JPEG, JPEG)


def test_a_word_on_colours_stays_and_one_that_is_longer_does_not():
    start = b"\xff\xd8"
    assert cleaned(start + ADOBE + JPEG[2:])[1] == start + ADOBE + JPEG[2:]
    assert cleaned(start + segment(0xEE, b"Adobe" + bytes(7) + WHERE) + JPEG[2:])[1] == JPEG


@pytest.mark.parametrize(
    "never",
    [
        b"",
        b"%PDF-1.7 made up",
        b"  {\\rtf1 made up}",
        b"PK\x03\x04 made up",
        b"GIF89a\x01\x00",
        b"words with \x00 in them",
        b"\xff\xfe w",
        b"made up".ljust(FILE_BYTES_MAX + 1),
        PNG[:-1],
        PNG[:-20],
        HEAD[:8] + BODY + END,
        HEAD + HEAD[8:] + BODY + END,
        PNG.replace(b"IDAT", b"IDAX"),
        JPEG[:-2],
        JPEG[:40],
        b"\xff\xd8",
        b"\xff\xd8\x00\x00\x00\x00",
        b"\xff\xd8\xff\xe1\x00\x01" + JPEG[2:],
    ],
)
def test_what_is_none_of_these_or_broken_is_not_taken_in(never):
    with pytest.raises(NotTheFormat) as refused:
        cleaned(never)
    assert "made up" not in str(refused.value)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda more: JPEG[:30] + more)))
def test_whatever_comes_is_taken_in_or_refused_and_what_is_kept_is_kept_again(content):
    try:
        kind, kept = cleaned(content)
    except NotTheFormat:
        return
    assert len(kept) <= len(content)
    assert not kept or cleaned(kept) == (kind, kept)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("letter.txt", "letter.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\Heron\\tag.html", "tag.png"),
        ("", "file.png"),
        (".htaccess", "htaccess.png"),
        ('a"b;c\r\n.svg', "abc.png"),
        ("\u202egnp.exe", "gnp.png"),
        ("x" * 300 + ".png", "x" * 80 + ".png"),
    ],
)
def test_a_name_leads_nowhere_and_ends_as_its_type_does(name, called):
    label = label_of(name, FileType.PNG)
    assert label.name == called
    assert unpack_label(pack_label(label)) == label


@pytest.mark.parametrize("size", [0, 1, FILE_BLOCK - 4, FILE_BLOCK - 3, FILE_BYTES_MAX])
def test_what_is_sealed_says_little_of_its_size(size):
    content = b"\0" * size
    packed = pack_file(content)
    assert len(packed) % FILE_BLOCK == 0
    assert unpack_file(packed) == content


@pytest.mark.parametrize("broken", [b"", b"\0\0", b"\0\0\0\x05abcd"])
def test_sealed_bytes_that_are_no_file_are_said_to_be_none(broken):
    with pytest.raises(NotTheFormat):
        unpack_file(broken)


def test_an_opened_file_comes_as_one_line():
    file = File("letter.txt", FileType.TEXT, b"one\ntwo\xff")
    assert b"\n" not in write_file(file)
    assert read_file(write_file(file)) == file
