"""The vault's keys: made here, wrapped under the epoch key, never handed out in private form.

One epoch key a day holds everything together: at the day's end what lives is wrapped under a new one and the old
one is destroyed, so that yesterday's copy of this database opens nothing. If we die between
the re-wrapping and the destruction, the next start destroys every epoch that no key is wrapped under.
"""

import hmac
from collections.abc import Mapping
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from custodiet.flows.ports import Chance, Clock, Keystore, Kms, Sealer
from custodiet.model.errors import CannotRecord, OpeningRefused, Unready
from custodiet.model.identity import PersonId, SessionId
from custodiet.model.mode import Category
from custodiet.model.record import DayKey, LogHead, RecordKey
from custodiet.model.session import Session
from custodiet.model.times import utc_day
from custodiet.rules.keys import day_key_claim, record_key_claim
from custodiet.wire.note import Checkpoint, checkpoint_body, sign_note

_LOG = "log"
_ISSUE = "issue"
_EPOCH_DAY = "epoch-day"


class Keys:
    """Makes, signs and opens keys. One thread at a time."""

    def __init__(self, keystore: Keystore, kms: Kms, sealer: Sealer, clock: Clock, chance: Chance) -> None:
        self._keystore = keystore
        self._kms = kms
        self._sealer = sealer
        self._clock = clock
        self._chance = chance
        epochs = kms.epochs()
        if not epochs:
            raise Unready("the KMS holds no epoch key: was this data folder made with another keys folder?")
        self._epoch, self._epoch_key = self._destroy_unused_epochs(epochs)
        self._owes_destruction = False
        self._log = Ed25519PrivateKey.from_private_bytes(self._must(_LOG))
        self._issue = Ed25519PrivateKey.from_private_bytes(self._must(_ISSUE))

    # --- signing ---

    @property
    def log_public(self) -> bytes:
        """The log key's public half."""
        return self._log.public_key().public_bytes_raw()

    @property
    def issue_public(self) -> bytes:
        """The public half of the key that signs issued keys."""
        return self._issue.public_key().public_bytes_raw()

    def sign_checkpoint(self, head: LogHead) -> str:
        """A signed checkpoint over what the vault has followed."""
        body = checkpoint_body(Checkpoint(head.origin, head.size, head.root))
        return sign_note(body, head.origin, self._log.sign, self.log_public)

    # --- people's keys ---

    def record_key(self, person_id: PersonId) -> RecordKey:
        """The public half of a person's record key, made at the first asking."""
        public = self._public(_record(person_id))
        return RecordKey(person_id, public, self._issue.sign(record_key_claim(person_id, public)))

    def day_key(self, person_id: PersonId, category: Category, day: date) -> DayKey:
        """The public half of one day's key, made at the first asking."""
        public = self._public(_day(person_id, category, day))
        signature = self._issue.sign(day_key_claim(person_id, category, day, public))
        return DayKey(person_id, category, day, public, signature)

    def record_private(self, person_id: PersonId) -> bytes:
        """Raises OpeningRefused when there is none: it was never made, or it was destroyed."""
        return self._must(_record(person_id))

    def mask_key(self, person_id: PersonId) -> bytes:
        """What decides which of a person's instants are hidden: it lives and ends with their record key."""
        return hmac.digest(self.record_private(person_id), b"custodiet/mask/v1", "sha256")

    def has_record_key(self, person_id: PersonId) -> bool:
        """Whether a person's record key lives."""
        return self._keystore.get(_record(person_id)) is not None

    def has_day_key(self, person_id: PersonId, category: Category, day: date) -> bool:
        """Whether the key of that day lives."""
        return self._keystore.get(_day(person_id, category, day)) is not None

    def holds_day(self, key: DayKey) -> bool:
        """Whether the private half of this very key is here."""
        private = self._open(_day(key.person_id, key.category, key.day))
        return private is not None and self._sealer.public_of(private) == key.public

    def holds_record(self, key: RecordKey) -> bool:
        """The same for a person's record key."""
        private = self._open(_record(key.person_id))
        return private is not None and self._sealer.public_of(private) == key.public

    def day_destroyed(self, person_id: PersonId, category: Category, day: date) -> bool:
        """Whether the key of that day was destroyed: nobody makes another."""
        return self._keystore.is_destroyed(_day(person_id, category, day))

    def destroy_day(
        self,
        person_id: PersonId,
        category: Category,
        day: date,
        kept: Mapping[SessionId, bytes] | None = None,
        at: datetime | None = None,
    ) -> None:
        """What is sealed to that day's key opens for nobody from here on, whatever store or backup it lies in.

        `kept`: the session keys of the parts of that day that are not to be erased. They go on in here, each by
        itself, from the same write on; the store's sealed forms of them open no more. `at`: the time, when not this
        machine's, which may lie a little behind the ledger's.
        """
        instead = [
            (name, self._epoch, self._wrap(self._epoch_key, name, key))
            for name, key in ((_session(person_id, category, day, one), key) for one, key in (kept or {}).items())
        ]
        self._keystore.destroy(_day(person_id, category, day), at or self._clock.now(), instead)

    def kept_key(self, session: Session) -> bytes | None:
        """The key of a session that outlived its day's key; None: it did not, or is destroyed since."""
        return self._open(_session(session.person_id, session.category, session.day, session.id))

    def destroy_kept(self, session: Session, at: datetime) -> None:
        """The key of a session that outlived its day's key, for good. `at`: the time."""
        name = _session(session.person_id, session.category, session.day, session.id)
        if self._keystore.get(name) is not None:
            self._keystore.destroy(name, at)

    def opens(self, session: Session) -> bool:
        """Whether what was sealed in a session opens."""
        return (
            self.has_day_key(session.person_id, session.category, session.day)
            or self._keystore.get(_session(session.person_id, session.category, session.day, session.id)) is not None
        )

    def gone_at(self, session: Session) -> datetime:
        """When what opened a session was destroyed: its day's key, or its own, which outlived that.

        Raises OpeningRefused while something opens it.
        """
        of = (session.person_id, session.category, session.day)
        at = self._keystore.destroyed_at(_session(*of, session.id)) or self._keystore.destroyed_at(_day(*of))
        if at is None or self.opens(session):
            raise OpeningRefused("what opens a day stands yet")
        return at

    def destroyed_days(self) -> tuple[tuple[PersonId, Category, date, datetime], ...]:
        """Every day whose key was destroyed, and when."""
        found = []
        for name, at in self._keystore.destroyed().items():
            kind, _, of = name.partition("/")
            if kind == "day":
                person_id, category, day = of.split("/")
                found.append((PersonId(person_id), Category(category), date.fromisoformat(day), at))
        return tuple(found)

    def day_private(self, person_id: PersonId, category: Category, day: date) -> bytes:
        """Raises OpeningRefused when there is none."""
        return self._must(_day(person_id, category, day))

    # --- epochs ---

    def require_kms(self) -> None:
        """Raises OpeningRefused while the KMS does not stand behind the key that we hold in memory."""
        try:
            self._kms.require(self._epoch)
        except Unready:
            raise OpeningRefused(
                "kms_away: the KMS does not give the key of the day; nothing opens and nothing is erased until it does"
            ) from None

    def turn_epoch(self) -> bool:
        """Once a UTC day: wrap what lives under a new epoch key and destroy the old. Whether it turned.

        Raises Unready when the KMS does not hold the present key, and nothing has changed; or when it turned and what
        is old could not be destroyed, and then the next call does that first.
        """
        if self._owes_destruction:
            self._destroy_older()
        today = utc_day(self._clock.now()).isoformat().encode()
        if self._open(_EPOCH_DAY) == today:
            return False
        self._kms.require(self._epoch)
        if self._epoch not in self._kms.epochs():
            # What we hold in memory is then the last copy: nothing may be destroyed on the way to a new one.
            raise Unready("the KMS no longer holds the key that all is wrapped under: put it back; nothing turned")
        # One that a turn which failed has left will do: a disk that is full all night must not fill the keys folder.
        left = max(self._kms.epochs())
        new = left if left > self._epoch else self._kms.begin()
        new_key = self._kms.key(new)
        rows = []
        for name, epoch, wrapped in self._keystore.all():
            plain = today if name == _EPOCH_DAY else self._unwrap(name, epoch, wrapped)
            rows.append((name, new, self._wrap(new_key, name, plain)))
        try:
            self._keystore.rewrap(rows)
        except CannotRecord:
            stands = self._keystore.get(_EPOCH_DAY)
            if stands is None or stands[0] != new:
                raise
            # It is durable all the same.
        self._epoch, self._epoch_key = new, new_key
        self._destroy_older()
        return True

    def _destroy_older(self) -> None:
        self._owes_destruction = True
        self._keystore.forget_old_bytes()
        for old in self._kms.epochs():
            if old != self._epoch:
                self._kms.destroy(old)
        self._owes_destruction = False

    def _destroy_unused_epochs(self, epochs: tuple[int, ...]) -> tuple[int, bytes]:
        """Away with what a turn that was broken off has left; gives the epoch that keys are wrapped under."""
        used = {epoch for _, epoch, _ in self._keystore.all()}
        if not used:
            raise Unready("the vault holds no key: was it made, and is this its own database?")
        epoch = max(used)
        key = self._kms.key(epoch)
        for unused in set(epochs) - used:
            self._kms.destroy(unused)
        return epoch, key

    # --- underneath ---

    def _public(self, name: str) -> bytes:
        private = self._open(name)
        if private is None:
            private = self._chance.draw(32)
            self._keystore.put(name, self._epoch, self._wrap(self._epoch_key, name, private))
        return self._sealer.public_of(private)

    def _must(self, name: str) -> bytes:
        private = self._open(name)
        if private is None:
            raise OpeningRefused("the key does not exist: it was never made, or it was destroyed")
        return private

    def _open(self, name: str) -> bytes | None:
        row = self._keystore.get(name)
        return None if row is None else self._unwrap(name, *row)

    def _unwrap(self, name: str, epoch: int, wrapped: bytes) -> bytes:
        key = self._epoch_key if epoch == self._epoch else self._kms.key(epoch)
        return self._sealer.open_under(key, wrapped, _context(name))

    def _wrap(self, key: bytes, name: str, plain: bytes) -> bytes:
        return self._sealer.seal_under(key, self._chance.draw(12), plain, _context(name))


