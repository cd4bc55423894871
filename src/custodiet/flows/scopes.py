"""Which devices a token may speak for, told apart by number: to ask again of each line whether its device is among them
takes longer than to judge it.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from custodiet.flows.picture import KnownSender

if TYPE_CHECKING:  # who takes nothing at once needs no NumPy
    from custodiet.wire.traccar_columns import Lines


class Scope(NamedTuple):
    """Serials, and the number that stands for them and never for others."""

    number: int
    serials: AbstractSet[str]


NOBODYS = Scope(-1, frozenset())
UNASKED = 0
"""The number of none at all."""


class Part(NamedTuple):
    """What of a batch may be taken at once: of one request, or of several that were read together."""

    request: int
    """Its number in the batch."""
    lines: "Lines"
    received_at: datetime
    scopes: Sequence[Scope]
    """Whose devices they may be: one for all of the lines, or one for each."""

    def scope(self, line: int) -> Scope:
        """Of one line."""
        return self.scopes[line if len(self.scopes) > 1 else 0]


class Scopes:
    """Of every token that was asked about. A scope that was changed is another one."""

    def __init__(self) -> None:
        self._of: dict[bytes, Scope] = {}
        self._count = UNASKED

    def of(self, sender: KnownSender) -> Scope:
        """Of a token that stands."""
        scope, serials = self._of.get(sender.token.sha256, NOBODYS), sender.standing.scope
        if scope.serials is not serials:
            self._count += 1
            scope = self._of[sender.token.sha256] = Scope(self._count, serials)
        return scope
