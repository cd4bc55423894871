"""Every verb of the command line is done by a function of its name, and `run` runs what it says."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

from custodiet.main import _VERBS, PROCESSES, main, processes


def test_each_verb_is_a_function_of_the_module_that_the_command_line_names():
    for module, verbs in _VERBS.items():
        done_in = import_module(f"custodiet.main.{module}")
        assert [verb for verb in verbs if getattr(done_in, verb).__module__ != done_in.__name__] == []


def test_what_may_be_run_is_what_can_be(capsys):
    assert tuple(sorted(one.name for one in iter_modules(processes.__path__))) == PROCESSES
    assert all(callable(import_module(f"{processes.__name__}.{one}").run) for one in PROCESSES)
    with pytest.raises(SystemExit):
        main(["run", "nothing-of-ours"])
    assert "clock" in capsys.readouterr().err
