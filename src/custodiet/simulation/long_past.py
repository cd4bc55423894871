"""One person's fix a minute for as long as is asked, sealed as it would be, in frames among other people's.

The sessions, their keys and every piece of the person's are real: sealed to keys that the vault of the place has made,
which opens them by its own way. The rest of each frame is noise of the same size. All of it is written in the file
itself, with the law of the store set aside meanwhile: no decision reaches so far back. It is for the bench, and good
for nothing else.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from custodiet.adapters.store.law_aside import without_the_law
from custodiet.flows.sessions import LiveSession, SessionFor, Sessions
from custodiet.model.identity import CaseId, DecisionId, FittingId, PersonId
from custodiet.model.mode import Category
from custodiet.model.record import DayKey
from custodiet.model.report import Fix, Method
from custodiet.model.times import to_ms, utc_day
from custodiet.simulation.multiplied import insert
from custodiet.wire.frame import PIECE_BYTES, pack_directory, pack_fix

_MINUTES_A_DAY = 1440
_OTHERS_FROM = 1_000_000
"""Numbers of sessions that are nobody's."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was written."""

    person_id: PersonId
    from_at: datetime
    until: datetime
    pieces: int
    """With everyone else's."""
    day_key_s: float
    """CPU that the vault took to make and sign one day's key."""
    session_s: float
    """CPU that a monitor took to check it and to make a session under it."""


class LongPast:
    """Writes the past of the one person that a store knows."""

    def __init__(
        self, file: Path, sessions: Sessions, day_key: Callable[[PersonId, Category, date], DayKey], seed: int
    ) -> None:
        self._file = file
        self._sessions = sessions
        self._day_key = day_key
        self._random = Random(seed)
        self._day_key_s = self._session_s = 0.0

    def write(self, until: datetime, days: int, others: Callable[[date], int]) -> Past:
        """So many days before `until`, which is a midnight. `others`: how many more pieces a frame of a day has."""
        with closing(sqlite3.connect(self._file, isolation_level=None)) as store:
            store.execute("PRAGMA synchronous=OFF")  # it goes with its folder
            store.execute("PRAGMA foreign_keys=OFF")
            with without_the_law(store):
                [of] = store.execute(
                    "SELECT person_id, case_file.id, decision.id, fitting.id FROM case_file "
                    "JOIN decision ON decision.case_id = case_file.id JOIN fitting ON fitting.case_id = case_file.id"
                )
                written = [utc_day(until - timedelta(days=days - number)) for number in range(days)]
                for number, day in enumerate(written):
                    self._write_day(store, of, number, day, others(day))
        pieces = sum(_MINUTES_A_DAY * (1 + others(day)) for day in written)
        spent = (self._day_key_s / days, self._session_s / days)
        return Past(PersonId(of[0]), until - timedelta(days=days), until, pieces, *spent)

    def _write_day(self, store: sqlite3.Connection, of: tuple[str, ...], number: int, day: date, others: int) -> None:
        person_id, case_id, decision_id, fitting_id = of
        wanted = SessionFor(
            *(PersonId(person_id), CaseId(case_id), DecisionId(decision_id), FittingId(fitting_id)),
            *(Category.TRAIL, day),
        )
        began = process_time()
        key = self._day_key(wanted.person_id, wanted.category, day)
        made = process_time()
        live = self._sessions.begin(wanted, key)
        self._day_key_s += made - began
        self._session_s += process_time() - made
        staged, frames = [], []
        for minute, (fix_ms, sealed) in enumerate(self._pieces(live, day)):
            at = number * _MINUTES_A_DAY + minute + 1
            here = {"partition": 0, "number": at}
            body = at.to_bytes(8, "big")
            staged.append({**here, "body": body, "digest": sha256(body).digest()})
            frames.append({"seq": at, **here, **self._among_others(number + 1, fix_ms, sealed, others)})
        insert(store, "ingest_record", staged)
        insert(store, "frame", frames)
        insert(store, "session", [_session_row(live, number)])

    def _among_others(self, session_no: int, fix_ms: int, sealed: bytes, others: int) -> dict[str, Any]:
        """A frame with one piece of the person's, anywhere in it."""
        place, noise = self._random.randrange(others + 1), self._random.randbytes(others * PIECE_BYTES)
        numbers = [_OTHERS_FROM + other for other in range(others)]
        return {
            "first_ms": fix_ms,
            "last_ms": fix_ms,
            "directory": pack_directory((no, fix_ms) for no in (*numbers[:place], session_no, *numbers[place:])),
            "sealed": noise[: place * PIECE_BYTES] + sealed + noise[place * PIECE_BYTES :],
        }

    def _pieces(self, live: LiveSession, day: date) -> Iterator[tuple[int, bytes]]:
        """Of each minute of a day when it was, and the sealed fix."""
        nonces = self._sessions.nonces(_MINUTES_A_DAY)
        midnight_ms = to_ms(datetime.fromisoformat(f"{day}T00:00:00+00:00"))
        lat_e7, lon_e7 = 465_000_000, -280_000_000
        for minute, nonce in enumerate(nonces):
            fix_ms = midnight_ms + 60_000 * minute + self._random.randrange(50_000)
            lat_e7 += self._random.randrange(-900, 901)
            lon_e7 += self._random.randrange(-900, 901)
            fix = Fix(
                lat_e7=lat_e7,
                lon_e7=lon_e7,
                accuracy_m=8.0,
                altitude_m=46.0,
                speed_mps=1.2,
                course_deg=float(self._random.randrange(360)),
                method=Method.GPS,
                satellites=9,
                hdop=1.1,
            )
            yield fix_ms, self._sessions.seal(live, nonce, pack_fix(fix, fix_ms, fix_ms + 900), fix_ms)


def _session_row(live: LiveSession, number: int) -> dict[str, Any]:
    one = live.unstored
    return {
        "no": number + 1,
        "id": one.id,
        "person_id": one.person_id,
        "case_id": one.case_id,
        "decision_id": one.decision_id,
        "fitting_id": one.fitting_id,
        "category": one.category.value,
        "day": one.day.isoformat(),
        "monitor": one.monitor,
        "sealed_key": one.sealed_key,
        "commitment": one.commitment,
        "partition": 0,
        "number": number * _MINUTES_A_DAY + 1,
    }
