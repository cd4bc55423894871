"""Who may look at what: everything against a question, a look-up, its approval and each reading under it.

Each objection is `code: what is missing or exceeded, and which narrower request would pass`. The flows ask before they
record, and again inside the transaction that records; the vault asks by itself, of what it read in the ledger.
Sources: R5 to R8, R12, R20; the Enforcement Notice ¶178-183, ¶191-192.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from custodiet.model.alert import Alert, Claim, Reply
from custodiet.model.condition import Condition, Interval
from custodiet.model.contact_record import ContactTried
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.fact import CaseFact, FactKind
from custodiet.model.finding import Matter
from custodiet.model.identity import ActorId, AlertId
from custodiet.model.look_up import QUARTER, Asked, Grant, LookUp, Question, Reading, Standing, Tried
from custodiet.model.mode import Category, ModeCode
from custodiet.model.record import SchemeEnded
from custodiet.model.register import Register, RegisteredPurpose
from custodiet.model.times import EPOCH, as_text
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.closing import Opening, objections_to_opening
from custodiet.rules.intervals import joined

A_DAY, A_DAY_MAX = timedelta(days=1), 6
A_MONTH, A_MONTH_MAX = timedelta(days=30), 96
"""How many questions about one person are answered in any such time, by whomever they are asked."""
ALERT_REACH = timedelta(hours=24)
"""How long ago a quarter of an hour began at most that is asked about within an alert. An operator looks into what goes
on now; what is older is for an officer of the case. The vault knows this bound without believing any claim.
"""
_HOME_KNOWN = "ask a question of the closed list instead"
CONTACT_FIRST: Mapping[str, Matter] = {
    "battery": Matter.BATTERY,
    "strap": Matter.TAMPER,
    "check_in": Matter.UNANSWERED,
    **{one.value: one for one in Matter},
}
"""Alerts by what a register calls the events at which the person is asked first."""
_CONTACTS = frozenset({FactKind.CONTACT_KEPT, FactKind.CONTACT_LOST, FactKind.PERSON_SAID})
"""Facts that say that someone was spoken to, or was tried in vain."""


@dataclass(frozen=True, slots=True)
class Under:
    """One decision of a case, as far as looking at what it collected depends on it.

    `erase_due_at` None: it has not ended. `looks_closed`: our own review of an order was missed.
    """

    decision: Decision
    erase_due_at: datetime | None = None
    looks_closed: bool = False

    @property
    def quarantined(self) -> bool:
        """Whether what it collected is hidden from staff, since it was found unauthorised (R12)."""
        return self.decision.state is State.ANNULLED

    def is_past_retention(self, now: datetime) -> bool:
        """Whether what it collected is to be erased, whether or not a clock ran."""
        return self.erase_due_at is not None and self.erase_due_at <= now


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds of a case when someone asks to look: its decisions, and what its scheme's register says."""

    under: tuple[Under, ...]
    purposes: tuple[RegisteredPurpose, ...]
    served: Mapping[ModeCode, Collection[str]]
    """By mode, the purposes that the scheme's operation serves."""
    ending: SchemeEnded | None = None
    conflicted: frozenset[ActorId] = frozenset()


def ground_of(
    register: Register, under: Iterable[Under], ending: SchemeEnded | None, conflicted: Iterable[ActorId]
) -> Ground:
    """A ground by the register in effect. An operation that names no purpose serves none that it was not given."""
    served = {one.mode: frozenset(one.purposes) for one in register.operations}
    return Ground(tuple(under), register.purposes, served, ending, frozenset(conflicted))


# --- what may be shown ------------------------------------------------------------------------------------------


def readable(ground: Ground, purpose: str | None, window: Interval, now: datetime) -> tuple[Under, ...]:
    """Decisions whose trail may be shown for a purpose in a window. Nothing collected under another is.

    `purpose` None: a life is in danger, and it does not matter what it was collected for (Art 6(1)(d)).
    """
    return tuple(
        one
        for one in ground.under
        if one.decision.rung.keeps_trail
        and one.decision.stands
        and (purpose is None or purpose in one.decision.purposes)
        and not (one.quarantined or one.looks_closed or one.is_past_retention(now))
        and covered(one.decision, window) is not None
    )


