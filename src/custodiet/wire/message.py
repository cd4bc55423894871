"""A message as bytes: its text from a template, its address from what was sealed. Nothing is quoted in an error.

The built-in words name no tag, no device, no authority and not us: whoever else reads them learns nothing. A deployer's
own wording, a file a template, is their affair.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import msgspec

from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import MessageId
from custodiet.model.message import Template
from custodiet.wire.sealed import CONTACT_BLOCK

WORDING_CHARACTERS_MAX = 4000
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message says in one language."""

    subject: str
    body: str


Wordings = dict[tuple[str, Template], Wording]
"""By language and template."""

NEUTRAL: Wordings = {
    (DEFAULT_LANGUAGE, Template.CHARGE): Wording(
        "A reminder",
        "Please remember to charge today.\n\nIf you have any questions, use the number you were given.\n",
    ),
    (DEFAULT_LANGUAGE, Template.STOPPED): Wording(
        "A change",
        "Something that was asked of you has ended. Someone will tell you what happens next.\n\n"
        "If you have any questions, use the number you were given.\n",
    ),
    (DEFAULT_LANGUAGE, Template.APPOINTMENT): Wording(
        "A reminder",
        "You have an appointment within a day. Your own notes say when and where.\n\n"
        "If you cannot come, use the number you were given.\n",
    ),
    (DEFAULT_LANGUAGE, Template.CHECK_IN): Wording(
        "A reminder",
        "You agreed to be in touch soon. Your own notes say when and how.\n\n"
        "If you cannot, use the number you were given.\n",
    ),
    (DEFAULT_LANGUAGE, Template.ASSESS): Wording(
        "Something waits for you",
        "Something was done today that waits for your word within a day. Sign in where you usually do.\n",
    ),
}


class Destination(msgspec.Struct, frozen=True):
    """Where a message goes, and in which language."""

    address: str
    language: str = DEFAULT_LANGUAGE


def pack_destination(to: Destination) -> bytes:
    """To be sealed: its length tells nothing. Raises IllegalValue for what is no address."""
    _address(to.address)
    plain = msgspec.json.encode(to)
    if len(plain) > CONTACT_BLOCK:
        raise IllegalValue("an address is shorter than that")
    return plain + b" " * (CONTACT_BLOCK - len(plain))


def unpack_destination(plain: bytes) -> Destination:
    """The inverse. Raises NotTheFormat for anything else."""
    try:
        return msgspec.json.decode(plain, type=Destination)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotTheFormat("a sealed address that is none") from None


def read_wording(text: str) -> Wording:
    """A deployer's wording: the first line is the subject, the rest after an empty line is the body.

    Raises NotTheFormat, quoting nothing.
    """
    subject, empty, body = text.partition("\n\n")
    if not empty or not subject.strip() or "\n" in subject or not body.strip() or len(text) > WORDING_CHARACTERS_MAX:
        raise NotTheFormat("a wording is a subject, an empty line and a body")
    return Wording(subject.strip(), body)


def wording_for(wordings: Wordings, language: str, template: Template) -> Wording:
    """In that language, or in the default one; the deployer's where there is one."""
    for one in ((language, template), (DEFAULT_LANGUAGE, template)):
        for known in (wordings, NEUTRAL):
            if one in known:
                return known[one]
    raise NotTheFormat("no wording for this template")


def message_id_of(message_id: MessageId, sender: str) -> str:
    """The name that a message bears on every attempt: a server that goes by it takes it once."""
    return f"<{message_id}@{sender.rpartition('@')[2]}>"


def write_email(message_id: MessageId, wording: Wording, to: Destination, sender: str, at: datetime) -> bytes:
    """RFC 5322 bytes. It says that it is automatic, so that no machine answers it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender)
    mail["To"] = _address(to.address)
    mail["Subject"] = wording.subject
    mail["Date"] = at
    mail["Message-ID"] = message_id_of(message_id, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(wording.body)
    return mail.as_bytes()


def _address(text: str) -> Address:
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, TypeError, AttributeError):
        raise IllegalValue("this is no e-mail address") from None
    if not found.username or ("." not in found.domain and found.domain != "localhost"):
        raise IllegalValue("this is no e-mail address")
    if any(c.isspace() or not c.isprintable() for c in text) or not text.isascii():
        raise IllegalValue("this is no e-mail address")
    return found
