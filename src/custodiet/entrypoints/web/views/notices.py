"""The notice of a case, given and recorded; on paper, with a code; the decision letter; who is told again."""

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import assessor_for, done, refusals
from custodiet.entrypoints.web.forms_notices import GiveForm
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.paging import page_asked, pages_of, words_asked
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import in_sight, of_case, of_decision, own_case
from custodiet.entrypoints.wording_notices import said_notice
from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import (
    CaseNotice,
    ShownLetter,
    asked_now,
    easy_in,
    find_owed,
    notice_in,
    show_case_notice,
    show_letter,
)
from custodiet.model.act import Act
from custodiet.model.document import Paragraph, Section
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import DecisionId, SchemeId
from custodiet.model.language import BY_TAG, ENGLISH, LANGUAGES, Language
from custodiet.model.notice import How, Understood, WhyDeclined
from custodiet.model.recording import Recording
from custodiet.rules.documents.easy import Easy
from custodiet.rules.documents.notice import SECOND_LAYER


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, reference: str) -> HttpResponse:
    """What the person was told so far, and that they are told now."""
    place, by = settings.PLACE, actor_of(request)
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.GIVE_NOTICE, of_case(case.id))
        shown = show_case_notice(view, place.clock.now(), reference)
        decided = [one for one in view.decisions_of(case.id) if one.stands and one.rung.rung]
        read = [one for one in decided if may(request, view, Act.READ_DECISION, of_decision(one.id))]
        letters = [(one, show_letter(view, place.clock.now(), reference, one.id).languages) for one in read]
    ready = {one.tag for one in shown.languages}
    listed = [one for one in LANGUAGES if one.tag in ready or not one.pseudo]
    form = GiveForm(
        listed, shown.recordings, request.POST or None, initial={"digest": shown.digest.hex(), "language": ENGLISH.tag}
    )
    reasons: list[Reason] = []
    if request.method == "POST" and form.is_valid():
        store = store_for(request, Act.GIVE_NOTICE, of_case(case.id))
        reasons = refusals(
            form, lambda: give_notice(store, assessor_for(store), place.chance, case.id, _given(form), by), _field
        )
        if form.is_valid():
            return done(request, say("It is recorded."), "notice", reference)
    why_not = [] if shown.told else reasons_of(NotPermitted("", (shown.why_not,)))
    told = {"shown": shown, "form": form, "reasons": reasons, "why_not": why_not, "letters": letters}
    return page(request, "notices/give.html", 403 if reasons else 200, said_notice=said_notice, by_tag=BY_TAG, **told)


def _given(form: GiveForm) -> Given:
    told = form.cleaned_data
    try:
        digest = bytes.fromhex(told["digest"])
    except ValueError:
        digest = b""
    understood = Understood(told["understood"])
    declined = understood is Understood.DECLINED
    why = WhyDeclined(told["why"] or WhyDeclined.OTHER) if declined else None
    return Given(digest, told["language"], How(told["how"]), understood, why, told["words"])


def _field(reason: Reason) -> str | None:
    return {"no_interpreter_named": "words", "not_approved": "language", "no_recording": "language"}.get(
        reason.code or ""
    )


