"""How such a thing is most often written: a point in a polygon by Shapely, a row in SQLite, a commit a position."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from custodiet.entrypoints.cli.peers.work import NOTHING_MORE, Peer, Row, Taking, Work, module


@contextmanager
def _opened(work: Work, folder: Path) -> Iterator[Taking]:
    shapely = module("shapely")
    zones: list[list[tuple[int, object]]] = [[] for _ in range(work.people)]
    for number, zone in enumerate(work.zones):
        zones[zone.person].append((number, shapely.Polygon(zone.ring)))
    inside: dict[int, bool] = {}
    crossed = 0
    with closing(sqlite3.connect(folder / "peer.db", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute(
            "CREATE TABLE position (person INTEGER, at INTEGER, lat REAL, lon REAL, PRIMARY KEY (person, at))"
        )
        store.execute("CREATE TABLE crossed (zone INTEGER, at INTEGER, entered INTEGER)")

        def take(rows: Sequence[Row]) -> None:
            nonlocal crossed
            for row in rows:
                point = shapely.Point(row.lon, row.lat)
                store.execute("BEGIN")
                store.execute("INSERT INTO position VALUES (?, ?, ?, ?)", (row.person, row.at_ms, row.lat, row.lon))
                for number, zone in zones[row.person]:
                    now = zone.contains(point)  # type: ignore[attr-defined]
                    if inside.get(number) is not now:
                        inside[number] = now
                        crossed += 1
                        store.execute("INSERT INTO crossed VALUES (?, ?, ?)", (number, row.at_ms, now))
                store.execute("COMMIT")

        yield Taking(take, lambda: crossed)


SHAPELY = Peer(
    name="shapely_sqlite",
    does="a bare point in each polygon by Shapely, a row in clear and a commit for each position",
    lacks=NOTHING_MORE,
    batch=1,
    round=400,
    open=_opened,
)
