"""The openings: the only ways anything sealed is opened, each named by the entry that records it.

Asked with a ledger index and nothing else. What has no opening here is refused by name. An opening happens once,
within 30 s of the entry being first seen by this vault process; the vault asks the ledger, not the asker, what for.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from custodiet.flows.in_vault.addresses import Addresses
from custodiet.flows.in_vault.case_records import CaseRecords
from custodiet.flows.in_vault.erasing import Erasing
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.gathering import Gathering
from custodiet.flows.in_vault.glasses import Glasses
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.masking import Masking
from custodiet.flows.in_vault.packs import Packs
from custodiet.flows.in_vault.questions import Questions
from custodiet.flows.in_vault.readings import Pace, Readings
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.in_vault.verifying import verify_in_steps
from custodiet.flows.ports import Chance, Clock, GatheredPieces, PlaceLists, Replay, Sealer, Store
from custodiet.flows.witnessed import SignedByWitnesses
from custodiet.model.case_record import Contacted
from custodiet.model.decision import Decision
from custodiet.model.disclosure_record import PackGiven
from custodiet.model.erasing_record import DayGone
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.glass_record import GlassBroken
from custodiet.model.identity import DecisionId
from custodiet.model.look_record import QuestionAsked, ReadingOpened
from custodiet.model.message_record import MessageOpened
from custodiet.model.record import (
    CaseListGiven,
    CaseRecordGiven,
    CopyGiven,
    DayKey,
    LogHead,
    RecordKey,
    TablesVerified,
    ZonesReleased,
)
from custodiet.model.session import Session
from custodiet.model.times import as_text, utc_day
from custodiet.model.unmask_record import UnmaskedOpened
from custodiet.model.word import WORD_CATEGORY, Word
from custodiet.rules.access import signed_by_two
from custodiet.rules.decisions import kept_categories
from custodiet.rules.keys import wanted_days
from custodiet.rules.witnessing import objections_to_unwitnessed
from custodiet.wire.frame import StoredFix, stored_of
from custodiet.wire.reading import write_answer
from custodiet.wire.sealed import compact_geometry, geometry_context
from custodiet.wire.vault import write_zone

_line = msgspec.json.Encoder().encode


class Openings:
    """Everything the vault answers. One thread at a time."""

    def __init__(
        self,
        store: Store,
        follower: Follower,
        keys: Keys,
        sealer: Sealer,
        clock: Clock,
        chance: Chance,
        replay: Callable[[], AbstractContextManager[Replay]],
        lists: PlaceLists,
        pieces: GatheredPieces,
        witnessed: SignedByWitnesses | None = None,
    ) -> None:
        """`witnessed`: what enough witnesses have signed; None where none are set, and then none is waited for."""
        self._store = store
        self._witnessed = witnessed
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._clock = clock
        self._replay = replay
        self._addresses = Addresses(follower, keys, sealer)
        self._case_records = CaseRecords(follower, keys, sealer)
        self._erasing = Erasing(store, follower, keys, sealer)
        self._gathering = Gathering(store, pieces, keys, sealer, chance)
        self._stored = StoredFixes(store, self._gathering, keys, sealer)
        pace = Pace()
        masking = Masking(follower, keys, sealer, lists)
        self._readings = Readings(self._stored, follower, keys, sealer, pace, masking)
        self._questions = Questions(store, self._stored, follower, keys, sealer, pace)
        self._packs = Packs(follower, self._readings, sealer, pace, masking)
        self._glasses = Glasses(follower, self._readings, pace, masking)

    def keys(self, index: int) -> tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]:
        """Upkeep: public keys for the case or decision an entry speaks of. Nothing private leaves."""
        self._follower.catch_up()
        if index in self._follower.case_at:
            return (self._keys.record_key(self._follower.case_at[index]),), ()
        if index not in self._follower.made_at:
            raise OpeningRefused("no keys follow from this entry")
        decision = self._follower.decisions[self._follower.made_at[index]]
        person_id = self._follower.person_of(decision)
        return (), tuple(
            self._keys.day_key(person_id, category, day)
            for day in wanted_days(decision, self._clock.now())
            for category in kept_categories(decision)
            if not self._keys.day_destroyed(person_id, category, day)
        )

    def take_in(self) -> bool:
        """Upkeep: gather some of what came lately; else fold a day that is over. Whether there may be more."""
        if self._gathering.take_in():
            return True
        try:
            return self._gathering.fold_some(self._follower.now())
        except OpeningRefused:
            return False  # until the KMS is there again

    def erase(self, index: int) -> Iterator[DayGone]:
        """Upkeep: destroy what opens the days of an erasure; every one that is gone. As often as it is asked."""
        self._keys.require_kms()
        self._follower.catch_up()
        return self._erasing.erase(index)

    def checkpoint(self, size: int = 0) -> str:
        """A signed checkpoint of the ledger as followed just now, or over its first `size` entries."""
        self._follower.catch_up()
        log = self._follower.log
        if log is None:
            raise OpeningRefused("the log is not open")
        head = self._follower.head
        root = self._follower.root_at(size) if size else head.root()
        return self._keys.sign_checkpoint(LogHead(log.origin, size or head.size, root))

    def open(self, index: int) -> Iterator[bytes]:
        """What the opening recorded at that place gives, as JSON lines.

        Once; but a case's record for as long as the session lasts in which it was asked for, if sight of it lasts.
        Nothing while the KMS is away, and then it is not spent.
        """
        self._keys.require_kms()
        self._follower.catch_up()
        if self._case_records.sits(index):
            return self._case_records.again(index)
        followed = self._follower.alive(index)
        match followed.record:
            case ZonesReleased() as record:
                opening = self._zones(record)
            case CopyGiven() as record:
                opening = self._own_copy(record)
            case CaseRecordGiven() as record:
                opening = self._case_records.open(record)
            case CaseListGiven() as record:
                opening = self._case_records.names(record)
            case MessageOpened() as record:
                opening = self._addresses.open(record)
            case ReadingOpened() as record:
                self._require_witnessed()
                opening = self._readings.open(record)
            case UnmaskedOpened() as record:
                self._require_witnessed()
                opening = self._readings.open_unmasked(record)
            case QuestionAsked() as record:
                self._require_witnessed()
                opening = iter((write_answer(self._questions.answer(record, index)),))
            case PackGiven() as record:
                self._require_witnessed()
                opening = self._packs.open(record, index)
            case GlassBroken() as record:
                self._require_witnessed()
                opening = self._glasses.open(record)
            case TablesVerified():
                opening = self._verify()
            case _:
                raise OpeningRefused(f"there is no opening for {followed.kind}")
        self._follower.spend(index)
        if isinstance(followed.record, CaseRecordGiven) and followed.record.is_whole:
            self._case_records.sit(index, followed.record)
        return opening

    def _require_witnessed(self) -> None:
        """By what was followed here, and signatures that were verified here. Raises OpeningRefused."""
        if self._witnessed is None:
            return
        now = self._follower.now()
        newest = self._witnessed.newest(now)
        unseen = None if newest is None else self._follower.first_after(newest.size)
        if objections_to_unwitnessed(newest, unseen, now, self._witnessed.most):
            raise OpeningRefused("not_witnessed: no witness has seen the ledger lately; it opens again once one has")

    def _zones(self, record: ZonesReleased) -> Iterator[bytes]:
        """A zone whose decision is over, or was not signed by two, stays shut; the others are given."""
        for condition_id in record.condition_ids:
            condition = self._follower.conditions.get(condition_id)
            if condition is None:
                continue
            decision = self._follower.decisions[condition.decision_id]
            if not decision.in_force(self._follower.now()) or not signed_by_two(decision):
                continue
            context = geometry_context(condition.sealed_as or condition_id)
            try:
                private = self._keys.record_private(self._follower.person_of(decision))
                plain = compact_geometry(self._sealer.open_with(private, condition.geometry_sealed, context))
            except (OpeningRefused, NotTheFormat):
                continue  # one broken zone must not keep the others from being judged
            yield write_zone(condition_id, plain)

    def _own_copy(self, record: CopyGiven) -> Iterator[bytes]:
        person_id, case_id = record.person_id, record.case_id
        case = self._follower.cases.get(case_id)
        if case is None or case.person_id != person_id:
            raise OpeningRefused("the case is another person's")
        decisions = {d.id: d for d in self._follower.decisions_in(case_id) if d.stands}
        yield _line(
            {
                "name": self._case_records.name_of(person_id),
                "contact": self._case_records.contact_of(person_id),
                "decisions": [_told(d) for d in decisions.values()],
                "contacts": [_tried(one) for one in self._case_records.contacts_in(case_id)],
            }
            | _held_back(record)
        )
        given = withheld = 0
        for session, rows in self._stored.rows(person_id):
            if session.decision_id not in decisions:
                continue
            if self._follower.is_withheld(decisions[session.decision_id], session.category, session.day):
                withheld += len(rows)  # past its retention: about to be erased, and given to nobody
                continue
            for stored in map(stored_of, rows):
                if not any(one.from_at <= stored.fix_time < one.to_at for one in record.held_back):
                    given += 1
                    yield _line(_given(session, stored))
        for word in self._words(decisions):
            if self._follower.is_withheld(decisions[word.decision_id], WORD_CATEGORY[word.kind], utc_day(word.at)):
                withheld += 1
                continue
            yield _line({"decision": word.decision_id, "at": as_text(word.at), "said": word.said})
        erased = self._stored.days_erased(person_id)
        yield _line({"fixes": given, "past_retention": withheld} | ({"days_erased": erased} if erased else {}))

    def _words(self, decisions: Collection[DecisionId]) -> tuple[Word, ...]:
        with self._store.reading() as view:
            return view.words_under(decisions)

    def _verify(self) -> Iterator[bytes]:
        with self._replay() as empty:
            counts = yield from verify_in_steps(self._store, empty, self._keys, self._sealer, self._follower.head)
        yield _line(counts)


def _given(session: Session, stored: StoredFix) -> dict[str, object]:
    fix = stored.fix
    return {
        "decision": session.decision_id,
        "category": session.category,
        "fix_time": as_text(stored.fix_time),
        "received_at": as_text(stored.received_at),
        "latitude": fix.lat_e7 / 1e7,
        "longitude": fix.lon_e7 / 1e7,
        "accuracy_m": fix.accuracy_m,
        "altitude_m": fix.altitude_m,
        "speed_mps": fix.speed_mps,
        "course_deg": fix.course_deg,
        "method": fix.method,
        "satellites": fix.satellites,
        "hdop": fix.hdop,
    }


def _tried(one: Contacted) -> dict[str, object]:
    return {
        "at": as_text(one.at),
        "alert": one.alert_id,
        "direction": one.direction,
        "how": one.how,
        "outcome": one.outcome,
        "words": one.words,
    }


def _told(decision: Decision) -> dict[str, object]:
    until = decision.until
    return {
        "decision": decision.id,
        "mode": decision.mode,
        "rung": decision.rung.rung,
        "purposes": decision.purposes,
        "from": as_text(decision.starts_at),
        "until": None if until is None else as_text(until),
        "state": decision.state,
    }


def _held_back(record: CopyGiven) -> dict[str, Any]:
    """The times whose positions a copy leaves out, of which it tells."""
    told = [one for one in record.held_back if one.told]
    held = [{"from": as_text(one.from_at), "to": as_text(one.to_at), "until": as_text(one.until_at)} for one in told]
    return {"held_back": held} if held else {}
