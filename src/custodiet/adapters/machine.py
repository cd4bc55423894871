"""What this machine says of itself, for whoever looks after it. Nothing is changed by looking; unknown is None."""

import platform
import resource
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The parts that Custodiet leans on. `core_bytes_max` and the rest of the limits are those of this very process."""

    python: str
    sqlite: str
    core_bytes_max: int | None
    """None: no limit."""
    core_pattern: str | None
    """Where the system sends core dumps; a pipe takes them whatever the limit is."""
    swaps: int | None
    """How many swap areas are in use."""
    time_is_synchronised: bool | None


@dataclass(frozen=True, slots=True)
class Lies:
    """A file or folder as it lies there."""

    mode: int
    owner: int
    bytes: int
    changed_at: datetime


def look_at_machine() -> Machine:
    """The machine as it is now."""
    limit, _ = resource.getrlimit(resource.RLIMIT_CORE)
    swaps = _read("/proc/swaps")
    synchronised = Path("/run/systemd/timesync/synchronized").exists()
    return Machine(
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        core_bytes_max=None if limit == resource.RLIM_INFINITY else limit,
        core_pattern=_read("/proc/sys/kernel/core_pattern"),
        swaps=None if swaps is None else len(swaps.splitlines()) - 1,
        time_is_synchronised=True if synchronised else None,
    )


def look_at(path: Path) -> Lies | None:
    """One file or folder; None when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Lies(found.st_mode & 0o7777, found.st_uid, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def free_bytes(path: Path) -> int:
    """Room left on the disk that a path lies on."""
    return shutil.disk_usage(path).free


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None
