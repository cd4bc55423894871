"""A recording as it is taken in: MP3 by its own bytes, and nothing of it but what is heard.

It is not decoded: it is walked through frame by frame, and only frames are kept. So who made it, when, with what, and a
picture, which programs write before and after them, are gone. What a frame holds is not known here.
"""

from math import ceil

from custodiet.model.errors import NotTheFormat

RECORDING_BYTES_MAX = 900 * 1024
"""A quarter of an hour at the slowest."""
_KBPS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By the frame's code from 1 on; MPEG 1, and the two after it."""
_HZ = (44_100, 48_000, 32_000)
_SLOWER = {3: 1, 2: 2, 0: 4}
"""By the code of the version: 1, 2, 2.5."""


def heard(content: bytes) -> tuple[int, bytes]:
    """How long it lasts in whole seconds, rounded up, and its frames. Raises NotTheFormat, quoting nothing."""
    if not content or len(content) > RECORDING_BYTES_MAX:
        raise NotTheFormat(
            f"a recording has 1 to {RECORDING_BYTES_MAX // 1024} KB; one voice at 24 kbit/s has room for five minutes"
        )
    at = begins = _after_tags(content)
    samples, rate, kinds = 0, 1, set[tuple[int, int]]()
    while at < len(content) and content[at : at + 3] != b"TAG" and content[at : at + 8] != b"APETAGEX":
        length, of_frame, rate, version = _frame(content, at)
        if at + length > len(content):
            break  # the last one, cut short where it was cut
        kinds.add((version, rate))
        samples, at = samples + of_frame, at + length
    if len(kinds) != 1:
        raise NotTheFormat("only MP3 is taken in, whole and of one kind")
    return ceil(samples / rate), content[begins:at]


def _after_tags(content: bytes) -> int:
    """Where what is heard begins: after what a program wrote before it."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = content[at + 6 : at + 10]
        if max(size) > 0x7F:
            raise NotTheFormat("an MP3 that begins otherwise")
        footer = 10 if content[at + 5] & 0x10 else 0
        at += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]) + footer
    return at


def _frame(content: bytes, at: int) -> tuple[int, int, int, int]:
    """A frame's bytes, its samples, samples a second, and the code of its version."""
    head = content[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        raise NotTheFormat("only MP3 is taken in, and nothing between its frames")
    version, bitrate, hz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or hz == 3:
        raise NotTheFormat("an MP3 that is broken, or of a free bit rate")
    first = version == 3
    rate = _HZ[hz] // _SLOWER[version]
    samples = 1152 if first else 576
    return samples // 8 * _KBPS[first][bitrate - 1] * 1000 // rate + (head[2] >> 1 & 1), samples, rate, version
