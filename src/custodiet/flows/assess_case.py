"""Record what a decision will rest on: the person's own view and a screening; and seal the words of an assessment.

Every text is sealed under the person's record key before it reaches the store. Its keyed signature is computed here,
where the text is, and nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime

from custodiet.flows.open_review import is_open, open_review
from custodiet.flows.ports import Chance, Reading, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import register_at
from custodiet.flows.trusting import record_key_of
from custodiet.model.assessing_record import (
    RepresentationAnswered,
    RepresentationMade,
    RepresentationsInvited,
    ScreeningCompleted,
)
from custodiet.model.assessment import Words
from custodiet.model.entry import Entry
from custodiet.model.exemption import Exempted, ExemptionAnswer
from custodiet.model.identity import ActorId, CaseId, PersonId, RepresentationId, ScreeningId
from custodiet.model.mode import ModeCode
from custodiet.model.record import LogOpened, kind_of
from custodiet.model.representation import Invitation, Reply, Representation
from custodiet.model.review import Trigger
from custodiet.model.screening import Adjustment, Hit, Question, Screened, Screening
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.exemptions import exemptions_from, objections_to_answers
from custodiet.rules.hearing import ANSWER_WITHIN, objections_to_answering, objections_to_representing
from custodiet.rules.likeness import signature_of
from custodiet.rules.notices import english_will_do
from custodiet.wire.sealed import (
    Typed,
    assessment_context,
    draft_context,
    pack_answers,
    pack_draft,
    pack_words,
    screening_context,
)


class Assessor:
    """Where a case is assessed. `likeness_key`: 32 secret bytes, the same for every text that is to be compared."""

    def __init__(self, store: Store, sealer: Sealer, chance: Chance, pinned: LogOpened, likeness_key: bytes) -> None:
        self._store = store
        self._sealer = sealer
        self._chance = chance
        self._pinned = pinned
        self._likeness_key = likeness_key

    def invite(self, case_id: CaseId, by: ActorId, until: datetime) -> int:
        """The person was asked to say what they think, and has until then. The ledger index."""
        with self._store.acting() as act:
            refuse_if(objections_to_acting(by))
            record = RepresentationsInvited(Invitation(case_id, act.now, by, max(until, act.now)))
            return act.write(Entry(kind_of(record), by, act.case(case_id).person_id), record)

    def represent(self, case_id: CaseId, text: str, by: ActorId) -> RepresentationId:
        """Record what the person, or someone for them, says. It opens a review of what is in force (R44)."""
        representation_id = RepresentationId(self._chance.identity("representation"))
        with self._store.acting() as act:
            refuse_if(objections_to_representing(text, by))
            person_id = act.case(case_id).person_id
            sealed = self.seal(act, person_id, text)
            due_at = act.now + ANSWER_WITHIN
            record = RepresentationMade(Representation(representation_id, case_id, act.now, by, sealed, due_at))
            act.write(Entry(kind_of(record), by, person_id), record)
            for decision in act.decisions_of(case_id):
                if decision.in_force(act.now) and not is_open(act, decision, Trigger.REPRESENTATION):
                    open_review(act, self._chance, decision, Trigger.REPRESENTATION, by)
        return representation_id

    def answer(self, representation_id: RepresentationId, reply: Reply, reasons: str, by: ActorId) -> int:
        """Answer it, with reasons. Raises NotPermitted for one that was answered. The ledger index."""
        with self._store.acting() as act:
            one = act.representation(representation_id)
            refuse_if(objections_to_answering(one, reasons, by))
            person_id = act.case(one.case_id).person_id
            sealed = self.seal(act, person_id, reasons)
            record = RepresentationAnswered(representation_id, act.now, by, reply, sealed)
            return act.write(Entry(kind_of(record), by, person_id), record)

    def screen(
        self,
        case_id: CaseId,
        answers: Mapping[Question, tuple[Hit, tuple[Adjustment, ...], str]],
        by: ActorId,
    ) -> ScreeningId:
        """A screening, whole: to each question what came of it, what is done otherwise, and a reason in words or "".

        What the answers say is checked here, in the open, and sealed before it is recorded. Raises IllegalValue for a
        question left out, for a hit with neither adjustment nor reason and for reasons too long together;
        CannotRecord while no key was issued.
        """
        screening_id = ScreeningId(self._chance.identity("screening"))
        with self._store.acting() as act:
            refuse_if(objections_to_acting(by))
            person_id = act.case(case_id).person_id
            told = tuple(Screened(question, *answer) for question, answer in answers.items())
            sealed = self.seal_answers(act, person_id, screening_id, told)
            screening = Screening(
                screening_id, case_id, act.now, by, tuple(answers), sealed, english=english_will_do(told)
            )
            record = ScreeningCompleted(screening)
            act.write(Entry(kind_of(record), by, person_id), record)
        return screening_id

    def exempted(
        self, case_id: CaseId, mode: ModeCode, answers: tuple[ExemptionAnswer, ...], now: datetime
    ) -> Exempted | None:
        """The answers to the exemptions that the register in effect has from this mode; None when it has none.

        Raises NotPermitted for one that applies and is not overridden on one of its own grounds. One that was not
        answered was not asked, which is for the ladder to say.
        """
        with self._store.reading() as view:
            case = view.case(case_id)
            register, _ = register_at(view, case.scheme_id, now)
            refuse_if(objections_to_answers(register, mode, answers))
            wanted = {one.code for one in exemptions_from(register, mode)}
            told = [one for one in answers if one.code in wanted]
            grounds = [f"{one.code}: {one.criterion}" for one in told if one.applies]
            override = self.seal(view, case.person_id, "\n".join(grounds)) if grounds else b""
        return Exempted(tuple(one.code for one in told), override) if told else None

    def words(self, case_id: CaseId, text: str) -> Words | None:
        """A text of an assessment, sealed, with its keyed signature; None for one that says nothing."""
        if not text.strip():
            return None
        with self._store.reading() as view:
            return self.words_in(view, view.case(case_id).person_id, text)

    def words_in(self, view: Reading, person_id: PersonId, text: str) -> Words:
        """The same in a view that someone holds."""
        return Words(self.seal(view, person_id, text), signature_of(self._likeness_key, text))

    def seal(self, view: Reading, person_id: PersonId, text: str) -> bytes:
        """Sealed under the person's record key. Raises CannotRecord while the vault has issued none yet."""
        return self._seal(view, person_id, pack_words(text), assessment_context(person_id))

    def seal_if_said(self, view: Reading, person_id: PersonId, text: str) -> bytes:
        """The same, or nothing where nothing was said."""
        return self.seal(view, person_id, text) if text.strip() else b""

    def seal_answers(
        self, view: Reading, person_id: PersonId, screening_id: ScreeningId, answers: tuple[Screened, ...]
    ) -> bytes:
        """A screening's answers as one piece, under the person's record key."""
        return self._seal(view, person_id, pack_answers(answers), screening_context(person_id, screening_id))

    def seal_draft(self, view: Reading, person_id: PersonId, author: ActorId, typed: Typed) -> bytes:
        """What was typed into an assessment that is not finished, as one piece that opens for its author."""
        return self._seal(view, person_id, pack_draft(typed), draft_context(person_id, author))

    def _seal(self, view: Reading, person_id: PersonId, plain: bytes, context: bytes) -> bytes:
        return self._sealer.seal_to(record_key_of(view, self._pinned, person_id), plain, context)
