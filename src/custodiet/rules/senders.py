"""To what a sender's token may be bound."""

from custodiet.model.case import Case
from custodiet.model.device import Device, Fitting
from custodiet.model.identity import SchemeId


def objections_to_binding(
    fitting: Fitting, device: Device, case: Case, scheme_id: SchemeId, scope: tuple[str, ...]
) -> tuple[str, ...]:
    """Every rule against binding a token to this fitting; empty when there is none."""
    against = []
    if fitting.removed_at is not None:
        against.append("the fitting has ended, and a token ends with its fitting")
    if device.serial not in scope:
        against.append("the device of the fitting is not in the sender's scope")
    if case.scheme_id != scheme_id:
        against.append("the fitting is another scheme's")
    return tuple(against)
