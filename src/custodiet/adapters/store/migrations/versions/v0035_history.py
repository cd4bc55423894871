"""Indexes for what is asked every half minute, or for a page, of what grows with all that ever happened."""

from alembic import op

revision = "0035"
down_revision = "0034"

_MORE = {
    "decision_by_case": ("decision", ["case_id", "state"]),
    "case_by_person": ("case_file", ["person_id"]),
    "fitting_by_removal": ("fitting", ["removed_at"]),
    "word_by_at": ("word", ["at"]),
    "word_by_decision": ("word", ["decision_id"]),
    "alert_by_end": ("alert", ["ended_at"]),
    "override_by_entry": ("exemption_override", ["entry"]),
    "reading_by_case": ("reading", ["case_id"]),
    "pack_by_case": ("pack", ["case_id"]),
}


def upgrade() -> None:
    """Indexes, and no law."""
    for name, of in _MORE.items():
        op.create_index(name, *of)
    op.drop_index("session_by_decision", "session")
    op.create_index("session_by_decision", "session", ["decision_id", "category", "day"])
