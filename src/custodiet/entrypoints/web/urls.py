"""Every address of the pages. Those of allauth are named as it names them, at addresses of our own."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path

from custodiet.entrypoints.web import (
    urls_alerts,
    urls_attaching,
    urls_consistency,
    urls_deciding,
    urls_devices,
    urls_disclosing,
    urls_erasing,
    urls_glass,
    urls_looking,
    urls_messages,
    urls_misuse,
    urls_notices,
    urls_oversight,
    urls_places,
    urls_replaying,
    urls_restricting,
    urls_rules,
    urls_unmasking,
)
from custodiet.entrypoints.web.views import cases, errors, live, public, security, standing

urlpatterns = [
    path("", public.start, name="start"),
    path("privacy", public.privacy, name="privacy"),
    path("accessibility", public.accessibility, name="accessibility"),
    path("cookies", public.cookies, name="cookies"),
    *urls_deciding.urlpatterns,
    *urls_messages.urlpatterns,
    *urls_devices.urlpatterns,
    *urls_alerts.urlpatterns,
    *urls_attaching.urlpatterns,
    *urls_notices.urlpatterns,
    *urls_looking.urlpatterns,
    *urls_places.urlpatterns,
    *urls_oversight.urlpatterns,
    *urls_consistency.urlpatterns,
    *urls_disclosing.urlpatterns,
    *urls_erasing.urlpatterns,
    *urls_unmasking.urlpatterns,
    *urls_rules.urlpatterns,
    *urls_misuse.urlpatterns,
    *urls_replaying.urlpatterns,
    *urls_restricting.urlpatterns,
    *urls_glass.urlpatterns,
    path("cases", cases.find, name="cases"),
    path("cases/<str:reference>", cases.show, name="case"),
    path("", include("custodiet.entrypoints.web.urls_staff")),
    path("standing", standing.show, name="standing"),
    path("schemes", include("custodiet.entrypoints.web.urls_many")),
    path("schemes", include("custodiet.entrypoints.web.urls_schemes")),
    path("live", live.stream, name="live"),
    path("api/v1", include("custodiet.entrypoints.api.urls")),
    # Signing in.
    path("sign-in", account.login, name="account_login"),
    path("sign-in/code", mfa.authenticate, name="mfa_authenticate"),
    path("sign-in/passkey", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/closed", account.account_inactive, name="account_inactive"),
    path("sign-in/own/<str:provider_id>", oidc.login, name="openid_connect_login"),
    path("sign-in/own/<str:provider_id>/back", oidc.callback, name="openid_connect_callback"),
    path("sign-in/own-failed", social.login_error, name="socialaccount_login_error"),
    path("sign-in/own-stopped", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/own-unknown", social.signup, name="socialaccount_signup"),
    path("sign-out", account.logout, name="account_logout"),
    # One's own account.
    path("account/security", security.show, name="mfa_index"),
    path("account/sessions/end", security.end_others, name="end_sessions"),
    path("account/password", security.change_password, name="account_change_password"),
    path("account/password/new", account.password_set, name="account_set_password"),
    path("account/confirm", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/code/add", totp.activate_totp, name="mfa_activate_totp"),
    path("account/code/remove", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/recovery-codes", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/passkeys/add", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/passkeys/<int:pk>/name", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/passkeys", security.show, name="mfa_list_webauthn"),
    path("account/own", social.connections, name="socialaccount_connections"),
]

handler400, handler403, handler404, handler500 = errors.bad_request, errors.denied, errors.not_found, errors.broken
