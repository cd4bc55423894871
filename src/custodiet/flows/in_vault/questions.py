"""The opening `question`: yes, no or cannot tell, by the rules that judge fixes on arrival. Nothing else leaves."""

from datetime import datetime

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.glasses import NOT_AN_OPERATOR
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.places import Places
from custodiet.flows.in_vault.readings import NOT_IN_SIGHT, Pace
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.ports import Sealer, Store
from custodiet.flows.refusing import codes_of
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import DecisionId
from custodiet.model.look_record import QuestionAsked
from custodiet.model.look_up import Answer, Asked, Question
from custodiet.model.mode import Category
from custodiet.model.word import Said
from custodiet.rules.access import answerable, objections_to_asking_within, objections_to_question
from custodiet.rules.answering import answer_of
from custodiet.rules.conditions.area import in_area
from custodiet.rules.conditions.zones import Area
from custodiet.rules.silence import heard_since


class Questions:
    """Answers questions."""

    def __init__(
        self, store: Store, stored: StoredFixes, follower: Follower, keys: Keys, sealer: Sealer, pace: Pace
    ) -> None:
        self._store = store
        self._stored = stored
        self._follower = follower
        self._keys = keys
        self._sealer = sealer
        self._pace = pace
        self._places = Places(follower, keys, sealer)

    def answer(self, record: QuestionAsked, index: int) -> Answer:
        """The answer. Raises OpeningRefused with the code of every reason, and then nothing was looked at."""
        question, now = record.question, self._follower.now()
        case = self._follower.cases[question.case_id]
        zone = None if question.condition_id is None else self._follower.conditions.get(question.condition_id)
        ground = self._follower.ground(case.id)
        before = self._follower.looking.questions_before(case.person_id, index)
        against = objections_to_question(question, before, zone, ground, now)
        against += self._against_asker(record, now)
        if against:
            raise OpeningRefused(", ".join(codes_of(against)))
        self._pace.take(now)
        if question.asked is Asked.CONTACT:
            return self._heard_of(question, now)
        under = [one.decision.id for one in answerable(ground, question, now)]
        areas = {one: self._areas(one, question) for one in under}
        return answer_of(self._by_fixes(question, areas))

    def _against_asker(self, record: QuestionAsked, now: datetime) -> tuple[str, ...]:
        """An officer asks about a case in their sight, an operator within an alert that they hold, by the ledger."""
        question, alert_id = record.question, record.alert_id
        if alert_id is None:
            return () if self._follower.may_ask(question.by, question.case_id, now) else (NOT_IN_SIGHT,)
        against = objections_to_asking_within(self._follower.claims.held(alert_id, question.by), question, now)
        may_hold = self._follower.may_claim(question.by, question.case_id, now)
        return against if may_hold else (*against, NOT_AN_OPERATOR)

    def _areas(self, decision_id: DecisionId, question: Question) -> tuple[Area | None, ...]:
        if question.asked is Asked.HOME:
            return self._places.homes(decision_id)
        found = self._follower.conditions_of(decision_id)
        return tuple(self._places.area(one) for one in found if one.id == question.condition_id)

    def _by_fixes(self, question: Question, areas: dict[DecisionId, tuple[Area | None, ...]]) -> list[Said]:
        judging = self._follower.judging(question.case_id)
        person_id = self._follower.cases[question.case_id].person_id
        return [
            in_area(areas[session.decision_id], stored.fix, judging)
            for session, stored in self._stored.of(person_id, question.quarter)
            if session.category is Category.TRAIL and areas.get(session.decision_id)
        ]

    def _heard_of(self, question: Question, now: datetime) -> Answer:
        """Whether a device of theirs was heard of since then. Silence counts only while our own path was up."""
        with self._store.reading() as view:
            worn = [one for one in view.fittings_of(question.case_id) if one.removed_at is None]
            heard = [one.contact_at for fitting in worn if (one := view.contact(fitting.id)) is not None]
            down = [one for one in view.outages(question.about) if one.from_at < now]
        since = heard_since(question.about, heard, was_down=bool(down))
        return {True: Answer.YES, False: Answer.NO, None: Answer.CANNOT_TELL}[since]
