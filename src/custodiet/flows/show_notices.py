"""What pages show of notices: what a person was given, who is told again, where each language stands. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.notice_now import follows_english, notice_at, text_at
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at
from custodiet.flows.searching import one_page
from custodiet.model.case import Case
from custodiet.model.decision import State
from custodiet.model.document import Document, Section
from custodiet.model.errors import NotFound
from custodiet.model.identity import CaseId, DecisionId, SchemeId
from custodiet.model.language import BY_TAG, ENGLISH, LANGUAGES, Language
from custodiet.model.notice import Readiness, Served, TextOf, TranslatedLine, Translation
from custodiet.model.recording import Recording
from custodiet.rules.documents.easy import Easy, digest_of_easy, easy_in_other_words, easy_read
from custodiet.rules.documents.letter import ASKS, Letter, digest_of_parts, letter
from custodiet.rules.documents.notice import in_other_words, lines_of
from custodiet.rules.notices import approved_for, carried_over, is_told, newest_for, readiness, to_be_told, why_not_told
from custodiet.rules.plain_words import grade
from custodiet.rules.recordings import heard_for, read_out, standing

PAGE_LINES = 25


@dataclass(frozen=True, slots=True)
class CaseNotice:
    """A case's notice: what it says now, what was given, and why that is not enough, if it is not.

    `languages`: those in which the text may reach a person, English first. `recordings`: what people hear of them.
    """

    case: Case
    notice: Document
    digest: bytes
    served: tuple[Served, ...]
    languages: tuple[Language, ...]
    english: bool
    told: bool
    why_not: str
    recordings: tuple[tuple[Language, Recording], ...]

    def heard(self, recording_id: str) -> Recording:
        """The recording of that name, if people may hear it. Raises NotFound."""
        found = next((one for _, one in self.recordings if one.id == recording_id), None)
        if found is None:
            raise NotFound("no approved recording of the notice as it is")
        return found


def show_case_notice(view: Reading, now: datetime, reference: str) -> CaseNotice:
    """Raises NotFound."""
    case = view.case_by_reference(reference)
    made, digest, _ = notice_at(view, case.scheme_id, now)
    served, english = view.notices_served(case.id), follows_english(view, case.id)
    told = is_told(served, digest, english=english)
    translations, recordings = view.translations(case.scheme_id), view.recordings(case.scheme_id)
    languages = approved_languages(translations, digest)
    heard = ((one, heard_for(recordings, translations, one.tag, digest)) for one in languages)
    return CaseNotice(
        case=case,
        notice=made,
        digest=digest,
        served=served,
        languages=languages,
        english=english,
        told=told,
        why_not="" if told else why_not_told(served, digest, english=english),
        recordings=tuple((language, one) for language, one in heard if one is not None),
    )


def approved_languages(translations: tuple[Translation, ...], digest: bytes) -> tuple[Language, ...]:
    """English, and every language with an approved text of the notice as it is."""
    others = (one for one in LANGUAGES if approved_for(translations, one.tag, digest) is not None)
    return (ENGLISH, *others)


def notice_in(view: Reading, scheme_id: SchemeId, tag: str, now: datetime) -> Document:
    """The notice in a language, approved for it as it is. Raises NotFound: unapproved text reaches nobody."""
    made, digest, _ = notice_at(view, scheme_id, now)
    if tag == ENGLISH.tag:
        return made
    found = approved_for(view.translations(scheme_id), tag, digest)
    if found is None:
        raise NotFound("no approved text in that language; English and an interpreter will do")
    return in_other_words(made, (one.text for one in found.lines))


@dataclass(frozen=True, slots=True)
class Owed:
    """Who is to be told again under a scheme, by reference: a page of them."""

    cases: tuple[Case, ...]
    found: int
    page: int
    pages: int


def everyone_owed(
    view: Reading, now: datetime, scheme_id: SchemeId, words: str, within: frozenset[CaseId] | None
) -> list[Case]:
    """Everyone whose data is held and who has not been told what the notice says now, by reference; of all or these."""
    _, digest, _ = notice_at(view, scheme_id, now)
    clocks, served = view.retention_clocks_of(scheme_id), view.notices_served_under(scheme_id)
    owed = to_be_told(view.decisions_under(scheme_id), clocks, served, digest, now)
    cases = (view.case(one) for one in owed if within is None or one in within)
    return sorted((one for one in cases if words.casefold() in one.reference.casefold()), key=lambda one: one.reference)


def find_owed(
    view: Reading, now: datetime, scheme_id: SchemeId, words: str, page: int, within: frozenset[CaseId] | None
) -> Owed:
    """A page of them."""
    found = everyone_owed(view, now, scheme_id, words, within)
    lines, page, pages = one_page(found, page, PAGE_LINES)
    return Owed(tuple(lines), len(found), page, pages)


@dataclass(frozen=True, slots=True)
class SchemeLanguages:
    """Where each language of a scheme's texts stands, and how hard the English of the notice is to read."""

    scheme_id: SchemeId
    name: str
    grade: float
    languages: tuple[tuple[Language, tuple[tuple[TextOf, Readiness], ...]], ...]


def show_languages(view: Reading, now: datetime, scheme_id: SchemeId) -> SchemeLanguages:
    """Raises NotFound. The pseudo-languages are shown of made-up schemes only."""
    made, _, _ = notice_at(view, scheme_id, now)
    told = {of: (view.translations(scheme_id, of), text_at(view, scheme_id, of, now)[1]) for of in TextOf}
    wanted = [one for one in LANGUAGES if one is not ENGLISH and (made.made_up or not one.pseudo)]
    stands = tuple(
        (one, tuple((of, readiness(texts, one.tag, digest)) for of, (texts, digest) in told.items())) for one in wanted
    )
    return SchemeLanguages(scheme_id, made.scheme, grade(lines_of(made)), stands)


