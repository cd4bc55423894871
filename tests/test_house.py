"""The house: what a newcomer starts, what CI runs, what is installed, and the floors."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def run(*command, cwd=ROOT, **environment):
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def our_files():
    """Every file that is, or would be, in the repository; git may not own the folder it is asked about."""
    listed = run("git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard")
    assert listed.returncode == 0, listed.stderr
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert ROOT / "pyproject.toml" in files
    return [file for file in files if file.is_file()]


# --- ./dev ---------------------------------------------------------------------------------------------


def test_dev_alone_lists_its_verbs_one_line_each():
    done = run("./dev")
    assert done.returncode == 0
    listed = re.findall(r"^  (\w+) +\S", done.stdout, re.MULTILINE)
    assert listed == ["demo", "tour", "simulate", "test", "bench", "fuzz", "check", "fmt", "docs", "serve"]
    assert "Any other word is passed to the custodiet command" in done.stdout


def test_ci_calls_check_and_test_and_nothing_else():
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "./dev check", "./dev test"]


SUITES = {
    "skips": "import pytest\n\ndef test_it(): pytest.skip('planted')",
    "skips whole": "import pytest\npytest.skip('planted', allow_module_level=True)\n\ndef test_it(): pass",
    "passes": "def test_it(): pass",
}


@pytest.mark.parametrize(
    ("suite", "ci", "status"),
    [("skips", "true", 1), ("skips whole", "true", 1), ("passes", "true", 0), ("skips", "", 0)],
)
def test_in_ci_a_skipped_test_is_red(tmp_path, suite, ci, status):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copytree(ROOT / "tests" / "support", tmp_path / "support", ignore=shutil.ignore_patterns("__pycache__"))
    # A second test, so that a module that skips itself whole is not "no tests ran", which is red anyway.
    (tmp_path / "test_beside.py").write_text("def test_beside(): pass")
    (tmp_path / "test_planted.py").write_text(SUITES[suite])
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path), cwd=tmp_path, CI=ci)
    assert done.returncode == status, done.stdout + done.stderr


# --- what is installed ---------------------------------------------------------------------------------

# Brackets keep each pattern from finding itself here.
NOT_OURS_TO_NAME = {
    "a registry": r"inde[x]-url|https?://(files|registry|registry-1|deb)\.|pypi[.]org/simpl[e]",
    "a folder of one machine": r"(?<![\w.\-])/(wor[k]|roo[t]|far[m])/",
}


def test_no_file_names_a_registry_or_a_folder_of_one_machine():
    found = [
        f"{file.relative_to(ROOT)}: {what}: {match[0]}"
        for file in our_files()
        for what, pattern in NOT_OURS_TO_NAME.items()
        if (match := re.search(pattern, file.read_text(errors="replace")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("group", ["build", "run", "test", "proof", "fuzz", "node"])
def test_every_requirement_is_pinned_and_hashed(group):
    text = (ROOT / "requirements" / f"{group}.txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(r"[\w.\-]+==[\w.]+( ;[^#]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", line), line[:80]


def copy_of_the_package(to):
    for name in ("pyproject.toml", ".gitignore"):
        shutil.copy(ROOT / name, to)
    shutil.copytree(ROOT / "src", to / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return to / "src" / "custodiet"


def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    package = copy_of_the_package(tmp_path)
    for name in ("adapters/store/migrations/script.py.mako", "entrypoints/web/templates/planted.html"):
        planted = package / name
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.touch()
    done = run(BIN / "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("custodiet/")}
    made_here = package / "adapters" / "built"  # of this machine: whoever installs a wheel has it made on theirs
    files = (file for file in package.rglob("*") if file.is_file() and file.parent != made_here)
    assert held == {str(file.relative_to(package.parent)) for file in files}


# --- the floors ----------------------------------------------------------------------------------------

PLANTED_IMPORTS = [
    ("model/planted.py", "import custodiet.flows", "An import only goes down"),
    ("flows/planted.py", "import custodiet.adapters", "An import only goes down"),
    ("wire/planted.py", "import custodiet.rules", "An import only goes down"),
    ("unheard_of.py", "", "An import only goes down"),
    ("entrypoints/planted.py", "import custodiet.adapters", "Who is at the door does not touch the world"),
    ("rules/planted.py", "import time", "Rules, wire and model have no window"),
    ("model/planted.py", "from os.path import join", "Rules, wire and model have no window"),
    ("flows/planted.py", "from django.db import models", "Django stays with the pages"),
]


def lint_imports(folder):
    done = run(
        BIN / "lint-imports",
        "--no-cache",
        cwd=folder,
        PYTHONPATH=str(folder / "src"),
        NO_COLOR="1",
        COLUMNS="200",
    )
    return done, re.findall(r"^(.+?) BROKEN", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(("place", "line", "contract"), PLANTED_IMPORTS)
def test_a_planted_import_breaks_its_contract_and_no_other(tmp_path, place, line, contract):
    package = copy_of_the_package(tmp_path)
    (package / place).write_text(f'"""Planted."""\n{line}\n')
    done, broken = lint_imports(tmp_path)
    assert done.returncode == 1
    assert broken == [contract], done.stdout + done.stderr


# --- a machine without root -----------------------------------------------------------------------------


def dev_on_a_machine_without(package, monkeypatch, *, ci, root):
    """The house door as a module, where Debian's package is missing and cannot be had."""
    loader = importlib.machinery.SourceFileLoader("dev", str(ROOT / "dev"))
    dev = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev", loader))
    loader.exec_module(dev)
    monkeypatch.setattr(dev, "CI", ci)
    monkeypatch.setattr(
        dev, "DEBIAN", [(name, "/nowhere" if name == package else "/", what) for name, _, what in dev.DEBIAN]
    )
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(dev, "apt_install", lambda _: False)
    return dev


