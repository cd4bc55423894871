"""A complete made-up assessment, with all that it rests on, for people who are invented.

What is on the table of a case already is not put there again. Nothing has words, so no key is needed for it; the
answers of a screening are sealed where there is one, and are bytes that say nothing where there is none yet.
"""

from dataclasses import dataclass

from custodiet.flows.assess_case import Assessor
from custodiet.flows.notice_now import notice_at, told_now
from custodiet.flows.ports import Acting, Chance, Store
from custodiet.flows.scheme_now import register_at
from custodiet.model.assessing_record import FactRecorded, RepresentationsInvited, ScreeningCompleted
from custodiet.model.assessment import (
    Article8,
    Assessment,
    AtHome,
    FamilyAnswer,
    FamilyReason,
    Practical,
    Said,
    Selection,
)
from custodiet.model.decision import Authority, Decision
from custodiet.model.entry import Entry
from custodiet.model.exemption import Exempted
from custodiet.model.fact import Age, CaseFact, FactKind
from custodiet.model.identity import ActorId, AssessmentId, CaseId, FactId, NoticeId, ScreeningId
from custodiet.model.mode import ModeCode
from custodiet.model.notice import How, Served, Understood
from custodiet.model.notice_record import NoticeServed
from custodiet.model.published import ON_ABSCONDING
from custodiet.model.record import kind_of
from custodiet.model.representation import Invitation
from custodiet.model.screening import Hit, Question, Screened, Screening
from custodiet.rules.exemptions import exemptions_from
from custodiet.wire.sealed import SEALED_ANSWERS_BYTES


@dataclass(frozen=True, slots=True)
class _Table:
    """What is on the table of one case."""

    contact: FactId
    screening: ScreeningId
    exempted: Exempted | None


def made_up_assessment(
    store: Store, chance: Chance, decision: Decision, assessor: Assessor | None = None
) -> Assessment | None:
    """An assessment that the gate finds whole for this proposal; None for rung 0, which needs none."""
    if decision.rung.rung == 0:
        return None
    table = lay_table(store, chance, decision, assessor=assessor)
    return Assessment(
        id=AssessmentId(chance.identity("assessment")),
        case_id=decision.case_id,
        decision_id=decision.id,
        author=decision.proposed_by,
        selection=Selection.ORDER if decision.authority is Authority.ORDER else Selection.INDIVIDUAL,
        selection_fact=table.contact,
        screening_id=table.screening,
        families=tuple(
            FamilyAnswer(family, FamilyReason.TRIED, (table.contact,)) for family in decision.rung.lower_families
        ),
        compared_with=(ModeCode.NONE,),
        with_detention=False,
        article_8=tuple((question, Said.YES) for question in Article8),
        practicality=tuple((question, Said.YES) for question in Practical),
        at_home=(AtHome.NOBODY,),
        finding_shown=ON_ABSCONDING.version,
        exempted=table.exempted,
    )


def lay_table(
    store: Store, chance: Chance, decision: Decision, age: Age = Age.ADULT, assessor: Assessor | None = None
) -> _Table:
    """Facts, an invitation and a screening, where the case has none yet."""
    by, case_id = decision.proposed_by, decision.case_id
    with store.acting() as act:
        if act.newest_fact(case_id, FactKind.AGE) is None:
            _fact(act, chance, decision, FactKind.AGE, age)
        contact = act.newest_fact(case_id, FactKind.CONTACT_LOST)
        contact = contact or _fact(act, chance, decision, FactKind.CONTACT_LOST)
        if act.first_invitation(case_id) is None:
            invited = RepresentationsInvited(Invitation(case_id, act.now, by, act.now))
            act.write(_entry(act, invited, decision, by), invited)
        screening = act.newest_screening(case_id)
        if screening is None:
            screening_id = ScreeningId(chance.identity("screening"))
            sealed = _answers(act, chance, decision, screening_id, assessor)
            screening = Screening(screening_id, case_id, act.now, by, tuple(Question), sealed)
            completed = ScreeningCompleted(screening)
            act.write(_entry(act, completed, decision, by), completed)
        register, _ = register_at(act, act.case(case_id).scheme_id, act.now)
        asked = tuple(one.code for one in exemptions_from(register, decision.mode))
        tell(act, chance, case_id, by)
    return _Table(contact.id, screening.id, Exempted(asked) if asked else None)


def _answers(
    act: Acting, chance: Chance, decision: Decision, screening_id: ScreeningId, assessor: Assessor | None
) -> bytes:
    person_id = act.case(decision.case_id).person_id
    if assessor is None or act.record_key(person_id) is None:
        return chance.draw(SEALED_ANSWERS_BYTES)
    return assessor.seal_answers(
        act, person_id, screening_id, tuple(Screened(question, Hit.NO) for question in Question)
    )


def tell(act: Acting, chance: Chance, case_id: CaseId, by: ActorId) -> None:
    """The made-up notice is given on a page, in English, and understood; unless the person was told it before."""
    if told_now(act, case_id, act.now):
        return
    case = act.case(case_id)
    _, digest, number = notice_at(act, case.scheme_id, act.now)
    notice_id = NoticeId(chance.identity("notice"))
    served = Served(notice_id, case_id, digest, number, "en", How.PAGE, Understood.YES, act.now, by)
    record = NoticeServed(served)
    act.write(Entry(kind_of(record), by, case.person_id), record)


def _fact(act: Acting, chance: Chance, decision: Decision, kind: FactKind, age: Age | None = None) -> CaseFact:
    by = decision.proposed_by
    fact_id = FactId(chance.identity("fact"))
    fact = CaseFact(fact_id, decision.case_id, kind, act.now.date(), act.now, by, age=age)
    record = FactRecorded(fact)
    act.write(_entry(act, record, decision, by), record)
    return fact


def _entry(
    act: Acting,
    record: FactRecorded | RepresentationsInvited | ScreeningCompleted,
    decision: Decision,
    by: ActorId,
) -> Entry:
    return Entry(kind_of(record), by, act.case(decision.case_id).person_id)
