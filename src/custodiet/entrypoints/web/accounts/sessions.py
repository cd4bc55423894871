"""Sessions in our own table, each with whose it is: so that they can be listed, and ended at once."""

from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

BEGAN = "began"
USED = "used"


class SessionStore(DatabaseSessions):
    """What Django asks of a session engine."""

    @classmethod
    def get_model_class(cls):
        from custodiet.entrypoints.web.accounts.models import Session  # noqa: PLC0415 - not before Django is set up

        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        whose = data.get(SESSION_KEY)
        row.account_id = None if whose is None else int(whose)
        row.began_at, row.used_at = _time(data.get(BEGAN)), _time(data.get(USED))
        return row


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
