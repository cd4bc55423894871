"""A source's process: reports that a broker has for us, through the gate that devices pass.

Promise: a message is acknowledged after what became of it is durable, and never before. If we die in between, the
broker gives it again and it reads `duplicate`; if it cannot be recorded, it stays with the broker and is tried again,
in the order in which it came.

Where gateways share devices out it has none of them: each report goes on to whoever has its device, of one device one
after another, with the sender's own token, and is acknowledged when that one says that it is durable.

It speaks for one sender, by its token: what a device of somebody else's sends there is refused, `not_yours`. What a
broker retains and says again by itself is refused, `nothing_in_it`: it was given out when it was new, and must not
count as a device that is heard from now. After the token's end everything is refused unread. What is too large, or not
the format, is refused and acknowledged: it would be no better the next time.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol
from urllib.parse import urlencode

from custodiet.entrypoints.beside import Among, Beside
from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.metrics import Metrics
from custodiet.entrypoints.gateway.sharing import Given
from custodiet.entrypoints.gateway.spoken import Message as Spoken
from custodiet.entrypoints.gateway.writer import Writer
from custodiet.entrypoints.gateway.zones import Release, ZoneKeeper
from custodiet.flows.picture import KnownSender
from custodiet.flows.ports import Clock
from custodiet.flows.receive_reports import Answers, Monitor, Request
from custodiet.model.errors import CannotRecord, NotPermitted, NotTheFormat
from custodiet.model.report import Reason, Report
from custodiet.wire import owntracks, traccar
from custodiet.wire.broker import Message

LOOK_S = 0.5
"""How often somebody looks whether to stop."""
AGAIN_S = 1.0
"""Until what could not be recorded is tried again. The store by itself waits five seconds for its lock."""

_log = logging.getLogger(__name__)


class Bus(Protocol):
    """A broker's messages, each until it is acknowledged. One thread at a time; nothing raises for a broker away."""

    def waiting(self, wait_s: float) -> Sequence[Message]:
        """Every message that is not acknowledged, oldest first; if there is none, the wait is for one."""
        ...

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """These need not come again."""
        ...

    def close(self) -> None:
        """What was not acknowledged comes again to whoever is next."""
        ...


class Source:
    """One source process; it owns its bus and its monitor."""

    def __init__(
        self,
        bus: Bus,
        monitor: Monitor,
        clock: Clock,
        token_sha256: bytes,
        release: Release,
        limits: Limits | None = None,
        among: Among | None = None,
    ) -> None:
        """`among`: where gateways share devices out; then its monitor has none."""
        self._limits = limits or Limits()
        self._bus = bus
        self._monitor = monitor
        self._clock = clock
        self._token_sha256 = token_sha256
        self._writer = Writer(monitor, self._limits, Metrics())
        self._zones = ZoneKeeper(monitor, release)
        self._beside = None if among is None else Beside(among, self._writer, monitor, clock, self._limits)
        self._stopping = asyncio.Event()
        self._said: set[str] = set()

    def stop(self) -> None:
        """Answer what is under way, then end."""
        self._stopping.set()

    async def run(self) -> None:
        """Until it is told to stop. Raises NotPermitted for a token that was never issued, and CannotRecord when the
        store cannot be read at the start.
        """
        self._writer.start()
        try:
            await self._writer.refreshed()
            self._sender()
            self._zones.start()
            if self._beside is not None:
                self._beside.start()
            while not self._stopping.is_set():
                messages = await asyncio.to_thread(self._bus.waiting, LOOK_S)
                if messages and not await self._answer(messages):
                    await asyncio.sleep(AGAIN_S)
        finally:
            self._zones.stop()
            await asyncio.to_thread(self._end)
            self._bus.close()

    def _end(self) -> None:
        if self._beside is not None:
            self._beside.stop()
        self._writer.stop()
        if self._beside is not None:
            self._beside.leave()

    async def _answer(self, messages: Sequence[Message]) -> bool:
        """Whether everything could be recorded and so is acknowledged."""
        sender, now = self._sender(), self._clock.now()
        lines = [self._line(sender, message) for message in messages]
        if self._beside is None:
            answers = await self._write([Request(sender, (line,), now) for line in lines])
        else:
            said = (sender, self._beside.token)
            answers = await self._beside.hand_on([_given(*said, *one) for one in zip(messages, lines, strict=True)])
        failed = [answer for answer in answers if isinstance(answer, CannotRecord)]
        self._bus.acknowledge(
            message for message, answer in zip(messages, answers, strict=True) if not isinstance(answer, CannotRecord)
        )
        if failed:
            self._say_once("cannot record", f"cannot record now: {failed[0]}; the broker keeps it")
        else:
            self._said.discard("cannot record")
        return not failed

    async def _write(self, requests: Sequence[Request]) -> list[Answers]:
        try:
            return await self._writer.submit_together(requests)
        except CannotRecord as cannot:
            return [cannot for _ in requests]

    def _sender(self) -> KnownSender:
        sender = self._monitor.sender(self._token_sha256)
        if sender is None:
            raise NotPermitted("this source's token was never issued")
        return sender

    def _line(self, sender: KnownSender, message: Message) -> Report | Reason:
        if sender.token.ended(self._clock.now()):
            self._say_once("ended", "this source's token has ended: everything is refused unread; end this source")
            return Reason.TOKEN_ENDED
        if message.subscription is None:
            self._say_once("unknown", "the broker holds a subscription of ours that is not asked for here: refused")
            return Reason.NOTHING_IN_IT
        if message.retained:
            return Reason.NOTHING_IN_IT
        if len(message.body) > self._limits.report_bytes_max:
            return Reason.NOT_THE_FORMAT
        try:
            return _DECODE[message.subscription.format](message) or Reason.NOTHING_IN_IT
        except NotTheFormat:
            return Reason.NOT_THE_FORMAT

    def _say_once(self, what: str, text: str) -> None:
        if what not in self._said:
            self._said.add(what)
            _log.warning("%s", text)


def _given(sender: KnownSender, token: str, message: Message, line: Report | Reason) -> Given:
    """As a gateway is asked: a format is called as its address there is."""
    named = "traccar" if message.subscription is None else message.subscription.format
    return Given(named, sender, token, Spoken(_device_beside(message), message.body, {}), (line,))


def _device_beside(message: Message) -> bytes:
    """Whose a message is, where that stands beside it, as an address's query."""
    if message.subscription is None or message.subscription.format != "owntracks":
        return b""
    user, _, device = (owntracks.device_of_topic(message.topic) or "").partition("/")
    return urlencode({"u": user, "d": device}).encode()


def _owntracks(message: Message) -> Report | None:
    """Whose it is says the topic, which the broker lets only its owner write to."""
    device = owntracks.device_of_topic(message.topic)
    if device is None:
        raise NotTheFormat("the topic names no device")
    return owntracks.decode(message.body, device)


_DECODE: dict[str, Callable[[Message], Report | None]] = {
    "traccar": lambda message: traccar.decode(message.body),
    "owntracks": _owntracks,
}


def run_source(source: Source) -> None:
    """Until SIGTERM or SIGINT; what is under way is answered first."""

    async def until_told() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, source.stop)
        await source.run()

    asyncio.run(until_told())
