"""A part of a text that is translated once and filled in each time: its words, and what stands in its places."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Part:
    """`words` are parts themselves, said one after the other; `days` are dates; `figures` are the same in every
    language. Each with the place, such as `{day}`, where it stands.
    """

    text: str
    days: tuple[tuple[str, datetime], ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    figures: tuple[tuple[str, str], ...] = ()


def in_english(part: Part) -> str:
    """The part as it is written."""
    return _filled(part, str, _day, str)


def in_other_words(part: Part, say: Callable[[str], str]) -> str:
    """The part in another language; what is not of it is set apart: it reads from left to right in a text that does
    not.
    """
    return _filled(part, say, lambda at: _apart(f"{at:%Y-%m-%d} ({at:%-d %B %Y})"), _apart)


def _filled(part: Part, say: Callable[[str], str], day: Callable[[datetime], str], figure: Callable[[str], str]) -> str:
    text = say(part.text)
    for place, texts in part.words:
        text = text.replace(place, ", ".join(say(one) for one in texts))
    for place, at in part.days:
        text = text.replace(place, day(at))
    for place, one in part.figures:
        text = text.replace(place, figure(one))
    return text


def _day(at: datetime) -> str:
    """Day, month and year as numbers after the English form: other calendars name other months."""
    return f"{at:%-d %B %Y} ({at:%Y-%m-%d})"


def _apart(text: str) -> str:
    return f"\u2066{text}\u2069"
