"""Triggers that carry law, as SQL text. A trigger that stands in a store keeps the text it was made with."""


def refuse(name: str, when: str, condition: str, why: str) -> str:
    """A trigger that aborts a statement that would break a rule; `why` is the error's text."""
    return f"CREATE TRIGGER {name} BEFORE {when} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"


def never(table: str, verb: str) -> str:
    return refuse(f"{table}_never_{verb.lower()}", f"{verb} ON {table}", "1", f"{table}: never {_PAST[verb]}")


def once(table: str, *key: str, name: str = "once") -> str:
    """REPLACE and INSERT OR REPLACE take a row away without any trigger for deleting: refuse the second one."""
    same = " AND ".join(f"one.{column} IS NEW.{column}" for column in key)
    taken = f"EXISTS (SELECT 1 FROM {table} one WHERE {same})"
    return refuse(f"{table}_{name}", f"INSERT ON {table}", taken, f"{table}: stands already")


def fixed(table: str, *columns: str, name: str = "fixed") -> str:
    """These columns never change."""
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    return refuse(f"{table}_{name}", f"UPDATE ON {table}", changed, f"{table}: its terms are fixed")


def stands(table: str, column: str) -> str:
    """Once it is known it never changes."""
    changed = f"OLD.{column} IS NOT NULL AND NEW.{column} IS NOT OLD.{column}"
    return refuse(f"{table}_{column}_stands", f"UPDATE ON {table}", changed, f"{table}: {column} stands")


def process(column: str) -> str:
    """Whether a name is one of our own processes', or nobody's."""
    blanks = "char(9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160)"
    name = f"lower(trim(ifnull(NEW.{column}, ''), {blanks}))"
    processes = "('', 'clock', 'gateway', 'vault', 'web', 'sequencer', 'monitor', 'messenger')"
    ours = f"{name} IN {processes} OR substr({name}, 1, 8) IN ('monitor_', 'monitor-')"
    return f"(typeof(NEW.{column}) <> 'text' OR {ours})"


_PAST = {"UPDATE": "updated", "DELETE": "deleted", "INSERT": "inserted"}
