"""The real clock and the real chance."""

import secrets
from datetime import UTC, datetime

from custodiet.model.times import cut


class SystemClock:
    """The machine's clock. It may jump; whoever needs an order uses the ledger's."""

    def now(self) -> datetime:
        return cut(datetime.now(UTC))


class SystemChance:
    """The operating system's randomness."""

    def draw(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def identity(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(10)}"
