"""One question over HTTP to somebody else's server, its answer bounded in time and bytes. No redirect is followed."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from threading import Event, Timer


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens; `trusted`: who may vouch for it, when not those whom this machine trusts."""

    host: str
    port: int | None
    tls: bool
    trusted: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Status, media type and body."""

    status: int
    kind: str
    body: bytes


def ask(
    server: Server, method: str, path: str, body: bytes, headers: Mapping[str, str], *, within_s: float, bytes_max: int
) -> Answered:
    """The answer, as much of it as is wanted. Raises OSError when there is none, or none in time."""
    try:
        with closing(_line_to(server, within_s)) as line:
            line.connect()
            # The timeout is one of silence: whoever answers a byte at a time is cut off by this.
            late = Event()
            cut_off = Timer(within_s, _cut_off, (line.sock, late))
            cut_off.daemon = True
            cut_off.start()
            try:
                line.request(method, path, body, dict(headers))
                answer = line.getresponse()
                read = answer.read(bytes_max)
                if late.is_set():
                    raise TimeoutError
            finally:
                cut_off.cancel()
    except http.client.HTTPException as error:
        raise OSError(None, f"answered with {type(error).__name__}") from None
    return Answered(answer.status, answer.headers.get_content_type(), read)


def _line_to(server: Server, within_s: float) -> http.client.HTTPConnection:
    if server.tls:
        return http.client.HTTPSConnection(server.host, server.port, timeout=within_s, context=server.trusted)
    return http.client.HTTPConnection(server.host, server.port, timeout=within_s)


def _cut_off(line: socket.socket, late: Event) -> None:
    late.set()
    with suppress(OSError):  # it has ended meanwhile
        line.shutdown(socket.SHUT_RDWR)
