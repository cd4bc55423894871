"""The opening `glass`: two hours of one person, without a second person beforehand, since a life is in danger.

Decided here by what the ledger says: an operator of the scheme, not too often, none of whose looks waits too long to be
assessed. It shows what a reading shows and no more: masked, and at home a state.
"""

from collections.abc import Iterator

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.masking import Masking
from custodiet.flows.in_vault.readings import NOT_JUDGED, Pace, Readings
from custodiet.flows.refusing import codes_of
from custodiet.model.errors import OpeningRefused
from custodiet.model.glass_record import GlassBroken
from custodiet.rules.glass import objections_to_breaking
from custodiet.rules.masking.stays import judged_for

NOT_AN_OPERATOR = "not_an_operator"
"""The code alone: nothing else of a refusal leaves the vault."""


class Glasses:
    """Opens them."""

    def __init__(self, follower: Follower, readings: Readings, pace: Pace, masking: Masking) -> None:
        self._follower = follower
        self._readings = readings
        self._pace = pace
        self._masking = masking

    def open(self, record: GlassBroken) -> Iterator[bytes]:
        """As a reading. Raises OpeningRefused with the code of every reason."""
        glass, now = record.glass, self._follower.now()
        breaking, ground = self._follower.breaking, self._follower.ground(glass.case_id)
        against = objections_to_breaking(glass, ground, *breaking.before(glass.id), now)
        if record.judged != judged_for(glass.window):
            against += (NOT_JUDGED,)
        may_now = self._follower.may_break(glass.by, glass.case_id, now)
        if not (breaking.is_believed(glass.id) and may_now):
            against += (NOT_AN_OPERATOR,)
        if against:
            raise OpeningRefused(", ".join(codes_of(against)))
        flagged = self._masking.flagged_for(self._follower.cases[glass.case_id].person_id)
        self._pace.take(now)
        what = (glass.case_id, None, glass.window, glass.precision)
        return self._readings.lines(*what, ground, flagged, now=now)
