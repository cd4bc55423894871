"""Verbs that take something in out of a file."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from custodiet.adapters import sealing
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.streets import StreetsFile
from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.main.holding import hold_with_others
from custodiet.main.monitors import join_monitor
from custodiet.main.settled import settings_made
from custodiet.main.stores import open_store, read_pins
from custodiet.rules.streets import KEYS as STREET_KEYS
from custodiet.rules.streets import drawn_as
from custodiet.settings import read_token


def ingest(asked: argparse.Namespace) -> None:
    """Reports out of a file or a pipe, for one sender."""
    from time import sleep

    from custodiet.entrypoints.cli.ingest import Ingest, read_reports, say_on_stdout
    from custodiet.flows.fit_device import token_hash
    from custodiet.flows.release_in_scope import InScope

    settings = settings_made(asked)
    token_sha256 = token_hash(read_token(asked.token_file, os.environ))
    # Beside whatever runs here, but never beside a restore: it puts the store aside that we would go on writing.
    hold_with_others(settings.vault_socket.parent, "custodiet restore")
    clock, store = SystemClock(), open_store(settings, pulses=False)
    release = InScope(store, VaultClient(settings.vault_socket), clock, token_sha256).release
    run = Ingest(join_monitor(settings, store), clock, token_sha256, release, say_on_stdout, sleep)
    descriptor = 0 if asked.file == "-" else os.open(asked.file, os.O_RDONLY)
    run.take(read_reports(descriptor, asked.format, asked.device))


def import_cases(asked: argparse.Namespace) -> None:
    """Cases out of a file."""
    from time import sleep

    from custodiet.entrypoints.cli import cases

    settings = settings_made(asked)
    store, clock = open_store(settings), SystemClock()
    place = (store, sealing, SystemChance(), clock, read_pins(settings))
    sys.exit(cases.import_cases(*place, asked.file, asked.by, sleep, asked.wait))


def load_places(asked: argparse.Namespace) -> None:
    """A map of places near which stays are not shown."""
    from custodiet.adapters.osm import boxes_in, digest_of, lines_in
    from custodiet.entrypoints.cli.places import load_map

    settings = settings_made(asked)
    file = Path(asked.file)
    kept = PlaceFolder(settings.places), StreetsFile(settings.streets)
    boxes, lines = partial(boxes_in, file), partial(lines_in, file, STREET_KEYS, drawn_as)
    sys.exit(load_map(open_store(settings), *kept, boxes, lines, partial(digest_of, file), asked.by))


def scheme_check(asked: argparse.Namespace) -> None:
    """Say what is wrong with a scheme's file."""
    from custodiet.entrypoints.cli.schemes import check_file

    sys.exit(check_file(asked.file, SystemClock()))


def scheme_import(asked: argparse.Namespace) -> None:
    """Keep a file's register."""
    from custodiet.entrypoints.cli.schemes import import_file

    store = open_store(settings_made(asked))
    sys.exit(import_file(store, asked.file, asked.by, effective_at=asked.effective_at, seen=asked.seen))
