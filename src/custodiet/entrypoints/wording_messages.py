"""How messages to people are said to staff: what for, and what became of them. Never what they say, nor where to."""

from custodiet.entrypoints.wording import said_day
from custodiet.model.message import Delivery, Posted, QuietHours, Setback, Template

TEMPLATE = {
    Template.CHARGE: "reminder to charge",
    Template.STOPPED: "word that something has ended",
    Template.APPOINTMENT: "reminder of an appointment",
    Template.CHECK_IN: "reminder of a check-in",
    Template.ASSESS: "word to the data protection officer that somebody looked alone",
}
_SETBACK = {
    Setback.LATER: "the mail server asks to be tried again",
    Setback.REFUSED: "the mail server does not take it for this address",
    Setback.SHUT: "there is no address any more",
    Setback.BROKEN_OFF: "broken off while it was sent: it may have arrived once already",
    Setback.TOO_LATE: "it would have come too late to be of use",
    Setback.TOO_OFTEN: "it was tried too often",
}


def said_delivery(one: Posted) -> str:
    """How it stands, and since when or until when."""
    at = said_day(one.state_at)
    why = "" if one.setback is None else f": {_SETBACK[one.setback]}"
    if one.state is Delivery.WAITING:
        return f"waits until {said_day(one.next_at)}{why}"
    return {
        Delivery.SENDING: f"being sent since {at}",
        Delivery.SENT: f"taken on by the mail server {at}",
        Delivery.FAILED: f"failed {at}{why}",
        Delivery.GIVEN_UP: f"given up {at}{why}",
    }[one.state]


def said_quiet(quiet: QuietHours) -> str:
    """From when to when nothing leaves, by the person's own clock."""
    return f"{_clock(quiet.from_min)} to {_clock(quiet.to_min)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
