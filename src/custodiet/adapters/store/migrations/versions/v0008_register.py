"""Registers, assessments and operations: nothing is decided under an operation that two people have not activated."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import fixed, never, once, process, refuse, stands

revision = "0008"
down_revision = "0007"

_FOREVER = 9_223_372_036_854_775_807
_SCHEME = "(SELECT scheme_id FROM case_file WHERE id = {decision}.case_id)"
_BOUND = (
    "(EXISTS (SELECT 1 FROM activation_law) OR EXISTS (SELECT 1 FROM register_version r WHERE r.scheme_id = {scheme}))"
)


def _none_active(scheme: str, mode: str, *at: str) -> str:
    times = " ".join(f"AND a.from_at <= {one} AND {one} < ifnull(a.until_at, {_FOREVER})" for one in at)
    return (
        f"NOT EXISTS (SELECT 1 FROM activation a WHERE a.scheme_id = {scheme} AND a.mode = {mode} "
        f"AND a.approved_by IS NOT NULL AND a.closed_at IS NULL {times})"
    )


_MADE = _SCHEME.format(decision="NEW")
_PAUSED = _SCHEME.format(decision="d")
_MADE_UNDER_NONE = f"""
NEW.state = 'made' AND OLD.state = 'proposed' AND NEW.mode <> 'none' AND {_BOUND.format(scheme=_MADE)}
AND {_none_active(_MADE, "NEW.mode", "NEW.made_at", "NEW.starts_at")}
"""
_RESUMED_UNDER_NONE = f"""
OLD.to_at IS NULL AND NEW.to_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM decision d
  WHERE d.id = NEW.decision_id AND d.mode <> 'none' AND {_BOUND.format(scheme=_PAUSED)}
    AND {_none_active(_PAUSED, "d.mode", "NEW.to_at")})
"""
_PAST_THE_ASSESSMENT = f"""
NOT EXISTS (
  SELECT 1 FROM dpia_version v
  WHERE v.scheme_id = NEW.scheme_id AND v.version = NEW.dpia_version
    AND NEW.from_at < v.review_due_at AND ifnull(NEW.until_at, {_FOREVER}) <= v.review_due_at)
"""
_UNADVISED = """
NOT EXISTS (
  SELECT 1 FROM dpo_advice v
  WHERE v.scheme_id = NEW.scheme_id AND v.version = NEW.dpia_version
    AND (v.proceed = 1 OR EXISTS (
      SELECT 1 FROM advice_departure w WHERE w.scheme_id = v.scheme_id AND w.version = v.version)))
