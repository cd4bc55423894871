"""What may happen to a decision: the table of moves, what stands against each, and what time alone brings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.case import RetentionClock
from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.errors import IllegalMove, IllegalValue
from custodiet.model.mode import LADDER, Category, ModeCode
from custodiet.model.scheme import Force, Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.rules.decisions import (
    ENDINGS,
    MOVES,
    Ender,
    Move,
    ended,
    kept_beyond,
    kept_categories,
    moved,
    objections_to_ending,
    objections_to_making,
    objections_to_proposing,
    retention_clocks,
    time_is_up,
    worn_until,
)

MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime(2031, 3, 3, 12, tzinfo=UTC)
ANA, BO, COURT = "officer-ana", "officer-bo", "court"

SCHEME = Scheme(
    id="scheme_1",
    name="Made-up scheme",
    controller="Made-up authority",
    starts_at=NOW,
    ends_at=NOW + 100 * DAY,
    purposes=(Purpose("contact", "Contact"), Purpose("curfew", "Curfew")),
    powers=(Power("p1", "Made-up power", "Made-up Act s. 1", Force.DISCRETION, Regime.UK_GDPR),),
    modes=(ModeCode.FITTED_TRAIL, ModeCode.REMINDERS),
    retention=(RetentionRule(Category.TRAIL, 28, "reasons"), RetentionRule(Category.EVENTS, 365, "reasons")),
)


def proposal(**given):
    starts_at = given.get("starts_at", NOW)
    fields = {
        "id": "d1",
        "case_id": "case_1",
        "strand": "main",
        "mode": ModeCode.FITTED_TRAIL,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": ANA,
        "starts_at": starts_at,
        "review_due_at": starts_at + 28 * DAY,
        "ends_at": None,
    }
    return Decision(**fields | given)


def decision(**given):
    return proposal(**{"state": State.MADE, "approved_by": BO, "made_at": NOW} | given)


ORDER = {"authority": Authority.ORDER, "maker": COURT}

# --- moves ----------------------------------------------------------------------------------------------

# Every legal move, written out again: a row that appears or goes must be seen by a person.
LEGAL = {
    ("proposed", "make", "made"),
    ("proposed", "refuse", "refused"),
    ("made", "suspend", "suspended"),
    ("made", "succeed", "succeeded"),
    ("made", "lapse", "lapsed"),
    ("made", "expire", "expired"),
    ("made", "withdraw", "withdrawn"),
    ("made", "annul", "annulled"),
    ("suspended", "resume", "made"),
    ("suspended", "lapse", "lapsed"),
    ("suspended", "expire", "expired"),
    ("suspended", "withdraw", "withdrawn"),
    ("suspended", "annul", "annulled"),
    ("succeeded", "withdraw", "withdrawn"),
    ("succeeded", "annul", "annulled"),
    ("lapsed", "annul", "annulled"),
    ("expired", "annul", "annulled"),
    ("withdrawn", "annul", "annulled"),
}
ENDS = {State.LAPSED, State.EXPIRED, State.WITHDRAWN, State.ANNULLED}
COLLECTS = {State.MADE, State.SUSPENDED}


def reachable(state, moves=MOVES):
    """Every state that any number of moves leads to."""
    found, ahead = set(), [state]
    while ahead:
        for to in moves[ahead.pop()].values():
            if to not in found:
                found.add(to)
                ahead.append(to)
    return found


def test_every_state_is_listed():
    assert set(MOVES) == set(State)


def test_the_table_is_the_one_written_out_here():
    assert {(state, move, to) for state, moves in MOVES.items() for move, to in moves.items()} == LEGAL


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_a_move_that_is_not_in_the_table_raises_and_changes_nothing(state, move):
    one = decision(state=state)
    expected = {(a, b): to for a, b, to in LEGAL}.get((state, move))
    if expected is not None:
        assert moved(one, move) == expected
    else:
        with pytest.raises(IllegalMove) as caught:
            moved(one, move)
        assert str(state) in str(caught.value)
        assert str(move) in str(caught.value)
        if move in ENDINGS:
            with pytest.raises(IllegalMove):
                ended(one, move, NOW)
    assert one == decision(state=state)


def test_every_state_is_reached_from_a_proposal():
    assert reachable(State.PROPOSED) == set(State) - {State.PROPOSED}


@pytest.mark.parametrize("state", sorted(COLLECTS))
def test_every_ending_is_one_move_away_while_a_decision_collects(state):
    assert set(MOVES[state].values()) >= ENDS
    assert set(MOVES[state]) >= ENDINGS


@pytest.mark.parametrize("state", sorted(set(State) - {State.PROPOSED, State.REFUSED, State.ANNULLED}))
def test_whatever_was_made_can_be_annulled(state):
    assert MOVES[state][Move.ANNUL] is State.ANNULLED


@pytest.mark.parametrize("state", sorted(ENDS | {State.REFUSED}))
def test_what_is_over_never_collects_again(state):
    assert not reachable(state) & COLLECTS


def test_a_move_back_into_force_would_be_seen():
    planted = MOVES | {State.WITHDRAWN: {Move.RESUME: State.MADE}}
    assert reachable(State.WITHDRAWN, planted) & COLLECTS


def test_only_made_and_paused_decisions_change_without_ending_or_beginning():
    for state, moves in MOVES.items():
        if state not in COLLECTS | {State.PROPOSED}:
            assert set(moves) <= {Move.WITHDRAW, Move.ANNUL}, state


def test_the_endings_are_the_moves_into_an_ended_state():
    assert {move for moves in MOVES.values() for move, to in moves.items() if to in ENDS} == ENDINGS


# --- endings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", sorted(ENDINGS))
def test_an_ending_ends_where_it_is_made(move):
    after = ended(decision(), move, NOW + HOUR)
    assert (after.ended_at, after.until, after.state) == (NOW + HOUR, NOW + HOUR, MOVES[State.MADE][move])
    assert replace(after, state=State.MADE, ended_at=None) == decision()


@pytest.mark.parametrize("move", [Move.WITHDRAW, Move.ANNUL])
def test_an_order_without_an_end_ends_where_it_is_ended(move):
    after = ended(decision(**ORDER), move, NOW + 900 * DAY)
    assert after.until == NOW + 900 * DAY


def test_an_annulment_afterwards_does_not_move_an_end_later():
    withdrawn = ended(decision(), Move.WITHDRAW, NOW + HOUR)
    assert ended(withdrawn, Move.ANNUL, NOW + 9 * DAY).until == NOW + HOUR
    assert ended(withdrawn, Move.ANNUL, NOW + MS).until == NOW + MS


def test_a_clock_that_comes_late_ends_a_decision_when_its_time_was_up():
    one = decision()
    assert ended(one, Move.LAPSE, one.review_due_at + 3 * HOUR).ended_at == one.review_due_at


@given(st.sampled_from(sorted(ENDINGS)), st.integers(-100, 1000), st.booleans())
def test_no_ending_moves_an_end_later(move, hours, by_order):
    one = decision(**ORDER, ends_at=NOW + 20 * DAY) if by_order else decision()
    after = ended(one, move, NOW + hours * HOUR)
    assert after.until <= one.until
    assert after.until == min(one.until, NOW + hours * HOUR)


@pytest.mark.parametrize("ended_at", [NOW, NOW + 20 * DAY - MS, NOW + 20 * DAY, NOW + 20 * DAY + MS, NOW + 30 * DAY])
def test_only_of_a_decision_that_still_covered_an_end_may_anything_have_been_kept_beyond_it(ended_at):
    one = decision(ends_at=NOW + 20 * DAY)
    assert kept_beyond(one, ended_at) is one.covers(ended_at)
    assert kept_beyond(decision(**ORDER), ended_at)


def test_a_device_comes_off_at_once_but_for_one_whose_decision_was_to_follow_another_and_has_not_begun():
    following = decision(follows="d0", starts_at=NOW + 2 * DAY)
    assert worn_until(decision(starts_at=NOW + 2 * DAY), NOW) == NOW
    assert worn_until(following, NOW) == NOW + 2 * DAY
    assert worn_until(following, NOW + 3 * DAY) == NOW + 3 * DAY


# --- objections to ending -------------------------------------------------------------------------------

MAKERS_ALONE = (
    "order_of_another: an order is ended, paused and resumed only by its maker; "
    "a stop that its maker, a court or a regulator has ordered, entered as such"
)
COURTS_ALONE = (
    "not_yours_to_annul: a decision is annulled only by a court or a regulator; "
    "end it; or enter the stop that one of them has ordered"
)
TIMES_ALONE = "by_time_alone: this is for the passing of time, not for anyone to do; end it, which is yours to do"
OFFICER, MAKER = Ender(BO), Ender(COURT)
REGULATOR = Ender("regulator", authority=True)

ENDING = [
    *(("officers", move, OFFICER, ()) for move in (Move.WITHDRAW, Move.SUSPEND, Move.RESUME)),
    *(("order", move, OFFICER, (MAKERS_ALONE,)) for move in (Move.WITHDRAW, Move.SUSPEND, Move.RESUME)),
    *(("order", move, REGULATOR, (MAKERS_ALONE,)) for move in (Move.WITHDRAW, Move.SUSPEND, Move.RESUME)),
    *(("order", move, MAKER, ()) for move in (Move.WITHDRAW, Move.SUSPEND, Move.RESUME, Move.ANNUL)),
    ("officers", Move.ANNUL, OFFICER, (COURTS_ALONE,)),
    ("officers", Move.ANNUL, MAKER, (COURTS_ALONE,)),  # the maker of nothing
    ("officers", Move.ANNUL, REGULATOR, ()),
    ("order", Move.ANNUL, OFFICER, (COURTS_ALONE,)),
    ("order", Move.ANNUL, REGULATOR, ()),
    ("order", Move.ANNUL, Ender("another-court"), (COURTS_ALONE,)),
    *(
        (whose, move, by, (TIMES_ALONE,))
        for whose in ("officers", "order")
        for move in (Move.LAPSE, Move.EXPIRE)
        for by in (OFFICER, MAKER, REGULATOR)
    ),
]


@pytest.mark.parametrize(("whose", "move", "by", "against"), ENDING)
def test_who_may_end_pause_and_resume(whose, move, by, against):
    one = decision(**ORDER) if whose == "order" else decision()
    assert objections_to_ending(one, move, by) == against


# --- objections to proposing ----------------------------------------------------------------------------

TOO_EARLY = "before_the_scheme: it begins before the scheme does; the same from the scheme's first day on"
OUTLIVES = "outlives_the_scheme: it would outlive the scheme; an end no later than the scheme's own"
PROPOSING = {
    "it reaches back": (
        {"starts_at": NOW, "now": NOW + MS},
        ["reaches_back: a decision cannot reach back: it starts now or later; the same from now on"],
    ),
    "a mode the scheme does not permit": (
        {"mode": ModeCode.CARRIED_TRAIL},
        ["not_in_scheme: the scheme does not permit this mode; a lower mode that it permits"],
    ),
    "a power the scheme does not hold": (
        {"power": "p2"},
        ["not_its_power: the scheme does not hold this power; one of the powers that its register names"],
    ),
    "a purpose that is not the scheme's": (
        {"purposes": ("contact", "curiosity")},
        ["not_its_purpose: a purpose is not one of the scheme's; the same without that purpose"],
    ),
    "before the scheme": (
        {"starts_at": NOW - DAY, "now": NOW - DAY},
        [TOO_EARLY],
    ),
    "officers beyond the scheme": ({"review_due_at": NOW + 100 * DAY + MS}, [OUTLIVES]),
    "an order beyond the scheme": ({**ORDER, "ends_at": NOW + 100 * DAY + MS}, [OUTLIVES]),
    "an order without an end in a scheme with one": (ORDER, [OUTLIVES]),
    "everything at once": (
        {
            "starts_at": NOW - DAY,
            "mode": ModeCode.CARRIED_TRAIL,
            "power": "p2",
            "purposes": ("curiosity",),
            "review_due_at": NOW + 101 * DAY,
        },
        [
            "reaches_back: a decision cannot reach back: it starts now or later; the same from now on",
            "not_in_scheme: the scheme does not permit this mode; a lower mode that it permits",
            "not_its_power: the scheme does not hold this power; one of the powers that its register names",
            "not_its_purpose: a purpose is not one of the scheme's; the same without that purpose",
            TOO_EARLY,
            OUTLIVES,
        ],
    ),
}


@pytest.mark.parametrize(("given_", "against"), PROPOSING.values(), ids=PROPOSING.keys())
def test_each_objection_to_a_proposal_is_named(given_, against):
    fields = {"now": NOW} | given_
    now = fields.pop("now")
    assert list(objections_to_proposing(proposal(**fields), SCHEME, now)) == against


PROPOSABLE = {
    "from now": {},
    "from later": {"starts_at": NOW + DAY},
    "every purpose": {"purposes": ("contact", "curfew")},
    "to the scheme's last instant": {"review_due_at": NOW + 100 * DAY},
    "officers whose review comes first": {"ends_at": NOW + 900 * DAY},
    "an order to the scheme's last instant": {**ORDER, "ends_at": NOW + 100 * DAY},
    "an order whose review alone comes later": {
        **ORDER,
        "ends_at": NOW + DAY,
        "review_due_at": NOW + 900 * DAY,
    },
}


@pytest.mark.parametrize("given_", PROPOSABLE.values(), ids=PROPOSABLE.keys())
def test_nothing_stands_against_a_proposal_inside_its_scheme(given_):
    assert objections_to_proposing(proposal(**given_), SCHEME, NOW) == ()


def test_a_scheme_without_an_end_bounds_nothing():
    forever = replace(SCHEME, ends_at=None)
    for one in (proposal(review_due_at=NOW + 9999 * DAY), proposal(**ORDER)):
        assert objections_to_proposing(one, forever, NOW) == ()


# --- objections to making -------------------------------------------------------------------------------

OWN = (
    "own_proposal: nobody approves their own proposal; "
    "another authorising officer can; whoever proposed it can take it back"
)
WAITED = "start_has_passed: its start has passed while it waited: propose it again; the same from a later start"
OVER = "over: what it would follow is over: this is a new decision, not a review; a new proposal that follows nothing"
ELSEWHERE = (
    "follows_another: what it would follow is another person's, or another device's; "
    "a new proposal that follows nothing"
)
MAKERS_ORDER = (
    "order_of_another: an order is followed only by another of its maker's; a new proposal that follows nothing"
)
GAP = "leaves_a_gap: it leaves a gap after what it follows; a start no later than the end of that one"
EARLIER = decision(id="d0", starts_at=NOW - DAY, review_due_at=NOW + DAY)


def no_successor(state):
    return f"no_successor: a decision that is {state} has no successor; a new proposal that follows nothing"


MAKING = {
    "a second person, in time": (proposal(), BO, NOW, None, []),
    "at the last instant": (proposal(starts_at=NOW + HOUR), BO, NOW + HOUR, None, []),
    "its own proposer": (proposal(), ANA, NOW, None, [OWN]),
    "an order entered by its own proposer": (proposal(**ORDER), ANA, NOW, None, [OWN]),
    "too late": (proposal(), BO, NOW + MS, None, [WAITED]),
    "following at once": (proposal(), BO, NOW, EARLIER, []),
    "following without a gap": (proposal(starts_at=NOW + DAY), BO, NOW, EARLIER, []),
    "following with a gap": (proposal(starts_at=NOW + DAY + MS), BO, NOW, EARLIER, [GAP]),
    "following an order without an end": (
        proposal(starts_at=NOW + 99 * DAY, **ORDER),
        BO,
        NOW,
        decision(id="d0", starts_at=NOW - DAY, **ORDER),
        [],
    ),
    "following another person's": (proposal(), BO, NOW, replace(EARLIER, case_id="case_2"), [ELSEWHERE]),
    "following another device's": (proposal(), BO, NOW, replace(EARLIER, strand="second"), [ELSEWHERE]),
    "officers following an order": (
        proposal(),
        BO,
        NOW,
        decision(id="d0", starts_at=NOW - DAY, **ORDER),
        [MAKERS_ORDER],
    ),
    "another court following an order": (
        proposal(authority=Authority.ORDER, maker="another court"),
        BO,
        NOW,
        decision(id="d0", starts_at=NOW - DAY, **ORDER),
        [MAKERS_ORDER],
    ),
    "an order following officers": (proposal(**ORDER), BO, NOW, EARLIER, []),
    "following what is over": (
        proposal(starts_at=NOW + DAY),
        BO,
        NOW + DAY,
        EARLIER,
        [OVER],
    ),
    "following what has not begun": (
        proposal(),
        BO,
        NOW,
        decision(id="d0", starts_at=NOW + MS),
        [OVER],
    ),
    "following what is paused": (
        proposal(),
        BO,
        NOW,
        replace(EARLIER, state=State.SUSPENDED),
        [no_successor("suspended")],
    ),
    "following what has a successor": (
        proposal(),
        BO,
        NOW,
        replace(EARLIER, state=State.SUCCEEDED, ended_at=NOW + HOUR),
        [no_successor("succeeded")],
    ),
    "following a proposal": (
        proposal(),
        BO,
        NOW,
        replace(EARLIER, state=State.PROPOSED),
        [OVER, no_successor("proposed")],
    ),
    "following what was withdrawn": (
        proposal(),
        BO,
        NOW,
        replace(EARLIER, state=State.WITHDRAWN, ended_at=NOW - HOUR),
        [OVER, no_successor("withdrawn"), GAP],
    ),
    "everything at once": (
        proposal(),
        ANA,
        NOW + MS,
        replace(EARLIER, state=State.ANNULLED, ended_at=NOW - HOUR, strand="second", **ORDER),
        [OWN, WAITED, ELSEWHERE, MAKERS_ORDER, OVER, no_successor("annulled"), GAP],
    ),
}


@pytest.mark.parametrize(("one", "by", "now", "predecessor", "against"), MAKING.values(), ids=MAKING.keys())
def test_each_objection_to_a_second_persons_yes_is_named(one, by, now, predecessor, against):
    assert list(objections_to_making(one, by, now, predecessor)) == against


@given(st.text(min_size=1), st.text(min_size=1))
def test_nobody_approves_their_own_proposal(proposer, approver):
    against = objections_to_making(proposal(proposed_by=proposer), approver, NOW, None)
    assert (OWN in against) == (proposer == approver)
    if proposer == approver:
        with pytest.raises(IllegalValue):
            decision(proposed_by=proposer, approved_by=approver)
    else:
        decision(proposed_by=proposer, approved_by=approver)


# --- time -----------------------------------------------------------------------------------------------

REVIEW = NOW + 28 * DAY

# Name: (decision, the first instant at which its time is up or None for never, what that brings)
TIME = {
    "officers who did not review": (decision(), REVIEW, Move.LAPSE),
    "officers who set an end before the review": (decision(ends_at=NOW + DAY), NOW + DAY, Move.EXPIRE),
    "officers who set an end after the review": (decision(ends_at=REVIEW + DAY), REVIEW, Move.LAPSE),
    "officers who set an end at the review": (decision(ends_at=REVIEW), REVIEW, Move.LAPSE),
    "a pause does not stop the clock": (
        decision(state=State.SUSPENDED, suspensions=(Suspension(NOW),)),
        REVIEW,
        Move.LAPSE,
    ),
    "an order with an end": (decision(**ORDER, ends_at=NOW + 90 * DAY), NOW + 90 * DAY, Move.EXPIRE),
    "an order with an end before its review": (decision(**ORDER, ends_at=NOW + DAY), NOW + DAY, Move.EXPIRE),
    "a paused order with an end": (
        decision(**ORDER, ends_at=NOW + DAY, state=State.SUSPENDED),
        NOW + DAY,
        Move.EXPIRE,
    ),
    "an order without an end, its review missed": (decision(**ORDER), None, None),
    "a proposal": (proposal(), None, None),
    **{
        f"one that is {state} already": (decision(state=state, ended_at=NOW + HOUR), None, None)
        for state in sorted(set(State) - COLLECTS - {State.PROPOSED})
    },
}


@pytest.mark.parametrize(("one", "up_at", "move"), TIME.values(), ids=TIME.keys())
def test_what_time_alone_brings_and_to_the_millisecond_when(one, up_at, move):
    far = NOW + 9999 * DAY
    assert time_is_up(one, NOW) is None
    if up_at is None:
        assert time_is_up(one, far) is None
    else:
        assert time_is_up(one, up_at - MS) is None
        assert time_is_up(one, up_at) is move
        assert time_is_up(one, far) is move
        assert move in MOVES[one.state]


@given(st.integers(0, 60), st.none() | st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_a_decision_covers_nothing_from_the_instant_its_time_is_up(day, ends, review, by_order):
    end = None if ends is None else NOW + ends * DAY
    one = decision(**(ORDER if by_order else {}), ends_at=end, review_due_at=NOW + review * DAY)
    assert (time_is_up(one, NOW + day * DAY) is None) == one.covers(NOW + day * DAY)


# --- retention ------------------------------------------------------------------------------------------


def test_one_clock_for_each_category_that_was_kept_by_the_schemes_rule():
    clocks = {clock.category: clock for clock in retention_clocks(decision(), SCHEME, NOW)}
    assert clocks[Category.TRAIL] == RetentionClock("d1", Category.TRAIL, NOW, NOW + 28 * DAY)
    assert clocks[Category.EVENTS] == RetentionClock("d1", Category.EVENTS, NOW, NOW + 365 * DAY)


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_every_category_a_mode_keeps_has_a_clock_and_no_other(mode):
    clocks = retention_clocks(decision(mode=mode.code), SCHEME, NOW)
    assert [clock.category for clock in clocks] == sorted(mode.keeps)
    assert {clock.decision_id for clock in clocks} <= {"d1"}


def test_a_category_without_a_rule_is_due_at_once():
    without = replace(SCHEME, retention=())
    for clock in retention_clocks(decision(), without, NOW):
        assert (clock.started_at, clock.erase_due_at) == (NOW, NOW)


def test_a_rule_of_no_days_is_due_at_once():
    at_once = replace(SCHEME, retention=(RetentionRule(Category.TRAIL, 0, "reasons"),))
    [trail] = [one for one in retention_clocks(decision(), at_once, NOW) if one.category is Category.TRAIL]
    assert trail.erase_due_at == NOW


def test_a_clock_starts_at_the_end_that_is_given_and_not_before():
    for clock in retention_clocks(decision(), SCHEME, NOW + HOUR):
        assert clock.started_at == NOW + HOUR
        assert clock.erase_due_at >= clock.started_at


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_only_what_is_kept_of_fixes_needs_day_keys_from_the_start(mode):
    """A trail where there is one; the evidence of a finding where fixes are judged on arrival and dropped."""
    expected = {
        ModeCode.CARRIED_TRAIL: (Category.TRAIL,),
        ModeCode.FITTED_TRAIL: (Category.TRAIL,),
        ModeCode.ZONE_ON_ARRIVAL: (Category.EVIDENCE,),
    }
    assert kept_categories(decision(mode=mode.code)) == expected.get(mode.code, ())


@pytest.mark.parametrize("mode", LADDER, ids=lambda mode: mode.code)
def test_no_key_is_made_for_what_the_mode_does_not_keep(mode):
    assert set(kept_categories(decision(mode=mode.code))) <= mode.keeps
