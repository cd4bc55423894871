"""What may happen to a decision, as tables; what each ending sets going; who may do which.

Rule 1: everything that affects the state of a decision lives here. `docs/decisions.md` is drawn from MOVES,
the store holds the same table as a constraint, and both are checked against this file.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.ending import CLOSING, EndReason, Stop, StopKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import ActorId, ConditionId
from custodiet.model.mode import Category, Kind, Mode
from custodiet.model.scheme import Scheme
from custodiet.rules.alerts import objections_to_acting


class Move(StrEnum):
    """What people, or the passing of time, do to a decision."""

    MAKE = "make"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUCCEED = "succeed"
    LAPSE = "lapse"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    ANNUL = "annul"


MOVES: dict[State, dict[Move, State]] = {
    State.PROPOSED: {Move.MAKE: State.MADE, Move.REFUSE: State.REFUSED},
    State.REFUSED: {},
    State.MADE: {
        Move.SUSPEND: State.SUSPENDED,
        Move.SUCCEED: State.SUCCEEDED,
        Move.LAPSE: State.LAPSED,
        Move.EXPIRE: State.EXPIRED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.ANNUL: State.ANNULLED,
    },
    State.SUSPENDED: {
        Move.RESUME: State.MADE,
        Move.LAPSE: State.LAPSED,
        Move.EXPIRE: State.EXPIRED,
        Move.WITHDRAW: State.WITHDRAWN,
        Move.ANNUL: State.ANNULLED,
    },
    State.SUCCEEDED: {Move.WITHDRAW: State.WITHDRAWN, Move.ANNUL: State.ANNULLED},
    State.LAPSED: {Move.ANNUL: State.ANNULLED},
    State.EXPIRED: {Move.ANNUL: State.ANNULLED},
    State.WITHDRAWN: {Move.ANNUL: State.ANNULLED},
    State.ANNULLED: {},
}

STANDING = (State.MADE, State.SUSPENDED, State.SUCCEEDED)
"""A decision in one of these is in force in its interval, or would be but for a pause."""
GOING_ON = (State.MADE, State.SUCCEEDED)
"""In one of these it is in force in its interval, but for what was paused: what another follows, until that begins."""
ENDINGS: frozenset[Move] = frozenset({Move.LAPSE, Move.EXPIRE, Move.WITHDRAW, Move.ANNUL})
"""Moves that end collection: each, in one write, stops it, starts retention and raises the removal task."""


BY_PEOPLE: frozenset[Move] = frozenset({Move.WITHDRAW, Move.ANNUL, Move.SUSPEND, Move.RESUME})
"""Endings and pauses that someone may ask for; lapse and expiry are the passing of time alone."""


def moved(decision: Decision, move: Move) -> State:
    """The state after a move. Raises IllegalMove, and nothing has changed, when the table has no such move."""
    try:
        return MOVES[decision.state][move]
    except KeyError:
        raise IllegalMove(f"a decision that is {decision.state} cannot {move}") from None


@dataclass(frozen=True, slots=True)
class Ender:
    """Who ends, suspends or resumes. `authority` True: a court or regulator that may annul any decision."""

    id: ActorId
    authority: bool = False


def objections_to_ending(decision: Decision, move: Move, by: Ender) -> tuple[str, ...]:
    """Every rule against this person making this move; empty when there is none."""
    against = []
    if move not in BY_PEOPLE:
        against.append(
            "by_time_alone: this is for the passing of time, not for anyone to do; end it, which is yours to do"
        )
    if (
        move in (Move.WITHDRAW, Move.SUSPEND, Move.RESUME)
        and decision.authority is Authority.ORDER
        and by.id != decision.maker
    ):
        against.append(
            "order_of_another: an order is ended, paused and resumed only by its maker; "
            "a stop that its maker, a court or a regulator has ordered, entered as such"
        )
    if move is Move.ANNUL and not by.authority and by.id != decision.maker:
        against.append(
            "not_yours_to_annul: a decision is annulled only by a court or a regulator; "
            "end it; or enter the stop that one of them has ordered"
        )
    return tuple(against)


def objections_to_proposing(decision: Decision, scheme: Scheme, now: datetime) -> tuple[str, ...]:
    """Every rule against this proposal as it stands; empty when there is none."""
    against = []
    if decision.starts_at < now:
        against.append("reaches_back: a decision cannot reach back: it starts now or later; the same from now on")
    if decision.mode not in scheme.modes:
        against.append("not_in_scheme: the scheme does not permit this mode; a lower mode that it permits")
    if decision.power not in {power.code for power in scheme.powers}:
        against.append("not_its_power: the scheme does not hold this power; one of the powers that its register names")
    if not set(decision.purposes) <= {purpose.code for purpose in scheme.purposes}:
        against.append("not_its_purpose: a purpose is not one of the scheme's; the same without that purpose")
    if decision.starts_at < scheme.starts_at:
        against.append("before_the_scheme: it begins before the scheme does; the same from the scheme's first day on")
    if scheme.ends_at is not None and (decision.until is None or decision.until > scheme.ends_at):
        against.append("outlives_the_scheme: it would outlive the scheme; an end no later than the scheme's own")
    return tuple(against)


def objections_to_making(
    decision: Decision, by: ActorId, now: datetime, predecessor: Decision | None
) -> tuple[str, ...]:
    """Every rule against the second person's yes; empty when there is none."""
    against = []
    if by == decision.proposed_by:
        against.append(
            "own_proposal: nobody approves their own proposal; "
            "another authorising officer can; whoever proposed it can take it back"
        )
    if decision.starts_at < now:
        against.append(
            "start_has_passed: its start has passed while it waited: propose it again; the same from a later start"
        )
    if predecessor is not None:
        if (predecessor.case_id, predecessor.strand) != (decision.case_id, decision.strand):
            against.append(
                "follows_another: what it would follow is another person's, or another device's; "
                "a new proposal that follows nothing"
            )
        if predecessor.authority is Authority.ORDER and decision.maker != predecessor.maker:
            against.append(
                "order_of_another: an order is followed only by another of its maker's; "
                "a new proposal that follows nothing"
            )
        if not predecessor.covers(now):
            against.append(
                "over: what it would follow is over: this is a new decision, not a review; "
                "a new proposal that follows nothing"
            )
        if predecessor.state is not State.MADE:
            against.append(
                f"no_successor: a decision that is {predecessor.state} has no successor; "
                "a new proposal that follows nothing"
            )
        against += leaves_a_gap(decision, predecessor)
    return tuple(against)


