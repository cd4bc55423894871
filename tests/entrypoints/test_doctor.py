"""The doctor looks at a real place that somebody has harmed, and at machines that are made up; it changes nothing."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support import postgres
from support.by_hand import cut_short, hands_on, rewrite_an_entry
from support.older import bring_down, form_before
from support.openbao import policy_of
from support.site import Site

from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.openbao import OpenBaoKms, Transit
from custodiet.adapters.ledger.tiles import TileLog
from custodiet.adapters.machine import Lies, Machine, look_at_machine
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.cli import doctor
from custodiet.flows.sequence_ledger import publish_checkpoint
from custodiet.main import main
from custodiet.main.stores import open_store, read_pins
from custodiet.main.vaults import join_kms, join_vault
from custodiet.model.errors import CannotRecord, VaultUnavailable
from custodiet.model.partitions import Held, Seats
from custodiet.rules.partitions import PARTITIONS
from custodiet.simulation.seeded import SetClock
from custodiet.wire.note import Checkpoint, checkpoint_body, sign_note
from custodiet.wire.records import read_entry, record_bytes

COMPILED = ("sealing", "reading", "zones")


@pytest.fixture(scope="module")
def healthy():
    folder = Path(mkdtemp(prefix="c"))
    site = Site(folder, 2)
    settings = site.settings
    with closing(SqliteKeystore(settings.vault_db)) as keystore, closing(open_store(settings)) as store:
        vault, _ = join_vault(settings, store, keystore, SystemClock(), SystemChance())
        publish_checkpoint(store, vault, TileLog(settings.log))
    yield site
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def site(healthy, tmp_path):
    """A copy, to be harmed."""
    return healthy.copied(tmp_path / "copy")


def seen(site, capsys):
    """(exit status, what was said by check)."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json", *map(str, site.where)])
    said = {}
    for one in json.loads(capsys.readouterr().out):
        said.setdefault(one["check"], []).append((one["state"], one["said"]))
    return ended.value.code, said


def test_a_healthy_place_has_nothing_wrong_and_the_walls_come_first(site, capsys):
    status, said = seen(site, capsys)
    assert status == 0
    assert next(iter(said)) == "walls"
    assert "not a wall" in said["walls"][0][1]
    assert not [one for check in said.values() for one in check if one[0] == "wrong"]
    assert said["vault"] == [("look", "not compared with the pins: the vault does not answer")]


def test_in_words_it_is_a_line_each(site, capsys):
    with pytest.raises(SystemExit):
        main(["doctor", *map(str, site.where)])
    lines = capsys.readouterr().out.splitlines()
    assert all(line.split()[0] in ("ok", "look", "wrong") for line in lines)


def test_it_changes_nothing_and_names_nobody(site, capsys):
    def everything():
        found = {}
        for path in sorted(site.folder.rglob("*")):
            if path.is_file() and not path.name.endswith("-shm"):
                found[str(path)] = (path.stat().st_mode, path.read_bytes())
        return {name: one for name, one in found.items() if one[1] or not name.endswith("-wal")}

    before = everything()
    _, said = seen(site, capsys)
    assert everything() == before
    text = json.dumps(said)
    for wearer in site.wearers:
        assert wearer.token not in text
        assert wearer.reference not in text
        assert wearer.serial not in text
    assert "person_" not in text


def run(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)


def others_pins(site):
    pinned = read_pins(site.settings)
    site.settings.pins.write_bytes(record_bytes(replace(pinned, issue_key=bytes(32))))


