"""Nouns as the API tells them: line by line, and nothing that is not named here."""

from collections.abc import Sequence
from datetime import datetime

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.problem import told_objections
from custodiet.flows.ports import Reading
from custodiet.flows.show_deciding import Rung, Table
from custodiet.flows.show_standing import monitored_of
from custodiet.model.alert import Alert
from custodiet.model.assessment import Assessment
from custodiet.model.case import Case, Task
from custodiet.model.condition import Condition
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import Decision
from custodiet.model.errors import NotPermitted
from custodiet.model.published import ON_ABSCONDING
from custodiet.rules.decisions import moved, time_is_up


def case_line(view: Reading, case: Case, at: datetime) -> answers.CaseLine:
    """One case as it stands."""
    decisions = {one.id: one for one in view.decisions_of(case.id)}
    waiting = [one for one in view.tasks_of(case.id) if one.done_at is None]
    return answers.CaseLine(
        case_id=case.id,
        reference=case.reference,
        scheme_id=case.scheme_id,
        opened_at=case.opened_at,
        monitored=[
            answers.Monitored(
                decision_id=one.decision_id,
                strand=one.strand,
                mode=decisions[one.decision_id].mode,
                rung=one.rung,
                state=one.state,
                starts_at=one.starts_at,
                until=one.until,
            )
            for one in monitored_of(case.reference, decisions.values(), at)
        ],
        open_tasks=len(waiting),
        next_task_due_at=min((one.due_at for one in waiting), default=None),
    )


def decision_line(decision: Decision, at: datetime) -> answers.DecisionLine:
    """One decision. What has run out is told so at once, also before the clock has entered it."""
    move = time_is_up(decision, at)
    return answers.DecisionLine(
        id=decision.id,
        case_id=decision.case_id,
        strand=decision.strand,
        mode=decision.mode,
        rung=decision.rung.rung,
        state=decision.state if move is None else moved(decision, move),
        in_force=decision.in_force(at),
        authority=decision.authority,
        maker=decision.maker,
        power=decision.power,
        purposes=list(decision.purposes),
        proposed_by=decision.proposed_by,
        approved_by=decision.approved_by,
        made_at=decision.made_at,
        starts_at=decision.starts_at,
        review_due_at=decision.review_due_at,
        ends_at=decision.ends_at,
        ended_at=decision.ended_at,
        until=decision.until,
        late_max_s=int(decision.late_max.total_seconds()),
        follows=decision.follows,
        pauses=[answers.Pause(one.from_at, one.to_at) for one in decision.suspensions],
    )


def condition_line(condition: Condition) -> answers.ConditionLine:
    """One condition, without its place."""
    schedule = condition.schedule
    return answers.ConditionLine(
        id=condition.id,
        kind=condition.kind,
        has_place=bool(condition.geometry_sealed),
        time_zone=None if schedule.zone is None else schedule.zone.name,
        weekly=[answers.WeeklyWindow(one.opens_min, one.closes_min) for one in schedule.weekly],
        once=[answers.Between(one.from_at, one.to_at) for one in schedule.once],
    )


def task_line(view: Reading, task: Task) -> answers.TaskLine:
    """One task."""
    return answers.TaskLine(
        id=task.id,
        reference=view.case(task.case_id).reference,
        decision_id=task.decision_id,
        kind=task.kind.value,
        raised_at=task.raised_at,
        due_at=task.due_at,
        done_at=task.done_at,
    )


def contact_line(tried: ContactTried) -> answers.ContactLine:
    """One contact without a word of what was said."""
    return answers.ContactLine(tried.at, tried.by, tried.direction, tried.how, tried.outcome, tried.verified)


def alert_line(view: Reading, alert: Alert) -> answers.AlertLine:
    """One alert, and what it rests on in words that hold no place."""
    seen = alert.seen
    return answers.AlertLine(
        id=alert.id,
        reference=view.case(alert.case_id).reference,
        decision_id=alert.decision_id,
        condition_id=alert.condition_id,
        matter=alert.matter,
        weight=alert.weight,
        state=alert.state,
        stands=alert.stands,
        weakened_why=alert.weakened_why,
        weakened_at=alert.weakened_at,
        began_at=alert.began_at,
        confirmed_at=alert.confirmed_at,
        raised_at=alert.raised_at,
        ended_at=alert.ended_at,
        held_by=alert.held_by,
        enquiry_due_at=alert.enquiry_due_at,
        decided_by=alert.decided_by,
        suspended_until=alert.suspended_until,
        seen=answers.Seen(
            seen.fixes, seen.doubtful, seen.doubt, seen.band, seen.radius_m, seen.gap_s, list(seen.methods)
        ),
    )


def waiting_line(view: Reading, decision: Decision, at: datetime) -> answers.Waiting:
    """A proposal in a list. `since` null: it has no assessment, which has the time."""
    assessment = view.assessment_of(decision.id)
    since = None if assessment is None else assessment.at
    return answers.Waiting(view.case(decision.case_id).reference, since, decision_line(decision, at))


def assessment_line(assessment: Assessment) -> answers.AssessmentLine:
    """An assessment by its codes, without a word of it."""
    exempted = assessment.exempted
    return answers.AssessmentLine(
        author=assessment.author,
        at=assessment.at,
        selection=assessment.selection,
        selection_fact=assessment.selection_fact,
        families=[
            answers.FamilyLine(
                one.family,
                one.reason,
                list(one.facts),
                has_words=one.words is not None,
                alike=one.words is not None and one.words.alike,
            )
            for one in assessment.families
        ],
        compared_with=list(assessment.compared_with),
        with_detention=assessment.with_detention,
        article_8=dict(assessment.article_8),
        practicality=dict(assessment.practicality),
        at_home=list(assessment.at_home),
        finding_shown=assessment.finding_shown,
        has_words=assessment.words is not None,
        alike=assessment.words is not None and assessment.words.alike,
        exemptions_asked=[] if exempted is None else list(exempted.asked),
        exemption_overridden=exempted is not None and exempted.overridden,
    )


def rungs_line(table: Table, rungs: Sequence[Rung], at: datetime) -> answers.Rungs:
    """What a proposal goes by: facts without what they say, and every rung as it stands."""
    scheme = table.scheme
    return answers.Rungs(
        at=at,
        rungs=[
            answers.RungLine(
                one.mode.code,
                one.mode.rung,
                one.mode.title,
                list(one.mode.lower_families),
                told_objections(NotPermitted("", one.against)) if one.against else [],
            )
            for one in rungs
        ],
        facts=[answers.FactLine(one.id, one.kind, one.dated, one.recorded_at) for one in table.facts],
        left_out=table.facts_more,
        powers=[answers.NamedCode(one.code, one.title) for one in scheme.powers],
        purposes=[answers.NamedCode(one.code, one.title) for one in scheme.purposes],
        exemptions=[
            answers.ExemptionLine(
                one.code,
                one.title,
                one.rule,
                list(one.operations),
                [answers.Ground(each.code, each.text) for each in one.criteria],
            )
            for one in table.standing.exemptions
        ],
        finding=answers.Finding(ON_ABSCONDING.version, ON_ABSCONDING.text, ON_ABSCONDING.source),
        screened_at=None if table.screening is None else table.screening.at,
        follows=None if table.current is None else table.current.id,
    )
