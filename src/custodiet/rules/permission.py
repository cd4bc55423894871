"""Why a policy said no, in words: which fact is missing, found by asking the same policy again with it in place.

So the words follow the policy text, whatever it says: nothing here is a second copy of it.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

from custodiet.model.act import Act, ActorFacts, Thing, Verdict
from custodiet.model.alert import AlertMove
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function

ACT_OF_ALERT_MOVE: dict[AlertMove, Act] = {
    AlertMove.CLAIM: Act.CLAIM_ALERT,
    AlertMove.RELEASE: Act.TRIAGE_ALERT,
    AlertMove.TRIAGE: Act.TRIAGE_ALERT,
    AlertMove.CLEAR: Act.TRIAGE_ALERT,
    AlertMove.SUSPECT: Act.CALL_POSSIBLE_BREACH,
    AlertMove.ENQUIRE: Act.OPEN_ENQUIRY,
    AlertMove.EXCUSE: Act.EXCUSE_BREACH,
    AlertMove.DECIDE: Act.DECIDE_BREACH,
    AlertMove.NOTIFY: Act.NOTIFY_BREACH,
    AlertMove.SUSPEND: Act.TRIAGE_ALERT,
}
"""What to ask the policy about before a move of an alert: whoever triages may clear it, return it or set it aside."""
_SOMEONE_ELSE = ActorId("someone else")

Asked = tuple[ActorFacts, Thing]


def _fresh(who: ActorFacts, thing: Thing) -> Asked:
    return replace(who, authenticated_s=0), thing


def _of_scheme(who: ActorFacts, thing: Thing) -> Asked:
    more = frozenset() if thing.scheme_id is None else frozenset({thing.scheme_id})
    return replace(who, schemes=who.schemes | more), thing


def _in_sight(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(
        thing,
        officers=thing.officers | {who.actor},
        subjects=thing.subjects | {who.actor},
        representatives=thing.representatives | {who.actor},
    )


def _no_conflict(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, conflicted=thing.conflicted - {who.actor})


def _pending(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, pending=True)


def _anothers(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, proposed_by=_SOMEONE_ELSE)


def _granted_by_another(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, granted_by=_SOMEONE_ELSE)


def _own(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, proposed_by=who.actor)


def _not_for_oneself(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, joiner=_SOMEONE_ELSE)


def _free(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, held_by=None)


def _held(who: ActorFacts, thing: Thing) -> Asked:
    return who, replace(thing, held_by=who.actor)


_PLACED: dict[str, Callable[[ActorFacts, Thing], Asked]] = {
    "sign_in_again: sign in again; this needs a sign-in of the last quarter of an hour": _fresh,
    "conflict: you have a declared conflict of interest in this case; another officer can do it": _no_conflict,
    "not_in_sight: the case is not in your sight; its officer or an authorising officer can give you cover": _in_sight,
    "not_your_scheme: you hold no role in this scheme; someone who does can do it": _of_scheme,
    "own_proposal: nobody approves their own proposal; another authorising officer can": _anothers,
    "own_grant: whoever gave the grant does not answer this; another authorising officer can": _granted_by_another,
    "own_role: nobody approves a role of their own; another authorising officer can": _not_for_oneself,
    "not_your_proposal: only whoever proposed or asked for it can; you can refuse it, or ask for one of your own": _own,
    "no_proposal: no proposal waits; while one does, this is open to you": _pending,
    "held_by_another: someone else holds this alert; it can be given back": _free,
    "not_claimed: you have not claimed this alert; claim it first": _held,
}
_ONE_OF = ((_anothers, _own), (_free, _held))
"""Facts that cannot both be in place."""
FUNCTIONS = {
    Function.CASEWORKER: "a caseworker",
    Function.AUTHORISING_OFFICER: "an authorising officer",
    Function.OPERATOR: "an operator",
    Function.DPO: "the data protection officer",
    Function.AUDITOR: "an auditor",
    Function.REQUESTER: "a requester",
    Function.PERSON: "the person",
    Function.REPRESENTATIVE: "the person's representative",
    Function.TRANSLATOR: "a translator",
    Function.ADMINISTRATOR: "an administrator",
}
"""What each function is called in a sentence."""


May = Callable[[ActorFacts, Act, Thing], Verdict]


def what_is_missing(may: May, who: ActorFacts, act: Act, thing: Thing) -> tuple[str, ...]:
    """Facts with which the policy would have permitted it, none too many, each as `code: words`.

    Where only another function could do it, that is what is said; empty when nobody could.
    """
    words = _enough(may, who, act, thing)
    if words:
        return words
    could = [
        name
        for function, name in FUNCTIONS.items()
        if _enough(may, replace(who, function=function), act, thing) is not None
    ]
    return (
        (
            (
                f"not_your_function: this is for {' or '.join(could)}; "
                "ask one of them; what you can do yourself is on your own pages"
            ),
        )
        if could
        else ()
    )


def _enough(may: May, who: ActorFacts, act: Act, thing: Thing) -> tuple[str, ...] | None:
    """None: with all of these facts in place it would still be refused."""
    for not_these in product(*_ONE_OF):
        words = [one for one, place in _PLACED.items() if place not in not_these]
        if _allowed(may, who, act, thing, words):
            for one in reversed(words):
                without = [other for other in words if other != one]
                if _allowed(may, who, act, thing, without):
                    words = without
            return tuple(words)
    return None


def _allowed(may: May, who: ActorFacts, act: Act, thing: Thing, words: list[str]) -> bool:
    asked = who, thing
    for one in words:
        asked = _PLACED[one](*asked)
    return may(asked[0], act, asked[1]).allowed
