"""`custodiet bench --http`: what a gateway carries, answered only when durable and judged.

A real gateway and a real vault as processes of their own, on loopback, and a crowd that posts to them over connections
that it keeps: batches of a hundred as a forwarding server sends them, then one position a request from two hundred
senders' connections at once. CPU seconds are those of our processes, read from the system, and not of whoever posts.
How long an answer takes is measured at half of what was carried, each post sent when it is due, whatever waits.
"""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, sleep
from typing import Any

from custodiet.entrypoints.cli.bench_cpu import clock_s
from custodiet.entrypoints.serving import listen_on
from custodiet.entrypoints.supervisor import our_own
from custodiet.model.errors import Unready
from custodiet.simulation.load import Crowd

ROUNDS = 5
BATCH = 100
SINGLE_CONNECTIONS = 200
_BATCHED, _SINGLE = 60_000, 30_000
"""About so many positions make a round: half a second of a processor and more."""
_TURNS_MAX = 60
"""In a round: a position of everyone each."""
_PACE = timedelta(seconds=1)
"""Between two positions of one device, by its own clock."""
_PACE_MIN = timedelta(milliseconds=5)
_WITHIN = 0.8
"""In how much of that a turn's positions lie."""
_TURNS_AHEAD = 2 * (ROUNDS + 2) * _TURNS_MAX
"""More than are sent: so far back the first of them lies."""
_START_S_MAX, _END_S_MAX = 60.0, 30.0
_AFTER_HEAD = b"\r\n\r\n"


class Processes:
    """Our processes, from when they are started until they are ended."""

    def __init__(self, data: Path, vault_socket: Path) -> None:
        self._listening = listen_on(0)
        self.port: int = self._listening.getsockname()[1]
        self._running = [_start(data, "vault")]
        since = monotonic()
        while not vault_socket.exists():  # a gateway that asks too early asks again only after a while
            if monotonic() - since > _START_S_MAX:
                self.stop()
                raise Unready("the vault does not get ready")
            sleep(0.05)
        self._running.append(_start(data, "gateway", self._listening.fileno()))

    def cpu_s(self) -> float:
        """What all of them have used since they began."""
        return sum(clock_s(one.pid) for one in self._running)

    def stop(self) -> None:
        """End them, the gateway first."""
        for one in reversed(self._running):
            one.terminate()
            try:
                one.communicate(timeout=_END_S_MAX)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        self._listening.close()


def _start(data: Path, name: str, fd: int | None = None) -> subprocess.Popen[bytes]:
    """One of our processes; it ends when we do."""
    on = () if fd is None else ("--listen-fd", str(fd))
    command = our_own("run", name, "--data", str(data), "--tied", *on)
    fds = () if fd is None else (fd,)
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=fds)


@dataclass(frozen=True, slots=True)
class Post:
    """One request with what it must be answered."""

    sent: bytes
    kept: int


class _Connection(asyncio.Protocol):
    """A connection that is kept: one request at a time, in their order."""

    def __init__(self) -> None:
        self._come = bytearray()
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a connection
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(Unready("the gateway let a connection go"))

    def data_received(self, data: bytes) -> None:
        self._come += data
        head, found, body = bytes(self._come).partition(_AFTER_HEAD)
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) >= length and self._answered is not None:
            self._come.clear()
            self._answered.set_result(head[9:12] + body)

    async def post(self, post: Post) -> None:
        """Returns when it is answered. Raises Unready when anything of it was not kept."""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(post.sent)
        answer = await self._answered
        if answer[:3] != b"200" or answer.count(b'"kept"') != post.kept:
            raise Unready("not every position was kept: what was measured is not the path")

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


@dataclass(frozen=True, slots=True)
class Carried:
    """One round at full load."""

    positions: int
    wall_s: float
    cpu_s: float


