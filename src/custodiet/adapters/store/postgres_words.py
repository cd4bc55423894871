"""The store's law, written once in SQLite's words, put into PostgreSQL's.

What a trigger refuses is text in the migrations. Two texts of the same law would drift apart; so there is one, and
sqlglot reads it. What it does not know of the difference between the two is below: in SQLite a comparison is a number
and may be added to one, a column may be asked for its type, IS holds any two values against each other.

Each condition is a function of its own: PostgreSQL keeps the text of a function to the letter, so that whoever reads
the form of a store can hold it against this one (postgres_form.py). A condition in the trigger itself it would reword.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

_TRIGGER = re.compile(
    r"\s*CREATE TRIGGER (?P<name>\w+) BEFORE (?P<verb>INSERT|UPDATE|DELETE)(?: OF (?P<columns>[\w, ]+))?"
    r" ON (?P<table>\w+)"
    r" WHEN (?P<condition>.*) BEGIN SELECT RAISE\(ABORT, '(?P<why>(?:[^']|'')*)'\); END\s*",
    re.DOTALL,
)
_DROP = re.compile(r"\s*DROP TRIGGER (?P<name>\w+)\s*")
_COMPARES = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Exists, exp.Between, exp.Glob, exp.RegexpLike, exp.Boolean),
)
_SUMS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_DAY = "YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A trigger of PostgreSQL's: what it refuses is the body of a function of its own."""

    name: str
    table: str
    verb: str
    columns: tuple[str, ...]
    body: str

    def statements(self) -> tuple[str, str]:
        """What makes it."""
        function = _quoted(f"law_{self.name}")
        of = f" OF {', '.join(map(_quoted, self.columns))}" if self.columns else ""
        when = f"BEFORE {self.verb}{of} ON {_quoted(self.table)} FOR EACH ROW"
        return (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $law${self.body}$law$",
            f"CREATE TRIGGER {_quoted(self.name)} {when} EXECUTE FUNCTION {function}()",
        )


def read_trigger(statement: str) -> Refusal:
    """The same refusal as a trigger of SQLite's. Raises ValueError for one that migrations/law.py does not make."""
    made = _TRIGGER.fullmatch(statement)
    if made is None:
        raise ValueError("a trigger that nobody has put into PostgreSQL's words")
    columns = tuple(one.strip() for one in made["columns"].split(",")) if made["columns"] else ()
    body = (
        f"BEGIN IF ({condition_in_postgres(made['condition'])}) THEN "
        f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{made['why']}'; END IF; "
        f"RETURN {'OLD' if made['verb'] == 'DELETE' else 'NEW'}; END"
    )
    return Refusal(made["name"], made["table"], made["verb"], columns, body)


def trigger_in_postgres(statement: str) -> tuple[str, ...] | None:
    """The statements that make, or take away, a trigger; None for what is no trigger."""
    dropped = _DROP.fullmatch(statement)
    if dropped is not None:
        return (_dropping(dropped["name"]),)
    if not statement.lstrip().startswith("CREATE TRIGGER"):
        return None
    return read_trigger(statement).statements()


def in_postgres(tree: exp.Expr) -> str:
    """Any statement that sqlglot has read in SQLite's words."""
    said: str = _rewritten(exp.Paren(this=tree)).this.sql(dialect="postgres", identify=True)
    return said


def condition_in_postgres(condition: str) -> str:
    """What a trigger asks, as PostgreSQL asks it."""
    return _condition(condition).sql(dialect="postgres", identify=True)


def _dropping(name: str) -> str:
    """A trigger's name is its own in SQLite; PostgreSQL wants to know of which table."""
    here = "tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
    found = "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger"
    law = _quoted(f"law_{name}")
    return f"DO $law$ BEGIN EXECUTE ({found} WHERE tgname = '{name}' AND {here}); DROP FUNCTION {law}; END $law$"


def _condition(text: str) -> exp.Expr:
    tree = sqlglot.parse_one(f"SELECT 1 WHERE {text}", read="sqlite").args["where"].this
    tree = _rewritten(exp.Paren(this=tree)).this
    return _truth(tree)


def _rewritten(tree: exp.Expr) -> exp.Expr:
    """Bottom up, so that what a node is made of is known to be a truth or a number."""
    for node in list(_bottom_up(tree)):
        new = _of_one(node)
        if new is not node:
            node.replace(new)
    return tree


def _bottom_up(node: exp.Expr) -> Iterator[exp.Expr]:
    for child in list(node.iter_expressions()):
        yield from _bottom_up(child)
    yield node


