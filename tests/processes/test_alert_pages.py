"""The alert desk by form post: an alert goes to a decided breach, another is cleared, each with its whole record."""

from datetime import timedelta

import pytest
from support.alerts import raise_alert
from support.pages import Pages, Visitor

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.model.alert import AlertState
from custodiet.model.finding import Matter, Weight
from custodiet.model.identity import ActorId, AlertId
from custodiet.rules.alerts import IN_HAND_MAX

TRIED = {"direction": "out", "how": "phone", "outcome": "no_answer", "words": "made-up words"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("p"), 2)
    store = pages.site.open()
    yield pages, store
    store.close()
    pages.stop()


def visit(place, name: str) -> Visitor:
    visitor = Visitor(place[0].address)
    visitor.sign_in(place[0].accounts[name])
    return visitor


@pytest.fixture(scope="module")
def operator(place):
    return visit(place, "operator")


@pytest.fixture(scope="module")
def caseworker(place):
    return visit(place, "caseworker")


def test_what_calls_for_help_comes_first_and_then_the_oldest_of_each_kind(place, operator):
    pages, store = place
    minutes = [timedelta(minutes=one) for one in range(60)]
    raise_alert(store, pages, "queue-service", Matter.BATTERY, Weight.SERVICE, minutes[50])
    raise_alert(store, pages, "queue-unsure", Matter.OUT_OF_PLACE, Weight.UNCERTAIN, minutes[40])
    raise_alert(store, pages, "queue-new", Matter.OUT_OF_PLACE, Weight.ADVERSE, minutes[20])
    raise_alert(store, pages, "queue-old", Matter.OUT_OF_PLACE, Weight.ADVERSE, minutes[30])
    raise_alert(store, pages, "queue-help", Matter.HELP, Weight.SERVICE, minutes[10])
    shown = operator.get("/alerts?reference=M-0000").text
    table = shown[shown.index("<tbody") :]
    names = [f"queue-{one}" for one in ("help", "old", "new", "unsure", "service")]
    assert sorted(names, key=table.index) == names
    longest = shown[: shown.index("<tbody")]
    assert "/alerts/queue-service" in longest
    assert "/alerts/queue-help" not in longest


def test_an_alert_goes_from_the_operator_to_a_decided_breach_with_its_whole_record(place, operator, caseworker):
    pages, store = place
    alert = raise_alert(store, pages, "to-breach", Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=5))
    shown = operator.get(alert).text
    assert shown.index("could be coverage") < shown.index("What was found")
    for move in ("claim", "triage"):
        assert operator.send(f"{alert}/{move}", {}).to == alert
    refused = operator.get(f"{alert}/suspect")
    assert refused.status == 403
    assert "his is for a caseworker" in refused.text
    early = caseworker.send(f"{alert}/suspect", {"reasons": "made-up reasons"})
    assert early.status == 403
    assert "ring first, record it, and then it can be called" in early.text
    assert operator.send(f"{alert}/contact", TRIED).to == alert
    for move in ("suspect", "enquire"):
        assert caseworker.send(f"{alert}/{move}", {"reasons": "made-up reasons"}).to == alert
    early = caseworker.send(f"{alert}/decide", {"reasons": "made-up reasons"})
    assert early.status == 403
    assert "has not been heard" in early.text
    assert "made-up reasons" in early.text
    assert caseworker.send(f"{alert}/reply", {"excuse": "other", "words": "made-up words"}).to == alert
    assert caseworker.send(f"{alert}/decide", {"reasons": "made-up reasons"}).to == alert
    with store.reading() as view:
        assert view.alert(AlertId("to-breach")).state is AlertState.BREACH
        steps = view.steps_of(AlertId("to-breach"))
    shown = caseworker.get(alert).text
    contacts, record = shown[shown.index('id="contacts"') :].split('id="record"')
    assert "No answer" in contacts
    assert "operator-1" in contacts
    assert [one.move.value for one in steps] == ["claim", "triage", "suspect", "enquire", "decide"]
    assert all(f">{one.entry}<" in record for one in steps)
    assert "operator-1" in record
    assert "caseworker-1" in record
    assert "made-up" not in record


def test_another_is_cleared_by_the_operator_who_says_why(place, operator, caseworker):
    alert = raise_alert(place[1], place[0], "to-clear", Matter.UNANSWERED, Weight.UNCERTAIN, timedelta(minutes=5))
    for move in ("claim", "triage"):
        operator.send(f"{alert}/{move}", {})
    refused = operator.send(f"{alert}/clear", {"reasons": " "})
    assert refused.status == 403
    assert "needs reasons" in refused.text
    assert operator.send(f"{alert}/clear", {"reasons": "made-up reasons"}).to == alert
    assert ">Cleared<" in operator.get(alert).text
    late = caseworker.get(f"{alert}/suspect")
    assert late.status == 403
    assert "stands so that this cannot be done" in late.text
    assert alert not in operator.get("/alerts").text


def test_an_alert_is_set_aside_for_a_time_and_shown_only_to_whoever_asks_for_those(place, operator):
    alert = raise_alert(place[1], place[0], "aside", Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=5))
    for move in ("claim", "triage"):
        operator.send(f"{alert}/{move}", {})
    form = operator.get(f"{alert}/suspend").text
    assert 'value="4"' in form
    assert 'value="12"' not in form
    unsaid = operator.send(f"{alert}/suspend", {"reasons": "made-up reasons"})
    assert "Choose for how long" in unsaid.text
    assert operator.send(f"{alert}/suspend", {"hours": "2", "reasons": "made-up reasons"}).to == alert
    shown = operator.get(alert).text
    assert "Set aside until" in shown
    assert "made-up reasons" not in shown
    assert alert not in operator.get("/alerts").text
    assert "comes back by itself" in operator.get("/alerts").text
    assert alert in operator.get("/alerts?aside=yes").text
    assert operator.send(f"{alert}/claim", {}).to == alert
    assert alert in operator.get("/alerts").text


