"""The records of the device desk; the rest is in model/record.py, under the same promise."""

from dataclasses import dataclass

from custodiet.model.case import Task
from custodiet.model.desk import Note
from custodiet.model.identity import AlertId, FittingId


@dataclass(frozen=True, slots=True)
class DeviceNoted:
    """Something found of a device or done with it. `weakened`: alerts that speak against nobody any more.

    `tasks`: what that asks of staff.
    """

    note: Note
    weakened: tuple[AlertId, ...] = ()
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class InspectionDue:
    """A device on someone is to be inspected; `tasks`: the one that asks for it, done by an inspection alone."""

    fitting_id: FittingId
    tasks: tuple[Task, ...]
