"""Second factors and passkeys, by a browser with an authenticator in it that a test can hold."""

import base64
import hashlib
import hmac
import time

import pytest
from playwright.sync_api import expect
from support.browsing import Watched, browsing, sign_in

_numbers = iter(range(1000))


@pytest.fixture
def someone(pages):
    return pages.caseworker(f"holder{next(_numbers)}")


@pytest.fixture
def here(browser, pages):
    with browsing(browser) as context:
        here = Watched(context, pages.url)
        yield here
        assert here.wrong == []
        assert here.strangers() == set()


def authenticator(page, *, alone: bool) -> None:
    """A key in the browser: one that asks for a PIN and remembers whose it is, or a plain second factor."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal" if alone else "usb",
        "hasResidentKey": alone,
        "hasUserVerification": alone,
        "isUserVerified": alone,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_of(secret: str, at: float) -> str:
    """RFC 6238, as any authenticator app reckons it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, int(at // 30).to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def press(page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def confirm(page, account) -> None:
    """Show again who one is."""
    expect(page.get_by_role("heading", name="Show again that it is you")).to_be_visible()
    page.locator("#id_password").fill(account.password)
    press(page, "Continue")


def test_a_passkey_signs_in_alone_after_it_was_added_by_someone_who_showed_again_who_they_are(here, someone):
    page = here.page
    authenticator(page, alone=True)
    sign_in(page, here.url, someone)
    here.open("/account/security")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page, someone)
    assert here.axe() == []
    page.get_by_label("A name to know it by").fill("Work laptop")
    page.get_by_label("Sign in with this passkey alone").check()
    press(page, "Add a passkey")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.locator("[data-code]").count() == 10
    assert here.axe() == []
    here.open("/account/security")
    expect(page.get_by_text("Work laptop").first).to_be_visible()
    expect(page.get_by_text("Signs you in alone")).to_be_visible()
    here.open("/sign-out")
    press(page, "Sign out")
    here.open("/sign-in")
    press(page, "Sign in with a passkey")
    page.wait_for_url(here.url + "/day")
    assert here.open("/account/security") == 200


def test_with_a_passkey_of_nobody_one_stays_outside_and_is_told(here):
    page = here.page
    authenticator(page, alone=True)
    here.open("/sign-in")
    press(page, "Sign in with a passkey")
    expect(page.get_by_text("The passkey was not used")).to_be_visible()


def test_a_key_after_the_password_and_the_password_alone_is_not_enough(here, pages, browser, someone):
    page = here.page
    authenticator(page, alone=False)
    sign_in(page, here.url, someone)
    here.open("/account/passkeys/add")
    confirm(page, someone)
    press(page, "Add a passkey")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator("[data-code]").all_inner_texts()
    here.open("/sign-out")
    press(page, "Sign out")
    sign_in(page, here.url, someone)
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    assert here.axe() == []
    press(page, "Use a passkey")
    page.wait_for_url(here.url + "/day")
    for times_used in (0, 1):
        with browsing(browser) as context:
            other = Watched(context, pages.url)
            sign_in(other.page, pages.url, someone)
            other.open("/cases")
            assert "/sign-in" in other.page.url
            other.page.locator("#id_code").fill(codes[0])
            press(other.page, "Continue")
            if times_used:
                expect(other.page.locator(".govuk-error-summary")).to_be_visible()
            else:
                expect(other.page.get_by_role("link", name="Sign out")).to_be_visible()


def test_an_app_is_added_by_its_first_code_and_asked_for_at_the_next_sign_in_without_scripts(browser, pages, someone):
    with browsing(browser, java_script_enabled=False) as context:
        here = Watched(context, pages.url)
        page = here.page
        sign_in(page, here.url, someone)
        here.open("/account/code/add")
        confirm(page, someone)
        secret = page.locator("[data-secret]").inner_text()
        assert page.locator("img.app-qr").evaluate("image => image.naturalWidth") > 0
        page.locator("#id_code").fill("000000")
        press(page, "Continue")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        page.locator("#id_code").fill(code_of(page.locator("[data-secret]").inner_text(), time.time()))
        press(page, "Continue")
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        here.open("/account/recovery-codes")
        assert page.locator("[data-code]").count() == 0
        here.open("/sign-out")
        press(page, "Sign out")
        sign_in(page, here.url, someone)
        page.locator("#id_code").fill(code_of(secret, time.time() + 3600))
        press(page, "Continue")
        expect(page.locator(".govuk-error-summary")).to_be_visible()
        assert secret.encode() not in pages.signing_in.database.read_bytes()


def test_a_passkey_is_renamed_and_removed_by_whose_it_is_alone(here, pages, browser, someone):
    page = here.page
    authenticator(page, alone=True)
    sign_in(page, here.url, someone)
    here.open("/account/passkeys/add")
    confirm(page, someone)
    press(page, "Add a passkey")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    here.open("/account/security")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("A name to know it by").fill("Blue key")
    press(page, "Save")
    expect(page.get_by_text("Blue key").first).to_be_visible()
    remove = page.get_by_role("link", name="Remove Blue key")
    address = remove.get_attribute("href")
    with browsing(browser) as context:
        other = Watched(context, pages.url)
        sign_in(other.page, pages.url, pages.accounts["caseworker"])
        other.open(address)
        if other.page.locator("#id_password").count():
            confirm(other.page, pages.accounts["caseworker"])
        expect(other.page.get_by_role("heading", name="There is no such page")).to_be_visible()
    remove.click()
    press(page, "Remove it")
    expect(page.get_by_text("You have none.")).to_be_visible()
