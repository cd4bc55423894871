"""All our processes over one data folder, as children of one: the embedded default, and the demo on top of it."""

import http.client
import json
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from custodiet.entrypoints.serving import listen_on
from custodiet.entrypoints.supervisor import Program, Supervisor, our_own, stop_on_signals
from custodiet.entrypoints.wording import said_state, said_task, said_time
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.show_standing import Standing, ToDo, show_standing
from custodiet.model.decision import State
from custodiet.model.errors import CannotRecord, OpeningRefused, Unready, VaultUnavailable
from custodiet.simulation.world import InventedDevice, World

READY_WAIT_S = 60.0
LOOK_S = 0.2
WEB_PORT, GATEWAY_PORT = 8070, 8071
DEVICE_EVERY_S = 5.0

WALLS = (
    "every process here runs under one user: that is a convenience, not a wall; whoever owns this user can open "
    "today's positions (docs/trust.md)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the processes work and listen. Port 0: any free one."""

    data: Path
    keys: Path
    port: int | None = None
    gateways: int = 1


def say(text: str) -> None:
    """To whoever started us; stdout is kept for answers."""
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

        def run(name: str, process: str, *, listen_fd: int | None = None) -> None:
            on = () if listen_fd is None else (f"--listen-fd={listen_fd}",)
            command = our_own("run", process, *where, "--tied", *on)
            self.supervisor.start(Program(name, command, () if listen_fd is None else (listen_fd,)))

        run("vault", "vault")
        run("clock", "clock")
        for number in range(1, place.gateways + 1):
            run(f"gateway-{number}", "gateway", listen_fd=gateway.fileno())
        run("web", "web", listen_fd=web.fileno())
        self._sockets = (web, gateway)

    def wait_until_ready(self) -> None:
        """Returns when vault, gateway and page answer. Raises Unready when they do not."""
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
        return _status(self.gateway, "/healthz") == 200

    def _page_answers(self) -> bool:
        return _status(self.web, "/") == 200


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


def demo(place: Place, vault: Vault, store: Store, clock: Clock, world: World, made_up: Path, *, as_json: bool) -> None:
    """The made-up scheme, running, with its devices. One JSON line on stdout when it is ready, or words."""
    running = Running(place, vault)
    stop_on_signals(running.supervisor.stopping)
    try:
        running.wait_until_ready()
        ready = _ready_line(running, place, world)
        _write_private(made_up, json.dumps(ready).encode())
        for number, device in enumerate(world.walking):
            running.supervisor.start(_device(device, running.gateway, number))
    except BaseException:
        running.supervisor.stop()
        raise
    if as_json:
        print(json.dumps(ready), flush=True)
        running.look_after(lambda: None)
    else:
        _introduce(ready)
        running.look_after(_Terminal(store, clock).look)


def _listen(port: int | None) -> tuple[Any, Any]:
    """Sockets for the page and the gateway. Raises Unready when a port is taken."""
    wanted = (WEB_PORT, GATEWAY_PORT) if port is None else (port, port + 1 if port else 0)
    try:
        return listen_on(wanted[0]), listen_on(wanted[1])
    except OSError:
        if port is None:
            return listen_on(0), listen_on(0)  # nobody asked for these two: any will do
        raise Unready(f"port {wanted[0]} or {wanted[1]} is taken: say --port N, or --port 0 for any") from None


def _ready_line(running: Running, place: Place, world: World) -> dict[str, Any]:
    return {
        "web": running.web,
        "gateway": running.gateway,
        "data": str(place.data),
        "senders": {name: {"token": one.token, "device": one.serial} for name, one in world.senders.items()},
        "accounts": {},
        "lapses_at": world.lapses[0].isoformat() if world.lapses else None,
        "lapses": [at.isoformat() for at in world.lapses],
        "references": world.references,
        "processes": running.supervisor.pids(),
    }


def _device(device: InventedDevice, gateway: str, seed: int) -> Program:
    told = {
        "url": f"{gateway}/in/traccar",
        "token": device.token,
        "serial": device.serial,
        "lat": device.lat,
        "lon": device.lon,
        "every_s": DEVICE_EVERY_S,
        "seed": seed,
    }
    command = (sys.executable, "-P", "-m", "custodiet.simulation.device")
    return Program(f"device {device.serial}", command, told=json.dumps(told).encode() + b"\n", quiet=True)


def _write_private(path: Path, data: bytes) -> None:
    """A demo's ready line holds invented tokens; the habit of keeping tokens private is not invented."""
    path.touch(mode=0o600)
    path.write_bytes(data)


def _status(url: str, path: str) -> int | None:
    host = url.removeprefix("http://")
    try:
        with closing(http.client.HTTPConnection(host, timeout=2)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None


def _introduce(ready: dict[str, Any]) -> None:
    say(
        "\nEveryone here is invented and lives in the sea. Nobody's trail is on this screen, because nobody has asked "
        "for one.\n"
    )
    say(f"  page     {ready['web']}")
    say(f"  gateway  {ready['gateway']}")
    say(f"  data     {ready['data']}")
    say("  try      ./dev tour, in another terminal")
    say(f"\nThe next review that nobody will do: {ready['references'].get('lapses_next')} at {ready['lapses_at']}")
    say("Ctrl-C ends it.\n")


class _Terminal:
    """What happens, a line each, without a position or a name."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._states: dict[str, State] | None = None
        self._tasks: set[ToDo] = set()
        self._counts_at = monotonic()

    def look(self) -> None:
        """Say what has changed since the last look, and the counts every half minute."""
        try:
            with self._store.reading() as view:
                standing = show_standing(view, self._clock.now())
        except CannotRecord:
            return
        self._say_changes(standing)
        if monotonic() - self._counts_at > 30:
            self._counts_at = monotonic()
            say(f"{said_time(standing.at)}  {_counts(standing)}")

    def _say_changes(self, standing: Standing) -> None:
        states = {str(one.decision_id): one.state for one in standing.monitored}
        tasks = set(standing.tasks)
        if self._states is not None:
            for one in standing.monitored:
                if self._states.get(one.decision_id) != one.state:
                    say(f"{said_time(standing.at)}  {one.reference}  {said_state(one, standing.at)}")
            for task in sorted(tasks - self._tasks, key=lambda task: task.reference):
                due = f"due {task.due_at:%d %B, %H:%M UTC}"
                say(f"{said_time(standing.at)}  {task.reference}  task: {said_task(task.kind)}, {due}")
        self._states, self._tasks = states, tasks


def _counts(standing: Standing) -> str:
    kept = sum(count for outcome, reason, count in standing.reports if outcome == "kept" and not reason)
    refused = [f"{reason} {count}" for outcome, reason, count in standing.reports if outcome == "refused" and reason]
    return f"reports kept {kept}; refused {', '.join(refused) or 'none'}; ledger entries {standing.entries}"
