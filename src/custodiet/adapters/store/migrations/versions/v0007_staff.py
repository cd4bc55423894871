"""Staff: roles given by two people, one function an account, cases given by someone else, cover, conflicts."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0007"
down_revision = "0006"

_FOREVER = 9_223_372_036_854_775_807
_MONTH_MS = 31 * 86_400_000

_HELD_ONCE = "('joined', 'ended')"
_OF_NO_SCHEME = "('administrator', 'dpo', 'auditor')"
_CASEWORKER = "('caseworker')"
_HOLDS_CASES = "('caseworker', 'person', 'representative')"
_BY_ANY_OFFICER = f"(NEW.function IN {_OF_NO_SCHEME} OR NEW.function = 'authorising_officer')"


def _holds(actor: str, functions: str, at: str, scheme: str = "1") -> str:
    """Whether an account holds one of these functions at that time, in a scheme that is told of `r`."""
    return f"""
EXISTS (SELECT 1 FROM role r WHERE r.actor = {actor} AND r.function IN {functions} AND r.state = 'joined'
  AND r.from_at <= {at} AND {at} < ifnull(r.to_at, {_FOREVER}) AND {scheme})
"""


_IN_ITS_SCHEME = "r.scheme_id = (SELECT c.scheme_id FROM case_file c WHERE c.id = NEW.case_id)"
_CONFLICTED = """
EXISTS (SELECT 1 FROM conflict_of_interest i WHERE i.case_id = NEW.case_id AND i.actor = NEW.actor)
"""
_ANOTHER_FUNCTION = f"""
NEW.state IN {_HELD_ONCE} AND EXISTS (
  SELECT 1 FROM role r
  WHERE r.actor = NEW.actor AND r.id <> NEW.id AND r.state IN {_HELD_ONCE} AND r.function <> NEW.function)
"""
_SOMEONE_BEFORE = f"""
NEW.state = 'joined' AND NEW.first = 1 AND (
  NEW.function NOT IN ('administrator', 'authorising_officer')
  OR EXISTS (SELECT 1 FROM role r WHERE r.id <> NEW.id AND r.function = NEW.function AND r.state IN {_HELD_ONCE}))
"""
_ITS_APPROVER = f"({_BY_ANY_OFFICER} OR r.scheme_id = NEW.scheme_id)"
_NOT_BY_TWO = f"""
NEW.state = 'joined' AND OLD.state = 'proposed' AND NEW.first = 0 AND (
  NEW.approved_by IS NULL OR NEW.approved_by = NEW.proposed_by OR NEW.approved_by = NEW.actor
  OR NOT {_holds("NEW.approved_by", "('authorising_officer')", "NEW.joined_at", _ITS_APPROVER)})
"""
_NOT_PROPOSED_BY_ONE_WHO_MAY = f"""
NEW.proposed_by = NEW.actor AND NOT (NEW.function = 'administrator'
  AND NOT EXISTS (SELECT 1 FROM role r WHERE r.function = 'administrator' AND r.state IN {_HELD_ONCE}))
OR NEW.proposed_by <> NEW.actor AND NOT {_holds("NEW.proposed_by", "('administrator')", "NEW.proposed_at")}
"""
_NO_MOVE = """
NOT (OLD.state = 'proposed' AND NEW.state IN ('joined', 'returned') OR OLD.state = 'joined' AND NEW.state = 'ended')
"""
_INCOMPLETE = """
NEW.state IN ('joined', 'ended')
  AND (NEW.joined_at IS NULL OR NEW.first NOT IN (0, 1) OR (NEW.first = 1) <> (NEW.approved_by IS NULL))
OR NEW.state NOT IN ('joined', 'ended')
  AND (coalesce(NEW.joined_at, NEW.approved_by) IS NOT NULL OR NEW.first <> 0)
OR (NEW.state = 'ended') <> (NEW.ended_at IS NOT NULL)
"""
_BY_ONESELF = """
NEW.given_by = NEW.actor AND EXISTS (SELECT 1 FROM assignment a WHERE a.case_id = NEW.case_id)
"""
_BY_AN_OFFICER = _holds("NEW.given_by", "('authorising_officer')", "NEW.from_at", _IN_ITS_SCHEME)
_BY_ITS_OFFICER = f"""
({_holds("NEW.given_by", _CASEWORKER, "NEW.from_at", _IN_ITS_SCHEME)} AND EXISTS (
  SELECT 1 FROM assignment a WHERE a.case_id = NEW.case_id AND a.actor = NEW.given_by AND a.ended_at IS NULL))
