"""How codes of notices and translations are said to staff. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.notice import How, Readiness, TextOf, Understood, WhyDeclined

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    How: {
        How.PAGE: "On a screen",
        How.PRINT: "On paper",
        How.AUDIO: "By an approved recording",
        How.INTERPRETER: "By an interpreter",
    },
    Understood: {
        Understood.YES: "Yes: they said in their own words what it means",
        Understood.DECLINED: "They would not say",
        Understood.NOT_YET: "Not yet: they did not understand, or nobody asked",
    },
    WhyDeclined: {
        WhyDeclined.WOULD_NOT_SAY: "They did not want to answer",
        WhyDeclined.LEFT: "They left",
        WhyDeclined.WANTS_ADVICE_FIRST: "They want advice first",
        WhyDeclined.OTHER: "Something else: say what",
    },
    TextOf: {
        TextOf.NOTICE: "Notice",
        TextOf.LETTER: "Decision letters",
        TextOf.EASY: "Easy read",
    },
    Readiness: {
        Readiness.MISSING: "Missing",
        Readiness.MACHINE_DRAFT: "Drafted by a machine",
        Readiness.DRAFT: "Drafted",
        Readiness.CHECKED: "Checked by a translator",
        Readiness.APPROVED: "Approved",
        Readiness.STALE: "Out of date: the English has changed",
    },
}


_RECORDING: Mapping[Readiness, str] = {
    Readiness.MISSING: "No recording",
    Readiness.DRAFT: "Waits for someone to listen",
    Readiness.APPROVED: "Approved",
    Readiness.STALE: "Out of date: the text has changed",
}


def said_recording(stands: Readiness) -> str:
    """Where a recording stands, in words."""
    return _RECORDING[stands]


def said_notice(code: StrEnum) -> str:
    """A code in words."""
    return WORDS[type(code)][code]
