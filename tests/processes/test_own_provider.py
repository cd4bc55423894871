"""The organisation's own identity provider: it signs in whom someone connected to an account, and nobody else."""

import json
import sqlite3
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from support.pages import Pages, Visitor


class Provider(BaseHTTPRequestHandler):
    """As much of OpenID Connect as is asked of it. The code says who it is."""

    def do_GET(self):
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path.startswith("/.well-known/"):
            self._say(
                {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorise",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/who",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        else:
            self._say({"sub": self.headers["Authorization"].split()[1], "name": "A Name", "email": "a@b.example"})

    def do_POST(self):
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert asked["client_secret"] == ["made up"]
        assert asked["code_verifier"]
        self._say({"access_token": asked["code"][0], "token_type": "Bearer"})

    def _say(self, told):
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture(scope="module")
def pages(short_folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        folder = short_folder / "own"
        folder.mkdir()
        secret = folder / "client"
        secret.touch(mode=0o600)
        secret.write_text("made up\n")
        more = {
            "CUSTODIET_OIDC_ISSUER": f"http://127.0.0.1:{provider.server_address[1]}",
            "CUSTODIET_OIDC_NAME": "Made-up sign-in",
            "CUSTODIET_OIDC_CLIENT": "custodiet",
            "CUSTODIET_OIDC_SECRET_FILE": str(secret),
        }
        pages = Pages(folder, more=more)
        yield pages
        pages.stop()
        provider.shutdown()


def come_back(visitor, sent, who):
    """As whom the provider sends the visitor back."""
    assert sent.status == 302, sent.text
    asked = parse_qs(urlsplit(sent.to).query)
    assert asked["scope"] == ["openid"]
    assert asked["code_challenge_method"] == ["S256"]
    back = urlsplit(asked["redirect_uri"][0]).path
    return visitor.get(f"{back}?{urlencode({'code': who, 'state': asked['state'][0]})}")


def test_whom_nobody_connected_gets_no_account_and_no_session(pages):
    visitor = Visitor(pages.address)
    assert "Made-up sign-in" in visitor.get("/sign-in").text
    back = come_back(visitor, visitor.send("/sign-in", {}, to="/sign-in/own/own"), "stranger")
    shown = visitor.follow(back) if back.status == 302 else back
    assert "Not signed in" in shown.text
    assert not visitor.is_in()
    with closing(sqlite3.connect(pages.signing_in.database)) as database:
        assert database.execute("SELECT count(*) FROM accounts_account").fetchone() == (len(pages.accounts),)
        assert database.execute("SELECT count(*) FROM socialaccount_socialaccount").fetchone() == (0,)


def test_who_connected_it_after_showing_again_who_they_are_is_signed_in_by_it(pages):
    account = pages.accounts["caseworker"]
    visitor = Visitor(pages.address)
    visitor.sign_in(account)
    sent = visitor.send("/account/own", {}, to="/sign-in/own/own?process=connect")
    asked = come_back(visitor, sent, "known-there")
    assert asked.to.startswith("/account/confirm"), asked.text
    with closing(sqlite3.connect(pages.signing_in.database)) as database:
        assert database.execute("SELECT count(*) FROM socialaccount_socialaccount").fetchone() == (0,)
    assert visitor.send(asked.to, {"password": account.password}).status == 302
    assert "It signs you in here" in visitor.get("/account/own").text
    other = Visitor(pages.address)
    back = come_back(other, other.send("/sign-in", {}, to="/sign-in/own/own"), "known-there")
    assert (back.status, back.to) == (302, "/day")
    assert account.actor in other.get("/account/security").text
    with closing(sqlite3.connect(pages.signing_in.database)) as database:
        kept = database.execute("SELECT uid, extra_data FROM socialaccount_socialaccount").fetchall()
        assert kept == [("known-there", "{}")]
        assert database.execute("SELECT count(*) FROM socialaccount_socialtoken").fetchone() == (0,)


def test_an_answer_that_nobody_asked_for_signs_nobody_in(pages):
    visitor = Visitor(pages.address)
    visitor.get("/sign-in")
    shown = visitor.get("/sign-in/own/own/back?code=known-there&state=made-up")
    assert "Not signed in" in shown.text
    assert not visitor.is_in()


def test_a_form_may_lead_to_the_provider_and_to_nobody_else(pages):
    policy = Visitor(pages.address).get("/sign-in").headers["Content-Security-Policy"]
    [led] = [part for part in policy.split("; ") if part.startswith("form-action")]
    assert led.split()[1] == "'self'"
    assert len(led.split()) == 3
    assert led.split()[2].startswith("http://127.0.0.1:")
