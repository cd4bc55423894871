"""Real processes under a clock that is moved while they run: Debian's libfaketime, by a file with an offset.

What counts seconds that pass (CLOCK_MONOTONIC) is not moved, as no clock that is set moves it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
needs_faketime = pytest.mark.skipif(LIBRARY is None, reason="Debian's faketime is not here")


@dataclass(frozen=True)
class Moved:
    """The clock of those who run under `environment`."""

    file: Path

    def __post_init__(self) -> None:
        self.by(timedelta(0))

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def by(self, offset: timedelta) -> None:
        """Ahead of the true time, or behind it."""
        aside = self.file.with_suffix(".new")
        aside.write_text(f"{offset.total_seconds():+.0f}\n")
        aside.replace(self.file)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))
