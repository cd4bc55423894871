"""What a person is handed: a page of its own in the controller's name, whose first layer fits one sheet of A4."""

import pytest
from support.browsing import CUT_OFF, SMALL, Watched, browsing

A4_WIDTH_PX, A4_HEIGHT_PX = 718, 1047
"""A sheet less margins of a centimetre, at 96 px to the inch."""
PAPERS = {
    "notice": "/cases/M-0000/notice/paper",
    "easy_read": "/cases/M-0000/notice/paper?easy",
    "not_ready": "/cases/M-0000/notice/paper?language=ar",
}


@pytest.mark.parametrize("path", PAPERS.values(), ids=list(PAPERS))
def test_a_paper_is_whole_on_every_screen_and_asks_nobody_else(browser, pages, signed_in, shots, path):
    with browsing(browser, viewport={"width": 1280, "height": 900}, storage_state=signed_in["caseworker"]) as context:
        here = Watched(context, pages.url)
        assert here.open(path) == 200
        assert here.page.title().endswith("– Made-up authority")
        assert "Custodiet" not in here.page.content()
        assert here.axe() == []
        here.page.set_viewport_size({"width": 360, "height": 740})
        assert here.axe() == []
        assert here.page.evaluate(SMALL) == []
        assert here.page.evaluate(CUT_OFF) == []
        here.page.set_viewport_size({"width": 320, "height": 740})
        assert here.width() <= 320
        assert here.wrong == []
        assert here.strangers() == set()


def test_the_first_layer_fits_one_sheet(browser, pages, signed_in):
    with browsing(browser, storage_state=signed_in["caseworker"]) as context:
        here = Watched(context, pages.url)
        here.open(PAPERS["notice"])
        here.page.set_viewport_size({"width": A4_WIDTH_PX, "height": A4_HEIGHT_PX})
        here.page.emulate_media(media="print")
        second = here.page.locator("#what").bounding_box()
        assert second["y"] <= A4_HEIGHT_PX
