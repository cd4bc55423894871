"""Session keys: one person, decision, fitting, category, UTC day and monitor process; in memory for that day only.

A session is prepared ahead when the monitor is idle, or made at the first fix that needs it. Its sealed form is
stored no later than in the transaction of its first fix; until then nobody has used it.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from custodiet.flows.ports import Chance, Sealer
from custodiet.flows.trusting import trusted_day_key
from custodiet.model.identity import CaseId, DecisionId, FittingId, PersonId, SessionId
from custodiet.model.mode import Category
from custodiet.model.record import DayKey, LogOpened
from custodiet.model.session import Session
from custodiet.wire.frame import KEY_BYTES, NONCE_BYTES, fixes_context, session_context, time_context


class SessionFor(NamedTuple):
    """What a session is for; nothing wider shares its key."""

    person_id: PersonId
    case_id: CaseId
    decision_id: DecisionId
    fitting_id: FittingId
    category: Category
    day: date

    @property
    def key(self) -> "Of":
        """What tells it from every other: a decision is of one case, and that of one person."""
        return self.decision_id, self.fitting_id, self.category, self.day


Of = tuple[DecisionId, FittingId, Category, date]


@dataclass(slots=True, eq=False)
class LiveSession:
    """A session with its key. `no` is its number in the store, None until its first fix is stored.

    `session` is what is to be stored of it, None once it stands there: whoever has the key needs it no more.
    """

    day: date
    session: Session | None
    key: bytes
    context: bytes
    """What all that is sealed under it is bound to, but for the time of each."""
    no: int | None = None

    def __repr__(self) -> str:
        return f"<LiveSession of {self.day}>"

    @property
    def unstored(self) -> Session:
        """What is to be stored of it, and was not yet."""
        assert self.session is not None  # noqa: S101 - no number, then
        return self.session

    def stands_as(self, no: int) -> None:
        """It is stored under that number."""
        self.no, self.session = no, None


class Sessions:
    """The monitor's session keys. Owned by one thread."""

    def __init__(self, sealer: Sealer, chance: Chance, pinned: LogOpened, monitor: str) -> None:
        self._sealer = sealer
        self._chance = chance
        self._pinned = pinned
        self._monitor = monitor
        self._live: dict[Of, LiveSession] = {}
        self._tidied: tuple[date, AbstractSet[DecisionId]] | None = None
        """What all of these are of but those begun since; None: nobody has looked yet."""
        self._begun: list[Of] = []

    def live(self, decision_id: DecisionId, fitting_id: FittingId, category: Category, day: date) -> LiveSession | None:
        """The session for this, if there is one."""
        return self._live.get((decision_id, fitting_id, category, day))

    def begin(self, wanted: SessionFor, key: DayKey) -> LiveSession:
        """The live session for this, made now if there is none. Raises TableMismatch for an unsigned day key."""
        live = self._live.get(wanted.key)
        if live is None:
            live = self._live[wanted.key] = self._make(wanted, trusted_day_key(self._pinned, key))
            self._begun.append(wanted.key)
        return live

    def nonces(self, count: int) -> Iterator[bytes]:
        """So many fresh nonces."""
        drawn = self._chance.draw(NONCE_BYTES * count)
        return (drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))

    def seal(self, live: LiveSession, nonce: bytes, plain: bytes, fix_ms: int) -> bytes:
        """One packed fix as a piece."""
        return self._sealer.seal_under(live.key, nonce, plain, live.context + time_context(fix_ms))

    def forget_unnumbered(self) -> None:
        """Away with every session that may or may not stand in the store by now."""
        self._live = {of: live for of, live in self._live.items() if live.no is not None}

    def keep_only(self, today: date, in_force: AbstractSet[DecisionId]) -> frozenset[FittingId]:
        """Forget every key of another day or of a decision that is over: it is then the vault's alone to open.

        Whose they were: whoever holds sessions of their own lets go of those then.
        """
        looked_at: Iterable[Of] = self._begun
        if self._tidied is None or self._tidied[0] != today:
            looked_at = self._live
        elif self._tidied[1] is not in_force:
            ended = self._tidied[1] - in_force
            looked_at = [*self._begun, *(of for of in self._live if of[0] in ended)] if ended else self._begun
        gone = {of for of in looked_at if of in self._live and (of[3] != today or of[0] not in in_force)}
        for of in gone:
            del self._live[of]
        self._tidied, self._begun = (today, in_force), []
        return frozenset(of[1] for of in gone)

    def _make(self, wanted: SessionFor, public: bytes) -> LiveSession:
        key = self._chance.draw(KEY_BYTES)
        session_id = SessionId(self._chance.identity("session"))
        bare = Session(
            id=session_id,
            person_id=wanted.person_id,
            case_id=wanted.case_id,
            decision_id=wanted.decision_id,
            fitting_id=wanted.fitting_id,
            category=wanted.category,
            day=wanted.day,
            monitor=self._monitor,
            sealed_key=b"",
            commitment=self._sealer.commitment(key, session_id),
        )
        sealed_key = self._sealer.seal_to(public, key, session_context(bare))
        session = replace(bare, sealed_key=sealed_key)
        return LiveSession(session.day, session, key, fixes_context(session))
