"""Training of staff, and the guidance in force at a proposal; where the register asks, nobody untrained decides."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse

revision = "0016"
down_revision = "0015"

_DAY_MS = 86_400_000
_FOREVER = 9_223_372_036_854_775_807
# The register in effect when the decision is made says for how long training holds; NULL: none is asked for.
_DAYS = """
(SELECT json_extract(r.register, '$.training_days') FROM register_version r
 JOIN case_file c ON c.scheme_id = r.scheme_id
 WHERE c.id = NEW.case_id AND r.effective_at <= NEW.made_at ORDER BY r.number DESC LIMIT 1)
"""
# Stepping down waits for nobody: it rests on the assessment of something that was made before.
_ASSESSED_ANEW = """
EXISTS (SELECT 1 FROM assessed l WHERE l.decision_id = NEW.id AND NOT EXISTS (
  SELECT 1 FROM assessed m JOIN decision d ON d.id = m.decision_id
  WHERE m.assessment_id = l.assessment_id AND d.id <> NEW.id AND d.state NOT IN ('proposed', 'refused')))
"""


def _trained(actor: str) -> str:
    return f"""
EXISTS (SELECT 1 FROM staff_training s WHERE s.actor = {actor} AND s.trained_at <= NEW.made_at
  AND NEW.made_at < s.trained_at + {_DAYS} * {_DAY_MS})
"""


_UNTRAINED = f"""
NEW.state = 'made' AND OLD.state = 'proposed' AND NEW.authority = 'officers' AND NEW.mode <> 'none'
AND {_DAYS} IS NOT NULL AND {_ASSESSED_ANEW}
AND NOT ({_trained("NEW.proposed_by")} AND {_trained("NEW.approved_by")})
"""
_NO_ADMINISTRATOR = f"""
NEW.by = NEW.actor OR NOT EXISTS (
  SELECT 1 FROM role r WHERE r.actor = NEW.by AND r.function = 'administrator' AND r.state = 'joined'
    AND r.from_at <= NEW.at AND NEW.at < ifnull(r.to_at, {_FOREVER}))
"""

CONSTRAINTS = [
    never("staff_training", "UPDATE"),
    never("staff_training", "DELETE"),
    once("staff_training", "entry"),
    refuse("staff_training_by_someone", "INSERT ON staff_training", process("by"), "staff_training: by a named person"),
    refuse(
        "staff_training_by_an_administrator",
        "INSERT ON staff_training",
        _NO_ADMINISTRATOR,
        "staff_training: recorded by an administrator, of someone else",
    ),
    refuse(
        "staff_training_has_been",
        "INSERT ON staff_training",
        "NEW.trained_at > NEW.at",
        "staff_training: it has been when it is recorded",
    ),
    fixed("translation", "of", name="of_fixed"),
    refuse(
        "decision_guidance_fixed",
        "UPDATE ON decision",
        "NEW.guidance IS NOT OLD.guidance",
        "decision: the guidance that was in force stands",
    ),
    refuse(
        "decision_made_by_the_trained",
        "UPDATE OF state ON decision",
        _UNTRAINED,
        "decision: proposed and approved by people whose training holds",
    ),
]


def upgrade() -> None:
    """Create the table, the column and their law."""
    op.add_column("decision", sa.Column("guidance", sa.BigInteger()))
    op.add_column("translation", sa.Column("of", sa.Text(), nullable=False, server_default="notice"))
    op.create_table(
        "staff_training",
        sa.Column("entry", sa.BigInteger(), primary_key=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("trained_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("staff_training_by_actor", "staff_training", ["actor"])
    for statement in CONSTRAINTS:
        op.execute(statement)
