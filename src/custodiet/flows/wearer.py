"""Of whom a fix is, where nothing about that is to be weighed."""

from typing import NamedTuple

from custodiet.flows.sessions import LiveSession
from custodiet.model.identity import DecisionId, FittingId
from custodiet.rules.authority import Clear


class Wearer(NamedTuple):
    """By which device, in which clear interval, sealed under which session."""

    serial: str
    clear: Clear
    live: LiveSession

    @property
    def fitting_id(self) -> FittingId:
        """The device on the person."""
        return self.clear.worn.fitting.id

    @property
    def under(self) -> tuple[FittingId, DecisionId]:
        """The fitting under its decision."""
        return self.fitting_id, self.clear.decision.id