@require_safe
def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """The notice as a page of its own, to be printed: in an approved text, or in English with how to be interpreted."""
    place = settings.PLACE
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.GIVE_NOTICE, of_case(case.id))
        shown = show_case_notice(view, place.clock.now(), reference)
        told = _notice(request, view, shown)
        recording = _heard(shown, told["language"])
    listen = reverse("notice_recording", args=(reference, recording.id)) if recording else None
    return _paper(request, back=reverse("notice", args=(reference,)), listen=listen, **told)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The notice for the person it is for, or whoever speaks for them: where the code on its paper leads."""
    with settings.PLACE.store.reading() as view:
        case, cases = own_case(request, view)
        shown = show_case_notice(view, settings.PLACE.clock.now(), case.reference)
        told = _notice(request, view, shown)
        decided = [one for one in view.decisions_of(case.id) if one.stands and one.rung.rung]
        recording = _heard(shown, told["language"])
        asked = asked_now(view, settings.PLACE.clock.now(), case, _wanted(request).tag)
    listen = reverse("my_recording", args=(recording.id,)) + _same(request) if recording else None
    letters = [(reverse("my_letter", args=(one.id,)) + _same(request), one) for one in decided]
    whose = [_same(request, which=str(number)) for number in range(1, cases + 1)] if cases > 1 else []
    return _paper(
        request,
        back=reverse("my_looks"),
        languages=shown.languages,
        letters=letters,
        whose=whose,
        listen=listen,
        asked=[(of, one.title, _lines(one, easy="easy" in request.GET)) for of, one in asked],
        **told,
    )


def _heard(shown: CaseNotice, language: Language) -> Recording | None:
    """What is heard of the text that is shown."""
    return next((one for of, one in shown.recordings if of is language), None)


def _notice(request: HttpRequest, view: Reading, shown: CaseNotice) -> dict[str, Any]:
    """In the language asked for where it is approved, else in English; and so, by itself, the easy read."""
    case, now = shown.case, settings.PLACE.clock.now()
    wanted = _wanted(request)
    register, _ = register_at(view, case.scheme_id, now)
    language = wanted if wanted in shown.languages else ENGLISH
    told = notice_in(view, case.scheme_id, language.tag, now)
    return {
        "language": language,
        "title": told.title,
        "sections": told.sections,
        "sender": register.controller.name,
        "interpreter": register.interpreter,
        "made_up": told.made_up,
        "reference": case.reference,
        "easy_read": easy_in(view, case.scheme_id, wanted.tag, now),
    }


def _wanted(request: HttpRequest) -> Language:
    return BY_TAG.get(request.GET.get("language", ""), ENGLISH)


def _same(request: HttpRequest, **other: str | None) -> str:
    """What is asked of this page, with this of it changed, or left out where None: who is shown what, how."""
    asked = {name: request.GET.get(name) for name in ("which", "language", "easy")} | other
    return f"?{urlencode({name: value for name, value in asked.items() if value is not None})}"


@require_safe
def my_letter(request: HttpRequest, decision_id: str) -> HttpResponse:
    """One of their letters, for the person it is about, or whoever speaks for them."""
    place = settings.PLACE
    with place.store.reading() as view:
        decision = view.decision(DecisionId(decision_id))
        require(request, view, Act.READ_OWN_NOTICE, of_case(decision.case_id))
        reference = view.case(decision.case_id).reference
        shown = show_letter(view, place.clock.now(), reference, decision.id, _wanted(request).tag)
        register, _ = register_at(view, shown.case.scheme_id, place.clock.now())
    back = reverse("my_notice") + _same(request)
    return _letter(request, shown, made_up=register.made_up, back=back, languages=shown.languages)


@require_safe
def letter(request: HttpRequest, reference: str, decision_id: str) -> HttpResponse:
    """The letter for one decision, to be printed."""
    wanted = DecisionId(decision_id)
    place = settings.PLACE
    with place.store.reading() as view:
        shown = show_letter(view, place.clock.now(), reference, wanted, _wanted(request).tag)
        require(request, view, Act.READ_DECISION, of_decision(wanted))
        register, _ = register_at(view, shown.case.scheme_id, place.clock.now())
    return _letter(request, shown, made_up=register.made_up, back=reverse("case", args=(reference,)))


def _letter(request: HttpRequest, shown: ShownLetter, **told: Any) -> HttpResponse:
    letter_ = shown.letter
    return _paper(
        request,
        language=shown.language,
        title=letter_.title,
        sections=letter_.sections,
        sender=letter_.sender,
        interpreter=letter_.interpreter,
        reference=shown.case.reference,
        **told,
    )


def _paper(
    request: HttpRequest,
    *,
    sections: tuple[Section, ...],
    language: Language,
    easy_read: tuple[Easy, Language] | None = None,
    languages: tuple[Language, ...] = (),
    **told: Any,
) -> HttpResponse:
    """A page for a person: the controller's name and nobody else's, and a code for where it is on the web.

    The address says nothing of whom it is about: it is everyone's, and shows what is whoever's who signs in.
    """
    address = request.build_absolute_uri(reverse("my_notice"))
    easy, wanted = "easy" in request.GET, _wanted(request)
    shown = easy_read[1] if easy and easy_read else language
    lines = [(one.code, one.title, _lines(one, easy=easy)) for one in sections]
    code = segno.make(address, error="m").svg_data_uri(scale=4, border=4)
    answer = page(
        request,
        "notices/paper.html",
        language=language,
        instead_of=wanted if shown is not wanted else None,
        lines=lines,
        second=SECOND_LAYER,
        easy=easy,
        easy_read=easy_read,
        languages=[(_same(request, language=one.tag), one) for one in languages],
        other_form=_same(request, easy=None if easy else ""),
        code=code,
        address=address,
        **{"letters": (), "whose": (), "listen": None, "asked": ()} | told,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(section: Section, *, easy: bool) -> list[str]:
    """Its paragraphs; in easy read each sentence on a line of its own."""
    texts = [one.text for one in section.blocks if isinstance(one, Paragraph)]
    if not easy:
        return texts
    return [line if line.endswith((".", "?", "!")) else f"{line}." for text in texts for line in text.split(". ")]


@require_safe
def owed(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """Who is to be told again, of those in sight."""
    words = words_asked(request)
    place, wanted = settings.PLACE, SchemeId(scheme_id)
    with place.store.reading() as view:
        register, number = register_at(view, wanted, place.clock.now())
        within = in_sight(request, view)
        found = find_owed(view, place.clock.now(), wanted, words, page_asked(request), within)
        gives = frozenset(one.id for one in found.cases if may(request, view, Act.GIVE_NOTICE, of_case(one.id)))
    at = pages_of(found.page, found.pages, {"reference": words})
    told: dict[str, Any] = {
        "register": register,
        "number": number,
        "found": found,
        "words": words,
        "gives": gives,
        "at": at,
    }
    return page(request, "notices/owed.html", scheme_id=wanted, **told)
