"""Which devices go together, and which gateway is to have them: the same answer on every machine, without asking.

A device belongs to a partition by its serial, which a report says before anything else is known of it. So all of a
device's fittings, one after another, are judged in one place at any time.
"""

from collections.abc import Collection
from hashlib import sha256
from zlib import crc32

from custodiet.model.errors import IllegalValue

PARTITIONS = 64
"""How many there are. Every gateway of a store must be of one mind about it."""
_TURN_BITS = 40
"""Revisions that one cluster can count before a fence could be another's: a trillion."""


def partition_of(serial: str) -> int:
    """Of a device: 0 to PARTITIONS - 1."""
    return crc32(serial.encode()) % PARTITIONS


def seat_of(partition: int, gateways: Collection[str]) -> str | None:
    """The gateway that is to have it while these are there; None: nobody is there.

    By the highest hash of both (Thaler and Ravishankar, 1998): when one comes or goes, only what it has or is to have
    moves.
    """
    return max(gateways, key=lambda name: sha256(f"{partition} {name}".encode()).digest(), default=None)


def fence_of(regime: int, revision: int) -> int:
    """The number that the store holds a partition's writer to: greater for whoever took it later, by whatever cluster.

    Raises IllegalValue for a revision that no cluster reaches.
    """
    if not 0 <= revision < 1 << _TURN_BITS:
        raise IllegalValue("a revision that cannot be")
    return (regime << _TURN_BITS) | revision
