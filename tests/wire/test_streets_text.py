"""Streets as text: whole numbers and brackets, from which the places come back to the metre."""

import json
import re

from custodiet.model.shape import Box
from custodiet.model.streets import Drawn
from custodiet.wire.streets import write_line, write_under

LINE = ((465_000_000, -280_000_000), (465_012_340, -280_000_040), (465_000_049, -280_100_000))


def places(numbers):
    lat = lon = 0
    for step in range(0, len(numbers), 2):
        lat, lon = lat + numbers[step], lon + numbers[step + 1]
        yield lat, lon


def test_the_places_of_a_line_come_back_to_the_metre():
    found = list(places(json.loads(write_line(LINE))))
    assert found == [(4_650_000, -2_800_000), (4_650_123, -2_800_000), (4_650_000, -2_801_000)]


def test_under_a_reading_lie_roads_streets_and_water_each_by_square_with_its_edges():
    box, other = Box(465_000_000, -280_000_000, 465_100_000, -279_840_000), Box(0, 0, 500_000, 800_000)
    text = write_under([(Drawn.WATER, other, "[1,2,3,4]"), (Drawn.STREET, box, "[5,6,7,8],[9,9,1,1]")], 64)
    assert json.loads(text) == [
        [],
        [[4_650_000, -2_800_000, 4_651_000, -2_798_400, [[5, 6, 7, 8], [9, 9, 1, 1]]]],
        [[0, 0, 5000, 8000, [[1, 2, 3, 4]]]],
    ]
    assert re.fullmatch(r"[\d,\[\]-]+ *", text)


def test_how_long_it_is_says_no_more_than_steps():
    box = Box(0, 0, 100_000, 160_000)
    lengths = {len(write_under([(Drawn.STREET, box, f"[{'1,' * many}1]")] * many, 512)) for many in range(20)}
    assert lengths == {512, 1024, 1536}
