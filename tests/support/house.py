"""A whole Custodiet in one process on a real database: real store, real vault, a clock that is set.

The database is a SQLite file, or one of a real PostgreSQL server where that is chosen (support/postgres.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from support.many import steady
from support.proposing import propose

from custodiet.adapters import sealing
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.store.engine import share_statements
from custodiet.adapters.store.opening import store_at
from custodiet.adapters.store.replay import ReplayRows
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.adapters.world import SystemChance
from custodiet.flows.decide_case import make_decision
from custodiet.flows.fit_device import end_fitting, fit_device, issue_sender, register_device, token_hash
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.gathering import Gathering
from custodiet.flows.in_vault.keys import Keys, make_first_keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.open_case import open_case
from custodiet.flows.open_log import open_log
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.model.case import Case
from custodiet.model.decision import Authority, Decision
from custodiet.model.device import Device, Fitting
from custodiet.model.entry import Entry
from custodiet.model.errors import CannotRecord
from custodiet.model.identity import ActorId, DecisionId, SchemeId
from custodiet.model.mode import LADDER, Category, Kind, ModeCode
from custodiet.model.place_record import PlacesLoaded
from custodiet.model.record import LogOpened, kind_of
from custodiet.model.report import Answer, Fix, Report
from custodiet.model.scheme import Force, Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.rules.masking.flagged import Map
from custodiet.simulation.made_up_register import activate_made_up
from custodiet.simulation.seeded import SeededChance, SetClock
from custodiet.wire.place_list import write_place_list

from . import postgres, shared_out
from .sent import as_sent

START = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
ANA, BO, COURT = ActorId("officer-ana"), ActorId("officer-bo"), ActorId("court-of-made-up-things")
SCHEME = SchemeId("scheme_test")
FENCE_NAME = "clock"


def scheme_at(start: datetime) -> Scheme:
    return Scheme(
        id=SCHEME,
        name="Made-up scheme",
        controller="Made-up authority",
        starts_at=start - timedelta(days=365),
        ends_at=None,
        purposes=(Purpose("contact", "Keeping in contact", operational=True),),
        powers=(Power("p1", "Made-up power", "Made-up Act s. 1", Force.DISCRETION, Regime.UK_GDPR),),
        modes=tuple(mode.code for mode in LADDER),
        retention=(RetentionRule(Category.TRAIL, 28, "made-up reasons"),),
    )


def load_places(store, lists, *cells: int) -> None:
    """Squares near which stays are not shown; none of them: nothing is masked, and nothing is a decoy."""
    digest = lists.keep(write_place_list(Map(cells).cells))
    with store.acting() as act:
        record = PlacesLoaded(digest, bytes(32), act.now, ANA)
        act.write(Entry(kind_of(record), ANA), record)


@contextmanager
def empty_replay():
    """An empty store in memory to replay into: a copy of one that the migrations made. They take most of its time."""
    engine = share_statements(create_engine("sqlite+pysqlite://", poolclass=StaticPool))
    with engine.connect() as connection:
        migrated().backup(connection.connection.dbapi_connection)
        with connection.begin():
            yield ReplayRows(connection)
    engine.dispose()


@cache
def migrated() -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:", check_same_thread=False)  # whoever asks first need not be who asks next
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        path.write_bytes(empty_store())
        with closing(sqlite3.connect(path)) as made:
            made.backup(kept)
    return kept


def pieces_in_memory() -> SqliteGatheredPieces:
    """Gathered anew by each vault."""
    return SqliteGatheredPieces(None)


def stored_fixes(store, keys, pieces=None) -> StoredFixes:
    """What a vault with these keys opens of a store, of `pieces` or of what it gathers now."""
    pieces = pieces or pieces_in_memory()
    return StoredFixes(store, Gathering(store, pieces, keys, sealing, SystemChance()), keys, sealing)


@dataclass
class Person:
    """Someone with a case, perhaps a fitted device and the token it posts with."""

    case: Case
    device: Device | None = None
    fitting: Fitting | None = None
    token: str | None = None


@cache
def empty_store() -> bytes:
    """A database file as the migrations make it. Made once: they take longer than all else in a House."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        store = SqliteStore(path, SetClock(START), SeededChance(1))
        store.prepare()
        store.close()
        assert [one.name for one in Path(folder).iterdir()] == [path.name]
        return path.read_bytes()


@cache
def empty_database() -> str:
    """The same on the server: a database that others are copied from."""
    name = postgres.new_database()
    store = store_at(Path(), postgres.address(name), SetClock(START), SeededChance(1))
    store.prepare()
    store.close()
    return name


Kept = tuple[dict[str, tuple[bytes, int]], object, str | None]
"""The files of a House, where its chance had come to, and its database where it has one: what another begins with."""