def authorised(ground: Ground, purpose: str | None, window: Interval, now: datetime) -> tuple[Interval, ...]:
    """The parts of a window in which a position could be collected and may be shown, in order, those that meet joined.

    Outside them there was nothing to collect by: that is another thing than a device that did not report.
    """
    parts: list[Interval] = []
    for one in readable(ground, purpose, window, now):
        whole = covered(one.decision, window)
        if whole is not None:
            parts += _without_pauses(one.decision, whole)
    return joined(parts)


def covered(decision: Decision, window: Interval) -> Interval | None:
    """The part of a window that lies in a decision's interval, pauses and all."""
    until = decision.until
    from_at = max(window.from_at, decision.starts_at)
    to_at = window.to_at if until is None else min(window.to_at, until)
    return Interval(from_at, to_at) if from_at < to_at else None


def _without_pauses(decision: Decision, whole: Interval) -> list[Interval]:
    left = [whole]
    for pause in decision.suspensions:
        cut: list[Interval] = []
        for part in left:
            ends = part.to_at if pause.to_at is None else pause.to_at
            if part.from_at < min(pause.from_at, part.to_at):
                cut.append(Interval(part.from_at, min(pause.from_at, part.to_at)))
            if max(ends, part.from_at) < part.to_at:
                cut.append(Interval(max(ends, part.from_at), part.to_at))
        left = cut
    return left


def within(inner: Interval, outer: Interval) -> bool:
    """Whether one interval reaches nowhere beyond another."""
    return outer.from_at <= inner.from_at and inner.to_at <= outer.to_at


# --- look-ups ---------------------------------------------------------------------------------------------------


def objections_to_asking(
    look_up: LookUp, words: str, ground: Ground, unasked: Collection[AlertId], now: datetime
) -> tuple[str, ...]:
    """Everything against this request; empty when nothing is. `unasked`: as `contact_first` gives them."""
    against = [*objections_to_acting(look_up.asked_by)]
    if not words.strip():
        against.append("no_reason: say why this data would answer it; without a reason nothing is looked at")
    if not look_up.tried:
        against.append("nothing_tried: say what was tried before; a question of the closed list is one such thing")
    against += _locked(look_up, unasked)
    if look_up.asked_by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can ask")
    return (*against, *_against_window(look_up.purpose, look_up.window, ground, now))


def objections_to_approving(
    standing: Standing, grant: Grant, words: str, ground: Ground, unasked: Collection[AlertId], now: datetime
) -> tuple[str, ...]:
    """Everything against this yes, as things are now; empty when nothing is."""
    asked = standing.look_up
    against = [*objections_to_acting(grant.approved_by)]
    if not standing.waits(now):
        against.append("not_waiting: nobody waits for this any more; a new request can be asked")
    if grant.approved_by == asked.asked_by:
        against.append("own_request: nobody approves what they asked for; another authorising officer can")
    if grant.approved_by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can approve")
    if asked.asked_by in ground.conflicted:
        against.append("asker_conflict: whoever asked has a conflict of interest now; another officer can ask anew")
    if not within(grant.window, asked.window) or not grant.precision.shows_no_more_than(asked.precision):
        against.append("wider: a yes reaches no further than what was asked; the same window or less would pass")
    against += _locked(asked, unasked)
    if unasked and Tried.CONTACT_WOULD_HARM in asked.tried and not words.strip():
        against.append("harm_unsaid: say why asking the person first would do harm; or refuse, so that they are asked")
    return (*against, *_against_window(asked.purpose, grant.window, ground, now))


