"""The map beside a reading draws what the table says, asks nobody, is worked by keyboard, and goes with the table."""

import re
from contextlib import contextmanager
from functools import partial

import pytest
from playwright.sync_api import expect
from support.browsing import SMALL, Watched, browsing

LONG = 140
"""At least so many rows has the reading that is folded (conftest.walk_on)."""

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PLACES, HOMES = 7, 3
"""Of the reading that the tests have (conftest.walk_about)."""
YELLOW = """() => {
  for (const one of document.querySelectorAll('[data-map-here] canvas')) {
    const copy = new OffscreenCanvas(one.width, one.height), box = one.getBoundingClientRect();
    const pen = copy.getContext('2d', { willReadFrequently: true });
    pen.drawImage(one, 0, 0);
    const { data } = pen.getImageData(0, 0, copy.width, copy.height), found = [];
    for (let at = 0; at < copy.width * copy.height; at++)
      if (data[4 * at] === 255 && data[4 * at + 1] === 221 && data[4 * at + 2] === 0)
        found.push([at % copy.width, Math.floor(at / copy.width)]);
    const middle = (axis) => found.reduce((sum, point) => sum + point[axis], 0) / found.length * box.width / copy.width;
    if (found.length) return [box.left + middle(0), box.top + middle(1)];
  } }"""
"""Where on the screen the middle of what is drawn as chosen lies."""

COLOURS = """() => {
  const found = {};
  for (const one of document.querySelectorAll('[data-map-here] canvas')) {
    const pen = new OffscreenCanvas(one.width, one.height).getContext('2d', { willReadFrequently: true });
    pen.drawImage(one, 0, 0);
    const { data } = pen.getImageData(0, 0, one.width, one.height);
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] === 255) {
        const colour = [0, 1, 2].map(part => data[at + part].toString(16).padStart(2, '0')).join('');
        found[colour] = (found[colour] ?? 0) + 1;
      }
  }
  return found }"""
"""How often each colour is drawn on the map."""
GROUND, STREET, WATER = "ffffff", "767b80", "3d7ebf"


def give(text, headers, route) -> None:
    route.fulfill(body=text, content_type="text/html; charset=utf-8", headers=headers)


@pytest.fixture
def reading(browser, pages, of_the_vault):
    """Opens the page of a reading as the vault gave it, with everything it asks for watched."""

    @contextmanager
    def opened(viewport=WIDE, tag="en", clock=False, name="reading", **given):
        text, headers = of_the_vault[name, tag]
        with browsing(browser, viewport=viewport, **given) as context:
            here = Watched(context, pages.url)
            here.page.route("**/made-up-page", partial(give, text, headers))
            if clock:
                here.page.clock.install()
            here.open("/made-up-page")
            yield here
            assert here.wrong == []
            assert here.strangers() == set()

    return opened


def show(page) -> None:
    page.locator("[data-map-open]").click()
    expect(page.locator("[data-map-here]")).to_have_attribute("data-drawn", str(PLACES))


def said(page):
    return expect(page.locator("[data-map-said]"))


@pytest.mark.parametrize(
    ("viewport", "tag"), [(WIDE, "en"), (NARROW, "ar-XB")], ids=["wide", "narrow and right to left"]
)
def test_a_map_draws_every_place_of_the_table_and_no_home_and_asks_only_for_scripts(reading, shots, viewport, tag):
    with reading(viewport, tag, reduced_motion="reduce") as here:
        asked = []
        here.page.on("request", lambda request: asked.append(request.url))
        rows = here.page.locator("tbody tr")
        assert here.page.locator("canvas").count() == 0
        show(here.page)
        assert here.page.locator("tr[data-row=place]").count() == PLACES
        assert here.page.locator("tr[data-row=home]").count() == HOMES
        assert rows.get_by_role("button").all_inner_texts() == [str(n) for n in range(HOMES + 1, HOMES + PLACES + 1)]
        assert sorted(one.rpartition("/")[2] for one in asked) == ["map.js", "ol.js", "streets.js"]
        assert here.axe() == []
        assert here.page.evaluate(SMALL) == []
        assert here.width() <= viewport["width"]
        shots.take(here.page, f"reading-map-{tag}")


def test_its_slider_goes_through_the_places_by_keyboard(reading):
    with reading() as here:
        show(here.page)
        slider, drawn = here.page.get_by_label("Show places up to"), here.page.locator("[data-map-here]")
        slider.focus()
        here.page.keyboard.press("Home")
        expect(drawn).to_have_attribute("data-drawn", "1")
        said(here.page).to_have_text("Place 4: 3 March 2031, 09:50 UTC. Within: 14 m")
        for _ in range(2):
            here.page.keyboard.press("ArrowRight")
        expect(drawn).to_have_attribute("data-drawn", "3")
        expect(slider).to_have_attribute("aria-valuetext", "Place 6: 3 March 2031, 10:40 UTC. Within: not known")
        assert here.page.locator("tr[aria-current=true] th").all_inner_texts() == ["6"]
        here.page.keyboard.press("Tab")
        expect(here.page.get_by_role("link", name="In the list")).to_be_focused()
        here.page.keyboard.press("Enter")
        assert here.page.evaluate("location.hash") == "#place-6"


