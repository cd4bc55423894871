"""The bench of looking measures a reading that is masked: what it times is what officers wait for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import bench_looks


def test_what_is_timed_is_a_masked_reading_of_its_window_and_a_floor_beside_it(monkeypatch):
    monkeypatch.setattr(bench_looks, "TIMES", 3)
    monkeypatch.setattr(bench_looks, "_STAY", range(180, 200))
    said = bench_looks.measured(6)
    assert said.pieces == 480
    assert 0 < said.shown < 360 - 20  # of six hours, without the stay and its ways
    assert min(said.reading_ms, said.reading_cpu_ms, said.unseal_ms, said.durable_ms) > 0
