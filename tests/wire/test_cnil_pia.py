"""The CNIL's format: strict out, lenient in, markup taken out, and files as others write them."""

import json
import re
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.house import ANA, START, scheme_at

from custodiet.model.dpia import Consultation, Departure, DpoAdvice, Level
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import SchemeId
from custodiet.model.mode import ModeCode
from custodiet.rules.dpia import gaps, written
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register
from custodiet.wire.cnil_pia import QUESTIONS, SIZE_MAX, pia_bytes, read_pia

REGISTER = replace(made_up_register(scheme_at(START), START), made_up=False)
MODES = [op.mode for op in REGISTER.operations if op.mode is not ModeCode.NONE]
PLAIN = made_up_dpia(REGISTER, START)
DPIA = replace(
    written(
        replace(PLAIN, risks=(replace(PLAIN.risks[0], operations=(ModeCode.TELEPHONE,)), *PLAIN.risks[1:])),
        REGISTER,
        MODES,
        None,
        START,
    ),
    consulted=(Consultation(("wearer",), START, "asked", "<b>views</b>"),),
    advice=DpoAdvice(1, ANA, START, "go on", proceed=True),
)
OUT = json.loads(pia_bytes(REGISTER, DPIA))

FIELDS = {
    "pia": "id status name category author_name evaluator_name validator_name dpo_status dpo_opinion dpos_names "
    "people_names concerned_people_opinion concerned_people_searched_opinion concerned_people_searched_content "
    "rejection_reason rejected_reason applied_adjustments applied_adjustements progress is_example is_archive "
    "structure_id structure_name structure_sector_name structure_data lock_version created_at updated_at",
    "answers": "id pia_id reference_to data created_at updated_at",
    "measures": "id pia_id title content placeholder created_at updated_at",
    "evaluations": "id pia_id reference_to status global_status action_plan_comment evaluation_comment evaluation_date "
    "gauges estimated_implementation_date person_in_charge created_at updated_at",
}


def test_out_goes_exactly_what_the_tool_reads():
    assert list(OUT) == ["pia", "answers", "measures", "evaluations", "comments"]
    assert set(OUT["pia"]) == set(FIELDS["pia"].split())
    for part in ("answers", "measures", "evaluations"):
        assert OUT[part]
        assert {frozenset(one) for one in OUT[part]} == {frozenset(FIELDS[part].split())}
    assert [one["reference_to"] for one in OUT["answers"]] == list(QUESTIONS)
    assert len(QUESTIONS) == 36
    for answer in OUT["answers"]:
        data = answer["data"]
        assert set(data) == {"text", "gauge", "list"}
        assert data["gauge"] is None or data["gauge"] in (1, 2, 3, 4)
        assert all(isinstance(line, str) for line in data["list"])
    ids = {one["id"] for one in OUT["measures"]}
    assert {one["reference_to"] for one in OUT["evaluations"]} == {f"3.1.{number}" for number in ids}


def test_the_tools_own_import_finds_each_part_as_it_goes_through_it():
    # It walks four lists, makes each measure anew, and leads an evaluation to its measure by the number after "3.1.".
    assert all(isinstance(OUT[part], list) for part in ("answers", "measures", "evaluations", "comments"))
    numbers = [one["id"] for one in OUT["measures"]]
    assert len(set(numbers)) == len(numbers)
    assert [one["reference_to"] for one in OUT["evaluations"]] == [f"3.1.{number}" for number in numbers]
    # A status is one of the tool's numbers; gauges have an x and a y; a time is one that a browser reads.
    assert OUT["pia"]["status"] in range(5)
    assert {one["status"] for one in OUT["evaluations"]} <= set(range(4))
    assert {one["global_status"] for one in OUT["evaluations"]} <= set(range(3))
    assert {frozenset(one["gauges"]) for one in OUT["evaluations"]} == {frozenset("xy")}
    datetime.fromisoformat(OUT["pia"]["created_at"])
    # Its validation asks whether this is true or false, and takes nothing that is merely like it.
    assert OUT["pia"]["concerned_people_searched_opinion"] is True
    # No structure of its own is brought along, or it would look for its parts.
    assert OUT["pia"]["structure_id"] is None
    assert all(isinstance(one["reference_to"], int) for one in OUT["answers"])


