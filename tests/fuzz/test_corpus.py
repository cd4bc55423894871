"""Every decoder, against the bytes that were worth keeping, and for a while against new ones."""

import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from fuzz.harnesses import CORPUS, HARNESSES
from fuzz.mutating import mutated_json

ROOT = Path(__file__).parents[2]
KEPT = [(name, file) for name in HARNESSES for file in sorted((CORPUS / name).iterdir())]
COST_MAX = 60
"""Bytes held for a byte read: a one-digit number or a short tag becomes an object with a name."""


@pytest.mark.parametrize(("name", "file"), KEPT, ids=[f"{name}/{file.name}" for name, file in KEPT])
def test_what_was_kept_is_read_or_refused_in_bounded_memory(name, file):
    data = file.read_bytes()
    HARNESSES[name](data)  # once before: what is imported or remembered is no cost of this file
    tracemalloc.start()
    try:
        HARNESSES[name](data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 128 * 1024 + COST_MAX * len(data)


def test_every_harness_has_a_small_corpus_and_every_corpus_a_harness():
    assert {folder.name for folder in CORPUS.iterdir()} == HARNESSES.keys()
    for name in HARNESSES:
        files = list((CORPUS / name).iterdir())
        assert 5 <= len(files) <= 40
        assert all(file.stat().st_size <= 4096 for file in files)


def test_changed_json_is_mostly_other_json_and_never_too_long():
    told = b'{"a": [1, 2.5, {"b": "x"}], "c": null}'
    changed = [mutated_json(told, lambda data, _: data[:-1], 200, seed) for seed in range(300)]
    assert all(len(each) <= 200 for each in changed)
    assert len(set(changed)) > 100
    assert changed.count(told[:-1]) < 100


@pytest.mark.long
@pytest.mark.parametrize("name", HARNESSES)
def test_new_bytes_find_nothing(name):
    command = [sys.executable, "tools/fuzz.py", name, "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    ran = re.search(r": (\d+) executions", done.stdout)
    assert int(ran[1]) > 1000
