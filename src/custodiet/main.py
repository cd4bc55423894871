"""Joins real adapters to entrypoints; the only file that knows both. One function a verb, and the command line."""

import argparse
import fcntl
import os
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from custodiet.adapters import over_http, sealing
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.epoch_files import TAKEN_IN_OPENBAO, TAKEN_IN_TOKEN
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.kms.openbao import OpenBaoKms, Transit
from custodiet.adapters.ledger.tiles import TileError, TileLog, export, read_export
from custodiet.adapters.ledger.witnesses import CosignedLog, read_policy_file
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.policy import CedarPolicy
from custodiet.adapters.restoring import Restoring
from custodiet.adapters.store.forms import newest_form
from custodiet.adapters.store.opening import store_at
from custodiet.adapters.store.replay import replay_store
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.adapters.streets import StreetsFile
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.adapters.zones import zone_as_of
from custodiet.entrypoints.cli.command_line import command_line
from custodiet.entrypoints.cosigning import AskingWitnesses
from custodiet.entrypoints.web.place import OwnProvider, SignInPlace
from custodiet.flows.check_ledger import Checked, check_ledger
from custodiet.flows.handle_alert import Desk
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys, make_first_keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.open_log import open_log
from custodiet.flows.ports import Chance, Clock, Kms, Seating
from custodiet.flows.refusing import refuse_if
from custodiet.flows.send_messages import Carrier
from custodiet.flows.witnessed import cosigned_note
from custodiet.model.errors import CustodietError, LeaseLost, NotTheFormat, TableMismatch, Unready
from custodiet.model.identity import ActorId
from custodiet.model.message import Template
from custodiet.model.partitions import NOBODYS, Share
from custodiet.model.record import LogOpened
from custodiet.model.times import as_text
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.masking.classes import KEYS, is_sensitive
from custodiet.rules.partitions import PARTITIONS
from custodiet.rules.streets import KEYS as STREET_KEYS
from custodiet.rules.streets import drawn_as
from custodiet.settings import (
    OpenBao,
    Pkcs11,
    Post,
    Settings,
    Sharing,
    read_secret,
    read_settings,
    read_token,
    require_made,
    require_outside,
    require_settled,
    require_store,
)
from custodiet.wire.broker import read_broker
from custodiet.wire.message import Wordings, read_wording
from custodiet.wire.note import key_id, open_checkpoint, vkey
from custodiet.wire.records import read_record, record_bytes

if TYPE_CHECKING:  # one verb must not pay for another's imports
    from multiprocessing.connection import Connection

    from custodiet.entrypoints.cli.bench_monitor import Apart
    from custodiet.entrypoints.cli.bench_place import Place
    from custodiet.entrypoints.cli.bench_read import Reading
    from custodiet.flows.ports import SealsMany, Store
    from custodiet.flows.receive_reports import Monitor, ShareBy
    from custodiet.simulation.load import Crowd
    from custodiet.simulation.seeded import SetClock
    from custodiet.wire.traccar_columns import ReadsMany

ORIGIN = "custodiet.example/made-up"
FIRST_SIGN_IN = "administrator"
"""Under which name whoever made a place signs in first."""
LAPSES = 15


def main(arguments: Sequence[str] | None = None) -> None:
    """The custodiet command. Exits 0, 1 when it could not, 2 when it was asked wrongly."""
    asked = command_line(_VERBS, _PROCESSES).parse_args(arguments)
    try:
        asked.do(asked)
    except CustodietError as error:
        sys.exit(f"custodiet: {error}")
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(f"custodiet: {error.strerror or type(error).__name__}: {error.filename or 'an address'}")
    except KeyboardInterrupt:
        sys.exit(130)


# --- joining ------------------------------------------------------------------------------------------------------


def open_store(
    settings: Settings, *, read_only: bool = False, clock: Clock | None = None, pulses: bool = True
) -> SqlStore:
    """The store of a made data folder. `pulses`: as the store says; only a gateway's writing proves our way up."""
    store = _store_of(settings, clock or SystemClock(), read_only=read_only, pulses=pulses)
    store.check_form()
    return store


def _store_of(
    settings: Settings, clock: Clock | None = None, *, read_only: bool = False, pulses: bool = True
) -> SqlStore:
    """The store as it stands, whatever its form."""
    given = (clock or SystemClock(), SystemChance())
    return store_at(settings.store, settings.database, *given, read_only=read_only, pulses=pulses)


def join_witnesses(settings: Settings) -> CosignedLog | None:
    """What the log's witnesses have signed; None where none are set. Raises Unready for a policy that says nothing."""
    policy = read_policy_file(settings.witnesses)
    if policy is None:
        return None
    return CosignedLog(settings.log, read_pins(settings), policy, settings.unseen_max)


def join_kms(settings: Settings) -> Kms:
    """The KMS that the keys of a place are in. Raises Unready when it is not the one that the settings name."""
    if settings.kms is None:
        if any((settings.keys / taken).exists() for taken in _TAKEN.values()):
            raise Unready("the keys of this place are in a KMS: say which (CUSTODIET_OPENBAO or CUSTODIET_PKCS11)")
        return KeyfileKms(settings.keys)
    if any(settings.keys.glob("epoch-*.key")):
        raise Unready("the keys of this place lie in files, all or some: stop everything and run custodiet move-keys")
    return _kms_named(settings, settings.kms)


_TAKEN = {OpenBao: TAKEN_IN_OPENBAO, Pkcs11: TAKEN_IN_TOKEN}
"""By which file in the keys folder it is seen in which KMS the keys of a place are, or are on their way to."""


def _kms_named(settings: Settings, named: OpenBao | Pkcs11, *, take: bool = False) -> Kms:
    """`take`: for a place whose keys are in none yet."""
    if any((settings.keys / taken).exists() for kind, taken in _TAKEN.items() if kind is not type(named)):
        raise Unready("the keys of this place are in another KMS than the settings name")
    if isinstance(named, OpenBao):
        return (OpenBaoKms.take if take else OpenBaoKms)(settings.keys, _transit(named))
    from custodiet.adapters.kms.hsm import HsmKms, Token

    token = Token(named.module, named.token, partial(read_secret, named.pin_file))
    return (HsmKms.take if take else HsmKms)(settings.keys, token)


def _transit(named: OpenBao) -> Transit:
    trusted = None
    if named.ca_file is not None:
        try:
            trusted = ssl.create_default_context(cafile=str(named.ca_file))
        except (OSError, ssl.SSLError):
            raise Unready(f"{named.ca_file} holds no certificate of an authority") from None
    server = over_http.Server(named.host, named.port, named.tls, trusted)
    return Transit(server, named.mount, named.key, partial(read_secret, named.token_file))


def join_vault(
    settings: Settings,
    store: SqlStore,
    keystore: SqliteKeystore,
    clock: Clock,
    chance: Chance,
    witnessed: CosignedLog | None = None,
    pieces: SqliteGatheredPieces | None = None,
) -> tuple[Openings, Keys]:
    """The inside of the vault. Without `pieces` it gathers them anew, for as long as it lives."""
    keys = Keys(keystore, join_kms(settings), sealing, clock, chance)
    follower = Follower(store, keystore, clock, keys.log_public, keys.issue_public)
    lists, pieces = PlaceFolder(settings.places), pieces or SqliteGatheredPieces(None)
    return Openings(store, follower, keys, sealing, clock, chance, replay_store, lists, pieces, witnessed), keys


