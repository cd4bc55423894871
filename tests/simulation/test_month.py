"""A simulated day counts what must hold, and each count turns red on the fault that it is there for."""

from contextlib import suppress
from datetime import timedelta
from itertools import islice

import pytest
from support.house import House

from custodiet.adapters import sealing
from custodiet.adapters.store import sql
from custodiet.entrypoints.cli.simulating import show_report
from custodiet.flows import end_decision, time_passes
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.watching import Watching
from custodiet.model.decision import Decision
from custodiet.model.errors import IllegalMove
from custodiet.rules import authority
from custodiet.rules.conditions import zoned
from custodiet.simulation import month
from custodiet.simulation.month import BEGINS, INVARIANTS, Month
from custodiet.simulation.scoring import PersonScore, Scored, Truth, ratio_interval
from custodiet.simulation.world import AUTHORISING


@pytest.fixture(autouse=True)
def in_large_steps(monkeypatch):
    """Here nothing is said about delays: fewer, larger batches."""
    monkeypatch.setattr(month, "_STEP_MS", 1_200_000)


def live(folder, *, days=1, faults=False, seed=5):
    house = House(folder, start=BEGINS - timedelta(hours=2))
    try:
        world = (house.store, house.vault, sealing, house.clock, house.chance, house.pinned, house.fence)
        with pytest.MonkeyPatch.context() as patched:
            if not faults:  # whether a gateway was away is seen by the minute
                patched.setattr(month, "_MINUTE", timedelta(minutes=10))
            return Month(*world, seed=seed, people=2, days=days, faults=faults).run()
    finally:
        house.close()


def test_a_day_with_faults_looks_at_every_invariant_and_finds_none_broken(tmp_path, capsys):
    report = live(tmp_path, faults=True)
    assert set(report["invariants"]) == set(INVARIANTS)
    for name, found in report["invariants"].items():
        assert found["checked"] > 0, name
        assert found["broken"] == 0, name
    assert report["refused"]["ended"] > 500
    assert report["admitted"] > 4000
    assert show_report(report, as_json=False) == 0
    assert "nobody is real" in capsys.readouterr().out


def test_the_same_seed_lives_the_same_day(tmp_path):
    assert live(tmp_path / "a") == live(tmp_path / "b")


def admitted_for_ever(monkeypatch):
    monkeypatch.setattr(authority, "_covering", lambda worn, at, against: worn.decisions[-1])
    monkeypatch.setattr(Decision, "in_force", lambda decision, at: decision.stands)


def zones_without_an_entry(monkeypatch):
    monkeypatch.setattr(month, "release_zones", lambda store, vault, name, wanted: dict.fromkeys(wanted, b"{}"))


def every_judged_fix_kept_as_evidence(monkeypatch):
    sound = Watching.judge

    def greedy(watching, picture, arrived, words, heard, now):
        judged = sound(watching, picture, arrived, words, heard, now)
        judged.evidence = [one for one in arrived if one.admitted.category is None]
        return judged

    monkeypatch.setattr(Watching, "judge", greedy)


def endings_that_forget_the_person(monkeypatch):
    monkeypatch.setattr(end_decision, "still_collects", lambda decision, now: False)


def an_approver_whoever_asks(monkeypatch):
    sound = month.make_decision

    def careless(store, decision_id, by):
        with suppress(IllegalMove):
            sound(store, decision_id, AUTHORISING)

    monkeypatch.setattr(month, "make_decision", careless)


def accused_on_one_fix(monkeypatch):
    monkeypatch.setattr(zoned, "_confirmed", lambda run, settings: run.count >= 1)


def a_copy_of_five_fixes(monkeypatch):
    sound = StoredFixes.rows
    monkeypatch.setattr(
        StoredFixes, "rows", lambda *asked: ((session, rows[:5]) for session, rows in islice(sound(*asked), 1))
    )


def a_scheme_told_twice(monkeypatch):
    sound = month.register_scheme
    monkeypatch.setattr(
        month,
        "register_scheme",
        lambda store, scheme, by: None if "differently" in scheme.name else sound(store, scheme, by),
    )


def a_change_without_its_record(monkeypatch):
    sound = sql.apply_ingested
    monkeypatch.setattr(sql, "apply_ingested", lambda record, detail: sound(record, detail)[:-1])


