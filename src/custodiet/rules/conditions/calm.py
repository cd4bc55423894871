"""The quiet fix: one that can change no watch, told without asking any zone.

Nearly every fix of nearly everyone is good, lies on the right side of every edge by far, and finds nothing going on.
`calm_around` says how far around a place that is so, for one fitting and every zone of its decision at once; `after`
says whether the next fix is one of those, and what the judge would then have left in scratch. A fix that is not quiet
is judged as any other: quiet is what the judge says, said faster (tests hold the two together), never another rule.

Three things must hold before anything is calm, and each is looked at: no run and no alert in any watch; every zone's
geometry at hand; the last fix on the right side of them all. Whoever changes a zone, a watch or the standing by any
other way must forget what was calm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from custodiet.model.condition import KEEP_OUT, ConditionKind
from custodiet.model.finding import Watch
from custodiet.model.judging import Judging
from custodiet.model.report import Fix
from custodiet.rules.conditions.plane import Point, distance_m, point
from custodiet.rules.conditions.zoned import LOOKED_UP, Asked, Scratch
from custodiet.rules.conditions.zones import EDGE_M, ROUGH_M, Area

STRETCH = 1.01
"""A zone's plane draws no way longer than this, as far from its centre as FAR_M: six parts in a thousand there."""
FAR_M = 1_000_000.0
SLACK_M = 0.1
REACH_MAX_M = 20_000.0
"""A calm place serves ten minutes: nobody's goes farther, but in the air."""


class Calm(msgspec.Struct, frozen=True, gc=False):
    """Discs within `reach_m` of `place` lie on the right side of every zone; without a text form."""

    place: Point
    reach_m: float

    def __repr__(self) -> str:
        return "<Calm>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Quiet(msgspec.Struct, frozen=True, gc=False):
    """A fitting under a decision with nothing going on: the one scratch of all its conditions, and what is calm.

    `since` and `held_at`: when the calm place and the scratch came here.
    """

    calm: Calm
    scratch: Scratch
    since: datetime
    held_at: datetime

    def __repr__(self) -> str:
        return "<Quiet>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


def calm_around(asked: Sequence[Asked], watches: Sequence[Watch], scratches: Sequence[Scratch]) -> Calm | None:
    """What is calm after a batch, from the conditions of one fitting with their watch and scratch in the same order.

    None when anything is going on, or when their scratch differs: then they are judged one by one.
    """
    if not asked or any(not _at_rest(watch) for watch in watches):
        return None
    scratch = scratches[0]
    if scratch.back is None or scratch.against or any(one != scratch for one in scratches[1:]):
        return None
    return around(scratch.back, [(one.area, one.condition.kind) for one in asked])


def around(place: Point, zones: Iterable[tuple[Area | None, ConditionKind]]) -> Calm | None:
    """What is calm about a place where nothing is going on; None where a zone is not at hand, or an edge is near."""
    reach = REACH_MAX_M
    for area, kind in zones:
        if area is None:
            return None
        depth = area.depth_m(place)
        within = depth if kind in KEEP_OUT else -depth
        # Farther out the depth is only that to the bounding box: never too large, where the plane is a good map.
        if within > ROUGH_M and area.is_farther_than(place, FAR_M):
            return None
        reach = min(reach, within)
    return Calm(place, reach) if reach > EDGE_M + SLACK_M else None


def after(calm: Calm, scratch: Scratch, at: datetime, fix: Fix, settings: Judging) -> Scratch | None:
    """The scratch of every condition after a quiet fix that is newer than any judged; None when it is not quiet."""
    accuracy, speed = fix.accuracy_m, fix.speed_mps
    if accuracy is None or accuracy > settings.accuracy_max_m or fix.method in LOOKED_UP:
        return None
    if speed is not None and speed > settings.speed_max_mps:
        return None
    radius = max(max(accuracy, settings.accuracy_min_m) * settings.disc_scale, EDGE_M)
    if radius > ROUGH_M:
        return None  # so far out the judge goes by the bounding box, which may be nearer than the zone
    place = point(fix.lat_e7, fix.lon_e7)
    if distance_m(calm.place, place) * STRETCH + SLACK_M + radius > calm.reach_m:
        return None
    moves = speed is not None and speed >= settings.moving_mps
    return Scratch(at, place, at if moves else scratch.moving_at)


def _at_rest(watch: Watch) -> bool:
    return watch.alert_id is None and not watch.against.count and not watch.leaning.count
