"""How states, tasks and times are said to people, the same on a page and in a terminal."""

from datetime import datetime

from custodiet.flows.show_cases import Happened, What
from custodiet.flows.show_senders import Told
from custodiet.flows.show_standing import Monitored
from custodiet.model.alert import Alert
from custodiet.model.decision import State
from custodiet.model.finding import Doubt, Matter, Weight
from custodiet.rules.alerts import NO_LONGER

_ENDED = {
    State.LAPSED: "stopped by us {at}: nobody reviewed it",
    State.EXPIRED: "ended {at}: its end date",
    State.WITHDRAWN: "stopped by us {at}: withdrawn",
    State.ANNULLED: "annulled {at}",
    State.SUCCEEDED: "followed by another decision {at}",
}
_TASK = {
    "tell_and_remove": "tell the person, take the device off",
    "review": "review the decision, or it lapses",
    "find_out": "find out why the device is silent; it says nothing of the person",
    "tell_maker": "tell whoever made the order that its device is silent",
    "warn_wearer": "warn the wearer that the battery is low",
    "swap_device": "replace the faulty device",
    "check_restored": "records were lost in a restore: see whether the decision stands and whose the device is, "
    "then have whoever may resume or end it do so",
    "take_back": "the person has died: fetch the device back; nothing is sent to them",
    "tell_maker_missed": "tell whoever made the order that our review of it was missed",
    "tell_maker_facts": "tell whoever made the order what has come up: only they can end, lower or pause it",
    "decide_review": "decide the review that an event has opened",
    "check_stop": "look whether the stop was entered as it was ordered",
    "look_into_stop": "for the data protection officer: nobody looked at a stop, or it was not entered as ordered",
    "give_notice": "an order began and its person was not given the notice: give it",
    "assess_disclosure": "for the data protection officer: assess a disclosure that was urgent",
    "assess_glass": "for the data protection officer: somebody looked alone for danger to life; was it needed",
    "take_off": "it hurts or a doctor says so: take the device off; its sensors accuse nobody of that",
    "inspect_device": "inspect the device: how it sits, and the skin under it",
    "stop_device": "reports still come: see that the device stops sending",
}
_MATTER = {
    Matter.OUT_OF_PLACE: "where they are not to be",
    Matter.UNANSWERED: "the hours began and no fix has come",
    Matter.TAMPER: "a sensor speaks of tampering",
    Matter.BATTERY: "the battery is low",
    Matter.DEVICE_FAULT: "the device is faulty",
    Matter.HELP: "the wearer asked for help",
}
_DOUBT = {
    Doubt.NO_ACCURACY: "the device does not say how good its fixes are",
    Doubt.WIDE: "the fixes are too wide",
    Doubt.EDGE: "the disc lies across the edge",
    Doubt.METHOD: "found by what is heard around, not by satellites",
    Doubt.SPEED: "the fixes say a speed that nobody has",
    Doubt.JUMP: "the fixes jump",
    Doubt.IN_TEST: "the zone is in test",
}


def said_time(at: datetime) -> str:
    """To the second, with the zone: for something of today."""
    return at.strftime("%H:%M:%S UTC")


def _said_when(at: datetime, now: datetime) -> str:
    return said_time(at) if at.date() == now.date() else at.strftime("%d %B, %H:%M UTC")


def said_day(at: datetime) -> str:
    """To the minute, with the day and the zone: for what may be long ago or far ahead."""
    return at.strftime("%-d %B %Y, %H:%M UTC")


def said_event(one: Happened, now: datetime) -> str:
    """What happened in a case, in words: never a place or a name."""
    if one.decision is not None:
        mode = f"rung {one.decision.rung.rung}, {one.decision.rung.title}"
        said = {
            What.DECIDED: f"Decided: {mode}",
            What.PAUSED: f"Paused: {mode}",
            What.RESUMED: f"Resumed: {mode}",
            What.ENDED: f"Ended: {mode}",
        }
        return said[one.what]
    if one.device is not None:
        return f"Device {one.device.serial} {'put on' if one.what is What.FITTED else 'taken off'}"
    if one.task is not None:
        raised = one.what is What.TASK_RAISED
        return f"Task {'raised' if raised else 'done'}: {said_task(one.task.kind)}"
    if one.alert is not None:
        return f"Alert: {said_alert(one.alert.alert, now)}"
    return "Case opened"


def said_state(one: Monitored, now: datetime) -> str:
    """What stands, in words."""
    if one.state is State.SUSPENDED:
        return "paused"
    if one.state is State.MADE:
        if now < one.starts_at:
            return f"begins {one.starts_at:%d %B, %H:%M UTC}"
        return "authorised" if one.until is None else f"authorised until {one.until:%d %B, %H:%M UTC}"
    at = "" if one.until is None else _said_when(one.until, now)
    return _ENDED[one.state].format(at=at)


def said_alert(alert: Alert, now: datetime) -> str:
    """What was raised and why, what speaks against it, and what to do first: never a place."""
    since = _said_when(alert.began_at, now)
    words = [f"{_MATTER[alert.matter]} since {since}"]
    if alert.weight is Weight.UNCERTAIN:
        words = [f"cannot tell: perhaps {_MATTER[alert.matter]} since {since}"]
        if alert.seen.doubt is not None:
            words.append(_DOUBT[alert.seen.doubt])
        words.append(
            f"could be {'the strap or its sensor' if alert.matter is Matter.TAMPER else 'coverage'}; ring first"
        )
    if alert.matter is Matter.OUT_OF_PLACE and alert.weight is Weight.ADVERSE:
        words.append(f"{alert.seen.fixes} fixes, {alert.seen.band} beyond the edge, disc up to {alert.seen.radius_m} m")
        if alert.seen.gap_s:
            words.append(f"{alert.seen.gap_s} s without a fix before")
        if alert.seen.doubtful:
            words.append(f"{alert.seen.doubtful} more that could not tell")
    if alert.weight is Weight.SERVICE:
        words.append("a matter of service, nothing against the person")
    if alert.ended_at is not None:
        words.append(f"over {_said_when(alert.ended_at, now)}")
    if alert.weakened_why is not None:
        words.append(f"no longer stands: {NO_LONGER[alert.weakened_why]}")
    return "; ".join(words)


def said_matter(matter: Matter) -> str:
    """What an alert is about, in words."""
    return _MATTER[matter]


def said_told(told: Told, now: datetime) -> str:
    """What a sender was told, whether anyone there has acknowledged it, and whether it went on."""
    one = told.instruction
    words = [f"told to {one.what} {one.serial} from {_said_when(one.from_at, now)}"]
    if one.acknowledged_at is not None:
        words.append(f"acknowledged {_said_when(one.acknowledged_at, now)} by {one.acknowledged_by}")
    elif one.overdue(now):
        words.append(f"not acknowledged, overdue since {_said_when(one.due_at, now)}")
    else:
        words.append(f"not acknowledged yet, due {_said_when(one.due_at, now)}")
    if told.reports_after:
        words.append(f"{told.reports_after} reports came after it")
    return "; ".join(words)


def said_task(kind: str) -> str:
    """What is to be done, in words."""
    return _TASK[kind]
