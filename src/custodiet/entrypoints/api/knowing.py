"""What an account may know of: the pages' own sight, and the same answer for what is not there and what is not theirs.

An act is asked about only after this; so a refusal tells nothing about a thing that its asker may not know of.
"""

from contextlib import suppress
from hashlib import sha256

from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import may
from custodiet.entrypoints.web.sight import if_free, of_case, of_decision, require_sight
from custodiet.flows.ports import Reading
from custodiet.model.act import Act
from custodiet.model.alert import Alert
from custodiet.model.case import Case, Task
from custodiet.model.decision import Decision
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.glass import Broken
from custodiet.model.identity import AlertId, DecisionId, GlassId, LookUpId, TaskId, UnmaskId
from custodiet.model.look_up import Standing
from custodiet.model.unmask import Unmasking


def known_case(request: HttpRequest, view: Reading, reference: str) -> Case:
    """A case that they may see by reference. Raises NotFound.

    Where there is none, another is asked about in its stead: to be told of nothing takes as much as of a case that is
    out of sight.
    """
    stand_in = view.some_case(f"case_{sha256(reference.encode()).hexdigest()}")
    case = None
    with suppress(NotFound):
        case = view.case_by_reference(reference)
    asked_about = case or stand_in
    if asked_about is None:
        raise NotFound("there are no cases")
    try:
        require_sight(request, view, asked_about)
    except NotPermitted:
        raise NotFound("not in sight") from None
    if case is None:
        raise NotFound("no such case")
    return case


def known_decision(request: HttpRequest, view: Reading, decision_id: str) -> Decision:
    """A decision that they may read. Raises NotFound."""
    decision = view.decision(DecisionId(decision_id))
    if not may(request, view, Act.READ_DECISION, of_decision(decision.id)):
        raise NotFound("not in sight")
    return decision


def known_task(request: HttpRequest, view: Reading, task_id: str) -> Task:
    """A task of a case that they may see. Raises NotFound."""
    task = view.task(TaskId(task_id))
    known_case(request, view, view.case(task.case_id).reference)
    return task


def known_look_up(request: HttpRequest, view: Reading, look_up_id: str) -> tuple[Standing, Case]:
    """A look-up in a case that they may see. Raises NotFound."""
    standing = view.look_up(LookUpId(look_up_id))
    return standing, known_case(request, view, view.case(standing.look_up.case_id).reference)


def known_unmask(request: HttpRequest, view: Reading, unmask_id: str) -> Unmasking:
    """A request to unmask in a case that they may see. Raises NotFound."""
    unmasking = view.unmasking(UnmaskId(unmask_id))
    known_case(request, view, view.case(unmasking.unmask.case_id).reference)
    return unmasking


def known_glass(request: HttpRequest, view: Reading, glass_id: str) -> Broken:
    """A look that somebody took alone, in a case that they may see. Raises NotFound."""
    broken = view.glass(GlassId(glass_id))
    known_case(request, view, view.case(broken.glass.case_id).reference)
    return broken


def known_alert(request: HttpRequest, view: Reading, alert_id: str) -> Alert:
    """An alert that they may know of. Raises NotFound."""
    alert = view.alert(AlertId(alert_id))
    if not knows_alert(request, view, alert):
        raise NotFound("not in sight")
    return alert


def knows_alert(request: HttpRequest, view: Reading, alert: Alert) -> bool:
    """Whether they see its case, or could claim it if nobody held it."""
    return (
        may(request, view, Act.READ_ASSURANCE)
        or may(request, view, Act.READ_CASE_RECORD, of_case(alert.case_id))
        or may(request, view, Act.CLAIM_ALERT, if_free(alert.id))
    )
