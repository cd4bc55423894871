"""The writing thread: many small requests, one commit.

Promise: a request that was submitted is answered exactly once, after the transaction it took part in is durable, or
with CannotRecord when it is not; nothing is ever half done. One thread writes, so that the monitor needs no lock.
While nobody waits it keeps the picture of decisions fresh. A request that makes the writing fail in a way we did not
foresee is tried again alone, so that it cannot take the others with it.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from threading import Condition, Thread
from time import monotonic
from typing import NamedTuple

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.memory import set_aside_what_lives
from custodiet.entrypoints.gateway.metrics import Metrics
from custodiet.flows.receive_reports import Answers, Monitor, Request, Singles
from custodiet.model.errors import CannotRecord

_log = logging.getLogger(__name__)

REFRESH_S = 0.25
"""How often the picture is brought up to date while nobody waits."""
GATHER_S = 0.002
"""In so long another request comes, while many do."""
IDLE_WORK_S = 1.0
SET_ASIDE_S = 60.0

Result = Answers | BaseException
Settle = Callable[[Result], None]
"""Is told the answers of a request, in the event loop that gave it."""


class _Asking(NamedTuple):
    """Who is told, and in which loop."""

    settles: Sequence[Settle]
    """One for each answer."""
    loop: asyncio.AbstractEventLoop


class _Waiting(NamedTuple):
    """A request, or several that were read together, and where answers go."""

    request: Request | Singles
    asking: _Asking

    @property
    def reports(self) -> int:
        return len(self.request.lines)

    def apart(self) -> "list[_Waiting]":
        """Each request by itself."""
        request, (settles, loop) = self.request, self.asking
        if isinstance(request, Request):
            return [self]
        return [_Waiting(request.one(place), _Asking([one], loop)) for place, one in enumerate(settles)]


class Writer:
    """Owns one monitor. `take`, `refreshed` and `picture_age_s` may be called from the event loop."""

    def __init__(self, monitor: Monitor, limits: Limits, metrics: Metrics) -> None:
        self._monitor = monitor
        self._limits = limits
        self._metrics = metrics
        self._changed = Condition()
        self._queue: deque[_Waiting] = deque()
        self._reports = 0
        self._together = False
        """Whether the last group was of several requests: a lone sender waits for nobody."""
        self._wanting_refresh: list[_Asking] = []
        self._stopping = False
        self._refreshed_at: float | None = None
        self._failing = False
        self._idling_fails: type[BaseException] | None = None
        self._well_at = monotonic()
        self._idled_at = 0.0
        self._set_aside_at = 0.0
        self._thread: Thread | None = None
        metrics.waiting(lambda: self._reports)

    # --- from the event loop ---

    def start(self) -> None:
        """Begin to write."""
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    @property
    def is_full(self) -> bool:
        """Whether a request would be turned away now."""
        return self.is_full_with(0)

    def is_full_with(self, more: int) -> bool:
        """Whether one would be, once so many more are here."""
        return self._reports + more >= self._limits.waiting_reports_max

    @property
    def is_failing(self) -> bool:
        """Whether the last group, or the proof that our own path is up, could not be written."""
        return self._failing or self._idling_fails is CannotRecord

    @property
    def fails_for_s(self) -> float:
        """Seconds since it began to fail; 0 while it does not."""
        return monotonic() - self._well_at if self.is_failing else 0.0

    @property
    def picture_age_s(self) -> float | None:
        """Seconds since the store was last read; None before the first time."""
        return None if self._refreshed_at is None else monotonic() - self._refreshed_at

    def take(self, request: Request, settle: Settle) -> None:
        """Have it written, and `settle` told once it is durable. Raises CannotRecord when too much waits already."""
        self._queue_up([_Waiting(request, _Asking([settle], asyncio.get_running_loop()))])

    def take_each(self, singles: Singles, settles: Sequence[Settle]) -> None:
        """The same of requests that were read together: each is told by itself."""
        self._queue_up([_Waiting(singles, _Asking(settles, asyncio.get_running_loop()))])

    async def submit_together(self, requests: Sequence[Request]) -> list[Answers]:
        """The answers of several, written in this order, in one commit if it has room for them. CannotRecord stands for
        one that must come again. Raises it when too much waits already.
        """
        futures = [_future() for _ in requests]
        self._queue_up([_Waiting(request, _asking(future)) for request, future in zip(requests, futures, strict=True)])
        settled = await asyncio.gather(*futures, return_exceptions=True)
        answers: list[Answers] = []
        for one in settled:
            if isinstance(one, BaseException) and not isinstance(one, CannotRecord):
                raise one
            answers.append(one)
        return answers

    def _queue_up(self, waiting: Sequence[_Waiting]) -> None:
        with self._changed:
            if self._stopping or self.is_full:
                raise CannotRecord("too much is waiting to be written")
            is_first = not self._queue
            for one in waiting:
                self._queue.append(one)
                self._reports += one.reports
            if is_first or self._reports >= self._limits.group_reports_max:
                self._changed.notify()  # else the thread is awake, or gathers

    async def refreshed(self) -> None:
        """Returns when the picture has been read anew since the call. Raises CannotRecord when it cannot be."""
        future = _future()
        with self._changed:
            if self._stopping:
                raise CannotRecord("stopping")
            self._wanting_refresh.append(_asking(future))
            self._changed.notify()
        await future

    # --- the thread ---

    def _run(self) -> None:
        try:
            while self.step(REFRESH_S):
                pass
        except BaseException as unforeseen:  # noqa: BLE001 - a gateway that cannot write is to be started anew, not to stay
            _log.critical("the writer ended: %s", type(unforeseen).__name__)
            os.kill(os.getpid(), signal.SIGTERM)

    def step(self, wait_s: float) -> bool:
        """Wait a little for work, do it, keep house. False when stopped and nothing waits."""
        with self._changed:
            if not (self._queue or self._wanting_refresh or self._stopping):
                self._changed.wait(wait_s)
            if self._together:
                self._gather()
            group = self._take()
            self._together = sum(len(one.asking.settles) for one in group) > 1
            refreshing, self._wanting_refresh = self._wanting_refresh, []
            ending = self._stopping and not self._queue
        if group:
            self._write(group)
        if refreshing or not group:
            failed = self._refresh()
            _tell([(asking, [failed if failed is not None else []]) for asking in refreshing])
        self._idle()  # also while the store is away: what must be forgotten needs none
        if not self.is_failing:
            self._well_at = monotonic()
        return bool(group) or not ending

    def _gather(self) -> None:
        """Where several come at once a commit is soon shared by more: wait for as long as more keep coming."""
        most, until = self._limits.group_reports_max, monotonic() + self._limits.gather_s_max
        before = 0
        while before < self._reports < most and not self._stopping and monotonic() < until:
            before = self._reports
            self._changed.wait(GATHER_S)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        reports = 0
        while self._queue and (not group or reports + self._queue[0].reports <= self._limits.group_reports_max):
            one = self._queue.popleft()
            reports += one.reports
            group.append(one)
        self._reports -= reports
        return group

    def _write(self, group: list[_Waiting]) -> None:
        try:
            results: list[Answers] = self._monitor.receive([one.request for one in group])
        except CannotRecord as cannot:
            self._failing = True
            # Not the same one: it leads to the frames in which everything of the group stands, and these to it.
            results = [CannotRecord(*cannot.args) for one in group for _ in one.asking.settles]
        except Exception as unforeseen:  # noqa: BLE001 - whatever it is, nothing was kept and everyone must be told
            # Its text is not logged: nobody has promised what stands in it.
            apart = [one for several in group for one in several.apart()]
            _log.error("a group of %d could not be written: %s", len(apart), type(unforeseen).__name__)
            if len(apart) > 1:
                for one in apart:
                    self._write([one])
                return
            results = [CannotRecord("could not be written")]
        else:
            self._refreshed_at, self._failing = monotonic(), False
            self._metrics.committed()
        self._metrics.answered([answer for of_one in results if isinstance(of_one, list) for answer in of_one])
        told = iter(results)
        _tell([(one.asking, list(islice(told, len(one.asking.settles)))) for one in group])

    def _refresh(self) -> CannotRecord | None:
        try:
            self._monitor.refresh()
        except CannotRecord as cannot:
            return CannotRecord(*cannot.args)
        except Exception as unforeseen:  # noqa: BLE001 - the thread must live; the picture grows old and says so
            _log.error("the picture could not be read: %s", type(unforeseen).__name__)
            return CannotRecord("the picture could not be read")
        self._refreshed_at = monotonic()
        return None

    def _idle(self) -> None:
        if monotonic() - self._idled_at < IDLE_WORK_S:
            return
        self._idled_at = monotonic()
        if self._idled_at - self._set_aside_at >= SET_ASIDE_S:
            self._set_aside_at = self._idled_at
            set_aside_what_lives()
        try:
            self._monitor.idle()
        except Exception as error:  # noqa: BLE001 - work ahead of time may fail; the first fix tries again
            if self._idling_fails is not type(error):  # said once: a line a second would fill the disk further
                _log.error("work ahead of time failed: %s; trying again", type(error).__name__)
            self._idling_fails = type(error)
        else:  # after what failed it has proved that it can be written again
            self._idling_fails, self._failing = None, False


def _tell(told: Sequence[tuple[_Asking, Sequence[Result]]]) -> None:
    """Settle from another thread than that of whoever asked: of each loop all at once, for it is woken each time.

    In their order. Of a loop that has closed nobody is left to be told.
    """
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Settle, Result]]] = {}
    for (settles, loop), results in told:
        by_loop.setdefault(loop, []).extend(zip(settles, results, strict=True))
    for loop, of_loop in by_loop.items():
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, of_loop)


def _settle(told: Sequence[tuple[Settle, Result]]) -> None:
    for settle, result in told:
        try:
            settle(result)
        except Exception as unforeseen:  # noqa: BLE001 - one who cannot be told must not keep it from the others
            _log.error("an answer could not be given: %s", type(unforeseen).__name__)


async def answers_of(take: Callable[[Settle], None]) -> Answers:
    """The answers of what takes in whom to tell them. Raises as it does."""
    future = _future()
    take(partial(_set, future))
    return await future


def _future() -> asyncio.Future[Answers]:
    return asyncio.get_running_loop().create_future()


def _asking(future: asyncio.Future[Answers]) -> _Asking:
    return _Asking([partial(_set, future)], future.get_loop())


def _set(future: asyncio.Future[Answers], result: Result) -> None:
    if future.done():
        return  # the sender went away; what was written stays written
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
