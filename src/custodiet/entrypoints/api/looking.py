"""Unmasking and looking alone as far as they show nothing: asked, answered, assessed, by the pages' own flows.

What opens a position is done on a page, and only there: no answer of this API holds one.
"""

from typing import NoReturn

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api import answers_looking as told
from custodiet.entrypoints.api.bodies_looking import Within
from custodiet.entrypoints.api.given import timed
from custodiet.entrypoints.api.knowing import known_case, known_glass, known_look_up, known_unmask
from custodiet.entrypoints.api.problem import ApiProblem, Objection, problem
from custodiet.entrypoints.api.route import Call, Made
from custodiet.entrypoints.web.asking import assessor_for
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.recorded import recorded_store
from custodiet.entrypoints.web.sight import of_case, of_glass, of_look_up, of_unmask
from custodiet.flows.break_glass import assess_glass
from custodiet.flows.ports import Reading, Store
from custodiet.flows.unmasking import approve_unmask, ask_unmask, refuse_unmask
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.condition import Interval
from custodiet.model.glass import Broken
from custodiet.model.unmask import Unmasking

_MISSING = "a position is shown to someone who sits before a page, and in no answer to a program"


def on_a_page(call: Call) -> NoReturn:  # noqa: ARG001 - the same to everyone, whatever is named: it tells of nothing
    """What opens a position. Nothing is looked up, so nothing is told, and nothing was tried on anyone."""
    told_instead = "open it on its page, in the same session; it is recorded there before anything is shown"
    raise ApiProblem(problem(403, "on_a_page", _MISSING, [Objection("on_a_page", _MISSING, told_instead)]))


def unmaskings(call: Call) -> told.Unmaskings:
    with call.place.store.reading() as view:
        case = _looks_of(call, view)
        every = [one for one, _ in view.unmaskings_of(case.id)]
        lines = [_unmasking(call, view, one) for one in every[: call.limit]]
    return told.Unmaskings(call.at, lines, len(every) - len(lines))


def ask(call: Call) -> Made:
    with call.place.store.reading() as view:
        standing, case = known_look_up(call.request, view, call.path["look_up_id"])
    look_up, body = standing.look_up, call.body
    store = recorded_store(call.request, Act.ASK_UNMASK, of_look_up(look_up.id), case.id)
    unmask_id = ask_unmask(
        *(store, assessor_for(store), call.place.chance, look_up.id, actor_of(call.request)),
        window=_within(call, body.window) or (standing.grant or look_up).window,
        not_enough=body.not_enough,
        condition=body.condition,
        why=body.why,
    )
    return Made(told.UnmaskAsked(unmask_id), f"/api/v1/cases/{case.reference}/unmaskings")


def approve(call: Call) -> answers.Entered:
    unmasking, store = _answering(call, Act.APPROVE_UNMASK)
    where = (store, assessor_for(store), unmasking.unmask.id, actor_of(call.request))
    return answers.Entered(approve_unmask(*where, call.body.words, window=_within(call, call.body.window)))


def refuse(call: Call) -> answers.Entered:
    unmasking, store = _answering(call, Act.REFUSE_UNMASK)
    where = (store, assessor_for(store), unmasking.unmask.id, call.body.because, actor_of(call.request))
    return answers.Entered(refuse_unmask(*where, call.body.words))


def looks_alone(call: Call) -> told.LooksAlone:
    with call.place.store.reading() as view:
        every = [one for one, _ in view.glasses_of(_looks_of(call, view).id)]
    lines = [_alone(call, one) for one in every[: call.limit]]
    return told.LooksAlone(call.at, lines, len(every) - len(lines))


def assess(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        glass_id = known_glass(call.request, view, call.path["look_alone_id"]).glass.id
    store, by = store_for(call.request, Act.ASSESS_GLASS, of_glass(glass_id)), actor_of(call.request)
    given = (store, assessor_for(store), glass_id, by, call.body.found)
    return answers.Entered(assess_glass(*given, upheld=call.body.needed))


def _looks_of(call: Call, view: Reading) -> Case:
    case = known_case(call.request, view, call.path["reference"])
    require(call.request, view, Act.READ_LOOKS, of_case(case.id))
    return case


def _answering(call: Call, act: Act) -> tuple[Unmasking, Store]:
    with call.place.store.reading() as view:
        unmasking = known_unmask(call.request, view, call.path["unmask_id"])
    unmask = unmasking.unmask
    return unmasking, recorded_store(call.request, act, of_unmask(unmask.id), unmask.case_id)


def _within(call: Call, window: Within | None) -> Interval | None:
    return None if window is None else Interval(timed(window.from_at, call.at), timed(window.to_at, call.at))


def _unmasking(call: Call, view: Reading, one: Unmasking) -> told.UnmaskingLine:
    asked, yes = one.unmask, one.yes
    window = (yes or asked).window
    return told.UnmaskingLine(
        id=asked.id,
        look_up_id=asked.look_up_id,
        asked_at=asked.asked_at,
        asked_by=asked.asked_by,
        from_at=window.from_at,
        to_at=window.to_at,
        not_enough=asked.not_enough,
        condition=asked.condition,
        answer=_answer(call, view, one),
        answered_at=one.refused_at if yes is None else yes.approved_at,
        answered_by=one.refused_by if yes is None else yes.approved_by,
        refused_because=one.refused_because,
    )


def _answer(call: Call, view: Reading, one: Unmasking) -> told.Answered:
    if one.yes is not None:
        return told.Answered.APPROVED
    if one.refused_at is not None:
        return told.Answered.REFUSED
    waits = one.waits(view.look_up(one.unmask.look_up_id), call.at)
    return told.Answered.WAITS if waits else told.Answered.OVER


def _alone(call: Call, one: Broken) -> told.LookAloneLine:
    glass = one.glass
    return told.LookAloneLine(
        id=glass.id,
        at=glass.at,
        by=glass.by,
        danger=glass.danger,
        from_at=glass.window.from_at,
        to_at=glass.window.to_at,
        precision=glass.precision,
        assess_by=glass.assess_by,
        late=one.is_late(call.at),
        assessed_at=one.assessed_at,
        assessed_by=one.assessed_by,
        needed=one.upheld,
    )
