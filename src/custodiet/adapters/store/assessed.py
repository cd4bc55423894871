"""Views of the store: a case's facts, hearing, screening and assessments; reviews and stops."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from custodiet.adapters.store import assessing as a
from custodiet.adapters.store import tables as t
from custodiet.adapters.store.disclosing import pack
from custodiet.adapters.store.glasses import glass
from custodiet.adapters.store.looking import question, reading
from custodiet.adapters.store.messages import told_first
from custodiet.adapters.store.rows import Rows, bounded, held, noun, rows_where
from custodiet.adapters.store.unmasking import unmasked_reading
from custodiet.model.alert import AlertMove
from custodiet.model.assessment import Assessment, FamilyAnswer
from custodiet.model.day import DayKind, DayLine
from custodiet.model.decision import Authority, State
from custodiet.model.draft import Draft
from custodiet.model.ending import Stop, StopKind
from custodiet.model.exemption import Overridden
from custodiet.model.fact import CaseFact, FactKind
from custodiet.model.identity import ActorId, CaseId, DecisionId, FactId, RepresentationId, ReviewId, StopId
from custodiet.model.look_up import QUARTER
from custodiet.model.representation import Invitation, Representation
from custodiet.model.review import Review, Trigger, Used
from custodiet.model.screening import Screening
from custodiet.model.times import EPOCH, from_ms, to_ms
from custodiet.rules.decisions import MOVES, ORDERS, ORDERS_OF_FOLLOWED, Move
from custodiet.rules.likeness import ALIKE, bands_of, likeness


def _left_of(kind: StopKind, covers: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether rules.decisions.ordered finds something left of a decision that an order of this kind is about."""
    states = [state for state in State if state is not State.SUCCEEDED and ORDERS[kind].move in MOVES[state]]
    followed = t.decision.c.state == State.SUCCEEDED
    if ORDERS_OF_FOLLOWED[kind].move is Move.WITHDRAW:
        followed = and_(followed, covers)
    return and_(a.stop.c.kind == kind, or_(t.decision.c.state.in_(states), followed))