def make_folder(settings: Settings, origin: str, clock: Clock) -> SqlStore:
    """Keys, databases and an open log, all new; gives the store. Raises Unready when something is there already."""
    key_id(origin, bytes(32))  # raises for a name that no checkpoint could bear, before anything is made
    if settings.data.exists() and any(path != settings.made_up for path in settings.data.iterdir()):
        raise Unready(f"{settings.data} is not empty: nothing was made")
    if settings.pins.exists():
        raise Unready(f"{settings.pins} is there already: nothing was made")
    if settings.keys.exists() and any(settings.keys.iterdir()):
        raise Unready(f"{settings.keys} is not empty: nothing was made")
    if settings.database is not None:
        _require_empty(settings)
    for folder in (settings.data, settings.keys, settings.vault_folder, settings.vault_socket.parent, settings.log):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    chance = SystemChance()
    if settings.kms is not None:
        _kms_named(settings, settings.kms, take=True)
    store = _store_of(settings, clock)
    store.prepare()
    keystore = SqliteKeystore(settings.vault_db)
    kms = join_kms(settings)
    make_first_keys(keystore, kms, sealing, clock, chance)
    keys = Keys(keystore, kms, sealing, clock, chance)
    pinned = LogOpened(origin, keys.log_public, keys.issue_public)
    open_log(store, pinned)
    settings.pins.write_bytes(record_bytes(pinned) + b"\n")
    keystore.close()
    return store


def _require_empty(settings: Settings) -> None:
    """Raise Unready for a database that holds a store already."""
    store = _store_of(settings)
    try:
        if store.form():
            raise Unready("the database that CUSTODIET_STORE names holds a store already: nothing was made")
    finally:
        store.close()


def make_accounts(settings: Settings) -> None:
    """An empty database of accounts, and a secret where there is none."""
    from custodiet.entrypoints.web.accounts.keeping import prepare

    settings.accounts_folder.mkdir(mode=0o700, exist_ok=True)
    if not settings.accounts_secret.exists():
        settings.accounts_secret.touch(mode=0o600)
        settings.accounts_secret.write_text(SystemChance().draw(32).hex() + "\n")
    prepare(sign_in_place(settings))


def read_pins(settings: Settings) -> LogOpened:
    """The log's name and the vault's public keys as pinned. Raises Unready when they cannot be read."""
    return _pins_in(settings.pins)


def _pins_in(file: Path) -> LogOpened:
    try:
        pinned = read_record(file.read_bytes())
    except (OSError, NotTheFormat):
        raise Unready(f"no pinned keys at {file}: put back the file that `custodiet init` made") from None
    if not isinstance(pinned, LogOpened):
        raise Unready(f"{file} holds something else than pinned keys")
    return pinned


@cache
def read_policy() -> CedarPolicy:
    """The installed policy for acts of people: every file of it, in order of their names. Read once in a process."""
    folder = Path(__file__).parent / "policy"
    text = "\n".join(file.read_text("utf-8") for file in sorted(folder.glob("*.cedar")))
    return CedarPolicy(text, (folder / "schema.cedarschema").read_text("utf-8"))


def hold_alone(folder: Path, what: str) -> int:
    """Hold a folder while this process lives, and whoever inherits the descriptor that this gives.

    Raises Unready when another process holds it.
    """
    return _hold(folder, what, fcntl.LOCK_EX)


def hold_with_others(folder: Path, what: str) -> int:
    """The same for processes that may hold it together. Raises Unready when one holds it alone."""
    return _hold(folder, what, fcntl.LOCK_SH)


def _hold(folder: Path, what: str, how: int) -> int:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Unready(f"{what} is running already on {folder}") from None
    return handle


def join_monitor(settings: Settings, store: SqlStore) -> "Monitor":
    """The monitor of a process that takes in reports beside gateways. Raises Unready where those share devices out."""
    regime = store.regime_alone()
    if regime is None or settings.sharing is not None:
        raise Unready("gateways share devices out, and only they take reports: have these sent to one of them")
    return _monitor(settings, store, Share(regime, None))


def _monitor(settings: Settings, store: SqlStore, share: Share, share_by: "ShareBy | None" = None) -> "Monitor":
    """A monitor with a name of its own. Only who has one loads NumPy."""
    from custodiet.flows.receive_reports import Monitor
    from custodiet.flows.steady import Steady

    chance = SystemChance()
    given = (store, sealing, SystemClock(), chance, read_pins(settings))
    name = chance.identity("monitor")
    return Monitor(*given, name=name, steady=Steady(join_sealing_many()), share=share, share_by=share_by)


def join_sealing_many() -> "SealsMany":
    """How many fixes are sealed at once: in one call where that was compiled, else one by one."""
    from custodiet.adapters.sealing_many import SEALING_MANY, OneByOne

    return SEALING_MANY.load() or OneByOne(sealing.seal_under)


def join_reading_many() -> "ReadsMany":
    """How the lines of a batch are read: in one call where that was compiled, else line by line."""
    from custodiet.adapters.reading_many import READING_MANY
    from custodiet.wire.traccar_columns import LineByLine

    return READING_MANY.load() or LineByLine()


# --- verbs: making and running ------------------------------------------------------------------------------------


def init(asked: argparse.Namespace) -> None:
    """Make a data folder."""
    from custodiet.entrypoints.web.accounts.keeping import open_account
    from custodiet.flows.keep_accounts import record_opening
    from custodiet.flows.staff_joins import begin_administration

    settings, clock = _settings(asked), SystemClock()
    administrator = ActorId(asked.administrator)
    refuse_if(objections_to_acting(administrator))  # before anything is made
    store = make_folder(settings, asked.origin, clock)
    begin_administration(store, SystemChance(), administrator)
    record_opening(store, administrator, administrator)
    store.close()
    make_accounts(settings)
    password = open_account(sign_in_place(settings), FIRST_SIGN_IN, administrator)
    print(f"made {settings.data}, whose first administrator is {administrator}: recorded as an exception")
    print(f"made {settings.keys}: keep it out of every backup of the first")
    print(f"made {settings.pins}: the vault's public keys, which everyone else goes by")
    print(f"first sign-in: {FIRST_SIGN_IN} {password} (said once; it is to be changed at once)")


def administrator(asked: argparse.Namespace) -> None:
    """The first administrator of a place that was made before there were any."""
    from custodiet.flows.staff_joins import begin_administration

    store = open_store(_made(asked))
    try:
        begin_administration(store, SystemChance(), ActorId(asked.account))
    finally:
        store.close()
    print(f"the first administrator is {asked.account}: recorded as an exception")


def serve(asked: argparse.Namespace) -> None:
    """Run everything over a data folder."""
    from custodiet.entrypoints import serve as entry

    settings = _settings(asked)
    require_made(settings)
    require_settled(settings)
    if settings.made_up.exists():
        raise Unready(f"{settings.data} is a demo's folder: serve is for real people; try custodiet demo")
    join_kms(settings)
    sources = tuple(Path(one).resolve() for one in asked.source)
    for file in sources:
        read_broker(file.read_bytes())  # what is wrong with it is said here, and not by a child again and again
    if settings.post is not None:
        join_carrier(settings.post)
    held = hold_alone(settings.data, "custodiet")
    where = (settings.data, settings.keys, held, asked.port, asked.gateways, sources)
    place = entry.Place(*where, messenger=settings.post is not None)
    entry.serve(place, VaultClient(settings.vault_socket))


