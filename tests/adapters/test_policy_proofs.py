"""What no policy permits, proved on the installed text over all facts there could be.

The proof is of the text under our reading of Cedar (support/cedar_to_z3.py); the last tests hold that reading to Cedar
itself, and plant faults that must be found.
"""

from random import Random

import pytest

z3 = pytest.importorskip("z3", reason="z3-solver is not installed: nothing is proved of the policy text")

from support.cedar_text import acts_of, functions_of, policies  # noqa: E402
from support.cedar_to_z3 import World, allows, possible  # noqa: E402
from support.circumstances import ABOUT, OTHER, SCHEME, WHO  # noqa: E402

from custodiet.main.pages import read_policy  # noqa: E402
from custodiet.model.act import Act, ActorFacts, Kind, Thing  # noqa: E402
from custodiet.model.staff import Function  # noqa: E402

POLICY = read_policy()
TEXT = POLICY.text
CASES = (Kind.CASE, Kind.DECISION, Kind.ALERT, Kind.LOOK_UP, Kind.UNMASK)
FRESH_S = 900
SENSITIVE = (
    *(Act.PROPOSE_DECISION, Act.MAKE_DECISION, Act.RESUME_DECISION, Act.DECIDE_BREACH, Act.GIVE_COPY),
    *(Act.PROPOSE_JOINER, Act.APPROVE_JOINER, Act.REGISTER_SCHEME, Act.AMEND_REGISTER, Act.ADVISE_ON_DPIA),
    *(Act.ACTIVATE_OPERATION, Act.APPROVE_TRANSLATION, Act.KEEP_SENDERS, Act.OPEN_ACCOUNT),
    *(Act.ASK_LOOK_UP, Act.ASK_QUESTION, Act.ASK_IN_ALERT, Act.APPROVE_LOOK_UP, Act.OPEN_READING),
    *(Act.TAKE_REQUEST, Act.APPROVE_RELEASE, Act.GIVE_PACK, Act.ASSESS_RELEASE),
    *(Act.ASK_UNMASK, Act.APPROVE_UNMASK, Act.OPEN_UNMASKED),
    *(Act.ASK_HOLD, Act.PLACE_HOLD, Act.END_QUARANTINE, Act.BREAK_GLASS, Act.ASSESS_GLASS),
    *(Act.ASK_RESTRICTION, Act.PLACE_RESTRICTION, Act.ANSWER_MISUSE),
)


@pytest.fixture(scope="module")
def one():
    return World("one")


def is_(world, *functions):
    return z3.Or([world.who("function") == each for each in functions])


def about(world, *kinds):
    return z3.Or([world.kind == kind for kind in kinds])


def doing(world, *acts):
    return z3.Or([world.act == act for act in acts])


def never(world, *facts, text=TEXT):
    """No policy permits a request of which these hold."""
    return possible(allows(text, world), *facts) is None


