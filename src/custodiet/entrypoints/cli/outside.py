"""An auditor that shares no code with us: outside/verify.go on Go's x/mod, built where Debian's packages are."""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "outside" / "verify.go"
GO_PATH = Path("/usr/share/gocode")


def missing() -> str | None:
    """What is not on this machine, or None when it can be built."""
    if shutil.which("go") is None:
        return "Debian's golang-go"
    if not (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        return "Debian's golang-golang-x-mod-dev"
    return None


class Auditor:
    """The program, built into a folder of its own. Raises OSError when it cannot be."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "verify"
        # Ours unless someone gives one: for an empty cache Go compiles its own library anew, which takes minutes.
        cache = os.environ.get("GOCACHE") or str(folder / "cache")
        surroundings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": cache}
        built = subprocess.run(
            ["go", "build", "-o", self._program, SOURCE],  # noqa: S607 - whichever Go the machine has
            env=os.environ | surroundings,
            capture_output=True,
            check=False,
        )
        if built.returncode != 0:
            raise OSError(None, "the auditor's program could not be built", str(SOURCE))

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Exits 0 and says what it has checked, or 1 and says why not."""
        return subprocess.run([self._program, *arguments], capture_output=True, text=True, check=False)
