"""Streets under the map of a reading: part of its page and of no other, near what it shows and near nothing else."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from support.glass import LOOK_ALONE
from support.house import House
from support.in_process import client_of, place_of
from support.looking import STEP
from support.staff import AOS, AOT, CAI, CEM, DPO, OPE, PER
from support.streets import streets_of_the_town
from support.unmasking import Unmaskable, Visited, names_conditions

from custodiet.adapters.streets import StreetsFile
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.looking import end_look_up
from custodiet.main.pages import read_policy
from custodiet.model.look_up import Place
from custodiet.model.streets import Drawn
from custodiet.rules.masking.cells import cell_of
from custodiet.rules.streets import TEXT_MAX, TEXT_STEP, box_of, square_of, squares_near
from custodiet.wire.streets import write_under

AT_MOSQUE = 46.64
"""In the old town, fifteen kilometres from where they were before and after: too far for decoys."""
MOSQUE = cell_of(466_400_000, -280_000_000)


class Walker(Unmaskable, Visited):
    """Four hours in the town, and of those a quarter of an hour at a place that is masked."""

    def __init__(self, house):
        super().__init__(house, fixes=24)
        self.reference = self.person.case.reference

    def decide(self, zones=(), **given):
        return super().decide((), **given)

    def walk(self, fixes):
        for number in range(fixes):
            self.monitor.refresh()
            self.house.say(self.monitor, self.person, lat=AT_MOSQUE if number in (11, 12) else 46.5)
            self.house.clock.pass_(STEP)

    def opened(self, by=CAI, what="open", **given):
        return self.shown(self.granted(window=self.whole, **given), by, what)

    def shown(self, look_up_id, by=CAI, what="open"):
        return client_of(by).post(f"/cases/{self.reference}/look-ups/{look_up_id}", {"what": what})


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    house = House(folder)
    house.load_places(MOSQUE)
    one = Walker(house)
    names_conditions(house)
    assign_case(house.store, one.case_id, PER, AOS)
    place_of(house, folder, read_policy(), (AOS, AOT, CAI, CEM, DPO, OPE, PER))
    one.streets = streets_of_the_town(folder)
    yield one
    from django.db import connection

    connection.close()
    house.close()


@pytest.fixture(autouse=True)
def with_streets(one, settings_place):
    settings_place(one.streets)


@pytest.fixture
def settings_place(one):
    from django.conf import settings

    def put(streets):
        settings.PLACE = replace(settings.PLACE, streets=streets)

    return put


def under(page):
    """What lies under the map of a page, as numbers; None: nothing does."""
    found = re.findall(r'data-streets="([^"]*)"', page.content.decode())
    assert all(re.fullmatch(r"[\d,\[\]-]+ *", text) for text in found)
    return json.loads(found[0]) if found else None


def small_squares(page):
    _, streets, _ = under(page)
    return {tuple(square[:4]) for square in streets}


def edges(lat):
    box = box_of(square_of(Drawn.STREET, round(lat * 1e7), -280_000_000))
    return tuple(edge // 100 for edge in (box.south_e7, box.west_e7, box.north_e7, box.east_e7))


def test_under_a_reading_lie_the_streets_near_what_it_shows_without_a_name_and_nothing_stores_it(one):
    page = one.opened()
    [text] = re.findall(r'data-streets="([^"]*)"', page.content.decode())
    assert len(text) == TEXT_STEP  # and not how many streets there are
    roads, streets, water = under(page)
    assert roads
    assert streets
    assert water
    assert edges(46.5) in small_squares(page)
    assert page["Cache-Control"] == "no-store"
    text = page.content.decode()
    assert "Made-up Street" not in text
    assert "© OpenStreetMap contributors" in text


def test_near_a_stay_that_is_masked_nothing_lies_under_it_until_a_third_person_says_yes(one):
    masked = one.opened()
    assert f"{AT_MOSQUE:.5f}" not in masked.content.decode()
    assert edges(AT_MOSQUE) not in small_squares(masked)
    unmask_id = one.unmaskable(window=one.whole)
    whole = client_of(CAI).post(f"/cases/{one.reference}/unmaskings/{unmask_id}", {"what": "open"})
    assert edges(AT_MOSQUE) in small_squares(whole)
    assert small_squares(masked) < small_squares(whole)


def test_what_lies_under_it_follows_from_the_rows_of_its_table_alone(one):
    page = one.opened()
    rows = re.findall(r"<bdi>([\d.-]+), ([\d.-]+)</bdi>", page.content.decode())
    told = [tuple(round(float(degrees) * 1e7) for degrees in row) for row in rows]
    assert told
    wanted = squares_near(Place(one.began, False, *where, accuracy_m=None) for where in told)
    found = one.streets.in_squares(wanted, TEXT_MAX)
    again = write_under(((square.drawn, box_of(square), lines) for square, lines in found.lines), TEXT_STEP)
    assert under(page) == json.loads(again)


def test_who_looks_alone_has_streets_of_the_same_kind(one):
    page = client_of(OPE).post(f"/cases/{one.reference}/break-glass", LOOK_ALONE)
    assert page.status_code == 200
    assert under(page)


def test_without_a_reading_that_is_open_and_theirs_nobody_has_any(one):
    waiting, ended, another = one.ask(window=one.whole), one.granted(window=one.whole), one.granted(window=one.whole)
    end_look_up(one.house.store, ended, CAI)
    assert under(one.shown(another)) is not None
    tried = [one.shown(waiting), one.shown(ended), *(one.shown(another, by=by) for by in (CEM, AOS, OPE, DPO, PER))]
    one.house.clock.pass_(timedelta(days=2))
    tried.append(one.shown(another))
    for page in tried:
        assert page.status_code in (302, 403, 404)
        assert under(page) is None
    for path in (f"/cases/{one.reference}/look-ups/{another}", f"/cases/{one.reference}/looks"):
        assert under(client_of(CAI).get(path)) is None


@pytest.fixture
def fresh(one):
    """Whatever the test before did to the clock: a grant of now."""
    return one.granted(window=one.whole)


def test_where_no_map_was_loaded_or_its_streets_lie_elsewhere_the_page_says_so(one, fresh, settings_place, tmp_path):
    for streets in (None, StreetsFile(tmp_path / "none.db")):
        settings_place(streets)
        page = one.shown(fresh)
        assert under(page) is None
        assert "none were loaded here" in page.content.decode()
    elsewhere = StreetsFile(tmp_path / "elsewhere.db")
    elsewhere.keep([(square_of(Drawn.STREET, 0, 0), "[1,2,3,4]")])
    settings_place(elsewhere)
    page = one.shown(fresh)
    assert under(page) == [[], [], []]
    assert "has no street near them" in page.content.decode()


def test_however_many_streets_there_are_a_page_holds_a_quarter_of_a_megabyte_and_says_so(
    one, fresh, settings_place, tmp_path
):
    crowded = StreetsFile(tmp_path / "crowded.db")
    line = f"[{','.join(['1'] * 400)}]"
    here = [square_of(drawn, 465_000_000, -280_000_000) for drawn in Drawn]
    crowded.keep([(square, line) for square in here for _ in range(150)])
    settings_place(crowded)
    page = one.shown(fresh)
    [text] = re.findall(r'data-streets="([^"]*)"', page.content.decode())
    assert len(text) == TEXT_MAX
    assert len(text.rstrip()) > TEXT_MAX - TEXT_STEP
    assert "Some streets are left out" in page.content.decode()
