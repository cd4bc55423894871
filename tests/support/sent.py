"""Reports as an upstream Traccar would have sent them, so that they can be taken at once as a gateway takes them."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from custodiet.model.mode import Kind
from custodiet.model.report import Alarm, Method, Reason, Report
from custodiet.wire.quantities import ALARMS, KNOT_MPS
from custodiet.wire.traccar_columns import read_line

from .many import lines_of

_WORDS: dict[Alarm, str] = {alarm: word for word, alarm in ALARMS.items()}


def as_traccar_writes(at: datetime) -> str:
    """Many times that are written so are read at once, and any other one by one."""
    return at.isoformat(timespec="milliseconds")


def as_sent(reports: Sequence[Report | Reason]) -> Sequence[Report | Reason]:
    """The same as lines of Traccar's; as they are where it has no words for one of them."""
    bodies = [_body(one) for one in reports]
    read = all(body is not None and read_line(body) == one for body, one in zip(bodies, reports, strict=True))
    return lines_of([body for body in bodies if body is not None]) if read else reports


def _body(report: Report | Reason) -> bytes | None:
    if isinstance(report, Reason):
        return {Reason.NOT_THE_FORMAT: b"?"}.get(report)
    if report.kind is not Kind.FIX:
        return None
    fix, says = report.fix, report.says
    attributes = {} if says is None else {"batteryLevel": says.battery_percent, "charge": says.charging}
    if says is not None and says.alarms:
        attributes["alarm"] = ",".join(sorted(_WORDS[one] for one in says.alarms))
    position = {"attributes": attributes}
    if report.fix_time is not None and fix is not None:
        later = timedelta(minutes=2) if report.repeats else timedelta()
        position |= {
            "fixTime": as_traccar_writes(report.fix_time),
            "deviceTime": as_traccar_writes(report.fix_time + later),
            "latitude": fix.lat_e7 / 1e7,
            "longitude": fix.lon_e7 / 1e7,
            "accuracy": fix.accuracy_m,
            "altitude": fix.altitude_m,
            "speed": _knots(fix.speed_mps),
            "course": fix.course_deg,
        }
        attributes |= {"sat": fix.satellites, "hdop": fix.hdop, "approximate": fix.method is Method.LBS}
    return json.dumps({"position": position, "device": {"uniqueId": report.serial}}).encode()


def _knots(speed_mps: float | None) -> float | None:
    """Such a number of knots as is read as exactly this speed."""
    if speed_mps is None:
        return None
    knots = speed_mps / KNOT_MPS
    near = [knots * (1 + step * 2**-52) for step in range(-4, 5)]
    return next((one for one in near if one * KNOT_MPS == speed_mps), knots)
