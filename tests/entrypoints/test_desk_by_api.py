"""An alert goes over the API as over its pages: contacts, steps, replies, a shift handed over, by the same rules."""

from datetime import timedelta

import pytest
from support.api_asked import codes, get, post
from support.in_process import place_of
from support.staff import AOS, AUD, CAI, CEM, OPE, PER, staffed
from support.watched import bytes_of

from custodiet.flows.keep_caseload import assign_case
from custodiet.main.pages import read_policy
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.finding import Matter, Raised, Weight
from custodiet.model.identity import ActorId, AlertId
from custodiet.model.record import AlertRaised

WORDS = "made-up words that nobody is told"


@pytest.fixture
def wearer(house, tmp_path):
    """Someone with a decision in force, an officer of theirs, and an operator."""
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, CEM, OPE, AUD, PER))
    one = house.person("TAG-1")
    house.issue_keys()
    decision = house.decide(one)
    house.clock.pass_(timedelta(hours=2))
    assign_case(house.store, one.case.id, CAI, AOS)
    yield one, decision
    from django.db import connection

    connection.close()


def raised(house, wearer, name, matter=Matter.OUT_OF_PLACE, weight=Weight.ADVERSE):
    one, decision = wearer
    with house.store.acting() as act:
        of = AlertId(name), one.case.id, decision.id, one.fitting.id, None
        alert = Raised(*of, matter, weight, act.now, act.now, act.now)
        act.write(Entry(EntryKind.ALERT_RAISED, ActorId("gateway"), one.case.person_id), AlertRaised(alert))
    return f"/alerts/{name}"


def done(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()


def moved(actor, alert, move, **told):
    return post(actor, f"{alert}/moves", {"move": move} | told)


def test_an_alert_goes_to_a_decided_breach_with_its_whole_record_and_no_word(house, wearer):
    alert = raised(house, wearer, "alert_a")
    done(post(OPE, f"{alert}/claim"))
    done(moved(OPE, alert, "triage"))
    assert codes(moved(CAI, alert, "suspect", reasons=WORDS)) == ["contact_first"]
    done(post(OPE, f"{alert}/contacts", {"how": "phone", "outcome": "spoke", "words": WORDS}))
    assert codes(moved(CAI, alert, "suspect")) == ["no_reasons"]
    for move in ("suspect", "enquire"):
        done(moved(CAI, alert, move, reasons=WORDS))
    assert codes(moved(CAI, alert, "decide", reasons=WORDS)) == ["not_heard"]
    done(post(CAI, f"{alert}/replies", {"excuse": "other", "words": WORDS}))
    for move in ("decide", "notify"):
        done(moved(CAI, alert, move, reasons=WORDS))
    told = done(get(AUD, f"{alert}/record"))
    assert [one["move"] for one in told["steps"]] == ["notify", "decide", "enquire", "suspect", "triage", "claim"]
    assert all(one["entry"] > 0 and one["by"] in (OPE, CAI) for one in told["steps"])
    assert [one["excuse"] for one in told["replies"]] == ["other"]
    assert [one["outcome"] for one in told["contacts"]] == ["spoke"]
    assert (told["moves"], told["takes_replies"]) == (["excuse"], True)
    assert WORDS not in get(AUD, f"{alert}/record").content.decode()
    assert WORDS.encode() not in bytes_of(house)


def test_another_is_set_aside_claimed_again_and_cleared(house, wearer):
    alert = raised(house, wearer, "alert_b")
    done(post(OPE, f"{alert}/claim"))
    later = (house.clock.now() + timedelta(hours=2)).isoformat()
    assert codes(moved(OPE, alert, "triage", until_at=later), 400) == ["bad_body"]
    assert codes(moved(OPE, alert, "suspend", reasons=WORDS)) == ["no_time"]
    done(moved(OPE, alert, "suspend", reasons=WORDS, until_at=later))
    assert done(get(OPE, alert))["alert"]["suspended_until"].startswith(later[:16])
    for move in ("claim", "triage"):
        done(moved(OPE, alert, move))
    done(moved(OPE, alert, "clear", reasons=WORDS))
    assert codes(moved(OPE, alert, "clear", reasons=WORDS), 409) == ["not_now"]


def test_a_call_in_says_how_it_was_known_who_called(house, wearer):
    alert = raised(house, wearer, "alert_c")
    called = {"how": "phone", "outcome": "no_answer", "verified": "called_back"}
    done(post(OPE, f"{alert}/claim"))
    assert codes(post(OPE, f"{alert}/contacts", called)) == ["called_in"]
    done(post(OPE, f"{alert}/contacts", called | {"outcome": "spoke"}))
    [one] = done(get(OPE, f"{alert}/contacts"))["contacts"]
    assert (one["direction"], one["verified"]) == ("in", "called_back")


def test_nobody_holds_more_than_ten_and_a_shift_is_handed_over_in_one_post(house, wearer):
    alerts = [raised(house, wearer, f"alert_{number}") for number in range(11)]
    for alert in alerts[:10]:
        done(post(OPE, f"{alert}/claim"))
    assert codes(post(OPE, f"{alerts[10]}/claim")) == ["too_many_held"]
    assert done(post(OPE, "/hand-over")) == {"released": 10, "kept": 0}
    assert {done(get(OPE, alert))["alert"]["state"] for alert in alerts} == {"raised"}
    done(post(OPE, f"{alerts[10]}/claim"))


def test_who_may_not_know_of_an_alert_is_told_what_is_told_of_nothing(house, wearer):
    alert = raised(house, wearer, "alert_d")
    nothing = get(CEM, "/alerts/nothing/record").content
    for actor in (CEM, PER):
        for answer in (
            get(actor, f"{alert}/record"),
            moved(actor, alert, "claim"),
            post(actor, f"{alert}/contacts", {"how": "phone", "outcome": "spoke"}),
            post(actor, f"{alert}/replies", {"excuse": "none"}),
        ):
            assert (answer.status_code, answer.content) == (404, nothing)
    assert codes(moved(OPE, alert, "triage")) == ["not_claimed"]
    assert codes(post(AUD, f"{alert}/claim")) == ["not_your_function"]
    assert codes(post(PER, "/hand-over")) == ["not_your_function"]


def test_to_decide_a_breach_asks_for_a_fresh_sign_in_as_on_the_page(house, wearer):
    from support.in_process import client_of

    alert = raised(house, wearer, "alert_e")
    done(post(OPE, f"{alert}/claim"))
    done(moved(OPE, alert, "triage"))
    done(post(OPE, f"{alert}/contacts", {"how": "phone", "outcome": "spoke"}))
    for move in ("suspect", "enquire"):
        done(moved(CAI, alert, move, reasons=WORDS))
    done(post(CAI, f"{alert}/replies", {"excuse": "other"}))
    stale = client_of(CAI)
    session = stale.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    told = {"move": "decide", "reasons": WORDS}
    assert codes(post(CAI, f"{alert}/moves", told, client=stale)) == ["sign_in_again"]
    done(post(CAI, f"{alert}/moves", told))
