"""Which recording of a notice people hear, and what stands against keeping or approving one. Pure.

The same law stands as triggers in the store (migration 0020), where it does not know which text is the current one.
"""

from collections.abc import Iterable

from custodiet.model.identity import ActorId, TranslationId
from custodiet.model.language import BY_TAG, ENGLISH
from custodiet.model.notice import Readiness, Translation
from custodiet.model.recording import Recording
from custodiet.rules.notices import approved_for


def read_out(translations: Iterable[Translation], language: str, current: bytes) -> tuple[bool, TranslationId | None]:
    """Whether there is a text in this language that people may be read, and which translation it is."""
    if language == ENGLISH.tag:
        return True, None
    text = approved_for(translations, language, current)
    return text is not None, None if text is None else text.id


def is_of(one: Recording, language: str, current: bytes, text: TranslationId | None) -> bool:
    """Whether it is of this very text."""
    return (one.language, one.notice_sha256, one.translation_id) == (language, current, text)


def heard_for(
    recordings: Iterable[Recording], translations: Iterable[Translation], language: str, current: bytes
) -> Recording | None:
    """The recording that may reach a person: approved, and of the text as it is now; the newest of them."""
    there, text = read_out(translations, language, current)
    fit = [one for one in recordings if one.approved_at is not None and is_of(one, language, current, text)]
    return max(fit, key=lambda one: (one.approved_at, one.at), default=None) if there else None


def standing(
    recordings: Iterable[Recording], translations: Iterable[Translation], language: str, current: bytes
) -> Readiness:
    """Where the recording of a language stands."""
    known = [one for one in recordings if one.language == language]
    if heard_for(known, translations, language, current) is not None:
        return Readiness.APPROVED
    if not known:
        return Readiness.MISSING
    _, text = read_out(translations, language, current)
    return Readiness.DRAFT if is_of(known[-1], language, current, text) else Readiness.STALE


def objections_to_recording(*, there: bool, language: str) -> tuple[str, ...]:
    """What stands against keeping a recording. `there`: whether there is an approved text to be read out."""
    if there:
        return ()
    name = BY_TAG[language].name
    return (
        (
            f"no_approved_text: there is no approved text in {name} for the notice as it is now; "
            "a recording of the text once it is approved, or of the English"
        ),
    )


def objections_to_hearing(
    one: Recording, current: bytes, text: TranslationId | None, by: ActorId, *, there: bool
) -> tuple[str, ...]:
    """What stands against letting people hear it. `current`, `text`, `there`: the text that is read out now."""
    against: list[str] = []
    if not there or not is_of(one, one.language, current, text):
        against.append("of_another_text: the text says something else now; a recording of the text as it is")
    if one.approved_at is not None:
        against.append("approved_already: it was approved; people hear it as it is; another recording can replace it")
    if by == one.by:
        against.append("by_another: someone approves it who did not hand it in; another translator can")
    return tuple(against)
