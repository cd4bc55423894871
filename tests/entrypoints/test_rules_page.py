"""The rules in plain words: drawn from their own code, for anyone, found by word, source and code."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest
from django.test import Client
from support.house import House
from support.in_process import client_of, place_of
from support.staff import PER

from custodiet.entrypoints.wording_rules import rules, rules_about, subjects
from custodiet.main.pages import read_policy

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    yield importlib.import_module("draw_rules")
    sys.modules.pop("draw_rules", None)
    sys.modules.pop("draw_diagrams", None)


def test_they_are_drawn_as_their_code_says_them_now(tool):
    assert json.loads(tool.DRAWN.read_text("utf-8")) == [list(one) for one in tool.rules()]


def test_a_rule_that_is_written_anew_is_drawn(tool, monkeypatch, tmp_path):
    for place in tool.LOOKED_IN:
        file = tmp_path / place
        (file.parent if place.endswith(".py") else file).mkdir(parents=True, exist_ok=True)
    (tmp_path / "wire/profiles.py").write_text("")
    (tmp_path / "adapters/store/sql.py").write_text("")
    (tmp_path / "rules/register.py").write_text("")
    (tmp_path / "rules/new.py").write_text('def against(n):\n    return (f"too_new: it is {n} old; an older one",)\n')
    monkeypatch.setattr(tool, "HOME", tmp_path)
    assert ("rules/new", "too_new", "it is … old", "an older one") in tool.rules()


@pytest.fixture(scope="module")
def anyone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    house = House(folder)
    place_of(house, folder, read_policy(), (PER,))
    yield Client(SERVER_NAME="localhost")
    house.close()


def cards(response):
    return re.findall(r'govuk-summary-card__title">\s*(.+?)\s*</h3>', response.content.decode(), re.DOTALL)


def test_anyone_reads_them_and_the_person_from_their_own_pages(anyone):
    assert anyone.get("/rules").status_code == 200
    assert anyone.get("/my/rules").status_code == 302  # which are behind the sign-in
    own = client_of(PER)
    assert cards(own.get("/my/rules")) == cards(anyone.get("/rules"))


def test_the_pages_together_hold_every_rule_once(anyone):
    last = -(-len(rules()) // 25)
    assert sum(len(cards(anyone.get(f"/rules?page={one}"))) for one in range(1, last + 1)) == len(rules())
    assert cards(anyone.get("/rules?page=999")) == cards(anyone.get(f"/rules?page={last}"))


def test_a_rule_is_found_by_its_code_its_words_and_its_source(anyone):
    told = anyone.get("/rules?code=contact_first").content.decode()
    assert "enforcement notice ¶182, 192 (R7)" in told.replace("Enforcement", "enforcement")
    assert len(cards(anyone.get("/rules?code=contact_first"))) == len(
        [one for one in rules() if one.code == "contact_first"]
    )
    assert {one.code for one in rules_about("aloud nobody", "")} == set()
    assert "not_adult" in {one.code for one in rules_about("disputed age", "Deciding")}
    assert {row for one in rules_about("(R51)", "") for row in one.rows} >= {51}
    assert "No rule says that" in anyone.get("/rules?q=zzzzz").content.decode()


def test_a_subject_that_is_none_narrows_nothing(anyone):
    assert cards(anyone.get("/rules?about=nothing")) == cards(anyone.get("/rules"))
    assert sum(len(rules_about("", one)) for one in subjects()) == len(rules())
