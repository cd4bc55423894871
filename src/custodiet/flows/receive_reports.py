"""A position arrives: one read, one decision, one write.

    gather    the picture in memory, brought up to date
    decide    rules.authority.admit, report by report; duplicates by (fitting, fix time in ms)
    judge     rules.conditions, fitting by fitting, in order of fix time
    record    one staged ingest record: counts by outcome and reason, root over the sealed pieces, what was judged
    keep      one frame of sealed fixes, changed watches and alerts, in the same transaction
    tell      the answers, after the commit

The transaction first reads whether anything that was decided on has changed, and then decides again inside it:
so nothing timed after an end is stored, whoever ended it and however long the batch was under way. If we die before
the commit nothing happened and nobody was told; after it everything did, and a sender who was not told sends again
and reads `duplicate`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from custodiet.flows.after_stop import SentAfterStop
from custodiet.flows.in_force import InForce
from custodiet.flows.known_words import WordOf, word_identity
from custodiet.flows.picture import Among, Concerned, KnownSender, Picture
from custodiet.flows.placed import Placed
from custodiet.flows.ports import Chance, Clock, Ingesting, Reading, Sealer, Store
from custodiet.flows.reminding import Reminding
from custodiet.flows.scopes import NOBODYS, Part, Scope, Scopes
from custodiet.flows.seen_fixes import SeenFixes, WhichFix
from custodiet.flows.sessions import LiveSession, SessionFor, Sessions
from custodiet.flows.watching import Arrived, Heard, Judged, Watching
from custodiet.flows.wearer import Wearer
from custodiet.model.decision import LATE_MAX_LIMIT, Decision
from custodiet.model.device import Fitting
from custodiet.model.errors import CannotRecord, TableMismatch
from custodiet.model.identity import ConditionId, FittingId
from custodiet.model.mode import Category, Kind
from custodiet.model.partitions import EVERYONES, Share, Turn
from custodiet.model.record import IngestDetail, Ingested, LogOpened, Sighting, Tally
from custodiet.model.report import Admitted, AdmittedWord, Answer, Outcome, Reason, Refused, Report
from custodiet.model.session import Frame
from custodiet.model.stored import SaltedDetail, Seen, StandingChange
from custodiet.model.times import from_ms, to_ms, utc_day
from custodiet.model.word import Word
from custodiet.rules.authority import DeviceStanding, admit, said_at, speaks_of
from custodiet.rules.chain import leaf_hashes, root
from custodiet.rules.decisions import kept_categories
from custodiet.rules.partitions import partition_of
from custodiet.rules.silence import PULSE_GAP
from custodiet.wire.frame import KEY_BYTES, NONCE_BYTES, pack_directory, pack_fix, piece_bodies, session_body
from custodiet.wire.records import SALT_BYTES, detail_bytes, record_digest

if TYPE_CHECKING:  # who takes nothing at once needs no NumPy
    from custodiet.flows.steady import Steady, Taken
    from custodiet.wire.columns import SealedPieces
    from custodiet.wire.traccar_columns import Lines

PREPARED_AT_ONCE = 200
_HELD = timedelta(seconds=1)
PULSE = timedelta(seconds=30)
"""How often a gateway proves our own path up while it has nothing to write."""
_REACH_STEP_MS = 3_600_000
"""How far the time that must be remembered moves on before anything is forgotten."""
_SLACK = timedelta(hours=1)
"""How much further back than any admissible fix the identities of stored fixes are remembered."""

_OVER = LATE_MAX_LIMIT + timedelta(days=1)
"""Of a decision that was over so long ago nothing is judged any more; a day more than that, so that a clock may be set
right without everything being read again.
"""

_ANOTHERS = "another gateway has these devices now"

_NOTHING = IngestDetail()
_KEPT, _JUDGED = Answer(Outcome.KEPT), Answer(Outcome.JUDGED)
_Wearer = tuple[Fitting, Decision]

ShareBy = Callable[[Turn, Share], Share]
"""Holds the store to a turn: from then on nothing under an earlier one is written. Given what it gave before, it gives
what of the turn stands."""

Answers = list[Answer] | CannotRecord
"""What one request is told: an answer for each of its lines, or why it must come again as a whole."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: it takes effect as a whole or not at all.

    `lines` has one item a report: the report as decoded, or the reason why there is none. Where they can be taken at
    once, they are Lines.
    """

    sender: KnownSender
    lines: Sequence[Report | Reason]
    received_at: datetime
    partitions: frozenset[int] = frozenset()
    """Of its devices, where gateways share them out."""


@dataclass(frozen=True, slots=True, repr=False)
class Singles:
    """Requests of one report each that were read together: each is answered, and takes effect, by itself.

    Every line has a row of its own. Where gateways share devices out there are none.
    """

    senders: Sequence[KnownSender]
    """Of each line."""
    lines: "Lines"
    received_at: datetime

    def __len__(self) -> int:
        return len(self.senders)

    def one(self, place: int) -> Request:
        """One of them as the request that it is."""
        return Request(self.senders[place], self.lines.part([place]), self.received_at)

    def by_sender(self) -> list[tuple[KnownSender, int]]:
        """Each sender with how many it sent."""
        whose = {id(sender): sender for sender in self.senders}  # nearly always one and the same object
        counts = Counter(map(id, self.senders))
        return [(whose[which], count) for which, count in counts.items()]


class _Kept(Arrived, frozen=True, gc=False):
    """A fix to be written, under which session."""

    fix_ms: int
    live: LiveSession

    def __repr__(self) -> str:
        return "<Kept>"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


@dataclass(slots=True)
class _Decided:
    """What would be written, as decided on one state of the standing."""

    answers: list[Answers] = field(default_factory=list)
    kept: list[_Kept] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    words: dict[WordOf, Word] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)
    judged: Judged = field(default_factory=Judged)
    seen: dict[WhichFix, int] = field(default_factory=dict)
    tallies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(scheme, outcome, reason) to reports; reason '' counts each report once."""
    after_stop: SentAfterStop = field(default_factory=SentAfterStop)
    steady: dict[str, Wearer] = field(default_factory=dict, compare=False)
    """By serial, whoever may be steady once this is durable."""
    taken: "Taken | None" = None
    """What was taken at once: none of it stands in the columns above."""
    clear_until: datetime | None = None
    """Until when all that was clearly admitted stays so, if nobody decides anything; None: without an end."""
    weighed: set[str] = field(default_factory=set)
    """Devices of every other report: what was found holds until any decision of their wearers begins or ends."""

    def holds_until(self, until: datetime | None) -> None:
        """At most until then."""
        if until is not None and (self.clear_until is None or until < self.clear_until):
            self.clear_until = until

    def kept_at_once(self, sender: KnownSender, count: int) -> None:
        """So many reports of a sender were taken at once."""
        if count:
            self.tallies[sender.sender.scheme_id, Outcome.KEPT, ""] += count

    def merge(self, answers: list[Answer], other: "_Decided") -> None:
        """Add one request's part."""
        self.answers.append(answers)
        self.kept += other.kept
        self.arrived += other.arrived
        self.heard += other.heard
        self.words |= other.words
        self.sightings += other.sightings
        self.seen |= other.seen
        self.tallies += other.tallies
        self.after_stop.merge(other.after_stop)
        self.holds_until(other.clear_until)
        self.weighed |= other.weighed
        self.steady |= other.steady


