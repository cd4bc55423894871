"""What a torn disk leaves after a kill -9: the store opens at a commit and verifies, or it is refused in words.

What was acknowledged can be lost only with the bytes themselves. It is never served otherwise than it was.
"""

import os
import shutil
import signal
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from support.accounts import stored_pieces
from support.house import ANA
from support.running import ask, fix
from support.shared_out import alone
from support.site import Site

from custodiet.adapters import sealing
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.fit_device import token_hash
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main.stores import open_store, read_pins
from custodiet.main.vaults import join_vault
from custodiet.model.errors import CustodietError, Unready
from custodiet.model.report import Outcome
from custodiet.model.times import to_ms
from custodiet.settings import read_settings
from custodiet.wire import traccar

REPORTS = 24
CASES = [3, pytest.param(150, marks=[pytest.mark.long, pytest.mark.timeout(1800)])]


class Killed:
    """A site that was killed whole while its write-ahead logs were long, and copies of it to be broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Site(folder, 2, file=True)
        self.wearer = self.site.wearers[0]
        self.acknowledged: list[int] = []
        running = self.site.serve()
        running.wait_until((self.site.settings.log / "checkpoint").exists, "no checkpoint")
        self.began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
        for number in range(REPORTS):
            assert running.post(self.wearer.token, self.wearer.serial, self.at(number)).said == "200 kept"
            self.acknowledged.append(to_ms(self.at(number)))
            if number == REPORTS // 2:
                assert ask("end", "M-0001", "--by", "officer-bo", *self.site.where).returncode == 0
                self.site.vault.checkpoint()  # the vault has followed it
        # The parent first, so that it starts nothing again; and nobody ends in order, or the logs would be folded in.
        running.process.send_signal(signal.SIGSTOP)
        for pids in running.children().values():
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        running.process.kill()
        running.stop()

    def at(self, number: int) -> datetime:
        return self.began + timedelta(milliseconds=137 * number)

    def copy(self):
        """The settings of a fresh copy."""
        shutil.rmtree(self.folder / "copy", ignore_errors=True)
        for name in ("site", "site-keys"):
            sockets = shutil.ignore_patterns("*.sock")
            shutil.copytree(self.folder / name, self.folder / "copy" / name, ignore=sockets)
        shutil.copy(self.site.settings.pins, self.folder / "copy" / self.site.settings.pins.name)
        return read_settings(str(self.folder / "copy" / "site"), None, {})

    def becomes(self, settings) -> str:
        """What opening it comes to: 'whole', 'shorter' (whole up to a commit), 'noticed' by verifying, or a refusal."""
        try:
            with closing(open_store(settings)) as store, closing(SqliteKeystore(settings.vault_db)) as keystore:
                vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
                found = ask_verify_tables(store, vault, ANA)
                if found["missing"] or found["differing"]:
                    return "noticed"
                stored = stored_pieces(store).standing
                kept = sorted(at for _, at in stored)
                assert set(stored.values()) <= {1}
                assert kept == self.acknowledged[: len(kept)], "verified, and not what stood at any commit"
                self._goes_on(settings, store, vault, len(kept))
                return "whole" if len(kept) == REPORTS else "shorter"
        except CustodietError as refused:
            return f"{type(refused).__name__}: {refused}"

    def _goes_on(self, settings, store, vault, kept):
        """The device sends all of it again: what is there is a duplicate, what is not is kept, and all verifies."""
        monitor = Monitor(
            store, sealing, SystemClock(), SystemChance(), read_pins(settings), name="afterwards", share=alone(store)
        )
        monitor.refresh()
        reports = tuple(traccar.decode(fix(self.wearer.serial, self.at(number))) for number in range(REPORTS))
        request = Request(monitor.sender(token_hash(self.wearer.token)), reports, SystemClock().now())
        [answers] = monitor.receive([request])
        said = [answer.outcome for answer in answers]
        assert said == [Outcome.DUPLICATE] * kept + [Outcome.KEPT] * (REPORTS - kept)
        found = ask_verify_tables(store, vault, ANA)
        assert (found["missing"], found["differing"]) == (0, 0)


@pytest.fixture(scope="module")
def killed():
    folder = Path(tempfile.mkdtemp(prefix="c"))
    yield Killed(folder)
    shutil.rmtree(folder)


def tear(path: Path, random: Random, how: str) -> None:
    size = path.stat().st_size
    at = random.randrange(size)
    with path.open("r+b") as file:
        if how == "cut":
            file.truncate(at)
            return
        file.seek(at)
        page = file.read(min(4096, size - at))
        file.seek(at)
        file.write(bytes(len(page)) if how == "zeros" else bytes([page[0] ^ 0x41]))


def test_what_was_killed_whole_is_whole(killed):
    assert killed.becomes(killed.copy()) == "whole"


REFUSALS = (
    "OpeningRefused: the ledger does not extend the head this vault saved",
    "CannotRecord: the store cannot be read now",
    "CannotRecord: the store cannot write now",
)


@pytest.mark.parametrize("folded", [False, True], ids=["", "folded in already"])
@pytest.mark.parametrize("cases", CASES)
def test_a_torn_log_of_the_store_loses_only_its_end_or_is_refused(killed, cases, folded):
    random, met = Random(cases + folded), Counter()
    for number in range(cases):
        settings = killed.copy()
        log = settings.store.with_name(settings.store.name + "-wal")
        if folded:
            # The database holds what the log holds; torn, the log gives back older pages over newer ones.
            whole = log.read_bytes()
            with closing(sqlite3.connect(settings.store)) as database:
                database.execute("PRAGMA wal_checkpoint(PASSIVE)")
            log.write_bytes(whole)
        tear(log, random, ("cut", "flip", "zeros")[number % 3])
        met[killed.becomes(settings)] += 1
    assert met.keys() <= {"whole", "shorter", "noticed", *REFUSALS}
    assert met.total() > met["whole"]


@pytest.mark.parametrize("cases", CASES)
def test_a_torn_log_of_the_vault_loses_nothing_that_the_store_has(killed, cases):
    random, met = Random(cases), Counter()
    for number in range(cases):
        settings = killed.copy()
        tear(settings.vault_db.with_name("vault.db-wal"), random, ("cut", "flip", "zeros")[number % 3])
        met[killed.becomes(settings)] += 1
    assert met.keys() <= {"whole", "noticed"}


def test_a_vault_on_a_store_whose_end_is_gone_says_so_in_a_line_and_ends(killed):
    settings = killed.copy()
    settings.store.with_name("custodiet.db-wal").unlink()
    done = ask("run", "vault", "--data", settings.data, "--keys", settings.keys)
    assert (done.returncode, done.stderr) == (1, "custodiet: the ledger does not extend the head this vault saved\n")


@pytest.mark.parametrize("left", [0, 1, 50, -2, -1])
def test_pins_that_were_half_written_are_no_pins(killed, left):
    settings = killed.copy()
    whole = settings.pins.read_bytes()
    settings.pins.write_bytes(whole[:left])
    if left == -1:  # the newline alone
        assert read_pins(settings) == read_pins(killed.site.settings)
    else:
        with pytest.raises(Unready, match="no pinned keys"):
            read_pins(settings)


@pytest.mark.parametrize("name", ["checkpoint", "tile"])
def test_a_torn_checkpoint_or_tile_is_not_published_over_and_the_store_goes_on(killed, name):
    settings = killed.copy()
    with closing(open_store(settings)) as store, closing(SqliteKeystore(settings.vault_db)) as keystore:
        vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
        publish_checkpoint(store, vault, TileLog(settings.log))
        torn = settings.log / "checkpoint"
        if name == "tile":
            torn = max((settings.log / "tile" / "0" / "000.p").iterdir(), key=lambda path: int(path.name))
        whole = torn.read_bytes()
        for left in (40, 0):
            os.truncate(torn, left)
            with pytest.raises(CustodietError):
                publish_checkpoint(store, vault, TileLog(settings.log))
            assert torn.stat().st_size == left
        torn.unlink()  # as the operator's guide says
        publish_checkpoint(store, vault, TileLog(settings.log))
        assert torn.read_bytes() == whole
    assert killed.becomes(settings) == "whole"


def test_verifying_says_that_a_checkpoint_is_torn(killed):
    settings = killed.copy()
    os.truncate(settings.log / "checkpoint", 40)
    verified = ask("ledger", "verify", "--data", settings.data, "--keys", settings.keys)
    assert (verified.returncode, verified.stdout, verified.stderr.count("\n")) == (1, "", 1)
