"""A clock that is set back revives nothing: what was ended or paused stays so, and time does not run backwards.

Up to five minutes are a correction, and what is recorded then bears the newest entry's time. More is a clock that was
wrong before or is wrong now: nothing is recorded on its word.
"""

from datetime import timedelta

import pytest
from support.house import ANA, COURT, START, report

from custodiet.adapters.store import sql
from custodiet.flows.end_decision import end_decision, end_what_ran_out, resume_decision, suspend_decision
from custodiet.model.decision import Decision, State
from custodiet.model.errors import CannotRecord
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.records import read_entry, read_ingested

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BACK = -4 * MINUTE


def withdraw(house, decision):
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA))


def annul(house, decision):
    end_decision(house.store, house.chance, decision.id, Move.ANNUL, Ender(COURT, authority=True))


def suspend(house, decision):
    suspend_decision(house.store, decision.id, Ender(ANA))


def lapse(house, decision):
    assert end_what_ran_out(house.store, house.chance, house.clock, house.fence) == 1


STOPS = {
    "withdrawn": (withdraw, "refused ended"),
    "annulled": (annul, "refused annulled"),
    "suspended": (suspend, "refused suspended"),
    "lapsed": (lapse, "refused ended"),
}
each_stop = pytest.mark.parametrize(("stop", "said"), STOPS.values(), ids=STOPS.keys())


def collecting(house):
    person = house.person("TAG")
    decision = house.decide(person, review_due_at=START + 3 * HOUR)
    monitor = house.monitor()
    house.clock.set(START + 3 * HOUR)
    return person, decision, monitor


@each_stop
def test_what_was_stopped_does_not_collect_again_when_the_clock_is_set_back_afterwards(house, stop, said):
    person, decision, monitor = collecting(house)
    stop(house, decision)
    house.clock.pass_(BACK)
    assert house.say(monitor, person) == said
    assert house.say(house.monitor("another"), person) == said
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == said


@pytest.mark.parametrize("name", ["withdrawn", "annulled", "suspended"])
def test_what_is_stopped_by_a_clock_set_back_before_is_stopped_from_now_and_not_from_the_newest_entry(house, name):
    stop, said = STOPS[name]
    person, decision, monitor = collecting(house)
    house.clock.set(START + HOUR)
    house.person()
    house.clock.pass_(BACK)
    assert house.say(monitor, person) == "kept"
    stop(house, decision)
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == said
    house.clock.pass_(HOUR)
    assert house.say(monitor, person).startswith("refused")
    found = house.verify()
    assert (found["missing"], found["differing"]) == (0, 0)


def by_the_clock_alone(now, _newest_entry):
    return now


def by_its_dates_alone(decision, at):
    return decision.covers(at) and not decision.suspended(at)


@pytest.mark.parametrize(
    ("faults", "said"),
    [(["time"], "refused ended"), (["state"], "refused ended"), (["time", "state"], "kept")],
    ids=["time alone", "state alone", "both"],
)
def test_what_was_withdrawn_would_collect_again_if_neither_times_nor_its_state_held_it(
    house, monkeypatch, faults, said
):
    person, decision, monitor = collecting(house)
    house.clock.set(START + HOUR)
    withdraw(house, decision)
    house.clock.pass_(BACK)
    if "time" in faults:
        monkeypatch.setattr(sql, "_never_back", by_the_clock_alone)
    if "state" in faults:
        monkeypatch.setattr(Decision, "in_force", by_its_dates_alone)
    assert house.say(monitor, person) == said


def test_a_pause_begun_before_the_clock_was_set_back_can_be_ended_and_begun_again(house):
    person, decision, monitor = collecting(house)
    house.clock.set(START + HOUR)
    suspend(house, decision)
    house.clock.pass_(BACK)
    resume_decision(house.store, decision.id, Ender(ANA))
    house.clock.set(START + HOUR + MINUTE)
    assert house.say(monitor, person) == "kept"
    suspend(house, decision)
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "refused suspended"


def act(house):
    with house.store.acting() as act:
        return act.now


def ingest(house):
    with house.store.ingesting() as write:
        return write.now


each_writer = pytest.mark.parametrize("write", [act, ingest])


@each_writer
@pytest.mark.parametrize("behind", [timedelta(milliseconds=1), MINUTE, 5 * MINUTE])
def test_up_to_five_minutes_behind_what_is_written_bears_the_newest_entrys_time(house, write, behind):
    house.clock.set(START + HOUR)
    house.person()
    house.clock.pass_(-behind)
    assert write(house) == START + HOUR


@each_writer
@pytest.mark.parametrize("behind", [5 * MINUTE + timedelta(milliseconds=1), HOUR, timedelta(days=7300)])
def test_further_behind_the_newest_entry_nothing_can_be_recorded(house, write, behind):
    house.clock.set(START + HOUR)
    house.person()
    house.clock.pass_(-behind)
    with pytest.raises(CannotRecord, match="clock lies behind the ledger"):
        write(house)


def test_with_a_clock_far_behind_no_act_and_no_report_takes_effect_and_with_a_right_one_they_do(house):
    person, decision, monitor = collecting(house)
    house.clock.set(START + 2 * HOUR)
    house.person()
    house.clock.pass_(-HOUR)
    with pytest.raises(CannotRecord):
        withdraw(house, decision)
    with pytest.raises(CannotRecord):
        house.post(monitor, person.token, report("TAG", house.clock.now()))
    assert house.decision(decision.id).state is State.MADE
    with house.store.reading() as view:
        assert view.newest_frame() == -1
        assert view.newest_ingest() == ()
    house.clock.set(START + 2 * HOUR - MINUTE)
    assert house.say(monitor, person) == "kept"
    withdraw(house, decision)


def test_the_times_of_entries_and_of_ingest_never_run_backwards(house):
    person, _, monitor = collecting(house)
    house.clock.set(START + HOUR)
    house.person()
    for back in (MINUTE, 2 * MINUTE, 3 * MINUTE):
        house.clock.set(START + HOUR - back)
        assert house.say(monitor, person) == "kept"
        house.person()
    with house.store.reading() as view:
        entries = [read_entry(row.body).at for row in view.entries(0, 1000)]
        ingested = [read_ingested(row.body).at for row in view.ingest_records(0, 0, 1000)]
    assert entries == sorted(entries)
    assert ingested == [START + HOUR] * 3
