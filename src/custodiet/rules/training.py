"""Who may propose and approve, as far as training goes (R48). The store holds the same (migration 0016). Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from custodiet.model.decision import Authority, Decision
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function, Role
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.staff import holds

_ENOUGH = "a colleague whose training holds can do it; stepping down, ending and rung 0 ask for none"


def holds_until(trainings: Iterable[TrainingRecorded], days: int) -> datetime | None:
    """Until when the newest training of an account holds; None for an account that was never trained."""
    newest = max((one.trained_at for one in trainings), default=None)
    return None if newest is None else newest + timedelta(days=days)


def is_trained(until: datetime | None, now: datetime) -> bool:
    """Whether a training that holds until then holds now; None is of an account that was never trained."""
    return until is not None and now < until


def objections_to_untrained(
    decision: Decision, days: int | None, trained: Mapping[ActorId, Collection[TrainingRecorded]], now: datetime
) -> tuple[str, ...]:
    """What stands against these accounts' deciding. `days`: how long training holds; None where none is asked for.

    An order is not ours to hold up, and rung 0 asks for nothing.
    """
    if days is None or decision.authority is Authority.ORDER or decision.rung.rung == 0:
        return ()
    against: list[str] = []
    for actor, trainings in trained.items():
        until = holds_until(trainings, days)
        if until is None:
            against.append(f"not_trained: no training of {actor} is recorded; {_ENOUGH}")
        elif not is_trained(until, now):
            against.append(f"training_ran_out: the training of {actor} held until {until:%Y-%m-%d}; {_ENOUGH}")
    return tuple(against)


def objections_to_recording(
    record: TrainingRecorded, of_recorder: Collection[Role], of_trained: Collection[Role]
) -> tuple[str, ...]:
    """What stands against recording that someone was trained."""
    against = [*objections_to_acting(record.by)]
    if record.actor == record.by:
        against.append("own_training: nobody records their own training; another administrator can")
    if not holds(of_recorder, {Function.ADMINISTRATOR}, None, record.at):
        against.append("not_an_administrator: training is recorded by an administrator; one of them can")
    if not of_trained:
        against.append(
            "nobody_of_the_staff: training is recorded of an account that has a role; once they have one, it can be"
        )
    if record.trained_at > record.at:
        against.append("not_yet: the day of the training lies ahead; record it once it has been")
    return tuple(against)
