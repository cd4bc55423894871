"""A PKCS#11 token by Debian's softhsm2, in a folder of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from custodiet.adapters.kms.hsm import Token

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so").resolve()
"""By its own name, as one process begins it once."""
LABEL, PIN = "made-up", "made-up-1234"


class SoftHsm:
    """One token. What it holds lies in a folder that can be taken away, as a token is taken out."""

    def __init__(self, folder: Path) -> None:
        self.tokens = folder / "tokens"
        self.tokens.mkdir(parents=True)
        self.conf = folder / "softhsm2.conf"
        self.conf.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
        made = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "made-up-5678"]
        environment = os.environ | {"SOFTHSM2_CONF": str(self.conf)}
        subprocess.run(made, env=environment, capture_output=True, check=True)

    def token(self, label: str = LABEL, pin: str = PIN) -> Token:
        return Token(MODULE, label, lambda: pin)

    def take_out(self) -> None:
        self.tokens.rename(self.tokens.with_name("taken out"))

    def put_in(self) -> None:
        if not self.tokens.exists():
            self.tokens.with_name("taken out").rename(self.tokens)


@pytest.fixture(scope="session")
def one_softhsm(tmp_path_factory):
    if not MODULE.exists():
        pytest.skip("softhsm2 is not installed (Debian: softhsm2)")
    with pytest.MonkeyPatch.context() as patch:
        made = SoftHsm(tmp_path_factory.mktemp("softhsm"))
        patch.setenv("SOFTHSM2_CONF", str(made.conf))
        yield made


@pytest.fixture
def softhsm(one_softhsm):
    """The one token of this run, put in before and after."""
    yield one_softhsm
    one_softhsm.put_in()
