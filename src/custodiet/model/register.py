"""The register of a scheme: controller, purposes, powers, operations, retention, recipients; each stands once, here.

Every document is made from it. A register may be legal and not yet complete: what is empty is a gap, and
`rules/dpia.py` says which, for which operation, and who can supply it. Nothing here is about a person. It is dated by
the version it stands in (model/stored.py does not know it; `RegisterVersion` does), so that it can be seen as at any
date (R114). Paragraph numbers (¶) are those of the Enforcement Notice of 28 February 2024.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.asked import Who, asked, offered
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import SchemeId
from custodiet.model.mode import Category, ModeCode
from custodiet.model.scheme import Force, Regime


class Stage(StrEnum):
    """What is done with data, as the assessments list it (R1)."""

    COLLECT = "collect"
    DERIVE = "derive"
    ALERT = "alert"
    VIEW = "view"
    EXPORT = "export"
    DISCLOSE = "disclose"
    RETAIN = "retain"
    ANALYSE = "analyse"
    MASK = "mask"
    """Compared with a map of places in the vault, so that stays which tell of faith or health are left out (R11)."""


class Gate(StrEnum):
    """Who else has to decide, besides two officers (R100)."""

    COURT = "court"
    PANEL = "panel"


class After(StrEnum):
    """What happens when a retention rule has run out."""

    ERASE = "erase"
    ANONYMISE = "anonymise"


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation or an office, and how to reach it."""

    name: str = asked("the name", Who.OWNER)
    contact: str = asked("how to reach it", Who.OWNER)


@dataclass(frozen=True, slots=True)
class RegisteredPurpose:
    """What the data are for, precisely and in one place, with the basis it rests on (¶115-116)."""

    code: str
    title: str = asked("the purpose in a few words", Who.OWNER)
    description: str = asked("what exactly is done for this purpose, and what is not", Who.OWNER)
    task: str = asked("the public task that it belongs to, with its citation", Who.LEGAL)
    basis: str = asked("the basis for processing (for example Art 6(1)(e))", Who.LEGAL)
    special_condition: str = offered("the condition for special category data (for example Art 9(2)(g))", Who.LEGAL)
    schedule_condition: str = offered("the condition in Schedule 1 or 8 of the Act that it meets", Who.LEGAL)
    regime: Regime | None = asked("the data-protection regime", Who.LEGAL, None)
    operational: bool = offered(
        "whether it is an operational purpose; off unless someone decided otherwise", Who.OWNER, False
    )
    look_up_hours: int = offered("how many hours one look-up for this purpose spans at most", Who.OPERATIONS, 24)


@dataclass(frozen=True, slots=True)
class RegisteredPower:
    """The provision relied on: a duty or a discretion, and what lifts a duty (R105)."""

    code: str
    title: str = asked("the power in a few words", Who.LEGAL)
    source: str = asked("its citation", Who.LEGAL)
    force: Force | None = asked("whether it is a duty or a discretion", Who.LEGAL, None)
    regime: Regime | None = asked("the data-protection regime", Who.LEGAL, None)
    lifted_by: tuple[str, ...] = offered("the findings that lift the duty, and who makes each", Who.LEGAL, ())
    satisfied_from: ModeCode | None = offered("the lowest rung that satisfies the duty", Who.LEGAL, None)


@dataclass(frozen=True, slots=True)
class Operation:
    """One mode as this scheme may use it: the unit that is assessed, activated and closed (¶117)."""

    mode: ModeCode
    powers: tuple[str, ...] = asked("the powers it rests on", Who.LEGAL, ())
    purposes: tuple[str, ...] = asked("the purposes it serves", Who.OWNER, ())
    form: str = asked("the statutory form that it takes (location, presence or absence)", Who.LEGAL)
    territory: str = asked("where it may be used", Who.LEGAL)
    from_at: datetime | None = asked("from when on", Who.OWNER, None)
    until_at: datetime | None = offered("until when", Who.OWNER, None)
    ceiling_days: int | None = asked("the longest total time for one person, in days", Who.OWNER, None)
    gate: Gate | None = offered("whether a court or a panel decides besides", Who.OWNER, None)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A ground on which an exemption may be overridden."""

    code: str
    text: str = asked("the ground, so that two people would apply it alike", Who.LEGAL)


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who must not be put under an operation. Without criteria nobody may override it (R40, ¶165-170)."""

    code: str
    title: str = asked("whom it exempts", Who.LEGAL)
    rule: str = asked("the rule, so that two people would apply it alike", Who.LEGAL)
    operations: tuple[ModeCode, ...] = offered("the operations it exempts from; all when empty", Who.LEGAL, ())
    criteria: tuple[Criterion, ...] = offered("the grounds on which it may be overridden", Who.LEGAL, ())

    def exempts_from(self, mode: ModeCode) -> bool:
        """Whether it has to be asked about before anyone is put under this mode."""
        return not self.operations or mode in self.operations