def test_assets_are_built_anew_when_anything_changes_that_they_are_built_from(monkeypatch, tmp_path):
    dev = dev_on_a_machine_without("nothing", monkeypatch, ci=False, root=False)
    for name in ("ASSETS", "BUILT"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(dev, name, tmp_path / name)
    monkeypatch.setattr(dev, "ASSETS_STAMP", tmp_path / "stamp.json")
    ran = []
    monkeypatch.setattr(dev, "run", lambda command: ran.append([str(word) for word in command]))
    (tmp_path / "ASSETS" / "app.scss").write_text("a")
    (tmp_path / "BUILT" / "MANIFEST.json").write_text("{}")

    def built(*, with_tests):
        ran.clear()
        dev.build_assets(with_tests=with_tests)
        return ran != []

    assert built(with_tests=False)
    assert "--omit=dev" in ran[0]
    assert "--ignore-scripts" in ran[0]
    assert not built(with_tests=False)
    assert built(with_tests=True)
    assert not built(with_tests=False)
    (tmp_path / "ASSETS" / "app.scss").write_text("b")
    assert built(with_tests=False)
    (tmp_path / "BUILT" / "MANIFEST.json").unlink()
    assert built(with_tests=False)


@pytest.mark.parametrize("root", [False, True])
def test_a_missing_debian_package_is_one_line_that_says_what_is_skipped(monkeypatch, capsys, root):
    dev = dev_on_a_machine_without("golang-go", monkeypatch, ci=False, root=root)
    dev.get_debian_packages()
    assert capsys.readouterr().err == (
        "dev: Debian's golang-go is not here: no check of the ledger by a verifier that is not ours\n"
    )


def test_in_ci_a_missing_debian_package_is_red(monkeypatch):
    dev = dev_on_a_machine_without("golang-golang-x-mod-dev", monkeypatch, ci=True, root=False)
    with pytest.raises(SystemExit) as ended:
        dev.get_debian_packages()
    assert ended.value.code == "dev: with CI=true nothing may be skipped"