_Piece = tuple[LiveSession, int, bytes]
"""One sealed fix: under which session, its fix time in ms, and the sealed bytes."""
_Sealed = tuple[list[_Piece], "SealedPieces | None"]
"""What was sealed one by one, and after it what was taken at once, in the order of `Taken`."""


class Monitor:
    """One gateway's monitor. `sender` may be asked from any thread; all else belongs to one writing thread."""

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        clock: Clock,
        chance: Chance,
        pinned: LogOpened,
        *,
        name: str,
        partition: int = 0,
        steady: "Steady | None" = None,
        share: Share = EVERYONES,
        share_by: ShareBy | None = None,
    ) -> None:
        """`share`: what of all devices is its own to begin with; `share_by`: who says what a turn gives it."""
        self._store = store
        self._clock = clock
        self._chance = chance
        self._name = name
        self._partition = partition
        self._share = share
        self._share_by = share_by
        self._given = share
        """What the store gave last; it may be more than what has been taken over."""
        self._turn: Turn | None = None
        self._hears_all: Callable[[], bool] = lambda: True
        self._shared: Turn | None = None
        """The one that the share is of."""
        self._pulsed_at: datetime | None = None
        self._picture = Picture()
        self._force = InForce(self._picture, self._is_mine)
        self._seen = SeenFixes()
        """Those timed from `_seen_from_ms` on; but for the last of whoever is steady."""
        self._watching = Watching(self._seen, steady, partition)
        self._at_once: tuple[type[Lines], ...] = () if steady is None else (steady.takes,)
        self._scopes = Scopes()
        self._reminding = Reminding()
        self._sessions = Sessions(sealer, chance, pinned, name)
        self._seen_from_ms = self._reach_ms(clock.now())
        self._cursor, self._sighted = -1, 0
        """The last frame whose fixes are known, and the first ingest record of which they are not."""
        self._is_behind = False
        """Something of our own may be durable that we were not told of."""
        self._placed = Placed(sealer.telling_apart(chance.draw(KEY_BYTES)))

    def sender(self, token_sha256: bytes) -> KnownSender | None:
        """Who posts with this token, as last known; the writing transaction asks again."""
        return self._picture.sender(token_sha256)

    @property
    def name(self) -> str:
        """What it acts under."""
        return self._name

    def zones_wanted(self) -> frozenset[ConditionId]:
        """Conditions in force whose geometry is not here yet. May be asked from any thread."""
        return self._watching.zones_wanted()

    def give_zones(self, zones: Mapping[ConditionId, bytes]) -> None:
        """Geometry that the vault gave. May be called from any thread."""
        self._watching.give_zones(zones)

    def take_turn(self, turn: Turn) -> None:
        """What is this gateway's by the cluster's word; it holds from the next `refresh` on. From any thread."""
        self._turn = turn

    def vouch_by(self, hears_all: Callable[[], bool]) -> None:
        """Who says whether somebody hears all devices. While nobody does, its writing proves no way up: whose device
        nobody would answer is not silent. `hears_all` is asked by the writing thread.
        """
        self._hears_all = hears_all

    @property
    def share(self) -> Share:
        """What it may write. From any thread."""
        return self._share

    def refresh(self) -> None:
        """Bring the picture up to date. Raises CannotRecord when the store cannot be read."""
        self._is_behind = True  # also where it cannot even be begun
        turn = self._turn
        if turn is not None and turn != self._shared and self._share_by is not None:
            self._given = self._share_by(turn, self._given)
            self._change_share(turn, self._given)
        with self._store.reading() as view:
            self._catch_up(view, self._clock.now())

    def _change_share(self, turn: Turn, share: Share) -> None:
        """The store has been told: nobody else writes what is newly ours any more, and all of it can be read."""
        new = share.newly(self._share)
        self._share = share.without(new)
        self._force.forget()
        self._watching.give_over(self._is_mine)
        self._seen.keep_only(self._is_mine)
        with self._store.reading() as view:
            self._catch_up(view, self._clock.now())
            self._is_behind = True  # of those who are newly ours
            self._take_over(view, lambda fitting_id: self._partition_of(fitting_id) in new)
        self._share, self._shared = share, turn
        self._say_what_is_in_force(None, self._clock.now())

    def _take_over(self, view: Reading, newly: Among) -> None:
        """What stands of those who were another's until now."""
        reach = from_ms(self._seen_from_ms)
        self._watching.take_over(view, reach, newly)
        self._seen.add_all(view.sightings_since(0, reach, newly))
        self._have_seen(view.seen_since(-1, self._seen_from_ms, newly))

    def _have_seen(self, seen: Seen) -> None:
        self._seen.add_all(seen.times)
        for fitting_id, times in seen.times.items():
            self._watching.saw(fitting_id, from_ms(times[-1]))

    def _partition_of(self, fitting_id: FittingId) -> int | None:
        serial = self._picture.serial_of(fitting_id)
        return None if serial is None else partition_of(serial)

    def _is_mine(self, fitting_id: FittingId) -> bool:
        return self._share.fences is None or self._share.has(self._partition_of(fitting_id))

    def _may_write(self, request: Request) -> bool:
        return self._share.has_all(request.partitions)

    def idle(self) -> None:
        """What can be done while nobody waits: forget what is over, also where the store is away; and prepare today's
        sessions.
        """
        now = self._clock.now()
        concerned = self._force.bring_up_to(now)
        if concerned is None or concerned:
            self._say_what_is_in_force(concerned, now)
        self._watching.forget_old(now, self._force.fittings)
        # Also what a late fix has opened since: a key of another day is held for no longer than this.
        self._watching.let_go_of_fittings(self._sessions.keep_only(utc_day(now), self._force.decisions))
        self._forget_old(now)
        self._placed.forget_old(now)
        self._pulse(now)
        self._prepare(self._force.unprepared(now, PREPARED_AT_ONCE), utc_day(now))

    def _prepare(self, wanted: Sequence[SessionFor], day: date) -> None:
        """Sessions of a day ahead of their first fix; whoever has no key of it yet waits for one."""
        if not wanted:
            return
        with self._store.reading() as view:
            keys = view.day_keys({one.person_id for one in wanted}, day)
        for one in wanted:
            key = keys.get((one.person_id, one.category, day))
            if key is None:
                self._force.lacks_key(one)
            else:
                self._sessions.begin(one, key)

    def _say_what_is_in_force(self, concerned: Concerned | None, now: datetime) -> None:
        fittings = None if concerned is None else concerned.fittings
        conditions = self._picture.conditions_in_force(now, self._is_mine, fittings)
        self._watching.in_force(conditions, concerned)

    def receive(self, requests: Sequence[Request | Singles]) -> list[Answers]:
        """Answer each request, durably: those of Singles, too, each where it stands.

        Raises CannotRecord when nothing could be written; then no request took effect.
        """
        mine = [one for one in requests if isinstance(one, Singles) or self._may_write(one)]
        told = iter(self._receive(mine) if mine else ())
        answers: list[Answers] = []
        for one in requests:
            if isinstance(one, Singles):
                answers += islice(told, len(one))
            else:
                answers.append(next(told) if self._may_write(one) else CannotRecord(_ANOTHERS))
        return answers

    def _receive(self, requests: Sequence[Request | Singles]) -> list[Answers]:
        decided_at = self._clock.now()
        decided = self._decide(requests, decided_at)
        sealed = self._seal(decided)
        try:
            with self._store.ingesting() as write:
                self._require_ours(write, requests)
                if self._has_moved(write, decided, decided_at):
                    self._catch_up(write, write.now)
                    decided = self._decide(requests, write.now)
                    sealed = self._seal(decided)
                judged = replace(decided.judged.detail(self._watching, write.now), sightings=tuple(decided.sightings))
                detail = decided.after_stop.detail(judged, write, self._chance)
                detail = self._reminding.detail(detail, decided.heard, write, self._chance)
                number, kept_seq, numbered = self._keep(write, decided, sealed, detail)
            for no, live in numbered:
                live.stands_as(no)
            self._have_kept(decided, decided_at, number, kept_seq)
        except BaseException:
            # It may be durable all the same, and then these sessions have numbers that we were not told.
            self._sessions.forget_unnumbered()
            self._force.prepare_again()
            self._is_behind = True
            self._pulsed_at = None  # whether anything can be written again is tried at once
            raise
        return decided.answers

    def _have_kept(self, decided: _Decided, decided_at: datetime, number: int, kept_seq: int | None) -> None:
        """It is durable: this is memory only, and a restart reads it back. Where it was not all taken in, catching up
        begins where that would have.
        """
        if decided.tallies:
            self._watching.keep(decided.judged, decided_at, number, decided.taken)
            self._pulsed_at = decided_at
        self._remember(decided, decided_at)
        for wearer in decided.steady.values():
            self._watching.hold(wearer)
        self._sighted = self._watching.number
        if kept_seq is not None:
            self._cursor = kept_seq

    def _require_ours(self, write: Ingesting, requests: Sequence[Request | Singles]) -> None:
        """Raise CannotRecord when somebody has taken what is to be written, or devices are shared out another way."""
        self._require_regime(write)
        share = self._share
        if share.fences is not None:
            fences = write.fences()
            whole = [one for one in requests if isinstance(one, Request)]
            if any(fences.get(one) != share.fences[one] for request in whole for one in request.partitions):
                raise CannotRecord(_ANOTHERS)

    def _require_regime(self, write: Ingesting) -> None:
        if write.regime() != self._share.regime:
            self._shared = None  # it is asked for anew: it may have been nothing but a gateway that was set otherwise
            raise CannotRecord("gateways share devices out another way now")

    # --- gather ---

    def _catch_up(self, view: Reading, now: datetime) -> None:
        self._is_behind = True  # for as long as not all of it is here
        if not self._picture.knows_what_was_asked(now - LATE_MAX_LIMIT):
            self._picture.begin_anew()  # the clock was set back
        change = view.standing_since(self._picture.version, self._picture.leaves_out(now - _OVER))
        if change.version != self._picture.version:
            self._absorb(view, change, now)
        self._watching.let_go_of_fittings({fitting_id for fitting_id, _ in change.removed})
        self._seen.remove(change.removed)
        reach_ms = self._reach_ms(now)
        if reach_ms < self._seen_from_ms:
            # A decision with a longer late_max, or a clock set back: more could be admitted than is remembered.
            self._seen_from_ms, self._cursor, self._sighted = reach_ms, -1, 0
        unknown = self._picture.erased_unknown(utc_day(from_ms(self._seen_from_ms)))
        if unknown is not None:
            self._think_again(self._picture.absorb_erased(unknown[0], view.destroyed_days(*unknown)), now)
        self._watching.catch_up(view, from_ms(self._seen_from_ms), self._is_mine)
        self._seen.add_all(view.sightings_since(self._sighted, from_ms(self._seen_from_ms), self._is_mine))
        seen = view.seen_since(self._cursor, self._seen_from_ms, self._is_mine)
        self._have_seen(seen)
        self._cursor, self._sighted, self._is_behind = seen.cursor, self._watching.number, False

    def _absorb(self, view: Reading, change: StandingChange, now: datetime) -> None:
        """Whoever it is about is judged by what stands now; of anyone else nothing has to be thought of again."""
        concerned = self._picture.absorb(change, view.condition)
        self._force.have_keys(change.keyed)
        self._think_again(concerned, now)

    def _think_again(self, concerned: Concerned | None, now: datetime) -> None:
        if concerned is None:
            self._force.forget()
        elif concerned:
            self._force.touch(concerned.cases)
        else:
            return  # most entries are about nobody's wearing
        self._watching.forget_windows(concerned)
        self._say_what_is_in_force(concerned, now)

    def _has_moved(self, write: Ingesting, decided: _Decided, decided_at: datetime) -> bool:
        """Whether anything that was decided on is different inside the transaction."""
        if self._is_behind or write.version() != self._picture.version:
            return True
        if self._share.fences is None and write.chain(self._partition)[0] != self._watching.number:
            return True  # another has judged; where devices are shared out, only of its own
        if not timedelta(0) <= write.now - decided_at <= _HELD or self._reach_ms(write.now) < self._seen_from_ms:
            return True  # a long wait for the lock, or a clock that was set back
        if decided.clear_until is not None and decided.clear_until <= write.now:
            return True
        return any(self._picture.changes_between(serial, decided_at, write.now) for serial in decided.weighed)

    def _reach_ms(self, now: datetime) -> int:
        """The earliest fix time that could be admitted now, and some."""
        return to_ms(now - self._picture.late_max(now) - _SLACK)

    def _remember(self, decided: _Decided, decided_at: datetime) -> None:
        """What came in: that it did, and for a while what tells its place from another."""
        taken = decided.taken
        for fitting_id, fix_ms in decided.seen:
            self._seen.add(fitting_id, fix_ms)
        self._placed.add(decided.seen, decided_at)
        if taken is not None:
            digests = self._placed.digests(taken.places())
            self._placed.add_many(taken.fittings, taken.columns.fix_ms, digests, decided_at)

    def _forget_old(self, now: datetime) -> None:
        reach_ms = self._reach_ms(now)
        if reach_ms - self._seen_from_ms < _REACH_STEP_MS:
            return
        self._seen_from_ms = reach_ms
        self._watching.words.forget_before(reach_ms)
        self._picture.forget_erased_before(utc_day(from_ms(reach_ms)))
        self._picture.forget_what_was_asked(now - _OVER)
        self._seen.forget_before(reach_ms)

    # --- decide ---

    def _decide(self, requests: Sequence[Request | Singles], now: datetime) -> _Decided:
        decided = _Decided()
        self._watching.look_at_what_was_given()
        taken = self._take(requests, now)
        counts = [0] * len(requests) if taken is None else taken.counts(len(requests))
        for number, (request, count) in enumerate(zip(requests, counts, strict=True)):
            at_once = taken.lines_of(number) if taken is not None and 0 < count < len(request.lines) else frozenset()
            if isinstance(request, Singles):
                self._decide_each(request, count, at_once, now, decided)
            elif count == len(request.lines):
                decided.answers.append([_KEPT] * count)
                decided.kept_at_once(self._as_known(request.sender), count)
            elif not self._decide_left(request, count, at_once, now, decided):
                taken = None if taken is None else taken.without(number)
        words = list(decided.words.values())
        decided.judged = self._watching.judge(self._picture, decided.arrived, words, decided.heard, now)
        if taken is not None and len(taken):
            decided.taken = taken
            decided.holds_until(self._watching.taken_until(taken))
            self._watching.hear_of(taken, decided.judged, now)
        return decided

    def _decide_each(
        self, singles: Singles, count: int, at_once: AbstractSet[int], now: datetime, decided: _Decided
    ) -> None:
        """Each of these by itself, of which so many were taken at once."""
        if count == len(singles):
            decided.answers += [[_KEPT]] * count
            for sender, sent in singles.by_sender():
                decided.kept_at_once(self._as_known(sender), sent)
            return
        for place, sender in enumerate(singles.senders):
            if place in at_once:
                decided.answers.append([_KEPT])
                decided.kept_at_once(self._as_known(sender), 1)
            else:
                self._decide_left(singles.one(place), 0, frozenset(), now, decided)

    def _decide_left(
        self, request: Request, count: int, at_once: AbstractSet[int], now: datetime, decided: _Decided
    ) -> bool:
        """What of a request was not taken at once. False when it cannot be recorded, and so nothing of it."""
        sender, part = self._as_known(request.sender), _Decided()
        try:
            ended = sender.standing.ended(now)
            told = iter(self._answers(sender, ended, self._left(request, at_once), now, decided, part))
            answers = [_KEPT if place in at_once else next(told) for place in range(len(request.lines))]
        except CannotRecord as cannot:
            decided.answers.append(cannot)
            return False
        if not isinstance(request.lines, self._at_once):
            part.steady.clear()  # the next of it comes alone, too, and is not looked for in the table
        decided.merge(answers, part)
        decided.kept_at_once(sender, count)
        return True

    def _as_known(self, sender: KnownSender) -> KnownSender:
        """As it stands now."""
        return self._picture.sender(sender.token.sha256) or sender

    def _take(self, requests: Sequence[Request | Singles], now: datetime) -> "Taken | None":
        """What of these is taken at once; nothing of a device of which anything else came, too."""
        if not self._at_once:
            return None
        parts: list[Part] = []
        apart: set[str] = set()
        for number, request in enumerate(requests):
            if isinstance(request, Singles):
                scopes = {id(sender): self._scope(sender, now) for sender, _ in request.by_sender()}
                each = [scopes[id(sender)] for sender in request.senders]
                parts.append(Part(number, request.lines, request.received_at, each))
                continue
            lines: Sequence[Report | Reason] = request.lines
            scope = self._scope(request.sender, now)
            if isinstance(lines, self._at_once) and scope is not NOBODYS:
                parts.append(Part(number, lines, request.received_at, [scope]))
                lines = [lines[place] for place in lines.untold]
            apart |= {line.serial for line in lines if isinstance(line, Report)}
        return self._watching.take(parts, apart, now) if parts else None

    def _scope(self, sender: KnownSender, now: datetime) -> Scope:
        """What devices it may speak for as it stands now."""
        known = self._as_known(sender)
        return NOBODYS if known.standing.ended(now) else self._scopes.of(known)

    def _left(self, request: Request, at_once: AbstractSet[int]) -> Request:
        """What of a request is still to be answered. Whoever has a line in it is steady no more."""
        if not self._at_once:
            return request
        left = [request.lines[place] for place in range(len(request.lines)) if place not in at_once]
        self._watching.let_go_of(line.serial for line in left if isinstance(line, Report))
        return replace(request, lines=left)

    def _answers(
        self,
        sender: KnownSender,
        ended: bool,  # noqa: FBT001 - of the sender's token, worked out once
        request: Request,
        now: datetime,
        before: _Decided,
        part: _Decided,
    ) -> list[Answer]:
        """An answer for each line, in their order.

        What nearly every line is, a new fix with nothing to weigh that is written, is taken here with no call for each
        step; any other by `_answer`, which says the same of these (tests hold the two together).
        """
        scope = sender.standing.scope
        clear_of, live_of, stored = self._picture.clear, self._sessions.live, self._seen
        seen, seen_before, received_at = part.seen, before.seen, request.received_at
        answers, plain, until = [], 0, None
        for line in request.lines:
            admitted = clear = says = None
            serial = ""
            if isinstance(line, Report) and line.fix is not None and line.fix_time is not None and not ended:
                says, serial = line.says, line.serial
                for clear in clear_of(serial) if serial in scope else ():
                    admitted = clear.admit(line.fix, line.fix_time, now)
                    if admitted is not None:
                        break
            if admitted is None or clear is None or admitted.category is None:
                answers.append(self._answer(sender, ended, request, line, now, before, part))
                continue
            at, fitting_id = admitted.fix_time, admitted.fitting_id
            fix_ms = to_ms(at)
            identity = (fitting_id, fix_ms)
            if identity in seen or identity in seen_before or identity in stored:
                answers.append(self._answer(sender, ended, request, line, now, before, part))
                continue
            live = live_of(admitted.decision_id, fitting_id, admitted.category, utc_day(at))
            if live is None:
                live = self._session(admitted, admitted.category)
            seen[identity] = self._placed.digest(admitted.fix)
            part.steady[serial] = Wearer(serial, clear, live)
            kept = _Kept(admitted, received_at, fix_ms, live)
            part.arrived.append(kept)
            part.kept.append(kept)
            part.heard.append(Heard(fitting_id, clear.decision, says, at))
            if clear.until is not until:
                until = clear.until
                part.holds_until(until)
            answers.append(_KEPT)
            plain += 1
        if plain:
            part.tallies[sender.sender.scheme_id, Outcome.KEPT, ""] += plain
        return answers

    def _answer(
        self,
        sender: KnownSender,
        ended: bool,  # noqa: FBT001 - of the sender's token, worked out once
        request: Request,
        line: Report | Reason,
        now: datetime,
        before: _Decided,
        part: _Decided,
    ) -> Answer:
        if isinstance(line, Reason):
            answer = Answer(Outcome.REFUSED, (line,))
        else:
            mine = line.serial in sender.standing.scope
            admission: Admitted | AdmittedWord | Refused | None
            admission, heard = self._clearly_admitted(line, now, part) if mine and not ended else (None, None)
            if admission is None:
                part.weighed.add(line.serial)
                device = self._picture.standing(line.serial) if mine else DeviceStanding()
                admission = admit(line, sender.standing, device, now)
                heard = self._picture.heard_now(line.serial, now) if mine else None
            if isinstance(admission, Refused):
                answer = Answer(Outcome.REFUSED, admission.reasons)
            elif isinstance(admission, AdmittedWord):
                answer = self._take_word(admission, before, part)
            else:
                answer = self._place(admission, line, request.received_at, before, part)
            if heard is not None and not ended:
                says = None if answer.outcome is Outcome.DUPLICATE else line.says
                if says is not None and not speaks_of(self._picture.worn(heard[0].id), said_at(line.fix_time, now)):
                    says = None  # it was on somebody else, or nothing asked it of them
                part.heard.append(Heard(heard[0].id, heard[1], says, line.fix_time))
        if answer.outcome is Outcome.REFUSED:
            part.after_stop.note(self._picture, sender, line, now)
        for reason in ("", *answer.reasons):
            part.tallies[sender.sender.scheme_id, answer.outcome, reason] += 1
        return answer

    def _clearly_admitted(
        self, line: Report, now: datetime, part: _Decided
    ) -> tuple[Admitted, _Wearer] | tuple[None, None]:
        """What `admit` and `heard_now` would say where there is nothing to weigh: nearly always."""
        if line.fix is not None and line.fix_time is not None:
            for clear in self._picture.clear(line.serial):
                admitted = clear.admit(line.fix, line.fix_time, now)
                if admitted is not None:
                    part.holds_until(clear.until)
                    return admitted, (clear.worn.fitting, clear.decision)
        return None, None

    def _place(
        self, admitted: Admitted, report: Report, received_at: datetime, before: _Decided, part: _Decided
    ) -> Answer:
        fix_ms = to_ms(admitted.fix_time)
        identity = (admitted.fitting_id, fix_ms)
        place = self._placed.digest(admitted.fix)
        for known in (part.seen, before.seen):
            if identity in known:
                return _second_sighting(report, known[identity], place)
        if identity in self._seen:
            return _second_sighting(report, self._placed.of(identity), place)
        part.seen[identity] = place
        if admitted.category is None:
            if report.kind is Kind.FIX:
                part.arrived.append(Arrived(admitted, received_at))
                if Category.EVIDENCE in kept_categories(self._picture.decision(admitted.decision_id)):
                    self._session(admitted, Category.EVIDENCE)  # what may have to be kept of it can be
            part.sightings.append(Sighting(admitted.fitting_id, admitted.decision_id, admitted.fix_time))
            return _JUDGED
        kept = _Kept(admitted, received_at, fix_ms, self._session(admitted, admitted.category))
        if report.kind is Kind.FIX:
            part.arrived.append(kept)
        part.kept.append(kept)
        return _KEPT

    def _take_word(self, admitted: AdmittedWord, before: _Decided, part: _Decided) -> Answer:
        if admitted.kind is Kind.EVENT:
            return _JUDGED  # by what the device says in it
        word = self._watching.word_of(self._picture, admitted)
        if word is None:
            return Answer(Outcome.REFUSED, (Reason.NONE,))
        identity = word_identity(word)
        if identity in part.words or identity in before.words or identity in self._watching.words:
            return Answer(Outcome.DUPLICATE)
        part.words[identity] = word
        return _KEPT

    def _session(self, admitted: Admitted, category: Category) -> LiveSession:
        """The session to seal it under. Raises CannotRecord when its day has no key that the vault has signed."""
        day = utc_day(admitted.fix_time)
        live = self._sessions.live(admitted.decision_id, admitted.fitting_id, category, day)
        if live is not None:
            return live
        with self._store.reading() as view:
            key = view.day_keys({admitted.person_id}, day).get((admitted.person_id, category, day))
        if key is None:
            raise CannotRecord("no key yet for an authorised day")
        wanted = SessionFor(
            admitted.person_id, admitted.case_id, admitted.decision_id, admitted.fitting_id, category, day
        )
        try:
            return self._sessions.begin(wanted, key)
        except TableMismatch:
            raise CannotRecord("the key of an authorised day is not one that the vault has signed") from None

    # --- record and keep ---

    def _seal(self, decided: _Decided) -> _Sealed:
        evidence = [
            _Kept(
                one.admitted,
                one.received_at,
                to_ms(one.admitted.fix_time),
                self._session(one.admitted, Category.EVIDENCE),
            )
            for one in decided.judged.evidence
        ]
        kept = [*decided.kept, *evidence]
        received_ms = {at: to_ms(at) for at in {one.received_at for one in kept}}  # one for each request
        pieces = []
        for one, nonce in zip(kept, self._sessions.nonces(len(kept)), strict=True):
            fix_ms, live = one.fix_ms, one.live
            plain = pack_fix(one.admitted.fix, fix_ms, received_ms[one.received_at])
            pieces.append((live, fix_ms, self._sessions.seal(live, nonce, plain, fix_ms)))
        taken = decided.taken
        return pieces, None if taken is None else taken.sealed(self._chance.draw(NONCE_BYTES * len(taken)))

    def _keep(
        self, write: Ingesting, decided: _Decided, sealed: _Sealed, detail: IngestDetail
    ) -> tuple[int, int | None, list[tuple[int, LiveSession]]]:
        """The ingest record's number, the place of the new frame, if any, and the numbers of the sessions stored with
        it.
        """
        number, previous = write.chain(self._partition)
        if not decided.tallies:
            return number, None, []
        pieces, at_once = sealed
        new = dict.fromkeys(live for live, _, _ in pieces if live.no is None)
        numbered = list(enumerate(new, start=write.next_session_no()))
        numbers = {live: no for no, live in numbered}
        places = [(numbers[live] if live.no is None else live.no, fix_ms, piece) for live, fix_ms, piece in pieces]
        body = detail_bytes(detail)
        salted = SaltedDetail(self._chance.draw(SALT_BYTES), detail, body)
        leaves = leaf_hashes(session_body(live.unstored, no) for no, live in numbered)
        leaves += leaf_hashes(piece_bodies(places))
        taken = decided.taken
        hour = write.now.replace(minute=0, second=0, microsecond=0)
        record = Ingested(
            partition=self._partition,
            number=number,
            at=write.now,
            pieces=len(pieces) + (0 if taken is None else len(taken)),
            sessions=len(numbered),
            root=root(leaves) if taken is None or at_once is None else taken.root(leaves, at_once),
            previous=previous,
            tallies=tuple(Tally(hour, *key, count) for key, count in sorted(decided.tallies.items())),
            detail=b"" if detail == _NOTHING else record_digest(salted.salt, body),
            ledger_size=write.ledger_size(),
        )
        frame = None
        if pieces or taken is not None:
            times = [fix_ms for _, fix_ms, _ in pieces]
            directory = pack_directory((no, fix_ms) for no, fix_ms, _ in places)
            together = b"".join(piece for _, _, piece in pieces)
            if taken is not None and at_once is not None:
                times += taken.span()
                directory += taken.directory(before=len(pieces))
                together += at_once.pieces
            frame = Frame(self._partition, number, min(times), max(times), directory, together)
        sessions = [(no, live.unstored) for no, live in numbered]
        seq = write.keep(record, salted, frame, sessions)
        self._beat(write)
        return number, seq, numbered

    def _pulse(self, now: datetime) -> None:
        """Prove our own path up, down to the disk, though nobody reports. Raises CannotRecord where no report could be
        recorded either.
        """
        if self._share_by is not None and self._turn is None:
            return  # it is about to learn what is its own
        if self._is_behind:
            raise CannotRecord("what stands could not be read")
        if self._pulsed_at is not None and timedelta(0) <= now - self._pulsed_at < PULSE:
            return
        with self._store.ingesting() as write:
            self._require_regime(write)
            self._beat(write)
        self._pulsed_at = now

    def _beat(self, write: Ingesting) -> None:
        if self._hears_all():
            write.pulse(PULSE_GAP)


def _second_sighting(report: Report, known: int | None, place: int) -> Answer:
    """The same identity again: the first stays."""
    if report.repeats:
        return Answer(Outcome.REFUSED, (Reason.NO_FIX_TIME,))
    if known is not None and known != place:
        return Answer(Outcome.DUPLICATE, (Reason.CONFLICT,))
    return Answer(Outcome.DUPLICATE)