@cache
def settled(start: datetime, seed: int) -> Kept:
    """Of a House whose scheme stands. Made once: it takes long."""
    with TemporaryDirectory() as folder:
        return House(Path(folder), start=start, seed=seed, anew=True).kept()


@dataclass
class Copied:
    """A store's rows once more, for whoever lays hands on it: a file, or a database."""

    path: Path
    database: str | None

    def open(self, clock, chance, **given):
        return store_at(self.path, self.database and postgres.address(self.database), clock, chance, **given)


class House:
    database: str | None = None
    """The name of its database, where it is not a file."""

    def __init__(
        self,
        folder: Path,
        *,
        start: datetime = START,
        seed: int = 1,
        sealer=sealing,
        anew: bool = False,
        begun: Kept | None = None,
    ) -> None:
        """`anew`: set up step by step, as with another sealer; otherwise a copy of one that was, or of `begun`."""
        anew = anew or sealer is not sealing
        self.folder = folder
        self.clock = SetClock(start)
        self.chance = SeededChance(seed)
        self.sealer = sealer
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        self._path = folder / "data" / "custodiet.db"
        if not postgres.CHOSEN and anew:
            self.path.write_bytes(empty_store())
        elif anew:
            self.database = postgres.new_database(empty_database())
        else:
            files, state, database = begun or settled(start, seed)
            self.database = database and postgres.new_database(database)
            (folder / "data" / "places").mkdir(exist_ok=True)
            for name, (body, mode) in files.items():
                (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (folder / name).write_bytes(body)
                (folder / name).chmod(mode)
            self.chance._random.setstate(state)
        self.store = self.open_store()
        self.store.prepare()
        self.lists = PlaceFolder(folder / "data" / "places")
        self.keystore = SqliteKeystore(folder / "data" / "vault.db")
        self.kms = KeyfileKms(folder / "keys")
        if anew:
            make_first_keys(self.keystore, self.kms, sealer, self.clock, self.chance)
        keys = Keys(self.keystore, self.kms, sealer, self.clock, self.chance)
        self.pinned = LogOpened("custodiet.example/test", keys.log_public, keys.issue_public)
        if anew:
            open_log(self.store, self.pinned)
        self.vault = self.start_vault()
        self.fence = (FENCE_NAME, self.store.take_lease(FENCE_NAME) if anew else 1)
        if anew:
            self.register(scheme_at(start))
            self.load_places()
        self._count = 0
        self._outlived = False

    def start_vault(self) -> Openings:
        keys = Keys(self.keystore, self.kms, self.sealer, self.clock, self.chance)
        self.vault_keys = keys
        follower = Follower(self.store, self.keystore, self.clock, keys.log_public, keys.issue_public)
        inside = (self.store, follower, keys, self.sealer, self.clock, self.chance)
        return Openings(*inside, empty_replay, self.lists, pieces_in_memory())

    @property
    def path(self) -> Path:
        """The file of the store. Whoever lays hands on it tries what a file alone can suffer."""
        if postgres.CHOSEN:
            pytest.skip("of a store that is one file")
        return self._path

    @path.setter
    def path(self, path: Path) -> None:
        self._path = path

    def open_store(self, clock=None, chance=None, **given):
        """The same store once more, as another process has it."""
        return Copied(self._path, self.database).open(clock or self.clock, chance or self.chance, **given)

    @contextmanager
    def copied(self, path: Path) -> Iterator[Copied]:
        """Its store as it stands now, in a file there where it is a file."""
        if self.database is None:
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)
            yield Copied(path, None)
            return
        self.store.close()  # a database is copied while nobody has it open; it opens anew when it is asked
        name = postgres.new_database(self.database)
        yield Copied(path, name)
        postgres.drop_database(name)

    @contextmanager
    def store_undone(self) -> Iterator[None]:
        """Whatever is done to its store meanwhile is undone."""
        if self.database is None:
            with closing(sqlite3.connect(self.path)) as live, closing(sqlite3.connect(":memory:")) as kept:
                live.backup(kept)
                yield
                kept.backup(live)
            return
        whole = self.database
        self.store.close()
        self.database = postgres.new_database(whole)
        self.store = self.open_store()
        self.vault = self.start_vault()
        yield
        self.store.close()
        postgres.drop_database(self.database)
        self.database = whole
        self.store = self.open_store()

    def close(self) -> None:
        self.store.close()
        self.keystore.close()
        if self.database is not None and not self._outlived:
            postgres.drop_database(self.database)

    def outlived(self) -> Copied:
        """Where its rows are, for whoever lays hands on them once it is closed: on a server they stay to the end."""
        place, self._outlived = Copied(self._path, self.database), True
        return place

    def kept(self) -> Kept:
        """What others may begin with; this one is closed."""
        self.store.close()
        self.keystore.close()
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        found = {str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mode) for path in files}
        return found, self.chance._random.getstate(), self.database

    def register(self, scheme: Scheme, **given) -> None:
        """A scheme whose operations may all begin."""
        register_scheme(self.store, scheme, ANA)
        activate_made_up(self.store, scheme, self.clock.now(), ANA, BO, **given)

    def load_places(self, *cells: int) -> None:
        load_places(self.store, self.lists, *cells)

    # --- people and devices ---

    def person(self, serial: str | None = None, *, strand: str = "main") -> Person:
        self._count += 1
        case = open_case(self.store, self.chance, SCHEME, f"M-{self._count:04d}", ANA)
        person = Person(case)
        if serial is not None:
            self.fit(person, register_device(self.store, self.chance, serial, ANA), strand=strand)
        return person

    def fit(self, person: Person, device: Device, *, strand: str = "main") -> Fitting:
        person.device = device
        person.fitting = fit_device(self.store, self.chance, device.id, person.case.id, strand, ANA)
        person.token = self.sender(device.serial, fitting=person.fitting)
        return person.fitting

    def unfit(self, person: Person) -> None:
        end_fitting(self.store, person.fitting.id, ANA)

    def sender(self, *serials: str, fitting: Fitting | None = None) -> str:
        bound = fitting.id if fitting else None
        return issue_sender(self.store, self.chance, SCHEME, "a sender", serials, ANA, bound)

    # --- decisions ---

    def proposal(self, person: Person, **given) -> Decision:
        now = self.clock.now()
        starts_at = given.pop("starts_at", now)
        fields = {
            "id": DecisionId(self.chance.identity("decision")),
            "case_id": person.case.id,
            "strand": "main",
            "mode": ModeCode.FITTED_TRAIL,
            "power": "p1",
            "purposes": ("contact",),
            "authority": Authority.OFFICERS,
            "maker": None,
            "proposed_by": ANA,
            "starts_at": starts_at,
            "review_due_at": starts_at + timedelta(days=28),
            "ends_at": None,
        }
        return Decision(**fields | given)

    def decide(self, person: Person, *, keys: bool = True, **given) -> Decision:
        decision = self.proposal(person, **given)
        propose(self.store, self.chance, decision)
        make_decision(self.store, decision.id, BO)
        if keys:
            self.issue_keys()
        return self.decision(decision.id)

    def decision(self, decision_id: DecisionId) -> Decision:
        with self.store.reading() as view:
            return view.decision(decision_id)

    def issue_keys(self) -> None:
        while issue_wanted_keys(self.store, self.vault, self.clock, self.pinned, self.fence):
            pass

    # --- reports ---

    def monitor(self, name: str = "m1", *, at_once: bool = True) -> Monitor:
        """`at_once`: batches are taken as columns where they can be."""
        given = (self.store, self.sealer, self.clock, self.chance, self.pinned)
        make = partial(shared_out.Sharer, self.folder) if shared_out.CHOSEN else Monitor
        monitor = make(*given, name=name, steady=steady(self.sealer) if at_once else None)
        monitor.refresh()
        return monitor

    def request(self, monitor: Monitor, token: str, *lines: Report) -> Request:
        sender = monitor.sender(token_hash(token))
        if sender is None:
            monitor.refresh()
            sender = monitor.sender(token_hash(token))
        assert sender is not None
        return Request(sender, as_sent(lines), self.clock.now())

    def post(self, monitor: Monitor, token: str, *lines: Report) -> list[Answer]:
        [answers] = monitor.receive([self.request(monitor, token, *lines)])
        if isinstance(answers, CannotRecord):
            raise answers
        return answers

    def say(self, monitor: Monitor, person: Person, at: datetime | None = None, **given) -> str:
        """One fix by the person's own device: 'kept', or 'refused ended' and so on."""
        [answer] = self.post(monitor, person.token, report(person.device.serial, at or self.clock.now(), **given))
        return " ".join(filter(None, (answer.outcome, answer.shown)))

    # --- what is stored ---

    def copy(self, person: Person) -> list[dict]:
        import msgspec

        from custodiet.flows.open_sealed import give_own_copy

        lines = list(give_own_copy(self.store, self.vault, person.case.reference, ANA))
        return [msgspec.json.decode(line) for line in lines]

    def verify(self) -> dict[str, int]:
        from custodiet.flows.open_sealed import ask_verify_tables

        return ask_verify_tables(self.store, self.vault, ANA)


def report(serial: str, at: datetime | None, *, lat: float = 46.5, lon: float = -28.0, repeats: bool = False) -> Report:
    if at is None:
        return Report(serial, Kind.FIX, None, None)
    fix = Fix(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), accuracy_m=8.0)
    return Report(serial, Kind.FIX, at, fix, repeats)
