"""Inspections of devices that are on someone: the task that asks for one is done by what was noted of a device.

And a device's model and batch.
"""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import refuse

revision = "0031"
down_revision = "0030"

_NOTED = """
EXISTS (
  SELECT 1 FROM device_note n JOIN fitting f ON f.id = n.fitting_id
  WHERE f.case_id = NEW.case_id AND n.kind IN ('inspected', 'removed')
    AND n.at BETWEEN NEW.raised_at AND NEW.done_at)
"""

CONSTRAINTS = [
    refuse(
        "task_of_an_inspection",
        "UPDATE OF done_at ON task",
        f"NEW.kind = 'inspect_device' AND NEW.done_at IS NOT NULL AND NOT {_NOTED}",
        "task: an inspection is done once a device of the case was inspected or came off",
    ),
]


def upgrade() -> None:
    """Make the law, and room for what a device's maker writes on it."""
    op.add_column("device", sa.Column("batch", sa.Text()))
    for statement in CONSTRAINTS:
        op.execute(statement)
