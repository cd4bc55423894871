"""A scheme's file: one spelling out, every problem at once in, and the published schema is what the code reads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.house import START, scheme_at

from custodiet.model.register import Register
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register
from custodiet.wire.scheme import SIZE_MAX, read_scheme, schema_bytes, scheme_bytes

REGISTER = made_up_register(scheme_at(START), START)
REAL = replace(REGISTER, made_up=False)
SCHEMA = Path(__file__).parents[2] / "docs" / "scheme.schema.json"


def told(**changed):
    plain = json.loads(scheme_bytes(REGISTER))
    plain["register"].update(changed)
    return json.dumps(plain).encode()


def problems(body):
    read = read_scheme(body)
    assert read.register is None
    return {one.path: one.says for one in read.problems}


def test_what_goes_out_comes_in_again():
    assert read_scheme(scheme_bytes(REGISTER)).register == REGISTER
    assert scheme_bytes(read_scheme(scheme_bytes(REGISTER)).register) == scheme_bytes(REGISTER)


def test_a_register_with_gaps_goes_out_and_comes_in_too():
    bare = Register(REGISTER.scheme_id)
    assert read_scheme(scheme_bytes(bare)).register == bare
    assert read_scheme(b'{"custodiet_scheme": 1, "register": {"scheme_id": "s"}}').register == Register("s")


def test_a_made_up_schemes_file_carries_no_assessment_and_a_real_ones_does():
    dpia = made_up_dpia(REGISTER, START)
    assert json.loads(scheme_bytes(REGISTER, dpia))["assessment"] is None
    assert json.loads(scheme_bytes(REAL, dpia))["assessment"]["risks"]


def test_an_assessment_in_a_file_is_said_not_to_be_taken():
    read = read_scheme(scheme_bytes(REAL, made_up_dpia(REGISTER, START)))
    assert read.register == REAL
    [note] = read.notes
    assert "not taken" in note


def test_every_problem_is_told_at_once_with_the_path_of_its_field():
    plain = json.loads(scheme_bytes(REGISTER))
    register = plain["register"]
    register["nmae"] = register.pop("name")
    register["removal_hours"] = "soon"
    register["purposes"][0]["regime"] = "none"
    register["operations"][2]["mode"] = "flying"
    register["operations"][3]["from_at"] = "2031-03-03T09:00:00"
    register["retention"][0]["days"] = -1
    register["people"] = {}
    register["recipients"][0]["purposes"] = [7]
    del register["suppliers"][0]["code"]
    found = problems(json.dumps(plain).encode())
    assert set(found) == {
        "register.nmae",
        "register.removal_hours",
        "register.purposes[contact].regime",
        "register.operations[flying].mode",
        "register.operations[telephone].from_at",
        "register.retention[1]",
        "register.people",
        "register.recipients[court].purposes[1]",
        "register.suppliers[1].code",
    }
    assert found["register.nmae"].endswith("did you mean name?")
    assert "without a zone" in found["register.operations[telephone].from_at"]
    assert found["register.suppliers[1].code"] == "is missing"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", ""),
        (b"[]", ""),
        (b"{", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
        (b" " * (SIZE_MAX + 1), ""),
        (b'{"custodiet_scheme": 1}', "register"),
        (b'{"custodiet_scheme": 2, "register": {"scheme_id": "s"}}', "custodiet_scheme"),
        (b'{"custodiet_scheme": 1, "register": []}', "register"),
        (b'{"custodiet_scheme": 1, "registre": {}, "register": {"scheme_id": "s"}}', "registre"),
    ],
)
def test_what_is_no_such_file_is_said_to_be_none(body, path):
    assert path in problems(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["register", "scheme_id", "purposes", "code", "uses", "x"]), inner, max_size=4
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_json_it_is_it_is_read_or_told_what_is_wrong(plain):
    body = json.dumps({"custodiet_scheme": 1, "register": plain}).encode()
    read = read_scheme(body)
    assert (read.register is None) == bool(read.problems)


def test_the_published_schema_is_drawn_from_the_classes_that_read_the_file():
    assert SCHEMA.read_bytes() == schema_bytes()


def test_the_schema_says_of_each_field_what_it_asks_for_and_lets_no_other_in():
    schema = json.loads(schema_bytes())
    register = schema["$defs"]["Register"]
    assert register["additionalProperties"] is False
    assert set(register["properties"]) == set(json.loads(scheme_bytes(REGISTER))["register"])
    said = register["properties"]["stop_rule"]["description"]
    assert said == (
        "the finding at which the scheme is stopped; needed before anything rests on it; "
        "the senior owner of the scheme can supply it"
    )
