"""What may be done with an alert, as a table, and what stands against it.

Nobody is in breach by machine: each move is a named human's, the last ones with reasons, and only what is certain,
undisputed and untainted can enter (R47, R69; invariant 6). `docs/alerts.md` is drawn from MOVES, the store holds the
same table as a constraint, and both are checked against this file.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from custodiet.model.alert import Alert, AlertMove, AlertState, AlertStep, Claim, Excuse, Reply
from custodiet.model.condition import Interval
from custodiet.model.contact_record import CameOf, ContactTried, Verified
from custodiet.model.errors import IllegalMove
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.identity import ActorId, FittingId
from custodiet.model.judging import Judging

_S, _M = AlertState, AlertMove

MOVES: dict[AlertState, dict[AlertMove, AlertState]] = {
    _S.RAISED: {_M.CLAIM: _S.CLAIMED},
    _S.CLAIMED: {_M.RELEASE: _S.RAISED, _M.SUSPEND: _S.RAISED, _M.TRIAGE: _S.TRIAGED},
    _S.TRIAGED: {
        _M.RELEASE: _S.RAISED,
        _M.SUSPEND: _S.RAISED,
        _M.CLEAR: _S.CLEARED,
        _M.SUSPECT: _S.POSSIBLE_BREACH,
    },
    _S.CLEARED: {},
    _S.POSSIBLE_BREACH: {_M.CLEAR: _S.CLEARED, _M.ENQUIRE: _S.ENQUIRY},
    _S.ENQUIRY: {_M.EXCUSE: _S.NO_BREACH, _M.DECIDE: _S.BREACH},
    _S.NO_BREACH: {},
    _S.BREACH: {_M.NOTIFY: _S.NOTIFIED, _M.EXCUSE: _S.NO_BREACH},
    _S.NOTIFIED: {_M.EXCUSE: _S.NO_BREACH},
}
"""A breach can be taken back at any time; nothing else ever leads to one."""

WITH_REASONS: frozenset[AlertMove] = frozenset({_M.CLEAR, _M.SUSPECT, _M.ENQUIRE, _M.EXCUSE, _M.DECIDE, _M.SUSPEND})
"""Moves that say why, in words."""

RAISES_IT: frozenset[AlertMove] = frozenset({_M.SUSPECT, _M.ENQUIRE, _M.DECIDE, _M.NOTIFY})
"""Moves towards a breach: only what is certain, undisputed and untainted may take them."""

REPLY_STATES: frozenset[AlertState] = frozenset({_S.ENQUIRY, _S.BREACH, _S.NOTIFIED})
"""Where the person's words are taken: they may still change what was decided."""

IN_HAND_MAX = 10
"""How many alerts one person may have claimed and not settled: nobody looks into more than that with care."""
SUSPENDED_MAX = (timedelta(0), timedelta(hours=4), timedelta(hours=24), timedelta(days=7))
"""How long an alert may be set aside, by its urgency and counted from the first time: a call for help not at all."""
TRIES_MIN = 2
"""How often someone is tried in vain, where the register says that they are asked first."""

PROCESSES: frozenset[str] = frozenset({"", "clock", "gateway", "vault", "web", "sequencer", "monitor", "messenger"})
"""Our own processes, by the names they act under: none of them decides about anyone."""


IN_HAND: frozenset[AlertState] = frozenset({_S.CLAIMED, _S.TRIAGED})
"""Where whoever holds an alert works on it: before it is closed, and before it is an officer's matter."""


def claim_of(alert: Alert, by: ActorId) -> Claim | None:
    """What somebody holds of an alert; None: they do not hold it, or nobody works on it any more."""
    if alert.held_by != by or alert.state not in IN_HAND:
        return None
    return told_by_claim(alert)


def told_by_claim(alert: Alert) -> Claim:
    """What a claim of this alert tells of it."""
    return Claim(alert.case_id, alert.began_at, alert.ended_at, alert.condition_id)


def urgency(alert: Alert) -> int:
    """How soon an alert wants someone, 0 first: help, what stands against the person, what cannot tell, service."""
    if alert.matter is Matter.HELP:
        return 0
    if alert.weight is Weight.ADVERSE and alert.stands:
        return 1
    return 3 if alert.weight is Weight.SERVICE else 2


