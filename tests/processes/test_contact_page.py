"""How a person is reached, by form post: sealed before it is kept, shown to nobody again, and a matter of their own
officers alone.
"""

import pytest
from support.by_hand import stored_bytes
from support.pages import Pages, Visitor

CONTACT = "/cases/M-0000/contact"
GIVEN = {"address": "heron@sample.example", "language": "en", "zone": "Europe/London"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("p"), people=1)
    yield pages
    pages.stop()


def visitor(pages, function):
    one = Visitor(pages.address)
    one.sign_in(pages.accounts[function])
    return one


def reached(pages):
    store = pages.site.open()
    try:
        with store.reading() as view:
            return view.reached_by(view.case_by_reference("M-0000").person_id)
    finally:
        store.close()


def test_an_address_is_given_kept_sealed_and_taken_back(pages):
    caseworker = visitor(pages, "caseworker")
    assert caseworker.send(CONTACT, GIVEN).to == "/cases/M-0000"
    shown = caseworker.get("/cases/M-0000").text
    assert "21:00 to 08:00, Europe/London" in shown
    for page in (shown, caseworker.get(CONTACT).text):
        assert "sample.example" not in page
    assert b"sample.example" not in stored_bytes(pages.site)
    assert reached(pages) is not None
    assert caseworker.send(f"{CONTACT}/end", {}).to == "/cases/M-0000"
    assert reached(pages) is None
    assert "nothing is sent" in caseworker.get("/cases/M-0000").text


@pytest.mark.parametrize(
    "wrong",
    [{"address": ""}, {"address": "nobody"}, {"address": "a@b"}, {"zone": "Mars/Olympus"}, {"language": "en; x"}],
)
def test_what_cannot_be_kept_is_said_beside_its_field(pages, wrong):
    caseworker = visitor(pages, "caseworker")
    before = reached(pages)
    shown = caseworker.send(CONTACT, GIVEN | wrong)
    assert shown.status in (200, 403)
    assert "<title>Error: " in shown.text
    assert reached(pages) == before


@pytest.mark.parametrize("function", ["authorising_officer", "dpo", "auditor", "administrator", "operator", "nobody"])
def test_nobody_but_its_officers_says_how_a_person_is_reached(pages, function):
    token = visitor(pages, "caseworker")
    other = visitor(pages, function)
    for path in (CONTACT, f"{CONTACT}/end"):
        assert other.get(path).status in (403, 404)
        csrf = other.cookies.get("csrftoken") or token.cookies.get("csrftoken", "")
        assert other.send(path, GIVEN, token=csrf).status in (403, 404)
    assert reached(pages) is None