def demo(asked: argparse.Namespace) -> None:
    """Make the made-up scheme and run it."""
    from custodiet.entrypoints.clock import LEASE
    from custodiet.entrypoints.demo import a_witness, run_demo
    from custodiet.entrypoints.serve import Place, say
    from custodiet.entrypoints.web.accounts.keeping import open_account
    from custodiet.flows.keep_accounts import record_opening
    from custodiet.simulation.seeded import SetClock
    from custodiet.simulation.world import ADMINISTRATOR, WorldMaker

    settings = read_settings(asked.data or "demo", asked.keys, os.environ)
    if settings.kms is not None:
        raise Unready("a demo is made anew each time, and keeps its keys in files: unset CUSTODIET_OPENBAO and _PKCS11")
    _clear_demo(settings)
    say("making the made-up scheme: keys, ledger, an invented past of eight days")
    now = SystemClock().now()
    clock = SetClock(now - timedelta(days=9))
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(settings.data.iterdir()):
        # Marked first: what is broken off from here on, the next demo may clear.
        settings.made_up.write_text('{"senders": {}}')
    store = make_folder(settings, ORIGIN, clock)
    held = hold_alone(settings.data, "custodiet")
    keystore = SqliteKeystore(settings.vault_db)
    vault, _ = join_vault(settings, store, keystore, clock, SystemChance())
    fence = (LEASE, store.take_lease(LEASE))
    pinned = read_pins(settings)
    maker = WorldMaker(store, vault, sealing, clock, SystemChance(), pinned, seed=asked.seed, fence=fence)
    world = maker.make(now, LAPSES, timedelta(seconds=asked.lapse_every))
    for one in world.staff:
        record_opening(store, one.actor, ADMINISTRATOR)
    _load_made_up_town(settings, store, asked.seed)
    store.close()
    keystore.close()
    make_accounts(settings)
    signing_in = sign_in_place(settings)
    accounts: dict[str, dict[str, str]] = {}
    for one in world.staff:
        account = {"username": str(one.actor), "password": open_account(signing_in, one.actor, one.actor, once=False)}
        number = sum(key.startswith(one.function) for key in accounts)
        accounts[f"{one.function}_{number + 1}" if number else one.function] = account
    say("starting a witness, vault, clock, gateway and page")
    witness = a_witness(settings.witness_folder, vkey(pinned.origin, pinned.log_key), settings.witnesses)
    place = Place(settings.data, settings.keys, held, asked.port, asked.gateways, beside=(witness,))
    shown = open_store(settings, read_only=True)
    client = VaultClient(settings.vault_socket)
    run_demo(place, client, shown, SystemClock(), world, accounts, settings.made_up, as_json=asked.json)


def _load_made_up_town(settings: Settings, store: SqlStore, seed: int) -> None:
    """The invented town's own map, loaded as any other is."""
    from custodiet.adapters.osm import boxes_in, digest_of, lines_in
    from custodiet.flows.load_places import load_places
    from custodiet.flows.streets import keep_streets
    from custodiet.simulation.town_map import write_town

    file = settings.data / "town.osm.pbf"
    write_town(file, seed)
    flagged = boxes_in(file, KEYS, is_sensitive)
    load_places(store, PlaceFolder(settings.places), flagged, digest_of(file), ActorId("operator"))
    keep_streets(StreetsFile(settings.streets), lines_in(file, STREET_KEYS, drawn_as))


def _clear_demo(settings: Settings) -> None:
    """Away with an earlier demo; nothing else is ever cleared."""
    if settings.made_up.exists():
        hold_alone(settings.data, "a demo")
        shutil.rmtree(settings.data)
        shutil.rmtree(settings.keys, ignore_errors=True)
        shutil.rmtree(settings.witness_folder, ignore_errors=True)
        settings.witnesses.unlink(missing_ok=True)
        settings.pins.unlink(missing_ok=True)


def run(asked: argparse.Namespace) -> None:
    """Run one of our processes in the foreground, for a layout with a user for each."""
    from custodiet.entrypoints.serving import end_with_parent, log_plainly

    settings = _made(asked)
    log_plainly(asked.process)
    if asked.tied:
        end_with_parent()
    else:
        hold_with_others(settings.data, "custodiet")
    _PROCESSES[asked.process](settings, asked)


def _run_vault(settings: Settings, _: argparse.Namespace) -> None:
    from custodiet.entrypoints.vault import Vault, serve_vault

    hold_alone(settings.vault_folder, "a vault")
    clock, chance = SystemClock(), SystemChance()
    with ExitStack() as closing:
        store = open_store(settings, read_only=True)
        closing.callback(store.close)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        pieces = SqliteGatheredPieces(settings.pieces_db)
        closing.callback(pieces.close)
        openings, keys = join_vault(settings, store, keystore, clock, chance, join_witnesses(settings), pieces)
        keys.turn_epoch()
        serve_vault(Vault(openings, keys), settings.vault_socket)


def _run_clock(settings: Settings, _: argparse.Namespace) -> None:
    from custodiet.entrypoints.clock import LEASE, Ticking, run_clock

    store = open_store(settings)
    fence = store.take_lease(LEASE)
    vault = VaultClient(settings.vault_socket)
    pinned = read_pins(settings)
    ticking = Ticking(store, vault, TileLog(settings.log), SystemClock(), SystemChance(), pinned, fence)
    asking = _asking_witnesses(settings, store)
    try:
        run_clock(ticking)
    except LeaseLost:
        sys.exit("custodiet clock: another clock has taken over")
    finally:
        if asking is not None:
            asking.stop()
        store.close()


def _asking_witnesses(settings: Settings, store: SqlStore) -> AskingWitnesses | None:
    """Whoever asks the witnesses, begun; None where none are set."""
    from custodiet.adapters.ledger.witnesses import HttpWitness
    from custodiet.flows.cosign_ledger import Cosigning

    kept = join_witnesses(settings)
    if kept is None:
        return None
    asked = [HttpWitness(one) for one in kept.policy.witnesses if one.url is not None]
    asking = AskingWitnesses(Cosigning(store, TileLog(settings.log), kept, asked, kept.most / 4), SystemClock().now)
    asking.start()
    return asking


def _run_gateway(settings: Settings, asked: argparse.Namespace) -> None:
    from custodiet.entrypoints.gateway.app import Gateway
    from custodiet.entrypoints.gateway.direct import DeviceConnection
    from custodiet.entrypoints.serving import serve_app
    from custodiet.flows.open_sealed import release_zones

    store = open_store(settings)
    if settings.sharing is None:
        monitor = _monitor(settings, store, Share(store.end_sharing(), None))
    else:
        monitor = _monitor(settings, store, NOBODYS, store.share)
    vault = VaultClient(settings.vault_socket)
    listening = _listening(asked)
    release = partial(release_zones, store, vault)
    seating, beside = _seat(settings, monitor.name)
    trusted, senders = _trusted_peers(settings), settings.get_senders
    gateway = Gateway(monitor, join_reading_many(), SystemClock(), None, release, senders, seating, trusted)
    serve_app(gateway, listening, connection=partial(DeviceConnection, gateway.steps), beside=beside)


def _seat(settings: Settings, name: str) -> tuple[Seating | None, tuple[socket.socket, ...]]:
    """Where this gateway agrees with others on who has which devices, and where those reach it."""
    from custodiet.entrypoints.serving import listen_on

    sharing = settings.sharing
    if sharing is None:
        return None, ()
    listening = listen_on(sharing.peer_port)
    address = sharing.peer or f"http://127.0.0.1:{listening.getsockname()[1]}"
    return join_seating(settings, sharing, name, address), (listening,)


def _trusted_peers(settings: Settings) -> ssl.SSLContext | None:
    """Who vouches for the other machines' gateways: nobody whom this machine trusts for anything else."""
    if settings.sharing is None or settings.sharing.peer_ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(settings.sharing.peer_ca_file))
    except OSError:
        raise Unready(f"{settings.sharing.peer_ca_file} holds no certificate of an authority") from None


