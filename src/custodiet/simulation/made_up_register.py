"""The made-up scheme's register and assessment, whole: what its operations need before anyone may decide under them.

Every paragraph begins "Made-up text": nothing here says how a real scheme should answer, and `export` leaves the
assessment out.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from custodiet.flows.activate_operation import activate_operations, propose_operations
from custodiet.flows.assess_scheme import advise, record_consultation, write_dpia
from custodiet.flows.keep_register import keep_register
from custodiet.flows.ports import Store
from custodiet.model.dpia import (
    SEEDED,
    Alternative,
    Consultation,
    Description,
    Dpia,
    Level,
    OperationAssessment,
    Risk,
)
from custodiet.model.identity import ActorId
from custodiet.model.mode import LADDER, MODES, Category, ModeCode
from custodiet.model.register import (
    ContactFirst,
    Criterion,
    DataCategory,
    DataUse,
    Exemption,
    Guidance,
    Operation,
    Party,
    PeopleClass,
    Recipient,
    Register,
    RegisteredPower,
    RegisteredPurpose,
    Retention,
    ReviewPeriod,
    Stage,
    Supplier,
)
from custodiet.model.scheme import Scheme

DPO = ActorId("data-protection-officer-1")
REVIEW_DAYS = 90
IN_DATE = timedelta(days=360)
"""How long the made-up assessment is in date."""


_OF_A_TRAIL = (Stage.MASK, Stage.VIEW, Stage.DISCLOSE)
"""What is done with positions besides keeping them: each by two people, and never by anybody as they come."""
GUIDANCE = (
    (
        "decision.selection",
        "say what happened, not what group someone belongs to.",
        "someone missed two visits in May: the fact of each visit is linked.",
    ),
    (
        "decision.exempted",
        "ask about each one; believe the person until it is decided.",
        "a letter from a clinic that is not read yet: answer that it is not known.",
    ),
    (
        "decision.families",
        "one reason for each lower rung, and a fact of this case that shows it.",
        "calls were not answered on four days, while the phone was in pawn: that is no reason; a lent phone is tried.",
    ),
    (
        "decision.article_8",
        "write down what it does to this home, and to whom else.",
        "a device that buzzes at night wakes the baby: say so, and say what is done about it.",
    ),
    (
        "decision.practicality",
        "ask where and when it would be charged.",
        "one socket in a shared kitchen: not practical until there is another.",
    ),
    (
        "decision.at_home",
        "ask; do not guess from an address.",
        "a sister and her two children: tick children and others.",
    ),
    (
        "decision.finding_shown",
        "read it, and say honestly what it does not show.",
        "it shows no difference in absconding: it is not given as a reason.",
    ),
    ("decision.power", "choose the one that you rely on.", "a discretion is not a duty because it is used often."),
    (
        "decision.review_due_at",
        "as short as the next thing that will be known.",
        "a hearing on the 12th: review on the 13th.",
    ),
)
"""Beside each part of an assessment: (part, guidance, worked example)."""


def made_up(text: str) -> str:
    """A paragraph that says of itself that it is made up."""
    return f"Made-up text: {text}"


def activate_made_up(
    store: Store,
    scheme: Scheme,
    now: datetime,
    by: ActorId,
    second: ActorId,
    dpo: ActorId = DPO,
    *,
    review_days: int = REVIEW_DAYS,
    training_days: int | None = None,
) -> None:
    """Give a scheme that stands a whole register and assessment, and have two people activate all its operations."""
    register = replace(made_up_register(scheme, now, review_days), training_days=training_days)
    keep_register(store, register, by, judging=scheme.judging)
    modes = [mode for mode in scheme.modes if MODES[mode].rung]
    write_dpia(store, made_up_dpia(register, now), by, assessed=modes)
    people = tuple(one.code for one in register.people)
    asked = Consultation(people, now, how=made_up("they were asked."), views=made_up("they answered."))
    record_consultation(store, scheme.id, asked, by)
    advise(store, scheme.id, dpo, made_up("go on."), proceed=True)
    if modes:
        activate_operations(store, scheme.id, propose_operations(store, scheme.id, modes, by), second)


def made_up_register(scheme: Scheme, now: datetime, review_days: int = REVIEW_DAYS) -> Register:
    """A whole register around what a scheme says of itself."""
    kept = {rule.category: rule for rule in scheme.retention}
    purposes = tuple(one.code for one in scheme.purposes)
    powers = tuple(one.code for one in scheme.powers)
    return Register(
        scheme_id=scheme.id,
        name=scheme.name,
        made_up=True,
        controller=Party(scheme.controller, made_up("a house by the sea.")),
        dpo=Party("The made-up data protection officer", made_up("the house next to it.")),
        starts_at=scheme.starts_at,
        ends_at=scheme.ends_at,
        success_measure=made_up("appointments kept, beside the arm without monitoring."),
        stop_rule=made_up("it stops when that is no better than without."),
        selection=made_up("everyone in the made-up town, one by one, for reasons of their own case."),
        purposes=tuple(
            RegisteredPurpose(
                one.code,
                one.title,
                description=made_up("to know whether someone can be reached, and nothing else."),
                task=made_up("a task in a made-up Act."),
                basis="Art 6(1)(e)",
                special_condition="Art 9(2)(g)",
                schedule_condition="DPA 2018 Sch 1 para 6",
                regime=scheme.powers[0].regime,
                operational=one.operational,
            )
            for one in scheme.purposes
        ),
        powers=tuple(
            RegisteredPower(p.code, p.title, p.source, p.force, p.regime, (), p.satisfied_from) for p in scheme.powers
        ),
        operations=tuple(_operation(mode, powers, purposes, scheme) for mode in scheme.modes),
        exemptions=(
            Exemption(
                "child",
                "Children",
                made_up("nobody under 18."),
            ),
            Exemption(
                "ill",
                "People with a serious illness",
                made_up("nobody whom a doctor has found seriously ill."),
                criteria=(Criterion("asked_for", made_up("the person asks for it in writing.")),),
            ),
        ),
        people=(
            PeopleClass("wearer", "The people supervised", made_up("in person, in their language; they sign for it.")),
            PeopleClass("household", "Those who live with them", made_up("by a letter at the fitting.")),
        ),
        categories=tuple(_category(category) for category in Category),
        uses=tuple(_uses(scheme.modes, purposes[0])),
        retention=tuple(
            Retention(
                category.value,
                kept[category].days if category in kept else 0,
                kept[category].justification if category in kept else made_up("it is not needed afterwards."),
                owner=made_up("the owner of the scheme."),
                review_at=now + timedelta(days=3650),
            )
            for category in Category
        ),
        suppliers=(
            Supplier(
                "tags",
                "Made-up Tags Ltd",
                made_up("it lends devices."),
                made_up("forward what the devices say; keep nothing."),
                made_up("contract 1."),
                territory=made_up("the same island."),
                return_and_erase=made_up("it erases within a day and says so."),
            ),
        ),
        recipients=(
            Recipient(
                "court",
                "The made-up court",
                made_up("to decide on an order it made."),
                made_up("a made-up Act, s. 2."),
                purposes=purposes,
                categories=(Category.EVENTS.value, Category.TRAIL.value),
                territory=made_up("the same island; nothing is transferred."),
                court=True,
            ),
            Recipient(
                "lifeboat",
                "The made-up lifeboat",
                made_up("to find somebody who is missing at sea."),
                made_up("a made-up Act, s. 4."),
                purposes=purposes,
                categories=(Category.TRAIL.value,),
                territory=made_up("the same island; nothing is transferred."),
            ),
            Recipient(
                "ferry",
                "The made-up ferry office",
                made_up("to know whether a device failed on board."),
                made_up("a made-up Act, s. 6."),
                purposes=purposes,
                categories=(Category.EVENTS.value,),
                territory=made_up("the same island; nothing is transferred."),
            ),
        ),
        contact_first=(
            ContactFirst("battery", made_up("ring the person."), made_up("ring again, then visit.")),
            ContactFirst("strap", made_up("ring the person."), made_up("ask for an enquiry.")),
        ),
        guidance=(
            Guidance("access", made_up("ask the question first; open the least that answers it.")),
            Guidance("exemptions", made_up("believe the person until it is decided.")),
            *(Guidance(part, made_up(text), made_up(example)) for part, text, example in GUIDANCE),
        ),
        review=(ReviewPeriod(scheme.starts_at, review_days, made_up("a made-up policy, paragraph 3.")),),
        access=made_up("two people, a reason, a window of hours."),
        security=made_up("sealed under keys of each person and day; every opening is recorded."),
        rights=made_up("ask any officer, or complain to the regulator."),
        automated=made_up("nothing is decided without a person."),
        removal_hours=scheme.removal_hours,
        interpreter=made_up("ask at the house by the sea."),
    )


def _operation(mode: ModeCode, powers: tuple[str, ...], purposes: tuple[str, ...], scheme: Scheme) -> Operation:
    return Operation(
        mode,
        powers,
        purposes,
        form=made_up("location, at specified times."),
        territory=made_up("one island in the open sea."),
        from_at=scheme.starts_at,
        ceiling_days=36500,
    )


def _category(category: Category) -> DataCategory:
    held = {
        Category.OUTCOMES: "whether someone was there, answered or checked in; one line each time.",
        Category.EVENTS: "what a device said of itself, and what was found; a few a day.",
        Category.EVIDENCE: "the fixes that confirmed a finding; ten at most each time.",
        Category.TRAIL: "positions, about one a minute.",
    }
    special = category in (Category.TRAIL, Category.EVIDENCE)
    return DataCategory(category.value, category.value.title(), made_up(held[category]), special, category)


def _uses(modes: Collection[ModeCode], purpose: str) -> list[DataUse]:
    return [
        DataUse(category.value, stage, mode, purpose, "wearer", made_up("the person, or the device."))
        for mode in modes
        for category in sorted(MODES[mode].keeps)
        for stage in (Stage.COLLECT, Stage.RETAIN, *(_OF_A_TRAIL if category is Category.TRAIL else ()))
    ]


def made_up_dpia(register: Register, now: datetime) -> Dpia:
    """A whole assessment of every operation that a register has."""
    said = made_up("invented, like all of it.")
    modes = [one.mode for one in register.operations if MODES[one.mode].rung]
    return Dpia(
        scheme_id=register.scheme_id,
        description=Description(said, said, said, said, said, said),
        assessments=tuple(
            OperationAssessment(
                mode,
                necessity=said,
                proportionality=said,
                criteria=said,
                informing=said,
                access=said,
                retention=said,
                alternatives=tuple(Alternative(one.code, said) for one in LADDER if one.rung < MODES[mode].rung),
            )
            for mode in modes
        ),
        risks=tuple(
            Risk(code, title, harm, Level.LOW, Level.MEDIUM, said, Level.LOW, said) for code, title, harm in SEEDED
        ),
        review_due_at=now + IN_DATE,
        owner=said,
    )
