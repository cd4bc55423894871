"""By form post, past every page: what may not be decided is not, whoever types what; and what would pass is said."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from support.deciding import assessed, fact, give_notice, invited, screened
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Pages, Visitor
from support.proposing import propose
from support.running import aside

from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.clock import LEASE
from custodiet.flows.decide_case import make_decision
from custodiet.flows.end_decision import end_what_ran_out
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.identity import ActorId, DecisionId
from custodiet.model.mode import ModeCode
from custodiet.wire.records import read_entry

COURT = ActorId("court-of-made-up-things")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """M-0000 stands on no rung; M-0001 wears a tag and nobody reviewed it in time."""
    modes = [ModeCode.NONE, ModeCode.FITTED_TRAIL]
    pages = Pages(tmp_path_factory.mktemp("p"), modes=modes, since=timedelta(hours=25), vault=True)
    store = pages.site.open()
    assert end_what_ran_out(store, SystemChance(), SystemClock(), (LEASE, store.take_lease(LEASE))) == 2
    yield pages, store
    store.close()
    pages.stop()


@pytest.fixture(scope="module")
def caseworker(place):
    visitor = Officer(place[0])
    assert visitor.sign_in(place[0].accounts["caseworker"]).to == "/day"
    return visitor


@pytest.fixture(scope="module")
def officer(place):
    visitor = Visitor(place[0].address)
    visitor.sign_in(place[0].accounts["authorising_officer"])
    return visitor


@pytest.fixture
def store(place):
    return place[1]


class Officer(Visitor):
    """Who opens cases, in a place whose keys someone has to ask for."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages.address)
        self.pages = pages


def fresh_case(caseworker, reference: str, *facts: dict) -> str:
    """A case of one's own with all that a decision rests on; the address of one of its facts."""
    assert caseworker.send("/cases/new", {"reference": reference}).to == f"/cases/{reference}"
    caseworker.pages.issue_keys()
    return laid(caseworker, reference, *facts)


def laid(caseworker, reference: str, *facts: dict) -> str:
    """The same for a case that there is."""
    decide = f"/cases/{reference}/decide"
    for one in facts or (fact("contact_lost"), fact("age", age="adult")):
        assert caseworker.send(f"{decide}/facts", one).status == 302
    assert caseworker.send(f"{decide}/heard", invited()).status == 302
    assert caseworker.send(f"{decide}/screening", screened()).status == 302
    assert give_notice(caseworker, reference).status == 302
    found = re.search(r'<option value="(fact[^"]+)"', caseworker.get(f"{decide}/telephone").text)
    return found[1]


def kinds(store) -> list[str]:
    """What was written; that someone looked at a case is written down too, and is no change of it."""
    with store.reading() as view:
        found = [read_entry(row.body).kind.value for row in view.entries(0, 10_000)]
    return [one for one in found if one != "case_record.given"]


def decisions(store, reference: str) -> list[Decision]:
    with store.reading() as view:
        return list(view.decisions_of(view.case_by_reference(reference).id))


def words(shown) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.text[shown.text.index("<main") :]))


def made_by_hand(store, reference: str, *, approve: bool = True, **given) -> Decision:
    """A decision that was not typed into a page."""
    chance, now = SystemChance(), SystemClock().now()
    with store.reading() as view:
        case = view.case_by_reference(reference)
    told = {
        "id": DecisionId(chance.identity("decision")),
        "case_id": case.id,
        "strand": "main",
        "mode": ModeCode.TELEPHONE,
        "power": "p1",
        "purposes": ("contact",),
        "authority": Authority.OFFICERS,
        "maker": None,
        "proposed_by": ADMINISTRATOR,
        "starts_at": now + timedelta(hours=1),
        "review_due_at": now + timedelta(days=7),
        "ends_at": None,
    }
    decision = Decision(**(told | given))
    propose(store, chance, decision)
    if approve:
        make_decision(store, decision.id, OFFICER)
    return decision


