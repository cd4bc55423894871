"""What stands against recording what a person says, or answering it."""

from datetime import timedelta

from custodiet.model.identity import ActorId
from custodiet.model.representation import Representation
from custodiet.rules.alerts import objections_to_acting

ANSWER_WITHIN = timedelta(days=28)
"""How soon a representation is to be answered, whatever else is decided."""


def objections_to_representing(text: str, by: ActorId) -> tuple[str, ...]:
    """Every rule against recording this; empty when there is none."""
    against = [*objections_to_acting(by)]
    if not text.strip():
        against.append(
            "no_words: a representation says something: that none was made is neutral, and recorded nowhere; "
            "what was said, in their words; or nothing at all"
        )
    return tuple(against)


def objections_to_answering(one: Representation, reasons: str, by: ActorId) -> tuple[str, ...]:
    """Every rule against this answer; empty when there is none."""
    against = [*objections_to_acting(by)]
    if one.answered_at is not None:
        against.append("answered: it was answered already; a further representation can be recorded and answered")
    if not reasons.strip():
        against.append("no_reasons: an answer has its reasons; the same with the reasons")
    return tuple(against)
