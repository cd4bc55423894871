"""One place for every test of the pages, a browser for each file of them, a context for each test."""

import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from support.browsing import ARGUMENTS, AXE, CHROMIUM, browsing, sign_in
from support.pages import Pages

PEOPLE = 27
"""More than one page of a list."""


@pytest.fixture(scope="module")  # it leaves an event loop running in this thread, which other tests must not meet
def browser():
    if not CHROMIUM.exists() or not AXE.exists():
        pytest.skip("no chromium, or no axe-core: ./dev test installs both")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages():
    folder = Path(tempfile.mkdtemp(prefix="c"))
    pages = Pages(folder, PEOPLE)
    pages.end("M-0001")
    yield pages
    pages.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    """Where pictures of the pages are put, for whoever wants to look."""
    return tmp_path_factory.mktemp("shots")


@pytest.fixture(scope="module")
def signed_in(browser, pages):
    """What a browser keeps of someone who has signed in."""
    with browsing(browser) as context:
        page = context.new_page()
        sign_in(page, pages.url, pages.accounts["caseworker"])
        return context.storage_state()
