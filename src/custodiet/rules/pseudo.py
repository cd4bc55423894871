"""Pseudo-languages, made by machine from the English: what is not translated stands out, in both directions.

The right-to-left one shows every word reversed by the marks that Unicode has for it, as the CLDR's own does.
"""

from custodiet.model.language import PSEUDO_LTR, PSEUDO_RTL
from custodiet.rules.notices import PLACE

_ACCENTED = str.maketrans("aeiouAEIOUncsy", "áéíóúÁÉÍÓÚñçšý")
_REVERSE, _BACK = "\u202e", "\u202c"


def pseudo(tag: str, text: str) -> str:
    """A text in a pseudo-language, what is to be filled in as it is. Raises KeyError for a language that is none."""
    made = _MADE[tag]
    return "".join(part if PLACE.fullmatch(part) else made(part) for part in PLACE.split(text) if part)


def _accented(text: str) -> str:
    return f"[{text.translate(_ACCENTED)}]"


def _mirrored(text: str) -> str:
    return " ".join(f"{_REVERSE}{word}{_BACK}" for word in text.split(" "))


_MADE = {PSEUDO_LTR.tag: _accented, PSEUDO_RTL.tag: _mirrored}
