"""Verbs that keep a place: backup, restore, upgrade, moving store and keys, what is compiled, and a doctor."""

import argparse
import os
import shutil
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.ledger.tiles import TileError, TileLog
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.restoring import Restoring
from custodiet.adapters.store.forms import newest_form
from custodiet.adapters.store.replay import replay_store
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.check_ledger import Checked, check_ledger
from custodiet.flows.in_vault.keys import Keys
from custodiet.main.holding import hold_alone
from custodiet.main.outside import join_seating
from custodiet.main.pages import make_accounts
from custodiet.main.settled import settings_asked, settings_made
from custodiet.main.stores import open_store, pins_in, read_pins, store_of
from custodiet.main.vaults import join_kms, kms_named
from custodiet.model.errors import TableMismatch, Unready
from custodiet.model.identity import ActorId
from custodiet.model.times import as_text
from custodiet.settings import Settings, require_made, require_outside, require_settled
from custodiet.wire.note import open_checkpoint, vkey
from custodiet.wire.records import record_bytes

if TYPE_CHECKING:  # one verb must not pay for another's imports
    from custodiet.adapters.compiled import Compiled


def backup(asked: argparse.Namespace) -> None:
    """One file that a lost or broken store can be restored from; with --vault, the vault's own."""
    from custodiet.adapters.archive import put_in_place, working_beside
    from custodiet.adapters.store.copying import bytes_of, copy_database
    from custodiet.entrypoints.cli.keeping import said_vault_backup

    settings, out = settings_made(asked), Path(asked.out).resolve()
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

    settings = settings_asked(asked)
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
        old, new = SqliteStore(settings.store, SystemClock(), SystemChance()), store_of(settings)
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

    settings = settings_asked(asked)
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
        pinned = pins_in(pins)
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

    settings = settings_made(asked)
    require_made(settings)
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        aside = None
        store = store_of(settings)
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

    settings = settings_made(asked)
    require_made(settings)
    if settings.kms is None:
        raise Unready("nowhere to move the keys to: say where (CUSTODIET_OPENBAO or CUSTODIET_PKCS11)")
    with ExitStack() as closing:
        closing.callback(os.close, hold_alone(settings.data, "custodiet"))
        closing.callback(os.close, hold_alone(settings.vault_folder, "a vault"))
        keystore = SqliteKeystore(settings.vault_db)
        closing.callback(keystore.close)
        kms = kms_named(settings, settings.kms, take=True)
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
    """Make what seals many fixes in one call, what reads many lines, and what asks many zones. Without it the same is
    done in Python.
    """
    missing = []
    for one in _compiled().values():
        try:
            print(one.make())
        except Unready as why:
            missing.append(str(why))
    if missing:
        raise Unready("; ".join(missing))


def _compiled() -> "dict[str, Compiled[Any]]":
    """What is compiled, by what it does."""
    from custodiet.adapters.reaching_many import REACHING_MANY
    from custodiet.adapters.reading_many import READING_MANY
    from custodiet.adapters.sealing_many import SEALING_MANY

    return {"sealing": SEALING_MANY, "reading": READING_MANY, "zones": REACHING_MANY}


def doctor(asked: argparse.Namespace) -> None:
    """Look at a place and the machine under it, and change nothing."""
    from custodiet.adapters.machine import free_bytes, look_at, look_at_machine
    from custodiet.entrypoints.cli.doctor import Patient, examine, say_examined

    settings = settings_asked(asked)
    store, sharing = store_of(settings, read_only=True), settings.sharing
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
        compiled={what: one.load for what, one in _compiled().items()},
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