def test_nobody_is_said_to_be_for_it_or_against_it_who_has_not_said_so():
    unadvised = json.loads(pia_bytes(REGISTER, replace(DPIA, advice=None)))["pia"]
    assert "dpo_status" not in unadvised
    assert OUT["pia"]["dpo_status"] == 1
    against = replace(DPIA, advice=replace(DPIA.advice, proceed=False))
    assert json.loads(pia_bytes(REGISTER, against))["pia"]["dpo_status"] == 0
    # That people were asked is no yes of theirs.
    assert "concerned_people_status" not in OUT["pia"]
    assert OUT["pia"]["concerned_people_opinion"] == "<b>views</b>"


def test_a_departure_goes_out_under_both_names_that_the_tool_reads():
    departed = replace(DPIA, departure=Departure(1, ANA, START, "because"))
    head = json.loads(pia_bytes(REGISTER, departed))["pia"]
    assert (head["rejection_reason"], head["rejected_reason"]) == ("because", "because")
    notes = read_pia(
        json.dumps({"pia": {"rejected_reason": "x"}, "answers": [], "measures": []}).encode(), SchemeId("s")
    ).notes
    assert any("rejected_reason: not taken" in one for one in notes)


def test_what_goes_out_comes_in_again():
    back = read_pia(pia_bytes(REGISTER, DPIA), REGISTER.scheme_id)
    assert back.name == REGISTER.name
    assert back.dpia.description == DPIA.description
    assert back.dpia.risks == DPIA.risks
    assert back.dpia.assessments == tuple(replace(one, rests_on="") for one in DPIA.assessments)
    assert back.dpia.owner == DPIA.owner


def test_what_comes_in_is_a_draft_that_nobody_assessed_or_advised_on():
    back = read_pia(pia_bytes(REGISTER, DPIA), REGISTER.scheme_id)
    assert (back.dpia.advice, back.dpia.consulted, back.dpia.review_due_at) == (None, (), None)
    codes = {one.code for one in gaps(REGISTER, back.dpia, START)}
    assert codes >= {"dpia.advice", "dpia.consultation", "dpia.reassess", "dpia.review_due_at"}
    said = " ".join(back.notes)
    assert "dpo_opinion: not taken" in said
    assert "concerned_people_opinion: not taken" in said


def test_a_made_up_schemes_assessment_is_not_given_away_nor_anothers():
    with pytest.raises(IllegalValue, match="made-up"):
        pia_bytes(replace(REGISTER, made_up=True), DPIA)
    with pytest.raises(IllegalValue, match="another scheme"):
        pia_bytes(replace(REGISTER, scheme_id=SchemeId("scheme_other")), DPIA)


def answer(reference, text=None, **data):
    return {"reference_to": reference, "data": {"text": text, "gauge": None, "list": [], **data}}


def file(*answers, **parts):
    return json.dumps({"pia": {"name": "Theirs"}, "answers": list(answers), "measures": [], **parts}).encode()


OTHERS = {
    "their fixture's broken reference": file(
        answer(111, "<p>A tool</p>"),
        evaluations=[{"reference_to": "3.1.[object Object]", "status": 1}],
    ),
    "numbers as text, and rows of no kind": file(answer("111", "<div>A tool</div>"), "nothing", answer(999, "x")),
    "only a head": b'{"pia": {"name": "Theirs"}}',
    "lists that are none": b'{"pia": {"name": 7}, "answers": {}, "measures": "x", "evaluations": 3, "extra": 1}',
    "twice, and no data": file(answer(111, "<p>A tool</p>"), answer(111, "another"), {"reference_to": 112}),
    "a harm of their own": file(
        answer(321, list=["<p>Fear of going out</p>", "Stigma", "Stigma", 7]),
        measures=[{"id": 1, "title": "Encryption", "content": "<p>Yes</p>"}],
    ),
}


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
def test_files_as_others_write_them_are_taken_as_far_as_they_go(body):
    draft = read_pia(body, REGISTER.scheme_id)
    assert draft.notes
    assert all(len(note) < 300 for note in draft.notes)


