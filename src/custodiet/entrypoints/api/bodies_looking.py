"""What the API takes of unmasking and of looking alone. As in bodies.py: no field is passed over."""

import msgspec

from custodiet.entrypoints.api.bodies import At, Text
from custodiet.entrypoints.api.bodies_person import Said
from custodiet.model.look_up import RefusedBecause
from custodiet.model.unmask import Article9, NotEnough


class Within(msgspec.Struct, forbid_unknown_fields=True):
    """A window within one that is known. Half-open."""

    from_at: At
    to_at: At


class AskUnmask(msgspec.Struct, forbid_unknown_fields=True):
    """Why what was read under a grant is not enough. `window` null: all of the grant's. `why` is sealed."""

    not_enough: NotEnough
    condition: Article9
    why: Said
    window: Within | None = None


class ApproveUnmask(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is needed, and why no less would do, sealed before it is kept. `window` null: all that was asked."""

    words: Said
    window: Within | None = None


class RefuseUnmask(msgspec.Struct, forbid_unknown_fields=True):
    """Why not. `words` are sealed before they are kept."""

    because: RefusedBecause
    words: Text = ""


class AssessLookAlone(msgspec.Struct, forbid_unknown_fields=True):
    """Whether it was needed, and what was found, sealed before it is kept."""

    needed: bool
    found: Said