def objections_to_reading(
    standing: Standing | None, reading: Reading, ground: Ground, now: datetime
) -> tuple[str, ...]:
    """Everything against this opening now; empty when nothing is. The same whether flow or vault asks."""
    grant = None if standing is None else standing.grant
    if standing is None or grant is None:
        return ("not_granted: no second person has said yes to this; ask an authorising officer",)
    asked, against = standing.look_up, list(objections_to_acting(reading.by))
    if reading.case_id != asked.case_id:
        against.append("another_case: the grant is for another person; ask for this one")
    if reading.by != asked.asked_by:
        against.append("not_yours: only whoever asked reads under it; ask for a look-up of your own")
    if grant.approved_by == asked.asked_by:
        against.append("own_request: one person alone opens nothing; a grant that a second person has given")
    if standing.ended_at is not None:
        against.append("grant_ended: it was ended before its time; a new request can be asked")
    if now >= grant.expires_at:
        against.append(f"grant_expired: it ended at {as_text(grant.expires_at)}; a new request can be asked")
    if not within(reading.window, grant.window) or not reading.precision.shows_no_more_than(grant.precision):
        against.append("wider: the grant reaches less far; open what it grants, or ask anew: widening is a new request")
    if reading.by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can ask")
    return (*against, *_against_window(asked.purpose, reading.window, ground, now))


def objections_to_refusing(standing: Standing, by: ActorId, now: datetime) -> tuple[str, ...]:
    """Everything against this no; empty when nothing is."""
    against = [*objections_to_acting(by)]
    if not standing.waits(now):
        against.append("not_waiting: nobody waits for this any more; a grant can be ended")
    if by == standing.look_up.asked_by:
        against.append("own_request: whoever asked takes it back; a second person refuses")
    return tuple(against)


def objections_to_ending(standing: Standing, by: ActorId) -> tuple[str, ...]:
    """Everything against ending it; empty when nothing is. Less is always open, and needs one person."""
    against = [*objections_to_acting(by)]
    if standing.refused_at is not None or standing.ended_at is not None:
        against.append("over: it is over already; nothing can be opened under it")
    return tuple(against)


def _locked(look_up: LookUp, unasked: Collection[AlertId]) -> list[str]:
    if not unasked or Tried.CONTACT_WOULD_HARM in look_up.tried:
        return []
    return [
        (
            "contact_first: an alert waits of a kind at which the person is asked first, and nobody has; "
            "record what they say, or that they could not be reached; or say that asking would do harm"
        )
    ]


def asked_first(register: Register) -> frozenset[Matter]:
    """What the register names as events at which the person is asked first."""
    return frozenset(CONTACT_FIRST[one.event] for one in register.contact_first if one.event in CONTACT_FIRST)


def contact_first(
    register: Register,
    alerts: Iterable[Alert],
    replies: Iterable[Reply],
    facts: Iterable[CaseFact],
    tried: Iterable[ContactTried] = (),
) -> frozenset[AlertId]:
    """Alerts that wait, at which the register says that the person is asked first, and after which nobody was (R7).

    `tried`: contacts about the case, of which a conversation counts.
    """
    matters = asked_first(register)
    answered = {one.alert_id for one in replies}
    spoken = [one.recorded_at for one in facts if one.kind in _CONTACTS]
    spoken_at = max([*spoken, *(one.at for one in tried if one.is_conversation)], default=None)
    return frozenset(
        one.id
        for one in alerts
        if one.matter in matters
        and one.ended_at is None
        and one.stands
        and one.id not in answered
        and (spoken_at is None or spoken_at < one.raised_at)
    )


def objections_to_giving(purpose: str, window: Interval, ground: Ground, now: datetime) -> tuple[str, ...]:
    """What stands against giving a window to a recipient, for a purpose that need not be operational (R8, R15)."""
    return tuple(_against_window(purpose, window, ground, now, Opening.DISCLOSURE))


def objections_to_showing(window: Interval, ground: Ground, now: datetime) -> tuple[str, ...]:
    """What stands against showing a window at all, for whatever purpose: nothing does of what a decision covers."""
    return tuple(_against_window(None, window, ground, now))


def _against_window(
    purpose: str | None, window: Interval, ground: Ground, now: datetime, opening: Opening = Opening.LOOK_UP
) -> list[str]:
    against = [*objections_to_opening(ground.ending, opening)]
    if purpose is not None:
        against += _against_purpose(purpose, window, ground, operational=opening is Opening.LOOK_UP)
    if window.to_at > now:
        against.append(f"ahead: the window has not passed; it ends at {as_text(now)} at the latest")
    if readable(ground, purpose, window, now):
        return against
    touched = [one for one in ground.under if one.decision.stands and covered(one.decision, window) is not None]
    if not touched:
        return [*against, f"not_authorised: nothing was authorised in this window; {_when(ground)}"]
    return against + _why_none(touched, purpose, now)


