"""What lives long is not searched for cycles again and again.

A monitor holds some dozen objects a person for as long as it runs. Python's collector walks all of them whenever a
quarter as many have come and stayed: a stall of a tenth of a second for each thousand people. What has outlived one
collection here is set aside; it still goes when nothing refers to it, and a cycle among such things, of which we make
none, would stay until the process ends.
"""

import gc


def set_aside_what_lives() -> None:
    """Collect what came since the last time and set the rest aside: it costs what came, not what there is."""
    gc.collect()
    gc.freeze()
