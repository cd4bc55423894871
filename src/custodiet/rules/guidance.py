"""Which guidance is in force: the register's, numbered by the version of the register that last changed it. Pure."""

from collections.abc import Iterable
from datetime import datetime

from custodiet.model.register import Guidance, RegisterVersion
from custodiet.rules.register import in_effect

BESIDE = {
    "decision.selection": "Why this person",
    "decision.exempted": "Whom the scheme exempts",
    "decision.families": "Why nothing lower",
    "decision.article_8": "What it does to them",
    "decision.practicality": "Whether a device works in their life",
    "decision.at_home": "Who else it falls on",
    "decision.finding_shown": "What is known about whether it works",
    "decision.power": "Power and purposes",
    "decision.review_due_at": "Time",
}
"""The parts of an assessment that guidance may stand beside, by the path that the register names."""


def guidance_in_force(versions: Iterable[RegisterVersion], at: datetime) -> tuple[int, tuple[Guidance, ...]]:
    """The number of the guidance in effect at an instant, and its texts; 0 and none before there is any."""
    before = sorted((one for one in versions if one.effective_at <= at), key=lambda one: one.number)
    held = in_effect(before, at)
    if held is None or not held.register.guidance:
        return 0, ()
    number = held.number
    for one in reversed(before):
        if one.register.guidance != held.register.guidance:
            break
        number = one.number
    return number, held.register.guidance
