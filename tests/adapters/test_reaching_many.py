"""What is compiled reaches as far as columns say, and nowhere where what lies packed is not whole."""

from random import Random

import numpy as np
import pytest
from support.many import compiled, needs_compiler

from custodiet.adapters.reaching_many import REACHING_MANY
from custodiet.model.shape import Circle, Polygon
from custodiet.rules.conditions.packed_zones import PackedZones
from custodiet.rules.conditions.zones_columns import reaches

pytestmark = needs_compiler(REACHING_MANY)
LAT, LON = 465_000_000, -280_000_000
HOME = Circle((LAT, LON), 200.0)
SQUARE = ((LAT - 10_000, LON), (LAT, LON + 10_000), (LAT + 10_000, LON), (LAT, LON - 10_000))
TOWN = Polygon((SQUARE,))
RING = Polygon((SQUARE, tuple((LAT + (lat - LAT) // 2, LON + (lon - LON) // 2) for lat, lon in SQUARE)))
MANY = PackedZones.together(map(PackedZones.of, (HOME, TOWN, RING)))


def asked(*packed, keep_out=None, places=((LAT, LON),)):
    """Each of these about each place."""
    of, at = (each.ravel() for each in np.indices((len(packed), len(places))))
    marks = [(True,) * 3] * len(packed) if keep_out is None else keep_out
    return (list(packed), marks, of, *np.array(places).T[:, at])


def everything():
    """Whole, cut short at every byte, and with bytes of it changed at random; for the compiler's own checks, too."""
    yield asked(MANY, MANY, places=((LAT, LON), (-LAT, LON), (LAT + 5000, LON)))
    yield asked(PackedZones(MANY), keep_out=[(True,)])
    yield ([], [], *np.zeros((3, 0), np.int64))
    for cut in range(len(MANY)):
        yield asked(PackedZones(MANY[:cut]))
    random = Random(1)
    for _ in range(2000):
        spoilt = bytearray(MANY)
        for _ in range(random.randint(1, 4)):
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
        yield asked(PackedZones(spoilt))


def test_what_is_not_whole_is_calm_nowhere():
    reach = compiled(REACHING_MANY)
    for short in (PackedZones(MANY[:cut]) for cut in range(len(MANY))):
        assert np.isnan(reach(*asked(short))).all()
    for lacks in (PackedZones.of(None), PackedZones.none_given(2), PackedZones.together([MANY, PackedZones.of(None)])):
        assert np.isnan(reach(*asked(lacks))).all()
    assert np.isnan(reach(*asked(MANY, keep_out=[(False,)]))).all()  # of the other two nothing is said


def test_each_is_asked_about_its_own_zones_and_nobody_about_those_of_none():
    reach = compiled(REACHING_MANY)
    zones, places = [PackedZones.of(one) for one in (HOME, TOWN, RING)], [(LAT, LON), (LAT + 3000, LON + 2000)]
    keep_out = [(False,), (False,), (True,)]
    given = asked(*zones, keep_out=keep_out, places=places)
    assert reach(*given) == pytest.approx(reaches(*given), abs=1e-6, nan_ok=True)
    assert (
        len({round(one, 3) for one in reach(*given) if not np.isnan(one)}) == 4
    )  # within the other two it is not calm
    for whose in (-1, 3):
        with pytest.raises(IndexError):
            reach(zones, keep_out, np.array([whose]), np.array([LAT]), np.array([LON]))
    with pytest.raises(IndexError):
        reach(zones, keep_out[:2], np.array([2]), np.array([LAT]), np.array([LON]))


def test_columns_that_do_not_lie_one_behind_the_other_say_the_same():
    packed, keep_out, of, lat_e7, lon_e7 = asked(MANY, MANY, places=((LAT + 20_000, LON), (LAT + 30_000, LON)))
    apart = [np.repeat(one, 2)[::2] for one in (of, lat_e7, lon_e7)]
    reach = compiled(REACHING_MANY)
    assert reach(packed, keep_out, *apart).tolist() == reach(packed, keep_out, of, lat_e7, lon_e7).tolist()