def _of_one(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Identifier():
            return _identifier(node)
        case exp.And() | exp.Or():
            node.set("this", _truth(node.this))
            node.set("expression", _truth(node.expression))
        case exp.Not():
            node.set("this", _truth(node.this))
        case exp.Where():
            node.set("this", _truth(node.this))
        case exp.Is() if isinstance(node.this, exp.Coalesce) and isinstance(node.expression, exp.Null):
            # Of columns of several types, which PostgreSQL will not take for one value.
            return _parsed("num_nonnulls(x) = 0", x=[node.this.this, *node.this.expressions])
        case exp.NullSafeEQ() if isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column):
            # IS NOT DISTINCT FROM finds no index; this does.
            both = {"a": node.this, "b": node.expression}
            return exp.Paren(this=_parsed("a = b OR a IS NULL AND b IS NULL", **both))
        case exp.EQ() | exp.NEQ() | exp.NullSafeEQ() | exp.NullSafeNEQ() if _is_truth(node.this) != _is_truth(
            node.expression
        ):
            node.set("this", _number(node.this))
            node.set("expression", _number(node.expression))
        case exp.Coalesce() if any(_is_truth(one) for one in (node.this, *node.expressions)):
            node.set("this", _number(node.this))
            node.set("expressions", [_number(one) for one in node.expressions])
        case exp.Least() | exp.Greatest():
            # Unknown where one is; PostgreSQL would take the others.
            parts = [node.this, *node.expressions]
            return _parsed("CASE WHEN num_nulls(x) = 0 THEN whole END", x=parts, whole=node.copy())
        case exp.Case():
            return _case(node)
        case exp.Cast() if node.to.is_type("int"):
            node.set("to", exp.DataType.build("bigint"))
        case exp.TimeToStr():
            return _parsed("CAST(EXTRACT(EPOCH FROM CAST(x AS TIMESTAMP)) AS BIGINT)", x=_innermost(node))
        case exp.Date():
            return _parsed(f"TO_CHAR(TO_DATE(x, '{_DAY}'), '{_DAY}')", x=node.this)
        case exp.JSONExtractScalar() | exp.JSONExtract():
            return _parsed(f"CAST(x AS JSON) ->> '{node.expression.expressions[-1].name}'", x=node.this)
        case exp.Typeof():
            return _parsed(
                "CASE WHEN x IS NULL THEN 'null' WHEN pg_typeof(x) = CAST('bytea' AS regtype) THEN 'blob' "
                "WHEN pg_typeof(x) = CAST('bigint' AS regtype) THEN 'integer' ELSE 'text' END",
                x=node.this,
            )
        case exp.Glob():
            return _parsed("x ~ 'pattern'", x=node.this, pattern=_pattern(node.expression.name))
        case exp.HexString():
            return _parsed("CAST('pattern' AS BYTEA)", pattern=rf"\x{node.name}")
        case exp.Chr():
            return _parsed(" || ".join(f"chr({one.name})" for one in node.expressions))
        case exp.Anonymous() if node.name.lower() == "zeroblob":
            return _parsed("decode(repeat('00', x), 'hex')", x=node.expressions[0])
        case _ if isinstance(node, _SUMS):
            node.set("this", _number(node.this))
            node.set("expression", _number(node.expression))
    return node


def _identifier(node: exp.Identifier) -> exp.Identifier:
    """All are quoted, since some are words of PostgreSQL; the two rows a trigger knows are in small letters there."""
    name = node.name.lower() if node.name in ("NEW", "OLD") else node.name
    return exp.to_identifier(name, quoted=True)


def _is_truth(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren):
        return _is_truth(node.this)
    if isinstance(node, exp.Case):
        return any(_is_truth(one) for one in _branches(node))
    return isinstance(node, _COMPARES)


def _truth(node: exp.Expr) -> exp.Expr:
    if _is_truth(node):
        return node
    if isinstance(node, exp.Literal) and not node.is_string:
        return exp.Boolean(this=node.name != "0")
    return _parsed("x <> 0", x=node)


def _number(node: exp.Expr) -> exp.Expr:
    if _is_truth(node):
        return _parsed("CASE WHEN x THEN 1 ELSE 0 END", x=node)
    inside = node.unnest()
    selected = inside.expressions[0] if isinstance(inside, exp.Select) else inside
    if isinstance(selected, exp.JSONExtractScalar):
        return _parsed("CAST(x AS BIGINT)", x=node)
    return node


def _branches(case: exp.Case) -> list[exp.Expr]:
    otherwise = case.args.get("default")
    return [one.args["true"] for one in case.args["ifs"]] + ([otherwise] if otherwise is not None else [])


def _case(node: exp.Case) -> exp.Expr:
    if node.this is None:
        for one in node.args["ifs"]:
            one.set("this", _truth(one.this))
    if _is_truth(node):
        for one in node.args["ifs"]:
            one.set("true", _truth(one.args["true"]))
        if node.args.get("default") is not None:
            node.set("default", _truth(node.args["default"]))
    return node


def _innermost(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.TimeToStr | exp.TsOrDsToTimestamp):
        node = node.this
    return node


def _pattern(glob: str) -> str:
    if re.search(r"[^\w\[\]*-]", glob):
        raise ValueError("a pattern that nobody has put into PostgreSQL's words")
    return "^" + glob.replace("*", ".*") + "$"


def _parsed(text: str, **parts: exp.Expr | list[exp.Expr] | str) -> exp.Expr:
    """A PostgreSQL expression with its parts put where their names stand: one, several arguments, or a literal."""
    tree = sqlglot.parse_one(text, read="postgres")
    for node in list(tree.walk()):
        match parts.get(node.name) if isinstance(node, exp.Column | exp.Literal) else None:
            case list() as several if node.parent is not None:
                node.parent.set("expressions", [one.copy() for one in several])
            case str() as said:
                node.replace(exp.Literal.string(said))
            case exp.Expr() as one:
                node.replace(one.copy())
    return tree


def _quoted(name: str) -> str:
    return f'"{name.strip(chr(34))}"'
