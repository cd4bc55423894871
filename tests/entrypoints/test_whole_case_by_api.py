"""A case goes from an invitation to monitoring that has begun over the API alone, and never before the notice."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from support.api_asked import BASE, codes, get, post
from support.assessing import kinds_written
from support.by_hand import stored_bytes
from support.house import SCHEME
from support.in_process import client_of, place_of
from support.mp3 import silence
from support.staff import ADA, AOS, AUD, CAI, CEM, OPE, TRA, staffed

from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.main.pages import read_policy
from custodiet.model.assessment import Article8, Practical
from custodiet.model.identity import ActorId, CaseId
from custodiet.model.screening import Question
from custodiet.model.staff import Function

PATH = "/cases/W-1"
LAT, LON = 46.5123456, -28.0654321
WORDS = ("made-up reasons of this screening", "made-up words of theirs", "made-up answer", "made-up interpreter")


@pytest.fixture
def place(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, CEM, AOS, AUD, OPE))
    yield house
    from django.db import connection

    connection.close()


@pytest.fixture
def case(place):
    """Opened over the API by who is its first officer, with the facts that an assessment rests on."""
    told = done(post(CAI, "/cases", {"scheme_id": SCHEME, "reference": "W-1"}), 201)
    place.issue_keys()
    for fact in ({"kind": "age", "age": "adult"}, {"kind": "contact_lost"}):
        done(post(CAI, f"{PATH}/facts", fact | {"dated": str(place.clock.now().date())}), 201)
    return CaseId(told["case"]["case_id"])


def done(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()


def answers(**changed):
    return {"answers": {one: {"answer": "no"} for one in Question} | changed}


def hour_of(house, hours):
    return (house.clock.now() + timedelta(hours=hours)).isoformat()


def curfew(longitude=LON):
    return {
        "kind": "curfew",
        "place": {"type": "Point", "coordinates": [longitude, LAT], "radius_m": 100},
        "time_zone": "Atlantic/Azores",
        "weekly": [{"opens_min": day * 1440 + 21 * 60, "closes_min": day * 1440 + 30 * 60} for day in range(7)],
    }


def proposal(house, mode="fitted_trail", **changed):
    """As a program draws it up from what /rungs tells it."""
    rungs = done(get(CAI, f"{PATH}/rungs"))
    [rung] = [one for one in rungs["rungs"] if one["mode"] == mode]
    [contact] = [one["id"] for one in rungs["facts"] if one["kind"] == "contact_lost"]
    return {
        "mode": mode,
        "power": rungs["powers"][0]["code"],
        "purposes": [rungs["purposes"][0]["code"]],
        "starts_at": hour_of(house, 1),
        "review_due_at": hour_of(house, 24 * 7),
        "selection": "individual",
        "selection_fact": contact,
        "families": {one: {"reason": "tried", "facts": [contact]} for one in rung["lower_families"]},
        "compared_with": ["none"],
        "article_8": dict.fromkeys(Article8, "yes"),
        "practicality": dict.fromkeys(Practical, "yes"),
        "at_home": ["nobody"],
        "finding_shown": rungs["finding"]["version"],
        "exemptions": {one["code"]: {"applies": False} for one in rungs["exemptions"]},
    } | changed


def hear_and_screen(**screened):
    done(post(CAI, f"{PATH}/invitation", {}))
    done(post(CAI, f"{PATH}/screening", answers(**screened)), 201)


def propose(house, **given):
    return done(post(CAI, f"{PATH}/proposals", proposal(house, **given)), 201)["decision_id"]


def notice(**how):
    digest = done(get(CAI, f"{PATH}/notice"))["notice_sha256"]
    told = {"notice_sha256": digest, "language": "en", "how": "print", "understood": "yes"}
    return post(CAI, f"{PATH}/notice", told | how)


def test_from_an_invitation_to_monitoring_that_has_begun(place, case):
    house = place
    assert codes(post(CAI, f"{PATH}/proposals", proposal(house))) == ["not_invited", "not_screened"]
    done(post(CAI, f"{PATH}/invitation", {"until_at": hour_of(house, 24)}))
    said = done(post(CAI, f"{PATH}/representations", {"text": WORDS[1]}), 201)["id"]
    spoken = {"answer": "yes", "adjustments": ["interpreter"], "reason": WORDS[0]}
    done(post(CAI, f"{PATH}/screening", answers(language=spoken)), 201)
    assert codes(post(CAI, f"{PATH}/proposals", proposal(house))) == ["representation_unanswered"]
    done(post(CAI, f"{PATH}/representations/{said}/answer", {"reply": "agreed_in_part", "reasons": WORDS[2]}))
    decision_id = propose(house, conditions=[curfew()])
    [stated] = done(get(AOS, f"/decisions/{decision_id}/proposal"))["conditions"]
    assert (stated["kind"], stated["has_place"], stated["time_zone"]) == ("curfew", True, "Atlantic/Azores")
    yes = {"conditions": [stated["id"]]}
    assert codes(post(AOS, f"/decisions/{decision_id}/approve", yes)) == ["no_notice_given"]
    # English by print is not enough for someone who, by the screening, does not follow English.
    given = done(notice(), 201)
    assert (given["told"], given["why_not"]["code"]) == (False, "notice_in_another_language")
    assert codes(post(AOS, f"/decisions/{decision_id}/approve", yes)) == ["notice_in_another_language"]
    assert codes(notice(how="interpreter", language="ti")) == ["no_interpreter_named"]
    assert done(notice(how="interpreter", language="ti", words=WORDS[3]), 201)["told"] is True
    done(post(AOS, f"/decisions/{decision_id}/approve", yes))
    assert done(get(CAI, f"/decisions/{decision_id}"))["decision"]["in_force"] is False
    house.clock.set(house.clock.now() + timedelta(hours=2))
    begun = done(get(CAI, f"/decisions/{decision_id}"))["decision"]
    assert (begun["in_force"], begun["state"], begun["approved_by"]) == (True, "made", AOS)
    [monitored] = done(get(CAI, PATH))["case"]["monitored"]
    assert monitored["decision_id"] == decision_id
    [carried] = done(get(CAI, f"/decisions/{decision_id}/conditions"))["conditions"]
    assert carried == stated
    # What was written and where it is stand sealed, and are in no answer.
    kept = stored_bytes(house)
    for one in (*(one.encode() for one in WORDS), b"46.512", b"-28.065"):
        assert one not in kept
    kinds = kinds_written(house)
    assert kinds.index("notice.served") < kinds.index("decision.made")


def test_what_a_person_said_is_told_without_words_and_answered_once(place, case):
    done(post(CAI, f"{PATH}/invitation", {}))
    first, second = (
        done(post(CAI, f"{PATH}/representations", {"text": f"{WORDS[1]} {one}"}), 201)["id"] for one in range(2)
    )
    answer = {"reply": "not_agreed", "reasons": WORDS[2]}
    done(post(CAI, f"{PATH}/representations/{first}/answer", answer))
    assert codes(post(CAI, f"{PATH}/representations/{first}/answer", answer)) == ["answered"]
    assert codes(post(CAI, f"{PATH}/representations/{second}/answer", answer | {"reasons": " "})) == ["no_reasons"]
    assert codes(post(CAI, f"{PATH}/representations", {"text": " "})) == ["no_words"]
    shown = get(CAI, f"{PATH}/hearing")
    assert b"made-up" not in shown.content
    heard = done(shown)
    assert [one["id"] for one in heard["representations"]] == [second, first]
    assert [one["reply"] for one in heard["representations"]] == [None, "not_agreed"]
    assert (heard["invited"]["by"], heard["left_out"]) == (CAI, 0)
    assert done(get(CAI, f"{PATH}/hearing?limit=1"))["left_out"] == 1
    behind = {"until_at": hour_of(place, -1)}
    assert codes(post(CAI, f"{PATH}/invitation", behind), 400) == ["bad_body"]
    # One of another case is answered as one that is not there.
    done(post(CAI, "/cases", {"scheme_id": SCHEME, "reference": "W-2"}), 201)
    there = post(CAI, f"/cases/W-2/representations/{second}/answer", answer)
    nothing = post(CAI, "/cases/W-2/representations/nothing/answer", answer)
    assert (there.status_code, there.content) == (404, nothing.content)


def test_a_screening_is_whole_and_its_reasons_only_for_whoever_assesses_the_case(place, case):
    whole = answers()["answers"]
    for told in (
        {one: whole[one] for one in list(whole)[1:]},
        whole | {"health": {"answer": "yes"}},
        whole | {"health": {"answer": "yes", "reason": "x" * 401}},
    ):
        assert codes(post(CAI, f"{PATH}/screening", {"answers": told}), 400) == ["bad_body"]
    assert done(get(CAI, f"{PATH}/screening"))["answers"] is None
    hear_and_screen(health={"answer": "yes", "reason": WORDS[0]})
    propose(place)
    before = kinds_written(place)

    def about(actor):
        told = done(get(actor, f"{PATH}/screening"))
        [health] = [one for one in told["answers"] if one["question"] == "health"]
        return health["answer"], health["has_reason"], health["reason"]

    assert about(CAI) == ("yes", True, WORDS[0])
    # Whoever is to say yes sees what came of it, as on their page; why stands on that page.
    assert about(AOS) == ("yes", True, None)
    assert kinds_written(place)[len(before) :] == ["case_record.given"] * 2
    for actor, status in ((AUD, 403), (CEM, 404), (OPE, 404)):
        answer = get(actor, f"{PATH}/screening")
        assert answer.status_code == status
        assert b"health" not in answer.content


def test_only_an_approved_text_is_read_out_and_only_the_text_as_it_is(place, case):
    text = done(get(CAI, f"{PATH}/notice/text?language=ti"))
    assert (text["wanted"], text["language"], text["direction"]) == ("ti", "en", "ltr")
    assert {one["layer"] for one in text["sections"]} == {1, 2}
    assert all(one["lines"] for one in text["sections"])
    shown = done(get(CAI, f"{PATH}/notice"))
    assert ([one["tag"] for one in shown["languages"]], shown["told"]) == (["en"], False)
    assert shown["why_not"]["code"] == "no_notice_given"
    assert codes(notice(language="ti")) == ["not_approved"]
    assert codes(notice(notice_sha256="0" * 64)) == ["changed_since"]
    assert codes(notice(how="audio")) == ["no_recording"]
    assert codes(notice(understood="declined"), 400) == ["bad_body"]
    assert codes(notice(language="xx"), 400) == ["bad_body"]
    assert "notice.served" not in kinds_written(place)


def test_a_recording_is_heard_once_it_is_approved_and_not_before(place, case):
    other = ActorId("translator-ari")
    joined = propose_joiner(place.store, place.chance, other, Function.TRANSLATOR, SCHEME, ADA)
    approve_joiner(place.store, joined, AOS)
    kept = keep_recording(place.store, place.chance, SCHEME, "en", silence(3), TRA)
    assert codes(get(CAI, f"{PATH}/notice/recordings/{kept}"), 404) == ["not_found"]
    approve_recording(place.store, kept, other)
    [english] = done(get(CAI, f"{PATH}/notice"))["languages"]
    assert english["recording"]["id"] == kept
    played = get(CAI, f"{PATH}/notice/recordings/{kept}")
    assert (played.content, played["Content-Type"]) == (silence(3), "audio/mpeg")
    assert played["Cache-Control"] == "no-store"
    assert done(notice(how="audio"), 201)["told"] is True


def test_declining_does_not_block_for_ever_and_not_at_once(place, case):
    hear_and_screen()
    no = {"understood": "declined", "why": "wants_advice_first"}
    assert done(notice(**no), 201)["why_not"]["code"] == "notice_declined_once"
    assert done(notice(**no), 201)["why_not"]["code"] == "notice_declined_once"
    decision_id = propose(place, starts_at=hour_of(place, 48), review_due_at=hour_of(place, 96))
    assert codes(post(AOS, f"/decisions/{decision_id}/approve", {"conditions": []})) == ["notice_declined_once"]
    place.clock.set(place.clock.now() + timedelta(days=1))
    assert done(notice(**no), 201)["told"] is True
    done(post(AOS, f"/decisions/{decision_id}/approve", {"conditions": []}))
    served = done(get(CAI, f"{PATH}/notice?limit=2"))
    assert ([one["why"] for one in served["served"]], served["left_out"]) == (["wants_advice_first"] * 2, 1)
    assert all(one["current"] for one in served["served"])


def test_a_condition_is_stated_by_whoever_proposed_it_while_it_waits(place, case):
    hear_and_screen()
    decision_id = propose(place)
    path = f"/decisions/{decision_id}/conditions"
    appointment = {"kind": "appointment", "once": [{"from_at": hour_of(place, 30), "to_at": hour_of(place, 31)}]}
    stated = post(CAI, path, appointment)
    assert stated["Location"] == BASE + path
    assert [one["id"] for one in done(get(CAI, path))["conditions"]] == [done(stated, 201)["condition_id"]]
    done(post(CAI, path, curfew()), 201)
    assert codes(post(AOS, path, curfew())) == ["not_your_function"]
    there, nothing = post(CEM, path, curfew()), post(CEM, "/decisions/nothing/conditions", curfew())
    assert (there.status_code, there.content) == (404, nothing.content)
    assert codes(post(CAI, path, {"kind": "home_presence"})) == ["not_on_this_rung", "no_hours"]
    far = {"type": "Point", "coordinates": [LON, 91.5], "radius_m": 10}
    open_ring = {"type": "Polygon", "coordinates": [[[LON, LAT], [LON, 46.6], [-28.1, LAT], [-28.2, 46.7]]]}
    behind = {"from_at": hour_of(place, -2), "to_at": hour_of(place, -1)}
    for told in (
        curfew() | {"place": None},
        curfew() | {"place": far},
        curfew() | {"place": open_ring},
        curfew() | {"time_zone": "Nowhere/At_all"},
        curfew() | {"time_zone": None},
        {"kind": "curfew", "place": curfew()["place"]},
        appointment | {"place": curfew()["place"]},
        appointment | {"once": [behind]},
    ):
        refused = post(CAI, path, told)
        assert codes(refused, 400) == ["bad_body"], told
        # No refusal says back where.
        assert not any(one in refused.content for one in (b"46.5", b"28.0", b"91.5"))
    assert len(done(get(CAI, path))["conditions"]) == 2
    post(CAI, f"/decisions/{decision_id}/take-back")
    assert codes(post(CAI, path, appointment)) == ["no_proposal"]


def test_a_proposal_that_waits_is_changed_by_taking_it_back_and_proposing_it_anew(place, case):
    hear_and_screen()
    done(notice(), 201)
    before = propose(place, text=WORDS[1], conditions=[curfew(), curfew(-28.2)])
    path = f"/decisions/{before}"
    first, second = (one["id"] for one in done(get(AOS, f"{path}/proposal"))["conditions"])
    meet = {"kind": "appointment", "once": [{"from_at": hour_of(place, 30), "to_at": hour_of(place, 31)}]}
    kinds = kinds_written(place)
    assert codes(post(AOS, f"{path}/restate", {"without": [first]})) == ["not_your_function"]
    assert codes(post(CAI, f"{path}/restate", {})) == ["nothing_changed"]
    assert codes(post(CAI, f"{path}/restate", {"without": ["condition_other"]})) == ["not_its_condition"]
    assert codes(post(CAI, f"{path}/restate", {"conditions": [meet] * 19})) == ["too_many_conditions"]
    assert kinds_written(place) == kinds
    made = post(CAI, f"{path}/restate", {"without": [first], "conditions": [meet]})
    after = done(made, 201)["decision_id"]
    assert made["Location"] == f"{BASE}/decisions/{after}"
    assert codes(post(AOS, f"{path}/approve", {"conditions": [first, second]})) == ["no_proposal"]
    [waiting] = done(get(AOS, "/proposals"))["proposals"]
    assert waiting["decision"]["id"] == after
    shown = done(get(AOS, f"/decisions/{after}/proposal"))
    assert (shown["findings"], shown["assessment"]["has_words"]) == ([], True)
    assert [(one["kind"], one["has_place"]) for one in shown["conditions"]] == [
        ("curfew", True),
        ("appointment", False),
    ]
    done(post(AOS, f"/decisions/{after}/approve", {"conditions": [one["id"] for one in shown["conditions"]]}))
    # The place that was carried over opens under its own name, and the one that was left out is gone with what is over.
    with place.store.reading() as view:
        kept = view.conditions_of(after)
    assert [one.sealed_as for one in kept] == [second, None]
    assert codes(post(CAI, f"/decisions/{after}/restate", {"without": [kept[0].id]})) == ["no_proposal"]


def test_what_stands_in_the_way_of_a_proposal_stands_in_the_way_of_it_anew_and_it_stays(place, case):
    hear_and_screen()
    decision_id = propose(place, conditions=[curfew()])
    done(post(CAI, f"{PATH}/representations", {"text": WORDS[1]}), 201)
    with place.store.reading() as view:
        [carried] = view.conditions_of(decision_id)
        before = view.decisions_of(case)
    less = {"without": [carried.id]}
    assert codes(post(CAI, f"/decisions/{decision_id}/restate", less)) == ["representation_unanswered"]
    assert kinds_written(place)[-1] == "rung.refused"
    client = client_of(CAI)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 901}]
    session.save()
    assert codes(post(CAI, f"/decisions/{decision_id}/restate", less, client)) == ["sign_in_again"]
    with place.store.reading() as view:
        assert view.decisions_of(case) == before


def test_a_proposal_asks_what_its_rung_can_tell_and_no_more_than_anyone_keeps_in_mind(place, case):
    hear_and_screen()
    path = f"{PATH}/proposals"
    assert codes(post(CAI, path, proposal(place, mode="telephone", conditions=[curfew()]))) == ["not_on_this_rung"]
    many = [{"kind": "appointment", "once": [{"from_at": hour_of(place, 2), "to_at": hour_of(place, 3)}]}] * 20
    decision_id = propose(place, conditions=many)
    assert codes(post(CAI, f"/decisions/{decision_id}/conditions", many[0])) == ["too_many_conditions"]
    assert codes(post(CAI, path, proposal(place, conditions=[*many, many[0]])), 400) == ["bad_body"]


def test_only_the_cases_own_officers_hear_screen_and_tell(place, case):
    hear_and_screen()
    said = done(post(CAI, f"{PATH}/representations", {"text": WORDS[1]}), 201)["id"]
    before = kinds_written(place)
    digest = done(get(CAI, f"{PATH}/notice"))["notice_sha256"]
    acts = (
        (f"{PATH}/invitation", {}),
        (f"{PATH}/representations", {"text": WORDS[1]}),
        (f"{PATH}/representations/{said}/answer", {"reply": "agreed", "reasons": WORDS[2]}),
        (f"{PATH}/screening", answers()),
        (f"{PATH}/notice", {"notice_sha256": digest, "language": "en", "how": "print", "understood": "yes"}),
    )
    for actor, path, told in ((actor, *one) for actor in (AOS, AUD, CEM, OPE) for one in acts):
        there, nothing = post(actor, path, told), post(actor, path.replace("W-1", "nothing"), told)
        if actor in (CEM, OPE):
            assert (there.status_code, there.content) == (404, nothing.content), path
        else:
            assert codes(there) == ["not_your_function"], path
    assert kinds_written(place) == before


def test_what_integrators_are_told_to_ask_is_described():
    docs = Path(__file__).parents[2] / "docs"
    example = (docs / "api.md").read_text()
    paths = json.loads((docs / "openapi.json").read_text())["paths"]
    asked = re.findall(r'api "\$\w+" (GET|POST) "?([^\s"\'?)]+)', example)
    for method, path in asked:
        shape = re.compile(re.sub(r"\$\w+|EX-1", r"\\{\\w+\\}", f"{BASE}/{path}"))
        found = [one for one in paths if shape.fullmatch(one)]
        assert [method.lower() in paths[one] for one in found] == [True], (method, path)
    assert len(asked) > 15
