"""Who holds a folder: no two processes work where one has to be alone."""

import fcntl
import os
from pathlib import Path

from custodiet.model.errors import Unready


def hold_alone(folder: Path, what: str) -> int:
    """Hold a folder while this process lives, and whoever inherits the descriptor that this gives.

    Raises Unready when another process holds it.
    """
    return _hold(folder, what, fcntl.LOCK_EX)


def hold_with_others(folder: Path, what: str) -> int:
    """The same for processes that may hold it together. Raises Unready when one holds it alone."""
    return _hold(folder, what, fcntl.LOCK_SH)


def _hold(folder: Path, what: str, how: int) -> int:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Unready(f"{what} is running already on {folder}") from None
    return handle
