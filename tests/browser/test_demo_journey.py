"""A real demo, walked through in a browser by its roles: a new scheme, a way up and down, a report, a lapse, one act.

Pictures go to the folder that CUSTODIET_SHOTS names.
"""

import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, SHOTS, Watched, browsing, sign_in
from support.deciding import assessed, fact, give_notice, invited, screened
from support.pages import Visitor
from support.running import Running, bearer, fix, request
from support.scheme_files import hidden_in, new_file, new_register

from custodiet.model.dpia import SEEDED
from custodiet.model.identity import SchemeId
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

    def __init__(self, context, demo, name: str, **account: str) -> None:
        self.here = Watched(context, demo.web)
        self.page = self.here.page
        self.account = SimpleNamespace(**(account or demo.ready["accounts"][name]))
        sign_in(self.page, demo.web, self.account)

    def open(self, path: str, name: str = "") -> None:
        assert self.here.open(path) == 200, path
        if name:
            self.look(name)

    def look(self, name: str) -> None:
        for size, screen in (("narrow", NARROW), ("wide", WIDE)):
            self.page.set_viewport_size(screen)
            assert self.here.width() <= screen["width"], (name, size)
            assert self.page.evaluate(CUT_OFF) == [], (name, size)
            SHOTS.take(self.page, f"demo-{name}-{size}")
        assert self.here.axe() == [], name

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}][value={value}]").check()

    def save(self, text: str = "Save and return") -> None:
        self.press(text)
        expect(self.page.locator(".govuk-notification-banner")).to_be_visible()
        assert self.here.wrong == []

    def says(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(re.compile(re.escape(text), re.IGNORECASE))


@pytest.fixture(scope="module")
def administrator(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "administrator")


@pytest.fixture(scope="module")
def dpo(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "dpo")


@pytest.fixture(scope="module")
def caseworker(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "caseworker")


@pytest.fixture(scope="module")
def officer(browser, demo):
    with browsing(browser) as context:
        yield Walker(context, demo, "authorising_officer")


def _assess(one: Walker, typing: Visitor, path: str) -> None:
    """The administrator's part of the seven steps; risks after the first are more of the same form."""
    one.open(f"{path}/dpia/need", "dpia-need")
    one.fill(need="To know whether people keep their appointments.")
    one.save()
    one.open(f"{path}/dpia/processing")
    one.fill(nature="n", scope="s", context="c", vulnerability="v", special_categories="none")
    one.save()
    one.open(f"{path}/dpia/consultation")
    one.choose("of", "wearer")
    one.choose("of", "household")
    one.fill(at_0="1", at_1="2", at_2="2024", how="in a meeting", views="they would rather not")
    one.save()
    one.open(f"{path}/dpia/operations/check_in", "dpia-operation")
    one.fill(necessity="n", proportionality="p", criteria="c", informing="i", access="a", retention="r")
    one.fill(why_reminders="tried", why_telephone="tried")
    one.save()
    (first, *_), *others = SEEDED
    one.open(f"{path}/dpia/risks/{first}", "dpia-risk")
    for name, value in (("likelihood", "low"), ("severity", "medium"), ("residual", "low")):
        one.choose(name, value)
    one.fill(measure="m", owner="o")
    one.save()
    for code, title, harm in others:
        risk = f"{path}/dpia/risks/{code}"
        told = {"code": code, "title": title, "harm": harm.value, "measure": "m", "owner": "o"}
        told |= {"likelihood": "low", "severity": "low", "residual": "low"}
        told["version"] = hidden_in(typing.get(risk).text)["version"]
        assert typing.send(risk, told).status == 302, code
    due = datetime.now(UTC) + timedelta(days=300)
    one.open(f"{path}/dpia/sign-off")
    one.fill(owner="The owner", review_due_at_0=f"{due.day}", review_due_at_1=f"{due.month}")
    one.fill(review_due_at_2=f"{due.year}")
    one.save()


@pytest.mark.long
def test_each_role_of_a_demo_takes_a_new_scheme_through_its_assessment_to_its_first_operation(
    browser, demo, administrator, officer, dpo, tmp_path
):
    scheme, joining = SchemeId("scheme_walked"), "authorising-2"
    path, modes = f"/schemes/{scheme}", (ModeCode.NONE, ModeCode.CHECK_IN)
    whole = new_register(scheme)
    file = tmp_path / "scheme.json"
    # One operation, so that the journey is short.
    file.write_bytes(
        new_file(
            scheme,
            operations=tuple(one for one in whole.operations if one.mode in modes),
            uses=tuple(one for one in whole.uses if one.operation in modes),
        )
    )
    administrator.open("/schemes", "schemes")
    administrator.press("Set up a scheme")
    administrator.page.locator("[name=document]").set_input_files(file)
    administrator.press("See what it says")
    administrator.look("scheme-preview")
    administrator.save("Set up the scheme")

    # Nothing begins before it is assessed; the page says everything that is missing.
    administrator.open(f"{path}/operations", "operations-lacking")
    administrator.says("None can be proposed now", "dpia.none")
    typing = Visitor(urlsplit(demo.web).netloc)
    typing.sign_in(administrator.account)
    _assess(administrator, typing, path)
    dpo.open(f"{path}/dpia/advice", "dpia-advice")
    dpo.choose("proceed", "no")
    dpo.fill(text="Not yet.")
    dpo.save()

    # Someone senior of that scheme joins by two people, and chooses a password of their own.
    administrator.open("/staff/join", "staff-join")
    administrator.fill(actor=joining)
    administrator.page.locator("[name=function]").select_option("authorising_officer")
    administrator.page.locator("[name=scheme]").select_option(str(scheme))
    administrator.save("Propose")
    officer.open(f"/staff/{joining}")
    officer.page.locator("a[href^='/staff/join/']").first.click()
    officer.look("staff-joiner")
    officer.save("Approve")
    administrator.open(f"/staff/{joining}/account")
    administrator.page.locator("main form button").first.click()
    given = administrator.page.locator("code").all_inner_texts()
    administrator.look("staff-password")
    with browsing(browser) as context:
        second = Walker(context, demo, "", username=given[0], password=given[1])
        own = "seven-herons-by-the-weir"
        second.open("/account/password", "password-of-their-own")
        second.fill(oldpassword=given[1], password1=own, password2=own)
        with second.page.expect_navigation():
            second.page.locator("main form button[type=submit]").first.click()
        second.open(f"{path}/dpia/departure", "dpia-departure")
        assert second.page.url.endswith("/dpia/departure")
        second.fill(reasons="Because.")
        second.save()
        administrator.open(f"{path}/operations")
        administrator.choose("mode", "check_in")
        administrator.save("Propose")
        assert administrator.page.get_by_role("button", name="Activate").count() == 0
        second.open(f"{path}/operations", "operations-asked")
        second.save("Activate")
        expect(second.page.locator(".govuk-tag--green")).to_have_text("Active")
    dpo.open(f"{path}/documents/dpia", "dpia-document")
    administrator.open(f"{path}/dpia", "dpia-whole")


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
        other.open("/schemes/scheme_made_up/dpia", "dpia-rtl")
        other.open("/schemes/scheme_made_up/operations", "operations-rtl")
        other.open(f"{MANY}/done")