def test_a_rung_with_a_lower_family_unanswered_is_not_saved(caseworker, store):
    known = fresh_case(caseworker, "P-1")
    for code, left_out in ((ModeCode.TELEPHONE, "reporting"), (ModeCode.FITTED_TRAIL, "on_arrival")):
        before = kinds(store)
        path = f"/cases/P-1/decide/{code}"
        shown = caseworker.send(path, assessed(code, known, **{f"{left_out}_reason": None}))
        assert shown.status == 403
        assert "why these rungs will not do for this person" in words(shown)
        assert "is ready to start now" in words(shown)
        assert "no ground for detaining anyone" in words(shown)
        assert f'href="#id_{left_out}_reason"' in shown.text
        no_fact = caseworker.send(path, assessed(code, known, **{f"{left_out}_facts": None}))
        assert no_fact.status == 403
        assert "at least one fact of this case that says so" in words(no_fact)
        # The refusal itself is recorded, and nothing else.
        assert kinds(store)[len(before) :] == ["rung.refused", "rung.refused"]
    assert decisions(store, "P-1") == []
    # Shown to check, nothing is recorded at all; whole, it is sent.
    before = kinds(store)
    caseworker.send("/cases/P-1/decide/telephone", assessed(ModeCode.TELEPHONE, known, step="check"))
    assert kinds(store) == before
    assert caseworker.send("/cases/P-1/decide/telephone", assessed(ModeCode.TELEPHONE, known)).to == "/cases/P-1"
    assert [one.state for one in decisions(store, "P-1")] == [State.PROPOSED]


def test_a_fact_of_another_case_is_no_reason(caseworker, store):
    known = fresh_case(caseworker, "P-2")
    other = fresh_case(caseworker, "P-3")
    shown = caseworker.send("/cases/P-2/decide/telephone", assessed(ModeCode.TELEPHONE, known, reporting_facts=[other]))
    assert shown.status == 200  # it was never offered: an error of the form
    assert "is not one of the available choices" in shown.text
    assert decisions(store, "P-2") == []


def test_whoever_is_exempt_is_not_put_under_the_operation_but_on_the_exemptions_own_grounds(caseworker, store):
    known = fresh_case(caseworker, "P-20")
    path = "/cases/P-20/decide/telephone"
    before = kinds(store)
    for answers, code, says in (
        ({"exempt_ill": None}, "exemption_unasked", "people with a serious illness"),
        ({"exempt_child": "yes"}, "exempt", "nobody overrides this exemption: children"),
        ({"exempt_ill": "yes"}, "override_without_criterion", "names one of its own grounds"),
    ):
        shown = caseworker.send(path, assessed(ModeCode.TELEPHONE, known, **answers))
        assert (shown.status, code in words(shown), says in words(shown).lower()) == (403, True, True), code
        assert "is outside it" in words(shown) or code == "exemption_unasked"
    # What the ladder refuses is recorded; an answer that does not stand is told before anything is asked for.
    assert (decisions(store, "P-20"), kinds(store)[len(before) :]) == ([], ["rung.refused"])


def test_what_was_typed_is_still_there_after_a_refusal(caseworker):
    known = fresh_case(caseworker, "P-4")
    told = assessed(ModeCode.TELEPHONE, known, at_home=None, support_words="a text <of> one’s own")
    shown = caseworker.send("/cases/P-4/decide/telephone", told)
    # No record key while no vault runs: the words cannot be sealed, and are still there.
    assert "a text &lt;of&gt; one’s own" in shown.text
    assert "<title>Error: " in shown.text


def test_nobody_under_18_gets_a_rung_that_says_where_they_are(caseworker, store):
    known = fresh_case(caseworker, "P-5", fact("contact_lost"), fact("age", age="under_18"))
    before = kinds(store)
    for code in (ModeCode.HOME_PRESENCE, ModeCode.FITTED_TRAIL):
        shown = caseworker.send(f"/cases/P-5/decide/{code}", assessed(code, known))
        assert shown.status == 403
        assert "Nobody under 18, or whose age is disputed" in words(shown)
        assert "rung 4, check-in by phone or web, is ready to start now" in words(shown)
    assert kinds(store)[len(before) :] == ["rung.refused", "rung.refused"]
    assert decisions(store, "P-5") == []
    listed = words(caseworker.get("/cases/P-5/decide"))
    assert listed.count("Open now: rung 4, check-in by phone or web") == 7


