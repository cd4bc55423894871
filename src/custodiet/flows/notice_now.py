"""The notice of a scheme as it is, and whether someone was told it: gathering, and nothing else."""

from datetime import datetime

from custodiet.flows.on_the_table import Registers, Table
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at
from custodiet.model.decision import Decision
from custodiet.model.document import Document
from custodiet.model.identity import CaseId, SchemeId
from custodiet.model.notice import TextOf
from custodiet.model.recording import Recording
from custodiet.rules.documents.easy import digest_of_easy, easy_lines, easy_read
from custodiet.rules.documents.letter import digest_of_parts, parts_of
from custodiet.rules.documents.notice import digest_of, lines_of, notice
from custodiet.rules.notices import is_told, objections_to_starting
from custodiet.rules.recordings import heard_for


def notice_at(view: Registers, scheme_id: SchemeId, at: datetime) -> tuple[Document, bytes, int]:
    """The notice as the register in effect then has it, its digest, and the register's number. Raises NotFound."""
    register, number = register_at(view, scheme_id, at)
    made = notice(register, at)
    return made, digest_of(made), number


def text_at(view: Reading, scheme_id: SchemeId, of: TextOf, at: datetime) -> tuple[tuple[str, ...], bytes]:
    """The English of a text of a scheme's as the register in effect then has it, and its digest. Raises NotFound."""
    if of is TextOf.NOTICE:
        made, current, _ = notice_at(view, scheme_id, at)
        return lines_of(made), current
    register, _ = register_at(view, scheme_id, at)
    if of is TextOf.LETTER:
        return parts_of(register), digest_of_parts(register)
    easy = easy_read(register)
    return easy_lines(easy), digest_of_easy(easy)


def recording_in(view: Reading, scheme_id: SchemeId, language: str, at: datetime) -> Recording | None:
    """The recording that people hear in a language: approved, of the text as it is now. None: there is none."""
    _, current, _ = notice_at(view, scheme_id, at)
    return heard_for(view.recordings(scheme_id), view.translations(scheme_id), language, current)


def against_starting(view: Table, decision: Decision, now: datetime) -> tuple[str, ...]:
    """What stands against beginning with a decision, as far as telling its person goes."""
    case = view.case(decision.case_id)
    _, current, _ = notice_at(view, case.scheme_id, now)
    return objections_to_starting(
        decision, view.notices_served(case.id), current, english=follows_english(view, case.id)
    )


def told_now(view: Reading, case_id: CaseId, now: datetime) -> bool:
    """Whether the person was told what the notice says now."""
    _, current, _ = notice_at(view, view.case(case_id).scheme_id, now)
    return is_told(view.notices_served(case_id), current, english=follows_english(view, case_id))


def follows_english(view: Table, case_id: CaseId) -> bool:
    """Whether English will do, as far as is known: the newest screening found no need about language."""
    screening = view.newest_screening(case_id)
    return screening is None or screening.english
