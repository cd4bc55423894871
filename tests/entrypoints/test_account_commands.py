"""Accounts from the command line leave what the pages' leave: an entry before there is one, and none for a refusal."""

import pytest
from support.house import SCHEME, START, scheme_at

from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.web.accounts import keeping
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.staff_joins import approve_joiner, begin_authorising, propose_joiner
from custodiet.main import main
from custodiet.main.pages import sign_in_place
from custodiet.main.stores import open_store
from custodiet.model.entry import EntryKind
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function
from custodiet.settings import read_settings
from custodiet.wire.records import read_entry, read_record

ADA, OS, CAI = ActorId("admin-ada"), ActorId("authorising-os"), ActorId("caseworker-ai")
OF_ACCOUNTS = (EntryKind.ACCOUNT_OPENED, EntryKind.ACCOUNT_CLOSED, EntryKind.SESSIONS_ENDED)


class Place:
    def __init__(self, folder) -> None:
        self.where = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
        main(["init", "--administrator", ADA, *self.where])
        self.settings = read_settings(str(folder / "data"), str(folder / "keys"), {})
        self.store = open_store(self.settings)

    def ask(self, *words) -> None:
        main([*words, *self.where])

    def told(self) -> list[tuple]:
        """Entries about accounts: what, by whom, of whom, and whether again."""
        with self.store.reading() as view:
            rows = view.entries(0, 10_000)
        found = [(read_entry(row.body), row) for row in rows]
        records = [(entry, read_record(row.record)) for entry, row in found if entry.kind in OF_ACCOUNTS]
        return [(entry.kind, entry.actor, record.actor, getattr(record, "again", None)) for entry, record in records]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.store.close()
    from django.db import connection

    connection.close()


def test_each_account_verb_is_an_entry_and_what_is_refused_is_none(place, capsys):
    opened, closed, ended = OF_ACCOUNTS
    told = [(opened, ADA, ADA, False)]
    assert place.told() == told
    with pytest.raises(SystemExit, match="not_joined"):
        place.ask("account", "open", "ai", "--actor", CAI)
    with pytest.raises(SystemExit, match="no account of that actor"):
        place.ask("account", "renew", CAI)
    assert place.told() == told
    with pytest.raises(Exception, match="no account"):
        keeping.require_account(sign_in_place(place.settings), CAI)

    register_scheme(place.store, scheme_at(START), ADA)
    begin_authorising(place.store, SystemChance(), OS, SCHEME, ADA)
    joins = propose_joiner(place.store, SystemChance(), CAI, Function.CASEWORKER, SCHEME, ADA)
    approve_joiner(place.store, joins, OS)
    place.ask("account", "open", "ai", "--actor", CAI, "--by", ADA)
    told.append((opened, ADA, CAI, False))
    assert place.told() == told
    for name, actor in (("ai", OS), ("other", CAI)):
        with pytest.raises(SystemExit, match="has an account already"):
            place.ask("account", "open", name, "--actor", actor)
    place.ask("account", "end", CAI, "--by", ADA)  # sessions alone: the account is as it was, and somebody ended them
    told.append((ended, ADA, CAI, None))
    assert place.told() == told
    place.ask("account", "end", CAI, "--close")
    place.ask("account", "renew", CAI)
    told += [(closed, "operator", CAI, None), (opened, "operator", CAI, True)]
    assert place.told() == told
    for closing in ((), ("--close",)):
        with pytest.raises(SystemExit, match="no account of that actor"):
            place.ask("account", "end", "nobody-1", *closing)
    assert place.told() == told
    assert "said once" in capsys.readouterr().out