def test_what_was_not_taken_is_said_in_words():
    def notes(name):
        return " / ".join(read_pia(OTHERS[name], REGISTER.scheme_id).notes)

    assert "names no measure" in notes("their fixture's broken reference")
    assert "'999' is no question" in notes("numbers as text, and rows of no kind")
    assert "answers: missing" in notes("only a head")
    assert "extra: no part of this format" in notes("lists that are none")
    assert "answers 111: stands twice" in notes("twice, and no data")
    assert "answers 112: no data" in notes("twice, and no data")
    assert "'Encryption' belongs to no harm" in notes("a harm of their own")


def test_a_harm_of_their_own_comes_in_without_what_they_did_not_say():
    risks = read_pia(OTHERS["a harm of their own"], REGISTER.scheme_id).dpia.risks
    assert [(one.code, one.title, one.severity) for one in risks] == [
        ("fear_of_going_out", "Fear of going out", None),
        ("stigma", "Stigma", None),
    ]


def test_text_without_our_labels_goes_to_the_first_part_and_what_names_no_operation_is_said():
    draft = read_pia(file(answer(111, "<p>One</p><p>Two</p>"), answer(213, "<p>Little data</p>")), REGISTER.scheme_id)
    assert draft.dpia.description.nature == "One\nTwo"
    assert draft.dpia.assessments == ()
    assert any("answers 213: not said of one operation" in note for note in draft.notes)


HOSTILE = {
    "a script": "<p>Hi<script>alert(1)</script></p>",
    "an event": '<p onclick="alert(1)">Hi</p>',
    "a link that acts": '<a href="javascript:alert(1)">Hi</a>',
    "an image": '<img src=x onerror="alert(1)">Hi',
    "a frame": '<iframe src="https://example.org">x</iframe>Hi',
    "styles": "<style>p{}</style>Hi",
    "unclosed": "<p><b>Hi<script>alert(1)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_markup_is_taken_out_and_only_text_is_left(text):
    draft = read_pia(file(answer(111, text), answer(321, list=[text])), REGISTER.scheme_id)
    for said in (draft.dpia.description.nature, *(one.title for one in draft.dpia.risks), *draft.notes):
        assert "alert(1)" not in said
        assert not re.search(r"<\w", said)
    assert draft.dpia.description.nature == "Hi"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"pia": 1}', b"\xff", b" " * (SIZE_MAX + 1), b"[" * 100_000]
)
def test_what_is_no_such_file_is_not_the_format(body):
    with pytest.raises(NotTheFormat):
        read_pia(body, REGISTER.scheme_id)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "pia": st.dictionaries(st.sampled_from(["name", "author_name", "dpo_opinion"]), JSON),
            "answers": st.lists(
                st.fixed_dictionaries(
                    {
                        "reference_to": st.sampled_from([111, 211, "321", None, 1.5]),
                        "data": JSON | st.fixed_dictionaries({"text": JSON, "list": JSON}),
                    }
                )
            ),
            "measures": JSON | st.lists(st.dictionaries(st.sampled_from(["id", "title", "content"]), JSON)),
            "evaluations": JSON
            | st.lists(st.dictionaries(st.sampled_from(["reference_to", "person_in_charge"]), JSON)),
        }
    )
)
def test_whatever_they_wrote_is_read_and_never_breaks_us(told):
    draft = read_pia(json.dumps(told).encode(), REGISTER.scheme_id)
    assert draft.dpia.scheme_id == REGISTER.scheme_id


def test_gauges_out_are_the_worst_of_their_kind():
    by = {one["reference_to"]: one["data"] for one in OUT["answers"]}
    assert (by[325]["gauge"], by[326]["gauge"]) == (3, 2)
    high = replace(DPIA, risks=(replace(DPIA.risks[0], severity=Level.HIGH), *DPIA.risks[1:]))
    told = {one["reference_to"]: one["data"] for one in json.loads(pia_bytes(REGISTER, high))["answers"]}
    assert told[325]["gauge"] == 4
    assert len(by[321]["list"]) == len(DPIA.risks)
