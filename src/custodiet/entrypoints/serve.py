"""All our processes over one data folder, as children of one: the embedded default."""

import http.client
import json
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import Any

from custodiet.entrypoints.serving import listen_on
from custodiet.entrypoints.supervisor import Program, Supervisor, our_own, stop_on_signals
from custodiet.flows.ports import Vault
from custodiet.model.errors import OpeningRefused, Unready, VaultUnavailable

READY_WAIT_S = 60.0
LOOK_S = 0.2
WEB_PORT, GATEWAY_PORT = 8070, 8071

NO_WALL = "that is a convenience, not a wall; whoever owns this user can open today's positions (docs/trust.md)"
WALLS = f"every process here runs under one user: {NO_WALL}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the processes work and listen. Port 0: any free one.

    `held` is the descriptor that holds the place alone: every process inherits it, so that it is held until the last
    one has ended, however their parent ended.
    """

    data: Path
    keys: Path
    held: int
    port: int | None = None
    gateways: int = 1
    sources: tuple[Path, ...] = ()
    """Files that name a broker each."""
    messenger: bool = False
    """Whether there is a way for messages to people."""
    beside: tuple[Program, ...] = ()
    """What else runs, before everything of ours."""


def say(text: str) -> None:
    """To whoever started us; stdout is kept for answers. That it cannot be said must not end what runs."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


class Running:
    """The processes of one place, up and answering."""

    def __init__(self, place: Place, vault: Vault) -> None:
        self._vault = vault
        self.supervisor = Supervisor(say)
        web, gateway = _listen(place.port)
        self.web = f"http://127.0.0.1:{web.getsockname()[1]}"
        self.gateway = f"http://127.0.0.1:{gateway.getsockname()[1]}"
        where = ("--data", str(place.data), "--keys", str(place.keys))

        def run(name: str, process: str, *more: str, listen_fd: int | None = None) -> None:
            on = () if listen_fd is None else (f"--listen-fd={listen_fd}",)
            command = our_own("run", process, *where, "--tied", *on, *more)
            listening = () if listen_fd is None else (listen_fd,)
            self.supervisor.start(Program(name, command, (place.held, *listening)))

        for program in place.beside:
            self.supervisor.start(program)
        run("vault", "vault")
        run("clock", "clock")
        if place.messenger:
            run("messenger", "messenger")
        for number in range(1, place.gateways + 1):
            run(f"gateway-{number}", "gateway", listen_fd=gateway.fileno())
        for number, file in enumerate(place.sources, start=1):
            run(f"source-{number}", "source", "--config", str(file))
        run("web", "web", listen_fd=web.fileno())
        self._sockets = (web, gateway)

    def wait_until_ready(self) -> None:
        """Returns when vault, gateway and page answer, and the gateway has the zones that it judges by.

        Raises Unready when they do not.
        """
        until = monotonic() + READY_WAIT_S
        waiting = {"vault": self._vault_answers, "gateway": self._gateway_answers, "page": self._page_answers}
        while waiting:
            self.supervisor.watch()
            waiting = {name: answers for name, answers in waiting.items() if not answers()}
            if monotonic() > until:
                raise Unready(f"no answer from: {', '.join(waiting)}")
            if waiting and self.supervisor.stopping.wait(0.05):
                raise Unready("stopped while starting")

    def look_after(self, each_look: Callable[[], None]) -> None:
        """Until someone asks us to stop; then end everything in order."""
        try:
            while not self.supervisor.stopping.wait(LOOK_S):
                self.supervisor.watch()
                each_look()
        finally:
            self.supervisor.stop()

    def _vault_answers(self) -> bool:
        try:
            self._vault.checkpoint()
        except (VaultUnavailable, OpeningRefused):
            return False
        return True

    def _gateway_answers(self) -> bool:
        status, said = _answer(self.gateway, "/healthz")
        if status != HTTPStatus.OK:
            return False
        health = json.loads(said)
        return not health["zones_wanted"] and not health.get("nobodys")

    def _page_answers(self) -> bool:
        return _answer(self.web, "/")[0] == HTTPStatus.OK


def serve(place: Place, vault: Vault) -> None:
    """Everything but the made-up scheme, until we are told to stop."""
    say(WALLS)
    running = Running(place, vault)
    stop_on_signals(running.supervisor.stopping)
    try:
        running.wait_until_ready()
    except Unready:
        running.supervisor.stop()
        raise
    say(f"page     {running.web}\ngateway  {running.gateway}\ndata     {place.data}")
    running.look_after(lambda: None)


def _listen(port: int | None) -> tuple[Any, Any]:
    """Sockets for the page and the gateway. Raises Unready when a port is taken."""
    wanted = (WEB_PORT, GATEWAY_PORT) if port is None else (port, port + 1 if port else 0)
    try:
        return listen_on(wanted[0]), listen_on(wanted[1])
    except OSError:
        if port is None:
            return listen_on(0), listen_on(0)  # nobody asked for these two: any will do
        raise Unready(f"port {wanted[0]} or {wanted[1]} is taken: say --port N, or --port 0 for any") from None


def _answer(url: str, path: str) -> tuple[int | None, bytes]:
    host = url.removeprefix("http://")
    try:
        with closing(http.client.HTTPConnection(host, timeout=2)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None, b""
