"""One demo for everyone who only asks of it; whoever breaks things starts a place of their own."""

import shutil
import tempfile
from pathlib import Path

import pytest
from support.running import Running


@pytest.fixture(scope="session")
def short_folder():
    """A short path: a unix socket's is bounded, and pytest's own folders are deep."""
    folder = Path(tempfile.mkdtemp(prefix="c"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demo(short_folder):
    running = Running("demo", "--json", "--port=0", "--data", short_folder / "demo", log=short_folder / "demo.log")
    yield running
    running.stop()


@pytest.fixture
def place():
    """A folder of one's own with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="c"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
