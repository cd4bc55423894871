"""The auditor's program, built from Debian's Go packages. It is not ours to help."""

import fcntl
import os
import sys
from pathlib import Path

import pytest

from custodiet.entrypoints.cli.outside import Auditor, missing

# Go's own library is compiled once for this environment, and not in every run by every worker and every tour.
CACHE = Path(os.environ.setdefault("GOCACHE", str(Path(sys.prefix) / "go-cache")))


@pytest.fixture(scope="session")
def verify(tmp_path_factory):
    """Build the program; gives a function that runs it."""
    lacks = missing()
    if lacks is not None:
        pytest.skip(f"{lacks} is not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "one at a time").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the second worker finds what the first has compiled
        return Auditor(tmp_path_factory.mktemp("go")).run
