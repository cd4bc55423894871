"""What the files about the store's law share."""

from contextlib import closing

import pytest
from support.raw_law import world_of


@pytest.fixture(scope="module")
def opened(world):
    """The `world` of a file of tests: where its store is, and the names of what stands there."""
    with closing(world_of(*world)) as opened:
        yield opened


@pytest.fixture
def sql(opened):
    """Raw SQL in it, past all our code."""
    with opened.rolled_back() as sql:
        yield sql
