"""A place in which every route of the API has something to be asked about, and an account in every position."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from custodiet.adapters import sealing
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.assess_case import Assessor
from custodiet.flows.end_decision import end_decision
from custodiet.flows.keep_caseload import assign_case, declare_conflict
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.stores import read_pins
from custodiet.model.condition import Interval
from custodiet.model.decision import Decision, State
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.glass import Danger, Glass
from custodiet.model.glass_record import GlassBroken
from custodiet.model.identity import ActorId, CaseId, DecisionId, GlassId, LookUpId, UnmaskId
from custodiet.model.look_record import LookUpApproved, LookUpAsked, ReadingOpened
from custodiet.model.look_up import Grant, LookUp, Precision, Reading, ToKnow, Tried
from custodiet.model.mode import ModeCode
from custodiet.model.record import AlertRaised
from custodiet.model.staff import Function
from custodiet.model.unmask import Article9, NotEnough, Unmask
from custodiet.model.unmask_record import UnmaskAsked
from custodiet.rules.decisions import Ender, Move

from .assessing import LIKENESS_KEY
from .house import SCHEME
from .mp3 import silence
from .pages import ADMINISTRATOR, FUNCTIONS, OFFICER, Pages, joins
from .proposing import propose

POSITIONS = {
    "caseworker": "caseworker of the case",
    "elsewhere": "caseworker of other cases",
    "conflicted": "caseworker with a conflict in it",
    "authorising_officer": "authorising officer",
    "partial": "authorising officer with a conflict in it",
    "operator": "operator",
    "dpo": "data protection officer",
    "auditor": "auditor",
    "administrator": "administrator",
    "requester": "requester",
    "person": "person",
    "representative": "representative",
    "translator": "translator",
    "nobody": "account without a role",
}
MORE = {
    "conflicted": Function.CASEWORKER,
    "partial": Function.AUTHORISING_OFFICER,
    "requester": Function.REQUESTER,
    "person": Function.PERSON,
    "representative": Function.REPRESENTATIVE,
    "translator": Function.TRANSLATOR,
}
EACH = 3
"""Cases for whoever may act: one with an alert, to be lowered; one over, with a task; one to be paused and ended."""
OF = {"caseworker": 0, "authorising_officer": 1, "operator": 2}
"""Whose cases are their own, so that nothing was done before with what they act on; all others share the last ones."""
SETS = len(OF) + 1
ANSWERS = ("approve", "narrow", "return", "refuse", "take-back", "restate")
"""What can be answered to a proposal: one waits for each, in the first case of a set."""


def api_place(folder, sets: int = SETS, *, vault: bool = False) -> Pages:
    """The pages with that many sets of cases: M-0000 with an alert, M-0001 over, M-0002 to be ended; and again.

    Of the first, a look-up of caseworker-1 was granted by somebody else, and its unmasking asked for; and an operator
    of whom nothing else is known looked alone. Of whose case is over, something was said that waits for an answer; the
    notice can be heard in English. The last set is of one person, for whom someone speaks.
    """
    pages = Pages(folder, modes=[ModeCode.FITTED_TRAIL] * (EACH * sets), vault=vault)
    with closing(pages.site.open()) as store:
        for name, function in MORE.items():
            joins(store, ActorId(f"{name}-1"), function)
        other = propose_joiner(
            store, SystemChance(), ActorId("elsewhere-1"), Function.CASEWORKER, SCHEME, ADMINISTRATOR
        )
        approve_joiner(store, other, OFFICER)
        theirs = pages.site.wearers[EACH * (sets - 1) : EACH * sets]
        for one in theirs:
            for who in ("person-1", "representative-1"):
                assign_case(store, case_of(store, one), ActorId(who), OFFICER)
        pages.heard = keep_recording(store, SystemChance(), SCHEME, "en", silence(), ActorId("translator-1"))
        approve_recording(store, pages.heard, ActorId("translator-2"))
        assessor = Assessor(store, sealing, SystemChance(), read_pins(pages.site.settings), LIKENESS_KEY)
        pages.said = {}
        for number, one in enumerate(pages.site.wearers):
            with store.reading() as view:
                decision = view.decision(one.decision_id)
            for who in ("conflicted-1", "partial-1"):
                declare_conflict(store, decision.case_id, ActorId(who), ActorId(who))
            if number % EACH == 0:
                _alert(store, one, decision.case_id, f"alert_{number}")
                _looks(store, decision.case_id, number)
                for answer in ANSWERS:
                    propose(store, SystemChance(), _proposal(decision, answer, number))
            elif number % EACH == 1:
                by = Ender(OFFICER)
                end_decision(store, SystemChance(), decision.id, Move.WITHDRAW, by, EndReason.NOT_NEEDED)
                pages.said[one.reference] = assessor.represent(decision.case_id, "made-up words", OFFICER)
    pages.accounts |= {one: pages.account(one) for one in POSITIONS if one not in (*FUNCTIONS, "nobody")}
    return pages


def case_of(store, wearer) -> CaseId:
    """Whose decision it is."""
    with store.reading() as view:
        return view.decision(wearer.decision_id).case_id


def proposed_id(answer: str, number: int) -> DecisionId:
    """The proposal that waits for this answer in that case."""
    return DecisionId(f"decision_{answer}_{number}")


def _proposal(decision: Decision, answer: str, number: int) -> Decision:
    """A rung of its own strand beside what stands, so that a yes to one is no matter for another."""
    starts_at = SystemClock().now() + timedelta(hours=2)
    return replace(
        decision,
        id=proposed_id(answer, number),
        strand=answer,
        mode=ModeCode.TELEPHONE,
        proposed_by=ActorId("caseworker-1"),
        starts_at=starts_at,
        review_due_at=starts_at + timedelta(days=7),
        state=State.PROPOSED,
        approved_by=None,
        made_at=None,
    )


def _alert(store, wearer, case_id, alert_id) -> None:
    at = SystemClock().now()
    raised = Raised(
        alert_id, case_id, wearer.decision_id, wearer.fitting_id, None, Matter.UNANSWERED, Weight.SERVICE, at, at, at
    )
    with store.acting() as act:
        entry = Entry(EntryKind.ALERT_RAISED, ActorId("monitor"), act.case(case_id).person_id)
        act.write(entry, AlertRaised(raised))


def _looks(store, case_id, number) -> None:
    """Written as it would be, and nothing opened: who is answered what needs no place."""
    at, asks = SystemClock().now(), ActorId("caseworker-1")
    window = Interval(at - timedelta(hours=2), at - timedelta(hours=1))
    look_up_id, unmask_id = LookUpId(f"look_up_{number}"), UnmaskId(f"unmask_{number}")
    asked = LookUp(
        *(look_up_id, case_id, "contact", ToKnow.REACH, b"sealed", (Tried.RANG,), window, Precision.FULL),
        asked_by=asks,
        asked_at=at,
    )
    grant = Grant(look_up_id, window, Precision.FULL, ActorId("elsewhere-9"), at, at + timedelta(hours=8))
    about = (NotEnough.THE_TIME, Article9.PUBLIC_INTEREST, b"sealed")
    unmask = Unmask(unmask_id, look_up_id, case_id, window, *about, asked_by=asks, asked_at=at)
    read = Reading(look_up_id, case_id, window, Precision.FULL, asks, at)
    alone = ActorId(f"operator-9{number}")
    glass = Glass(
        *(GlassId(f"glass_{number}"), case_id, Danger.TO_THEM, b"sealed", (Tried.RANG,), window, Precision.FULL),
        by=alone,
        at=at,
    )
    with store.acting() as act:
        for kind, by, record in (
            (EntryKind.LOOK_UP_ASKED, asks, LookUpAsked(asked)),
            (EntryKind.GRANT_GIVEN, grant.approved_by, LookUpApproved(grant)),
            (EntryKind.READING_OPENED, asks, ReadingOpened(read, window)),
            (EntryKind.UNMASK_ASKED, asks, UnmaskAsked(unmask)),
            (EntryKind.GLASS_BROKEN, alone, GlassBroken(glass, (), window)),
        ):
            act.write(Entry(kind, by, act.case(case_id).person_id), record)
