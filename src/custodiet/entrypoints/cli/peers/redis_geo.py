"""Redis with a script a position: which of the person's circles it lies in, what changed, and the position appended."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from custodiet.entrypoints.cli.peers.work import Absent, Peer, Row, Taking, Work, module, program

_STARTS_IN_S = 30.0
_SCRIPT = """
local person = ARGV[1]
local near = redis.call('GEOSEARCH', 'zones:'..person, 'FROMLONLAT', ARGV[3], ARGV[2], 'BYRADIUS', 50, 'km', 'WITHDIST')
local radius, told = redis.call('HGETALL', 'radius:'..person), {}
for i = 1, #radius, 2 do told[radius[i]] = tonumber(radius[i + 1]) end
for i = 1, #near do
  local zone = near[i][1]
  local inside = tonumber(near[i][2]) * 1000 <= told[zone] and '1' or '0'
  if redis.call('HGET', 'state:'..person, zone) ~= inside then
    redis.call('HSET', 'state:'..person, zone, inside)
    redis.call('RPUSH', 'crossed', person..':'..zone..':'..ARGV[4]..':'..inside)
  end
end
redis.call('RPUSH', 'trail:'..person, ARGV[4]..','..ARGV[2]..','..ARGV[3]..','..ARGV[5])
"""


@contextmanager
def _opened(work: Work, folder: Path) -> Iterator[Taking]:
    redis, server = module("redis"), program("redis-server")
    socket = folder / "redis.sock"
    settings = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "", "--appendonly", "yes"]
    quiet = subprocess.DEVNULL
    running = subprocess.Popen([server, *settings], stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        with closing(redis.Redis(unix_socket_path=str(socket))) as store:
            _wait_for(store, running, redis.ConnectionError)
            _tell_zones(store, work)
            script = store.script_load(_SCRIPT)

            def take(rows: Sequence[Row]) -> None:
                asked = store.pipeline(transaction=False)
                for row in rows:
                    asked.evalsha(script, 0, row.person, row.lat, row.lon, row.at_ms, row.accuracy_m)
                asked.execute()

            yield Taking(take, lambda: int(store.llen("crossed")), running.pid)
    finally:
        running.terminate()
        running.wait()


def _wait_for(store: object, running: "subprocess.Popen[bytes]", refused: type[Exception]) -> None:
    until = time.monotonic() + _STARTS_IN_S
    while True:
        try:
            store.ping()  # type: ignore[attr-defined]
            return
        except refused:
            if running.poll() is not None or time.monotonic() > until:
                raise Absent("redis-server does not start") from None
            time.sleep(0.02)


def _tell_zones(store: object, work: Work) -> None:
    asked = store.pipeline(transaction=False)  # type: ignore[attr-defined]
    for number, zone in enumerate(work.zones):
        asked.geoadd(f"zones:{zone.person}", (zone.lon, zone.lat, number))
        asked.hset(f"radius:{zone.person}", number, zone.radius_m)
        if number % 5000 == 4999:
            asked.execute()
    asked.execute()


REDIS = Peer(
    name="redis_geo",
    does="a script a position in Redis: the person's circles searched, what changed and the position appended",
    lacks="circles only; durable once a second at best; no accuracy, no dwell, no decision asked, nothing sealed, "
    "nothing accounted for",
    batch=1000,
    round=10_000,
    open=_opened,
)
