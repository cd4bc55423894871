"""Signing in, against whoever should not: guesses, planted sessions, forged forms, leavers, a killed process."""

import sqlite3
import threading
from contextlib import closing, suppress

import pytest
from support.pages import Pages, Visitor

from custodiet.entrypoints.web.accounts import keeping


@pytest.fixture(scope="module")
def pages(short_folder):
    pages = Pages(short_folder / "sign-in")
    yield pages
    pages.stop()


@pytest.fixture
def visitor(pages):
    return Visitor(pages.address)


_numbers = iter(range(1000))


@pytest.fixture
def someone(pages):
    """An account of the test's own: whoever guesses at it locks nobody else out."""
    return pages.caseworker(f"someone{next(_numbers)}")


def rows(pages, query, *given):
    with closing(sqlite3.connect(pages.signing_in.database)) as connection:
        return connection.execute(query, given).fetchall()


def test_who_is_not_signed_in_sees_no_case_and_is_led_to_the_sign_in(visitor):
    for path in ("/cases", "/cases/M-0000", "/standing", "/account/security", "/account/passkeys/add"):
        shown = visitor.get(path)
        assert shown.status == 302
        assert shown.to.startswith("/sign-in?next=")
        assert "M-0000" not in shown.text
    assert visitor.get("/live").status == 401


def test_the_right_password_signs_in_and_leads_on_only_within_these_pages(pages, visitor, someone):
    shown = visitor.send(
        "/sign-in?next=/cases", {"login": someone.username, "password": someone.password, "next": "/cases"}
    )
    assert (shown.status, shown.to) == (302, "/cases")
    assert "M-0000" in visitor.get("/cases").text
    other = Visitor(pages.address)
    shown = other.send("/sign-in", {"login": someone.username, "password": someone.password, "next": "//evil.example/"})
    assert shown.to == "/day"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(visitor, someone):
    wrong = visitor.sign_in(someone, "wrong")
    unknown = visitor.send("/sign-in", {"login": "never-heard-of", "password": "wrong"})
    for shown in (wrong, unknown):
        assert shown.status == 200
        assert "The username or password is not right" in shown.text
        assert "wrong" not in shown.text.replace("password", "")


def test_guessing_is_stopped_for_that_account_alone_and_the_right_password_waits_too(pages, someone):
    guesses = [Visitor(pages.address).sign_in(someone, f"guess-{number}").text for number in range(7)]
    assert sum("not right" in text for text in guesses) == 5
    assert all("Too many attempts" in text for text in guesses[5:])
    assert "Too many attempts" in Visitor(pages.address).sign_in(someone).text
    other = Visitor(pages.address)
    assert other.sign_in(pages.accounts["caseworker"]).status == 302


def test_guesses_at_the_same_time_are_counted_each(pages, someone):
    said = []

    def guess(number):
        said.append(Visitor(pages.address).sign_in(someone, f"guess-{number}").text)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("The username or password is not right" in text for text in said) <= 5


def test_a_killed_process_forgets_no_guess_and_no_session(pages, someone):
    signed_in = Visitor(pages.address)
    signed_in.sign_in(pages.accounts["caseworker"])
    for number in range(5):
        Visitor(pages.address).sign_in(someone, f"guess-{number}")
    pages.kill()
    pages.start()
    assert "Too many attempts" in Visitor(pages.address).sign_in(someone).text
    assert signed_in.is_in()


def test_a_kill_in_the_middle_of_a_request_leaves_accounts_whole(pages, someone):
    visitor = Visitor(pages.address)
    asking = threading.Thread(target=lambda: _quietly(visitor, someone))
    asking.start()
    pages.kill()
    asking.join()
    pages.start()
    assert rows(pages, "PRAGMA integrity_check") == [("ok",)]
    assert Visitor(pages.address).sign_in(someone).status == 302


def _quietly(visitor, account):
    try:
        visitor.sign_in(account)
    except (OSError, AssertionError, ValueError):
        pass  # the answer never came, and that is the point
    except Exception as error:  # noqa: BLE001 - http.client's own kinds
        assert type(error).__module__ == "http.client"  # noqa: PT017


