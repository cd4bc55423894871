"""When an operation may begin: every gap of its register and assessment, and what the act that activates it needs.

Nothing here asks whether the scheme is a pilot: a pilot has a success measure, a stop rule and an end besides, and no
shorter path (¶146-147).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from custodiet.model.asked import Who
from custodiet.model.dpia import SEEDED, Activation, Dpia, Gap, Level, Risk
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import LADDER, MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.fields import Held, is_empty, walk
from custodiet.rules.register import basis_of, fingerprint, missing

REVIEW_MAX = timedelta(days=366)
"""An assessment is made anew at least once in so long."""
FAMILIES: tuple[frozenset[int], ...] = tuple(
    frozenset(rungs) for rungs in ({0, 1}, {2, 3, 4}, {5}, {6}, {7, 8}, {9}, {10}, {11})
)
"""Rungs that are answered together, as the ladder does for one person's decision (design §3)."""


# --- gaps -------------------------------------------------------------------------------------------------------


def gaps(register: Register, dpia: Dpia | None, now: datetime) -> tuple[Gap, ...]:
    """Everything that keeps operations of this scheme from being activated, with who can supply it; empty: nothing."""
    found = list(missing(register, now))
    if dpia is None or dpia.scheme_id != register.scheme_id:
        # Also for one that was written for another scheme: a copy inherits no assessment (R32).
        found.append(Gap("dpia.none", "dpia", "an assessment written for this scheme", Who.OWNER))
        return tuple(found)
    found += [
        _gap(held, mode) for held in walk(dpia) if held.must and held.empty for mode in _held_up(register, dpia, held)
    ]
    found += _time_gaps(dpia, now)
    found += _consultation_gaps(register, dpia)
    found += _advice_gaps(dpia)
    for code, title, _ in SEEDED:
        if code not in {risk.code for risk in dpia.risks}:
            found.append(Gap("dpia.risks", f"risks[{code}]", f"an answer to the risk: {title}", Who.DPO))
    for op in register.operations:
        if MODES[op.mode].rung:
            found += _operation_gaps(register, dpia, op.mode)
    return tuple(found)


def _no_operation(mode: ModeCode) -> Gap:
    return Gap("register.operations", f"operations[{mode}]", "the operation", Who.OWNER, mode)


def _gap(held: Held, mode: ModeCode | None) -> Gap:
    return Gap(f"dpia.{held.pattern.replace('[]', '')}", held.path, held.says, held.who, mode)


def _held_up(register: Register, dpia: Dpia, held: Held) -> tuple[ModeCode | None, ...]:
    name, _, rest = held.path.partition("[")
    code = rest.partition("]")[0]
    if name == "assessments" and code:
        return (ModeCode(code),)
    if name == "risks" and code:
        risk = next((one for one in dpia.risks if one.code == code), None)
        if risk is not None and risk.operations:
            return tuple(op.mode for op in register.operations if op.mode in risk.operations)
    return (None,)


def _time_gaps(dpia: Dpia, now: datetime) -> list[Gap]:
    due = dpia.review_due_at
    if due is not None and due <= now:
        return [
            Gap(
                "dpia.out_of_date",
                "review_due_at",
                "an assessment that is in date: this one had to be made anew",
                Who.OWNER,
            )
        ]
    if due is not None and due > now + REVIEW_MAX:
        return [Gap("dpia.review_too_far", "review_due_at", "a date within a year on which it is made anew", Who.OWNER)]
    return []


def _consultation_gaps(register: Register, dpia: Dpia) -> list[Gap]:
    answered = {
        code
        for one in dpia.consulted
        for code in one.of
        if not is_empty(one.not_asked_because) or not (is_empty(one.how) or is_empty(one.views))
    }
    return [
        Gap(
            "dpia.consultation",
            f"consulted[{people.code}]",
            f"what {people.title or people.code} said when they were consulted, or why they were not",
            Who.OWNER,
        )
        for people in register.people
        if people.code not in answered
    ]