class AssessedRows(Rows):
    """The part of flows.ports.Reading that is about what decisions rest on."""

    @held()
    def facts(self, case_id: CaseId) -> tuple[CaseFact, ...]:
        one = a.case_fact.c
        return tuple(
            noun(CaseFact, row) for row in self._all(rows_where(one.case_id, by=(one.entry,)), case_id=case_id)
        )

    def newest_fact(self, case_id: CaseId, *kinds: FactKind) -> CaseFact | None:
        return next((one for one in reversed(self.facts(case_id)) if one.kind in kinds), None)

    @held()
    def first_invitation(self, case_id: CaseId) -> Invitation | None:
        row = self._maybe(_FIRST_INVITATION, case_id=case_id)
        return None if row is None else noun(Invitation, row)

    def representation(self, representation_id: RepresentationId) -> Representation:
        query = a.representation.select().where(a.representation.c.id == representation_id)
        return noun(Representation, self._one(query, "representation"))

    @held()
    def representations(self, case_id: CaseId) -> tuple[Representation, ...]:
        one = a.representation.c
        rows = self._all(rows_where(one.case_id, by=(one.entry,)), case_id=case_id)
        return tuple(noun(Representation, row) for row in rows)

    @held()
    def newest_screening(self, case_id: CaseId) -> Screening | None:
        row = self._maybe(_NEWEST_SCREENING, case_id=case_id)
        if row is None:
            return None
        one = a.screening_answer.c
        told = self._all(rows_where(one.screening_id, by=(one.question,)), screening_id=row.id)
        return noun(Screening, row, questions=tuple(each.question for each in told))

    def assessment_of(self, decision_id: DecisionId) -> Assessment | None:
        row = self._maybe(_ASSESSMENT_OF, decision_id=decision_id)
        if row is None:
            return None
        facts: dict[str, list[FactId]] = {}
        for each in self._all(rows_where(a.family_fact.c.assessment_id), assessment_id=row.id):
            facts.setdefault(each.family, []).append(each.fact_id)
        answers = self._all(rows_where(a.family_answer.c.assessment_id), assessment_id=row.id)
        families = tuple(noun(FamilyAnswer, each, facts=tuple(sorted(facts.get(each.family, ())))) for each in answers)
        return noun(Assessment, row, families=families)

    def draft(self, case_id: CaseId, author: ActorId) -> Draft | None:
        kept = a.draft.c
        row = self._maybe(_KEPT.where(kept.case_id == case_id, kept.author == author))
        return None if row is None else noun(Draft, row)

    def drafts_of(self, author: ActorId) -> tuple[Draft, ...]:
        query = _KEPT.where(a.draft.c.author == author).order_by(a.draft.c.saved_at, a.draft.c.case_id)
        return tuple(noun(Draft, row) for row in self._all(query))

    def drafts_in(self, case_id: CaseId) -> tuple[Draft, ...]:
        query = _KEPT.where(a.draft.c.case_id == case_id).order_by(a.draft.c.author)
        return tuple(noun(Draft, row) for row in self._all(query))

    def drafts_past(self, at: datetime, limit: int) -> tuple[Draft, ...]:
        kept = a.draft.c
        query = _KEPT.where(kept.drop_at <= at).order_by(kept.drop_at, kept.case_id, kept.author)
        return tuple(noun(Draft, row) for row in self._all(query.limit(limit)))

    def is_alike(self, case_id: CaseId, signature: bytes) -> bool:
        band = a.text_band.c
        some = [and_(band.band == at, band.value == value) for at, value in enumerate(bands_of(signature))]
        if not some:
            return False
        others = select(band.assessment_id, band.part).join(a.assessment, a.assessment.c.id == band.assessment_id)
        near = others.where(a.assessment.c.case_id != case_id, or_(*some)).distinct().limit(_NEAR_MAX)
        return any(likeness(signature, self._signature(row)) >= ALIKE for row in self._all(near).all())

    def _signature(self, place: Row[Any]) -> bytes:
        band = a.text_band.c
        here = and_(band.assessment_id == place.assessment_id, band.part == place.part)
        parts = self._all(select(band.value).where(here).order_by(band.band))
        return b"".join(row.value for row in parts)

    def texts_alike(self) -> tuple[int, int]:
        every = [
            row.words
            for table in (a.assessment, a.family_answer)
            for row in self._all(select(table.c.words).where(table.c.words.is_not(None)))
        ]
        return sum(words.alike for words in every), len(every)

    # --- reviews ---

    def review(self, review_id: ReviewId) -> Review:
        return noun(Review, self._one(a.review.select().where(a.review.c.id == review_id), "review"))

    def reviews_of(self, decision_id: DecisionId) -> tuple[Review, ...]:
        query = a.review.select().where(a.review.c.decision_id == decision_id).order_by(a.review.c.entry)
        return tuple(noun(Review, row) for row in self._all(query))

    def evidence_pending(self, case_id: CaseId) -> bool:
        query = (
            select(a.review.c.id)
            .join(t.decision, t.decision.c.id == a.review.c.decision_id)
            .where(
                t.decision.c.case_id == case_id,
                a.review.c.trigger == Trigger.NEW_EVIDENCE,
                a.review.c.decided_at.is_(None),
            )
        )
        return bool(self._all(query.limit(1)).all())

    def overridden(self, limit: int) -> tuple[Overridden, ...]:
        told, decided = a.exemption_override.c, t.decision.c
        query = (
            select(t.case_file.c.reference, decided.mode, told.at, decided.state)
            .select_from(a.exemption_override)
            .join(t.decision, decided.id == told.decision_id)
            .join(t.case_file, t.case_file.c.id == decided.case_id)
            .order_by(told.entry.desc())
            .limit(limit)
        )
        waiting = (State.PROPOSED, State.REFUSED)
        return tuple(Overridden(row.reference, row.mode, row.at, row.state not in waiting) for row in self._all(query))

    def review_due_at(self, decision_id: DecisionId) -> datetime:
        query = select(_order_review_due().label("due")).where(t.decision.c.id == decision_id)
        due: datetime = self._one(query, "decision").due
        return due

    def reviews_missed(self, decision_id: DecisionId) -> tuple[datetime, ...]:
        query = a.review_missed.select().where(a.review_missed.c.decision_id == decision_id)
        return tuple(row.due_at for row in self._all(query.order_by(a.review_missed.c.due_at)))

    def orders_past_review(self, at: datetime, limit: int) -> tuple[DecisionId, ...]:
        one = t.decision.c
        due = _order_review_due()
        marked = select(a.review_missed.c.due_at).where(
            a.review_missed.c.decision_id == one.id, a.review_missed.c.due_at == due
        )
        query = select(one.id).where(
            one.authority == Authority.ORDER, one.state.in_([State.MADE, State.SUSPENDED]), due <= at, ~marked.exists()
        )
        return tuple(row.id for row in self._all(query.order_by(one.id).limit(limit)))

    def used_since(self, decision_id: DecisionId, since: datetime) -> Used:
        alerts = select(t.alert.c.id).where(t.alert.c.decision_id == decision_id, t.alert.c.raised_at >= since)
        steps = select(func.count()).select_from(t.alert_step).join(t.alert, t.alert.c.id == t.alert_step.c.alert_id)
        steps = steps.where(t.alert.c.decision_id == decision_id, t.alert_step.c.at >= since)
        return Used(
            since=since,
            alerts=len(self._all(alerts).all()),
            possible_breaches=self._count(steps.where(t.alert_step.c.move == AlertMove.SUSPECT)),
            breaches=self._count(steps.where(t.alert_step.c.move == AlertMove.DECIDE)),
            openings=sum(self._count(_opened(one, decision_id, since)) for one in (reading, unmasked_reading, glass)),
            questions=self._count(_asked_about(decision_id, since)),
            packs=self._count(_of_its_case(pack, decision_id, since)),
        )

    # --- the day ---

    def day(
        self,
        cases: Collection[CaseId],
        before: datetime,
        after: tuple[datetime, str] | None,
        limit: int,
        words: str = "",
    ) -> tuple[DayLine, ...]:
        found: list[DayLine] = []
        sought = [_referred(words)] if words else []
        for some in bounded(cases):
            lines = union_all(*(part.where(t.case_file.c.id.in_(some), *sought) for part in _day(before))).subquery().c
            query = select(lines.due_at, lines.about, lines.kind, lines.case_id, lines.reference, lines.what)
            if after is not None:
                due_at = to_ms(after[0])
                query = query.where(or_(lines.due_at > due_at, and_(lines.due_at == due_at, lines.about > after[1])))
            for row in self._all(query.order_by(lines.due_at, lines.about).limit(limit)):
                at = from_ms(row.due_at)
                found.append(DayLine(at, row.about, DayKind(row.kind), row.case_id, row.reference, row.what))
        return tuple(sorted(found, key=lambda one: (one.due_at, one.about))[:limit])

    # --- stops ---

    def stop(self, stop_id: StopId) -> Stop:
        row = self._one(a.stop.select().where(a.stop.c.id == stop_id), "stop")
        stopped = self._all(a.stopped.select().where(a.stopped.c.stop_id == stop_id).order_by(a.stopped.c.decision_id))
        return noun(Stop, row, decisions=tuple(each.decision_id for each in stopped))

    def stops_unfinished(self, at: datetime, limit: int) -> tuple[StopId, ...]:
        decision = t.decision.c
        covers = and_(decision.starts_at <= at, or_(decision.until_at.is_(None), decision.until_at > at))
        left = or_(*(_left_of(kind, covers) for kind in StopKind))
        query = (
            select(a.stop.c.id)
            .join(a.stopped, a.stopped.c.stop_id == a.stop.c.id)
            .join(t.decision, t.decision.c.id == a.stopped.c.decision_id)
            # Untouched since the stop was entered: what was resumed on the authority's word stays resumed.
            .where(decision.version < a.stop.c.entry, left)
        )
        return tuple(row.id for row in self._all(query.distinct().order_by(a.stop.c.id).limit(limit)))

    def stopped_and_untouched(self, stop_id: StopId, limit: int) -> tuple[DecisionId, ...]:
        query = (
            select(a.stopped.c.decision_id)
            .join(a.stop, a.stop.c.id == a.stopped.c.stop_id)
            .join(t.decision, t.decision.c.id == a.stopped.c.decision_id)
            .where(a.stop.c.id == stop_id, t.decision.c.version < a.stop.c.entry)
        )
        return tuple(row.decision_id for row in self._all(query.order_by(a.stopped.c.decision_id).limit(limit)))

    def stop_checked(self, stop_id: StopId) -> bool:
        row = self._one(a.stop.select().where(a.stop.c.id == stop_id), "stop")
        return row.checked_at is not None

    def stops_waiting(self, limit: int, offset: int = 0, words: str = "") -> tuple[StopId, ...]:
        query = select(a.stop.c.id).where(a.stop.c.checked_at.is_(None)).order_by(a.stop.c.check_due_at, a.stop.c.id)
        if words:
            stopped = (
                select(a.stopped.c.stop_id)
                .join(t.decision, t.decision.c.id == a.stopped.c.decision_id)
                .join(t.case_file, t.case_file.c.id == t.decision.c.case_id)
                .where(_referred(words))
            )
            query = query.where(a.stop.c.id.in_(stopped))
        return tuple(row.id for row in self._all(query.limit(limit).offset(offset)))

    def stops_unchecked(self, at: datetime, limit: int) -> tuple[StopId, ...]:
        one = a.stop.c
        query = select(one.id).where(one.checked_at.is_(None), one.escalated_at.is_(None), one.check_due_at <= at)
        return tuple(row.id for row in self._all(query.order_by(one.check_due_at, one.id).limit(limit)))

    def _count(self, query: Any) -> int:
        counted: int = self._connection.execute(query).scalar() or 0
        return counted


