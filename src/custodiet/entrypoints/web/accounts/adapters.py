"""Where allauth asks us: who may sign in, how often, and how second factors are kept.

Promise: attempts are counted by account and over all accounts together, never by address; passwords are looked at one
at a time, so that guessing cannot fill the machine; nobody gets an account by signing in.
"""

import base64
import io
import secrets
import threading

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.urls import reverse

from custodiet.entrypoints.web.permitting import desk_of

FAILURES_MAX = "100/5m/key"
"""Wrong passwords of all accounts together: one password tried on many names is one attack."""
_one_at_a_time = threading.Lock()
_WRONG = "The username or password is not right"
_TOO_OFTEN = "Too many attempts. Wait 5 minutes, then try again; a passkey works at once"


class Adapter(DefaultAccountAdapter):
    """Signing in with a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _WRONG,
        "too_many_login_attempts": _TOO_OFTEN,
        "enter_current_password": "Enter your present password",
        "incorrect_password": "That is not your password",
        "incorrect_code": "That code or passkey is not right",
    }

    def is_open_for_signup(self, request):  # noqa: ARG002
        return False

    def get_login_redirect_url(self, request):
        """A caseworker's day first; for anyone else the start."""
        desk = desk_of(request)
        return reverse("day") if desk == "day" else super().get_login_redirect_url(request)

    def get_client_ip(self, request):  # noqa: ARG002
        """Nobody's address is asked for; whoever does is told the same for all."""
        return "0.0.0.0"  # noqa: S104 - no address, on purpose

    def get_http_user_agent(self, request):  # noqa: ARG002
        return ""

    def send_mail(self, template_prefix, email, context):
        """We send none."""

    def authenticate(self, request, **credentials):
        with _one_at_a_time:
            if not ratelimit.consume(
                request, app="custodiet", action="all", key="all", config={"all": FAILURES_MAX}, dry_run=True
            ):
                raise self.validation_error("too_many_login_attempts")
            return super().authenticate(request, **credentials)

    def authentication_failed(self, request, **credentials):
        super().authentication_failed(request, **credentials)
        ratelimit.consume(request, app="custodiet", action="all", key="all", config={"all": FAILURES_MAX})


class SecondFactors(DefaultMFAAdapter):
    """Codes and passkeys. What a code is made from is kept sealed: the database alone makes none."""

    def build_totp_svg(self, url: str) -> str:
        drawn = io.BytesIO()
        # With its namespace: it is shown as an image of its own.
        segno.make(url, error="m").save(drawn, kind="svg", xmldecl=False, border=4, omitsize=True)
        return drawn.getvalue().decode()

    def get_totp_issuer(self) -> str:
        return "Custodiet"

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(12)
        return base64.b64encode(nonce + _sealing().encrypt(nonce, text.encode(), b"totp")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return _sealing().decrypt(sealed[:12], sealed[12:], b"totp").decode()


class OwnProviderAdapter(DefaultSocialAccountAdapter):
    """The organisation's own provider: it signs in who has connected it to an account here, and makes none."""

    def is_open_for_signup(self, request, sociallogin):  # noqa: ARG002
        return False


def _sealing() -> AESGCM:
    derived = HKDF(SHA256(), 32, None, b"custodiet second factors").derive(settings.SECRET_KEY.encode())
    return AESGCM(derived)
