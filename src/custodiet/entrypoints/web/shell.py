"""The web process's application: the log and the assets, bounds, and Django's pages behind them."""

import logging
import traceback

from custodiet.entrypoints.web.accounts.keeping import clear_old_sessions, is_prepared
from custodiet.entrypoints.web.bounded import Bounded
from custodiet.entrypoints.web.configured import BODY_BYTES_MAX, DOCUMENT_BYTES_MAX, configure
from custodiet.entrypoints.web.feed import Feed
from custodiet.entrypoints.web.place import Place
from custodiet.entrypoints.web.published import Published
from custodiet.entrypoints.web.served import Served
from custodiet.model.errors import Unready


class Shell(Served):
    """An ASGI application. Raises Unready when the accounts are not there or of another form."""

    def __init__(self, place: Place) -> None:
        configure(place.signing_in, place)
        from django.conf import settings  # noqa: PLC0415 - Django wants its settings first
        from django.core.asgi import get_asgi_application  # noqa: PLC0415 - as above

        from custodiet.entrypoints.web.rendering import assets  # noqa: PLC0415 - as above

        if not is_prepared(place.signing_in):
            raise Unready(f"{place.signing_in.database} is missing or of another form: run custodiet upgrade")
        _log_little()
        clear_old_sessions(place.signing_in)
        self._feed = settings.FEED = Feed(place.store, place.clock)
        longer = dict.fromkeys(("/schemes/", "/attach/"), DOCUMENT_BYTES_MAX)
        bounded = Bounded(get_asgi_application(), BODY_BYTES_MAX, longer)
        super().__init__(Published(place.log, place.pinned), assets, bounded)

    def end(self) -> None:
        """End what would go on by itself: the process is about to."""
        self._feed.end()


class _NothingOfARequest(logging.Filter):
    """Of a page that failed, what kind of error it was and where in the code: no address, no value, no text."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR or record.exc_info is None or record.exc_info[1] is None:
            return False
        error = record.exc_info[1]
        last = traceback.extract_tb(error.__traceback__)[-1]
        record.msg, record.args = "a page failed: %s at %s:%s", (type(error).__name__, last.filename, last.lineno)
        record.exc_info = record.exc_text = None
        return True


def _log_little() -> None:
    for name in ("django.request", "django.security.DisallowedHost", "django.security.csrf", "django.server"):
        logging.getLogger(name).addFilter(_NothingOfARequest())
