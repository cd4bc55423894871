"""When suspected misuse can be reported and answered, and what an answer makes of it."""

from dataclasses import replace
from datetime import datetime

from custodiet.model.identity import ActorId
from custodiet.model.misuse import Found, StandingMisuse


def objections_to_reporting(entry: int, size: int, text: str) -> tuple[str, ...]:
    """Every rule against this report; empty when there is none. Whether the suspicion is right is no matter here."""
    against = []
    if not 0 <= entry < size:
        against.append("no_entry: the ledger has no such entry; the number that stands beside what was done")
    if not text.strip():
        against.append("no_words: it does not say what is suspected; the same with a sentence that says it")
    return tuple(against)


def objections_to_answering_misuse(
    standing: StandingMisuse, by: ActorId, about: ActorId | None, words: str
) -> tuple[str, ...]:
    """Every rule against this answer; empty when there is none. `about`: who did what was reported."""
    against = []
    if standing.found is not None:
        against.append("answered: this was answered already; another report can be made")
    against += objections_to_being_told_what(standing, by, about)
    if not words.strip():
        against.append("no_reasons: an answer has its reasons; the same with a sentence that says what was found")
    return tuple(against)


def objections_to_being_told_what(standing: StandingMisuse, by: ActorId, about: ActorId | None) -> tuple[str, ...]:
    """What stands against giving someone what was reported, in words: they could tell from it who told of them."""
    against = []
    if standing.report.by == by:
        against.append("your_own: nobody answers what they reported; another data protection officer can")
    if about == by:
        against.append("about_you: nobody answers a report about themselves; another data protection officer can")
    return tuple(against)


def answered(one: StandingMisuse, found: Found, by: ActorId, at: datetime, entry: int) -> StandingMisuse:
    """A report once it was answered."""
    return replace(one, found=found, answered_by=by, answered_at=at, answered_in=entry)
