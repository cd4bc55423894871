"""Ask for the inspection of devices that are on someone: found by the clock, done by inspecting and by nothing else.

How often is for the register to say; one that says nothing asks for none.
"""

from datetime import datetime, timedelta

from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.end_decision import CLOCK
from custodiet.flows.ports import Acting, Chance, Clock, Reading, Store
from custodiet.flows.scheme_now import register_at
from custodiet.flows.tasks import new_task
from custodiet.model.case import TaskKind
from custodiet.model.desk import Noted
from custodiet.model.desk_record import InspectionDue
from custodiet.model.device import Fitting
from custodiet.model.entry import Entry
from custodiet.model.identity import FittingId, SchemeId
from custodiet.model.record import kind_of
from custodiet.rules.desk import inspected_under, inspection_asked_within, inspection_due

AT_ONCE = 100


def ask_inspections(store: Store, chance: Chance, clock: Clock, fence: tuple[str, int]) -> int:
    """Raise the task of each that is near; how many."""
    now = clock.now()
    with store.reading() as view:
        near = [one.id for scheme_id in view.scheme_ids() for one in _near(view, scheme_id, now)]
    return each_by_itself(near, lambda fitting_id: _ask(store, chance, fitting_id, fence))


def seen_at(view: Reading, fitting: Fitting) -> datetime:
    """When somebody last saw how this device sits on this person: at its fitting, or at an inspection since."""
    notes = view.notes_of(fitting.device_id)
    seen = (one.at for one in notes if one.fitting_id == fitting.id and one.kind is Noted.INSPECTED)
    return max(seen, default=fitting.fitted_at)


def inspection_days(view: Reading, scheme_id: SchemeId, now: datetime) -> int | None:
    """After how many days at most, by the register in effect; None: nobody is asked."""
    return register_at(view, scheme_id, now)[0].inspection_days


def _near(view: Reading, scheme_id: SchemeId, now: datetime) -> tuple[Fitting, ...]:
    days = inspection_days(view, scheme_id, now)
    if days is None:
        return ()
    return view.fittings_unseen(scheme_id, now, now + inspection_asked_within(days) - timedelta(days=days), AT_ONCE)


def _ask(store: Store, chance: Chance, fitting_id: FittingId, fence: tuple[str, int]) -> int:
    with store.acting(fence) as act:
        record = _due(act, chance, act.fitting(fitting_id))
        if record is None:
            return 0
        person_id = act.case(act.fitting(fitting_id).case_id).person_id
        act.write(Entry(kind_of(record), CLOCK, person_id), record)
    return 1


def _due(act: Acting, chance: Chance, fitting: Fitting) -> InspectionDue | None:
    scheme_id = act.case(fitting.case_id).scheme_id
    days = inspection_days(act, scheme_id, act.now)
    if days is None or fitting not in _near(act, scheme_id, act.now):
        return None
    due_at = inspection_due(seen_at(act, fitting), days, act.now)
    decision = inspected_under(act.decisions_of(fitting.case_id), fitting.strand, act.now)
    if due_at is None or decision is None:
        return None
    return InspectionDue(fitting.id, (new_task(act, chance, decision, TaskKind.INSPECT_DEVICE, due_at),))