def leaves_a_gap(decision: Decision, predecessor: Decision) -> tuple[str, ...]:
    """What is to follow another begins no later than that one ends."""
    if predecessor.until is None or decision.starts_at <= predecessor.until:
        return ()
    return ("leaves_a_gap: it leaves a gap after what it follows; a start no later than the end of that one",)


def objections_to_narrowing(
    wide: Decision, narrow: Decision, by: ActorId, without: frozenset[str], conditions: frozenset[str]
) -> tuple[str, ...]:
    """Every rule against making this instead of what was proposed; empty when there is none. Never more than that.

    `without`: conditions to leave out, of those that the proposal has.
    """
    against = [*objections_to_acting(by)]
    if by == wide.proposed_by:
        against.append(
            "own_proposal: nobody approves their own proposal; "
            "another authorising officer can; whoever proposed it can take it back"
        )
    if narrow.rung.rung > wide.rung.rung:
        against.append(
            "not_lower: a proposal is narrowed to a lower rung, never to a higher one; "
            "the rung that was proposed, or a lower one"
        )
    if narrow.review_due_at > wide.review_due_at:
        against.append(
            "review_later: its review comes no later than was proposed; the day that was proposed, or an earlier one"
        )
    if wide.ends_at is not None and (narrow.ends_at is None or narrow.ends_at > wide.ends_at):
        against.append("ends_later: it ends no later than was proposed; the end that was proposed, or an earlier one")
    if not without <= conditions:
        against.append(
            "not_its_condition: what is left out is not one of its conditions; leave out one that the proposal has"
        )
    terms = ("mode", "review_due_at", "ends_at")
    if not without and all(getattr(wide, name) == getattr(narrow, name) for name in terms):
        against.append(
            "nothing_narrower: nothing of it is narrower: approve it, return it or refuse it; "
            "a lower rung, an earlier review or end, or a condition less"
        )
    return tuple(against)


def objections_to_returning(decision: Decision, words: str, by: ActorId) -> tuple[str, ...]:
    """Every rule against giving a proposal back; empty when there is none."""
    against = [*objections_to_acting(by)]
    if by == decision.proposed_by:
        against.append(
            "own_proposal: nobody returns their own proposal; "
            "whoever proposed it takes it back; a second person returns it"
        )
    if not words.strip():
        against.append("no_words: what is returned says what is missing; the same with a sentence that says it")
    return tuple(against)


