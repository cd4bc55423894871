"""Someone who is watched: a house with a condition on a person, its zone in a monitor, walks in and out, a desk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from support import by_hand
from support.house import ANA, BO, House, Person
from support.proposing import propose

from custodiet.adapters import sealing
from custodiet.adapters.store.engine import writing
from custodiet.flows.decide_case import make_decision
from custodiet.flows.handle_alert import Desk
from custodiet.flows.open_case import set_condition
from custodiet.flows.open_sealed import release_zones
from custodiet.flows.receive_reports import Monitor
from custodiet.flows.time_passes import Passing
from custodiet.model.alert import Alert, AlertMove, AlertState, Excuse
from custodiet.model.case import Task, TaskKind
from custodiet.model.condition import ALWAYS, ZONED, ConditionKind, Schedule
from custodiet.model.contact_record import CameOf, Way
from custodiet.model.decision import Decision
from custodiet.model.entry import EntryKind
from custodiet.model.identity import ActorId, AlertId, ConditionId, DecisionId
from custodiet.model.mode import Kind, ModeCode
from custodiet.model.report import DeviceSays, Fix, Report
from custodiet.rules.conditions.kinds import kinds_on
from custodiet.wire.records import read_entry

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))

Place = tuple[float, float]
HOME: Place = (46.5123457, -28.1234567)
AWAY: Place = (46.5223459, -28.1234569)
"""More than a kilometre from HOME; like it a place whose digits nothing else has."""
WALKING_MPS = 1.4


def circle(centre: Place = HOME, radius_m: int = 200) -> bytes:
    """GeoJSON of a round zone."""
    return json.dumps({"type": "Point", "coordinates": [centre[1], centre[0]], "radius_m": radius_m}).encode()


def report(
    serial: str,
    at: datetime | None,
    place: Place | None = HOME,
    *,
    speed: float | None = None,
    accuracy: float | None = 8.0,
    says: DeviceSays | None = None,
) -> Report:
    """One report; without a place it says something of the device alone."""
    if place is None or at is None:
        return Report(serial, Kind.FIX, None, None, says=says)
    fix = Fix(round(place[0] * 1e7), round(place[1] * 1e7), accuracy_m=accuracy, speed_mps=speed)
    return Report(serial, Kind.FIX, at, fix, says=says)


def ask(
    house: House,
    person: Person,
    *,
    kind: ConditionKind = ConditionKind.INCLUSION,
    geometry: bytes | None = None,
    schedule: Schedule = ALWAYS,
    more: tuple[bytes, ...] = (),
    **given,
) -> tuple[Decision, tuple[ConditionId, ...]]:
    """A decision in force with one condition, one more for each further zone, and none that its rung cannot tell."""
    house.issue_keys()
    proposal = house.proposal(person, **given)
    propose(house.store, house.chance, proposal)
    conditions = []
    for zone in (geometry or circle(), *more) if kind in kinds_on(proposal.rung) else ():
        written = zone if kind in ZONED else None
        of = (proposal.id, kind, ANA)
        one = set_condition(house.store, sealing, house.chance, house.pinned, *of, geometry=written, schedule=schedule)
        conditions.append(one)
    make_decision(house.store, proposal.id, BO)
    house.issue_keys()
    return house.decision(proposal.id), tuple(conditions)


def give_zones(house: House, monitor: Monitor) -> None:
    """What a gateway's other thread does: the vault gives what the monitor wants."""
    monitor.refresh()
    monitor.idle()
    monitor.give_zones(release_zones(house.store, house.vault, monitor.name, monitor.zones_wanted()))


