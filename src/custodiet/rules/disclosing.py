"""What stands against giving a position to an external agency: its request, the second person's yes, and each pack.

As in rules/access.py: each objection is `code: what is missing, and which narrower request would pass`; the flows ask
before they record, and the vault asks by itself. Sources: R8, R15, R16; the Enforcement Notice ¶93, ¶133.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from custodiet.model.condition import Interval
from custodiet.model.decision import Decision, State
from custodiet.model.disclosure import (
    SIGNED_WITHIN,
    AgencyRequest,
    Pack,
    Release,
    Requested,
    Verified,
    Wanted,
)
from custodiet.model.identity import ActorId, RequestId
from custodiet.model.mode import Category
from custodiet.model.register import Recipient
from custodiet.model.times import as_text
from custodiet.rules.access import Ground, objections_to_giving, readable, within
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.court_orders import objections_to_order, objections_to_order_words
from custodiet.rules.masking.stays import judged_for

SAMPLE_LEAST, SAMPLE_SHARE = 3, 10
"""Of a month's requests so many are looked into at least, and at least one in so many."""
TURNED_AWAY: Mapping[Wanted, str] = {
    Wanted.STANDING_FEED: (
        "standing_feed: nobody is given positions as they come; one window that has passed can be asked for, each time"
    ),
    Wanted.COHORT: (
        "cohort: nobody is matched over everyone; a window of one person can be asked for, with what ties them to it"
    ),
    Wanted.ACCESS: "access: nobody outside signs in here, and no sign-in is shared; a pack of one window can be given",
}
"""Why each thing that an agency may want is given to nobody, and what can be asked instead."""


def objections_to_wanting(wanted: Wanted) -> tuple[str, ...]:
    """The one objection to what is given to nobody."""
    return (TURNED_AWAY[wanted],)


def objections_to_request(
    request: AgencyRequest,
    said: str,
    ground: Ground,
    recipients: Collection[Recipient],
    now: datetime,
    order: str = "",
) -> tuple[str, ...]:
    """Everything against this request; empty when nothing is. `said`, `order`: what stands sealed, before it was."""
    against = [*objections_to_acting(request.asked_by), *objections_to_order_words(request, order)]
    if not said.strip():
        against.append("unclear: it does not say who asks, why, how it helps and why less would not do; ask them")
    if request.verified is Verified.NOT_VERIFIED:
        against.append("not_verified: nobody knows that they are who they say; call back on a number known before")
    signed = request.signed_at
    if signed is None and not request.urgent:
        against.append("not_signed: it is not dated and signed; only an urgent one may be signed afterwards")
    if signed is not None and not now - SIGNED_WITHIN <= signed <= now:
        against.append("signed_too_long_ago: it was not signed in the last 28 days; one that is signed anew would pass")
    if request.asked_by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can take it")
    return (*against, *_against_giving(request, request.window, ground, recipients, now))


def objections_to_release(
    standing: Requested, release: Release, words: str, ground: Ground, recipients: Collection[Recipient], now: datetime
) -> tuple[str, ...]:
    """Everything against this yes, as things are now; empty when nothing is."""
    asked = standing.request
    against = [*objections_to_acting(release.approved_by)]
    if not standing.waits(now):
        against.append("not_waiting: nobody waits for this any more; a new request can be taken")
    if release.approved_by == asked.asked_by:
        against.append("own_request: nobody approves what they took down; another authorising officer can")
    if release.approved_by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can approve")
    if asked.asked_by in ground.conflicted:
        against.append("asker_conflict: whoever took it has a conflict of interest now; another officer can take it")
    if not gives_no_more(release, asked):
        against.append("wider: a yes reaches no further than what was asked; the same window or less would pass")
    if not words.strip() and (asked.is_whole or not asked.urgent):
        against.append("unassessed: say why it is needed and why no less would do; or refuse it")
    return (*against, *_against_giving(asked, release.window, ground, recipients, now))


def objections_to_pack(
    standing: Requested | None, pack: Pack, ground: Ground, recipients: Collection[Recipient], now: datetime
) -> tuple[str, ...]:
    """Everything against making this pack now; empty when nothing is. The same whether flow or vault asks."""
    release = None if standing is None else standing.release
    if standing is None or release is None:
        return ("not_granted: no second person has said yes to this; ask an authorising officer",)
    asked, against = standing.request, list(objections_to_acting(pack.by))
    if pack.case_id != asked.case_id:
        against.append("another_case: the yes is about another person; take a request for this one")
    if pack.by != asked.asked_by:
        against.append("not_yours: only whoever took the request makes the pack; they can")
    if release.approved_by == asked.asked_by:
        against.append("own_request: one person alone gives nothing; another officer's yes")
    if standing.refused_at is not None or standing.recalled_at is not None:
        against.append("over: it was refused or recalled; a new request can be taken")
    if standing.upheld is False:
        against.append("not_upheld: whoever assessed it found it not needed; a new request can be taken")
    if now >= release.expires_at:
        against.append(f"grant_expired: it ended at {as_text(release.expires_at)}; a new request can be taken")
    if not gives_no_more(release, asked):
        against.append("wider: the yes reaches further than what was asked; nothing is given under it")
    if pack.by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can take it")
    return (*against, *_against_giving(asked, release.window, ground, recipients, now))


