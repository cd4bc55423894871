"""A tone as MP3, made here bit by bit: what stands for a voice in a language that nobody speaks. It says nothing.

ISO/IEC 11172-3, layer III: MPEG 1 at 48 kHz and 32 kbit/s, one voice, 96 bytes for 24 ms. In each granule one line of
the spectrum holds a one and all others nothing. Its sign goes + + - - from granule to granule, as a steady tone's does
at that line.
"""

from collections.abc import Iterable

_FRAME_BYTES = 96
_FRAMES_A_SECOND_X3 = 125
"""In three seconds."""
_LINE = 9
"""About 400 Hz; so far from the edges of its band that nothing of it is folded over."""
_GAIN = 198
"""An eighth of the loudest."""
_HEAD = (0xFFFB14C4, 32)


def tone(seconds: int) -> bytes:
    """So long a tone, half a second on and half a second off."""
    frames = seconds * _FRAMES_A_SECOND_X3 // 3
    half = _FRAMES_A_SECOND_X3 // 6
    return b"".join(_frame(number % 2 if number // half % 2 == 0 else None) for number in range(frames))


def _frame(sign: int | None) -> bytes:
    """One frame of two granules alike; `sign` 1: below nothing, None: of silence."""
    # Pairs of lines before the last one are zero, a bit each; the last pair is (0, 1) and its sign (table B.7, 1).
    pairs = 0 if sign is None else _LINE // 2 + 1
    coded = [] if sign is None else [(1, 1)] * (pairs - 1) + [(0b001, 3), (sign, 1)]
    length = sum(bits for _, bits in coded)
    granule = [
        (length, 12),
        (pairs, 9),
        (_GAIN, 8),
        (0, 4),  # no scale factors
        (0, 1),  # one long window
        (1, 5),
        (1, 5),
        (1, 5),  # the table of each region
        (0, 4),
        (0, 3),
        (0, 3),
    ]
    side = [(0, 9), (0, 5), (0, 4), *granule, *granule]
    return _packed([_HEAD, *side, *coded, *coded])


def _packed(fields: Iterable[tuple[int, int]]) -> bytes:
    """Numbers, each in so many bits, as one frame; what is left of it is zero."""
    number, bits = 0, 0
    for value, size in fields:
        number, bits = number << size | value, bits + size
    return (number << _FRAME_BYTES * 8 - bits).to_bytes(_FRAME_BYTES, "big")
