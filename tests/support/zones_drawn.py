"""Zones as hypothesis draws them: every kind of shape, near and far."""

from hypothesis import strategies as st

from custodiet.model.shape import VERTICES_MAX, WIDTH_MAX_M, Circle, Polygon

E7 = 10_000_000
LATS = st.integers(-90 * E7, 90 * E7)
LONS = st.integers(-180 * E7, 180 * E7)


@st.composite
def circles(draw):
    radius_m = st.floats(0, WIDTH_MAX_M / 2, exclude_min=True) | st.sampled_from([5e-324, 400.0, WIDTH_MAX_M / 2])
    return Circle((draw(LATS), draw(LONS)), draw(radius_m))


@st.composite
def rings(draw, corners, lats=LATS, east=None):
    """On one side of the antimeridian."""
    east = draw(st.booleans()) if east is None else east
    lons = st.integers(0, 180 * E7).map(lambda lon: lon if east else -lon)
    return tuple(draw(st.lists(st.tuples(lats, lons), min_size=corners, max_size=corners)))


@st.composite
def polygons(draw):
    """With holes or without, wherever those lie; as many corners as there may be, now and then."""
    sizes = draw(st.lists(st.integers(3, 9), min_size=1, max_size=6) | st.just([VERTICES_MAX - 6, 3, 3]))
    return Polygon(tuple(draw(rings(size)) for size in sizes))


@st.composite
def town_polygons(draw):
    """No wider than 20 km, anywhere; it need not be simple."""
    lat, lon = draw(st.integers(-80 * E7, 80 * E7)), draw(st.integers(-179 * E7, 179 * E7))
    reach = draw(st.sampled_from([200, 20_000, E7 // 10]))
    corner = st.tuples(st.integers(lat - reach, lat + reach), st.integers(lon - reach, lon + reach))
    return Polygon(tuple(draw(st.lists(st.lists(corner, min_size=3, max_size=8).map(tuple), min_size=1, max_size=4))))
