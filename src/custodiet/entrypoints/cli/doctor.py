"""Look at a place, running or stopped, and say a line for each thing that can be looked at.

    ok      as it should be
    look    a person has to know, or nothing here can tell
    wrong   something that promises rest on does not hold; the exit status is 1

It reads and changes nothing, asks the vault for nothing but a checkpoint, and says no name, place, token or key.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Protocol

from custodiet.entrypoints.serve import NO_WALL
from custodiet.flows.check_ledger import check_ledger
from custodiet.flows.ports import Clock, Kms, Reading, Store, Vault
from custodiet.model.errors import CustodietError, OpeningRefused, VaultUnavailable
from custodiet.model.partitions import Seats
from custodiet.model.record import LogOpened
from custodiet.rules.partitions import PARTITIONS
from custodiet.wire.note import Checkpoint, NoteError, open_checkpoint, vkey
from custodiet.wire.records import read_entry, read_record

OLD = timedelta(minutes=5)
"""How long a published checkpoint may lag behind the ledger, and the clock behind its newest entry."""
SHORT = timedelta(days=1)
"""What a token has left when somebody has to see to it: the day turns once in it."""
WAL_BYTES_MANY = 64_000_000
FREE_BYTES_FEW = 200_000_000
_IN_ONE_CALL = {
    "sealing": ("many fixes are sealed", "fixes are sealed one by one"),
    "reading": ("lines of a batch are read", "lines of a batch are read one by one"),
    "zones": ("many zones are asked", "zones are asked as columns"),
}
"""What is compiled does so; and what is done where it was not."""


class State(StrEnum):
    """How it is."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at, and what was seen."""

    check: str
    state: State
    said: str


