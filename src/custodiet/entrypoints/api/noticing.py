"""The notice of a case: which text in which language can be given, and that it was given. The pages' own flow."""

from custodiet.entrypoints.api import answers_person as told
from custodiet.entrypoints.api.knowing import known_case
from custodiet.entrypoints.api.problem import Objection, told_objections
from custodiet.entrypoints.api.route import Call
from custodiet.entrypoints.web.asking import assessor_for
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.sight import of_case
from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.ports import Reading
from custodiet.flows.record_notice import content_of
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import CaseNotice, notice_in, show_case_notice
from custodiet.model.act import Act
from custodiet.model.document import Document, Paragraph
from custodiet.model.errors import NotPermitted
from custodiet.model.language import BY_TAG, ENGLISH, Language
from custodiet.model.recording import Recording
from custodiet.rules.documents.notice import SECOND_LAYER


def notice(call: Call) -> told.CaseNotice:
    with call.place.store.reading() as view:
        shown = _shown(call, view)
    served = [
        told.ServedLine(
            one.id, one.at, one.by, one.language, one.how, one.understood, one.why, one.notice_sha256 == shown.digest
        )
        for one in shown.served[: -call.limit - 1 : -1]
    ]
    return told.CaseNotice(
        at=call.at,
        notice_sha256=shown.digest.hex(),
        told=shown.told,
        why_not=_why_not(shown),
        english=shown.english,
        languages=language_lines(shown),
        served=served,
        left_out=len(shown.served) - len(served),
    )


def text(call: Call) -> told.NoticeText:
    with call.place.store.reading() as view:
        return notice_text(call, view, _shown(call, view))


def notice_text(call: Call, view: Reading, shown: CaseNotice) -> told.NoticeText:
    """The notice in the language that was asked for, where it is approved, else in English."""
    wanted = BY_TAG[call.query.get("language", ENGLISH.tag)]
    language = wanted if wanted in shown.languages else ENGLISH
    made = notice_in(view, shown.case.scheme_id, language.tag, call.at)
    register, _ = register_at(view, shown.case.scheme_id, call.at)
    return told.NoticeText(
        at=call.at,
        notice_sha256=shown.digest.hex(),
        wanted=wanted.tag,
        language=language.tag,
        direction=language.direction,
        title=made.title,
        sections=_sections(made),
        sender=register.controller.name,
        interpreter=register.interpreter or None,
        made_up=made.made_up,
    )


def recording(call: Call) -> bytes:
    with call.place.store.reading() as view:
        return content_of(view, _shown(call, view).heard(call.path["recording_id"]).id)


def give(call: Call) -> told.NoticeGiven:
    with call.place.store.reading() as view:
        case = _shown(call, view).case
    store, how = store_for(call.request, Act.GIVE_NOTICE, of_case(case.id)), call.body
    digest = bytes.fromhex(how.notice_sha256)
    given = Given(digest, how.language, how.how, how.understood, how.why, how.words)
    notice_id = give_notice(store, assessor_for(store), call.place.chance, case.id, given, actor_of(call.request))
    with call.place.store.reading() as view:
        now = show_case_notice(view, call.place.clock.now(), case.reference)
    return told.NoticeGiven(notice_id, now.told, _why_not(now))


def _shown(call: Call, view: Reading) -> CaseNotice:
    case = known_case(call.request, view, call.path["reference"])
    require(call.request, view, Act.GIVE_NOTICE, of_case(case.id))
    return show_case_notice(view, call.at, case.reference)


def _why_not(shown: CaseNotice) -> Objection | None:
    return None if shown.told else told_objections(NotPermitted("", (shown.why_not,)))[0]


def language_lines(shown: CaseNotice) -> list[told.LanguageLine]:
    """Every language in which the text may reach a person, with what is heard of it."""
    heard = {one.tag: recording for one, recording in shown.recordings}
    return [_language(one, heard) for one in shown.languages]


def _language(one: Language, heard: dict[str, Recording]) -> told.LanguageLine:
    recording = heard.get(one.tag)
    line = None
    if recording is not None:
        line = told.RecordingLine(recording.id, recording.length_s, recording.sha256.hex())
    return told.LanguageLine(one.tag, one.name, one.own_name, one.direction, one.pseudo, line)


def _sections(made: Document) -> list[told.NoticeSection]:
    found, layer = [], 1
    for one in made.sections:
        layer = 2 if one.code == SECOND_LAYER else layer
        lines = [block.text for block in one.blocks if isinstance(block, Paragraph)]
        found.append(told.NoticeSection(one.code, layer, one.title, lines))
    return found
