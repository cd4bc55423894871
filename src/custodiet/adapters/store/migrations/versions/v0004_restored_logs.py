"""A restore opens a further log, which names what was closed, kept and lost; a day's key may be gone before it came."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import once, refuse

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """What a log says of the one before it."""
    for column in _COLUMNS:
        op.add_column("log", column)
    op.execute("DROP TRIGGER log_once")
    for statement in CONSTRAINTS:
        op.execute(statement)


_COLUMNS = (
    sa.Column("closed_origin", sa.Text(), nullable=True),
    sa.Column("closed_size", sa.BigInteger(), nullable=True),
    sa.Column("closed_root", sa.LargeBinary(), nullable=True),
    sa.Column("kept_origin", sa.Text(), nullable=True),
    sa.Column("kept_size", sa.BigInteger(), nullable=True),
    sa.Column("kept_root", sa.LargeBinary(), nullable=True),
    sa.Column("lost", sa.BigInteger(), nullable=True),
    sa.Column("ordered_by", sa.Text(), nullable=True),
)

_NAMES_NOTHING = " AND ".join(f"NEW.{column.name} IS NULL" for column in _COLUMNS)
_NAMES_ALL = " AND ".join(f"NEW.{column.name} IS NOT NULL" for column in _COLUMNS)
_NEWEST = "(SELECT {} FROM log ORDER BY opened DESC LIMIT 1)"

CONSTRAINTS = [
    once("log", "origin"),
    refuse(
        "log_first_closes_nothing",
        "INSERT ON log",
        f"NOT EXISTS (SELECT 1 FROM log) AND NOT (NEW.opened = 0 AND {_NAMES_NOTHING})",
        "log: the first one closes nothing",
    ),
    refuse(
        "log_further_says_what_it_closes",
        "INSERT ON log",
        f"EXISTS (SELECT 1 FROM log) AND NOT ({_NAMES_ALL} AND length(NEW.ordered_by) > 0 "
        "AND length(NEW.closed_root) = 32 AND length(NEW.kept_root) = 32 AND NEW.lost BETWEEN 0 AND NEW.closed_size)",
        "log: a further one says what a restore closed, kept and lost, and who ordered it",
    ),
    refuse(
        "log_further_goes_on",
        "INSERT ON log",
        f"EXISTS (SELECT 1 FROM log) AND NOT (NEW.kept_origin IS {_NEWEST.format('origin')} "
        f"AND NEW.kept_size = NEW.opened AND NEW.opened > {_NEWEST.format('opened')})",
        "log: a further one goes on where the one before was kept",
    ),
    refuse(
        "log_further_under_the_same_keys",
        "INSERT ON log",
        f"EXISTS (SELECT 1 FROM log) AND NOT (NEW.log_key IS {_NEWEST.format('log_key')} "
        f"AND NEW.issue_key IS {_NEWEST.format('issue_key')})",
        "log: every log is under the keys that were pinned",
    ),
    refuse(
        "day_key_has_its_public_half",
        "INSERT ON day_key",
        "length(NEW.public) = 0 AND NEW.destroyed_at IS NULL",
        "day_key: one that lives has its public half",
    ),
]
