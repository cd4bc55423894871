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
    """Hour and minute, with the zone; the date too unless it is on a page that shows it."""
    return at.strftime("%H:%M:%S UTC")


def said_state(one: Monitored, now: datetime) -> str:
    """What stands, in words."""
    if one.state is State.SUSPENDED:
        return "paused"
    if one.state is State.MADE:
        if now < one.starts_at:
            return f"begins {one.starts_at:%d %B, %H:%M UTC}"
        return "authorised" if one.until is None else f"authorised until {one.until:%d %B, %H:%M UTC}"
    at = "" if one.until is None else said_time(one.until)
    return _ENDED[one.state].format(at=at)


def said_task(kind: str) -> str:
    """What is to be done, in words."""
    return _TASK[kind]
