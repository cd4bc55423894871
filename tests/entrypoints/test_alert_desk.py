"""Alerts on the command line and on the page: how sure they are, what can be done, and never a place."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from support.house import ANA, report
from support.watched import AWAY, HOME, bring, desk, watch

from custodiet.entrypoints.cli.alerts import move_alert, record_contact, record_reply, show_alert
from custodiet.entrypoints.cli.asking import show_status
from custodiet.entrypoints.wording import said_alert, said_task
from custodiet.entrypoints.wording_devices import said_note, said_raised
from custodiet.flows.keep_devices import check_and_fit, mend_device, record_fault, remove_device
from custodiet.flows.show_alerts import show_alert_file
from custodiet.model.alert import AlertState
from custodiet.model.case import TaskKind
from custodiet.model.desk import Check, Fault, Identified, Removal
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.finding import Matter, Weight
from custodiet.model.report import Alarm, DeviceSays


def say(monkeypatch, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(words))


def test_an_alert_is_explained_with_what_can_be_done_and_no_place(house, capsys):
    alert = watch(house).accused()
    show_alert(house.store, house.clock, alert.id)
    told = capsys.readouterr().out
    assert "raised: where they are not to be since" in told
    assert "fixes, over 100 m beyond the edge, disc up to" in told
    assert "next: claim" in told
    show_status(house.store, house.clock)
    told += capsys.readouterr().out
    assert f"{alert.id}  raised" in told
    for place in (HOME, AWAY):
        for degrees in place:
            assert f"{degrees:.3f}" not in told


def test_steps_are_taken_with_reasons_from_standard_input(house, capsys, monkeypatch):
    alert = watch(house).accused()
    at = desk(house)
    move_alert(at, alert.id, "claim", ANA)
    move_alert(at, alert.id, "triage", ANA)
    say(monkeypatch, "")
    with pytest.raises(NotPermitted, match="needs reasons"):
        move_alert(at, alert.id, "suspect", ANA)
    say(monkeypatch, "")
    record_contact(at, alert.id, "phone", "spoke", ANA)
    for move in ("suspect", "enquire"):
        say(monkeypatch, "made-up reasons")
        move_alert(at, alert.id, move, ANA)
    say(monkeypatch, "made-up words")
    record_reply(at, alert.id, "emergency", ANA)
    say(monkeypatch, "made-up reasons")
    move_alert(at, alert.id, "excuse", ANA)
    told = capsys.readouterr().out
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "claim", "triage", "contact", "suspect", "enquire", "reply", "excuse",
    ]  # fmt: skip
    with house.store.reading() as view:
        assert view.alert(alert.id).state is AlertState.NO_BREACH


def test_an_alert_that_is_none_is_not_found(house):
    with pytest.raises(NotFound):
        show_alert(house.store, house.clock, "alert_none")


def test_what_is_uncertain_says_so_first_and_what_to_do(house):
    one = watch(house)
    one.stay(AWAY, 36, accuracy=None)
    [alert] = one.alerts()
    told = said_alert(alert, house.clock.now())
    assert told.startswith("cannot tell: perhaps")
    assert told.endswith("could be coverage; ring first")
    assert "does not say how good its fixes are" in told


def test_a_sensor_that_speaks_of_tampering_could_be_the_strap_and_not_coverage(house):
    wearer = house.person("TAG-1")
    house.decide(wearer)
    house.clock.pass_(timedelta(hours=2))
    [alert] = tampers(house, house.monitor(), wearer, Alarm.STRAP)
    assert said_alert(alert, house.clock.now()).endswith("could be the strap or its sensor; ring first")


def test_an_alert_tells_what_its_device_raised_and_had_on_whoever_wore_it(house):
    first, second = house.person("TAG-1"), house.person()
    house.decide(first)
    house.decide(second)
    house.clock.pass_(timedelta(hours=2))
    monitor = house.monitor()
    tampers(house, monitor, first, Alarm.STRAP)
    record_fault(house.store, first.device.id, Fault.STRAP_SENSOR, house.clock.now() - timedelta(hours=1), ANA)
    remove_device(house.store, first.fitting.id, Removal.FAULTY, house.clock.now(), ANA)
    mend_device(house.store, first.device.id, ANA)
    second.device = first.device
    check = Check(Identified.DOCUMENT, "TAG-1", fit_checked=True)
    second.fitting = check_and_fit(house.store, house.chance, first.device.id, second.case.id, "main", check, ANA)
    second.token = house.sender("TAG-1", fitting=second.fitting)
    alert = tampers(house, monitor, second, Alarm.STRAP)[-1]
    with house.store.reading() as view:
        told = show_alert_file(view, house.clock.now(), alert.id).device
    assert [said_raised(one) for one in told.raised] == ["A sensor spoke of tampering, 2 times; no longer stands: 1"]
    assert [said_note(one) for one in told.found] == ["Found faulty: strap sensor", "Mended"]


def tampers(house, monitor, wearer, *alarms):
    """After its device said so."""
    house.clock.pass_(timedelta(seconds=30))
    says = DeviceSays(90.0, charging=False, alarms=frozenset(alarms))
    house.post(monitor, wearer.token, structs.replace(report(wearer.device.serial, house.clock.now()), says=says))
    with house.store.reading() as view:
        return [one for one in view.alerts(list(AlertState), 20) if one.case_id == wearer.case.id]


def test_what_no_longer_stands_says_why(house):
    one = watch(house)
    alert = one.accused()
    bring(house, alert.id, AlertState.TRIAGED)
    one.at(HOME, alert.began_at + timedelta(seconds=17))
    assert "no longer stands: a fix that came later speaks against it" in said_alert(one.alert(), house.clock.now())


@pytest.mark.parametrize("kind", TaskKind)
def test_every_task_has_words(kind):
    assert said_task(kind)


@pytest.mark.parametrize("weight", Weight)
@pytest.mark.parametrize("matter", Matter)
def test_every_matter_has_words(house, matter, weight):
    alert = replace(watch(house).accused(), matter=matter, weight=weight)
    assert len(said_alert(alert, house.clock.now())) > 20
