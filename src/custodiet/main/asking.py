"""Verbs that ask about people, alerts, schemes and the ledger, or act on one of these."""

import argparse
import os
import sys
from pathlib import Path

from custodiet.adapters import sealing
from custodiet.adapters.ledger.tiles import TileLog, export, read_export
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.handle_alert import Desk
from custodiet.flows.witnessed import cosigned_note
from custodiet.main.outside import join_witnesses
from custodiet.main.settled import settings_made
from custodiet.main.stores import open_store, read_pins
from custodiet.settings import read_token
from custodiet.wire.note import vkey


def status(asked: argparse.Namespace) -> None:
    """How things stand, once."""
    from custodiet.entrypoints.cli.asking import show_status

    show_status(open_store(settings_made(asked), read_only=True), SystemClock())


def copy(asked: argparse.Namespace) -> None:
    """A person's own copy."""
    from custodiet.entrypoints.cli.asking import write_own_copy

    settings = settings_made(asked)
    write_own_copy(open_store(settings), VaultClient(settings.vault_socket), asked.reference, asked.by, asked.out)


def end(asked: argparse.Namespace) -> None:
    """Withdraw or annul a decision."""
    from custodiet.entrypoints.cli.ending import end_by_hand

    end_by_hand(open_store(settings_made(asked)), SystemChance(), asked.reference, asked.by, annul=asked.annul)


def profile(asked: argparse.Namespace) -> None:
    """What is set in a wearer's phone."""
    from custodiet.entrypoints.cli.profile import write_phone

    settings = settings_made(asked)
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


def alert_show(asked: argparse.Namespace) -> None:
    """Explain an alert."""
    from custodiet.entrypoints.cli.alerts import show_alert

    show_alert(open_store(settings_made(asked), read_only=True), SystemClock(), asked.alert)


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


def _desk(asked: argparse.Namespace) -> Desk:
    settings = settings_made(asked)
    return Desk(open_store(settings), sealing, SystemChance(), read_pins(settings))


def scheme_export(asked: argparse.Namespace) -> None:
    """Write a scheme's file."""
    from custodiet.entrypoints.cli.schemes import export_scheme

    export_scheme(open_store(settings_made(asked), read_only=True), SystemClock(), asked.name, asked.out, asked.at)


def ledger_verify(asked: argparse.Namespace) -> None:
    """Check the ledger, and with --tables what was written on its word."""
    from custodiet.entrypoints.cli.ledger import verify_export, verify_here

    if asked.folder is not None:
        sys.exit(verify_export(read_export(Path(asked.folder)), asked.vkey, as_json=asked.json))
    settings = settings_made(asked)
    store = open_store(settings, read_only=not asked.tables)
    vault = VaultClient(settings.vault_socket) if asked.tables else None
    pinned = read_pins(settings)
    known = asked.vkey or vkey(pinned.origin, pinned.log_key)
    sys.exit(verify_here(store, TileLog(settings.log), vault, asked.by, known, as_json=asked.json))


def ledger_export(asked: argparse.Namespace) -> None:
    """An auditor's copy."""
    from custodiet.entrypoints.cli.ledger import export_ledger

    settings = settings_made(asked)
    pinned = read_pins(settings)
    store, vault = open_store(settings, read_only=True), VaultClient(settings.vault_socket)
    export_ledger(store, vault, vkey(pinned.origin, pinned.log_key), Path(asked.folder), export)


def ledger_proof(asked: argparse.Namespace) -> None:
    """That an entry is in the ledger, as a file."""
    from custodiet.entrypoints.cli.ledger import print_proof

    settings = settings_made(asked)
    cosigned = cosigned_note(join_witnesses(settings), SystemClock().now())
    print_proof(open_store(settings, read_only=True), VaultClient(settings.vault_socket), asked.index, cosigned)


def pack_case(asked: argparse.Namespace) -> None:
    """An accountability pack of a case."""
    from custodiet.adapters.paper import tagged_pdf
    from custodiet.entrypoints.cli.packing import write_pack
    from custodiet.entrypoints.pack_paper import with_paper
    from custodiet.flows import pack_case as packing

    settings, now = settings_made(asked), SystemClock().now()
    pinned, cosigned = read_pins(settings), cosigned_note(join_witnesses(settings), now)
    store, vault = open_store(settings, read_only=True), VaultClient(settings.vault_socket)
    known = vkey(pinned.origin, pinned.log_key)
    files = packing.pack_case(store, vault, asked.reference, now, known, cosigned)
    write_pack(with_paper(files, tagged_pdf), asked.out)
