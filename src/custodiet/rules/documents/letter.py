"""The decision letter: one decision, told to the person it is about, from the register and the decision alone.

Pure. It carries the controller's name and nobody's else. Free text of the assessment stays sealed: its reasons are told
by their codes, and the person may ask for the rest.

It is made of parts (`parts_of`), every one that a letter under a register can need: they are what is translated, once,
for all its letters. In another language a letter is whole or it is not there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from custodiet.model.assessment import Assessment, FamilyAnswer, FamilyReason
from custodiet.model.condition import Condition
from custodiet.model.decision import Authority, Decision
from custodiet.model.document import Paragraph, Section
from custodiet.model.identity import DecisionId
from custodiet.model.mode import FAMILIES, MODES, Family, ModeCode
from custodiet.model.register import Register, RegisteredPower
from custodiet.model.scheme import Force
from custodiet.rules.documents import conditions as asked
from custodiet.rules.documents.notice import IN_PLAIN_WORDS, digest_of_texts
from custodiet.rules.documents.part import Part, in_english, in_other_words

ASKS = "asks"
"""The section of what is asked of the person."""
_TITLE = "Our decision about you"
_FAMILY: dict[Family, str] = {
    Family.SUPPORT: "Only help and notes",
    Family.REPORTING: "Only visits, calls or check-ins",
    Family.COARSE_AREA: "Only a wide area",
    Family.HOME: "Only a box at home",
    Family.ON_DEVICE: "Only checks made on a device",
    Family.ON_ARRIVAL: "Only checks with no record of where you went",
}
_REASON: dict[FamilyReason, str] = {
    FamilyReason.TRIED: "we tried this, and it did not work",
    FamilyReason.NOT_ENOUGH: "we do not think it is enough for you",
    FamilyReason.CANNOT_USE: "you can not use it",
    FamilyReason.ASKED_NOT_TO: "you asked us not to",
    FamilyReason.DUTY_ASKS_MORE: "the law asks us for more",
    FamilyReason.ORDER_ASKS_MORE: "the court asked for more",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person. `sender` and `reach` are the controller's; `interpreter` is how to have it read out."""

    decision_id: DecisionId
    title: str
    sender: str
    reach: str
    interpreter: str
    as_at: datetime
    sections: tuple[Section, ...]


def letter(
    register: Register,
    decision: Decision,
    assessment: Assessment | None,
    as_at: datetime,
    words: Mapping[str, str] | None = None,
    conditions: Sequence[Condition] = (),
) -> Letter:
    """The letter for a decision that was made, as the register has its purposes and powers, with what it asks.

    `words`: each part in another language; None: in English. Raises KeyError where a part is not among them.
    """
    say: Callable[[str], str] = str if words is None else words.__getitem__

    def told(part: Part) -> str:
        return in_english(part) if words is None else in_other_words(part, say)

    sections = (
        ("what", _each(_what(decision))),
        (ASKS, asked.asked_in(decision, conditions)),
        ("why", _each(_why(register, decision))),
        ("less", _each(_less(assessment))),
        ("when", _each(_when(decision))),
        ("reveals", _each(map(Part, _REVEALS))),
        ("change", _each(map(Part, _CHANGE))),
    )
    return Letter(
        decision_id=decision.id,
        title=say(_TITLE),
        sender=register.controller.name,
        reach=register.controller.contact,
        interpreter=register.interpreter,
        as_at=as_at,
        sections=tuple(
            Section(code, say(_HEADINGS[code]), tuple(Paragraph(" ".join(map(told, parts))) for parts in paragraphs))
            for code, paragraphs in sections
            if paragraphs
        ),
    )


def _each(parts: Iterable[Part]) -> tuple[tuple[Part, ...], ...]:
    """Each a paragraph of its own."""
    return tuple((one,) for one in parts)


