"""What the passing of time finds is recorded of each by itself: one that cannot be keeps nobody else's from it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from custodiet.model.errors import CannotRecord, CustodietError, LeaseLost, VaultUnavailable

One = TypeVar("One")


def each_by_itself(
    these: Iterable[One], record: Callable[[One], int], most: int | None = None, failures: int | None = None
) -> int:
    """How many were recorded; none is tried any more once that are `most`, or once so many have failed.

    Raises what the first of them failed with at the end; CannotRecord, LeaseLost and VaultUnavailable at once, for the
    next would fail with them, too.
    """
    done, failed = 0, list[CustodietError]()
    for one in these:
        if (most is not None and done >= most) or len(failed) == failures:
            break
        try:
            done += record(one)
        except (CannotRecord, LeaseLost, VaultUnavailable):
            raise
        except CustodietError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return done
