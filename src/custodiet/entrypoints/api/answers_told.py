"""What the API answers of papers for a person: decision letters, easy read, and their own. As in answers.py."""

import msgspec

from custodiet.entrypoints.api.answers import At, LeftOut
from custodiet.entrypoints.api.answers_person import LanguageLine, NoticeText


class LetterSection(msgspec.Struct):
    """A part of a letter, each paragraph by itself; plain text."""

    code: str
    title: str
    lines: list[str]


class LetterText(msgspec.Struct):
    """A decision, told to the person it is about. `language`: English where the letter is not whole in `wanted`.

    `interpreter` null: the register says nothing of how one is called.
    """

    at: At
    decision_id: str
    reference: str
    wanted: str
    language: str
    direction: str
    title: str
    sections: list[LetterSection]
    sender: str
    interpreter: str | None


class EasyLine(msgspec.Struct):
    """Short sentences. `picture`: the name of the one beside them; `caption`: what it shows."""

    picture: str
    caption: str
    sentences: list[str]


class EasyText(msgspec.Struct):
    """The layer before the notice, in short sentences: approved by itself, and no notice to whoever was given it.

    `language`: of this text; English where `wanted` is not approved.
    """

    at: At
    wanted: str
    language: str
    direction: str
    title: str
    lines: list[EasyLine]
    sender: str
    interpreter: str | None
    made_up: bool


class OwedLine(msgspec.Struct):
    """Someone who is to be told what the notice says now."""

    reference: str


class Owed(msgspec.Struct):
    """Everyone in sight whose data is held and who was not told what the notice says now, by reference."""

    at: At
    notice_sha256: str
    cases: list[OwedLine]
    next: str | None


class AskedLine(msgspec.Struct):
    """What a decision that is in force asks of them, as its letter tells it."""

    language: str
    direction: str
    lines: list[str]


class OwnLetter(msgspec.Struct):
    """One of their letters, and the languages in which it is whole."""

    decision_id: str
    starts_at: At
    languages: list[str]


class OwnNotice(msgspec.Struct):
    """Their notice, what is asked of them now, and their letters. `cases`: how many are theirs; `which`: of these."""

    at: At
    reference: str
    which: int
    cases: int
    notice: NoticeText
    languages: list[LanguageLine]
    asked: list[AskedLine]
    letters: list[OwnLetter]
    left_out: LeftOut
