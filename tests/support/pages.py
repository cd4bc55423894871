"""The pages as they really run: the web process over a made place, with accounts; and a visitor without a browser.

The place holds people and decisions; there is no gateway or clock beside it, and a vault only if asked for.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.entrypoints.cli.ending import end_by_hand
from custodiet.entrypoints.clock import LEASE
from custodiet.entrypoints.web.accounts import keeping
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.staff_joins import approve_joiner, begin_administration, begin_authorising, propose_joiner
from custodiet.main.pages import sign_in_place
from custodiet.main.stores import read_pins
from custodiet.model.identity import ActorId
from custodiet.model.staff import OF_NO_SCHEME, Function

from .house import SCHEME
from .running import aside, command
from .site import Site
from .waiting import START_WAIT_S

FUNCTIONS = {
    "caseworker": Function.CASEWORKER,
    "authorising_officer": Function.AUTHORISING_OFFICER,
    "dpo": Function.DPO,
    "auditor": Function.AUDITOR,
    "administrator": Function.ADMINISTRATOR,
    "operator": Function.OPERATOR,
}
"""Accounts by what they act as; "nobody" has one too, and no role."""
ADMINISTRATOR, OFFICER = ActorId("administrator-1"), ActorId("authorising_officer-1")


@dataclass
class Account:
    username: str
    password: str
    actor: ActorId


def first_staff(store) -> None:
    """The two who come before there is anyone to be the second person."""
    begin_administration(store, SystemChance(), ADMINISTRATOR)
    begin_authorising(store, SystemChance(), OFFICER, SCHEME, ADMINISTRATOR)


def joins(store, actor: ActorId, function: Function) -> None:
    """Someone of the staff; a caseworker has every case."""
    scheme = None if function in OF_NO_SCHEME else SCHEME
    approve_joiner(store, propose_joiner(store, SystemChance(), actor, function, scheme, ADMINISTRATOR), OFFICER)
    if function is Function.CASEWORKER:
        with store.reading() as view:
            cases = view.cases()
        for case in cases:
            assign_case(store, case.id, actor, OFFICER)


class Pages:
    """One running web process, ended by its id. `site` is the place, written to by the test itself."""

    def __init__(
        self, folder: Path, people: int = 3, more: dict[str, str] | None = None, *, vault: bool = False, **given
    ) -> None:
        self._more = more or {}
        self.vault: subprocess.Popen | None = None
        self.site = Site(folder, people, **given)
        settings = self.site.settings
        self.signing_in = sign_in_place(settings)
        self._staff()
        self.accounts = {name: self.account(name) for name in (*FUNCTIONS, "nobody")}
        # A made-up place: it speaks the pseudo-languages.
        settings.made_up.write_text(json.dumps({"senders": {}, "gateway": "http://127.0.0.1:9", "accounts": {}}))
        self.log = folder / "web.log"
        self.port = 0
        if vault:
            self._start_vault()
        self.start()

    def _start_vault(self) -> None:
        """A vault beside it, for what is sealed and opened."""
        line, environment = command("run", "vault", *self.site.where)
        self.vault = subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL)
        until = time.monotonic() + START_WAIT_S
        while not self.site.settings.vault_socket.exists():
            assert self.vault.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)

    def issue_keys(self) -> None:
        """What the clock does within seconds of a case being opened, in a place that has a vault and no clock."""
        store = self.site.open()
        held = (LEASE, store.take_lease(LEASE))
        while issue_wanted_keys(store, self.site.vault, SystemClock(), read_pins(self.site.settings), held):
            pass
        store.close()

    def _staff(self) -> None:
        """One of each function; the caseworker has every case."""
        store = self.site.open()
        first_staff(store)
        for name, function in FUNCTIONS.items():
            if f"{name}-1" not in (ADMINISTRATOR, OFFICER):
                joins(store, ActorId(f"{name}-1"), function)
        store.close()

    def caseworker(self, name: str, *, once: bool = False) -> Account:
        """Another one, with every case."""
        store = self.site.open()
        joins(store, ActorId(f"{name}-1"), Function.CASEWORKER)
        store.close()
        return self.account(name, once=once)

    def account(self, name: str, *, once: bool = False) -> Account:
        actor = ActorId(f"{name}-1")
        password = aside(keeping.open_account, self.signing_in, name, actor, once=once)
        return Account(name, password, actor)

    def end(self, reference: str) -> None:
        """Someone ends a decision."""
        store = self.site.open()
        try:
            end_by_hand(store, SystemChance(), reference, "officer-bo", annul=False)
        finally:
            store.close()

    def start(self) -> None:
        """Start it, again on the port it had."""
        line, environment = command("run", "web", *self.site.where, f"--port={self.port}", "--tied")
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as stderr:
            self.process = subprocess.Popen(line, env=environment | self._more, stdin=subprocess.PIPE, stderr=stderr)
        until = time.monotonic() + START_WAIT_S
        while True:
            said = re.search(r"web on http://127\.0\.0\.1:(\d+)", self.log.read_bytes()[before:].decode())
            if said:
                self.port = int(said[1])
                break
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        self.address = f"127.0.0.1:{self.port}"
        # By name: a passkey belongs to a name, never to a number.
        self.url = f"http://localhost:{self.port}"

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()

    def stop(self) -> None:
        if self.vault is not None:
            self.vault.terminate()
            self.vault.wait(30)
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.process.stdin.close()


@dataclass
class Shown:
    """What came back."""

    status: int
    text: str
    headers: http.client.HTTPMessage

    @property
    def to(self) -> str:
        """Where it leads."""
        return self.headers.get("Location", "")


@dataclass
class Visitor:
    """A browser's cookies and forms, and nothing else of one."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    wait_s: float = 30

    def get(self, path: str, **headers: str) -> Shown:
        return self.ask("GET", path, headers=headers)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> Shown:
        told = dict(headers or {})
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with closing(http.client.HTTPConnection(self.address, timeout=self.wait_s)) as connection:
            connection.request(method, path, body, told)
            response = connection.getresponse()
            written = "latin-1" if response.headers.get_content_maintype() == "audio" else "utf-8"
            shown = Shown(response.status, response.read().decode(written), response.headers)
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return shown

    def send(self, path: str, fields: dict[str, str], *, to: str | None = None, token: str | None = None) -> Shown:
        """Open a page and send a form of it."""
        if token is None:
            opened = self.get(path)
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', opened.text)
            assert found, (opened.status, opened.to, opened.text[:500])
            token = found[1]
        body = urlencode({"csrfmiddlewaretoken": token, **fields}, doseq=True).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.address}"}
        return self.ask("POST", to or path, body, headers)

    def sign_in(self, account: Account, password: str | None = None) -> Shown:
        return self.send("/sign-in", {"login": account.username, "password": password or account.password})

    def is_in(self) -> bool:
        """Whether a page that needs a sign-in opens."""
        return self.get("/account/security").status == 200

    def follow(self, shown: Shown) -> Shown:
        """Where it leads, opened."""
        assert shown.status in {301, 302, 303}, (shown.status, shown.text[:500])
        split = urlsplit(shown.to)
        return self.get(split.path + (f"?{split.query}" if split.query else ""))
