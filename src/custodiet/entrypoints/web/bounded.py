"""What a request may cost before Django sees it: its body in bytes and in time, all bodies together in memory.

Django would put a long body into a file; ours never leave memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from custodiet.entrypoints.api.problem import BASE, MEDIA_TYPE, RETRY_AFTER_S, problem
from custodiet.entrypoints.web.served import Receive, Send

BODY_WAIT_S = 30.0
BODIES_MAX = 64
"""Bodies that come at the same time; each is bounded too."""


class Bounded:
    """An ASGI application around another: it reads the body first, within bounds, and hands it on whole."""

    def __init__(
        self, pages: Callable[..., Awaitable[None]], bytes_max: int, longer: Mapping[str, int] | None = None
    ) -> None:
        self._pages = pages
        self._bytes_max = bytes_max
        self._longer = longer or {}
        """Where documents come in: the beginning of the address, and how many bytes are taken there."""
        self._coming = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["method"] in {"GET", "HEAD"}:
            await self._pages(scope, receive, send)
            return
        if self._coming >= BODIES_MAX:
            await _say(scope, send, 503, "try_again", "too many at once: try again")
            return
        self._coming += 1
        try:
            body = await asyncio.wait_for(self._read(receive, self._most(scope["path"])), BODY_WAIT_S)
        except TimeoutError:
            await _say(scope, send, 408, "no_body", "the body did not come")
            return
        finally:
            self._coming -= 1
        if body is None:
            await _say(scope, send, 413, "too_long", "longer than any form here")
            return
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def whole() -> MutableMapping[str, Any]:
            return waiting.pop() if waiting else await receive()

        await self._pages(scope, whole, send)

    def _most(self, path: str) -> int:
        return next((most for begins, most in self._longer.items() if path.startswith(begins)), self._bytes_max)

    async def _read(self, receive: Receive, bytes_max: int) -> bytes | None:
        """The body; None when it is too long or whoever sent it has gone."""
        body: bytes = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > bytes_max:
                return None
            if not message.get("more_body"):
                return body


async def _say(scope: Mapping[str, Any], send: Send, status: int, code: str, words: str) -> None:
    """In plain words; from the API as a problem."""
    kind, body = b"text/plain", words.encode() + b"\n"
    if scope["path"].startswith(BASE + "/"):
        kind, body = MEDIA_TYPE.encode(), msgspec.json.encode(problem(status, code, words))
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
    ]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
