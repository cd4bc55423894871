"""Disclosing: agencies' requests, a second person's yes, packs; and the law that no one person gives anything away."""

import sqlalchemy as sa
from alembic import op

from custodiet.adapters.store.migrations.law import never, once, process, refuse

revision = "0017"
down_revision = "0016"

ONCE = {
    "agency_request": ("id",),
    "agency_release": ("request_id",),
    "agency_refusal": ("request_id",),
    "agency_turned_away": ("entry",),
    "pack": ("entry",),
    "pack_receipt": ("request_id",),
    "pack_recall": ("request_id",),
    "release_assessment": ("request_id",),
    "agency_sample": ("id",),
}
"""Tables whose rows are written once and stand, by their keys. All of these: what happened, happened."""
DAY_MS = 86_400_000
WAITS_MS = 7 * DAY_MS
ACTORS = {
    "agency_request": "asked_by",
    "agency_release": "approved_by",
    "agency_refusal": "by",
    "agency_turned_away": "by",
    "pack": "by",
    "pack_receipt": "by",
    "pack_recall": "by",
    "release_assessment": "by",
    "agency_sample": "by",
}
"""By whom each is."""

_CELLS = "(CASE {0} WHEN 'full' THEN 0 WHEN '100_m' THEN 100 WHEN '1_km' THEN 1000 END)"
_NEW, _OLD = _CELLS.format("NEW.precision"), _CELLS.format("r.precision")
_REQUEST = "(SELECT {0} FROM agency_request WHERE id = NEW.request_id)"


def _of(column: str) -> str:
    return _REQUEST.format(column)


def _stands(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} o WHERE o.request_id = NEW.request_id)"


CONSTRAINTS = [
    *(never(table, verb) for table in ONCE for verb in ("UPDATE", "DELETE")),
    *(once(table, *key) for table, key in ONCE.items()),
    *(
        refuse(f"{table}_by_someone", f"INSERT ON {table}", process(column), f"{table}: by a named person")
        for table, column in ACTORS.items()
    ),
    refuse(
        "agency_request_whole",
        "INSERT ON agency_request",
        "NEW.to_at <= NEW.from_at OR length(NEW.said_sealed) = 0 "
        "OR NEW.recipient_key NOT GLOB 'age1*' OR length(NEW.recipient_key) <> 62 "
        f"OR {_NEW} IS NULL OR NEW.cut NOT IN ('places', 'home_states')",
        "agency_request: says what is asked, by whom, and for whose key",
    ),
    refuse(
        "agency_release_by_another",
        "INSERT ON agency_release",
        f"NEW.approved_by = {_of('asked_by')}",
        "agency_release: given by a second person",
    ),
    refuse(
        "agency_release_sure",
        "INSERT ON agency_release",
        f"{_of('verified')} = 'not_verified' OR NEW.to_at > NEW.approved_at "
        f"OR ({_of('signed_at')} IS NULL AND {_of('urgent')} = 0) "
        f"OR ({_of('urgent')} = 0 AND length(NEW.words_sealed) = 0)",
        "agency_release: to a requester who is known, signed and assessed unless it is urgent, of what has passed",
    ),
    refuse(
        "agency_release_within",
        "INSERT ON agency_release",
        "NOT EXISTS (SELECT 1 FROM agency_request r WHERE r.id = NEW.request_id AND r.from_at <= NEW.from_at "
        f"AND NEW.from_at < NEW.to_at AND NEW.to_at <= r.to_at AND {_NEW} >= {_OLD} "
        "AND NEW.cut IN (r.cut, 'home_states'))",
        "agency_release: no wider and no finer than what was asked",
    ),
    refuse(
        "agency_release_ends",
        "INSERT ON agency_release",
        f"NEW.expires_at <= NEW.approved_at OR NEW.expires_at > NEW.approved_at + {DAY_MS}",
        "agency_release: ends within a day",
    ),
    refuse(
        "agency_release_of_a_waiting",
        "INSERT ON agency_release",
        f"{_stands('agency_refusal')} OR NEW.approved_at >= {_of('asked_at')} + {WAITS_MS}",
        "agency_release: of a request that waits",
    ),
    refuse(
        "agency_refusal_of_a_waiting",
        "INSERT ON agency_refusal",
        f"{_stands('agency_release')} OR NEW.codes IN ('', '[]')",
        "agency_refusal: of a request that waits, with a reason",
    ),
    refuse(
        "pack_of_its_taker",
        "INSERT ON pack",
        "NOT EXISTS (SELECT 1 FROM agency_request r WHERE r.id = NEW.request_id AND r.asked_by = NEW.by "
        "AND r.case_id = NEW.case_id)",
        "pack: by whoever took the request, about its person",
    ),
    refuse(
        "pack_in_time",
        "INSERT ON pack",
        "NOT EXISTS (SELECT 1 FROM agency_release g WHERE g.request_id = NEW.request_id "
        f"AND g.approved_at <= NEW.at AND NEW.at < g.expires_at) OR {_stands('pack_recall')} "
        "OR EXISTS (SELECT 1 FROM release_assessment a WHERE a.request_id = NEW.request_id AND a.upheld = 0)",
        "pack: while the yes lasts",
    ),
    refuse(
        "pack_receipt_of_a_pack",
        "INSERT ON pack_receipt",
        f"NOT {_stands('pack')}",
        "pack_receipt: of a pack that was made",
    ),
    refuse(
        "pack_recall_of_a_yes",
        "INSERT ON pack_recall",
        f"NOT {_stands('agency_release')}",
        "pack_recall: of what somebody said yes to",
    ),
    refuse(
        "agency_turned_away_in_its_scheme",
        "INSERT ON agency_turned_away",
        "NEW.case_id IS NOT NULL AND NEW.scheme_id IS NOT (SELECT scheme_id FROM case_file WHERE id = NEW.case_id)",
        "agency_turned_away: in the scheme of the case that it was about",
    ),
    refuse(
        "release_assessment_by_a_third",
        "INSERT ON release_assessment",
        f"NOT {_stands('agency_release')} OR {_of('urgent')} = 0 OR length(NEW.words_sealed) = 0 "
        f"OR NEW.by IN ({_of('asked_by')}, (SELECT approved_by FROM agency_release WHERE request_id = NEW.request_id))",
        "release_assessment: of an urgent yes, in words, by a third person",
    ),
    refuse(
        "agency_sample_once_a_month",
        "INSERT ON agency_sample",
        "EXISTS (SELECT 1 FROM agency_sample s WHERE s.scheme_id = NEW.scheme_id AND s.month = NEW.month) "
        "OR NEW.month NOT GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]'",
        "agency_sample: drawn once for a month",
    ),
]

