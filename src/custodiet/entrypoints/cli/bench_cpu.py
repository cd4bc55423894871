"""CPU seconds of processes that are not this one, as the system tells them."""

import ctypes
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
"""What the system counts in."""


def cpu_s(processes: Iterable[int]) -> float:
    """User and system time of processes, by id, with all their children, those that have ended, too."""
    return sum(map(_ticks, _families(processes))) * TICK_S


def clock_s(pid: int) -> float:
    """The same of one process that runs, without its children, but not in ticks (POSIX's clock_getcpuclockid)."""
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise ProcessLookupError(pid)
    return time.clock_gettime(clock.value)


def _ticks(pid: int) -> int:
    with suppress(OSError):  # gone meanwhile: then its parent has it
        return sum(map(int, _stat(pid)[11:15]))
    return 0


def _families(processes: Iterable[int]) -> set[int]:
    """Processes and all that descends from them, as far as it lives."""
    families = set(processes)
    if not families:
        return families
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    while more := {one for one, parent in parents.items() if parent in families} - families:
        families |= more
    return families


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name, which may hold anything: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
