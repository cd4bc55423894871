"""GeoPandas beside rows in SQLite, one commit a batch: a spatial join with every zone, or each position with its own
person's zones alone.

The join is how it is done where nobody thinks of whose zones they are; where many live in one town it finds thousands
of others' for each position, and throws them away.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from custodiet.entrypoints.cli.peers.work import NOTHING_MORE, Peer, Row, Taking, Work, module

_Numbers = npt.NDArray[np.int64]
_Inside = Callable[[Any, Any, Any, _Numbers, _Numbers], npt.NDArray[np.bool_]]
"""From GeoPandas, the zones, the points, which zones are asked of, and of which point each: whether it is inside."""


def _joined(geopandas: Any, zones: Any, points: Any, asked: _Numbers, _: _Numbers) -> npt.NDArray[np.bool_]:
    found = geopandas.sjoin(points, zones, predicate="within", how="inner")
    found = found[found.person == found.of]
    inside = np.zeros(len(zones), np.bool_)
    inside[found.zone.to_numpy()] = True
    return inside[asked]


def _paired(_: Any, zones: Any, points: Any, asked: _Numbers, of: _Numbers) -> npt.NDArray[np.bool_]:
    told: npt.NDArray[np.bool_] = zones.geometry.array[asked].contains(points.geometry.array[of])
    return told


def _opened(inside: _Inside) -> Callable[[Work, Path], AbstractContextManager[Taking]]:
    @contextmanager
    def opened(work: Work, folder: Path) -> Iterator[Taking]:
        geopandas, shapely = module("geopandas"), module("shapely")
        owners = np.array([zone.person for zone in work.zones])
        polygons = [shapely.Polygon(zone.ring) for zone in work.zones]
        zones = geopandas.GeoDataFrame({"zone": np.arange(len(owners)), "of": owners}, geometry=polygons, crs=4326)
        _ = zones.sindex
        first = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=work.people))])
        state = np.full(len(owners), -1, np.int8)
        crossed = 0
        with closing(sqlite3.connect(folder / "peer.db", isolation_level=None)) as store:
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("PRAGMA synchronous=FULL")
            store.execute("CREATE TABLE position (person INTEGER, at INTEGER, lat REAL, lon REAL, accuracy REAL)")
            store.execute("CREATE TABLE crossed (zone INTEGER, at INTEGER, entered INTEGER)")

            def take(rows: Sequence[Row]) -> None:
                nonlocal crossed
                people, _, lat, lon, _ = zip(*rows, strict=True)
                places = geopandas.points_from_xy(lon, lat)
                points = geopandas.GeoDataFrame({"person": people}, geometry=places, crs=4326)
                asked = np.concatenate([np.arange(first[person], first[person + 1]) for person in people])
                of = np.repeat(np.arange(len(rows)), [first[person + 1] - first[person] for person in people])
                now = inside(geopandas, zones, points, asked, of).astype(np.int8)
                moved = state[asked] != now
                changed = asked[moved]
                state[changed] = now[moved]
                crossed += len(changed)
                store.execute("BEGIN")
                store.executemany("INSERT INTO position VALUES (?, ?, ?, ?, ?)", rows)
                told = [(int(zone), rows[0].at_ms, int(state[zone])) for zone in changed]
                store.executemany("INSERT INTO crossed VALUES (?, ?, ?)", told)
                store.execute("COMMIT")

            yield Taking(take, lambda: crossed)

    return opened


GEOPANDAS_JOIN = Peer(
    name="geopandas_join",
    does="a spatial join of a batch with everyone's polygons by GeoPandas, rows in clear in SQLite, a commit a batch",
    lacks=NOTHING_MORE,
    batch=1000,
    round=1000,
    open=_opened(_joined),
)
GEOPANDAS_PAIRS = Peer(
    name="geopandas_pairs",
    does="a batch with each person's own polygons by GeoPandas, rows in clear in SQLite, a commit a batch",
    lacks=NOTHING_MORE,
    batch=10_000,
    round=10_000,
    open=_opened(_paired),
)
