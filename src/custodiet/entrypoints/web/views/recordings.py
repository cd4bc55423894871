"""Recordings of the notice: handed in, listened to and approved by translators; heard by those whom it is for."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_recordings import RecordingForm
from custodiet.entrypoints.web.fresh import confirm_first, is_stale
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason, reasons_of
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case, own_case
from custodiet.entrypoints.web.views.translations import COLOURS, require_reading
from custodiet.entrypoints.wording_notices import said_recording
from custodiet.flows.record_notice import approve_recording, content_of, keep_recording
from custodiet.flows.show_notices import ShownRecordings, show_case_notice, show_recordings
from custodiet.model.act import Act
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import RecordingId, SchemeId

_RANGE = re.compile(r"bytes=(\d{0,9})-(\d{0,9})")


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, scheme_id: str, tag: str) -> HttpResponse:
    """The recording of one language beside its text: handed in by one translator, approved by another."""
    place = settings.PLACE
    with place.store.reading() as view:
        writes = require_reading(request, view)
        shown = show_recordings(view, place.clock.now(), SchemeId(scheme_id), tag)
    what = request.POST.get("what", "")
    if what == "approve" and is_stale(request):
        return confirm_first(request)
    form = RecordingForm(request.POST, request.FILES) if what == "keep" else RecordingForm()
    reasons: list[Reason] = []
    if what == "keep" and form.is_valid():
        reasons = refusals(form, _keep(request, shown, form))
        if form.is_valid():
            return done(
                request, say("It is kept. Nobody hears it until another translator has."), "recording", scheme_id, tag
            )
    elif what == "approve":
        # Named by the page that was listened to: a newer one that came meanwhile was heard by nobody.
        wanted = RecordingId(request.POST.get("recording", ""))
        try:
            approve_recording(store_for(request, Act.APPROVE_TRANSLATION), _of(shown, wanted), actor_of(request))
        except NotPermitted as error:
            reasons = reasons_of(error)
        else:
            return done(request, say("It is approved. From now on people hear it."), "recording", scheme_id, tag)
    elif request.method == "POST" and what != "keep":
        raise Http404
    told = {"shown": shown, "form": form, "reasons": reasons, "writes": writes, "me": actor_of(request)}
    status = 403 if reasons else 200
    return page(request, "notices/recording.html", status, colours=COLOURS, said_recording=said_recording, **told)


def _keep(request: HttpRequest, shown: ShownRecordings, form: RecordingForm) -> Callable[[], object]:
    store, chance = store_for(request, Act.WRITE_TRANSLATION), settings.PLACE.chance
    return lambda: keep_recording(store, chance, shown.scheme_id, shown.language.tag, form.content(), actor_of(request))


def _of(shown: ShownRecordings, wanted: RecordingId) -> RecordingId:
    if shown.newest is None or shown.newest.id != wanted:
        raise NotFound("another recording has come since")
    return wanted


@require_safe
def to_translators(request: HttpRequest, scheme_id: str, recording_id: str) -> HttpResponse:
    """A recording in any state, for those who approve it and staff who read the register."""
    wanted = RecordingId(recording_id)
    with settings.PLACE.store.reading() as view:
        require_reading(request, view)
        if view.recording(wanted).scheme_id != scheme_id:
            raise NotFound("no such recording")
        content = content_of(view, wanted)
    return _played(request, content)


@require_safe
def of_a_case(request: HttpRequest, reference: str, recording_id: str) -> HttpResponse:
    """What is played to someone when they are given the notice: approved, and of the text as it is."""
    with settings.PLACE.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.GIVE_NOTICE, of_case(case.id))
        shown = show_case_notice(view, settings.PLACE.clock.now(), reference)
        content = content_of(view, shown.heard(recording_id).id)
    return _played(request, content)


@require_safe
def mine(request: HttpRequest, recording_id: str) -> HttpResponse:
    """The same for the person whom it is for, or whoever speaks for them."""
    with settings.PLACE.store.reading() as view:
        case, _ = own_case(request, view)
        shown = show_case_notice(view, settings.PLACE.clock.now(), case.reference)
        content = content_of(view, shown.heard(recording_id).id)
    return _played(request, content)


def _played(request: HttpRequest, content: bytes) -> HttpResponse:
    """It whole, or the part that a player asks for: some play nothing of what comes only whole."""
    told = {"Accept-Ranges": "bytes", "Content-Disposition": "inline", "Cache-Control": "no-store"}
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = _part(asked, len(content)) if asked else (0, len(content) - 1)
    if first > last:
        return HttpResponse(status=416, headers=told | {"Content-Range": f"bytes */{len(content)}"})
    if asked:
        told["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    told["Content-Length"] = str(last - first + 1)
    return HttpResponse(
        content[first : last + 1], status=206 if asked else 200, content_type="audio/mpeg", headers=told
    )


def _part(asked: re.Match[str], length: int) -> tuple[int, int]:
    """The first and the last byte of a range; the last lies before the first where there are none."""
    first, last = asked[1], asked[2]
    if not first:
        return (max(0, length - int(last)), length - 1) if last and int(last) else (length, length - 1)
    return int(first), min(int(last), length - 1) if last else length - 1
