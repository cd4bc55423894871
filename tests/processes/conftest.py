"""One demo for everyone who only asks of it; whoever breaks things starts a place of their own."""

import shutil
import tempfile
from pathlib import Path

import pytest
from support.running import Running


@pytest.fixture(scope="module")
def short_folder():
    """A short path: a unix socket's is bounded, and pytest's own folders are deep.

    One for each time that a module is begun: where tests are shared out among workers, one may begin a module twice.
    """
    folder = Path(tempfile.mkdtemp(prefix="c"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demo_folder():
    """Where the one demo lives; short for the same reason."""
    with tempfile.TemporaryDirectory(prefix="c", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "demo"


@pytest.fixture(scope="session")
def demo(demo_folder):
    running = Running("demo", "--json", "--port=0", "--data", demo_folder, log=demo_folder.with_suffix(".log"))
    yield running
    running.stop()


@pytest.fixture
def place():
    """A folder of one's own with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="c"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
