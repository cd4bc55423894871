"""What stands against attaching a file. Pure."""

from custodiet.model.alert import AlertState
from custodiet.model.identity import ActorId
from custodiet.rules.alerts import REPLY_STATES, objections_to_acting

ATTACHED_MAX = 10
"""Files with one representation, or with the enquiry about one alert."""


def objections_to_attaching(attached: int, by: ActorId, state: AlertState | None = None) -> tuple[str, ...]:
    """Every rule against it; empty when there is none. `attached`: how many there are; `state`: of an alert."""
    against = [*objections_to_acting(by)]
    if state is not None and state not in REPLY_STATES:
        against.append("no_enquiry: there is no enquiry to attach it to; once one is open, it can be")
    if attached >= ATTACHED_MAX:
        against.append(f"too_many_files: {ATTACHED_MAX} files are the most here; say the rest in words")
    return tuple(against)