def test_a_place_of_the_list_is_found_on_the_map_and_one_on_the_map_in_the_list(reading):
    with reading(reduced_motion="reduce") as here:
        show(here.page)
        here.page.get_by_role("button", name="Show place 5 on the map").click()
        said(here.page).to_have_text("Place 5: 3 March 2031, 10:30 UTC. Within: 15 m")
        where = here.page.wait_for_function(YELLOW).json_value()
        here.page.get_by_label("Show places up to").fill("3")
        said(here.page).to_have_text("Place 6: 3 March 2031, 10:40 UTC. Within: not known")
        here.page.mouse.click(*where)
        said(here.page).to_have_text("Place 5: 3 March 2031, 10:30 UTC. Within: 15 m")


@pytest.mark.parametrize("slept", [False, True], ids=["awake", "after sleep"])
@pytest.mark.parametrize("name", ["reading", "reading_unmasked", "looked_alone"])
def test_table_and_map_are_gone_when_the_time_of_the_grant_is_over(reading, name, slept):
    with reading(clock=True, name=name) as here:
        show(here.page)
        left_s = int(here.page.locator("[data-reading]").get_attribute("data-reading"))
        # The page it goes to never comes, and nothing stands in this one's place: what is shown must go all the same.
        here.page.route(re.compile("/(cases/|alerts)"), lambda route: route.fulfill(status=204))
        if slept:
            here.page.clock.set_system_time(here.page.evaluate("Date.now()") / 1000 + left_s)
            here.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        else:
            here.page.clock.fast_forward((left_s - 5) * 1000)
            assert here.page.locator("tr[data-row=place]").count() == PLACES
            here.page.clock.fast_forward(10_000)
        expect(here.page.locator("table, canvas, [data-map]")).to_have_count(0)
        assert "46.5" not in here.page.content()


def test_without_scripts_the_table_is_whole_and_no_map_is_spoken_of(reading):
    with reading(java_script_enabled=False) as here:
        assert here.page.locator("tbody tr").count() == PLACES + HOMES + 1
        assert "map" not in here.page.locator("main").inner_text().lower()


@pytest.mark.parametrize("tag", ["en", "ar-XB"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_long_reading_is_folded_by_the_hour_and_fits_a_phone_without_scrolling_sideways(reading, shots, tag, scripts):
    with reading(NARROW, tag, name="reading_long", java_script_enabled=scripts) as here:
        hours = here.page.locator(".app-reading__list details")
        assert hours.count() > 2
        assert [one.get_attribute("open") is not None for one in hours.all()] == [True, *[False] * (hours.count() - 1)]
        assert here.page.locator("tbody tr").count() > LONG
        second = hours.nth(1)
        expect(second.locator("tbody tr").first).to_be_hidden()
        second.locator("summary").click()
        expect(second.locator("tbody tr").first).to_be_visible()
        if scripts:
            assert here.width() <= NARROW["width"]
            wide = "all => all.filter(one => one.clientWidth && one.scrollWidth > one.clientWidth).length"
            assert here.page.locator(".app-scroll").evaluate_all(wide) == 0
            assert here.axe() == []
        shots.take(here.page, f"reading-long-{tag}-{scripts}")


def test_the_map_draws_what_every_hour_holds_and_opens_the_hour_of_the_place_that_is_gone_to(reading):
    with reading(NARROW, name="reading_long", reduced_motion="reduce") as here:
        here.page.locator("[data-map-open]").click()
        places = here.page.locator("tr[data-row=place]").count()
        expect(here.page.locator("[data-map-here]")).to_have_attribute("data-drawn", str(places))
        slider = here.page.get_by_label("Show places up to")
        slider.focus()
        here.page.keyboard.press("End")
        here.page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute(
            "aria-valuetext", re.compile(r"^Place \d+: 3 March 2031, \d\d:\d\d UTC\. Within: 8 m$")
        )
        row = here.page.locator("tr[aria-current=true]")
        expect(row).to_be_hidden()
        here.page.get_by_role("link", name="In the list").click()
        expect(row).to_be_visible()


def test_streets_lie_under_the_places_and_water_and_from_afar_the_small_ones_do_not(reading, shots):
    with reading(reduced_motion="reduce") as here:
        show(here.page)
        expect(here.page.get_by_text("© OpenStreetMap contributors")).to_be_visible()
        near = here.page.evaluate(COLOURS)
        assert near[STREET] > 500
        assert near[GROUND] > 10_000
        shots.take(here.page, "reading-streets")
        target = here.page.locator("[data-map-here]")
        for _ in range(6):
            target.locator(".ol-zoom-out").click()
        here.page.wait_for_function(f"() => !(({COLOURS})()['{GROUND}'] > 5000)")
        far = here.page.evaluate(COLOURS)
        assert far[WATER] > 50
        assert far[STREET] > 50
        shots.take(here.page, "reading-streets-afar")


def test_where_none_were_loaded_the_map_lies_on_its_grid_and_says_so(reading):
    with reading(name="reading_bare") as here:
        here.page.locator("[data-map-open]").click()
        expect(here.page.get_by_text("none were loaded here")).to_be_visible()
        here.page.wait_for_function("() => document.querySelector('[data-map-here]').dataset.drawn")
        assert STREET not in here.page.evaluate(COLOURS)
        assert here.page.get_by_text("OpenStreetMap").count() == 0


@pytest.mark.parametrize("scheme", [{"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["dark", "forced"])
def test_streets_keep_their_colours_where_others_are_chosen(reading, shots, scheme):
    with reading(NARROW, **scheme) as here:
        show(here.page)
        assert here.page.evaluate(COLOURS)[STREET] > 200
        assert here.axe() == []
        shots.take(here.page, f"reading-streets-{next(iter(scheme))}")
