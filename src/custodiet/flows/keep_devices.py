"""The device desk: fit, inspect, swap, remove, and say that one is faulty. Each is one transaction.

What is removed by us is booked in the same transaction, so that no sensor's word about it is ever tampering, whenever
it reaches us; a swap leaves no instant in which neither device is on the person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.flows.ask_inspections import inspection_days, seen_at
from custodiet.flows.fit_device import end_in, fit_in
from custodiet.flows.ports import Acting, Chance, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.tasks import new_task
from custodiet.model.case import ENDS_COLLECTION, Task, TaskKind
from custodiet.model.desk import COMES_OFF, Check, Fault, Note, Noted, Outcome, Removal, Stock
from custodiet.model.desk_record import DeviceNoted
from custodiet.model.device import Device, Fitting
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.finding import Matter
from custodiet.model.identity import ActorId, AlertId, CaseId, DeviceId, FittingId
from custodiet.model.record import RemovalBooked, TaskDone, kind_of
from custodiet.rules.alerts import excused_by_removal, objections_to_acting
from custodiet.rules.desk import (
    cleared_by_fault,
    objections_to_fault,
    objections_to_fitting,
    objections_to_removing,
    off_during,
    stock_of,
)

_DONE_WITH_IT = frozenset({*ENDS_COLLECTION, TaskKind.SWAP_DEVICE, TaskKind.TAKE_OFF, TaskKind.INSPECT_DEVICE})
"""Tasks that are done once the device is off."""
_DONE_BY_A_SWAP = frozenset({TaskKind.SWAP_DEVICE, TaskKind.INSPECT_DEVICE})
"""And once another is on instead, whose fit was checked."""
ALERTS_MAX = 100


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """One device with all that happened to it."""

    device: Device
    stock: Stock
    fittings: tuple[Fitting, ...]
    notes: tuple[Note, ...]

    @property
    def worn(self) -> Fitting | None:
        """By whom it is worn now."""
        return next((one for one in self.fittings if one.removed_at is None), None)


@dataclass(frozen=True, slots=True)
class WornNow:
    """A device that is on someone: when it was heard of, whether its battery is low, and what asks for it.

    `seen_at`: when somebody last saw how it sits. `inspect_by`: by when somebody is to; None: no register asks for it.
    """

    contact_at: datetime | None
    battery_low: bool
    tasks: tuple[Task, ...]
    seen_at: datetime
    inspect_by: datetime | None


def show_worn(view: Reading, fitting: Fitting, now: datetime) -> WornNow:
    """How it is with the one who wears it."""
    contact = view.contact(fitting.id)
    alerts = view.alerts_of_case(fitting.case_id, ALERTS_MAX)
    low = any(one.matter is Matter.BATTERY and one.fitting_id == fitting.id and one.ended_at is None for one in alerts)
    tasks, seen = _asking_for(view, fitting, _DONE_WITH_IT), seen_at(view, fitting)
    days = inspection_days(view, view.case(fitting.case_id).scheme_id, now)
    asked = [one.due_at for one in tasks if one.kind is TaskKind.INSPECT_DEVICE]
    by = min(asked) if asked else None if days is None else seen + timedelta(days=days)
    return WornNow(None if contact is None else contact.contact_at, low, tasks, seen, by)


def show_device(view: Reading, device_id: DeviceId) -> DeviceFile:
    """Raises NotFound."""
    device = view.device(device_id)
    fittings, notes = view.fittings_with(device_id), view.notes_of(device_id)
    return DeviceFile(device, stock_of(fittings, notes), fittings, notes)


def check_and_fit(
    store: Store, chance: Chance, device_id: DeviceId, case_id: CaseId, strand: str, check: Check, by: ActorId
) -> Fitting:
    """The device is on the person from now, and it was made sure that it is theirs. Raises NotPermitted."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        return _fit(act, chance, device_id, case_id, strand, check, by)


def remove_device(store: Store, fitting_id: FittingId, reason: Removal, off_at: datetime, by: ActorId) -> int:
    """The device is off. Tasks that asked for it are done. The ledger index of the note. Raises NotPermitted."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        return _remove(act, fitting_id, reason, off_at, by)


def swap_device(
    store: Store, chance: Chance, fitting_id: FittingId, device_id: DeviceId, check: Check, by: ActorId
) -> Fitting:
    """One device off and another on, at one instant: nothing is missed in between. Raises NotPermitted."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        before = act.fitting(fitting_id)
        _remove(act, fitting_id, Removal.SWAP, act.now, by)
        return _fit(act, chance, device_id, before.case_id, before.strand, check, by)


def inspect_device(store: Store, chance: Chance, device_id: DeviceId, outcome: Outcome, by: ActorId) -> int:
    """Somebody looked at it: a task to inspect it is done. What hurts is to come off within the set time.

    The ledger index.
    """
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        file = show_device(act, device_id)
        tasks = _to_take_off(act, chance, file.worn) if file.worn is not None and outcome in COMES_OFF else ()
        index = _note(act, Note(device_id, Noted.INSPECTED, outcome, act.now, by, _on(file)), tasks=tasks)
        if file.worn is not None:
            _do(act, file.worn, frozenset({TaskKind.INSPECT_DEVICE}), by)
        return index