def parts_of(register: Register) -> tuple[str, ...]:
    """Every part of every letter under a register, each once: what a translation translates, in order."""
    modes = sorted({one.mode for one in register.operations} | {ModeCode.NONE}, key=lambda one: MODES[one].rung)
    parts = [
        *(_TITLE, *_HEADINGS.values()),
        *(IN_PLAIN_WORDS[one] for one in modes),
        *(_NO_MORE, *_WHO.values()),
        *(_purpose(one.title) for one in register.purposes),
        *(_power(one) for one in register.powers),
        *(_NOTHING_LESS, _LESS, *_FAMILY.values(), *_REASON.values()),
        *(_STARTS, _ENDS, _REVIEWED, _BY_COURT, _STOPS, *_REVEALS, *_CHANGE),
        *asked.PARTS,
    ]
    return tuple(dict.fromkeys(parts))


def digest_of_parts(register: Register) -> bytes:
    """What names the parts of a register's letters: SHA-256 over their words."""
    return digest_of_texts("letter", parts_of(register))


_HEADINGS = {
    "what": "What we decided",
    ASKS: asked.HEADING,
    "why": "Why",
    "less": "Why not less",
    "when": "How long",
    "reveals": "What it can show about you",
    "change": "If you do not agree",
}
_NO_MORE = "We may do this, and no more."
_WHO = {
    Authority.ORDER: "A court made this order. We carry it out.",
    Authority.OFFICERS: "Two of us looked at your case, one after the other. No machine chose.",
}
_NOTHING_LESS = "There is nothing less that we could do."
_LESS = "{what}: {why}."
_STARTS = "It starts on {day}."
_ENDS = "It ends on {day} at the latest."
_REVIEWED = "We must look at it again by {day}. If we do not, it stops on that day."
_BY_COURT = "Only the court can end it sooner. We must look at it again, and tell the court what we find."
_STOPS = "When it stops, we tell you, and take any device off."
_REVEALS = (
    "What we learn can reveal private things. It can reveal your religion, your health and your sexuality.",
    "We must not look for such things.",
)
_CHANGE = (
    "Tell us what you think, in any way you like. We must answer you, and we must look at this again.",
    "Tell us if something in your life has changed: your health, your home, your work or your family.",
    "You can ask a lawyer, or someone you trust, to speak for you.",
    "You can ask to see all that we based this on. It is free.",
    "This letter does not help or harm your case.",
)


def _what(decision: Decision) -> tuple[Part, ...]:
    return Part(IN_PLAIN_WORDS[decision.mode]), Part(_NO_MORE), Part(_WHO[decision.authority])


def _why(register: Register, decision: Decision) -> tuple[Part, ...]:
    purposes = {one.code: one.title for one in register.purposes}
    power = next((one for one in register.powers if one.code == decision.power), None)
    return (
        *(Part(_purpose(purposes.get(code, code))) for code in decision.purposes),
        *(() if power is None else (Part(_power(power)),)),
    )


def _purpose(title: str) -> str:
    return f"It is for this: {title}."


def _power(power: RegisteredPower) -> str:
    force = {Force.DUTY: "The law says that we must", Force.DISCRETION: "The law says that we may", None: "The law"}
    return f"{force[power.force]}: {power.title}, {power.source}."


def _less(assessment: Assessment | None) -> tuple[Part, ...]:
    if assessment is None or not assessment.families:
        return (Part(_NOTHING_LESS),)
    return tuple(
        Part(_LESS, words=(("{what}", (_FAMILY[one.family],)), ("{why}", (_REASON[one.reason],))))
        for one in sorted(assessment.families, key=_by_ladder)
    )


def _by_ladder(one: FamilyAnswer) -> int:
    return list(FAMILIES).index(one.family)


def _when(decision: Decision) -> tuple[Part, ...]:
    ends = () if decision.ends_at is None else (Part(_ENDS, days=(("{day}", decision.ends_at),)),)
    starts = Part(_STARTS, days=(("{day}", decision.starts_at),))
    if decision.authority is Authority.ORDER:
        return (starts, *ends, Part(_BY_COURT))
    return (starts, Part(_REVIEWED, days=(("{day}", decision.review_due_at),)), *ends, Part(_STOPS))
