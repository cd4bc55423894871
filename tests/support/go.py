"""The auditor's program, tests/go/verify.go, built from Debian's Go packages. It is not ours to help."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "go" / "verify.go"
GO_PATH = Path("/usr/share/gocode")


@pytest.fixture(scope="session")
def verify(tmp_path_factory):
    """Build the program; gives a function that runs it."""
    if shutil.which("go") is None:
        pytest.skip("go is not installed (Debian: golang-go)")
    if not (GO_PATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go's sumdb packages are not installed (Debian: golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    surroundings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOCACHE": str(folder / "cache")}
    built = subprocess.run(
        ["go", "build", "-o", program, SOURCE],
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr

    def run(*args):
        return subprocess.run([program, *args], capture_output=True, text=True, check=False)

    return run
