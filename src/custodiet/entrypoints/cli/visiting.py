"""The pages without a browser: cookies, one form at a time, and the codes of a refusal. For the tour."""

import http.client
import re
from contextlib import closing
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

_WAIT_S = 30.0
_FORM = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_CODE = re.compile(r'<code class="app-code" translate="no">([a-z_]+)</code>')


class Shown(NamedTuple):
    """A page that came back."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """As a page. Raises UnicodeDecodeError for a file."""
        return self.body.decode()

    @property
    def codes(self) -> tuple[str, ...]:
        """Of each rule that refused, in the page's order."""
        return tuple(dict.fromkeys(_CODE.findall(self.text)))


class Visitor:
    """One person at the pages of `url`."""

    def __init__(self, url: str) -> None:
        self._address = url.removeprefix("http://")
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Shown:
        """A page."""
        return self._ask("GET", path)

    def send(self, path: str, fields: dict[str, str], form: str | None = None) -> Shown:
        """A form, sent to `path`; its page is that of `form`, where it is another one."""
        opened = self.get(form or path)
        token = _FORM.search(opened.text)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self._address}"}
        body = urlencode({"csrfmiddlewaretoken": token[1] if token else "", **fields}).encode()
        return self._ask("POST", path, body, headers)

    def sign_in(self, username: str, password: str) -> bool:
        """Whether it worked."""
        return self.send("/sign-in", {"login": username, "password": password}).status == http.client.FOUND

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Shown:
        told = (headers or {}) | {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        with closing(http.client.HTTPConnection(self._address, timeout=_WAIT_S)) as connection:
            connection.request(method, path, body, told)
            response = connection.getresponse()
            shown = Shown(response.status, response.read())
        for line in response.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return shown
