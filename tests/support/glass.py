"""Breaking the glass as its flow takes it."""

from support.looking import HOUR, Looked
from support.staff import DPO, OPE

from custodiet.flows.break_glass import assess_glass, break_glass
from custodiet.model.condition import Interval
from custodiet.model.glass import Danger
from custodiet.model.look_up import Tried

WHY_ALONE = "They said on the telephone that they would jump, and rang off."
LOOK_ALONE = {
    "danger": "to_them",
    "why": WHY_ALONE,
    "tried": ["rang"],
    "hours": "2",
    "ago": "0",
    "precision": "full",
}
"""The form, filled in."""


class Endangered(Looked):
    """As Looked; a life may be in danger."""

    def last(self, hours=2):
        """The last hours up to now."""
        now = self.house.clock.now()
        return Interval(now - hours * HOUR, now)

    def break_glass(self, by=OPE, window=None, vault=None, **given):
        """What it showed."""
        house = self.house
        told = {"danger": Danger.TO_THEM, "why": WHY_ALONE, "tried": (Tried.RANG,)} | given
        where = (house.store, vault or house.vault, self.assessor, house.chance, self.case_id, by)
        return break_glass(*where, window=window or self.last(), **told)[1]

    def newest(self):
        """The newest one as it stands."""
        with self.house.store.reading() as view:
            return view.glasses_of(self.case_id)[0][0]

    def assess(self, glass_id, by, words="A life was in danger, and nothing less would have told.", *, upheld=True):
        return assess_glass(self.house.store, self.assessor, glass_id, by, words, upheld=upheld)

    def assess_all(self, by=DPO):
        """Whatever waits for them."""
        with self.house.store.reading() as view:
            waits = [one.glass for one, _ in view.glasses_of(self.case_id) if one.assessed_at is None]
        for glass in (one for one in waits if one.by != by):
            self.assess(glass.id, by)
