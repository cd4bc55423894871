"""What follows from a register: what it lacks, what in it contradicts itself, which version holds, what a change costs.

Pure. A gap is said of the field, with who can supply it; a contradiction keeps a register from being kept at all.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from custodiet.model.asked import Who
from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision
from custodiet.model.dpia import Gap
from custodiet.model.judging import Judging
from custodiet.model.mode import MODES, Category, ModeCode
from custodiet.model.register import After, Operation, Register, RegisterVersion, Stage
from custodiet.model.scheme import Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.rules.exemptions import exemptions_from
from custodiet.rules.fields import Held, is_empty, key_of, walk

# --- versions ---------------------------------------------------------------------------------------------------


def in_effect(versions: Iterable[RegisterVersion], at: datetime) -> RegisterVersion | None:
    """The version that holds at an instant: the latest of those that had taken effect."""
    held = [one for one in versions if one.effective_at <= at]
    return max(held, key=lambda one: one.number, default=None)


def scheme_of(register: Register, registered: Scheme) -> Scheme:
    """The scheme as the gate knows it, as this register says it is. What a register leaves out is not permitted."""
    kept = {one.code: one.kept_as for one in register.categories}
    return replace(
        registered,
        name=register.name,
        controller=register.controller.name,
        starts_at=registered.starts_at if register.starts_at is None else register.starts_at,
        ends_at=register.ends_at,
        purposes=_purposes(register) or registered.purposes,
        powers=_powers(register) or registered.powers,
        modes=tuple(one.mode for one in register.operations),
        retention=tuple(
            RetentionRule(category, one.days, one.justification)
            for one in register.retention
            if (category := kept.get(one.category)) is not None and one.days is not None and one.justification
        ),
        removal_hours=register.removal_hours,
    )


def first_scheme(register: Register, judging: Judging) -> Scheme | None:
    """The scheme to register along with the first version; None while too little is known to register one."""
    if not _purposes(register) or not _powers(register) or register.starts_at is None:
        return None
    bare = Scheme(
        register.scheme_id,
        register.name,
        register.controller.name,
        register.starts_at,
        register.ends_at,
        _purposes(register),
        _powers(register),
        (),
        (),
        register.removal_hours,
        judging,
    )
    return scheme_of(register, bare)


def _purposes(register: Register) -> tuple[Purpose, ...]:
    return tuple(Purpose(one.code, one.title, one.operational) for one in register.purposes)


def _powers(register: Register) -> tuple[Power, ...]:
    return tuple(
        Power(one.code, one.title, one.source, one.force, one.regime, one.satisfied_from)
        for one in register.powers
        if one.force is not None and one.regime is not None
    )


def register_of(scheme: Scheme) -> Register:
    """What a scheme that was registered before there were registers tells of itself; the rest of it is gaps."""
    from custodiet.model.register import DataCategory, Party, RegisteredPower, RegisteredPurpose, Retention  # noqa: PLC0415

    return Register(
        scheme_id=scheme.id,
        name=scheme.name,
        controller=Party(scheme.controller),
        starts_at=scheme.starts_at,
        ends_at=scheme.ends_at,
        purposes=tuple(RegisteredPurpose(p.code, p.title, operational=p.operational) for p in scheme.purposes),
        powers=tuple(
            RegisteredPower(p.code, p.title, p.source, p.force, p.regime, (), p.satisfied_from) for p in scheme.powers
        ),
        operations=tuple(Operation(mode) for mode in scheme.modes),
        categories=tuple(DataCategory(r.category.value, kept_as=r.category) for r in scheme.retention),
        retention=tuple(Retention(r.category.value, r.days, r.justification) for r in scheme.retention),
        removal_hours=scheme.removal_hours,
    )


# --- what keeps a register from being kept ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a register or of its file."""

    path: str
    says: str


