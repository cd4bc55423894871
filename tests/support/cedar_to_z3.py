"""The policy text as Cedar parsed it, read into Z3: what it permits over all facts there could be.

Only what our policies use is read; anything else raises. As in Cedar, a policy that errs is skipped: attributes and
whole entities may be missing, whatever the schema promises, so what is proved here holds without it.
"""

from functools import cache

import z3
from support.cedar_text import acts_of, policies

NAMES = z3.StringSort()
SETS = {"schemes", "officers", "covering", "conflicted", "subjects", "representatives"}
FLAGS = {"pending"}
NUMBERS = {"authenticated_s"}


class World:
    """Any one request, its facts unknown. Two worlds may share who asks: `who` is their common name."""

    def __init__(self, name, who="who"):
        self.names = {"principal": who, "resource": f"{name}.what", "context": f"{name}.context"}
        self.act = z3.Const(f"{name}.act", NAMES)
        self.kind = z3.Const(f"{name}.kind", NAMES)

    def there(self, variable):
        """Whether the entity is among the facts at all. A context always is."""
        return z3.BoolVal(variable == "context") if variable == "context" else z3.Bool(f"{self.names[variable]} there")

    def has(self, variable, attribute):
        return z3.Bool(f"{self.names[variable]} has {attribute}")

    def fact(self, variable, attribute):
        """The attribute's value; of a set, whether a name is in it."""
        name = f"{self.names[variable]}.{attribute}"
        if attribute in SETS:
            return z3.Function(name, NAMES, z3.BoolSort())
        if attribute in FLAGS:
            return z3.Bool(name)
        return z3.Int(name) if attribute in NUMBERS else z3.Const(name, NAMES)

    def who(self, attribute):
        return self.fact("principal", attribute)

    def what(self, attribute):
        return self.fact("resource", attribute)


def read(expression, world):
    """(whether it errs, its value)."""
    [(operator, given)] = expression.items()
    match operator:
        case "Value":
            return z3.BoolVal(False), z3.StringVal(given) if isinstance(given, str) else z3.IntVal(given)
        case "." | "has":
            variable, attribute = given["left"]["Var"], given["attr"]
            there, has = world.there(variable), world.has(variable, attribute)
            if operator == "has":
                return z3.BoolVal(False), z3.And(there, has)
            return z3.Not(z3.And(there, has)), world.fact(variable, attribute)
        case "!":
            errs, value = read(given["arg"], world)
            return errs, z3.Not(value)
        case "&&" | "||":
            (first_errs, first), (then_errs, then) = read(given["left"], world), read(given["right"], world)
            if operator == "&&":
                return z3.Or(first_errs, z3.And(first, then_errs)), z3.And(first, then)
            return z3.Or(first_errs, z3.And(z3.Not(first), then_errs)), z3.Or(first, then)
        case "contains":
            errs, name = read(given["right"], world)
            if "Set" in given["left"]:
                return errs, z3.Or([name == one["Value"] for one in given["left"]["Set"]])
            set_errs, holds = read(given["left"], world)
            return z3.Or(set_errs, errs), holds(name)
        case "==" | "!=" | "<=":
            (left_errs, left), (right_errs, right) = read(given["left"], world), read(given["right"], world)
            value = {"==": left == right, "!=": left != right}.get(operator)
            return z3.Or(left_errs, right_errs), left <= right if value is None else value
    raise NotImplementedError(operator)


def satisfied(policy, world):
    """(whether it errs, whether it is satisfied), for one policy."""
    kind = policy["resource"]["entity_type"].removeprefix("Custodiet::")
    scope = z3.And(z3.Or([world.act == one for one in sorted(acts_of(policy))]), world.kind == kind)
    errs, holds = z3.BoolVal(False), scope
    for condition in policy["conditions"]:
        body_errs, body = read(condition["body"], world)
        errs = z3.Or(errs, z3.And(holds, body_errs))
        holds = z3.And(holds, body if condition["kind"] == "when" else z3.Not(body))
    return errs, z3.And(z3.Not(errs), holds)


@cache
def allows(text, world, *, refuse_on_error=True):
    """Whether the text allows the request: as our adapter answers, or as Cedar alone does. Said once of each world."""
    read_ = {name: (one["effect"], *satisfied(one, world)) for name, one in policies(text).items()}
    permit = z3.Or([holds for effect, _, holds in read_.values() if effect == "permit"])
    forbid = z3.Or([holds for effect, _, holds in read_.values() if effect == "forbid"])
    said = z3.And(permit, z3.Not(forbid))
    return z3.And(said, z3.Not(z3.Or([errs for _, errs, _ in read_.values()]))) if refuse_on_error else said


def possible(*facts):
    """A world in which all of these hold, or None: then it is proved that there is none."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(*facts)
    answer = solver.check()
    assert answer != z3.unknown
    return solver.model() if answer == z3.sat else None
