"""An account speaks for exactly one actor, and an actor has at most one: who proposes cannot approve by a second one.

No address, no browser and no name is kept with either.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Account(AbstractBaseUser):
    """Someone of the staff who can sign in."""

    username = models.CharField(max_length=64, unique=True)
    actor = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(default=True)
    password_is_given = models.BooleanField(default=False)
    """Someone else knows the password: nothing may be done before it is changed."""
    last_login = None

    objects = BaseUserManager["Account"]()
    USERNAME_FIELD = "username"


class Session(AbstractBaseSession):
    """One browser that is signed in, or is about to be."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """What Django asks of a table."""

        db_table = "session"

    @classmethod
    def get_session_store_class(cls):
        from custodiet.entrypoints.web.accounts.sessions import SessionStore  # noqa: PLC0415 - it imports this

        return SessionStore
