"""The notice that a person is given before they are monitored: one page first, in plain words, from the register.

Pure, and from the register alone: a register that says something else makes another notice (R54). It says that
movements can reveal religion, health and sexuality (R58), and promises no benefit (R57). The second layer is the
source of the privacy information (rules/documents/making.py), which anyone may ask for.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from custodiet.model.document import Block, Document, DocumentCode, Missing, Paragraph, Section
from custodiet.model.mode import MODES, Category, Kind, ModeCode
from custodiet.model.register import After, Register, Retention
from custodiet.model.scheme import Force
from custodiet.rules.dpia import gaps

FIELDS = frozenset(
    (
        *("name", "controller.name", "controller.contact", "dpo.name", "dpo.contact", "rights", "interpreter"),
        *("purposes", "purposes[].title", "powers", "powers[].title", "powers[].source", "powers[].force"),
        *("operations", "operations[].mode", "categories", "categories[].title", "retention", "retention[].category"),
        *("retention[].days", "retention[].after", "recipients", "recipients[].name", "suppliers", "suppliers[].name"),
        *("removal_hours", "inspection_days"),
    )
)
"""The patterns of the register's fields that it tells."""
_PLACE = re.compile(r"\[[^\]]*\]")

IN_PLAIN_WORDS: dict[ModeCode, str] = {
    ModeCode.NONE: "You live at an address we know. We offer help. We do not check on you.",
    ModeCode.REMINDERS: "We send you a note before a visit. We write down if you came.",
    ModeCode.IN_PERSON: "You come to see us. We write down if you came.",
    ModeCode.TELEPHONE: "We ring you at set times. We write down if you answer. We do not keep your voice.",
    ModeCode.CHECK_IN: "You check in by phone or on a web page. We do not learn where you are.",
    ModeCode.CHECK_IN_AREA: "You check in by phone. It says if you are in a wide area. We do not keep the place.",
    ModeCode.HOME_PRESENCE: "A box at home notes if you are in or out at set hours. It knows no other place.",
    ModeCode.CARRIED_PROMPTS: "You carry a device. It asks you to check in. It keeps no record of where you go.",
    ModeCode.ZONE_ON_DEVICE: "A device notes when you go in or out of a set area. It keeps no record of the rest.",
    ModeCode.ZONE_ON_ARRIVAL: "A device tells us where you are. We check it against a set area, and drop it at once. "
    "We keep a few points only if you may have broken a rule.",
    ModeCode.CARRIED_TRAIL: "You carry a device. It notes where you go, day and night. We keep that under lock.",
    ModeCode.FITTED_TRAIL: "A tag is on your body. It notes where you go, day and night. We keep that under lock.",
}
"""What each mode is for the person, told to them as *you*."""


_KEPT = {
    Category.OUTCOMES: "If you came, answered or checked in",
    Category.EVENTS: "What a device told us, and what we found",
    Category.EVIDENCE: "Points that show you may have broken a rule",
    Category.TRAIL: "Where you went",
}
"""What each category of the store is for the person."""


def notice(register: Register, as_at: datetime) -> Document:
    """The notice of a scheme as its register has it. What is missing in the register is said to be missing."""
    lacking = [gap for gap in gaps(register, None, as_at) if _PLACE.sub("[]", gap.field) in FIELDS]
    missing = [Missing(gap.field, gap.missing, gap.who) for gap in {gap.field: gap for gap in lacking}.values()]
    return Document(
        code=DocumentCode.NOTICE,
        title="What we may know about you, and why",
        scheme_id=register.scheme_id,
        scheme=register.name,
        made_up=register.made_up,
        as_at=as_at,
        sections=(
            _section("who", "Who we are", _who(register), missing),
            _section("why", "Why we use data about you", _why(register)),
            _section("reveals", "What it can show about you", _REVEALS),
            _section("promises", "What this does not do", _PROMISES),
            _section("rights", "What you can do", _rights(register)),
            _section("ends", "When it stops", _ends(register)),
            _section("language", "If this is not your language", _language(register)),
            _section("what", "What may be done", _what(register)),
            _section("seen", "Who may look", _SEEN),
            _section("how_long", "How long we keep it", _how_long(register)),
            _section("shared", "Who else may be given it", _shared(register)),
        ),
    )


SECOND_LAYER = "what"
"""The section with which the second layer begins: what comes before it is on one page."""
_REVEALS = (
    "Your movements can reveal private things, even if you never told us.",
    "They can reveal your religion, your health and your sexuality.",
    "We must not look for such things.",
)
_SEEN = (
    "No one looks at where you were without a reason.",
    "Two people must agree on each look.",
    "Each look is written down. You can ask us who looked, when, and why.",
    "No machine makes a choice about you. A person does.",
)
_PROMISES = (
    "It does not help your case. It does not make your case go faster.",
    "It does not harm your case. To say no to this paper is not held against you.",
)


