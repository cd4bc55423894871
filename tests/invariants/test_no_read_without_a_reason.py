"""Invariant 2: every position returned maps to one grant, one reason and two people, recorded before the data moves.

Anyone asks, approves, ends, reads, forges a reading in the ledger with the store's rules put aside, starts the vault
anew and lets time pass, in any order. Whatever a position comes out of, a second bookkeeping that knows none of our
rules must account for: who asked, who said yes, for which window, how exactly, until when. Openings are counted. What
was granted does open, so that this cannot pass by refusing everything; each planted fault must turn it red. So it is
with the one opening that one person makes alone: by an operator, recorded first, two hours, seldom, assessed in time.
"""

import shutil
import tempfile
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from support.assessing import assessor
from support.by_hand import rules_aside
from support.house import House
from support.looking import HOUR, MINUTE, Looked
from support.staff import ADA, AOS, AOT, CAI, CEM, DPO, OPE

from custodiet.flows.break_glass import assess_glass, break_glass
from custodiet.flows.end_decision import end_decision
from custodiet.flows.in_vault import glasses
from custodiet.flows.in_vault import readings as opened
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.looking import approve_look_up as approve
from custodiet.flows.looking import ask_look_up as ask
from custodiet.flows.looking import end_look_up, open_reading
from custodiet.flows.permitting import Permitted, the_case, the_glass, the_look_up
from custodiet.main.pages import read_policy
from custodiet.model.act import Act
from custodiet.model.condition import Interval
from custodiet.model.entry import Entry
from custodiet.model.errors import CustodietError, IllegalValue, OpeningRefused
from custodiet.model.glass import Danger, Glass
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.look_record import LookUpApproved, ReadingOpened
from custodiet.model.look_up import Grant, Precision, Reading, ToKnow, Tried
from custodiet.model.record import kind_of
from custodiet.rules import access
from custodiet.rules import glass as glass_rules
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.masking.stays import judged_for
from custodiet.wire.reading import read_opened
from custodiet.wire.records import read_record

# What may be is tried more often than what may not: otherwise hardly anything would ever open.
ASKERS = (CAI, CAI, CAI, CEM, AOS, OPE)
APPROVERS = (AOS, AOS, AOS, AOT, AOT, CAI, OPE, ADA)
READERS = (CAI, CAI, CAI, CEM, OPE)
AS_IT_IS = (0, 0, 0, 0)
CELL = {Precision.FULL: 0, Precision.M_100: 1, Precision.KM_1: 2}
POLICY = read_policy()
SEEN = {"opened": 0, "refused": 0, "alone": 0}
DAY = timedelta(days=1)


@dataclass
class LookedAlone:
    """What the second bookkeeping knows of one look that opened."""

    glass_id: str
    at: object
    who: str
    person: int
    assessed: bool = False


@dataclass
class Known:
    """What the second bookkeeping knows of one request."""

    person: int
    asker: str
    window: tuple
    precision: Precision
    approver: str | None = None
    until: object = None
    ended: bool = False


