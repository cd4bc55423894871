"""A made place for real processes: a data folder whose people were decided on an hour ago, by the real flows."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from support.proposing import propose

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.clock import LEASE
from custodiet.flows.decide_case import make_decision
from custodiet.flows.fit_device import fit_device, issue_sender, register_device
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import open_case, set_condition
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.main import demonstrating, making, settled
from custodiet.main.making import ORIGIN, make_folder
from custodiet.main.pages import make_accounts
from custodiet.main.stores import open_store, read_pins
from custodiet.main.vaults import join_vault
from custodiet.model.condition import ConditionKind
from custodiet.model.decision import Authority, Decision
from custodiet.model.identity import DecisionId, FittingId
from custodiet.model.mode import ModeCode
from custodiet.settings import Settings, read_settings
from custodiet.simulation.made_up_register import activate_made_up
from custodiet.simulation.seeded import SetClock
from custodiet.wire.frame import unpack_directory

from . import postgres, shared_out
from .house import ANA, BO, SCHEME, empty_database, load_places, migrated, scheme_at
from .older import decided_before, unbind
from .running import Running, aside


def give_accounts(settings: Settings) -> None:
    """An empty database of accounts, copied: its migrations take longer than all else here."""
    give_secret(settings)
    settings.accounts_db.touch(mode=0o600)
    settings.accounts_db.write_bytes(empty_accounts())


def give_secret(settings: Settings) -> None:
    """The same everywhere: Django is set up once in a process."""
    settings.accounts_folder.mkdir(mode=0o700)
    settings.accounts_secret.touch(mode=0o600)
    settings.accounts_secret.write_text("made up, and the same in every test\n")


@cache
def empty_accounts() -> bytes:
    with TemporaryDirectory() as folder:
        settings = read_settings(folder, None, {})
        give_secret(settings)
        aside(make_accounts, settings)
        with closing(sqlite3.connect(settings.accounts_db)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        return settings.accounts_db.read_bytes()


def copy_of_an_empty_one(store: SqlStore) -> None:
    """What the migrations make, copied: for a new store they take longer than all else here."""
    if store._engine.dialect.name == "sqlite":  # the database of another is a copy of an empty one already
        with store._engine.connect() as connection:
            migrated().backup(connection.connection.dbapi_connection)


def settings_of(data: str | None, keys: str | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a data folder; its store is on the server where it was given one."""
    return read_settings(data, keys, postgres.environment_of(data) | {**environment})


if postgres.CHOSEN:  # whoever calls main() in this process has our environment, and one place of many
    for _module in (demonstrating, making, settled):
        _module.read_settings = settings_of


@dataclass(frozen=True)
class Wearer:
    reference: str
    serial: str
    token: str
    decision_id: DecisionId
    fitting_id: FittingId
    keeps_trail: bool


