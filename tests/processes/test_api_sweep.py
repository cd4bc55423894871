"""Every route, by everyone, about what is there and what is not: who is answered what stands in a file to be read."""

import json
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.api import BASE, Caller, code, signed_in
from support.api_place import ANSWERS, EACH, OF, POSITIONS, SETS, api_place, proposed_id
from support.api_proposing import as_body
from support.house import SCHEME
from support.pages import Visitor

from custodiet.adapters.world import SystemClock
from custodiet.flows.notice_now import notice_at
from custodiet.model.screening import Question

GOLDEN = Path(__file__).parents[1] / "golden" / "who-is-answered-what.txt"
HEAD = """Who is answered what by /api/v1.

Each route, asked about something that is there and, where it names one, about something that is not.
Where the two are told apart for nobody, whoever asks cannot tell whether it is there.
"""
WINDOW = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}


def described() -> dict:
    return json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())


def routes() -> list[tuple[str, str, dict]]:
    """(method, path, operation) as published; what ends a decision after what pauses it."""
    found = [
        (method.upper(), path.removeprefix(BASE), operation)
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda one: one[2]["operationId"] == "end_decision")


ENDS = {"pause_decision", "end_decision"}
NAMED = ("reference", "decision_id", "task_id", "alert_id", "scheme_id", "representation_id", "recording_id")
NAMED += ("look_up_id", "unmask_id", "look_alone_id")
NOTHING = dict.fromkeys(NAMED, "nothing")
OF_A_PERSON = {
    "show_hearing",
    "invite_person",
    "record_representation",
    "answer_representation",
    "show_screening",
    "screen_person",
    "show_notice",
    "read_notice",
    "read_easy",
    "play_notice",
    "play_own_notice",
    "give_notice",
}
"""Asked about a case in which nothing is proposed: what is said there stands in the way of no yes."""
APPOINTMENT = {"kind": "appointment", "once": [{"from_at": "2035-01-01T09:00:00Z", "to_at": "2035-01-01T10:00:00Z"}]}
BODIES = {
    "record_fact": {"kind": "work", "dated": "2026-01-01"},
    "step_down": {"mode": "telephone"},
    "end_decision": {"reason": "not_needed"},
    "approve_proposal": {"conditions": []},
    "narrow_proposal": {"conditions": [], "mode": "in_person"},
    "invite_person": {},
    "record_representation": {"text": "made-up words"},
    "answer_representation": {"reply": "agreed", "reasons": "made-up reasons"},
    "screen_person": {"answers": {one.value: {"answer": "no"} for one in Question}},
    "state_condition": APPOINTMENT,
    "restate_proposal": {"conditions": [APPOINTMENT]},
    "return_proposal": {"reason": "fact_missing", "text": "made-up words"},
    "ask_unmask": {"not_enough": "the_time", "condition": "9_2_g", "why": "made-up words"},
    "approve_unmask": {"words": "made-up words"},
    "refuse_unmask": {"because": "other"},
    "assess_look_alone": {"needed": True, "found": "made-up words"},
    "record_contact": {"how": "phone", "outcome": "spoke"},
    "move_alert": {"move": "triage"},
    "record_reply": {"excuse": "none"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = api_place(tmp_path_factory.mktemp("api"), vault=True)
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def swept(place):
    """(method, path, there) to position to (status and code, body)."""
    found: dict[tuple[str, str, bool], dict[str, tuple[str, str]]] = {}
    callers = {name: signed_in(place, name) for name in POSITIONS}
    callers["no session"] = Caller(Visitor(place.address))
    for number, (name, caller) in enumerate(callers.items()):
        known = things(place, OF.get(name, SETS - 1))
        for method, path, operation in routes():
            for there in (True, False) if "{" in path else (True,):
                name_of = operation["operationId"]
                which = known[which_of(path, name_of)] if there else NOTHING
                asked = path.format(**which)
                if method == "GET":
                    query = f"?{urlencode(WINDOW)}" if "ledger" in path else ""
                    shown = caller.get(asked + query)
                else:
                    made = {"open_case": {"scheme_id": SCHEME, "reference": f"S-{number}"}}
                    made["propose_decision"], made["give_notice"] = known["body"], known["given"]
                    shown = caller.post(asked, (BODIES | made).get(name_of))
                assert str(shown.status) in operation["responses"], (name, method, asked, shown.status)
                said = str(shown.status) if shown.status < 400 else code(shown)
                found.setdefault((method, path, there), {})[name] = said, shown.text
    return found


def which_of(path: str, name: str) -> str:
    """Which of the things of a set a route is asked about."""
    answer = path.rpartition("/")[2]
    if answer in (*ANSWERS, "proposal"):
        return "approve" if answer == "proposal" else answer
    if name == "state_condition":
        return "restate"
    if name in OF_A_PERSON:
        return "over"
    return "ended" if name in ENDS else "lowered"


def things(place, number: int) -> dict[str, dict]:
    """What a path names, of that set: for what lowers, for what ends, for each answer; and a proposal as it is sent."""
    lowered, over, ended = place.site.wearers[number * EACH : number * EACH + EACH]
    with closing(place.site.open()) as store, store.reading() as view:
        task = view.tasks_of(view.decision(over.decision_id).case_id)[0].id
        shown = proposed_id("take-back", number * EACH)
        body = as_body(view.decision(shown), view.assessment_of(shown))
        _, digest, _ = notice_at(view, SCHEME, SystemClock().now())
    named = {"reference": lowered.reference, "task_id": task, "alert_id": f"alert_{number * EACH}", "scheme_id": SCHEME}
    named |= {"look_up_id": f"look_up_{number * EACH}", "unmask_id": f"unmask_{number * EACH}"}
    named |= {"look_alone_id": f"glass_{number * EACH}"}
    of_a_person = {"representation_id": place.said[over.reference], "recording_id": place.heard}
    return {
        "over": named | of_a_person | {"reference": over.reference},
        "given": {"notice_sha256": digest.hex(), "language": "en", "how": "print", "understood": "yes"},
        "lowered": named | {"decision_id": lowered.decision_id},
        "ended": named | {"decision_id": ended.decision_id},
        "body": body,
    } | {one: named | {"decision_id": proposed_id(one, number * EACH)} for one in ANSWERS}


def draw(swept) -> str:
    lines = [HEAD]
    for (method, path, there), answers in swept.items():
        if there:
            lines.append(f"{method} {path}")
        lines.append("  there:" if there else "  not there:")
        by_answer: dict[str, list[str]] = {}
        for name, (said, _) in answers.items():
            by_answer.setdefault(said, []).append(POSITIONS.get(name, name))
        lines += [f"    {said}: {', '.join(names)}" for said, names in sorted(by_answer.items())]
        if not there or "{" not in path:
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def test_who_is_answered_what_is_as_it_was_read(swept, tmp_path):
    drawn = draw(swept)
    (tmp_path / GOLDEN.name).write_text(drawn)
    assert drawn == GOLDEN.read_text(), f"read {tmp_path / GOLDEN.name}, and put it in place if it is meant"


def test_what_is_not_theirs_is_answered_as_what_is_not_there(swept):
    compared = 0
    for (method, path, there), answers in swept.items():
        if not there:
            continue
        for name, (said, body) in answers.items():
            if said.startswith("404"):
                assert (said, body) == swept[method, path, False][name], (name, method, path)
                compared += 1
    assert compared > 50


def test_no_answer_holds_a_name_a_place_or_a_sealed_text(swept):
    never = ("lat", "lon", "geometry", "coordinates", "sealed", "name_sealed", "person_id", "handle_key")
    for (_, path, _), answers in swept.items():
        for said, body in answers.values():
            if said.startswith("2") and "custodiet_scheme" not in body and not path.endswith("{recording_id}"):
                keys = set(_keys(json.loads(body)))
                assert not keys & set(never), keys


def _keys(told):
    if isinstance(told, dict):
        yield from told
        for one in told.values():
            yield from _keys(one)
    elif isinstance(told, list):
        for one in told:
            yield from _keys(one)