def objections_to_lifting(
    decision: Decision, move: Move, reason: EndReason | None, *, duty: bool, lifted: bool
) -> tuple[str, ...]:
    """What stands against ending a duty by hand; empty when nothing does (R105).

    `lifted`: a fact of the case says what lifts it. Whoever leaves the country, dies or is detained lifts it too.
    """
    by_hand = move is Move.WITHDRAW and decision.authority is Authority.OFFICERS
    if not duty or lifted or not by_hand or reason in CLOSING or reason is EndReason.STOPPED:
        return ()
    return (
        (
            "duty_not_lifted: the power is a duty: record the finding that lifts it first; "
            "the lowest rung that satisfies the duty, or the finding that lifts it"
        ),
    )


def objections_to_closing(reason: EndReason, by: ActorId) -> tuple[str, ...]:
    """Every rule against closing a case for this; empty when there is none."""
    against = [*objections_to_acting(by)]
    if reason not in CLOSING:
        against.append(
            "no_ground_to_close: a case is closed because leave was granted, or someone was detained, removed, "
            "moved or died; "
            "end the decision for another reason; the case stays open"
        )
    return tuple(against)


def objections_to_checking(stop: Stop, by: ActorId, *, checked: bool) -> tuple[str, ...]:
    """Every rule against this person's look at a stop; empty when there is none."""
    against = [*objections_to_acting(by)]
    if by == stop.entered_by:
        against.append("own_stop: whoever entered it does not check it; a second person can; it is obeyed meanwhile")
    if checked:
        against.append("checked_already: a second person has looked at it already; a further stop can be entered")
    return tuple(against)


def objections_to_lowering(
    decision: Decision, to: Mode, by: ActorId, *, satisfied_from: Mode | None, lifted: bool
) -> tuple[str, ...]:
    """Every rule against stepping down to a rung; empty when there is none. One person is enough.

    `satisfied_from`: the lowest rung that satisfies the duty it rests on; `lifted`: the finding that lifts that stands.
    """
    against = [*objections_to_acting(by)]
    if to.rung >= decision.rung.rung:
        against.append(
            "not_lower: this rung is no lower than the one that stands; a lower rung at once; going up is a proposal"
        )
    if decision.authority is Authority.ORDER and by != decision.maker:
        against.append(
            "order_of_another: an order is lowered only by its maker; "
            "a stop that its maker, a court or a regulator has ordered, entered as such"
        )
    if satisfied_from is not None and to.rung < satisfied_from.rung and not lifted:
        against.append(
            "duty_not_lifted: the power is a duty, satisfied from a higher rung: record the finding that lifts it "
            "first; "
            "the lowest rung that satisfies it"
        )
    return tuple(against)


def still_collects(decision: Decision, now: datetime) -> bool:
    """Whether an ending at `now` would switch something off: it then raises the removal task.

    What was succeeded has left the device to its successor, unless that has not begun; what had ended has raised its
    task already.
    """
    if decision.state is State.SUCCEEDED:
        return decision.covers(now)
    return decision.state in (State.MADE, State.SUSPENDED)


def kept_beyond(decision: Decision, ended_at: datetime) -> bool:
    """Whether anything timed from then on may have been kept under it. Of one that was over by then nothing was: the
    gate admits nothing timed at its end or later. So years of frames need not be looked through.
    """
    return decision.until is None or decision.until > ended_at


def worn_until(decision: Decision, now: datetime) -> datetime:
    """From when on nothing asks for the device of a decision that is stopped now: what was to follow another, and has
    not begun, leaves that one its time.
    """
    return now if decision.follows is None else max(now, decision.starts_at)


def stopped_along(decision: Decision, followers: tuple[Decision, ...], now: datetime) -> tuple[Decision, ...]:
    """What is to follow a decision that still covers `now`: whoever stops it stops that too (it would begin again)."""
    return tuple(one for one in followers if one.state is State.MADE and decision.covers(now))


class Ordered(NamedTuple):
    """What is done to a decision because a court or a regulator said so, and to what is to follow it."""

    move: Move
    along: Move


ORDERS = {
    StopKind.STOP: Ordered(Move.WITHDRAW, Move.WITHDRAW),
    StopKind.RESTRICT: Ordered(Move.SUSPEND, Move.SUSPEND),
    StopKind.ANNUL: Ordered(Move.ANNUL, Move.WITHDRAW),
}
ORDERS_OF_FOLLOWED = ORDERS | {StopKind.RESTRICT: Ordered(Move.WITHDRAW, Move.SUSPEND)}
"""What another is to follow cannot go on after a pause: it ends, and what follows is paused."""


def ordered(kind: StopKind, decision: Decision, now: datetime) -> Ordered | None:
    """What an order does to a decision; None: there is nothing left of it to end or to pause."""
    followed = decision.state is State.SUCCEEDED
    done = (ORDERS_OF_FOLLOWED if followed else ORDERS)[kind]
    if done.move not in MOVES[decision.state]:
        return None
    return None if followed and done.move is Move.WITHDRAW and not decision.covers(now) else done


