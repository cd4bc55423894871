"""Rights that are restricted and suspected misuse: what their columns hold, and when, which v0025 left to the code."""

from alembic import op

from custodiet.adapters.store.migrations.law import refuse

revision = "0030"
down_revision = "0027"

_BEFORE_IT_WAS_ASKED = "EXISTS (SELECT 1 FROM restriction r WHERE r.id = NEW.restriction_id AND NEW.at < r.asked_at)"
_BEFORE_IT_WAS_PLACED = """
NEW.step = 'ended' AND EXISTS (
  SELECT 1 FROM restriction_step s
  WHERE s.restriction_id = NEW.restriction_id AND s.step = 'placed' AND NEW.at < s.at)
"""
_BEFORE_IT_WAS_TOLD = "EXISTS (SELECT 1 FROM misuse m WHERE m.id = NEW.misuse_id AND NEW.at < m.at)"


def _not_sealed(*columns: str) -> str:
    return " OR ".join(f"typeof(NEW.{column}) <> 'blob'" for column in columns)


CONSTRAINTS = [
    refuse(
        "restriction_on_one_ground",
        "INSERT ON restriction",
        "NEW.ground NOT IN ('immigration_control', 'crime', 'anothers_safety')",
        "restriction: on one ground",
    ),
    refuse(
        "restriction_is_sealed",
        "INSERT ON restriction",
        _not_sealed("prejudice_sealed", "vulnerability_sealed", "rights_sealed", "proportion_sealed", "untold_sealed"),
        "restriction: what is weighed is sealed",
    ),
    refuse(
        "restriction_step_of_three",
        "INSERT ON restriction_step",
        "NEW.step NOT IN ('placed', 'refused', 'ended')",
        "restriction_step: placed, refused or ended",
    ),
    refuse(
        "restriction_step_never_earlier",
        "INSERT ON restriction_step",
        f"{_BEFORE_IT_WAS_ASKED} OR {_BEFORE_IT_WAS_PLACED}",
        "restriction_step: never before the step before it",
    ),
    refuse(
        "misuse_of_an_entry",
        "INSERT ON misuse",
        "typeof(NEW.entry) <> 'integer' OR NEW.entry >= NEW.told_in",
        "misuse: of an entry that stands",
    ),
    refuse("misuse_is_sealed", "INSERT ON misuse", _not_sealed("text_sealed"), "misuse: what is suspected is sealed"),
    refuse(
        "misuse_answer_is_sealed",
        "INSERT ON misuse_answer",
        _not_sealed("words_sealed"),
        "misuse_answer: its reasons are sealed",
    ),
    refuse(
        "misuse_answer_never_earlier",
        "INSERT ON misuse_answer",
        _BEFORE_IT_WAS_TOLD,
        "misuse_answer: never before the report",
    ),
]


def upgrade() -> None:
    """Make the law. What was recorded before it keeps it: each record is a noun that holds no other value."""
    for statement in CONSTRAINTS:
        op.execute(statement)
