"""A gateway without a socket or a thread: requests as ASGI gives them, written when the test says so."""

import asyncio
import math

from custodiet.entrypoints.gateway.app import Gateway
from custodiet.entrypoints.gateway.limits import Limits

from .house import House
from .many import reads_many
from .running import Answer


class Door:
    """One gateway. Work ahead of time goes by a real clock; here it happens when the test says so."""

    def __init__(self, house: House, limits: Limits | None = None) -> None:
        self.monitor = house.monitor()
        self.gateway = Gateway(self.monitor, reads_many(), house.clock, limits)
        self.bodies_read = 0
        self.gateway.writer._idled_at = math.inf
        self.refresh()

    def refresh(self) -> None:
        self.gateway.writer._refresh()
        self.monitor.idle()

    def request(
        self, method: str, path: str, body: bytes | None = b"", token: str | None = None, *, query=b"", headers=()
    ) -> Answer:
        """One request; a body of None never comes."""
        return self.together((method, path, body, token, query, headers))[0]

    def together(self, *requests) -> list[Answer]:
        """Several at once: all have been taken in before the writer writes."""

        async def whole():
            answering = [asyncio.ensure_future(self._answer(*request)) for request in requests]
            while not all(one.done() for one in answering):
                for _ in range(5):
                    await asyncio.sleep(0)
                self.gateway.writer.step(0)
            return [await one for one in answering]

        return asyncio.run(whole())

    async def _answer(self, method, path, body, token, query=b"", more=()) -> Answer:
        headers = [*more, (b"content-length", str(len(body or b"")).encode()), (b"user-agent", b"made-up-agent/1.0")]
        if token is not None:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "client": ("127.0.0.1", 4711)}
        scope["query_string"] = query
        sent = []

        async def receive():
            self.bodies_read += 1
            if body is None:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.gateway(scope, receive, send)
        return Answer(sent[0]["status"], sent[1]["body"], {k.decode(): v.decode() for k, v in sent[0]["headers"]})