@dataclass(frozen=True, slots=True)
class PeopleClass:
    """A class of people whose data are processed, and how they are told (¶111-114, ¶127-128)."""

    code: str
    title: str = asked("who they are", Who.OWNER)
    told_how: str = asked("how they are told, and how that is recorded", Who.OPERATIONS)


@dataclass(frozen=True, slots=True)
class DataCategory:
    """A kind of data. `kept_as`: the category of the store that holds it, if it is one of those."""

    code: str
    title: str = asked("the category in a few words", Who.OPERATIONS)
    holds: str = asked("what it holds, how often and how much", Who.OPERATIONS)
    special: bool = offered("whether it reveals special category data", Who.DPO, False)
    kept_as: Category | None = offered("the category of the store that holds it", Who.OPERATIONS, None)


@dataclass(frozen=True, slots=True)
class DataUse:
    """That one category is used at one stage of one operation for one purpose, about one class of people (¶93)."""

    category: str
    stage: Stage
    operation: ModeCode
    purpose: str
    people: str
    source: str = asked("where it comes from", Who.OPERATIONS)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long one category is kept after the decision ended, and why (R10, ¶129-131).

    To say *anonymise* needs a method, and a test of it: what was not tried is kept as personal data.
    """

    category: str
    days: int | None = asked("how many days", Who.OWNER, None)
    justification: str = asked("why no shorter time would do, for this category", Who.OWNER)
    owner: str = asked("who owns the rule", Who.OWNER)
    review_at: datetime | None = asked("when the rule is looked at again", Who.OWNER, None)
    after: After = offered("what happens then", Who.OWNER, After.ERASE)
    method: str = offered("how it is anonymised", Who.DPO)
    tested_at: datetime | None = offered("when the method was tested", Who.DPO, None)
    test_result: str = offered("what the test showed", Who.DPO)

    def __post_init__(self) -> None:
        if self.days is not None and self.days < 0:
            raise IllegalValue("a retention rule needs whole days")


@dataclass(frozen=True, slots=True)
class Supplier:
    """A processor, and what it was instructed to do (Art 28)."""

    code: str
    name: str = asked("the supplier's name", Who.SUPPLIERS)
    does: str = asked("what it does", Who.SUPPLIERS)
    instructions: str = asked("what it is instructed to do, and not to do", Who.SUPPLIERS)
    contract: str = asked("the contract and its date", Who.SUPPLIERS)
    operations: tuple[ModeCode, ...] = offered("the operations it serves; all when empty", Who.SUPPLIERS, ())
    territory: str = asked("where it processes", Who.SUPPLIERS)
    return_and_erase: str = asked("how its copies come back and are erased (R108)", Who.SUPPLIERS)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone whom data may be disclosed to, one request at a time (R15)."""

    code: str
    name: str = asked("the recipient's name", Who.OWNER)
    why: str = asked("what it needs the data for", Who.OWNER)
    gateway: str = asked("the provision that lets the data be disclosed", Who.LEGAL)
    purposes: tuple[str, ...] = asked("the purposes that it belongs to", Who.OWNER, ())
    categories: tuple[str, ...] = asked("the categories it may be given", Who.OWNER, ())
    territory: str = asked("where it is, and what safeguards a transfer", Who.LEGAL)
    court: bool = offered("whether it is a court, whose order may ask for all of a window", Who.LEGAL, False)


@dataclass(frozen=True, slots=True)
class ContactFirst:
    """An event at which the person is asked before any data is (¶192)."""

    event: str
    step: str = asked("how the person is reached first", Who.OPERATIONS)
    then: str = asked("what follows when they cannot be reached", Who.OPERATIONS)


