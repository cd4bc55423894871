"""Conditions: of the kinds whose keeping the rung of their decision can tell, and no others."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import refuse

revision = "0021"
down_revision = "0020"

_PLACES = ("inclusion_zone", "exclusion_zone", "curfew")
TELLS: dict[str, tuple[str, ...]] = {
    "none": (),
    "reminders": ("appointment",),
    "in_person": ("appointment",),
    "telephone": ("appointment",),
    "check_in": ("appointment", "check_in"),
    "check_in_area": ("appointment", "check_in", "inclusion_zone"),
    "home_presence": ("appointment", "home_presence"),
    "carried_prompts": ("appointment",),
    "zone_on_device": ("appointment", *_PLACES),
    "zone_on_arrival": ("appointment", *_PLACES, "protective_zone"),
    "carried_trail": ("appointment", *_PLACES, "protective_zone"),
    "fitted_trail": ("appointment", *_PLACES, "protective_zone"),
}
"""What each mode can carry, as rules/conditions/kinds.py had it when this was written."""
_TELLS_SQL = ", ".join(f"('{mode}', '{kind}')" for mode, kinds in TELLS.items() for kind in kinds)

# A log that an earlier version opened may hold conditions that nothing tells, and replays whole: there the flow alone
# refuses (rules/conditions/kinds.py).
_UNTELLABLE = f"""
EXISTS (SELECT 1 FROM log WHERE tellable = 1) AND EXISTS (
  WITH tells(mode, kind) AS (VALUES {_TELLS_SQL})
  SELECT 1 FROM decision d WHERE d.id = NEW.decision_id
    AND NOT EXISTS (SELECT 1 FROM tells t WHERE t.mode = d.mode AND t.kind = NEW.kind))
"""

CONSTRAINTS = [
    refuse(
        "condition_of_a_kind_that_its_rung_can_tell",
        "INSERT ON condition",
        _UNTELLABLE,
        "condition: nothing on the rung of its decision tells whether it is kept",
    ),
]


def upgrade() -> None:
    """Say which logs it binds, and make the law."""
    op.add_column("log", sa.Column("tellable", sa.Boolean(), nullable=False, server_default="0"))
    for statement in CONSTRAINTS:
        op.execute(statement)