def contradictions(register: Register) -> tuple[Problem, ...]:
    """Every code that stands twice, names nothing, or speaks against another field; empty when there is none."""
    found = [
        Problem(f"{name}[{code}]", "stands twice")
        for name in _LISTS
        for code in _twice(key_of(part, number) for number, part in enumerate(getattr(register, name)))
    ]
    known = {
        name: {key_of(part, number) for number, part in enumerate(getattr(register, name))}
        for name in ("purposes", "powers", "operations", "people", "categories")
    }

    def refer(path: str, to: str, codes: Iterable[str]) -> None:
        found.extend(
            Problem(path, f"names {code!r}, which is none of the {to}") for code in codes if code not in known[to]
        )

    for op in register.operations:
        at = f"operations[{op.mode}]"
        refer(f"{at}.powers", "powers", op.powers)
        refer(f"{at}.purposes", "purposes", op.purposes)
        if op.from_at is not None and op.until_at is not None and op.until_at <= op.from_at:
            found.append(Problem(f"{at}.until_at", "lies before its start"))
        if op.ceiling_days is not None and op.ceiling_days < 1:
            found.append(Problem(f"{at}.ceiling_days", "is less than a day"))
    for use in register.uses:
        at = f"uses[{key_of(use, 0)}]"
        refer(at, "categories", (use.category,))
        refer(at, "operations", (use.operation,))
        refer(at, "purposes", (use.purpose,))
        refer(at, "people", (use.people,))
        op_of = register.operation(use.operation)
        if op_of is not None and use.purpose in known["purposes"] and use.purpose not in op_of.purposes:
            found.append(Problem(at, f"the operation does not serve the purpose {use.purpose!r}"))
    for rule in register.retention:
        refer(f"retention[{rule.category}].category", "categories", (rule.category,))
    for name in ("suppliers", "exemptions"):
        for one in getattr(register, name):
            refer(f"{name}[{one.code}].operations", "operations", one.operations)
    found += [
        Problem(f"purposes[{one.code}].look_up_hours", "is less than an hour")
        for one in register.purposes
        if one.look_up_hours < 1
    ]
    for recipient in register.recipients:
        refer(f"recipients[{recipient.code}].purposes", "purposes", recipient.purposes)
        refer(f"recipients[{recipient.code}].categories", "categories", recipient.categories)
    kept = [one.kept_as for one in register.categories if one.kept_as is not None]
    found += [Problem("categories", f"two of them are kept as {category}") for category in _twice(kept)]
    if register.starts_at is not None and register.ends_at is not None and register.ends_at <= register.starts_at:
        found.append(Problem("ends_at", "lies before the start"))
    if register.removal_hours < 1:
        found.append(Problem("removal_hours", "is less than an hour"))
    if register.training_days is not None and register.training_days < 1:
        found.append(Problem("training_days", "is less than a day"))
    if register.inspection_days is not None and register.inspection_days < 1:
        found.append(Problem("inspection_days", "is less than a day"))
    return tuple(found)


_LISTS = (
    "purposes",
    "powers",
    "operations",
    "exemptions",
    "people",
    "categories",
    "uses",
    "retention",
    "suppliers",
    "recipients",
    "contact_first",
    "guidance",
)


