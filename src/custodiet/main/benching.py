"""The verb that measures, and the places that it measures on."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from custodiet.adapters import sealing
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.adapters.store.sql import SqlStore
from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.in_vault.keys import Keys
from custodiet.main.making import place_aside
from custodiet.main.monitors import join_reading_many, monitor_of
from custodiet.main.stores import read_pins
from custodiet.model.errors import Unready
from custodiet.model.record import LogOpened
from custodiet.settings import Settings

if TYPE_CHECKING:  # one verb must not pay for another's imports
    from multiprocessing.connection import Connection

    from custodiet.entrypoints.cli.bench_monitor import Apart
    from custodiet.entrypoints.cli.bench_place import Place
    from custodiet.entrypoints.cli.bench_read import Reading
    from custodiet.simulation.load import Crowd
    from custodiet.simulation.seeded import SetClock


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
                return Here(lambda: monitor_of(timed, clock, many.pinned), reads, clock, token)

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
    from custodiet.simulation.load import settle
    from custodiet.simulation.month import BEGINS
    from custodiet.simulation.seeded import SetClock

    clock = SetClock(begins or BEGINS)
    with place_aside(clock) as (settings, store, vault, keys, fence):
        token = settle(crowd, store, vault, sealing, clock, SystemChance(), read_pins(settings), fence)
        yield settings, store, keys, clock, token


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
    answer(end, Here(lambda: monitor_of(store, clock, pinned), join_reading_many(), clock, token))
    store.close()


def _bench_http(asked: argparse.Namespace, crowd: "Crowd") -> int:
    """The same crowd before a gateway of its own."""
    from custodiet.entrypoints.cli.bench_http import run_bench_http, show_bench_http, when_to_begin

    begins, pace = when_to_begin(SystemClock().now())
    with _settled_place(crowd, begins) as (settings, _, _, _, token):
        said = run_bench_http(settings.data, settings.vault_socket, crowd, token, begins, pace)
    return show_bench_http(said | {"zones_a_person": crowd.zones}, as_json=asked.json)
