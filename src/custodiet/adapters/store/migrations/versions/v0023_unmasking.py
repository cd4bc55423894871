"""Unmasking, and a court's whole copy: and the law that a third person says yes to what a grant alone does not show."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0023"
down_revision = "0022"

ONCE = {
    "unmask": ("id",),
    "unmask_yes": ("unmask_id",),
    "unmask_refusal": ("unmask_id",),
    "unmasked_reading": ("entry",),
}
"""Tables whose rows are written once and stand, by their keys. All of these: what happened, happened."""
ACTORS = {"unmask": "asked_by", "unmask_yes": "approved_by", "unmask_refusal": "by", "unmasked_reading": "by"}
"""By whom each is."""

_CELLS = "(CASE {0} WHEN 'full' THEN 0 WHEN '100_m' THEN 100 WHEN '1_km' THEN 1000 END)"
_NEW, _GRANTED = _CELLS.format("NEW.precision"), _CELLS.format("g.precision")
_LOOK_UP_OF = "(SELECT look_up_id FROM unmask WHERE id = NEW.unmask_id)"
_NOT_A_THIRD = (
    "{0} IN (SELECT asked_by FROM unmask WHERE id = NEW.unmask_id) OR {0} IN "
    f"(SELECT approved_by FROM look_up_grant WHERE look_up_id = {_LOOK_UP_OF})"
)


def _answered(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} o WHERE o.unmask_id = NEW.unmask_id)"


def _not_open(look_up: str, at: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM look_up_grant g WHERE g.look_up_id = {look_up} AND g.approved_at <= {at} "
        f"AND {at} < g.expires_at) OR EXISTS (SELECT 1 FROM look_up_ending e WHERE e.look_up_id = {look_up})"
    )


def _beyond(table: str, key: str) -> str:
    return (
        f"NEW.to_at <= NEW.from_at OR NOT EXISTS (SELECT 1 FROM {table} o WHERE o.{key} = NEW.unmask_id "
        "AND o.from_at <= NEW.from_at AND NEW.to_at <= o.to_at)"
    )


def _ordered(column: str) -> str:
    return f"(SELECT {column} FROM agency_request WHERE id = NEW.request_id)"


CONSTRAINTS = [
    *(never(table, verb) for table in ONCE for verb in ("UPDATE", "DELETE")),
    *(once(table, *key) for table, key in ONCE.items()),
    *(
        refuse(f"{table}_by_someone", f"INSERT ON {table}", process(column), f"{table}: by a named person")
        for table, column in ACTORS.items()
    ),
    refuse(
        "unmask_whole",
        "INSERT ON unmask",
        "length(NEW.why_sealed) = 0 OR NEW.not_enough NOT IN ('in_danger', 'the_time', 'disputed') "
        "OR NEW.condition NOT IN ('9_2_c', '9_2_f', '9_2_g')",
        "unmask: says why, why the reading is not enough, and by which condition",
    ),
    refuse(
        "unmask_of_its_asker",
        "INSERT ON unmask",
        "NOT EXISTS (SELECT 1 FROM look_up l WHERE l.id = NEW.look_up_id AND l.asked_by = NEW.asked_by "
        "AND l.case_id = NEW.case_id)",
        "unmask: by whoever asked to look, about the same person",
    ),
    refuse(
        "unmask_of_what_was_read",
        "INSERT ON unmask",
        "NEW.to_at <= NEW.from_at OR NOT EXISTS (SELECT 1 FROM reading r WHERE r.look_up_id = NEW.look_up_id "
        "AND r.at <= NEW.asked_at AND r.from_at <= NEW.from_at AND NEW.to_at <= r.to_at)",
        "unmask: of a window that was read masked",
    ),
    refuse(
        "unmask_while_granted",
        "INSERT ON unmask",
        _not_open("NEW.look_up_id", "NEW.asked_at"),
        "unmask: while its grant lasts",
    ),
    refuse(
        "unmask_yes_by_a_third",
        "INSERT ON unmask_yes",
        _NOT_A_THIRD.format("NEW.approved_by"),
        "unmask_yes: by one who neither asked nor gave the grant",
    ),
    refuse(
        "unmask_yes_within",
        "INSERT ON unmask_yes",
        _beyond("unmask", "id"),
        "unmask_yes: no wider than what was asked",
    ),
    refuse(
        "unmask_yes_of_a_waiting",
        "INSERT ON unmask_yes",
        f"length(NEW.words_sealed) = 0 OR {_answered('unmask_refusal')} OR {_not_open(_LOOK_UP_OF, 'NEW.approved_at')}",
        "unmask_yes: in words, of a request that waits while its grant lasts",
    ),
    refuse(
        "unmask_refusal_by_a_third",
        "INSERT ON unmask_refusal",
        _NOT_A_THIRD.format("NEW.by"),
        "unmask_refusal: by one who neither asked nor gave the grant",
    ),
    refuse(
        "unmask_refusal_of_a_waiting",
        "INSERT ON unmask_refusal",
        _answered("unmask_yes"),
        "unmask_refusal: of a request that waits",
    ),
    refuse(
        "unmasked_reading_of_its_asker",
        "INSERT ON unmasked_reading",
        "NOT EXISTS (SELECT 1 FROM unmask u WHERE u.id = NEW.unmask_id AND u.asked_by = NEW.by "
        "AND u.case_id = NEW.case_id)",
        "unmasked_reading: by whoever asked, about the person they asked about",
    ),
    refuse(
        "unmasked_reading_within",
        "INSERT ON unmasked_reading",
        f"{_NEW} IS NULL OR NOT EXISTS (SELECT 1 FROM look_up_grant g WHERE g.look_up_id = {_LOOK_UP_OF} "
        f"AND {_NEW} >= {_GRANTED}) OR {_beyond('unmask_yes', 'unmask_id')}",
        "unmasked_reading: no wider than its yes, and no finer than its grant",
    ),
    refuse(
        "unmasked_reading_in_time",
        "INSERT ON unmasked_reading",
        f"NOT EXISTS (SELECT 1 FROM unmask_yes y WHERE y.unmask_id = NEW.unmask_id AND y.approved_at <= NEW.at) "
        f"OR {_not_open(_LOOK_UP_OF, 'NEW.at')}",
        "unmasked_reading: after its yes, while its grant lasts",
    ),
    refuse(
        "agency_request_ordered",
        "INSERT ON agency_request",
        "NEW.basis NOT IN ('request', 'court_order') OR (NEW.basis = 'court_order') <> (length(NEW.order_sealed) > 0)",
        "agency_request: names the order where it rests on one, and only there",
    ),
    refuse(
        "agency_release_ordered",
        "INSERT ON agency_release",
        f"{_ordered('basis')} = 'court_order' AND ({_ordered('verified')} <> 'sealed_order' "
        f"OR {_ordered('signed_at')} IS NULL OR length(NEW.words_sealed) = 0)",
        "agency_release: under an order only where it is signed, checked with its court and assessed",
    ),
]

_KINDS = {"t": sa.Text, "i": sa.BigInteger, "b": sa.LargeBinary}
_CASE, _UNMASK = {"case_id": "case_file.id"}, {"unmask_id": "unmask.id"}
_UNMASK_HAS = (
    "id:t look_up_id:t case_id:t from_at:i to_at:i not_enough:t condition:t why_sealed:b asked_by:t asked_at:i entry:i"
)
_TABLES = {
    "unmask": (
        "id",
        _UNMASK_HAS,
        {"look_up_id": "look_up.id"} | _CASE,
    ),
    "unmask_yes": (
        "unmask_id",
        "unmask_id:t from_at:i to_at:i approved_by:t approved_at:i words_sealed:b entry:i",
        _UNMASK,
    ),
    "unmask_refusal": ("unmask_id", "unmask_id:t because:t at:i by:t words_sealed:b entry:i", _UNMASK),
    "unmasked_reading": (
        "entry",
        "entry:i unmask_id:t case_id:t from_at:i to_at:i precision:t by:t at:i",
        _UNMASK | _CASE,
    ),
}
_INDEXES = (
    ("unmask_by_case", "unmask", ("case_id", "asked_at")),
    ("unmask_by_look_up", "unmask", ("look_up_id",)),
    ("unmasked_reading_by_case", "unmasked_reading", ("case_id",)),
)


def upgrade() -> None:
    """Create the tables, add what a request under an order has, and the law of both."""
    for table, (key, columns, refers) in _TABLES.items():
        parts: list[sa.Column[object] | sa.Constraint] = []
        for told in columns.split():
            name, kind = told.split(":")
            parts.append(sa.Column(name, _KINDS[kind](), nullable=False))
        parts += [sa.ForeignKeyConstraint([column], [target]) for column, target in refers.items()]
        op.create_table(table, *parts, sa.PrimaryKeyConstraint(key), sqlite_with_rowid=False)
    for name, of, indexed in _INDEXES:
        op.create_index(name, of, list(indexed))
    op.add_column("agency_request", sa.Column("basis", sa.Text(), nullable=False, server_default="request"))
    op.add_column(
        "agency_request", sa.Column("order_sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("x''"))
    )
    for statement in CONSTRAINTS:
        op.execute(statement)