@dataclass(frozen=True, slots=True)
class OneLanguage:
    """A text in one language beside its English. `newest`: the newest translation, whatever English it is of."""

    scheme_id: SchemeId
    of: TextOf
    name: str
    language: Language
    readiness: Readiness
    lines: tuple[TranslatedLine, ...]
    newest: Translation | None
    current: bool
    digest: bytes


def show_language(
    view: Reading, now: datetime, scheme_id: SchemeId, tag: str, of: TextOf = TextOf.NOTICE
) -> OneLanguage:
    """Raises NotFound."""
    if tag not in BY_TAG or tag == ENGLISH.tag:
        raise NotFound("no such language in the list")
    register, _ = register_at(view, scheme_id, now)
    texts, digest = text_at(view, scheme_id, of, now)
    if BY_TAG[tag].pseudo and not register.made_up:
        raise NotFound("no such language in the list")
    told = view.translations(scheme_id, of)
    newest = newest_for(told, tag)
    return OneLanguage(
        scheme_id=scheme_id,
        of=of,
        name=register.name,
        language=BY_TAG[tag],
        readiness=readiness(told, tag, digest),
        lines=carried_over(told, tag, texts),
        newest=newest,
        current=newest is not None and newest.notice_sha256 == digest,
        digest=digest,
    )


@dataclass(frozen=True, slots=True)
class ShownRecordings:
    """The recordings of a scheme's notice in one language. `there`: whether there is an approved text to read out.

    `newest`: the newest, whatever text it is of; `lines`: what is read out.
    """

    scheme_id: SchemeId
    name: str
    language: Language
    there: bool
    lines: tuple[str, ...]
    stands: Readiness
    newest: Recording | None
    heard: Recording | None


def show_recordings(view: Reading, now: datetime, scheme_id: SchemeId, tag: str) -> ShownRecordings:
    """Raises NotFound."""
    made, digest, _ = notice_at(view, scheme_id, now)
    if tag not in BY_TAG or (BY_TAG[tag].pseudo and not made.made_up):
        raise NotFound("no such language in the list")
    translations, recordings = view.translations(scheme_id), view.recordings(scheme_id)
    there, _ = read_out(translations, tag, digest)
    return ShownRecordings(
        scheme_id=scheme_id,
        name=made.scheme,
        language=BY_TAG[tag],
        there=there,
        lines=lines_of(notice_in(view, scheme_id, tag, now)) if there else (),
        stands=standing(recordings, translations, tag, digest),
        newest=next((one for one in reversed(recordings) if one.language == tag), None),
        heard=heard_for(recordings, translations, tag, digest),
    )


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter in a language: the one that was wanted, or English where no approved text is whole for it.

    `languages`: those in which it can be given, English first.
    """

    case: Case
    letter: Letter
    language: Language
    languages: tuple[Language, ...]


def show_letter(
    view: Reading, now: datetime, reference: str, decision_id: DecisionId, tag: str = ENGLISH.tag
) -> ShownLetter:
    """The letter for a decision of a case. Raises NotFound, also for one that was never made or is another's."""
    case = view.case_by_reference(reference)
    decision = view.decision(decision_id)
    if decision.case_id != case.id or decision.state in (State.PROPOSED, State.REFUSED):
        raise NotFound("no decision of this case by that name")
    register, _ = register_at(view, case.scheme_id, decision.made_at or now)
    translations = view.translations(case.scheme_id, TextOf.LETTER)
    # Of the parts as they were when it was decided: a letter does not change with the register.
    languages = approved_languages(translations, digest_of_parts(register))
    language = next((one for one in languages if one.tag == tag), ENGLISH)
    found = approved_for(translations, language.tag, digest_of_parts(register))
    words = None if found is None else {one.source: one.text for one in found.lines}
    assessment = view.assessment_of(decision_id)
    conditions = view.conditions_of(decision_id)
    try:
        told = letter(register, decision, assessment, now, words, conditions)
    except KeyError:  # of a mode or purpose that the register no longer had: whole, or not at all
        told, language = letter(register, decision, assessment, now, conditions=conditions), ENGLISH
    return ShownLetter(case, told, language, languages)


def asked_now(view: Reading, now: datetime, case: Case, tag: str) -> tuple[tuple[Language, Section], ...]:
    """What the decisions that are in force ask of a person, each as its letter tells it, in the language of that."""
    letters = (
        show_letter(view, now, case.reference, one.id, tag) for one in view.decisions_of(case.id) if one.in_force(now)
    )
    return tuple((told.language, one) for told in letters for one in told.letter.sections if one.code == ASKS)


def easy_in(view: Reading, scheme_id: SchemeId, tag: str, now: datetime) -> tuple[Easy, Language]:
    """The notice in easy read, in a language that is approved for it, or in English. Raises NotFound."""
    register, _ = register_at(view, scheme_id, now)
    easy = easy_read(register)
    found = approved_for(view.translations(scheme_id, TextOf.EASY), tag, digest_of_easy(easy))
    if found is None:
        return easy, ENGLISH
    return easy_in_other_words(easy, (one.text for one in found.lines)), BY_TAG[tag]
