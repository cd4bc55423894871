"""Looking: requests, grants, readings, questions; and the law that no one person opens anything, nor beyond a grant."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0013"
down_revision = "0012"

ONCE = {
    "look_up": ("id",),
    "look_up_grant": ("look_up_id",),
    "look_up_refusal": ("look_up_id",),
    "look_up_ending": ("look_up_id",),
    "reading": ("entry",),
    "question": ("entry",),
    "look_refusal": ("entry",),
}
"""Tables whose rows are written once and stand, by their keys. All of these: what happened, happened."""
DAY_MS = 86_400_000
QUARTER_MS = 900_000
A_DAY_MAX, A_MONTH_MAX = 6, 96

_CELLS = "(CASE {0} WHEN 'full' THEN 0 WHEN '100_m' THEN 100 WHEN '1_km' THEN 1000 END)"
_FINER = (
    f"{_CELLS.format('NEW.precision')} IS NULL OR {_CELLS.format('NEW.precision')} < {_CELLS.format('g.precision')}"
)


def _answered(*tables: str) -> str:
    return " OR ".join(f"EXISTS (SELECT 1 FROM {one} o WHERE o.look_up_id = NEW.look_up_id)" for one in tables)


def _beyond(table: str, key: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM {table} g WHERE g.{key} = NEW.look_up_id "
        f"AND g.from_at <= NEW.from_at AND NEW.to_at <= g.to_at AND NOT ({_FINER}))"
    )


def _too_many(most: int, span_ms: int) -> str:
    return (
        f"(SELECT count(*) FROM question q JOIN case_file f ON f.id = q.case_id "
        "WHERE f.person_id = (SELECT person_id FROM case_file WHERE id = NEW.case_id) "
        f"AND q.at > NEW.at - {span_ms}) >= {most}"
    )


CONSTRAINTS = [
    *(never(table, verb) for table in ONCE for verb in ("UPDATE", "DELETE")),
    *(once(table, *key) for table, key in ONCE.items()),
    refuse(
        "look_up_whole",
        "INSERT ON look_up",
        "NEW.to_at <= NEW.from_at OR NEW.to_at > NEW.asked_at OR length(NEW.why_sealed) = 0 "
        f"OR NEW.tried IN ('', '[]') OR {_CELLS.format('NEW.precision')} IS NULL",
        "look_up: says why, what was tried, and a window that has passed",
    ),
    *(
        refuse(f"{table}_by_someone", f"INSERT ON {table}", process(column), f"{table}: by a named person")
        for table, column in (
            ("look_up", "asked_by"),
            ("look_up_grant", "approved_by"),
            ("look_up_refusal", "by"),
            ("look_up_ending", "by"),
            ("reading", "by"),
            ("question", "by"),
        )
    ),
    refuse(
        "look_up_grant_by_another",
        "INSERT ON look_up_grant",
        "NEW.approved_by = (SELECT asked_by FROM look_up WHERE id = NEW.look_up_id)",
        "look_up_grant: given by a second person",
    ),
    refuse(
        "look_up_refusal_by_another",
        "INSERT ON look_up_refusal",
        "NEW.by = (SELECT asked_by FROM look_up WHERE id = NEW.look_up_id)",
        "look_up_refusal: by a second person; whoever asked takes it back",
    ),
    refuse(
        "look_up_grant_within",
        "INSERT ON look_up_grant",
        _beyond("look_up", "id"),
        "look_up_grant: no wider and no finer than what was asked",
    ),
    refuse(
        "look_up_grant_ends",
        "INSERT ON look_up_grant",
        f"NEW.expires_at <= NEW.approved_at OR NEW.expires_at > NEW.approved_at + {DAY_MS}",
        "look_up_grant: ends within a day",
    ),
    refuse(
        "look_up_grant_of_a_waiting",
        "INSERT ON look_up_grant",
        f"{_answered('look_up_refusal', 'look_up_ending')} OR NEW.approved_at >= "
        f"(SELECT asked_at FROM look_up WHERE id = NEW.look_up_id) + {DAY_MS}",
        "look_up_grant: of a request that waits",
    ),
    refuse(
        "look_up_refusal_of_a_waiting",
        "INSERT ON look_up_refusal",
        _answered("look_up_grant", "look_up_ending"),
        "look_up_refusal: of a request that waits",
    ),
    refuse(
        "look_up_ending_of_a_standing",
        "INSERT ON look_up_ending",
        _answered("look_up_refusal"),
        "look_up_ending: of a request that stands",
    ),
    refuse(
        "reading_of_its_asker",
        "INSERT ON reading",
        "NOT EXISTS (SELECT 1 FROM look_up l WHERE l.id = NEW.look_up_id AND l.asked_by = NEW.by "
        "AND l.case_id = NEW.case_id)",
        "reading: by whoever asked, about the person they asked about",
    ),
    refuse(
        "reading_within",
        "INSERT ON reading",
        f"NEW.to_at <= NEW.from_at OR {_beyond('look_up_grant', 'look_up_id')}",
        "reading: no wider and no finer than its grant",
    ),
    refuse(
        "reading_in_time",
        "INSERT ON reading",
        "NOT EXISTS (SELECT 1 FROM look_up_grant g WHERE g.look_up_id = NEW.look_up_id "
        f"AND g.approved_at <= NEW.at AND NEW.at < g.expires_at) OR {_answered('look_up_ending')}",
        "reading: while its grant lasts",
    ),
    refuse(
        "question_of_a_quarter",
        "INSERT ON question",
        f"NEW.about % {QUARTER_MS} <> 0 OR NEW.about + {QUARTER_MS} > NEW.at "
        "OR NEW.asked NOT IN ('home', 'zone', 'contact') OR (NEW.asked = 'zone') <> (NEW.condition_id IS NOT NULL)",
        "question: one of the closed list, about a quarter of an hour that is over",
    ),
    refuse(
        "question_of_its_case",
        "INSERT ON question",
        "NEW.condition_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM condition c "
        "JOIN decision d ON d.id = c.decision_id WHERE c.id = NEW.condition_id AND d.case_id = NEW.case_id)",
        "question: about a zone of the case",
    ),
    refuse(
        "question_six_a_day",
        "INSERT ON question",
        _too_many(A_DAY_MAX, DAY_MS),
        "question: at most 6 a person a day",
    ),
    refuse(
        "question_96_a_month",
        "INSERT ON question",
        _too_many(A_MONTH_MAX, 30 * DAY_MS),
        "question: at most 96 a person a month",
    ),
]

_LOOK_UP = (
    "id:t case_id:t purpose:t to_know:t why_sealed:b tried:t from_at:i to_at:i precision:t asked_by:t asked_at:i "
    "entry:i"
)
_KINDS = {"t": sa.Text, "i": sa.BigInteger, "b": sa.LargeBinary}
_TABLES = {
    "look_up": (
        "id",
        _LOOK_UP,
        {"case_id": "case_file.id"},
    ),
    "look_up_grant": (
        "look_up_id",
        "look_up_id:t from_at:i to_at:i precision:t approved_by:t approved_at:i expires_at:i words_sealed:b entry:i",
        {"look_up_id": "look_up.id"},
    ),
    "look_up_refusal": (
        "look_up_id",
        "look_up_id:t because:t at:i by:t words_sealed:b entry:i",
        {"look_up_id": "look_up.id"},
    ),
    "look_up_ending": ("look_up_id", "look_up_id:t at:i by:t entry:i", {"look_up_id": "look_up.id"}),
    "reading": (
        "entry",
        "entry:i look_up_id:t case_id:t from_at:i to_at:i precision:t by:t at:i",
        {"look_up_id": "look_up.id", "case_id": "case_file.id"},
    ),
    "question": (
        "entry",
        "entry:i case_id:t asked:t about:i by:t at:i condition_id:t?",
        {"case_id": "case_file.id", "condition_id": "condition.id"},
    ),
    "look_refusal": ("entry", "entry:i case_id:t attempt:t codes:t at:i by:t", {"case_id": "case_file.id"}),
}
_INDEXES = (
    ("look_up_by_case", "look_up", ("case_id", "asked_at")),
    ("look_up_by_asked", "look_up", ("asked_at",)),
    ("reading_by_look_up", "reading", ("look_up_id",)),
    ("question_by_case", "question", ("case_id", "at")),
    ("look_refusal_by_case", "look_refusal", ("case_id",)),
)


def upgrade() -> None:
    """Create the tables and their law."""
    for table, (key, columns, refers) in _TABLES.items():
        parts: list[sa.Column[object] | sa.Constraint] = []
        for told in columns.split():
            name, kind = told.rstrip("?").split(":")
            parts.append(sa.Column(name, _KINDS[kind](), nullable=told.endswith("?")))
        parts += [sa.ForeignKeyConstraint([column], [target]) for column, target in refers.items()]
        op.create_table(table, *parts, sa.PrimaryKeyConstraint(key), sqlite_with_rowid=False)
    for name, of, indexed in _INDEXES:
        op.create_index(name, of, list(indexed))
    for statement in CONSTRAINTS:
        op.execute(statement)
