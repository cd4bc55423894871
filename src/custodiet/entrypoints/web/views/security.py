"""One's own account: how one signs in, where one is signed in, and an end to that."""

from allauth.account.signals import password_changed, password_set
from allauth.account.views import password_change as change_password
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import function_of
from custodiet.entrypoints.web.rendering import page

SESSIONS_MAX = 20


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    factors = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    sessions = request.user.sessions.filter(expire_date__gt=timezone.now()).order_by("-used_at")[:SESSIONS_MAX]
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return page(
        request,
        "security.html",
        function=function_of(request),
        has_code=any(one.type == Authenticator.Type.TOTP for one in factors),
        passkeys=[one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        recovery_codes=None if codes is None else len(codes.wrap().get_unused_codes()),
        sessions=sessions,
        this=request.session.session_key,
    )


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every other session of this account."""
    request.user.sessions.filter(~Q(session_key=request.session.session_key)).delete()
    messages.success(request, say("Every other session of yours has ended."))
    return HttpResponseRedirect(reverse("mfa_index"))


@receiver(password_changed)
@receiver(password_set)
def _now_ones_own(request: HttpRequest, **_: object) -> None:
    """A new password ends every other session, and is known to nobody else."""
    request.user.sessions.filter(~Q(session_key=request.session.session_key)).delete()
    request.user.password_is_given = False
    request.user.save(update_fields=["password_is_given"])


__all__ = ["change_password", "end_others", "show"]