def _advice_gaps(dpia: Dpia) -> list[Gap]:
    advice = dpia.advice
    if advice is None or advice.version != dpia.version or is_empty(advice.text):
        return [Gap("dpia.advice", "advice", "the advice of the data protection officer on this version", Who.DPO)]
    departure = dpia.departure
    if not advice.proceed and (departure is None or departure.version != dpia.version or is_empty(departure.reasons)):
        says = "reasons for going on against that advice, from someone senior"
        return [Gap("dpia.departure", "departure", says, Who.OWNER)]
    return []


def _operation_gaps(register: Register, dpia: Dpia, mode: ModeCode) -> list[Gap]:
    at = f"assessments[{mode}]"
    assessed = dpia.of(mode)
    found: list[Gap] = []
    if assessed is None:
        return [Gap("dpia.assessments", at, "the assessment of necessity and proportionality", Who.OWNER, mode)]
    if assessed.rests_on != basis_of(register, mode):
        says = "an assessment of the operation as the register has it now: this one was made for another"
        found.append(Gap("dpia.reassess", f"{at}.rests_on", says, Who.OWNER, mode))
    answered = {MODES[one.mode].rung for one in assessed.alternatives}
    rung = MODES[mode].rung
    for family in FAMILIES:
        if min(family) < rung and rung not in family and not family & answered:
            names = " or ".join(one.title for one in LADDER if one.rung in family)
            says = f"why a less intrusive means would not do: {names}"
            found.append(Gap("dpia.alternatives", f"{at}.alternatives", says, Who.OWNER, mode))
    high = [risk.code for risk in _risks_of(dpia, mode) if risk.residual is Level.HIGH]
    prior = dpia.prior
    if high and (
        prior is None or prior.version != dpia.version or prior.answered_at is None or is_empty(prior.outcome)
    ):
        says = f"the regulator's answer to a prior consultation, since a high risk remains: {', '.join(high)}"
        found.append(Gap("dpia.prior_consultation", "prior", says, Who.DPO, mode))
    elif high and prior is not None and not prior.may_proceed:
        says = "another way: the regulator was consulted and did not let this go on"
        found.append(Gap("dpia.prior_consultation_against", "prior", says, Who.OWNER, mode))
    return found


def _risks_of(dpia: Dpia, mode: ModeCode) -> tuple[Risk, ...]:
    return tuple(risk for risk in dpia.risks if risk.of(mode))


# --- writing an assessment --------------------------------------------------------------------------------------


def written(dpia: Dpia, register: Register, assessed: Iterable[ModeCode], before: Dpia | None, now: datetime) -> Dpia:
    """The next version, as it is kept: what stood beside an earlier one is not carried over, but for consultations.

    `assessed`: the operations that the author says were assessed anew, for the register as it is; the others keep what
    they rested on.
    """
    anew = frozenset(assessed)
    rested = {} if before is None else {one.mode: one.rests_on for one in before.assessments}
    return replace(
        dpia,
        assessments=tuple(
            replace(one, rests_on=basis_of(register, one.mode) if one.mode in anew else rested.get(one.mode, ""))
            for one in dpia.assessments
        ),
        version=1 if before is None else before.version + 1,
        written_at=now,
        consulted=(),
        advice=None,
        departure=None,
        prior=None,
    )


def objections_to_writing(dpia: Dpia, register: Register, assessed: Iterable[ModeCode], by: ActorId) -> tuple[str, ...]:
    """Every rule against keeping this text as the scheme's assessment."""
    against = []
    if dpia.scheme_id != register.scheme_id:
        against.append(
            "dpia_of_another_scheme: an assessment is written for one scheme and is not taken over; "
            "a draft of this scheme's own, written from what that one says"
        )
    against += [
        f"not_assessed: {mode} is said to be assessed, and the text has nothing on it; "
        "keep it without saying so, as a draft"
        for mode in assessed
        if dpia.of(mode) is None
    ]
    codes: tuple[list[str], ...] = ([one.code for one in dpia.risks], [one.mode for one in dpia.assessments])
    if any(len(set(some)) != len(some) for some in codes):
        against.append(
            "twice: a risk or an operation stands twice in the assessment; the same text with each of them once"
        )
    if not by:
        against.append("nobody: an assessment has an author; the same text, kept by a named person")
    return tuple(against)


