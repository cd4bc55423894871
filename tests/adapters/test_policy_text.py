"""The policy text and its engine: it holds to its schema, denies on any error, and tells nothing of the facts."""

from itertools import product

import pytest
from support.cedar_text import FUNCTION, acts_of, functions_of, needs, policies
from support.circumstances import OTHER, SCHEME, WHO

from custodiet.adapters.policy import CedarPolicy
from custodiet.main.pages import read_policy
from custodiet.model.act import HOUSE, Act, ActorFacts, Kind, Thing
from custodiet.model.errors import Unready
from custodiet.model.staff import Function

SCHEMA = """
namespace Custodiet {
  entity Account { id: String, function?: String, schemes: Set<String> };
  entity House;
  entity Case {
    scheme: String, officers: Set<String>, covering: Set<String>, conflicted: Set<String>,
    subjects: Set<String>, representatives: Set<String>, pending: Bool,
  };
  action read_assurance appliesTo { principal: [Account], resource: [House], context: { authenticated_s?: Long } };
  action read_case_record appliesTo { principal: [Account], resource: [Case], context: { authenticated_s?: Long } };
}
"""
WIDE = '@id("wide") permit (principal, action, resource);'
FORBIDS = """
@id("not-outside") forbid (principal, action == Custodiet::Action::"read_case_record", resource is Custodiet::Case)
unless { 9223372036854775807 + 1 == 0 };
"""
ANYONE = ActorFacts(WHO, Function.CASEWORKER, frozenset({SCHEME}))
CASE = Thing(Kind.CASE, scheme_id=SCHEME)
INSTALLED = policies(read_policy().text)


def test_every_permit_is_a_permit_by_name_that_needs_a_function_and_nothing_rests_on_a_forbid():
    for name, policy in INSTALLED.items():
        assert policy["effect"] == "permit", name
        assert functions_of(policy) < set(Function), name
        assert [one["kind"] for one in policy["conditions"]] == ["when"], name


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_what_a_policy_reads_that_may_not_be_there_it_has_asked_for_before(name):
    conditions = [str(one) for one in needs(INSTALLED[name])]
    asked = str({"has": {"left": {"Var": "principal"}, "attr": "function"}})
    assert conditions.index(asked) < next(n for n, one in enumerate(conditions) if str(FUNCTION) in one)


def test_every_act_is_spoken_of():
    spoken = {act for policy in INSTALLED.values() for act in acts_of(policy)}
    assert spoken == set(Act)


def test_an_account_without_a_function_may_do_nothing():
    policy = read_policy()
    for act, kind in product(Act, Kind):
        thing = (
            HOUSE if kind is Kind.HOUSE else Thing(kind, SCHEME, proposed_by=OTHER, joiner=OTHER, joins_as=Function.DPO)
        )
        assert not policy.may(ActorFacts(WHO, None, frozenset({SCHEME}), 0), act, thing).allowed


def test_an_act_on_another_kind_of_thing_than_its_own_is_not_permitted():
    who = ActorFacts(WHO, Function.DPO, frozenset(), 0)
    policy = read_policy()
    assert policy.may(who, Act.READ_ASSURANCE, HOUSE).allowed
    assert not policy.may(who, Act.READ_ASSURANCE, Thing(Kind.SCHEME, SCHEME)).allowed


def test_a_policy_that_errs_is_a_refusal_and_only_its_name_is_told():
    """Cedar itself skips it and says Allow: a rule that only forbids would be gone."""
    policy = CedarPolicy(WIDE + FORBIDS, SCHEMA)
    said = policy.may(ANYONE, Act.READ_CASE_RECORD, CASE)
    assert (said.allowed, said.policies) == (False, ("not-outside",))
    assert CedarPolicy(WIDE, SCHEMA).may(ANYONE, Act.READ_CASE_RECORD, CASE).allowed


def test_facts_that_are_missing_are_a_refusal():
    policy = CedarPolicy(WIDE, SCHEMA)
    assert not policy.may(ANYONE, Act.READ_CASE_RECORD, Thing(Kind.CASE)).allowed
    assert not policy.may(ANYONE, Act.MAKE_DECISION, CASE).allowed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("permit (", "cannot be read"),
        ('@id("a") permit (principal, action, resource) when { resource.colour == "red" };', "hold to its schema"),
        ("permit (principal, action, resource);", "@id of its own"),
        (WIDE + WIDE, "@id of its own"),
    ],
    ids=["no policy", "a fact that is none", "without a name", "two of one name"],
)
def test_a_text_that_cannot_be_relied_on_is_not_taken(text, why):
    with pytest.raises(Unready, match=why):
        CedarPolicy(text, SCHEMA)


def test_the_digest_is_of_the_text_and_its_schema():
    one = CedarPolicy(WIDE, SCHEMA)
    assert len(one.sha256) == 32
    assert one.sha256 == CedarPolicy(WIDE, SCHEMA).sha256
    assert one.sha256 != CedarPolicy(WIDE + "\n", SCHEMA).sha256
    assert one.sha256 != CedarPolicy(WIDE, SCHEMA + "\n").sha256
    assert one.may(ANYONE, Act.READ_CASE_RECORD, CASE).policy_sha256 == one.sha256
