"""What the API takes at the alert desk. As in bodies.py; words are sealed before they are kept."""

import msgspec

from custodiet.entrypoints.api.bodies import At, Text
from custodiet.model.alert import AlertMove, Excuse
from custodiet.model.contact_record import CameOf, Verified, Way


class MoveAlert(msgspec.Struct, forbid_unknown_fields=True):
    """One step. `reasons`: where the step says why. `until_at`: with `suspend`, and only then."""

    move: AlertMove
    reasons: Text = ""
    until_at: At | None = None


class RecordContact(msgspec.Struct, forbid_unknown_fields=True):
    """That the person was tried. `verified`: they called us, and this is how it was known who called."""

    how: Way
    outcome: CameOf
    verified: Verified | None = None
    words: Text = ""


class RecordReply(msgspec.Struct, forbid_unknown_fields=True):
    """What the person says to an enquiry, or that they were asked in vain."""

    excuse: Excuse
    words: Text = ""
