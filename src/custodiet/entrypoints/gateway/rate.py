"""How fast a sender may come: a bucket of requests for each, as large as the devices it speaks for."""

from dataclasses import dataclass

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.flows.picture import KnownSender
from custodiet.model.identity import SenderId


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Rates:
    """One gateway's buckets: one for each sender that was issued a token and used it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[SenderId, _Bucket] = {}

    def allows(self, known: KnownSender, at: float) -> bool:
        """Whether this sender may come once more at `at` (monotonic seconds); if so it has come."""
        devices = len(known.standing.scope)
        most = self._limits.requests_per_device_burst * devices
        bucket = self._buckets.get(known.sender.id)
        if bucket is None:
            bucket = self._buckets[known.sender.id] = _Bucket(most, at)
        bucket.left = min(most, bucket.left + (at - bucket.at) * self._limits.requests_per_device_s * devices)
        bucket.at = at
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
