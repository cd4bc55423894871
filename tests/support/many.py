"""How a house seals many fixes, and reads many lines, at once."""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from custodiet.adapters import sealing
from custodiet.adapters.reaching_many import REACHING_MANY
from custodiet.adapters.reading_many import READING_MANY
from custodiet.adapters.sealing_many import SEALING_MANY, OneByOne
from custodiet.entrypoints.gateway.limits import Limits
from custodiet.flows.steady import Steady
from custodiet.rules.conditions.zones_columns import reaches
from custodiet.wire.traccar_columns import LineByLine, Lines

LINES_MAX = Limits().batch_lines_max
_INCLUDE = Path("/usr/include")
INCLUDED = {
    SEALING_MANY: ("openssl/evp.h", "sodium.h", "nettle/sha2.h"),
    READING_MANY: ("simdjson.h",),
    REACHING_MANY: ("math.h",),
}


def can_compile(one):
    """Whether a compiler is here, and what its source includes."""
    return shutil.which(one.compiler) is not None and all((_INCLUDE / name).exists() for name in INCLUDED[one])


def needs_compiler(one):
    """Skips where it cannot be compiled."""
    return pytest.mark.skipif(not can_compile(one), reason=f"nothing to compile {one.source.name} with is here")


@cache
def compiled(one):
    """What was compiled, made now where it is missing; None where it cannot be."""
    if one.load() is None and can_compile(one):
        one.make()
    return one.load()


def seals_many(sealer):
    """As a gateway does; whoever has another sealer has it asked one by one."""
    return (compiled(SEALING_MANY) if sealer is sealing else None) or OneByOne(sealer.seal_under)


def reaches_many():
    """As a gateway does."""
    return compiled(REACHING_MANY) or reaches


def steady(sealer):
    """As a gateway has it."""
    return Steady(seals_many(sealer), reaches_many())


def reads_many():
    """As a gateway does."""
    return compiled(READING_MANY) or LineByLine()


def lines_of(bodies, reads=None):
    """These lines as they are read of one body."""
    return Lines.many(b"\n".join(bodies), reads or reads_many(), LINES_MAX)


def assert_same_read(one, other):
    """Of one body the same lines, serials and rows."""
    assert list(one.serials) == list(other.serials)
    for mine, theirs in zip((one.begins, one.ends, *one.told), (other.begins, other.ends, *other.told), strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype
