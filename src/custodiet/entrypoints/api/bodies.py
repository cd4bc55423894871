"""What the API takes with an act. A field that is not here is refused, so that a misspelt one is not passed over."""

from datetime import date
from typing import Annotated

import msgspec

from custodiet.model.ending import EndReason
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import ModeCode

TEXT_MAX = 4000


class NewCase(msgspec.Struct, forbid_unknown_fields=True):
    """A person and their case, without a name. The reference says nothing of the person."""

    scheme_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class NewFact(msgspec.Struct, forbid_unknown_fields=True):
    """A fact of a case. `age`: with a fact about age, and only then. `text` is sealed before it is kept."""

    kind: FactKind
    dated: date
    age: Age | None = None
    text: Annotated[str, msgspec.Meta(max_length=TEXT_MAX)] = ""


class StepDown(msgspec.Struct, forbid_unknown_fields=True):
    """To which rung; with every decision that stands higher, or on one strand."""

    mode: ModeCode
    strand: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None


class EndDecision(msgspec.Struct, forbid_unknown_fields=True):
    """What it is ended for."""

    reason: EndReason
