"""Live changes for open pages: one look at the store a second for all of them, and only while someone listens.

Promise: an event says a kind, an identity and a state; a stream ends within five seconds of its session; whoever
comes back with the number of the last event gets what was missed, or is told to load the page again.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from custodiet.flows.ports import Clock, Store
from custodiet.flows.show_changes import Change, Watching
from custodiet.model.errors import CannotRecord, NotPermitted

LOOK_S = 1.0
CHECK_S = 4.0
"""How often it is asked whether the session still lives: a stream ends within five seconds of it."""
HEARTBEAT_S = 15.0
KEPT = 1000
STREAMS_MAX = 500


class Feed:
    """All streams of one process."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._name = secrets.token_hex(4)
        self._events: deque[tuple[int, Change]] = deque(maxlen=KEPT)
        self._number = 0
        self._watching = Watching()
        self._streams: set[asyncio.Event] = set()
        self._looking: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def is_full(self) -> bool:
        """Whether no more streams can be served."""
        return len(self._streams) >= STREAMS_MAX or self._ended

    def end(self) -> None:
        """End every stream: the process is about to."""
        self._ended = True
        for stream in self._streams:
            stream.set()

    async def stream(self, last_id: str, told: Callable[[Sequence[Change]], Sequence[Change]]) -> AsyncIterator[bytes]:
        """Server-sent events for one page, from the one after `last_id` on.

        `told` gives those of some changes that they are told of, and raises NotPermitted when the session is over. It
        is asked in a thread.
        """
        woken = asyncio.Event()
        self._streams.add(woken)
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look_on())
            sent, missed = self._place_of(last_id)
            yield b"retry: 5000\n\n" + (_event("", "missed", {}) if missed else b": live\n\n")
            loop = asyncio.get_running_loop()
            checked = beaten = loop.time()
            try:
                await asyncio.to_thread(told, ())
            except NotPermitted:
                return
            while not self._ended:
                woken.clear()
                waiting = [one for one in self._events if one[0] > sent]
                theirs: Sequence[Change] = ()
                if waiting or loop.time() - checked >= CHECK_S:
                    # Asked again for every message, and now and then when there is none.
                    checked = loop.time()
                    try:
                        theirs = await asyncio.to_thread(told, [change for _, change in waiting])
                    except (NotPermitted, CannotRecord):
                        return
                for number, change in waiting:
                    sent = number
                    if change not in theirs:
                        continue
                    beaten = loop.time()
                    said = {"kind": change.kind, "id": change.id, "state": change.state}
                    yield _event(f"{self._name}.{number}", "change", said)
                if loop.time() - beaten >= HEARTBEAT_S:
                    beaten = loop.time()
                    yield b": beat\n\n"
                wait_s = min(CHECK_S - (loop.time() - checked), HEARTBEAT_S - (loop.time() - beaten))
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), max(0.0, wait_s))
        finally:
            self._streams.discard(woken)

    def _place_of(self, last_id: str) -> tuple[int, bool]:
        """The number after which to go on, and whether anything before it is out of reach."""
        if not last_id:
            return self._number, False
        name, _, number = last_id.partition(".")
        oldest = self._events[0][0] if self._events else self._number + 1
        if name != self._name or not number.isdecimal() or not oldest - 1 <= int(number) <= self._number:
            return self._number, True
        return int(number), False

    async def _look_on(self) -> None:
        while self._streams and not self._ended:
            try:
                changes = await asyncio.to_thread(self._look)
            except CannotRecord:
                changes = ()  # the page says so by itself; the stream goes on when the store does
            for change in changes:
                self._number += 1
                self._events.append((self._number, change))
            if changes:
                for stream in self._streams:
                    stream.set()
            await asyncio.sleep(LOOK_S)

    def _look(self) -> tuple[Change, ...]:
        with self._store.reading() as view:
            return self._watching.look(view, self._clock.now())


def _event(id_: str, name: str, said: dict[str, str]) -> bytes:
    number = f"id: {id_}\n" if id_ else ""
    return f"{number}event: {name}\ndata: {json.dumps(said, separators=(',', ':'))}\n\n".encode()
