"""What a large place needs follows from what was measured, and the pages say what follows."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import capacity  # noqa: E402
from capacity import Assumed, Measured, needed  # noqa: E402

COSTS = Measured(
    ns_a_position=10_000,
    upkeep_us_a_person=0,
    decision_us_a_person=0.5,
    clock_look_us_a_person=3,
    clock_day_us_a_person=40,
    vault_us_a_position=10,
    kb_a_person=6,
    bytes_a_position=100,
    bytes_a_record=1000,
    day_key_us=100,
    session_us=200,
    tls_handshake_us=500,
)


def test_a_million_people_at_a_fix_a_minute_by_hand():
    found = needed(1_000_000, COSTS, Assumed())
    assert found.positions_a_second == pytest.approx(16_666.7, abs=0.1)
    assert found.commits_a_second == pytest.approx(16.67, abs=0.01)
    assert found.gateway_cores == pytest.approx(0.1667, abs=0.0001)
    assert found.gateway_memory_gb == pytest.approx(6 + 5.76)
    assert found.gateway_processes == 1
    assert found.decision_ms == pytest.approx(500)
    assert found.gateways == 2  # one carries it, one is to spare
    assert found.stored_tb == pytest.approx(4.32)  # 144 GB a day
    assert found.store_machines == 3
    assert found.ledger_records_a_day == pytest.approx(1_440_000)
    assert found.vault_cores == pytest.approx(0.1667, abs=0.0001)
    assert found.clock_cores == pytest.approx(0.1)
    assert found.clock_day_s == pytest.approx(40)
    assert found.day_keys_cores == pytest.approx(100 / 86_400)
    assert found.sessions_core_hours == pytest.approx(200 / 3600)
    assert found.tls_cores_each == pytest.approx(8.33, abs=0.01)


def test_upkeep_of_everyone_each_second_counts_beside_their_positions():
    with_upkeep = needed(1_000_000, replace(COSTS, upkeep_us_a_person=2), Assumed())
    assert with_upkeep.gateway_cores == pytest.approx(2.1667, abs=0.0001)
    assert with_upkeep.gateway_processes == 5  # one thread each, half of whose time is used
    assert with_upkeep.decision_ms == pytest.approx(100)  # each holds a fifth of the people


def test_memory_asks_for_machines_where_cores_do_not():
    large = needed(1_000_000, replace(COSTS, kb_a_person=60), Assumed(memory_gb=64, memory_used=0.5))
    assert large.gateways == 1 + 3  # 60 kB and the times of a day's fixes, in 32 GB each


@pytest.mark.parametrize("name", ["stored_tb", "gateway_cores", "tls_cores_kept", "ledger_records_a_day"])
def test_ten_times_the_people_ask_for_ten_times_as_much(name):
    one, ten = (getattr(needed(people, COSTS, Assumed()), name) for people in (100_000, 1_000_000))
    assert ten == pytest.approx(10 * one)


def test_of_growth_the_largest_is_what_is_reckoned_with():
    rows = [
        {"people": people, "ns_a_position": ns, "upkeep_ms": 1.0, "decision_ms": 2.0, "kb_a_person": 5.0}
        | {"clock_look_ms": 3.0, "clock_day_ms": 40.0}
        for people, ns in ((1000, 7), (10, 5))
    ]
    read = {"day_key_us": 1, "session_us": 2, "gather_us_a_piece": 2.5, "fold_us_a_fix": 4.0}
    floor = {"tls_handshake_us": 3}
    said = {"growth": rows, "read": read, "floor": floor, "bytes_a_position": 4, "bytes_a_record": 5}
    assert capacity.measured_in(said).ns_a_position == 7
    assert capacity.measured_in(said).upkeep_us_a_person == 1.0
    assert capacity.measured_in(said).decision_us_a_person == 2.0
    assert capacity.measured_in(said).clock_look_us_a_person == 3.0
    assert capacity.measured_in(said).clock_day_us_a_person == 40.0
    assert capacity.measured_in(said).vault_us_a_position == 6.5


def test_the_pages_in_docs_are_what_the_measured_json_says():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "draw_performance.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
