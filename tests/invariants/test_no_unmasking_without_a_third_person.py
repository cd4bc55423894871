"""Invariant 2 where masking is put aside: a reading that was made masked, and a third person's yes of its own to it.

As test_no_read_without_a_reason.py, with whose steps these are mixed: what opens unmasked must be accounted for by all
that a reading is, and by one who neither asked nor gave the grant.
"""

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from support.looking import MINUTE
from support.staff import ADA, AOS, AOT, CAI, CEM, OPE
from support.unmasking import names_conditions
from test_no_read_without_a_reason import (
    APPROVERS,
    AS_IT_IS,
    READERS,
    SEEN,
    Looks,
    anyone_approves,
    forge,
    lived_in,
    run,
    say_yes,
    without,
)

from custodiet.flows.in_vault import readings as opened
from custodiet.flows.in_vault import unmasking as followed
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.permitting import the_unmask
from custodiet.flows.unmasking import approve_unmask, ask_unmask, open_unmasked
from custodiet.model.act import Act
from custodiet.model.condition import Interval
from custodiet.model.errors import CustodietError, IllegalValue
from custodiet.model.unmask import Article9, NotEnough, UnmaskedReading, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskedOpened
from custodiet.rules.unmasking import objections_to_unmasked_reading
from custodiet.wire.reading import read_opened


@dataclass
class Hidden:
    """What the second bookkeeping knows of one request to unmask."""

    look_up_id: str
    window: Interval
    third: str | None = None


class Unmasks(Looks):
    """Begins with one window read and asked to be unmasked, mostly unmasked too: by chance that comes too seldom."""

    looks_alone = a_look_alone_is_forged = one_is_assessed = a_day_passes = None  # another opening, tried there

    def __init__(self):
        super().__init__()
        names_conditions(self.house)
        self.read: list[tuple[str, Interval]] = []
        self.hidden: dict[str, Hidden] = {}
        self.reads(pick=1, who=CAI, more=0)
        self.asks_to_unmask(pick=0, who=CAI, more=0)
        assert len(self.hidden) == 1

    @initialize(approved=st.sampled_from([True, True, False]), forged=st.booleans())
    def begins(self, approved, forged):
        if approved:
            self.approves_to_unmask(pick=0, who=AOT)
            self.reads_unmasked(pick=1, who=CAI, more=0, other=0, forged=forged)

    def account(self, told, look_up_id, who, person):
        super().account(told, look_up_id, who, person)
        self.read.append((look_up_id, told.window))

    @precondition(lambda self: self.read)
    @rule(pick=st.integers(0, 99), who=st.sampled_from(READERS), more=st.sampled_from([*AS_IT_IS, -1, 1]))
    def asks_to_unmask(self, pick, who, more):
        look_up_id, read = self.read[pick % len(self.read)]
        why = {"not_enough": NotEnough.IN_DANGER, "condition": Article9.PUBLIC_INTEREST, "why": "why"}
        try:
            window = Interval(read.from_at, read.to_at + more * 10 * MINUTE)
            where = (self.on(who, Act.ASK_UNMASK, look_up_id), self.people[0].assessor, self.house.chance, look_up_id)
            unmask_id = ask_unmask(*where, who, window=window, **why)
        except (CustodietError, IllegalValue):
            return
        assert who == self.known[look_up_id].asker
        assert any(one == look_up_id and within(window, seen) for one, seen in self.read), "not read masked"
        self.hidden[unmask_id] = Hidden(look_up_id, window)

    @precondition(lambda self: self.hidden)
    @rule(pick=st.integers(0, 99), who=st.sampled_from([AOT, AOT, *APPROVERS]))
    def approves_to_unmask(self, pick, who):
        unmask_id, hidden, known = self.asked(pick)
        try:
            approve_unmask(self.of(who, Act.APPROVE_UNMASK, unmask_id), self.people[0].assessor, unmask_id, who, "why")
        except CustodietError:
            return
        assert who in (AOS, AOT)
        assert who not in (known.asker, known.approver)
        hidden.third = who

    @precondition(lambda self: self.hidden)
    @rule(pick=st.integers(0, 99), who=st.sampled_from([None, None, CAI, OPE, ADA]), often=st.integers(0, 2))
    def a_third_yes_is_forged(self, pick, who, often):
        """By one who may say yes to nothing, or (None) by whoever gave the grant."""
        if often:
            return
        self.rules_aside()
        unmask_id, hidden, known = self.asked(pick)
        by = who or known.approver
        record = UnmaskApproved(UnmaskYes(unmask_id, hidden.window, by, self.house.clock.now(), b"sealed"))
        try:
            self.write(record, by, self.people[known.person].person.case.person_id)
        except CustodietError:
            return

    @precondition(lambda self: self.hidden)
    @rule(
        pick=st.integers(0, 99),
        who=st.sampled_from([CAI, CAI, CAI, *READERS]),
        more=st.sampled_from([*AS_IT_IS, -1, 1]),
        other=st.sampled_from([*AS_IT_IS, 1]),
        forged=st.booleans(),
    )
    def reads_unmasked(self, pick, who, more, other, forged):
        unmask_id, hidden, known = self.asked(pick)
        person = known.person ^ other if forged else known.person
        try:
            window = Interval(hidden.window.from_at, hidden.window.to_at + more * 10 * MINUTE)
            if forged:
                told = self.forged(unmask_id, person, window, known.precision, who)
            else:
                store = self.of(who, Act.OPEN_UNMASKED, unmask_id)
                told = open_unmasked(store, self.house.vault, unmask_id, who, window=window)
        except (CustodietError, IllegalValue):
            SEEN["refused"] += 1
            return
        SEEN["unmasked"] += 1
        super().account(told, hidden.look_up_id, who, person)
        assert hidden.third in (AOS, AOT)
        assert hidden.third not in (known.asker, known.approver)
        assert within(told.window, hidden.window)

    def forged(self, unmask_id, person, window, precision, who):
        self.rules_aside()
        one = self.people[person]
        reading = UnmaskedReading(unmask_id, one.case_id, window, precision, who, self.house.clock.now())
        index = self.write(UnmaskedOpened(reading), who, one.person.case.person_id)
        return read_opened(self.house.vault.open(index), index, reading)

    def asked(self, pick):
        """Any request; mostly one that somebody said yes to."""
        said = sorted(name for name, one in self.hidden.items() if one.third)
        names = said if said and pick % 3 else sorted(self.hidden)
        unmask_id = names[pick % len(names)]
        hidden = self.hidden[unmask_id]
        return unmask_id, hidden, self.known[hidden.look_up_id]

    def of(self, who, act, unmask_id):
        return self.permitted(who, act, lambda view, at: the_unmask(view, unmask_id, at))