_REQ = {"request_id": "agency_request.id"}
_CASE = {"case_id": "case_file.id"}
_KINDS = {"t": sa.Text, "i": sa.BigInteger, "b": sa.LargeBinary, "f": sa.Boolean}
_ASKED = (
    "id:t case_id:t recipient:t purpose:t verified:t signed_at:i? urgent:f from_at:i to_at:i precision:t cut:t "
    "recipient_key:t said_sealed:b asked_by:t asked_at:i entry:i"
)
_RELEASED = (
    "request_id:t from_at:i to_at:i precision:t cut:t approved_by:t approved_at:i expires_at:i words_sealed:b entry:i"
)
_TABLES = {
    "agency_request": (
        "id",
        _ASKED,
        _CASE,
    ),
    "agency_release": (
        "request_id",
        _RELEASED,
        _REQ,
    ),
    "agency_refusal": ("request_id", "request_id:t codes:t at:i by:t words_sealed:b entry:i", _REQ),
    "agency_turned_away": (
        "entry",
        "entry:i scheme_id:t wanted:t at:i by:t case_id:t?",
        {"scheme_id": "scheme.id"} | _CASE,
    ),
    "pack": ("entry", "entry:i request_id:t case_id:t by:t at:i", _REQ | _CASE),
    "pack_receipt": ("request_id", "request_id:t at:i by:t entry:i", _REQ),
    "pack_recall": ("request_id", "request_id:t because:t at:i by:t entry:i", _REQ),
    "release_assessment": ("request_id", "request_id:t upheld:f at:i by:t words_sealed:b entry:i", _REQ),
    "agency_sample": (
        "id",
        "id:t scheme_id:t month:t of:i requests:t at:i by:t entry:i",
        {"scheme_id": "scheme.id"},
    ),
}
_INDEXES = (
    ("agency_request_by_case", "agency_request", ("case_id", "asked_at")),
    ("agency_request_by_asked", "agency_request", ("asked_at",)),
    ("pack_by_request", "pack", ("request_id",)),
    ("agency_turned_away_by_case", "agency_turned_away", ("case_id",)),
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
