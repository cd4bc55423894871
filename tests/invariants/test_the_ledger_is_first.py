"""Invariant 9: if the entry cannot be made durable with the change, the change does not happen."""

import inspect
import sqlite3
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from support.by_hand import everything
from support.house import ANA, BO, report
from support.proposing import propose

from custodiet.adapters.store import sql as store_module
from custodiet.adapters.store.sql import ActingRows, IngestingRows
from custodiet.flows import ports
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_decision, suspend_decision
from custodiet.flows.fit_device import token_hash
from custodiet.flows.keep_senders import acknowledge, change_scope, end_sender, rotate_sender
from custodiet.model.errors import CannotRecord
from custodiet.rules.decisions import Ender, Move


def acts(house):
    """Every kind of act, as something to try."""
    person, other = house.person("TAG-1"), house.person("TAG-2")
    decision, proposal = house.decide(person), house.proposal(other)
    propose(house.store, house.chance, proposal)
    monitor = house.monitor()
    sender = monitor.sender(token_hash(person.token)).sender.id
    with house.store.reading() as view:
        [instruction] = view.instructions_unsettled(house.clock.now(), 2)
    return {
        "a case opens": house.person,
        "a decision is proposed": lambda: propose(house.store, house.chance, house.proposal(other)),
        "a decision is made": lambda: make_decision(house.store, proposal.id, BO),
        "a decision is paused": lambda: suspend_decision(house.store, decision.id, Ender(ANA)),
        "a decision is withdrawn": lambda: end_decision(
            house.store, house.chance, decision.id, Move.WITHDRAW, Ender(ANA)
        ),
        "a device comes off": lambda: house.unfit(person),
        "a token is rotated": lambda: rotate_sender(house.store, house.chance, sender, ANA),
        "a scope changes": lambda: change_scope(house.store, sender, ANA, add=("TAG-3",)),
        "a sender ends": lambda: end_sender(house.store, sender, ANA),
        "an instruction is acknowledged": lambda: acknowledge(house.store, instruction.id, ANA),
        "a copy is asked for": lambda: house.copy(person),
        "a position arrives": lambda: house.post(monitor, person.token, report("TAG-1", house.clock.now())),
    }


ACTS = [
    "a case opens",
    "a decision is proposed",
    "a decision is made",
    "a decision is paused",
    "a decision is withdrawn",
    "a device comes off",
    "a token is rotated",
    "a scope changes",
    "a sender ends",
    "an instruction is acknowledged",
    "a copy is asked for",
    "a position arrives",
]


@contextmanager
def ledger_that_refuses(monkeypatch):
    """The store as it is, but the entry or the ingest record cannot be written."""

    class Refused(sqlite3.OperationalError):
        pass

    def refuse(*_, **__):
        raise Refused("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(store_module, "leaf_hash", refuse)
        patched.setattr(store_module, "ingested_bytes", refuse)
        yield


@pytest.mark.parametrize("act", ACTS)
def test_an_act_whose_entry_cannot_be_written_leaves_no_trace(house, monkeypatch, act):
    todo = acts(house)
    before = everything(house)
    with ledger_that_refuses(monkeypatch), pytest.raises(sqlite3.OperationalError):
        todo[act]()
    assert everything(house) == before
    todo[act]()
    assert everything(house) != before


def report_until_refused(house, monitor, person):
    for _ in range(2000):
        house.clock.pass_(timedelta(seconds=1))
        house.say(monitor, person)


def test_a_full_disk_refuses_reports_and_keeps_nothing_of_them(house):
    person = house.person("TAG-1")
    house.decide(person)
    monitor = house.monitor()
    assert house.say(monitor, person) == "kept"
    with full_disk(house), pytest.raises(CannotRecord):
        report_until_refused(house, monitor, person)
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)
    house.clock.pass_(timedelta(seconds=1))
    assert house.say(monitor, person) == "kept"


@contextmanager
def full_disk(house):
    """SQLite's own bound on the file: beyond it every write says that the disk is full."""
    if house.database is not None:
        pytest.skip("SQLite's own bound on a file; a server has none to set")
    engine = house.store._engine
    with sqlite3.connect(house.path) as database:
        [(pages,)] = database.execute("PRAGMA page_count").fetchall()

    def bound(connection, _):
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    engine.dispose()
    event.listen(engine, "connect", bound)
    try:
        yield
    finally:
        event.remove(engine, "connect", bound)
        engine.dispose()


def test_every_writing_promise_takes_the_record_that_accounts_for_it():
    """There is no method by which a flow could change something without its entry or ingest record."""
    writing = {
        name
        for kind in (ports.Acting, ports.Ingesting)
        for name, member in vars(kind).items()
        if callable(member) and not name.startswith("_") and name not in dir(ports.Reading)
    }
    # A pulse says that our own path is up, and nothing of anyone; what is asked in a transaction alone changes nothing.
    asked = {"next_session_no", "chain", "regime", "fences"}
    assert writing == {"write", "keep", "pulse", *asked}
    assert list(inspect.signature(ActingRows.write).parameters)[1:] == ["entry", "record"]
    assert next(iter(list(inspect.signature(IngestingRows.keep).parameters)[1:])) == "record"
