"""An upgrade brings store and vault to this version's form, whole or not at all, and keeps the store as it was."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.house import ANA, BO, SCHEME
from support.killed import killed_at, spread, steps_of
from support.older import as_before, bring_down, decided_before, form_before
from support.site import Site

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.store.forms import newest_form
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.decide_case import propose_decision
from custodiet.flows.open_case import open_case
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main import main
from custodiet.main.holding import hold_with_others
from custodiet.main.stores import open_store
from custodiet.main.vaults import join_vault
from custodiet.model.decision import State
from custodiet.model.errors import NotPermitted
from custodiet.settings import read_settings


def verb(site, *arguments):
    main([str(one) for one in (*arguments, *site.where)])


def vault_of_the_first_form(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as vault:
        for kind in ("trigger", "table"):
            query = "SELECT name FROM sqlite_master WHERE type = ? AND name NOT IN ('key', 'head')"
            for (name,) in vault.execute(query, (kind,)).fetchall():
                if not name.startswith("sqlite_"):
                    vault.execute(f"DROP {kind} {name}")
        vault.execute("PRAGMA user_version = 0")


@pytest.fixture(scope="module")
def before(short_folder):
    """A place as the version before has left it."""
    with pytest.MonkeyPatch.context() as patch:
        as_before(patch)
        site = Site(short_folder / "older", 1, registered=False, file=True)
    settings = site.settings
    with closing(SqliteKeystore(settings.vault_db)) as keystore, closing(open_store(settings)) as store:
        vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
        publish_checkpoint(store, vault, TileLog(settings.log))
    bring_down(settings.store, form_before())
    vault_of_the_first_form(settings.vault_db)
    return site


def copied_to(site, folder):
    shutil.copytree(site.folder, folder)
    again = Site.__new__(Site)
    again.folder, again.settings = folder, read_settings(str(folder / "site"), None, {})
    return again


@pytest.fixture
def older(before, place):
    return copied_to(before, place / "copy")


def forms(site):
    with (
        closing(sqlite3.connect(site.settings.store)) as store,
        closing(sqlite3.connect(site.settings.vault_db)) as vault,
    ):
        [(store_form,)] = store.execute("SELECT version_num FROM alembic_version")
        [(vault_form,)] = vault.execute("PRAGMA user_version")
    return store_form, vault_form


def content(path):
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump())


def aside(site):
    return sorted(path.name for path in site.settings.data.glob("*before-upgrade*"))


def works(site, capsys):
    """The vault follows the ledger, and the tables follow from it."""
    capsys.readouterr()
    settings = site.settings
    with closing(SqliteKeystore(settings.vault_db)) as keystore, closing(open_store(settings)) as store:
        vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
        counts = ask_verify_tables(store, vault, ANA)
    return (counts["missing"], counts["differing"]) == (0, 0)


def test_nobody_opens_a_store_or_a_vault_of_another_form(older):
    with pytest.raises(SystemExit, match="another version than this code"):
        verb(older, "status")
    assert forms(older) == (form_before(), 0)


def test_it_brings_both_to_this_form_and_keeps_the_store_as_it_was(older, capsys):
    was = content(older.settings.store)
    verb(older, "upgrade")
    said = capsys.readouterr().out
    assert forms(older) == (newest_form(), 2)
    assert f"from form {form_before()} to {newest_form()}" in said
    assert "from form 1 to 2" in said
    assert "the same before and after" in said
    assert aside(older) == ["custodiet.db.before-upgrade-1"]
    assert content(older.settings.data / "custodiet.db.before-upgrade-1") == was
    assert works(older, capsys)


def test_a_place_of_this_form_is_left_as_it_is(older, capsys):
    verb(older, "upgrade")
    capsys.readouterr()
    was = content(older.settings.store)
    verb(older, "upgrade")
    assert "has the form of this version" in capsys.readouterr().out
    assert content(older.settings.store) == was
    assert aside(older) == ["custodiet.db.before-upgrade-1"]


def test_a_backup_of_the_form_before_is_restored_into_a_place_of_this_one(older, place, capsys):
    verb(older, "backup", "--out", place / "b.tar")
    verb(older, "upgrade")
    verb(older, "restore", place / "b.tar")
    assert forms(older) == (newest_form(), 2)
    assert works(older, capsys)


def refused(older, match):
    was = (content(older.settings.store), content(older.settings.vault_db))
    with pytest.raises(SystemExit, match=match):
        verb(older, "upgrade")
    assert (content(older.settings.store), content(older.settings.vault_db)) == was
    assert aside(older) == []


def test_without_room_for_a_copy_nothing_is_done(older, monkeypatch):
    free = shutil.disk_usage(older.settings.data)._replace(free=1000)
    monkeypatch.setattr("custodiet.main.keeping.shutil.disk_usage", lambda _: free)
    refused(older, "not enough room")


def test_while_anything_runs_nothing_is_done(older):
    for folder in (older.settings.data, older.settings.vault_folder):
        held = hold_with_others(folder, "somebody")
        refused(older, "running already")
        os.close(held)


def test_what_was_decided_before_there_were_registers_goes_on_and_nothing_new_is_decided(before, older):
    """ADR 17: an upgrade stops nothing that is in force and starts nothing."""
    verb(older, "upgrade")
    [wearer] = before.wearers
    with closing(older.open()) as store:
        with store.reading() as view:
            decision = view.decision(wearer.decision_id)
            assert decision.in_force(SystemClock().now())
            assert view.activations(SCHEME) == ()
        case = open_case(store, SystemChance(), SCHEME, "M-9999", ANA)
        now = SystemClock().now()
        new = replace(
            decision,
            id="decision_new",
            case_id=case.id,
            starts_at=now + timedelta(hours=1),
            review_due_at=now + timedelta(days=9),
        )
        with pytest.raises(NotPermitted, match="operation_not_active"):
            propose_decision(store, new)
        with pytest.raises(NotPermitted, match="its operation is not active"):
            decided_before(store, replace(new, state=State.PROPOSED, approved_by=None, made_at=None), BO)


def test_a_ledger_that_does_not_verify_is_not_upgraded(older):
    with closing(sqlite3.connect(older.settings.store, isolation_level=None)) as raw:
        [(rule,)] = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_never_update'").fetchall()
        raw.execute("DROP TRIGGER entry_never_update")
        raw.execute("UPDATE entry SET body = replace(body, 'officer-ana', 'officer-eva') WHERE idx = 1")
        raw.execute(rule)
    refused(older, "does not verify: entry 1")


def test_a_store_without_one_of_its_rules_is_not_upgraded(older):
    with closing(sqlite3.connect(older.settings.store, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entry_never_update")
    refused(older, "rules are not those of its form")


def test_a_store_of_a_later_version_is_not_touched(older):
    with closing(sqlite3.connect(older.settings.store, isolation_level=None)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    refused(older, "does not know")


@pytest.mark.parametrize("points", [5, pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_one_that_is_killed_leaves_the_form_before_whole_or_the_new_one(before, place: Path, capsys, points):
    steps = steps_of(place, "upgrade", *copied_to(before, place / "counted").where)
    left = []
    for step in spread(steps, points):
        older = copied_to(before, place / str(step))
        was = content(older.settings.store)
        assert killed_at(step, place, "upgrade", *older.where)
        store_form, _ = forms(older)
        left.append(store_form)
        if store_form == form_before():
            assert content(older.settings.store) == was
        verb(older, "upgrade")
        assert forms(older) == (newest_form(), 2)
        assert works(older, capsys)
        shutil.rmtree(place / str(step))
    assert {form_before(), newest_form()} == set(left)