class Site:
    """Made with wearers, `people` of them on rung 11 or one on each of `modes`, decided an hour ago for a day to come.

    With a `zone` (GeoJSON) everyone is to stay in it. `registered`: whether the scheme has a register, or is one from
    before there were any. `file`: its store is a file, whatever was chosen: of what a file alone goes through.
    """

    def __init__(
        self,
        folder: Path,
        people: int = 0,
        modes: Sequence[ModeCode] = (),
        *,
        zone: bytes | None = None,
        since: timedelta = timedelta(hours=1),
        serials: str = "TAG-{:04d}",
        registered: bool = True,
        file: bool = False,
    ) -> None:
        self.folder, self.serials = folder, serials
        if postgres.CHOSEN and not file:
            postgres.give_store(folder / "site", postgres.new_database(empty_database()))
        self.settings: Settings = settings_of(str(folder / "site"), None, {})
        now = SystemClock().now()
        self.clock, self.chance = SetClock(now - since), SystemChance()
        migrated()  # made by the real one, before it is another
        with patch.object(SqlStore, "prepare", copy_of_an_empty_one), patch("custodiet.main.making._require_empty"):
            store = make_folder(self.settings, ORIGIN, self.clock)
        register_scheme(store, scheme_at(now), ANA)
        load_places(store, PlaceFolder(self.settings.places))
        self._registered = registered
        if registered:
            activate_made_up(store, scheme_at(now), self.clock.now(), ANA, BO)
        else:
            unbind(self)
        keystore = SqliteKeystore(self.settings.vault_db)
        vault, _ = join_vault(self.settings, store, keystore, self.clock, self.chance)
        fence = (LEASE, store.take_lease(LEASE))
        pins = read_pins(self.settings)

        def issue_keys() -> None:
            while issue_wanted_keys(store, vault, self.clock, pins, fence):
                pass

        def keep_in(decision: Decision) -> None:
            issue_keys()  # what seals the zone
            of = (decision.id, ConditionKind.INCLUSION, ANA)
            set_condition(store, sealing, self.chance, pins, *of, geometry=zone)

        modes = modes or [ModeCode.FITTED_TRAIL] * people
        ask = None if zone is None else keep_in
        self.wearers = [self._wearer(store, number, mode, ask) for number, mode in enumerate(modes)]
        self.clock.set(now)
        issue_keys()
        keystore.close()
        store.close()
        give_accounts(self.settings)

    def _wearer(self, store: SqlStore, number: int, mode: ModeCode, ask: Callable[[Decision], None] | None) -> Wearer:
        reference, serial = f"M-{number:04d}", self.serials.format(number)
        case = open_case(store, self.chance, SCHEME, reference, ANA)
        device = register_device(store, self.chance, serial, ANA)
        fitting = fit_device(store, self.chance, device.id, case.id, "main", ANA)
        token = issue_sender(store, self.chance, SCHEME, "a device", (serial,), ANA, fitting.id)
        decision = Decision(
            id=DecisionId(self.chance.identity("decision")),
            case_id=case.id,
            strand="main",
            mode=mode,
            power="p1",
            purposes=("contact",),
            authority=Authority.OFFICERS,
            maker=None,
            proposed_by=ANA,
            starts_at=self.clock.now(),
            review_due_at=self.clock.now() + timedelta(days=1),
            ends_at=None,
        )
        if self._registered:
            propose(store, self.chance, decision)
            if ask is not None:
                ask(decision)
            make_decision(store, decision.id, BO)
        else:
            decided_before(store, decision, BO)
        return Wearer(reference, serial, token, decision.id, fitting.id, decision.rung.keeps_trail)

    def upstream(self, *wearers: Wearer) -> str:
        """The token of one sender for the devices of several."""
        store = self.open()
        try:
            return issue_sender(
                store, self.chance, SCHEME, "an upstream server", tuple(one.serial for one in wearers), ANA
            )
        finally:
            store.close()

    def stored(self, wearer: Wearer) -> Counter[int]:
        """Fix times of what is stored of a wearer, in milliseconds, with how often each is. Nothing is opened."""
        store = self.open()
        times: Counter[int] = Counter()
        try:
            with store.reading() as view:
                after = -1
                while frames := view.frames(after, 500):
                    for seq, frame in frames:
                        after = seq
                        rows = unpack_directory(frame.directory)
                        mine = (row for row in rows if view.session(row.session_no).decision_id == wearer.decision_id)
                        times.update(row.fix_ms for row in mine)
        finally:
            store.close()
        return times

    def counted(self) -> dict[str, int]:
        """Reports answered, by outcome and reason."""
        store = self.open()
        try:
            with store.reading() as view:
                counts = view.reports_counted()
        finally:
            store.close()
        return {" ".join(filter(None, of)): reports for of, reports in counts.items()}

    @property
    def path(self) -> Path:
        """The file of the store, for whoever lays hands on it (by_hand.py)."""
        if self.database is not None:
            pytest.skip("of a store that is one file")
        return self.settings.store

    @property
    def database(self) -> str | None:
        """The name of the store's database, where it has one."""
        return self.settings.database and urlsplit(self.settings.database).path.removeprefix("/")

    def copied(self, folder: Path) -> "Site":
        """All of it once more, as it stands now, to be harmed."""
        shutil.copytree(self.folder, folder)
        again = Site.__new__(Site)
        again.folder, again.wearers = folder, self.wearers
        if self.database is not None:
            postgres.give_store(folder / "site", postgres.new_database(self.database))
        again.settings = settings_of(str(folder / "site"), None, {})
        return again

    @property
    def where(self) -> tuple:
        return ("--data", self.settings.data, "--keys", self.settings.keys)

    def serve(self, gateways: int = shared_out.GATEWAYS, **given) -> Running:
        log = self.folder / f"serve-{gateways}.log"
        return Running("serve", *self.where, "--port=0", f"--gateways={gateways}", log=log, **given)

    def open(self) -> SqlStore:
        return open_store(self.settings)

    @property
    def vault(self) -> VaultClient:
        return VaultClient(self.settings.vault_socket)

    def copy(self, wearer: Wearer) -> list[dict]:
        """Their own copy's fixes, by the running vault."""
        store = self.open()
        try:
            lines = [json.loads(line) for line in give_own_copy(store, self.vault, wearer.reference, ANA)]
        finally:
            store.close()
        return [line for line in lines if "fix_time" in line]
