"""A person is heard and screened: the pages' flows, the policy asked inside the transaction.

What they said is read on the page. What came of a screening is opened here as there, with an entry, for whoever may
read the case's record; its reasons only for whoever assesses the case.
"""

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api import answers_person as told
from custodiet.entrypoints.api.given import bad_body, timed
from custodiet.entrypoints.api.knowing import known_case
from custodiet.entrypoints.api.route import Call
from custodiet.entrypoints.web.asking import assessor_for
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.sight import of_case
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.assess_case import Assessor
from custodiet.flows.open_case_record import open_case_record
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.errors import NotFound
from custodiet.model.identity import RepresentationId
from custodiet.model.screening import Screened


def hearing(call: Call) -> told.Hearing:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.READ_CASE_RECORD, of_case(case.id))
        invited, said = view.first_invitation(case.id), view.representations(case.id)
    lines = [
        told.RepresentationLine(
            one.id, one.at, one.recorded_by, one.due_at, one.answered_at, one.answered_by, one.reply
        )
        for one in said[: -call.limit - 1 : -1]
    ]
    asked = None if invited is None else told.Invited(invited.at, invited.invited_by, invited.until_at)
    return told.Hearing(call.at, asked, lines, len(said) - len(lines))


def invite(call: Call) -> answers.Entered:
    case, assessor = _assessing(call)
    until = call.at if call.body.until_at is None else timed(call.body.until_at, call.at)
    if until < call.at:
        raise bad_body("until_at: whoever is asked has time to answer; null where they were asked in person")
    return answers.Entered(assessor.invite(case.id, actor_of(call.request), until))


def represent(call: Call) -> told.Represented:
    case, assessor = _assessing(call)
    return told.Represented(assessor.represent(case.id, call.body.text, actor_of(call.request)))


def answer(call: Call) -> answers.Entered:
    case, assessor = _assessing(call)
    wanted = RepresentationId(call.path["representation_id"])
    with call.place.store.reading() as view:
        if view.representation(wanted).case_id != case.id:
            raise NotFound("of another case")
    return answers.Entered(assessor.answer(wanted, call.body.reply, call.body.reasons, actor_of(call.request)))


def screening(call: Call) -> told.ScreeningShown:
    place, by = call.place, actor_of(call.request)
    with place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.READ_CASE_RECORD, of_case(case.id))
        assesses = may(call.request, view, Act.ASSESS_CASE, of_case(case.id))
        newest = view.newest_screening(case.id)
    if newest is None:
        return told.ScreeningShown(call.at, None, None, None, None, english=True, answers=None)
    found = open_case_record(place.store, place.vault, case.id, by, sitting_of(call.request)).screening
    lines = None
    if found is not None and found.screening_id == newest.id:
        lines = [_line(one, assesses=assesses) for one in found.answers]
    return told.ScreeningShown(
        call.at, newest.id, newest.at, newest.screened_by, newest.list_version, newest.english, lines
    )


def screen(call: Call) -> told.ScreeningTaken:
    case, assessor = _assessing(call)
    given = {
        question: (one.answer, tuple(dict.fromkeys(one.adjustments)), one.reason)
        for question, one in call.body.answers.items()
    }
    return told.ScreeningTaken(assessor.screen(case.id, given, actor_of(call.request)))


def _line(one: Screened, *, assesses: bool) -> told.AnswerLine:
    said = bool(one.reason.strip())
    reason = one.reason if said and assesses else None
    return told.AnswerLine(one.question, one.answer, list(one.adjustments), said, reason)


def _assessing(call: Call) -> tuple[Case, Assessor]:
    """The case that they may know of, and who assesses it through the store for this one act."""
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.ASSESS_CASE, of_case(case.id))
    return case, assessor_for(store_for(call.request, Act.ASSESS_CASE, of_case(case.id)))
