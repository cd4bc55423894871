"""Which tasks someone may say are done, which are done by an act of their own, and which are over."""

from collections.abc import Iterable

from custodiet.model.case import Task, TaskKind
from custodiet.model.ending import EndReason

_BY = {
    TaskKind.REVIEW: "done_by_its_review: a review task is done by deciding the review; decide it",
    TaskKind.DECIDE_REVIEW: "done_by_its_review: a review task is done by deciding the review; decide it",
    TaskKind.CHECK_STOP: "done_by_its_check: a second person looks at a stop and says what they found; check it",
    TaskKind.INSPECT_DEVICE: "done_by_its_inspection: it is done by inspecting the device, or taking it off; do that",
    TaskKind.ASSESS_GLASS: "done_by_its_assessment: the data protection officer says whether it was needed; ask them",
    TaskKind.ASSESS_DISCLOSURE: "done_by_its_assessment: the data protection officer assesses it; ask them",
}


def objections_to_completing(task: Task) -> tuple[str, ...]:
    """What stands against saying that it is done; empty when anyone in sight may."""
    return (_BY[task.kind],) if task.kind in _BY else ()


def moot_after(reason: EndReason, tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Which of a case's tasks are over when its last decisions end for this reason: nobody tells someone who has died.

    What is to be fetched back has a task of its own then.
    """
    if reason is not EndReason.DIED:
        return ()
    return tuple(one for one in tasks if one.done_at is None and one.kind is TaskKind.TELL_AND_REMOVE)
