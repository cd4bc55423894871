"""The API from outside: windows, cursors, problems, acts, and what no answer tells."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from support.api import BASE, Caller, code, signed_in, told
from support.api_place import api_place
from support.house import SCHEME
from support.pages import OFFICER, Visitor

from custodiet.flows.show_entries import first_from
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Way
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import TaskId
from custodiet.wire.records import read_entry

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = api_place(tmp_path_factory.mktemp("api"), 2)
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def caseworker(place):
    return signed_in(place, "caseworker")


@pytest.fixture(scope="module")
def auditor(place):
    return signed_in(place, "auditor")


def test_the_published_description_is_the_one_that_is_served(place):
    from pathlib import Path

    served = Visitor(place.address).get(f"{BASE}/openapi.json")
    assert served.status == 200
    assert served.text == (Path(__file__).parents[2] / "docs" / "openapi.json").read_text()


def test_a_list_is_followed_by_its_cursor_to_its_end_and_nothing_comes_twice(caseworker):
    found, cursor = [], None
    for _ in range(10):
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = told(caseworker.get("/cases", **asked))
        assert len(page["cases"]) <= 2
        found += [one["reference"] for one in page["cases"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [f"M-{number:04d}" for number in range(6)]


def test_entries_of_a_window_are_those_from_its_first_instant_to_before_its_last(place, auditor):
    with closing(place.site.open()) as store, store.reading() as view:
        every = [read_entry(row.body) for row in view.entries(0, 10_000)]
        times = sorted({one.at for one in every})
        for at in (times[0], times[1], times[-1], times[-1] + timedelta(seconds=1), times[0] - timedelta(days=1)):
            assert first_from(view, at) == sum(one.at < at for one in every)
    first, last = times[1], times[-1]
    window = {"from": first.isoformat(), "to": last.isoformat(), "limit": 7}
    found, cursor = [], None
    while True:
        page = told(auditor.get("/ledger/entries", **window | ({"cursor": cursor} if cursor else {})))
        found += page["entries"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["index"] for one in found] == [one.index for one in every if first <= one.at < last]
    assert all(one["at"].endswith("Z") for one in found)
    assert {one["kind"] for one in found} <= {one.kind for one in every}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "missing: from, to"),
        ({"from": EARLY}, "missing: to"),
        ({"from": EARLY, "to": EARLY}, "the window ends before it begins"),
        ({"from": EARLY, "to": "2026-03-01T00:00:00Z"}, "longer than 31 days"),
        ({"from": "2026-01-01T00:00:00", "to": LATE}, "from is not what this takes"),
        ({"from": EARLY, "to": LATE, "limit": 0}, "limit is not what this takes"),
        ({"from": EARLY, "to": LATE, "cursor": "e30="}, "cursor is not one that an answer held"),
        ({"from": EARLY, "to": LATE, "form": "x"}, "there is no such parameter here"),
    ],
)
def test_a_window_is_required_whole_bounded_and_nothing_is_passed_over(auditor, query, said):
    shown = auditor.get("/ledger/entries", **query)
    assert code(shown) == "400 bad_parameter"
    assert said in json.loads(shown.text)["detail"]


def test_a_refusal_names_every_rule_and_what_would_pass(auditor, caseworker):
    refused = auditor.post("/cases/M-0000/step-down", {"mode": "telephone"})
    assert code(refused) == "403 not_your_function"
    [one] = json.loads(refused.text)["objections"]
    assert one["code"] == "not_your_function"
    assert "a caseworker" in one["missing"]
    other = caseworker.post("/cases", {"scheme_id": "scheme_of_others", "reference": "X-1"})
    assert code(other) == "403 not_your_scheme"


def test_a_case_is_opened_once_for_whoever_opens_it(caseworker):
    made = caseworker.post("/cases", {"scheme_id": SCHEME, "reference": "N-1"})
    case = told(made, 201)["case"]
    assert made.headers["Location"] == f"{BASE}/cases/N-1"
    assert (case["reference"], case["monitored"], case["next_task_due_at"]) == ("N-1", [], None)
    assert told(caseworker.visitor.get(made.headers["Location"]))["case"] == case
    assert code(caseworker.post("/cases", {"scheme_id": SCHEME, "reference": "N-1"})) == "409 reference_taken"
    assert code(caseworker.post("/cases", {"scheme_id": SCHEME, "reference": "a b"})) == "403 reference"


def test_an_act_of_a_session_needs_its_token_and_changes_nothing_without(caseworker):
    before = told(caseworker.get("/cases/M-0002/decisions"))["decisions"]
    decision = before[0]["id"]
    for token in ("", "x" * 64):
        refused = caseworker.post(f"/decisions/{decision}/end", {"reason": "not_needed"}, token=token)
        assert code(refused) == "403 form_token"
    assert told(caseworker.get("/cases/M-0002/decisions"))["decisions"] == before
    ended = caseworker.post(f"/decisions/{decision}/end", {"reason": "not_needed"})
    assert told(ended)["entry"] > 0
    after = told(caseworker.get(f"/decisions/{decision}"))["decision"]
    assert (after["state"], after["in_force"]) == ("withdrawn", False)
    assert code(caseworker.post(f"/decisions/{decision}/end", {"reason": "not_needed"})) == "409 not_now"


def test_an_alert_is_told_without_a_place_and_claimed_once(place, caseworker):
    operator = signed_in(place, "operator")
    [mine, *_] = told(operator.get("/alerts"))["alerts"]
    assert mine["seen"]["gap_s"] is None  # unknown, and never 0
    assert told(operator.post(f"/alerts/{mine['id']}/claim"))["entry"] > 0
    assert code(caseworker.post(f"/alerts/{mine['id']}/claim")) == "409 not_now"
    assert told(caseworker.get(f"/alerts/{mine['id']}"))["alert"]["held_by"] == "operator-1"


def test_contacts_about_an_alert_are_told_as_facts_and_never_in_words(place, caseworker):
    [mine, *_] = told(signed_in(place, "operator").get("/alerts"))["alerts"]
    about = f"/alerts/{mine['id']}/contacts"
    assert told(caseworker.get(about))["contacts"] == []
    with closing(place.site.open()) as store, store.acting() as act:
        case = act.case(act.alert(mine["id"]).case_id)
        how = (Way.PHONE, Direction.OUT, CameOf.NO_ANSWER)
        tried = ContactTried(mine["id"], *how, act.now, OFFICER, words_sealed=b"sealed", case_id=case.id)
        act.write(Entry(EntryKind.CONTACT_TRIED, OFFICER, case.person_id), tried)
    [one] = told(caseworker.get(about))["contacts"]
    assert set(one) == {"at", "by", "direction", "how", "outcome", "verified"}
    assert (one["how"], one["outcome"], one["verified"]) == ("phone", "no_answer", None)
    assert code(signed_in(place, "nobody").get(about)) == "404 not_found"


def test_a_task_is_done_once(caseworker):
    [task] = [one for one in told(caseworker.get("/cases/M-0001/tasks"))["tasks"] if one["done_at"] is None]
    assert told(caseworker.post(f"/tasks/{task['id']}/complete"))["entry"] > 0
    assert code(caseworker.post(f"/tasks/{task['id']}/complete")) == "409 not_now"


def test_stepping_down_to_where_the_case_stands_already_is_told_so(caseworker):
    assert len(told(caseworker.post("/cases/M-0003/step-down", {"mode": "telephone"}))["decisions"]) == 1
    assert code(caseworker.post("/cases/M-0003/step-down", {"mode": "telephone"})) == "409 nothing_higher"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "400 bad_body"),
        (b"\xff", "400 bad_body"),
        (b"[" * 50_000, "400 bad_body"),
        ({"kind": "work"}, "400 bad_body"),
        ({"kind": "work", "dated": "2026-01-01", "more": 1}, "400 bad_body"),
        ({"kind": "gossip", "dated": "2026-01-01"}, "400 bad_body"),
        ({"kind": "age", "dated": "2026-01-01"}, "400 bad_body"),
        ({"kind": "work", "dated": "2999-01-01"}, "400 bad_body"),
        (b" " * 70_000, "413 too_long"),
    ],
)
def test_a_body_that_is_not_what_is_taken_is_told_where_and_never_what(caseworker, body, said):
    shown = caseworker.post("/cases/M-0000/facts", body)
    if shown.headers.get("Content-Type") == "application/problem+json" and said.startswith("413"):
        assert json.loads(shown.text)["code"] == "too_long"
        return
    assert code(shown) == said
    assert "gossip" not in shown.text


def test_what_is_not_json_no_route_or_no_method_is_a_problem_too(caseworker):
    sent = {"Content-Type": "text/plain"}
    assert code(caseworker.post("/cases/M-0000/facts", b"{}", **sent)) == "415 not_json"
    assert code(caseworker.get("/nothing/here")) == "404 not_found"
    other = caseworker.visitor.ask("DELETE", f"{BASE}/cases")
    assert code(other) == "405 method"
    assert other.headers["Allow"] == "GET, HEAD, POST"


def test_without_a_session_or_with_a_password_that_someone_else_knows_nothing_is_told(place):
    stranger = Caller(Visitor(place.address))
    shown = stranger.get("/cases")
    assert code(shown) == "401 sign_in"
    assert shown.headers["WWW-Authenticate"]
    new = place.caseworker("new", once=True)
    visitor = Visitor(place.address)
    visitor.sign_in(new)
    assert code(Caller(visitor).get("/cases")) == "403 change_password"


def test_a_review_is_not_done_by_saying_so(place):
    """Whoever ticks off the task would have no review, and the task would warn nobody any more."""
    from custodiet.model.case import Task, TaskKind
    from custodiet.rules.tasks import objections_to_completing

    def task(kind: TaskKind) -> Task:
        now = datetime.now(UTC)
        return Task(TaskId("task"), kind, "case", "decision", now, now)

    said = {kind: [one.split(":")[0] for one in objections_to_completing(task(kind))] for kind in TaskKind}
    assert {kind.value: codes for kind, codes in said.items() if codes} == {
        "review": ["done_by_its_review"],
        "decide_review": ["done_by_its_review"],
        "check_stop": ["done_by_its_check"],
        "inspect_device": ["done_by_its_inspection"],
        "assess_glass": ["done_by_its_assessment"],
        "assess_disclosure": ["done_by_its_assessment"],
    }


def test_what_cannot_be_sealed_yet_is_told_so_and_nothing_is_kept(caseworker):
    """No vault runs beside these pages, so a new case has no key yet."""
    told(caseworker.post("/cases", {"scheme_id": SCHEME, "reference": "K-1"}), 201)
    fact = {"kind": "work", "dated": "2026-01-01"}
    shown = caseworker.post("/cases/K-1/facts", fact | {"text": "made-up words"})
    assert code(shown) == "503 try_again"
    assert int(shown.headers["Retry-After"]) > 0
    assert told(caseworker.post("/cases/K-1/facts", fact), 201)["dated"] == "2026-01-01"


def test_a_parameter_that_a_route_does_not_have_is_refused_by_each(caseworker):
    for path in ("/me", "/cases/M-0000", "/schemes"):
        assert code(caseworker.get(path, page=2)) == "400 bad_parameter"
    assert code(caseworker.get("/cases", limit=[1, 2])) == "400 bad_parameter"
