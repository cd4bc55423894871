"""What is served without Django: the published log (hashes only), style sheets and scripts. Read only, no session."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from custodiet.entrypoints.web.published import Bucket, Published
from custodiet.model.errors import Unready

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_YEAR = b"public, max-age=31536000, immutable"


class Assets:
    """The files that pages refer to, held in memory: what was built from npm, and our own scripts."""

    def __init__(self) -> None:
        here = files("custodiet.entrypoints.web")
        built = here / "built"
        if not (built / "MANIFEST.json").is_file():
            raise Unready("the style sheets are not built: run ./dev, or node assets/build.mjs after npm ci")
        self.manifest: dict[str, Any] = json.loads((built / "MANIFEST.json").read_bytes())
        found = [*built.iterdir(), *(here / "static").iterdir()]
        self._files = {one.name: one.read_bytes() for one in found if Path(one.name).suffix in _KINDS}
        # One for all: a script names the ones beside it, and must not find another version's.
        self._version = hashlib.sha256(b"".join(data for _, data in sorted(self._files.items()))).hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a page finds a file; when any of them changes, all have other addresses. Raises KeyError for none."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self._version}/{name}"

    def get(self, path: str) -> tuple[bytes, bytes] | None:
        """What lies at such an address, and of what kind it is."""
        version, _, name = path.removeprefix("/static/").partition("/")
        if version != self._version or name not in self._files:
            return None
        return self._files[name], _KINDS[Path(name).suffix].encode()


class Served:
    """An ASGI application: the log and the assets by itself, everything else by the pages."""

    def __init__(self, log: Published, assets: Assets, pages: Callable[..., Awaitable[None]]) -> None:
        self._log = log
        self._bucket = Bucket()
        self._assets = assets
        self._pages = pages

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            if scope["path"].startswith(("/log/", "/static/")):
                await self._file(scope, send)
            else:
                await self._pages(scope, receive, send)

    async def _file(self, scope: MutableMapping[str, Any], send: Send) -> None:
        method, path = scope["method"], scope["path"]
        status, body, kind, keep = 404, b"no such file\n", b"text/plain", b"no-store"
        if method not in {"GET", "HEAD"}:
            status, body = 405, b"only GET\n"
        elif path.startswith("/log/") and not self._bucket.allows():
            status, body = 429, b"too many at once: try again in a moment\n"
        elif path.startswith("/log/"):
            found = await asyncio.to_thread(self._log.get, path.removeprefix("/log/"))
            if found is not None:
                status, (body, kind, keep) = 200, found
        else:
            asset = self._assets.get(path)
            if asset is not None:
                status, (body, kind), keep = 200, asset, _YEAR
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"content-security-policy", _POLICY),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", keep),
        ]
        if status == 429:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