@cache
def lived_in():
    """What is kept of a house with two people whose tags reported, where, at what time, and what is known of them."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        people = [
            Looked(house, serial="TAG-L", fixes=7),
            Looked(house, staff=False, serial="TAG-M", fixes=4),
        ]
        for one in people:
            assign_case(house.store, one.case_id, CEM, AOS)
        asked = [one.ask(window=Interval(one.began, one.until)) for one in people]
        people[0].approve(asked[0])
        return house.kept(), house.database, house.clock.now(), people, asked


class Copied(House):
    """That house again, in a folder of its own."""

    def __init__(self, folder):
        kept, _, now, _, _ = lived_in()
        super().__init__(folder, start=now, begun=kept)


class Looks(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = Copied(self.folder)
        _, _, _, people, asked = lived_in()
        self.people = [copy(one) for one in people]
        for one in self.people:
            one.house = self.house
            one.assessor = assessor(self.house)
        self.truth = [
            {one.began + number * 10 * MINUTE: 465_000_000 + number * 10_000 for number in range(fixes)}
            for one, fixes in zip(self.people, (7, 4), strict=True)
        ]
        self.known: dict[str, Known] = {
            look_up_id: Known(number, CAI, (one.began, one.until), Precision.FULL)
            for number, (look_up_id, one) in enumerate(zip(asked, self.people, strict=True))
        }
        self.known[asked[0]].approver = AOS
        self.known[asked[0]].until = self.house.clock.now() + 4 * HOUR
        self.annulled: set[int] = set()
        self.used: set[int] = set()
        self.alone: list[LookedAlone] = []
        self.lawless = False

    def teardown(self):
        self.house.close()
        shutil.rmtree(self.folder)

    # --- what people do ---

    @rule(
        who=st.sampled_from(ASKERS),
        person=st.integers(0, 1),
        start=st.integers(-2, 6),
        length=st.integers(1, 8),
        precision=st.sampled_from(list(Precision)),
        tried=st.booleans(),
    )
    def asks(self, who, person, start, length, precision, tried):
        one = self.people[person]
        window = Interval(one.began + start * 10 * MINUTE, one.began + (start + length) * 10 * MINUTE)
        told = {"purpose": "contact", "to_know": ToKnow.REACH, "why": "why", "window": window, "precision": precision}
        told |= {"tried": (Tried.RANG,) if tried else ()}
        try:
            store = self.permitted(who, Act.ASK_LOOK_UP, lambda view, at: the_case(view, one.case_id, at))
            look_up_id = ask(store, one.assessor, self.house.chance, one.case_id, who, **told)
        except CustodietError:
            return
        self.known[look_up_id] = Known(person, who, (window.from_at, window.to_at), precision)

    @precondition(lambda self: self.known)
    @rule(
        pick=st.integers(0, 99),
        who=st.sampled_from(APPROVERS),
        cut=st.sampled_from([*AS_IT_IS, -1, 1, 3]),
        precision=st.sampled_from([None, None, None, *Precision]),
        hours=st.sampled_from([1, 4, 4, 5]),
    )
    def approves(self, pick, who, cut, precision, hours):
        look_up_id, known = self.one_of(3 * pick)
        try:
            window = Interval(known.window[0] + cut * 10 * MINUTE, known.window[1])
            told = {"window": window, "precision": precision, "lasts": timedelta(hours=hours)}
            approve(self.on(who, Act.APPROVE_LOOK_UP, look_up_id), self.people[0].assessor, look_up_id, who, **told)
        except (CustodietError, IllegalValue):
            return
        self.grant(known, who, window, precision or known.precision, hours)

    def grant(self, known, who, window, precision, hours):
        # Not by our rules: by what a yes is. Nobody's own, no wider, no finer.
        assert who != known.asker
        assert who in (AOS, AOT)
        assert known.window[0] <= window.from_at
        assert window.to_at <= known.window[1]
        assert CELL[precision] >= CELL[known.precision]
        known.approver, known.window, known.precision = who, (window.from_at, window.to_at), precision
        known.until = self.house.clock.now() + timedelta(hours=hours)

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99), who=st.sampled_from([CAI, AOT]), often=st.integers(0, 2))
    def ends(self, pick, who, often):
        if often:
            return
        look_up_id, known = self.one_of(pick)
        try:
            end_look_up(self.on(who, Act.END_LOOK_UP, look_up_id), look_up_id, who)
        except CustodietError:
            return
        known.ended = True

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99), who=st.sampled_from(READERS), more=st.sampled_from([*AS_IT_IS, -1, 1]))
    def reads(self, pick, who, more):
        look_up_id, known = self.one_of(pick)
        window = self.window_of(known, more)
        try:
            store = self.on(who, Act.OPEN_READING, look_up_id)
            told = open_reading(store, self.house.vault, look_up_id, who, window=window)
        except (CustodietError, IllegalValue):
            SEEN["refused"] += 1
            return
        self.account(told, look_up_id, who, known.person)

    @precondition(lambda self: self.known)
    @rule(
        pick=st.integers(0, 99),
        who=st.sampled_from(READERS),
        more=st.sampled_from([*AS_IT_IS, -1, 1, 2]),
        other=st.sampled_from([*AS_IT_IS, 1]),
        precision=st.sampled_from(list(Precision)),
        late=st.sampled_from([0, 0, 31]),
    )
    def a_reading_is_forged(self, pick, who, more, other, precision, late):
        """By whoever owns the web process and the database file: they get what two people granted, and no more."""
        self.rules_aside()
        look_up_id, known = self.one_of(pick)
        window, person = self.window_of(known, more), known.person ^ other
        one = self.people[person]
        reading = Reading(look_up_id, one.case_id, window, precision, who, self.house.clock.now())
        index = self.write(ReadingOpened(reading, judged_for(window)), who, one.person.case.person_id)
        self.house.vault.checkpoint()
        self.house.clock.pass_(timedelta(seconds=late))
        try:
            told = read_opened(self.house.vault.open(index), index, reading)
        except OpeningRefused:
            SEEN["refused"] += 1
            return
        assert late == 0
        self.account(told, look_up_id, who, person)

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99), who=st.sampled_from([CAI, CEM, OPE, ADA]), often=st.integers(0, 3))
    def a_yes_is_forged(self, pick, who, often):
        """By somebody who may say yes to nothing: nothing opens by it."""
        if often:
            return
        self.rules_aside()
        look_up_id, known = self.one_of(pick)
        now, window = self.house.clock.now(), Interval(*known.window)
        grant = Grant(look_up_id, window, Precision.FULL, who, now, now + HOUR)
        try:
            self.write(LookUpApproved(grant), who, self.people[known.person].person.case.person_id)
        except CustodietError:
            return

    @rule(
        who=st.sampled_from([OPE, OPE, OPE, CAI, AOS]),
        person=st.integers(0, 1),
        ago=st.sampled_from([0, 0, 3, 6, 150]),
        length=st.sampled_from([6, 12, 12, 13]),
        tried=st.sampled_from([True, True, False]),
    )
    def looks_alone(self, who, person, ago, length, tried):
        one, window = self.people[person], self.lately(ago, length)
        store = self.permitted(who, Act.BREAK_GLASS, lambda view, at: the_case(view, one.case_id, at))
        told = {"danger": Danger.TO_THEM, "why": "why", "tried": (Tried.RANG,) if tried else (), "window": window}
        where = (store, self.house.vault, one.assessor, self.house.chance, one.case_id, who)
        try:
            glass, opened_now = break_glass(*where, **told)
        except CustodietError:
            SEEN["refused"] += 1
            return
        assert tried
        self.account_alone(opened_now, glass, person)

    @rule(
        who=st.sampled_from([OPE, OPE, CAI, ADA]),
        person=st.integers(0, 1),
        ago=st.sampled_from([0, 0, 3, 150]),
        length=st.sampled_from([12, 12, 13]),
        dated=st.sampled_from([0, 0, 30]),
        often=st.integers(0, 1),
    )
    def a_look_alone_is_forged(self, who, person, ago, length, dated, often):
        """As a reading is: they get what an operator may see alone, and no more."""
        if often:
            return
        self.rules_aside()
        one, window, at = self.people[person], self.lately(ago, length), self.house.clock.now() - dated * HOUR
        given = (one.case_id, Danger.TO_THEM, b"sealed", (Tried.RANG,), window, Precision.FULL, who, at)
        glass = Glass(self.house.chance.identity("glass"), *given)
        index = self.write(GlassBroken(glass, (), judged_for(window)), who, one.person.case.person_id)
        try:
            told = read_opened(self.house.vault.open(index), index, glass)
        except OpeningRefused:
            SEEN["refused"] += 1
            return
        assert not dated
        self.account_alone(told, glass, person)

    @precondition(lambda self: self.alone)
    @rule(pick=st.integers(0, 99), who=st.sampled_from([DPO, DPO, OPE, AOS]), forged=st.booleans())
    def one_is_assessed(self, pick, who, forged):
        looked = self.alone[pick % len(self.alone)]
        one = self.people[looked.person]
        if forged:
            self.rules_aside()
            record = GlassAssessed(looked.glass_id, True, self.house.clock.now(), CAI, b"sealed")
            with suppress(CustodietError):  # the tables hold one word only
                self.write(record, CAI, one.person.case.person_id)
            return
        store = self.permitted(who, Act.ASSESS_GLASS, lambda view, at: the_glass(view, looked.glass_id, at))
        try:
            assess_glass(store, one.assessor, looked.glass_id, who, "It was.", upheld=True)
        except CustodietError:
            return
        assert who == DPO
        looked.assessed = True

    @precondition(lambda self: self.alone)
    @rule(often=st.integers(0, 5))
    def a_day_passes(self, often):
        if not often:
            self.house.clock.pass_(DAY)

    @precondition(lambda self: self.used)
    @rule(pick=st.integers(0, 99), anew=st.booleans())
    def an_entry_is_asked_again(self, pick, anew):
        index = sorted(self.used)[pick % len(self.used)]
        if anew:
            self.house.vault = self.house.start_vault()
        with pytest.raises(OpeningRefused):
            list(self.house.vault.open(index))

    @rule(minutes=st.sampled_from([1, 1, 5, 5, 15, 60, 200]))
    def time_passes(self, minutes):
        self.house.clock.pass_(minutes * MINUTE)

    @precondition(lambda self: not self.annulled)
    @rule(person=st.integers(0, 1), often=st.integers(0, 6))
    def a_decision_is_annulled(self, person, often):
        if often:
            return
        one = self.people[person]
        end_decision(self.house.store, self.house.chance, one.decision.id, Move.ANNUL, Ender("court", authority=True))
        self.annulled.add(person)

    # --- the second bookkeeping ---

    def account(self, told, look_up_id, who, person):
        """Where each position came from: one grant, one reason, two people, and nothing beyond."""
        SEEN["opened"] += 1
        known, now = self.known[look_up_id], self.house.clock.now()
        assert told.index not in self.used, "an entry opened twice"
        self.used.add(told.index)
        assert known.person == person
        assert who == known.asker
        assert who in (CAI, CEM)
        assert known.approver in (AOS, AOT)
        assert now < known.until
        assert not known.ended
        assert person not in self.annulled
        assert CELL[told.precision] >= CELL[known.precision]
        assert known.window[0] <= told.window.from_at
        assert told.window.to_at <= known.window[1]
        for place in told.places:
            assert known.window[0] <= place.at < known.window[1]
            assert told.window.from_at <= place.at < told.window.to_at
            true = self.truth[person][place.at]
            assert abs(place.lat_e7 - true) <= {0: 0, 1: 6_000, 2: 60_000}[CELL[told.precision]]
        wanted = {at for at in self.truth[person] if told.window.from_at <= at < told.window.to_at}
        assert {place.at for place in told.places} == wanted

    def account_alone(self, told, glass, person):
        """Where each position came from: an operator, a record that stands, two hours, seldom, and nothing overdue."""
        SEEN["alone"] += 1
        now = self.house.clock.now()
        with self.house.store.reading() as view:
            [row] = view.entries(told.index, 1)
        assert read_record(row.record).glass == glass
        assert told.index not in self.used, "an entry opened twice"
        self.used.add(told.index)
        assert glass.by == OPE
        assert person not in self.annulled
        assert now - DAY <= told.window.from_at
        assert told.window.to_at <= now
        assert told.window.to_at - told.window.from_at <= 2 * HOUR
        mine = [one for one in self.alone if one.who == glass.by]
        assert sum(now - DAY < one.at for one in mine) < 3
        assert sum(now - DAY < one.at for one in self.alone if one.person == person) < 6
        assert all(one.assessed or now < one.at + DAY for one in mine), "one that nobody assessed in time"
        self.alone.append(LookedAlone(glass.id, now, glass.by, person))
        wanted = {at: lat for at, lat in self.truth[person].items() if told.window.covers(at)}
        assert {place.at: place.lat_e7 for place in told.places} == wanted

    # --- underneath ---

    def lately(self, ago, length):
        until = self.house.clock.now() - ago * 10 * MINUTE
        return Interval(until - length * 10 * MINUTE, until)

    def permitted(self, who, act, about):
        return Permitted(self.house.store, POLICY, who, act, about, 0)

    def on(self, who, act, look_up_id):
        return self.permitted(who, act, lambda view, at: the_look_up(view, look_up_id, at))

    def one_of(self, pick):
        """Any request; mostly one that somebody said yes to."""
        granted = sorted(name for name, one in self.known.items() if one.approver)
        names = granted if granted and pick % 3 else sorted(self.known)
        look_up_id = names[pick % len(names)]
        return look_up_id, self.known[look_up_id]

    def window_of(self, known, more):
        start, end = known.window
        return Interval(start, max(start + MINUTE, end + more * 10 * MINUTE))

    def rules_aside(self):
        if self.lawless:
            return
        rules_aside(self.house)
        self.lawless = True

    def write(self, record, by, about):
        with self.house.store.acting() as act:
            return act.write(Entry(kind_of(record), by, about), record)


def run(examples, steps=25, phases=(Phase.generate,), machine=Looks):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_position_that_comes_out_maps_to_one_grant_one_reason_and_two_people():
    SEEN.update(opened=0, refused=0, alone=0)
    run(20)
    assert SEEN["opened"] >= 20, SEEN
    assert SEEN["alone"] >= 10, SEEN
    assert SEEN["refused"] >= 30, SEEN


def without(code, whole=access.objections_to_reading):
    """The rule that knows everything but this."""

    def faulty(*given):
        return tuple(one for one in whole(*given) if not one.startswith(code))

    return faulty


def anyone_approves(self, actor, case_id, at):
    return True


def forge(machine, look_up_id, **given):
    """A reading of that look-up, forged."""
    granted = machine.known[look_up_id].approver is not None
    place = sorted(machine.known).index(look_up_id)
    alone = sum(one.approver is not None for one in machine.known.values()) < 2
    pick = (1 if alone or place else 2) if granted else 3 * place
    told = {"who": CAI, "more": 0, "other": 0, "precision": Precision.FULL, "late": 0}
    machine.a_reading_is_forged(pick=pick, **told | given)


def say_yes(machine, look_up_id):
    place = sorted(machine.known).index(look_up_id)
    machine.approves(pick=place, who=AOS, cut=0, precision=None, hours=4)
    assert machine.known[look_up_id].approver == AOS


def after_its_time(machine, first, second):
    machine.time_passes(minutes=240)
    forge(machine, first)


def beyond_its_window(machine, first, second):
    forge(machine, first, more=1)


def after_it_was_ended(machine, first, second):
    machine.ends(pick=1, who=AOT, often=0)
    forge(machine, first)


def of_another(machine, first, second):
    forge(machine, first, who=CEM)


def of_another_person(machine, first, second):
    say_yes(machine, second)
    forge(machine, second, other=1)


def on_a_forged_yes(machine, first, second):
    machine.a_yes_is_forged(pick=3 * sorted(machine.known).index(second), who=ADA, often=0)
    forge(machine, second)


def twice(machine, first, second):
    forge(machine, first)
    machine.an_entry_is_asked_again(pick=0, anew=False)


def look_alone(machine, **given):
    told = {"who": OPE, "person": 0, "ago": 0, "length": 12, "dated": 0, "often": 0}
    machine.a_look_alone_is_forged(**told | given)


def alone_by_another(machine, first, second):
    look_alone(machine, who=CAI)


def alone_for_longer(machine, first, second):
    look_alone(machine, length=13)


def alone_long_ago(machine, first, second):
    machine.a_day_passes(often=0)
    look_alone(machine, ago=144)


def alone_too_often(machine, first, second):
    for _ in range(4):
        look_alone(machine)


def alone_and_not_assessed(machine, first, second):
    look_alone(machine)
    machine.a_day_passes(often=0)
    machine.one_is_assessed(pick=0, who=DPO, forged=True)
    look_alone(machine)


breaking = partial(without, whole=glass_rules.objections_to_breaking)
FAULTS = {
    "a look alone by anyone": (alone_by_another, Follower, "may_break", anyone_approves),
    "a look alone for longer": (alone_for_longer, glasses, "objections_to_breaking", breaking("too_wide")),
    "a look alone of long ago": (alone_long_ago, glasses, "objections_to_breaking", breaking("too_long_ago")),
    "a look alone too often": (alone_too_often, glasses, "objections_to_breaking", breaking("too_often")),
    "one not assessed": (alone_and_not_assessed, glasses, "objections_to_breaking", breaking("not_assessed")),
    "one assessed by anyone": (alone_and_not_assessed, Follower, "may_assess", anyone_approves),
    "a grant that never ends": (after_its_time, opened, "objections_to_reading", without("grant_expired")),
    "a window that is not the grant's": (beyond_its_window, opened, "objections_to_reading", without("wider")),
    "a grant that was ended": (after_it_was_ended, opened, "objections_to_reading", without("grant_ended")),
    "another's grant": (of_another, opened, "objections_to_reading", without("not_yours")),
    "another person's": (of_another_person, opened, "objections_to_reading", without("another_case")),
    "a yes by anyone": (on_a_forged_yes, Follower, "may_approve", anyone_approves),
    "an entry that opens twice": (twice, Follower, "spend", lambda self, index: None),
}
"""Each with the steps that meet it: by chance alone they come together too seldom."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_it_red_and_the_same_steps_without_it_do_not(monkeypatch, fault):
    steps, kind, name, faulty = FAULTS[fault]
    _, _, _, _, (first, second) = lived_in()
    whole = Looks()
    steps(whole, first, second)
    whole.teardown()
    monkeypatch.setattr(kind, name, faulty)
    broken = Looks()
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        steps(broken, first, second)
    broken.teardown()
