"""How hard an English text is to read: the Flesch-Kincaid grade (Kincaid et al. 1975). No such figure is honest for
other languages.

A grade is a school year: 6 is read by most twelve-year-olds. Syllables are counted by groups of vowels, as the formula
is commonly computed.
"""

import re
from collections.abc import Iterable

GRADE_MAX = 6.0
"""What a notice may ask of a reader (R54)."""
SENTENCE_WORDS_MAX = 15.0
"""How many words its sentences have on average at most."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*|\d+")
_SENTENCE_ENDS = re.compile(r"[.!?:;]+(?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def grade(texts: Iterable[str]) -> float:
    """The Flesch-Kincaid grade of some paragraphs; 0 for no words."""
    sentences, words, syllables = _counts(texts)
    if not words:
        return 0.0
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def sentence_words(texts: Iterable[str]) -> float:
    """How many words a sentence has on average; 0 for no words."""
    sentences, words, _ = _counts(texts)
    return words / sentences if words else 0.0


def _counts(texts: Iterable[str]) -> tuple[int, int, int]:
    """Sentences, words, syllables."""
    sentences = words = syllables = 0
    for text in texts:
        for part in _SENTENCE_ENDS.split(text):
            found = _WORD.findall(part)
            sentences += bool(found)
            words += len(found)
            syllables += sum(_syllables(one) for one in found)
    return sentences, words, syllables


def _syllables(word: str) -> int:
    low = word.lower()
    groups = len(_VOWELS.findall(low))
    silent = low.endswith("e") and not low.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)