"""
_APPROVES = "OLD.approved_by IS NULL AND NEW.approved_by IS NOT NULL"
_IN_STEP = "(SELECT max(idx) FROM entry)"
_WRITTEN_ONCE = (
    "register_version",
    "dpia_version",
    "dpo_advice",
    "advice_departure",
    "consultation",
    "prior_consultation",
    "scheme_ending",
)


def _next(table: str, number: str) -> str:
    newest = f"(SELECT max(one.{number}) FROM {table} one WHERE one.scheme_id = NEW.scheme_id)"
    return f"typeof(NEW.{number}) <> 'integer' OR NEW.{number} <> ifnull({newest}, 0) + 1"


CONSTRAINTS = [
    *(never(table, verb) for table in _WRITTEN_ONCE for verb in ("UPDATE", "DELETE")),
    *(
        refuse(
            f"{table}_with_its_entry",
            f"INSERT ON {table}",
            f"NEW.entry <= {_IN_STEP}",
            f"{table}: it comes with an entry of its own",
        )
        for table in _WRITTEN_ONCE
    ),
    once("dpo_advice", "scheme_id", "version"),
    once("advice_departure", "scheme_id", "version"),
    once("scheme_ending", "scheme_id"),
    refuse(
        "register_version_next",
        "INSERT ON register_version",
        _next("register_version", "number"),
        "register_version: the next one, and no other",
    ),
    refuse(
        "register_version_forward",
        "INSERT ON register_version",
        "NEW.effective_at < (SELECT max(r.effective_at) FROM register_version r WHERE r.scheme_id = NEW.scheme_id)",
        "register_version: it takes effect no earlier than the one before",
    ),
    refuse(
        "dpia_version_next",
        "INSERT ON dpia_version",
        _next("dpia_version", "version"),
        "dpia_version: the next one, and no other",
    ),
    refuse(
        "dpo_advice_by_someone",
        "INSERT ON dpo_advice",
        f"trim(NEW.text) = '' OR {process('by')}",
        "dpo_advice: given by a named person, in words",
    ),
    refuse(
        "advice_departure_with_reasons",
        "INSERT ON advice_departure",
        f"trim(NEW.reasons) = '' OR {process('by')}",
        "advice_departure: by a named person, with reasons",
    ),
    never("activation", "DELETE"),
    once("activation", "act", "mode"),
    fixed(
        "activation",
        "act",
        "mode",
        "scheme_id",
        "register_number",
        "dpia_version",
        "rests_on",
        "proposed_by",
        "proposed_at",
    ),
    stands("activation", "approved_by"),
    stands("activation", "from_at"),
    stands("activation", "closed_at"),
    refuse(
        "activation_begins_proposed",
        "INSERT ON activation",
        "coalesce(NEW.approved_by, NEW.from_at, NEW.until_at, NEW.closed_at) IS NOT NULL "
        f"OR NEW.refused <> 0 OR NEW.act <= {_IN_STEP} OR {process('proposed_by')}",
        "activation: begins proposed, by a named person",
    ),
    refuse(
        "activation_by_two",
        "UPDATE ON activation",
        f"{_APPROVES} AND (NEW.from_at IS NULL OR NEW.from_at < NEW.proposed_at OR OLD.refused <> 0 "
        f"OR NEW.approved_by = NEW.proposed_by OR {process('approved_by')})",
        "activation: approved by a second person, at a time",
    ),
    refuse(
        "activation_of_nobody",
        "UPDATE ON activation",
        "NEW.approved_by IS NULL AND coalesce(NEW.from_at, NEW.until_at) IS NOT NULL",
        "activation: nobody has approved it",
    ),
    refuse(
        "activation_in_date",
        "UPDATE ON activation",
        f"{_APPROVES} AND {_PAST_THE_ASSESSMENT}",
        "activation: no longer than its assessment",
    ),
    refuse(
        "activation_advised",
        "UPDATE ON activation",
        f"{_APPROVES} AND {_UNADVISED}",
        "activation: the data protection officer has not advised on it, or was departed from without reasons",
    ),
    refuse(
        "activation_not_after_the_end",
        "UPDATE ON activation",
        f"{_APPROVES} AND EXISTS (SELECT 1 FROM scheme_ending e WHERE e.scheme_id = NEW.scheme_id)",
        "activation: its scheme was ended",
    ),
    refuse(
        "activation_never_longer",
        "UPDATE ON activation",
        f"OLD.approved_by IS NOT NULL AND ifnull(NEW.until_at, {_FOREVER}) > ifnull(OLD.until_at, {_FOREVER})",
        "activation: an end never moves later",
    ),
    refuse(
        "activation_refused_stands",
        "UPDATE ON activation",
        "NEW.refused <> OLD.refused AND (OLD.refused <> 0 OR OLD.approved_by IS NOT NULL)",
        "activation: answered already",
    ),
    refuse(
        "decision_under_an_active_operation",
        "UPDATE OF state ON decision",
        _MADE_UNDER_NONE,
        "decision: its operation is not active",
    ),
    refuse(
        "suspension_ends_under_an_active_operation",
        "UPDATE ON suspension",
        _RESUMED_UNDER_NONE,
        "suspension: its operation is not active",
    ),
    never("activation_law", "DELETE"),
    never("activation_law", "UPDATE"),
]


def upgrade() -> None:
    """Create the tables and their law."""

    def table(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
        scheme = sa.Column("scheme_id", sa.Text(), nullable=False)
        entry = sa.Column("entry", sa.BigInteger(), nullable=False)
        # The key first: SQLite's own check of such a table takes other columns for missing otherwise.
        parts: list[sa.Column[Any]] = [scheme, *columns, entry]
        parts.sort(key=lambda one: one.name not in key)
        op.create_table(
            name,
            *parts,
            sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
            sa.PrimaryKeyConstraint(*key),
            sqlite_with_rowid=False,
        )

    def number(name: str, *, null: bool = False) -> sa.Column[Any]:
        return sa.Column(name, sa.BigInteger(), nullable=null)

    def text(name: str, *, null: bool = False) -> sa.Column[Any]:
        return sa.Column(name, sa.Text(), nullable=null)

    def yes(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Boolean(), nullable=False)

    op.create_table("activation_law", sa.Column("stands", sa.Integer(), primary_key=True))
    table("register_version", ("scheme_id", "number"), number("number"), number("effective_at"), text("register"))
    table(
        "dpia_version",
        ("scheme_id", "version"),
        number("version"),
        number("written_at"),
        number("review_due_at", null=True),
        text("dpia"),
    )

    def advised() -> tuple[sa.Column[Any], ...]:
        return number("version"), text("by"), number("at")

    table("dpo_advice", ("scheme_id", "version"), *advised(), text("text"), yes("proceed"))
    table("advice_departure", ("scheme_id", "version"), *advised(), text("reasons"))
    table("consultation", ("entry",), text("consultation"))
    table(
        "prior_consultation",
        ("entry",),
        number("version"),
        number("asked_at"),
        number("answered_at", null=True),
        text("outcome"),
        yes("may_proceed"),
    )
    table("scheme_ending", ("scheme_id",), number("ended_at"), text("ended_by"), number("decisions"), text("plan"))
    op.create_table(
        "activation",
        number("act"),
        text("mode"),
        text("scheme_id"),
        number("register_number"),
        number("dpia_version"),
        text("rests_on"),
        text("proposed_by"),
        number("proposed_at"),
        text("approved_by", null=True),
        number("from_at", null=True),
        number("until_at", null=True),
        number("closed_at", null=True),
        yes("refused"),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"]),
        sa.ForeignKeyConstraint(
            ["scheme_id", "register_number"], ["register_version.scheme_id", "register_version.number"]
        ),
        sa.ForeignKeyConstraint(["scheme_id", "dpia_version"], ["dpia_version.scheme_id", "dpia_version.version"]),
        sa.PrimaryKeyConstraint("act", "mode"),
        sqlite_with_rowid=False,
    )
    op.create_index("activation_by_scheme", "activation", ["scheme_id", "mode"])
    for statement in CONSTRAINTS:
        op.execute(statement)
