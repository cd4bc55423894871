"""Changes as they come, to a page that is open."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.web.accounts.models import Session
from custodiet.entrypoints.web.configured import SESSION_MAX
from custodiet.entrypoints.web.sight import told_of
from custodiet.flows.show_changes import Change
from custodiet.model.errors import NotPermitted


@login_not_required  # whoever listens without a session is told so, and not sent to a page
@require_safe
def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Kinds, identities and states, for whoever may see the cases or the alerts they are of."""
    if not request.user.is_authenticated or request.user.password_is_given:
        return HttpResponse("sign in\n", status=401, content_type="text/plain")

    def theirs(changes: Sequence[Change]) -> Sequence[Change]:
        """What they are told of: asked in a thread of its own."""
        with settings.PLACE.store.reading() as view:
            return told_of(request, view, changes)

    try:
        theirs(())
    except NotPermitted:
        return HttpResponse("not for you\n", status=401, content_type="text/plain")
    if settings.FEED.is_full:
        return HttpResponse("too many at once\n", status=503, content_type="text/plain")
    key = request.session.session_key

    def told(changes: Sequence[Change]) -> Sequence[Change]:
        """What they are told of, while their session lives. Raises NotPermitted when it does not."""
        try:
            row = Session.objects.filter(
                session_key=key, expire_date__gt=datetime.now(UTC), began_at__gt=datetime.now(UTC) - SESSION_MAX
            )
            if not row.filter(account__is_active=True).exists():
                raise NotPermitted("session_ended: the session has ended; sign in again")
            return theirs(changes)
        finally:
            connection.close()

    events = settings.FEED.stream(request.headers.get("Last-Event-ID", "")[:64], told)
    return StreamingHttpResponse(events, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
