"""Every circumstance that the facts of an act can stand in, by name, and the policy's answer to each."""

from dataclasses import replace
from itertools import product

from custodiet.model.act import Act, ActorFacts, Kind, Thing
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.staff import Function

WHO, OTHER = ActorId("who"), ActorId("somebody-else")
SCHEME = SchemeId("scheme")
OFFICES = Function.DPO, Function.CASEWORKER

A = Act
ABOUT = {
    Kind.HOUSE: (
        *(A.READ_CASE_LIST, A.PROPOSE_JOINER, A.REGISTER_SCHEME, A.AMEND_REGISTER, A.REGISTER_DEVICE),
        *(A.KEEP_SENDERS, A.APPROVE_TRANSLATION, A.READ_ASSURANCE, A.READ_STANDING, A.READ_REGISTER, A.READ_PROPOSALS),
        *(A.READ_ALERTS, A.READ_STAFF, A.OPEN_ACCOUNT, A.WRITE_TRANSLATION, A.RECORD_TRAINING),
        *(A.TURN_AWAY, A.READ_REQUESTS, A.DRAW_SAMPLE, A.READ_KEPT),
        *(A.READ_MISUSE, A.REPORT_MISUSE),
    ),
    Kind.SCHEME: (
        *(A.OPEN_CASE, A.ADVISE_ON_DPIA, A.ACTIVATE_OPERATION, A.WRITE_DPIA, A.DEPART_FROM_ADVICE),
        *(A.RECORD_CONSULTATION, A.PROPOSE_OPERATION, A.CLOSE_OPERATION, A.END_SCHEME, A.END_MANY, A.CHECK_STOP),
        A.READ_CONSISTENCY,
    ),
    Kind.ROLE: (A.APPROVE_JOINER, A.RETURN_JOINER, A.END_ROLE, A.READ_FIGURES),
    Kind.CASE: (
        *(A.PROPOSE_DECISION, A.NAME_PERSON, A.READ_CASE_RECORD, A.FIT_DEVICE, A.COMPLETE_TASK, A.STATE_FACT),
        *(A.AUTHORISE_ABSENCE, A.BOOK_REMOVAL, A.GIVE_COPY, A.ASSIGN_CASE, A.HAND_OVER_CASE, A.GIVE_COVER),
        *(A.DECLARE_CONFLICT, A.DECLARE_CONFLICT_OF_ANOTHER, A.ASK_LOOK_UP, A.ASK_QUESTION),
        *(A.ASSESS_CASE, A.STEP_DOWN, A.CLOSE_CASE, A.ENTER_STOP, A.GIVE_NOTICE, A.READ_LOOKS),
        *(A.READ_OWN_NOTICE, A.READ_OWN_LOOKS),
        *(A.TAKE_REQUEST, A.ASK_HOLD),
        A.TAKE_REQUEST,
        A.ADD_PLACE,
        A.ASK_RESTRICTION,
        A.BREAK_GLASS,
        A.REPORT_OWN_MISUSE,
    ),
    Kind.LOOK_UP: (
        *(A.APPROVE_LOOK_UP, A.REFUSE_LOOK_UP, A.END_LOOK_UP, A.OPEN_READING),
        *(A.APPROVE_RELEASE, A.REFUSE_RELEASE, A.GIVE_PACK, A.RECALL_PACK, A.ASSESS_RELEASE),
        *(A.PLACE_HOLD, A.REFUSE_HOLD, A.END_HOLD),
        A.ASK_UNMASK,
        *(A.PLACE_RESTRICTION, A.REFUSE_RESTRICTION, A.END_RESTRICTION),
        A.ASSESS_GLASS,
        A.ANSWER_MISUSE,
    ),
    Kind.UNMASK: (A.APPROVE_UNMASK, A.REFUSE_UNMASK, A.OPEN_UNMASKED),
    Kind.DECISION: (
        *(A.SET_CONDITION, A.TAKE_BACK_PROPOSAL, A.READ_DECISION, A.MAKE_DECISION, A.REFUSE_DECISION),
        *(A.SUSPEND_DECISION, A.RESUME_DECISION, A.WITHDRAW_DECISION, A.ANNUL_DECISION),
        *(A.OFFER_COPY, A.END_QUARANTINE),
    ),
    Kind.ALERT: (
        *(A.CLAIM_ALERT, A.TRIAGE_ALERT, A.CALL_POSSIBLE_BREACH, A.OPEN_ENQUIRY, A.RECORD_REPLY),
        *(A.EXCUSE_BREACH, A.DECIDE_BREACH, A.NOTIFY_BREACH, A.ASK_IN_ALERT),
    ),
}
"""What each act is about."""

