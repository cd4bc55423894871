"""A question's answer, and a place as coarse as a grant says: the same for whoever asks, by the rules that judge."""

from collections.abc import Iterable
from dataclasses import replace
from math import cos, hypot, radians

from custodiet.model.look_up import Answer, Place, Precision
from custodiet.model.word import Said

_METRES_A_DEGREE = 111_320.0
_E7 = 1e7


def answer_of(said: Iterable[Said]) -> Answer:
    """Of what each fix in the quarter of an hour says: yes or no only when none says otherwise (invariant 6)."""
    told = set(said)
    if Said.IN_AREA in told and Said.NOT_IN_AREA not in told:
        return Answer.YES
    if Said.NOT_IN_AREA in told and Said.IN_AREA not in told:
        return Answer.NO
    return Answer.CANNOT_TELL


def coarsened(place: Place, precision: Precision) -> Place:
    """The middle of the square that a place lies in; squares are fixed, so that looking again shows nothing finer.

    The accuracy grows by what the square hides; one that is not known stays so.
    """
    cell = precision.cell_m
    if not cell or place.lat_e7 is None or place.lon_e7 is None:
        return place
    lat = _middle(place.lat_e7, cell / _METRES_A_DEGREE * _E7)
    lon = _middle(place.lon_e7, cell / (_METRES_A_DEGREE * max(cos(radians(lat / _E7)), 0.01)) * _E7)
    hidden = hypot(cell, cell) / 2
    return replace(
        place,
        lat_e7=lat,
        lon_e7=lon,
        accuracy_m=None if place.accuracy_m is None else place.accuracy_m + hidden,
    )


def _middle(value_e7: int, step_e7: float) -> int:
    return round((value_e7 // step_e7 + 0.5) * step_e7)
