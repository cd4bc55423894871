"""Django's settings, made from what main hands in: no settings module, nothing read from the environment.

Promise: no address and no browser of anyone is kept; sessions live in our own table, so that they can be ended; no
page goes out without sign-in unless its view says so; nothing is loaded from anywhere else.
"""

import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import connections

from custodiet.entrypoints.web.place import Place, SignInPlace

IDLE = timedelta(hours=1)
"""How long a session lasts that nobody uses."""
SESSION_MAX = timedelta(hours=12)
"""How long one lasts at most: a shift."""
CONFIRMED_FOR = timedelta(minutes=10)
"""How long it counts that someone has shown again who they are."""
BODY_BYTES_MAX = 64 * 1024
DOCUMENT_BYTES_MAX = 1024 * 1024
"""Of a form by which the document of a scheme, its assessment, or a file with what a person says comes in."""
PASSWORD_LENGTH_MIN = 12
_HERE = "custodiet.entrypoints.web"
_setting_up = threading.Lock()
_in_this_thread = threading.local()
"""Which database each thread has connected to: a connection is a thread's own, and so is its end."""


def configure(signing_in: SignInPlace, place: Place | None = None) -> None:
    """Set Django up over one accounts database; where a process has another one already, over this from now on."""
    with _setting_up:
        if not settings.configured:
            settings.configure(**_settings(signing_in), PLACE=place)
            django.setup()
    database = str(signing_in.database)
    if settings.DATABASES["default"]["NAME"] != database:
        settings.SECRET_KEY = signing_in.secret
        settings.DATABASES["default"]["NAME"] = database
    if getattr(_in_this_thread, "database", None) != database:
        connections["default"].close()  # it would go on reading the one before
    _in_this_thread.database = connections["default"].settings_dict["NAME"] = database
    if place is not None:
        settings.PLACE = place


def _settings(signing_in: SignInPlace) -> dict[str, Any]:
    address = None if signing_in.address is None else urlsplit(signing_in.address)
    by_tls = address is not None and address.scheme == "https"
    hosts = ["127.0.0.1", "localhost", "[::1]"] if address is None else [address.hostname or ""]
    return {
        "DEBUG": False,
        "SECRET_KEY": signing_in.secret,
        "ALLOWED_HOSTS": hosts,
        "ROOT_URLCONF": f"{_HERE}.urls",
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.messages",
            f"{_HERE}.accounts.apps.Accounts",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "allauth.socialaccount",
            "allauth.socialaccount.providers.openid_connect",
        ],
        "MIDDLEWARE": [
            f"{_HERE}.middleware.headers",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.auth.middleware.LoginRequiredMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            f"{_HERE}.middleware.Sessions",
            f"{_HERE}.middleware.Refusals",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.jinja2.Jinja2",
                "DIRS": [],
                "OPTIONS": {"environment": f"{_HERE}.rendering.environment"},
            }
        ],
        "DATABASES": {"default": _database(signing_in)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "CACHES": {
            # On disk, so that whoever guesses passwords is not forgotten when a process ends.
            "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kept_for_a_while"}
        },
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": True,
        "LANGUAGE_CODE": "en-gb",
        "APPEND_SLASH": False,
        "LOGGING_CONFIG": None,
        # What a body may hold is bounded before Django sees it, by its address: bounded.py.
        "DATA_UPLOAD_MAX_MEMORY_SIZE": DOCUMENT_BYTES_MAX,
        "FILE_UPLOAD_MAX_MEMORY_SIZE": DOCUMENT_BYTES_MAX,
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"],
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "CSRF_FAILURE_VIEW": f"{_HERE}.views.errors.csrf_failure",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_NAME": "__Host-form" if by_tls else "form",
        "CSRF_COOKIE_AGE": None,
        "CSRF_COOKIE_SECURE": by_tls,
        "CSRF_TRUSTED_ORIGINS": [] if signing_in.address is None else [signing_in.address],
        "SESSION_ENGINE": f"{_HERE}.accounts.sessions",
        "SESSION_COOKIE_NAME": "__Host-session" if by_tls else "session",
        "SESSION_COOKIE_AGE": int(IDLE.total_seconds()),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": by_tls,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "SECURE_REFERRER_POLICY": "same-origin",
        **_signing_in(signing_in),
    }


def _database(signing_in: SignInPlace) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(signing_in.database),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
    }


def _signing_in(signing_in: SignInPlace) -> dict[str, Any]:
    provider = signing_in.provider
    apps = []
    if provider is not None:
        told = {"server_url": provider.issuer}
        apps = [
            {
                "provider_id": "own",
                "name": provider.name,
                "client_id": provider.client_id,
                "secret": provider.client_secret,
                "settings": told,
            }
        ]
    return {
        "AUTH_USER_MODEL": "accounts.Account",
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "PASSWORD_HASHERS": [f"{_HERE}.accounts.hashing.Hasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
            for name, options in (
                ("MinimumLengthValidator", {"min_length": PASSWORD_LENGTH_MIN}),
                ("CommonPasswordValidator", {}),
                ("UserAttributeSimilarityValidator", {"user_attributes": ("username",)}),
            )
        ],
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_ADAPTER": f"{_HERE}.accounts.adapters.Adapter",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
        "ACCOUNT_PRESERVE_USERNAME_CASING": False,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": int(CONFIRMED_FOR.total_seconds()),
        # By account and never by address: we keep none.
        "ACCOUNT_RATE_LIMITS": {
            "login": None,
            "login_failed": "5/5m/key",
            "reauthenticate": "10/m/user",
            "change_password": "5/m/user",
            "signup": None,
            "reset_password": None,
            "reset_password_from_key": None,
        },
        "ACCOUNT_FORMS": {"login": f"{_HERE}.accounts.forms.SignInForm"},
        "MFA_ADAPTER": f"{_HERE}.accounts.adapters.SecondFactors",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "MFA_RATE_LIMITS": {"webauthn_login": None},
        # fido2 takes https only; from this machine alone (localhost) there is none.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": signing_in.address is None,
        "SOCIALACCOUNT_ADAPTER": f"{_HERE}.accounts.adapters.OwnProviderAdapter",
        # Who they are and nothing more; what else it tells is not kept (accounts/adapters.py).
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": apps, "SCOPE": ["openid"], "OAUTH_PKCE_ENABLED": True}},
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "http" if signing_in.address is None else "https",
        "SOCIALACCOUNT_STORE_TOKENS": False,
    }
