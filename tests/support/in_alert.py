"""Someone within whose alerts operators ask, and the steps as their flows take them."""

from support.looking import Looked, quarter
from support.staff import ADA, AOS, OPE
from support.watched import desk

from custodiet.flows.looking import ask_in_alert
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.model.alert import AlertMove
from custodiet.model.entry import Entry
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import ActorId
from custodiet.model.look_up import Asked
from custodiet.model.record import AlertRaised, kind_of

OPP = ActorId("operator-pp")
"""A second operator."""


class Alerted(Looked):
    """As Looked; an alert says that something has gone on since an hour and a half into the walk."""

    def __init__(self, house, **given):
        super().__init__(house, **given)
        self.since = self.until - 9 * (self.until - self.began) / 18
        self.alert_id = self.raise_alert("alert_1")

    def raise_alert(self, alert_id, began_at=None, matter=Matter.OUT_OF_PLACE, zone=None):
        """One that began then, or with this one's beginning."""
        now, began_at = self.house.clock.now(), began_at or self.since
        raised = Raised(
            *(alert_id, self.case_id, self.decision.id, self.person.fitting.id, zone),
            *(matter, Weight.ADVERSE, began_at, began_at, now),
        )
        record = AlertRaised(raised)
        with self.house.store.acting() as act:
            act.write(Entry(kind_of(record), ActorId("clock"), self.person.case.person_id), record)
        return alert_id

    def move(self, *moves, by=OPE, alert_id=None):
        for move in moves:
            desk(self.house).move(alert_id or self.alert_id, AlertMove(move), by, "made-up reasons")

    def ask_within(self, asked=Asked.HOME, about=None, by=OPE, zone=None, alert_id=None):
        """The answer, and the place of its entry."""
        about = quarter(self.since) if about is None else about
        where = (self.house.store, self.house.vault, alert_id or self.alert_id)
        return ask_in_alert(*where, asked, about, by, zone)


def second_operator(house, scheme):
    """OPP joins."""
    from custodiet.model.staff import Function

    role = propose_joiner(house.store, house.chance, OPP, Function.OPERATOR, scheme, ADA)
    approve_joiner(house.store, role, AOS)