OVERSIGHT = (
    Act.READ_LOOKS,
    Act.READ_DECISION,
    Act.READ_ASSURANCE,
    Act.READ_STANDING,
    Act.READ_REGISTER,
    Act.READ_STAFF,
    Act.READ_CONSISTENCY,
)
OF_DPO = (Act.ADVISE_ON_DPIA, Act.ENTER_STOP, Act.CHECK_STOP, Act.ASSESS_GLASS)
OF_REQUESTS = (Act.READ_REQUESTS, Act.TURN_AWAY, Act.DRAW_SAMPLE, Act.RECALL_PACK, Act.ASSESS_RELEASE)
"""What the data protection officer does about agencies: nothing of it gives anything."""
OF_RIGHTS = (Act.PLACE_RESTRICTION, Act.REFUSE_RESTRICTION, Act.END_RESTRICTION, Act.ANSWER_MISUSE)
OF_MISUSE = (Act.READ_MISUSE, Act.REPORT_MISUSE)
OWN = (Act.GIVE_COPY, Act.READ_OWN_LOOKS, Act.READ_OWN_NOTICE, Act.ADD_PLACE, Act.REPORT_OWN_MISUSE)
OF_KEEPING = (Act.READ_KEPT, Act.ASK_HOLD, Act.END_HOLD, Act.OFFER_COPY, Act.END_QUARANTINE)
"""And about erasing: nothing of it opens anything."""
TWO_PEOPLE = [
    (Act.PROPOSE_DECISION, Act.MAKE_DECISION),
    (Act.PROPOSE_DECISION, Act.RESUME_DECISION),
    (Act.SET_CONDITION, Act.MAKE_DECISION),
    (Act.PROPOSE_JOINER, Act.APPROVE_JOINER),
    (Act.OPEN_ACCOUNT, Act.APPROVE_JOINER),
    (Act.AMEND_REGISTER, Act.ACTIVATE_OPERATION),
    (Act.REGISTER_SCHEME, Act.ACTIVATE_OPERATION),
    (Act.PROPOSE_OPERATION, Act.ACTIVATE_OPERATION),
    (Act.WRITE_DPIA, Act.ADVISE_ON_DPIA),
    (Act.ADVISE_ON_DPIA, Act.DEPART_FROM_ADVICE),
    (Act.ASSIGN_CASE, Act.FIT_DEVICE),
    (Act.ASK_LOOK_UP, Act.APPROVE_LOOK_UP),
    (Act.ASK_LOOK_UP, Act.REFUSE_LOOK_UP),
    (Act.OPEN_READING, Act.APPROVE_LOOK_UP),
    (Act.ASSIGN_CASE, Act.OPEN_READING),
    (Act.TAKE_REQUEST, Act.APPROVE_RELEASE),
    (Act.GIVE_PACK, Act.APPROVE_RELEASE),
    (Act.APPROVE_RELEASE, Act.ASSESS_RELEASE),
    (Act.TAKE_REQUEST, Act.ASSESS_RELEASE),
    (Act.ASK_HOLD, Act.PLACE_HOLD),
    (Act.ASK_RESTRICTION, Act.PLACE_RESTRICTION),
    (Act.ANNUL_DECISION, Act.END_QUARANTINE),
    (Act.BREAK_GLASS, Act.ASSESS_GLASS),
]


FIRST, SECOND = World("first"), World("second")


def both(proposing, approving, text=TEXT):
    """One account, two requests, whatever each is about."""
    return possible(
        *(allows(text, FIRST), FIRST.act == proposing),
        *(allows(text, SECOND), SECOND.act == approving),
    )


@pytest.mark.parametrize(("proposing", "approving"), TWO_PEOPLE)
def test_no_account_may_do_both_of_what_takes_two_people(proposing, approving):
    assert both(proposing, approving) is None


def test_nobody_says_yes_to_what_they_proposed_or_to_their_own_role(one):
    own = one.what("proposed_by") == one.who("id")
    decided = (Act.MAKE_DECISION, Act.REFUSE_DECISION, Act.RESUME_DECISION)
    acts = (
        *decided,
        Act.APPROVE_JOINER,
        Act.ACTIVATE_OPERATION,
        Act.CHECK_STOP,
        Act.APPROVE_LOOK_UP,
        Act.REFUSE_LOOK_UP,
        Act.APPROVE_RELEASE,
        Act.ASSESS_RELEASE,
        *(Act.PLACE_HOLD, Act.REFUSE_HOLD),
        Act.ASSESS_GLASS,
        *(Act.PLACE_RESTRICTION, Act.REFUSE_RESTRICTION, Act.ANSWER_MISUSE),
    )
    assert never(one, doing(one, *acts), own)
    assert never(one, doing(one, Act.APPROVE_JOINER), one.what("joiner") == one.who("id"))


def test_nobody_without_sight_reads_a_cases_record(one):
    me = one.who("id")
    sight = z3.And(
        one.who("schemes")(one.what("scheme")),
        z3.Not(one.what("conflicted")(me)),
        z3.Or(
            z3.And(is_(one, Function.CASEWORKER), z3.Or(one.what("officers")(me), one.what("covering")(me))),
            z3.And(is_(one, Function.AUTHORISING_OFFICER), one.what("pending")),
        ),
    )
    assert never(one, doing(one, Act.READ_CASE_RECORD), z3.Not(sight))


