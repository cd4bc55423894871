"""A wearer with three hours of fixes in a caseworker's sight, and the steps of looking as their flows take them."""

from datetime import timedelta

from support.assessing import assessor
from support.house import BO, START
from support.proposing import propose
from support.staff import AOS, CAI, staffed

from custodiet.adapters import sealing
from custodiet.flows.decide_case import make_decision
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.looking import approve_look_up, ask_look_up, ask_question, open_reading
from custodiet.flows.open_case import set_condition
from custodiet.model.condition import ALWAYS, Interval, Schedule
from custodiet.model.look_up import Asked, ToKnow, Tried

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STEP = 10 * MINUTE
WHY = "Nobody has heard from them since Monday, and their line is dead."
HOME = b'{"type":"Point","coordinates":[-28.0,46.5],"radius_m":400}'
EVENINGS = Schedule(once=(Interval(START, START + timedelta(days=1)),))
"""Hours of a curfew; what matters here is its place."""


class Looked:
    """One person on rung 11 whose tag went north, one thousandth of a degree every ten minutes, for three hours.

    `zones`: (kind, geometry, schedule) of conditions of the decision.
    """

    def __init__(self, house, *, staff=True, serial="TAG-L", zones=(), fixes=18, **decision):
        self.house = house
        if staff:
            staffed(house)
        self.assessor = assessor(house)
        self.person = house.person(serial)
        assign_case(house.store, self.case_id, CAI, AOS)
        house.issue_keys()
        self.zones = []
        self.decision = self.decide(zones, **decision)
        self.monitor = house.monitor(f"m-{serial}")
        self.began = house.clock.now()
        self.walk(fixes)
        self.until = house.clock.now()

    @property
    def case_id(self):
        return self.person.case.id

    def decide(self, zones=(), **given):
        house = self.house
        decision = house.proposal(self.person, **given)
        propose(house.store, house.chance, decision)
        for kind, geometry, schedule in zones:
            where = (decision.id, kind, decision.proposed_by)
            self.zones.append(
                set_condition(
                    *(house.store, sealing, house.chance, house.pinned),
                    *where,
                    geometry=geometry,
                    schedule=schedule or ALWAYS,
                )
            )
        make_decision(house.store, decision.id, BO)
        house.issue_keys()
        return house.decision(decision.id)

    def walk(self, fixes):
        for number in range(fixes):
            self.monitor.refresh()
            self.house.say(self.monitor, self.person, lat=46.5 + number / 1000)
            self.house.clock.pass_(STEP)

    def window(self, hours=2):
        """The last hours of the walk."""
        return Interval(self.until - hours * HOUR, self.until)

    def ask(self, by=CAI, window=None, **given):
        told = {"purpose": "contact", "to_know": ToKnow.REACH, "why": WHY, "tried": (Tried.RANG,)} | given
        where = (self.house.store, self.assessor, self.house.chance, self.case_id, by)
        return ask_look_up(*where, window=window or self.window(), **told)

    def approve(self, look_up_id, by=AOS, **given):
        return approve_look_up(self.house.store, self.assessor, look_up_id, by, **given)

    def granted(self, *, yes=None, **given):
        look_up_id = self.ask(**given)
        self.approve(look_up_id, **yes or {})
        return look_up_id

    def open(self, look_up_id, by=CAI, **given):
        return open_reading(self.house.store, self.house.vault, look_up_id, by, **given)

    def question(self, asked=Asked.HOME, about=None, by=CAI, zone=None):
        about = quarter(self.until - HOUR) if about is None else about
        return ask_question(self.house.store, self.house.vault, self.case_id, asked, about, by, zone)[0]


def quarter(at):
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