def _who(register: Register) -> tuple[str, ...]:
    lines = [f"We are {register.controller.name}.", f"This is part of: {register.name}."]
    if register.controller.contact.strip():
        lines.append(f"You can reach us here: {register.controller.contact}")
    if register.dpo.name.strip():
        lines.append(f"This person checks how we use data: {register.dpo.name}. {register.dpo.contact}".strip())
    return tuple(lines)


def _why(register: Register) -> tuple[str, ...]:
    force = {
        Force.DUTY: "This law says that we must",
        Force.DISCRETION: "This law says that we may, not that we must",
        None: "This is the law we use",
    }
    purposes = tuple(f"We use data about you for this: {one.title}." for one in register.purposes)
    return (
        *purposes,
        "We use it for nothing else.",
        *(f"{force[one.force]}: {one.title}, {one.source}." for one in register.powers),
    )


def _what(register: Register) -> tuple[str, ...]:
    modes = [MODES[one.mode] for one in register.operations if MODES[one.mode].rung]
    lines = [
        "These are all the ways there are. Your letter says which one is for you. We may use that one and no other.",
        *(IN_PLAIN_WORDS[one.code] for one in sorted(modes, key=lambda one: one.rung)),
    ]
    if any(one.admits & {Kind.FIX, Kind.TRANSITION} for one in modes):
        lines.append("A set area is drawn on a map that you get. Its edges are straight lines on that map.")
    if register.inspection_days is not None:
        often = f"at least every {register.inspection_days} days"
        lines.append(f"If a device is on you, we look at how it sits and at your skin {often}.")
    return tuple(lines)


def _how_long(register: Register) -> tuple[str, ...]:
    categories = {one.code: one for one in register.categories}

    def told(one: Retention) -> str:
        category = categories.get(one.category)
        kept_as = None if category is None else category.kept_as
        title = one.category if category is None else category.title
        what = title if kept_as is None else _KEPT[kept_as]
        then = "take out all that points to you" if one.after is After.ANONYMISE else "erase it"
        if not one.days:
            return f"{what}: when your monitoring ends, we {then}."
        return f"{what}: we keep this for {one.days} days after your monitoring ends. Then we {then}."

    return tuple(told(one) for one in register.retention if one.days is not None)


def _shared(register: Register) -> tuple[str, ...]:
    given = tuple(
        f"{one.name} may ask us for it. We say yes or no each time, and write it down." for one in register.recipients
    )
    works = tuple(f"{one.name} works for us. It must do what we say, and no more." for one in register.suppliers)
    return (*(given or ("No one else is given it.",)), *works)


def _rights(register: Register) -> tuple[str, ...]:
    lines = [
        "You can ask for a copy of all that we hold about you. It is free.",
        "You can tell us what is wrong. We must put it right, or say why not.",
        "You can say what you think at any time. We must answer you.",
        "You can ask a lawyer, or someone you trust, to speak for you.",
        "You can complain to us, or to the data watchdog.",
    ]
    if register.rights.strip():
        lines.append(register.rights)
    return tuple(lines)


def _ends(register: Register) -> tuple[str, ...]:
    return (
        "A person must look at your case again by a set day. If no one does, it stops.",
        "If a court made the order, only the court can end it.",
        f"When it stops, we tell you. We take any device off within {register.removal_hours} hours.",
    )


def _language(register: Register) -> tuple[str, ...]:
    reach = f" Here is how: {register.interpreter}" if register.interpreter.strip() else ""
    return (f"You can have this read to you in your own language. It is free.{reach}",)


def _section(code: str, title: str, lines: Iterable[str], missing: Iterable[Missing] = ()) -> Section:
    blocks: tuple[Block, ...] = tuple(Paragraph(one) for one in lines)
    return Section(code, title, (*blocks, *missing))


# --- its words --------------------------------------------------------------------------------------------------


def lines_of(document: Document) -> tuple[str, ...]:
    """Every text that a translation translates, in order: titles and paragraphs."""
    parts = [document.title]
    for section in document.sections:
        parts += [section.title, *(one.text for one in section.blocks if isinstance(one, Paragraph))]
    return tuple(parts)


def digest_of(document: Document) -> bytes:
    """What names a notice: SHA-256 over its words. The same words are the same notice, whenever they were made."""
    return digest_of_texts("notice", lines_of(document))


def digest_of_texts(kind: str, texts: tuple[str, ...]) -> bytes:
    """What names the texts that a translation translates, of one kind: SHA-256 over them, in their order."""
    told = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    return sha256(f"custodiet/{kind}/v1\0{told}".encode()).digest()


def in_other_words(document: Document, texts: Iterable[str]) -> Document:
    """The same notice with these texts for its own, in their order. Raises ValueError for too few or too many."""
    told = tuple(texts)
    if len(told) != len(lines_of(document)):
        raise ValueError("a translation has as many texts as the notice")
    place = iter(told)
    title = next(place)
    sections = []
    for section in document.sections:
        head = next(place)
        blocks = tuple(Paragraph(next(place)) if isinstance(one, Paragraph) else one for one in section.blocks)
        sections.append(replace(section, title=head, blocks=blocks))
    return replace(document, title=title, sections=tuple(sections))