"""
_GIVEN_ALREADY = """
EXISTS (SELECT 1 FROM assignment a WHERE a.case_id = NEW.case_id AND a.actor = NEW.actor AND a.ended_at IS NULL)
"""

CONSTRAINTS = [
    never("role", "DELETE"),
    once("role", "id"),
    fixed("role", "id", "actor", "function", "scheme_id", "proposed_by", "proposed_at", "from_at", "to_at"),
    stands("role", "approved_by"),
    stands("role", "joined_at"),
    refuse(
        "role_begins_proposed",
        "INSERT ON role",
        "NEW.state <> 'proposed' OR NEW.first <> 0 "
        "OR coalesce(NEW.approved_by, NEW.joined_at, NEW.ended_at) IS NOT NULL",
        "role: it begins as a proposal",
    ),
    refuse(
        "role_of_someone",
        "INSERT ON role",
        f"{process('actor')} OR {process('proposed_by')}",
        "role: of a named account, proposed by another",
    ),
    refuse(
        "role_of_its_scheme",
        "INSERT ON role",
        f"(NEW.scheme_id IS NULL) <> (NEW.function IN {_OF_NO_SCHEME}) OR ifnull(NEW.to_at, {_FOREVER}) <= NEW.from_at",
        "role: in a scheme or in all, for a while or for good",
    ),
    refuse(
        "role_proposed_by_an_administrator",
        "INSERT ON role",
        _NOT_PROPOSED_BY_ONE_WHO_MAY,
        "role: an administrator proposes others, and nobody themselves but the very first",
    ),
    refuse("role_moves", "UPDATE ON role", _NO_MOVE, "role: no such move; what ended stands"),
    refuse("role_complete", "UPDATE ON role", _INCOMPLETE, "role: joined by someone at a time, ended at a time"),
    refuse("role_by_two", "UPDATE ON role", _NOT_BY_TWO, "role: an authorising officer approves, and nobody their own"),
    refuse("role_first", "UPDATE ON role", _SOMEONE_BEFORE, "role: the exception is for the first of all"),
    refuse("role_one_function", "UPDATE ON role", _ANOTHER_FUNCTION, "role: an account never holds two functions"),
    never("assignment", "DELETE"),
    once("assignment", "case_id", "actor", "entry"),
    fixed("assignment", "case_id", "actor", "entry", "from_at", "given_by"),
    stands("assignment", "ended_at"),
    refuse(
        "assignment_ends_after_it_began",
        "UPDATE ON assignment",
        "NEW.ended_at < NEW.from_at",
        "assignment: it ends after it began",
    ),
    refuse(
        "assignment_begins_open",
        "INSERT ON assignment",
        f"NEW.ended_at IS NOT NULL OR {process('given_by')}",
        "assignment: given by a named person, and not over yet",
    ),
    refuse("assignment_by_another", "INSERT ON assignment", _BY_ONESELF, "assignment: nobody gives themselves a case"),
    refuse(
        "assignment_by_an_officer",
        "INSERT ON assignment",
        f"NEW.given_by <> NEW.actor AND NOT {_BY_AN_OFFICER}",
        "assignment: given by an authorising officer of this scheme",
    ),
    refuse("assignment_one_at_a_time", "INSERT ON assignment", _GIVEN_ALREADY, "assignment: theirs already"),
    refuse(
        "assignment_of_a_role",
        "INSERT ON assignment",
        f"NOT {_holds('NEW.actor', _HOLDS_CASES, 'NEW.from_at', _IN_ITS_SCHEME)}",
        "assignment: to an account that holds cases in this scheme",
    ),
    refuse(
        "assignment_without_conflict",
        "INSERT ON assignment",
        _CONFLICTED,
        "assignment: they have a conflict of interest",
    ),
    never("cover", "UPDATE"),
    never("cover", "DELETE"),
    once("cover", "case_id", "actor", "entry"),
    refuse(
        "cover_dated",
        "INSERT ON cover",
        f"NOT (typeof(NEW.to_at) = 'integer' AND NEW.from_at < NEW.to_at AND NEW.to_at - NEW.from_at <= {_MONTH_MS})",
        "cover: it ends, and within a month",
    ),
    refuse(
        "cover_by_another",
        "INSERT ON cover",
        f"NEW.given_by = NEW.actor OR {process('given_by')}",
        "cover: on the authority of someone else",
    ),
    refuse(
        "cover_by_an_officer",
        "INSERT ON cover",
        f"NOT {_BY_AN_OFFICER} AND NOT {_BY_ITS_OFFICER}",
        "cover: given by the case''s officer or an authorising officer",
    ),
    refuse(
        "cover_of_a_caseworker",
        "INSERT ON cover",
        f"NOT {_holds('NEW.actor', _CASEWORKER, 'NEW.from_at', _IN_ITS_SCHEME)}",
        "cover: by a caseworker of this scheme",
    ),
    refuse("cover_without_conflict", "INSERT ON cover", _CONFLICTED, "cover: they have a conflict of interest"),
    never("conflict_of_interest", "UPDATE"),
    never("conflict_of_interest", "DELETE"),
    once("conflict_of_interest", "case_id", "actor"),
    refuse(
        "conflict_of_interest_declared_by_someone",
        "INSERT ON conflict_of_interest",
        f"{process('actor')} OR {process('declared_by')}",
        "conflict_of_interest: of someone, declared by someone",
    ),
    never("case_record_given", "DELETE"),
    refuse(
        "case_record_given_once_more",
        "UPDATE ON case_record_given",
        "NEW.case_id IS NOT OLD.case_id OR NEW.given_to IS NOT OLD.given_to OR NEW.sign_in IS NOT OLD.sign_in "
        "OR NEW.entry <= OLD.entry",
        "case_record_given: only by a later entry",
    ),
]


def upgrade() -> None:
    """Create the tables and their law."""
    op.create_table(
        "role",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("role_by_actor", "role", ["actor"])
    op.create_table(
        "assignment",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id", "actor", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("assignment_by_actor", "assignment", ["actor"])
    op.create_table(
        "cover",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id", "actor", "entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("cover_by_actor", "cover", ["actor"])
    op.create_table(
        "conflict_of_interest",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id", "actor"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_record_given",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("given_to", sa.Text(), nullable=False),
        sa.Column("sign_in", sa.Text(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("case_id", "given_to", "sign_in"),
        sqlite_with_rowid=False,
    )
    for statement in CONSTRAINTS:
        op.execute(statement)