SCHEME_WORDS = ("in a scheme of theirs", "in a scheme that is not theirs")
CASE_WORDS = {
    "scheme": SCHEME_WORDS,
    "own": ("the case is their own", "the case is not their own"),
    "cover": ("they cover it", "they do not cover it"),
    "conflict": ("they have a conflict of interest", "no conflict of interest"),
}
PROPOSED = {"proposed": ("they proposed it", "someone else proposed it")}
FRESH = {"fresh": ("signed in within a quarter of an hour", "signed in longer ago")}
WORDS = {
    Kind.HOUSE: FRESH,
    Kind.SCHEME: {"scheme": SCHEME_WORDS} | PROPOSED | FRESH,
    Kind.ROLE: {
        "scheme": SCHEME_WORDS,
        "self": ("it is their own role", "it is someone else's role"),
        "office": ("it is an officer's or for every scheme", "it is for one scheme, and no officer's"),
    }
    | PROPOSED
    | FRESH,
    Kind.CASE: CASE_WORDS | {"pending": ("a proposal waits", "no proposal waits")} | FRESH,
    Kind.DECISION: CASE_WORDS | {"pending": ("it waits for a yes", "it waits no more")} | PROPOSED | FRESH,
    Kind.LOOK_UP: CASE_WORDS | {"proposed": ("they asked for it", "someone else asked for it")} | FRESH,
    Kind.UNMASK: CASE_WORDS
    | {"proposed": ("they asked for it", "someone else asked for it")}
    | {"granted": ("they gave the grant", "someone else gave the grant")}
    | FRESH,
    Kind.ALERT: CASE_WORDS
    | {"theirs": ("they hold it", "they do not hold it"), "taken": ("someone holds it", "nobody holds it")}
    | FRESH,
}
"""Circumstances of each kind of thing: what is said when one holds, and when it does not."""


def facts(kind, function, holding):
    """The facts in which exactly these circumstances hold; None where they cannot hold together."""
    if "theirs" in holding and "taken" not in holding:
        return None
    mine = frozenset({WHO})
    none = frozenset()
    given = {
        Function.CASEWORKER: "officers",
        Function.PERSON: "subjects",
        Function.REPRESENTATIVE: "representatives",
    }.get(function, "officers")
    thing = Thing(kind)
    if kind is not Kind.HOUSE:
        thing = replace(thing, scheme_id=SCHEME, proposed_by=WHO if "proposed" in holding else OTHER)
    if kind is Kind.ROLE:
        joins_as = OFFICES["office" not in holding]
        scheme = None if joins_as is Function.DPO else SCHEME
        thing = replace(thing, joiner=WHO if "self" in holding else OTHER, joins_as=joins_as, scheme_id=scheme)
    if kind in (Kind.CASE, Kind.DECISION, Kind.ALERT, Kind.LOOK_UP, Kind.UNMASK):
        thing = replace(
            thing,
            granted_by=WHO if "granted" in holding else OTHER,
            covering=mine if "cover" in holding else none,
            conflicted=mine if "conflict" in holding else none,
            pending="pending" in holding,
            held_by=(WHO if "theirs" in holding else OTHER) if "taken" in holding else None,
        )
        thing = replace(thing, **{given: mine if "own" in holding else none})
    who = ActorFacts(
        WHO,
        function,
        frozenset({SCHEME}) if "scheme" in holding else frozenset(),
        900 if "fresh" in holding else 901,
    )
    return who, thing


def permitted(policy, kind, act, function):
    """Every set of circumstances in which the policy permits this act, of those that can hold together."""
    names = list(WORDS[kind])
    found, possible = set(), set()
    for bits in product((False, True), repeat=len(names)):
        asked = facts(kind, function, {name for name, holds in zip(names, bits, strict=True) if holds})
        if asked is None:
            continue
        possible.add(bits)
        if policy.may(asked[0], act, asked[1]).allowed:
            found.add(bits)
    return found, possible


def shortest(found, possible):
    """The fewest, shortest descriptions that are true of what was found and of nothing else that is possible.

    A description is a tuple of True, False or None (it does not matter), one for each circumstance.
    """
    if not found:
        return []
    order = sorted(possible)
    # Sets of circumstances as the bits of a number: this is asked some thousand times for each act.
    holds = [
        {value: sum(1 << n for n, bits in enumerate(order) if bits[place] is value) for value in (False, True)}
        for place in range(len(order[0]))
    ]
    everything = (1 << len(order)) - 1
    left = wanted = sum(1 << n for n, bits in enumerate(order) if bits in found)
    true = {}
    for one in product((None, True, False), repeat=len(order[0])):
        covered = everything
        for place, part in enumerate(one):
            covered &= everything if part is None else holds[place][part]
        if covered and not covered & ~wanted:
            true[one] = covered
    chosen = []
    while left:
        best = max(true, key=lambda one: ((true[one] & left).bit_count(), one.count(None), [str(p) for p in one]))
        chosen.append(best)
        left &= ~true[best]
    return sorted(chosen, key=lambda one: [str(part) for part in one], reverse=True)
