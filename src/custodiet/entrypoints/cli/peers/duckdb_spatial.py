"""DuckDB with its spatial extension: a batch joined with its people's zones, in one transaction of its own file."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from custodiet.entrypoints.cli.peers.work import Absent, Peer, Row, Taking, Work, module

_JOINED = """
CREATE OR REPLACE TEMP TABLE now AS
SELECT zone.id, batch.at_ms, ST_Contains(zone.shape, ST_Point(batch.lon, batch.lat)) AS inside
FROM batch JOIN zone ON zone.person = batch.person
"""
_CHANGED = """
CREATE OR REPLACE TEMP TABLE changed AS
SELECT now.* FROM now JOIN state USING (id) WHERE state.inside IS DISTINCT FROM now.inside
"""


@contextmanager
def _opened(work: Work, folder: Path) -> Iterator[Taking]:
    duckdb, pandas, spatial = module("duckdb"), module("pandas"), module("duckdb_extension_spatial")
    extension = next(Path(spatial.__file__).parent.glob("**/spatial.duckdb_extension"), None)
    if extension is None:
        raise Absent("DuckDB's spatial extension is not in its package")
    with closing(duckdb.connect(str(folder / "peer.db"))) as store:
        try:
            store.execute(f"LOAD '{extension}'")
        except duckdb.Error:
            raise Absent("DuckDB's spatial extension is of another version") from None
        store.execute("SET threads=1")  # more of them take more CPU for the same
        zones = pandas.DataFrame(
            {
                "id": range(len(work.zones)),
                "person": [zone.person for zone in work.zones],
                "text": [zone.wkt for zone in work.zones],
            }
        )
        store.register("zones", zones)
        store.execute("CREATE TABLE zone AS SELECT id, person, ST_GeomFromText(text) AS shape FROM zones")
        store.execute("CREATE TABLE state AS SELECT id, NULL::BOOLEAN AS inside FROM zone")
        store.execute("CREATE TABLE crossed (id BIGINT, at_ms BIGINT, inside BOOLEAN)")
        store.execute("CREATE TABLE position (person BIGINT, at_ms BIGINT, lat DOUBLE, lon DOUBLE, accuracy_m FLOAT)")

        def take(rows: Sequence[Row]) -> None:
            store.register("batch", pandas.DataFrame.from_records(rows, columns=Row._fields))
            store.execute("BEGIN")
            store.execute("INSERT INTO position SELECT * FROM batch")
            store.execute(_JOINED)
            store.execute(_CHANGED)
            store.execute("INSERT INTO crossed SELECT * FROM changed")
            store.execute("UPDATE state SET inside = changed.inside FROM changed WHERE changed.id = state.id")
            store.execute("COMMIT")

        def crossings() -> int:
            [count] = store.execute("SELECT count(*) FROM crossed").fetchone()
            return int(count)

        yield Taking(take, crossings)


DUCKDB = Peer(
    name="duckdb_spatial",
    does="a batch joined with its people's polygons in DuckDB, one transaction of its file a batch",
    lacks="no accuracy, no dwell, no decision asked, nothing sealed, nothing accounted for; one writing process",
    batch=10_000,
    round=10_000,
    open=_opened,
)
