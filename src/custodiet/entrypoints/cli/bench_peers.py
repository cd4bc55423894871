"""Peers beside ours, one after the other on the same lines: CPU seconds of this process and of their servers.

The first minute of everyone is not timed: all that is seen for the first time is a crossing to a peer. After each round
of a peer's comes one of ours: a machine whose speed moves by a third within minutes moves both of them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from custodiet.entrypoints.cli.bench_cpu import TICK_S, cpu_s
from custodiet.entrypoints.cli.peers.duckdb_spatial import DUCKDB
from custodiet.entrypoints.cli.peers.geopandas_join import GEOPANDAS_JOIN, GEOPANDAS_PAIRS
from custodiet.entrypoints.cli.peers.postgis import POSTGIS_SET, POSTGIS_TRIGGER
from custodiet.entrypoints.cli.peers.redis_geo import REDIS
from custodiet.entrypoints.cli.peers.shapely_rows import SHAPELY
from custodiet.entrypoints.cli.peers.work import Absent, Peer, Taking, Work

PEERS = (POSTGIS_TRIGGER, POSTGIS_SET, REDIS, DUCKDB, GEOPANDAS_JOIN, GEOPANDAS_PAIRS, SHAPELY)


def beside(
    work: Work, minutes: Sequence[Sequence[bytes]], ours: Callable[[], float], peers: Sequence[Peer] = PEERS
) -> tuple[dict[str, Any], dict[str, str]]:
    """What each peer does with these, lines of a minute each; and why which is not here. The first is not timed.

    `ours`: a round of ours, and how many positions a CPU second that was.
    """
    said: dict[str, Any] = {}
    absent: dict[str, str] = {}
    for peer in peers:
        with TemporaryDirectory(prefix="peer-") as folder:
            try:
                with peer.open(work, Path(folder)) as taking:
                    said[peer.name] = _measured(peer, taking, work, minutes, ours)
            except Absent as why:
                absent[peer.name] = str(why)
    return said, absent


def _measured(
    peer: Peer, taking: Taking, work: Work, minutes: Sequence[Sequence[bytes]], ours: Callable[[], float]
) -> dict[str, Any]:
    # No batch holds two minutes: to whoever joins a batch at once two positions of one person would be one.
    first, *rounds = [
        [minute[at : at + peer.batch] for at in range(0, min(len(minute), peer.round), peer.batch)]
        for minute in minutes
    ]
    for batch in first:
        taking.take(work.rows(batch))
    walls, cpus, ratios = [], [], []
    for batches in rounds:
        positions = sum(map(len, batches))
        began, cpu_began = perf_counter(), _cpu_s(taking.server)
        for batch in batches:
            taking.take(work.rows(batch))
        walls.append(positions / (perf_counter() - began))
        # A server's is told in hundredths of a second: what took less than one is taken for a tenth of one.
        cpus.append(positions / max(_cpu_s(taking.server) - cpu_began, 0.1 * TICK_S))
        ratios.append(ours() / cpus[-1])
    return {
        "positions_per_s": round(median(walls)),
        "positions_per_cpu_s": round(median(cpus)),
        "times_as_many_here": round(median(ratios), 1),
        "batch": peer.batch,
        "positions": sum(map(len, first)) + sum(len(batch) for batches in rounds for batch in batches),
        "crossings": taking.crossings(),
        "work": peer.does,
        "lacks": peer.lacks,
    }


def _cpu_s(server: int | None) -> float:
    """Of this process, and of a server where there is one."""
    return process_time() + cpu_s(() if server is None else (server,))
