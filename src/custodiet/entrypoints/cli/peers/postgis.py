"""PostGIS, in a cluster of its own in a folder that goes at the end: a trigger a row, or one statement a batch."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from custodiet.entrypoints.cli.peers.work import NOTHING_MORE, Absent, Peer, Row, Taking, Work, module, program

_USER = "postgres"
_TABLES = """
CREATE EXTENSION postgis;
CREATE TABLE zone (id INT PRIMARY KEY, person INT NOT NULL, shape GEOMETRY(Polygon, 4326));
CREATE TABLE state (id INT PRIMARY KEY, inside BOOL);
CREATE TABLE crossed (id INT, person INT, at_ms BIGINT, inside BOOL);
CREATE TABLE position (person INT, at_ms BIGINT, place GEOMETRY(Point, 4326), accuracy_m REAL,
  PRIMARY KEY (person, at_ms));
CREATE UNLOGGED TABLE batch (person INT, at_ms BIGINT, lat FLOAT8, lon FLOAT8, accuracy_m REAL);
"""
_TRIGGER = """
CREATE FUNCTION judge() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE one RECORD; now BOOL;
BEGIN
  FOR one IN SELECT zone.id, shape, inside FROM zone JOIN state USING (id) WHERE person = NEW.person LOOP
    now := ST_Contains(one.shape, NEW.place);
    IF now IS DISTINCT FROM one.inside THEN
      UPDATE state SET inside = now WHERE id = one.id;
      INSERT INTO crossed VALUES (one.id, NEW.person, NEW.at_ms, now);
    END IF;
  END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER judged AFTER INSERT ON position FOR EACH ROW EXECUTE FUNCTION judge();
"""
_SET = """
WITH place AS (SELECT person, at_ms, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS place FROM batch),
  now AS (SELECT zone.id, person, at_ms, ST_Contains(shape, place) AS inside FROM place JOIN zone USING (person)),
  changed AS (UPDATE state SET inside = now.inside FROM now
    WHERE state.id = now.id AND state.inside IS DISTINCT FROM now.inside
    RETURNING now.id, now.person, now.at_ms, now.inside)
INSERT INTO crossed SELECT * FROM changed
"""
_KEEP = """
INSERT INTO position SELECT person, at_ms, ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m FROM batch
"""
_Taker = Callable[[Any], Callable[[Sequence[Row]], None]]


def _by_trigger(store: Any) -> Callable[[Sequence[Row]], None]:
    store.execute(_TRIGGER)

    def take(rows: Sequence[Row]) -> None:
        with store.transaction(), store.cursor() as cursor, cursor.copy("COPY position FROM STDIN") as told:
            for row in rows:
                place = f"SRID=4326;POINT({row.lon:.7f} {row.lat:.7f})"
                told.write_row((row.person, row.at_ms, place, row.accuracy_m))

    return take


def _by_set(store: Any) -> Callable[[Sequence[Row]], None]:
    def take(rows: Sequence[Row]) -> None:
        with store.transaction(), store.cursor() as cursor:
            cursor.execute("TRUNCATE batch")
            with cursor.copy("COPY batch FROM STDIN") as told:
                for row in rows:
                    told.write_row(row)
            cursor.execute(_KEEP)
            cursor.execute(_SET)

    return take


def _opened(taker: _Taker) -> Callable[[Work, Path], AbstractContextManager[Taking]]:
    @contextmanager
    def opened(work: Work, folder: Path) -> Iterator[Taking]:
        psycopg = module("psycopg")
        with _cluster(folder) as (host, pid):
            where = f"host={host} user={_USER} dbname=postgres"
            with closing(psycopg.connect(where, autocommit=True)) as store:
                try:
                    store.execute(_TABLES)
                except psycopg.errors.FeatureNotSupported:
                    raise Absent("PostGIS is not installed") from None
                with store.cursor() as cursor, cursor.copy("COPY zone FROM STDIN") as told:
                    for number, zone in enumerate(work.zones):
                        told.write_row((number, zone.person, f"SRID=4326;{zone.wkt}"))
                store.execute("CREATE INDEX ON zone (person)")
                store.execute("INSERT INTO state SELECT id, NULL FROM zone")
                store.execute("ANALYZE")

                def crossings() -> int:
                    return int(store.execute("SELECT count(*) FROM crossed").fetchone()[0])

                yield Taking(taker(store), crossings, pid)

    return opened


@contextmanager
def _cluster(folder: Path) -> Iterator[tuple[Path, int]]:
    """A server on a socket in the folder alone: (where, its first process)."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, pg_ctl = (program(name, iter(binaries)) for name in ("initdb", "pg_ctl"))
    data = folder / "data"
    as_whom: dict[str, Any] = {}
    if os.geteuid() == 0:  # it refuses to run as root
        try:
            whom = pwd.getpwnam(_USER)
        except KeyError:
            raise Absent(f"there is no user {_USER} to run a server as") from None
        shutil.chown(folder, whom.pw_uid, whom.pw_gid)
        as_whom = {"user": whom.pw_uid, "group": whom.pw_gid, "extra_groups": []}

    def run(*command: str) -> None:
        quiet = subprocess.DEVNULL
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder, check=False, **as_whom)
        if done.returncode != 0:
            raise Absent(f"{Path(command[0]).name} fails")

    run(initdb, "--pgdata", str(data), "--username", _USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
    options = f"-k {folder} -c listen_addresses= -c shared_buffers=256MB"
    run(pg_ctl, "start", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "--options", options)
    try:
        yield folder, int((data / "postmaster.pid").read_text().splitlines()[0])
    finally:
        run(pg_ctl, "stop", "--pgdata", str(data), "--wait", "--mode", "fast")


POSTGIS_TRIGGER = Peer(
    name="postgis_trigger",
    does="a trigger of PostGIS for each row copied in, rows in clear, a durable commit a batch",
    lacks=NOTHING_MORE,
    batch=1000,
    round=10_000,
    open=_opened(_by_trigger),
)
POSTGIS_SET = Peer(
    name="postgis_set",
    does="one statement of PostGIS for a batch copied in, rows in clear, a durable commit a batch",
    lacks=NOTHING_MORE,
    batch=10_000,
    round=10_000,
    open=_opened(_by_set),
)
