"""Rules, wire and model look at nothing but what is on the table.

import-linter keeps imports out; here are the ways out that need no import, or only a harmless one.
"""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "custodiet"
WINDOWLESS = ("rules", "wire", "model")
BUILT_IN_WINDOWS = {"open", "input", "print", "__import__", "eval", "exec"}
READS_A_CLOCK = {"now", "utcnow", "today"}


def windows(source: str) -> list[tuple[int, str]]:
    """Each place where this source reads a clock, the disk or the terminal, as (line, what)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) if name in BUILT_IN_WINDOWS:
                found.append((node.lineno, name))
            # Called on whatever it may be named, or taken from the class without a call (a default factory).
            case ast.Call(func=ast.Attribute(attr=name)) if name in READS_A_CLOCK:
                found.append((node.lineno, f".{name}()"))
            case ast.Attribute(
                attr=name,
                value=ast.Name(id="datetime" | "date") | ast.Attribute(attr="datetime" | "date"),
            ) if name in READS_A_CLOCK:
                found.append((node.lineno, f".{name}"))
            case ast.Import(names=names) if any(each.name.split(".")[0] == "importlib" for each in names):
                found.append((node.lineno, "importlib"))
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "importlib":
                found.append((node.lineno, "importlib"))
    return sorted(set(found))


@pytest.mark.parametrize("floor", WINDOWLESS)
def test_a_floor_without_windows_reads_no_clock_no_file_and_no_terminal(floor):
    files = sorted((PACKAGE / floor).rglob("*.py"))
    assert files, f"no such floor: {floor}"
    found = [f"{file}:{line}: {what}" for file in files for line, what in windows(file.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "at = datetime.now(UTC)",
        "at = dt.datetime.utcnow()",
        "day = date.today()",
        "at = clock.now()",
        "at: datetime = field(default_factory=datetime.now)",
        "text = open(name).read()",
        "print(fix)",
        "time = __import__('time')",
        "import importlib",
        "from importlib import import_module",
    ],
)
def test_a_planted_window_is_found_with_its_line(planted):
    assert {line for line, _ in windows(f'"""A rule."""\n\n{planted}\n')} == {3}


def test_a_rule_may_speak_of_times_it_was_given():
    assert windows("def due(at, now):\n    return now - at > facts.today and at.date() < open_until\n") == []


def test_the_package_itself_imports_nothing_since_every_floor_imports_it():
    imports = [
        node
        for node in ast.walk(ast.parse((PACKAGE / "__init__.py").read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imports == []


SAID_OUTSIDE_THE_REGISTER = {"id", "judging", "name"}
"""Of a scheme as it was registered: who it is, and how fixes are judged. All else is its register's to say."""
MAKES_IT_SO = ("flows/scheme_now.py", "flows/keep_register.py")


def read_as_registered(source: str) -> list[tuple[int, str]]:
    """Where this source reads of a store's `scheme(…)` what the register in effect says, as (line, what)."""
    return sorted(
        (node.lineno, node.attr)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr not in SAID_OUTSIDE_THE_REGISTER
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "scheme"
    )


def test_what_a_scheme_permits_is_read_from_the_register_in_effect():
    looked_at = [path for path in sorted(PACKAGE.rglob("*.py")) if not str(path).endswith(MAKES_IT_SO)]
    found = {str(path): read_as_registered(path.read_text("utf-8")) for path in looked_at}
    assert {path: places for path, places in found.items() if places} == {}


def test_a_deadline_or_a_mode_as_registered_is_found():
    assert read_as_registered("hours = act.scheme(case.scheme_id).removal_hours") == [(1, "removal_hours")]
    assert read_as_registered("act.scheme(scheme_id).id") == []
