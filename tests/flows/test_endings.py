"""Endings: who brings them about, that nothing outlives its scheme, and what a fast clock stored beyond goes too."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on
from support.house import ANA, COURT, START, Person, scheme_at
from support.proposing import propose

from custodiet.adapters.store.reading import ReadingRows
from custodiet.flows.end_decision import end_decision, end_what_ran_out
from custodiet.flows.open_case import open_case
from custodiet.model.decision import Authority, State
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.rules.decisions import Ender, Move

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


# --- time alone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [Move.LAPSE, Move.EXPIRE])
@pytest.mark.parametrize(
    "by", [Ender(ANA), Ender(COURT), Ender(COURT, authority=True)], ids=["officer", "maker", "both"]
)
@pytest.mark.parametrize("given", [{}, {"authority": Authority.ORDER, "maker": COURT}], ids=["officers'", "order"])
def test_nobody_may_say_that_time_is_up(house, move, by, given):
    person = house.person("TAG")
    decision = house.decide(person, **given)
    with house.store.reading() as view:
        before = view.ledger_size()
    with pytest.raises(NotPermitted, match="the passing of time"):
        end_decision(house.store, house.chance, decision.id, move, by)
    with house.store.reading() as view:
        assert view.ledger_size() == before
        assert view.open_tasks() == ()
    assert house.decision(decision.id).state is State.MADE
    assert house.say(house.monitor(), person) == "kept"


def run_out(house):
    return end_what_ran_out(house.store, house.chance, house.clock, house.fence)


def broken(house, decision):
    """A clock of its retention stands already: no ending of it can be written."""
    with hands_on(house) as hand:
        hand.execute("INSERT INTO retention_clock VALUES (?, 'trail', 0, 0)", (decision.id,))


def test_those_without_an_end_come_before_those_that_run_out_and_these_in_their_order(house):
    later, sooner = (house.decide(house.person(), review_due_at=START + days * DAY) for days in (9, 5))
    without = house.decide(house.person(), authority=Authority.ORDER, maker=COURT)
    with house.store.reading() as view:
        assert [one.id for one in view.decisions()] == [without.id, sooner.id, later.id]


def test_one_decision_that_cannot_be_ended_does_not_hold_up_the_others(house):
    first, *others = [house.decide(house.person(), review_due_at=START + HOUR * n) for n in range(1, 5)]
    broken(house, first)
    house.clock.set(START + 5 * HOUR)
    assert run_out(house) == 3
    assert [house.decision(one.id).state for one in others] == [State.LAPSED] * 3
    assert house.decision(first.id).state is State.MADE


def test_when_none_of_those_due_can_be_ended_the_clock_is_told(house):
    decision = house.decide(house.person(), review_due_at=START + HOUR)
    broken(house, decision)
    house.clock.set(START + 5 * HOUR)
    with pytest.raises(NotPermitted, match="the store refuses it") as refused:
        run_out(house)
    [told] = refused.value.objections
    assert told == str(refused.value)
    assert "page" not in told


def test_an_ending_is_not_held_up_by_a_frame_that_someone_broke(house):
    one, other = house.person("TAG-1"), house.person("TAG-2")
    decision = house.decide(one)
    house.decide(other)
    monitor = house.monitor()
    assert house.say(monitor, other, START + 3 * MINUTE) == "kept"
    with hands_on(house) as hand:
        hand.execute("DROP TRIGGER frame_sealed_stands")
        hand.execute("UPDATE frame SET directory = x'00'")
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    assert house.decision(decision.id).state is State.WITHDRAWN


# --- the end of a scheme --------------------------------------------------------------------------------


@pytest.fixture
def person(house):
    """Someone in a scheme that ends in thirty days."""
    whole = scheme_at(START)
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    scheme = type(whole)(**fields | {"id": SchemeId("scheme_ending"), "ends_at": START + 30 * DAY})
    house.register(scheme)
    return Person(open_case(house.store, house.chance, scheme.id, "M-1", ANA))


OUTLIVING = {
    "an order without an end": {"authority": Authority.ORDER, "maker": COURT},
    "an order that ends later": {"authority": Authority.ORDER, "maker": COURT, "ends_at": START + 31 * DAY},
    "a review that is due later": {"review_due_at": START + 31 * DAY},
    "an end that lies later": {"review_due_at": START + 40 * DAY, "ends_at": START + 31 * DAY},
}


@pytest.mark.parametrize("given", OUTLIVING.values(), ids=OUTLIVING.keys())
def test_no_decision_outlives_its_scheme(house, person, given):
    with pytest.raises(NotPermitted, match="it would outlive the scheme"):
        propose(house.store, house.chance, house.proposal(person, **given))


@pytest.mark.parametrize(
    "given",
    [
        {"authority": Authority.ORDER, "maker": COURT, "ends_at": START + 30 * DAY},
        {"review_due_at": START + 30 * DAY},
        {"review_due_at": START + 40 * DAY, "ends_at": START + 30 * DAY},
    ],
)
def test_a_decision_may_last_as_long_as_its_scheme(house, person, given):
    assert house.decide(person, **given).until == START + 30 * DAY


# --- the end of a fitting -------------------------------------------------------------------------------


def taken_off_after_a_fast_clock(house):
    person = house.person("TAG")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    assert house.say(monitor, person, START + 4 * MINUTE) == "kept"
    house.clock.pass_(MINUTE)
    house.unfit(person)
    return person


def test_what_a_fast_clock_stored_beyond_a_fittings_end_goes_with_it(house):
    person = taken_off_after_a_fast_clock(house)
    assert [line["fix_time"] for line in house.copy(person)[1:-1]] == ["2031-03-03T09:00:00.000Z"]
    found = house.verify()
    assert (found["fixes"], found["erased"], found["missing"], found["differing"]) == (1, 1, 0, 0)


def test_the_next_wearers_fix_of_that_time_is_theirs(house):
    person = taken_off_after_a_fast_clock(house)
    following = house.person()
    house.fit(following, person.device)
    house.decide(following)
    house.clock.set(START + 4 * MINUTE)
    assert house.say(house.monitor(), following) == "kept"
    assert len(house.copy(person)) == len(house.copy(following)) == 3


def test_a_fix_that_was_left_beyond_its_fitting_would_be_seen_in_verifying(house, monkeypatch):
    monkeypatch.setattr(ReadingRows, "fixes_of_fitting_from", lambda *_: ())
    taken_off_after_a_fast_clock(house)
    assert house.verify()["differing"] == 1


def test_what_was_over_long_ago_is_annulled_without_looking_through_all_that_came_since(house, monkeypatch):
    person = house.person("TAG")
    decision = house.decide(person, ends_at=START + timedelta(hours=1))
    house.clock.pass_(timedelta(days=1))
    monkeypatch.setattr(ReadingRows, "_fixes_from", lambda *_: pytest.fail("frames are looked through"))
    end_decision(house.store, house.chance, decision.id, Move.ANNUL, Ender(COURT, authority=True))
    assert house.decision(decision.id).state is State.ANNULLED