def suspended_at_most(alert: Alert, steps: Iterable[AlertStep], now: datetime) -> datetime:
    """Until when it may be set aside; not after `now` when it may not be. Counted from the first time it was."""
    first = min((one.at for one in steps if one.move is _M.SUSPEND), default=now)
    return first + SUSPENDED_MAX[urgency(alert)]


def moved(alert: Alert, move: AlertMove) -> AlertState:
    """The state after a move. Raises IllegalMove, and nothing has changed, when the table has no such move."""
    try:
        return MOVES[alert.state][move]
    except KeyError:
        raise IllegalMove(f"an alert that is {alert.state} cannot {move}") from None


def is_process(actor: ActorId) -> bool:
    """Whether one of our own processes acts, or nobody."""
    name = actor.strip().lower()
    return name in PROCESSES or name.startswith(("monitor_", "monitor-"))


def objections_to_acting(by: ActorId) -> tuple[str, ...]:
    """What stands against this actor doing anything about a person; empty for a named one."""
    return (
        ("by_a_process: a process decides nothing: a named person does; the same by a named person",)
        if is_process(by)
        else ()
    )


def objections_to_replying(alert: Alert, by: ActorId) -> tuple[str, ...]:
    """Every rule against recording what the person says to this alert; empty when there is none."""
    against = [*objections_to_acting(by)]
    if alert.state not in REPLY_STATES:
        against.append("no_enquiry: there is no enquiry to reply to; what they say can be recorded as a contact")
    return tuple(against)


def objections_to_contact(outcome: CameOf, by: ActorId, verified: Verified | None) -> tuple[str, ...]:
    """Every rule against recording that someone was tried, or called; `verified`: of a call in."""
    against = [*objections_to_acting(by)]
    if verified is not None and outcome is not CameOf.SPOKE:
        against.append("called_in: who calls is spoken to; record that, or record that you tried them")
    return tuple(against)


def objections_to_stating(words: str, by: ActorId) -> tuple[str, ...]:
    """Every rule against stating a fact in these words; empty when there is none (R106)."""
    against = [*objections_to_acting(by)]
    if not words.strip():
        against.append("no_reasons: a statement has its reasons; the same with the reasons")
    return tuple(against)


def objections_to_moving(
    alert: Alert,
    move: AlertMove,
    by: ActorId,
    reasons: str,
    replies: tuple[Reply, ...],
    now: datetime,
    tried: tuple[ContactTried, ...] = (),
    *,
    asked_first: bool = False,
    in_hand: int = 0,
    until: datetime | None = None,
    steps: tuple[AlertStep, ...] = (),
) -> tuple[str, ...]:
    """Every rule against this person making this move now; empty when there is none.

    `tried`: contacts about the case; `asked_first`: the register names this matter as one at which the person is asked
    first; `in_hand`: how many alerts this person holds and has not settled;
    `until`: of a suspension, how long; `steps`: what was done with it before.
    """
    against = [*objections_to_acting(by)]
    if move in WITH_REASONS and not reasons.strip():
        against.append("no_reasons: this needs reasons; the same with a sentence that says why")
    if move in (_M.RELEASE, _M.TRIAGE, _M.SUSPEND) and alert.held_by != by:
        against.append("held_by_another: someone else holds this alert; whoever holds it can give it back")
    if move in RAISES_IT:
        against += _against_entering(alert)
    if move is _M.SUSPECT:
        against += _against_calling(alert, tried, asked_first=asked_first)
    if move is _M.CLAIM and in_hand >= IN_HAND_MAX:
        against.append(
            f"too_many_held: {in_hand} alerts are in your hands, and {IN_HAND_MAX} is the most; "
            "release or settle one first"
        )
    if move is _M.SUSPEND:
        against += _against_suspending(alert, until, steps, now)
    if move is _M.DECIDE:
        due = alert.enquiry_due_at
        heard = any(reply.excuse is not Excuse.NONE for reply in replies)
        if not heard and (due is None or now < due):
            against.append(
                "not_heard: the person has not been heard, and still has time to answer; "
                "record what they say, or wait until their time is over"
            )
        if any(reply.excuse is Excuse.NOT_SO for reply in replies):
            against.append(
                "disputed: the person says that it did not happen: nothing is decided on a disputed fact; "
                "excuse it, or clear it with reasons"
            )
    return tuple(against)