@dataclass
class Watched:
    """One person with one condition, and the monitor that judges it."""

    house: House
    person: Person
    decision_id: DecisionId
    conditions: tuple[ConditionId, ...]
    monitor: Monitor

    @property
    def condition_id(self) -> ConditionId:
        return self.conditions[0]

    @property
    def decision(self) -> Decision:
        return self.house.decision(self.decision_id)

    @property
    def serial(self) -> str:
        return self.person.device.serial

    def restart(self) -> Monitor:
        """The gateway is started again: memory is empty, the vault gives the zones anew."""
        self.monitor = self.house.monitor()
        give_zones(self.house, self.monitor)
        return self.monitor

    def post(self, *lines: Report, monitor: Monitor | None = None) -> list[str]:
        """One request; 'kept', or 'refused ended' and so on, line by line."""
        answers = self.house.post(monitor or self.monitor, self.person.token, *lines)
        return [" ".join(filter(None, (one.outcome, one.shown))) for one in answers]

    def at(self, place: Place | None, at: datetime | None = None, *, monitor: Monitor | None = None, **given) -> str:
        """One fix, now or of another time."""
        lines = report(self.serial, at or self.house.clock.now(), place, **given)
        [answer] = self.post(lines, monitor=monitor)
        return answer

    def stay(self, place: Place, fixes: int = 1, *, every: timedelta = MINUTE, **given) -> list[str]:
        """A fix every so often, the clock going on before each."""
        answers = []
        for _ in range(fixes):
            self.house.clock.pass_(every)
            self.monitor.idle()
            answers.append(self.at(place, **given))
        return answers

    def walk_out(self, fixes: int = 3, *, every: timedelta = MINUTE) -> list[str]:
        """Seen walking at home, then away: three fixes a minute apart confirm it."""
        return self.stay(HOME, speed=WALKING_MPS) + self.stay(AWAY, fixes, every=every)

    def walk_home(self, fixes: int = 2) -> list[str]:
        """Two fixes at home end it."""
        return self.stay(HOME, fixes)

    def alerts(self) -> tuple[Alert, ...]:
        """Everything that was raised under the decision."""
        with self.house.store.reading() as view:
            return view.alerts_of(self.decision_id)

    def alert(self) -> Alert:
        """The only one."""
        [alert] = self.alerts()
        return alert

    def accused(self) -> Alert:
        """Walked out, and an alert stands against the person."""
        self.walk_out()
        return self.alerts()[-1]


def watch(
    house: House, serial: str = "TAG-1", *, monitor: Monitor | None = None, zones: bool = True, **given
) -> Watched:
    """Someone with a fitted device who is to stay at HOME, unless `given` says otherwise."""
    person = given.pop("person", None) or house.person(serial)
    decision, conditions = ask(house, person, **given)
    monitor = monitor or house.monitor()
    if zones:
        give_zones(house, monitor)
    return Watched(house, person, decision.id, conditions, monitor)


JUDGED_ONLY = {"mode": ModeCode.ZONE_ON_ARRIVAL}
"""Rung 9: judged on arrival and dropped."""


# --- the desk -------------------------------------------------------------------------------------------


def desk(house: House) -> Desk:
    """Where alerts are handled."""
    return Desk(house.store, sealing, house.chance, house.pinned)


M, S = AlertMove, AlertState
ROADS: dict[AlertState, tuple[AlertMove, ...]] = {
    S.RAISED: (),
    S.CLAIMED: (M.CLAIM,),
    S.TRIAGED: (M.CLAIM, M.TRIAGE),
    S.CLEARED: (M.CLAIM, M.TRIAGE, M.CLEAR),
    S.POSSIBLE_BREACH: (M.CLAIM, M.TRIAGE, M.SUSPECT),
    S.ENQUIRY: (M.CLAIM, M.TRIAGE, M.SUSPECT, M.ENQUIRE),
    S.NO_BREACH: (M.CLAIM, M.TRIAGE, M.SUSPECT, M.ENQUIRE, M.EXCUSE),
    S.BREACH: (M.CLAIM, M.TRIAGE, M.SUSPECT, M.ENQUIRE, M.DECIDE),
    S.NOTIFIED: (M.CLAIM, M.TRIAGE, M.SUSPECT, M.ENQUIRE, M.DECIDE, M.NOTIFY),
}
"""The moves that bring a new alert to each state."""


