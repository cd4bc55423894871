"""A zone is drawn by hand into the fields of its form: what is drawn is sent, what is typed is drawn."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.browsing import CUT_OFF, SMALL, Watched, browsing, sign_in
from support.pages import Pages
from support.proposing import propose
from support.running import aside

from custodiet.adapters.world import SystemChance
from custodiet.model.identity import ActorId, DecisionId
from custodiet.rules.conditions.plane import Plane, point

CASE = "M-0000"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
LATITUDE, LONGITUDE = 46.5, -28.0
SCRIPTS = ["corners.js", "drawing.js", "ol.js", "plane.js", "shapes.js", "sheet.js"]
"""All that a drawing asks for."""
SCALE_M = 1000
"""Across the drawing while nothing is drawn."""


def apart(text: str) -> str:
    """A number and its unit, set apart from the words around them."""
    return f"\u2068{text}\u2069"


def proposed(pages) -> str:
    """A proposal that waits."""
    store, chance, now = pages.site.open(), SystemChance(), datetime.now(UTC)
    with store.reading() as view:
        [current] = view.decisions_of(view.case_by_reference(CASE).id)
    by = ActorId("caseworker-1")
    times = {"starts_at": now + timedelta(hours=1), "review_due_at": now + timedelta(days=28)}
    proposal = replace(current, id=DecisionId(chance.identity("decision")), proposed_by=by, follows=current.id, **times)
    propose(store, chance, proposal)
    store.close()
    return proposal.id


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("z"), people=1, vault=True)
    pages.known = {"proposal": aside(proposed, pages)}
    yield pages
    pages.stop()


@pytest.fixture(scope="module")
def inside(browser, place):
    kept = {}
    for whom in ("caseworker", "authorising_officer"):
        with browsing(browser) as context:
            sign_in(context.new_page(), place.url, place.accounts[whom])
            kept[whom] = context.storage_state()
    return kept


class Form:
    """The form of a zone at a browser."""

    def __init__(self, here: Watched, proposal: str, kind: str) -> None:
        self.here, self.page, self.proposal = here, here.page, proposal
        assert here.open(f"/cases/{CASE}/proposals/{proposal}/conditions/{kind}") == 200
        self.sheet = self.page.locator("[data-zone-here]")
        self.text = self.page.locator("[name=polygon]")

    def begin(self) -> None:
        """The drawing, about a place that is typed."""
        self.page.locator("[name=latitude]").fill(str(LATITUDE))
        self.page.locator("[name=longitude]").fill(str(LONGITUDE))
        self.press("Draw on a grid")
        expect(self.sheet.locator("canvas").first).to_be_visible()
        self.sheet.scroll_into_view_if_needed()

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()

    def point_at(self, right: float, down: float) -> None:
        """Press on the drawing, so many pixels from its middle."""
        box = self.sheet.bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down)
        self.page.mouse.down()
        self.page.mouse.up()

    def draw(self, *corners: tuple[float, float]) -> None:
        self.press("Draw a polygon")
        for one in corners:
            self.point_at(*one)

    def drag(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        box = self.sheet.bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(middle[0] + one[0], middle[1] + one[1])
        self.page.mouse.down()
        self.page.mouse.move(middle[0] + other[0], middle[1] + other[1], steps=5)
        self.page.mouse.up()

    def drawn(self, what: str):
        expect(self.sheet).to_have_attribute("data-drawn", what)

    def ring(self) -> list[list[float]]:
        told = json.loads(self.text.input_value())
        assert told["type"] == "Polygon"
        [ring] = told["coordinates"]
        assert ring[0] == ring[-1]
        return ring[:-1]

    def metres(self) -> list[tuple[float, float]]:
        """The corners that were written, in the plane that the server judges in."""
        plane = Plane.about(LATITUDE * 1e7, LONGITUDE * 1e7)
        return [plane.metres(point(lat * 1e7, lon * 1e7)) for lon, lat in self.ring()]

    def circle(self) -> list[str]:
        return [self.page.locator(f"[name={name}]").input_value() for name in ("latitude", "longitude", "radius_m")]

    def said(self):
        return expect(self.page.locator("[data-zone-said]"))


@pytest.fixture
def form(browser, place, inside):
    """Opens the form of a zone of a proposal that waits, with everything it asks for watched."""

    @contextmanager
    def opened(viewport=WIDE, kind="exclusion_zone", tag="en", **given):
        headers = {"accept-language": tag}
        state = {"storage_state": inside["caseworker"], "extra_http_headers": headers}
        with browsing(browser, viewport=viewport, **state, **given) as context:
            here = Watched(context, place.url)
            yield Form(here, place.known["proposal"], kind)
            assert here.wrong == []
            assert here.strangers() == set()

    return opened


def test_a_polygon_drawn_by_hand_is_what_is_proposed_and_what_the_second_person_sees(
    form, place, inside, browser, shots
):
    with form(reduced_motion="reduce") as one:
        asked = []
        one.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        one.begin()
        assert sorted(asked) == SCRIPTS
        one.said().to_have_text("What is typed is no zone yet.")
        corners = [(-100, -50), (100, -50), (100, 50), (-100, 50)]
        one.draw(*corners, corners[0])
        one.drawn("4")
        assert one.circle() == ["", "", ""]
        # To scale, in the plane of the server.
        scale = SCALE_M / one.sheet.evaluate("one => one.clientWidth")
        for (x, y), (right, down) in zip(one.metres(), corners, strict=True):
            assert (x, y) == pytest.approx((right * scale, -down * scale), abs=0.6 * scale)
        wide, high = (max(each) - min(each) for each in zip(*one.metres(), strict=True))
        wide, high = apart(f"{wide:.3g} m"), apart(f"{high:.3g} m")
        one.said().to_contain_text(f"A polygon, {wide} from west to east, {high} from south to north. Area: ")
        assert all(len(str(each).partition(".")[2]) <= 7 for place in one.ring() for each in place)
        before, text = one.ring(), one.text.input_value()
        one.drag((100, 50), (150, 80))
        expect(one.text).not_to_have_value(text)
        assert one.metres()[2] == pytest.approx((150 * scale, -80 * scale), abs=0.6 * scale)
        assert [place for place in one.ring() if place in before] == [before[0], before[1], before[3]]
        assert one.here.axe() == []
        assert one.page.evaluate(SMALL) == []
        shots.take(one.page, "zone-drawn")
        one.press("Add it")
        expect(one.page.get_by_role("heading", name=f"Conditions of the proposal for case {CASE}")).to_be_visible()
        expect(one.page.get_by_text("Exclusion zone").first).to_be_visible()
    with browsing(browser, storage_state=inside["authorising_officer"]) as context:
        here = Watched(context, place.url)
        here.open(f"/authorise/{place.known['proposal']}")
        picture = here.page.get_by_role(
            "img", name=re.compile(r"^a polygon of 4 corners, \d+ m from west to east and \d+ m")
        )
        expect(picture).to_be_visible()
        assert picture.locator("path").first.get_attribute("d").count("L") == 3


def test_the_last_corner_is_taken_back_a_change_is_undone_and_all_is_cleared(form):
    with form(reduced_motion="reduce") as one:
        one.begin()
        one.draw((-100, -50), (100, -50), (100, 50), (0, 120))
        one.press("Undo")
        one.point_at(-100, 50)
        one.press("Close the polygon")
        one.drawn("4")
        before = one.ring()
        one.drag((100, 0), (140, 0))  # a side: a new corner
        one.drawn("5")
        one.press("Undo")
        one.drawn("4")
        assert one.ring() == before
        one.press("Clear")
        one.drawn("")
        one.said().to_have_text("Nothing is drawn.")
        assert (one.text.input_value(), one.circle()) == ("", ["", "", ""])


def test_a_circle_drawn_by_hand_is_three_numbers(form):
    with form(reduced_motion="reduce") as one:
        one.begin()
        one.press("Draw a circle")
        one.point_at(0, 0)
        one.point_at(100, 0)
        one.drawn("circle")
        latitude, longitude, radius = map(float, one.circle())
        assert one.text.input_value() == ""
        scale = SCALE_M / one.sheet.evaluate("one => one.clientWidth")
        assert radius == pytest.approx(100 * scale, abs=1)
        assert (latitude, longitude) == pytest.approx((LATITUDE, LONGITUDE), abs=1e-4)
        one.said().to_contain_text(f"A circle, {apart(f'{2 * radius:.3g} m')} across. Area: ")


def test_what_is_typed_is_drawn_and_what_the_server_refuses_is_said_beside_the_field(form):
    with form(reduced_motion="reduce") as one:
        one.press("Draw on a grid")
        expect(
            one.page.get_by_text("Enter the latitude and the longitude of a place in the zone first")
        ).to_be_visible()
        expect(one.page.locator("[name=latitude]")).to_be_focused()
        one.begin()
        one.page.locator("[name=radius_m]").fill("25000")
        one.drawn("circle")
        one.said().to_have_text(f"A circle, {apart('50 km')} across. Area: {apart('1960 km²')}.")
        one.page.locator("[name=radius_m]").fill("2.5")
        one.said().to_have_text(f"A circle, {apart('5 m')} across. Area: {apart('19.6 m²')}.")
        for name in ("latitude", "longitude", "radius_m"):
            one.page.locator(f"[name={name}]").fill("")
        one.page.locator("summary", has_text="It is not a circle").click()
        for none in ("[[[10,50],", "[[[10,50],[11,50],[11,51],[10,51]]]}", '"here"}'):
            one.text.fill('{"type":"Polygon","coordinates":' + none)
            one.drawn("")
            one.said().to_have_text("What is typed is no zone yet.")
        crossing = [[10, 50], [10.01, 50.01], [10.01, 50], [10, 50.02], [10, 50]]
        hole = [[10.004, 50.004], [10.006, 50.004], [10.005, 50.005], [10.004, 50.004]]
        one.text.fill(json.dumps({"type": "Polygon", "coordinates": [crossing, hole]}))
        one.drawn("7")
        one.press("Add it")
        expect(one.page.locator(".govuk-error-summary")).to_be_focused()
        expect(one.page.locator("#id_polygon-error")).to_contain_text("cross")
        one.press("Draw on a grid")
        one.drawn("7")


def test_a_zone_is_made_and_changed_by_keyboard_alone(form, shots):
    with form(NARROW, reduced_motion="reduce") as one:
        keys, page = one.page.keyboard, one.page
        one.begin()
        page.get_by_role("button", name="Put a square in the middle").focus()
        keys.press("Enter")
        one.drawn("4")
        page.locator("summary", has_text="Its corners, one by one").focus()
        keys.press("Enter")
        after = page.get_by_role("button", name="Add a corner after corner 1")
        after.focus()
        keys.press("Enter")
        one.drawn("5")
        expect(after).to_be_focused()
        latitude, text = page.get_by_label("Latitude of corner 2"), one.text.input_value()
        latitude.fill("46,5 north")
        keys.press("Enter")
        expect(latitude).to_have_attribute("aria-invalid", "true")
        assert one.text.input_value() == text
        latitude.fill("46.49")
        keys.press("Enter")
        expect(page.locator("h1")).to_contain_text("Exclusion zone")  # it was not sent
        assert one.ring()[1][1] == 46.49
        expect(latitude).to_be_focused()
        assert latitude.get_attribute("aria-invalid") is None
        assert one.here.width() <= NARROW["width"]
        assert one.here.axe() == []
        assert page.evaluate(SMALL) == []
        shots.take(page, "zone-corners-360")
        page.get_by_role("button", name="Take out corner 2").focus()
        keys.press("Enter")
        one.drawn("4")


def test_a_part_is_cut_out_by_hand_and_sent_as_a_hole(form, place, shots):
    with form(reduced_motion="reduce") as one:
        one.begin()
        cut = one.page.get_by_role("button", name="Cut out a part", exact=True)
        expect(cut).to_be_hidden()
        one.draw((-150, -100), (150, -100), (150, 100), (-150, 100))
        one.press("Close the polygon")
        one.drawn("4")
        outer = one.ring()
        cut.click()
        expect(cut).to_have_attribute("aria-pressed", "true")
        for corner in ((-60, -40), (60, -40), (0, 50)):
            one.point_at(*corner)
        one.press("Close the polygon")
        one.drawn("7")
        expect(cut).to_have_attribute("aria-pressed", "false")
        kept, hole = json.loads(one.text.input_value())["coordinates"]
        assert (kept[:-1], len(hole)) == (outer, 4)
        scale = SCALE_M / one.sheet.evaluate("one => one.clientWidth")
        plane = Plane.about(LATITUDE * 1e7, LONGITUDE * 1e7)
        x, y = plane.metres(point(hole[2][1] * 1e7, hole[2][0] * 1e7))
        assert (x, y) == pytest.approx((0, -50 * scale), abs=0.6 * scale)
        assert one.here.axe() == []
        assert one.page.evaluate(SMALL) == []
        shots.take(one.page, "zone-hole")
        one.press("Undo")
        one.drawn("4")
        expect(cut).to_be_visible()
        one.press("Draw a circle")
        one.point_at(0, 0)
        one.point_at(100, 0)
        one.drawn("circle")
        expect(cut).to_be_hidden()  # a circle is three numbers and has no hole


def test_a_part_is_cut_out_and_filled_again_by_keyboard_alone_and_the_server_takes_it(form):
    with form(reduced_motion="reduce") as one:
        keys, page = one.page.keyboard, one.page
        one.begin()
        for name, drawn in (("Put a square in the middle", "4"), ("Cut a square out of it", "8")):
            page.get_by_role("button", name=name).focus()
            keys.press("Enter")
            one.drawn(drawn)
        page.get_by_role("button", name="Cut a square out of it").focus()
        keys.press("Enter")
        one.drawn("12")
        page.locator("summary", has_text="Its corners, one by one").focus()
        keys.press("Enter")
        page.get_by_role("button", name="Fill hole 1", exact=True).focus()
        keys.press("Enter")
        one.drawn("8")
        expect(page.get_by_role("button", name=re.compile("^Fill hole"))).to_have_count(1)
        expect(page.locator("[data-zone-corners] :focus")).to_have_count(1)  # nobody is thrown out of the list
        page.get_by_role("button", name="Add it", exact=True).focus()
        keys.press("Enter")
        expect(page.get_by_role("heading", name=f"Conditions of the proposal for case {CASE}")).to_be_visible()


def test_a_polygon_is_drawn_with_a_finger(form):
    with form(NARROW, reduced_motion="reduce", has_touch=True) as one:
        one.begin()
        one.press("Draw a polygon")
        one.sheet.scroll_into_view_if_needed()
        box = one.sheet.bounding_box()
        for right, down in ((80, 80), (240, 80), (160, 200)):
            one.page.touchscreen.tap(box["x"] + right, box["y"] + down)
        one.press("Close the polygon")
        one.drawn("3")


@pytest.mark.parametrize("forced", [None, "active"], ids=["own colours", "forced colours"])
def test_it_fits_a_phone_from_right_to_left(form, shots, forced):
    with form(NARROW, tag="ar-XB", forced_colors=forced) as one:
        for name, value in {"latitude": "46.5", "longitude": "-28", "radius_m": "150"}.items():
            one.page.locator(f"[name={name}]").fill(value)
        one.page.locator("[data-zone-open]").click()
        one.drawn("circle")
        assert one.page.locator("html").get_attribute("dir") == "rtl"
        assert one.here.width() <= NARROW["width"]
        assert one.here.axe() == []
        assert one.page.evaluate(CUT_OFF) == []
        words = [*one.page.locator("[data-zone-part] button.app-map__move:visible").all_inner_texts()]
        words += one.page.locator("[data-zone-part] :is(p, summary, h3):visible").all_inner_texts()
        assert [each for each in words if each and "[" not in each] == []  # each is in the language of the page
        shots.take(one.page, f"zone-rtl-{forced}")


def test_zones_that_the_proposal_asks_for_already_are_drawn_beside_it_and_no_other(form):
    with form(reduced_motion="reduce") as one:
        assert one.here.open(f"/cases/{CASE}/decide/fitted_trail") == 200
        carried = "kind=inclusion_zone&latitude=46.5&longitude=-28&radius_m=200"
        one.page.evaluate(
            """text => {
              const form = document.querySelector('main form[method=post]')
              for (const [name, value] of [['conditions', text], ['step', 'ask:exclusion_zone']]) {
                form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }))
              }
              form.submit()
            }""",
            carried,
        )
        expect(one.page.locator("h1")).to_contain_text("Exclusion zone")
        # Nothing is typed: it lies about the zone that stands in the form.
        one.press("Draw on a grid")
        one.said().to_have_text("Nothing is drawn.")
        one.sheet.scroll_into_view_if_needed()
        box = one.sheet.bounding_box()
        edge = box["height"] / 2 - 40  # the circle is fitted to the height, but for what is left free above
        one.draw((0, -edge + 8), (150, -edge), (150, 0))
        one.press("Close the polygon")
        one.drawn("3")
        [x, y] = one.metres()[0]
        assert (x * x + y * y) ** 0.5 == pytest.approx(200, abs=1)  # it came near and meets the edge


def test_without_scripts_the_form_is_as_it_was_and_speaks_of_no_drawing(form):
    with form(java_script_enabled=False) as one:
        expect(one.text).to_have_count(1)
        assert "draw" not in one.page.locator("main").inner_text().lower()


def test_only_a_kind_with_a_place_has_a_drawing(form):
    with form(kind="appointment") as one:
        expect(one.page.locator("[data-zone-part]")).to_have_count(0)


def test_the_plane_of_the_drawing_is_the_plane_that_zones_are_judged_in(form):
    with form() as one:
        centres = [(46.5, -28.0), (-33.9, 151.2), (78.2, 15.6), (0.0, 0.0), (64.0, 179.9)]
        asked = [
            (centre, (centre[0] + north, (centre[1] + east + 540) % 360 - 180))
            for centre in centres
            for north, east in [(0, 0), (0.0001, -0.0002), (0.2, 0.25), (-0.21, 0.1), (0.0000001, 0)]
        ]
        script = one.page.locator("script[src$='zone.js']").get_attribute("src").replace("zone.js", "plane.js")
        given = one.page.evaluate(
            """async ([script, asked]) => {
              const { planeAbout } = await import(script)
              return asked.map(([centre, place]) => {
                const plane = planeAbout(centre), metres = plane.metres(place)
                return [metres, plane.place(metres)]
              })
            }""",
            [script, asked],
        )
        for ((lat, lon), place), (metres, back) in zip(asked, given, strict=True):
            theirs = Plane.about(lat * 1e7, lon * 1e7).metres(point(place[0] * 1e7, place[1] * 1e7))
            assert metres == pytest.approx(theirs, abs=1e-6), (lat, lon)
            assert back == pytest.approx(place, abs=1e-9), (lat, lon)
