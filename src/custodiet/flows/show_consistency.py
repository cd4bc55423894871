"""What pages show of guidance, training and consistency. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at
from custodiet.model.alert import CameOfAlerts
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.register import Guidance
from custodiet.model.staff import Function, Role
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules.consistency import SINCE, Figures, of_person, of_team
from custodiet.rules.guidance import BESIDE, guidance_in_force
from custodiet.rules.training import holds_until, is_trained


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the parts of an assessment. `number`: its version, 0 for none. `lacking`: parts without."""

    number: int
    texts: Mapping[str, tuple[Guidance, ...]]
    lacking: tuple[str, ...]


def show_guidance(view: Reading, now: datetime, scheme_id: SchemeId) -> Beside:
    """The guidance in force, by the part that it stands beside."""
    number, guidance = guidance_in_force(view.registers(scheme_id), now)
    texts = {part: tuple(one for one in guidance if one.field == part) for part in BESIDE}
    return Beside(number, texts, tuple(part for part, found in texts.items() if not found))


@dataclass(frozen=True, slots=True)
class TrainingOf:
    """Trainings of one account, the newest first, and until when they hold in each scheme that asks for training."""

    trainings: tuple[TrainingRecorded, ...]
    holds: tuple[tuple[SchemeId, int, datetime | None, bool], ...]
    """Scheme, days that it lets training hold, until when (None: never trained), and whether it holds now."""


def show_training(view: Reading, now: datetime, actor: ActorId) -> TrainingOf:
    """Of an account's roles that are in force."""
    trainings = view.trainings_of(actor)
    schemes = dict.fromkeys(one.scheme_id for one in view.roles_of(actor) if one.in_force(now) and one.scheme_id)
    asked = [(one, register_at(view, one, now)[0].training_days) for one in schemes]
    until = [(one, days, holds_until(trainings, days)) for one, days in asked if days is not None]
    return TrainingOf(tuple(reversed(trainings)), tuple((*one, is_trained(one[-1], now)) for one in until))


@dataclass(frozen=True, slots=True)
class Consistency:
    """A scheme's figures; None where there are too few. `people`: caseworkers whose own may be shown, by name.

    `alerts`: what became of what was raised against someone: how often a machine was wrong (R68).
    """

    scheme_id: SchemeId
    name: str
    since: datetime
    team: Figures | None
    beside: Beside
    people: tuple[Role, ...]
    alerts: tuple[CameOfAlerts, ...]


def show_consistency(view: Reading, now: datetime, scheme_id: SchemeId) -> Consistency:
    """Raises NotFound."""
    register, _ = register_at(view, scheme_id, now)
    roles = {one.actor: one for one in view.roles_as(Function.CASEWORKER) if one.scheme_id == scheme_id}
    return Consistency(
        scheme_id=scheme_id,
        name=register.name,
        since=now - SINCE,
        team=of_team(view.outcomes_under(scheme_id, now - SINCE)),
        beside=show_guidance(view, now, scheme_id),
        people=tuple(roles[actor] for actor in sorted(roles)),
        alerts=view.came_of_alerts(scheme_id, now - SINCE),
    )


def show_figures(view: Reading, now: datetime, role: Role) -> Figures | None:
    """Of one caseworker's proposals; None where there are too few, or the role is of no scheme."""
    if role.scheme_id is None:
        return None
    return of_person(view.outcomes_under(role.scheme_id, now - SINCE), role.actor)
