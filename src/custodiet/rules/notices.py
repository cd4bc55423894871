"""Whether someone may be monitored, as far as telling them goes (R55, R56); where a translation stands; who is told
again. Pure.

The same law stands as triggers in the store (migration 0012), where it does not know which text is the current one.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.document import Document
from custodiet.model.identity import ActorId, CaseId, DecisionId
from custodiet.model.language import BY_TAG, ENGLISH
from custodiet.model.mode import Mode
from custodiet.model.notice import How, Readiness, Served, TranslatedLine, Translation, Understood
from custodiet.model.screening import Hit, Question, Screened

TOLD_FIRST_FROM = 3
"""The lowest rung that does not begin before the notice was given: telephone reporting."""
DECLINED_DAYS = 2
"""On how many days the notice is offered to someone who will not say whether they understood."""

PLACE = re.compile(r"(\{[a-z]+\})")
"""What is to be filled in, in a text that is translated."""
_ENOUGH = (
    "; the notice as it stands now, given in English, in an approved translation or by an interpreter, and understood,"
    " would pass; so would rung 2, in-person reporting"
)


def told_first(mode: Mode) -> bool:
    """Whether nobody is put on this rung before they were told."""
    return mode.rung >= TOLD_FIRST_FROM


def objections_to_starting(
    decision: Decision, served: Sequence[Served], current: bytes, *, english: bool
) -> tuple[str, ...]:
    """What stands against beginning with this decision. `served`: what the person was given. `current`: the digest of
    the notice as it is. `english`: whether they read or follow English, as far as is known.

    An order begins without it: what a court decided is not ours to hold up, and the notice is owed all the same.
    """
    if (
        not told_first(decision.rung)
        or decision.authority is Authority.ORDER
        or is_told(served, current, english=english)
    ):
        return ()
    return (why_not_told(served, current, english=english) + _ENOUGH,)


def is_told(served: Sequence[Served], current: bytes, *, english: bool) -> bool:
    """Whether the current notice was given in words they understand, and that was checked or declined often enough."""
    reached = [one for one in served if one.notice_sha256 == current and _reaches(one, english=english)]
    if any(one.understood is Understood.YES for one in reached):
        return True
    return len(_days_declined(reached)) >= DECLINED_DAYS


def english_will_do(answers: Iterable[Screened]) -> bool:
    """Whether a notice in English will do, as far as a screening shows."""
    return all(one.answer is not Hit.YES for one in answers if one.question is Question.LANGUAGE)


def is_owed(decision: Decision, *, told: bool) -> bool:
    """Whether the notice is owed from the decision on: an order begins without it (R55)."""
    return decision.authority is Authority.ORDER and told_first(decision.rung) and not told


def _reaches(one: Served, *, english: bool) -> bool:
    return english or one.how is How.INTERPRETER or one.language != ENGLISH.tag


def _days_declined(served: Iterable[Served]) -> frozenset[object]:
    return frozenset(one.at.astimezone(UTC).date() for one in served if one.understood is Understood.DECLINED)


def why_not_told(served: Sequence[Served], current: bytes, *, english: bool) -> str:
    """Of someone who is not told: what is missing, with its code."""
    if not served:
        return "no_notice_given: the person has not been given the notice; give it, record how, and come back"
    now = [one for one in served if one.notice_sha256 == current]
    if not now:
        return (
            "notice_out_of_date: the notice says something else since it was given; give it as it is now, and come back"
        )
    if not any(_reaches(one, english=english) for one in now):
        return (
            "notice_in_another_language: it was given in English, and the screening says that English is not enough; "
            "give it in their language, or by an interpreter"
        )
    if _days_declined(now):
        return "notice_declined_once: they would not say whether they understood; it is offered again on another day"
    return (
        "notice_not_understood: whether it was understood has not been checked, or it was not; "
        "go through it again, by an interpreter if need be, and ask them to say it back"
    )


def objections_to_serving(
    document: Document, translations: Iterable[Translation], current: bytes, one: Served, *, recorded: bool
) -> tuple[str, ...]:
    """What stands against recording that the notice was given like this: the text that it names, in that language.

    `recorded`: whether there is an approved recording of that text.
    """
    if one.notice_sha256 != current:
        return ("changed_since: the notice says something else now; give it as it is",)
    against: list[str] = []
    if document.missing:
        against.append(
            f"notice_incomplete: the register lacks {document.missing[0].missing}; a notice is given once it is whole"
        )
    if one.how is How.INTERPRETER and not one.words_sealed:
        against.append(
            "no_interpreter_named: it does not say who interpreted; name them, or give the reference of the session"
        )
    if (
        one.how is not How.INTERPRETER
        and approved_for(translations, one.language, current) is None
        and one.language != ENGLISH.tag
    ):
        against.append(
            f"not_approved: there is no approved text in {BY_TAG[one.language].name} for the notice as it is now; "
            "English by an interpreter would pass"
        )
    if one.how is How.AUDIO and not recorded:
        against.append(
            f"no_recording: there is no approved recording in {BY_TAG[one.language].name} of the notice as it is now; "
            "given on a screen, on paper or by an interpreter it would pass"
        )
    return tuple(against)


# --- translations -----------------------------------------------------------------------------------------------


def approved_for(translations: Iterable[Translation], language: str, current: bytes) -> Translation | None:
    """The translation that may reach a person: approved, and of the text as it is now."""
    fit = [one for one in translations if one.language == language and one.notice_sha256 == current]
    return next((one for one in reversed(fit) if one.approved_at is not None), None)


def newest_for(translations: Iterable[Translation], language: str) -> Translation | None:
    """The newest one in a language, whatever it is of."""
    return next((one for one in reversed(tuple(translations)) if one.language == language), None)


def readiness(translations: Collection[Translation], language: str, current: bytes) -> Readiness:
    """Where a language stands."""
    if approved_for(translations, language, current) is not None:
        return Readiness.APPROVED
    newest = newest_for(translations, language)
    if newest is None:
        return Readiness.MISSING
    if newest.notice_sha256 != current:
        return Readiness.STALE
    if newest.checked_at is not None:
        return Readiness.CHECKED
    return Readiness.MACHINE_DRAFT if newest.by_machine else Readiness.DRAFT


def carried_over(
    translations: Iterable[Translation], language: str, texts: Iterable[str]
) -> tuple[TranslatedLine, ...]:
    """These texts in a language, as far as the newest translation has them; what changed is empty."""
    newest = newest_for(translations, language)
    known = {} if newest is None else {one.source: one.text for one in newest.lines}
    return tuple(TranslatedLine(text, known.get(text, "")) for text in texts)


def objections_to_drafting(
    lines: Sequence[TranslatedLine], texts: tuple[str, ...], *, pseudo: bool, made_up: bool
) -> tuple[str, ...]:
    """What stands against keeping a draft of these English texts."""
    against: list[str] = []
    if tuple(one.source for one in lines) != texts:
        against.append("of_another_text: the English says something else now; begin with the text as it is")
    elif any(not one.text.strip() for one in lines):
        against.append("not_whole: every line has a text; one that leaves something out is none")
    elif wrong := next((one for one in lines if _places(one.source) != _places(one.text)), None):
        places = " ".join(_places(wrong.source)) or "no place"
        against.append(f'place_missing: "{wrong.source}" has {places} to be filled in; its translation has the same')
    if pseudo and not made_up:
        against.append("pseudo_language: nobody speaks it; it is for made-up schemes")
    return tuple(against)


def _places(text: str) -> list[str]:
    return sorted(PLACE.findall(text))


def objections_to_checking(one: Translation, current: bytes, qualification: str) -> tuple[str, ...]:
    """What stands against a translator's saying that it reads as the English does."""
    against = _about_text(one, current)
    if one.checked_at is not None:
        against += ("checked_already: it was checked; write another draft to change it",)
    if not qualification.strip():
        against += (
            (
                "no_qualification: it does not say what makes whoever checks it a translator of this language; "
                "say so; until then it stays a draft"
            ),
        )
    return against


