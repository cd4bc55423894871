"""Orders: ended by their maker, by a stop that a court or a regulator has ordered, or when their own time is up."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import refuse

revision = "0027"
down_revision = "0025"

# What follows an order is stopped along with it: the stop names the first.
_STOPPED = """
EXISTS (
  WITH RECURSIVE before(id) AS (
    SELECT NEW.id UNION SELECT d.follows FROM decision d JOIN before b ON d.id = b.id WHERE d.follows NOT NULL)
  SELECT 1 FROM stopped s JOIN stop p ON p.id = s.stop_id JOIN before b ON b.id = s.decision_id
  WHERE p.kind <> 'restrict')
"""
# Only a court or a regulator annuls, whoever made it: that it was one of them, the flow asks.
_BY_ITS_MAKER = """
EXISTS (
  SELECT 1 FROM ending e WHERE e.decision_id = NEW.id AND e.at = NEW.ended_at
    AND (e.ended_by = NEW.maker OR NEW.state = 'annulled' AND length(e.ended_by) > 0))
"""
# A log that an earlier version opened does not say who ended an order, and replays whole: there the flow alone refuses
# (rules/decisions.py: objections_to_ending).
_OF_ANOTHER = f"""
NEW.authority = 'order' AND NEW.state <> OLD.state AND EXISTS (SELECT 1 FROM log WHERE ordered = 1)
AND (NEW.state = 'lapsed' OR NEW.state IN ('withdrawn', 'annulled') AND NOT {_STOPPED} AND NOT {_BY_ITS_MAKER})
"""

CONSTRAINTS = [
    refuse(
        "decision_order_ended_by_its_maker",
        "UPDATE OF state ON decision",
        _OF_ANOTHER,
        "decision: an order is ended by its maker, or by a stop that was ordered",
    ),
]


def upgrade() -> None:
    """Say which logs it binds, and make the law."""
    op.add_column("log", sa.Column("ordered", sa.Boolean(), nullable=False, server_default="0"))
    for statement in CONSTRAINTS:
        op.execute(statement)