def test_nobody_approves_their_own_proposal(caseworker, officer, store):
    fresh_case(caseworker, "P-6")
    own = made_by_hand(store, "P-6", approve=False, proposed_by=OFFICER)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', officer.get("/account/password").text)[1]
    before = kinds(store)
    for what in ("approve", "narrow", "refuse"):
        shown = officer.send(f"/authorise/{own.id}", {"what": what, "mode": "reminders"}, token=token)
        assert shown.status == 403
        assert "Nobody approves their own proposal" in words(shown)
        assert "What would pass Another authorising officer can" in words(shown)
    assert kinds(store) == before


def test_a_caseworker_approves_nothing(caseworker, store):
    fresh_case(caseworker, "P-7")
    waiting = made_by_hand(store, "P-7", approve=False)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', caseworker.get("/cases/new").text)[1]
    before = kinds(store)
    shown = caseworker.send(f"/authorise/{waiting.id}", {"what": "approve"}, token=token)
    assert shown.status == 403
    assert "This is for an authorising officer" in words(shown)
    assert kinds(store) == before


def test_what_has_lapsed_is_not_taken_up_again(caseworker, officer, store):
    (lapsed,) = decisions(store, "M-0001")
    assert lapsed.state is State.LAPSED
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', caseworker.get("/cases/new").text)[1]
    before = kinds(store)
    asked = {"decision": lapsed.id, "asked": "yes", "what": "decide", "outcome": "continue", "why": "contact_at_risk"}
    his = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', officer.get("/account/password").text)[1]
    for visitor, path, its in (
        (officer, "resume", his),
        (caseworker, "review", token),
        (caseworker, "step-down", token),
    ):
        shown = visitor.send(f"/cases/M-0001/{path}", asked, token=its)
        assert shown.status == 403
        assert "No decision of this case stands" in words(shown)
        assert "What would pass A new one, proposed from its facts up" in words(shown)
    assert kinds(store) == before
    # A new proposal follows nothing, whatever is typed along with it.
    known = re.search(r'<option value="(fact[^"]+)"', caseworker.get("/cases/M-0001/decide/telephone").text)[1]
    told = assessed(ModeCode.TELEPHONE, known, follows=lapsed.id)
    assert caseworker.send("/cases/M-0001/decide/telephone", told).status == 302
    assert [one.follows for one in decisions(store, "M-0001") if one.state is State.PROPOSED] == [None]


def test_an_order_is_ended_by_nobody_but_its_maker(caseworker, store):
    fresh_case(caseworker, "P-8")
    order = made_by_hand(store, "P-8", authority=Authority.ORDER, maker=COURT)
    before = kinds(store)
    shown = caseworker.send("/cases/P-8/end", {"reason": "not_needed", "decision": order.id})
    assert shown.status == 403
    assert "An order is ended, paused and resumed only by its maker" in words(shown)
    assert "What would pass: a stop that its maker, a court or a regulator has ordered, entered as such" in words(shown)
    assert kinds(store) == before
    assert [one.state for one in decisions(store, "P-8")] == [State.MADE]
    # Entered as such it is obeyed, and a second person is asked to look.
    told = {"kind": "stop", "authority": "court of made up things", "decisions": [order.id]}
    assert caseworker.send("/cases/P-8/stop", told).status == 302
    assert [one.state for one in decisions(store, "P-8")] == [State.WITHDRAWN]
    assert "You entered it: someone else looks at it" in words(caseworker.get("/stops"))