# Asked whenever anyone is decided about, and put together once.
_FIRST_INVITATION = rows_where(a.invitation.c.case_id, by=(a.invitation.c.entry,)).limit(1)
_NEWEST_SCREENING = rows_where(a.screening.c.case_id).order_by(a.screening.c.entry.desc()).limit(1)
_ASSESSMENT_OF = (
    a.assessment.select()
    .join(a.assessed, a.assessed.c.assessment_id == a.assessment.c.id)
    .where(a.assessed.c.decision_id == bindparam("decision_id"))
)
_KEPT = a.draft.select().where(a.draft.c.dropped_at.is_(None))
_NEAR_MAX = 100
"""Texts that are looked at for likeness: that many near ones make any text a copied one."""


def _referred(words: str) -> ColumnElement[bool]:
    """Of a case whose reference holds these words."""
    return t.case_file.c.reference.icontains(words, autoescape=True)


def _day(before: datetime) -> tuple[Select[Any], ...]:
    """The parts of the day's list, alike in their columns."""
    decision, task, said, case = t.decision.c, t.task.c, a.representation.c, t.case_file.c
    again = t.decision.alias().c

    def part(kind: DayKind, due_at: Any, about: Any, what: Any) -> Select[Any]:
        told = (
            type_coerce(due_at, BigInteger).label("due_at"),
            about.label("about"),
            literal(kind.value).label("kind"),
        )
        return select(*told, case.id.label("case_id"), case.reference, type_coerce(what, Text).label("what"))

    reviews = part(DayKind.REVIEW_DUE, decision.review_due_at, decision.id, decision.mode).join_from(
        t.decision, t.case_file, decision.case_id == case.id
    )
    order_due = _order_review_due()
    of_orders = part(DayKind.ORDER_REVIEW_DUE, order_due, decision.id, decision.mode).join_from(
        t.decision, t.case_file, decision.case_id == case.id
    )
    tasks = part(DayKind.TASK, task.due_at, task.id, task.kind).join_from(t.task, t.case_file, task.case_id == case.id)
    hearing = part(DayKind.REPRESENTATION, said.due_at, said.id, literal("")).join_from(
        a.representation, t.case_file, said.case_id == case.id
    )
    returned = (
        part(DayKind.RETURNED, a.decision_refusal.c.at, decision.id, a.decision_refusal.c.reason)
        .join_from(a.decision_refusal, t.decision, a.decision_refusal.c.decision_id == decision.id)
        .join(t.case_file, decision.case_id == case.id)
    )
    # A proposal that came back is done with once something was proposed after it.
    anew = select(again.id).where(
        again.case_id == decision.case_id, again.strand == decision.strand, again.version > decision.version
    )
    stands, order = decision.state.in_([State.MADE, State.SUSPENDED]), decision.authority == Authority.ORDER
    return (
        reviews.where(stands, ~order, decision.review_due_at <= before),
        of_orders.where(stands, order, order_due <= before),
        tasks.where(task.done_at.is_(None), told_first(t.task)),
        hearing.where(said.answered_at.is_(None)),
        returned.where(a.decision_refusal.c.how == "returned", ~anew.exists()),
    )