def bring(house: House, alert_id: AlertId, state: AlertState, by: ActorId = ANA) -> Alert:
    """An alert that was just raised, brought there by people; the person has answered before anything is decided."""
    for move in ROADS[state]:
        if move is M.DECIDE:
            desk(house).reply(alert_id, Excuse.OTHER, "made-up words", by)
        if move is M.SUSPECT:
            ring(house, alert_id, by)
        desk(house).move(alert_id, move, by, "made-up reasons")
    alert = alert_of(house, alert_id)
    assert alert.state is state
    return alert


def ring(house: House, alert_id: AlertId, by: ActorId = ANA, outcome: CameOf = CameOf.SPOKE) -> None:
    """The person was rung about an alert."""
    desk(house).contact(alert_id, Way.PHONE, outcome, "", by)


def alert_of(house: House, alert_id: AlertId) -> Alert:
    with house.store.reading() as view:
        return view.alert(alert_id)


# --- time ----------------------------------------------------------------------------------------------


def passing(house: House) -> Passing:
    """The clock's looking, under the lease the house holds."""
    return Passing(house.store, house.chance, house.clock, house.fence)


def pass_time(
    house: House,
    monitor: Monitor,
    time: timedelta,
    *,
    look_every: timedelta = timedelta(minutes=10),
    looking: Passing | None = None,
) -> int:
    """Time passes while our own path is up, the clock looking every so often; how many findings it recorded.

    The pulses in between are not sent one by one: `pulses_until` leaves the row that they would leave. An outage is
    what the clock was moved by before this, without a pulse.
    """
    looking = looking or passing(house)
    until, found = house.clock.now() + time, 0
    monitor.idle()
    while house.clock.now() < until:
        house.clock.pass_(min(look_every, until - house.clock.now()))
        pulses_until(house, house.clock.now())
        monitor.refresh()
        monitor.idle()
        found += looking.look()
    return found


def pulses_until(house: House, at: datetime) -> None:
    """As if a gateway had proved our own path up every thirty seconds until then.

    By a connection that the store has open: a new one reads the whole law first.
    """
    with writing(house.store._engine) as connection:
        connection.execute(text("UPDATE pulse SET at = :at"), {"at": round(at.timestamp() * 1000)})


# --- what is stored -------------------------------------------------------------------------------------


def tasks(house: House) -> list[tuple[TaskKind, Task]]:
    """What staff have before them."""
    with house.store.reading() as view:
        return [(one.kind, one) for one in view.open_tasks()]


def task_kinds(house: House) -> list[TaskKind]:
    return [kind for kind, _ in tasks(house)]


def ledger_size(house: House) -> int:
    with house.store.reading() as view:
        return view.ledger_size()


def kinds_since(house: House, size: int) -> list[EntryKind]:
    """Kinds of the entries from a place on."""
    with house.store.reading() as view:
        return [read_entry(row.body).kind for row in view.entries(size, 10_000)]


def everything(house: House) -> list[str]:
    """Every row of the database, so that what changed nothing can be seen to."""
    return by_hand.everything(house)


def rows(house: House, query: str, *given) -> list[tuple]:
    """What raw SQL reads."""
    with by_hand.hands_on(house) as hand:
        return hand.execute(query, given).fetchall()


def bytes_of(house: House) -> bytes:
    """Every byte of the place: its store, what that has not yet folded in, and the files beside it."""
    files = b"".join(path.read_bytes() for path in sorted(house.folder.rglob("*")) if path.is_file())
    return files if house.database is None else files + by_hand.stored_bytes(house)


def whole(house: House) -> bool:
    """Whether the ledger, replayed, gives the tables as they stand."""
    found = house.verify()
    return (found["missing"], found["differing"]) == (0, 0)
