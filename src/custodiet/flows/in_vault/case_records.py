"""The opening `case record`: name, zones, screening and texts of one case, or the names on a list, for staff in sight.

That the account has sight is decided here, by what the ledger says of roles, assignments, cover and conflicts, each
time it looks. One entry per case and session: the entry of a case's record opens again while the session can last.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.writings import Written
from custodiet.flows.ports import Sealer
from custodiet.model.alert import Statement
from custodiet.model.attachment import Attachment
from custodiet.model.case_record import (
    AgencySaid,
    Answers,
    Attached,
    Contacted,
    LookUpWhy,
    Note,
    Text,
    Unfinished,
    UnmaskWhy,
    Zone,
)
from custodiet.model.condition import Condition
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import State
from custodiet.model.draft import Draft
from custodiet.model.erasing import HoldStep
from custodiet.model.errors import NotTheFormat, OpeningRefused
from custodiet.model.identity import ActorId, AttachmentId, CaseId, GlassId, HoldId, MisuseId, PersonId
from custodiet.model.look_up import LookUp
from custodiet.model.record import CaseListGiven, CaseRecordGiven
from custodiet.model.screening import Screening
from custodiet.rules.erasing import objections_to_answering_hold
from custodiet.rules.glass import objections_to_being_told_why
from custodiet.wire.attachment import File, Label, file_context, label_context, unpack_file, unpack_label, write_file
from custodiet.wire.case_record import write_name, write_part, write_reason
from custodiet.wire.message import unpack_destination
from custodiet.wire.sealed import (
    assessment_context,
    contact_context,
    draft_context,
    geometry_context,
    name_context,
    reach_context,
    screening_context,
    unpack_answers,
    unpack_draft,
    unpack_name,
    unpack_words,
    words_context,
)

SITTING = timedelta(hours=8)
"""How long a session can last at most: after that a look at the same case is another entry."""
_SHOWN = (State.PROPOSED, State.MADE, State.SUSPENDED)


class CaseRecords:
    """Opens records of cases. What it remembers of sessions is in memory only: after a restart they ask again."""

    def __init__(self, follower: Follower, keys: Keys, sealer: Sealer) -> None:
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._sittings: dict[int, tuple[datetime, CaseRecordGiven]] = {}

    def sits(self, index: int) -> bool:
        """Whether an entry has opened a case's record in a session that can last still."""
        now = self._follower.now()
        self._sittings = {place: one for place, one in self._sittings.items() if now - one[0] < SITTING}
        return index in self._sittings

    def open(self, record: CaseRecordGiven) -> Iterator[bytes]:
        """A case's record, or a part of it. Raises OpeningRefused for an account that has no sight of it now."""
        if record.hold_id is not None:
            return iter((self._why_hold(record.hold_id, record),))
        if record.restriction_id is not None or record.misuse_id is not None:
            return iter(self._for_dpo(record))
        if record.glass_id is not None:
            return iter((self._why_alone(record.glass_id, record),))
        self._require_sight(record.by, record.case_id)
        if record.attachment_id is not None:
            return iter((self._content(record.attachment_id, record.case_id),))
        return self._lines(record.case_id, record.by)

    def sit(self, index: int, record: CaseRecordGiven) -> None:
        """The entry opens again from now on, while the session can last."""
        self._sittings[index] = (self._follower.now(), record)

    def again(self, index: int) -> Iterator[bytes]:
        """The same in the same session. Raises OpeningRefused when sight has ended."""
        return self.open(self._sittings[index][1])

    def names(self, record: CaseListGiven) -> Iterator[bytes]:
        """The names on a list: all of them, or none if one case is out of sight."""
        for case_id in record.case_ids:
            self._require_sight(record.by, case_id)
        return iter([write_name(one, self._name(self._follower.cases[one].person_id)) for one in record.case_ids])

    def name_of(self, person_id: PersonId) -> str | None:
        """The person's name; None for someone who was never named."""
        sealed = self._follower.names_sealed.get(person_id)
        if sealed is None:
            return None
        private = self._keys.record_private(person_id)
        return unpack_name(self._sealer.open_with(private, sealed, name_context(person_id)))

    def contact_of(self, person_id: PersonId) -> str | None:
        """How they are reached, as it was written down and where messages go; None where neither opens."""
        words = self._follower.contacts_sealed.get(person_id, b"")
        plain = self._plain(person_id, words, reach_context(person_id)) if words else None
        told = [] if plain is None else [unpack_name(plain)]
        given = self._follower.contacts.get(person_id)
        if given is not None and not given.withdrawn:
            plain = self._plain(person_id, given.address_sealed, contact_context(person_id))
            told += [] if plain is None else [unpack_destination(plain).address]
        return "; ".join(told) or None

    def contacts_in(self, case_id: CaseId) -> tuple[Contacted, ...]:
        """Every try to reach the person, and their calls in, with what was said."""
        return tuple(self._contacted(one, case_id) for one in self._follower.tried.get(case_id, ()))

    def _contacted(self, tried: ContactTried, case_id: CaseId) -> Contacted:
        person_id, words = self._follower.cases[case_id].person_id, None
        if tried.words_sealed:
            plain = self._plain(person_id, tried.words_sealed, words_context(person_id))
            words = None if plain is None else unpack_words(plain)
        how = (tried.direction, tried.how, tried.outcome, tried.verified)
        return Contacted(tried.alert_id, tried.at, tried.by, *how, words)

    def _require_sight(self, actor: ActorId, case_id: CaseId) -> None:
        case = self._follower.cases.get(case_id)
        if case is None:
            raise OpeningRefused("no entry has opened such a case")
        decisions, now = self._follower.decisions_in(case_id), self._follower.now()
        looked = self._follower.looking.waits(case_id, now)
        waits = looked or bool(self._follower.disclosing.waiting(case_id, now))
        waits = waits or bool(self._follower.unmasking.waiting(case_id, now))
        if self._follower.staffing.objections_to_seeing(actor, case, decisions, now, look_up_waits=waits):
            raise OpeningRefused("the case is not in their sight")

    def _lines(self, case_id: CaseId, by: ActorId) -> Iterator[bytes]:
        person_id = self._follower.cases[case_id].person_id
        yield write_name(case_id, self._name(person_id), self.contact_of(person_id))
        shown = (one.id for one in self._follower.decisions_in(case_id) if one.state in _SHOWN)
        for condition in chain.from_iterable(map(self._follower.conditions_of, shown)):
            if condition.geometry_sealed:
                yield from self._zone(condition, person_id)
        for statement in self._follower.statements.get(case_id, ()):
            yield from self._note(statement, person_id)
        if case_id in self._follower.screenings:
            yield from self._answers(self._follower.screenings[case_id], person_id)
        for written in self._follower.writings.of(case_id):
            yield from self._text(written, person_id)
        draft = self._follower.drafts.get((case_id, by))
        if draft is not None and self._follower.now() < draft.drop_at:
            yield from self._draft(draft, person_id)
        for look_up in self._follower.looking.waiting(case_id, self._follower.now()):
            yield from self._why(look_up, person_id)
        for unmask in self._follower.unmasking.waiting(case_id, self._follower.now()):
            words = self._words(person_id, unmask.why_sealed)
            if words:
                yield write_part(UnmaskWhy(unmask.id, words))
        for contacted in self.contacts_in(case_id):
            yield write_part(contacted)
        for attachment in self._follower.attached_to(case_id):
            yield from self._file_of(attachment, person_id)
        for request in self._follower.disclosing.waiting(case_id, self._follower.now()):
            words = self._words(person_id, request.said_sealed)
            if words:
                yield write_part(AgencySaid(request.id, words, self._words(person_id, request.order_sealed)))

    def _label(self, attachment: Attachment, person_id: PersonId) -> Label | None:
        plain = self._plain(person_id, attachment.label_sealed, label_context(person_id, attachment.id))
        return None if plain is None else unpack_label(plain)

    def _file_of(self, one: Attachment, person_id: PersonId) -> Iterator[bytes]:
        label = self._label(one, person_id)
        if label is not None:
            yield write_part(Attached(one.id, one.about, one.thing, one.at, one.by, label.name, label.type))

    def _content(self, attachment_id: AttachmentId, case_id: CaseId) -> bytes:
        known = self._follower.attached.get(attachment_id)
        if known is None or known[0].case_id != case_id:
            raise OpeningRefused("the case has no such file")
        person_id, whole = self._follower.cases[case_id].person_id, self._follower.file_of(attachment_id)
        label = self._label(whole, person_id)
        plain = self._plain(person_id, whole.sealed, file_context(person_id, attachment_id))
        if label is None or plain is None:
            raise OpeningRefused("the file does not open")
        return write_file(File(label.name, label.type, unpack_file(plain)))

    def _why_hold(self, hold_id: HoldId, record: CaseRecordGiven) -> bytes:
        """No sight of the case comes with it: a hold opens nothing to anyone."""
        now = self._follower.now()
        standing = self._follower.keeping.standing(hold_id)
        if standing is None or standing.hold.case_id != record.case_id:
            raise OpeningRefused("the case has no such hold")
        second = self._follower.may_approve(record.by, record.case_id, now)
        if objections_to_answering_hold(standing, HoldStep.PLACED, record.by, now) or not second:
            raise OpeningRefused("the hold does not wait for them")
        return self._reason(record.case_id, standing.hold.why_sealed)

    def _why_alone(self, glass_id: GlassId, record: CaseRecordGiven) -> bytes:
        """To whoever is to assess it, while nobody has; no sight of the case comes with it."""
        now, broken = self._follower.now(), self._follower.breaking.standing(glass_id)
        if broken is None or broken.glass.case_id != record.case_id:
            raise OpeningRefused("the case has no such look")
        conflicted = self._follower.staffing.conflicted_in(record.case_id)
        assesses = self._follower.may_assess(record.by, record.case_id, now)
        if objections_to_being_told_why(broken, record.by, conflicted) or not assesses:
            raise OpeningRefused("the look does not wait for them")
        return self._reason(record.case_id, broken.glass.why_sealed)

    def _reason(self, case_id: CaseId, sealed: bytes) -> bytes:
        person_id = self._follower.cases[case_id].person_id
        plain = self._plain(person_id, sealed, assessment_context(person_id))
        if plain is None:
            raise OpeningRefused("the reason does not open")
        return write_reason(unpack_words(plain))

    def _for_dpo(self, record: CaseRecordGiven) -> list[bytes]:
        """How a restriction was weighed, or what a report of misuse says. No sight of the case comes with it."""
        follower, now, case_id = self._follower, self._follower.now(), record.case_id
        if record.by in follower.staffing.conflicted_in(case_id):
            raise OpeningRefused("it is not for who has a conflict of interest")
        if record.restriction_id is not None:
            parts = follower.rights.weighing_of(record.restriction_id, case_id, record.by, now, follower)
        else:
            parts = follower.rights.report_of(record.misuse_id or MisuseId(""), case_id, record.by, now, follower)
        person_id = follower.cases[case_id].person_id
        opened = [self._plain(person_id, part, assessment_context(person_id)) for part in parts]
        words = [unpack_words(plain) for plain in opened if plain is not None]
        if len(words) < len(parts):
            raise OpeningRefused("what was written does not open")
        return [write_reason(one) for one in words]

    def _name(self, person_id: PersonId) -> str | None:
        sealed = self._follower.names_sealed.get(person_id, b"")
        plain = self._plain(person_id, sealed, name_context(person_id)) if sealed else None
        return None if plain is None else unpack_name(plain)

    def _zone(self, condition: Condition, person_id: PersonId) -> Iterator[bytes]:
        context = geometry_context(condition.sealed_as or condition.id)
        plain = self._plain(person_id, condition.geometry_sealed, context)
        if plain is not None:
            geometry = plain.rstrip(b" ")
            yield write_part(Zone(condition.id, condition.decision_id, condition.kind, geometry))

    def _note(self, said: Statement, person_id: PersonId) -> Iterator[bytes]:
        plain = self._plain(person_id, said.reasons_sealed, words_context(person_id))
        if plain is not None:
            yield write_part(Note(said.kind, said.since_at, said.stated_at, said.stated_by, unpack_words(plain)))

    def _answers(self, screening: Screening, person_id: PersonId) -> Iterator[bytes]:
        plain = self._plain(person_id, screening.sealed, screening_context(person_id, screening.id))
        if plain is not None:
            yield write_part(Answers(screening.id, unpack_answers(plain)))

    def _text(self, one: Written, person_id: PersonId) -> Iterator[bytes]:
        plain = self._plain(person_id, one.sealed, assessment_context(person_id))
        if plain is not None:
            function = self._follower.staffing.function_of(one.by, one.at)
            yield write_part(Text(one.about, one.thing, one.part, one.at, one.by, function, unpack_words(plain)))

    def _draft(self, draft: Draft, person_id: PersonId) -> Iterator[bytes]:
        plain = self._plain(person_id, draft.sealed, draft_context(person_id, draft.author))
        if plain is not None:
            yield write_part(Unfinished(draft.mode, draft.saved_at, draft.drop_at, unpack_draft(plain)))

    def _why(self, look_up: LookUp, person_id: PersonId) -> Iterator[bytes]:
        plain = self._plain(person_id, look_up.why_sealed, assessment_context(person_id))
        if plain is not None:
            yield write_part(LookUpWhy(look_up.id, unpack_words(plain)))

    def _words(self, person_id: PersonId, sealed: bytes) -> str:
        """Words of a request; empty where there are none, or they do not open."""
        plain = self._plain(person_id, sealed, assessment_context(person_id)) if sealed else None
        return "" if plain is None else unpack_words(plain)

    def _plain(self, person_id: PersonId, sealed: bytes, context: bytes) -> bytes | None:
        """None for what does not open: one broken piece must not keep the others from being seen."""
        try:
            return self._sealer.open_with(self._keys.record_private(person_id), sealed, context)
        except (OpeningRefused, NotTheFormat):
            return None
