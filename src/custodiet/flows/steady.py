"""Wearers of whom nothing is to be weighed, as rows of one table: their fixes are taken as columns, many at once.

What nearly every fix is: of a known device under one plain decision (rules.authority.Clear), newer than any before, of
a mode that keeps a trail, quiet in every zone (rules.conditions.calm), from a device with nothing new to say. For such
a fix every step of `receive_reports` and `watching` comes out the same, whoever it is of; here it is one step for all.
A row holds what those steps would look up. Whatever else comes of a device takes its row away first: what the row says
goes back to where it came from, and everything is done one by one, as it is without this table.

Who has a row has their calm place and their scratch here alone; the zones of their decision are those that are held.
So it goes as soon as anything that it rests on changes: what stands of them, a session, a zone, a watch, the device's
own word, the clock.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from custodiet.flows.ports import SealsMany
from custodiet.flows.scopes import UNASKED, Part
from custodiet.flows.seen_fixes import SeenFixes
from custodiet.flows.serial_rows import SerialRows
from custodiet.flows.wearer import Wearer
from custodiet.model.identity import DecisionId, FittingId
from custodiet.model.judging import Judging
from custodiet.model.record import Contact, HeardTogether
from custodiet.model.times import EPOCH, from_ms, to_ms
from custodiet.rules.authority import AHEAD_MAX
from custodiet.rules.conditions.calm import Calm, Quiet
from custodiet.rules.conditions.calm_columns import CalmRows, are_quiet
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.plane import point
from custodiet.rules.conditions.zoned import LOOKED_UP, Scratch
from custodiet.rules.conditions.zones_columns import Floats, ReachesMany, Whole, points, reaches
from custodiet.rules.messages import REMIND_PERCENT
from custodiet.wire.columns import (
    Bools,
    Columns,
    Rows,
    SealedPieces,
    ToSeal,
    directory_of,
    has_key,
    pack_fixes,
    piece_heads,
    place_bytes,
    time_contexts,
)
from custodiet.wire.frame import FIXES_CONTEXT_BYTES, KEY_BYTES, METHODS
from custodiet.wire.traccar_columns import Lines, columns_of

Under = tuple[FittingId, DecisionId]
Zones = tuple[PackedZones, Sequence[bool]]
"""Of one decision: all zones, each at hand, and whether each is one to keep out of."""

_ROOM = 64
"""Rows at first."""
_LATELY = 16
"""So many fix times stand in a row before they go to those of all fixes: sixteen at once cost what one does."""
_NEVER, _NOT_YET = 2**62, -(2**62)
_ASKED_BYTES = 1 << 20
"""Of so many the zones are asked as columns at once, counted anew for each place that is asked about: a corner has
eight, and takes up some two hundred while it is asked.
"""
_MS = timedelta(milliseconds=1)
_DAY_MS = 86_400_000
_AHEAD_MS = AHEAD_MAX // timedelta(milliseconds=1)
_MEASURED = np.array([method not in LOOKED_UP for method in METHODS])
"""By the number of a method: whether the device found the place itself."""

_ROW = np.dtype(
    [
        ("held", "?"),
        # When a fix may be admitted, and sealed under the session.
        ("from_ms", "i8"),
        ("until_ms", "i8"),
        ("late_ms", "i8"),
        ("day_from_ms", "i8"),
        ("session_no", "i8"),
        # The newest fix, and what is calm.
        ("newest_ms", "i8"),
        ("zoned", "?"),
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),
        ("reach_m", "f8"),
        # Where that is, once it was told anew here.
        ("anew", "?"),
        ("calm_lat_e7", "i4"),
        ("calm_lon_e7", "i4"),
        # Scratch: when it came here, the newest place with its time, and when the device last moved.
        ("held_ms", "i8"),
        ("back_ms", "i8"),
        ("back_x", "f8"),
        ("back_y", "f8"),
        ("back_z", "f8"),
        # Where that place is, once one was taken here.
        ("took", "?"),
        ("lat_e7", "i4"),
        ("lon_e7", "i4"),
        ("moving_ms", "i8"),
        # Settings of the scheme.
        ("accuracy_min_m", "f8"),
        ("accuracy_max_m", "f8"),
        ("disc_scale", "f8"),
        ("speed_max_mps", "f8"),
        ("moving_mps", "f8"),
        ("low_percent", "f8"),
        # The contact that was last written, and with it the newest fix then; where a clock goes by that, each is.
        ("timed", "?"),
        ("contact_ms", "i8"),
        ("contact_newest_ms", "i8"),
        # The number of the scope in which its device was found last; UNASKED at first.
        ("scope", "i8"),
    ]
)
"""Times in ms since 1970 UTC."""


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """What was taken of a batch. Arrays have one item for each fix, in the order of the parts and their lines."""

    request: Whole
    """The number of its request."""
    line: Whole
    """Its place in there."""
    rows: Whole
    columns: Columns
    received_ms: Whole
    fittings: list[FittingId]
    session_no: Whole
    keys: Rows
    contexts: Rows
    """Of each the part that is the same for its whole session."""
    reach_m: Floats
    """How far it is calm around it, of whoever is calm there from now on; NaN: about where they were."""
    many: SealsMany
    """How they are sealed."""

    def __len__(self) -> int:
        return len(self.rows)

    def without(self, request: int) -> "Taken":
        """The same but for one request, which could not be taken as a whole."""
        stays = np.flatnonzero(self.request != request)
        left = stays.tolist()
        return Taken(
            self.request[stays],
            self.line[stays],
            self.rows[stays],
            self.columns.of(stays),
            self.received_ms[stays],
            [self.fittings[place] for place in left],
            self.session_no[stays],
            self.keys[stays],
            self.contexts[stays],
            self.reach_m[stays],
            self.many,
        )

    def counts(self, requests: int) -> list[int]:
        """How many lines of each of so many requests are in here."""
        counts: list[int] = np.bincount(self.request, minlength=requests).tolist()
        return counts

    def lines_of(self, request: int) -> set[int]:
        """Which lines of a request are in here."""
        return set(self.line[self.request == request].tolist())

    def span(self) -> tuple[int, int]:
        """The first and the last fix time, in ms since 1970 UTC. Raises ValueError when nothing was taken."""
        return int(self.columns.fix_ms.min()), int(self.columns.fix_ms.max())

    def places(self) -> bytes:
        """The bytes of each place, one behind the other."""
        return place_bytes(self.columns.lat_e7, self.columns.lon_e7)

    def sealed(self, nonces: bytes) -> SealedPieces:
        """Each as a piece, and as a leaf."""
        times = time_contexts(self.columns.fix_ms)
        contexts = np.concatenate([self.contexts, times], axis=1)
        heads = piece_heads(self.session_no, self.columns.fix_ms)
        return self.many.seal(ToSeal(self.keys, contexts, heads, pack_fixes(self.columns, self.received_ms)), nonces)

    def root(self, before: Sequence[bytes], sealed: SealedPieces) -> bytes:
        """The root over those leaves and then all of these."""
        return self.many.root(b"".join([*before, sealed.leaves]))

    def directory(self, before: int) -> bytes:
        """Their part of a frame's directory, where so many pieces stand before them in the frame."""
        return directory_of(self.session_no, self.columns.fix_ms, before)


