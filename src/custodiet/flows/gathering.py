"""What the ladder's gate goes by, read in one view of the store."""

from datetime import datetime

from custodiet.flows.on_the_table import Table
from custodiet.flows.scheme_now import register_at, scheme_at
from custodiet.model.decision import Decision
from custodiet.model.fact import EVIDENCE, CaseFact, FactKind
from custodiet.model.scheme import Force, Scheme
from custodiet.rules.ladder import Duty, Standing


def gather(view: Table, decision: Decision, now: datetime) -> tuple[tuple[CaseFact, ...], Standing]:
    """The facts of the case of a decision, and what is on the table about the person."""
    case = view.case(decision.case_id)
    scheme = scheme_at(view, case.scheme_id, now)
    age = view.newest_fact(case.id, FactKind.AGE)
    screening = view.newest_screening(case.id)
    invitation = view.first_invitation(case.id)
    said = view.representations(case.id)
    evidence = view.newest_fact(case.id, *EVIDENCE)
    standing = Standing(
        now=now,
        age=None if age is None else age.age,
        screening_id=None if screening is None else screening.id,
        screened_at=None if screening is None else screening.at,
        invited_until=None if invitation is None else invitation.until_at,
        representations=len(said),
        unanswered=sum(one.answered_at is None for one in said),
        evidence_at=None if evidence is None else evidence.recorded_at,
        evidence_pending=view.evidence_pending(case.id),
        modes=scheme.modes,
        duty=_duty(scheme, decision),
        exemptions=register_at(view, case.scheme_id, now)[0].exemptions,
    )
    return view.facts(case.id), standing


def duty_of(view: Table, decision: Decision, now: datetime) -> Duty | None:
    """The duty a decision rests on, or None where its power is a discretion or the scheme holds none of that name."""
    return _duty(scheme_at(view, view.case(decision.case_id).scheme_id, now), decision)


def _duty(scheme: Scheme, decision: Decision) -> Duty | None:
    power = next((one for one in scheme.powers if one.code == decision.power), None)
    return Duty(power.satisfied_from) if power is not None and power.force is Force.DUTY else None
