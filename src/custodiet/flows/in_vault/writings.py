"""What people have written of a case, by the vault's own reading of the ledger: each text still sealed, with the thing
it belongs to, who wrote it and when. Texts about alerts are not among them; contacts are told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from custodiet.model.assessing_record import (
    AssessmentRecorded,
    DecisionReturned,
    FactRecorded,
    RepresentationAnswered,
    RepresentationMade,
    ReviewDecided,
)
from custodiet.model.case_record import About
from custodiet.model.decision import Decision
from custodiet.model.identity import ActorId, CaseId, DecisionId, RepresentationId
from custodiet.model.record import Record


@dataclass(frozen=True, slots=True)
class Written:
    """One text, sealed under the person's record key. `thing` and `part` as in model/case_record.py."""

    about: About
    thing: str
    part: str
    at: datetime
    by: ActorId
    sealed: bytes


class Writings:
    """Follows records. One thread at a time."""

    def __init__(self) -> None:
        self._of_case: dict[CaseId, list[Written]] = {}
        self._said: dict[RepresentationId, CaseId] = {}

    def of(self, case_id: CaseId) -> tuple[Written, ...]:
        """The texts of a case, as they were recorded."""
        return tuple(self._of_case.get(case_id, ()))

    def believe(self, record: Record, decisions: Mapping[DecisionId, Decision], at: datetime, by: ActorId) -> None:
        """Keep what a record holds of texts; `at`, `by`: of its entry. Raises KeyError for what nothing before made."""
        match record:
            case FactRecorded(fact):
                self._keep(fact.case_id, Written(About.FACT, fact.id, "", at, by, fact.text_sealed))
            case RepresentationMade(said):
                self._said[said.id] = said.case_id
                self._keep(said.case_id, Written(About.REPRESENTATION, said.id, "", at, by, said.text_sealed))
            case RepresentationAnswered(said_id):
                self._keep(self._said[said_id], Written(About.REPLY, said_id, "", at, by, record.reply_sealed))
            case AssessmentRecorded(one):
                texts = [("", one.words), *((answer.family.value, answer.words) for answer in one.families)]
                for part, words in texts:
                    sealed = b"" if words is None else words.sealed
                    self._keep(one.case_id, Written(About.ASSESSMENT, one.id, part, at, by, sealed))
            case DecisionReturned(decision_id):
                case_id = decisions[decision_id].case_id
                self._keep(case_id, Written(About.RETURN, decision_id, "", at, by, record.words_sealed))
            case ReviewDecided(review_id, decision_id):
                sealed = b"" if record.words is None else record.words.sealed
                self._keep(decisions[decision_id].case_id, Written(About.REVIEW, review_id, "", at, by, sealed))
            case _:
                pass

    def _keep(self, case_id: CaseId, written: Written) -> None:
        if written.sealed:
            self._of_case.setdefault(case_id, []).append(written)
