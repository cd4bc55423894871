"""The store on a database: the promises of flows.ports.Store, kept by SQL, whichever engine speaks it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from custodiet.adapters.store import tables as t
from custodiet.adapters.store.changes import carry_out
from custodiet.adapters.store.engine import refusal, viewing, writing
from custodiet.adapters.store.forms import form_of, is_current
from custodiet.adapters.store.reading import ReadingRows
from custodiet.adapters.store.sharing import (
    REGIME,
    end_sharing,
    fences,
    look_on,
    raise_to,
    regime_alone,
    share,
)
from custodiet.model.change import Blank, Insert, RowChange
from custodiet.model.entry import Entry
from custodiet.model.errors import CannotRecord, IllegalValue, LeaseLost, NotPermitted, TableMismatch, Unready
from custodiet.model.partitions import Share, Turn
from custodiet.model.record import Ingested, LogReopened, Record, kind_of
from custodiet.model.session import Frame, Session
from custodiet.model.stored import SaltedDetail
from custodiet.rules.chain import leaf_hash
from custodiet.rules.tables import apply, apply_ingested
from custodiet.wire.records import (
    SALT_BYTES,
    entry_bytes,
    handle_of,
    ingested_bytes,
    read_entry,
    record_bytes,
    record_digest,
)

PATH = "path"
"""The one pulse there is: any gateway that can write proves the way up."""
BEHIND_MAX = timedelta(minutes=5)
"""How far the clock may be set back, across the newest entry, before nothing is recorded any more."""


class Clock(Protocol):
    """What a store asks the time."""

    def now(self) -> datetime: ...


class Chance(Protocol):
    """Where a store has its salts from."""

    def draw(self, count: int) -> bytes: ...


class ActingRows(ReadingRows):
    """The promises of flows.ports.Acting, kept on one connection that holds the write lock."""

    def __init__(self, connection: Connection, now: datetime, clock_now: datetime, chance: Chance) -> None:
        super().__init__(connection)
        self.now = now
        self.clock_now = clock_now
        self._chance = chance

    def write(self, entry: Entry, record: Record) -> int:
        if entry.kind is not kind_of(record):
            raise IllegalValue("an entry of another kind than its record")
        index = self.ledger_size()
        body, salt = record_bytes(record), self._chance.draw(SALT_BYTES)
        changes = apply(record, index)
        try:
            carry_out(self._connection, changes)
        except IntegrityError as error:
            why = (
                f"law_of_the_store: the store refuses it: {refusal(error)}; "
                "nothing was written, and the same may pass as things stand now"
            )
            raise NotPermitted(why, (why,)) from None
        self._forget({one.table for one in changes if not isinstance(one, Blank)})
        handle = None
        if entry.subject is not None:
            handle = handle_of(self.person(entry.subject).handle_key, index, self.reopened_log())
        reopens = record if isinstance(record, LogReopened) else None
        line = entry_bytes(index, self.now, entry, handle, record_digest(salt, body), reopens)
        self._connection.execute(insert(t.record).values(idx=index, salt=salt, body=body))
        self._connection.execute(insert(t.entry).values(idx=index, body=line, leaf=leaf_hash(line)))
        return index


class _Ends(NamedTuple):
    """The greatest places there are, -1 for none, the newest entry, and which way of sharing devices out stands."""

    entry: int
    session: int
    frame: int
    newest_entry: bytes | None
    regime: int


class IngestingRows(ReadingRows):
    """The promises of flows.ports.Ingesting, kept on one connection that holds the write lock."""

    def __init__(self, connection: Connection, clock: Clock, *, pulses: bool = True) -> None:
        super().__init__(connection)
        self.now = _never_back(clock.now(), self._ends.newest_entry)
        self._pulses = pulses

    @property
    def _ends(self) -> _Ends:
        return self._once("ends", "", frozenset(), lambda: _Ends._make(self._connection.execute(_ENDS).one()))

    def pulse(self, gap: timedelta) -> None:
        if not self._pulses:
            return
        beat = self._connection.execute(_BEAT, {"beat_at": self.now, "since": self.now - gap})
        if beat.rowcount:
            return
        row = self._maybe(_PULSE)
        if row is None:
            self._connection.execute(insert(t.pulse).values(name=PATH, first_at=self.now, at=self.now))
            return
        missed = {"missed_from": row.at, "missed_to": self.now}
        if row.missed_from is not None and not self._outage_entered(row.missed_from):
            missed["missed_from"] = row.missed_from  # the clock has not taken in the one before: they are told as one
        self._connection.execute(update(t.pulse).where(t.pulse.c.name == PATH).values(at=self.now, **missed))

    def _outage_entered(self, from_at: datetime) -> bool:
        return self._maybe(t.outage.select().where(t.outage.c.from_at == from_at)) is not None

    def ledger_size(self) -> int:
        return self._ends.entry + 1

    def newest_frame(self) -> int:
        return self._ends.frame

    def next_session_no(self) -> int:
        return self._ends.session + 1

    def regime(self) -> int:
        return self._ends.regime

    def fences(self) -> dict[int, int]:
        return fences(self._connection)

    def chain(self, partition: int) -> tuple[int, bytes]:
        def read() -> tuple[int, bytes]:
            row = self._maybe(_NEWEST_STAGED, of_partition=partition)
            return (0, bytes(32)) if row is None else (row.number + 1, row.digest)

        return self._once("chain", str(partition), frozenset(), read)

    def keep(
        self,
        record: Ingested,
        detail: SaltedDetail,
        frame: Frame | None,
        sessions: Sequence[tuple[int, Session]],
    ) -> int | None:
        body = ingested_bytes(record)
        place = {"partition": record.partition, "number": record.number}
        staged = {**place, "body": body, "digest": sha256(body).digest()}
        rows: list[RowChange] = [Insert("ingest_record", staged)]
        if record.detail:
            rows.append(Insert("ingest_detail", {**place, "salt": detail.salt, "body": detail.body}))
        rows += [
            Insert("session", {"no": no, **{name: getattr(one, name) for name in _SESSION_FIELDS}, **place})
            for no, one in sessions
        ]
        seq = None
        if frame is not None:
            seq = self.newest_frame() + 1
            rows.append(Insert("frame", {"seq": seq, **{name: getattr(frame, name) for name in _FRAME_FIELDS}}))
        try:
            carry_out(self._connection, (*rows, *apply_ingested(record, detail.judged)))
        except IntegrityError as error:
            raise TableMismatch(f"the store refuses what was to be kept: {refusal(error)}") from None
        self._held.clear()
        return seq


# Said once: a statement that is put together anew costs as much as SQLite takes to carry it out.
_PULSE = t.pulse.select().where(t.pulse.c.name == PATH)
_BEAT = (
    update(t.pulse).where(t.pulse.c.name == PATH, t.pulse.c.at >= bindparam("since")).values(at=bindparam("beat_at"))
)
_NEWEST_STAGED = (
    select(t.ingest_record.c.number, t.ingest_record.c.digest)
    .where(t.ingest_record.c.partition == bindparam("of_partition"))
    .order_by(t.ingest_record.c.number.desc())
    .limit(1)
)
_NEWEST_ENTRY = select(t.entry.c.body).order_by(t.entry.c.idx.desc()).limit(1)
_ENDS = select(
    *(
        func.coalesce(select(func.max(column)).scalar_subquery(), -1)
        for column in (t.entry.c.idx, t.session.c.no, t.frame.c.seq)
    ),
    _NEWEST_ENTRY.scalar_subquery(),
    REGIME.scalar_subquery(),
)
_FRAME_FIELDS = tuple(Frame.__dataclass_fields__)
_SESSION_FIELDS = tuple(Session.__dataclass_fields__)


class SqlStore:
    """One database. Safe to share among threads and with other processes.

    `pulses`: whether its writing proves that the way is up by which devices come. Of a process that they do not come
    to it proves nothing.
    """

    def __init__(self, engine: Engine, clock: Clock, chance: Chance, *, pulses: bool = True) -> None:
        self._engine = engine
        self._pulses = pulses
        self._clock = clock
        self._chance = chance

    def prepare(self) -> None:
        """Create or upgrade the tables."""
        from custodiet.adapters.store.migrate import migrate  # noqa: PLC0415 - Alembic, which only this needs

        migrate(self._engine)

    def check_form(self) -> None:
        """Raise Unready when the tables are not of the form this code writes."""
        if not is_current(self._engine):
            raise Unready("the store is of another version than this code")

    def form(self) -> str:
        """Which form the tables have: the newest migration they have seen; empty for none."""
        return form_of(self._engine)

    def copy_into(self, other: "SqlStore") -> int:
        """Every row, as at one moment, into another store that was prepared; how many there are.

        Raises TableMismatch unless that one is the same in the end, rows and law.
        """
        from custodiet.adapters.store.moving import move_rows  # noqa: PLC0415 - what few processes need

        with viewing(self._engine) as source, writing(other._engine) as target:  # noqa: SLF001 - one of our own
            return move_rows(source, target)

    def require_sound(self) -> str:
        """The form of a store that is sound. Raises Unready for a form this code does not know, else TableMismatch."""
        from custodiet.adapters.store.soundness import require_sound_on  # noqa: PLC0415 - as above

        return require_sound_on(self._engine)

    def confirming(self) -> int | None:
        """How many other machines have what is acknowledged; None for a store that is no server's."""
        return None

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[ReadingRows]:
        """A consistent view."""
        with viewing(self._engine) as connection:
            yield ReadingRows(connection)

    @contextmanager
    def acting(self, fence: tuple[str, int] | None = None) -> Iterator[ActingRows]:
        """An act of people or of the clock: alone in the store, its time never before an earlier entry's.

        With a fence (lease name and number) it raises LeaseLost when someone has taken the lease since.
        """
        with writing(self._engine) as connection:
            if fence is not None:
                held = select(t.lease.c.fence).where(t.lease.c.name == fence[0])
                if connection.execute(held).scalar() != fence[1]:
                    raise LeaseLost("another process holds the lease now")
            clock_now = self._clock.now()  # asked once: asked again it is later, and an end would lie past `now`
            now = _never_back(clock_now, connection.execute(_NEWEST_ENTRY).scalar())
            yield ActingRows(connection, now, clock_now, self._chance)

    @contextmanager
    def ingesting(self) -> Iterator[IngestingRows]:
        """One ingest transaction, alone in the store."""
        with writing(self._engine) as connection:
            yield IngestingRows(connection, self._clock, pulses=self._pulses)

    def take_lease(self, name: str) -> int:
        """A fencing number higher than any given before for this name."""
        with writing(self._engine) as connection:
            held = connection.execute(select(t.lease.c.fence).where(t.lease.c.name == name)).scalar()
            fence = 1 if held is None else held + 1
            raise_to(connection, name, held, fence)
            return fence

    def share(self, turn: Turn, had: Share) -> Share:
        """Hold the store to a gateway's turn; what of it is the gateway's from now on. `had`: what it was given before.

        From then on nothing under an earlier turn is written, nor by whoever shares devices out another way.
        """
        with writing(self._engine) as connection:
            return share(connection, turn, had)

    def look_on(self, turn: Turn, _: Share) -> Share:
        """What a process may write that takes reports beside the gateways of that turn's cluster: no device's. Raises
        CannotRecord where they share nothing out.
        """
        with viewing(self._engine) as connection:
            return look_on(connection, turn.cluster)

    def regime_alone(self) -> int | None:
        """The regime to write under where devices are not shared out; None: they are, and only gateways write."""
        with viewing(self._engine) as connection:
            return regime_alone(connection)

    def end_sharing(self) -> int:
        """Devices are shared out no longer; the regime that a gateway without a turn writes under."""
        with writing(self._engine) as connection:
            return end_sharing(connection)


def _never_back(now: datetime, newest_entry: bytes | None) -> datetime:
    """The clock's time, never before the newest entry's: time does not run backwards across what is recorded.

    Raises CannotRecord when the clock lies further behind than any correction of a good one: then it was wrong
    before or is wrong now, and nothing may be decided on its word.
    """
    if newest_entry is None:
        return now
    recorded = read_entry(newest_entry).at
    if recorded - now > BEHIND_MAX:
        raise CannotRecord("this machine's clock lies behind the ledger: set it right")
    return max(now, recorded)