def join_seating(settings: Settings, sharing: Sharing, name: str, address: str) -> Seating:
    """Where gateways agree on who has which devices, as one of that name, which others reach there."""
    from custodiet.adapters.etcd import Etcd

    trusted = {"ca_file": sharing.ca_file, "cert_file": sharing.cert_file, "key_file": sharing.key_file}
    prefix = f"custodiet/{read_pins(settings).origin}/{PARTITIONS}"
    return Etcd(sharing.etcd, prefix, name, address, sharing.lease_s, **trusted)


def _run_web(settings: Settings, asked: argparse.Namespace) -> None:
    import json

    from custodiet.adapters.paper import tagged_pdf
    from custodiet.entrypoints.serving import serve_app
    from custodiet.entrypoints.web.place import Place
    from custodiet.entrypoints.web.shell import Shell

    if not settings.accounts_db.is_file():
        make_accounts(settings)  # of a place that had none: a restored one, or one of an earlier version
    made_up = (lambda: json.loads(settings.made_up.read_bytes())) if settings.made_up.exists() else None
    shell = Shell(
        Place(
            store=open_store(settings),
            vault=VaultClient(settings.vault_socket),
            policy=read_policy(),
            sealer=sealing,
            clock=SystemClock(),
            chance=SystemChance(),
            pinned=read_pins(settings),
            log=settings.log,
            signing_in=sign_in_place(settings),
            made_up=made_up,
            zone_as_of=zone_as_of,
            witnessed=join_witnesses(settings),
            as_pdf=tagged_pdf,
            streets=StreetsFile(settings.streets),
        )
    )
    listening = _listening(asked)
    serve_app(shell, listening, shell.end)


def sign_in_place(settings: Settings) -> SignInPlace:
    """Where accounts are kept, with the secret beside them. Raises Unready when it is not there or not safe."""
    provider = None
    if settings.provider is not None:
        named = settings.provider
        provider = OwnProvider(named.name, named.issuer, named.client, read_secret(named.secret_file))
    return SignInPlace(settings.accounts_db, read_secret(settings.accounts_secret), settings.web_address, provider)


