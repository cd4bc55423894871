"""What is read of cases: all of it in the asker's sight, bounded, and without a name or a place."""

import base64
import binascii
import json
from typing import Any

from django.middleware.csrf import get_token

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.knowing import known_alert, known_case, known_decision, knows_alert
from custodiet.entrypoints.api.lines import (
    alert_line,
    case_line,
    condition_line,
    contact_line,
    decision_line,
    task_line,
)
from custodiet.entrypoints.api.route import Call, bad
from custodiet.entrypoints.web.permitting import actor_of, may, require
from custodiet.entrypoints.web.sight import in_sight, of_decision
from custodiet.flows.permitting import who_asks
from custodiet.flows.show_standing import OPEN_STATES
from custodiet.model.act import Act
from custodiet.model.stored import Holding

LOOKED_AT = 200
"""Open alerts, or proposals, that are looked through for those an account may know of, the oldest first."""


def cursor_of(*where: str) -> str:
    """A place in a list, as text that means nothing to anyone else."""
    return base64.urlsafe_b64encode(json.dumps(where).encode()).decode()


def read_cursor(call: Call, parts: int) -> list[str] | None:
    """The place that a call goes on from. Raises ApiProblem for one that no answer of ours held."""
    text = call.query.get("cursor")
    if text is None:
        return None
    try:
        where: Any = json.loads(base64.urlsafe_b64decode(text.encode("ascii", "strict")))
    except (ValueError, binascii.Error, RecursionError):
        raise bad("cursor is not one that an answer held") from None
    if not isinstance(where, list) or len(where) != parts or not all(isinstance(one, str) for one in where):
        raise bad("cursor is not one that an answer held")
    return where


def me(call: Call) -> answers.Me:
    with call.place.store.reading() as view:
        who = who_asks(view, actor_of(call.request), call.at, None)
    token = get_token(call.request) if call.request.session.session_key else None
    return answers.Me(call.at, who.actor, who.function, sorted(who.schemes), token)


def cases(call: Call) -> answers.Cases:
    holding = Holding(call.query["holding"]) if "holding" in call.query else None
    after = read_cursor(call, 2)
    with call.place.store.reading() as view:
        within = in_sight(call.request, view)
        words = call.query.get("reference", "").strip()
        where = None if after is None else (after[0], after[1])
        found = view.cases_like(words, holding, call.at, call.limit + 1, 0, within, where)
        page = found[: call.limit]
        lines = [case_line(view, one, call.at) for one in page]
    last = cursor_of(page[-1].reference, page[-1].id) if len(found) > len(page) else None
    return answers.Cases(call.at, lines, last)


def case(call: Call) -> answers.CaseShown:
    with call.place.store.reading() as view:
        known = known_case(call.request, view, call.path["reference"])
        return answers.CaseShown(call.at, case_line(view, known, call.at))


def decisions(call: Call) -> answers.Decisions:
    with call.place.store.reading() as view:
        known = known_case(call.request, view, call.path["reference"])
        found = [
            one
            for one in view.decisions_of(known.id)
            if may(call.request, view, Act.READ_DECISION, of_decision(one.id))
        ]
    found.sort(key=lambda one: (one.starts_at, one.id), reverse=True)
    lines = [decision_line(one, call.at) for one in found[: call.limit]]
    return answers.Decisions(call.at, lines, len(found) - len(lines))


def decision(call: Call) -> answers.DecisionShown:
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
    return answers.DecisionShown(call.at, decision_line(known, call.at))


def conditions(call: Call) -> answers.Conditions:
    with call.place.store.reading() as view:
        known = known_decision(call.request, view, call.path["decision_id"])
        found = view.conditions_of(known.id)
    lines = [condition_line(one) for one in found[: call.limit]]
    return answers.Conditions(call.at, lines, len(found) - len(lines))


def case_tasks(call: Call) -> answers.Tasks:
    with call.place.store.reading() as view:
        known = known_case(call.request, view, call.path["reference"])
        found = view.tasks_of(known.id)
        lines = [task_line(view, one) for one in found[: call.limit]]
    return answers.Tasks(call.at, lines, len(found) - len(lines))


def tasks(call: Call) -> answers.Tasks:
    with call.place.store.reading() as view:
        found, more = view.tasks_due(call.limit, in_sight(call.request, view))
        return answers.Tasks(call.at, [task_line(view, one) for one in found], more)


def case_alerts(call: Call) -> answers.Alerts:
    with call.place.store.reading() as view:
        known = known_case(call.request, view, call.path["reference"])
        found = view.alerts_of_case(known.id, LOOKED_AT + 1)
        lines = [alert_line(view, one) for one in found[: call.limit]]
    left = min(len(found), LOOKED_AT) - len(lines)
    return answers.Alerts(call.at, lines, left, len(found) <= LOOKED_AT)


def alerts(call: Call) -> answers.Alerts:
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_STANDING)
        looked_at = view.alerts(OPEN_STATES, LOOKED_AT + 1)
        mine = [one for one in looked_at[:LOOKED_AT] if knows_alert(call.request, view, one)]
        lines = [alert_line(view, one) for one in mine[: call.limit]]
    return answers.Alerts(call.at, lines, len(mine) - len(lines), len(looked_at) <= LOOKED_AT)


def alert(call: Call) -> answers.AlertShown:
    with call.place.store.reading() as view:
        return answers.AlertShown(call.at, alert_line(view, known_alert(call.request, view, call.path["alert_id"])))


def contacts(call: Call) -> answers.Contacts:
    with call.place.store.reading() as view:
        alert = known_alert(call.request, view, call.path["alert_id"])
        found = view.contacts_tried(alert.id)
    lines = [contact_line(one) for one in found[: call.limit]]
    return answers.Contacts(call.at, lines, len(found) - len(lines))