class Released(NamedTuple):
    """What a row held: whose it was, what is quiet now, when their newest fixes were, and the contact last written."""

    wearer: Wearer
    quiet: Quiet | None
    newest: datetime
    contact: Contact | None
    lately: list[int]
    """Fix times in ms since 1970 UTC that stood nowhere else."""


class HeardAtOnce(NamedTuple):
    """Contacts to be written of whoever has a row; the same as rows, of which one may be there more than once."""

    told: tuple[HeardTogether, ...]
    """One, or none where there are none."""
    rows: Whole
    at_ms: int
    newest_ms: Whole


class Steady:
    """The table. Owned by one monitor's watching, touched by its thread."""

    takes = Lines

    def __init__(self, many: SealsMany, reaches: ReachesMany = reaches) -> None:
        """`reaches`: what zones_columns.reaches does, or what promises as much."""
        self._many = many
        self._reaches = reaches
        self._table = np.zeros(_ROOM, _ROW)
        # Of the row's session: apart, since only those that are sealed read it.
        self._key = np.zeros((_ROOM, KEY_BYTES), np.uint8)
        self._context = np.zeros((_ROOM, FIXES_CONTEXT_BYTES), np.uint8)
        # Since when its calm place is here, where one is: apart, since all of them are looked at together.
        self._since_ms = np.full(_ROOM, _NEVER)
        # What was taken since such times last went from the row.
        self._lately = np.zeros((_ROOM, _LATELY), np.int64)
        self._lately_count = np.zeros(_ROOM, np.int64)
        self._fitting = np.full(_ROOM, None, object)
        self._wearer = np.full(_ROOM, None, object)
        # Zones of its decision, and which of them are to be kept out of; None where one is not at hand.
        self._zones = np.full(_ROOM, None, object)
        self._keep_out = np.full(_ROOM, None, object)
        self._free = list(range(_ROOM))
        self._row_of: dict[str, int] = {}
        # The same, for many at once.
        self._rows = SerialRows()
        self._serial_of: dict[FittingId, str] = {}

    def __contains__(self, serial: str) -> bool:
        return serial in self._row_of

    @property
    def serials(self) -> list[str]:
        """Of everyone who has a row."""
        return list(self._row_of)

    @property
    def fittings(self) -> list[tuple[str, FittingId]]:
        """Serial and fitting of everyone who has a row."""
        return [(serial, fitting_id) for fitting_id, serial in self._serial_of.items()]

    def serial_of(self, fitting_id: FittingId) -> str | None:
        """Of the device of a fitting that has a row."""
        return self._serial_of.get(fitting_id)

    def can_hold(self, serial: str) -> bool:
        """Whether a device with that serial may have a row: one that is very long is taken one by one."""
        return has_key(serial)

    def hold(
        self,
        wearer: Wearer,
        judging: Judging,
        quiet: Quiet | None,
        newest: datetime,
        contact: Contact | None,
        zones: Zones | None,
        *,
        timed: bool,
    ) -> None:
        """From now on these are here, and nowhere else.

        `quiet` is None where no condition has a place, and `zones` where one is not at hand; `timed`: a clock goes by
        when their newest fix was. Their session has its number.
        """
        if not self._free:
            self._free = list(range(len(self._table), 2 * len(self._table)))
            self._since_ms = np.concatenate([self._since_ms, np.full(len(self._since_ms), _NEVER)])
            self._fitting, self._wearer, self._zones, self._keep_out = (
                np.concatenate([one, np.full(len(one), None, object)])
                for one in (self._fitting, self._wearer, self._zones, self._keep_out)
            )
            self._table, self._key, self._context, self._lately, self._lately_count = (
                np.concatenate([one, np.zeros_like(one)])
                for one in (self._table, self._key, self._context, self._lately, self._lately_count)
            )
        row, clear = self._free.pop(), wearer.clear
        self._table[row] = (
            True,
            to_ms(clear.from_at),
            _ms_or(clear.until, _NEVER),
            clear.decision.late_max // _MS,
            (wearer.live.day - EPOCH.date()).days * _DAY_MS,
            wearer.live.no,
            to_ms(newest),
            quiet is not None,
            *_told_of(quiet),
            judging.accuracy_min_m,
            judging.accuracy_max_m,
            judging.disc_scale,
            judging.speed_max_mps,
            judging.moving_mps,
            max(judging.battery_low_percent, REMIND_PERCENT),
            timed,
            _NOT_YET if contact is None else to_ms(contact.contact_at),
            _NOT_YET if contact is None else _ms_or(contact.newest_fix_at, _NOT_YET),
            UNASKED,
        )
        if quiet is not None:
            self._since_ms[row] = to_ms(quiet.since)
        self._row_of[wearer.serial] = row
        self._rows.add(wearer.serial, row)
        self._serial_of[wearer.fitting_id] = wearer.serial
        self._wearer[row], self._fitting[row] = wearer, wearer.fitting_id
        self._zones[row], self._keep_out[row] = zones or (None, None)
        self._key[row] = np.frombuffer(wearer.live.key, np.uint8)
        self._context[row] = np.frombuffer(wearer.live.context, np.uint8)

    def release(self, serial: str) -> Released:
        """The row goes. Raises KeyError for no row."""
        row = self._row_of.pop(serial)
        self._rows.remove(serial, row)
        wearer: Wearer = self._wearer[row]
        del self._serial_of[wearer.fitting_id]
        told = self._table[row]
        quiet = _quiet_in(told, int(self._since_ms[row])) if told["zoned"] else None
        contact_at, contact_newest = _at_or(told["contact_ms"]), _at_or(told["contact_newest_ms"])
        contact = None if contact_at is None else Contact(wearer.fitting_id, contact_at, contact_newest)
        released = Released(wearer, quiet, from_ms(int(told["newest_ms"])), contact, self._lately_of(row))
        self._table[row] = np.zeros((), _ROW)  # no place stays behind, and no key
        self._key[row] = self._context[row] = self._lately[row] = self._lately_count[row] = 0
        self._wearer[row] = self._fitting[row] = self._zones[row] = self._keep_out[row] = None
        self._since_ms[row] = _NEVER
        self._free.append(row)
        return released

    def saw(self, fitting_id: FittingId, fix_time: datetime) -> None:
        """A fix of that time stands in the store of a fitting that has a row: whatever is older is late."""
        newest, row = self._table["newest_ms"], self._row_of[self._serial_of[fitting_id]]
        newest[row] = max(int(newest[row]), to_ms(fix_time))

    def serials_under(self, decisions: AbstractSet[DecisionId]) -> list[str]:
        """Of everyone who has a row under one of these."""
        if not decisions:
            return []
        wearers: list[Wearer] = self._wearer[list(self._row_of.values())].tolist()
        return [wearer.serial for wearer in wearers if wearer.clear.decision.id in decisions]

    def about_lately(self, now: datetime, span: timedelta, fittings: frozenset[FittingId]) -> list[str]:
        """Whoever's calm place came here longer ago than that, or later than now, is calm about the newest one now.

        The serials of those of whom that cannot be said here: nothing is calm about it, it came too long ago itself, or
        the fitting is not among these any more.
        """
        table, since_ms, now_ms, span_ms = self._table, self._since_ms, to_ms(now), span // _MS
        old = np.flatnonzero(((since_ms < now_ms - span_ms) | (since_ms > now_ms)) & (since_ms != _NEVER))
        age_ms = now_ms - table["held_ms"][old]
        rows = old[table["took"][old] & (age_ms >= 0) & (age_ms <= span_ms)]
        whose: list[FittingId] = self._fitting[rows].tolist()
        if not fittings.issuperset(whose):
            rows = rows[[fitting_id in fittings for fitting_id in whose]]
        lat_e7, lon_e7 = table["lat_e7"][rows], table["lon_e7"][rows]
        reach_m = self._reach_at(rows, lat_e7, lon_e7)
        calm = np.flatnonzero(~np.isnan(reach_m))
        of = rows[calm]
        self._calm_about(of, lat_e7[calm], lon_e7[calm], reach_m[calm], table["held_ms"][of])
        return [wearer.serial for wearer in self._wearer[np.setdiff1d(old, of, assume_unique=True)].tolist()]

    def _reach_at(self, rows: Whole, lat_e7: Whole, lon_e7: Whole) -> Floats:
        """How far it is calm around a place of each of these rows; NaN: nothing is, or a zone is not at hand."""
        reach_m = np.full(len(rows), np.nan)
        whose, of = np.unique(rows, return_inverse=True)
        zones = self._zones[whose]
        sizes = np.array([0 if one is None else len(one) for one in zones.tolist()], np.int64)[of]
        asked = np.argsort(of, kind="stable")  # whoever is asked about several places lies together
        asked = asked[sizes[asked] > 0]
        parts = np.cumsum(sizes[asked]) // _ASKED_BYTES
        for at in np.split(asked, np.flatnonzero(np.diff(parts)) + 1):
            some, of_some = np.unique(of[at], return_inverse=True)
            keep_out = self._keep_out[whose[some]].tolist()
            reach_m[at] = self._reaches(zones[some].tolist(), keep_out, of_some, lat_e7[at], lon_e7[at])
        return reach_m

    def _calm_about(self, rows: Whole, lat_e7: Whole, lon_e7: Whole, reach_m: Floats, since_ms: Whole | int) -> None:
        """From now on these rows are calm about these places."""
        table, places = self._table, points(lat_e7, lon_e7)
        table["x"][rows], table["y"][rows], table["z"][rows] = places
        table["calm_lat_e7"][rows], table["calm_lon_e7"][rows] = lat_e7, lon_e7
        table["reach_m"][rows], table["anew"][rows], self._since_ms[rows] = reach_m, True, since_ms

    def take(self, parts: Sequence[Part], apart: Iterable[str], now: datetime, span: timedelta) -> Taken:
        """What can be taken at once at `now`. `apart`: serials of which something else came with these.

        Of each device everything is taken or nothing. Nothing is changed but in which scope a device was found: `keep`
        does the rest.
        """
        columns = columns_of([part.lines for part in parts])
        row_of, now_ms = self._row_of, to_ms(now)
        rows = self._rows.find(columns.serial_keys)
        of, fix_ms = self._table.take(rows), columns.fix_ms  # to index whole rows takes thirty times as long
        since = now_ms - self._since_ms[rows]
        asked = of["zoned"] & _MEASURED[columns.method] & (since >= 0) & (since <= span // _MS)
        sound = (
            (rows >= 0)
            & columns.plain
            & (of["from_ms"] <= np.minimum(fix_ms, now_ms))
            & (np.maximum(fix_ms, now_ms) < of["until_ms"])
            & (fix_ms - now_ms <= _AHEAD_MS)
            & (now_ms - fix_ms <= of["late_ms"])
            & (of["day_from_ms"] <= fix_ms)
            & (fix_ms < of["day_from_ms"] + _DAY_MS)
            & (fix_ms > of["newest_ms"])
            & (asked | ~of["zoned"])
            & (~(columns.battery_percent <= of["low_percent"]))
        )
        quiet, reach_m = self._are_quiet(rows, of, columns, sound & asked)
        good = sound & (quiet | ~of["zoned"])
        spoilt = np.zeros(len(self._table), np.bool_)
        spoilt[rows[~good & (rows >= 0)]] = True
        spoilt[[row_of[serial] for serial in apart if serial in row_of]] = True
        spoilt[self._out_of_scope(parts, rows)] = True
        order = np.argsort(rows, kind="stable")
        again = rows[order][1:] == rows[order][:-1]
        spoilt[rows[order][1:][again & (fix_ms[order][1:] <= fix_ms[order][:-1])]] = True
        at = np.flatnonzero(good & ~spoilt[rows])
        sizes = [len(part.lines) for part in parts]
        request = np.repeat(np.array([part.request for part in parts], np.int64), sizes)
        line = np.arange(len(rows)) - np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
        received_ms = np.repeat(np.array([to_ms(part.received_at) for part in parts], np.int64), sizes)
        if len(at) < len(rows):  # nearly always all of them
            request, line, rows, received_ms, reach_m = request[at], line[at], rows[at], received_ms[at], reach_m[at]
            columns = columns.of(at)
        return Taken(
            request,
            line,
            rows,
            columns,
            received_ms,
            self._fitting[rows].tolist(),
            self._table["session_no"][rows],
            self._key.take(rows, axis=0),
            self._context.take(rows, axis=0),
            reach_m,
            self._many,
        )

    def _out_of_scope(self, parts: Sequence[Part], rows: Whole) -> list[int]:
        """Rows of devices that came from a sender who may not speak for them."""
        out: list[int] = []
        first, found_in = 0, self._table["scope"]
        for part in parts:
            of, numbers = rows[first : first + len(part.lines)], np.array([scope.number for scope in part.scopes])
            for line in np.flatnonzero((of >= 0) & (found_in[of] != numbers)).tolist():
                number, serials = part.scope(line)
                if part.lines.serials[line] in serials:
                    found_in[of[line]] = number
                else:
                    out.append(int(of[line]))
            first += len(part.lines)
        return out

    def _are_quiet(self, rows: Whole, of: npt.NDArray[np.void], columns: Columns, asked: Bools) -> tuple[Bools, Floats]:
        """Which of those that are asked are quiet, and how far it is calm around those whose zones had to be asked.

        Nearly always what is calm about where they were tells. Who has gone farther in any of these is asked about that
        place, and about the last one, as calm.around is for whoever is judged: then they are calm about that one.
        """
        lat_e7, lon_e7, accuracy_m, speed_mps = columns.lat_e7, columns.lon_e7, columns.accuracy_m, columns.speed_mps
        quiet = asked & are_quiet(_calm_of(of), lat_e7, lon_e7, accuracy_m, speed_mps)
        reach_m = np.full(len(rows), np.nan)
        gone = asked & ~quiet
        if gone.any():
            last = np.full(len(self._table), -1)
            last[rows[gone]] = 0
            goes = last[rows] == 0
            last[rows[goes]] = np.flatnonzero(goes)
            at = np.flatnonzero(asked & (gone | (last[rows] == np.arange(len(rows)))))
            reach_m[at] = self._reach_at(rows[at], lat_e7[at], lon_e7[at])
            x, y, z = points(lat_e7[at], lon_e7[at])
            calm = _calm_of(of.take(at))._replace(x=x, y=y, z=z, reach_m=reach_m[at])
            quiet[at] = are_quiet(calm, lat_e7[at], lon_e7[at], accuracy_m[at], speed_mps[at])
        return quiet, reach_m

    def until(self, taken: Taken) -> datetime | None:
        """Until when all of these stay admitted if nobody decides anything; None: without an end."""
        until_ms = int(self._table["until_ms"][taken.rows].min(initial=_NEVER))
        return None if until_ms == _NEVER else from_ms(until_ms)

    def heard(self, taken: Taken, now: datetime, grain: timedelta) -> HeardAtOnce:
        """Whose newest contact says enough more than the stored one to be written."""
        timed, contact_ms = self._table["timed"][taken.rows], self._table["contact_ms"][taken.rows]
        asks = np.flatnonzero(timed | (to_ms(now) - contact_ms >= grain // _MS))
        newest_ms = taken.columns.fix_ms[asks]
        # Of a row that is there twice the last one stands, which is the newest.
        newest = dict(zip([taken.fittings[place] for place in asks.tolist()], newest_ms.tolist(), strict=True))
        told = (HeardTogether(now, tuple(newest), tuple(newest.values())),) if newest else ()
        return HeardAtOnce(told, taken.rows[asks], to_ms(now), newest_ms)

    def keep(self, taken: Taken, now: datetime, heard: HeardAtOnce, seen: SeenFixes) -> None:
        """What was taken is durable, and so are these contacts.

        `seen` is told of fixes of which rows have no room for more.
        """
        self._remember(taken.rows, taken.columns.fix_ms, seen)
        table, rows, columns = self._table, taken.rows, taken.columns
        # Of a row that is there twice the last one stands, which is the newest.
        table["newest_ms"][rows] = columns.fix_ms
        zoned = np.flatnonzero(table["zoned"][rows])
        of = rows[zoned]
        first = of[~table["took"][of]]
        for name in ("back_x", "back_y", "back_z"):  # the place that it came with is the newest no more
            table[name][first] = 0.0
        table["back_ms"][of], table["held_ms"][of] = columns.fix_ms[zoned], to_ms(now)
        table["lat_e7"][of], table["lon_e7"][of], table["took"][of] = columns.lat_e7[zoned], columns.lon_e7[zoned], True
        moved = np.flatnonzero(~np.isnan(taken.reach_m))
        if len(moved):
            places = (columns.lat_e7[moved], columns.lon_e7[moved])
            self._calm_about(rows[moved], *places, taken.reach_m[moved], to_ms(now))
        moves = zoned[columns.speed_mps[zoned] >= table["moving_mps"][of]]
        table["moving_ms"][rows[moves]] = columns.fix_ms[moves]
        table["contact_ms"][heard.rows], table["contact_newest_ms"][heard.rows] = heard.at_ms, heard.newest_ms

    def _remember(self, rows: Whole, fix_ms: Whole, seen: SeenFixes) -> None:
        """These fixes are known from now on. In order within a row, which may be there more than once."""
        count, here = self._lately_count, np.arange(len(rows))
        last = np.empty(len(count), np.int64)
        last[rows] = here
        if (last[rows] != here).any():
            self._remember_several(rows, fix_ms, seen)
            return
        self._make_room(rows[count[rows] == _LATELY], seen)
        self._lately[rows, count[rows]] = fix_ms
        count[rows] += 1

    def _remember_several(self, rows: Whole, fix_ms: Whole, seen: SeenFixes) -> None:
        count, order = self._lately_count, np.argsort(rows, kind="stable")
        times = fix_ms[order]
        whose, first, sizes = np.unique(rows[order], return_index=True, return_counts=True)
        self._make_room(whose[count[whose] + sizes > _LATELY], seen)
        fit = sizes <= _LATELY
        for row, begin, size in np.stack([whose, first, sizes])[:, ~fit].T.tolist():
            seen.add_run(self._fitting[row], times[begin : begin + size].tolist())
        for size in np.unique(sizes[fit]).tolist():
            some = np.flatnonzero(sizes == size)
            of, at = whose[some, np.newaxis], np.arange(size)
            self._lately[of, count[of] + at] = times[first[some, np.newaxis] + at]
            count[whose[some]] += size

    def _make_room(self, rows: Whole, seen: SeenFixes) -> None:
        """What stands in these rows is known from now on; all of them have room for as much again."""
        standing = self._lately_count[rows]
        for size in np.unique(standing[standing > 0]).tolist():
            some = rows[standing == size]
            seen.add_runs(self._fitting[some].tolist(), self._lately[some, :size])
        self._lately_count[rows] = 0

    def _lately_of(self, row: int) -> list[int]:
        times: list[int] = self._lately[row, : self._lately_count[row]].tolist()
        return times


def _ms_or(at: datetime | None, none: int) -> int:
    return none if at is None else to_ms(at)


def _at_or(ms: np.int64) -> datetime | None:
    return None if ms == _NOT_YET else from_ms(int(ms))


def _told_of(quiet: Quiet | None) -> tuple[float | bool, ...]:
    """What a row holds of it: from its calm place to when the device last moved."""
    if quiet is None:
        return (0.0, 0.0, 0.0, 0.0, False, 0, 0, _NOT_YET, 0, 0.0, 0.0, 0.0, False, 0, 0, _NOT_YET)
    calm, scratch = quiet.calm, quiet.scratch
    assert scratch.back is not None and scratch.back_at is not None  # noqa: S101, PT018 - it is calm about a place
    held_ms, back_ms = to_ms(quiet.held_at), to_ms(scratch.back_at)
    moving_ms = _ms_or(scratch.moving_at, _NOT_YET)
    return (
        *(*calm.place, calm.reach_m, False, 0, 0),
        *(held_ms, back_ms, *scratch.back, False, 0, 0, moving_ms),
    )


def _quiet_in(told: np.void, since_ms: int) -> Quiet:
    """The inverse, with what has come since."""
    x, y, z, back_x, back_y, back_z = (float(told[name]) for name in ("x", "y", "z", "back_x", "back_y", "back_z"))
    calm_at = point(int(told["calm_lat_e7"]), int(told["calm_lon_e7"])) if told["anew"] else (x, y, z)
    back = point(int(told["lat_e7"]), int(told["lon_e7"])) if told["took"] else (back_x, back_y, back_z)
    scratch = Scratch(from_ms(int(told["back_ms"])), back, _at_or(told["moving_ms"]))
    calm = Calm(calm_at, float(told["reach_m"]))
    return Quiet(calm, scratch, from_ms(since_ms), from_ms(int(told["held_ms"])))


def _calm_of(of: npt.NDArray[np.void]) -> CalmRows:
    return CalmRows(*(of[name] for name in CalmRows._fields))