class Lies(Protocol):
    """A file or folder as it lies there."""

    @property
    def mode(self) -> int: ...
    @property
    def owner(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def changed_at(self) -> datetime: ...


class Machine(Protocol):
    """What the machine says of itself; unknown is None."""

    @property
    def python(self) -> str: ...
    @property
    def sqlite(self) -> str: ...
    @property
    def core_bytes_max(self) -> int | None: ...
    @property
    def core_pattern(self) -> str | None: ...
    @property
    def swaps(self) -> int | None: ...
    @property
    def time_is_synchronised(self) -> bool | None: ...


@dataclass(frozen=True, slots=True)
class Patient:
    """The place, and the ways to look at it. Each may raise a CustodietError or an OSError, and that is a finding."""

    data: Path
    keys: Path
    store: Path
    vault_folder: Path
    vault_db: Path
    log: Path
    pins: Path
    restoring: Path
    look_at: Callable[[Path], Lies | None]
    free_bytes: Callable[[Path], int]
    machine: Callable[[], Machine]
    sound: Callable[[], str]
    """The store's form; raises when it is damaged, or its rules are others."""
    confirming: Callable[[], int | None]
    """How many other machines have what is acknowledged; None: the store is no server's."""
    seats: Callable[[], Seats] | None
    """Which gateways share devices out, and how far; None: they do not."""
    compiled: Mapping[str, Callable[[], object | None]]
    """What does something of many in one call, by the names of _IN_ONE_CALL; None where it is not here, or unfit."""
    newest_form: str
    vault_forms: Callable[[], tuple[int, int]]
    """The form of the vault's database, and the newest."""
    opened: Store
    pinned: Callable[[], LogOpened]
    published: Callable[[], str | None]
    place_lists: Callable[[], int]
    """How many lists of places, near which stays are not shown, lie in the data folder."""
    vault: Vault
    clock: Clock
    kms: Callable[[], Kms]


def examine(place: Patient) -> list[Looked]:
    """Everything, in an order to be read from the top."""
    return [
        *_looked("walls", lambda: _walls(place)),
        *_looked("permissions", lambda: _permissions(place)),
        *_looked("keys", lambda: _keys(place)),
        *_looked("restore", lambda: _restore(place)),
        *_looked("store", lambda: _store(place)),
        *_looked("gateways", lambda: _gateways(place)),
        *(each for what in _IN_ONE_CALL for each in _looked(what, partial(_compiled, place, what))),
        *_looked("vault form", lambda: _vault_form(place)),
        *_looked("ledger", lambda: _ledger(place)),
        *_looked("pins", lambda: _pins(place)),
        *_looked("vault", lambda: _vault(place)),
        *_looked("map", lambda: _map(place)),
        *_looked("clock", lambda: _clock(place)),
        *_looked("messages", lambda: _messages(place)),
        *_looked("disk", lambda: _disk(place)),
        *_looked("memory", lambda: _memory(place)),
        *_looked("versions", lambda: _versions(place)),
        *_looked("backup", lambda: iter([("look", "when the last one was taken is not known here")])),
    ]


def say_examined(looked: list[Looked], *, as_json: bool) -> int:
    """Print it; the exit status."""
    if as_json:
        print(json.dumps([asdict(one) for one in looked]))
    else:
        print(*(f"{one.state:<6} {one.check:<12} {one.said}" for one in looked), sep="\n")
    return 1 if any(one.state is State.WRONG for one in looked) else 0


Seen = Iterator[tuple[str, str]]


def _looked(check: str, look: Callable[[], Seen]) -> Iterator[Looked]:
    try:
        for state, said in look():
            yield Looked(check, State(state), said)
    except CustodietError as error:
        yield Looked(check, State.WRONG, str(error))
    except OSError as error:
        yield Looked(check, State.WRONG, f"{error.strerror or type(error).__name__}: {error.filename or check}")


# --- who may come near --------------------------------------------------------------------------------------------


def _walls(place: Patient) -> Seen:
    data = place.look_at(place.store) or place.look_at(place.data)  # where the store is on a server there is no file
    lies = [data, *(place.look_at(path) for path in (place.vault_folder, place.keys))]
    owners = [one.owner for one in lies if one is not None]
    if len(owners) == 3 and owners[0] not in owners[1:]:
        yield "ok", "vault and keys belong to another user than the data: a wall, which no test covers yet"
    else:
        yield "look", f"data, vault and keys are one user's: {NO_WALL}"


def _permissions(place: Patient) -> Seen:
    seen = list(_reachable(place))
    yield from seen or [("ok", "data folder, store, vault, keys and pins are for those they belong to")]


def _reachable(place: Patient) -> Seen:
    private = (place.keys, *sorted(place.keys.glob("epoch-*")), place.vault_folder, place.vault_db)
    for path in private:
        if (lies := place.look_at(path)) is not None and lies.mode & 0o077:
            yield "wrong", f"others may reach {path}: chmod go= {path}"
    wal = place.store.with_name(f"{place.store.name}-wal")
    for path in (place.data, place.store, wal):
        if (lies := place.look_at(path)) is not None and lies.mode & 0o007 and _is_reachable(place, path):
            yield "wrong", f"everybody may reach {path}: chmod o= {path}"
    if (lies := place.look_at(place.pins)) is not None and lies.mode & 0o022:
        yield "wrong", f"others may write {place.pins}: chmod go-w {place.pins}"


def _is_reachable(place: Patient, path: Path) -> bool:
    """A file that everybody may read lies safe in a folder that nobody else may enter."""
    folder = place.look_at(place.data)
    return path == place.data or folder is None or bool(folder.mode & 0o007)


def _keys(place: Patient) -> Seen:
    if place.look_at(place.keys) is None:
        yield "wrong", f"keys folder missing: {place.keys}"
        return
    kms = place.kms()
    held = kms.epochs()
    if not held:
        yield "wrong", f"{place.keys} holds no epoch key: nothing that is sealed opens, and nobody can get it back"
        return
    if len(held) > 1:
        yield "look", "more than one epoch key: a turn of the day was broken off; the vault ends it at its next start"
    else:
        kms.key(held[0])
        yield "ok", f"one epoch key, outside the data folder, in {kms.named}"
    left = kms.token_ends_in()
    if left is not None:
        ends = f"{kms.named}: the token ends in {_said(left)}"
        yield (
            ("ok" if left > SHORT else "look"),
            ends if left > SHORT else f"{ends}: renew it, or the day does not turn",
        )


# --- what lies there ----------------------------------------------------------------------------------------------


def _restore(place: Patient) -> Seen:
    if place.look_at(place.restoring) is not None:
        yield "wrong", "a restore was broken off: run custodiet restore again, to its end"
    if place.look_at(place.restoring.with_name("restoring.new")) is not None:
        yield "look", "a restore was killed before it began: the next one clears what it left, or delete restoring.new"
    aside = sorted(path.name for path in place.data.glob("custodiet.db.before-*") if path.name[-1].isdigit())
    if aside:
        yield "look", f"put aside, with what was erased since: {', '.join(aside)}; delete what nobody needs"
    else:
        yield "ok", "no store was put aside"


def _store(place: Patient) -> Seen:
    form = place.sound()
    if form != place.newest_form:
        yield "wrong", f"sound, and of form {form}; this version writes {place.newest_form}: custodiet upgrade"
    else:
        yield "ok", f"sound, of form {form}, its rules as they were made"
    others = place.confirming()
    if others == 0:
        yield "look", "what is acknowledged is on one server alone, and lost with its disk: synchronous_standby_names"
    elif others is not None:
        yield "ok", f"nothing is acknowledged before it is on {others} more of its servers"
    lies = place.look_at(place.store.with_name(f"{place.store.name}-wal"))
    if lies is not None and lies.bytes > WAL_BYTES_MANY:
        yield "look", f"{lies.bytes // 1_000_000} MB wait in its write-ahead log: something reads for long, or hangs"


def _gateways(place: Patient) -> Seen:
    if place.seats is None:
        yield "ok", "each takes what comes to it"
        return
    seats = place.seats()
    there = [one for one in range(PARTITIONS) if one in seats.held and seats.held[one].gateway in seats.gateways]
    if not seats.gateways:
        yield "look", "devices are to be shared out, and no gateway is there"
    elif len(there) < PARTITIONS:
        yield "look", f"{PARTITIONS - len(there)} of {PARTITIONS} parts of all devices are no gateway's now"
    else:
        yield "ok", f"{len(seats.gateways)} share all devices out"


def _compiled(place: Patient, what: str) -> Seen:
    in_one_call, otherwise = _IN_ONE_CALL[what]
    if place.compiled[what]() is None:
        yield "look", f"{otherwise}, where one call for many costs less (custodiet compile)"
    else:
        yield "ok", f"{in_one_call} in one call"


def _vault_form(place: Patient) -> Seen:
    form, newest = place.vault_forms()
    if form == newest:
        yield "ok", f"form {form}"
    else:
        yield "wrong", f"form {form}; this version uses {newest}: custodiet upgrade"


def _ledger(place: Patient) -> Seen:
    checkpoint = _published(place)
    with place.opened.reading() as view:
        checked = check_ledger(view, checkpoint)
    yield from (("wrong", text) for text in checked.wrong)
    yield from (("look", text) for text in checked.reopened)
    if not checked.wrong:
        yield "ok", f"{checked.size} entries, each what its hash says"
    if checkpoint is None:
        yield "look", "nothing was published yet"
        return
    lies = place.look_at(place.log / "checkpoint")
    age = timedelta(0) if lies is None else place.clock.now() - lies.changed_at
    behind = checked.size - checkpoint.size
    if behind > 0 and age > OLD:
        yield "look", f"the published checkpoint is {_said(age)} old and {behind} entries behind"
    else:
        yield "ok", f"a checkpoint over {checkpoint.size} of them is published"


def _pins(place: Patient) -> Seen:
    pinned = place.pinned()
    with place.opened.reading() as view:
        here = _pinned_in(view)
    if here != pinned:
        yield "wrong", "the pinned keys or name are not those that the ledger was opened with: find out which is true"
    else:
        yield "ok", f"those that the ledger was opened with, as {pinned.origin}"


def _vault(place: Patient) -> Seen:
    try:
        note = place.vault.checkpoint()
    except (VaultUnavailable, OpeningRefused) as error:
        yield "look", f"not compared with the pins: {error}"
        return
    try:
        open_checkpoint(note, _known(place))
    except NoteError:
        yield "wrong", "the running vault signs with another key, or for another log, than is pinned"
    else:
        yield "ok", "the running vault signs with the pinned key"


def _map(place: Patient) -> Seen:
    if place.place_lists():
        yield "ok", "a list of places is there"
    else:
        yield "look", "no map is loaded: no look-up and no pack opens (custodiet load-places)"


# --- the machine --------------------------------------------------------------------------------------------------


def _clock(place: Patient) -> Seen:
    with place.opened.reading() as view:
        newest = view.entries(view.ledger_size() - 1, 1)
    behind = read_entry(newest[0].body).at - place.clock.now() if newest else timedelta(0)
    if behind > OLD:
        yield "wrong", f"{_said(behind)} behind the newest entry: nothing is recorded until it is right"
    elif behind > timedelta(0):
        yield "look", f"{_said(behind)} behind the newest entry"
    else:
        yield "ok", "not behind the newest entry"
    if place.machine().time_is_synchronised is None:
        yield "look", "whether it is kept right (NTP) is not known here; reviews lapse by it"


def _messages(place: Patient) -> Seen:
    with place.opened.reading() as view:
        outgoing = view.outgoing()
    if not outgoing.waiting:
        yield "ok", "none waits"
        return
    late = timedelta(0) if outgoing.oldest_at is None else place.clock.now() - outgoing.oldest_at
    said = f"{outgoing.waiting} wait" if outgoing.waiting > 1 else "1 waits"
    if late > OLD:
        yield "look", f"{said}, the oldest for {_said(late)}: see whether the mail server takes them"
    else:
        yield "ok", f"{said}, none for long"


def _disk(place: Patient) -> Seen:
    free = place.free_bytes(place.data)
    lies = place.look_at(place.store)
    needed = 3 * (0 if lies is None else lies.bytes)
    said = f"{free // 1_000_000} MB free"
    if free < FREE_BYTES_FEW:
        yield "wrong", f"{said}: reports get 503 when it is full"
    elif free < needed:
        yield "look", f"{said}: not enough for an upgrade ({needed // 1_000_000} MB)"
    else:
        yield "ok", said


def _memory(place: Patient) -> Seen:
    machine = place.machine()
    piped = machine.core_pattern is None or machine.core_pattern.startswith("|")
    if machine.core_bytes_max == 0 and not piped:
        yield "ok", "no core dumps, as this command was started; a service's limits are its manager's"
    else:
        where = "are piped to a program" if piped else "are written"
        yield "look", f"core dumps {where}: they would hold keys and positions under way"
    if machine.swaps:
        yield "look", "swap is in use; whether it is encrypted is not known here"
    elif machine.swaps is None:
        yield "look", "whether swap is in use is not known here"
    else:
        yield "ok", "no swap"


def _versions(place: Patient) -> Seen:
    machine = place.machine()
    yield "ok", f"Python {machine.python}, SQLite {machine.sqlite}"


# --- underneath ---------------------------------------------------------------------------------------------------


def _known(place: Patient) -> str:
    pinned = place.pinned()
    return vkey(pinned.origin, pinned.log_key)


def _published(place: Patient) -> Checkpoint | None:
    note = place.published()
    return None if note is None else open_checkpoint(note, _known(place))


def _pinned_in(view: Reading) -> LogOpened | None:
    """What the ledger itself was opened with, under the name it has now."""
    first = view.entries(0, 1)
    record = read_record(first[0].record or b"") if first else None
    if not isinstance(record, LogOpened):
        return None
    return LogOpened(view.reopened_log() or record.origin, record.log_key, record.issue_key)


def _said(span: timedelta) -> str:
    seconds = span // timedelta(seconds=1)
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"
