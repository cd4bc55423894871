"""What is searched for in a list: a part of a reference, a serial, a name of a scheme or of an account.

Names of persons are sealed: no list is searched by one.
"""

from collections.abc import Sequence
from typing import TypeVar

SEARCH_MAX = 64
"""Signs; what is more is left off."""

Of = TypeVar("Of")


def words_of(said: str) -> str:
    """What a list looks for; empty: all of it."""
    return said.strip()[:SEARCH_MAX]


def holds(words: str, text: str) -> bool:
    """Whether a text holds the words, whatever their case."""
    return words.casefold() in text.casefold()


def page_of(found: int, page: int, size: int) -> tuple[int, int]:
    """The number of a page of so many, and how many pages there are; a page beyond the last one is the last one."""
    pages = max(1, -(-found // size))
    return min(max(1, page), pages), pages


def one_page(found: Sequence[Of], page: int, size: int) -> tuple[Sequence[Of], int, int]:
    """One page of what was found, with what `page_of` says of it."""
    page, pages = page_of(len(found), page, size)
    return found[(page - 1) * size : page * size], page, pages
