"""One plain local page: how things stand, without a position or a name; and the published log (hashes only).

Loopback only, no script, no request to anywhere else. It reads the store and can write nothing.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from custodiet.entrypoints.wording import said_alert, said_state, said_task, said_time
from custodiet.flows.ports import Clock, Store
from custodiet.flows.show_standing import show_standing
from custodiet.model.errors import CannotRecord

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_HTML = b"text/html; charset=utf-8"
_POLICY = b"default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_TILE = re.compile(r"checkpoint|tile/(?:entries/)?[0-9x/]+(?:\.p/[0-9]{1,3})?", re.ASCII)


class Page:
    """An ASGI application. `made_up` gives what a demo tells of itself; None when the people are real."""

    def __init__(self, store: Store, clock: Clock, log: Path, made_up: Callable[[], dict[str, Any]] | None) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._made_up = made_up
        here = Environment(
            loader=PackageLoader("custodiet.entrypoints.web"), autoescape=True, undefined=StrictUndefined
        )
        here.globals.update(said_alert=said_alert, said_state=said_state, said_task=said_task, said_time=said_time)
        self._template = here.get_template("standing.html")
        self._style = here.get_template("standing.css").render().encode()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            status, body, kind = await self._respond(
                scope["method"], scope["path"], live=scope["query_string"] == b"live"
            )
            headers = [
                (b"content-type", kind),
                (b"content-length", str(len(body)).encode()),
                (b"content-security-policy", _POLICY),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
                (b"cache-control", b"no-store"),
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _respond(self, method: str, path: str, *, live: bool) -> tuple[int, bytes, bytes]:
        if method not in {"GET", "HEAD"}:
            return 405, b"only GET\n", b"text/plain"
        if path == "/":
            return await asyncio.to_thread(self._page, live=live)
        if path == "/style.css":
            return 200, self._style, b"text/css"
        if path.startswith("/log/"):
            return await asyncio.to_thread(self._published, path.removeprefix("/log/"))
        return 404, b"no such page\n", b"text/plain"

    def _page(self, *, live: bool) -> tuple[int, bytes, bytes]:
        try:
            with self._store.reading() as view:
                standing = show_standing(view, self._clock.now())
        except CannotRecord:
            return 503, b"the store cannot be read now\n", b"text/plain"
        made_up = self._made_up() if self._made_up is not None else None
        return 200, self._template.render(standing=standing, made_up=made_up, live=live).encode(), _HTML

    def _published(self, name: str) -> tuple[int, bytes, bytes]:
        """A tile or the checkpoint. Entry bundles are not published: the folder holds none."""
        if not _TILE.fullmatch(name):
            return 404, b"no such tile\n", b"text/plain"
        try:
            data = (self._log / name).read_bytes()
        except OSError:
            return 404, b"no such tile\n", b"text/plain"
        return 200, data, b"text/plain; charset=utf-8" if name == "checkpoint" else b"application/octet-stream"