def test_a_planted_session_is_not_the_one_that_is_signed_in(pages, someone):
    planted = Visitor(pages.address)
    planted.get("/sign-in/passkey", Accept="application/json")
    before = planted.cookies.get("session")
    assert before is not None
    victim = Visitor(pages.address, dict(planted.cookies))
    assert victim.sign_in(someone).status == 302
    assert victim.cookies["session"] != before
    assert victim.is_in()
    assert not Visitor(pages.address, {"session": before}).is_in()
    made_up = Visitor(pages.address, {"session": "a" * 32})
    assert made_up.sign_in(someone).status == 302
    assert made_up.cookies["session"] != "a" * 32


def test_a_form_without_its_token_or_with_anothers_does_nothing(pages, visitor, someone):
    visitor.sign_in(someone)
    Visitor(pages.address).sign_in(someone)
    for token in ("", "x" * 64):
        shown = visitor.send("/account/sessions/end", {}, token=token)
        assert shown.status == 403
        assert "This form has run out" in shown.text
    other = Visitor(pages.address)
    found = other.get("/sign-in").text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert visitor.send("/account/sessions/end", {}, token=found).status == 403
    assert (
        len(
            rows(
                pages,
                "SELECT * FROM session s JOIN accounts_account a ON a.id = s.account_id WHERE a.username = ?",
                someone.username,
            )
        )
        == 2
    )


def test_a_form_from_another_site_does_nothing(visitor, someone):
    visitor.sign_in(someone)
    token = visitor.get("/sign-out").text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
    shown = visitor.ask("POST", "/sign-out", f"csrfmiddlewaretoken={token}".encode(), headers)
    assert shown.status == 403
    assert visitor.is_in()


def test_a_leavers_sessions_end_at_once_everywhere_and_the_account_with_them(pages, someone):
    browsers = [Visitor(pages.address) for _ in range(2)]
    for one in browsers:
        one.sign_in(someone)
        assert one.is_in()
    assert keeping.end_sessions(pages.signing_in, someone.actor, close=True) == 2
    assert not any(one.is_in() for one in browsers)
    shown = Visitor(pages.address).sign_in(someone)
    assert (shown.status, shown.to) != (302, "/")


def test_one_ends_ones_other_sessions_and_keeps_this_one(pages, visitor, someone):
    other = Visitor(pages.address)
    for one in (visitor, other):
        one.sign_in(someone)
    assert visitor.get("/account/security").text.count(">Another<") == 1
    assert visitor.send("/account/security", {}, to="/account/sessions/end").status == 302
    assert visitor.is_in()
    assert not other.is_in()


def test_signing_out_ends_the_session_and_not_only_the_cookie(pages, visitor, someone):
    visitor.sign_in(someone)
    kept = dict(visitor.cookies)
    visitor.send("/sign-out", {})
    assert not visitor.is_in()
    assert not Visitor(pages.address, kept).is_in()


def test_a_session_that_nobody_used_is_over(pages, visitor, someone):
    visitor.sign_in(someone)
    with closing(sqlite3.connect(pages.signing_in.database)) as connection:
        whose = "account_id = (SELECT id FROM accounts_account WHERE username = ?)"
        connection.execute(f"UPDATE session SET expire_date = '2001-01-01' WHERE {whose}", (someone.username,))
        connection.commit()
    assert not visitor.is_in()


def test_a_session_of_a_whole_shift_is_over_however_it_is_used(pages, visitor, someone):
    visitor.sign_in(someone)
    keeping.configure(pages.signing_in)
    from custodiet.entrypoints.web.accounts.sessions import BEGAN, SessionStore

    session = SessionStore(visitor.cookies["session"])
    session[BEGAN] -= 12 * 3600 + 1
    session.save()
    shown = visitor.get("/cases")
    assert (shown.status, shown.to) == (302, "/sign-in?ended")
    assert not visitor.is_in()


