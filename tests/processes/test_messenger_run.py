"""The messenger as it really runs, beside a real vault: an ending's word leaves into a folder, and SIGTERM ends it."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from support.house import ANA
from support.running import ask, command
from support.site import Site
from support.waiting import START_WAIT_S
from support.zones import zone_as_of

from custodiet.adapters import sealing
from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.cli.ending import end_by_hand
from custodiet.flows.give_contact import give_contact
from custodiet.main.stores import read_pins
from custodiet.model.message import Delivery, QuietHours
from custodiet.wire.message import Destination

NEVER_QUIET = QuietHours(0, 0)


@pytest.fixture
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("m"), 1)


@contextmanager
def running(site, process, **more):
    line, environment = command("run", process, *site.where, "--tied")
    child = subprocess.Popen(line, env=environment | more, stdin=subprocess.PIPE)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            assert child.wait(START_WAIT_S) == 0
        child.stdin.close()


def test_the_word_of_an_ending_leaves_through_the_messenger_s_own_process(site, tmp_path):
    store = site.open()
    with store.reading() as view:
        case = view.case_by_reference("M-0000")
    to = Destination("heron@sample.example")
    sealing_for = (store, sealing, read_pins(site.settings), zone_as_of)
    give_contact(*sealing_for, case.id, to, "Etc/UTC", ANA, NEVER_QUIET)
    end_by_hand(store, SystemChance(), "M-0000", "officer-bo", annul=False)
    folder = tmp_path / "messages"
    way = {"CUSTODIET_MESSAGE_FOLDER": str(folder), "CUSTODIET_MAIL_FROM": "desk@deployer.example"}
    with running(site, "vault"), running(site, "messenger", **way) as messenger:
        until = time.monotonic() + START_WAIT_S
        while not _sent(store, case.id):
            assert messenger.poll() is None
            assert time.monotonic() < until, "nothing was sent"
            time.sleep(0.1)
        os.kill(messenger.pid, signal.SIGTERM)
        assert messenger.wait(START_WAIT_S) == 0
    store.close()
    [file] = folder.glob("*.eml")
    assert b"To: heron@sample.example" in file.read_bytes()


def _sent(store, case_id):
    with store.reading() as view:
        return [one.state for one in view.posted_to(case_id, 5)] == [Delivery.SENT]


def test_a_messenger_without_a_way_says_what_is_to_be_set(site):
    ended = ask("run", "messenger", *site.where)
    assert ended.returncode == 1
    assert "CUSTODIET_SMTP" in ended.stderr


def test_wording_that_is_for_no_message_is_said_at_the_start(site, tmp_path):
    (tmp_path / "words" / "en").mkdir(parents=True)
    (tmp_path / "words" / "en" / "chrage.txt").write_text("A\n\nB\n")
    more = {
        "CUSTODIET_MESSAGE_FOLDER": str(tmp_path / "out"),
        "CUSTODIET_MAIL_FROM": "desk@deployer.example",
        "CUSTODIET_WORDING": str(tmp_path / "words"),
    }
    ended = ask("run", "messenger", *site.where, more=more)
    assert ended.returncode == 1
    assert "there is no such message" in ended.stderr
