"""calm.after for many at once, a row a fix: the same question, put to columns.

Sine and cosine may differ from those of calm.after in the last place, by nanometres on the ground; what is calm is so
with a tenth of a metre to spare.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from custodiet.rules.conditions.calm import SLACK_M, STRETCH
from custodiet.rules.conditions.plane import OVER_24_R2
from custodiet.rules.conditions.zones import EDGE_M, ROUGH_M
from custodiet.rules.conditions.zones_columns import Floats, Whole, points

Bools = npt.NDArray[np.bool_]


class CalmRows(NamedTuple):
    """What is calm for the fitting of each row, and by which settings of its scheme."""

    x: Floats
    y: Floats
    z: Floats
    reach_m: Floats
    accuracy_min_m: Floats
    accuracy_max_m: Floats
    disc_scale: Floats
    speed_max_mps: Floats


def are_quiet(calm: CalmRows, lat_e7: Whole, lon_e7: Whole, accuracy_m: Floats, speed_mps: Floats) -> Bools:
    """Which rows are quiet, of fixes that nobody looked up; NaN is unknown."""
    with np.errstate(over="ignore"):  # a disc that is wider than any number is too wide
        radius = np.maximum(np.maximum(accuracy_m, calm.accuracy_min_m) * calm.disc_scale, EDGE_M)
    at = points(lat_e7, lon_e7)
    x, y, z = at.x - calm.x, at.y - calm.y, at.z - calm.z
    square = x * x + y * y + z * z
    distance = np.sqrt(square) * (1 + square / OVER_24_R2)
    # What is not a number compares as false: an unknown accuracy is not quiet, an unknown speed not too fast.
    good = (accuracy_m <= calm.accuracy_max_m) & ~(speed_mps > calm.speed_max_mps) & (radius <= ROUGH_M)
    near: Bools = good & (distance * STRETCH + SLACK_M + radius <= calm.reach_m)
    return near
