"""Record that the notice was given to a person: which text, in which language, how, and what came of asking them.

What is given is the notice as it is in that transaction; whoever showed an older one has to show it anew (R56).
"""

from dataclasses import dataclass

from custodiet.flows.assess_case import Assessor
from custodiet.flows.notice_now import notice_at, recording_in, told_now
from custodiet.flows.ports import Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.case import TaskKind
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, CaseId, NoticeId
from custodiet.model.notice import How, Served, Understood, WhyDeclined
from custodiet.model.notice_record import NoticeServed
from custodiet.model.record import TaskDone, kind_of
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.notices import objections_to_serving


@dataclass(frozen=True, slots=True)
class Given:
    """How the notice was given. `words`: who interpreted, or what was said; sealed before it is kept.

    `notice_sha256`: the text that whoever gave it had before them.
    """

    notice_sha256: bytes
    language: str
    how: How
    understood: Understood
    why: WhyDeclined | None = None
    words: str = ""


def give_notice(
    store: Store, assessor: Assessor, chance: Chance, case_id: CaseId, given: Given, by: ActorId
) -> NoticeId:
    """Record it. Raises NotPermitted with every objection, CannotRecord while words cannot be sealed yet.

    A task to give it, which an order made, is done with it.
    """
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        case = act.case(case_id)
        made, current, number = notice_at(act, case.scheme_id, act.now)
        served = Served(
            id=NoticeId(chance.identity("notice")),
            case_id=case_id,
            notice_sha256=given.notice_sha256,
            register=number,
            language=given.language,
            how=given.how,
            understood=given.understood,
            at=act.now,
            by=by,
            why=given.why,
            words_sealed=assessor.seal(act, case.person_id, given.words) if given.words.strip() else b"",
        )
        recorded = recording_in(act, case.scheme_id, given.language, act.now) is not None
        refuse_if(objections_to_serving(made, act.translations(case.scheme_id), current, served, recorded=recorded))
        record = NoticeServed(served)
        act.write(Entry(kind_of(record), by, case.person_id), record)
        if told_now(act, case_id, act.now):
            for task in act.tasks_of(case_id):
                if task.kind is TaskKind.GIVE_NOTICE and task.done_at is None:
                    act.write(Entry(EntryKind.TASK_DONE, by, case.person_id), TaskDone(task.id, act.now))
    return served.id
