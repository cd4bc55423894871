"""The policy text as Cedar itself parsed it: its policies, and the conditions that each of them needs."""

import json
from functools import cache

import cedarpy

from custodiet.model.staff import Function

FUNCTION = {".": {"left": {"Var": "principal"}, "attr": "function"}}


@cache
def policies(text):
    """Each policy by the name it bears. Read once: nobody changes them."""
    parsed = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return {one["annotations"]["id"]: one for one in parsed.values()}


def acts_of(policy):
    """The acts that a policy speaks of."""
    action = policy["action"]
    named = action.get("entities") or [action["entity"]]
    return {one["id"] for one in named}


def needs(policy):
    """The conditions that all have to hold."""

    def parts(body):
        if "&&" in body:
            return [*parts(body["&&"]["left"]), *parts(body["&&"]["right"])]
        return [body]

    return [part for one in policy["conditions"] for part in parts(one["body"]) if one["kind"] == "when"]


def functions_of(policy):
    """The functions of which a policy needs one: all of them where it needs none."""
    named = set(Function)
    for part in needs(policy):
        if part.get("==", {}).get("left") == FUNCTION:
            named &= {part["=="]["right"]["Value"]}
        elif part.get("contains", {}).get("right") == FUNCTION:
            named &= {one["Value"] for one in part["contains"]["left"]["Set"]}
    return named