def _why_none(touched: list[Under], purpose: str | None, now: datetime) -> list[str]:
    """Why nothing of what was authorised in a window may be shown: said of each thing that stands in the way."""
    says: Mapping[str, Callable[[Under], bool]] = {
        f"no_trail: what was in force kept no trail; {_HOME_KNOWN}": lambda one: not one.decision.rung.keeps_trail,
        "quarantined: what was collected then was found unauthorised; the person has it, staff do not": (
            lambda one: one.quarantined
        ),
        "review_missed: our review of the order is late; it opens again when that is decided": (
            lambda one: one.looks_closed
        ),
        "past_retention: what was collected then is to be erased; nothing of it is shown": (
            lambda one: one.is_past_retention(now)
        ),
        "other_purpose: it was collected for other purposes; ask for one that the decision names": (
            lambda one: purpose is not None and purpose not in one.decision.purposes
        ),
    }
    return [words for words, holds in says.items() if any(holds(one) for one in touched)]


def _against_purpose(purpose: str, window: Interval, ground: Ground, *, operational: bool) -> list[str]:
    found = next((one for one in ground.purposes if one.code == purpose), None)
    usable = ", ".join(one.code for one in ground.purposes if one.operational) or "none is operational"
    if found is None:
        return [f"no_such_purpose: the register does not name it; it names: {usable}"]
    against = []
    if operational and not found.operational:
        against.append(
            f"not_operational: a purpose that is not operational has its own assessment first; operational: {usable}"
        )
    modes = {one.decision.mode for one in ground.under if covered(one.decision, window) is not None}
    if modes and not any(purpose in ground.served.get(mode, ()) for mode in modes):
        against.append("purpose_not_served: no operation in force then serves it; ask for a purpose of that operation")
    most = timedelta(hours=found.look_up_hours)
    if window.to_at - window.from_at > most:
        least = as_text(window.to_at - most)
        against.append(
            f"too_wide: at most {found.look_up_hours} hours at a time for this purpose; "
            f"from {least} to {as_text(window.to_at)} would be within it"
        )
    return against


def _when(ground: Ground) -> str:
    """From when to when something was authorised of which a trail was kept, in words."""
    spans = [one.decision for one in ground.under if one.decision.stands and one.decision.rung.keeps_trail]
    if not spans:
        return f"no decision of this case keeps a trail; {_HOME_KNOWN}"
    told = (
        f"{as_text(one.starts_at)} to {'now' if one.until is None else as_text(one.until)}"
        for one in sorted(spans, key=lambda one: one.starts_at)
    )
    return f"it was from {', and from '.join(told)}"


# --- questions --------------------------------------------------------------------------------------------------


def look_category(decision: Decision) -> Category:
    """The category whose retention rule bounds looking at what was collected under a decision."""
    wanted = (Category.TRAIL, Category.EVENTS, Category.OUTCOMES)
    return next((one for one in wanted if one in decision.rung.keeps), Category.OUTCOMES)


def signed_by_two(decision: Decision) -> bool:
    """Whether two people, or an order's maker, stand behind it."""
    if decision.authority is Authority.ORDER:
        return decision.maker is not None
    return decision.approved_by is not None and decision.approved_by != decision.proposed_by


