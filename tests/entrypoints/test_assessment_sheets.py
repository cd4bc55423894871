"""The sheets of an assessment on pages: each objection is answered there, and the second person has the answers."""

import html

import pytest
from support.deciding import assessed
from support.in_process import client_of, place_of
from support.staff import AOS, CAI, staffed

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.assessment import Article8, AtHome, Practical, Said
from custodiet.model.decision import State
from custodiet.model.mode import ModeCode
from custodiet.simulation.made_up_assessment import lay_table

TRAIL, CALLS = ModeCode.FITTED_TRAIL, ModeCode.TELEPHONE
WITHOUT = {
    "selection_without_fact": {"selection_fact": None},
    "compared_with_nothing_lower": {"compared": ["detention"]},
    "home_not_considered": {"at_home": None},
    "finding_not_shown": {"finding": None},
    "family_without_fact": {"home_facts": None},
    "family_unanswered": {"home_reason": ""},
}
"""What is left out for each objection, and nothing else; each answered by the whole form."""


class Desk:
    def __init__(self, house) -> None:
        self.house, person = house, house.person()
        self.case = person.case
        assign_case(house.store, self.case.id, CAI, AOS)
        self.fact = lay_table(house.store, house.chance, house.proposal(person, proposed_by=CAI)).contact
        house.issue_keys()
        self.ana = client_of(CAI)

    def send(self, code: ModeCode, step: str = "send", **more):
        told = assessed(code, self.fact, step=step, **more)
        return self.ana.post(f"/cases/{self.case.reference}/decide/{code}", told)

    def says(self, code: ModeCode, **more) -> str:
        return html.unescape(self.send(code, "check", **more).content.decode())

    def proposals(self):
        with self.house.store.reading() as view:
            return [one for one in view.decisions_of(self.case.id) if one.state is State.PROPOSED]

    def assessment(self, decision):
        with self.house.store.reading() as view:
            return view.assessment_of(decision.id)


@pytest.fixture
def desk(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (AOS, CAI))
    yield Desk(house)
    from django.db import connection

    connection.close()


def test_what_is_left_out_is_named_where_it_is_mended_and_nothing_is_sent_without_it(desk):
    for code, left_out in WITHOUT.items():
        text = desk.says(TRAIL, **left_out)
        assert f">{code}</code>" in text, code
        name = next(iter(left_out)).removesuffix("_words")
        assert f'href="#id_{name}"' in text, code
    for question in Article8:
        text = desk.says(TRAIL, **{f"article_8_{question}": None})
        assert text.count(">article_8_unanswered</code>") == 1
        assert f'href="#id_article_8_{question}"' in text
    for question in (Article8.PROVIDED_BY_LAW, Article8.NECESSARY, Article8.PROPORTIONATE):
        for answer in ("no", "not_known"):
            text = desk.says(TRAIL, **{f"article_8_{question}": answer})
            assert ">article_8_not_met</code>" in text
            assert f'href="#id_article_8_{question}"' in text
    for question in Practical:
        assert ">practicality_unanswered</code>" in desk.says(TRAIL, **{f"practical_{question}": None})
        for answer in ("no", "not_known"):
            text = desk.says(TRAIL, **{f"practical_{question}": answer})
            assert ">not_practical</code>" in text
            assert f'href="#id_practical_{question}"' in text
            assert "Propose rung 5 instead" in text
    assert desk.proposals() == []


def test_each_answer_is_recorded_as_it_was_given_and_stands_before_the_second_person(desk):
    told = {"compared": ["none", "telephone", "detention"], "at_home": ["children", "others"]}
    told |= {"article_8_interferes": "yes", "article_8_grave": "not_known"}
    check = desk.says(TRAIL, **told)
    assert desk.send(TRAIL, **told).status_code == 302
    [proposal] = desk.proposals()
    one = desk.assessment(proposal)
    assert (one.compared_with, one.with_detention) == ((ModeCode.NONE, CALLS), True)
    assert dict(one.article_8) == dict.fromkeys(Article8, Said.YES) | {Article8.GRAVE: Said.NOT_KNOWN}
    assert dict(one.practicality) == dict.fromkeys(Practical, Said.YES)
    assert one.at_home == (AtHome.CHILDREN, AtHome.OTHERS)
    second = html.unescape(client_of(AOS).get(f"/authorise/{proposal.id}").content.decode())
    case = html.unescape(desk.ana.get(f"/cases/{desk.case.reference}").content.decode())
    for page in (check, second, case):
        assert "rung 0, none; address and support; rung 3, telephone reporting; detention" in page
        assert "Is that grave? <strong>Not known</strong>" in page
        assert "It can be charged every day <strong>Yes</strong>" in page
        assert "Children; Others" in page
        assert "Children; People with a serious illness" in page


def test_a_rung_without_a_device_keeps_the_short_form(desk):
    page = html.unescape(desk.ana.get(f"/cases/{desk.case.reference}/decide/{CALLS}").content.decode())
    assert 'name="article_8_grave"' not in page
    assert 'name="practical_charging"' not in page
    assert ">article_8_unanswered</code>" in desk.says(CALLS, interference="")
    assert desk.send(CALLS, interference="grave").status_code == 302
    [proposal] = desk.proposals()
    assert dict(desk.assessment(proposal).article_8)[Article8.GRAVE] is Said.YES
