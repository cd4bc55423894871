"""A generated document: sections of paragraphs, tables and what is missing. Whoever renders it adds no content."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from custodiet.model.asked import Who
from custodiet.model.identity import SchemeId


class DocumentCode(StrEnum):
    """The documents that are made from a register."""

    DPIA = "dpia"
    RECORD = "record_of_processing"
    POLICY = "appropriate_policy_document"
    FLOWS = "data_flow_map"
    PRIVACY = "privacy_information"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; plain, never markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What the register or the assessment would have to say here, where, and who can supply it."""

    field: str
    missing: str
    who: Who

    @property
    def text(self) -> str:
        """In words."""
        return f"Missing here: {self.missing} ({self.field}). To be supplied by {self.who}."


@dataclass(frozen=True, slots=True)
class Rows:
    """A table. Cells are plain text; an empty one says that something is missing, which stands below the table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """Data of some categories go from one place to another, at a stage."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map of boxes in columns and the arrows between them; whoever draws it needs no layout of its own."""

    columns: tuple[tuple[str, ...], ...]
    arrows: tuple[Arrow, ...]


Block = Paragraph | Missing | Rows | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """One part. `code` is stable: what changes between two dates is told by it."""

    code: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What this part lacks."""
        return tuple(one for one in self.blocks if isinstance(one, Missing))


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a scheme, as at an instant."""

    code: DocumentCode
    title: str
    scheme_id: SchemeId
    scheme: str
    made_up: bool
    as_at: datetime
    sections: tuple[Section, ...]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Everything it lacks."""
        return tuple(one for section in self.sections for one in section.missing)