def _against_suspending(alert: Alert, until: datetime | None, steps: tuple[AlertStep, ...], now: datetime) -> list[str]:
    """What waits is looked at in time, whoever would rather not: nothing is set aside again and again."""
    if alert.matter is Matter.HELP:
        return ["help_waits_for_nobody: a call for help is never set aside; ring, or give it back to the queue"]
    if until is None or until <= now:
        return ["no_time: say until when; a time that is still to come"]
    most = suspended_at_most(alert, steps, now)
    if most <= now:
        return [
            "suspended_enough: it was set aside for as long as it may be; look into it, or give it back to the queue"
        ]
    if until > most:
        hours = SUSPENDED_MAX[urgency(alert)] // timedelta(hours=1)
        return [f"suspended_too_long: {hours} hours from the first time on are the most; a shorter time would pass"]
    return []


def _against_entering(alert: Alert) -> list[str]:
    against = []
    if alert.weight is not Weight.ADVERSE:
        against.append(
            "uncertain: what is uncertain, or a matter of service, can never become a possible breach; "
            "clear it with reasons, or record a contact"
        )
    if alert.weakened_why is not None:
        against.append(
            f"weakened: it no longer stands: {NO_LONGER[alert.weakened_why]}; clear it with reasons, or excuse it"
        )
    return against


def _against_calling(alert: Alert, tried: tuple[ContactTried, ...], *, asked_first: bool) -> list[str]:
    """R7; the Enforcement Notice ¶192: what is minor is cleared up by asking, before anything is called a breach."""
    if not any(_is_since(alert, one) for one in tried):
        return [
            (
                "contact_first: nobody has tried to reach the person since this was raised; "
                "ring first, record it, and then it can be called"
            )
        ]
    if asked_first and not _were_asked(alert, tried):
        return [
            (
                "contact_first: the register names this as an event at which the person is asked first; "
                "speak with them, or try once more, record it, and then it can be called"
            )
        ]
    return []


def objections_to_asking_elsewhere(
    alert: Alert, tried: Iterable[ContactTried], *, asked_first: bool
) -> tuple[str, ...]:
    """R7: where the register says that the person is asked first, no question is put to the data before."""
    if not asked_first or _were_asked(alert, tried):
        return ()
    return (
        (
            "contact_first: the register names this as an event at which the person is asked first; "
            f"speak with them, or try {TRIES_MIN} times in vain, record it, and then a question can be asked"
        ),
    )


def _is_since(alert: Alert, one: ContactTried) -> bool:
    return one.counts and one.at >= alert.raised_at


def _were_asked(alert: Alert, tried: Iterable[ContactTried]) -> bool:
    """Whether they were spoken to since, or tried often enough in vain."""
    since = [one for one in tried if _is_since(alert, one)]
    return len(since) >= TRIES_MIN or any(one.is_conversation for one in since)


NO_LONGER = {
    Why.LATE_FIX: "a fix that came later speaks against it",
    Why.FAULTY_DEVICE: "the device was faulty",
    Why.ANNULLED: "the decision it rests on was annulled",
    Why.DISPUTED: "the person disputes it",
    Why.BOOKED: "the removal of the device was booked",
    Why.ABSENCE: "the person was allowed to be away",
}
"""Why an alert no longer stands, in words: the same wherever it is said."""


def enquiry_due_at(now: datetime, settings: Judging) -> datetime:
    """Until when the person can answer before anything may be decided without them."""
    return now + timedelta(seconds=settings.enquiry_s)


def excused_by_absence(alert: Alert, during: Interval) -> bool:
    """Whether an authorised absence speaks against an alert: it rests on a time at which the person might be away."""
    return alert.stands and rests_within(alert.began_at, alert.confirmed_at, during)


def rests_within(began_at: datetime, confirmed_at: datetime, during: Interval) -> bool:
    """Whether what was raised on this span rests on any of that time."""
    return began_at < during.to_at and during.from_at <= confirmed_at


def excused_by_removal(alert: Alert, fitting_id: FittingId, during: Interval) -> bool:
    """Whether a booked removal speaks against an alert: its sensors said what was to be expected (R79)."""
    of_it = alert.fitting_id == fitting_id and alert.matter is Matter.TAMPER
    return of_it and excused_by_absence(alert, during)


def taints(alert: Alert, starts_at: datetime, until: datetime | None) -> bool:
    """Whether an alert rests on an interval that was found unauthorised (invariant 10)."""
    return starts_at <= alert.confirmed_at and (until is None or alert.began_at < until)
