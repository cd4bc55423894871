"""The policy for acts of people, on Cedar: denies on any error, and says of its working only which policies spoke.

Cedar skips a policy that errors and answers by the rest, so an error here is a refusal; its text quotes the facts it
was given, so none of it ever leaves (ADR 16).
"""

import json
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import cedarpy

from custodiet.model.act import Act, ActorFacts, Kind, Thing, Verdict
from custodiet.model.errors import Unready

_WHO = {"type": "Custodiet::Account", "id": "who"}


class CedarPolicy:
    """One policy text under one schema. Raises Unready for a text that does not hold to its schema."""

    def __init__(self, text: str, schema: str) -> None:
        self.text = text
        self.sha256 = sha256(schema.encode() + b"\0" + text.encode()).digest()
        try:
            self._schema = cedarpy.Schema.from_str(schema)
            self._policies = cedarpy.PolicySet.from_str(text)
            found = cedarpy.validate_policies(text, self._schema)
        except Exception as error:  # noqa: BLE001 - the binding raises whatever it likes for a text that is none
            raise Unready(f"the policy text cannot be read: {type(error).__name__}") from None
        if not found.validation_passed:
            raise Unready("the policy text does not hold to its schema: " + "; ".join(str(e) for e in found.errors))
        self._ids = _ids_in(text)

    def may(self, who: ActorFacts, act: Act, thing: Thing) -> Verdict:
        """Whether this account may do this to that. What is not permitted, or could not be decided, is not allowed."""
        what = {"type": f"Custodiet::{thing.kind}", "id": "what"}
        request = {
            "principal": 'Custodiet::Account::"who"',
            "action": f'Custodiet::Action::"{act}"',
            "resource": f'Custodiet::{thing.kind}::"what"',
            "context": {} if who.authenticated_s is None else {"authenticated_s": who.authenticated_s},
        }
        entities = [
            {"uid": _WHO, "attrs": _account(who), "parents": []},
            {"uid": what, "attrs": _thing(thing), "parents": []},
        ]
        said = cedarpy.is_authorized(request, self._policies, json.dumps(entities), self._schema)
        spoke = said.diagnostics.id_annotations_by_reason.values()
        if said.decision is not cedarpy.Decision.Allow or said.diagnostics.errors:
            return Verdict(allowed=False, policies=self._errored(said.diagnostics.errors), policy_sha256=self.sha256)
        return Verdict(allowed=True, policies=tuple(sorted(spoke)), policy_sha256=self.sha256)

    def _errored(self, errors: Iterable[str]) -> tuple[str, ...]:
        named = (re.match(r"error while evaluating policy `(\w+)`", error) for error in errors)
        return tuple(sorted(self._ids.get(one[1], one[1]) for one in named if one is not None))


def _ids_in(text: str) -> dict[str, str]:
    """The name that each policy bears, by the one that Cedar counts it by."""
    policies = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    named = {number: one.get("annotations", {}).get("id", "") for number, one in policies.items()}
    if "" in named.values() or len(set(named.values())) != len(named):
        raise Unready("every policy has an @id of its own")
    return named


def _account(who: ActorFacts) -> dict[str, Any]:
    function = {} if who.function is None else {"function": who.function.value}
    return {"id": who.actor, "schemes": sorted(who.schemes)} | function


def _thing(thing: Thing) -> dict[str, Any]:
    told = {
        "scheme": thing.scheme_id,
        "officers": sorted(thing.officers),
        "covering": sorted(thing.covering),
        "conflicted": sorted(thing.conflicted),
        "subjects": sorted(thing.subjects),
        "representatives": sorted(thing.representatives),
        "pending": thing.pending,
        "proposed_by": thing.proposed_by,
        "held_by": thing.held_by,
        "joiner": thing.joiner,
        "function": None if thing.joins_as is None else thing.joins_as.value,
        "granted_by": thing.granted_by,
    }
    return {name: told[name] for name in _HAS[thing.kind] if told[name] is not None}


_SIGHT = ("scheme", "officers", "covering", "conflicted")
_HAS = {
    Kind.HOUSE: (),
    Kind.SCHEME: ("scheme", "proposed_by"),
    Kind.CASE: (*_SIGHT, "subjects", "representatives", "pending"),
    Kind.DECISION: (*_SIGHT, "pending", "proposed_by"),
    Kind.ALERT: (*_SIGHT, "held_by"),
    Kind.LOOK_UP: (*_SIGHT, "proposed_by"),
    Kind.UNMASK: (*_SIGHT, "proposed_by", "granted_by"),
    Kind.ROLE: ("scheme", "function", "joiner", "proposed_by"),
}
"""Which facts each kind has in the schema; one that is not known is not there."""
