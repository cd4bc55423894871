"""A scheme as its register says it is: at an instant, or for one decision. Gathering, and nothing else."""

from dataclasses import replace
from datetime import datetime

from custodiet.flows.on_the_table import Registers
from custodiet.flows.ports import Reading
from custodiet.model.decision import Decision
from custodiet.model.dpia import Dpia
from custodiet.model.identity import SchemeId
from custodiet.model.register import Register
from custodiet.model.scheme import Scheme
from custodiet.rules.register import in_effect, register_of, rules_for, scheme_of


def scheme_at(view: Registers, scheme_id: SchemeId, at: datetime) -> Scheme:
    """The scheme as the register in effect then says; as it was registered while it has none. Raises NotFound."""
    registered = view.scheme(scheme_id)
    held = in_effect(view.registers(scheme_id), at)
    return registered if held is None else scheme_of(held.register, registered)


def scheme_binding(view: Reading, decision: Decision, at: datetime) -> Scheme:
    """The scheme at an instant, with the retention rules that bind what this decision collects."""
    scheme_id = view.case(decision.case_id).scheme_id
    now = scheme_at(view, scheme_id, at)
    rules = rules_for(view.scheme(scheme_id), view.registers(scheme_id), decision.made_at, at)
    return replace(now, retention=rules)


def register_at(view: Registers, scheme_id: SchemeId, at: datetime) -> tuple[Register, int]:
    """The register in effect then and its number; what a scheme without one tells of itself, and 0. Raises NotFound."""
    held = in_effect(view.registers(scheme_id), at)
    if held is None:
        return register_of(view.scheme(scheme_id)), 0
    return held.register, held.number


def dpia_at(view: Reading, scheme_id: SchemeId, at: datetime | None = None) -> Dpia | None:
    """The newest assessment, or the newest written by then, with what was recorded beside it up to then."""

    def by_then(moment: datetime | None) -> bool:
        return at is None or (moment is not None and moment <= at)

    written = [one for one in view.dpias(scheme_id) if by_then(one.written_at)]
    if not written:
        return None
    newest = written[-1]
    advice = [one for one in view.dpo_advices(scheme_id) if one.version == newest.version and by_then(one.at)]
    left = [one for one in view.departures(scheme_id) if one.version == newest.version and by_then(one.at)]
    asked = [
        one
        for one in view.prior_consultations(scheme_id)
        if one.version == newest.version and by_then(one.answered_at or one.asked_at)
    ]
    return replace(
        newest,
        consulted=tuple(one for one in view.consultations(scheme_id) if by_then(one.at)),
        advice=advice[-1] if advice else None,
        departure=left[-1] if left else None,
        prior=asked[-1] if asked else None,
    )
