"""What lives long is not searched for cycles again and again.

A monitor holds some dozen objects a person for as long as it runs. Python's collector walks all of them whenever a
quarter as many have come and stayed: a stall of a tenth of a second for each thousand people. What has outlived one
collection here is set aside; it still goes when nothing refers to it, and a cycle among such things, of which we make
none, would stay until the process ends.
"""

import gc

YOUNG_MAX = 50_000
"""What one batch makes, and some: most of it is gone by itself before anyone looks for cycles in it."""


def set_aside_what_lives() -> None:
    """Collect what came since the last time and set the rest aside: it costs what came, not what there is."""
    gc.set_threshold(YOUNG_MAX)
    gc.collect()
    gc.freeze()