def make_first_keys(keystore: Keystore, kms: Kms, sealer: Sealer, clock: Clock, chance: Chance) -> None:
    """The first epoch, the log key and the issue key. Raises Unready when either side holds keys already."""
    if kms.epochs() or keystore.get(_LOG) is not None:
        raise Unready("there are keys here already: nothing was made")
    epoch = kms.begin()
    key = kms.key(epoch)
    today = utc_day(clock.now()).isoformat().encode()
    for name, plain in ((_EPOCH_DAY, today), (_ISSUE, chance.draw(32)), (_LOG, chance.draw(32))):
        keystore.put(name, epoch, sealer.seal_under(key, chance.draw(12), plain, _context(name)))


def move_keys(keystore: Keystore, of: Kms, to: Kms, sealer: Sealer, chance: Chance) -> None:
    """Wrap all that lives under a key of another KMS, then destroy what the first one holds.

    Every number is of one of them alone. Killed at any point it has moved or not, and can be called again. Raises
    Unready, and nothing has moved, when either cannot be reached.
    """
    used = {epoch for _, epoch, _ in keystore.all()}
    if not used:
        raise Unready("the vault holds no key: was it made, and is this its own database?")
    epoch, there = max(used), to.epochs()
    if epoch not in there:
        key = of.key(epoch)
        new = max((one for one in there if one > epoch), default=None) or to.begin()
        new_key = to.key(new)
        rows = []
        for name, _, wrapped in keystore.all():
            plain = sealer.open_under(key, wrapped, _context(name))
            rows.append((name, new, sealer.seal_under(new_key, chance.draw(12), plain, _context(name))))
        keystore.rewrap(rows)
    keystore.forget_old_bytes()
    for old in of.epochs():
        of.destroy(old)


def _record(person_id: PersonId) -> str:
    return f"record/{person_id}"


def _day(person_id: PersonId, category: Category, day: date) -> str:
    return f"day/{person_id}/{category}/{day.isoformat()}"


def _session(person_id: PersonId, category: Category, day: date, session_id: SessionId) -> str:
    return f"session/{person_id}/{category}/{day.isoformat()}/{session_id}"


def _context(name: str) -> bytes:
    return b"custodiet/wrapped/v1\0" + name.encode()
