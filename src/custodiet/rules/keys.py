"""Which day keys a decision needs: its decided days, from late_max back to a week ahead."""

from datetime import date, datetime, timedelta

from custodiet.model.decision import Decision
from custodiet.model.times import utc_day
from custodiet.rules.decisions import kept_categories

DAYS_AHEAD = 7
"""How long collection goes on with issued public keys while the vault is away."""


def wanted_days(decision: Decision, now: datetime) -> tuple[date, ...]:
    """UTC days on which a fix could still be kept under this decision, as things stand at `now`.

    None is added while a day goes on: only as one begins, or when something is decided.
    """
    if not decision.stands or not kept_categories(decision):
        return ()
    first = max(decision.starts_at, now - decision.late_max)
    last_day = utc_day(now) + timedelta(days=DAYS_AHEAD)
    if decision.until is not None:
        if decision.until <= first:
            return ()
        last_day = min(last_day, utc_day(decision.until - timedelta(milliseconds=1)))
    days = (last_day - utc_day(first)).days
    return tuple(utc_day(first) + timedelta(days=n) for n in range(days + 1))


def record_key_claim(person_id: str, public: bytes) -> bytes:
    """What the vault signs to say: this is that person's record key."""
    return b"\0".join([b"custodiet/record-key/v1", person_id.encode(), public])


def day_key_claim(person_id: str, category: str, day: date, public: bytes) -> bytes:
    """What the vault signs to say: this is the key of that person, category and day."""
    return b"\0".join(
        [b"custodiet/day-key/v1", person_id.encode(), category.encode(), day.isoformat().encode(), public]
    )