def test_an_administrator_does_nothing_with_a_case_a_decision_or_an_alert(one):
    assert never(one, is_(one, Function.ADMINISTRATOR), about(one, *CASES))


def test_an_operator_claims_what_is_free_triages_and_asks_within_what_they_claimed_and_looks_alone_no_more(one):
    free = z3.Not(one.has("resource", "held_by"))
    theirs = z3.And(one.has("resource", "held_by"), one.what("held_by") == one.who("id"))
    may = z3.Or(
        z3.And(doing(one, Act.CLAIM_ALERT), free),
        z3.And(doing(one, Act.TRIAGE_ALERT, Act.ASK_IN_ALERT), theirs),
        doing(one, Act.DECLARE_CONFLICT, Act.READ_STANDING, Act.READ_REGISTER, Act.READ_ALERTS, Act.TURN_AWAY),
        doing(one, Act.BREAK_GLASS, Act.REPORT_MISUSE),
    )
    assert never(one, is_(one, Function.OPERATOR), z3.Not(may))


@pytest.mark.parametrize(
    ("function", "acts"),
    [
        (Function.DPO, (*OVERSIGHT, *OF_DPO, *OF_REQUESTS, *OF_KEEPING, *OF_RIGHTS, *OF_MISUSE)),
        (Function.AUDITOR, (*OVERSIGHT, Act.READ_REQUESTS, Act.READ_KEPT, *OF_MISUSE)),
        (Function.TRANSLATOR, (Act.WRITE_TRANSLATION, Act.APPROVE_TRANSLATION, Act.REPORT_MISUSE)),
        (Function.PERSON, OWN),
        (Function.REPRESENTATIVE, OWN),
        (Function.REQUESTER, ()),
    ],
)
def test_others_do_what_is_theirs_and_nothing_else(one, function, acts):
    assert never(one, is_(one, function), z3.Not(doing(one, *acts)))


def test_a_copy_goes_to_the_person_and_who_speaks_for_them_and_no_member_of_staff_adds_a_place_for_them(one):
    me = one.who("id")
    theirs = z3.Or(
        z3.And(is_(one, Function.PERSON), one.what("subjects")(me)),
        z3.And(is_(one, Function.REPRESENTATIVE), one.what("representatives")(me)),
    )
    assert never(one, doing(one, Act.GIVE_COPY, Act.ADD_PLACE), z3.Not(theirs))


def test_a_conflict_of_interest_shuts_everything_about_a_case_but_declaring_it(one):
    conflicted = one.what("conflicted")(one.who("id"))
    oversight = z3.And(doing(one, Act.READ_DECISION, Act.READ_LOOKS), is_(one, Function.DPO, Function.AUDITOR))
    own = doing(one, *OWN)
    theirs = z3.And(own, is_(one, Function.PERSON, Function.REPRESENTATIVE))
    declaring = doing(one, Act.DECLARE_CONFLICT)
    assert never(one, about(one, *CASES), conflicted, z3.Not(z3.Or(declaring, theirs, oversight)))


def test_nothing_about_a_case_is_done_from_outside_its_scheme_but_oversight(one):
    outside = z3.Not(one.who("schemes")(one.what("scheme")))
    oversight = z3.And(doing(one, Act.READ_DECISION, Act.READ_LOOKS), is_(one, Function.DPO, Function.AUDITOR))
    acts = (Act.ENTER_STOP, Act.RECALL_PACK, Act.ASSESS_RELEASE, Act.ASSESS_GLASS, *OF_KEEPING, *OF_RIGHTS)
    stop = z3.And(doing(one, *acts), is_(one, Function.DPO))
    assert never(one, about(one, *CASES), outside, z3.Not(oversight), z3.Not(stop))


def test_a_sensitive_act_needs_a_fresh_sign_in(one):
    fresh = z3.And(one.has("context", "authenticated_s"), one.fact("context", "authenticated_s") <= FRESH_S)
    assert never(one, doing(one, *SENSITIVE), z3.Not(fresh))


