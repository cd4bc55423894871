"""The store moves out of its file into a PostgreSQL database, whole and under the same law, or stays where it is."""

import os
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from support import postgres
from support.house import ANA, empty_database
from support.running import ask
from support.site import Site

from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.settings import read_settings


@pytest.fixture
def site(place):
    return Site(place, 2, file=True)


@pytest.fixture
def database():
    name = postgres.new_database(empty_database())
    yield name
    postgres.drop_database(name)


def on_the_server(monkeypatch, site, name):
    monkeypatch.setenv("CUSTODIET_STORE", postgres.address(name))
    site.settings = read_settings(str(site.settings.data), None, os.environ)


@pytest.fixture
def posted():
    """Ago from one moment, so that the same may be sent again."""
    now = datetime.now(UTC)

    def posted(running, wearer, *, minutes_ago):
        return running.post(wearer.token, wearer.serial, now - timedelta(minutes=minutes_ago)).said

    return posted


def test_what_was_taken_in_before_is_there_afterwards_and_more_comes_in(site, database, monkeypatch, posted):
    first, second = site.wearers
    running = site.serve()
    try:
        assert [posted(running, first, minutes_ago=number) for number in (3, 2)] == ["200 kept"] * 2
    finally:
        running.stop()
    on_the_server(monkeypatch, site, database)
    moved = ask("migrate-store", *site.where)
    assert moved.returncode == 0, moved.stderr
    assert "custodiet.db.moved" in moved.stdout
    assert not site.settings.store.exists()
    running = site.serve(gateways=2)
    try:
        assert posted(running, first, minutes_ago=2) == "200 duplicate", "what came before is known"
        assert posted(running, first, minutes_ago=1) == "200 kept"
        assert posted(running, second, minutes_ago=1) == "200 kept"
        running.wait_until(lambda: ask("ledger", "proof", "0", *site.where).returncode == 0, "no checkpoint")
        with closing(site.open()) as store:
            tables = ask_verify_tables(store, site.vault, ANA)
        assert tables["differing"] == 0
        assert tables["fixes"] == 4
        assert len(site.copy(first)) == 3
    finally:
        running.stop()
    verified = ask("ledger", "verify", *site.where)
    assert (verified.returncode, "ok: True" in verified.stdout) == (0, True)
    doctor = ask("doctor", *site.where)
    assert "sound, of form" in doctor.stdout
    assert "on one server alone" in doctor.stdout
    out = site.folder / "again.backup"
    backed_up = ask("backup", *site.where, "--out", out)
    assert (backed_up.returncode, backed_up.stderr) == (0, "")
    upgraded = ask("upgrade", *site.where)
    assert (upgraded.returncode, "has the form of this version" in upgraded.stdout) == (0, True), upgraded.stderr
    # What was backed up from the server is restored into a file, without one.
    monkeypatch.delenv("CUSTODIET_STORE")
    restored = ask("restore", *site.where, out, "--by", "officer-ana")
    assert restored.returncode == 0, restored.stderr
    assert site.settings.store.is_file()


def test_killed_at_any_moment_every_process_begins_again_on_what_was_committed(site, database, monkeypatch, posted):
    on_the_server(monkeypatch, site, database)
    assert ask("migrate-store", *site.where).returncode == 0
    wearer = site.wearers[0]
    acknowledged = 0
    running = site.serve()
    try:
        for number, name in enumerate(("gateway", "clock", "vault")):
            said = posted(running, wearer, minutes_ago=20 - number)
            acknowledged += said == "200 kept"
            running.kill(name)
            running.wait_until(lambda name=name: name in running.children(), f"{name} does not come back")
        running.wait_until(lambda: ask("ledger", "proof", "0", *site.where).returncode == 0, "no vault")
    finally:
        running.stop()
    assert acknowledged >= 1
    stored = site.stored(wearer)
    assert sum(stored.values()) >= acknowledged
    assert set(stored.values()) == {1}


def test_two_stores_are_one_too_many(site, database, monkeypatch):
    on_the_server(monkeypatch, site, database)
    refused = ask("status", *site.where)
    assert (refused.returncode, "custodiet migrate-store" in refused.stderr) == (1, True)


def test_without_an_address_there_is_nowhere_to_go(site):
    refused = ask("migrate-store", *site.where)
    assert (refused.returncode, "CUSTODIET_STORE" in refused.stderr) == (1, True)


def test_a_database_that_holds_something_else_stays_as_it_is_and_so_does_the_file(site, database, monkeypatch):
    on_the_server(monkeypatch, site, database)
    with psycopg.connect(postgres.address(database), autocommit=True) as connection:
        connection.execute("INSERT INTO lease VALUES ('somebody', 7)")
    refused = ask("migrate-store", *site.where)
    assert (refused.returncode, "the copy differs in lease" in refused.stderr) == (1, True), refused.stderr
    assert site.settings.store.is_file()
    with psycopg.connect(postgres.address(database)) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_a_move_that_died_before_the_file_was_put_aside_is_made_again_to_its_end(site, database, monkeypatch):
    on_the_server(monkeypatch, site, database)
    assert ask("migrate-store", *site.where).returncode == 0
    aside = site.settings.store.with_name("custodiet.db.moved")
    aside.rename(site.settings.store)
    again = ask("migrate-store", *site.where)
    assert again.returncode == 0, again.stderr
    assert aside.is_file()


def test_while_anything_runs_here_nothing_is_moved(site, database, monkeypatch):
    running = site.serve()
    try:
        refused = ask("migrate-store", *site.where, more={"CUSTODIET_STORE": postgres.address(database)})
    finally:
        running.stop()
    assert (refused.returncode, "is running already" in refused.stderr) == (1, True)


def test_a_server_that_goes_away_is_answered_with_503_and_nothing_is_half_done(site, database, monkeypatch, posted):
    on_the_server(monkeypatch, site, database)
    assert ask("migrate-store", *site.where).returncode == 0
    wearer = site.wearers[0]
    running = site.serve()
    try:
        assert posted(running, wearer, minutes_ago=5) == "200 kept"
        postgres.kill_server()
        assert posted(running, wearer, minutes_ago=4).startswith("503")
        postgres.start_again()
        answers: Counter[str] = Counter()

        def comes_through():
            answers[posted(running, wearer, minutes_ago=4)] += 1
            return answers["200 kept"] > 0

        running.wait_until(comes_through, "never again")
    finally:
        running.stop()
    assert site.stored(wearer).total() == 2
