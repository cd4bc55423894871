"""What holds for every test."""

import gc
import os
import re

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, event
from support import postgres
from support.etcd import etcd, one_etcd, sharing  # noqa: F401 - fixtures for whoever asks for them
from support.go import verify  # noqa: F401 - a fixture too
from support.house import House
from support.openbao import one_openbao, openbao  # noqa: F401 - fixtures too
from support.softhsm import one_softhsm, softhsm  # noqa: F401 - and these

# How fast this machine is, and who else is busy on it, says nothing about the code.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

gc.set_threshold(10_000)

_LONG = frozenset({"processes", "browser", "simulation", "ways", "invariants", "in_vault"})
"""Folders whose files take longest."""


_TABLES_WITHOUT_A_JOIN = re.compile(r"\bFROM (?:(?!\b(?:WHERE|GROUP|ORDER|LIMIT|SELECT)\b)[^()])*, ")
_joined: set[str] = set()


@event.listens_for(Engine, "before_cursor_execute")
def every_table_is_joined(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    """A question within a question that was to be about the outer one's row, and is about any, shows so."""
    if statement not in _joined and statement.startswith("SELECT"):
        assert not _TABLES_WITHOUT_A_JOIN.search(" ".join(statement.split())), statement
        _joined.add(statement)


def pytest_configure(config: pytest.Config) -> None:
    """A verb leaves its connections to the end of its process: called in ours, they are left to the collector."""
    if postgres.CHOSEN:
        config.addinivalue_line(
            "filterwarnings", "ignore:.*psycopg.Connection.* deleted while still open:ResourceWarning"
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest is begun first where several share the files out: whoever is alone at the end has little."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.path.parent.name not in _LONG)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: nobody need look through it for what can be thrown away."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def house(tmp_path):
    """A whole Custodiet in one process, in a folder of the test's own."""
    house = House(tmp_path)
    yield house
    house.close()


def _skipped(session: pytest.Session) -> int:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a test that failed to run: green must mean that everything was looked at."""
    if os.environ.get("CI") == "true" and exitstatus == pytest.ExitCode.OK and _skipped(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") == "true" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI=true: a skipped test makes this run red (./dev test -rs says why)", red=True)
