"""A check-in's one position against the area it is to come from: yes, no, or nobody can tell. Then it is dropped."""

from collections.abc import Sequence

from custodiet.model.judging import Judging
from custodiet.model.report import Fix
from custodiet.model.word import Said
from custodiet.rules.conditions.plane import point
from custodiet.rules.conditions.zoned import doubt_of
from custodiet.rules.conditions.zones import Answer, Area, answer


def in_area(areas: Sequence[Area | None], fix: Fix, settings: Judging) -> Said:
    """By the whole disc of the fix. Outside is only who is outside every area, each of them known."""
    if fix.accuracy_m is None or doubt_of(fix.accuracy_m, fix.speed_mps, fix.method, settings) is not None:
        return Said.CANNOT_TELL
    radius = max(fix.accuracy_m, settings.accuracy_min_m) * settings.disc_scale
    at = point(fix.lat_e7, fix.lon_e7)
    answers = [Answer.CANNOT_TELL if area is None else answer(area.depth_m(at), radius) for area in areas]
    if Answer.INSIDE in answers:
        return Said.IN_AREA
    return Said.NOT_IN_AREA if answers and set(answers) == {Answer.OUTSIDE} else Said.CANNOT_TELL
