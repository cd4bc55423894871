"""Partitions of devices among gateways: who is there, and who holds which. Names and numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """That a gateway holds a partition; its `fence` is higher than that of whoever held it before."""

    gateway: str
    fence: int


@dataclass(frozen=True, slots=True)
class Seats:
    """All of it at one moment. Fences of one `cluster` (its number, in decimal) say nothing beside another's.

    The number follows from where its servers are: an etcd begun from nothing at the same addresses has it again, and
    begins with low fences again.
    """

    cluster: str
    gateways: Mapping[str, str]
    """Name to address, of every gateway that is there."""
    held: Mapping[int, Held]
    """By partition. Whoever holds one need not be there any more under that name."""
