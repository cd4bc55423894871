"""Devices shared out among gateways: who is there, and who has what."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Held:
    """A partition that a gateway has."""

    gateway: str
    fence: int
    """The revision at which it took it: whoever takes it later has a greater one."""


@dataclass(frozen=True, slots=True)
class Seats:
    """What the cluster said at one moment."""

    cluster: str
    """Which it is; another one counts revisions anew. Empty before anyone joined."""
    gateways: Mapping[str, str]
    """Name to address, of every gateway that is there."""
    held: Mapping[int, Held]
    """By partition. Whoever holds one need not be there any more under that name."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one gateway has by the cluster's word: partition to the revision at which it took it."""

    cluster: str
    taken: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """What one gateway may write, by the store's word.

    `regime`: which way of sharing out stands; 0: nobody has shared anything out yet.
    """

    regime: int
    fences: Mapping[int, int] | None
    """Partition to the number that the store holds its writer to; None: everyone's, nothing is shared out."""

    def has(self, partition: int | None) -> bool:
        """Whether that is among it; None: of a device that nobody knows."""
        return self.fences is None or partition in self.fences

    def has_all(self, partitions: AbstractSet[int]) -> bool:
        """The same of many."""
        return self.fences is None or partitions <= self.fences.keys()

    def newly(self, before: "Share") -> frozenset[int]:
        """What is in it and was not in another, or was another's meanwhile."""
        had = before.fences or {}
        return frozenset(one for one, fence in (self.fences or {}).items() if had.get(one) != fence)

    def without(self, partitions: AbstractSet[int]) -> "Share":
        """Less these."""
        return replace(self, fences={one: fence for one, fence in (self.fences or {}).items() if one not in partitions})


EVERYONES = Share(0, None)
"""Where nobody has ever shared devices out."""
NOBODYS = Share(0, {})
"""Of a gateway that has not been given any yet."""
