"""A spatial join by GeoPandas, rows in SQLite, one commit a batch."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from custodiet.entrypoints.cli.peers.work import Peer, Row, Taking, Work, module


@contextmanager
def _opened(work: Work, folder: Path) -> Iterator[Taking]:
    geopandas, shapely = module("geopandas"), module("shapely")
    of = np.array([zone.person for zone in work.zones])
    polygons = [shapely.Polygon(zone.ring) for zone in work.zones]
    zones = geopandas.GeoDataFrame({"zone": np.arange(len(of)), "of": of}, geometry=polygons, crs=4326)
    _ = zones.sindex
    first = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=work.people))])
    state = np.full(len(of), -1, np.int8)
    crossed = 0
    with closing(sqlite3.connect(folder / "peer.db", isolation_level=None)) as store:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE position (person INTEGER, at INTEGER, lat REAL, lon REAL, accuracy REAL)")
        store.execute("CREATE TABLE crossed (zone INTEGER, at INTEGER, entered INTEGER)")

        def take(rows: Sequence[Row]) -> None:
            nonlocal crossed
            people, _, lat, lon, _ = zip(*rows, strict=True)
            points = geopandas.GeoDataFrame({"person": people}, geometry=geopandas.points_from_xy(lon, lat), crs=4326)
            found = geopandas.sjoin(points, zones, predicate="within", how="inner")
            found = found[found.person == found.of]
            now = np.zeros(len(of), np.int8)
            now[found.zone.to_numpy()] = 1
            asked = np.concatenate([np.arange(first[person], first[person + 1]) for person in people])
            changed = asked[state[asked] != now[asked]]
            state[changed] = now[changed]
            crossed += len(changed)
            store.execute("BEGIN")
            store.executemany("INSERT INTO position VALUES (?, ?, ?, ?, ?)", rows)
            told = [(int(zone), rows[0].at_ms, int(state[zone])) for zone in changed]
            store.executemany("INSERT INTO crossed VALUES (?, ?, ?)", told)
            store.execute("COMMIT")

        yield Taking(take, lambda: crossed)


GEOPANDAS = Peer(
    name="geopandas",
    does="a spatial join of a batch with every polygon by GeoPandas, rows in clear in SQLite, a commit a batch",
    lacks="no accuracy, no dwell, no decision asked, nothing sealed, nothing accounted for",
    batch=10_000,
    round=10_000,
    open=_opened,
)