def test_an_account_without_a_function_does_nothing(one):
    assert never(one, z3.Not(one.has("principal", "function")))


def test_facts_that_are_not_there_permit_nothing(one):
    assert never(one, z3.Not(one.there("principal")))
    assert never(one, z3.Not(one.there("resource")), about(one, Kind.CASE, Kind.ALERT))


LOOKS = (Act.ASK_LOOK_UP, Act.ASK_QUESTION, Act.OPEN_READING, Act.ASK_UNMASK, Act.OPEN_UNMASKED)


def test_only_a_caseworker_with_the_case_in_sight_asks_and_reads(one):
    me = one.who("id")
    sight = z3.And(
        is_(one, Function.CASEWORKER),
        one.who("schemes")(one.what("scheme")),
        z3.Not(one.what("conflicted")(me)),
        z3.Or(one.what("officers")(me), one.what("covering")(me)),
    )
    assert never(one, doing(one, *LOOKS), z3.Not(sight))


def test_only_an_operator_of_the_scheme_who_holds_an_alert_asks_within_it(one):
    me = one.who("id")
    theirs = z3.And(
        is_(one, Function.OPERATOR),
        one.who("schemes")(one.what("scheme")),
        z3.Not(one.what("conflicted")(me)),
        z3.And(one.has("resource", "held_by"), one.what("held_by") == me),
    )
    assert never(one, doing(one, Act.ASK_IN_ALERT), z3.Not(theirs))


def test_only_whoever_asked_reads_and_only_an_officer_of_the_scheme_approves(one):
    assert never(one, doing(one, Act.OPEN_READING), one.what("proposed_by") != one.who("id"))
    officer = z3.And(is_(one, Function.AUTHORISING_OFFICER), one.who("schemes")(one.what("scheme")))
    assert never(one, doing(one, Act.APPROVE_LOOK_UP), z3.Not(officer))


def test_nobody_answers_a_request_to_unmask_who_asked_or_gave_the_grant_and_only_whoever_asked_reads(one):
    me, answers = one.who("id"), doing(one, Act.APPROVE_UNMASK, Act.REFUSE_UNMASK)
    assert never(one, answers, z3.Or(one.what("proposed_by") == me, one.what("granted_by") == me))
    assert never(one, doing(one, Act.ASK_UNMASK, Act.OPEN_UNMASKED), one.what("proposed_by") != me)
    officer = z3.And(is_(one, Function.AUTHORISING_OFFICER), one.who("schemes")(one.what("scheme")))
    assert never(one, doing(one, Act.APPROVE_UNMASK), z3.Not(officer))


def test_only_an_operator_of_the_scheme_looks_alone_and_only_the_officer_assesses_it(one):
    operator = z3.And(is_(one, Function.OPERATOR), one.who("schemes")(one.what("scheme")))
    assert never(one, doing(one, Act.BREAK_GLASS), z3.Not(operator))
    assert never(one, doing(one, Act.ASSESS_GLASS), z3.Not(is_(one, Function.DPO)))


def test_an_operator_never_looks_under_a_yes(one):
    looks = (*LOOKS, Act.APPROVE_LOOK_UP, Act.REFUSE_LOOK_UP, Act.END_LOOK_UP, Act.READ_LOOKS)
    looks += (Act.APPROVE_UNMASK, Act.REFUSE_UNMASK)
    assert never(one, is_(one, Function.OPERATOR), doing(one, *looks))


def test_none_of_this_needs_the_adapter_since_no_policy_only_forbids(one):
    """What Cedar alone would allow and the adapter refuses: nothing more than requests in which a policy errs."""
    own = one.what("proposed_by") == one.who("id")
    assert possible(allows(TEXT, one, refuse_on_error=False), doing(one, Act.APPROVE_LOOK_UP), own) is None


# --- and that it says something -------------------------------------------------------------------------


@pytest.mark.parametrize("act", list(Act))
def test_every_act_is_permitted_to_someone(one, act):
    assert possible(allows(TEXT, one), one.act == act) is not None


