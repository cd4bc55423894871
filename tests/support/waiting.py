"""To wait until something holds, and for how long at most."""

import time

START_WAIT_S = 90
"""A bound on hanging, not a measure."""


def until(holds, what: str):
    """A bound on hanging, not a measure. Gives what held."""
    start = time.monotonic()
    while not (held := holds()):
        assert time.monotonic() - start < START_WAIT_S, what() if callable(what) else what
        time.sleep(0.02)
    return held