def basis_in_dpia(dpia: Dpia, mode: ModeCode) -> str:
    """A fingerprint of what the assessment says of one operation; another when a later version says something else."""
    return fingerprint({"of": dpia.of(mode), "risks": list(_risks_of(dpia, mode))})


def reassessed_by(old: Dpia, new: Dpia) -> tuple[ModeCode, ...]:
    """The operations of which a new version says something else: whoever activated them knew the old one."""
    return tuple(one.mode for one in old.assessments if basis_in_dpia(old, one.mode) != basis_in_dpia(new, one.mode))


# --- the authorising act ----------------------------------------------------------------------------------------


LACKS_NOTHING = "an operation that lacks nothing; address and support needs no assessment"


def objections_to_activating(
    register: Register, dpia: Dpia | None, modes: Iterable[ModeCode], now: datetime, *, over: bool
) -> tuple[str, ...]:
    """Every gap of these operations, in words; empty when they may begin."""
    if over:
        return (
            (
                "scheme_ended: the scheme was ended, and nothing begins under it again; "
                "a new scheme with an assessment of its own"
            ),
        )
    wanted = tuple(modes)
    none = [_no_operation(mode) for mode in wanted if register.operation(mode) is None]
    found = [*none, *(one for one in gaps(register, dpia, now) if one.mode is None or one.mode in wanted)]
    against = dict.fromkeys(
        f"{one.code}: {one.field} lacks {one.missing} ({one.who} can supply it); {LACKS_NOTHING}" for one in found
    )
    return tuple(against)


def active_until(register: Register, dpia: Dpia, mode: ModeCode) -> datetime | None:
    """How long an activation can last: until the assessment, the operation or the scheme is over."""
    op = register.operation(mode)
    ends = (dpia.review_due_at, register.ends_at, None if op is None else op.until_at)
    return min((at for at in ends if at is not None), default=None)


def objections_to_approving(
    asked: tuple[Activation, ...], by: ActorId, register_number: int, dpia_version: int
) -> tuple[str, ...]:
    """Every rule against the second person's yes."""
    against = []
    if not asked:
        against.append(
            "nothing_proposed: no such proposal waits; "
            "an administrator proposes what is complete; then it can be answered"
        )
    for one in asked[:1]:
        if one.approved_by is not None or one.refused:
            against.append("answered: this proposal was answered already; a new proposal of the same can be made")
        if one.proposed_by == by:
            against.append(
                "own_proposal: nobody approves their own proposal; "
                "another authorising officer can; whoever proposed it can close it"
            )
        if (one.register_number, one.dpia_version) != (register_number, dpia_version):
            against.append(
                "changed_since: register or assessment changed after the proposal; propose it again as they are now"
            )
    return tuple(against)


def inactive(activations: Iterable[Activation], scheme_id: SchemeId, mode: ModeCode, at: datetime) -> tuple[str, ...]:
    """The objection to a new decision on a mode whose operation is not active then; empty when it is, or on rung 0."""
    if MODES[mode].rung == 0:
        return ()
    known = [one for one in activations if one.scheme_id == scheme_id]
    if any(one.mode is mode and one.active(at) for one in known):
        return ()
    was = [one for one in known if one.mode is mode and one.from_at is not None and one.from_at <= at]
    if was and any(one.closed_at is None or at < one.closed_at for one in was):
        code, says = "operation_in_reassessment", "its assessment is out of date or was made for another register"
    elif was:
        code, says = "operation_closed", "it was closed"
    else:
        code, says = "operation_not_active", "no two people have activated it"
    return (f"{code}: nothing new may rest on {MODES[mode].title}: {says}; {narrower(known, mode, at)}",)


def narrower(activations: Iterable[Activation], mode: ModeCode, at: datetime) -> str:
    """The narrower mode that would pass now, in words."""
    rung = MODES[mode].rung
    rungs = [MODES[one.mode].rung for one in activations if one.active(at) and MODES[one.mode].rung < rung]
    below = next((one for one in LADDER if one.rung == max(rungs)), None) if rungs else None
    title = "none; address and support" if below is None else below.title
    return f"what may be proposed now is: {title}"