def with_changed(text, name, was, becomes):
    """The text with one policy loosened."""
    start = text.index(f'@id("{name}")')
    end = text.index("};", start)
    assert was in text[start:end]
    return text[:start] + text[start:end].replace(was, becomes) + text[end:]


PLANTED = {
    "a reader without sight": (
        "caseworker-works-on-a-case-in-sight",
        "resource.covering.contains(principal.id)",
        "resource.pending",
        lambda one: (
            doing(one, Act.READ_CASE_RECORD),
            is_(one, Function.CASEWORKER),
            z3.Not(z3.Or(one.what("officers")(one.who("id")), one.what("covering")(one.who("id")))),
        ),
    ),
    "a conflict that hides nothing": (
        "caseworker-works-on-a-case-in-sight",
        "!resource.conflicted.contains(principal.id)",
        'principal.id != ""',
        lambda one: (doing(one, Act.READ_CASE_RECORD), one.what("conflicted")(one.who("id"))),
    ),
    "a yes to one's own": (
        "authorising-officer-says-yes",
        "resource.proposed_by != principal.id",
        "resource.pending",
        lambda one: (doing(one, Act.MAKE_DECISION), one.what("proposed_by") == one.who("id")),
    ),
    "a stale sign-in": (
        "authorising-officer-says-yes",
        "context.authenticated_s <= 900",
        "context.authenticated_s <= 901",
        lambda one: (doing(one, Act.MAKE_DECISION), one.fact("context", "authenticated_s") > FRESH_S),
    ),
    "a yes to one's own look-up": (
        "authorising-officer-approves-a-look-up",
        "resource.proposed_by != principal.id",
        'resource.proposed_by != ""',
        lambda one: (doing(one, Act.APPROVE_LOOK_UP), one.what("proposed_by") == one.who("id")),
    ),
    "an operator who looks": (
        "caseworker-asks-to-look",
        'principal.function == "caseworker"',
        '["caseworker", "operator"].contains(principal.function)',
        lambda one: (doing(one, Act.ASK_LOOK_UP), is_(one, Function.OPERATOR)),
    ),
    "an officer who looks alone": (
        "operator-breaks-the-glass",
        'principal.function == "operator"',
        '["caseworker", "operator"].contains(principal.function)',
        lambda one: (doing(one, Act.BREAK_GLASS), is_(one, Function.CASEWORKER)),
    ),
    "a question within an alert that another holds": (
        "operator-asks-within-what-they-claimed",
        "resource.held_by == principal.id",
        'resource.held_by != ""',
        lambda one: (doing(one, Act.ASK_IN_ALERT), one.what("held_by") != one.who("id")),
    ),
    "a look alone that is assessed by whoever looked": (
        "dpo-assesses-a-broken-glass",
        "resource.proposed_by != principal.id",
        'resource.proposed_by != ""',
        lambda one: (doing(one, Act.ASSESS_GLASS), one.what("proposed_by") == one.who("id")),
    ),
    "a reading of another's": (
        "caseworker-reads-what-they-asked-for",
        "resource.proposed_by == principal.id",
        'resource.proposed_by != ""',
        lambda one: (doing(one, Act.OPEN_READING), one.what("proposed_by") != one.who("id")),
    ),
    "a third person who is the second": (
        "authorising-officer-approves-unmasking",
        "resource.granted_by != principal.id",
        'resource.granted_by != ""',
        lambda one: (doing(one, Act.APPROVE_UNMASK), one.what("granted_by") == one.who("id")),
    ),
    "an administrator with a case": (
        "authorising-officer-gives-cases",
        'principal.function == "authorising_officer"',
        'principal.function == "administrator"',
        lambda one: (is_(one, Function.ADMINISTRATOR), about(one, *CASES)),
    ),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_in_the_text_is_found(one, what):
    name, was, becomes, hole = PLANTED[what]
    assert never(one, *hole(one))
    assert not never(one, *hole(one), text=with_changed(TEXT, name, was, becomes))


def test_a_function_that_may_do_both_is_found():
    loosened = with_changed(
        TEXT,
        "authorising-officer-says-yes",
        'principal.function == "authorising_officer"',
        '["authorising_officer", "caseworker"].contains(principal.function)',
    )
    assert both(Act.PROPOSE_DECISION, Act.MAKE_DECISION, loosened) is not None


def test_a_rule_that_only_forbids_is_gone_when_it_errs_and_the_adapter_refuses_then(one):
    """Why every permit carries its conditions: with one fact missing, Cedar skips the rule and allows."""
    text = """
@id("any") permit (principal, action in [Custodiet::Action::"read_case_record"], resource is Custodiet::Case)
when { principal has function };
@id("but") forbid (principal, action in [Custodiet::Action::"read_case_record"], resource is Custodiet::Case)
unless { resource.officers.contains(principal.id) };
"""
    outside = z3.Not(one.what("officers")(one.who("id")))
    assert possible(allows(text, one, refuse_on_error=False), outside) is not None
    assert possible(allows(text, one), outside) is None


# --- our reading beside Cedar's own ---------------------------------------------------------------------


def random_request(chance, policy):
    """Aimed at one policy: at random, nearly every request is refused for its kind or its function."""
    accounts, schemes = (WHO, OTHER), (SCHEME, "another")

    def some(of, likely=0.5):
        return frozenset(one for one in of if chance.random() < likely)

    act = Act(chance.choice(sorted(acts_of(policy))))
    kind = next(kind for kind, acts in ABOUT.items() if act in acts)
    of_it = [one for one in Function if one in functions_of(policy)]
    function = chance.choice(of_it if chance.random() < 0.9 else [None, *Function])
    who = ActorFacts(WHO, function, some(schemes, 0.8), chance.choice([None, 0, 900, 901]))
    thing = Thing(
        kind,
        scheme_id=None if kind is Kind.HOUSE else chance.choice(schemes),
        **{name: some(accounts) for name in ("officers", "covering", "subjects", "representatives")},
        conflicted=some(accounts, 0.2),
        pending=chance.random() < 0.8,
        proposed_by=None if kind is Kind.HOUSE else chance.choice(accounts),
        held_by=chance.choice([None, WHO, OTHER]),
        granted_by=chance.choice(accounts),
        joiner=chance.choice(accounts),
        joins_as=chance.choice(list(Function)),
    )
    return who, act, thing


def as_facts(world, who, act, thing):
    """The same request as Z3 facts, for the names that occur."""
    from custodiet.adapters.policy import _account, _thing

    yield from (world.act == act, world.kind == thing.kind, world.there("principal"), world.there("resource"))
    context = {} if who.authenticated_s is None else {"authenticated_s": who.authenticated_s}
    for variable, told in (("principal", _account(who)), ("resource", _thing(thing)), ("context", context)):
        for name in ALL_NAMES:
            yield world.has(variable, name) == (name in told)
        for name, value in told.items():
            fact = world.fact(variable, name)
            if isinstance(value, list):
                yield from (fact(z3.StringVal(one)) == (one in value) for one in (WHO, OTHER, SCHEME, "another"))
            else:
                yield fact == value


ALL_NAMES = (
    *("id", "function", "schemes", "scheme", "officers", "covering", "conflicted", "subjects", "representatives"),
    *("pending", "proposed_by", "held_by", "joiner", "granted_by", "authenticated_s"),
)


def test_our_reading_of_the_text_is_cedars_on_random_requests(one):
    chance, allowed = Random(7), set()
    said = allows(TEXT, one)
    for name, policy in policies(TEXT).items():
        for _ in range(12):
            who, act, thing = random_request(chance, policy)
            verdict = POLICY.may(who, act, thing)
            ours = possible(said, *as_facts(one, who, act, thing)) is not None
            assert ours == verdict.allowed, (name, who, act, thing)
            allowed |= {*verdict.policies}
    assert len(allowed) > 0.8 * len(policies(TEXT))  # a comparison of refusals alone would say little
