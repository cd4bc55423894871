"""The drawn pages in docs/ say what the tables in the code say."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.mode import LADDER, NOT_BUILT
from custodiet.model.report import Reason
from custodiet.rules.decisions import ENDINGS, MOVES, Move

TOOL = Path(__file__).parents[1] / "tools" / "draw_diagrams.py"
PAGES = ["alerts.md", "decisions.md", "ladder.md", "entries.md", "reasons.md", "scheme.schema.json"]


@pytest.fixture
def tool():
    spec = importlib.util.spec_from_file_location("draw_diagrams", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(page):
    """The cells of every table row, heads and rules left out."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [tuple(line.strip("| ").split(" | ")) for line in lines[2:]]


def test_the_pages_in_docs_are_current():
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == ""


def test_a_changed_table_makes_the_check_red_and_names_its_page_and_no_other(tool, monkeypatch, capsys):
    monkeypatch.setitem(MOVES, State.ANNULLED, {Move.RESUME: State.MADE})
    assert tool.main(["--check"]) == 1
    assert re.findall(r"docs/\S+", capsys.readouterr().out) == ["docs/decisions.md"]


def test_the_check_names_every_page_that_is_missing_and_writes_none(tool, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tool, "DOCS", tmp_path / "docs")
    assert tool.main(["--check"]) == 1
    assert re.findall(r"docs/(\S+)", capsys.readouterr().out) == PAGES
    assert not (tmp_path / "docs").exists()


def test_what_was_just_drawn_is_current_and_an_edit_by_hand_is_not(tool, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tool, "DOCS", tmp_path / "docs")
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    capsys.readouterr()
    page = tmp_path / "docs" / "ladder.md"
    page.write_text(page.read_text("utf-8").replace("live view", "live view on Sundays"), "utf-8")
    assert tool.main(["--check"]) == 1
    assert re.findall(r"docs/(\S+)", capsys.readouterr().out) == ["ladder.md"]


def test_every_state_and_every_move_stands_in_the_diagram_and_nothing_else_does(tool):
    diagram = re.search(r"```mermaid\nstateDiagram-v2\n(.+?)\n```", tool.decisions(), re.DOTALL)[1]
    arrows = [re.fullmatch(r"    (\S+) --> ([^\s:]+)(?:: (\w+))?", line).groups() for line in diagram.splitlines()]
    assert {end for arrow in arrows for end in arrow[:2]} == {*State, "[*]"}
    drawn = {arrow for arrow in arrows if arrow[2]}
    assert drawn == {(state, to, move) for state, moves in MOVES.items() for move, to in moves.items()}


def test_every_move_stands_in_the_table_with_whether_it_is_an_ending(tool):
    assert rows(tool.decisions()) == [
        (state, move, to, "yes" if move in ENDINGS else "no")
        for state, moves in MOVES.items()
        for move, to in moves.items()
    ]


def test_every_rung_and_every_refused_function_stands_on_the_ladder_page(tool):
    page = tool.ladder()
    assert [row[:2] for row in rows(page)] == [(str(mode.rung), mode.title) for mode in LADDER]
    assert re.findall(r"^- (.+)$", page, re.MULTILINE) == list(NOT_BUILT)


def test_every_kind_of_entry_and_every_reason_stands_in_order(tool):
    assert [row[0].strip("`") for row in rows(tool.entries())] == list(EntryKind)
    assert [row[0].strip("`") for row in rows(tool.reasons())] == list(Reason)


@pytest.mark.parametrize(
    ("meanings", "word"), [("ENTRY_MEANINGS", EntryKind.TASK_DONE), ("REASON_MEANINGS", Reason.ERASED)]
)
def test_a_word_without_a_meaning_stops_the_tool_and_is_named(tool, monkeypatch, meanings, word):
    monkeypatch.delitem(getattr(tool, meanings), word)
    with pytest.raises(SystemExit, match=f"{word} has no meaning yet"):
        tool.main(["--check"])