def _twice(codes: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [code for code in codes if code in seen or seen.add(code)]  # type: ignore[func-returns-value]


# --- what it lacks ----------------------------------------------------------------------------------------------


def missing(register: Register, now: datetime) -> tuple[Gap, ...]:
    """Every field that an activation needs and that is empty, over or untested; each said once for each operation."""
    gaps = [
        _gap(held, mode) for held in walk(register) if held.must and held.empty for mode in _held_up(register, held)
    ]
    for purpose in register.purposes:
        at = f"purposes[{purpose.code}]"
        special = {c.code for c in register.categories if c.special}
        ops = {use.operation for use in register.uses if use.purpose == purpose.code and use.category in special}
        for mode in sorted(ops, key=lambda one: MODES[one].rung):
            if is_empty(purpose.special_condition):
                gaps.append(_named(at, "special_condition", "the condition for special category data", Who.LEGAL, mode))
            if is_empty(purpose.schedule_condition) and purpose.regime is not None:
                which = "Schedule 8" if purpose.regime is Regime.LAW_ENFORCEMENT else "Schedule 1"
                gaps.append(
                    _named(at, "schedule_condition", f"the condition in {which} that it meets", Who.LEGAL, mode)
                )
    gaps += _retention_gaps(register, now)
    for op in register.operations:
        if MODES[op.mode].rung and not any(use.operation is op.mode for use in register.uses):
            gaps.append(
                Gap("register.uses", "uses", f"which data the operation {op.mode} uses", Who.OPERATIONS, op.mode)
            )
        if Category.TRAIL in MODES[op.mode].keeps and not _says_masked(register, op.mode):
            says = f"that the trails of {op.mode} are compared with a map of places, so that some stays are not shown"
            gaps.append(Gap("register.masking", "uses", says, Who.OPERATIONS, op.mode))
        if op.until_at is not None and op.until_at <= now:
            gaps.append(_named(f"operations[{op.mode}]", "until_at", "a time that is not over", Who.OWNER, op.mode))
    if register.pilot and register.ends_at is None:
        gaps.append(Gap("register.ends_at", "ends_at", "when the pilot ends", Who.OWNER))
    if register.ends_at is not None and register.ends_at <= now:
        gaps.append(Gap("register.ends_at", "ends_at", "the scheme is over", Who.OWNER))
    if register.review and not any(one.from_at <= now for one in register.review):
        gaps.append(Gap("register.review", "review", "how often a decision is reviewed from today on", Who.OWNER))
    return tuple(gaps)


def _says_masked(register: Register, mode: ModeCode) -> bool:
    """A trail beside a map of places is a processing of its own (¶100-101), if only to hide what it tells."""
    return any(use.operation is mode and use.stage is Stage.MASK for use in register.uses)


def _retention_gaps(register: Register, now: datetime) -> list[Gap]:
    gaps: list[Gap] = []
    for rule in register.retention:
        at, modes = f"retention[{rule.category}]", _using(register, rule.category)
        for mode in modes:
            if rule.review_at is not None and rule.review_at <= now:
                gaps.append(_named(at, "review_at", "the rule was not looked at again in time", Who.OWNER, mode))
            if rule.after is After.ANONYMISE:
                # ¶27: to say "anonymised" of what was not shown to be is to keep personal data.
                tested = (
                    ("method", rule.method, "how it is anonymised"),
                    ("tested_at", rule.tested_at, "when the method was tested"),
                    ("test_result", rule.test_result, "what the test showed"),
                )
                gaps += [_named(at, name, asks, Who.DPO, mode) for name, value, asks in tested if is_empty(value)]
    ruled = {rule.category for rule in register.retention}
    kept = {one.category for one in register.uses}
    for category in sorted(kept - ruled):
        for mode in _using(register, category):
            says = f"how long {category} is kept, and why"
            gaps.append(Gap("register.retention", f"retention[{category}]", says, Who.OWNER, mode))
    return gaps


def _gap(held: Held, mode: ModeCode | None) -> Gap:
    return Gap(f"register.{held.pattern.replace('[]', '')}", held.path, held.says, held.who, mode)


def _named(at: str, name: str, says: str, who: Who, mode: ModeCode | None) -> Gap:
    return Gap(f"register.{at.partition('[')[0]}.{name}", f"{at}.{name}", says, who, mode)


def _held_up(register: Register, held: Held) -> tuple[ModeCode | None, ...]:
    """Which operations an empty field holds up: those that rest on what it stands in, or all."""
    name, _, rest = held.path.partition("[")
    if not rest:
        return (None,)
    code = rest.rpartition("]")[0]
    match name:
        case "operations":
            return (ModeCode(code),)
        case "purposes":
            modes = tuple(op.mode for op in register.operations if code in op.purposes)
        case "powers":
            modes = tuple(op.mode for op in register.operations if code in op.powers)
        case "uses":
            modes = (held.owner.operation,)
        case "categories" | "retention":
            modes = _using(register, code)
        case "people":
            modes = tuple(
                op.mode
                for op in register.operations
                if any(use.people == code for use in register.uses if use.operation is op.mode)
            )
        case "suppliers" | "exemptions":
            one = next((part for part in getattr(register, name) if part.code == code.partition("]")[0]), None)
            modes = () if one is None else one.operations
        case "recipients":
            one = next((part for part in register.recipients if part.code == code), None)
            served = set() if one is None else set(one.purposes)
            modes = tuple(op.mode for op in register.operations if served & set(op.purposes))
        case _:
            return (None,)
    return modes or (None,)


def _using(register: Register, category: str) -> tuple[ModeCode, ...]:
    used = {use.operation for use in register.uses if use.category == category}
    return tuple(op.mode for op in register.operations if op.mode in used)


# --- what an operation's assessment rests on --------------------------------------------------------------------


def basis_of(register: Register, mode: ModeCode) -> str:
    """A fingerprint of what an assessment of this operation rests on; another when any of it changes.

    Not in it: guidance, contact details, success measure, stop rule and dates of the scheme, which change what staff
    read or when all of it ends, and not what is done to people. Fields that hold their default leave no trace in it, so
    that one added by a later version of this code changes no fingerprint that stands.
    """
    op = register.operation(mode)
    if op is None:
        return ""
    uses = [use for use in register.uses if use.operation is mode]
    used = {use.category for use in uses}
    told = {use.people for use in uses}
    rests = {
        "scheme": register.scheme_id,
        "controller": register.controller.name,
        "operation": op,
        "purposes": [one for one in register.purposes if one.code in op.purposes],
        "powers": [one for one in register.powers if one.code in op.powers],
        "uses": uses,
        "people": [one for one in register.people if one.code in told],
        "categories": [one for one in register.categories if one.code in used],
        "retention": [replace(one, review_at=None, owner="") for one in register.retention if one.category in used],
        "exemptions": list(exemptions_from(register, mode)),
        "suppliers": [
            replace(one, contract="") for one in register.suppliers if not one.operations or mode in one.operations
        ],
        "recipients": [one for one in register.recipients if set(one.purposes) & set(op.purposes)],
        "contact_first": list(register.contact_first),
        "selection": register.selection,
        "access": register.access,
        "automated": register.automated,
    }
    return fingerprint(rests)


def fingerprint(told: Any) -> str:
    """SHA-256 over what is said, in one order, without what holds its default. Hexadecimal."""
    text = json.dumps(_bare(told), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(b"custodiet/basis/v1\0" + text.encode()).hexdigest()


def _bare(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: _bare(held)
            for one in fields(value)
            if (held := getattr(value, one.name)) != one.default or one.default is MISSING
        }
    if isinstance(value, dict):
        return {name: _bare(held) for name, held in value.items() if held not in ("", [], ())}
    if isinstance(value, list | tuple):
        return [_bare(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value


def reassessed(old: Register, new: Register) -> tuple[ModeCode, ...]:
    """The operations whose assessment no longer holds once the new register does."""
    return tuple(
        op.mode for op in old.operations if MODES[op.mode].rung and basis_of(old, op.mode) != basis_of(new, op.mode)
    )


# --- retention --------------------------------------------------------------------------------------------------


def rules_for(
    registered: Scheme, versions: Sequence[RegisterVersion], made_at: datetime | None, until: datetime
) -> tuple[RetentionRule, ...]:
    """The rules that bind what was collected under a decision: those in effect when it was made, or any shorter since.

    A longer rule never reaches back: the person was told another.
    """
    rules = registered.retention
    before = None if made_at is None else in_effect(versions, made_at)
    if before is not None:
        rules = scheme_of(before.register, registered).retention
    for one in sorted(versions, key=lambda version: version.number):
        since = made_at is not None and made_at < one.effective_at <= until
        if since:
            later = {rule.category: rule for rule in scheme_of(one.register, registered).retention}
            rules = tuple(
                rule if rule.category in later and later[rule.category].days >= rule.days else later[rule.category]
                for rule in rules
                if rule.category in later
            )
    return rules


def shortened(clocks: Iterable[RetentionClock], scheme: Scheme, effective_at: datetime) -> tuple[RetentionClock, ...]:
    """The clocks that a shorter rule makes run out earlier, as they then are; never before the rule takes effect."""
    days = {rule.category: rule.days for rule in scheme.retention}
    earlier = (
        replace(one, erase_due_at=max(effective_at, one.started_at + timedelta(days=days.get(one.category, 0))))
        for one in clocks
    )
    return tuple(new for new, old in zip(earlier, clocks, strict=True) if new.erase_due_at < old.erase_due_at)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a register would do to what is kept, before it is kept: clocks that run out earlier, by category."""

    earlier: tuple[tuple[Category, int], ...]
    at_once: tuple[tuple[Category, int], ...]
    token: str

    @property
    def shortens(self) -> bool:
        """Whether anything at all would run out earlier."""
        return bool(self.earlier)


def dry_run(clocks: tuple[RetentionClock, ...], scheme: Scheme, effective_at: datetime, new: Register) -> DryRun:
    """What would be due earlier under a new register. Its token says that someone saw exactly this."""
    soon = shortened(clocks, scheme, effective_at)

    def count(which: Iterable[RetentionClock]) -> tuple[tuple[Category, int], ...]:
        by: dict[Category, int] = {}
        for one in which:
            by[one.category] = by.get(one.category, 0) + 1
        return tuple(sorted(by.items()))

    earlier, at_once = count(soon), count(one for one in soon if one.erase_due_at <= effective_at)
    rules = [replace(one, review_at=None) for one in new.retention]
    seen = {"earlier": list(earlier), "at_once": list(at_once), "rules": rules}
    return DryRun(earlier, at_once, fingerprint(seen)[:16])


def shorter(old: Register, new: Register) -> tuple[str, ...]:
    """The categories that the new register keeps for a shorter time than the old one, or no longer rules."""
    now_kept = {one.category: one.days for one in new.retention}
    return tuple(
        one.category
        for one in old.retention
        if one.days is not None and (days := now_kept.get(one.category, 0)) is not None and days < one.days
    )


# --- dates, ceilings --------------------------------------------------------------------------------


def total_time(mode: ModeCode, decisions: Iterable[Decision], now: datetime) -> timedelta:
    """How long one person has been under a mode, all decisions together, up to now."""
    total = timedelta(0)
    for one in decisions:
        if one.stands and one.mode is mode and one.starts_at < now:
            total += min(now, one.until or now) - one.starts_at
    return total


def review_days(register: Register, at: datetime) -> int | None:
    """The review period in effect, in days; None when none is."""
    held = [one for one in register.review if one.from_at <= at]
    return max(held, key=lambda one: one.from_at).days if held else None


def objections_to_operation(
    register: Register, decision: Decision, before: Iterable[Decision], now: datetime
) -> tuple[str, ...]:
    """What the register says against this decision on its mode; empty when nothing does."""
    op = register.operation(decision.mode)
    if op is None:
        return ()  # the scheme's own rule says so already
    against = []
    if op.powers and decision.power not in op.powers:
        against.append(
            "power_of_another_operation: the register lets this mode rest on another power only; "
            "a power that the register names for this mode, or a mode that this power allows"
        )
    if set(decision.purposes) - set(op.purposes):
        against.append(
            "purpose_of_another_operation: the register does not let this mode serve that purpose; "
            "the same without that purpose, or a lower mode that may serve it"
        )
    if op.gate is not None and decision.authority is not Authority.ORDER:
        against.append(
            f"needs_a_{op.gate}: this mode is decided by a {op.gate}, and officers only carry it out; "
            f"a lower mode, or an order of the {op.gate} entered as such"
        )
    days = review_days(register, decision.starts_at)
    late = days is not None and decision.review_due_at - decision.starts_at > timedelta(days=days)
    if late and decision.authority is Authority.OFFICERS:
        # Whoever comes under an order has the reviews that its maker set.
        against.append(
            f"review_too_late: what officers decide is reviewed within {days} days here; propose an earlier review"
        )
    if op.ceiling_days is not None and decision.authority is Authority.OFFICERS:
        # Whoever comes under an order has the time that its maker set.
        planned = decision.review_due_at - decision.starts_at
        if total_time(decision.mode, before, now) + planned > timedelta(days=op.ceiling_days):
            against.append(
                f"ceiling_reached: nobody is under this mode for more than {op.ceiling_days} days in all; "
                "propose an earlier review, or a narrower mode"
            )
    return tuple(against)
