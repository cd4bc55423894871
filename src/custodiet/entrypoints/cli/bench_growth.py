"""How the cost of a position and a monitor's memory grow with people, and with zones for each of them.

Each size has a monitor in a process of its own: neither its memory nor its CPU seconds hold anything of what makes the
load. A round is two minutes of everyone, so that the five hold everything that comes round in ten: contacts that are
written, and calm places that are found anew, every ten minutes. So it is their sum that is compared.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from statistics import median
from typing import Any

from custodiet.entrypoints.cli.bench_place import ROUNDS, Place
from custodiet.simulation.load import Crowd

_MINUTES = 2

Making = Callable[[Crowd], AbstractContextManager[Place]]


def with_people(make: Making, sizes: Sequence[int], zones: int, seed: int) -> list[dict[str, Any]]:
    """One row for each number of people."""
    return [_measured(make, Crowd(people, zones, seed)) for people in sizes]


def with_erased_days(make: Making, people: int, days: int, zones: int, seed: int) -> list[dict[str, Any]]:
    """One row for people of each of whom so many days were kept and are erased."""
    return [_measured(make, Crowd(people, zones, seed), days)]


def with_zones(make: Making, people: int, sizes: Sequence[int], shared: int, seed: int) -> list[dict[str, Any]]:
    """One row for so many zones that are the same for everyone, and one for each number of zones of one's own."""
    crowds = [Crowd(people, shared, seed, shared=True), *(Crowd(people, zones, seed) for zones in sizes)]
    return [_measured(make, crowd) for crowd in crowds]


def _measured(make: Making, crowd: Crowd, days_erased: int = 0) -> dict[str, Any]:
    with make(crowd) as place, place.apart() as monitor:
        place.many.erase_days(days_erased)
        place.warm(monitor)
        rounds = [place.round(monitor, _MINUTES) for _ in range(ROUNDS)]
        grown_kb, upkeep_ms = monitor.grown_kb(), monitor.upkeep_ms()
        monitor.catch_up_ms(place.clock.now())
        decided_ms = [monitor.catch_up_ms(place.clock.now()) for _ in place.decided()]
        clock_look_ms, clock_day_ms = place.clock_look_ms(), place.clock_day_ms()
    people, positions = len(crowd.serials), sum(one.positions for one in rounds)
    return {
        "people": people,
        "zones_a_person": crowd.zones,
        "zones_shared": crowd.shared,
        "days_erased": days_erased,
        "ns_a_position": round(1e9 * sum(one.cpu_s for one in rounds) / positions),
        "positions_per_cpu_s": round(median(one.positions / one.cpu_s for one in rounds)),
        "upkeep_ms": round(upkeep_ms, 1),
        "decision_ms": round(median(decided_ms), 1),
        "clock_look_ms": round(clock_look_ms, 1),
        "clock_day_ms": round(clock_day_ms, 1),
        "kb_a_person": round(grown_kb / people, 1),
    }
