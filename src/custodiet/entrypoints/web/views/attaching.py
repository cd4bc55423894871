"""Files that come with what a person says: taken in, and given back as a download. None is ever shown in a page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms_attaching import FileForm
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_alert, of_case
from custodiet.entrypoints.web.sitting import sitting_of
from custodiet.flows.attach_file import attach_file
from custodiet.flows.open_case_record import open_attachment
from custodiet.flows.permitting import ThingOf
from custodiet.model.act import Act
from custodiet.model.attachment import AttachedTo
from custodiet.model.errors import NotFound
from custodiet.model.identity import AlertId, AttachmentId, RepresentationId


@require_http_methods(["GET", "HEAD", "POST"])
def to_representation(request: HttpRequest, reference: str, said: str) -> HttpResponse:
    """A file with what the person said."""
    place, to = settings.PLACE, RepresentationId(said)
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.ASSESS_CASE, of_case(case.id))
        if view.representation(to).case_id != case.id:
            raise NotFound("no such representation")
    what = (Act.ASSESS_CASE, of_case(case.id), to, AttachedTo.REPRESENTATION)
    return _form(request, reference, *what, ("heard", reference))


@require_http_methods(["GET", "HEAD", "POST"])
def to_alert(request: HttpRequest, alert_id: str) -> HttpResponse:
    """A file with what the person says to an enquiry."""
    place, to = settings.PLACE, AlertId(alert_id)
    with place.store.reading() as view:
        require(request, view, Act.RECORD_REPLY, of_alert(to))
        reference = view.case(view.alert(to).case_id).reference
    return _form(request, reference, Act.RECORD_REPLY, of_alert(to), to, AttachedTo.ALERT, ("alert", alert_id))


@require_POST
def give(request: HttpRequest, reference: str, attachment_id: str) -> HttpResponse:
    """One file to someone in whose sight the case is; a post, since each time is an entry."""
    place, wanted = settings.PLACE, AttachmentId(attachment_id)
    with place.store.reading() as view:
        case = view.case_by_reference(reference)
        require(request, view, Act.READ_CASE_RECORD, of_case(case.id))
    file = open_attachment(place.store, place.vault, case.id, wanted, actor_of(request), sitting_of(request))
    # Never as what it is: no browser is to show it, or to guess.
    headers = {
        "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(file.content, content_type="application/octet-stream", headers=headers)


def _form(
    request: HttpRequest,
    reference: str,
    act: Act,
    thing: ThingOf,
    to: RepresentationId | AlertId,
    about: AttachedTo,
    back: tuple[str, str],
) -> HttpResponse:
    place, posted = settings.PLACE, request.method == "POST"
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    reasons: list[Reason] = []
    if posted and form.is_valid():
        sealing = (store_for(request, act, thing), place.sealer, place.chance, place.pinned)
        name, content = form.cleaned_data["file"].name, form.content()
        reasons = refusals(form, lambda: attach_file(*sealing, to, about, name, content, actor_of(request)))
        if form.is_valid():
            return done(request, say("The file is kept, sealed."), *back)
    told = {"reference": reference, "form": form, "reasons": reasons, "back_to": back, "about": about.value}
    return page(request, "attaching/attach.html", 403 if reasons else 200, **told)
