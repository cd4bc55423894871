"""What of ours is compiled: made once, at set-up, from a source in this folder; at run time nobody writes there.

Where it was not made, or is not fit for use, the same is done in Python.
"""

import ctypes
import logging
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

from custodiet.model.errors import CustodietError, Unready

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

BUILT = Path(__file__).parent / "built"
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-fstack-protector-strong")


AT, SIZE = ctypes.c_void_p, ctypes.c_size_t
"""A place in memory, and how much there is of it."""


class Unfit(CustodietError):
    """What was compiled does not do what is done in Python."""


@dataclass(frozen=True, slots=True)
class Compiled(Generic[_T]):
    """One source, and what comes of it."""

    source: Path
    compiler: str
    flags: tuple[str, ...]
    links: tuple[str, ...]
    packages: str
    """The compiler, and what the source includes, as Debian calls them."""
    join: Callable[[Path], _T]
    """Load it and try it. Raises OSError when it cannot be loaded, and Unfit when it does not do as it should."""

    @property
    def library(self) -> Path:
        """Where it lies: by what it was made of, so that nothing older is taken for it."""
        made_of = sha256(self.source.read_bytes()).hexdigest()[:16]
        return BUILT / f"{self.source.stem}-{platform.machine()}-{made_of}.so"

    def make(self) -> Path:
        """Compile it, and say where it lies. Raises Unready without a compiler or what the source includes, where
        nothing can be written, and when it does not do as it should.
        """
        compiler, made = shutil.which(self.compiler), self.library
        needed = f"(on Debian: apt-get install {self.packages})"
        if compiler is None:
            raise Unready(f"there is no {self.compiler} to compile {self.source.name} {needed}")
        try:
            BUILT.mkdir(exist_ok=True)
        except OSError as error:
            raise Unready(f"{BUILT} cannot be made: {error.strerror}") from None
        new = made.with_name(f"{made.name}.{os.getpid()}")  # two may make it at once
        command = [compiler, *_FLAGS, *self.flags, "-o", str(new), str(self.source), *self.links]
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode != 0:
            new.unlink(missing_ok=True)
            raise Unready(f"{self.source.name} does not compile into {BUILT} {needed}")
        try:
            self.join(new)
        except (OSError, Unfit):
            new.unlink(missing_ok=True)
            raise Unready(f"what was compiled of {self.source.name} does not do as it should") from None
        new.replace(made)  # whole, so that nobody loads half of it
        return made

    def load(self) -> _T | None:
        """What was compiled, tried once; None when it was not, or is not fit for use here."""
        try:
            made = self.library
            return self.join(made) if made.exists() else None
        except (OSError, Unfit) as error:
            _log.warning("what was compiled of %s is not used: %s", self.source.name, type(error).__name__)
            return None


def call_of(library: Path, name: str, takes: Sequence[type], gives: type | None) -> Callable[..., Any]:
    """One of its functions. Raises OSError for what cannot be loaded or has none of that name."""
    try:
        call = ctypes.CDLL(str(library))[name]
    except AttributeError:
        raise OSError("another library") from None
    call.argtypes, call.restype = takes, gives
    return call
