"""Draws src/custodiet/entrypoints/rules.json: every rule that refuses, in the words it refuses with. `./dev docs`.

Read off the rules' own code, so that the page of rules (/rules) cannot lack one or say something else. With --check it
writes nothing and exits 1 if the file differs. A hole that a refusal fills in is drawn as an ellipsis.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from draw_diagrams import REASON_MEANINGS

from custodiet.model.dpia import Dpia
from custodiet.model.register import Register
from custodiet.model.report import Reason

HOME = Path(__file__).resolve().parents[1] / "src" / "custodiet"
DRAWN = HOME / "entrypoints" / "rules.json"
LOOKED_IN = ("rules", "flows", "entrypoints/web/views", "wire/profiles.py", "adapters/store/sql.py")
"""Where refusals are made: tests/entrypoints/test_refusals_say_enough.py looks in the same."""
CODED = re.compile(r"(?P<code>[a-z][a-z0-9_.…]*): (?P<missing>[^;]+)(?:; (?P<instead>.+))?", re.DOTALL)
CODE = re.compile(r"[a-z][a-z0-9_]*")
LOWER = "a lower rung; the refusal names the one that is ready to start now"
FILLED_IN = "the operation can begin once this is there"

Drawn = tuple[str, str, str, str]
"""Where the rule stands, its code, what is missing, what would pass."""


def said(node: ast.AST | None) -> str | None:
    """A text as it stands, an ellipsis for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    return None


def written_out(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Refusals that are one text: `code: what is missing; what would pass`."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(one) for one in ast.walk(node)} - {id(node)}
        text = None if id(node) in skipped else said(node)
        found = CODED.fullmatch(text) if text is not None else None
        if found is not None:
            yield found["code"], found["missing"], found["instead"] or ""


def objections(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Refusals of a rung: in a call of Objection, or in a row (whether it holds, code, what is missing) of a rule."""
    named: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (text := said(node.value)):
            named[f"{node.targets[0].id}@{node.lineno}"] = text
    for node in ast.walk(tree):
        parts = node.args if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Objection" else []
        if isinstance(node, ast.Tuple) and len(node.elts) == 3:
            parts = node.elts[1:]
        code = said(parts[0]) if parts else None
        if code is None or not CODE.fullmatch(code):
            continue
        told = said(parts[1]) or _before(named, parts[1])
        if told:
            yield code, told, LOWER


def _before(named: dict[str, str], node: ast.AST) -> str | None:
    """What a name was last given before it is used."""
    if not isinstance(node, ast.Name):
        return None
    lines = [int(key.partition("@")[2]) for key in named if key.startswith(f"{node.id}@")]
    near = max((line for line in lines if line <= node.lineno), default=None)
    return None if near is None else named[f"{node.id}@{near}"]


def gaps(tree: ast.AST) -> Iterator[tuple[str, str, str]]:
    """What keeps an operation from beginning, where the code says it by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Gap":
            code = said(node.args[0])
            told = said(node.args[2]) or "what the register or the assessment has to say there"
            if code is not None and "…" not in code:
                yield code, told, FILLED_IN


def asked_for(noun: Any, form: str, at_times: set[str]) -> Iterator[tuple[str, str, str]]:
    """What a register or an assessment must say, field by field: each is a gap by this code while it is empty.

    `at_times`: fields that must say something in some registers only.
    """
    hints = get_type_hints(noun)
    for one in fields(noun):
        if "says" in one.metadata and (one.metadata["must"] or one.name in at_times):
            yield f"{form}.{one.name}", one.metadata["says"], FILLED_IN
        for part in _nouns_in(hints[one.name]):
            yield from asked_for(part, f"{form}.{one.name}", at_times)


def named_in(tree: ast.AST, functions: tuple[str, ...]) -> set[str]:
    """Every word that stands as a text of its own in these functions."""
    bodies = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name in functions]
    words = (said(part) for one in bodies for part in ast.walk(one) if isinstance(part, ast.Constant))
    return {word for word in words if word is not None and CODE.fullmatch(word)}


def _nouns_in(hint: Any) -> Iterator[Any]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for part in get_args(hint):
        yield from _nouns_in(part)


def rules() -> list[Drawn]:
    """Every rule, by where it stands; each wording once."""
    found: set[Drawn] = set()
    for place in LOOKED_IN:
        for file in [HOME / place] if place.endswith(".py") else sorted((HOME / place).rglob("*.py")):
            where = str(file.relative_to(HOME).with_suffix(""))
            tree = ast.parse(file.read_text("utf-8"))
            # A row of three texts is a rule of the ladder there, and something else elsewhere.
            of_rungs = objections(tree) if where == "rules/ladder" else ()
            found |= {(where, *one) for one in (*written_out(tree), *of_rungs, *gaps(tree))}
    at_times = named_in(ast.parse((HOME / "rules/register.py").read_text("utf-8")), ("missing", "_retention_gaps"))
    found |= {("rules/register", *one) for one in asked_for(Register, "register", at_times)}
    found |= {("rules/dpia", *one) for one in asked_for(Dpia, "dpia", set())}
    found |= {("rules/authority", reason.value, REASON_MEANINGS[reason], "") for reason in Reason}
    return sorted(found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="draw_rules.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs")
    check = parser.parse_args(arguments).check
    text = json.dumps(rules(), ensure_ascii=False, indent=0) + "\n"
    if DRAWN.exists() and DRAWN.read_text("utf-8") == text:
        return 0
    if check:
        print(f"{DRAWN.name} differs from the rules; ./dev docs draws it anew")
        return 1
    DRAWN.write_text(text, "utf-8")
    print(f"{DRAWN.name} drawn")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
