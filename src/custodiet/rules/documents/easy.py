"""The notice in easy read: a layer before the first, in short sentences, each beside a picture and its caption. Pure.

It says less than the notice and nothing else; whoever was given it was not given the notice (R55, R103).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from custodiet.model.mode import MODES, Kind
from custodiet.model.register import Register
from custodiet.rules.documents.notice import digest_of_texts


@dataclass(frozen=True, slots=True)
class EasyLine:
    """Short sentences, and the picture that stands beside them. `caption`: what the picture shows."""

    picture: str
    caption: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Easy:
    """The whole layer."""

    title: str
    lines: tuple[EasyLine, ...]


def easy_read(register: Register) -> Easy:
    """As the register has it."""
    locates = any(MODES[one.mode].admits & {Kind.FIX, Kind.TRANSITION} for one in register.operations)
    lines = [
        EasyLine("people", "Two people who work for us", (f"We are {register.controller.name}.",)),
        EasyLine("paper", "A page with writing", ("We use facts about you.", "The law says when we may.")),
    ]
    if locates:
        lines += [
            EasyLine("device", "A band with a small box", ("You may get a device.", "It can tell us where you are.")),
            EasyLine(
                "eye",
                "An eye with a line through it",
                (
                    "Where you go is private.",
                    "It can show your faith.",
                    "It can show your health.",
                    "It can show who you love.",
                ),
            ),
        ]
    lines += [
        EasyLine("lock", "A lock that is shut", ("We keep it locked.", "Two people must agree to look.")),
        EasyLine("clock", "A clock", ("There is a day when we look again.", "If we do not look, it stops.")),
        EasyLine("speech", "Someone speaks", ("You can say no.", "You can ask us anything.", "You can get a lawyer.")),
        EasyLine("ear", "An ear", ("Someone can read this to you.", "It is free.")),
        EasyLine("long", "A long page", ("This is the short form.", "The long form says more.")),
    ]
    return Easy("About you and us", tuple(lines))


def easy_lines(easy: Easy) -> tuple[str, ...]:
    """Every text that a translation translates, in order: the title, then captions and sentences."""
    return (easy.title, *(text for one in easy.lines for text in (one.caption, *one.sentences)))


def digest_of_easy(easy: Easy) -> bytes:
    """What names it: SHA-256 over its words."""
    return digest_of_texts("easy", easy_lines(easy))


def easy_in_other_words(easy: Easy, texts: Iterable[str]) -> Easy:
    """The same with these texts for its own, in their order. Raises ValueError for too few or too many."""
    told = tuple(texts)
    if len(told) != len(easy_lines(easy)):
        raise ValueError("a translation has as many texts as the easy read")
    place = iter(told)
    title = next(place)
    lines = []
    for one in easy.lines:
        caption = next(place)
        lines.append(replace(one, caption=caption, sentences=tuple(next(place) for _ in one.sentences)))
    return Easy(title, tuple(lines))
