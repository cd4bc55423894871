"""What a rung can ask of a person: conditions whose keeping it can tell, and appointments, of which people are told.

From the ladder's table (design 3): a place needs a mode that hears of places, a home unit speaks of home alone. A zone
that protects somebody is never given to the device of whom it keeps away, so the device cannot judge it.

The kinds of each rung stand as law in the store too (migration 0021).
"""

from custodiet.model.condition import ConditionKind, Schedule
from custodiet.model.mode import Kind, Mode, ModeCode

CONDITIONS_MAX = 20
"""Of one proposal: more than anyone can keep in mind."""
_PLACES = (ConditionKind.CURFEW, ConditionKind.INCLUSION, ConditionKind.EXCLUSION)


def kinds_on(mode: Mode) -> tuple[ConditionKind, ...]:
    """The kinds of conditions that a decision of this mode can carry, stated for it or carried down to it; none on
    rung 0.
    """
    if not mode.rung:
        return ()
    kinds: tuple[ConditionKind, ...] = (ConditionKind.APPOINTMENT,)
    if Kind.CHECK_IN in mode.admits:
        kinds += (ConditionKind.CHECK_IN,)
    if mode.code is ModeCode.CHECK_IN_AREA:
        kinds += (ConditionKind.INCLUSION,)
    if Kind.PRESENCE in mode.admits:
        kinds += (ConditionKind.HOME_PRESENCE,)
    if mode.admits & {Kind.TRANSITION, Kind.FIX}:
        kinds += _PLACES
    if Kind.FIX in mode.admits:
        kinds += (ConditionKind.PROTECTIVE,)
    return kinds


def objections_to_asking(kind: ConditionKind, schedule: Schedule, mode: Mode) -> tuple[str, ...]:
    """Every rule against such a condition on this rung; empty when there is none."""
    against = []
    if kind not in kinds_on(mode):
        against.append(
            f"not_on_this_rung: nothing on rung {mode.rung} tells whether such a condition is kept; "
            "the proposal without it, or another kind of condition"
        )
    if schedule.is_always and kind is ConditionKind.HOME_PRESENCE:
        against.append("no_hours: nobody is asked to be at home at every hour; the hours in which they are")
    return tuple(against)


def objections_to_number(carried: int) -> tuple[str, ...]:
    """The rule against a proposal that carries so many conditions; empty when there is none."""
    if carried <= CONDITIONS_MAX:
        return ()
    return (
        f"too_many_conditions: nobody keeps more than {CONDITIONS_MAX} conditions in mind; the same with fewer of them",
    )