def objections_to_approving(one: Translation, current: bytes, by: ActorId) -> tuple[str, ...]:
    """What stands against letting it reach people."""
    against = _about_text(one, current)
    if one.approved_at is not None:
        against += ("approved_already: it was approved; it reaches people as it is; another draft can change it",)
    if one.checked_at is None:
        against += (
            (
                "not_checked: no translator has read it beside the English; "
                "a translator checks it first; until then an interpreter can read the English"
            ),
        )
    if by in (one.drafted_by, one.checked_by):
        against += (
            "by_another: someone approves it who neither drafted nor checked it; another authorising officer can",
        )
    return against


def _about_text(one: Translation, current: bytes) -> tuple[str, ...]:
    if one.notice_sha256 == current:
        return ()
    return ("of_another_text: the English says something else now; draft it anew, what still holds is carried over",)


# --- who is told again ------------------------------------------------------------------------------------------


def to_be_told(
    decisions: Iterable[Decision],
    clocks: Iterable[RetentionClock],
    served: Iterable[Served],
    current: bytes,
    now: datetime,
) -> tuple[CaseId, ...]:
    """Everyone whose data is held and who has not been told what the notice says now, by case (R56).

    Held: a decision goes on or waits to begin, or what was collected under one is not due for erasure yet.
    """
    kept = frozenset(one.decision_id for one in clocks if now < one.erase_due_at)
    reached: dict[CaseId, list[Served]] = {}
    for one in served:
        reached.setdefault(one.case_id, []).append(one)
    found = dict.fromkeys(one.case_id for one in decisions if _holds(one, kept, now))
    return tuple(one for one in found if not is_told(reached.get(one, ()), current, english=True))


def _holds(decision: Decision, kept: Collection[DecisionId], now: datetime) -> bool:
    if not decision.stands or decision.rung.rung == 0:
        return False
    over = decision.state in (State.ANNULLED, State.WITHDRAWN, State.LAPSED, State.EXPIRED, State.SUCCEEDED)
    until = decision.until
    return decision.id in kept or not (over or (until is not None and until <= now))