@dataclass(frozen=True, slots=True)
class Guidance:
    """What staff read beside a field (¶168-183). `field`: a path of this register, or of a decision."""

    field: str
    text: str = asked("the guidance", Who.OPERATIONS)
    example: str = offered("a worked example of it (R48)", Who.OPERATIONS)


@dataclass(frozen=True, slots=True)
class ReviewPeriod:
    """How often a decision is reviewed, from a date on: a dated row, since it is policy and changes."""

    from_at: datetime
    days: int
    source: str = asked("where the period is laid down", Who.LEGAL)

    def __post_init__(self) -> None:
        if self.days < 1:
            raise IllegalValue("a review period needs whole days")


@dataclass(frozen=True, slots=True)
class Register:
    """One scheme, whole. `made_up`: nothing in it is about the world, and its export carries no assessment."""

    scheme_id: SchemeId
    name: str = asked("the name of the scheme", Who.OWNER)
    made_up: bool = offered("whether the scheme is invented", Who.OWNER, False)
    copied_from: SchemeId | None = offered("the scheme that its structure was copied from", Who.OWNER, None)
    controller: Party = offered("the controller", Who.OWNER, Party())
    dpo: Party = offered("the data protection officer", Who.OWNER, Party())
    starts_at: datetime | None = asked("when the scheme starts", Who.OWNER, None)
    ends_at: datetime | None = offered("when the scheme ends", Who.OWNER, None)
    pilot: bool = offered("whether it is a pilot, which is assessed no less", Who.OWNER, False)
    success_measure: str = asked("the measure by which the scheme succeeds", Who.OWNER)
    stop_rule: str = asked("the finding at which the scheme is stopped", Who.OWNER)
    selection: str = asked("how people are selected, and why so", Who.OWNER)
    purposes: tuple[RegisteredPurpose, ...] = asked("the purposes", Who.OWNER, ())
    powers: tuple[RegisteredPower, ...] = asked("the powers", Who.LEGAL, ())
    operations: tuple[Operation, ...] = asked("the operations", Who.OWNER, ())
    exemptions: tuple[Exemption, ...] = asked("the exemptions", Who.LEGAL, ())
    people: tuple[PeopleClass, ...] = asked("the classes of people whose data are processed", Who.OWNER, ())
    categories: tuple[DataCategory, ...] = asked("the categories of data", Who.OPERATIONS, ())
    uses: tuple[DataUse, ...] = asked("which data are used at which stage, for which purpose", Who.OPERATIONS, ())
    retention: tuple[Retention, ...] = asked("the retention rules", Who.OWNER, ())
    suppliers: tuple[Supplier, ...] = asked("the suppliers", Who.SUPPLIERS, ())
    recipients: tuple[Recipient, ...] = asked("the recipients", Who.OWNER, ())
    contact_first: tuple[ContactFirst, ...] = asked("the events at which the person is asked first", Who.OPERATIONS, ())
    guidance: tuple[Guidance, ...] = asked("the guidance for staff", Who.OPERATIONS, ())
    review: tuple[ReviewPeriod, ...] = asked("how often a decision is reviewed", Who.OWNER, ())
    access: str = asked("who may open data, when and on what conditions", Who.OPERATIONS)
    security: str = asked("how the data are protected, in general terms", Who.OPERATIONS)
    rights: str = asked("how people use their rights, and how to complain", Who.DPO)
    automated: str = asked("what is decided without a person, or that nothing is", Who.OWNER)
    removal_hours: int = offered(
        "hours until the person is told and a device taken off, after an ending", Who.OPERATIONS, 24
    )
    interpreter: str = offered("how to reach an interpreter, as the notice tells people", Who.OPERATIONS)
    training_days: int | None = offered(
        "for how many days training holds: once this is set, nobody proposes or approves without it",
        Who.OPERATIONS,
        None,
    )
    inspection_days: int | None = offered(
        "after how many days at most a device on someone is inspected, and the skin under it",
        Who.OPERATIONS,
        None,
    )

    def operation(self, mode: ModeCode) -> Operation | None:
        """The operation of that mode, if the scheme has it."""
        return next((one for one in self.operations if one.mode is mode), None)


@dataclass(frozen=True, slots=True)
class RegisterVersion:
    """A register as it stands from an instant on, until another version does."""

    number: int
    effective_at: datetime
    entry: int
    register: Register