def damaged(site):
    data = bytearray(site.path.read_bytes())
    data[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
    site.path.write_bytes(data)


def earlier_vault(site):
    run(site.settings.vault_db, "PRAGMA user_version = 1")


def lawless(site):
    with hands_on(site) as raw:
        raw.execute("DROP TRIGGER entry_never_update")


def gone(site):
    if site.database is not None:
        postgres.drop_database(site.database)
    for path in site.settings.data.glob("custodiet.db*"):
        path.unlink()


HARM = {
    "keys that others may read": ("permissions", lambda site: site.settings.keys.chmod(0o750)),
    "an epoch key that others may read": ("permissions", lambda site: next(site.settings.keys.iterdir()).chmod(0o644)),
    "a vault that others may enter": ("permissions", lambda site: site.settings.vault_folder.chmod(0o710)),
    "a vault's database that others may read": ("permissions", lambda site: site.settings.vault_db.chmod(0o640)),
    "a data folder for everybody": ("permissions", lambda site: site.settings.data.chmod(0o755)),
    "pins that others may write": ("permissions", lambda site: site.settings.pins.chmod(0o664)),
    "no keys folder": ("keys", lambda site: shutil.rmtree(site.settings.keys)),
    "no epoch key": ("keys", lambda site: next(site.settings.keys.iterdir()).unlink()),
    "a restore that was broken off": ("restore", lambda site: site.settings.restoring.mkdir()),
    "a store of an earlier form": ("store", lambda site: bring_down(site.path, form_before())),
    "a store without one of its rules": ("store", lawless),
    "a damaged store": ("store", damaged),
    "no store": ("store", gone),
    "a vault's database of an earlier form": (
        "vault form",
        earlier_vault,
    ),
    "no vault's database": ("vault form", lambda site: site.settings.vault_db.unlink()),
    "an entry that was changed": ("ledger", rewrite_an_entry),
    "a ledger shorter than was published": ("ledger", cut_short),
    "a checkpoint that is none": ("ledger", lambda site: (site.settings.log / "checkpoint").write_text("garbage")),
    "pins of other keys": ("pins", others_pins),
    "no pins": ("pins", lambda site: site.settings.pins.unlink()),
}


@pytest.mark.parametrize(("check", "harm"), HARM.values(), ids=HARM)
def test_harm_is_found_where_it_was_done(site, capsys, check, harm):
    harm(site)
    status, said = seen(site, capsys)
    assert status == 1
    assert "wrong" in [state for state, _ in said[check]], said[check]


def test_a_store_that_everybody_may_read_lies_safe_in_a_folder_that_nobody_else_may_enter(site, capsys):
    site.path.chmod(0o644)
    assert seen(site, capsys)[0] == 0
    site.settings.data.chmod(0o701)
    assert seen(site, capsys)[0] == 1


def test_what_was_put_aside_is_to_be_looked_at(site, capsys):
    (site.settings.data / "custodiet.db.before-restore-1").write_bytes(b"")
    status, said = seen(site, capsys)
    assert (status, said["restore"][0][0]) == (0, "look")


# --- made-up machines ---

MACHINE = Machine("3.11.7", "3.40.1", 0, "core", 0, time_is_synchronised=True)


class Nobody:
    """A vault that does not answer, or says what it is made to say."""

    def __init__(self, note=None):
        self.note = note

    def checkpoint(self):
        if self.note is None:
            raise VaultUnavailable("the vault does not answer")
        return self.note


def patient(site, store, **given):
    settings = site.settings
    usual = {
        "look_at": lambda path: Lies(0o700, 0, 1000, datetime.now(UTC)) if path.exists() else None,
        "free_bytes": lambda _: 10**12,
        "machine": lambda: MACHINE,
        "sound": lambda: "0004",
        "confirming": store.confirming,
        "seats": None,
        "compiled": dict.fromkeys(COMPILED, lambda: "here"),
        "newest_form": "0004",
        "vault_forms": lambda: (2, 2),
        "opened": store,
        "pinned": lambda: read_pins(settings),
        "published": TileLog(settings.log).read_checkpoint,
        "place_lists": lambda: 1,
        "vault": Nobody(),
        "clock": SystemClock(),
        "kms": lambda: join_kms(settings),
    }
    names = ("data", "keys", "store", "vault_folder", "vault_db", "log", "pins", "restoring")
    return doctor.Patient(**{name: getattr(settings, name) for name in names} | usual | given)


def states(site, check, **given):
    with closing(open_store(site.settings, read_only=True)) as store:
        looked = doctor.examine(patient(site, store, **given))
    return [str(one.state) for one in looked if one.check == check]


def shared(*held, gateways=("a", "b")):
    """Seats in which these have a partition each, in turns."""
    had = {one: Held(held[one % len(held)], one + 1) for one in range(PARTITIONS)} if held else {}
    return Seats("c", dict.fromkeys(gateways, "http://127.0.0.1:1"), had)


def cannot_look():
    raise CannotRecord("etcd does not answer in time")


@pytest.mark.parametrize("what", COMPILED)
@pytest.mark.parametrize(("here", "state"), [("here", "ok"), (None, "look")])
def test_it_tells_what_is_done_of_many_in_one_call(healthy, what, here, state):
    compiled = dict.fromkeys(COMPILED, lambda: "here") | {what: lambda: here}
    assert [states(healthy, one, compiled=compiled) for one in COMPILED] == [
        [state if one == what else "ok"] for one in COMPILED
    ]


@pytest.mark.parametrize(
    ("seats", "said"),
    [
        (None, "ok"),
        (lambda: shared("a", "b"), "ok"),
        (lambda: shared("a", "gone"), "look"),
        (lambda: shared("a", "b", gateways=()), "look"),
        (shared, "look"),
        (cannot_look, "wrong"),
    ],
)
def test_how_gateways_share_devices_out_is_said(healthy, seats, said):
    assert states(healthy, "gateways", seats=seats) == [said]


MACHINES = {
    "core dumps and swap off": (MACHINE, ["ok", "ok"]),
    "core dumps to a file": (replace(MACHINE, core_bytes_max=None), ["look", "ok"]),
    "core dumps to a program, which no limit stops": (replace(MACHINE, core_pattern="|/lib/keep %p"), ["look", "ok"]),
    "core dumps nobody knows where": (replace(MACHINE, core_pattern=None), ["look", "ok"]),
    "swap": (replace(MACHINE, swaps=1), ["ok", "look"]),
    "swap unknown": (replace(MACHINE, swaps=None), ["ok", "look"]),
}


@pytest.mark.parametrize(("machine", "said"), MACHINES.values(), ids=MACHINES)
def test_memory_that_may_reach_a_disk_is_to_be_looked_at(healthy, machine, said):
    assert states(healthy, "memory", machine=lambda: machine) == said


@pytest.mark.parametrize(
    ("behind", "state"),
    [(timedelta(hours=-1), "ok"), (timedelta(minutes=4), "look"), (timedelta(minutes=6), "wrong")],
)
def test_a_clock_behind_the_newest_entry_is_found(healthy, behind, state):
    with closing(open_store(healthy.settings, read_only=True)) as store, store.reading() as view:
        newest = read_entry(view.entries(view.ledger_size() - 1, 1)[0].body).at
    assert states(healthy, "clock", clock=SetClock(newest - behind)) == [state]


@pytest.mark.parametrize(("others", "said"), [(None, ["ok"]), (0, ["ok", "look"]), (1, ["ok", "ok"])])
def test_what_is_acknowledged_on_one_server_alone_is_to_be_looked_at(healthy, others, said):
    assert states(healthy, "store", confirming=lambda: others) == said


def test_whether_the_clock_is_kept_right_may_be_unknown(healthy):
    unknown = replace(MACHINE, time_is_synchronised=None)
    assert states(healthy, "clock", machine=lambda: unknown) == ["ok", "look"]


@pytest.mark.parametrize(("free", "state"), [(10**12, "ok"), (250_000_000, "look"), (100_000_000, "wrong")])
def test_a_disk_that_fills_is_found(healthy, free, state):
    large = Lies(0o600, 0, 100_000_000, datetime.now(UTC))
    assert states(healthy, "disk", free_bytes=lambda _: free, look_at=lambda _: large) == [state]


def test_vault_and_keys_of_another_user_are_a_wall(healthy):
    owners = {healthy.path: 1001, healthy.settings.vault_folder: 1002, healthy.settings.keys: 1002}

    def look_at(path):
        return Lies(0o700, owners.get(path, 0), 1, datetime.now(UTC))

    assert states(healthy, "walls", look_at=look_at) == ["ok"]
    owners[healthy.settings.keys] = 1001
    assert states(healthy, "walls", look_at=look_at) == ["look"]


def test_a_checkpoint_that_lags_is_to_be_looked_at_and_one_that_is_only_old_is_not(healthy):
    long_ago = Lies(0o700, 0, 1, datetime.now(UTC) - timedelta(days=2))
    assert states(healthy, "ledger", look_at=lambda _: long_ago) == ["ok", "ok"]
    with closing(SqliteKeystore(healthy.settings.vault_db)) as keystore, closing(open_store(healthy.settings)) as store:
        vault, _ = join_vault(healthy.settings, store, keystore, SystemClock(), SystemChance())
        early = vault.checkpoint(3)
    assert states(healthy, "ledger", look_at=lambda _: long_ago, published=lambda: early) == ["ok", "look"]
    assert states(healthy, "ledger", published=lambda: early) == ["ok", "ok"]
    assert states(healthy, "ledger", published=lambda: None) == ["ok", "look"]


def test_a_running_vault_that_signs_with_another_key_is_found(healthy):
    key, origin = Ed25519PrivateKey.generate(), read_pins(healthy.settings).origin
    body = checkpoint_body(Checkpoint(origin, 7, bytes(32)))
    other = sign_note(body, origin, key.sign, key.public_key().public_bytes_raw())
    assert states(healthy, "vault", vault=Nobody(other)) == ["wrong"]
    own = TileLog(healthy.settings.log).read_checkpoint()
    assert states(healthy, "vault", vault=Nobody(own)) == ["ok"]


def test_what_cannot_be_looked_at_is_a_finding_and_not_the_end(healthy):
    def broken():
        raise PermissionError(13, "Permission denied", "/proc/swaps")

    with closing(open_store(healthy.settings, read_only=True)) as store:
        looked = doctor.examine(patient(healthy, store, machine=broken))
    assert [str(one.state) for one in looked if one.check == "memory"] == ["wrong"]
    assert looked[-1].check == "backup"


def test_a_place_without_a_map_is_told_that_nothing_opens(site, healthy, capsys):
    assert states(healthy, "map", place_lists=lambda: 0) == ["look"]
    assert seen(site, capsys)[1]["map"] == [("ok", "a list of places is there")]


def test_this_machine_can_be_looked_at():
    machine = look_at_machine()
    assert machine.python.startswith("3.")
    assert Path("/proc/swaps").exists() == (machine.swaps is not None)


def test_what_waits_to_be_sent_is_counted_and_for_how_long_the_oldest_does(site, capsys):
    assert seen(site, capsys)[1]["messages"] == [("ok", "none waits")]
    with closing(open_store(site.settings)) as store, store.reading() as view:
        case_id = view.cases()[0].id
    at = int(datetime.now(UTC).timestamp() * 1000) - 3_600_000
    with hands_on(site) as raw:
        row = ("message_1", case_id, "charge", "email", at, at, at + 9_000_000, None, "waiting", at, 0, at, None)
        raw.execute(f"INSERT INTO outbox VALUES ({', '.join('?' * len(row))})", row)
    [(state, said)] = seen(site, capsys)[1]["messages"]
    assert state == "look"
    assert said.startswith("1 waits, the oldest for ")


def test_keys_in_openbao_are_looked_at_there(healthy, openbao, tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    name = openbao.new_name()
    file = openbao.token_file(tmp_path, name, ttl="100h")
    transit = Transit(openbao.server, "transit", name, lambda: file.read_text().strip())
    kms = OpenBaoKms.take(keys, transit)

    def said():
        return states(healthy, "keys", keys=keys, kms=lambda: OpenBaoKms(keys, transit))

    assert said() == ["wrong"]
    kms.begin()
    assert said() == ["ok", "ok"]
    file.write_text(openbao.token(policy_of(name), ttl="20h"))
    assert said() == ["ok", "look"]
    kms.begin()
    assert said() == ["look", "look"]
    openbao.seal()
    assert said() == ["wrong"]
