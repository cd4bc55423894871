"""The demo: the made-up scheme, served, with its devices as processes that know a URL and a token; and what it says."""

import json
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from custodiet.entrypoints.serve import Place, Running, say
from custodiet.entrypoints.serving import listen_on
from custodiet.entrypoints.supervisor import Program, stop_on_signals
from custodiet.entrypoints.wording import said_alert, said_state, said_task, said_time
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.show_standing import Standing, ToDo, show_standing
from custodiet.model.decision import State
from custodiet.model.errors import CannotRecord
from custodiet.simulation.world import InventedDevice, World

DEVICE_EVERY_S = 5.0
WITNESS = Path(__file__).parents[1] / "outside" / "witness.py"
Accounts = dict[str, dict[str, str]]
"""One sign-in for each function: username and password."""


def run_demo(
    place: Place,
    vault: Vault,
    store: Store,
    clock: Clock,
    world: World,
    accounts: Accounts,
    made_up: Path,
    *,
    as_json: bool,
) -> None:
    """The made-up scheme, running, with its devices. One JSON line on stdout when it is ready, or words."""
    running = Running(place, vault)
    stop_on_signals(running.supervisor.stopping)
    try:
        running.wait_until_ready()
        ready = _ready_line(running, place, world, accounts)
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


def a_witness(folder: Path, log_vkey: str, policy: Path) -> Program:
    """A witness of the made-up log, as a charity would run it: the very file, with a key and a memory of its own.

    Writes the policy that names it, at a port that is held from now on.
    """
    python = (sys.executable, "-P", str(WITNESS))
    name = "witness.example/made-up"
    made = subprocess.run([*python, "init", folder, name], capture_output=True, text=True, check=True)
    listening = listen_on(0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    policy.write_text(f"witness charity {made.stdout.strip()} {address}\nquorum charity\n")
    handle = listening.detach()
    command = (*python, "run", str(folder), "--log", log_vkey, f"--listen-fd={handle}", "--tied")
    return Program("witness", command, (handle,))


def _ready_line(running: Running, place: Place, world: World, accounts: Accounts) -> dict[str, Any]:
    return {
        "web": running.web,
        "gateway": running.gateway,
        "data": str(place.data),
        "senders": {name: {"token": one.token, "device": one.serial} for name, one in world.senders.items()},
        "accounts": accounts,
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
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    aside.touch(mode=0o600)
    aside.write_bytes(data)
    aside.replace(path)  # whole, or the one before: the page reads it


def _introduce(ready: dict[str, Any]) -> None:
    say(
        "\nEveryone here is invented and lives in the sea. Nobody's trail is on this screen, because nobody has asked "
        "for one.\n"
    )
    say(f"  page     {ready['web']}")
    say(f"  gateway  {ready['gateway']}")
    say(f"  data     {ready['data']}")
    say("  try      ./dev tour, in another terminal")
    say("\nSign in on the page as:")
    for function, account in ready["accounts"].items():
        say(f"  {function.replace('_', ' '):<24} {account['username']:<16} {account['password']}")
    say(f"\nThe next review that nobody will do: {ready['references'].get('lapses_next')} at {ready['lapses_at']}")
    say("Ctrl-C ends it.\n")


class _Terminal:
    """What happens, a line each, without a position or a name."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._states: dict[str, State] | None = None
        self._tasks: set[ToDo] = set()
        self._alerts: set[str] = set()
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
            for waiting in standing.alerts:
                if waiting.alert.id not in self._alerts:
                    said = said_alert(waiting.alert, standing.at)
                    say(f"{said_time(standing.at)}  {waiting.reference}  alert: {said}")
        self._states, self._tasks = states, tasks
        self._alerts |= {waiting.alert.id for waiting in standing.alerts}


def _counts(standing: Standing) -> str:
    kept = sum(count for outcome, reason, count in standing.reports if outcome == "kept" and not reason)
    refused = [f"{reason} {count}" for outcome, reason, count in standing.reports if outcome == "refused" and reason]
    return f"reports kept {kept}; refused {', '.join(refused) or 'none'}; ledger entries {standing.entries}"
