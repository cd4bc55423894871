"""Fixes as columns, for the judges: one row a fix, in order of fix time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from custodiet.model.report import Fix, Method
from custodiet.rules.conditions.plane import Point, point


@dataclass(frozen=True, slots=True, repr=False)
class Fixes:
    """Columns of one length; without a text form. Metres and metres a second; None is unknown."""

    at: tuple[datetime, ...]
    points: tuple[Point, ...]
    accuracy_m: tuple[float | None, ...]
    speed_mps: tuple[float | None, ...]
    method: tuple[Method | None, ...]

    @classmethod
    def of(cls, rows: Sequence[tuple[datetime, Fix]]) -> Self:
        """Columns of (fix time, fix) rows."""
        fixes = [fix for _, fix in rows]
        return cls(
            tuple(at for at, _ in rows),
            tuple(point(fix.lat_e7, fix.lon_e7) for fix in fixes),
            tuple(fix.accuracy_m for fix in fixes),
            tuple(fix.speed_mps for fix in fixes),
            tuple(fix.method for fix in fixes),
        )