def within(inner, outer):
    return outer.from_at <= inner.from_at and inner.to_at <= outer.to_at


def test_what_opens_unmasked_was_read_masked_and_has_the_yes_of_a_third_person():
    SEEN.update(opened=0, refused=0, alone=0, unmasked=0)
    run(10, steps=25, machine=Unmasks)
    assert SEEN["unmasked"] >= 5, SEEN
    assert SEEN["refused"] >= 10, SEEN


# --- and that it can fail -----------------------------------------------------------------------------------------


def look(machine, **given):
    machine.reads_unmasked(**{"pick": 1, "who": CAI, "more": 0, "other": 0, "forged": True} | given)


def by_the_second_person(machine, second):
    machine.a_third_yes_is_forged(pick=0, who=None, often=0)
    look(machine)


def on_a_yes_of_anyone(machine, second):
    machine.a_third_yes_is_forged(pick=0, who=ADA, often=0)
    look(machine)


def beyond_the_yes(machine, second):
    machine.approves_to_unmask(pick=0, who=AOT)
    look(machine, more=1)


def by_another(machine, second):
    machine.approves_to_unmask(pick=0, who=AOT)
    look(machine, who=CEM)


def of_another_person(machine, second):
    say_yes(machine, second)
    forge(machine, second)
    machine.asks_to_unmask(pick=len(machine.read) - 1, who=CAI, more=0)
    [mine] = (name for name, one in machine.hidden.items() if one.look_up_id == second)
    pick = 3 * sorted(machine.hidden).index(mine)
    machine.approves_to_unmask(pick=pick, who=AOT)
    look(machine, pick=pick, other=1)


def after_the_grant(machine, second):
    machine.approves_to_unmask(pick=0, who=AOT)
    machine.time_passes(minutes=240)
    look(machine)


def twice(machine, second):
    machine.approves_to_unmask(pick=0, who=AOT)
    look(machine)
    machine.an_entry_is_asked_again(pick=-1, anew=False)  # the newest


def blind(*codes):
    """A vault whose rule knows everything but these."""
    rule = objections_to_unmasked_reading
    for code in codes:
        rule = without(code, whole=rule)
    return (opened, "objections_to_unmasked_reading", rule)


NOBODY = (followed, "who_may_not_answer", lambda *_: frozenset())
FAULTS = {
    "the second person is the third": (by_the_second_person, NOBODY, blind("own_grant")),
    "a yes by anyone": (on_a_yes_of_anyone, (Follower, "may_approve", anyone_approves)),
    "a window that is not the yes's": (beyond_the_yes, blind("wider")),
    "another's": (by_another, blind("not_yours")),
    "another person's": (of_another_person, blind("another_case")),
    "a grant that never ends": (after_the_grant, blind("grant_expired")),
    "an entry that opens twice": (twice, (Follower, "spend", lambda self, index: None)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_it_red_and_the_same_steps_without_it_do_not(monkeypatch, fault):
    steps, *planted = FAULTS[fault]
    _, _, _, _, (_, second) = lived_in()
    whole = Unmasks()
    steps(whole, second)
    whole.teardown()
    for kind, name, faulty in planted:
        monkeypatch.setattr(kind, name, faulty)
    broken = Unmasks()
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        steps(broken, second)
    broken.teardown()
