"""Every refusal that people are shown has a code, says what is missing and what narrower thing would pass.

Read off the text of the code itself, so that a new one is seen here before anyone meets it.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import custodiet
from custodiet.entrypoints.web.reasons import reasons_of
from custodiet.entrypoints.wording_rules import rules
from custodiet.model.dpia import Dpia
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.objection import Objection
from custodiet.model.register import Register
from custodiet.model.report import Reason
from custodiet.rules.dpia import gaps

HOME = Path(custodiet.__file__).parent
FILES = sorted(
    file
    for place in ("rules", "flows", "entrypoints/web/views", "wire/profiles.py", "adapters/store/sql.py")
    for file in ([HOME / place] if place.endswith(".py") else (HOME / place).rglob("*.py"))
)
TREES = {file.relative_to(HOME): ast.parse(file.read_text()) for file in FILES}
CODED = re.compile(r"[a-z][a-z0-9_.…]*: .+", re.DOTALL)
REFUSING = re.compile(r"objections_to_|_against|against_|why_not_told")
PARTS = {"none is operational", "a day", "30 days", "no place"}
"""What a refusal is put together from."""


def said(node: ast.AST) -> str | None:
    """A text as it stands, joined where it was broken, an ellipsis for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
    return None


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text under a node but docstrings and the arguments of an Objection, which has its own `instead`."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(one) for one in ast.walk(node)} - {id(node)}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Objection":
            skipped |= {id(one) for one in ast.walk(node)}
        text = None if id(node) in skipped else said(node)
        if text is not None:
            yield node.lineno, text


def refusing(tree: ast.AST) -> Iterator[ast.AST]:
    """Where refusals are made: functions that give them, and what NotPermitted is raised with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and REFUSING.search(node.name):
            yield node
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotPermitted":
            yield node


def test_every_coded_refusal_says_what_would_pass():
    found = {
        f"{file}:{line}": text for file, tree in TREES.items() for line, text in texts(tree) if CODED.fullmatch(text)
    }
    assert len(found) > 200
    lacking = {}
    for place, text in found.items():
        [told] = reasons_of(NotPermitted("", (text.replace("…", "x"),)))
        if not (told.code and told.missing and told.instead):
            lacking[place] = text
    assert lacking == {}


def test_no_refusal_is_without_a_code():
    uncoded = {
        f"{file}:{line}": text
        for file, tree in TREES.items()
        for place in refusing(tree)
        for line, text in texts(place)
        if " " in text.strip("; ") and text not in PARTS and not CODED.fullmatch(text.replace("…: ", "code: ", 1))
    }
    assert uncoded == {}


def test_a_refused_rung_offers_the_one_that_is_ready():
    [told] = reasons_of(NotPermitted("", (Objection("lower_unanswered", "not answered", "home", ModeCode.TELEPHONE),)))
    assert (told.code, told.missing) == ("lower_unanswered", "home: not answered")
    assert "rung 3" in told.instead


def test_every_refusal_stands_on_the_page_of_rules_in_its_own_words():
    there = {(one.code, one.missing) for one in rules()}
    raised = {text for tree in TREES.values() for _, text in texts(tree) if CODED.fullmatch(text)}
    assert {one for one in raised if tuple(one.partition(";")[0].split(": ", 1)) not in there} == set()


def test_no_code_is_lacking_on_the_page_of_rules():
    """Those that no text of the code shows whole: of a rung, of the gate, and of a scheme that lacks everything."""
    codes = {one.code for one in rules()}
    of_rungs = {
        one.args[0].value
        for tree in TREES.values()
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Objection"
        if isinstance(one.args[0], ast.Constant)
    }
    lacking = gaps(Register(SchemeId("bare")), Dpia(SchemeId("bare")), datetime(2031, 3, 3, tzinfo=UTC))
    wanted = of_rungs | {one.value for one in Reason} | {one.code for one in lacking}
    assert len(wanted) > 40
    assert wanted - codes == set()


def test_every_rule_on_the_page_says_what_would_pass_and_what_it_comes_from():
    assert [one for one in rules() if not (one.instead and one.sources and one.subject)] == []
