"""How states, tasks and times are said to people, the same on a page and in a terminal."""

from datetime import datetime

from custodiet.flows.show_standing import Monitored
from custodiet.model.decision import State

_ENDED = {
    State.LAPSED: "stopped by us {at}: nobody reviewed it",
    State.EXPIRED: "ended {at}: its end date",
    State.WITHDRAWN: "stopped by us {at}: withdrawn",
    State.ANNULLED: "annulled {at}",
    State.SUCCEEDED: "followed by another decision {at}",
}
_TASK = {"tell_and_remove": "tell the person, take the device off"}


def said_time(at: datetime) -> str:
    """To the second, with the zone: for something of today."""
    return at.strftime("%H:%M:%S UTC")


def _said_when(at: datetime, now: datetime) -> str:
    return said_time(at) if at.date() == now.date() else at.strftime("%d %B, %H:%M UTC")


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


def said_task(kind: str) -> str:
    """What is to be done, in words."""
    return _TASK[kind]
