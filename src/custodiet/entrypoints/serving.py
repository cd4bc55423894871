"""How our web processes listen: uvicorn on a socket that is handed in, connections bounded, without an access log."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

import uvicorn

from custodiet.entrypoints.connections import Connection, keep_quiet_about_garbage, make_room


def listen_on(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. Raises OSError when the port is taken."""
    return socket.create_server(("127.0.0.1", port), backlog=2048)


def socket_from(descriptor: int) -> socket.socket:
    """The listening socket that a parent process opened for us."""
    return socket.socket(fileno=descriptor)


class _Server(uvicorn.Server):
    """Ends what would go on by itself before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end()
        await super().shutdown(sockets)


def configured(app: Any, connection: Callable[..., Connection] = Connection) -> uvicorn.Config:
    """How an application is served, by a `connection` for whoever connects."""
    return uvicorn.Config(
        app,
        http=connection,  # type: ignore[arg-type]  # it is only called
        loop="uvloop",
        lifespan="on",
        ws="none",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(Connection.wait_s),
        timeout_graceful_shutdown=10,
    )


def serve_app(
    app: Any,
    listening: socket.socket,
    end: Callable[[], None] = lambda: None,
    connection: Callable[..., Connection] = Connection,
    beside: Sequence[socket.socket] = (),
) -> None:
    """Serve until SIGTERM or SIGINT; what is under way is finished first. `end` stops what never finishes by itself.

    `connection` makes one for whoever connects, there or to a socket `beside`.
    """
    make_room()
    keep_quiet_about_garbage()
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        _Server(configured(app, connection), end).run(sockets=[listening, *beside])


def log_plainly(process: str) -> None:
    """Warnings and worse, one line each on stderr, with the process's name and nothing of a request."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format=f"%(asctime)s {process} %(levelname)s %(message)s", force=True
    )


def end_with_parent() -> None:
    """End when standard input closes: a parent that was killed leaves no orphans behind."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="parent-watch", daemon=True).start()
