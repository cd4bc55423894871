"""A file as it is taken in: its type by its own bytes, nothing in it but what is to be seen, then packed to be sealed.

A picture is not decoded: it is walked through by its parts, and only those that make the picture are kept. So what a
camera adds (where and when, by what device, for whom, a small copy from before it was cut) is gone, and so is whatever
stands after its end. Whether a picture can be shown is not known here; nothing here shows one.
"""

import struct
import zlib
from dataclasses import dataclass
from unicodedata import category

import msgspec

from custodiet.model.attachment import FileType
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import AttachmentId, PersonId

FILE_BYTES_MAX = 900 * 1024
FILE_BLOCK = 64 * 1024
LABEL_BLOCK = 512
NAME_MAX = 80
"""Bytes to whose multiple a file is filled up before it is sealed, and those of its name and type."""
_NO_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Unicode's categories of what no text is written with: controls, halves of a pair, private and unassigned signs."""
_ENDING = {FileType.JPEG: ".jpg", FileType.PNG: ".png", FileType.TEXT: ".txt"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"})
_JPEG_KEPT = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD}) - {0xC8}
"""Frames, tables, scans, restart intervals. No APPn and no comment, but for Adobe's word on colours."""
_ADOBE = 0xEE
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Label:
    """What a file is called and what it is."""

    name: str
    type: FileType


@dataclass(frozen=True, slots=True)
class File:
    """A file that was opened."""

    name: str
    type: FileType
    content: bytes


def cleaned(content: bytes) -> tuple[FileType, bytes]:
    """Its type, and what of it is kept. Raises NotTheFormat, quoting nothing, for what is not taken in."""
    if not content or len(content) > FILE_BYTES_MAX:
        raise NotTheFormat(f"a file has 1 to {FILE_BYTES_MAX // 1024} KB; make the picture smaller")
    if content.startswith(_PNG):
        return FileType.PNG, _png(content)
    if content.startswith(b"\xff\xd8"):
        return FileType.JPEG, _jpeg(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotTheFormat("only JPEG, PNG and plain text (UTF-8) are taken in") from None
    # Not isprintable(): joiners and hard spaces are letters' business in Persian, Hindi and French.
    if any(category(c) in _NO_TEXT and c not in "\n\r\t" for c in text) or text.lstrip().startswith(("%PDF", "{\\rtf")):
        raise NotTheFormat("only JPEG, PNG and plain text (UTF-8) are taken in")
    return FileType.TEXT, text.encode()


def label_of(name: str, type_: FileType) -> Label:
    """A name that is safe to give back: no folder, no sign that cannot be printed, the ending of its own type."""
    base = name.replace("\\", "/").rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    kept = "".join(c for c in stem if c.isprintable() and c not in '/\\"<>|:*?;%').strip(" .")[:NAME_MAX]
    return Label((kept or "file") + _ENDING[type_], type_)


def label_context(person_id: PersonId, attachment_id: AttachmentId) -> bytes:
    """The context of a sealed name and type (HPKE info)."""
    return b"custodiet/attached-label/v1\0" + person_id.encode() + b"\0" + attachment_id.encode()


def file_context(person_id: PersonId, attachment_id: AttachmentId) -> bytes:
    """The context of a sealed content (HPKE info): none opens in the place of another."""
    return b"custodiet/attached-file/v1\0" + person_id.encode() + b"\0" + attachment_id.encode()


def pack_label(label: Label) -> bytes:
    """To be sealed: its length tells nothing."""
    plain = msgspec.json.encode(label)
    if len(plain) > LABEL_BLOCK:
        raise IllegalValue("a file's name is shorter than that")
    return plain.ljust(LABEL_BLOCK, b" ")


def unpack_label(plain: bytes) -> Label:
    """The inverse. Raises NotTheFormat."""
    try:
        return msgspec.json.decode(plain, type=Label)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotTheFormat("a sealed label that is none") from None


def pack_file(content: bytes) -> bytes:
    """To be sealed: its length tells little."""
    plain = _LENGTH.pack(len(content)) + content
    return plain + bytes(-len(plain) % FILE_BLOCK)


def unpack_file(plain: bytes) -> bytes:
    """The inverse. Raises NotTheFormat."""
    if len(plain) < _LENGTH.size or _LENGTH.unpack_from(plain)[0] > len(plain) - _LENGTH.size:
        raise NotTheFormat("a sealed file that is none")
    return plain[_LENGTH.size :][: _LENGTH.unpack_from(plain)[0]]


def write_file(file: File) -> bytes:
    """An opened file as the vault says it: one JSON line."""
    return msgspec.json.encode(file)


def read_file(line: bytes) -> File:
    """The inverse. Raises NotTheFormat."""
    try:
        return msgspec.json.decode(line, type=File)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotTheFormat("not a file") from None


def _png(content: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while True:
        if at + 12 > len(content):
            raise NotTheFormat("a PNG that is cut short")
        (length,) = _LENGTH.unpack_from(content, at)
        chunk = content[at : at + 12 + length]
        kind = chunk[4:8]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != _LENGTH.unpack(chunk[-4:])[0]:
            raise NotTheFormat("a PNG that is broken")
        if (kind == b"IHDR") is not (at == len(_PNG)):
            raise NotTheFormat("a PNG that begins otherwise")
        if kind in _PNG_KEPT:
            kept.append(chunk)
        at += 12 + length
        if kind == b"IEND":
            return b"".join(kept)


def _jpeg(content: bytes) -> bytes:
    kept, at = [b"\xff\xd8"], 2
    while True:
        while content[at : at + 2] == b"\xff\xff":
            at += 1
        marker = content[at : at + 2]
        if marker == b"\xff\xd9":
            return b"".join((*kept, marker))
        if len(marker) < 2 or marker[0] != 0xFF or at + 4 > len(content):
            raise NotTheFormat("a JPEG that is broken")
        length = struct.unpack_from(">H", content, at + 2)[0]
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise NotTheFormat("a JPEG that is cut short")
        code = marker[1]
        if code in _JPEG_KEPT or (code == _ADOBE and length == 14 and segment[4:9] == b"Adobe"):
            kept.append(segment)
        at += 2 + length
        if code == 0xDA:
            end = _scan_end(content, at)
            kept.append(content[at:end])
            at = end


def _scan_end(content: bytes, at: int) -> int:
    """Where the next marker stands that is no restart and no stuffed byte."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise NotTheFormat("a JPEG that is cut short")
        follows = content[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7 and follows != 0xFF:
            return at
        at += 1 if follows == 0xFF else 2
