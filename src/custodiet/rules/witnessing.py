"""Nobody looks unless somebody else has seen, a short while ago, that the ledger only grows.

A log that nobody watches could be shown in one form to the person and in another to a court. So where witnesses are
set, what they have signed bounds what is opened: every look waits for them, collection does not,
since to lose what was decided to be collected would help nobody (c2sp.org/tlog-cosignature; design, ledger).
"""

from datetime import datetime, timedelta

from custodiet.model.times import as_text
from custodiet.model.witness import Cosigned


def objections_to_unwitnessed(
    newest: Cosigned | None, unseen_since: datetime | None, now: datetime, most: timedelta
) -> tuple[str, ...]:
    """Everything against opening anything now; empty when nothing is.

    `unseen_since`: the time of the first entry that `newest` does not cover; None when it covers all. A witness that
    is asked again and again for the same old checkpoint, while entries are kept from it, is no witness of those.
    """
    passes = _passes(most)
    if newest is None:
        return (f"not_witnessed: no witness has signed the ledger yet; {passes}",)
    if not now - most <= newest.at:
        return (f"not_witnessed: no witness has signed the ledger since {as_text(newest.at)}; {passes}",)
    if unseen_since is not None and unseen_since < now - most:
        return (f"not_witnessed: no witness has seen what was entered since {as_text(unseen_since)}; {passes}",)
    return ()


def _passes(most: timedelta) -> str:
    return f"it opens again once one has; it may be at most {int(most.total_seconds())} seconds ago"
