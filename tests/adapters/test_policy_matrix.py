"""Who may do what, as a lawyer reads it: drawn from the installed policy by asking it in every circumstance."""

from pathlib import Path

from support.cedar_text import acts_of, functions_of, policies
from support.circumstances import ABOUT, WORDS, permitted, shortest

from custodiet.adapters.policy import CedarPolicy
from custodiet.main.pages import read_policy
from custodiet.model.act import Act
from custodiet.model.staff import Function

GOLDEN = Path(__file__).parents[1] / "golden" / "who-may-do-what.txt"
KIND_OF = {act: kind for kind, acts in ABOUT.items() for act in acts}


def answers(policy, act):
    """Each function to what it needs: None for no, an empty list for yes, descriptions for yes-if.

    Asked are the functions that some policy for this act needs; test_policy_text.py holds every policy to need one.
    """
    kind = KIND_OF[act]
    told = dict.fromkeys(Function)
    asked = {one for each in policies(policy.text).values() if act in acts_of(each) for one in functions_of(each)}
    for function in (one for one in Function if one in asked):
        found, possible = permitted(policy, kind, act, function)
        told[function] = None if not found else [] if found == possible else shortest(found, possible)
    return told


def in_words(act, description):
    pairs = zip(WORDS[KIND_OF[act]].values(), description, strict=True)
    return ", ".join(words[not holds] for words, holds in pairs if holds is not None)


def heads():
    """The functions, each over its column, a word a line."""
    words = [one.split("_") for one in Function]
    rows = [[one[-2] if len(one) > 1 else "" for one in words], [one[-1] for one in words]]
    return [" " * 30 + "".join(cell.ljust(15) for cell in row).rstrip() for row in rows]


def draw(policy):
    matrix = {act: answers(policy, act) for act in Act}
    lines = [
        "Who may do what. Drawn from the installed policy by tests/adapters/test_policy_matrix.py, which asked it",
        'about every act in every circumstance. "yes": always; "if": as told below; a dot: never. All that is told',
        "is needed, and what the rules and the database forbid besides stays forbidden.",
        "",
        *heads(),
    ]
    for act, told in matrix.items():
        cells = ["." if one is None else "if" if one else "yes" for one in told.values()]
        row = act.replace("_", " ").ljust(30) + "".join(cell.ljust(15) for cell in cells).rstrip()
        lines.append(row)
    for act, told in matrix.items():
        ifs = {function: one for function, one in told.items() if one}
        if ifs:
            lines += ["", act.replace("_", " ")]
        for function, descriptions in ifs.items():
            for number, one in enumerate(descriptions):
                lines.append(f"  {'or' if number else function.replace('_', ' ')} if {in_words(act, one)}")
    return "\n".join([*lines, ""])


def test_the_matrix_is_the_one_that_was_read():
    """Whoever changes the policy changes this file too, and a lawyer sees the difference."""
    assert draw(read_policy()) == GOLDEN.read_text("utf-8")


def test_every_act_is_asked_about():
    assert sorted(KIND_OF) == sorted(Act)


def test_a_changed_policy_is_seen():
    policy = read_policy()
    loosened = policy.text.replace("context.authenticated_s <= 900", "context.authenticated_s <= 901", 1)
    schema = (Path(__file__).parents[2] / "src/custodiet/policy/schema.cedarschema").read_text("utf-8")
    changed = CedarPolicy(loosened, schema)
    assert any(answers(changed, act) != answers(policy, act) for act in (Act.GIVE_COPY, Act.DECIDE_BREACH))