def objections_to_turning_down(standing: Requested, by: ActorId, now: datetime) -> tuple[str, ...]:
    """Everything against a no; one person is enough for it."""
    against = [*objections_to_acting(by)]
    if not standing.waits(now):
        against.append("not_waiting: nobody waits for this any more; what was given can be recalled")
    return tuple(against)


def objections_to_receipt(standing: Requested, by: ActorId) -> tuple[str, ...]:
    """Everything against recording that they have it."""
    against = [*objections_to_acting(by)]
    if standing.packed_at is None:
        against.append("no_pack: none was made, so none was received; make it first")
    if standing.received_at is not None:
        against.append("received: it is recorded already; nothing is left to do")
    return tuple(against)


def objections_to_recall(standing: Requested, by: ActorId) -> tuple[str, ...]:
    """Everything against taking a yes back: no pack is made any more, and one that was made is asked back."""
    against = [*objections_to_acting(by)]
    if standing.release is None:
        against.append("not_granted: nobody said yes, so there is nothing to take back; it can be refused")
    if standing.recalled_at is not None:
        against.append("recalled: it was asked back already; nothing is left to do")
    return tuple(against)


def objections_to_assessing(standing: Requested, words: str, by: ActorId) -> tuple[str, ...]:
    """Everything against this assessment of an urgent yes."""
    against = [*objections_to_acting(by)]
    if standing.assess_by() is None:
        against.append("nothing_due: it was not urgent, nobody said yes, or it was assessed already; none is owed")
    if by == standing.request.asked_by or (standing.release is not None and by == standing.release.approved_by):
        against.append("own_request: whoever took it or said yes does not assess it; a third person does")
    if not words.strip():
        against.append(
            "unassessed: no reasons are given; say why it was needed and why no less would have done, or why not"
        )
    return tuple(against)


def to_recall(standing: Requested, decisions: Iterable[Decision]) -> bool:
    """Whether a pack holds what was since found to have been collected without authority, and is not asked back yet."""
    release = standing.release
    if release is None or standing.packed_at is None or standing.recalled_at is not None:
        return False
    return any(one.state is State.ANNULLED and _overlap(one, release.window) for one in decisions)


def objections_to_sampling(month_ends_at: datetime, drawn: bool, by: ActorId, now: datetime) -> tuple[str, ...]:  # noqa: FBT001 - a fact of the month
    """Everything against drawing from a month: a sample is drawn once, from what can no longer grow."""
    against = [*objections_to_acting(by)]
    if now < month_ends_at:
        against.append("month_not_over: the month is not over; once it is, it can be drawn from")
    if drawn:
        against.append("drawn: it was drawn for that month, and is not drawn again; another month can be")
    return tuple(against)


def sample_size(of: int) -> int:
    """How many of a month's requests are looked into."""
    return min(of, max(SAMPLE_LEAST, -(-of // SAMPLE_SHARE)))


def sampled(requests: Collection[RequestId], drawn: bytes) -> tuple[RequestId, ...]:
    """Those that chance picks: `drawn` holds 16 random bytes for each request, and the lowest come first."""
    ranked = sorted(zip((drawn[at : at + 16] for at in range(0, len(drawn), 16)), sorted(requests), strict=True))
    return tuple(sorted(one for _, one in ranked[: sample_size(len(requests))]))


def _overlap(decision: Decision, window: Interval) -> bool:
    until = decision.until
    return decision.starts_at < window.to_at and (until is None or window.from_at < until)


def gives_no_more(release: Release, asked: AgencyRequest) -> bool:
    """Whether a yes reaches no further than what was asked: in time, in precision, in kind."""
    return (
        within(release.window, asked.window)
        and release.precision.shows_no_more_than(asked.precision)
        and release.cut.gives_no_more_than(asked.cut)
    )


def _against_giving(
    asked: AgencyRequest, window: Interval, ground: Ground, recipients: Collection[Recipient], now: datetime
) -> tuple[str, ...]:
    found = next((one for one in recipients if one.code == asked.recipient), None)
    against = []
    if found is None:
        against.append("not_a_recipient: the register names no such recipient; its owner can amend it, or refuse")
    else:
        if asked.purpose not in found.purposes:
            known = ", ".join(found.purposes) or "none"
            against.append(
                f"not_their_purpose: the register gives them data for other purposes: {known}; ask for one of these"
            )
        if Category.TRAIL.value not in found.categories:
            against.append("not_their_category: the register gives them no trail; what it names can be asked for")
    return (
        *against,
        *objections_to_order(asked, recipients),
        *objections_to_giving(asked.purpose, window, ground, now),
    )


def looked_at(asked: AgencyRequest, release: Release) -> Interval:
    """What the vault looks at so that a pack can be made: of a whole one its window, and nothing besides."""
    return release.window if asked.is_whole else judged_for(release.window)


def first_under(asked: AgencyRequest, window: Interval, ground: Ground, now: datetime) -> Decision:
    """A decision that collected what is given: its case's task is raised under it. Raises ValueError for none."""
    found = readable(ground, asked.purpose, window, now)
    if not found:
        raise ValueError("nothing may be given of this window")
    return found[0].decision