def an_annulment_that_clears_nobody(monkeypatch):
    monkeypatch.setattr(end_decision, "_tainted", lambda act, decision: ())


def an_outage_nobody_notices(monkeypatch):
    monkeypatch.setattr(time_passes, "_outage", lambda view: None)


def silence_that_nobody_hears(monkeypatch):
    monkeypatch.setattr(time_passes, "silence_due", lambda silent, found, settings: None)


PLANTED = {
    "no fix without a decision": admitted_for_ever,
    "no read without a reason": zones_without_an_entry,
    "narrowest answer first": every_judged_fix_kept_as_evidence,
    "time heals towards privacy": endings_that_forget_the_person,
    "burden rises with intrusion": an_approver_whoever_asks,
    "uncertainty favours the person": accused_on_one_fix,
    "the person can see it all": a_copy_of_five_fixes,
    "one truth": a_scheme_told_twice,
    "the ledger is first": a_change_without_its_record,
    "taint follows lineage": an_annulment_that_clears_nobody,
    "an outage is on nobody's record": an_outage_nobody_notices,
    "a dead tag accuses nobody": silence_that_nobody_hears,
}


def test_every_invariant_has_a_fault_planted_here():
    assert set(PLANTED) == set(INVARIANTS)


@pytest.mark.parametrize("name", PLANTED)
def test_an_invariant_turns_red_on_its_planted_fault(tmp_path, monkeypatch, name):
    PLANTED[name](monkeypatch)
    days = 2 if name == "a dead tag accuses nobody" else 1
    report = live(tmp_path, days=days, faults=name == "an outage is on nobody's record")
    assert report["invariants"][name]["broken"] > 0
    assert show_report(report, as_json=True) == 1


def test_what_was_never_looked_at_is_no_success():
    report = {"invariants": {"one truth": {"checked": 0, "broken": 0}}}
    assert show_report(report, as_json=True) == 1


# --- scoring ------------------------------------------------------------------------------------------------------

MINUTE = 60_000


def scored(events, ours, witnesses=()):
    score = PersonScore()
    score.add(
        Truth([tuple(at * MINUTE for at in event) for event in events], [at * MINUTE for at in witnesses]), ours, []
    )
    return score.ours


def alert(from_min, until_min, known_min=None):
    until = None if until_min is None else until_min * MINUTE
    return Scored(from_min * MINUTE, until, (known_min or from_min) * MINUTE)


@pytest.mark.parametrize(
    ("events", "alerts", "true", "false"),
    [
        ([(10, 30)], [alert(12, 29)], 1, 0),
        ([(10, 30)], [alert(40, 50)], 0, 1),
        ([(10, 30)], [alert(32, 50)], 1, 0),
        ([(10, 30)], [alert(33, 50)], 0, 1),
        ([(10, 30)], [alert(1, None)], 1, 0),
        ([(10, 14)], [alert(11, 13)], 1, 0),
        ([], [alert(1, 2), alert(3, None)], 0, 2),
    ],
)
def test_an_alert_is_false_when_it_overlaps_no_true_event(events, alerts, true, false):
    score = scored(events, alerts)
    assert (score.true, score.false) == (true, false)


@pytest.mark.parametrize(
    ("event", "witnesses", "alerts", "missed"),
    [
        ((10, 30), (11, 12, 13), [], 1),
        ((10, 30), (11, 12, 13), [alert(12, 15)], 0),
        ((10, 30), (11, 12), [], 0),
        ((10, 30), (11, 11.5, 12), [], 0),
        ((10, 19), (11, 12, 15), [], 0),
    ],
)
def test_an_event_is_missed_when_it_was_witnessed_and_nobody_knew(event, witnesses, alerts, missed):
    assert scored([event], alerts, witnesses).missed == missed


def test_the_interval_holds_the_ratio_and_is_wider_on_less():
    from random import Random

    def person(plain, ours):
        score = PersonScore()
        score.plain.false, score.ours.false = plain, ours
        return score

    few = [person(20, 1), person(40, 0), person(30, 2)]
    low, high = ratio_interval(few, Random(1))
    assert low <= 30 <= high
    many_low, many_high = ratio_interval(few * 20, Random(1))
    assert low <= many_low <= 30 <= many_high <= high
    assert ratio_interval([], Random(1)) is None
