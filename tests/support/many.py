"""How a house seals many fixes at once."""

import shutil
from functools import cache
from pathlib import Path

import pytest

from custodiet.adapters import sealing, sealing_many

CAN_COMPILE = shutil.which("cc") is not None and Path("/usr/include/openssl/evp.h").exists()
needs_compiler = pytest.mark.skipif(not CAN_COMPILE, reason="no C compiler with OpenSSL's headers is here")


@cache
def compiled():
    """What was compiled, made now where it is missing; None where it cannot be."""
    if sealing_many.load() is None and CAN_COMPILE:
        sealing_many.compile_now()
    return sealing_many.load()


def seals_many(sealer):
    """As a gateway does; whoever has another sealer has it asked one by one."""
    return (compiled() if sealer is sealing else None) or sealing_many.OneByOne(sealer.seal_under)