def objections_to_question(
    question: Question, before: Collection[datetime], zone: Condition | None, ground: Ground, now: datetime
) -> tuple[str, ...]:
    """Everything against this question; empty when nothing is.

    `before`: when questions about this person were asked, by whomever; `zone`: the condition a question names.
    """
    against = [*objections_to_acting(question.by), *objections_to_opening(ground.ending, Opening.QUESTION)]
    if question.by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can ask")
    if question.quarter.to_at > now:
        against.append("ahead: that quarter of an hour is not over; an earlier one can be asked about")
    for span, most, words in ((A_DAY, A_DAY_MAX, "a day"), (A_MONTH, A_MONTH_MAX, "30 days")):
        asked = sorted(one for one in before if now - span < one)
        if len(asked) >= most:
            free = as_text(asked[-most] + span)
            against.append(f"too_often: {most} questions {words} about one person, all askers together; from {free} on")
    then = in_force_then(ground, question)
    if not then:
        return (*against, "not_authorised: nothing was authorised then; ask about a time at which a decision stood")
    against += _against_all(then, now)
    if question.asked is Asked.ZONE and (zone is None or zone.decision_id not in {one.decision.id for one in then}):
        against.append("zone_not_in_force: that zone was not in force then; a zone of a decision that stood can be")
    return tuple(against)


def quarters_within(claim: Claim, now: datetime) -> tuple[datetime, ...]:
    """The quarters of an hour that a question within a claimed alert may be about, by their beginnings, in order.

    Those that are over and of which some part lies in the alert: from its beginning until its end, or until now. None
    begins more than ALERT_REACH ago. One in which it both began and ended counts, however short it was.
    """
    until = now if claim.ended_at is None else claim.ended_at
    first = claim.began_at - (claim.began_at - EPOCH) % QUARTER
    earliest = now - ALERT_REACH
    at = max(first, earliest + (EPOCH - earliest) % QUARTER)
    found = []
    while at + QUARTER <= now and (at < until or at == first):
        found.append(at)
        at += QUARTER
    return tuple(found)


def objections_to_asking_within(claim: Claim | None, question: Question, now: datetime) -> tuple[str, ...]:
    """Everything against asking this within an alert. `claim` None: whoever asks does not hold it. As a look-up is held
    to its grant, a question of an operator's is held to what they claimed; the same whether flow or vault asks.
    """
    if claim is None:
        return ("not_claimed: only whoever has claimed an alert asks within it, until it is closed; claim it first",)
    against = []
    if question.case_id != claim.case_id:
        against.append("another_case: the alert is about another person; ask within one of theirs")
    if question.condition_id not in (None, claim.condition_id):
        against.append("another_zone: the alert is about another zone, or about none; its own can be asked about")
    if question.about not in (quarters := quarters_within(claim, now)):
        against.append(f"outside_alert: ask about a quarter of an hour within the alert; {_which(quarters)}")
    return tuple(against)


def _which(quarters: tuple[datetime, ...]) -> str:
    if not quarters:
        return "nothing of it now; an officer of the case can ask about other times"
    return f"one that begins from {as_text(quarters[0])} to {as_text(quarters[-1])}"


def in_force_then(ground: Ground, question: Question) -> tuple[Under, ...]:
    """Decisions that stood, and were not paused, in some part of the quarter of an hour that a question is about."""
    found = []
    for one in ground.under:
        whole = covered(one.decision, question.quarter) if one.decision.stands else None
        if whole is not None and _without_pauses(one.decision, whole):
            found.append(one)
    return tuple(found)


def answerable(ground: Ground, question: Question, now: datetime) -> tuple[Under, ...]:
    """Of those, the ones that a question may be answered from."""
    return tuple(
        one
        for one in in_force_then(ground, question)
        if signed_by_two(one.decision) and not (one.quarantined or one.looks_closed or one.is_past_retention(now))
    )


def _against_all(then: tuple[Under, ...], now: datetime) -> list[str]:
    says: Mapping[str, Callable[[Under], bool]] = {
        "quarantined: what was collected then was found unauthorised; another time can be asked about": (
            lambda one: one.quarantined
        ),
        "review_missed: our review of the order is late; it opens again when that is decided": (
            lambda one: one.looks_closed
        ),
        "past_retention: what was collected then is to be erased; a later time can be asked about": (
            lambda one: one.is_past_retention(now)
        ),
        "not_signed: two people have not signed the decision; one that two have signed can be asked about": (
            lambda one: not signed_by_two(one.decision)
        ),
    }
    free = [one for one in then if not any(holds(one) for holds in says.values())]
    return [] if free else [words for words, holds in says.items() if any(holds(one) for one in then)]