def objections_to_condition(decision: Decision) -> tuple[str, ...]:
    """Every rule against giving this decision a condition; empty when there is none."""
    if decision.state is not State.PROPOSED:
        return (
            (
                "not_a_proposal: a condition belongs to a proposal: whoever approves the decision approves it too; "
                "a new proposal with that condition"
            ),
        )
    return ()


def objections_to_restating(
    decision: Decision, by: ActorId, *, without: frozenset[str], carried: frozenset[str], more: int
) -> tuple[str, ...]:
    """Every rule against proposing the same anew with other conditions; empty when there is none.

    `without`: those that are left out, of those that it carries; `more`: how many are stated instead or besides.
    """
    against = []
    if by != decision.proposed_by:
        against.append(
            "not_your_proposal: only whoever proposed it proposes it anew; "
            "whoever says yes can leave conditions out, or give it back"
        )
    if not without <= carried:
        against.append(
            "not_its_condition: what is left out is not one of its conditions; leave out one that the proposal has"
        )
    if not without and not more:
        against.append("nothing_changed: it would ask what it asks already; leave a condition out, or state another")
    return tuple(against)


def objections_to_unseen(carried: frozenset[ConditionId], seen: frozenset[ConditionId]) -> tuple[str, ...]:
    """Every rule against saying yes to conditions that were not before whoever says it; empty when there is none."""
    if carried == seen:
        return ()
    return (
        (
            "conditions_changed: the proposal carries other conditions than the page that was answered; "
            "the same once the proposal was opened and read again"
        ),
    )


def time_is_up(decision: Decision, now: datetime) -> Move | None:
    """Which ending the passing of time alone has brought, if any. Only a made or paused decision runs out."""
    until = decision.until
    if decision.state not in (State.MADE, State.SUSPENDED) or until is None or now < until:
        return None
    by_review = decision.authority is Authority.OFFICERS and until == decision.review_due_at
    return Move.LAPSE if by_review else Move.EXPIRE


def retention_clocks(decision: Decision, scheme: Scheme, ended_at: datetime) -> tuple[RetentionClock, ...]:
    """One clock for each category its mode keeps (R9); a category without a rule is due for erasure at once."""
    days = {rule.category: rule.days for rule in scheme.retention}
    return tuple(
        RetentionClock(decision.id, category, ended_at, ended_at + timedelta(days=days.get(category, 0)))
        for category in sorted(decision.rung.keeps)
    )


def ended(decision: Decision, move: Move, at: datetime) -> Decision:
    """The decision after an ending at `at`. What had ended before keeps its earlier end."""
    until = decision.until
    return replace(
        decision,
        state=moved(decision, move),
        ended_at=at if until is None or at < until else until,
    )


def reason_of_ending(decision: Decision, move: Move, given: EndReason | None) -> EndReason | None:
    """Which reason stands with an ending. An order's always says one: only its maker or a stop that was ordered may.

    Without one given it was stopped.
    """
    is_an_order_ended = decision.authority is Authority.ORDER and move in (Move.WITHDRAW, Move.ANNUL)
    return given or (EndReason.STOPPED if is_an_order_ended else None)


def suspended(decision: Decision, at: datetime) -> Decision:
    """The decision once it is paused from `at` on."""
    return replace(decision, state=moved(decision, Move.SUSPEND), suspensions=(*decision.suspensions, Suspension(at)))


def resumed(decision: Decision, at: datetime) -> Decision:
    """The decision once its pause has ended at `at`."""
    pauses = tuple(one if one.to_at is not None else replace(one, to_at=at) for one in decision.suspensions)
    return replace(decision, state=moved(decision, Move.RESUME), suspensions=pauses)


def made(decision: Decision, by: ActorId, at: datetime) -> Decision:
    """The decision once the second person has said yes."""
    return replace(decision, state=moved(decision, Move.MAKE), approved_by=by, made_at=at)


def succeeded(decision: Decision, by: Decision) -> Decision:
    """The decision once another follows it."""
    return replace(decision, state=moved(decision, Move.SUCCEED), ended_at=by.starts_at)


def kept_categories(decision: Decision) -> tuple[Category, ...]:
    """The categories whose day keys a decision needs from the start: its trail, or else the evidence of a finding."""
    if decision.rung.keeps_trail:
        return (Category.TRAIL,)
    judged_on_arrival = Kind.FIX in decision.rung.admits and Category.EVIDENCE in decision.rung.keeps
    return (Category.EVIDENCE,) if judged_on_arrival else ()
