"""Column types: aware UTC times and durations as whole milliseconds, days as ISO text, codes as their enum."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
import rfc8785
from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator

from custodiet.model.times import from_ms, to_ms

_MS = timedelta(milliseconds=1)


class UtcMs(TypeDecorator[datetime]):
    """An instant, stored as milliseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    # What most columns are: said at once, and not as one step before another that does nothing.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:  # noqa: ARG002
        """To the column."""
        return lambda at: None if at is None else to_ms(at)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:  # noqa: ARG002
        """From the column."""
        return lambda ms: None if ms is None else from_ms(ms)


class Millis(TypeDecorator[timedelta]):
    """A duration, stored as milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """To the column."""
        return None if value is None else value // _MS

    def process_result_value(self, value: Any | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        """From the column."""
        return None if value is None else value * _MS


class Day(TypeDecorator[date]):
    """A UTC day, stored as YYYY-MM-DD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the column."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        """From the column."""
        return None if value is None else date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A frozen noun without a table of its own, stored as its canonical text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the column."""
        return None if value is None else rfc8785.dumps(msgspec.to_builtins(value, builtin_types=())).decode()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:  # noqa: ARG002
        """From the column."""
        return None if value is None else msgspec.json.decode(value, type=self.kind)


class Code(TypeDecorator[StrEnum]):
    """A member of one enum, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the column."""
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        """From the column."""
        return None if value is None else self.kind(value)
