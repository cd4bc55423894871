"""A file that was handed in with what someone said. What it is called and what is in it are sealed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, AttachmentId, CaseId


class AttachedTo(StrEnum):
    """What a file belongs to. Stored: never reuse or rename one."""

    REPRESENTATION = "representation"
    ALERT = "alert"
    """What the person says to the enquiry about it."""


class FileType(StrEnum):
    """What is taken in, by its own bytes and not by its name."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file. `thing`: the representation or the alert. A view of the store leaves the content in its record."""

    id: AttachmentId
    case_id: CaseId
    about: AttachedTo
    thing: str
    at: datetime
    by: ActorId
    label_sealed: bytes
    """Name and type."""
    sealed: bytes = b""

    def __post_init__(self) -> None:
        if not self.label_sealed:
            raise IllegalValue("a file has a name and a type")


@dataclass(frozen=True, slots=True)
class AttachmentKept:
    """The record of a file that was handed in, whole."""

    attachment: Attachment
