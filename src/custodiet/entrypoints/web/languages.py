"""In which language a page speaks: English, and in a made-up place two pseudo-languages that show what is missed.

The pseudo-languages put brackets and accents around every text and make it longer; one runs from right to left.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

_ACCENTED = str.maketrans("aeiouAEIOUncs", "áéíóúÁÉÍÓÚñçš")


@dataclass(frozen=True, slots=True)
class Language:
    """A language tag, its direction, and what it makes of an English text."""

    tag: str
    direction: str
    say: Callable[[str], str]


def _pseudo(text: str) -> str:
    """Longer and accented; what stands in `%(…)s` is kept, for it is filled in later."""
    parts = text.split("%(")
    said = parts[0].translate(_ACCENTED)
    for part in parts[1:]:
        name, _, rest = part.partition(")")
        said += f"%({name}){rest[:1]}{rest[1:].translate(_ACCENTED)}"
    return f"[{said}{' ·' * (len(text) // 5)}]"


ENGLISH = Language("en", "ltr", lambda text: text)
PSEUDO = (Language("en-XA", "ltr", _pseudo), Language("ar-XB", "rtl", _pseudo))
spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


def chosen(wanted: str, *, made_up: bool) -> Language:
    """The first language that a browser asks for and we speak."""
    ours: dict[str, Language] = {one.tag.lower(): one for one in (ENGLISH, *(PSEUDO if made_up else ()))}
    for part in wanted.lower().split(",")[:20]:
        tag = part.partition(";")[0].strip()
        if tag in ours:
            return ours[tag]
    return ENGLISH


def say(text: str) -> str:
    """An English text in the language of this request."""
    return spoken.get().say(text)


def say_number(one: str, many: str, count: int) -> str:
    """The same for a text that depends on a number."""
    return say(one if count == 1 else many)
