"""Schemes for whoever works with them: some of them by name, one with its operations, and what a change would do.

Nothing here is about a person. Every list is bounded.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.flows.end_scheme import what_is_left
from custodiet.flows.keep_register import preview_retention
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.flows.searching import one_page, words_of
from custodiet.model.dpia import Activation, Gap
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import LADDER, Mode, ModeCode
from custodiet.model.record import PlanLine, SchemeEnded
from custodiet.model.register import Register
from custodiet.rules.closing import ends_along, goes_on, is_refused_along, plan_of
from custodiet.rules.documents.making import Affected, affected
from custodiet.rules.dpia import gaps
from custodiet.rules.register import DryRun, Problem, contradictions, shorter

PAGE_LINES = 25


class Stand(StrEnum):
    """How an operation of a scheme stands."""

    NOT_PERMITTED = "not_permitted"
    NEEDS_NONE = "needs_none"
    LACKING = "lacking"
    READY = "ready"
    WAITING = "waiting"
    ACTIVE = "active"
    REASSESSMENT = "reassessment"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class OperationShown:
    """One mode of the ladder as a scheme has it now. `proposal`: the act that waits for the second person's answer."""

    mode: Mode
    stand: Stand
    gaps: tuple[Gap, ...] = ()
    until: datetime | None = None
    since: datetime | None = None
    proposal: int | None = None
    proposed_by: ActorId | None = None

    @property
    def proposable(self) -> bool:
        """Whether it lacks nothing, and nobody has proposed it yet."""
        return self.proposal is None and not self.gaps and self.stand in _MAY_BEGIN


_MAY_BEGIN = (Stand.READY, Stand.REASSESSMENT, Stand.CLOSED)


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """One scheme in a list."""

    register: Register
    ended: bool
    active: int
    waiting: int
    reassessment: int


@dataclass(frozen=True, slots=True)
class SchemesFound:
    """One page of a list."""

    lines: tuple[SchemeLine, ...]
    found: int
    page: int
    pages: int


def find_schemes(view: Reading, at: datetime, words: str, page: int) -> SchemesFound:
    """Those whose name, controller or id holds these words, by name; a page beyond the last one is the last one."""
    wanted = words_of(words).casefold()
    held = [(register_at(view, one, at)[0], one) for one in view.scheme_ids()]
    named = sorted(
        (register.name.casefold(), scheme_id)
        for register, scheme_id in held
        if any(wanted in text.casefold() for text in (register.name, register.controller.name, scheme_id))
    )
    some, page, pages = one_page(named, page, PAGE_LINES)
    return SchemesFound(tuple(_line(view, scheme_id, at) for _, scheme_id in some), len(named), page, pages)


def _line(view: Reading, scheme_id: SchemeId, at: datetime) -> SchemeLine:
    register, _ = register_at(view, scheme_id, at)
    activations = view.activations(scheme_id)
    stands = [_stand_of(register, activations, mode, at).stand for mode in LADDER]
    waiting = {one.mode for one in activations if _waits(one)}
    return SchemeLine(
        register,
        view.scheme_ending(scheme_id) is not None,
        stands.count(Stand.ACTIVE),
        len(waiting),
        stands.count(Stand.REASSESSMENT),
    )


def show_operations(view: Reading, scheme_id: SchemeId, at: datetime) -> tuple[OperationShown, ...]:
    """Every mode of the ladder, the lowest rung first, with what each lacks. Raises NotFound."""
    register, _ = register_at(view, scheme_id, at)
    activations = view.activations(scheme_id)
    lacking = gaps(register, dpia_at(view, scheme_id), at)
    return tuple(
        _stand_of(register, activations, mode, at, tuple(one for one in lacking if one.mode in (None, mode.code)))
        for mode in LADDER
    )