def _to_take_off(act: Acting, chance: Chance, worn: Fitting) -> tuple[Task, ...]:
    """The task to take it off, once; none where nothing is in force, since whatever ended has raised one of its own."""
    decisions = act.decisions_of(worn.case_id)
    in_force = next((one for one in decisions if one.strand == worn.strand and one.in_force(act.now)), None)
    if in_force is None or _asking_for(act, worn, frozenset({TaskKind.TAKE_OFF})):
        return ()
    hours = scheme_at(act, act.case(worn.case_id).scheme_id, act.now).removal_hours
    return (new_task(act, chance, in_force, TaskKind.TAKE_OFF, act.now + timedelta(hours=hours)),)


def record_fault(store: Store, device_id: DeviceId, fault: Fault, since_at: datetime, by: ActorId) -> int:
    """It is faulty since then: out of stock, and what it raised since then accuses nobody. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        file = show_device(act, device_id)
        refuse_if(objections_to_fault(since_at, file.stock, act.now))
        worn = [one.id for one in file.fittings]
        cases = {one.case_id for one in file.fittings}
        decisions = [decision for case_id in sorted(cases) for decision in act.decisions_of(case_id)]
        alerts = [alert for decision in decisions for alert in act.alerts_of(decision.id)]
        cleared = tuple(one.id for one in alerts if cleared_by_fault(one, worn, since_at))
        return _note(act, Note(device_id, Noted.FAULTY, fault, act.now, by, _on(file), since_at), cleared)


def mend_device(store: Store, device_id: DeviceId, by: ActorId) -> int:
    """It is well again, and looked at. The ledger index. Raises IllegalMove for one that was not faulty."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        if show_device(act, device_id).stock is not Stock.FAULTY:
            raise IllegalMove("this device is not faulty")
        return _note(act, Note(device_id, Noted.MENDED, "", act.now, by))


def _fit(
    act: Acting, chance: Chance, device_id: DeviceId, case_id: CaseId, strand: str, check: Check, by: ActorId
) -> Fitting:
    file = show_device(act, device_id)
    refuse_if(objections_to_fitting(file.device, file.stock, check))
    fitting = fit_in(act, chance, device_id, case_id, strand, by)
    _note(act, Note(device_id, Noted.CHECKED, check.identified, act.now, by, fitting.id))
    return fitting


def _remove(act: Acting, fitting_id: FittingId, reason: Removal, off_at: datetime, by: ActorId) -> int:
    fitting = act.fitting(fitting_id)
    refuse_if(objections_to_removing(fitting, reason, off_at, act.now))
    person_id = act.case(fitting.case_id).person_id
    decisions = act.decisions_of(fitting.case_id)
    during = off_during(fitting, off_at, act.now)
    alerts = [alert for decision in decisions for alert in act.alerts_of(decision.id)]
    fallen = tuple(one.id for one in alerts if excused_by_removal(one, fitting_id, during))
    act.write(Entry(EntryKind.REMOVAL_BOOKED, by, person_id), RemovalBooked(fitting_id, during, fallen))
    end_in(act, fitting_id, by)
    # Noted first: the law of the store does a task to inspect it by what was noted.
    index = _note(act, Note(fitting.device_id, Noted.REMOVED, reason, act.now, by, fitting_id, off_at))
    _do(act, fitting, _DONE_BY_A_SWAP if reason is Removal.SWAP else _DONE_WITH_IT, by)
    return index


def _do(act: Acting, fitting: Fitting, kinds: frozenset[TaskKind], by: ActorId) -> None:
    """What asked for it is done."""
    person_id = act.case(fitting.case_id).person_id
    for task in _asking_for(act, fitting, kinds):
        act.write(Entry(EntryKind.TASK_DONE, by, person_id), TaskDone(task.id, act.now))


def _asking_for(view: Reading, fitting: Fitting, kinds: frozenset[TaskKind]) -> tuple[Task, ...]:
    """Open tasks of these kinds under decisions that this device serves."""
    of_strand = {one.id for one in view.decisions_of(fitting.case_id) if one.strand == fitting.strand}
    tasks = view.tasks_of(fitting.case_id)
    return tuple(one for one in tasks if one.done_at is None and one.kind in kinds and one.decision_id in of_strand)


def _note(act: Acting, note: Note, weakened: tuple[AlertId, ...] = (), tasks: tuple[Task, ...] = ()) -> int:
    record = DeviceNoted(note, weakened, tasks)
    person_id = None if note.fitting_id is None else act.case(act.fitting(note.fitting_id).case_id).person_id
    return act.write(Entry(kind_of(record), note.noted_by, person_id), record)


def _on(file: DeviceFile) -> FittingId | None:
    return None if file.worn is None else file.worn.id
