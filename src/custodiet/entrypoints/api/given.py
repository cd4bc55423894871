"""What a body gives, as the flows take it, where its type alone does not say enough."""

from datetime import UTC, datetime, timedelta

import msgspec
from django.conf import settings

from custodiet.entrypoints.api.bodies import NewCondition
from custodiet.entrypoints.api.problem import ApiProblem, problem
from custodiet.flows.give_contact import ZONE_FOR
from custodiet.flows.state_conditions import Asking
from custodiet.model.condition import Interval, LocalZone, Schedule, Weekly
from custodiet.model.times import cut

FAR = timedelta(days=3653)


def bad_body(detail: str) -> ApiProblem:
    """A body that is not taken."""
    return ApiProblem(problem(400, "bad_body", detail))


def timed(at: datetime, now: datetime) -> datetime:
    """The instant in UTC. Raises ApiProblem for one that no decision reaches."""
    try:
        utc = cut(at.astimezone(UTC))
    except OverflowError:
        raise bad_body("a time lies too far off") from None
    if abs(utc - now) > FAR:
        raise bad_body("a time lies too far off")
    return utc


def asking(told: NewCondition, now: datetime) -> Asking:
    """A condition as it is stated. Raises ApiProblem, NotTheFormat, IllegalValue; no text quotes a place."""
    once = tuple(Interval(timed(one.from_at, now), timed(one.to_at, now)) for one in told.once)
    if any(one.from_at <= now for one in once):
        raise bad_body("once: it lies behind; name an hour to come")
    weekly = tuple(Weekly(one.opens_min, one.closes_min) for one in told.weekly)
    zone = None if told.time_zone is None else _zone(told.time_zone, now)
    place = None if told.place is None else msgspec.json.encode(told.place)
    return Asking(told.kind, place, Schedule(zone, weekly, once))


def _zone(name: str, now: datetime) -> LocalZone:
    zone: LocalZone = settings.PLACE.zone_as_of(name, now, now + ZONE_FOR)
    return zone
