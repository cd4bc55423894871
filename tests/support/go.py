"""The auditor's program, built from Debian's Go packages. It is not ours to help."""

import pytest

from custodiet.entrypoints.cli.outside import Auditor, missing


@pytest.fixture(scope="session")
def verify(tmp_path_factory):
    """Build the program; gives a function that runs it."""
    lacks = missing()
    if lacks is not None:
        pytest.skip(f"{lacks} is not installed")
    return Auditor(tmp_path_factory.mktemp("go")).run
