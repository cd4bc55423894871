"""What stands against a place of a person's own. No reason is asked for, and none is kept."""

from custodiet.model.identity import ActorId
from custodiet.rules.alerts import objections_to_acting

OWN_MAX = 20
"""Places of one person's: with many more, nothing anywhere could be shown."""


def objections_to_own_place(kept: int, by: ActorId) -> tuple[str, ...]:
    """Every rule against it; empty when there is none. `kept`: how many there are."""
    against = [*objections_to_acting(by)]
    if kept >= OWN_MAX:
        against.append(
            f"too_many_places: {OWN_MAX} places of one person are kept; "
            "a place that others need too can be loaded with the map, by whoever runs this"
        )
    return tuple(against)
