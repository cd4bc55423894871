"""The decision letter: one decision, told to the person it is about, from the register and the decision alone.

Pure. It carries the controller's name and nobody's else. Free text of the assessment stays sealed: its reasons are told
by their codes, and the person may ask for the rest.
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.model.assessment import Assessment, FamilyAnswer, FamilyReason
from custodiet.model.decision import Authority, Decision
from custodiet.model.document import Block, Paragraph, Section
from custodiet.model.identity import DecisionId
from custodiet.model.mode import FAMILIES, Family
from custodiet.model.register import Register
from custodiet.model.scheme import Force
from custodiet.rules.documents.notice import IN_PLAIN_WORDS

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


def letter(register: Register, decision: Decision, assessment: Assessment | None, as_at: datetime) -> Letter:
    """The letter for a decision that was made, as the register has its purposes and powers."""
    return Letter(
        decision_id=decision.id,
        title=_TITLE,
        sender=register.controller.name,
        reach=register.controller.contact,
        interpreter=register.interpreter,
        as_at=as_at,
        sections=(
            _section("what", "What we decided", _what(decision)),
            _section("why", "Why", _why(register, decision)),
            _section("less", "Why not less", _less(assessment)),
            _section("when", "How long", _when(decision)),
            _section("reveals", "What it can show about you", _REVEALS),
            _section("change", "If you do not agree", _CHANGE),
        ),
    )


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


def _what(decision: Decision) -> tuple[str, ...]:
    who = (
        "A court made this order. We carry it out."
        if decision.authority is Authority.ORDER
        else ("Two of us looked at your case, one after the other. No machine chose.")
    )
    return (IN_PLAIN_WORDS[decision.mode], "We may do this, and no more.", who)


def _why(register: Register, decision: Decision) -> tuple[str, ...]:
    force = {Force.DUTY: "The law says that we must", Force.DISCRETION: "The law says that we may", None: "The law"}
    purposes = {one.code: one.title for one in register.purposes}
    power = next((one for one in register.powers if one.code == decision.power), None)
    return (
        *(f"It is for this: {purposes.get(code, code)}." for code in decision.purposes),
        *(() if power is None else (f"{force[power.force]}: {power.title}, {power.source}.",)),
    )


def _less(assessment: Assessment | None) -> tuple[str, ...]:
    if assessment is None or not assessment.families:
        return ("There is nothing less that we could do.",)
    return tuple(
        f"{_FAMILY[one.family]}: {_REASON[one.reason]}." for one in sorted(assessment.families, key=_by_ladder)
    )


def _by_ladder(one: FamilyAnswer) -> int:
    return list(FAMILIES).index(one.family)


def _when(decision: Decision) -> tuple[str, ...]:
    starts = f"It starts on {_day(decision.starts_at)}."
    if decision.authority is Authority.ORDER:
        ends = "" if decision.ends_at is None else f" It ends on {_day(decision.ends_at)} at the latest."
        return (
            starts + ends,
            "Only the court can end it sooner. We must look at it again, and tell the court what we find.",
        )
    lines = [starts, f"We must look at it again by {_day(decision.review_due_at)}. If we do not, it stops on that day."]
    if decision.ends_at is not None:
        lines.append(f"It ends on {_day(decision.ends_at)} at the latest.")
    return (*lines, "When it stops, we tell you, and take any device off.")


def _day(at: datetime) -> str:
    """Day, month and year as numbers after the English form: other calendars name other months."""
    return f"{at:%-d %B %Y} ({at:%Y-%m-%d})"


def _section(code: str, title: str, lines: tuple[str, ...]) -> Section:
    blocks: tuple[Block, ...] = tuple(Paragraph(one) for one in lines)
    return Section(code, title, blocks)
