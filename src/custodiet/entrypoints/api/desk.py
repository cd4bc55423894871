"""The alert desk: what its pages record, by the same flow, the policy asked inside the transaction."""

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api import answers_desk as told
from custodiet.entrypoints.api.given import bad_body, timed
from custodiet.entrypoints.api.knowing import known_alert
from custodiet.entrypoints.api.lines import contact_line
from custodiet.entrypoints.api.route import Call
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.sight import of_alert
from custodiet.flows.hand_over import hand_over
from custodiet.flows.handle_alert import Desk
from custodiet.flows.show_alerts import show_alert_file
from custodiet.model.act import Act
from custodiet.model.alert import AlertMove
from custodiet.model.identity import AlertId
from custodiet.rules.permission import ACT_OF_ALERT_MOVE


def record(call: Call) -> told.AlertRecord:
    with call.place.store.reading() as view:
        file = show_alert_file(view, call.at, known_alert(call.request, view, call.path["alert_id"]).id)
    steps = [
        told.StepLine(one.at, one.acted_by, one.move, one.state, one.until_at, one.entry)
        for one in (done.step for done in reversed(file.steps))
    ]
    replies = [told.ReplyLine(one.at, one.recorded_by, one.excuse) for one in reversed(file.replies)]
    contacts = [contact_line(one) for one in reversed(file.contacts)]
    most = call.limit
    left = sum(max(0, len(one) - most) for one in (steps, replies, contacts))
    lists = steps[:most], replies[:most], contacts[:most]
    return told.AlertRecord(call.at, *lists, left, list(file.moves), file.takes_replies)


def claim(call: Call) -> answers.Entered:
    return _moved(call, AlertMove.CLAIM)


def move(call: Call) -> answers.Entered:
    return _moved(call, call.body.move)


def _moved(call: Call, step: AlertMove) -> answers.Entered:
    with call.place.store.reading() as view:
        alert = known_alert(call.request, view, call.path["alert_id"])
    reasons, until = ("", None) if call.body is None else (call.body.reasons, call.body.until_at)
    if until is not None and step is not AlertMove.SUSPEND:
        raise bad_body("until_at: with suspend, and only then")
    at = None if until is None else timed(until, call.at)
    return answers.Entered(
        _desk(call, ACT_OF_ALERT_MOVE[step], alert.id).move(alert.id, step, actor_of(call.request), reasons, at)
    )


def contact(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        alert = known_alert(call.request, view, call.path["alert_id"])
    one, by = call.body, actor_of(call.request)
    desk = _desk(call, Act.TRIAGE_ALERT, alert.id)
    return answers.Entered(desk.contact(alert.id, one.how, one.outcome, one.words, by, one.verified))


def reply(call: Call) -> answers.Entered:
    with call.place.store.reading() as view:
        alert = known_alert(call.request, view, call.path["alert_id"])
    desk = _desk(call, Act.RECORD_REPLY, alert.id)
    return answers.Entered(desk.reply(alert.id, call.body.excuse, call.body.words, actor_of(call.request)))


def hand_over_shift(call: Call) -> told.HandedOver:
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_ALERTS)

    def desk_for(alert_id: AlertId) -> Desk:
        return _desk(call, Act.TRIAGE_ALERT, alert_id)

    handed = hand_over(call.place.store, desk_for, actor_of(call.request))
    return told.HandedOver(handed.released, handed.kept)


def _desk(call: Call, act: Act, alert_id: AlertId) -> Desk:
    store = store_for(call.request, act, of_alert(alert_id))
    return Desk(store, call.place.sealer, call.place.chance, call.place.pinned)
