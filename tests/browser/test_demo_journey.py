"""A real demo, walked through in a browser by a caseworker and an authorising officer; a report, a lapse, one act.

Pictures go to the folder that CUSTODIET_SHOTS names.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, Watched, browsing, sign_in
from support.deciding import assessed, fact, give_notice, invited, screened
from support.pages import Visitor
from support.running import Running, bearer, fix, request

from custodiet.model.mode import ModeCode

LAPSE_WAIT_MS = 240_000
"""A bound on hanging: the first review lapses two minutes after the demo was made."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
OTHERWISE = {"extra_http_headers": {"Accept-Language": "ar-XB"}, "forced_colors": "active"}
NEW, ON_RUNG_3, MANY = "J-1", "M-0009", "/schemes/scheme_made_up/many"


@pytest.fixture(scope="module")
def demo():
    folder = Path(tempfile.mkdtemp(prefix="c"))
    running = Running("demo", "--json", "--port=0", "--data", folder / "demo", log=folder / "demo.log")
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Walker:
    """Someone signed in on the demo."""

    def __init__(self, context, demo, name: str) -> None:
        self.here = Watched(context, demo.web)
        self.page = self.here.page
        self.account = SimpleNamespace(**demo.ready["accounts"][name])
        sign_in(self.page, demo.web, self.account)

    def open(self, path: str, name: str = "") -> None:
        assert self.here.open(path) == 200, path
        if name:
            self.look(name)

    def look(self, name: str) -> None:
        folder = os.environ.get("CUSTODIET_SHOTS")
        for size, screen in (("narrow", NARROW), ("wide", WIDE)):
            self.page.set_viewport_size(screen)
            assert self.here.width() <= screen["width"], (name, size)
            assert self.page.evaluate(CUT_OFF) == [], (name, size)
            if folder:
                self.page.screenshot(path=Path(folder) / f"demo-{name}-{size}.png", full_page=True)
        assert self.here.axe() == [], name

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text).first.click()

    def says(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(re.compile(re.escape(text), re.IGNORECASE))


@pytest.fixture(scope="module")
def caseworker(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "caseworker")


@pytest.fixture(scope="module")
def officer(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "authorising_officer")


@pytest.mark.long
def test_a_demo_shows_a_scheme_a_way_up_and_down_a_report_a_lapse_and_one_act_on_many(
    browser, demo, caseworker, officer
):
    references = demo.ready["references"]
    # The scheme.
    officer.open("/schemes/scheme_made_up", "scheme")
    officer.open("/schemes/scheme_made_up/operations", "operations")
    officer.says("The ladder")

    # Up to rung 3 by two people, and down from it by one.
    typing = Visitor(urlsplit(demo.web).netloc)
    typing.sign_in(caseworker.account)
    decide = f"/cases/{NEW}/decide"
    assert typing.send("/cases/new", {"reference": NEW}).to == f"/cases/{NEW}"
    sent = [typing.send(f"{decide}/facts", one) for one in (fact("contact_lost"), fact("age", age="adult"))]
    sent += [typing.send(f"{decide}/heard", invited()), typing.send(f"{decide}/screening", screened())]
    sent.append(give_notice(typing, NEW))
    assert [one.status for one in sent] == [302] * 5
    known = re.search(r'<option value="(fact[^"]+)"', typing.get(f"{decide}/telephone").text)[1]
    assert (
        typing.send(f"{decide}/telephone", assessed(ModeCode.TELEPHONE, known, power="made-up-power")).to
        == f"/cases/{NEW}"
    )
    officer.open("/authorise", "queue")
    officer.page.get_by_role("link", name=NEW).first.click()
    officer.press("Approve")
    caseworker.open(f"/cases/{NEW}", "decided")
    caseworker.says("Rung 3", "Officers: proposed by")
    caseworker.open(f"/cases/{ON_RUNG_3}/step-down")
    caseworker.page.locator("input[name=mode][value=reminders]").check()
    caseworker.press("Step down")
    caseworker.says("Stepped down", "Rung 1")

    # Monitoring has begun: a real report, and when the device was last heard of.
    caseworker.open(f"/cases/{references['order']}")
    caseworker.says("no contact yet")
    sender = demo.ready["senders"]["order"]
    answer = request(demo.gateway, "POST", "/in/traccar", fix(sender["device"]), bearer(sender["token"]))
    assert answer.said == "200 kept"
    caseworker.open(f"/cases/{references['order']}", "order")
    caseworker.says("last contact", "Order of made-up-court", "when its maker ends it")

    # A duty, and an order that is another's.
    caseworker.open(f"/cases/{references['duty']}", "duty")
    caseworker.says("A duty. The lowest rung that satisfies it: rung 6", "ends by the finding that lifts it")
    caseworker.open(f"/cases/{references['order_missed']}", "order-missed")
    caseworker.says("Missed", "The order does not end by that", "Tell whoever made the order")
    caseworker.open(f"/cases/{references['order']}/end")
    caseworker.page.locator("input[name=reason]").first.check()
    caseworker.press("End it")
    caseworker.says("order_of_another")
    caseworker.look("order-not-ours")

    # A review that nobody does.
    lapses = references["lapses_next"]
    caseworker.open(f"/cases/{lapses}")
    stopped = re.compile(r"stopped by us .*\d\d:\d\d", re.IGNORECASE)
    expect(caseworker.page.locator("main")).to_contain_text(stopped, timeout=LAPSE_WAIT_MS)
    caseworker.open(f"/cases/{lapses}", "lapsed")
    caseworker.says("take the device off")
    sender = demo.ready["senders"]["lapsing_1"]
    late = request(demo.gateway, "POST", "/in/traccar", fix(sender["device"]), bearer(sender["token"]))
    assert late.said.startswith("200 refused")
    caseworker.open("/day", "day")
    caseworker.says("take the device off", lapses)

    # Many by one act.
    officer.open(MANY, "many")
    officer.page.locator("input[name=whole][value=all]").check()
    officer.page.locator("input[name=to][value='end.not_needed']").check()
    officer.press("Check before it happens")
    officer.look("many-check")
    officer.page.locator("button[value=carry_out]").click()
    officer.page.wait_for_url("**/many/done")
    officer.says("decisions ended", references["order"], references["duty"], "only by its maker")
    officer.look("many-done")

    # The same from right to left, in forced colours.
    with browsing(browser, **OTHERWISE) as context:
        other = Walker(context, demo, "authorising_officer")
        other.open(MANY, "many-rtl")
        other.open(f"{MANY}/done")