@pytest.mark.parametrize("name", ["authorising_officer", "dpo", "auditor", "administrator", "nobody"])
def test_the_desk_is_shut_to_everyone_else_and_says_whom_it_is_for(place, name):
    alert = raise_alert(place[1], place[0], f"shut-{name}", Matter.TAMPER, Weight.ADVERSE, timedelta(minutes=1))
    visitor = visit(place, name)
    for path in ("/alerts", alert, f"{alert}/claim"):
        shown = visitor.get(path)
        if path != "/alerts" and name in ("administrator", "nobody"):
            assert shown.status == 404, path  # they may not know that it is there
            continue
        assert shown.status == 403, path
        assert "operator" in shown.text, path
    with place[1].reading() as view:
        assert view.alert(AlertId(f"shut-{name}")).state is AlertState.RAISED


def test_an_operator_with_a_conflict_is_not_shown_the_alert(place, operator):
    pages, store = place
    alert = raise_alert(store, pages, "conflict", Matter.TAMPER, Weight.ADVERSE, timedelta(minutes=1), wearer=1)
    assert alert in operator.get("/alerts").text
    with store.reading() as view:
        case = view.decision(pages.site.wearers[1].decision_id).case_id
    declare_conflict(store, case, ActorId("operator-1"), ActorId("operator-1"))
    assert alert not in operator.get("/alerts").text
    assert operator.get(alert).status == 404


@pytest.mark.parametrize("name", ["authorising_officer", "dpo", "auditor", "administrator", "nobody"])
def test_nobody_else_records_a_contact_or_hands_a_shift_over(place, name):
    alert = raise_alert(place[1], place[0], f"post-{name}", Matter.TAMPER, Weight.ADVERSE, timedelta(minutes=1))
    visitor = visit(place, name)
    may_know = name not in ("administrator", "nobody")
    for to, shut in ((f"{alert}/contact", 403 if may_know else 404), ("/alerts/hand-over", 403)):
        assert visitor.send("/account/security", TRIED, to=to).status == shut, to
    with place[1].reading() as view:
        assert view.contacts_tried(AlertId(f"post-{name}")) == ()


def test_an_operator_records_nothing_of_an_alert_that_they_do_not_hold(place, operator):
    alert = raise_alert(place[1], place[0], "not-held", Matter.TAMPER, Weight.ADVERSE, timedelta(minutes=1))
    assert operator.send("/account/security", TRIED, to=f"{alert}/contact").status == 403
    assert "Record a contact" not in operator.get(alert).text
    with place[1].reading() as view:
        assert view.contacts_tried(AlertId("not-held")) == ()


def test_a_call_in_says_how_it_was_known_who_called(place, operator):
    alert = raise_alert(place[1], place[0], "called-in", Matter.HELP, Weight.SERVICE, timedelta(minutes=1))
    operator.send(f"{alert}/claim", {})
    called = TRIED | {"direction": "in", "outcome": "spoke"}
    unsaid = operator.send(f"{alert}/contact", called)
    assert "<title>Error: " in unsaid.text
    assert "Choose how you knew who called" in unsaid.text
    assert "made-up words" in unsaid.text
    missed = operator.send(f"{alert}/contact", called | {"outcome": "no_answer", "verified": "known_voice"})
    assert missed.status == 403
    assert "ho calls is spoken to" in missed.text
    assert operator.send(f"{alert}/contact", called | {"verified": "secret_word"}).to == alert
    shown = operator.get(alert).text
    assert "They called us" in shown
    assert "The word that we agreed on" in shown
    assert "made-up words" not in shown


def test_where_the_person_is_asked_first_one_try_in_vain_does_not_open_the_way(place, operator, caseworker):
    """The made-up register names the strap."""
    alert = raise_alert(place[1], place[0], "strap", Matter.TAMPER, Weight.ADVERSE, timedelta())
    for move in ("claim", "triage"):
        operator.send(f"{alert}/{move}", {})
    operator.send(f"{alert}/contact", TRIED)
    early = caseworker.send(f"{alert}/suspect", {"reasons": "made-up reasons"})
    assert early.status == 403
    assert "or try once more" in early.text
    operator.send(f"{alert}/contact", TRIED)
    assert caseworker.send(f"{alert}/suspect", {"reasons": "made-up reasons"}).to == alert


def test_nobody_holds_more_than_ten_and_a_shift_is_handed_over_in_one_post(place, operator):
    pages, store = place
    over = "/alerts/hand-over"
    operator.send("/account/security", {}, to=over)
    names = [f"held-{one}" for one in range(IN_HAND_MAX + 1)]
    for name in names:
        raise_alert(store, pages, name, Matter.OUT_OF_PLACE, Weight.ADVERSE, timedelta(minutes=2))
        last = operator.send(f"/alerts/{name}/claim", {})
    assert last.status == 403
    assert "release or settle one first" in last.text
    assert "Hand over my shift" in operator.get("/alerts").text
    assert operator.send("/alerts", {}, to=over).to == "/alerts"
    shown = operator.get("/alerts").text
    assert f"Given back to the queue: {IN_HAND_MAX}." in shown
    assert "Hand over my shift" not in shown
    with store.reading() as view:
        for name in names[:-1]:
            assert view.alert(AlertId(name)).state is AlertState.RAISED
            assert [one.move.value for one in view.steps_of(AlertId(name))] == ["claim", "release"]
