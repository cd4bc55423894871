"""Record that someone of the staff was trained; and ask whether those who decide are, by the register's own rule."""

from datetime import datetime

from custodiet.flows.on_the_table import Table
from custodiet.flows.ports import Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import register_at
from custodiet.model.decision import Decision
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId
from custodiet.model.record import kind_of
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules.training import objections_to_recording, objections_to_untrained


def record_training(store: Store, actor: ActorId, trained_at: datetime, by: ActorId) -> int:
    """The ledger index. Raises NotPermitted with every objection."""
    with store.acting() as act:
        record = TrainingRecorded(actor, trained_at, by, act.now)
        refuse_if(objections_to_recording(record, act.roles_of(by), act.roles_of(actor)))
        return act.write(Entry(kind_of(record), by), record)


def untrained(view: Table, decision: Decision, actors: tuple[ActorId, ...], now: datetime) -> tuple[str, ...]:
    """What stands against a decision of these people, as far as their training goes."""
    register, _ = register_at(view, view.case(decision.case_id).scheme_id, now)
    trained = {one: view.trainings_of(one) for one in actors}
    return objections_to_untrained(decision, register.training_days, trained, now)
