"""An SMTP server, by the standard library. The address is told to nobody else: no log line, no error text holds it."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from custodiet.model.identity import MessageId
from custodiet.model.message import Message, Setback
from custodiet.wire.message import Destination, Wordings, wording_for, write_email

WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and as whom we send. Settings let TLS be left out for this very machine alone."""

    host: str
    port: int
    sender: str
    starttls: bool = True
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None


class SmtpCarrier:
    """The promises of flows.send_messages.Carrier. `nobody_there`: the error by which a dead server is told."""

    def __init__(self, server: Server, wordings: Wordings, nobody_there: type[Exception]) -> None:
        self._server = server
        self._wordings = wordings
        self._nobody_there = nobody_there

    @contextmanager
    def reached(self) -> Iterator["_Way"]:
        """A session, greeted and signed in; then nothing has been told it but our own name and secret."""
        way = _Way(self, self.greet())
        try:
            yield way
        finally:
            with suppress(OSError, smtplib.SMTPException):
                way.session.quit()

    def greet(self) -> smtplib.SMTP:
        """A new session."""
        try:
            return self._begin()
        except (OSError, smtplib.SMTPException) as error:
            raise self._nobody_there(f"the mail server: {type(error).__name__}") from None

    def _begin(self) -> smtplib.SMTP:
        server = self._server
        session = smtplib.SMTP(server.host, server.port, timeout=WAIT_S)
        try:
            session.ehlo_or_helo_if_needed()
            if server.starttls:
                trusted = ssl.create_default_context(cafile=None if server.ca_file is None else str(server.ca_file))
                session.starttls(context=trusted)
            if server.username is not None:
                session.login(server.username, server.password or "")
        except BaseException:
            session.close()
            raise
        return session

    @property
    def sender(self) -> str:
        """The deployer's address."""
        return self._server.sender

    def letter(self, message: Message, to: Destination, at: datetime) -> bytes:
        """The bytes of a message."""
        wording = wording_for(self._wordings, to.language, message.template)
        return write_email(message.id, wording, to, self._server.sender, at)


class _Way:
    """The promises of flows.send_messages.Taking, over one session; a broken one is made anew for the next message."""

    def __init__(self, carrier: SmtpCarrier, session: smtplib.SMTP) -> None:
        self._carrier = carrier
        self.session = session
        self._broken = False

    def ready(self) -> None:
        if self._broken:
            self.session, self._broken = self._carrier.greet(), False

    def has(self, message_id: MessageId) -> bool | None:  # noqa: ARG002 - no mail server can be asked
        return None

    def take(self, message: Message, to: Destination, at: datetime) -> Setback | None:
        letter = self._carrier.letter(message, to, at)
        try:
            self.session.sendmail(self._carrier.sender, [to.address], letter)
        except smtplib.SMTPRecipientsRefused as refused:
            return _of_code(next(iter(refused.recipients.values()))[0])
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            # A sender that is refused is our own setting: the message is not to be lost for it.
            return Setback.LATER if isinstance(refused, smtplib.SMTPSenderRefused) else _of_code(refused.smtp_code)
        except (OSError, smtplib.SMTPException):
            self._broken = True
            return Setback.BROKEN_OFF
        return None


def _of_code(code: int) -> Setback:
    """The last digit of a reply says nothing more: 5 is for good, anything else for now."""
    return Setback.REFUSED if code // 100 == 5 else Setback.LATER
