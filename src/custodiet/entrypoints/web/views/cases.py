"""Cases by their reference: a list that is searched and paged, and one of them with all that stands and happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.names import names_on
from custodiet.entrypoints.web.opened import NamedCase, named_in_sight
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, desk_of, may
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.said_conditions import conditions_in_words
from custodiet.entrypoints.web.sight import in_sight, of_case, of_decision, require_sight
from custodiet.flows.show_cases import CaseFile, find_cases, show_case
from custodiet.flows.show_deciding import show_table
from custodiet.model.act import Act
from custodiet.model.condition import ZONED, Condition
from custodiet.model.decision import Authority
from custodiet.model.identity import DecisionId
from custodiet.model.scheme import Force
from custodiet.model.stored import Holding
from custodiet.rules.conditions.zoned import in_test_until

_ON_A_CASE = (
    Act.ASSESS_CASE,
    Act.STEP_DOWN,
    Act.CLOSE_CASE,
    Act.ENTER_STOP,
    Act.NAME_PERSON,
    Act.FIT_DEVICE,
    Act.GIVE_NOTICE,
    Act.ASK_HOLD,
)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    words = words_asked(request)
    wanted = request.GET.get("holding", "")
    holding = Holding(wanted) if wanted in set(Holding) else None
    place = settings.PLACE
    with place.store.reading() as view:
        within = in_sight(request, view)
        found = find_cases(view, place.clock.now(), words, holding, page_asked(request), within)
    # Whoever oversees is shown references alone.
    names = {} if within is None else names_on(request, [line.case_id for line in found.lines])
    asked = {"reference": words, "holding": wanted}
    may_open = desk_of(request) == "day"
    told: dict[str, Any] = {
        "may_open": may_open,
        "found": found,
        "words": words,
        "holding": holding,
        "holdings": list(Holding),
    }
    told |= {"names": names, "named_here": within is not None}
    return page(request, "cases.html", at=pages_of(found.page, found.pages, asked), **told)


@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    place = settings.PLACE
    with place.store.reading() as view:
        reads = require_sight(request, view, view.case_by_reference(reference))
        now = place.clock.now()
        file = show_case(view, now, reference)
        about = of_case(file.case.id)
        may_do = {one.value for one in _ON_A_CASE if may(request, view, one, about)}
        if reads:
            may_do.add(Act.READ_CASE_RECORD.value)
        orders = [one for one in file.decisions if one.authority is Authority.ORDER]
        reviewed = {one.id: (view.review_due_at(one.id), view.reviews_missed(one.id)) for one in orders}
        table = show_table(view, now, file.case.id, actor_of(request))
        if any(may(request, view, Act.READ_DECISION, of_decision(one)) for one in table.conditions):
            may_do.add(Act.READ_DECISION.value)
    opened = named_in_sight(request, file.case.id) if reads else NamedCase(None)
    me = actor_of(request)
    asked = table.conditions if Act.READ_DECISION.value in may_do else {}
    conditions = {of: [words for _, words in conditions_in_words(them, opened)] for of, them in asked.items() if them}
    duties = {one.code: one.satisfied_from for one in file.scheme.powers if one.force is Force.DUTY}
    told: dict[str, Any] = {"file": file, "table": table, "may_do": may_do, "opened": opened, "me": me}
    told |= {"conditions": conditions, "in_test": _in_test(file, asked, now)}
    return page(request, "case.html", reviewed=reviewed, duties=duties, **told)


def _in_test(
    file: CaseFile, asked: Mapping[DecisionId, Sequence[Condition]], now: datetime
) -> dict[DecisionId, datetime]:
    """Until when the zones of each decision are in test, where that is to come."""
    zoned = [one for one in file.decisions if any(each.kind in ZONED for each in asked.get(one.id, ()))]
    until = {one.id: in_test_until(one, file.scheme.judging) for one in zoned}
    return {one: at for one, at in until.items() if now < at}
