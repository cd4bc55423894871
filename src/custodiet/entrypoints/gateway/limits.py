"""Every bound of the gateway, in one place, with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender, one request and one gateway may ask for."""

    report_bytes_max: int = 64 * 1024
    """One forwarded position is under 1 kB; a network of cells and neighbours under 10 kB."""
    batch_bytes_max: int = 8 * 1024 * 1024
    batch_lines_max: int = 10_000
    bodies_bytes_max: int = 64 * 1024 * 1024
    """Bodies that have begun to come, all senders together: one token is enough for a thousand batches at once."""
    body_wait_s: float = 30.0
    """How long a sender may take to send a body before its connection is given up."""
    waiting_reports_max: int = 20_000
    """Reports taken in and not yet durable; beyond it: 503, the sender comes again."""
    group_reports_max: int = 5_000
    """Reports in one commit: a bound on the time the store's write lock is held."""
    gather_s_max: float = 0.01
    """How long at most a request waits for others to share its commit, while many come."""
    picture_age_s_max: float = 5.0
    """Older than this, the picture of decisions is no basis for anything: 503."""
    requests_per_device_s: float = 20.0
    requests_per_device_burst: float = 400.0
    """A device reports every few seconds at most; the burst lets one empty its memory after an outage."""
    retry_after_s: int = 2
    peer_wait_s: float = 10.0
    """How long another gateway may take to answer for what is its own; the store by itself waits five for its lock."""