def test_whoever_entered_a_stop_does_not_check_it(caseworker, officer, store):
    fresh_case(caseworker, "P-9")
    one = made_by_hand(store, "P-9")
    told = {"kind": "restrict", "authority": "regulator", "decisions": [one.id]}
    assert officer.send("/cases/P-9/stop", told).status == 302
    with store.reading() as view:
        stop = next(each for each in view.stops_waiting(10) if view.stop(each).decisions == (one.id,))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', officer.get("/account/password").text)[1]
    before = kinds(store)
    assert officer.send("/stops", {"stop": stop, "as_ordered": "yes"}, token=token).status == 403
    assert kinds(store) == before
    assert caseworker.send("/stops", {"stop": stop, "as_ordered": "yes"}).to == "/stops"
    assert kinds(store)[len(before) :] == ["stop.checked"]


def test_a_second_person_makes_less_of_a_proposal_or_gives_it_back_and_never_more(caseworker, officer, store):
    known = fresh_case(caseworker, "P-10")
    path = "/cases/P-10/decide/check_in"
    assert caseworker.send(path, assessed(ModeCode.CHECK_IN, known)).status == 302
    (wide,) = decisions(store, "P-10")
    before = kinds(store)
    late = {"what": "narrow", "mode": "", "review_0": "1", "review_1": "1", "review_2": "2099"}
    more = officer.send(f"/authorise/{wide.id}", late)
    assert more.status == 403
    assert "its review comes no later than was proposed" in words(more).lower()
    nothing = officer.send(f"/authorise/{wide.id}", {"what": "return", "reason": "copied"})
    assert "Write something, or go back" in words(nothing)
    assert kinds(store) == before
    assert officer.send(f"/authorise/{wide.id}", {"what": "narrow", "mode": "in_person"}).to == "/authorise"
    states = {one.mode: one.state for one in decisions(store, "P-10")}
    assert states == {ModeCode.CHECK_IN: State.REFUSED, ModeCode.IN_PERSON: State.MADE}


def test_a_zone_that_cannot_be_judged_is_not_kept(caseworker, store):
    known = fresh_case(caseworker, "P-11")
    caseworker.send("/cases/P-11/decide/fitted_trail", assessed(ModeCode.FITTED_TRAIL, known))
    (waiting,) = decisions(store, "P-11")
    asks = f"/cases/P-11/proposals/{waiting.id}/conditions/exclusion_zone"
    before = kinds(store)
    circle = {"latitude": "46.5", "longitude": "-28.0", "radius_m": "900000"}
    assert "radius" in words(caseworker.send(asks, circle))
    assert "not both" in words(caseworker.send(asks, circle | {"polygon": "{}"}))
    assert "GeoJSON" in words(caseworker.send(asks, {"polygon": "{}"}))
    assert kinds(store) == before


def test_a_case_of_that_reference_is_not_opened_twice(caseworker, store):
    fresh_case(caseworker, "P-12")
    before = kinds(store)
    assert "There is a case of that reference already" in words(caseworker.send("/cases/new", {"reference": "P-12"}))
    assert "letters, digits" in words(caseworker.send("/cases/new", {"reference": "Mr/Smith"}))
    assert kinds(store) == before


def test_a_name_that_cannot_be_sealed_is_not_kept_and_is_still_there(caseworker, store):
    assert caseworker.send("/cases/new", {"reference": "P-13"}).to == "/cases/P-13"
    before = kinds(store)
    shown = caseworker.send("/cases/P-13/name", {"name": "Nobody of the Sea"})
    assert shown.status == 403
    assert "no record key yet" in words(shown).lower()
    assert 'value="Nobody of the Sea"' in shown.text
    assert kinds(store) == before
    # Of someone who has a key it is kept, sealed.
    assert caseworker.send("/cases/M-0001/name", {"name": "Nobody of the Sea"}).status == 302
    with store.reading() as view:
        assert not any(b"Nobody of the Sea" in row.body for row in view.entries(0, 10_000))


