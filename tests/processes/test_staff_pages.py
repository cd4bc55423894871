"""Staff through the pages: two people let someone in, one ends a role at once, a case changes hands."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, Pages, Visitor

from custodiet.adapters.world import SystemChance
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.staff_joins import propose_joiner
from custodiet.model.identity import ActorId
from custodiet.model.staff import Function

_numbers = iter(range(1000))


@pytest.fixture(scope="module")
def pages(short_folder):
    pages = Pages(short_folder / "staff")
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def signed_in(pages):
    """Someone of each function, signed in once."""
    found = {}
    for name, account in pages.accounts.items():
        found[name] = Visitor(pages.address)
        assert found[name].sign_in(account).status == 302
    return found


@pytest.fixture
def administrator(signed_in):
    return signed_in["administrator"]


@pytest.fixture
def officer(signed_in):
    return signed_in["authorising_officer"]


def new_name(kind="joiner"):
    return f"{kind}-{next(_numbers)}"


def view_of(pages, ask):
    store = pages.site.open()
    try:
        with store.reading() as view:
            return ask(view)
    finally:
        store.close()


def role_of(pages, actor):
    [role] = view_of(pages, lambda view: view.roles_of(ActorId(actor)))
    return role


def entries(pages):
    return view_of(pages, lambda view: view.ledger_size())


def propose(administrator, actor, function="caseworker", scheme=SCHEME):
    return administrator.send("/staff/join", {"actor": actor, "function": function, "scheme": scheme})


def token_of(visitor):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/sign-out").text)[1]


def answered(visitor, pages, actor, answer):
    path = f"/staff/join/{role_of(pages, actor).id}"
    return visitor.send(path, {"answer": answer}, token=token_of(visitor))


def password_on(shown):
    assert shown.status == 200, shown.to
    return re.search(r"<code[^>]*>((?:[a-z0-9]{5}-){3}[a-z0-9]{5})</code>", shown.text)[1]


def joined(pages, administrator, officer, function="caseworker"):
    """Someone new, through the pages: their account and first password."""
    actor = new_name()
    assert propose(administrator, actor, function).status == 302
    assert answered(officer, pages, actor, "approve").status == 302
    return actor, password_on(administrator.send(f"/staff/{actor}/account", {}))


def own_password(pages, actor, first):
    """They sign in, and choose their own."""
    visitor = Visitor(pages.address)
    assert visitor.send("/sign-in", {"login": actor, "password": first}).status == 302
    own = "four words in a row"
    fields = {"oldpassword": first, "password1": own, "password2": own}
    assert visitor.send("/account/password", fields).status == 302
    return visitor


# --- joining ---------------------------------------------------------------------------------------------


def test_someone_joins_by_two_people_and_signs_in_with_a_password_that_is_shown_once(pages, administrator, officer):
    actor = new_name()
    shown = propose(administrator, actor)
    assert (shown.status, shown.to) == (302, f"/staff/{actor}")
    assert "Proposed" in administrator.follow(shown).text
    early = administrator.send(f"/staff/{actor}/account", {}, token=token_of(administrator))
    assert "Nobody signs in before the role is approved" in administrator.follow(early).text
    assert actor in officer.get("/staff").text
    assert officer.follow(answered(officer, pages, actor, "approve")).text.count("Approved") >= 1
    assert role_of(pages, actor).in_force(datetime.now(UTC))
    given = administrator.send(f"/staff/{actor}/account", {})
    assert given.headers["Cache-Control"] == "no-store"
    first = password_on(given)
    for path in (f"/staff/{actor}", "/staff", "/account/security"):
        assert first not in administrator.get(path).text
    again = administrator.send(f"/staff/{actor}/account", {}, token=token_of(administrator))
    assert "open already" in administrator.follow(again).text
    newcomer = own_password(pages, actor, first)
    assert newcomer.get("/cases").status == 200
    assert newcomer.get("/staff").status == 403


def test_an_administrator_does_not_approve_and_an_officer_does_not_propose(pages, administrator, officer):
    actor = new_name()
    propose(administrator, actor)
    before = entries(pages)
    refused = answered(administrator, pages, actor, "approve")
    assert refused.status == 403
    assert "This is for an authorising officer" in refused.text
    shown = administrator.get(f"/staff/join/{role_of(pages, actor).id}").text
    assert "Return it" in shown
    assert 'value="approve"' not in shown
    refused = officer.get("/staff/join")
    assert refused.status == 403
    assert "This is for an administrator" in refused.text
    assert entries(pages) == before


def test_nobody_approves_a_role_of_their_own(pages, officer):
    store = pages.site.open()
    role_id = propose_joiner(store, SystemChance(), OFFICER, Function.AUTHORISING_OFFICER, SCHEME, ADMINISTRATOR)
    store.close()
    refused = officer.send(f"/staff/join/{role_id}", {"answer": "approve"}, token=token_of(officer))
    assert refused.status == 403
    assert "nobody approves a role of their own" in refused.text.lower()
    assert officer.send(f"/staff/join/{role_id}", {"answer": "return"}, token=token_of(officer)).status == 302


def test_two_functions_on_one_account_are_refused_with_words(pages, administrator, officer):
    actor, _ = joined(pages, administrator, officer)
    before = entries(pages)
    refused = propose(administrator, actor, "operator")
    assert refused.status == 403
    assert "An account never holds two functions" in refused.text
    assert "Give this person another account" in refused.text
    assert entries(pages) == before


def test_what_is_wrong_on_the_form_is_said_and_what_was_typed_is_kept(pages, administrator):
    before = entries(pages)
    shown = propose(administrator, "Ana Person", "caseworker", "")
    assert shown.status == 200
    assert "<title>Error: " in shown.text
    assert "Small letters, digits" in shown.text
    assert 'value="Ana Person"' in shown.text
    assert "Choose the scheme" in shown.text
    past = {"until_0": "1", "until_1": "1", "until_2": "2020"}
    fields = {"actor": new_name(), "function": "auditor", "scheme": ""}
    assert "This day is over" in administrator.send("/staff/join", fields | past).text
    assert (
        "Enter a real date"
        in administrator.send("/staff/join", fields | {"until_0": "31", "until_1": "2", "until_2": "2031"}).text
    )
    assert entries(pages) == before


def test_a_joiner_is_returned_by_either_and_answered_once(pages, administrator, officer):
    for visitor in (administrator, officer):
        actor = new_name()
        propose(administrator, actor)
        assert visitor.follow(answered(visitor, pages, actor, "return")).text.count("Returned") >= 1
        before = entries(pages)
        assert "answered this already" in officer.follow(answered(officer, pages, actor, "approve")).text
        assert entries(pages) == before


# --- leaving ---------------------------------------------------------------------------------------------


def test_a_leavers_session_ends_at_once_and_their_cases_wait_for_another(pages, administrator, officer):
    actor, first = joined(pages, administrator, officer)
    leaver = own_password(pages, actor, first)
    store = pages.site.open()
    with store.reading() as view:
        case = view.case_by_reference("M-0001")
    assign_case(store, case.id, ActorId(actor), OFFICER)
    store.close()
    assert "M-0001" in leaver.get("/cases").text
    role = role_of(pages, actor)
    path = f"/staff/{actor}/end/{role.id}"
    assert "1 case was given to them" in administrator.get(path).text
    shown = administrator.follow(administrator.send(path, {}))
    assert "The role has ended. 1 session has ended." in shown.text
    assert "It is closed" in shown.text
    assert leaver.get("/cases").to.startswith("/sign-in")
    assert leaver.get("/live").status == 401
    again = Visitor(pages.address)
    again.send("/sign-in", {"login": actor, "password": "four words in a row"})
    assert not again.is_in()
    assert "M-0001" in administrator.get(f"/staff/{actor}").text
    assert "their role is over" in officer.get("/cases/M-0001/people").text
    before = entries(pages)
    once_more = administrator.send(path, {})
    assert "over already" in administrator.follow(once_more).text
    assert entries(pages) == before


def test_the_last_administrator_does_not_leave(pages, administrator):
    role = role_of(pages, ADMINISTRATOR)
    refused = administrator.send(f"/staff/{ADMINISTRATOR}/end/{role.id}", {})
    assert refused.status == 403
    assert "Nobody else holds this function" in refused.text
    assert administrator.get("/staff").status == 200


def test_an_administrator_who_ends_their_own_role_is_signed_out(pages, administrator, officer):
    actor, first = joined(pages, administrator, officer, "administrator")
    leaver = own_password(pages, actor, first)
    shown = leaver.send(f"/staff/{actor}/end/{role_of(pages, actor).id}", {})
    assert (shown.status, shown.to) == (302, "/")
    assert leaver.follow(shown).status == 200
    assert not leaver.is_in()


# --- who sees what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["caseworker", "operator", "nobody"])
def test_the_list_of_staff_is_not_for_everyone(signed_in, name):
    for path in ("/staff", f"/staff/{ADMINISTRATOR}", "/staff/join"):
        refused = signed_in[name].get(path)
        assert refused.status == 403
        assert "Refused by rule" in refused.text
    assert 'href="/staff"' not in signed_in[name].get("/account/security").text


@pytest.mark.parametrize("name", ["administrator", "authorising_officer", "dpo", "auditor"])
def test_whoever_keeps_or_oversees_staff_reads_it_and_finds_their_way(signed_in, name):
    assert 'href="/staff"' in signed_in[name].get("/account/security").text
    found = signed_in[name].get("/staff?function=operator").text
    assert "1 role" in found
    assert "operator-1" in found
    assert "caseworker-1" not in found
    assert signed_in[name].get("/staff/nobody-like-that").status == 404
    assert ("Propose someone" in found) is (name == "administrator")


def test_a_list_of_more_than_a_page_is_paged_and_searched(pages, administrator):
    store = pages.site.open()
    for number in range(27):
        propose_joiner(store, SystemChance(), ActorId(f"paged-{number:02d}"), Function.OPERATOR, SCHEME, ADMINISTRATOR)
    store.close()
    found = administrator.get("/staff?account=paged&standing=waiting").text
    assert "27 roles" in found
    second = administrator.get("/staff?account=paged&standing=waiting&page=2").text
    listed = second[second.index("27 roles") :]
    assert "paged-26" in listed
    assert "paged-00" not in listed


# --- whose a case is -------------------------------------------------------------------------------------


def test_an_officer_gives_a_case_hands_it_over_and_gives_cover(pages, administrator, officer):
    one, first = joined(pages, administrator, officer)
    other, second = joined(pages, administrator, officer)
    visitor, colleague = own_password(pages, one, first), own_password(pages, other, second)
    assert visitor.get("/cases/M-0002").status == 404
    assert officer.send("/cases/M-0002/people/assign", {"to": one}).status == 302
    assert visitor.get("/cases/M-0002").status == 200
    today = datetime.now(UTC).date()
    last = today + timedelta(days=3)
    days = {f"first_{n}": str(v) for n, v in enumerate((today.day, today.month, today.year))}
    days |= {f"last_{n}": str(v) for n, v in enumerate((last.day, last.month, last.year))}
    assert visitor.send("/cases/M-0002/people/cover", {"to": other} | days).status == 302
    assert colleague.get("/cases/M-0002").status == 200
    assert visitor.get("/cases/M-0002/people/assign").status == 403
    third, _ = joined(pages, administrator, officer)
    assert officer.send("/cases/M-0002/people/hand-over", {"from_": one, "to": third}).status == 302
    assert visitor.get("/cases/M-0002").status == 404
    shown = officer.get("/cases/M-0002/people").text
    assert third in shown
    assert other in shown


def test_cover_of_more_than_a_month_is_refused_on_the_form(officer):
    today = datetime.now(UTC).date()
    last = today + timedelta(days=40)
    days = {f"first_{n}": str(v) for n, v in enumerate((today.day, today.month, today.year))}
    days |= {f"last_{n}": str(v) for n, v in enumerate((last.day, last.month, last.year))}
    shown = officer.send("/cases/M-0000/people/cover", {"to": "caseworker-1"} | days)
    assert shown.status == 200
    assert "31 days at most" in shown.text


def test_whoever_declares_a_conflict_sees_the_case_no_more(pages, administrator, officer):
    actor, first = joined(pages, administrator, officer)
    visitor = own_password(pages, actor, first)
    officer.send("/cases/M-0000/people/assign", {"to": actor})
    assert "M-0000" in visitor.get("/cases").text
    shown = visitor.send("/cases/M-0000/people/conflict", {})
    assert (shown.status, shown.to) == (302, "/cases")
    assert "hidden from you" in visitor.follow(shown).text
    assert "M-0000" not in visitor.get("/cases").text
    assert visitor.get("/cases/M-0000").status == 404
    assert actor in officer.get("/cases/M-0000/people").text


# --- who they are ----------------------------------------------------------------------------------------


def test_whoever_signed_in_long_ago_shows_again_who_they_are_and_comes_back(pages):
    from custodiet.entrypoints.web.accounts import keeping

    visitor = Visitor(pages.address)
    visitor.sign_in(pages.accounts["administrator"])
    keeping.configure(pages.signing_in)
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY

    from custodiet.entrypoints.web.accounts.sessions import SessionStore

    session = SessionStore(visitor.cookies["session"])
    for one in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        one["at"] -= 901
    session.save()
    shown = visitor.get("/staff/join")
    assert (shown.status, shown.to) == (302, "/account/confirm?next=%2Fstaff%2Fjoin")
    confirmed = visitor.send(shown.to, {"password": pages.accounts["administrator"].password, "next": "/staff/join"})
    assert (confirmed.status, confirmed.to) == (302, "/staff/join")
    assert visitor.get("/staff/join").status == 200