def _of_its_case(table: Table, decision_id: DecisionId, since: datetime) -> Select[Any]:
    """How many rows about its case there are since then."""
    one = select(func.count()).select_from(table).join(t.decision, t.decision.c.case_id == table.c.case_id)
    return one.where(t.decision.c.id == decision_id, table.c.at >= since)


def _opened(table: Table, decision_id: DecisionId, since: datetime) -> Select[Any]:
    """Of them those whose window lies, in part, in its time."""
    begun, over = t.decision.c.starts_at < table.c.to_at, t.decision.c.ended_at
    return _of_its_case(table, decision_id, since).where(begun, or_(over.is_(None), over > table.c.from_at))


def _asked_about(decision_id: DecisionId, since: datetime) -> Select[Any]:
    """Questions about a quarter of an hour of its time."""
    about, over = question.c.about, t.decision.c.ended_at
    begun = t.decision.c.starts_at < type_coerce(about, BigInteger) + to_ms(EPOCH + QUARTER)
    return _of_its_case(question, decision_id, since).where(begun, or_(over.is_(None), over > about))


def _order_review_due() -> Any:
    """When an order's review is due: as the newest decided review says, or else as the order does."""
    review = a.review.c
    newest = (
        select(review.next_due_at)
        .where(review.decision_id == t.decision.c.id, review.next_due_at.is_not(None))
        .order_by(review.entry.desc())
        .limit(1)
        .correlate(t.decision)  # also two questions deep, where it would go by anyone's newest
        .scalar_subquery()
    )
    return func.coalesce(newest, t.decision.c.review_due_at)