def test_name_and_zones_are_shown_to_who_has_sight_recorded_once_a_session_and_to_nobody_else(
    place, caseworker, officer, store
):
    before = len(opened(store))
    known = laid(caseworker, "M-0000")
    assert caseworker.send("/cases/M-0000/name", {"name": "Nobody of the Sea"}).status == 302
    sent = caseworker.send("/cases/M-0000/decide/fitted_trail", assessed(ModeCode.FITTED_TRAIL, known))
    assert sent.to == "/cases/M-0000"
    (waiting,) = (one for one in decisions(store, "M-0000") if one.state is State.PROPOSED)
    circle = {"latitude": "46.5", "longitude": "-28", "radius_m": "400"}
    asks = f"/cases/M-0000/proposals/{waiting.id}/conditions/exclusion_zone"
    assert caseworker.send(asks, circle).status == 302
    for _ in range(2):
        assert "Nobody of the Sea" in words(caseworker.get("/cases/M-0000"))
    assert len(opened(store)) == before + 1
    shown = words(officer.get(f"/authorise/{waiting.id}"))
    assert "Nobody of the Sea" in shown
    assert "A circle of 400 m about latitude 46.5000, longitude -28.0000" in shown
    auditor = Visitor(place[0].address)
    auditor.sign_in(place[0].accounts["auditor"])
    seen = words(auditor.get("/cases/M-0000"))
    assert "Rung 11" in seen
    assert "Nobody of the Sea" not in seen
    assert "Screening" not in seen
    assert "Why not presence at home (rung 6) It was tried: 1 fact" in seen
    # Once it is answered, the officer's sight has ended.
    assert officer.send(f"/authorise/{waiting.id}", {"what": "refuse"}).to == "/authorise"
    assert "Nobody of the Sea" not in words(officer.get("/cases/M-0000"))


def test_what_was_written_is_read_back_by_who_works_on_the_case_and_by_nobody_else(place, caseworker, officer):
    decide = "/cases/P-16/decide"
    known = fresh_case(caseworker, "P-16", fact("contact_lost", text="The line was dead."), fact("age", age="adult"))
    hit = {"faith_hit": "yes", "faith_adjusted": ["other_hours"], "faith_reason": "Fridays at noon."}
    assert caseworker.send(f"{decide}/screening", screened(**hit)).status == 302
    assert caseworker.send(f"{decide}/heard", {"what": "said", "text": "I work nights."}).status == 302
    seen = words(caseworker.get(f"{decide}/heard"))
    assert "I work nights. by caseworker-1, caseworker" in seen
    said = re.search(r'name="said" value="([^"]+)"', caseworker.get(f"{decide}/heard").text)[1]
    answer = {"what": "answer", "said": said, "reply": "agreed", "reasons": "Mornings it is."}
    assert caseworker.send(f"{decide}/heard", answer).status == 302
    typed = assessed(ModeCode.TELEPHONE, known, support_words="Nobody came by.", words="Twice in spring.")
    assert caseworker.send(f"{decide}/telephone", typed).status == 302
    (waiting,) = decisions(place[1], "P-16")
    texts = ("The line was dead.", "I work nights.", "Mornings it is.", "Nobody came by.", "Twice in spring.")
    hits = ("Faith: yes (Other hours)", "Fridays at noon.")
    for visitor, path in ((caseworker, "/cases/P-16"), (officer, f"/authorise/{waiting.id}")):
        shown = words(visitor.get(path))
        assert [one for one in (*texts, *hits) if one not in shown] == []
    returned = {"what": "return", "reason": "other", "words": "Which number was it?"}
    assert officer.send(f"/authorise/{waiting.id}", returned).status == 302
    shown = words(caseworker.get("/cases/P-16"))
    assert "Why a proposal was given back Which number was it? by authorising_officer-1, authorising officer" in shown
    auditor = Visitor(place[0].address)
    auditor.sign_in(place[0].accounts["auditor"])
    shown = words(auditor.get("/cases/P-16"))
    assert [one for one in (*texts, *hits, "Which number", "Faith") if one in shown] == []


