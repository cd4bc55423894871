"""What stands against a look without a second person, and against saying afterwards whether it was needed.

As in rules/access.py. It asks for less than a look-up beforehand, and gives less: two hours of the last day, seldom,
and a second person within a day. Whoever was not assessed in time looks alone no more until they are (R22).
"""

from collections.abc import Collection
from datetime import datetime

from custodiet.model.decision import Decision
from custodiet.model.glass import A_DAY, ABOUT_ONE_MAX, BACK_MAX, BY_ONE_MAX, WINDOW_MAX, Broken, Glass
from custodiet.model.identity import ActorId
from custodiet.model.times import as_text
from custodiet.rules.access import Ground, objections_to_showing, readable
from custodiet.rules.alerts import objections_to_acting


def objections_to_breaking(
    glass: Glass, ground: Ground, by_them: Collection[Broken], about: Collection[Broken], now: datetime
) -> tuple[str, ...]:
    """Everything against it; empty when nothing is.

    `by_them`, `about`: looks of the last day by the same account, and about the same person; of the account's own also
    earlier ones that nobody assessed.
    """
    against = [*objections_to_acting(glass.by)]
    if not glass.why_sealed:
        against.append("no_reason: say what the danger is; one sentence is enough")
    if not glass.tried:
        against.append("nothing_tried: say what was tried before; to ring them is the least of it")
    if glass.by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another operator can look")
    window = glass.window
    if window.to_at - window.from_at > WINDOW_MAX:
        against.append(f"too_wide: two hours at most; from {as_text(window.to_at - WINDOW_MAX)} would be within it")
    if window.from_at < now - BACK_MAX:
        against.append(
            f"too_long_ago: of the last day only, from {as_text(now - BACK_MAX)}; a look-up with a yes reaches back"
        )
    if (again := _again_from(by_them, BY_ONE_MAX, now)) is not None:
        against.append(
            f"too_often: {BY_ONE_MAX} in 24 hours by one account; another operator, or from {as_text(again)} on"
        )
    if (again := _again_from(about, ABOUT_ONE_MAX, now)) is not None:
        against.append(
            f"too_often: {ABOUT_ONE_MAX} in 24 hours about one person; a look-up, or from {as_text(again)} on"
        )
    if any(one.is_late(now) for one in by_them):
        against.append(
            "not_assessed: nobody has said in time whether your last such look was needed; "
            "it opens again once the data protection officer has, and another operator can look"
        )
    return (*against, *objections_to_showing(window, ground, now))


def _again_from(before: Collection[Broken], most: int, now: datetime) -> datetime | None:
    """When there is one fewer of them than `most` in a day; None while there is."""
    lately = sorted(one.glass.at for one in before if now - A_DAY < one.glass.at)
    return lately[-most] + A_DAY if len(lately) >= most else None


def objections_to_assessing_glass(
    broken: Broken, words: str, by: ActorId, conflicted: Collection[ActorId]
) -> tuple[str, ...]:
    """Everything against saying now whether it was needed; empty when nothing is. Late is better than never."""
    against = [*objections_to_acting(by), *objections_to_being_told_why(broken, by, conflicted)]
    if not words.strip():
        against.append("no_words: say what you found; a sentence is enough")
    return tuple(against)


def objections_to_being_told_why(broken: Broken, by: ActorId, conflicted: Collection[ActorId]) -> tuple[str, ...]:
    """What stands against giving someone who assesses it the reason, as it was written; empty when nothing does."""
    against = []
    if broken.assessed_at is not None:
        against.append("assessed: somebody has said already whether it was needed; what they said stands")
    if by == broken.glass.by:
        against.append("own_look: nobody says of their own look that it was needed; someone else can")
    if by in conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; someone else can assess it")
    return tuple(against)


def collected_under(glass: Glass, ground: Ground, now: datetime) -> Decision:
    """A decision that collected what is looked at; there is one where nothing stands against looking."""
    return readable(ground, None, glass.window, now)[0].decision
