"""The identity of an alert follows from what it is about: a batch that is judged again raises the same one once."""

from hashlib import sha256

from custodiet.model.identity import AlertId


def alert_id(*about: str | int) -> AlertId:
    """The alert about these parts, in this order."""
    named = "\0".join(str(part) for part in about)
    return AlertId("alert_" + sha256(b"custodiet/alert/v1\0" + named.encode()).hexdigest()[:20])
