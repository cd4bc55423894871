"""A wearer with a day of fixes, in the sight of a caseworker, and the steps of looking as their flows take them."""

from datetime import timedelta

from support.assessing import assessor
from support.staff import AOS, CAI, staffed

from custodiet.adapters import sealing
from custodiet.flows.looking import approve_look_up, ask_look_up, ask_question, open_reading
from custodiet.flows.open_case import set_condition
from custodiet.flows.keep_caseload import assign_case
from custodiet.model.condition import Interval
from custodiet.model.look_up import Asked, Precision, ToKnow, Tried

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STEP = 10 * MINUTE
WHY = "Nobody has heard from them since Monday, and their line is dead."


class Looked:
    """One person on rung 11 whose tag reported every ten minutes for three hours."""

    def __init__(self, house, *, staff=True, serial="TAG-L", conditions=(), **decision):
        self.house = house
        if staff:
            staffed(house)
        self.person = house.person(serial)
        assign_case(house.store, self.person.case.id, CAI, AOS)
        house.issue_keys()
        self.assessor = assessor(house)
        self.decision = self.decided(*conditions, **decision)
        self.began = house.clock.now()
        self.conditions = []
        self.monitor = house.monitor(f"m-{serial}")
        self.walk(18)
        self.until = house.clock.now()

    @property
    def case_id(self):
        return self.person.case.id

    def decided(self, *conditions, **given):
        house = self.house
        if not conditions:
            return house.decide(self.person, **given)
        raise NotImplementedError

    def walk(self, fixes, lat=46.5):
        for number in range(fixes):
            self.house.say(self.monitor, self.person, lat=lat + number / 1000)
            self.house.clock.pass_(STEP)
            self.monitor.refresh()

    def window(self, hours=2):
        """The last hours of the walk."""
        return Interval(self.until - hours * HOUR, self.until)

    def ask(self, by=CAI, window=None, **given):
        told = {"purpose": "contact", "to_know": ToKnow.REACH, "why": WHY, "tried": (Tried.RANG,)} | given
        store, assessor = self.house.store, self.assessor
        return ask_look_up(
            store, assessor, self.house.chance, self.case_id, by, window=window or self.window(), **told
        )

    def approve(self, look_up_id, by=AOS, **given):
        return approve_look_up(self.house.store, self.assessor, look_up_id, by, **given)

    def granted(self, **given):
        look_up_id = self.ask(**given)
        self.approve(look_up_id)
        return look_up_id

    def open(self, look_up_id, by=CAI, **given):
        return open_reading(self.house.store, self.house.vault, look_up_id, by, **given)

    def question(self, asked=Asked.HOME, about=None, by=CAI, condition_id=None):
        about = about or quarter(self.until - HOUR)
        return ask_question(self.house.store, self.house.vault, self.case_id, asked, about, by, condition_id)[0]


def quarter(at):
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


__all__ = ["Precision", "sealing", "set_condition"]
