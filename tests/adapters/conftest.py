"""What the files about the store's law share."""

from contextlib import closing

import pytest
from support.raw_law import World


@pytest.fixture(scope="module")
def opened(world):
    """The `world` of a file of tests: the path of its store, and the names of what stands there."""
    with closing(World(*world)) as opened:
        yield opened


@pytest.fixture
def sql(opened):
    """Raw SQL in it, past all our code."""
    with opened.rolled_back() as sql:
        yield sql