class Load:
    """A crowd that posts what it was a while ago, from `begins` on, as the forwarding server of `token`."""

    def __init__(self, crowd: Crowd, token: str, begins: datetime, pace: timedelta, processes: Processes) -> None:
        self._crowd = crowd
        self._token = token
        self._at = begins
        self._pace = pace
        self._processes = processes

    async def run(self) -> dict[str, Any]:
        """Everything that is measured."""
        people = len(self._crowd.serials)
        batching = await self._connect(max(1, people // BATCH))
        await self._warm(batching)
        batches = await self._measure(batching, self._batches, _BATCHED)
        for one in batching:
            one.close()
        single = await self._connect(min(SINGLE_CONNECTIONS, people))
        posts = await self._measure(single, self._singles, _SINGLE)
        for one in single:
            one.close()
        return {"people": people, "connections": len(single), "batches_of_100": batches, "single_posts": posts}

    async def _connect(self, count: int) -> list[_Connection]:
        loop = asyncio.get_running_loop()
        made = [await loop.create_connection(_Connection, "127.0.0.1", self._processes.port) for _ in range(count)]
        return [connection for _, connection in made]

    async def _warm(self, connections: Sequence[_Connection]) -> None:
        """Until the gateway knows its sender and its zones, and everyone's next fix is one of many."""
        since = monotonic()
        while not await self._is_well():
            if monotonic() - since > _START_S_MAX:
                raise Unready("the gateway does not get ready")
            await asyncio.sleep(0.2)
        for _ in range(4):
            await self._at_full_load(connections, self._batches())

    async def _is_well(self) -> bool:
        told: dict[str, Any] = json.loads(await _health(self._processes.port))
        return told["ok"] is True and told["zones_wanted"] == 0

    async def _measure(
        self, connections: Sequence[_Connection], make: Callable[[], list[list[Post]]], positions: int
    ) -> dict[str, int | float]:
        turns = min(_TURNS_MAX, -(-positions // len(self._crowd.serials)))
        rounds = [await self._at_full_load(connections, _joined(make, turns)) for _ in range(ROUNDS)]
        per_s = median(one.positions / one.wall_s for one in rounds)
        taken = await self._at_pace(connections, _joined(make, turns), per_s / 2)
        return {
            "positions_per_cpu_s": round(median(one.positions / one.cpu_s for one in rounds)),
            "positions_per_s": round(per_s),
            "half_load_p50_ms": round(median(taken) * 1e3, 1),
            "half_load_p99_ms": round(quantiles(taken, n=100)[98] * 1e3, 1),
        }

    async def _at_full_load(self, connections: Sequence[_Connection], of_each: list[list[Post]]) -> Carried:
        async def all_of(connection: _Connection, posts: list[Post]) -> None:
            for post in posts:
                await connection.post(post)

        began, cpu_began = monotonic(), self._processes.cpu_s()
        await asyncio.gather(*(all_of(*each) for each in zip(connections, of_each, strict=True)))
        wall_s, spent_s = monotonic() - began, self._processes.cpu_s() - cpu_began
        return Carried(sum(post.kept for posts in of_each for post in posts), wall_s, spent_s)

    async def _at_pace(
        self, connections: Sequence[_Connection], of_each: list[list[Post]], positions_per_s: float
    ) -> list[float]:
        """Seconds from when each post was due to its answer."""
        loop = asyncio.get_running_loop()
        apart_s = of_each[0][0].kept * len(connections) / positions_per_s
        taken: list[float] = []

        async def all_of(place: int, connection: _Connection, posts: list[Post]) -> None:
            begins = loop.time() + apart_s * place / len(connections)
            for number, post in enumerate(posts):
                due = begins + apart_s * number
                await asyncio.sleep(max(0.0, due - loop.time()))
                await connection.post(post)
                taken.append(loop.time() - due)

        each = enumerate(zip(connections, of_each, strict=True))
        await asyncio.gather(*(all_of(place, connection, posts) for place, (connection, posts) in each))
        return taken

    # --- what is posted ---

    def _lines(self) -> list[bytes]:
        """A position of everyone, each newer than their last."""
        self._at += self._pace
        return self._crowd.minute(self._at, self._pace * _WITHIN)

    def _batches(self) -> list[list[Post]]:
        """For each connection a batch: always of the same people."""
        lines = self._lines()
        count = max(1, len(lines) // BATCH)
        return [[self._post("/in/batch", lines[place::count])] for place in range(count)]

    def _singles(self) -> list[list[Post]]:
        """For each connection a post of each of its people."""
        lines = self._lines()
        count = min(SINGLE_CONNECTIONS, len(lines))
        return [[self._post("/in/traccar", [line]) for line in lines[place::count]] for place in range(count)]

    def _post(self, path: str, lines: list[bytes]) -> Post:
        body = b"\n".join(lines)
        return Post(_head("POST", path, len(body), self._token) + body, len(lines))


def _joined(make: Callable[[], list[list[Post]]], turns: int) -> list[list[Post]]:
    """Of each connection the posts of so many turns."""
    made = [make() for _ in range(turns)]
    return [[post for posts in of_one for post in posts] for of_one in zip(*made, strict=True)]


def _head(method: str, path: str, length: int, token: str) -> bytes:
    told = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n"
    return (told + f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n").encode()


async def _health(port: int) -> bytes:
    reading, writing = await asyncio.open_connection("127.0.0.1", port)
    writing.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    told = await reading.read()
    writing.close()
    return told.partition(_AFTER_HEAD)[2]


def when_to_begin(now: datetime) -> tuple[datetime, timedelta]:
    """From when the crowd's positions are, and how far apart: all of today, since each day is sealed by itself.

    Raises Unready in the first seconds of a day.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    pace = min(_PACE, (now - midnight) // _TURNS_AHEAD)
    if pace < _PACE_MIN:
        raise Unready("the day has only begun: ask again in a minute")
    return now - pace * _TURNS_AHEAD, pace


def run_bench_http(
    data: Path, vault_socket: Path, crowd: Crowd, token: str, begins: datetime, pace: timedelta
) -> dict[str, Any]:
    """Measure. The folder is made, and nobody else works on it."""
    processes = Processes(data, vault_socket)
    try:
        return asyncio.run(Load(crowd, token, begins, pace, processes).run())
    finally:
        processes.stop()


def show_bench_http(said: dict[str, Any], *, as_json: bool) -> int:
    """Print it. The exit status is 0: speed is reported, never failed on."""
    if as_json:
        print(json.dumps(said))
        return 0
    print(f"{said['people']} invented people, {said['zones_a_person']} zones each; medians of {ROUNDS} rounds")
    for line in _shown(said):
        print(line)
    return 0


def _shown(said: dict[str, Any]) -> Iterator[str]:
    ways = {
        "batches_of_100": "batches of 100",
        "single_posts": f"one a request, {said['connections']} kept connections",
    }
    for name, words in ways.items():
        measured = said[name]
        yield f"\n  {words}"
        yield f"  {'positions a CPU second':32}{measured['positions_per_cpu_s']:>10}"
        yield f"  {'positions a second':32}{measured['positions_per_s']:>10}"
        half = f"{measured['half_load_p50_ms']:>10} (p99 {measured['half_load_p99_ms']})"
        yield f"  {'answered at half load, ms':32}{half}"
