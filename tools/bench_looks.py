"""What it costs to look at a day of one person, a fix a minute: opened, masked and cut, beside the machine's own floor.

`./dev bench-looks [--json]`. One reading is what an officer waits for: decided, recorded durably, decided again by the
vault, every piece unsealed and judged with the hour either side, home made a state, masked, cut to the window. All of
it in one process: the socket between web and vault is not in it. The floor: the same pieces unsealed by bare AES-GCM,
and one durable write. Medians of 15, on the clock and of this process's work: what others do meanwhile is in the first.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import RawIOBase
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402
from support.house import House  # noqa: E402
from support.looking import EVENINGS, HOME, HOUR, MINUTE, Looked  # noqa: E402
from support.unmasking import AT_CHURCH, AT_HOME, CHURCH  # noqa: E402

from custodiet.model.condition import ConditionKind, Interval  # noqa: E402

TIMES, HOURS = 15, 24
_FIX_BYTES = 32
_STAY = range(600, 630)
"""Minutes at a place near which nothing is shown."""


class OneDay(Looked):
    """A fix a minute: an hour, the day that is looked at, and the hour after it; half an hour of it at a church."""

    def walk(self, fixes: int) -> None:
        for number in range(fixes):
            if number % 10 == 0:
                self.monitor.refresh()
            self.house.say(self.monitor, self.person, lat=AT_CHURCH if number in _STAY else AT_HOME + number / 1e5)
            self.house.clock.pass_(MINUTE)


@dataclass(frozen=True)
class Measured:
    """One reading, and the floor; medians."""

    hours: int
    pieces: int
    shown: int
    reading_ms: float
    reading_cpu_ms: float
    unseal_ms: float
    durable_ms: float


def main() -> None:
    said = measured(HOURS)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(asdict(said)) + "\n")
        return
    sys.stdout.write(
        f"{said.hours} hours of one person, {said.pieces} pieces unsealed, {said.shown} places shown\n\n"
        f"  one reading                    {said.reading_ms:>8} ms, of it {said.reading_cpu_ms} ms of work here\n"
        f"  floor: the same pieces, bare   {said.unseal_ms:>8} ms\n"
        f"  floor: one durable write       {said.durable_ms:>8} ms\n"
    )


def measured(hours: int) -> Measured:
    """One reading of so many hours."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.load_places(CHURCH)
        pieces = 60 * (hours + 2)
        one = OneDay(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)], fixes=pieces)
        look_up_id = one.granted(window=Interval(one.began + HOUR, one.until - HOUR))
        shown: set[int] = set()

        def look() -> None:
            shown.add(len(one.open(look_up_id).places))

        # The vault opens so many in a minute: the house's clock goes on between two.
        took_ms, worked_ms = medians(look, lambda: house.clock.pass_(MINUTE))
        house.close()
        with (Path(folder) / "page").open("wb", buffering=0) as file:
            durable_ms, _ = medians(durably(file))
    [count] = shown
    unseal_ms, _ = medians(bare(pieces))
    return Measured(hours, pieces, count, took_ms, worked_ms, unseal_ms, durable_ms)


def bare(pieces: int) -> Callable[[], None]:
    """As many pieces of a fix's size, unsealed and nothing else."""
    key, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = key.encrypt(nonce, bytes(_FIX_BYTES), None)

    def unseal() -> None:
        for _ in range(pieces):
            key.decrypt(nonce, sealed, None)

    return unseal


def durably(file: RawIOBase) -> Callable[[], None]:
    """One page written so that it is still there after a power cut."""

    def write() -> None:
        file.write(bytes(4096))
        os.fdatasync(file.fileno())

    return write


def medians(do: Callable[[], None], between: Callable[[], object] = lambda: None) -> tuple[float, float]:
    """Of TIMES, in ms: on the clock, and of this process's work."""
    took, worked = [], []
    for _ in range(TIMES):
        between()
        begun, begun_working = time.perf_counter(), time.process_time()
        do()
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - begun_working))
    return round(statistics.median(took), 2), round(statistics.median(worked), 2)


if __name__ == "__main__":
    main()