def test_what_is_not_finished_is_put_by_for_its_author_alone_and_over_once_it_is_sent(place, caseworker, store):
    decide = "/cases/P-17/decide/telephone"
    known = fresh_case(caseworker, "P-17")
    other = Visitor(place[0].address)
    other.sign_in(place[0].caseworker("second"))
    half = {"selection": "individual", "selection_fact": known, "compared": ["none", "reminders"], "ends_0": "7"}
    saved = caseworker.send(decide, {**half, "words": "Half a thought.", "no_field": "x", "step": "save"})
    assert saved.to == "/cases/P-17"
    assert kinds(store)[-1] == "draft.saved"
    for path in ("/cases/P-17", "/day"):
        assert "You have an unfinished assessment of case P-17" in words(caseworker.get(path))
        assert "unfinished" not in words(other.get(path))
    again = Visitor(place[0].address)
    again.sign_in(place[0].accounts["caseworker"])
    form = again.get(decide).text
    assert "Half a thought." in form
    assert re.search(rf'<option value="{known}"\s+selected', form)
    for code, wanted in (("none", True), ("reminders", True), ("in_person", False)):
        assert bool(re.search(rf'name="compared"[^>]*value="{code}"[^>]*\bchecked', form)) is wanted
    assert re.search(r'name="ends_0"[^>]*value="7"', form)
    assert "Half a thought." not in other.get(decide).text
    assert caseworker.send(decide, assessed(ModeCode.TELEPHONE, known)).status == 302
    assert kinds(store)[-1] == "draft.dropped"
    assert "unfinished" not in words(caseworker.get("/cases/P-17"))
    assert "Half a thought." not in again.get(decide).text


def test_saving_asks_for_no_fresh_sign_in_so_that_nothing_typed_is_lost(place, caseworker):
    decide = "/cases/P-18/decide/telephone"
    fresh_case(caseworker, "P-18")
    late = Visitor(place[0].address)
    late.sign_in(place[0].accounts["caseworker"])
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', late.get(decide).text)[1]
    aside(signed_in_before, place[0].signing_in, late.cookies["session"], 1000)
    assert late.send(decide, {"words": "Long work.", "step": "save"}, token=token).to == "/cases/P-18"


def test_an_old_sign_in_is_shown_the_way_to_a_new_one_and_back(place, caseworker, store):
    fresh_case(caseworker, "P-14")
    waiting = made_by_hand(store, "P-14", approve=False)
    officer = Visitor(place[0].address)
    officer.sign_in(place[0].accounts["authorising_officer"])
    path = f"/authorise/{waiting.id}"
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', officer.get(path).text)[1]
    aside(signed_in_before, place[0].signing_in, officer.cookies["session"], 1000)
    before = kinds(store)
    late = officer.send(path, {"what": "approve"}, token=token)
    assert late.status == 403
    assert "Sign in again" in words(late)
    assert f'href="/account/confirm?next={quote(path, safe="")}"' in late.text
    assert kinds(store) == before
    asked = officer.get(path)
    assert asked.to == f"/account/confirm?next={quote(path, safe='')}"
    account = place[0].accounts["authorising_officer"]
    assert officer.send(asked.to, {"password": account.password, "next": path}).to == path
    assert officer.send(path, {"what": "approve"}).to == "/authorise"


def signed_in_before(signing_in, key: str, seconds: int) -> None:
    """A session whose sign-in lies further back."""
    from django.db import connection
    from django.test import override_settings

    from custodiet.entrypoints.web.accounts.sessions import SessionStore

    with override_settings(SECRET_KEY=signing_in.secret):
        session, name = SessionStore(key), "account_authentication_methods"
        session[name] = [one | {"at": one["at"] - seconds} for one in session[name]]
        session.save()
    connection.close()


def opened(store) -> list[str]:
    with store.reading() as view:
        found = [read_entry(row.body).kind.value for row in view.entries(0, 10_000)]
    return [one for one in found if one == "case_record.given"]


def test_the_scheme_is_the_one_that_these_accounts_are_of(store):
    with store.reading() as view:
        assert view.count_proposals({SCHEME}) == len(view.proposals_in({SCHEME}, 100))
        assert view.count_proposals({"scheme_of_others"}) == 0