def _stand_of(
    register: Register,
    activations: tuple[Activation, ...],
    mode: Mode,
    at: datetime,
    lacking: tuple[Gap, ...] = (),
) -> OperationShown:
    mine = [one for one in activations if one.mode is mode.code]
    if mode.rung == 0:
        return OperationShown(mode, Stand.NEEDS_NONE)
    was = max((one for one in mine if one.from_at is not None), key=lambda one: one.act, default=None)
    active = next((one for one in mine if one.active(at)), None)
    asked = next((one for one in mine if _waits(one)), None)
    if register.operation(mode.code) is None and active is None:
        return OperationShown(mode, Stand.NOT_PERMITTED)
    stand, since = Stand.LACKING if lacking else Stand.READY, None
    if active is not None:
        stand, since = Stand.ACTIVE, active.from_at
    elif asked is not None:
        stand, since = Stand.WAITING, asked.proposed_at
    elif was is not None:
        stand, since = (Stand.REASSESSMENT, was.until_at) if was.closed_at is None else (Stand.CLOSED, was.closed_at)
    return OperationShown(
        mode,
        stand,
        lacking,
        None if active is None else active.until_at,
        since,
        None if asked is None else asked.act,
        None if asked is None else asked.proposed_by,
    )


def _waits(one: Activation) -> bool:
    return one.approved_by is None and not one.refused


def who_proposed(view: Reading, scheme_id: SchemeId, proposal: int) -> ActorId:
    """Whose proposal it is. Raises NotFound."""
    found = next((one for one in view.activations(scheme_id) if one.act == proposal), None)
    if found is None:
        raise NotFound("no such proposal")
    return found.proposed_by


@dataclass(frozen=True, slots=True)
class Preview:
    """What a register would change if it were kept. `before`: the newest version; None for a new scheme.

    `number`: of that version; `stops`: the operations that are active and would go into re-assessment.
    """

    register: Register
    before: Register | None
    number: int
    effective_at: datetime
    problems: tuple[Problem, ...]
    affected: Affected
    stops: tuple[ModeCode, ...]
    shorter: tuple[str, ...]
    looked: DryRun | None

    @property
    def seen(self) -> str:
        """The token of the dry run that is shown."""
        return "" if self.looked is None else self.looked.token


def preview_register(view: Reading, register: Register, effective_at: datetime, now: datetime) -> Preview:
    """What keeping this register would do; nothing is changed."""
    scheme_id = register.scheme_id
    versions = view.registers(scheme_id)
    known = scheme_id in view.scheme_ids()
    before = versions[-1].register if versions else register_at(view, scheme_id, now)[0] if known else None
    problems = contradictions(register)
    old, told = before or Register(scheme_id, register.name), Affected((), (), ())
    if not problems:  # of what contradicts itself no document can be made
        told = affected(old, register, dpia_at(view, scheme_id), effective_at)
    active = {one.mode for one in view.activations(scheme_id) if one.active(effective_at)} if known else set()
    return Preview(
        register,
        before,
        len(versions),
        effective_at,
        problems,
        told,
        tuple(mode for mode in told.operations if mode in active),
        () if before is None else shorter(before, register),
        preview_retention(view, register, effective_at) if known and not problems else None,
    )


@dataclass(frozen=True, slots=True)
class EndPreview:
    """What the end of a scheme would do now: decisions that end, proposals refused, operations closed, what is left."""

    decisions: int
    orders: int
    """Of courts, that go on until their makers end them."""
    proposals: int
    operations: tuple[Mode, ...]
    plan: tuple[PlanLine, ...]
    ended: SchemeEnded | None


def preview_end(view: Reading, scheme_id: SchemeId, now: datetime) -> EndPreview:
    """What ending it would do now, or what is left of it since it ended. Raises NotFound."""
    ending = view.scheme_ending(view.scheme(scheme_id).id)
    under = view.decisions_under(scheme_id)
    active = {one.mode for one in view.activations(scheme_id) if one.active(now)}
    if ending is None:
        plan = plan_of(view.left_of(scheme_id), view.retention_clocks_of(scheme_id), now)
    else:
        plan = what_is_left(view, scheme_id)
    return EndPreview(
        decisions=sum(ends_along(one, now) for one in under),
        orders=sum(goes_on(one, now) for one in under),
        proposals=sum(is_refused_along(one) for one in under),
        operations=tuple(mode for mode in LADDER if mode.code in active),
        plan=plan,
        ended=ending,
    )
