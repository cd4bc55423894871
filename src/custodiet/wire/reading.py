"""A reading and an answer as the vault says them: JSON lines.

    {"authorised": [{"from_at": …, "to_at": …}]}   {"place": {…}}*        {"answer": "yes" | "no" | "cannot_tell"}

Raises NotTheFormat for anything else; the text quotes nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from custodiet.model.condition import Interval
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.glass import Glass
from custodiet.model.look_up import Answer, Opened, Place, Reading
from custodiet.model.unmask import UnmaskedReading


@dataclass(frozen=True, slots=True, repr=False)
class _Line:
    authorised: tuple[Interval, ...] | None = None
    place: Place | None = None
    answer: Answer | None = None


def write_authorised(parts: tuple[Interval, ...]) -> bytes:
    """The parts of a window in which something was authorised and may be shown."""
    return msgspec.json.encode({"authorised": parts})


def write_place(place: Place) -> bytes:
    """One place."""
    return msgspec.json.encode({"place": place})


def write_answer(answer: Answer) -> bytes:
    """The answer to a question."""
    return msgspec.json.encode({"answer": answer})


def read_opened(lines: Iterable[bytes], index: int, reading: Reading | UnmaskedReading | Glass) -> Opened:
    """What a reading gave, or a look that somebody took alone."""
    told = [_read(line) for line in lines]
    if not told or told[0].authorised is None:
        raise NotTheFormat("not a reading")
    places = tuple(line.place for line in told if line.place is not None)
    return Opened(index, reading.window, reading.precision, told[0].authorised, places)


def read_answer(lines: Iterable[bytes]) -> Answer:
    """The answer that these lines hold."""
    told = [_read(line) for line in lines]
    if len(told) != 1 or told[0].answer is None:
        raise NotTheFormat("not an answer")
    return told[0].answer


def _read(line: bytes) -> _Line:
    try:
        return msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError, IllegalValue):
        raise NotTheFormat("not a line of a reading") from None
