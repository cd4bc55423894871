"""Conditions as pages say them: what is asked, where, when. Where, only for whom the case's record was opened."""

import json
from collections.abc import Iterable

from markupsafe import Markup

from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.opened import NamedCase
from custodiet.entrypoints.web.pictures import picture_of, said_length, size_of
from custodiet.entrypoints.wording_conditions import said_schedule
from custodiet.entrypoints.wording_deciding import said
from custodiet.flows.state_conditions import Asking
from custodiet.model.condition import ZONED, Condition, ConditionKind, Schedule
from custodiet.model.identity import ConditionId


def asking_in_words(one: Asking) -> str:
    """A condition that is not recorded yet."""
    return _in_words(one.kind, None if one.geometry is None else place_in_words(one.geometry), one.schedule)


def conditions_in_words(conditions: Iterable[Condition], opened: NamedCase) -> list[tuple[ConditionId, str]]:
    """Conditions of a case whose record was opened, or stays shut."""
    zones = () if opened.record is None else opened.record.zones
    places = {one.condition_id: place_in_words(one.geometry) for one in zones}
    return [(one.id, _in_words(one.kind, _place(one, places, opened), one.schedule)) for one in conditions]


def picture_of_asking(one: Asking) -> Markup:
    """The place of a condition that is not recorded yet; nothing where it has none."""
    return Markup() if one.geometry is None else picture_of(one.geometry, place_in_words(one.geometry))


def pictures_in(opened: NamedCase) -> dict[ConditionId, Markup]:
    """The place of each condition of a case whose record was opened."""
    zones = () if opened.record is None else opened.record.zones
    return {one.condition_id: picture_of(one.geometry, place_in_words(one.geometry)) for one in zones}


def _place(one: Condition, places: dict[ConditionId, str], opened: NamedCase) -> str | None:
    if one.kind not in ZONED:
        return None
    if opened.away:
        return places.get(one.id, say("the place is sealed, and the vault does not answer now"))
    return places.get(one.id, say("the place is sealed"))


def _in_words(kind: ConditionKind, place: str | None, schedule: Schedule) -> str:
    told = [say(said(kind)), *([] if place is None else [place]), *said_schedule(schedule, say)]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in told)


def place_in_words(geometry: bytes) -> str:
    """GeoJSON as a place in words, without any map."""
    told = json.loads(geometry)
    if told["type"] == "Point":
        longitude, latitude = told["coordinates"][:2]
        words = say("a circle of %(radius)s about latitude %(latitude).4f, longitude %(longitude).4f")
        return words % {"radius": said_length(told["radius_m"]), "latitude": latitude, "longitude": longitude}
    wide, high = map(said_length, size_of(geometry))
    words = say("a polygon of %(corners)d corners, %(wide)s from west to east and %(high)s from south to north")
    return words % {"corners": sum(len(ring) - 1 for ring in told["coordinates"]), "wide": wide, "high": high}
