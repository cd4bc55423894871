"""A view of the store: what became of the proposals under a scheme."""

from datetime import datetime

from sqlalchemy import or_, select

from custodiet.adapters.store import assessing as a
from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows
from custodiet.model.decision import State
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.outcome import Became, Outcome


class OutcomeRows(Rows):
    """The part of flows.ports.Reading that is about consistency."""

    def outcomes_under(self, scheme_id: SchemeId, since: datetime) -> tuple[Outcome, ...]:
        # Only what was assessed for itself: what is stepped down to, or narrowed to, was proposed by nobody.
        of, refused, departed = a.assessment.c, a.decision_refusal.c, a.exemption_override.c
        query = (
            select(of.author, t.decision.c.mode, t.decision.c.state, refused.how, departed.entry)
            .select_from(a.assessment)
            .join(t.decision, t.decision.c.id == of.decision_id)
            .join(t.case_file, t.case_file.c.id == of.case_id)
            .outerjoin(a.decision_refusal, refused.decision_id == of.decision_id)
            .outerjoin(a.exemption_override, departed.decision_id == of.decision_id)
            .where(t.case_file.c.scheme_id == scheme_id, of.at >= since)
            .where(or_(refused.refused_by.is_(None), refused.refused_by != of.author))  # taken back by whoever proposed
            .order_by(of.entry)
        )
        return tuple(
            Outcome(ActorId(row.author), row.mode, _became(row.state, row.how), row.entry is not None)
            for row in self._all(query)
        )


def _became(state: State, how: str | None) -> Became:
    if state is State.PROPOSED:
        return Became.WAITING
    if how is None:
        return Became.REFUSED if state is State.REFUSED else Became.APPROVED
    return Became(how)
