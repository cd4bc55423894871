"""How a house seals many fixes at once."""

from functools import cache

from custodiet.adapters import sealing, sealing_many
from custodiet.flows.sealing_many import OneByOne


@cache
def compiled():
    """What was compiled; made now where it is missing."""
    made = sealing_many.load()
    if made is None:
        sealing_many.compile_now()
        made = sealing_many.load()
    assert made is not None
    return made


def seals_many(sealer):
    """As a gateway does; whoever has another sealer has it asked one by one."""
    return compiled() if sealer is sealing else OneByOne(sealer)