def _listening(asked: argparse.Namespace) -> socket.socket:
    """The socket a parent opened for us, or one of our own, which is then said."""
    from custodiet.entrypoints.serving import listen_on, socket_from

    if asked.listen_fd is not None:
        return socket_from(asked.listen_fd)
    listening = listen_on(asked.port or 0)
    print(f"{asked.process} on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    return listening


def _run_source(settings: Settings, asked: argparse.Namespace) -> None:
    from custodiet.adapters.mqtt import MqttBus
    from custodiet.entrypoints.beside import Among
    from custodiet.entrypoints.source import Source, run_source
    from custodiet.flows.fit_device import token_hash
    from custodiet.flows.release_in_scope import InScope

    if asked.config is None:
        raise Unready("a source needs --config FILE: which broker, which topics")
    file = Path(asked.config).resolve()
    broker = read_broker(file.read_bytes())
    password = None if broker.password_file is None else read_secret(file.parent / broker.password_file)
    ca_file = None if broker.ca_file is None else file.parent / broker.ca_file
    bus = MqttBus(broker, password, ca_file)
    token = read_secret(file.parent / broker.token_file)
    token_sha256, among = token_hash(token), None
    clock, store = SystemClock(), open_store(settings, pulses=False)
    if settings.sharing is None:
        monitor = join_monitor(settings, store)
    else:
        monitor = _monitor(settings, store, NOBODYS, store.look_on)
        seating = join_seating(settings, settings.sharing, monitor.name, "")
        among = Among(seating, token, _trusted_peers(settings))
    release = InScope(store, VaultClient(settings.vault_socket), clock, token_sha256).release
    run_source(Source(bus, monitor, clock, token_sha256, release, among=among))


def join_carrier(post: Post) -> Carrier:
    """Whoever takes messages on. Raises Unready for wording that cannot be read."""
    from custodiet.adapters.messages.folder import FolderCarrier
    from custodiet.adapters.messages.smtp import Server, SmtpCarrier
    from custodiet.flows.send_messages import NobodyThere

    wordings = _wordings(post.wording)
    if post.folder is not None:
        return FolderCarrier(post.folder, post.sender, wordings, NobodyThere)
    secret = None if post.secret_file is None else read_secret(post.secret_file)
    server = Server(post.host or "", post.port, post.sender, post.starttls, post.user, secret, post.ca_file)
    return SmtpCarrier(server, wordings, NobodyThere)


def _wordings(folder: Path | None) -> Wordings:
    """The deployer's own: a file `language/template.txt` for each."""
    found: Wordings = {}
    for file in sorted(folder.glob("*/*.txt")) if folder is not None else ():
        if file.stem not in set(Template):
            raise Unready(f"{file}: there is no such message; there are {', '.join(Template)}")
        try:
            found[file.parent.name, Template(file.stem)] = read_wording(file.read_text("utf-8"))
        except (NotTheFormat, UnicodeDecodeError):
            raise Unready(f"{file} is to be a subject, an empty line and a body") from None
    return found


def _run_messenger(settings: Settings, _: argparse.Namespace) -> None:
    from custodiet.entrypoints.messenger import run_messenger
    from custodiet.flows.send_messages import LEASE, Messenger

    if settings.post is None:
        raise Unready("no way for messages: set CUSTODIET_SMTP or CUSTODIET_MESSAGE_FOLDER, and CUSTODIET_MAIL_FROM")
    carrier = join_carrier(settings.post)
    store = open_store(settings, pulses=False)
    fence = (LEASE, store.take_lease(LEASE))
    vault = VaultClient(settings.vault_socket)
    messenger = Messenger(store, vault, carrier, SystemClock(), fence, settings.post.office)
    try:
        run_messenger(messenger)
    except LeaseLost:
        sys.exit("custodiet messenger: another messenger has taken over")
    finally:
        store.close()


_PROCESSES = {
    "vault": _run_vault,
    "clock": _run_clock,
    "messenger": _run_messenger,
    "gateway": _run_gateway,
    "source": _run_source,
    "web": _run_web,
}


def simulate(asked: argparse.Namespace) -> None:
    """Live a month of the made-up scheme on a virtual clock, and hold what was found against the truth."""
    from tempfile import TemporaryDirectory

    from custodiet.entrypoints.cli.simulating import show_report
    from custodiet.entrypoints.clock import LEASE
    from custodiet.simulation.month import BEGINS, Month
    from custodiet.simulation.seeded import SeededChance, SetClock

    clock, chance = SetClock(BEGINS - timedelta(days=1)), SeededChance(asked.seed)
    with TemporaryDirectory(prefix="custodiet-") as folder, ExitStack() as closing:
        settings = read_settings(str(Path(folder) / "data"), None, {})
        store = make_folder(settings, ORIGIN, clock)
        closing.callback(store.close)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        vault, _ = join_vault(settings, store, keystore, clock, SystemChance())
        fence = (LEASE, store.take_lease(LEASE))
        world = (store, vault, sealing, clock, chance, read_pins(settings), fence)
        asked_for = {"seed": asked.seed, "people": asked.people, "days": asked.days, "faults": asked.faults}
        report = Month(*world, **asked_for).run()
    sys.exit(show_report(report, as_json=asked.json))


# --- verbs: taking in ---------------------------------------------------------------------------------------------


def ingest(asked: argparse.Namespace) -> None:
    """Reports out of a file or a pipe, for one sender."""
    from time import sleep

    from custodiet.entrypoints.cli.ingest import Ingest, read_reports, say_on_stdout
    from custodiet.flows.fit_device import token_hash
    from custodiet.flows.release_in_scope import InScope

    settings = _made(asked)
    token_sha256 = token_hash(read_token(asked.token_file, os.environ))
    # Beside whatever runs here, but never beside a restore: it puts the store aside that we would go on writing.
    hold_with_others(settings.vault_socket.parent, "custodiet restore")
    clock, store = SystemClock(), open_store(settings, pulses=False)
    release = InScope(store, VaultClient(settings.vault_socket), clock, token_sha256).release
    run = Ingest(join_monitor(settings, store), clock, token_sha256, release, say_on_stdout, sleep)
    descriptor = 0 if asked.file == "-" else os.open(asked.file, os.O_RDONLY)
    run.take(read_reports(descriptor, asked.format, asked.device))


def bench(asked: argparse.Namespace) -> None:
    """The hot path on this machine, beside peers."""
    from custodiet.entrypoints.cli.bench import Plan, run_bench, show_bench
    from custodiet.simulation.load import Crowd

    if asked.http:
        sys.exit(_bench_http(asked, Crowd(asked.people or 1000, asked.zones, asked.seed)))
    if asked.write is not None and (asked.only or asked.quick):
        raise Unready("a page tells of everything, and of how fast: ask for it without --only and --quick")
    plan = Plan(asked.people or 10_000, asked.zones, asked.minutes, asked.seed)
    if asked.only:
        plan = replace(plan, parts=frozenset(asked.only))
    if asked.million:
        plan = replace(plan, growth=(*plan.growth, 1_000_000))
    said = run_bench(plan.quick() if asked.quick else plan, _Benching())
    sys.exit(show_bench(said, as_json=asked.json, write_to=None if asked.write is None else Path(asked.write)))


class _Benching:
    """What a bench measures on, in folders that go with it (entrypoints.cli.bench.Joined)."""

    @contextmanager
    def crowded(self, crowd: "Crowd") -> Iterator["Place"]:
        from custodiet.entrypoints.cli.bench_monitor import Here
        from custodiet.entrypoints.cli.bench_place import Place
        from custodiet.entrypoints.clock import LEASE
        from custodiet.flows.ports import Store
        from custodiet.flows.time_passes import Passing
        from custodiet.rules.conditions.kinds import CONDITIONS_MAX
        from custodiet.simulation.load import Crowd
        from custodiet.simulation.multiplied import Multiplied

        first = Crowd(1, min(crowd.zones, CONDITIONS_MAX), crowd.seed)
        with _settled_place(first) as (settings, store, _, clock, token):
            look = Passing(store, SystemChance(), clock, (LEASE, store.take_lease(LEASE))).look
            many = Multiplied(settings.store, crowd, read_pins(settings))
            many.make()

            reads = join_reading_many()

            def here(timed: Store) -> Here:
                return Here(lambda: _monitor_on(timed, clock, many.pinned), reads, clock, token)

            apart = partial(_apart, settings.store, many.pinned, token)
            yield Place(crowd, many, clock, store, reads, here, apart, look)

    @contextmanager
    def long_past(self, days: int, frame: int, frame_of_last_day: int, seed: int) -> Iterator["Reading"]:
        from custodiet.entrypoints.cli.bench_read import Reading
        from custodiet.flows.in_vault.gathering import Gathering
        from custodiet.flows.in_vault.stored_fixes import StoredFixes
        from custodiet.flows.sessions import Sessions
        from custodiet.model.times import utc_day
        from custodiet.simulation.load import Crowd
        from custodiet.simulation.long_past import LongPast

        with _settled_place(Crowd(1, 1, seed)) as (settings, store, keys, clock, _):
            until = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
            last = utc_day(until - timedelta(days=1))
            sessions = Sessions(sealing, SystemChance(), read_pins(settings), "bench")
            past = LongPast(settings.store, sessions, keys.day_key, seed).write(
                until, days, lambda day: (frame_of_last_day if day == last else frame) - 1
            )
            gathering = Gathering(store, SqliteGatheredPieces(settings.pieces_db), keys, sealing, SystemChance())
            stored, late = StoredFixes(store, gathering, keys, sealing), until + timedelta(hours=2)
            yield Reading(
                past,
                lambda window: (rows for _, rows in stored.rows(past.person_id, window)),
                gathering.take_in,
                lambda: gathering.fold_some(late),
            )


@contextmanager
def _settled_place(
    crowd: "Crowd", begins: datetime | None = None
) -> Iterator[tuple[Settings, SqlStore, Keys, "SetClock", str]]:
    """A place of its own with these people settled by the real flows, and the forwarding server's token.

    As of `begins`, or of when a made-up month begins.
    """
    from tempfile import TemporaryDirectory

    from custodiet.entrypoints.clock import LEASE
    from custodiet.simulation.load import settle
    from custodiet.simulation.month import BEGINS
    from custodiet.simulation.seeded import SetClock

    clock, chance = SetClock(begins or BEGINS), SystemChance()
    with TemporaryDirectory(prefix="custodiet-") as folder, ExitStack() as closing:
        settings = read_settings(str(Path(folder) / "data"), None, {})
        store = make_folder(settings, ORIGIN, clock)
        closing.callback(store.close)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        vault, keys = join_vault(settings, store, keystore, clock, chance)
        fence = (LEASE, store.take_lease(LEASE))
        token = settle(crowd, store, vault, sealing, clock, chance, read_pins(settings), fence)
        yield settings, store, keys, clock, token


def _monitor_on(store: "Store", clock: Clock, pinned: LogOpened) -> "Monitor":
    from custodiet.flows.receive_reports import Monitor
    from custodiet.flows.steady import Steady

    chance = SystemChance()
    return Monitor(
        store, sealing, clock, chance, pinned, name=chance.identity("monitor"), steady=Steady(join_sealing_many())
    )


@contextmanager
def _apart(file: Path, pinned: LogOpened, token: str) -> Iterator["Apart"]:
    """A monitor in a process of its own."""
    from multiprocessing import get_context

    from custodiet.entrypoints.cli.bench_monitor import Apart

    # Not forked: it would begin with all that makes the load in its memory.
    spawning = get_context("spawn")
    ours, theirs = spawning.Pipe()
    child = spawning.Process(target=_answer_apart, args=(theirs, file, pinned, token), daemon=True)
    child.start()
    theirs.close()
    try:
        yield Apart(ours)
    finally:
        ours.close()
        child.join()


def _answer_apart(end: "Connection", file: Path, pinned: LogOpened, token: str) -> None:
    from custodiet.entrypoints.cli.bench_monitor import Here, answer
    from custodiet.simulation.month import BEGINS
    from custodiet.simulation.seeded import SetClock

    clock = SetClock(BEGINS)
    store = SqliteStore(file, clock, SystemChance())
    answer(end, Here(lambda: _monitor_on(store, clock, pinned), join_reading_many(), clock, token))
    store.close()


def _bench_http(asked: argparse.Namespace, crowd: "Crowd") -> int:
    """The same crowd before a gateway of its own."""
    from custodiet.entrypoints.cli.bench_http import run_bench_http, show_bench_http, when_to_begin

    begins, pace = when_to_begin(SystemClock().now())
    with _settled_place(crowd, begins) as (settings, _, _, _, token):
        said = run_bench_http(settings.data, settings.vault_socket, crowd, token, begins, pace)
    return show_bench_http(said | {"zones_a_person": crowd.zones}, as_json=asked.json)


def profile(asked: argparse.Namespace) -> None:
    """What is set in a wearer's phone."""
    from custodiet.entrypoints.cli.profile import write_phone

    settings = _made(asked)
    token = read_token(asked.token_file, os.environ)
    write_phone(
        open_store(settings),
        VaultClient(settings.vault_socket),
        SystemClock(),
        reference=asked.reference,
        client=asked.client,
        url=asked.url,
        label=asked.label,
        token=token,
        out=asked.out,
        by=asked.by,
        strand=asked.strand,
        every_s=asked.every,
    )


# --- verbs: asking ------------------------------------------------------------------------------------------------


def tour(asked: argparse.Namespace) -> None:
    """Real requests against the running demo."""
    from custodiet.entrypoints.cli.tour import take_tour

    settings = _settings(asked)
    if not settings.made_up.exists():
        raise Unready("no demo here: start one with `custodiet demo`, in another terminal")
    store = open_store(settings)
    sys.exit(take_tour(settings.made_up, settings.data, store, VaultClient(settings.vault_socket), check=asked.check))


def status(asked: argparse.Namespace) -> None:
    """How things stand, once."""
    from custodiet.entrypoints.cli.asking import show_status

    show_status(open_store(_made(asked), read_only=True), SystemClock())


def copy(asked: argparse.Namespace) -> None:
    """A person's own copy."""
    from custodiet.entrypoints.cli.asking import write_own_copy

    settings = _made(asked)
    write_own_copy(open_store(settings), VaultClient(settings.vault_socket), asked.reference, asked.by, asked.out)


def end(asked: argparse.Namespace) -> None:
    """Withdraw or annul a decision."""
    from custodiet.entrypoints.cli.ending import end_by_hand

    end_by_hand(open_store(_made(asked)), SystemChance(), asked.reference, asked.by, annul=asked.annul)


def alert_show(asked: argparse.Namespace) -> None:
    """Explain an alert."""
    from custodiet.entrypoints.cli.alerts import show_alert

    show_alert(open_store(_made(asked), read_only=True), SystemClock(), asked.alert)


def alert_move(asked: argparse.Namespace) -> None:
    """Take one step with an alert."""
    from custodiet.entrypoints.cli.alerts import move_alert

    move_alert(_desk(asked), asked.alert, asked.move, asked.by, asked.until)


def alert_contact(asked: argparse.Namespace) -> None:
    """Record that someone was tried about an alert, or called."""
    from custodiet.entrypoints.cli.alerts import record_contact

    record_contact(_desk(asked), asked.alert, asked.how, asked.outcome, asked.by, asked.called_in)


def alert_reply(asked: argparse.Namespace) -> None:
    """Record what the person says to an enquiry."""
    from custodiet.entrypoints.cli.alerts import record_reply

    record_reply(_desk(asked), asked.alert, asked.excuse, asked.by)


def scheme_check(asked: argparse.Namespace) -> None:
    """Say what is wrong with a scheme's file."""
    from custodiet.entrypoints.cli.schemes import check_file

    sys.exit(check_file(asked.file, SystemClock()))


def import_cases(asked: argparse.Namespace) -> None:
    """Cases out of a file."""
    from time import sleep

    from custodiet.entrypoints.cli import cases

    settings = _made(asked)
    store, clock = open_store(settings), SystemClock()
    place = (store, sealing, SystemChance(), clock, read_pins(settings))
    sys.exit(cases.import_cases(*place, asked.file, asked.by, sleep, asked.wait))


def load_places(asked: argparse.Namespace) -> None:
    """A map of places near which stays are not shown."""
    from custodiet.adapters.osm import boxes_in, digest_of, lines_in
    from custodiet.entrypoints.cli.places import load_map

    settings = _made(asked)
    file = Path(asked.file)
    kept = PlaceFolder(settings.places), StreetsFile(settings.streets)
    boxes, lines = partial(boxes_in, file), partial(lines_in, file, STREET_KEYS, drawn_as)
    sys.exit(load_map(open_store(settings), *kept, boxes, lines, partial(digest_of, file), asked.by))


def scheme_import(asked: argparse.Namespace) -> None:
    """Keep a file's register."""
    from custodiet.entrypoints.cli.schemes import import_file

    store = open_store(_made(asked))
    sys.exit(import_file(store, asked.file, asked.by, effective_at=asked.effective_at, seen=asked.seen))


def scheme_export(asked: argparse.Namespace) -> None:
    """Write a scheme's file."""
    from custodiet.entrypoints.cli.schemes import export_scheme

    export_scheme(open_store(_made(asked), read_only=True), SystemClock(), asked.name, asked.out, asked.at)


def sender_list(asked: argparse.Namespace) -> None:
    """Who may send, and until when."""
    from custodiet.entrypoints.cli.senders import list_senders

    list_senders(open_store(_made(asked), read_only=True), SystemClock(), ended_too=asked.all)


def sender_issue(asked: argparse.Namespace) -> None:
    """A sender and its token."""
    from custodiet.entrypoints.cli.senders import issue

    store = open_store(_made(asked))
    issue(store, SystemChance(), asked.scheme, asked.label, tuple(dict.fromkeys(asked.device)), asked.by, asked.fitting)


def sender_rotate(asked: argparse.Namespace) -> None:
    """A new token beside the one in use."""
    from custodiet.entrypoints.cli.senders import rotate

    rotate(open_store(_made(asked)), SystemChance(), asked.sender, asked.by, asked.overlap)


def sender_end(asked: argparse.Namespace) -> None:
    """End a sender, or one of its tokens."""
    from custodiet.entrypoints.cli.senders import end

    end(open_store(_made(asked)), asked.sender, asked.token, asked.by)


def sender_scope(asked: argparse.Namespace) -> None:
    """Change for which devices a sender speaks."""
    from custodiet.entrypoints.cli.senders import scope

    scope(open_store(_made(asked)), asked.sender, tuple(asked.add), tuple(asked.remove), asked.by)


def sender_acknowledge(asked: argparse.Namespace) -> None:
    """Someone at the sender's was told to stop or to start."""
    from custodiet.entrypoints.cli.senders import acknowledge_instruction

    acknowledge_instruction(open_store(_made(asked)), asked.instruction, asked.by)


def account_open(asked: argparse.Namespace) -> None:
    """Give someone an account, with a password for once."""
    from custodiet.entrypoints.cli.accounts import open_account

    settings = _made(asked)
    open_account(open_store(settings), sign_in_place(settings), asked.username, ActorId(asked.actor), asked.by)


def account_renew(asked: argparse.Namespace) -> None:
    """Give someone who has lost theirs a password for once."""
    from custodiet.entrypoints.cli.accounts import renew_password

    settings = _made(asked)
    renew_password(open_store(settings), sign_in_place(settings), ActorId(asked.actor), asked.by)


def account_end(asked: argparse.Namespace) -> None:
    """End someone's sessions at once."""
    from custodiet.entrypoints.cli.accounts import end_sessions

    settings = _made(asked)
    end_sessions(open_store(settings), sign_in_place(settings), ActorId(asked.actor), asked.by, close=asked.close)


def _desk(asked: argparse.Namespace) -> Desk:
    settings = _made(asked)
    return Desk(open_store(settings), sealing, SystemChance(), read_pins(settings))


def ledger_verify(asked: argparse.Namespace) -> None:
    """Check the ledger, and with --tables what was written on its word."""
    from custodiet.entrypoints.cli.ledger import verify_export, verify_here

    if asked.folder is not None:
        sys.exit(verify_export(read_export(Path(asked.folder)), asked.vkey, as_json=asked.json))
    settings = _made(asked)
    store = open_store(settings, read_only=not asked.tables)
    vault = VaultClient(settings.vault_socket) if asked.tables else None
    pinned = read_pins(settings)
    known = asked.vkey or vkey(pinned.origin, pinned.log_key)
    sys.exit(verify_here(store, TileLog(settings.log), vault, asked.by, known, as_json=asked.json))


def ledger_export(asked: argparse.Namespace) -> None:
    """An auditor's copy."""
    from custodiet.entrypoints.cli.ledger import export_ledger

    settings = _made(asked)
    pinned = read_pins(settings)
    store, vault = open_store(settings, read_only=True), VaultClient(settings.vault_socket)
    export_ledger(store, vault, vkey(pinned.origin, pinned.log_key), Path(asked.folder), export)


def ledger_proof(asked: argparse.Namespace) -> None:
    """That an entry is in the ledger, as a file."""
    from custodiet.entrypoints.cli.ledger import print_proof

    settings = _made(asked)
    cosigned = cosigned_note(join_witnesses(settings), SystemClock().now())
    print_proof(open_store(settings, read_only=True), VaultClient(settings.vault_socket), asked.index, cosigned)


def pack_case(asked: argparse.Namespace) -> None:
    """An accountability pack of a case."""
    from custodiet.adapters.paper import tagged_pdf
    from custodiet.entrypoints.cli.packing import write_pack
    from custodiet.entrypoints.pack_paper import with_paper
    from custodiet.flows import pack_case as packing

    settings, now = _made(asked), SystemClock().now()
    pinned, cosigned = read_pins(settings), cosigned_note(join_witnesses(settings), now)
    store, vault = open_store(settings, read_only=True), VaultClient(settings.vault_socket)
    known = vkey(pinned.origin, pinned.log_key)
    files = packing.pack_case(store, vault, asked.reference, now, known, cosigned)
    write_pack(with_paper(files, tagged_pdf), asked.out)


# --- verbs: keeping -----------------------------------------------------------------------------------------------


def backup(asked: argparse.Namespace) -> None:
    """One file that a lost or broken store can be restored from; with --vault, the vault's own."""
    from custodiet.adapters.archive import put_in_place, working_beside
    from custodiet.adapters.store.copying import bytes_of, copy_database
    from custodiet.entrypoints.cli.keeping import said_vault_backup

    settings, out = _made(asked), Path(asked.out).resolve()
    require_outside(settings, out)
    database = settings.vault_db if asked.vault else settings.store
    with working_beside(out) as folder:
        if database.exists() and shutil.disk_usage(folder).free < 2 * bytes_of(database):
            raise Unready(f"not enough room beside {out}: twice the size of the database is needed")
        if not asked.vault:
            _back_up_store(settings, out, folder, alone=asked.without_vault)
            return
        copy_database(database, folder / "vault.db")
        put_in_place(folder / "vault.db", out)
    print(said_vault_backup(out))


def _back_up_store(settings: Settings, out: Path, folder: Path, *, alone: bool) -> None:
    from custodiet.adapters.archive import write_archive
    from custodiet.entrypoints.cli.keeping import said_backup
    from custodiet.flows.back_up import describe_copy
    from custodiet.wire.backup import CHECKPOINT, PINS, STORE, Manifest

    made_at, pinned = SystemClock().now(), read_pins(settings)
    published = TileLog(settings.log).read_checkpoint()
    _copy_store(settings, folder / STORE)
    copy = SqliteStore(folder / STORE, SystemClock(), SystemChance(), read_only=True)
    try:
        form = copy.form()
        described = describe_copy(copy, VaultClient(settings.vault_socket), published, pinned, alone=alone)
    finally:
        copy.close()
    (folder / PINS).write_bytes(settings.pins.read_bytes())
    names: tuple[str, ...] = (STORE, PINS)
    if described.checkpoint is not None:
        (folder / CHECKPOINT).write_bytes(described.checkpoint.encode())
        names = (STORE, PINS, CHECKPOINT)
    manifest = write_archive(out, folder, names, Manifest(made_at, form, described.size, described.root, ()))
    print(said_backup(out, manifest))


def _copy_store(settings: Settings, to: Path) -> None:
    """The store in one file, wherever it stands: a backup of either can be restored, and read, without a server."""
    from custodiet.adapters.store.copying import copy_database

    if settings.database is None:
        copy_database(settings.store, to)
        return
    store = open_store(settings, read_only=True)
    rows = SqliteStore(to.with_suffix(".rows"), SystemClock(), SystemChance())
    try:
        rows.prepare()
        store.copy_into(rows)
    finally:
        rows.close()
        store.close()
    copy_database(to.with_suffix(".rows"), to)


def migrate_store(asked: argparse.Namespace) -> None:
    """Bring the store from its file into the database that CUSTODIET_STORE names, everything stopped."""
    from custodiet.adapters.archive import sync
    from custodiet.entrypoints.cli.keeping import say_moved

    settings = _settings(asked)
    require_settled(settings)
    if settings.database is None:
        raise Unready("nowhere to bring the store to: say where (CUSTODIET_STORE)")
    if not settings.store.is_file():
        raise Unready(f"no store in {settings.data}: there is nothing to bring anywhere")
    aside = settings.store.with_name(f"{settings.store.name}.moved")
    if aside.exists():
        raise Unready(f"{aside} is there already: a store was moved from here before")
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        old, new = SqliteStore(settings.store, SystemClock(), SystemChance()), _store_of(settings)
        for one in (old, new):
            closing.callback(one.close)
        old.require_sound()
        old.check_form()
        before = _checked(settings, old)
        new.prepare()
        rows = old.copy_into(new)
        after = _checked(settings, new)
        if (before.size, before.tree.root()) != (after.size, after.tree.root()):
            raise TableMismatch("the ledger in the database is not the one in the file: nothing was put aside")
        old.close()  # the last to close it brings its write-ahead log into the file
        settings.store.rename(aside)
        sync(settings.data)
    say_moved(rows, after.size, aside)


def restore(asked: argparse.Namespace) -> None:
    """Bring a place back from a backup, under a new log that says what was lost."""
    from custodiet.entrypoints.cli.keeping import say_restored

    settings = _settings(asked)
    if settings.database is not None:
        raise Unready("a backup is restored into a file: unset CUSTODIET_STORE, and then use custodiet migrate-store")
    if not settings.vault_db.is_file():
        raise Unready(f"no vault in {settings.data}: put back {settings.vault_db} first; without it nothing opens")
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        settings.vault_socket.parent.mkdir(mode=0o700, exist_ok=True)
        closing.callback(os.close, hold_alone(settings.vault_socket.parent, "custodiet ingest"))
        restoring = Restoring(settings.data, settings.pins)
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        if not restoring.is_committed:
            closing.callback(restoring.clear)
            _prepare_restore(settings, asked, restoring, keystore)
        else:
            print("a restore was broken off here: this finishes it, and looks at no other file", file=sys.stderr)
        report = restoring.finish(keystore)
        settings.vault_socket.parent.mkdir(mode=0o700, exist_ok=True)
    say_restored(report, as_json=asked.json)


def _prepare_restore(
    settings: Settings, asked: argparse.Namespace, restoring: Restoring, keystore: SqliteKeystore
) -> None:
    """Everything but putting it in place: until this returns nothing that is in use has changed."""
    from custodiet.adapters.archive import read_archive
    from custodiet.adapters.store.soundness import require_sound
    from custodiet.flows.in_vault.restoring import restore_log
    from custodiet.flows.in_vault.weighing import Notes
    from custodiet.wire.backup import CHECKPOINT, PINS, STORE
    from custodiet.wire.restored import Plan, placed

    clock, chance = SystemClock(), SystemChance()
    keys = Keys(keystore, join_kms(settings), sealing, clock, chance)
    folder = restoring.prepare()
    manifest = read_archive(Path(asked.file), folder)
    for pins in filter(Path.exists, (settings.pins, folder / PINS)):
        pinned = _pins_in(pins)
        if (pinned.log_key, pinned.issue_key) != (keys.log_public, keys.issue_public):
            raise Unready(f"{pins} pins other keys than this vault's: find out which vault belongs here")
    vouching = _note_in(folder / CHECKPOINT) if (folder / CHECKPOINT).exists() else None
    published = None
    with suppress(TileError, OSError):  # whatever lies there may be as broken as the rest
        published = TileLog(settings.log).read_checkpoint()
    witnessed = tuple(_note_in(Path(one)) for one in asked.witnessed)
    require_sound(folder / STORE)
    store = SqliteStore(folder / STORE, clock, chance)
    try:
        store.prepare()
        notes, by = Notes(vouching, published, witnessed), ActorId(asked.by)
        world = (store, keystore, keys, sealing, clock, chance, replay_store)
        made = restore_log(*world, notes, by, accept_differing=asked.accept_differing)
        with store.reading() as view:
            leaves = view.leaves()
    finally:
        store.close()
    TileLog(folder / "log").publish(leaves, made.note)
    if published is None and vouching is not None:
        TileLog(folder / "closed").publish(leaves[: made.report.kept.size], vouching)
    (folder / PINS).write_bytes(record_bytes(made.pinned) + b"\n")
    number = restoring.number()
    report = placed(made.report, as_text(manifest.made_at), *restoring.aside(number))
    restoring.commit(Plan(made.frontier, made.reopened, number, report))


def _note_in(file: Path) -> str:
    """A checkpoint from outside; bytes that are no text make it one that nobody has signed."""
    return file.read_bytes().decode(errors="replace")


def upgrade(asked: argparse.Namespace) -> None:
    """Bring store and vault to the form of this code, everything stopped."""
    from custodiet.adapters.store.copying import bytes_of
    from custodiet.adapters.store.upgrading import put_copy_aside
    from custodiet.entrypoints.cli.keeping import say_upgraded

    settings = _made(asked)
    require_made(settings)
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        aside = None
        store = _store_of(settings)
        closing.callback(store.close)
        form = store.require_sound()
        before = _checked(settings, store)
        if form != newest_form() and settings.database is not None:
            store.prepare()  # one transaction; a copy beside it is the server's to keep
        elif form != newest_form():
            if shutil.disk_usage(settings.data).free < 3 * bytes_of(settings.store):
                raise Unready(f"not enough room in {settings.data}: three times the size of the database is needed")
            aside = put_copy_aside(settings.store)
            store.prepare()
        make_accounts(settings)
        # The vault's own: one transaction. No copy is kept, since old wrappings must not stay anywhere.
        vault_forms = SqliteKeystore.upgrade(settings.vault_db)
        after = _checked(settings, store)
    if (before.size, before.tree.root()) != (after.size, after.tree.root()):
        raise TableMismatch("the ledger is not what it was before the upgrade: put the copy back and report it")
    say_upgraded((form, newest_form()), vault_forms, after.size, aside)


def move_keys(asked: argparse.Namespace) -> None:
    """Bring the keys of a place from files into a KMS, everything stopped."""
    from custodiet.flows.in_vault import keys

    settings = _made(asked)
    require_made(settings)
    if settings.kms is None:
        raise Unready("nowhere to move the keys to: say where (CUSTODIET_OPENBAO or CUSTODIET_PKCS11)")
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        kms = _kms_named(settings, settings.kms, take=True)
        keys.move_keys(keystore, KeyfileKms(settings.keys), kms, sealing, SystemChance())
    print(f"every key is sealed by {kms.named}; the files are overwritten and gone")


def _checked(settings: Settings, store: SqlStore) -> Checked:
    """The ledger by its hashes and what was published of it. Raises TableMismatch when it does not verify."""
    pinned, note = read_pins(settings), TileLog(settings.log).read_checkpoint()
    checkpoint = None if note is None else open_checkpoint(note, vkey(pinned.origin, pinned.log_key))
    with store.reading() as view:
        checked = check_ledger(view, checkpoint)
    if checked.wrong:
        raise TableMismatch(f"the ledger does not verify: {'; '.join(checked.wrong)}")
    return checked


def compile(asked: argparse.Namespace) -> None:  # noqa: A001, ARG001 - a verb's name, and it takes nothing
    """Make what seals many fixes in one call, and what reads many lines. Without it the same is done one by one."""
    from custodiet.adapters.reading_many import READING_MANY
    from custodiet.adapters.sealing_many import SEALING_MANY

    missing = []
    for one in (SEALING_MANY, READING_MANY):
        try:
            print(one.make())
        except Unready as why:
            missing.append(str(why))
    if missing:
        raise Unready("; ".join(missing))


def doctor(asked: argparse.Namespace) -> None:
    """Look at a place and the machine under it, and change nothing."""
    from custodiet.adapters.machine import free_bytes, look_at, look_at_machine
    from custodiet.adapters.reading_many import READING_MANY
    from custodiet.adapters.sealing_many import SEALING_MANY
    from custodiet.entrypoints.cli.doctor import Patient, examine, say_examined

    settings = _settings(asked)
    store, sharing = _store_of(settings, read_only=True), settings.sharing
    place = Patient(
        data=settings.data,
        keys=settings.keys,
        store=settings.store,
        vault_folder=settings.vault_folder,
        vault_db=settings.vault_db,
        log=settings.log,
        pins=settings.pins,
        restoring=settings.restoring,
        look_at=look_at,
        free_bytes=free_bytes,
        machine=look_at_machine,
        sound=store.require_sound,
        confirming=store.confirming,
        seats=None if sharing is None else lambda: join_seating(settings, sharing, "doctor", "").look(),
        seals_many=lambda: SEALING_MANY.load() is not None,
        reads_many=lambda: READING_MANY.load() is not None,
        newest_form=newest_form(),
        vault_forms=lambda: SqliteKeystore.forms(settings.vault_db),
        opened=store,
        pinned=lambda: read_pins(settings),
        published=TileLog(settings.log).read_checkpoint,
        place_lists=PlaceFolder(settings.places).count,
        vault=VaultClient(settings.vault_socket),
        clock=SystemClock(),
        kms=lambda: join_kms(settings),
    )
    looked = examine(place)
    store.close()
    sys.exit(say_examined(looked, as_json=asked.json))


def _settings(asked: argparse.Namespace) -> Settings:
    return read_settings(asked.data, asked.keys, os.environ)


def _made(asked: argparse.Namespace) -> Settings:
    settings = _settings(asked)
    require_settled(settings)
    require_store(settings)
    return settings


_VERBS = {
    verb.__name__: verb
    for verb in (
        administrator,
        account_end,
        account_open,
        account_renew,
        alert_move,
        alert_contact,
        alert_reply,
        alert_show,
        backup,
        bench,
        compile,
        copy,
        demo,
        doctor,
        end,
        ingest,
        init,
        ledger_export,
        ledger_proof,
        ledger_verify,
        pack_case,
        profile,
        restore,
        run,
        scheme_check,
        scheme_export,
        import_cases,
        load_places,
        move_keys,
        scheme_import,
        sender_acknowledge,
        sender_end,
        sender_issue,
        sender_list,
        sender_rotate,
        sender_scope,
        serve,
        simulate,
        status,
        tour,
        upgrade,
        migrate_store,
    )
}
