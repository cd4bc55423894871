"""Messages survive a crash and a dead server: none lost, and none there twice, against a real local SMTP server.

The messenger is killed, kill -9, before and after the server has taken a message on and at steps of its own database
work; the server breaks off, asks to be tried later, dies with a message in its hands and comes again. What happens
when is drawn from a seed. A message that was taken on and not answered comes again under the same name: a server that
goes by names has it once, and the test counts how often the same name came.
"""

import email
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import Engine, event
from support.house import ANA, House, empty_replay, pieces_in_memory, report
from support.zones import zone_as_of

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.messages.smtp import Server, SmtpCarrier
from custodiet.flows.give_contact import give_contact
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.send_messages import LEASE, Messenger, NobodyThere
from custodiet.model.message import Delivery
from custodiet.model.report import DeviceSays
from custodiet.simulation.seeded import SeededChance
from custodiet.wire.message import Destination

PEOPLE = 8
ROUNDS_MAX = 60
PLANS = ("take", "later", "kill before", "kill after", "die", "die after", "kill at a step", "away")
WAIT_S = 60
"""A bound on hanging, not a measure."""


class Post:
    """The mail server, a process of its own, at one port for as long as the test lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = None
        self.plan("take")

    def plan(self, what: str) -> None:
        (self.folder / "plan").write_text(what)

    def start(self) -> None:
        if self.process is not None and self.process.poll() is None:
            return
        (self.folder / "up").unlink(missing_ok=True)
        server = Path(__file__).parents[1] / "support" / "mail_server.py"
        self.process = subprocess.Popen([sys.executable, str(server), str(self.port), str(self.folder)])
        until = time.monotonic() + WAIT_S
        while not (self.folder / "up").exists():
            assert self.process.poll() is None, "the mail server does not start"
            assert time.monotonic() < until, "the mail server does not come up"
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def names(self) -> Counter[str]:
        mail = (self.folder / "mail").iterdir()
        return Counter(email.message_from_bytes(file.read_bytes())["Message-ID"] for file in mail)


@pytest.fixture
def post(tmp_path):
    post = Post(tmp_path / "post")
    yield post
    post.stop()


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path / "house")
    yield house
    house.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_none_is_lost_and_none_is_there_twice(house, post, seed):
    random_ = random.Random(seed)
    wanted = _eight_reminders(house)
    house.store.close()
    repeats_possible = 0
    plans = list(PLANS) * 2
    random_.shuffle(plans)
    for number in range(ROUNDS_MAX):
        plan = plans[number] if number < len(plans) else "take"
        if plan == "away":
            post.stop()
        else:
            post.start()
        post.plan(plan if plan not in ("away", "kill at a step") else "take")
        step = random_.randrange(1, 120) if plan == "kill at a step" else None
        _send(house, post, 100 * seed + number, step)
        repeats_possible += plan in ("kill after", "die after", "kill at a step")
        house.clock.pass_(timedelta(minutes=2))
        if number >= len(plans) and set(_states(house).values()) == {Delivery.SENT}:
            break
    assert _states(house) == dict.fromkeys(wanted, Delivery.SENT)
    names = post.names()
    assert set(names) == {f"<{one}@deployer.example>" for one in wanted}
    again = sum(names.values()) - len(wanted)
    assert again <= repeats_possible, "a name came again for which nothing had broken off"


def _eight_reminders(house) -> list[str]:
    monitor, people = house.monitor(), []
    for number in range(PEOPLE):
        wearer = house.person(f"TAG-{number}")
        house.issue_keys()
        to = Destination(f"person-{number}@sample.example")
        give_contact(house.store, house.sealer, house.pinned, zone_as_of, wearer.case.id, to, "Etc/UTC", ANA)
        people.append(wearer)
        house.decide(wearer)
        says = DeviceSays(25.0, charging=False)
        house.post(monitor, wearer.token, structs.replace(report(f"TAG-{number}", house.clock.now()), says=says))
    return list(_states(house))


def _states(house) -> dict[str, Delivery]:
    with house.store.reading() as view:
        return {one.message.id: one.state for one in view.posts_in(tuple(Delivery), 100)}


def _send(house, post, seed: int, step: int | None) -> None:
    """One messenger, in a process of its own, until it has sent what is due or is killed."""
    house.store.close()
    if (child := os.fork()) == 0:
        with suppress(BaseException):
            _messenger(house, post, seed, step).send_due()
        os._exit(0)
    until = time.monotonic() + WAIT_S
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            pytest.fail("the messenger hangs")
        time.sleep(0.01)


def _messenger(house, post, seed: int, step: int | None) -> Messenger:
    (post.folder / "pid").write_text(str(os.getpid()))
    if step is not None:
        _killed_at(step)
    store = house.open_store(chance=SeededChance(seed))
    keystore = SqliteKeystore(house.folder / "data" / "vault.db")
    keys = Keys(keystore, house.kms, house.sealer, house.clock, SeededChance(seed + 50_000))
    follower = Follower(store, keystore, house.clock, keys.log_public, keys.issue_public)
    vault = Openings(
        store, follower, keys, house.sealer, house.clock, house.chance, empty_replay, house.lists, pieces_in_memory()
    )
    server = Server("127.0.0.1", post.port, "desk@deployer.example", starttls=False)
    fence = (LEASE, store.take_lease(LEASE))
    return Messenger(store, vault, SmtpCarrier(server, {}, NobodyThere), house.clock, fence)


def _killed_at(step: int) -> None:
    """From now on this process dies at that statement of a database of its own."""
    plainly, done = sqlite3.connect, 0

    def count(*_: object) -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def connect(*given, **named):
        connection = plainly(*given, **named)
        connection.set_trace_callback(count)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = connect
    event.listen(Engine, "before_cursor_execute", count)
