"""What the passing of time finds is recorded of each by itself: one that cannot be keeps nobody else's from it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from custodiet.model.errors import CannotRecord, CustodietError, LeaseLost

One = TypeVar("One")


def each_by_itself(these: Iterable[One], record: Callable[[One], int]) -> int:
    """How many were recorded. Raises what the first of them failed with, once all were tried; CannotRecord and
    LeaseLost at once, for the next would fail with them, too.
    """
    done, failed = 0, None
    for one in these:
        try:
            done += record(one)
        except (CannotRecord, LeaseLost):
            raise
        except CustodietError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    return done