def test_with_a_password_that_someone_else_knows_nothing_is_done_but_changing_it(pages):
    fresh = pages.caseworker(f"fresh{next(_numbers)}", once=True)
    visitor = Visitor(pages.address)
    visitor.sign_in(fresh)
    for path in ("/", "/cases", "/account/security", "/account/passkeys/add", "/standing"):
        assert visitor.get(path).to == "/account/password"
    assert visitor.get("/live").to == "/account/password"
    own = "four words in a row"
    short = visitor.send(
        "/account/password", {"oldpassword": fresh.password, "password1": "short", "password2": "short"}
    )
    assert "too short" in short.text
    other = Visitor(pages.address)
    other.sign_in(fresh)
    done = visitor.send("/account/password", {"oldpassword": fresh.password, "password1": own, "password2": own})
    assert done.status == 302, done.text
    assert "M-0000" in visitor.get("/cases").text
    assert not other.is_in()
    assert other.sign_in(fresh, own).status == 302


def test_an_account_speaks_for_one_actor_and_an_actor_has_one_account(pages, visitor):
    officer = pages.accounts["authorising_officer"]
    visitor.sign_in(officer)
    text = visitor.get("/account/security").text
    assert officer.actor in text
    assert "Authorising officer" in text
    with pytest.raises(keeping.IllegalMove):
        keeping.open_account(pages.signing_in, "second", officer.actor)
    with pytest.raises(keeping.IllegalMove):
        keeping.open_account(pages.signing_in, officer.username, "another-1")


def test_without_a_function_the_cases_are_refused_with_what_is_missing_and_what_would_pass(pages, visitor):
    visitor.sign_in(pages.accounts["nobody"])
    for path in ("/cases", "/standing"):
        shown = visitor.get(path)
        assert shown.status == 403
        assert "Refused by rule" in shown.text
        assert "not_your_function" in shown.text
        assert "M-0000" not in shown.text
    there, none = visitor.get("/cases/M-0000"), visitor.get("/cases/M-9999")
    assert there.status == none.status == 404
    assert there.text == none.text
    assert visitor.get("/live").status == 401


def test_no_address_and_no_browser_of_anyone_is_kept(pages, someone):
    visitor = Visitor(pages.address)
    marks = {"User-Agent": "Marked-Browser/7", "X-Forwarded-For": "203.0.113.7"}
    token = visitor.ask("GET", "/sign-in", headers=marks).text.partition('value="')[2].partition('"')[0]
    body = f"csrfmiddlewaretoken={token}&login={someone.username}&password={someone.password}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{pages.address}"}
    assert visitor.ask("POST", "/sign-in", body, headers | marks).status == 302
    # The database last: its journal is folded into it and goes when nobody has it open any more.
    files = sorted(pages.signing_in.database.parent.iterdir(), key=lambda file: file.suffix == ".db")
    for file in (*files, pages.log):
        held = b""
        with suppress(FileNotFoundError):
            held = file.read_bytes()
        for mark in (b"Marked-Browser", b"203.0.113.7", b"127.0.0.1\x00", someone.password.encode()):
            assert mark not in held, file


def test_a_body_longer_than_any_form_is_refused_before_anyone_reads_it(visitor):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.ask("POST", "/sign-in", b"x" * 70_000, headers).status == 413


def test_another_host_is_not_answered_for(visitor):
    assert visitor.ask("GET", "/sign-in", headers={"Host": "evil.example"}).status == 400


@pytest.mark.parametrize("path", ["/", "/sign-in", "/cases", "/nope", "/privacy"])
def test_every_page_carries_its_policy_and_is_stored_nowhere(visitor, path):
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_for_this_site_and_out_of_a_scripts_reach(visitor, someone):
    visitor.get("/sign-in")
    shown = visitor.sign_in(someone)
    lines = shown.headers.get_all("Set-Cookie")
    session = next(line for line in lines if line.startswith("session="))
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert "Max-Age" not in session
